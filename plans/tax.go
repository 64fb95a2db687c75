package plans

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Tax is what is due to a state on a charge.
type Tax struct {
	Name     string          `json:"name"`              // of the tax, "VAT"; a charge has each once
	Percent  decimal.Decimal `json:"percent"`           // of what is taxed, not negative
	Included bool            `json:"included,omitzero"` // prices have it in them: it is a part of the net, and not due besides
	Amount   decimal.Decimal `json:"amount"`            // what was billed; of a credit what goes back, not above zero
}

// Validate returns every fault of the tax, but for its amount: ErrUnset for no name, ErrInvalid for a negative percentage, and ErrLimit for
// one beyond the limits.
func (t Tax) Validate() error {
	var f fault.List
	if t.Name == "" {
		f.Add("name", proration.ErrUnset, "a tax has a name")
	}
	checkNumber(&f, "percent", t.Percent)
	return f.Err()
}

// Taxed returns what a tax comes to on the charge, exactly and before it is rounded: its percentage of the net, less what of it is untaxed
// and the taxes that are included in it. Numbers beyond the limits of package proration come to zero.
func (c Charge) Taxed(t Tax) *big.Rat {
	var f fault.List
	fault.Amount(&f, "net", c.Net)
	fault.Amount(&f, "untaxed", c.Untaxed)
	fault.Amount(&f, "percent", t.Percent)
	included := decimal.New(100, 0)
	for _, own := range c.Taxes {
		if own.Included && fault.Amount(&f, "percent", own.Percent) && !own.Percent.IsNegative() {
			included = included.Add(own.Percent)
		}
	}
	if f != nil {
		return new(big.Rat)
	}
	value := c.Net.Sub(c.Untaxed).Mul(t.Percent).Rat()
	return value.Quo(value, included.Rat())
}
