package invoice

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// payBeforeTax applies credit that applies before tax, spreads it over the charges, and returns the credit applied.
func (inv *Invoice) payBeforeTax(d *Draft) (decimal.Decimal, error) {
	var spent decimal.Decimal
	var all, open exact.Sum // the tax of charges that waited is fixed
	for i := range inv.Lines {
		line := &inv.Lines[i]
		all.Add(line.Net)
		if inv.takesUntaxed(line) {
			open.Add(line.Net)
		}
	}
	due, taxable := all.Decimal(), open.Decimal()
	var f fault.List
	if !fault.Amount(&f, "net", due) {
		return spent, f.Err()
	}
	if taxable.LessThan(due) {
		due = taxable
	}
	places, err := d.Currency.Places()
	if err != nil {
		return spent, err
	}
	due = d.Policy.CreditPays(exact.Larger(due, decimal.Decimal{}), places)
	entries, rest, err := credits.Apply(d.Ledger, credits.Due{
		Amount: due, Currency: d.Currency, At: d.At, Ref: d.ID, BeforeTax: true,
	})
	if err != nil {
		return spent, err
	}
	inv.LedgerEntries = entries
	if spent = exact.Minus(due, rest); spent.IsPositive() {
		err = inv.untaxed(spent)
	}
	return spent, err
}

// takesUntaxed reports whether credit before tax can pay for a line: its tax is computed on this invoice.
func (inv *Invoice) takesUntaxed(c *plans.Charge) bool {
	fixed := c.Restores != "" && len(answered(c.Taxes)) > 0
	return c.Corrects == "" && c.PricedAt.IsZero() && c.Net.IsPositive() && !fixed
}

// untaxed spreads an amount over the positive charges as the untaxed parts of their nets.
func (inv *Invoice) untaxed(amount decimal.Decimal) error {
	places, err := inv.Currency.Places()
	if err != nil {
		return err
	}
	var on []*plans.Charge
	var weights []decimal.Decimal
	for i := range inv.Lines {
		if c := &inv.Lines[i]; inv.takesUntaxed(c) {
			on, weights = append(on, c), append(weights, c.Net)
		}
	}
	parts, err := proration.Split(proration.Division{
		Amount: amount, Weights: weights, Places: places, Allocation: proration.LargestRemainder,
	})
	if err != nil {
		return fault.Under("lines", err)
	}
	for i, c := range on {
		c.Untaxed = parts[i].Amount
	}
	return nil
}
