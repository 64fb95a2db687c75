package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Accrues reports whether a licensed item at the price is billed in arrears beside items that are billed in advance.
func (p Price) Accrues() bool { return p.Timing == proration.InArrears && !p.Metered }

// Accrues reports whether the contract has an item that is billed in arrears by the timing of its price.
func (c Contract) Accrues() bool {
	return slices.ContainsFunc(c.Items, func(item Item) bool { return item.Price.Accrues() })
}

// AccruedCharges returns the recurring charges of the items whose price is billed in arrears, for the portion of a
// billing period that is over, before discounts. [Contract.Charges] leaves these items out. A change of such an item
// begins another portion, so that each quantity and price is charged for its own days.
// Errors: those of [Contract.Charges].
func (c Contract) AccruedCharges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, fault.Under("contract", err)
	}
	return c.accrued(p, policy)
}

// accrued is AccruedCharges for a validated contract.
func (c *Contract) accrued(p proration.Portion, policy proration.Policy) (all []Charge, err error) {
	for i := range c.Items {
		if !c.Items[i].Price.Accrues() {
			continue
		}
		for _, leg := range c.legs(c.Items[i].ID, p.Span) {
			if leg.item.Quantity.IsZero() {
				continue
			}
			charge, err := c.charge(Recurring, leg.item, nil, leg.portion(&p), policy)
			if err != nil {
				return nil, err
			}
			all = append(all, charge)
		}
	}
	return all, nil
}

// accruedBefore returns the accrued charges of the period that ends at an instant, of service that began at another
// one. There are none before it began; without a term, the zero time is the start of that period.
func (c *Contract) accruedBefore(began, end time.Time, policy proration.Policy) ([]Charge, error) {
	if !c.Accrues() {
		return nil, nil
	}
	if len(c.Terms) > 0 && c.Terms[0].Period.Start.After(began) {
		began = c.Terms[0].Period.Start
	}
	if !began.Before(end) {
		return nil, nil
	}
	rest, err := c.remainingPortions(end.Add(-1))
	if err != nil {
		return nil, err
	}
	p := proration.Portion{Period: rest[0].Period, Span: rest[0].Period}
	if c.First.Contains(end.Add(-1)) {
		p.Span = c.firstSpan()
	}
	if !began.Before(p.Span.Start) {
		p.Span.Start, p.Edges.Begins = began, true
	}
	p.Span.End = end
	return c.accrued(p, policy)
}

// AccrualPortions returns the portions of billing periods between two instants: one for each period, or part of it,
// with time in that span. Errors: those of [Contract.RemainingPortions], and ErrPeriod for an end before the start.
func (c Contract) AccrualPortions(from, until time.Time) (all []proration.Portion, err error) {
	if until.Before(from) {
		return nil, fault.New("until", proration.ErrPeriod, "must not be before from, %s; got %s",
			from.Format(time.RFC3339), until.Format(time.RFC3339))
	}
	for from.Before(until) {
		rest, err := c.RemainingPortions(from)
		if err != nil {
			return nil, err
		}
		p := rest[0]
		if p.Span.End.After(until) {
			p.Span.End = until
		}
		if !p.Span.End.After(from) {
			return all, nil // the contract ends here
		}
		all, from = append(all, p), p.Span.End
	}
	return all, nil
}

// accrues reports whether an item of the contract is billed in arrears by the timing of its price.
func (c *Contract) accrues(id string) bool {
	item := c.item(id)
	return item != nil && item.Price.Accrues()
}

// paidShifts returns the differences between the items of two contracts that are paid in advance.
func (c *Contract) paidShifts(after *Contract) []shift {
	return slices.DeleteFunc(c.shifts(after), func(s shift) bool { return c.accrues(s.item) || after.accrues(s.item) })
}

// checkTiming adds the faults of the timing that show without a contract.
func (p *Price) checkTiming(f *fault.List) {
	switch {
	case p.Timing == 0:
		return
	case p.Timing != proration.InArrears:
		f.Add("timing", proration.ErrInvalid, "must be in_arrears or unset; got %v", p.Timing)
	case p.Metered:
		f.Add("timing", proration.ErrInvalid, "must be unset for a metered price, which is billed in arrears anyway")
	case p.Spread:
		f.Add("spread", proration.ErrInvalid, "must be false beside timing %v", p.Timing)
	case p.BillingInterval != (proration.Interval{}):
		f.Add("billing_interval", proration.ErrInvalid, "must be unset beside timing %v; got %v", p.Timing, p.BillingInterval)
	}
}

// checkAccruals adds the faults of items that are billed in arrears by the timing of their price. They are billed
// beside an item that is billed in advance: its payment gives access.
func (c *Contract) checkAccruals(f *fault.List) {
	for i := range c.Ramp {
		if step := &c.Ramp[i].Item; step.Price.Timing != 0 || c.accrues(step.ID) {
			f.Add(fault.At("ramp", i)+".item.price.timing", proration.ErrInvalid,
				"must not be part of a ramp, change the item when the time comes; got %.40q", step.ID)
		}
	}
	if !c.Accrues() {
		return
	}
	if !slices.ContainsFunc(c.Items, c.lasts) {
		f.Add("items", proration.ErrInvalid, "must include an item without price.timing that is not metered and that no "+
			"ramp step removes; if every item is billed in arrears, set the timing of the policy")
	}
	if c.Minimum.IsPositive() {
		f.Add("minimum", proration.ErrInvalid, "must be unset with an item whose price has a timing; got %v", c.Minimum)
	}
	if c.Commitment.Amount.IsPositive() {
		f.Add("commitment.amount", proration.ErrInvalid, "must be unset with an item whose price has a timing; got %v",
			c.Commitment.Amount)
	}
	if c.FirstPeriod != 0 {
		f.Add("first_period", proration.ErrInvalid, "must be unset with an item whose price has a timing; got %v",
			c.FirstPeriod)
	}
	for i := range c.Terms {
		term := &c.Terms[i].Term
		if term.Billing == UpFront {
			f.Add(fault.At("terms", i)+".term.billing", proration.ErrInvalid,
				"must be per_period with an item whose price has a timing; got %v", term.Billing)
		}
		if fee := term.TerminationFee.Percent; !fee.IsZero() {
			f.Add(fault.At("terms", i)+".term.termination_fee.percent", proration.ErrInvalid,
				"must be zero with an item whose price has a timing, set fee instead; got %v", fee)
		}
	}
}

// checkKeepsTiming adds a fault for each item that a change bills at another time than before.
func (c *Contract) checkKeepsTiming(f *fault.List, before []Item) {
	for i := range before {
		was := &before[i]
		if is := c.item(was.ID); is != nil && is.Price.Accrues() != was.Price.Accrues() {
			f.Add("items", proration.ErrInvalid, "must keep price.timing of %.40q; give the item another ID with the new timing",
				was.ID)
		}
	}
}
