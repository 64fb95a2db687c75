package plans

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Changed returns the contract after the change, which takes effect at an instant. Ramp steps up to that instant take
// effect first. The original contract is not modified.
//
// Units that are added, removed or set also change the later ramp steps of the item, by the same difference. Another
// price also applies to the later steps that have the old price; a step with its own price keeps it. Another interval
// restarts the periods at the instant, or at the start of the present period if the billing dates stay; a price without
// Per stays a price for the old interval. Another billing date sets the day of the month on which periods begin; the
// present period stays until then, as First; terms keep their end. An item of which no unit is left leaves the
// contract, and so may the last item; a metered item stays. A canceled contract expires at the end of its last term. A
// term that is not the only field begins with the change: it replaces the terms that the contract has, and their
// discounts. Without terms, canceling changes nothing, and the caller stops billing the contract. Another plan does not
// change the trial.
//
// Errors: those of [Change.Validate] and the faults of the plan and the term, under change; ErrUnset for a missing
// instant; ErrInvalid for an item that neither the contract nor the new plan has (unless the step has a price for it),
// a price for an item to which units are added, more units removed than there are, a plan that is not sold in the
// currency, another plan or interval while ramp steps are scheduled that Ramp does not keep or drop, another interval
// inside a term, billing dates that stay while months become weeks or days, an unknown discount to remove, a term that
// extends one that is billed differently, or that is no multiple of the billing period, billing dates that stay or
// follow later with a term that is billed up front, and a billing date if terms are billed up front; ErrOutside for an
// end that is not inside the last term, for a known end that is not after the instant, and for a billing date before
// the change or one interval after the end of the present period; ErrLimit for a billing date or a term outside the
// years 1 to 9999; and those of [Contract.Validate] for the changed contract.
func (c Contract) Changed(change Change, at time.Time) (Contract, error) {
	var f fault.List
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the instant of the change")
	}
	f.Under("contract", c.Validate())
	f.Under("change", change.Validate())
	if change.Plan != nil {
		f.Under("change.plan", change.Plan.validate())
		change.Plan.checkOneInterval(&f, "change.plan")
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	return c.changed(&change, at)
}

// changed is Changed for a validated contract and change. It validates the result.
func (c Contract) changed(change *Change, at time.Time) (Contract, error) {
	var f, own fault.List
	c.own(at)
	c.change(&own, change, at)
	f.Under("change", own.Err())
	if f == nil {
		f.Under("contract", c.Validate())
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	return c, nil
}

// change makes a valid change of a contract that has lists of its own, as of the instant.
func (c *Contract) change(f *fault.List, change *Change, at time.Time) {
	switch {
	case c.Extends(*change):
		c.extend(f, *change.Term)
	case !change.End.IsZero():
		c.shorten(f, change.End)
	case change.Cancel:
		if last := len(c.Terms) - 1; last >= 0 {
			c.Terms[last].Term.Renewal = Expire
		}
	default:
		if !change.Until.IsZero() {
			if c.Until = change.Until; !c.Until.After(at) {
				f.Add("until", proration.ErrOutside, "must be after the change; got %s", change.Until.Format(time.RFC3339Nano))
			}
		}
		if change.Term != nil {
			if err := change.Term.validate(); err != nil {
				f.Under("term", err)
				return
			}
		}
		if change.Ramp == RampDrop {
			c.Ramp = nil
		}
		c.checkItemDates(f, change, at)
		before := slices.Clone(c.Items)
		c.changeInterval(f, change, at)
		c.changeItems(f, change)
		c.checkKeepsTiming(f, before)
		c.changeDiscounts(f, change)
		if change.Term != nil {
			c.commit(f, *change.Term, at)
		}
	}
}

// own gives the contract lists of its own, as of an instant, so that they can be edited.
func (c *Contract) own(at time.Time) {
	c.advance(at)
	c.Terms, c.Discounts = slices.Clone(c.Terms), slices.Clone(c.Discounts)
}

// advance applies the ramp steps up to an instant to the items. Both become new lists.
func (c *Contract) advance(at time.Time) {
	if len(c.Ramp) == 0 && !c.timedUplift() {
		c.Items, c.Ramp = slices.DeleteFunc(slices.Clone(c.Items), func(item Item) bool { return item.none() }), nil
		if len(c.Items) == 0 {
			c.Items = nil
		}
		return
	}
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
	if c.Items, c.Ramp = items, ahead; c.timedUplift() {
		c.countUplifts(at)
	}
}

// item returns an item, or nil if the contract does not have it.
func (c *Contract) item(id string) *Item {
	if i := c.index(id); i >= 0 {
		return &c.Items[i]
	}
	return nil
}

// changeItems changes the items: the plan, the list or the steps of a change.
func (c *Contract) changeItems(f *fault.List, change *Change) {
	priced := map[string]bool{} // items with a price of their own in the change
	for i, item := range change.Items {
		setting := ItemSetting{Item: item.ID, Quantity: &item.Quantity, Price: item.Price}
		c.set(f, fault.At("items", i), "id", setting, change.Plan)
		priced[item.ID] = item.Price != nil
	}
	if change.Items != nil {
		kept := func(id string) bool {
			return slices.ContainsFunc(change.Items, func(item ChangeItem) bool { return item.ID == id })
		}
		c.Items = slices.DeleteFunc(c.Items, func(item Item) bool { return !kept(item.ID) })
		c.Ramp = slices.DeleteFunc(c.Ramp, func(s RampStep) bool { return !kept(s.Item.ID) })
	}
	for i, step := range change.Add {
		path := fault.At("add", i)
		if item := c.item(step.Item); item == nil {
			c.set(f, path, "item", ItemSetting{Item: step.Item, Quantity: &step.Quantity, Price: step.Price}, change.Plan)
			priced[step.Item] = step.Price != nil
			continue
		}
		if step.Price != nil {
			f.Add(path+".price", proration.ErrInvalid, "must not be set; the contract has a price for %.40q", step.Item)
		}
		c.shift(f, path, step.Item, step.Quantity)
	}
	for i, step := range change.Remove {
		path := fault.At("remove", i)
		if c.item(step.Item) == nil {
			f.Add(path+".item", proration.ErrInvalid, "must be an item of the contract; got %.40q", step.Item)
			continue
		}
		c.shift(f, path, step.Item, exact.Negative(step.Quantity))
	}
	for i, setting := range change.Set {
		c.set(f, fault.At("set", i), "item", setting, change.Plan)
		priced[setting.Item] = setting.Price != nil
	}
	if change.Plan != nil {
		c.changePlan(f, change, priced)
	}
	c.Items = slices.DeleteFunc(c.Items, func(item Item) bool { return item.none() })
}

// set gives an item a quantity and a price, or adds it. The name is the JSON name of its ID.
func (c *Contract) set(f *fault.List, path, name string, setting ItemSetting, plan *Plan) {
	item := c.item(setting.Item)
	if item == nil {
		price := setting.Price
		if price == nil && plan != nil {
			if offer, ok := plan.price(setting.Item, c.Currency); ok {
				price = &offer
			}
		}
		switch {
		case price == nil:
			f.Add(path+"."+name, proration.ErrInvalid,
				"must be an item of the contract unless price is set; got %.40q", setting.Item)
		case setting.Quantity == nil:
			f.Add(path+".quantity", proration.ErrUnset, "required for the new item %.40q", setting.Item)
		default:
			c.Items = append(c.Items, Item{ID: setting.Item, Price: *price})
			c.shift(f, path, setting.Item, *setting.Quantity)
		}
		return
	}
	if setting.Price != nil && !c.fullPrice(item.Price).Equal(c.fullPrice(*setting.Price)) {
		c.reprice(item, *setting.Price)
	}
	if setting.Quantity != nil {
		c.shift(f, path, setting.Item, setting.Quantity.Sub(item.Quantity))
	}
}

// shift adds units to an item, now and in its later ramp steps. A negative number removes them.
func (c *Contract) shift(f *fault.List, path, id string, units decimal.Decimal) {
	if units.IsZero() {
		return
	}
	shifted := func(item *Item, from time.Time) {
		if item.ID != id {
			return
		}
		if item.Quantity = exact.Plus(item.Quantity, units); !item.Quantity.IsNegative() {
			return
		}
		when := ""
		if !from.IsZero() {
			when = " on " + date(from)
		}
		f.Add(path+".quantity", proration.ErrInvalid,
			"must not remove more than the contract has; %v of %.40q would be left%s", item.Quantity, id, when)
	}
	for i := range c.Items {
		shifted(&c.Items[i], time.Time{})
	}
	for i := range c.Ramp {
		shifted(&c.Ramp[i].Item, c.Ramp[i].At)
	}
}

// changePlan changes to another plan and its prices, except those of items that have a price in the change.
func (c *Contract) changePlan(f *fault.List, change *Change, priced map[string]bool) {
	plan := change.Plan
	if len(c.Ramp) > 0 && change.Ramp != RampKeep {
		f.Add("plan", proration.ErrInvalid, "must not change while ramp steps are scheduled")
	}
	c.Plan = plan.ID
	for i := range c.Items {
		item := &c.Items[i]
		if priced[item.ID] {
			continue
		}
		price, ok := plan.price(item.ID, c.Currency)
		if !ok && item.none() {
			continue
		}
		if !ok {
			f.Add("plan.offers", proration.ErrInvalid, "must include %.40q in %.3s", item.ID, c.Currency)
		}
		c.reprice(item, price)
	}
}

// reprice gives an item another price, and its later ramp steps that have the old price.
func (c *Contract) reprice(item *Item, price Price) {
	old := item.Price
	item.Price, item.Contracted, item.Uplifts = price, nil, 0
	for i := range c.Ramp {
		if later := &c.Ramp[i].Item; later.ID == item.ID && later.Price.Equal(old) {
			later.Price, later.Contracted, later.Uplifts = price, nil, 0
		}
	}
}

// changeDiscounts removes and adds discounts.
func (c *Contract) changeDiscounts(f *fault.List, change *Change) {
	for i, id := range change.RemoveDiscounts {
		before := len(c.Discounts)
		c.Discounts = slices.DeleteFunc(c.Discounts, func(d Discount) bool { return d.ID == id })
		if len(c.Discounts) == before {
			f.Add(fault.At("remove_discounts", i), proration.ErrInvalid, "must be a discount of the contract; got %.40q", id)
		}
	}
	c.Discounts = append(c.Discounts, change.AddDiscounts...)
}
