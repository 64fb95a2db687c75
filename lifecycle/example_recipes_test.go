package lifecycle_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// november returns a date of the month in which the recipes take place.
func november(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

// subscriptionOfTenSeats returns a subscription of ten seats at 89.00 a month from November 1 on.
func subscriptionOfTenSeats() lifecycle.Subscription {
	monthly, err := proration.NewCycle(november(1), proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	return sub
}

// tenSeats returns the subscription, started and paid on November 1.
func tenSeats(policies *lifecycle.Policies) lifecycle.Subscription {
	sub := subscriptionOfTenSeats()
	for _, e := range []lifecycle.Event{
		{Kind: lifecycle.Started, PaymentMethod: "card"},
		{Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1", ID: "pay-1"}},
	} {
		e.Sequence, e.At = sub.Sequence+1, november(1)
		out, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			panic(err)
		}
		sub = out.Subscription
	}
	return sub
}

// A cancellation takes effect at once and refunds the unused part of the month.
func ExampleApply_refundUnusedTime() {
	policy := lifecycle.Standard()
	policy.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	for i := range policy.ChangeRules {
		if policy.ChangeRules[i].Action == plans.Cancel {
			policy.ChangeRules[i].Effective = plans.Immediately
		}
	}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Apply(policies, tenSeats(policies), lifecycle.Event{
		Sequence: 3, At: november(16), Kind: lifecycle.CancellationRequested,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Subscription.Status, out.Invoices[0].Lines[0].Explain())
	for _, effect := range out.Effects {
		fmt.Println(effect.Kind, effect.Amount, effect.Invoice)
	}
	// Output:
	// canceled seat: 10 not used of acme-1/1, -890.00 x 15/30 days = -445.00
	// refund 445 acme-2
}

// Seats are removed for the end of the period: the customer keeps them until then, and nothing is credited.
func ExampleApply_removeSeatsAtPeriodEnd() {
	policy := lifecycle.Standard()
	for i := range policy.ChangeRules {
		if policy.ChangeRules[i].Action == plans.RemoveQuantity {
			policy.ChangeRules[i].Effective = plans.AtPeriodEnd
		}
	}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Apply(policies, tenSeats(policies), lifecycle.Event{
		Sequence: 3, At: november(16), Kind: lifecycle.Changed,
		Change: plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(3)}}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("seats:", out.Subscription.Contract.Items[0].Quantity)
	out, err = lifecycle.Advance(policies, out.Subscription, november(1).AddDate(0, 1, 0))
	if err != nil {
		panic(err)
	}
	fmt.Println("seats:", out.Subscription.Contract.Items[0].Quantity)
	fmt.Println(out.Invoices[0].Lines[0].Explain())
	// Output:
	// seats: 10
	// seats: 7
	// seat: 7 x 89.00 = 623.00
}

// Usage is recorded during the period and billed on the next invoice.
func ExampleApply_usage() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Apply(policies, tenSeats(policies), lifecycle.Event{
		Sequence: 3, At: november(20), Kind: lifecycle.UsageRecorded, Charges: []plans.Charge{
			{Item: "call", Quantity: decimal.NewFromInt(1200), Price: plans.Price{Unit: decimal.RequireFromString("0.05")}},
		},
	})
	if err != nil {
		panic(err)
	}
	out, err = lifecycle.Advance(policies, out.Subscription, november(1).AddDate(0, 1, 0))
	if err != nil {
		panic(err)
	}
	for _, line := range out.Invoices[0].Lines {
		fmt.Println(line.Kind, line.Explain())
	}
	// Output:
	// recurring seat: 10 x 89.00 = 890.00
	// usage call: 1200 x 0.05 = 60.00
}

// Records of a metered item are priced once, by the contract: 10,000 calls at 0.01 and 8,000 at 0.005.
func ExampleApply_meteredUsage() {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	sub := tenSeats(policies)
	sub.Contract.Items = append(sub.Contract.Items, plans.Item{ID: "calls", Price: plans.Price{
		Metered: true, Tiering: plans.Graduated, Tiers: []plans.Tier{
			{UpTo: decimal.NewFromInt(10_000), Unit: decimal.RequireFromString("0.01")},
			{Unit: decimal.RequireFromString("0.005")},
		},
	}})
	for _, day := range []int{20, 25} {
		out, err := lifecycle.Apply(policies, sub, lifecycle.Event{
			Sequence: sub.Sequence + 1, At: november(day), Kind: lifecycle.UsageRecorded,
			Records: []lifecycle.UsageRecord{{Item: "calls", Quantity: decimal.NewFromInt(9_000)}},
		})
		if err != nil {
			panic(err)
		}
		sub = out.Subscription
	}
	out, err := lifecycle.Advance(policies, sub, november(1).AddDate(0, 1, 0))
	if err != nil {
		panic(err)
	}
	for _, line := range out.Invoices[0].Lines {
		fmt.Println(line.Kind, line.Explain())
	}
	// Output:
	// recurring seat: 10 x 89.00 = 890.00
	// usage calls: 10000 x 0.01 + 8000 x 0.005 = 140.00
}

// Support grants credit, which pays the next invoice.
func ExampleApply_grantCredit() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Apply(policies, tenSeats(policies), lifecycle.Event{
		Sequence: 3, At: november(20), Kind: lifecycle.CreditGranted, By: plans.Support, Reason: "outage on November 19",
		Grant: credits.Entry{Amount: decimal.RequireFromString("50.00")},
	})
	if err != nil {
		panic(err)
	}
	out, err = lifecycle.Advance(policies, out.Subscription, november(1).AddDate(0, 1, 0))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Invoices[0].Text())
	// Output:
	// Invoice acme-2, 2026-12-01, USD
	//   growth, recurring, 2026-12-01 until 2027-01-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Credit applied (acme/event-3)                                         -50.00
	//   Amount due                                                            840.00
}

// The seller refunded a part of a payment; the event books it and issues the credit note.
func ExampleApply_refundPayment() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Apply(policies, tenSeats(policies), lifecycle.Event{
		Sequence: 3, At: november(20), Kind: lifecycle.PaymentRefunded, By: plans.Support, Reason: "outage on November 19",
		Payment: lifecycle.Payment{Invoice: "acme-1", Amount: decimal.RequireFromString("89.00")},
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Invoices[0].Text())
	// Output:
	// Credit note acme-2 for invoice acme-1, 2026-11-20, USD
	//   growth, refund, 2026-11-01 until 2026-12-01                           -89.00
	//     seat: -89.00 of acme-1/1
	//   Refunded                                                               89.00
	//   Amount due                                                              0.00
}

// The customer is exempt from the policy's tax.
func ExampleApply_taxExempt() {
	policy := lifecycle.Standard()
	policy.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.NewFromInt(20)}}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	sub := tenSeats(policies)
	fmt.Println("tax due on December 1:", taxDue(policies, sub))
	out, err := lifecycle.Apply(policies, sub, lifecycle.Event{Sequence: 3, At: november(20), Kind: lifecycle.TaxesChanged})
	if err != nil {
		panic(err)
	}
	fmt.Println("tax due on December 1:", taxDue(policies, out.Subscription))
	// Output:
	// tax due on December 1: 178
	// tax due on December 1: 0
}

// taxDue previews the tax of the next renewal.
func taxDue(policies *lifecycle.Policies, sub lifecycle.Subscription) decimal.Decimal {
	out, err := lifecycle.Advance(policies, sub, november(1).AddDate(0, 1, 0))
	if err != nil {
		panic(err)
	}
	return out.Invoices[0].Tax
}

// Service pauses at the end of the period and resumes on a date, when a new period begins.
func ExampleApply_pause() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Apply(policies, tenSeats(policies), lifecycle.Event{
		Sequence: 3, At: november(20), Kind: lifecycle.PauseRequested, Until: time.Date(2027, time.February, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		panic(err)
	}
	out, err = lifecycle.Advance(policies, out.Subscription, time.Date(2027, time.February, 2, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Timeline())
	// Output:
	// 2026-12-01 00:00:00  pause              paused         billing_only
	// 2027-02-01 00:00:00  resume             active         full          acme-2
}
