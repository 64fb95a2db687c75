package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Change is one change of a contract: another plan, more or fewer units of an item, another price of an item, a new
// term, an earlier end, a cancellation, or another billing date. Only the fields of one of these are set. Rules, quotes
// and events use the same value.
type Change struct {
	Plan *Plan  `json:"plan,omitzero"` // new plan; its prices become those of the items
	Item string `json:"item,omitzero"` // ID of the item whose quantity or price changes
	// Quantity is the number of units added, or removed if negative; zero for another price.
	Quantity decimal.Decimal `json:"quantity,omitzero" canon:"count"`
	Price    *Price          `json:"price,omitzero"`  // price of a new item, or without Quantity the new price
	Term     *Term           `json:"term,omitzero"`   // new term, which begins at the end of the last one
	End      time.Time       `json:"end,omitzero"`    // earlier end of the last term
	Cancel   bool            `json:"cancel,omitzero"` // cancels the contract
	Anchor   time.Time       `json:"anchor,omitzero"` // instant from which periods begin anew, not before the change
}

// Changed returns the contract after the change, which takes effect at an instant. Ramp steps up to that instant take
// effect first. The original contract is not modified.
//
// A change of quantity also applies to later ramp steps. Another price also applies to the later steps that have the
// old price; a step with its own price keeps it. Another billing date sets the day of the month on which periods begin,
// and ends a longer first period; terms keep their end. A canceled contract expires at the end of its last term.
// Without terms, canceling changes nothing, and the caller stops billing the contract. Another plan does not change the
// trial.
//
// Errors: ErrUnset for a missing instant, an empty change, and a quantity of zero; ErrInvalid for several changes at
// once, an item that the contract or the new plan does not have (unless the change has a price for it), a quantity of
// an existing item together with a price, more units removed than there are, a plan that is not sold in the currency,
// another plan while ramp steps are scheduled, another interval inside a term, a term if the contract has none or is
// billed differently, and a billing date if terms are billed up front; ErrOutside for an end that is not inside the
// last term, and for a billing date before the change or more than one interval after it; ErrLimit for a billing date
// or a term outside the years 1 to 9999; and those of [Contract.Validate] for the changed contract.
func (c Contract) Changed(change Change, at time.Time) (Contract, error) {
	var f fault.List
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the instant of the change")
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

// Clone returns a copy that shares no mutable memory with c.
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

// check adds a fault unless exactly one change is set.
func (c *Change) check(f *fault.List) {
	var asked []string
	for _, a := range []struct {
		field string
		given bool
	}{
		{"plan", c.Plan != nil}, {"quantity", c.Item != "" || !c.Quantity.IsZero() || c.Price != nil},
		{"term", c.Term != nil},
		{"end", !c.End.IsZero()}, {"cancel", c.Cancel}, {"anchor", !c.Anchor.IsZero()},
	} {
		if a.given {
			asked = append(asked, a.field)
		}
	}
	switch {
	case len(asked) == 0:
		f.Add("change", proration.ErrUnset, "required, one of plan, quantity, term, end, cancel, anchor")
	case len(asked) > 1:
		f.Add(asked[1], proration.ErrInvalid, "must not be set together with %s", asked[0])
	}
}

// checkQuantity adds the faults of a change of quantity, of an item that the contract has at an instant or of a new
// one.
func (c *Change) checkQuantity(f *fault.List, contract *Contract, at time.Time) {
	c.check(f)
	if c.Plan != nil || c.Term != nil || !c.End.IsZero() || c.Cancel || !c.Anchor.IsZero() {
		f.Add("item", proration.ErrUnset, "required, the item whose quantity changes")
		return
	}
	checkNumber(f, "quantity", c.Quantity.Abs())
	if c.Quantity.IsZero() {
		f.Add("quantity", proration.ErrUnset, "must not be zero; got 0")
	}
	_, has := contract.on(c.Item, at)
	switch {
	case !has && c.Price == nil:
		f.Add("item", proration.ErrInvalid, "must be an item of the contract unless price is set; got %.40q", c.Item)
	case !has:
		f.Under("price", c.Price.Validate())
	case c.Price != nil:
		f.Add("price", proration.ErrInvalid, "must not be set; the contract has a price for %.40q", c.Item)
	}
}

// advance applies the ramp steps up to an instant to the items.
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

// add changes the quantity of an item, now and in later ramp steps.
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
			f.Add("quantity", proration.ErrInvalid,
				"must not remove more than the contract has; %v of %.40q would be left on %s", item.Quantity, item.ID, date(from))
		}
	}
	for i := range c.Items {
		changed(&c.Items[i], at)
	}
	for i := range c.Ramp {
		changed(&c.Ramp[i].Item, c.Ramp[i].At)
	}
}

// changePlan changes to another plan and its prices. If the plan has another interval, the cycle restarts.
func (c *Contract) changePlan(f *fault.List, plan Plan, at time.Time) {
	if err := plan.validate(); err != nil {
		f.Under("plan", err)
		return
	}
	if c.restartsWith(&plan) {
		if len(c.Terms) > 0 {
			f.Add("plan.interval", proration.ErrInvalid,
				"must be %v inside a term; got %v", c.Cycle.Interval, plan.Interval)
		}
		c.restart(at, plan.Interval)
	}
	if len(c.Ramp) > 0 {
		f.Add("plan", proration.ErrInvalid, "must not change while ramp steps are scheduled")
	}
	c.Plan = plan.ID
	for i := range c.Items {
		item := &c.Items[i]
		price, ok := plan.Price(item.ID, c.Currency)
		if !ok {
			f.Add("plan.offers", proration.ErrInvalid, "must include %.40q in %.3s", item.ID, c.Currency)
		}
		item.Price = price
	}
}
