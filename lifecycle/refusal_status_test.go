package lifecycle

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// Every empty cell of the table of events refuses with one sentence. It names a date, or an event that is allowed in
// the same status.
func TestStatusRefusalNamesTheWayOut(t *testing.T) {
	sent := regexp.MustCompile(`send (\w+)`)
	sentence := regexp.MustCompile(`^[A-Z][^.]*\.$`)
	date := regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	cells := 0
	for _, sub := range subscriptionsToRefuse() {
		for i := range eventKinds[1:] {
			kind := EventKind(i + 1)
			if allowed(kind, sub.Status) {
				continue
			}
			cells++
			reason := sub.notAllowed(kind)
			if !sentence.MatchString(reason) {
				t.Errorf("%v while %v: %q is not one sentence", kind, sub.Status, reason)
			}
			way := sent.FindAllStringSubmatch(reason, -1)
			if len(way) == 0 && !date.MatchString(reason) {
				t.Errorf("%v while %v: %q names neither an event nor a date", kind, sub.Status, reason)
			}
			for _, w := range way {
				to := slices.Index(eventKinds, w[1])
				if to < 1 || !allowed(EventKind(to), sub.Status) {
					t.Errorf("%v while %v: %q names %q, which is not allowed either", kind, sub.Status, reason, w[1])
				}
			}
		}
	}
	if cells < 190 {
		t.Errorf("only %d cells are empty", cells)
	}
}

// allowed reports whether the table has a row for an event in a status.
func allowed(kind EventKind, status Status) bool {
	return slices.ContainsFunc(transitions, func(t transition) bool { return t.event == kind && t.from.has(status) })
}

// subscriptionsToRefuse returns two subscriptions in each status, without and with the optional dates of the status.
func subscriptionsToRefuse() (all []Subscription) {
	day := func(n int) time.Time { return time.Date(2026, time.May, n, 0, 0, 0, 0, time.UTC) }
	for _, status := range everyStatus() {
		sub := Subscription{ID: "acme", Status: status, At: day(1)}
		sub.StartAt, sub.PayBy, sub.TrialEnd, sub.Period.End = day(2), day(3), day(4), day(5)
		overdue := []invoice.Receivable{
			{Invoice: "acme-1", FirstFailedAt: day(1), Phase: invoice.PhaseRetracted},
			{Invoice: "acme-2", Phase: invoice.PhaseOpen},
			{Invoice: "acme-3", FirstFailedAt: day(1), Phase: invoice.PhaseOverdue},
		}
		if status == PastDue {
			sub.Receivables = overdue
		}
		all = append(all, sub)
		dated := sub
		dated.ResumeAt, dated.EndedAt = day(6), day(7)
		dated.Receivables = slices.Clone(overdue)
		dated.Receivables[2].GraceUntil = day(8)
		all = append(all, dated)
	}
	return all
}

// The sentence has the date of the status and the overdue invoice.
func TestStatusRefusalNamesTheDate(t *testing.T) {
	want := []string{
		"The subscription has not started; send started first.",
		"The subscription starts on 2026-05-02; this is possible from then on.",
		"The first invoice must be paid by 2026-05-03; send payment_succeeded once it is paid.",
		"The subscription is in trial until 2026-05-04; send trial_converted to start the paid period.",
		"The subscription is already active; its current period ends on 2026-05-05.",
		"The subscription is in service, and invoice acme-3 is overdue, with grace until 2026-05-08; send payment_succeeded once it is paid.",
		"The subscription is suspended because invoice acme-3 is overdue; send payment_succeeded once it is paid.",
		"The subscription is paused until 2026-05-06; send resumed first.",
		"The subscription ended on 2026-05-07; send reactivated to start it again.",
		"The subscription ended on 2026-05-07; send reactivated to start it again.",
	}
	for i, sub := range subscriptionsToRefuse() {
		if i%2 == 0 {
			continue // without the optional dates of the status
		}
		if got := sub.notAllowed(Changed); got != want[sub.Status] {
			t.Errorf("while %v: %q, want %q", sub.Status, got, want[sub.Status])
		}
	}
	pending := subscriptionsToRefuse()[3]
	for kind, want := range map[EventKind]string{
		Started:          "The subscription already has a start date; it starts on 2026-05-02.",
		PauseRequested:   "The subscription starts on 2026-05-02; send cancellation_requested to cancel it.",
		PaymentSucceeded: "The subscription starts on 2026-05-02 and has no invoice until then.",
	} {
		if got := pending.notAllowed(kind); got != want {
			t.Errorf("%v: %q, want %q", kind, got, want)
		}
	}
	const suspended = "The subscription is suspended; send reactivated first."
	if got := subscriptionsToRefuse()[12].notAllowed(Changed); got != suspended {
		t.Errorf("%q, want %q", got, suspended)
	}
}

// A fault of the event's values becomes a part of a sentence. A reason without a subject gets the name of its field.
func TestConflictIsPartOfASentence(t *testing.T) {
	for _, row := range []struct{ field, reason, want string }{
		{"event.change.quantity", "must not be zero; got 0", "quantity must not be zero; got 0"},
		{"event.payment.lines[0].amount", "must be at most 890; got 5000", "amount must be at most 890; got 5000"},
		{"event.payment.lines[12]", "must be unique", "lines must be unique"},
		{"event.change.termination_fee", "required, one of a, b", "termination fee is required, one of a, b"},
		{"event.change.item", `the contract has no item "desk"`, `the contract has no item "desk"`},
		{"event.grant.id", `"gift" was granted already.`, `"gift" was granted already`},
	} {
		fault := proration.Error{Field: row.field, Rule: proration.ErrInvalid, Reason: row.reason}
		if got := clause(&fault); got != row.want {
			t.Errorf("%s: %q, want %q", row.field, got, row.want)
		}
	}
}
