package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
)

// reprices reports whether the change is another price of an item that the contract has at an instant.
func (c *Change) reprices(contract *Contract, at time.Time) bool {
	if c.Price == nil || !c.Quantity.IsZero() {
		return false
	}
	_, has := contract.on(c.Item, at)
	return has
}

// reprice sets the price of an item, and of the later ramp steps that have its old price.
func (c *Contract) reprice(f *fault.List, id string, price Price) {
	if err := price.Validate(); err != nil {
		f.Under("price", err)
		return
	}
	var old Price
	for i := range c.Items {
		if item := &c.Items[i]; item.ID == id {
			old, item.Price = item.Price, price.clone()
		}
	}
	for i := range c.Ramp {
		if item := &c.Ramp[i].Item; item.ID == id && item.Price.Equal(old) {
			item.Price = price.clone()
		}
	}
}
