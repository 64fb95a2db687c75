package plans

import (
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// resolve replaces the plan, the term or the price of the change with the catalog's.
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

// resolveItem replaces the price of a new item with the plan's price, and drops the price of an item that the contract
// has. It keeps a special price that support sets for an item of the contract.
func (c *Catalog) resolveItem(p *ChangeRequest) error {
	change := &p.Change
	item, has := p.Contract.on(change.Item, p.At)
	switch {
	case change.reprices(&p.Contract, p.At) && p.By != Support:
		return &Refusal{
			Rule: "price", Reason: "Only support can set a special price.", Instead: "Keep the contract's price or ask support.",
		}
	case change.reprices(&p.Contract, p.At):
		price := change.Price.clone()
		if price.Per == (proration.Interval{}) {
			price.Per = item.Price.Per
		}
		change.Price = &price
	case has:
		change.Price = nil
	case change.Quantity.IsZero():
		return fault.New("change.quantity", proration.ErrUnset, "required, a quantity of the new item %.40q", change.Item)
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
