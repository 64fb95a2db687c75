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
