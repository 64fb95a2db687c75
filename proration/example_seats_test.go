package proration_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// A workspace with three seats at 89.00 is billed on the first of each month, in advance. On November 16, two seats are
// added. They are charged for the rest of November now, and from December on all five seats are billed in full.
func Example_seats() {
	seat := decimal.RequireFromString("89.00")
	policy := proration.Standard(2)

	cycle, err := proration.NewCycle(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}

	added := time.Date(2026, 11, 16, 9, 30, 0, 0, time.UTC)
	period, err := cycle.Containing(added)
	if err != nil {
		fmt.Println(err)
		return
	}
	line, err := proration.Prorate(proration.Request{
		Amount: seat.Mul(decimal.NewFromInt(2)),
		Period: period,
		Span:   period.From(added), // the day of the addition is charged
		Policy: policy,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("2 seats added on", added.Format(time.DateOnly))
	fmt.Println(" ", line.Explain())

	due, err := cycle.Billable(proration.Service{Start: period.End, AsOf: period.End, Timing: proration.InAdvance})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range due {
		line, err := proration.Prorate(proration.Request{
			Amount: seat.Mul(decimal.NewFromInt(5)), Period: p.Period, Span: p.Span, Policy: policy,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("5 seats renewed on", p.Span.Start.Format(time.DateOnly))
		fmt.Println(" ", line.Explain())
	}

	// Output:
	// 2 seats added on 2026-11-16
	//   178.00 x 15/30 days = 89.00
	// 5 seats renewed on 2026-12-01
	//   445.00 x 31/31 days = 445.00
}
