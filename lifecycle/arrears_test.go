package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// In arrears, the service until the subscription stops is billed at that time, once, whether the customer returns or
// leaves months later. Nothing after it is billed.
func TestArrearsAreBilledWhenServiceStops(t *testing.T) {
	started, failed := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-02-01", lifecycle.PaymentFailed, "r-1", "")
	card := eventOn("2026-02-15", lifecycle.PaymentMethodAdded)
	cancel := func(at string) lifecycle.Event {
		return eventOn(at, lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })
	}
	term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Renew, TerminationFee: plans.TerminationFee{Fee: giventest.Money("99.00")}}
	for _, row := range []struct {
		name, why string
		without   lifecycle.FinalAction
		dates     plans.BillingAnchor
		term      bool
		events    []lifecycle.Event
		to, want  string
	}{
		{"no payment method at the renewal, then canceled", "January was served", lifecycle.FinalSuspend, plans.AnchorReset, false, []lifecycle.Event{started, cancel("2026-02-15")}, "2026-02-16", "1000.00"},
		{"no payment method, paused and canceled", "January was served", lifecycle.FinalPause, plans.AnchorReset, false, []lifecycle.Event{started, cancel("2026-02-15")}, "2026-02-16", "1000.00"},
		{"no payment method, then reactivated", "and two months from February 15 on", lifecycle.FinalSuspend, plans.AnchorReset, false, []lifecycle.Event{started, card, eventOn("2026-02-15", lifecycle.Reactivated)}, "2026-05-01", "3000.00"},
		{"no payment method, then reactivated on the old dates", "and half of February, March and April", lifecycle.FinalPause, plans.AnchorKeep, false, []lifecycle.Event{started, card, eventOn("2026-02-15", lifecycle.Reactivated)}, "2026-05-01", "3500.00"},
		{"no payment method required", "January to April", lifecycle.FinalContinue, plans.AnchorReset, false, []lifecycle.Event{started}, "2026-05-01", "4000.00"},
		{"unpaid, then canceled", "and 7/28 of February, in grace", lifecycle.FinalContinue, plans.AnchorReset, false, []lifecycle.Event{started, failed, cancel("2026-06-01")}, "2026-06-02", "1250.00"},
		{"unpaid, then paid in April", "and April and May", lifecycle.FinalContinue, plans.AnchorReset, false, []lifecycle.Event{started, failed, paymentOn("2026-04-01", lifecycle.PaymentSucceeded, "r-1", "")}, "2026-06-02", "3250.00"},
		{"unpaid in a term, then canceled", "and the termination fee at the end", lifecycle.FinalContinue, plans.AnchorReset, true, []lifecycle.Event{started, failed, cancel("2026-06-01")}, "2026-06-02", "1349.00"},
		{"unpaid in a term", "and no termination fee, since the customer did not leave", lifecycle.FinalContinue, plans.AnchorReset, true, []lifecycle.Event{started, failed}, "2026-06-02", "1250.00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, sub := advancePolicy(), tenSeatsFromJanuary()
			p.Renewal, p.Billing.Timing, p.Reactivation.BillingAnchor = lifecycle.Renewal{WithoutPaymentMethod: row.without}, proration.InArrears, row.dates
			if row.term {
				sub.Contract.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-01/2027-01-01", nil)}}
			}
			for i := range row.events {
				row.events[i].Sequence = int64(i + 1)
			}
			out, err := replayWith([]lifecycle.Policy{p}, sub, row.events, utc(row.to))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "January, "+row.why+":", totalBilled(out), row.want)
			if t.Failed() {
				t.Log(out.Timeline())
			}
		})
	}
}
