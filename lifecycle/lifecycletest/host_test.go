package lifecycletest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// hosted returns a host that has applied events.
func hosted(t *testing.T, events ...lifecycle.Event) *lifecycletest.Host {
	t.Helper()
	host := lifecycletest.NewHost(standard(), tenSeats())
	if err := host.Send(events...); err != nil {
		t.Fatal(err)
	}
	return host
}

// stated returns the statement at a date.
func stated(t *testing.T, host *lifecycletest.Host, month, day int) *lifecycletest.Statement {
	t.Helper()
	s, err := host.Statement(on(11, 1).AddDate(0, month-11, day-1))
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

// The host does as a caller that applies the same events one by one.
func TestHostDoesAsReplay(t *testing.T) {
	got := stated(t, hosted(t, started(), added(on(11, 16), 2)), 14, 1)
	var events []lifecycle.Event
	for i, e := range []lifecycle.Event{
		started(), {At: on(11, 1), Kind: lifecycle.PaymentSucceeded}, added(on(11, 16), 2),
		{At: on(11, 16), Kind: lifecycle.PaymentSucceeded}, {At: on(12, 1), Kind: lifecycle.PaymentSucceeded},
		{At: on(13, 1), Kind: lifecycle.PaymentSucceeded}, {At: on(14, 1), Kind: lifecycle.PaymentSucceeded},
	} {
		e.Sequence = int64(i + 1)
		if e.Kind == lifecycle.PaymentSucceeded {
			n := []string{"", "1", "", "2", "3", "4", "5"}[i]
			e.Payment = lifecycle.Payment{Invoice: "acme-" + n, ID: "payment-" + n, Amount: got.Invoices[n[0]-'1'].AmountDue}
		}
		events = append(events, e)
	}
	want, err := lifecycle.Replay(standard(), tenSeats(), events, on(14, 1))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := giventest.JSON(t, got.Outcome), giventest.JSON(t, want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A statement of an earlier date says what the host knew then, and one of a later date changes nothing.
func TestStatementAtAnyDate(t *testing.T) {
	host := hosted(t, started())
	if err := errors.Join(host.AdvanceTo(on(12, 21)), host.Correct(added(on(12, 11), 2))); err != nil {
		t.Fatal(err)
	}
	text := func(month, day int) string { return stated(t, host, month, day).Text() }
	var first []string
	dates := [][2]int{{10, 1}, {11, 1}, {11, 30}, {12, 1}, {12, 20}, {12, 21}, {13, 1}, {14, 2}}
	for _, d := range dates {
		first = append(first, text(d[0], d[1]))
	}
	if err := host.AdvanceTo(on(14, 2)); err != nil {
		t.Fatal(err)
	}
	for i, d := range dates {
		if got := text(d[0], d[1]); got != first[i] {
			t.Errorf("%v: later it is\n%s\nand earlier\n%s", d, got, first[i])
		}
	}
	for i, want := range []string{
		"billed 0.00, outstanding 0.00, refunded 0.00, balance 0.00", "billed 890.00", "billed 890.00", "billed 1780.00",
		"billed 1780.00", "billed 1900.58", "billed 2968.58", "billed 4036.58", // 178.00 x 21/31 = 120.58
	} {
		if got := sums(stated(t, host, dates[i][0], dates[i][1])); !strings.HasPrefix(got, want) {
			t.Errorf("%v: got %s, want %s", dates[i], got, want)
		}
	}
	if _, err := host.Statement(on(1, 1).AddDate(-2026, 0, 0)); err != nil {
		t.Errorf("long ago: %v", err)
	}
}

// A statement of a later date uses up no answer of the script, and shares no list with the host that grows.
func TestStatementOfALaterDateChangesNothing(t *testing.T) {
	host := hosted(t)
	err := errors.Join(
		host.Script(lifecycletest.Answer{From: on(12, 1), Times: 1, Kind: lifecycle.PaymentSucceeded, After: days(2)}),
		host.Send(started(), added(on(11, 2), 1)),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := stated(t, host, 14, 1).Text()
	grown := stated(t, host, 11, 2)
	_ = append(grown.Invoices, invoice.Invoice{})
	_ = append(grown.Steps, lifecycle.Step{})
	if got := stated(t, host, 14, 1).Text(); got != want {
		t.Errorf("the second time it is\n%s\nand the first time\n%s", got, want)
	}
	if err := host.AdvanceTo(on(14, 1)); err != nil {
		t.Fatal(err)
	}
	if got := stated(t, host, 14, 1).Text(); got != want || !strings.Contains(got, "12-03 00:00:00  payment succeeded acme-3") {
		t.Errorf("with the clock it is\n%s\nand without\n%s", got, want)
	}
}

// Another policy maps the status to another access, without a deadline.
func TestStatementFollowsThePolicyOfItsDate(t *testing.T) {
	later := lifecycle.Standard()
	later.From = on(12, 15)
	later.AccessByStatus[lifecycle.Suspended] = lifecycle.Restricted
	policies, err := lifecycle.NewPolicies(lifecycle.Standard(), later)
	if err != nil {
		t.Fatal(err)
	}
	host := lifecycletest.NewHost(policies, tenSeats())
	err = errors.Join(host.Script(lifecycletest.Answer{From: on(12, 1), Kind: lifecycle.PaymentFailed}), host.Send(started()), host.AdvanceTo(on(12, 31)))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[int]lifecycle.Access{7: lifecycle.Full, 8: lifecycle.BillingOnly, 14: lifecycle.BillingOnly, 15: lifecycle.Restricted} {
		if got := stated(t, host, 12, day).Access; got != want {
			t.Errorf("December %d: got %v, want %v", day, got, want)
		}
	}
}

func TestRefusedEventsAreReturnedAndListed(t *testing.T) {
	host := hosted(t, started())
	resumed := lifecycle.Event{At: on(11, 2), Kind: lifecycle.Resumed}
	unread := lifecycle.Event{At: on(11, 3), Kind: lifecycle.Resumed, PaymentMethod: "card"}
	for _, c := range []struct {
		name   string
		err    error
		want   string
		refuse bool
	}{
		{"refused", host.Send(resumed), "No pause is scheduled.", true},
		{"a fault", host.Send(added(on(11, 3), 1), unread), "events[1].payment_method: must be unset for resumed", false},
		{"too early", host.Send(added(on(11, 2), 1)), "events[0].at: must not be before 2026-11-03T00:00:00Z", false},
		{"an earlier date", host.AdvanceTo(on(11, 2)), "at: must not be before", false},
		{"a late fault", host.Correct(resumed, unread), "events[1].payment_method: must be unset for resumed", false},
		{"a late refusal", host.Correct(resumed, added(on(11, 3), 1)), "No pause is scheduled.", true},
		{"too late", host.Send(added(on(11, 2).AddDate(9000, 0, 0), 1)), "events[0].at: must be at most 5,000 deadlines ahead", false},
	} {
		var refusal *lifecycle.Refusal
		if c.err == nil || !strings.HasPrefix(c.err.Error(), c.want) || errors.As(c.err, &refusal) != c.refuse {
			t.Errorf("%s: got %v, want %s", c.name, c.err, c.want)
		}
	}
}

// An event with the number of an applied one is a repeat. A failed call leaves the host as it was.
func TestRepeatsAndFaultsChangeNothing(t *testing.T) {
	host := hosted(t, started(), added(on(11, 16), 2))
	before := sums(stated(t, host, 11, 16))
	again := added(on(11, 16), 2)
	again.Sequence = 3
	if err := host.Send(again); err != nil {
		t.Error(err)
	}
	after := stated(t, host, 11, 16)
	if got := sums(after); got != before || !after.Steps[len(after.Steps)-1].Skipped {
		t.Errorf("got %s and %v, want %s", got, after.Steps, before)
	}
}

// A correction of the billing details names an issued invoice, which the host adds.
func TestHostAddsTheDocumentOfACorrectedCopy(t *testing.T) {
	host := hosted(t, started(), lifecycle.Event{
		At: on(11, 3), Kind: lifecycle.BillingDetailsChanged, By: plans.Support, Contact: invoice.Contact{Name: "Acme"},
		Payment: lifecycle.Payment{Invoice: "acme-1"},
	})
	s := stated(t, host, 11, 3)
	if got := s.Invoices[2].Contact.Name; got != "Acme" || s.Invoices[1].Corrects != "acme-1" {
		t.Errorf("the copy is for %q, in\n%s", got, s.Text())
	}
	if got := s.Receivable("acme-9"); got.Invoice != "" {
		t.Errorf("an unknown invoice has the receivable of %s", got.Invoice)
	}
}

func TestFaultsOfTheHost(t *testing.T) {
	unnamed := tenSeats()
	unnamed.ID = ""
	for _, c := range []struct {
		name string
		host *lifecycletest.Host
		want string
	}{
		{"no policies", lifecycletest.NewHost(nil, tenSeats()), "policies"},
		{"no ID", lifecycletest.NewHost(standard(), unnamed), "subscription.id: required"},
	} {
		for _, err := range []error{c.host.Send(started()), c.host.AdvanceTo(on(11, 1)), c.host.Correct(started())} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			}
		}
		if _, err := c.host.Statement(on(11, 1)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: the statement has %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := hosted(t).Statement(started().On); !errors.Is(err, proration.ErrUnset) {
		t.Errorf("without a date: %v", err)
	}
}

func TestFaultsOfAScript(t *testing.T) {
	host := hosted(t)
	err := host.Script(lifecycletest.Answer{Invoice: -1, Times: -2, Kind: lifecycle.Resumed}, lifecycletest.Answer{Hard: true, After: days(1)},
		lifecycletest.Answer{Kind: lifecycle.RefundFailed, After: days(-1)})
	giventest.CheckFaults(t, err, "answers[0].invoice invalid", "answers[0].times invalid", "answers[0].kind invalid", "answers[1].hard invalid",
		"answers[1].after invalid", "answers[2].after invalid")
	if err := host.Send(started()); err != nil || sums(stated(t, host, 11, 1)) != "billed 890.00, outstanding 0.00, refunded 0.00, balance 0.00" {
		t.Errorf("a script with faults replaced the earlier one: %v", err)
	}
}

// A provider whose report is refused says so.
func TestRefusedReportIsReturned(t *testing.T) {
	host := hosted(t)
	refund := lifecycle.Event{At: on(11, 5), Kind: lifecycle.PaymentRefunded, Reason: "goodwill", Payment: lifecycle.Payment{Invoice: "acme-1"}}
	if err := errors.Join(host.Script(lifecycletest.Answer{Kind: lifecycle.PaymentDisputed, After: days(10)}), host.Send(started(), refund)); err != nil {
		t.Fatal(err)
	}
	var refusal *lifecycle.Refusal
	if err := host.AdvanceTo(on(11, 20)); !errors.As(err, &refusal) || refusal.Event != lifecycle.PaymentDisputed {
		t.Errorf("got %v", err)
	}
	if err := host.AdvanceTo(on(11, 20)); err != nil {
		t.Errorf("the report is made again: %v", err)
	}
	if got := steps(stated(t, host, 11, 20)); !strings.Contains(got, "refused") {
		t.Errorf("the refused report is not in\n%s", got)
	}
}

// Several requests of one time are all answered, and a request that another answer closed is not.
func TestEachRequestIsAnsweredOnce(t *testing.T) {
	sub := tenSeats()
	sub.Contract.Items[0].Price.Unit = decimal.RequireFromString("1.00")
	host := lifecycletest.NewHost(standard(), sub)
	if err := host.Script(lifecycletest.Answer{Times: 2, Kind: lifecycle.PaymentFailed}); err != nil {
		t.Fatal(err)
	}
	card := lifecycle.Event{At: on(11, 4), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"}
	if err := host.Send(started(), added(on(11, 2), 1), card); err != nil {
		t.Fatal(err)
	}
	got := steps(stated(t, host, 11, 4))
	if strings.Count(got, "payment succeeded") != 2 || strings.Contains(got, "refused") {
		t.Errorf("got\n%s", got)
	}
}
