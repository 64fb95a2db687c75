package plans

import (
	"slices"

	"github.com/billingrules/billing/proration"
)

// resolve replaces the plan, the term and the prices of the change with the catalog's.
func (c *Catalog) resolve(p *ChangeRequest) error {
	change := &p.Change
	if change.Plan != nil {
		plan, err := c.plan(change.Plan.ID)
		if err != nil {
			return err
		}
		change.Plan = plan
	}
	if err := c.resolveInterval(p); err != nil {
		return err
	}
	if change.Term != nil {
		term, err := c.term(change.Term.Length)
		if err != nil {
			return err
		}
		change.Term = term
	}
	change.Items, change.Add, change.Set = slices.Clone(change.Items), slices.Clone(change.Add), slices.Clone(change.Set)
	for i := range change.Items {
		if err := c.resolvePrice(p, change.Items[i].ID, &change.Items[i].Price); err != nil {
			return err
		}
	}
	for i := range change.Add {
		step := &change.Add[i]
		if _, has := p.Contract.on(step.Item, p.At); has {
			step.Price = nil
		} else if err := c.resolvePrice(p, step.Item, &step.Price); err != nil {
			return err
		}
	}
	for i := range change.Set {
		if err := c.resolvePrice(p, change.Set[i].Item, &change.Set[i].Price); err != nil {
			return err
		}
	}
	return nil
}

// resolvePrice sets the price of a new item to the plan's, and keeps a special price that support sets for an item of
// the contract.
func (c *Catalog) resolvePrice(p *ChangeRequest, id string, price **Price) error {
	item, has := p.Contract.on(id, p.At)
	if has && *price == nil {
		return nil
	}
	if old := p.Contract.oldPrice(id, p.Charges, p.At); old != nil && p.Change.Plan == nil {
		*price = old
		return nil
	}
	plan := p.Change.Plan
	if plan == nil && !has {
		own, err := c.plan(p.Contract.Plan)
		if err != nil {
			return err
		}
		plan = own.of(&p.Contract)
	}
	usual := item.Price
	if p.Change.Interval != (proration.Interval{}) {
		usual = p.Contract.fullPrice(usual) // a price without Per is for the old interval
	}
	if plan != nil {
		offer, err := plan.offer(id, p.Contract.Currency)
		if err != nil {
			return err
		}
		usual = offer
	}
	if !has {
		*price = &usual
		return nil
	}
	own := (*price).lasting(usual.Per)
	if p.By != Support && !own.Equal(usual) {
		return &Refusal{
			Rule: "price", Reason: "Only support can set a special price.", Instead: "Keep the contract's price or ask support.",
		}
	}
	*price = &own
	return nil
}
