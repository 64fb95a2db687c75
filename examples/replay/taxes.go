package main

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// engineTax is a tax that the tax engine of a scenario computes.
type engineTax struct {
	Name    string          `json:"name" jsonfault:"required"` // name of the tax
	Item    string          `json:"item"`                      // item that pays the tax; "" is every item
	Percent decimal.Decimal `json:"percent"`                   // percentage of the taxable amount, rounded half up
	Amount  decimal.Decimal `json:"amount"`                    // amount for each line, in place of a percentage of it
	// WithoutTaxID says that a customer with a tax ID does not pay the tax.
	WithoutTaxID bool `json:"without_tax_id"`
}

// taxes answers a question with the taxes of the scenario, like a tax engine.
func (in *input) taxes(r *invoice.TaxRequest) (answers []invoice.TaxAnswer) {
	places, err := r.Currency.Places()
	if err != nil {
		return nil // the subscription is at fault
	}
	for _, line := range r.Lines {
		answer := invoice.TaxAnswer{Line: line.Line, Amount: line.Amount}
		for _, t := range in.Taxes {
			if t.Item != "" && t.Item != line.Item || t.WithoutTaxID && r.Contact.TaxID != "" {
				continue
			}
			tax := plans.Tax{Name: t.Name, Percent: t.Percent, Amount: t.Amount}
			if t.Amount.IsZero() {
				tax.Amount = line.Amount.Mul(t.Percent).Shift(-2).Round(places)
			}
			answer.Taxes = append(answer.Taxes, tax)
		}
		answers = append(answers, answer)
	}
	return answers
}
