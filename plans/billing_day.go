package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// A contract with a billing day or a billing date keeps it whenever service begins: at the order, at the end of the
// trial, after a pause and at a return. The time until the next billing date is a part of the anchored period.

// fixesDates reports whether the billing dates do not follow from the start of service.
func (c *Contract) fixesDates() bool { return c.BillingDay != 0 || !c.BillingDate.IsZero() }

// begin anchors the cycle where service begins: at the instant or, with a billing day or date, at the dates that these
// fix. Periods of several months begin at the first billing day after the instant.
func (c *Contract) begin(at time.Time) error {
	length := c.Cycle.Interval
	c.Cycle.Anchor, c.Cycle.Day = proration.LocalTimeOf(at), 0
	switch {
	case c.BillingDay != 0:
		c.Cycle.Interval, c.Cycle.Day = proration.Interval{Months: 1}, c.BillingDay
		next, err := c.Cycle.Next(at)
		if err != nil {
			return err
		}
		c.anchor(next, length)
	case !c.BillingDate.IsZero():
		c.Cycle.Anchor = proration.LocalTimeOf(c.local(c.BillingDate))
	}
	return nil
}

// termFrom returns the period of a term that starts where service begins, inside a billing period or with it. The term
// has its agreed length, so its last billing period is a part if the first one is.
func (c *Contract) termFrom(at time.Time, length proration.Interval) (proration.Period, error) {
	if _, err := (&Price{Per: c.Cycle.Interval}).times(length); err != nil {
		return proration.Period{}, fault.New("term", proration.ErrInvalid,
			"must be a multiple of period %v; got %v", c.Cycle.Interval, length)
	}
	end, err := c.after(at, length)
	return proration.Period{Start: at, End: end}, err
}

// StartsPaid returns the start of paid service for a purchase during a trial that ends at end, and the number of days
// by which the first period is longer, as [UnusedTrial.Starts] does. A billing day or date does not move, and neither
// do the periods of an item that has its own, so both turn [CarryOver] into [AtTrialEnd].
func (c Contract) StartsPaid(handling UnusedTrial, bought, end time.Time) (start time.Time, days int) {
	if handling == CarryOver && (c.fixesDates() || c.HasItemPeriods() || c.Accrues()) {
		handling = AtTrialEnd
	}
	return handling.Starts(bought, end)
}

// first returns the portion of the first bill: the first period, or the part of it that a billing day or date leaves.
func (c *Contract) first(p proration.Portion) proration.Portion {
	if !c.fixesDates() {
		return whole(p.Period)
	}
	p.Edges = proration.Edges{Begins: p.Span.Start.After(p.Period.Start), Extent: c.FirstExtent(p)}
	return p
}

// renewalPortion returns the portion of the bill at a renewal: a period, or the rest of one if a term ended inside it.
func (c *Contract) renewalPortion(at time.Time) (proration.Portion, error) {
	period, err := c.Cycle.Containing(at)
	if err != nil || !c.fixesDates() {
		return whole(period), err
	}
	return proration.Portion{Period: period, Span: period.From(at)}, nil
}

// FirstExtent returns the extent of the first portion of service: that of FirstPeriod if the portion is the end of a
// period, and unset for any other portion.
func (c Contract) FirstExtent(p proration.Portion) proration.Extent {
	if !p.Span.Start.After(p.Period.Start) || !p.Span.End.Equal(p.Period.End) {
		return 0
	}
	return c.FirstPeriod
}

// moveDates gives the contract the billing dates of a cycle that starts anew at an instant.
func (c *Contract) moveDates(t time.Time) {
	months := c.Cycle.Interval.Months > 0
	switch {
	case c.BillingDay != 0 && months:
		c.BillingDay = c.local(t).Day()
	case c.BillingDay != 0:
		c.BillingDay, c.BillingDate, c.FirstPeriod = 0, t, 0
	case !c.BillingDate.IsZero():
		c.BillingDate = t
	}
}

// checkDates adds the faults of the billing day, the billing date and the extent of the first period.
func (c *Contract) checkDates(f *fault.List) {
	checkDates(f, c.BillingDay, c.BillingDate, c.FirstPeriod)
	if c.BillingDay != 0 && c.Cycle.Interval.Months == 0 && c.Cycle.Interval.Validate() == nil {
		f.Add("billing_day", proration.ErrInvalid,
			"must be unset unless the periods are in months; got %d with %v; set billing_date", c.BillingDay, c.Cycle.Interval)
	}
	if c.fixesDates() && c.upFront() {
		f.Add(c.datesField(), proration.ErrInvalid, "must be unset with a term that is billed up front, which is one period")
	}
}

// datesField returns the name of the field that fixes the billing dates.
func (c *Contract) datesField() string {
	if c.BillingDay != 0 {
		return "billing_day"
	}
	return "billing_date"
}

// checkDates adds the faults of the billing day, the billing date and the extent of the first period of an order or a
// contract.
func checkDates(f *fault.List, day int, at time.Time, first proration.Extent) {
	if day < 0 || day > 31 {
		f.Add("billing_day", proration.ErrInvalid, "must be between 1 and 31, or unset; got %d", day)
	}
	if day != 0 && !at.IsZero() {
		f.Add("billing_date", proration.ErrInvalid, "must be unset beside billing_day; got %s", date(at))
	}
	fault.Optional(f, "first_period", first)
	if first != 0 && day == 0 && at.IsZero() {
		f.Add("first_period", proration.ErrInvalid, "must be unset without billing_day and billing_date; got %v", first)
	}
}
