package lifecycle_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A card is declined when December is charged. The policy grants three days of grace with a retry each day, then access
// falls to the billing pages. On December 9 the customer enters another card, and its payment restores access.
func Example_declinedCard() {
	policy := lifecycle.Standard()
	day := proration.Interval{Days: 1}
	policy.Dunning = lifecycle.Dunning{
		OpenInvoice: lifecycle.OpenKeep, ResultTimeout: proration.Interval{Days: 7},
		Grace: proration.Interval{Days: 3}, Retries: []proration.Interval{day, day}, FinalAction: lifecycle.FinalSuspend,
	}

	start := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	monthly, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}

	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	first, second := lifecycle.Payment{Invoice: "acme-1"}, lifecycle.Payment{Invoice: "acme-2"}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Replay(policies, sub, []lifecycle.Event{
		{Sequence: 1, At: at(time.November, 1, 0), Kind: lifecycle.Started, PaymentMethod: "card"},
		{Sequence: 2, At: at(time.November, 1, 0), Kind: lifecycle.PaymentSucceeded, Payment: first},
		{Sequence: 3, At: at(time.December, 1, 0), Kind: lifecycle.PaymentFailed, Payment: second},
		{Sequence: 4, At: at(time.December, 2, 0), Kind: lifecycle.PaymentFailed, Payment: second},
		{Sequence: 5, At: at(time.December, 3, 0), Kind: lifecycle.PaymentFailed, Payment: second},
		{Sequence: 6, At: at(time.December, 9, 9), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"},
		{Sequence: 7, At: at(time.December, 9, 10), Kind: lifecycle.PaymentSucceeded, Payment: second},
	}, at(time.December, 31, 23))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Timeline())
	fmt.Println()
	for _, e := range out.Effects {
		fmt.Println(e.Kind, e.Invoice, e.Amount.StringFixed(2), "as", e.ID)
	}
	fmt.Println()
	for _, n := range out.Notices {
		fmt.Println(n.At.Format("2006-01-02 15:04"), n.Kind, n.Invoice)
	}
	// Output:
	// 2026-11-01 00:00:00  started                   active         full          acme-1
	// 2026-11-01 00:00:00  payment succeeded acme-1  active         full
	// 2026-12-01 00:00:00  renewal                   active         full          acme-2
	// 2026-12-01 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-02 00:00:00  charge acme-2             past_due       full
	// 2026-12-02 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-03 00:00:00  charge acme-2             past_due       full
	// 2026-12-03 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-04 00:00:00  grace over acme-2         suspended      billing_only
	// 2026-12-09 09:00:00  payment method added      suspended      billing_only
	// 2026-12-09 10:00:00  payment succeeded acme-2  active         full
	//
	// collect_payment acme-1 890.00 as acme/event-1/1
	// collect_payment acme-2 890.00 as acme/renewal-2026-12-01T00:00:00Z/1
	// collect_payment acme-2 890.00 as acme/charge-2026-12-02T00:00:00Z-acme-2/1
	// collect_payment acme-2 890.00 as acme/charge-2026-12-03T00:00:00Z-acme-2/1
	// collect_payment acme-2 890.00 as acme/event-6/1
	//
	// 2026-11-01 00:00 receipt acme-1
	// 2026-12-01 00:00 payment_failed acme-2
	// 2026-12-02 00:00 payment_failed acme-2
	// 2026-12-03 00:00 payment_failed acme-2
	// 2026-12-04 00:00 access_lost acme-2
	// 2026-12-09 10:00 receipt acme-2
}
