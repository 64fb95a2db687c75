package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// exampleInstallments returns the receivable of 890.00, a quarter of it now and three quarters a month later.
func exampleInstallments() invoice.Receivable {
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-1", Currency: "USD", At: date(time.December, 1), Lines: december(), Policy: invoice.Standard(),
		Installments: 2, Every: proration.Interval{Months: 1},
		InstallmentWeights: []decimal.Decimal{decimal.NewFromInt(1), decimal.NewFromInt(3)},
	})
	if err != nil {
		panic(err)
	}
	return invoice.NewReceivable(inv)
}

// A part of an invoice is due now, and the rest later.
func ExampleReceivable_DueBy() {
	r := exampleInstallments()
	fmt.Println(r.DueBy(date(time.December, 1)), r.DueBy(date(time.December, 32)))
	// Output:
	// 222.5 890
}

// After a payment of the first installment, the second one is next.
func ExampleReceivable_NextInstallment() {
	r := exampleApply(exampleInstallments(), 2, invoice.Succeeded, "pay-1", "222.50")
	next, has := r.NextInstallment(date(time.December, 2))
	fmt.Println(has, next.At.Format(time.DateOnly), next.Amount)
	// Output:
	// true 2027-01-01 667.5
}
