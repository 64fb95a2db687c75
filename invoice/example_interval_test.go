package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// intervalPrice is what a seat costs for a period.
func intervalPrice(unit string) plans.Price {
	return plans.Price{Unit: decimal.RequireFromString(unit)}
}

// intervalPlan is a change to a plan with periods of so many months.
func intervalPlan(months int, unit string) plans.Change {
	return plans.Change{Plan: &plans.Plan{ID: "growth", Interval: proration.Interval{Months: months}, Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: intervalPrice(unit)},
	}}}
}

// From the month to the year, and back: periods begin anew on the day of each change. What is paid for and no longer used goes back, and pays
// what comes next, however long that takes.
func Example_interval() {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	monthly, err := proration.NewCycle(first, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	account := invoice.Account{Contract: plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: intervalPrice("89.00")}},
	}}
	for i, day := range []struct {
		at     time.Time
		change plans.Change
	}{
		{at: first},
		{at: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), change: intervalPlan(12, "900.00")},
		{at: time.Date(2027, 2, 16, 0, 0, 0, 0, time.UTC), change: intervalPlan(1, "89.00")},
		{at: time.Date(2027, 3, 16, 0, 0, 0, 0, time.UTC)},
	} {
		document, err := invoice.Issue(invoice.IssueRequest{
			Account: account, ID: fmt.Sprintf("inv-%d", i+1), At: day.at, Change: day.change, Policy: invoice.Standard(),
		})
		if err != nil {
			panic(err)
		}
		account = document.Account
		fmt.Print(document.Invoice.Text())
	}
	// Output:
	// Invoice inv-1, 2026-11-01, USD, open
	//   growth, recurring, 2026-11-01 until 2026-12-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Due                                                                   890.00
	// Invoice inv-2, 2026-11-16, USD, open
	//   growth, proration_credit, 2026-11-16 until 2026-12-01                -445.00
	//     seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00
	//   growth, recurring, 2026-11-16 until 2027-11-16                       9000.00
	//     seat: 10 x 900.00 = 9000.00
	//   Due                                                                  8555.00
	// Invoice inv-3, 2027-02-16, USD, paid
	//   growth, proration_credit, 2027-02-16 until 2027-11-16               -6731.51
	//     seat: 10 not used of inv-2/2, -9000.00 x 273/365 days = -6731.506...,
	//       rounded half up to -6731.51
	//   growth, recurring, 2027-02-16 until 2027-03-16                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Granted as credit for later invoices                                 5841.51
	//   Due                                                                     0.00
	//   Credit balance afterwards                                            5841.51
	// Invoice inv-4, 2027-03-16, USD, paid
	//   growth, recurring, 2027-03-16 until 2027-04-16                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Credit from inv-3                                                    -890.00
	//   Due                                                                     0.00
	//   Credit balance afterwards                                            4951.51
}
