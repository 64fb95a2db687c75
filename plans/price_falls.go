package plans

import "github.com/shopspring/decimal"

// falls reports whether more units of an item may cost less, now or by a later ramp step.
func (c *Contract) falls(id string) bool {
	var versions []Item
	if item := c.item(id); item != nil {
		versions = append(versions, *item)
	}
	for _, s := range c.Ramp {
		if s.Item.ID == id {
			versions = append(versions, s.Item)
		}
	}
	whole := true
	for _, v := range versions {
		whole = whole && v.Quantity.IsInteger()
	}
	for i := range versions {
		if versions[i].Price.falls(whole) {
			return true
		}
	}
	return false
}

// falls reports whether more units may cost less. Only volume tiers do that, where one ends. With whole units, the next
// whole unit decides, and otherwise any fraction of a unit does.
func (p *Price) falls(whole bool) bool {
	if p.Tiering != Volume {
		return false
	}
	var more decimal.Decimal
	if whole && p.Included.IsInteger() || !p.Package.IsZero() {
		more = decimal.New(1, 0)
	}
	cost := func(t *Tier, units decimal.Decimal) decimal.Decimal {
		return t.Flat.Add(units.Mul(t.Unit)).Add(units.Mul(t.Percent).Shift(-2))
	}
	for i := 1; i < len(p.Tiers); i++ {
		last := p.Tiers[i-1].UpTo.Floor() // the tier of a fraction is that of the next whole unit
		if cost(&p.Tiers[i], last.Add(more)).LessThan(cost(&p.Tiers[i-1], last)) {
			return true
		}
	}
	return false
}
