package invoice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// exampleSetup returns an invoice for a setup fee of 100.00 and a training of 50.00, plus 19% VAT.
func exampleSetup() invoice.Invoice {
	policy := invoice.Standard()
	policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.RequireFromString("19")}}
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-7", Currency: "EUR", At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Policy: policy,
		Lines: []plans.Charge{
			{Kind: plans.OneTime, Item: "setup", Currency: "EUR", Net: decimal.RequireFromString("100.00")},
			{Kind: plans.OneTime, Item: "training", Currency: "EUR", Net: decimal.RequireFromString("50.00")},
		},
	})
	if err != nil {
		panic(err)
	}
	return inv
}

// exampleApply applies an event on a day of December.
func exampleApply(r invoice.Receivable, day int, kind invoice.EventKind, id, amount string) invoice.Receivable {
	r, err := invoice.Apply(r, invoice.Event{
		Kind: kind, ID: id, At: time.Date(2026, 12, day, 9, 0, 0, 0, time.UTC), Amount: decimal.RequireFromString(amount),
	})
	if err != nil {
		panic(err)
	}
	return r
}

// One card is declined and another one pays. The provider reports the payment twice, and the customer pays only once.
func ExampleApply() {
	receivable := invoice.NewReceivable(exampleSetup())
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for _, e := range []invoice.Event{
		{Kind: invoice.Attempted, ID: "visa-1", At: at},
		{Kind: invoice.Failed, ID: "visa-1", At: at.AddDate(0, 0, 1), Reason: "insufficient funds"},
		{Kind: invoice.Attempted, ID: "amex-1", At: at.AddDate(0, 0, 3)},
		{Kind: invoice.Succeeded, ID: "amex-1", At: at.AddDate(0, 0, 3)},
		{Kind: invoice.Succeeded, ID: "amex-1", At: at.AddDate(0, 0, 3)},
		{Kind: invoice.Attempted, ID: "visa-2", At: at.AddDate(0, 0, 4)},
	} {
		after, err := invoice.Apply(receivable, e)
		if err != nil {
			var refusal *plans.Refusal
			fmt.Println(errors.As(err, &refusal), refusal.Reason)
			continue
		}
		receivable = after
		fmt.Println(e.Kind, "->", receivable.Phase)
	}
	// Output:
	// attempted -> pending
	// failed -> overdue
	// attempted -> pending
	// succeeded -> paid
	// succeeded -> paid
	// true Invoice inv-7 is already paid.
}

// A stored invoice is edited by hand, and Check finds the edit.
func ExampleCheck() {
	text, err := json.Marshal(exampleSetup())
	if err != nil {
		panic(err)
	}
	var inv invoice.Invoice
	if err := json.Unmarshal(text, &inv); err != nil {
		panic(err)
	}
	fmt.Println(invoice.Check(inv))
	inv.Lines[1].Net = decimal.RequireFromString("5.00")
	err = invoice.Check(inv)
	fmt.Println(err)
	fmt.Println(errors.Is(err, invoice.ErrRecomputed), errors.Is(err, invoice.ErrSealed))
	// Output:
	// <nil>
	// lines[1].net: must be 50, the share of 50 less the discounts; got 5 (differs from its recomputation)
	// seal: the content was changed after the invoice was issued (changed after issue)
	// true true
}

// The training was canceled. The setup fee was already paid, so the credit note settles the invoice.
func ExampleCredit() {
	receivable := exampleApply(invoice.NewReceivable(exampleSetup()), 5, invoice.Succeeded, "transfer-1", "119.00")
	fmt.Println(receivable.Phase, receivable.Outstanding())
	result, err := invoice.Credit(invoice.CreditRequest{
		ID: "cn-7", At: time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC), Receivable: receivable,
		Lines: []invoice.LineAmount{{Line: "inv-7/2"}}, Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(result.Invoice.Text())
	fmt.Println(result.Receivable.Phase)
	// Output:
	// open 59.5
	// Credit note cn-7 for invoice inv-7, 2026-12-10, EUR
	//   refund                                                                -50.00
	//     training: -50.00 of inv-7/2
	//     VAT 19 % of -50.00 = -9.50
	//   Net                                                                   -50.00
	//   VAT 19 % of -50.00                                                     -9.50
	//   Total                                                                 -59.50
	//   Applied to invoice inv-7                                               59.50
	//   Amount due                                                              0.00
	// paid
}

func ExampleReceivable_Outstanding() {
	r := exampleApply(invoice.NewReceivable(exampleSetup()), 5, invoice.Succeeded, "transfer-1", "100.00")
	fmt.Println(r.Outstanding())
	r = exampleApply(r, 9, invoice.Disputed, "transfer-1", "100.00") // returned by the bank
	fmt.Println(r.Outstanding())
	// Output:
	// 78.5
	// 178.5
}

func ExampleReceivable_Received() {
	r := exampleApply(invoice.NewReceivable(exampleSetup()), 5, invoice.Succeeded, "transfer-1", "178.50")
	fmt.Println(r.Received())
	r = exampleApply(r, 9, invoice.Refunded, "cn-7", "59.50") // for the credit note cn-7
	fmt.Println(r.Received(), r.Phase)
	// Output:
	// 178.5
	// 119 paid
}

func ExampleEventKind_String() {
	fmt.Println(invoice.WrittenOff, invoice.EventKind(0), invoice.EventKind(99))
	// Output: written_off unset 99
}

func ExampleEventKind_MarshalText() {
	text, err := json.Marshal(invoice.Event{Kind: invoice.Voided, At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)})
	fmt.Println(string(text), err)
	// Output: {"kind":"voided","at":"2026-12-01T00:00:00Z"} <nil>
}

func ExampleEventKind_UnmarshalText() {
	var kind invoice.EventKind
	fmt.Println(kind.UnmarshalText([]byte("disputed")), kind)
	fmt.Println(kind.UnmarshalText([]byte("bounced")))
	// Output:
	// <nil> disputed
	// kind: must be one of issued, attempted, succeeded, failed, credited, refunded, disputed, voided, written_off, requested, postponed, missed, retracted, sent, reversed, dispute_won, dispute_lost, surplus, credit_applied, credit_reversed; got "bounced"
}

// Issue does not create credit notes, so Add records one in the account, with the credit that it grants.
func ExampleAccount_Add() {
	inv := exampleSetup()
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: "note-1", At: time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC), Policy: invoice.Standard(),
		Receivable: exampleApply(invoice.NewReceivable(inv), 2, invoice.Succeeded, "card-1", "178.50"),
		Lines:      []invoice.LineAmount{{Line: "inv-7/2", Amount: decimal.RequireFromString("20.00")}},
	})
	if err != nil {
		panic(err)
	}
	account := invoice.Account{}.Add(inv).Add(note.Invoice)
	fmt.Println(len(account.UnexpiredCharges), "charges and credits")
	fmt.Println(account.Ledger[0].Ref, account.Ledger[0].Amount)
	// Output:
	// 3 charges and credits
	// note-1 23.8
}

// The receivable is stored beside the invoice. It is settled here, so that it has no state of collection.
func ExampleNewReceivable() {
	receivable := invoice.NewReceivable(exampleSetup())
	fmt.Println(receivable.Phase, receivable.AmountDue)
	paid := exampleApply(receivable, 2, invoice.Succeeded, "card-1", "178.50")
	paid.Lines = nil // to keep the output short
	text, err := json.MarshalIndent(paid, "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
	// Output:
	// open 178.5
	// {
	//   "invoice": "inv-7",
	//   "currency": "EUR",
	//   "issued_at": "2026-12-01T00:00:00Z",
	//   "phase": "paid",
	//   "amount_due": "178.5",
	//   "events": [
	//     {
	//       "kind": "succeeded",
	//       "id": "card-1",
	//       "at": "2026-12-02T09:00:00Z",
	//       "amount": "178.5"
	//     }
	//   ],
	//   "seal": "Khc3Ln7azGpIqyvXPBhupA"
	// }
}

// Without a payment method, the customer pays by hand until the due date, and then has a grace period.
func ExampleReceivable_Overdue() {
	receivable := invoice.NewReceivable(exampleSetup())
	receivable.DueAt = time.Date(2026, 12, 15, 0, 0, 0, 0, time.UTC)
	fmt.Println(receivable.Phase, receivable.Overdue())
	receivable, err := invoice.Apply(receivable, invoice.Event{
		Kind: invoice.Missed, At: receivable.DueAt, Until: receivable.DueAt.AddDate(0, 0, 7),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(receivable.Phase, receivable.Overdue(), receivable.GraceUntil.Format(time.DateOnly))
	receivable = exampleApply(receivable, 17, invoice.Succeeded, "transfer-1", "178.50")
	fmt.Println(receivable.Phase, receivable.Overdue())
	// Output:
	// open false
	// overdue true 2026-12-22
	// paid false
}

// The invoice is to be voided while a payment is in progress: it is void once the payment has failed.
func ExampleReceivable_Owing() {
	receivable := invoice.NewReceivable(exampleSetup())
	receivable = exampleApply(receivable, 2, invoice.Attempted, "card-1", "178.50")
	receivable = exampleApply(receivable, 3, invoice.Retracted, "", "0")
	fmt.Println(receivable.Phase, receivable.Phase.Status(), receivable.Owing())
	receivable = exampleApply(receivable, 4, invoice.Failed, "card-1", "0")
	fmt.Println(receivable.Phase, receivable.Phase.Status(), receivable.Owing())
	// Output:
	// retracted pending true
	// void void false
}

// A stored receivable belongs to its invoice, and neither was edited.
func ExampleReceivable_Match() {
	inv := exampleSetup()
	receivable := invoice.NewReceivable(inv)
	fmt.Println(receivable.Match(inv))
	receivable.AmountDue = decimal.RequireFromString("1.00")
	err := receivable.Match(inv)
	fmt.Println(err)
	fmt.Println(errors.Is(err, invoice.ErrSealed))
	// Output:
	// <nil>
	// receivable.amount_due: must be that of invoice "inv-7" (changed after issue)
	// true
}

// An invoice of a change credits unused seats of an earlier invoice. Its credits count for a credit note.
func ExampleReceivable_Corrected() {
	billed, err := invoice.Build(invoice.Draft{
		ID: "inv-3", Currency: "USD", At: date(time.December, 1), Lines: december(), Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	unused, err := credits.Unused(credits.Request{
		Charges: billed.Lines, At: date(time.December, 16), Item: "seat", Quantity: decimal.NewFromInt(2),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	if err != nil {
		panic(err)
	}
	change, err := invoice.Build(invoice.Draft{
		ID: "inv-4", Currency: "USD", At: date(time.December, 16), Lines: unused, CreditedCharges: billed.Lines,
		Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	receivable := invoice.NewReceivable(billed).Corrected(change)
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: "cn-3", At: date(time.December, 20), Receivable: receivable, Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(billed.Total, change.Total, note.Invoice.Total)
	// Output:
	// 890 -91.87 -798.13
}

func ExamplePhase_Status() {
	fmt.Println(invoice.PhaseOverdue.Status(), invoice.PhaseRetracted.Status(), invoice.PhasePaid.Status())
	// Output: open pending paid
}

func ExamplePhase_String() {
	fmt.Println(invoice.PhaseHeld, invoice.Phase(0), invoice.Phase(99))
	// Output: held unset 99
}

func ExamplePhase_MarshalText() {
	text, err := json.Marshal(map[string]invoice.Phase{"phase": invoice.PhaseUncollectible})
	fmt.Println(string(text), err)
	// Output: {"phase":"uncollectible"} <nil>
}

func ExamplePhase_UnmarshalText() {
	var phase invoice.Phase
	fmt.Println(phase.UnmarshalText([]byte("requested")), phase)
	fmt.Println(phase.UnmarshalText([]byte("late")))
	// Output:
	// <nil> requested
	// phase: must be one of draft, open, held, requested, pending, overdue, retracted, paid, void, uncollectible; got "late"
}

// The payments of an invoice, to print below it.
func ExampleReceivable_Text() {
	receivable := exampleApply(invoice.NewReceivable(exampleSetup()), 1, invoice.Failed, "visa-1", "0")
	receivable = exampleApply(receivable, 3, invoice.Succeeded, "amex-1", "100.00")
	fmt.Print("Invoice inv-7\n", receivable.Text(time.UTC))
	// Output:
	// Invoice inv-7
	//   failed, 2026-12-01, visa-1
	//   succeeded, 2026-12-03, amex-1                                         100.00
	//   Amount outstanding, open                                               78.50
}
