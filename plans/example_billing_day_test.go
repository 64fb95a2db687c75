package plans_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// An order of November 16 is billed on the first of each month. Its first period is the part until December 1.
func ExampleCatalog_Quote_billingDay() {
	catalog := plans.Catalog{
		Plans: []plans.Plan{{ID: "team", Interval: proration.Interval{Months: 1}, Offers: []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: decimal.NewFromInt(20)}},
		}}},
		Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{
			{ID: "card", By: []plans.Actor{plans.Customer}},
		}}},
	}
	order := plans.Order{
		By: plans.Customer, At: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), Plan: "team", Country: "US",
		PaymentMethod: "card", BillingDay: 1,
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(3)}},
	}
	quote, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(quote.Explain())
	// Output:
	// 2026-11-16 until 2026-12-01, seat: 3 x 20.00, 60.00 x 15/30 days = 30.00
	// due: 30.00 USD
	// renewal on 2026-12-01: 60.00 USD
}

func ExampleContract_FirstExtent() {
	contract := plans.Contract{BillingDay: 1, FirstPeriod: proration.ExtentFull}
	november := proration.Period{
		Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
	}
	part := november.From(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC))
	fmt.Println(contract.FirstExtent(proration.Portion{Period: november, Span: part}))
	fmt.Println(contract.FirstExtent(proration.Portion{Period: november, Span: november}))
	// Output:
	// full
	// unset
}

// The 4 days that are left of the trial cannot lengthen a period that ends on the billing day.
func ExampleContract_StartsPaid() {
	bought := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	end := bought.AddDate(0, 0, 4)
	for _, contract := range []plans.Contract{{}, {BillingDay: 1}} {
		start, days := contract.StartsPaid(plans.CarryOver, bought, end)
		fmt.Println(start.Format(time.DateOnly), days)
	}
	// Output:
	// 2026-11-16 4
	// 2026-11-20 0
}
