package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Two seats at 100.00 were billed for June and are not paid. On the 16th one leaves: the credit note lowers the open
// invoice, and no balance arises.
func ExampleIssue_openInvoice() {
	start := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	cycle, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	seat := plans.Item{ID: "seat", Quantity: decimal.New(2, 0), Price: plans.Price{Unit: decimal.New(100, 0)}}
	june, err := invoice.Issue(invoice.IssueRequest{
		ID: "inv-1", At: start, Policy: invoice.Standard(),
		Account: invoice.Account{Contract: plans.Contract{
			Plan: "team", Currency: "USD", Cycle: cycle, Items: []plans.Item{seat},
		}},
	})
	if err != nil {
		panic(err)
	}

	fewer := plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.New(1, 0)}}}
	got, err := invoice.Issue(invoice.IssueRequest{
		ID: "inv-2", MoreIDs: []string{"inv-3"}, At: start.AddDate(0, 0, 15), Policy: invoice.Standard(),
		Account: june.Account, Change: fewer, Open: []invoice.Receivable{invoice.NewReceivable(*june.Invoice)},
	})
	if err != nil {
		panic(err)
	}
	for _, note := range got.CreditNotes {
		fmt.Println(note.Invoice.ID, note.Invoice.Lines[0].Explain())
		fmt.Println("left of", note.Receivable.Invoice, note.Receivable.Outstanding())
	}
	fmt.Println(got.Invoice == nil)
	// Output:
	// inv-2 seat: 1 not used of inv-1/1, -100.00 x 15/30 days = -50.00
	// left of inv-1 150
	// true
}

// A credit note of 59.50 lowers the invoice. The second one credits the rest after a payment, so that a part of it
// becomes credit.
func ExampleReceivable_LoweredBy() {
	receivable := invoice.NewReceivable(exampleSetup())
	note := exampleCredit(receivable, "cn-1", 2, invoice.LineAmount{Line: "inv-7/2"})
	receivable = exampleApply(note.Receivable, 3, invoice.Succeeded, "visa-1", "100.00")
	note = exampleCredit(receivable, "cn-2", 4)
	fmt.Println(note.Receivable.LoweredBy())
	// Output: [cn-1]
}

// exampleCredit credits lines of the invoice on a day of December, or everything that is left.
func exampleCredit(r invoice.Receivable, id string, day int, lines ...invoice.LineAmount) invoice.CreditResult {
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: id, At: time.Date(2026, 12, day, 9, 0, 0, 0, time.UTC), Receivable: r, Lines: lines, Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	return note
}

// A payment is in progress until its result is known.
func ExampleReceivable_Attempt() {
	receivable := exampleApply(invoice.NewReceivable(exampleSetup()), 1, invoice.Attempted, "visa-1", "0")
	attempt, ok := receivable.Attempt()
	fmt.Println(attempt.ID, attempt.Amount, ok)
	receivable = exampleApply(receivable, 2, invoice.Succeeded, "visa-1", "0")
	_, ok = receivable.Attempt()
	fmt.Println(ok)
	// Output:
	// visa-1 178.5 true
	// false
}
