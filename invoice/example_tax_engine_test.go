package invoice_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// A tax engine computes the taxes. The draft asks for them, and the invoice has the answers to the cent.
func ExampleTaxRequest() {
	policy := invoice.Standard()
	policy.TaxEngine = true
	draft := invoice.Draft{ID: "inv-3", Currency: "USD", At: date(time.December, 1), Lines: december(), Policy: policy}
	_, err := invoice.Build(draft)
	var request *invoice.TaxRequest
	for errors.As(err, &request) {
		fmt.Println(err)
		for _, line := range request.Lines { // ask Stripe Tax or Avalara
			draft.TaxAnswers = append(draft.TaxAnswers, invoice.TaxAnswer{
				Line: line.Line, Amount: line.Amount, Taxes: []plans.Tax{
					{Name: "New York", Percent: decimal.RequireFromString("8.875"), Amount: decimal.RequireFromString("78.98")},
				},
			})
		}
		var inv invoice.Invoice
		if inv, err = invoice.Build(draft); err == nil {
			fmt.Print(inv.Text())
		}
	}
	// Output:
	// the tax engine has not answered for line "inv-3/1"
	// Invoice inv-3, 2026-12-01, USD
	//   growth, recurring, 2026-12-01 until 2027-01-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//     New York 8.875 % of 890.00 = 78.98
	//   Net                                                                   890.00
	//   New York 8.875 % of 890.00                                             78.98
	//   Total                                                                 968.98
	//   Amount due                                                            968.98
}
