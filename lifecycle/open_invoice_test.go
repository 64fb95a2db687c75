package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// The policy says what becomes of an open invoice when service ends. Ten seats cost 1,000.00 in January, and access
// ends on January 11: ten of 31 days are 322.58.
func TestOpenInvoiceWhenServiceEnds(t *testing.T) {
	failed := paymentOn("2026-01-04", lifecycle.PaymentFailed, "r-1", "") // a week of grace
	cancel := func(when plans.EffectiveTiming) lifecycle.Event {
		return eventOn("2026-01-11", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = when })
	}
	part := eventOn("2026-01-03", lifecycle.PaymentSucceeded, func(e *lifecycle.Event) {
		e.Payment = lifecycle.Payment{Invoice: "r-1", ID: "p", Amount: giventest.Money("400")}
	})
	for _, c := range []struct {
		name, why   string
		open        lifecycle.OpenInvoice
		final       lifecycle.FinalAction
		events      []lifecycle.Event
		status      lifecycle.Status
		outstanding string
		phases      []string // of the first invoices
	}{
		{"kept by dunning", "it stays due", lifecycle.OpenKeep, lifecycle.FinalSuspend, []lifecycle.Event{failed}, lifecycle.Suspended, "1000", []string{"overdue"}},
		{"voided by dunning", "the time without access is not owed", lifecycle.OpenVoid, lifecycle.FinalSuspend, []lifecycle.Event{failed}, lifecycle.Suspended, "0", []string{"void"}},
		{"served by dunning", "ten days were served", lifecycle.OpenChargeServed, lifecycle.FinalSuspend, []lifecycle.Event{failed}, lifecycle.Suspended, "322.58", []string{"overdue"}},
		{"kept by a dunning that cancels", "it stays due", lifecycle.OpenKeep, lifecycle.FinalCancel, []lifecycle.Event{failed}, lifecycle.Canceled, "1000", []string{"overdue"}},
		{"voided by a dunning that cancels", "nothing is owed", lifecycle.OpenVoid, lifecycle.FinalCancel, []lifecycle.Event{failed}, lifecycle.Canceled, "0", []string{"void"}},
		{"served by a dunning that cancels", "ten days were served", lifecycle.OpenChargeServed, lifecycle.FinalCancel, []lifecycle.Event{failed}, lifecycle.Canceled, "322.58", []string{"overdue"}},
		{"kept at a cancellation", "the rules return nothing", lifecycle.OpenKeep, lifecycle.FinalSuspend, []lifecycle.Event{cancel(plans.Immediately)}, lifecycle.Canceled, "1000", []string{"requested"}},
		{"voided at a cancellation", "nothing is owed", lifecycle.OpenVoid, lifecycle.FinalSuspend, []lifecycle.Event{cancel(plans.Immediately)}, lifecycle.Canceled, "0", []string{"void"}},
		{"served at a cancellation", "ten days were served", lifecycle.OpenChargeServed, lifecycle.FinalSuspend, []lifecycle.Event{cancel(plans.Immediately)}, lifecycle.Canceled, "322.58", []string{"requested"}},
		{"part-paid and voided", "the paid part stays, and the rest is not owed", lifecycle.OpenVoid, lifecycle.FinalSuspend, []lifecycle.Event{part, cancel(plans.Immediately)}, lifecycle.Canceled, "0", []string{"paid"}},
		{
			"part-paid and served", "677.42 are unused and 600.00 open: the rules return nothing of the other 77.42", lifecycle.OpenChargeServed, lifecycle.FinalSuspend,
			[]lifecycle.Event{part, cancel(plans.Immediately)}, lifecycle.Canceled, "0", []string{"paid"},
		},
		{"at the end of the paid time", "no time is paid, so the invoice is void", lifecycle.OpenKeep, lifecycle.FinalSuspend, []lifecycle.Event{cancel(plans.AtPaidThrough)}, lifecycle.Canceled, "0", []string{"void"}},
		{
			"at the end of the paid time, paid", "January is paid", lifecycle.OpenKeep, lifecycle.FinalSuspend,
			[]lifecycle.Event{paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", ""), cancel(plans.AtPaidThrough)}, lifecycle.Active, "0", []string{"paid"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := anyChange()
			p.Dunning.OpenInvoice, p.Dunning.FinalAction = c.open, c.final
			out := replayEvents(t, p, "2026-01-12", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.events...)...)
			var phases []string
			open := giventest.Money("0")
			for _, r := range out.Receivables {
				if r.AmountDue.IsPositive() {
					phases = append(phases, r.Phase.String())
				}
				open = open.Add(r.Outstanding())
			}
			if out.Subscription.Status != c.status || !slices.Equal(phases, c.phases) {
				t.Errorf("%v with invoices %q, want %v with %q: %s", out.Subscription.Status, phases, c.status, c.phases, c.why)
			}
			giventest.CheckMoney(t, c.why, open, c.outstanding)
			if len(out.Credits) > 0 {
				t.Errorf("credit arises: %v", out.Credits)
			}
		})
	}
}

// A customer whom dunning suspended returns with a period of its own, if the time without access is not owed.
func TestReturnAfterAVoidedInvoice(t *testing.T) {
	for _, open := range []lifecycle.OpenInvoice{lifecycle.OpenVoid, lifecycle.OpenChargeServed} {
		p := anyChange()
		p.Dunning.OpenInvoice = open
		back := eventOn("2026-01-20", lifecycle.Reactivated)
		if open == lifecycle.OpenChargeServed {
			back = paymentOn("2026-01-20", lifecycle.PaymentSucceeded, "r-1", "")
		}
		out := replayEvents(t, p, "2026-01-21", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-04", lifecycle.PaymentFailed, "r-1", ""), back)
		if sub := out.Subscription; sub.Status != lifecycle.Active || !sub.Period.Start.Equal(utc("2026-01-20")) {
			t.Errorf("%v: %v with the period %v", open, sub.Status, sub.Period)
		}
		last := out.Invoices[len(out.Invoices)-1]
		giventest.CheckMoney(t, "the new period", last.Total, "1000")
	}
}

// Where dunning ended access and voided the invoice, service has stopped: a change is for the next period, which the
// customer's return begins.
func TestChangeAfterDunningEndedService(t *testing.T) {
	for _, open := range []lifecycle.OpenInvoice{lifecycle.OpenVoid, lifecycle.OpenChargeServed} {
		p := anyChange()
		p.Dunning.OpenInvoice = open
		out := replayEvents(t, p, "2026-01-12", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-04", lifecycle.PaymentFailed, "r-1", ""),
			changedOn(t, "2026-01-12", `{"add":[{"item":"seat","quantity":"1"}]}`))
		sub := out.Subscription
		if last := out.Steps[len(out.Steps)-1]; last.Refused != "" || sub.Contract.Items[0].Quantity.IntPart() != 11 || sub.EndedAt.IsZero() ||
			len(out.Invoices)+len(sub.UnbilledCharges) > 2 || out.Invoices[0].Total.IntPart() != 1000 {
			t.Errorf("%v: %d documents, ended at %v, refused %q\n%s", open, len(out.Invoices), sub.EndedAt, last.Refused, out.Timeline())
		}
	}
}
