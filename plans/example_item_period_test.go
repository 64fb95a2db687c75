package plans_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// supportContract is a contract of 1,200.00 a year from January 31, with support for 10.00 a month.
func supportContract() plans.Contract {
	one := decimal.NewFromInt(1)
	return plans.Contract{
		Plan: "team", Currency: "USD",
		Cycle: proration.Cycle{
			Anchor:   proration.LocalTimeOf(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)),
			Interval: proration.Interval{Months: 12},
		},
		Items: []plans.Item{
			{ID: "base", Quantity: one, Price: plans.Price{Unit: decimal.NewFromInt(1200)}},
			{ID: "support", Quantity: one, Price: plans.Price{
				Unit: decimal.NewFromInt(10), BillingInterval: proration.Interval{Months: 1},
			}},
		},
	}
}

// A licensed item with a billing interval has periods of its own. A metered item is billed by its usage.
func ExamplePrice_HasItemPeriods() {
	price := plans.Price{Unit: decimal.NewFromInt(10), BillingInterval: proration.Interval{Months: 1}}
	fmt.Println(price.HasItemPeriods())
	price.Metered = true
	fmt.Println(price.HasItemPeriods())
	// Output:
	// true
	// false
}

func ExampleContract_HasItemPeriods() {
	contract := supportContract()
	fmt.Println(contract.HasItemPeriods())
	contract.Items = contract.Items[:1]
	fmt.Println(contract.HasItemPeriods())
	// Output:
	// true
	// false
}

// The second month of support is billed on its first day.
func ExampleContract_ItemCharges() {
	contract := supportContract()
	rest, err := contract.RemainingPortions(time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	charges, err := contract.ItemCharges(rest[0], proration.Standard(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range charges {
		fmt.Println(c.Span.Start.Format(time.DateOnly), "until", c.Span.End.Format(time.DateOnly), c.Explain())
	}
	// Output: 2026-02-28 until 2026-03-31 support: 1 x 10.00 = 10.00
}

// Months count from January 31 and do not drift.
func ExampleContract_NextItemPeriod() {
	contract := supportContract()
	at := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	for range 3 {
		next, err := contract.NextItemPeriod(at)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(next.Format(time.DateOnly))
		at = next
	}
	// Output:
	// 2026-02-28
	// 2026-03-31
	// 2026-04-30
}

// On March 1, the month of support that began on February 28 is not billed if the items are billed to January 31.
func ExampleContract_ItemsBegun() {
	items, err := supportContract().ItemsBegun(
		time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(items, err)
	// Output: [support] <nil>
}

// The second month of support is billed when it begins.
func ExampleCharge_BilledAfter() {
	begins := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	support := plans.Charge{Item: "support", Price: supportContract().Items[1].Price}
	support.Period = proration.Period{Start: begins.AddDate(0, 0, 28), End: begins.AddDate(0, 0, 59)}
	fmt.Println(support.BilledAfter(begins), support.BilledAfter(support.Period.Start))
	// Output: true false
}
