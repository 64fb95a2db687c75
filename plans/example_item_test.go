package plans_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Calls are billed by the month in a contract of a year that began on January 31. The months do not drift.
func ExampleContract_BillingPeriod() {
	cycle, err := proration.NewCycle(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), proration.Interval{Months: 12})
	if err != nil {
		fmt.Println(err)
		return
	}
	calls := plans.Price{
		Metered: true, Unit: decimal.RequireFromString("0.01"), Included: decimal.NewFromInt(1_000),
		BillingInterval: proration.Interval{Months: 1},
	}
	contract := plans.Contract{Plan: "team", Currency: "USD", Cycle: cycle, Items: []plans.Item{{ID: "calls", Price: calls}}}
	year, err := cycle.Period(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []int{10, 40, 70} {
		month, err := contract.BillingPeriod(calls, year.Start.AddDate(0, 0, day), year)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(month.Start.Format(time.DateOnly), "until", month.End.Format(time.DateOnly))
	}
	// Output:
	// 2026-01-31 until 2026-02-28
	// 2026-02-28 until 2026-03-31
	// 2026-03-31 until 2026-04-30
}
