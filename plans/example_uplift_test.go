package plans_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Prices rise by 5 percent a year within a term of three years, from the contracted price, and are rounded to cents.
func ExampleCatalog_Quote_uplift() {
	catalog := plans.Catalog{
		Plans: []plans.Plan{{
			ID: "team", Interval: proration.Interval{Months: 12},
			Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: decimal.RequireFromString("119.99")}}},
			Uplift: &plans.Uplift{
				Percent: decimal.NewFromInt(5), Every: proration.Interval{Months: 12},
				Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp},
			},
		}},
		Terms: []plans.Term{{Length: proration.Interval{Months: 36}, Billing: plans.PerPeriod, Renewal: plans.Renew}},
		Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{
			{ID: "card", By: []plans.Actor{plans.Customer}},
		}}},
	}
	order := plans.Order{
		By: plans.Customer, At: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), Plan: "team", Country: "US",
		PaymentMethod: "card", Term: proration.Interval{Months: 36},
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(10)}},
	}
	quote, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(quote.Explain()) // 1199.90, 1259.90 and 1322.90
	// Output:
	// 2026-11-16 until 2027-11-16, seat: 10 x 119.99 = 1199.90
	// due: 1199.90 USD
	// total until 2029-11-16: 3782.70 USD
	// renewal on 2029-11-16: 1389.00 USD
}

// A price of 1,000.00 a year is billed by the month, in parts that add up.
func ExamplePrice_spread() {
	cycle, err := proration.NewCycle(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	contract := plans.Contract{Plan: "team", Currency: "USD", Cycle: cycle, Items: []plans.Item{{
		ID: "seat", Quantity: decimal.NewFromInt(1),
		Price: plans.Price{Unit: decimal.NewFromInt(1000), Per: proration.Interval{Months: 12}, Spread: true},
	}}}
	var sum decimal.Decimal
	for month := range 12 {
		period, err := cycle.Period(month)
		if err != nil {
			fmt.Println(err)
			return
		}
		charges, err := contract.Charges(proration.Portion{Period: period, Span: period}, proration.Standard(2))
		if err != nil {
			fmt.Println(err)
			return
		}
		sum = sum.Add(charges[0].Net)
		if month < 3 {
			fmt.Println(charges[0].Explain())
		}
	}
	fmt.Println(sum)
	// Output:
	// seat: 1 x 1000.00, part 1 of 12 = 83.33
	// seat: 1 x 1000.00, part 2 of 12 = 83.34
	// seat: 1 x 1000.00, part 3 of 12 = 83.33
	// 1000
}
