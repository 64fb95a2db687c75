package lifecycle_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The faults of a replay name the field. All come at once, those of an event under its index.
func TestReplayFaults(t *testing.T) {
	std := lifecycle.Standard()
	later := lifecycle.Standard()
	later.From = date(time.December, 1)
	start := lifecycle.Event{Sequence: 1, At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"}
	cancel := lifecycle.Event{Sequence: 2, At: date(time.November, 2), Kind: lifecycle.CancellationRequested}
	wrong := lifecycle.Event{Sequence: 2, At: date(time.November, 2), Kind: lifecycle.CancellationRequested, On: date(time.November, 1)}
	foreign := lifecycle.Event{Sequence: 2, At: date(time.November, 2), Kind: lifecycle.UsageRecorded, Charges: []plans.Charge{{Item: "x", Currency: "EUR", Net: giventest.Money("1.00")}}}
	for _, row := range []struct {
		name, why string
		policies  []lifecycle.Policy
		events    []lifecycle.Event
		at        time.Time
		want      []string
	}{
		{"valid", "", []lifecycle.Policy{std, later}, []lifecycle.Event{start, cancel}, date(time.December, 2), nil},
		{"no policy", "", nil, []lifecycle.Event{start}, date(time.December, 2), []string{"policies unset"}},
		{"too many policies", "law 14", make([]lifecycle.Policy, 1001), nil, date(time.December, 2), []string{"policies limit"}},
		{"policies out of order", "the order decides which policy applies", []lifecycle.Policy{later, std}, nil, date(time.December, 2), []string{"policies[1].from invalid"}},
		{"an invalid policy", "", []lifecycle.Policy{std, func() lifecycle.Policy { p := later; p.Prorations = 0; return p }()}, nil, date(time.December, 2), []string{"policies[1].prorations unset"}},
		{"events out of order", "", []lifecycle.Policy{std}, []lifecycle.Event{start, cancel, {Sequence: 3, At: date(time.November, 1), Kind: lifecycle.CancellationWithdrawn}}, date(time.December, 2), []string{"events[2].at outside"}},
		{"an invalid event", "", []lifecycle.Policy{std}, []lifecycle.Event{start, {Sequence: 2, At: date(time.November, 2)}, {Kind: lifecycle.Resumed}}, date(time.December, 2), []string{
			"events[1].kind unset", "events[2].sequence unset", "events[2].at unset",
		}},
		{"an end before the last event", "", []lifecycle.Policy{std}, []lifecycle.Event{start, cancel}, date(time.November, 1), []string{"at outside"}},
		{"no end", "", []lifecycle.Policy{std}, []lifecycle.Event{}, time.Time{}, []string{"at unset"}},
		{"an event with a fault that its application finds", "", []lifecycle.Policy{std}, []lifecycle.Event{start, wrong}, date(time.December, 2), []string{"events[1].on outside"}},
		{"charges in another currency", "row M8: they are refused", []lifecycle.Policy{std}, []lifecycle.Event{start, foreign}, date(time.December, 2), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, err := replayWith(row.policies, acme(), row.events, row.at)
			if !giventest.CheckFaults(t, err, row.want...) && (out.Subscription.ID != "" || len(out.Steps) > 0) {
				t.Errorf("%s: the call has an effect: %+v", row.why, out)
			}
		})
	}
}

// More than a thousand deadlines need several calls, since one call has a limit.
func TestDeadlinesPerCallAreLimited(t *testing.T) {
	p := lifecycle.Standard()
	free := acme()
	free.Contract.Items[0].Price = plans.Price{Free: true}
	sub := afterwards(p, free, lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started})
	to := time.Date(2126, time.November, 1, 0, 0, 0, 0, time.UTC) // 1,200 months
	_, err := advanceWith(p, sub, to)
	giventest.CheckFaults(t, err, "at limit")
	for _, at := range []time.Time{to.AddDate(-50, 0, 0), to} {
		out, err := advanceWith(p, sub, at)
		if err != nil {
			t.Fatal(err)
		}
		sub = out.Subscription
	}
	if !sub.Period.Start.Equal(to) || sub.Issued != 1201 {
		t.Errorf("%v, %d invoices", sub.Period, sub.Issued)
	}
}

// A stored subscription stays small: settled invoices are dropped after their retention.
func TestSettledInvoicesAreDropped(t *testing.T) {
	p := lifecycle.Standard()
	sub := inService(p)
	for i := 2; i <= 40; i++ {
		out, err := advanceWith(p, sub, sub.Period.End)
		if err != nil {
			t.Fatal(err)
		}
		sub = afterwards(p, out.Subscription, lifecycle.Event{At: out.Subscription.At, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: out.Invoices[0].ID}})
	}
	if len(sub.Receivables) > 8 || len(sub.UnexpiredCharges) > 2 {
		t.Errorf("%d receivables and %d charges are kept after 40 paid months", len(sub.Receivables), len(sub.UnexpiredCharges))
	}
	_, err := applyWith(p, sub, lifecycle.Event{Sequence: sub.Sequence + 1, At: sub.At, Kind: lifecycle.PaymentDisputed, Payment: lifecycle.Payment{Invoice: "acme-1"}})
	if err == nil || err.Error() != `Invoice "acme-1" does not exist, had nothing to pay, or was settled too long ago to be changed.` {
		t.Errorf("got %v", err)
	}
}

// A replay that starts from a subscription returns earlier invoices that changed, in their last state.
func TestReplayContinuesFromASubscription(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	first := replayEvents(t, p, "2026-01-01", eventOn("2026-01-01", lifecycle.Started))
	fail, pay := paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", ""), paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "")
	fail.Sequence, pay.Sequence = 2, 3
	out, err := replayWith([]lifecycle.Policy{p}, first.Subscription, []lifecycle.Event{fail, pay}, utc("2026-01-04"))
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 0 || len(out.Receivables) != 1 || out.Receivables[0].Phase != invoice.PhasePaid {
		t.Errorf("%d invoices are issued, and %v changed", len(out.Invoices), out.Receivables)
	}
}

// Expired credit is dropped after its retention, and the number of unbilled charges is limited.
func TestExpiredCreditIsDroppedAndUnbilledChargesAreLimited(t *testing.T) {
	p := advancePolicy()
	p.InvoiceRetention = giventest.Interval("P1M")
	granted := eventOn("2026-01-03", lifecycle.CreditGranted, func(e *lifecycle.Event) {
		e.Grant.Amount, e.Grant.Expires = giventest.Money("50.00"), utc("2026-01-10")
	})
	out := replayEvents(t, p, "2026-03-20", eventOn("2026-01-01", lifecycle.Started), granted)
	if len(out.Subscription.Ledger) != 0 || len(out.Credits) != 1 {
		t.Errorf("the ledger has %d entries, and %d were returned", len(out.Subscription.Ledger), len(out.Credits))
	}
	use := eventOn("2026-01-02", lifecycle.UsageRecorded, func(e *lifecycle.Event) {
		for range 600 {
			e.Charges = append(e.Charges, plans.Charge{Item: "call", Net: giventest.Money("1.00")})
		}
	})
	use.Sequence = 3
	started := eventOn("2026-01-01", lifecycle.Started)
	started.Sequence = 1
	again := use
	again.Sequence = 4
	_, err := replayWith([]lifecycle.Policy{p}, tenSeatsFromJanuary(), []lifecycle.Event{started, use, again}, utc("2026-01-03"))
	giventest.CheckFaults(t, err, "events[2].charges limit")
}
