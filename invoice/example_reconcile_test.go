package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// novemberSeats returns the charge for five seats from one day of November until another.
func novemberSeats(price string, from, to int) plans.Charge {
	november := proration.Period{
		Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
	}
	span := proration.Period{Start: november.Start.AddDate(0, 0, from-1), End: november.Start.AddDate(0, 0, to-1)}
	monthly, err := proration.NewCycle(november.Start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(5), Price: plans.Price{Unit: decimal.RequireFromString(price)}},
	}}
	charges, err := contract.Charges(proration.Portion{Period: november, Span: span}, proration.Standard(2))
	if err != nil {
		panic(err)
	}
	return charges[0]
}

// Five seats were billed at 30.00 for November. On the 25th it turns out that 24.00 was agreed from the 11th on. Only
// the difference is billed, and reconciling again bills nothing.
func ExampleReconcile() {
	billed := novemberSeats("30.00", 1, 31)
	billed.ID = "inv-1/1"
	request := invoice.ReconcileRequest{
		Billed:   []plans.Charge{billed},
		Proposed: []plans.Charge{novemberSeats("30.00", 1, 11), novemberSeats("24.00", 11, 31)},
		Policy:   proration.Standard(2),
	}
	result, err := invoice.Reconcile(request)
	if err != nil {
		panic(err)
	}
	var due decimal.Decimal
	for i, line := range result.Lines {
		fmt.Println(line.Explain())
		due = due.Add(line.Net)
		line.ID = fmt.Sprintf("inv-2/%d", i+1)
		request.Billed = append(request.Billed, line)
	}
	fmt.Println("difference:", due)
	fmt.Println("kept:", result.Kept[0].Explain())
	again, err := invoice.Reconcile(request)
	if err != nil {
		panic(err)
	}
	fmt.Println("again:", len(again.Lines), "lines")
	// Output:
	// seat: 5 not used of inv-1/1, -150.00 x 20/30 days = -100.00
	// seat: 5 x 24.00, 120.00 x 20/30 days = 80.00
	// difference: -20
	// kept: seat: 5 x 30.00, 150.00 x 10/30 days = 50.00
	// again: 0 lines
}
