package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date is the first instant of a day of 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// december is what ten seats at 89.00 cost for that month.
func december() []plans.Charge {
	period := proration.Period{Start: date(time.December, 1), End: date(time.December, 32)}
	monthly, err := proration.NewCycle(period.Start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	charges, err := contract.Charges(plans.Whole(period), proration.Standard(2))
	if err != nil {
		panic(err)
	}
	return charges
}

// What the customer is owed pays first, and the rest is due.
func ExampleBuild() {
	ledger := []credits.Entry{{
		Kind: credits.Granted, ID: "inv-2", Amount: decimal.RequireFromString("333.34"), Currency: "USD", At: date(time.November, 11), Reason: "left over from inv-2", Ref: "inv-2",
	}}
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-3", Currency: "USD", At: date(time.December, 1), Lines: december(), Ledger: ledger,
	})
	if err != nil {
		panic(err)
	}
	ledger = append(ledger, inv.Entries...)
	fmt.Println("subtotal", inv.Subtotal)
	fmt.Println("due", inv.Due, inv.Status)
	fmt.Println("entries in the ledger", len(ledger))
	// Output:
	// subtotal 890
	// due 556.66 open
	// entries in the ledger 2
}

// No invoice is negative: what is left over becomes credit, and the invoice closes itself.
func ExampleBuild_negative() {
	inv, err := invoice.Build(invoice.Draft{ID: "inv-2", Currency: "USD", At: date(time.November, 11), Lines: []plans.Charge{
		{Kind: plans.Unused, Corrects: "inv-1/1", Plan: "scale", Item: "seat", Currency: "USD", Net: decimal.RequireFromString("-926.67")},
		{Kind: plans.Addition, Plan: "growth", Item: "seat", Currency: "USD", Net: decimal.RequireFromString("593.33")},
	}})
	if err != nil {
		panic(err)
	}
	fmt.Println(inv.Subtotal, inv.Due, inv.Status)
	for _, e := range inv.Entries {
		fmt.Println(e.Kind, e.ID, e.Amount, e.Reason)
	}
	// Output:
	// -333.34 0 paid
	// granted inv-2 333.34 left over from inv-2
}

func ExampleInvoice_Text() {
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-3", Currency: "USD", At: date(time.December, 1), Lines: december(),
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(inv.Text())
	// Output:
	// Invoice inv-3, 2026-12-01, USD, open
	//   growth, recurring, 2026-12-01 until 2027-01-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Due                                                                   890.00
}
