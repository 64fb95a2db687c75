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

// tenSeats returns a contract for ten seats at 89.00 per month.
func tenSeats(first time.Time) plans.Contract {
	monthly, err := proration.NewCycle(first, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	return plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
}

// Ten seats were billed for November. A cancellation on the 16th is previewed first and then made by the same call: an
// invoice is a preview until its account is stored.
func ExampleIssue() {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	policy := invoice.Standard()
	policy.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}

	signed, err := invoice.Issue(invoice.IssueRequest{
		Account: invoice.Account{Contract: tenSeats(first)}, ID: "inv-1", At: first, Policy: policy,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("amount due:", signed.Invoice.AmountDue)

	cancel := invoice.IssueRequest{
		Account: signed.Account, ID: "inv-2", At: first.AddDate(0, 0, 15), Change: plans.Change{Cancel: true},
		Policy: policy, Paid: signed.Invoice.AmountDue,
	}
	preview, err := invoice.Issue(cancel)
	if err != nil {
		panic(err)
	}
	fmt.Println("would be refunded:", preview.Invoice.Refund)

	canceled, err := invoice.Issue(cancel) // same call as the preview
	if err != nil {
		panic(err)
	}
	account := canceled.Account // store it together with the invoice
	fmt.Print(canceled.Invoice.Text())

	again := cancel
	again.Account, again.ID = account, "inv-3"
	nothing, err := invoice.Issue(again)
	if err != nil {
		panic(err)
	}
	fmt.Println("second cancellation:", nothing.Invoice)
	// Output:
	// amount due: 890
	// would be refunded: 445
	// Invoice inv-2, 2026-11-16, USD
	//   growth, proration_credit, 2026-11-16 until 2026-12-01                -445.00
	//     seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00
	//   Refunded                                                              445.00
	//   Amount due                                                              0.00
	// second cancellation: <nil>
}

// Ten seats were billed for November, and the customer wants to pay on the 4th: three days are added and billed, in one
// line. The paid days stay as they are.
func ExampleIssue_laterBillingDate() {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	signed, err := invoice.Issue(invoice.IssueRequest{
		Account: invoice.Account{Contract: tenSeats(first)}, ID: "inv-1", At: first, Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	moved, err := invoice.Issue(invoice.IssueRequest{
		Account: signed.Account, ID: "inv-2", At: first.AddDate(0, 0, 15), Policy: invoice.Standard(),
		Change: plans.Change{AnchorAt: first.AddDate(0, 1, 3)},
	})
	if err != nil {
		panic(err)
	}
	for _, line := range moved.Invoice.Lines {
		fmt.Println(line.Span.Start.Format(time.DateOnly), line.Explain())
	}
	// Output: 2026-12-01 seat: 10 x 89.00, 890.00 x 3/30 days = 89.00
}
