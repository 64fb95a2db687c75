package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// intervalPrice returns the price of a seat for a period.
func intervalPrice(unit string) plans.Price {
	return plans.Price{Unit: decimal.RequireFromString(unit)}
}

// intervalPlan returns a change to a plan with periods of the given number of months.
func intervalPlan(months int, unit string) plans.Change {
	return plans.Change{Plan: &plans.Plan{
		ID: "growth", Interval: proration.Interval{Months: months},
		Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: intervalPrice(unit)}},
	}}
}

// A change from monthly to annual billing, and back. New periods begin on the day of each change. The unused time is
// credited and pays for the new period; the surplus becomes credit for later invoices.
func Example_interval() {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	monthly, err := proration.NewCycle(first, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	account := invoice.Account{Contract: plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: monthly,
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: intervalPrice("89.00")}},
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
	// Invoice inv-1, 2026-11-01, USD
	//   growth, recurring, 2026-11-01 until 2026-12-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Amount due                                                            890.00
	// Invoice inv-2, 2026-11-16, USD
	//   growth, proration_credit, 2026-11-16 until 2026-12-01                -445.00
	//     seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00
	//   growth, recurring, 2026-11-16 until 2027-11-16                       9000.00
	//     seat: 10 x 900.00 = 9000.00
	//   Amount due                                                           8555.00
	// Invoice inv-3, 2027-02-16, USD
	//   growth, proration_credit, 2027-02-16 until 2027-11-16               -6731.51
	//     seat: 10 not used of inv-2/2, -9000.00 x 273/365 days = -6731.506...,
	//       rounded half up to -6731.51
	//   growth, recurring, 2027-02-16 until 2027-03-16                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Credit granted                                                       5841.51
	//   Amount due                                                              0.00
	//   Credit balance                                                       5841.51
	// Invoice inv-4, 2027-03-16, USD
	//   growth, recurring, 2027-03-16 until 2027-04-16                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Credit applied (inv-3)                                               -890.00
	//   Amount due                                                              0.00
	//   Credit balance                                                       4951.51
}
