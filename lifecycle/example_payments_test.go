package lifecycle_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
)

// A card fails, a transfer pays the invoice of 890.00, and then the provider reports that the card succeeded after all.
// The surplus goes back once, also if the report comes again. Later the bank returns the transfer.
func ExampleApply_paymentsInAnyOrder() {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	report := func(day int, kind lifecycle.EventKind, payment string) lifecycle.Event {
		return lifecycle.Event{
			Sequence: int64(day), At: november(day), Kind: kind, Payment: lifecycle.Payment{Invoice: "acme-1", ID: payment},
		}
	}
	out, err := lifecycle.Replay(policies, acme(), []lifecycle.Event{
		{Sequence: 1, At: november(1), Kind: lifecycle.Started, PaymentMethod: "card"},
		report(2, lifecycle.PaymentFailed, "card"),
		report(3, lifecycle.PaymentSucceeded, "transfer"),
		report(4, lifecycle.PaymentSucceeded, "card"),
		report(5, lifecycle.PaymentSucceeded, "card"),
		report(6, lifecycle.RefundSucceeded, "card"),
		report(7, lifecycle.PaymentReversed, "transfer"),
	}, november(8))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Timeline())
	var owed decimal.Decimal
	for _, refund := range out.Subscription.Refunds {
		if refund.SucceededAt.IsZero() {
			owed = owed.Add(refund.Amount)
		}
	}
	fmt.Println("owed back:", owed.StringFixed(2), "outstanding:", out.Receivables[0].Outstanding().StringFixed(2))
	// Output:
	// 2026-11-01 00:00:00  started                              active         full          acme-1
	// 2026-11-02 00:00:00  payment failed acme-1                past_due       full
	// 2026-11-03 00:00:00  payment succeeded acme-1             active         full
	// 2026-11-04 00:00:00  payment succeeded acme-1             active         full
	// 2026-11-05 00:00:00  payment succeeded acme-1 (a repeat)  active         full
	// 2026-11-06 00:00:00  refund succeeded acme-1              active         full
	// 2026-11-07 00:00:00  payment reversed acme-1              past_due       full
	// owed back: 0.00 outstanding: 890.00
}
