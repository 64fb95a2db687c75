package plans

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
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
	percent, of := c.TaxRatio(t)
	switch {
	case t.Answered && fault.Usable(t.Amount):
		return t.Amount.Rat()
	case of.IsZero():
		return new(big.Rat)
	}
	value := exact.Times(exact.Minus(c.Net, c.Untaxed), percent).Rat()
	return value.Quo(value, of.Rat())
}

// TaxRatio returns the ratio of a tax to the taxed net of the charge: 19 and 100 or, if the net includes it, 19 and
// 119. Both are zero if a number is beyond the limits of package proration.
func (c Charge) TaxRatio(t Tax) (percent, of decimal.Decimal) {
	if !fault.Usable(c.Net) || !fault.Usable(c.Untaxed) || !fault.Usable(t.Percent) {
		return percent, of
	}
	of = hundred
	for i := range c.Taxes {
		own := &c.Taxes[i]
		if !own.Included || own.Answered {
			continue
		}
		if !fault.Usable(own.Percent) {
			return percent, decimal.Decimal{}
		}
		if !own.Percent.IsNegative() {
			of = exact.Plus(of, own.Percent)
		}
	}
	return t.Percent, of
}

var hundred = decimal.New(100, 0) //nolint:gochecknoglobals // a constant that Go cannot declare
