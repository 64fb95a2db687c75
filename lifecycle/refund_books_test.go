package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// A refund of money that paid for another invoice through credit is booked on the receivable of the money (law 18).
func TestRefundThroughCreditIsBooked(t *testing.T) {
	p := anyChange()
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	moved := func(at, to string) lifecycle.Event {
		return eventOn(at, lifecycle.Changed, func(e *lifecycle.Event) { e.Change.AnchorAt = utc(to) })
	}
	out := replayEvents(t, p, "2026-01-27",
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p"),
		moved("2026-01-02", "2026-01-25"), // 7 of 31 days come back as credit and pay a part of the next period
		moved("2026-01-25", "2026-02-01"), // which is credited from February 1 on
		eventOn("2026-01-27", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.By, e.Effective = plans.Support, plans.Immediately }),
	)
	var documents, received, refunds decimal.Decimal
	for _, inv := range out.Invoices {
		documents = documents.Add(inv.Total)
	}
	for _, r := range out.Receivables {
		received = received.Add(r.Received()).Add(r.Outstanding())
	}
	for _, e := range out.Effects {
		if e.Kind == lifecycle.Refund {
			refunds = refunds.Add(e.Amount)
		}
	}
	if !refunds.IsPositive() || !documents.Equal(received) {
		t.Errorf("%v are refunded, and documents of %v stand against %v received or open", refunds, documents, received)
	}
}
