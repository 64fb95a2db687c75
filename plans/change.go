package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Change is one change of a contract: to another plan, a quantity more or less of an item, another price of one, a longer term, an
// earlier end, a cancellation, or another billing date. Only the fields of one of them are set. It is the same value in a rule, a quote
// and an event.
type Change struct {
	Plan     *Plan           `json:"plan,omitzero"`     // the plan to change to; its prices become those of the items
	Item     string          `json:"item,omitzero"`     // the item of which there will be more or less, or which will have another price
	Quantity decimal.Decimal `json:"quantity,omitzero"` // with an item: how many more, or below zero how many less; zero with another price
	Price    *Price          `json:"price,omitzero"`    // what an item costs that the contract does not have, or without a quantity another price of one that it has; nil leaves the price
	Term     *Term           `json:"term,omitzero"`     // another term, which begins where the last one ends
	End      time.Time       `json:"end,omitzero"`      // an earlier end of the last term
	Cancel   bool            `json:"cancel,omitzero"`   // the contract ends
	Anchor   time.Time       `json:"anchor,omitzero"`   // the instant on which periods begin from then on; at or after the instant of the change
}

// Changed returns the contract after the change, which takes effect at an instant; steps of its ramp that lie before it have
// taken effect too. The contract itself stays as it is. A quantity also changes by as much in the steps that lie ahead, and a price in
// those that have the old one: a step that was agreed at a price of its own keeps it. From another billing date on, periods begin on its
// day of the month, whatever it was before, and a first period that was longer is over; terms keep their end.
// Errors: ErrUnset for a change of nothing; ErrInvalid for several at once, for an item that the contract or the new plan does not
// have (unless the change has a price for it), for less than nothing of an item, for a plan that is not sold in the currency, for one
// while steps of a ramp lie ahead or with other periods inside a term, for a term where there is none or which is billed otherwise, and
// for a billing date where terms are billed up front; ErrOutside for an end that is not inside the last term, and for a billing date
// before the change or more than one interval after it, so that another one would lie between; ErrLimit for one outside the years 1 to
// 9999; and those of [Contract.Validate] for what comes out. A contract that is canceled lapses at the end of its last term; one from
// period to period stays as it is, and whoever keeps it stops billing it.
func (c Contract) Changed(change Change, at time.Time) (Contract, error) {
	var f fault.List
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "a change takes effect at an instant")
	}
	f.Under("contract", c.Validate())
	change.check(&f)
	if f != nil {
		return Contract{}, f.Err()
	}
	c = c.Clone()
	c.advance(at)
	switch {
	case change.Plan != nil:
		c.changePlan(&f, *change.Plan, at)
	case change.Term != nil:
		c.extend(&f, *change.Term)
	case !change.End.IsZero():
		c.shorten(&f, change.End)
	case change.Cancel:
		if last := len(c.Terms) - 1; last >= 0 {
			c.Terms[last].Term.Renewal = Expire
		}
	case !change.Anchor.IsZero():
		c.moveAnchor(&f, change.Anchor, at)
	case change.reprices(&c, at):
		c.reprice(&f, change.Item, *change.Price)
	default:
		c.add(&f, &change, at)
	}
	if f == nil {
		f.Under("contract", c.Validate())
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	return c, nil
}

// Clone returns a change that shares nothing that can be written to.
func (c Change) Clone() Change {
	if c.Plan != nil {
		own := c.Plan.clone()
		c.Plan = &own
	}
	if c.Price != nil {
		own := c.Price.clone()
		c.Price = &own
	}
	if c.Term != nil {
		own := *c.Term
		c.Term = &own
	}
	return c
}

// check adds a fault unless the change is one thing.
func (c *Change) check(f *fault.List) {
	var asked []string
	for _, a := range []struct {
		field string
		given bool
	}{
		{"plan", c.Plan != nil}, {"quantity", c.Item != "" || !c.Quantity.IsZero() || c.Price != nil}, {"term", c.Term != nil},
		{"end", !c.End.IsZero()}, {"cancel", c.Cancel}, {"anchor", !c.Anchor.IsZero()},
	} {
		if a.given {
			asked = append(asked, a.field)
		}
	}
	switch {
	case len(asked) == 0:
		f.Add("change", proration.ErrUnset, "it changes nothing")
	case len(asked) > 1:
		f.Add(asked[1], proration.ErrInvalid, "a change is of one thing, and this one is of %s already", asked[0])
	}
}

// checkQuantity adds the faults of a change of quantity of an item that is there at an instant.
func (c *Change) checkQuantity(f *fault.List, contract *Contract, at time.Time) {
	c.check(f)
	if c.Plan != nil || c.Term != nil || !c.End.IsZero() || c.Cancel || !c.Anchor.IsZero() {
		f.Add("item", proration.ErrUnset, "it is no change of a quantity")
		return
	}
	checkNumber(f, "quantity", c.Quantity.Abs())
	if c.Quantity.IsZero() {
		f.Add("quantity", proration.ErrUnset, "a change of quantity adds or takes away something")
	}
	_, has := contract.on(c.Item, at)
	switch {
	case !has && c.Price == nil:
		f.Add("item", proration.ErrInvalid, "the contract has no item %.40q, and the change no price for it", c.Item)
	case !has:
		f.Under("price", c.Price.Validate())
	case c.Price != nil:
		f.Add("price", proration.ErrInvalid, "the contract has a price for %.40q", c.Item)
	}
}

// advance takes the steps that lie at or before an instant into the items.
func (c *Contract) advance(at time.Time) {
	var items []Item
	for _, id := range c.ids() {
		if item, ok := c.on(id, at); ok {
			items = append(items, item)
		}
	}
	var ahead []RampStep
	for _, s := range c.Ramp {
		if s.At.After(at) {
			ahead = append(ahead, s)
		}
	}
	c.Items, c.Ramp = items, ahead
}

// add changes a quantity, now and in what lies ahead.
func (c *Contract) add(f *fault.List, change *Change, at time.Time) {
	if change.checkQuantity(f, c, at); *f != nil {
		return
	}
	if change.Price != nil {
		c.Items = append(c.Items, Item{ID: change.Item, Price: change.Price.clone()})
	}
	changed := func(item *Item, from time.Time) {
		if item.ID != change.Item {
			return
		}
		if item.Quantity = item.Quantity.Add(change.Quantity); item.Quantity.IsNegative() {
			f.Add("quantity", proration.ErrInvalid, "%v of %.40q would be left on %s", item.Quantity, item.ID, date(from))
		}
	}
	for i := range c.Items {
		changed(&c.Items[i], at)
	}
	for i := range c.Ramp {
		changed(&c.Ramp[i].Item, c.Ramp[i].At)
	}
}

// changePlan takes over the prices of another plan. Where its periods are longer or shorter, the cycle restarts.
func (c *Contract) changePlan(f *fault.List, plan Plan, at time.Time) {
	if err := plan.Validate(); err != nil {
		f.Under("plan", err)
		return
	}
	if c.restartsWith(&plan) {
		if len(c.Terms) > 0 {
			f.Add("plan.interval", proration.ErrInvalid, "periods of %v cannot change to %v inside a term", c.Cycle.Interval, plan.Interval)
		}
		c.restart(at, plan.Interval)
	}
	if len(c.Ramp) > 0 {
		f.Add("plan", proration.ErrInvalid, "steps that were agreed for the old plan lie ahead; agree on others first")
	}
	c.Plan = plan.ID
	for i := range c.Items {
		item := &c.Items[i]
		price, ok := plan.Price(item.ID, c.Currency)
		if !ok {
			f.Add("plan.offers", proration.ErrInvalid, "it does not offer %.40q in %.3s", item.ID, c.Currency)
		}
		item.Price = price
	}
}
