package peers

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// LibraryProrate returns the amount for a span of a period.
func LibraryProrate(amount decimal.Decimal, places int32, span, period proration.Period) (proration.Result, error) {
	return proration.Prorate(proration.Request{
		Amount: amount, Period: period, Span: span, Policy: proration.Standard(places),
	})
}

// LibrarySplit returns the amount in equal parts; the first ones take the remainder.
func LibrarySplit(amount decimal.Decimal, places int32, parts int) ([]proration.Result, error) {
	weights := make([]decimal.Decimal, parts)
	for i := range weights {
		weights[i] = decimal.New(1, 0)
	}
	return proration.Split(proration.Division{
		Amount: amount, Weights: weights, Places: places, Allocation: proration.LargestRemainder,
	})
}

// LibraryLine returns an invoice of the items of a contract for a part of a period, less a discount, with a tax.
func LibraryLine(
	contract plans.Contract, portion proration.Portion, discount plans.Discount, policy invoice.Policy,
) (invoice.Invoice, error) {
	charges, err := contract.Charges(portion, policy.Proration)
	if err != nil {
		return invoice.Invoice{}, err
	}
	return invoice.Build(invoice.Draft{
		ID: "inv-1", Currency: contract.Currency, At: portion.Span.Start, Lines: charges,
		Discounts: []plans.Discount{discount}, Policy: policy,
	})
}
