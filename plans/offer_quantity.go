package plans

import (
	"slices"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// refuse returns a refusal of an item with a quantity that the offer does not allow. Before are the states of the item
// in a contract of the same plan: a quantity that breaks a bound can stay or come closer to it, but not go further out.
func (o *Offer) refuse(item *Item, before []Item) error {
	had := func(as func(*Item) bool) bool {
		return slices.ContainsFunc(before, func(old Item) bool { return as(&old) })
	}
	units := item.Quantity
	reason := ""
	switch {
	case item.none():
		if o.Required && !had((*Item).none) {
			return &Refusal{
				Rule: "quantity", Reason: "The plan is not sold without " + o.Item + ".", Instead: "Choose " + o.possible() + ".",
			}
		}
		return nil
	case units.IsZero(): // metered
		return nil
	case units.LessThan(o.Minimum) && !had(func(old *Item) bool {
		return !old.Quantity.IsZero() && !old.Quantity.GreaterThan(units)
	}):
		reason = "at least " + exact.Text(o.Minimum, 0) + " " + o.Item
	case o.Maximum.IsPositive() && units.GreaterThan(o.Maximum) && !had(func(old *Item) bool {
		return !old.Quantity.LessThan(units)
	}):
		reason = "at most " + exact.Text(o.Maximum, 0) + " " + o.Item
	case o.Step.IsPositive() && !exact.Multiple(units, o.Step) && !had(func(old *Item) bool {
		return old.Quantity.Equal(units)
	}):
		reason = o.Item + " in steps of " + exact.Text(o.Step, 0)
	default:
		return nil
	}
	choose := o.possible()
	if !o.Required {
		choose += ", or none"
	}
	return &Refusal{
		Rule: "quantity", Reason: "The plan sells " + reason + "; " + exact.Text(units, 0) + " are requested.",
		Instead: "Choose " + choose + ".",
	}
}

// bounded reports whether the offer bounds the quantity of its item.
func (o *Offer) bounded() bool {
	return o.Required || !o.Minimum.IsZero() || !o.Maximum.IsZero() || !o.Step.IsZero()
}

// possible describes the quantities above zero that the offer allows: "5 to 50 in steps of 5".
func (o *Offer) possible() string {
	least, most, step := exact.Text(o.Minimum, 0), exact.Text(o.Maximum, 0), exact.Text(o.Step, 0)
	text := ""
	switch bounded := o.Maximum.IsPositive(); {
	case bounded && o.Minimum.Equal(o.Maximum):
		return least
	case bounded && o.Minimum.IsPositive():
		text = least + " to " + most
	case bounded:
		text = "at most " + most
	case o.Minimum.IsPositive():
		text = "at least " + least
	case o.Step.IsPositive():
		return "a multiple of " + step
	default:
		return "at least one"
	}
	if o.Step.IsPositive() {
		text += " in steps of " + step
	}
	return text
}

// states returns an item as the contract has it now and after each later step. An item that it does not have has no
// units.
func (c *Contract) states(id string) []Item {
	all := []Item{{ID: id}}
	if item := c.item(id); item != nil {
		all[0] = *item
	}
	for i := range c.Ramp {
		if c.Ramp[i].Item.ID == id {
			all = append(all, c.Ramp[i].Item)
		}
	}
	return all
}

// breaches returns a refusal for each quantity of a contract of the plan that breaks a limit of the plan or a bound of
// an offer, and that goes further out than the contract before, if that had the same plan and interval.
func (p *Plan) breaches(before, after *Contract) (refused []error) {
	same := before.Plan == after.Plan && p.of(before).Interval == p.of(after).Interval
	p = p.of(after)
	for i := range p.Limits {
		units, over := p.beyond(&p.Limits[i], after)
		if same && over.IsPositive() {
			_, was := p.beyond(&p.Limits[i], before)
			over = over.Sub(was)
		}
		if over.IsPositive() {
			refused = append(refused, p.Limits[i].refusal(units))
		}
	}
	for i := range p.Offers {
		o := &p.Offers[i]
		if o.Currency != after.Currency || !o.bounded() {
			continue
		}
		var old []Item
		if same {
			old = before.states(o.Item)
		}
		for _, item := range after.states(o.Item) {
			if err := o.refuse(&item, old); err != nil {
				refused = append(refused, err)
			}
		}
	}
	return refused
}

// CheckQuantities returns a [Refusal] if the contract after a change has more units of an item than the plan, which is
// its plan, allows, or a quantity that is not offered. A quantity that breaks a bound stays allowed where the contract
// before the change has the same plan, with the same interval, and a quantity as far out, now or at a later step.
// Errors: a Refusal with the rule "limit" or "quantity"; the faults of the plan and of both contracts.
func (p Plan) CheckQuantities(before, after Contract) error {
	var f fault.List
	f.Under("plan", p.validate())
	f.Under("before", before.Validate())
	f.Under("after", after.Validate())
	if f != nil {
		return f.Err()
	}
	if refused := p.breaches(&before, &after); refused != nil {
		return refused[0]
	}
	return nil
}
