package plans

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// Change is a change of a contract: to another plan, or a quantity more of an item.
type Change struct {
	Plan     *Plan           `json:"plan,omitzero"`     // the plan to change to; its price takes effect for every item
	Item     string          `json:"item,omitzero"`     // without a plan: the item of which there will be more
	Quantity decimal.Decimal `json:"quantity,omitzero"` // without a plan: how many more, above zero
}

// checkQuantity refuses a change that adds nothing.
func (c *Change) checkQuantity() error {
	if err := checkNumber("quantity", c.Quantity); err != nil {
		return err
	}
	if c.Quantity.IsZero() {
		return &proration.Error{Field: "quantity", Rule: proration.ErrUnset, Reason: "a change of quantity adds something"}
	}
	return nil
}

func (c *Change) unknownItem() error {
	return &proration.Error{Field: "item", Rule: proration.ErrInvalid, Reason: "the contract has no item " + quoted(c.Item)}
}
