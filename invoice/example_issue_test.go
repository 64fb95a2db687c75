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

// tenSeats is a contract of ten seats at 89.00 a month.
func tenSeats(first time.Time) plans.Contract {
	monthly, err := proration.NewCycle(first, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	return plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
}

// Ten seats were billed for November. What a cancellation on the 16th would give back is asked first, and then done: until its account is stored,
// a document is a preview.
func ExampleIssue() {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	policy := invoice.Standard()
	policy.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}

	signed, err := invoice.Issue(invoice.IssueRequest{Account: invoice.Account{Contract: tenSeats(first)}, ID: "inv-1", At: first, Policy: policy})
	if err != nil {
		panic(err)
	}
	fmt.Println("due:", signed.Invoice.AmountDue)

	cancel := invoice.IssueRequest{
		Account: signed.Account, ID: "inv-2", At: first.AddDate(0, 0, 15), Change: plans.Change{Cancel: true},
		Policy: policy, Paid: signed.Invoice.AmountDue,
	}
	preview, err := invoice.Issue(cancel)
	if err != nil {
		panic(err)
	}
	fmt.Println("would be paid back:", preview.Invoice.Refund)

	canceled, err := invoice.Issue(cancel) // the same call
	if err != nil {
		panic(err)
	}
	account := canceled.Account // to be stored
	fmt.Print(canceled.Invoice.Text())

	again := cancel
	again.Account, again.ID = account, "inv-3"
	nothing, err := invoice.Issue(again)
	if err != nil {
		panic(err)
	}
	fmt.Println("once more:", nothing.Invoice)
	// Output:
	// due: 890
	// would be paid back: 445
	// Invoice inv-2, 2026-11-16, USD, paid
	//   growth, proration_credit, 2026-11-16 until 2026-12-01                -445.00
	//     seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00
	//   Paid back                                                             445.00
	//   Due                                                                     0.00
	// once more: <nil>
}
