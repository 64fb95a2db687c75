package plans

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// A limit that has the name of an item limits its units, whether the request tells the usage or not.

// checkAdded adds the faults of what an offer of the plan adds to it.
func (p *Plan) checkAdded(f *fault.List, path string, o *Offer) {
	checkIncluded(f, path+".", o.Features, o.Limits)
	for i, l := range o.Limits {
		if !slices.ContainsFunc(p.Limits, func(own Limit) bool { return own.Name == l.Name }) {
			f.Add(path+"."+fault.At("limits", i)+".name", proration.ErrInvalid, "must be a limit of the plan; got %.40q", l.Name)
		}
	}
}

// With returns the plan with the features and limits that the items of a contract add to its own, as of the units that
// the contract has now: [Plan.Exceeded] compares usage with them. The original plan is not modified.
// Errors: the faults of the plan and of the contract.
func (p Plan) With(contract Contract) (Plan, error) {
	var f fault.List
	f.Under("plan", p.validate())
	f.Under("contract", contract.Validate())
	if f != nil {
		return Plan{}, f.Err()
	}
	return p.with(&contract), nil
}

// with is With for a valid plan and contract.
func (p Plan) with(c *Contract) Plan {
	p = *p.of(c)
	p.Features, p.Limits = slices.Clone(p.Features), slices.Clone(p.Limits)
	for i := range p.Limits {
		p.Limits[i] = p.raised(p.Limits[i], c.Currency, c.units)
	}
	for i := range p.Offers {
		o := &p.Offers[i]
		if item := c.item(o.Item); o.Currency != c.Currency || item == nil || item.none() {
			continue
		}
		for _, name := range o.Features {
			if !slices.Contains(p.Features, name) {
				p.Features = append(p.Features, name)
			}
		}
	}
	return p
}

// units returns the units of an item that the contract has now.
func (c *Contract) units(id string) decimal.Decimal {
	if item := c.item(id); item != nil {
		return item.Quantity
	}
	return decimal.Decimal{}
}

// raised returns a limit of the plan with what the units of the items add to it.
func (p *Plan) raised(limit Limit, currency Currency, units func(id string) decimal.Decimal) Limit {
	for i := range p.Offers {
		o := &p.Offers[i]
		at := slices.IndexFunc(o.Limits, func(l Limit) bool { return l.Name == limit.Name })
		if o.Currency != currency || at < 0 || limit.Unlimited {
			continue
		}
		switch added, has := &o.Limits[at], units(o.Item); {
		case !has.IsPositive():
		case added.Unlimited:
			limit.Unlimited, limit.Most = true, decimal.Decimal{}
		default:
			limit.Most = limit.Most.Add(added.Most.Mul(has))
		}
	}
	return limit
}

// over is the number of units of an item beyond a limit, and what they are.
type over struct {
	units decimal.Decimal // units of the item
	most  decimal.Decimal // units that the plan and the items allow
}

// beyond returns the units that a contract has of the item with the name of a limit, at the time when most of them are
// beyond the limit, and how many are beyond it; zero if it keeps the limit now and after each later step.
func (p *Plan) beyond(limit *Limit, c *Contract) (at over, beyond decimal.Decimal) {
	has := map[string]decimal.Decimal{}
	for i := range c.Items {
		has[c.Items[i].ID] = c.Items[i].Quantity
	}
	look := func() {
		now := p.raised(*limit, c.Currency, func(id string) decimal.Decimal { return has[id] })
		if by := has[limit.Name].Sub(now.Most); !now.Unlimited && by.GreaterThan(beyond) {
			at, beyond = over{has[limit.Name], now.Most}, by
		}
	}
	look()
	steps := slices.Clone(c.Ramp)
	slices.SortStableFunc(steps, func(a, b RampStep) int { return a.At.Compare(b.At) })
	var last time.Time
	for i := range steps {
		if i > 0 && steps[i].At.After(last) {
			look()
		}
		last, has[steps[i].Item.ID] = steps[i].At, steps[i].Item.Quantity
	}
	look()
	return at, beyond
}

// refusal returns the refusal of units of an item beyond the limit of that name.
func (l *Limit) refusal(o over) error {
	most := exact.Text(o.most, 0)
	return &Refusal{
		Rule:    "limit",
		Reason:  "The plan allows " + most + " " + l.Name + "; " + exact.Text(o.units, 0) + " are requested.",
		Instead: "Choose at most " + most + " or another plan.",
	}
}

// breaks returns the usage that exceeds the limits of the plan after a change, with those that the items add. Unless
// the change states the plan, it returns only what exceeds a limit that the change lowers.
func (p *Plan) breaks(usage []LimitUsage, stated bool, before, after *Contract) ([]LimitUsage, error) {
	all, err := p.with(after).Exceeded(usage)
	if stated || err != nil {
		return all, err
	}
	was := p.with(before)
	return slices.DeleteFunc(all, func(u LimitUsage) bool {
		i := slices.IndexFunc(was.Limits, func(l Limit) bool { return l.Name == u.Name })
		return i < 0 || !was.Limits[i].Unlimited && !was.Limits[i].Most.GreaterThan(u.Limit)
	}), nil
}
