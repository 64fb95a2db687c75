package invoice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
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
func exampleApply(inv invoice.Invoice, day int, kind invoice.EventKind, id, amount string) invoice.Invoice {
	inv, err := invoice.Apply(inv, invoice.Event{
		Kind: kind, ID: id, At: time.Date(2026, 12, day, 9, 0, 0, 0, time.UTC), Amount: decimal.RequireFromString(amount),
	})
	if err != nil {
		panic(err)
	}
	return inv
}

// One card is declined and another one pays. The provider reports the payment twice, and the customer pays only once.
func ExampleApply() {
	inv := exampleSetup()
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for _, e := range []invoice.Event{
		{Kind: invoice.Attempted, ID: "visa-1", At: at},
		{Kind: invoice.Failed, ID: "visa-1", At: at.AddDate(0, 0, 1), Reason: "insufficient funds"},
		{Kind: invoice.Attempted, ID: "amex-1", At: at.AddDate(0, 0, 3)},
		{Kind: invoice.Succeeded, ID: "amex-1", At: at.AddDate(0, 0, 3)},
		{Kind: invoice.Succeeded, ID: "amex-1", At: at.AddDate(0, 0, 3)},
		{Kind: invoice.Attempted, ID: "visa-2", At: at.AddDate(0, 0, 4)},
	} {
		after, err := invoice.Apply(inv, e)
		if err != nil {
			var refusal *plans.Refusal
			fmt.Println(errors.As(err, &refusal), refusal.Reason)
			continue
		}
		inv = after
		fmt.Println(e.Kind, "->", inv.Status)
	}
	// Output:
	// attempted -> pending
	// failed -> open
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
	fmt.Println(errors.Is(err, invoice.Exactness), errors.Is(err, invoice.Sealed))
	// Output:
	// <nil>
	// lines[1].net: must be 50, the share of 50 less the discounts; got 5 (invoice law exactness)
	// seal: the content was changed after the invoice was issued (invoice law sealed)
	// true true
}

// The training was canceled. The setup fee was already paid, so the credit note settles the invoice.
func ExampleCredit() {
	inv := exampleApply(exampleSetup(), 5, invoice.Succeeded, "transfer-1", "119.00")
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: "cn-7", At: time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC), Invoice: inv,
		Lines: []invoice.LineAmount{{Line: "inv-7/2"}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(note.Text())
	inv = exampleApply(inv, 10, invoice.Credited, note.ID, note.AppliedToInvoice.String())
	fmt.Println(inv.Status)
	// Output:
	// Credit note cn-7 for invoice inv-7, 2026-12-10, EUR, paid
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

func ExampleInvoice_Outstanding_reversed() {
	inv := exampleApply(exampleSetup(), 5, invoice.Succeeded, "transfer-1", "100.00")
	fmt.Println(inv.Outstanding())
	inv = exampleApply(inv, 9, invoice.Disputed, "transfer-1", "100.00") // returned by the bank
	fmt.Println(inv.Outstanding())
	// Output:
	// 78.5
	// 178.5
}

func ExampleInvoice_Received_repaid() {
	inv := exampleApply(exampleSetup(), 5, invoice.Succeeded, "transfer-1", "178.50")
	fmt.Println(inv.Received())
	inv = exampleApply(inv, 9, invoice.Refunded, "cn-7", "59.50") // for the credit note cn-7
	fmt.Println(inv.Received(), inv.Status)
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
	// kind: must be one of issued, attempted, succeeded, failed, credited, refunded, disputed, voided, written_off; got "bounced"
}

// Issue does not create credit notes, so Add records one in the account, with the credit that it grants.
func ExampleAccount_Add() {
	paid := exampleApply(exampleSetup(), 2, invoice.Succeeded, "card-1", "178.50")
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: "note-1", At: time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC), Invoice: paid,
		Lines: []invoice.LineAmount{{Line: "inv-7/2", Amount: decimal.RequireFromString("20.00")}},
	})
	if err != nil {
		panic(err)
	}
	account := invoice.Account{}.Add(paid).Add(note)
	fmt.Println(len(account.UnexpiredCharges), "charges and credits")
	fmt.Println(account.Ledger[0].Reason, account.Ledger[0].Amount)
	// Output:
	// 3 charges and credits
	// left over from note-1 23.8
}
