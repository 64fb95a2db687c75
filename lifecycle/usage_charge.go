package lifecycle

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// chargeUsage replaces a usage, and its unbilled charge. If that was billed, the quantity before counts as billed, and
// the new charge costs the difference along the price.
func (s *step) chargeUsage(at int, u MeteredUsage, before decimal.Decimal) error {
	sub := &s.sub
	waits := slices.IndexFunc(sub.UnbilledCharges, func(c plans.Charge) bool { return u.charges(&c) })
	if waits < 0 {
		u.Billed = decimal.Max(u.Billed, before)
	}
	sub.Usage = slices.Clone(sub.Usage)
	sub.Usage[at] = u
	units := u.Quantity.Sub(u.Billed)
	if !units.IsPositive() {
		if waits >= 0 {
			sub.UnbilledCharges = slices.Delete(slices.Clone(sub.UnbilledCharges), waits, waits+1)
		}
		return nil
	}
	c := plans.Charge{
		Kind: plans.Usage, Plan: u.Plan, Item: u.Item, Currency: sub.Contract.Currency, Quantity: units, Price: u.Price,
		Period: u.Period, Span: u.Span,
	}
	if u.Billed.IsPositive() {
		c.BaseQuantity = &u.Billed
	}
	c, err := c.Priced(s.policy.Billing.Proration)
	if err != nil {
		return fault.Under("event.records", err)
	}
	switch {
	case waits >= 0:
		sub.UnbilledCharges = slices.Clone(sub.UnbilledCharges)
		sub.UnbilledCharges[waits] = c
	case len(sub.UnbilledCharges) >= maxCharges:
		return fault.New("event.records", proration.ErrLimit, "must be at most %d unbilled charges", maxCharges)
	default:
		sub.UnbilledCharges = append(slices.Clip(sub.UnbilledCharges), c)
	}
	return nil
}

// charges reports whether an unbilled charge is for the usage.
func (u *MeteredUsage) charges(c *plans.Charge) bool {
	base := decimal.Decimal{}
	if c.BaseQuantity != nil {
		base = *c.BaseQuantity
	}
	return c.Kind == plans.Usage && c.Item == u.Item && c.Price.Metered && c.Period.Equal(u.Period) &&
		c.Span.Start.Equal(u.Span.Start) && base.Equal(u.Billed)
}

// metered reports whether a charge is for usage that the contract prices.
func metered(c *plans.Charge) bool { return c.Kind == plans.Usage && c.Price.Metered }

// apart splits charges into those that pass a test and the others.
func apart(all []plans.Charge, test func(*plans.Charge) bool) (yes, no []plans.Charge) {
	for i := range all {
		if test(&all[i]) {
			yes = append(yes, all[i])
		} else {
			no = append(no, all[i])
		}
	}
	return yes, no
}

// dueUsage splits unbilled charges into those that an invoice bills at a time, and the usage and the accrued charges of
// a period that is not over then, unless service ends: then the time of the usage ends with it.
func dueUsage(all []plans.Charge, until time.Time, ends bool) (due, later []plans.Charge) {
	running := func(c plans.Charge) bool { return (metered(&c) || accrued(&c)) && c.Period.End.After(until) }
	if !slices.ContainsFunc(all, running) {
		return slices.Clip(all), nil
	}
	for _, c := range all {
		switch {
		case !running(c):
		case !ends:
			later = append(later, c)
			continue
		case c.Span.End.After(until):
			c.Span.End = until
			if !c.Span.Start.Before(until) {
				c.Span.Start = until
			}
		}
		due = append(due, c)
	}
	return due, later
}

// forgetUsage drops the usage of periods for which no more usage is recorded.
func (s *Subscription) forgetUsage() {
	if len(s.Usage) == 0 || s.Period.Start.IsZero() {
		return
	}
	since := s.usageOpenSince(plans.Price{})
	over := func(u MeteredUsage) bool {
		if u.Price.BillingInterval != (proration.Interval{}) {
			return u.Period.End.Before(s.usageOpenSince(u.Price))
		}
		return u.Period.End.Before(since)
	}
	if slices.ContainsFunc(s.Usage, over) {
		s.Usage = slices.DeleteFunc(slices.Clone(s.Usage), over)
	}
}
