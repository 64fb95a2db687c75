package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// moveAnchor moves the billing date to t. The time from the change to t becomes the end of one period of the new cycle.
// It is never longer than a period, so that t is the next billing date.
func (c *Contract) moveAnchor(f *fault.List, t, at time.Time) {
	if c.upFront() {
		f.Add("anchor", proration.ErrInvalid, "must not be set; a term that is billed up front is one period")
		return
	}
	if t.Before(at) {
		f.Add("anchor", proration.ErrOutside, "must not be before the change; got %s", t.Format(time.RFC3339Nano))
		return
	}
	c.restart(t, c.Cycle.Interval)
	before, err := c.Cycle.Period(-1)
	switch {
	case err != nil:
		f.Add("anchor", proration.ErrLimit, "must have a period before it within the years 1 to 9999")
	case at.Before(before.Start):
		f.Add("anchor", proration.ErrOutside,
			"must be at most %v after the change; got %s", c.Cycle.Interval, t.Format(time.RFC3339Nano))
	}
}

// restart starts the cycle anew at an instant, with periods of a length. The earlier day of the month is dropped.
func (c *Contract) restart(t time.Time, length proration.Interval) {
	c.Cycle.Day = 0
	c.anchor(t, length)
	c.Cycle.Day = 0
	c.First = proration.Period{}
}

// upFront reports whether the terms of the contract are billed up front, so that each term is one period.
func (c *Contract) upFront() bool {
	return len(c.Terms) > 0 && c.Terms[0].Term.Billing == UpFront
}

// restartsWith reports whether a change to the plan restarts the cycle, because the plan has another interval.
func (c *Contract) restartsWith(plan *Plan) bool {
	return plan.Interval != c.Cycle.Interval && !c.upFront()
}
