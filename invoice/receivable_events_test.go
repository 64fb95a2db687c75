package invoice_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// invoiceOf is an invoice of December 1, 2026 for some nets in dollars, without taxes.
func invoiceOf(tb testing.TB, edit func(*invoice.Draft), nets ...string) invoice.Invoice {
	tb.Helper()
	d := invoice.Draft{ID: "inv-2", Currency: "USD", At: giventest.Instant("2026-12-01", nil), Policy: invoice.Standard()}
	for _, net := range nets {
		d.Lines = append(d.Lines, plans.Charge{Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: giventest.Money(net), Price: plans.Price{Free: giventest.Money(net).IsZero()}})
	}
	if edit != nil {
		edit(&d)
	}
	inv, err := invoice.Build(d)
	if err != nil {
		tb.Fatal(err)
	}
	return inv
}

// eventOf reads "succeeded p1 40 2026-12-02": a kind, an ID or -, an amount or 0, and a day or December 2. The word
// returned is a refund that is owed again.
func eventOf(tb testing.TB, text string) invoice.Event {
	tb.Helper()
	words := strings.Fields(text)
	words = append(words, []string{"-", "0", "2026-12-02"}[len(words)-1:]...)
	e := invoice.Event{ID: strings.TrimPrefix(words[1], "-"), Amount: giventest.Money(words[2]), At: giventest.Instant(words[3], nil)}
	if e.OwedAgain = words[0] == "returned"; e.OwedAgain {
		words[0] = "refunded"
	}
	if err := e.Kind.UnmarshalText([]byte(words[0])); err != nil {
		tb.Fatal(err)
	}
	if e.Kind == invoice.Postponed {
		e.Until = e.At.AddDate(0, 0, 7)
	}
	return e
}

// receivableOf is the receivable of an invoice of December 1, 2026.
func receivableOf(tb testing.TB, edit func(*invoice.Draft), nets ...string) invoice.Receivable {
	tb.Helper()
	return invoice.NewReceivable(invoiceOf(tb, edit, nets...))
}

// asDraft makes a draft that is issued by an event.
func asDraft(d *invoice.Draft) { d.AsDraft = true }

// afterEvents applies events.
func afterEvents(tb testing.TB, r invoice.Receivable, events ...string) invoice.Receivable {
	tb.Helper()
	for _, text := range events {
		after, err := invoice.Apply(r, eventOf(tb, text))
		if err != nil {
			tb.Fatalf("%s: %v", text, err)
		}
		r = after
	}
	return r
}

// documentedTransitions reads the table of phases in the package documentation: "open attempted" leads to "pending".
func documentedTransitions(tb testing.TB) map[string]string {
	tb.Helper()
	source, err := os.ReadFile("doc.go")
	if err != nil {
		tb.Fatal(err)
	}
	_, table, _ := strings.Cut(string(source), "lists every event and the phases that it leads to:\n//\n")
	table, _, found := strings.Cut(table, "\n//\n")
	if !found {
		tb.Fatal("doc.go has no table of phases")
	}
	leads := map[string]string{}
	event := ""
	for row := range strings.Lines(table) {
		row = strings.TrimPrefix(row, "//\t")
		if !strings.HasPrefix(row, " ") { // other rows continue the event before them
			event = strings.Fields(row)[0]
			row = strings.TrimPrefix(row, event)
		}
		from, to, found := strings.Cut(row, " -> ")
		if !found {
			tb.Fatalf("%q does not say where it leads", row)
		}
		for phase := range strings.FieldsFuncSeq(from, func(c rune) bool { return c == ',' || c == ' ' }) {
			if _, twice := leads[phase+" "+event]; twice {
				tb.Fatalf("%s %s is listed twice", phase, event)
			}
			if leads[phase+" "+event] = strings.TrimSpace(to); strings.TrimSpace(to) == "unchanged" {
				leads[phase+" "+event] = phase
			}
		}
	}
	return leads
}

// For every phase and kind of event, the documented table says which events are refused and to which phase the others
// lead, while an amount is outstanding.
func TestApplyFollowsDocumentedTransitions(t *testing.T) {
	leads := documentedTransitions(t)
	if len(leads) != 117 {
		t.Errorf("the table has %d transitions: %v", len(leads), leads)
	}
	ways := map[invoice.Phase][]string{ // with a payment that can be refunded
		invoice.PhaseDraft: {}, invoice.PhaseOpen: {"succeeded p1 40"}, invoice.PhaseHeld: {"succeeded p1 40", "postponed"},
		invoice.PhaseRequested: {"succeeded p1 40", "requested"}, invoice.PhasePending: {"succeeded p1 40", "attempted p2 30"},
		invoice.PhaseOverdue: {"succeeded p1 40", "missed"}, invoice.PhasePaid: {"succeeded p1 40", "succeeded p2 60"},
		invoice.PhaseUncollectible: {"succeeded p1 40", "written_off"},
	}
	unpaid := map[invoice.Phase][]string{ // without a payment, since a paid invoice cannot be voided
		invoice.PhaseDraft: {}, invoice.PhaseOpen: {}, invoice.PhaseHeld: {"postponed"}, invoice.PhaseRequested: {"requested"},
		invoice.PhasePending: {"attempted p2 30"}, invoice.PhaseOverdue: {"missed"}, invoice.PhaseRetracted: {"requested", "retracted"},
		invoice.PhasePaid: {"credited c1 100"}, invoice.PhaseVoid: {"voided"}, invoice.PhaseUncollectible: {"written_off"},
	}
	disputed := map[invoice.Phase][]string{ // with a payment that was disputed; an invoice stays open or held if all of it is a surplus
		invoice.PhaseOpen: {"surplus p1 40", "disputed p1"}, invoice.PhaseHeld: {"surplus p1 40", "postponed", "disputed p1"},
		invoice.PhaseRequested: {"succeeded p1 40", "disputed p1", "requested"}, invoice.PhasePending: {"succeeded p1 40", "disputed p1", "attempted p2 30"},
		invoice.PhaseOverdue: {"succeeded p1 40", "disputed p1"}, invoice.PhaseRetracted: {"succeeded p1 40", "disputed p1", "requested", "retracted"},
		invoice.PhasePaid: {"succeeded p1 40", "disputed p1", "succeeded p2"}, invoice.PhaseVoid: {"succeeded p1 40", "disputed p1", "voided"},
		invoice.PhaseUncollectible: {"succeeded p1 40", "disputed p1", "written_off"},
	}
	events := map[invoice.EventKind]string{
		invoice.Issued: "issued", invoice.Attempted: "attempted p3 10", invoice.Succeeded: "succeeded p3 10", invoice.Failed: "failed p3",
		invoice.Credited: "credited c3 10", invoice.Refunded: "refunded r3 10", invoice.Disputed: "disputed p1 10", invoice.Voided: "voided", invoice.WrittenOff: "written_off",
		invoice.Requested: "requested", invoice.Postponed: "postponed", invoice.Missed: "missed", invoice.Retracted: "retracted", invoice.Sent: "sent",
		invoice.Reversed: "reversed p1 10", invoice.DisputeWon: "dispute_won p1", invoice.DisputeLost: "dispute_lost p1", invoice.Surplus: "surplus p3 10", invoice.CreditApplied: "credit_applied k 10", invoice.CreditReversed: "credit_reversed v 10",
	}
	for phase := invoice.PhaseDraft; phase <= invoice.PhaseUncollectible; phase++ {
		for kind := invoice.Issued; kind <= invoice.CreditReversed; kind++ {
			way, paid := ways[phase]
			if kind == invoice.Voided || kind == invoice.Retracted || !paid {
				way = unpaid[phase]
			}
			if result, has := disputed[phase]; has && (kind == invoice.DisputeWon || kind == invoice.DisputeLost) {
				way = result
			}
			if kind == invoice.CreditReversed && phase != invoice.PhaseDraft && phase != invoice.PhaseVoid {
				way = append([]string{"credit_applied k 10"}, way...)
				if phase == invoice.PhasePaid {
					way = []string{"credit_applied k 40", "credited c1 60"}
				}
			}
			if kind == invoice.Disputed || kind == invoice.Reversed {
				switch phase {
				case invoice.PhaseVoid:
					way = []string{"voided", "surplus p1 10"}
				case invoice.PhaseRetracted:
					way = []string{"surplus p1 10", "requested", "retracted"}
				}
			}
			var edit func(*invoice.Draft)
			if phase == invoice.PhaseDraft {
				edit = asDraft
			}
			r := afterEvents(t, receivableOf(t, edit, "100"), way...)
			if r.Phase != phase {
				t.Fatalf("%q leads to %v, want %v", way, r.Phase, phase)
			}
			e := eventOf(t, events[kind])
			if phase == invoice.PhasePending && (kind == invoice.Succeeded || kind == invoice.Failed) {
				e.ID = "p2"
			}
			if kind == invoice.Voided || kind == invoice.WrittenOff {
				e.ID = "another" // another ID makes it another event; the same event again changes nothing
			}
			row := phase.String() + " " + kind.String()
			after, err := invoice.Apply(r, e)
			want, allowed := leads[row]
			delete(leads, row)
			if !allowed {
				checkRefused(t, row, err, kind)
				continue
			}
			if kind == invoice.DisputeWon && phase == invoice.PhaseHeld {
				want = "held" // only a surplus was disputed
			}
			if kind == invoice.DisputeWon && (phase == invoice.PhaseRequested || phase == invoice.PhaseRetracted) {
				want = "overdue" // the dispute made it overdue
			}
			if phase == invoice.PhasePending && kind == invoice.DisputeWon {
				want = "pending" // a payment is in progress
			}
			if phase == invoice.PhaseOverdue && want == "open" || kind == invoice.Succeeded && phase == invoice.PhaseHeld {
				want = phase.String() // an open receivable with a failed payment is overdue, one with a later collection held
			}
			if err != nil || after.Phase.String() != want {
				t.Errorf("%s leads to %v, want %s: %v", row, after.Phase, want, err)
			}
			if _, err := invoice.Apply(after, invoice.Event{}); errors.Is(err, proration.ErrInvalid) {
				t.Errorf("%s leads to an invalid receivable: %v", row, err)
			}
		}
	}
	if len(leads) > 0 {
		t.Errorf("the table names an unknown phase or event: %v", slices.Sorted(maps.Keys(leads)))
	}
}

// checkRefused fails unless err refuses the event, by the rule that its kind names.
func checkRefused(tb testing.TB, what string, err error, kind invoice.EventKind) {
	tb.Helper()
	var refusal *plans.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != kind.String() || refusal.Reason == "" {
		tb.Errorf("%s is not refused: %v", what, err)
	}
}

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, why   string
		events      []string
		phase       invoice.Phase
		received    string
		outstanding string
		refused     []string // events that the result refuses
		same        []string // events that change nothing in the result
		invalid     []string // events that repeat an ID with another amount
	}{
		{
			name: "a declined card", why: "a failed attempt leaves the amount due; a later success pays it, and then no payment is accepted",
			events: []string{"attempted p1", "failed p1", "attempted p2", "succeeded p2"}, phase: invoice.PhasePaid, received: "100", outstanding: "0",
			refused: []string{"succeeded p3 100", "succeeded p1 100", "attempted p3", "failed p2", "credited c 10", "voided", "written_off"},
			same:    []string{"attempted p1", "failed p1", "attempted p2", "succeeded p2", "succeeded p2 100"},
		},
		{
			name: "the result is corrected", why: "a provider may report a failure and later a success of the same payment",
			events: []string{"attempted p1", "failed p1", "succeeded p1"}, phase: invoice.PhasePaid, received: "100", outstanding: "0",
			refused: []string{"succeeded p2 100", "attempted p2"}, same: []string{"attempted p1", "failed p1", "succeeded p1"},
		},
		{
			name: "without an attempt", why: "a bank transfer arrives in parts and without an attempt",
			events: []string{"succeeded p1 40", "succeeded p2 59.99"}, phase: invoice.PhaseOpen, received: "99.99", outstanding: "0.01",
			refused: []string{"disputed p3 1", "voided"}, same: []string{"succeeded p1 40", "succeeded p2"}, invalid: []string{"succeeded p2 1"},
		},
		{
			name: "two attempts at once", why: "a second attempt would charge the customer twice",
			events: []string{"attempted p1"}, phase: invoice.PhasePending, received: "0", outstanding: "100",
			refused: []string{"attempted p2", "voided", "written_off", "disputed p1 1"}, same: []string{"attempted p1"},
		},
		{
			name: "another payment during an attempt", why: "money that arrives pays, and the attempt still waits for its result",
			events: []string{"attempted p1", "succeeded p2 40", "failed p3"}, phase: invoice.PhasePending, received: "40", outstanding: "60",
			refused: []string{"attempted p4"}, same: []string{"attempted p1", "succeeded p2 40", "failed p3"},
		},
		{
			name: "an attempt after another payment paid", why: "the invoice is paid, and the success of the attempt is a surplus",
			events: []string{"attempted p1", "succeeded p2", "surplus p1 100"}, phase: invoice.PhasePaid, received: "100", outstanding: "0",
			same: []string{"attempted p1", "surplus p1 100"}, refused: []string{"failed p1", "attempted p3"}, invalid: []string{"surplus p1 40"},
		},
		{
			name: "a dispute during an attempt", why: "the attempt still waits for its result",
			events: []string{"attempted p1", "succeeded p2", "disputed p2"}, phase: invoice.PhasePending, received: "0", outstanding: "100",
		},
		{
			name: "a dispute of a surplus", why: "the part that paid is due again, and the rest is of the surplus", events: []string{"succeeded p1", "surplus p1 50", "disputed p1 120"}, phase: invoice.PhaseOverdue, received: "0", outstanding: "100",
			same: []string{"disputed p1", "disputed p1 120"}, invalid: []string{"disputed p1 150"},
		},
		{
			name: "a dispute of nothing but a surplus", why: "nothing is due again", events: []string{"succeeded p1", "surplus p2 50", "reversed p2"}, phase: invoice.PhasePaid, received: "100", outstanding: "0", same: []string{"reversed p2 50"},
		},
		{
			name: "a bank return", why: "the payment is outstanding again", events: []string{"succeeded p1 40", "reversed p1"}, phase: invoice.PhaseOverdue, received: "0", outstanding: "100",
			same: []string{"reversed p1", "succeeded p1 40"},
		},
		{
			name: "a refund that is owed again", why: "the refund has an ID of its own", events: []string{"succeeded p1", "returned r1 30"}, phase: invoice.PhaseOverdue, received: "70", outstanding: "30",
		},
		{
			name: "a dispute that is won", why: "the payment counts again", events: []string{"succeeded p1", "disputed p1", "dispute_won p1"}, phase: invoice.PhasePaid, received: "100", outstanding: "0",
			same: []string{"dispute_won p1"}, refused: []string{"dispute_lost p1"},
		},
		{
			name: "a dispute that is won after another payment", why: "the money is a surplus", events: []string{"succeeded p1", "disputed p1", "succeeded p2 70", "dispute_won p1"},
			phase: invoice.PhasePaid, received: "100", outstanding: "0", same: []string{"dispute_won p1"},
		},
		{
			name: "a dispute of a surplus that is won", why: "nothing of it paid the invoice, whose collection goes on", events: []string{"surplus p1 40", "requested", "disputed p1", "dispute_won p1"},
			phase: invoice.PhaseRequested, received: "0", outstanding: "100", same: []string{"dispute_won p1"}, refused: []string{"dispute_lost p1"},
		},
		{
			name: "a dispute of a surplus that is lost", why: "the surplus is gone", events: []string{"surplus p1 40", "disputed p1", "dispute_lost p1"}, phase: invoice.PhaseOpen, received: "0", outstanding: "100",
			same: []string{"dispute_lost p1"}, refused: []string{"dispute_won p1"},
		},
		{
			name: "a dispute that is lost", why: "the amount stays outstanding", events: []string{"succeeded p1", "disputed p1 30", "dispute_lost p1"}, phase: invoice.PhaseOverdue, received: "70", outstanding: "30",
			same: []string{"dispute_lost p1"}, refused: []string{"dispute_won p1"},
		},
		{
			name: "no dispute", why: "a result needs a dispute", events: []string{"failed p1"}, phase: invoice.PhaseOverdue, received: "0", outstanding: "100", refused: []string{"dispute_won p1", "dispute_lost p1"},
		},
		{
			name: "credit that pays", why: "credit is no money", events: []string{"credit_applied k 40", "succeeded p1"}, phase: invoice.PhasePaid, received: "60", outstanding: "0", same: []string{"credit_applied k"},
		},
		{
			name: "a credit during an attempt", why: "the rest of the attempted amount is outstanding, and the caller pays the surplus back",
			events: []string{"attempted p1", "credited c 60", "succeeded p1"}, phase: invoice.PhasePaid, received: "40", outstanding: "0",
			same: []string{"attempted p1", "credited c 60", "succeeded p1"}, refused: []string{"failed p1"},
		},
		{
			name: "a credit of everything during an attempt", why: "nothing is outstanding, and the result of the payment ends the attempt",
			events: []string{"attempted p1", "credited c 100", "succeeded p1"}, phase: invoice.PhasePaid, received: "0", outstanding: "0", same: []string{"succeeded p1"},
		},
		{
			name: "a failure after a credit of everything", why: "the failed payment ends the attempt, and nothing is due",
			events: []string{"attempted p1", "credited c 100", "failed p1"}, phase: invoice.PhasePaid, received: "0", outstanding: "0", same: []string{"failed p1"},
		},
		{
			name: "an attempt for a part", why: "a success pays the attempted amount, and the rest is outstanding",
			events: []string{"attempted p1 40", "succeeded p1"}, phase: invoice.PhaseOpen, received: "40", outstanding: "60",
			same: []string{"attempted p1", "succeeded p1"}, refused: []string{"failed p1"},
		},
		{
			name: "a known payment is not attempted again", why: "its result is known",
			events: []string{"succeeded p1 40", "failed p2"}, phase: invoice.PhaseOverdue, received: "40", outstanding: "60", refused: []string{"attempted p1 10", "attempted p2 10"},
		},
		{
			name: "a chargeback", why: "a disputed payment is outstanding again, and another payment pays it",
			events: []string{"succeeded p1", "disputed p1"}, phase: invoice.PhaseOverdue, received: "0", outstanding: "100",
			same: []string{"disputed p1", "succeeded p1"},
		},
		{
			name: "a partial chargeback", why: "the rest of the payment is kept",
			events: []string{"succeeded p1", "disputed p1 30", "succeeded p2"}, phase: invoice.PhasePaid, received: "100", outstanding: "0",
			refused: []string{"succeeded p3 30"}, same: []string{"disputed p1 30", "disputed p1"},
		},
		{
			name: "refunded by the seller", why: "an amount that a credit note owed is not outstanding again",
			events: []string{"succeeded p1", "refunded r1 30"}, phase: invoice.PhasePaid, received: "70", outstanding: "0",
			refused: []string{"succeeded p3 30", "voided"}, same: []string{"refunded r1 30"},
		},
		{
			name: "written off then paid", why: "a customer may pay a written-off invoice in parts",
			events: []string{"written_off", "succeeded p1 40"}, phase: invoice.PhaseUncollectible, received: "40", outstanding: "60",
			refused: []string{"voided", "attempted p2", "issued"}, same: []string{"written_off"},
		},
		{
			name: "written off then paid in full", why: "a customer may pay a written-off invoice in parts", events: []string{"written_off", "succeeded p1 40", "succeeded p2"}, phase: invoice.PhasePaid, received: "100", outstanding: "0",
		},
		{
			name: "written off by a credit note", why: "nothing is outstanding", events: []string{"written_off", "credited c1"}, phase: invoice.PhasePaid, received: "0", outstanding: "0",
		},
		{
			name: "partly paid and credited", why: "a credit note takes off the rest", events: []string{"succeeded p1 40", "credited c1"}, phase: invoice.PhasePaid, received: "40", outstanding: "0",
			refused: []string{"credited c2 1", "succeeded p2 1"}, same: []string{"credited c1"},
		},
		{
			name: "void", why: "nothing is due on a void invoice", events: []string{"voided"}, phase: invoice.PhaseVoid, received: "0", outstanding: "0",
			refused: []string{"succeeded p1 100", "issued", "written_off", "credited c 1"}, same: []string{"voided"},
		},
		{
			name: "void after a full chargeback", why: "the seller keeps no money", events: []string{"succeeded p1", "disputed p1", "voided"}, phase: invoice.PhaseVoid, received: "0", outstanding: "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receivableOf(t, nil, "100")
			after := afterEvents(t, r, c.events...)
			if after.Phase != c.phase {
				t.Errorf("the phase is %v, want %v: %s", after.Phase, c.phase, c.why)
			}
			giventest.CheckMoney(t, "received", after.Received(), c.received)
			giventest.CheckMoney(t, "outstanding", after.Outstanding(), c.outstanding)
			checkSameContent(t, r, after)
			text := giventest.JSON(t, after)
			for _, e := range c.refused {
				event := eventOf(t, e)
				_, err := invoice.Apply(after, event)
				checkRefused(t, e, err, event.Kind)
			}
			for _, e := range c.invalid {
				_, err := invoice.Apply(after, eventOf(t, e))
				giventest.CheckFaults(t, err, "event.amount invalid")
			}
			for _, e := range c.same {
				if again := giventest.JSON(t, afterEvents(t, after, e)); again != text {
					t.Errorf("%s changes the receivable to\n%s, from\n%s", e, again, text)
				}
			}
			if now := giventest.JSON(t, after); now != text {
				t.Errorf("events changed their input: %s", now)
			}
			giventest.CheckRoundTrip(t, after)
		})
	}
}

// checkSameContent fails unless two receivables have the same document.
func checkSameContent(tb testing.TB, before, after invoice.Receivable) {
	tb.Helper()
	if before.Seal != after.Seal || before.Seal == "" {
		tb.Errorf("the seal changed from %q to %q", before.Seal, after.Seal)
	}
	var none time.Time
	for _, r := range []*invoice.Receivable{&before, &after} {
		r.Phase, r.Events, r.Retries, r.HardDecline, r.Held = invoice.PhaseOpen, nil, 0, false, false
		r.ServiceFrom, r.CollectAt, r.RequestedAt, r.DueAt = none, none, none, none
		r.FirstFailedAt, r.GraceUntil, r.RetryAt = none, none, none
	}
	if got, want := giventest.JSON(tb, after), giventest.JSON(tb, before); got != want {
		tb.Errorf("the issued content changed to\n%s, from\n%s", got, want)
	}
}

// An event issues a draft. A receivable with no amount due is paid.
func TestApplyIssuesDraft(t *testing.T) {
	draft := receivableOf(t, asDraft, "100")
	if open := afterEvents(t, draft, "issued"); open.Phase != invoice.PhaseOpen || len(open.Events) != 1 {
		t.Errorf("after issued the phase is %v with %v", open.Phase, open.Events)
	}
	free := receivableOf(t, asDraft, "0")
	if free.Phase != invoice.PhaseDraft {
		t.Errorf("a draft with no amount due is %v", free.Phase)
	}
	if paid := afterEvents(t, free, "issued", "issued"); paid.Phase != invoice.PhasePaid || len(paid.Events) != 1 {
		t.Errorf("with no amount due the phase is %v with %v", paid.Phase, paid.Events)
	}
	if at := receivableOf(t, nil, "0"); at.Phase != invoice.PhasePaid {
		t.Errorf("a receivable with no amount due is %v", at.Phase)
	}
}

// Apply recognizes a repeated event also when it arrives late, after other events.
func TestApplyRecognizesRepeatedLateEvent(t *testing.T) {
	r := afterEvents(t, receivableOf(t, nil, "100"), "attempted p1", "failed p1 0 2026-12-03", "attempted p2 0 2026-12-04", "succeeded p2 0 2026-12-05")
	text := giventest.JSON(t, r)
	read := giventest.CheckRoundTrip(t, r)
	for _, e := range r.Events {
		again, err := invoice.Apply(read, e)
		if err != nil || giventest.JSON(t, again) != text {
			t.Errorf("%v repeated: %v", e, err)
		}
	}
}

// No number of failed payments, or of payments of a part, keeps an invoice from being paid, voided or written off, or
// its money from being returned.
func TestNoNumberOfPaymentsBlocksAReceivable(t *testing.T) {
	failed, parts := receivableOf(t, nil, "100"), receivableOf(t, nil, "100")
	for i := range 1_000 {
		id := "p" + strconv.Itoa(i)
		if i < 500 {
			failed.Events = append(failed.Events, eventOf(t, "attempted "+id+" 100"), eventOf(t, "failed "+id))
		}
		parts.Events = append(parts.Events, eventOf(t, "succeeded "+id+" 0.01"))
	}
	failed.Phase, failed.FirstFailedAt = invoice.PhaseOverdue, failed.IssuedAt
	failed = afterEvents(t, failed, "attempted q1", "failed q1", "attempted q2")
	if n, first, last := len(failed.Events), failed.Events[0].ID, failed.Events[len(failed.Events)-1].ID; n != 999 || first != "p2" || last != "q2" {
		t.Errorf("the log has %d payments, %s to %s", n, first, last)
	}
	failed = afterEvents(t, failed, "failed q2")
	for _, text := range []string{"succeeded p", "voided", "written_off", "credited c", "credit_applied k"} {
		if after := afterEvents(t, failed, text); after.Owing() {
			t.Errorf("%s leads to %v", text, after.Phase)
		}
	}
	_, err := invoice.Apply(parts, eventOf(t, "succeeded p 0.01"))
	giventest.CheckFaults(t, err, "events limit")
	after := afterEvents(t, parts, "disputed p0", "dispute_won p0", "reversed p1", "surplus s 1", "succeeded p", "refunded r")
	giventest.CheckMoney(t, "received", after.Received(), "0")
	if after.Phase != invoice.PhasePaid {
		t.Errorf("the invoice is %v", after.Phase)
	}
}
