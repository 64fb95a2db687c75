package lifecycle_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A yearly contract costs 948.00 a seat. Two seats are added on November 16 and billed for the rest of the year. The
// next year is billed for twelve seats.
func Example_annualContract() {
	policy := lifecycle.Standard()
	signed := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	yearly, err := proration.NewCycle(signed, proration.Interval{Months: 12})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme", PaymentMethod: "card"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: yearly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("948.00")}},
	}}

	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Replay(policies, sub, []lifecycle.Event{
		{Sequence: 1, At: signed, Kind: lifecycle.Started},
		{Sequence: 2, At: signed, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"}},
		{
			Sequence: 3, At: time.Date(2026, time.November, 16, 11, 30, 0, 0, time.UTC), Kind: lifecycle.Changed,
			Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}},
		},
		{
			Sequence: 4, At: time.Date(2026, time.November, 16, 11, 31, 0, 0, time.UTC), Kind: lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{Invoice: "acme-2"},
		},
	}, time.Date(2027, time.March, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	for _, inv := range out.Invoices {
		fmt.Print(inv.Text())
		fmt.Println()
	}
	next, err := lifecycle.Next(policies, out.Subscription)
	if err != nil {
		panic(err)
	}
	fmt.Println("next:", next.Kind, next.At.Format(time.DateOnly))
	// Output:
	// Invoice acme-1, 2026-03-01, USD
	//   growth, recurring, 2026-03-01 until 2027-03-01                       9480.00
	//     seat: 10 x 948.00 = 9480.00
	//   Amount due                                                           9480.00
	//
	// Invoice acme-2, 2026-11-16, USD
	//   growth, proration_charge, 2026-11-16 until 2027-03-01                 545.42
	//     seat: 2 x 948.00, 1896.00 x 105/365 days = 545.424..., rounded half up to
	//       545.42
	//   Amount due                                                            545.42
	//
	// Invoice acme-3, 2027-03-01, USD
	//   growth, recurring, 2027-03-01 until 2028-03-01                      11376.00
	//     seat: 12 x 948.00 = 11376.00
	//   Amount due                                                          11376.00
	//
	// next: result_due 2027-03-08
}
