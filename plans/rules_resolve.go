package plans

import (
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Resolved returns the change with the plan, the term and the price that the catalog has in place of what the change names, as
// [Catalog.Check] reads it.
// Errors: those of Check that are about what there is to change to.
func (c Catalog) Resolved(p ChangeRequest) (Change, error) {
	err := c.resolve(&p)
	return p.Change, err
}

// resolve puts what the catalog has in place of what a change names.
func (c *Catalog) resolve(p *ChangeRequest) error {
	switch change := &p.Change; {
	case change.Plan != nil:
		plan, err := c.plan(change.Plan.ID)
		if err != nil {
			return err
		}
		own := plan.clone()
		change.Plan = &own
	case change.Term != nil:
		term, err := c.term(change.Term.Length)
		if err != nil {
			return err
		}
		own := *term
		change.Term = &own
	case change.Item != "":
		return c.resolveItem(p)
	}
	return nil
}

// resolveItem puts the plan's price in place of what a change says of an item, unless it is another price of one that the contract has.
func (c *Catalog) resolveItem(p *ChangeRequest) error {
	change := &p.Change
	item, has := p.Contract.on(change.Item, p.At)
	switch {
	case change.reprices(&p.Contract, p.At) && p.By != Support:
		return &Refusal{Rule: "price", Reason: "a price of its own is agreed on with support", Instead: "the price of the contract"}
	case change.reprices(&p.Contract, p.At):
		price := change.Price.clone()
		if price.Per == (proration.Interval{}) {
			price.Per = item.Price.Per
		}
		change.Price = &price
	case has:
		change.Price = nil
	case change.Quantity.IsZero():
		return fault.New("change.quantity", proration.ErrUnset, "there is no %.40q, and none is added", change.Item)
	default:
		plan, err := c.plan(p.Contract.Plan)
		if err != nil {
			return err
		}
		price, err := plan.offer(change.Item, p.Contract.Currency)
		if err != nil {
			return err
		}
		change.Price = &price
	}
	return nil
}
