package plans

import (
	"slices"
	"time"
)

// ReturningPrices returns a change in which each item that returns within its period has its old price (policy row
// M19): an item that the contract does not have at the instant, that the change adds without a price, and that one of
// the charges or a ramp step of the contract has for the present period. The newest charge decides. With another plan,
// the plan's price applies instead. The original change is not modified.
func (c Contract) ReturningPrices(change Change, charges []Charge, at time.Time) Change {
	if change.Plan != nil {
		return change
	}
	price := func(id string, own *Price) *Price {
		if own != nil {
			return own
		}
		return c.oldPrice(id, charges, at)
	}
	change.Items, change.Add, change.Set = slices.Clone(change.Items), slices.Clone(change.Add), slices.Clone(change.Set)
	for i := range change.Items {
		change.Items[i].Price = price(change.Items[i].ID, change.Items[i].Price)
	}
	for i := range change.Add {
		change.Add[i].Price = price(change.Add[i].Item, change.Add[i].Price)
	}
	for i := range change.Set {
		if change.Set[i].Quantity != nil {
			change.Set[i].Price = price(change.Set[i].Item, change.Set[i].Price)
		}
	}
	return change
}

// oldPrice returns the price of an item that left in the present period, and nil for every other item.
func (c *Contract) oldPrice(id string, charges []Charge, at time.Time) *Price {
	if _, has := c.on(id, at); has {
		return nil
	}
	for i := len(charges) - 1; i >= 0; i-- {
		b := &charges[i]
		if b.Item == id && b.Corrects == "" && b.Plan == c.Plan && b.Period.Contains(at) && !b.Quantity.IsZero() {
			return &b.Price
		}
	}
	var last *Price // in arrears, the contract has the items of the period that is not billed yet
	if item := c.item(id); item != nil && !item.none() {
		last = &item.Price
	}
	for i := range c.Ramp {
		if s := &c.Ramp[i]; s.Item.ID == id && !s.Item.none() && !s.At.After(at) {
			last = &s.Item.Price
		}
	}
	return last
}
