package plans

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// A limit that has the name of an item limits its units, whether the request tells the usage or not.

// allows returns a refusal if a number of units of an item exceeds the plan's limit of that name.
func (p *Plan) allows(item string, units decimal.Decimal) error {
	i := slices.IndexFunc(p.Limits, func(l Limit) bool { return l.Name == item })
	if i < 0 || p.Limits[i].Unlimited || !units.GreaterThan(p.Limits[i].Most) {
		return nil
	}
	most := exact.Text(p.Limits[i].Most, 0)
	return &Refusal{
		Rule:    "limit",
		Reason:  "The plan allows " + most + " " + item + "; " + exact.Text(units, 0) + " are requested.",
		Instead: "Choose at most " + most + " or another plan.",
	}
}

// most returns the most units that a contract has of an item, now or at a later step.
func (c *Contract) most(item string) (units decimal.Decimal) {
	for i := range c.Items {
		if c.Items[i].ID == item {
			units = decimal.Max(units, c.Items[i].Quantity)
		}
	}
	for i := range c.Ramp {
		if c.Ramp[i].Item.ID == item {
			units = decimal.Max(units, c.Ramp[i].Item.Quantity)
		}
	}
	return units
}
