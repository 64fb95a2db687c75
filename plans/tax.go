package plans

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Tax is one tax on a charge.
type Tax struct {
	Name     string          `json:"name"`                  // name of the tax, "VAT"; unique within a charge
	Percent  decimal.Decimal `json:"percent" canon:"count"` // rate in percent, never negative
	Included bool            `json:"included,omitzero"`     // prices include the tax, so Net contains its amount
	Amount   decimal.Decimal `json:"amount"`                // billed tax; zero or negative on a credit
	// Answered says that a tax engine computed Amount. Percent only informs, and a credit takes its share of Amount.
	Answered bool `json:"answered,omitzero"`
}

// validate returns every fault of the tax except its amount.
func (t *Tax) validate() error {
	var f fault.List
	if t.Name == "" {
		f.Add("name", proration.ErrUnset, "required, the tax's name")
	}
	fault.Number(&f, "percent", t.Percent)
	return f.Err()
}

// Taxed returns the exact amount of a tax on the charge, before rounding: (Net - Untaxed) x Percent / (100 + the
// percentages of the charge's included taxes). An answered tax is its Amount. It returns zero if a number is beyond the
// limits of package proration.
func (c Charge) Taxed(t Tax) *big.Rat {
	var f fault.List
	if t.Answered && fault.Amount(&f, "amount", t.Amount) {
		return t.Amount.Rat()
	}
	fault.Amount(&f, "net", c.Net)
	fault.Amount(&f, "untaxed", c.Untaxed)
	fault.Amount(&f, "percent", t.Percent)
	included := decimal.New(100, 0)
	for _, own := range c.Taxes {
		if own.Included && !own.Answered && fault.Amount(&f, "percent", own.Percent) && !own.Percent.IsNegative() {
			included = included.Add(own.Percent)
		}
	}
	if f != nil {
		return new(big.Rat)
	}
	value := c.Net.Sub(c.Untaxed).Mul(t.Percent).Rat()
	return value.Quo(value, included.Rat())
}
