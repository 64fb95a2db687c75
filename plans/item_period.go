package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// HasItemPeriods reports whether a licensed item at the price has billing periods of its own, each billed at its start:
// it has a BillingInterval and is not metered.
func (p Price) HasItemPeriods() bool {
	return p.BillingInterval != (proration.Interval{}) && !p.Metered
}

// HasItemPeriods reports whether the contract has a licensed item with billing periods of its own, now or by a ramp
// step.
func (c Contract) HasItemPeriods() bool {
	return slices.ContainsFunc(c.Items, func(item Item) bool { return item.Price.HasItemPeriods() }) ||
		slices.ContainsFunc(c.Ramp, func(step RampStep) bool { return step.Item.Price.HasItemPeriods() })
}

// ItemCharges returns the recurring charges of the items with billing periods of their own, each for its period at the
// start of the portion, before discounts. The portion is of a billing period or an up-front term; it bounds the time
// that is charged. Periods count from the anchor of the cycle, so that they do not drift.
// Errors: those of [Contract.Charges].
func (c Contract) ItemCharges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	all, err := c.Charges(p, policy)
	return slices.DeleteFunc(all, func(charge Charge) bool { return !charge.Price.HasItemPeriods() }), err
}

// NextItemPeriod returns the earliest start, after an instant, of a period of an item with periods of its own, and the
// zero time if there is no such item. Errors: those of [proration.Cycle.Containing].
func (c Contract) NextItemPeriod(after time.Time) (next time.Time, err error) {
	consider := func(price *Price) {
		if err != nil || !price.HasItemPeriods() {
			return
		}
		var own proration.Period
		if own, err = c.itemPeriod(price, after); err == nil && (next.IsZero() || own.End.Before(next)) {
			next = own.End
		}
	}
	for i := range c.Items {
		consider(&c.Items[i].Price)
	}
	for i := range c.Ramp {
		consider(&c.Ramp[i].Item.Price)
	}
	return next, err
}

// ItemsBegun returns the items with periods of their own whose period at an instant began after another instant: until
// which they are billed. Errors: those of [proration.Cycle.Containing].
func (c Contract) ItemsBegun(billed, at time.Time) (items []string, err error) {
	for _, id := range c.ids() {
		price := c.priceOf(id)
		if !price.HasItemPeriods() {
			continue
		}
		own, err := c.itemPeriod(price, at)
		if err != nil {
			return nil, err
		}
		if own.Start.After(billed) {
			items = append(items, id)
		}
	}
	return items, nil
}

// itemPeriod returns the period around an instant of an item with periods of its own.
func (c *Contract) itemPeriod(price *Price, at time.Time) (proration.Period, error) {
	own := c.Cycle
	own.Interval = price.BillingInterval
	return own.Containing(at)
}

// itemPortion returns the portion of an item that is charged with a portion of the contract: that portion or, for an
// item with periods of its own, the part of the period around its start.
func (c *Contract) itemPortion(id string, p *proration.Portion) (*proration.Portion, error) {
	price := c.priceOf(id)
	if price == nil || !price.HasItemPeriods() {
		return p, nil
	}
	period, err := c.itemPeriod(price, p.Span.Start)
	if err != nil {
		return nil, err
	}
	own := proration.Portion{Period: period, Span: p.Span, Edges: p.Edges}
	if period.End.Before(p.Span.End) {
		own.Span.End, own.Edges.Ends = period.End, false
	}
	return &own, nil
}

// priceOf returns the price of an item of the contract, or the first one that a ramp step gives it.
func (c *Contract) priceOf(id string) *Price {
	if item := c.item(id); item != nil {
		return &item.Price
	}
	for i := range c.Ramp {
		if c.Ramp[i].Item.ID == id {
			return &c.Ramp[i].Item.Price
		}
	}
	return nil
}

// begun returns charges without those for periods of items that begin after an instant: they are billed then.
func begun(charges []Charge, at time.Time) []Charge {
	return slices.DeleteFunc(charges, func(c Charge) bool { return c.BilledAfter(at) })
}

// BilledAfter reports whether a contract bills the charge after an instant: it is for a period of an item with periods
// of its own, and that period begins later.
func (c Charge) BilledAfter(at time.Time) bool {
	return c.Price.HasItemPeriods() && c.Period.Start.After(at)
}

// checkItemPeriods adds the faults of items with periods of their own. They are billed beside an item that is billed
// with the periods of the contract: its payment gives access.
func (c *Contract) checkItemPeriods(f *fault.List) {
	if !c.HasItemPeriods() {
		return
	}
	if !slices.ContainsFunc(c.Items, c.lasts) {
		f.Add("items", proration.ErrInvalid,
			"must include an item without a billing_interval that is not metered and that no ramp step removes")
	}
	for i := range c.Terms {
		if fee := c.Terms[i].Term.TerminationFee.Percent; !fee.IsZero() {
			f.Add(fault.At("terms", i)+".term.termination_fee.percent", proration.ErrInvalid,
				"must be zero with an item that has a billing_interval and is not metered, set fee instead; got %v", fee)
		}
	}
	if c.FirstPeriod != 0 {
		f.Add("first_period", proration.ErrInvalid,
			"must be unset with an item that has a billing_interval and is not metered; got %v", c.FirstPeriod)
	}
	for i := range c.Ramp {
		item := &c.Ramp[i].Item
		if own := c.priceOf(item.ID); !item.none() && own.HasItemPeriods() != item.Price.HasItemPeriods() ||
			own.HasItemPeriods() && own.BillingInterval != item.Price.BillingInterval {
			f.Add(fault.At("ramp", i)+".item.price.billing_interval", proration.ErrInvalid,
				"must be %v, as before the step; got %v", own.BillingInterval, item.Price.BillingInterval)
		}
	}
}

// lasts reports whether an item is billed with the periods of the contract and no ramp step removes it.
func (c *Contract) lasts(item Item) bool {
	leaves := func(step RampStep) bool { return step.Item.ID == item.ID && step.Item.none() }
	return item.Quantity.IsPositive() && !item.Price.Metered && !item.Price.HasItemPeriods() &&
		!item.Price.Accrues() && !slices.ContainsFunc(c.Ramp, leaves)
}

// checkItemDates adds a fault for a change that moves the billing date during the present period: items with periods of
// their own would be billed twice for the days between their old and new periods.
func (c *Contract) checkItemDates(f *fault.List, change *Change, at time.Time) {
	if c.Accrues() && c.moves(change, at) {
		f.Add("anchor_at", proration.ErrInvalid, "must be unset with an item whose price has a timing; remove the item "+
			"first, or set anchor to reset; got %s", date(change.AnchorAt))
	}
	if c.HasItemPeriods() && c.moves(change, at) {
		f.Add("anchor_at", proration.ErrInvalid, "must be unset with an item that has a billing_interval and is not "+
			"metered; remove the item first, or set anchor to reset; got %s", date(change.AnchorAt))
	}
}
