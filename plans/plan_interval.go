package plans

import (
	"slices"
	"strconv"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// A plan that is sold for several intervals, monthly and yearly, has an offer for each. Everything else works with one
// interval: the plan as it is sold for that interval.

// intervals returns the intervals for which the plan is sold; its own comes first.
func (p *Plan) intervals() []proration.Interval {
	all := []proration.Interval{p.Interval}
	for i := range p.Offers {
		if own := p.Offers[i].Interval; own != (proration.Interval{}) && !slices.Contains(all, own) {
			all = append(all, own)
		}
	}
	return all
}

// several reports whether offers of the plan have intervals of their own.
func (p *Plan) several() bool { return len(p.intervals()) > 1 }

// at returns the plan as it is sold for an interval, with the offers for that interval. An item without one has the
// price for the plan's interval, several times, if that divides the other. Another interval is refused.
func (p *Plan) at(interval proration.Interval) (*Plan, error) {
	if interval == (proration.Interval{}) {
		interval = p.Interval
	}
	all := p.intervals()
	if !slices.Contains(all, interval) {
		var sold []string
		for _, own := range all {
			sold = append(sold, own.String())
		}
		return nil, &Refusal{
			Rule: "interval", Reason: "Plan " + strconv.Quote(p.ID) + " is not sold for periods of " + interval.String() + ".",
			Instead: oneOf(sold),
		}
	}
	sold := *p
	sold.Interval, sold.Offers = interval, nil
	for _, o := range p.Offers {
		own := o.Interval
		if own == (proration.Interval{}) {
			own = p.Interval
		}
		o.Interval = proration.Interval{}
		switch {
		case own == interval:
		case own != p.Interval || p.sells(&o, interval):
			continue
		default:
			o.Price = o.Price.lasting(p.Interval)
			if _, err := o.Price.times(interval); err != nil {
				continue
			}
		}
		sold.Offers = append(sold.Offers, o)
	}
	return &sold, nil
}

// sells reports whether the plan has an offer for another interval of the item and the currency of an offer.
func (p *Plan) sells(o *Offer, interval proration.Interval) bool {
	return slices.ContainsFunc(p.Offers, func(other Offer) bool {
		return other.Item == o.Item && other.Currency == o.Currency && other.Interval == interval
	})
}

// of returns the plan as a contract has it: for the interval of its periods, or of its prices if terms are billed up
// front. A contract with another interval has the plan's prices.
func (p *Plan) of(c *Contract) *Plan {
	if !p.several() {
		return p
	}
	interval := c.Cycle.Interval
	if c.upFront() {
		interval = p.Interval
		for i := range c.Items {
			if per := c.Items[i].Price.Per; slices.Contains(p.intervals(), per) {
				interval = per
				break
			}
		}
	}
	sold, err := p.at(interval)
	if err != nil {
		sold, _ = p.at(p.Interval) // no error: the plan is sold for its own interval
	}
	return sold
}

// checkOneInterval adds a fault for an offer with an interval of its own. A change that states a plan with its prices
// states one interval.
func (p *Plan) checkOneInterval(f *fault.List, path string) {
	for i := range p.Offers {
		if own := p.Offers[i].Interval; own != (proration.Interval{}) && own != p.Interval {
			f.Add(path+"."+fault.At("offers", i)+".interval", proration.ErrInvalid,
				"must be unset or %v, the interval of the plan, without a catalog; got %v", p.Interval, own)
		}
	}
}

// resolveInterval sets the plan of a change to the catalog's for the interval that the contract has after it. Another
// interval alone changes a plan with several intervals to its prices for that interval.
func (c *Catalog) resolveInterval(p *ChangeRequest) error {
	change := &p.Change
	switch plan := change.Plan; {
	case plan != nil && plan.several():
		interval := change.Interval
		if interval == (proration.Interval{}) {
			change.Plan = plan.of(&p.Contract) // the present interval, if the plan is sold for it
			return nil
		}
		sold, err := plan.at(interval)
		change.Plan = sold
		return err
	case plan != nil || change.Interval == (proration.Interval{}) || change.Interval == p.Contract.Cycle.Interval:
		return nil
	}
	plan := c.known(p.Contract.Plan)
	if plan == nil || !plan.several() {
		return nil
	}
	sold, err := plan.at(change.Interval)
	change.Plan = sold
	return err
}
