package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

const maxShares = 1_000 // billing intervals of an item in a billing period of its contract

// lasting returns the price with the length that its amounts cover: its billing interval, or else the given one.
func (p Price) lasting(length proration.Interval) Price {
	switch {
	case p.Per != (proration.Interval{}):
	case p.BillingInterval != (proration.Interval{}):
		p.Per = p.BillingInterval
	default:
		p.Per = length
	}
	return p
}

// checkBillingInterval adds the faults of the billing interval that show without a contract.
func (p *Price) checkBillingInterval(f *fault.List) {
	own := p.BillingInterval
	if own == (proration.Interval{}) {
		return
	}
	f.Under("billing_interval", own.Validate())
	if p.Spread {
		f.Add("spread", proration.ErrInvalid, "must be false beside a billing_interval; got %v", own)
	}
	if p.Per != (proration.Interval{}) && p.Per != own {
		f.Add("per", proration.ErrInvalid, "must be unset or %v, the billing_interval; got %v", own, p.Per)
	}
}

// checkDivides returns an error if the billing interval does not divide the billing period of a contract.
func (p *Price) checkDivides(length proration.Interval) error {
	n, err := (&Price{Per: p.BillingInterval}).times(length)
	switch {
	case err != nil:
		return fault.New("price.billing_interval", proration.ErrInvalid,
			"must divide %v, the interval of the contract, evenly; got %v", length, p.BillingInterval)
	case n > maxShares:
		return fault.New("price.billing_interval", proration.ErrLimit, "must be at most %d times in %v; got %v",
			maxShares, length, p.BillingInterval)
	}
	return nil
}

// checkBillingIntervals adds a fault for a minimum beside billing intervals: usage that is billed by shorter periods is
// billed before the period of the minimum is over.
func (c *Contract) checkBillingIntervals(f *fault.List) {
	own := func(item *Item) bool { return item.Price.BillingInterval != (proration.Interval{}) }
	has := slices.ContainsFunc(c.Items, func(item Item) bool { return own(&item) }) ||
		slices.ContainsFunc(c.Ramp, func(step RampStep) bool { return own(&step.Item) })
	if has && c.Minimum.IsPositive() {
		f.Add("minimum", proration.ErrInvalid,
			"must be unset with an item that has a billing_interval, set commitment instead; got %v", c.Minimum)
	}
}

// BillingPeriod returns the billing period of an item at an instant, given the period of the contract that is billed
// then: that period or, with a billing interval, its part around the instant. The parts count from the anchor of the
// cycle, so that they do not drift, and a part never reaches beyond the period of the contract.
// Errors: those of [proration.Cycle.Containing].
func (c Contract) BillingPeriod(price Price, at time.Time, period proration.Period) (proration.Period, error) {
	if price.BillingInterval == (proration.Interval{}) {
		return period, nil
	}
	own := c.Cycle
	own.Interval = price.BillingInterval
	part, err := own.Containing(at)
	for _, edge := range []time.Time{period.Start, period.End} {
		switch {
		case edge.IsZero():
		case edge.After(at) && edge.Before(part.End):
			part.End = edge
		case !edge.After(at) && edge.After(part.Start):
			part.Start = edge
		}
	}
	return part, err
}
