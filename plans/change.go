package plans

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Change is a change of a contract: to another plan, or a quantity more of an item.
type Change struct {
	Plan     *Plan           `json:"plan,omitzero"`     // the plan to change to; its price becomes that of every item
	Item     string          `json:"item,omitzero"`     // without a plan: the item of which there will be more
	Quantity decimal.Decimal `json:"quantity,omitzero"` // without a plan: how many more, above zero
}

// checkQuantity adds the faults of a change of quantity, and returns the index of its item.
func (c *Change) checkQuantity(f *fault.List, contract *Contract) int {
	if c.Plan != nil {
		f.Add("plan", proration.ErrInvalid, "a change of quantity names no plan")
	}
	checkNumber(f, "quantity", c.Quantity)
	if c.Quantity.IsZero() {
		f.Add("quantity", proration.ErrUnset, "a change of quantity adds something")
	}
	i := slices.IndexFunc(contract.Items, func(i Item) bool { return i.ID == c.Item })
	if i < 0 {
		f.Add("item", proration.ErrInvalid, "the contract has no item %.40q", c.Item)
	}
	return i
}
