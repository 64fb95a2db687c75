package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
)

// The seller numbers invoices and credit notes in two series. A credit note names the number of its invoice.
func ExampleSeries_Number() {
	policy := invoice.Standard()
	policy.Seller = invoice.Contact{Name: "Growth Ltd", TaxID: "GB123456789"}
	inv, err := invoice.Build(invoice.Draft{
		ID: "acme-1", Currency: "USD", At: date(time.December, 1), Lines: december(), Policy: policy,
		Contact: invoice.Contact{Name: "Acme", TaxID: "ESB1", Reference: "PO-4711"},
	})
	if err != nil {
		panic(err)
	}
	invoices, notes := invoice.Series{Prefix: "INV-2026-", Next: 7, Digits: 4}, invoice.Series{Prefix: "CN-", Next: 1}
	first, err := invoices.Number(invoice.NumberRequest{Invoice: inv})
	if err != nil {
		panic(err)
	}
	fmt.Print(first.Invoice.Text())
	fmt.Println("next:", first.Series.Next)

	credit, err := invoice.Credit(invoice.CreditRequest{
		ID: "acme-2", At: date(time.December, 2), Receivable: invoice.NewReceivable(first.Invoice),
		Amount: decimal.RequireFromString("89.00"), Policy: policy,
	})
	if err != nil {
		panic(err)
	}
	note, err := notes.Number(invoice.NumberRequest{Invoice: credit.Invoice, CorrectsNumber: first.Invoice.Number})
	if err != nil {
		panic(err)
	}
	fmt.Println(note.Invoice.Number, "corrects", note.Invoice.CorrectsNumber, invoice.Check(note.Invoice))
	_, err = invoices.Number(invoice.NumberRequest{Invoice: first.Invoice})
	fmt.Println(err)
	// Output:
	// Invoice INV-2026-0007 (acme-1), 2026-12-01, USD
	//   From Growth Ltd, GB123456789
	//   Acme
	//   ESB1
	//   Reference PO-4711
	//   growth, recurring, 2026-12-01 until 2027-01-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Amount due                                                            890.00
	// next: 8
	// CN-1 corrects INV-2026-0007 <nil>
	// invoice.number: must be empty; the document has the number "INV-2026-0007"
}
