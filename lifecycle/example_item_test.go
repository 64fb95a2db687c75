package lifecycle_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Calls are billed by the month on a plan that is billed by the year: 1,000 calls of each month are included.
func ExampleNext_monthlyUsage() {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	cycle, err := proration.NewCycle(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), proration.Interval{Months: 12})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: cycle, Items: []plans.Item{
			{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.NewFromInt(890)}},
			{ID: "calls", Price: plans.Price{
				Metered: true, Unit: decimal.RequireFromString("0.01"), Included: decimal.NewFromInt(1_000),
				BillingInterval: proration.Interval{Months: 1},
			}},
		},
	}
	for _, e := range []lifecycle.Event{
		{At: cycle.Anchor.In(nil), Kind: lifecycle.Started, PaymentMethod: "card"},
		{At: cycle.Anchor.In(nil), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"}},
		{At: time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC), Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
			{Item: "calls", Quantity: decimal.NewFromInt(6_000)},
		}},
	} {
		e.Sequence = sub.Sequence + 1
		out, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			panic(err)
		}
		sub = out.Subscription
	}
	next, err := lifecycle.Next(policies, sub)
	if err != nil {
		panic(err)
	}
	fmt.Println(next.Kind, "on", next.At.Format(time.DateOnly))
	out, err := lifecycle.Advance(policies, sub, next.At)
	if err != nil {
		panic(err)
	}
	for _, line := range out.Invoices[0].Lines {
		fmt.Println(line.Kind, line.Explain())
	}
	// Output:
	// item_billing_due on 2026-02-28
	// usage calls: 5000 x 0.01 beyond 1000 included = 50.00
}

// Support costs 10.00 a month on a plan that costs 1,200.00 a year: the first month is billed with the year, the second
// when it begins.
func ExampleNext_monthlyAddOn() {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	cycle, err := proration.NewCycle(start, proration.Interval{Months: 12})
	if err != nil {
		panic(err)
	}
	one := decimal.NewFromInt(1)
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "team", Currency: "USD", Cycle: cycle, Items: []plans.Item{
		{ID: "base", Quantity: one, Price: plans.Price{Unit: decimal.NewFromInt(1200)}},
		{ID: "support", Quantity: one, Price: plans.Price{
			Unit: decimal.NewFromInt(10), BillingInterval: proration.Interval{Months: 1},
		}},
	}}
	started := lifecycle.Event{Sequence: 1, At: start, Kind: lifecycle.Started, PaymentMethod: "card"}
	out, err := lifecycle.Apply(policies, sub, started)
	if err != nil {
		panic(err)
	}
	fmt.Println("first:", out.Invoices[0].Total)
	paid := lifecycle.Event{
		Sequence: 2, At: start, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"},
	}
	if out, err = lifecycle.Apply(policies, out.Subscription, paid); err != nil {
		panic(err)
	}
	next, err := lifecycle.Next(policies, out.Subscription)
	if err != nil {
		panic(err)
	}
	fmt.Println(next.Kind, "on", next.At.Format(time.DateOnly))
	if out, err = lifecycle.Advance(policies, out.Subscription, next.At); err != nil {
		panic(err)
	}
	for _, line := range out.Invoices[0].Lines {
		fmt.Println(line.Kind, line.Explain())
	}
	// Output:
	// first: 1210
	// item_period_due on 2026-02-28
	// recurring support: 1 x 10.00 = 10.00
}
