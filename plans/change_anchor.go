package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// moveAnchor lets periods begin on another instant. What lies before it is the end of a period of the new cycle: never more than one, so
// that the billing date that was asked for is the next one.
func (c *Contract) moveAnchor(f *fault.List, t, at time.Time) {
	if c.upFront() {
		f.Add("anchor", proration.ErrInvalid, "a term that is billed up front is one period, and has no other billing date")
		return
	}
	if t.Before(at) {
		f.Add("anchor", proration.ErrOutside, "%s is before the change", t.Format(time.RFC3339Nano))
		return
	}
	c.restart(t, c.Cycle.Interval)
	before, err := c.Cycle.Period(-1)
	switch {
	case err != nil:
		f.Add("anchor", proration.ErrLimit, "the period before it is not within the years 1 to 9999")
	case at.Before(before.Start):
		f.Add("anchor", proration.ErrOutside, "%s is more than %v after the change", t.Format(time.RFC3339Nano), c.Cycle.Interval)
	}
}

// restart lets the cycle begin anew at an instant, with periods of a length. No day of the month from before is remembered.
func (c *Contract) restart(t time.Time, length proration.Interval) {
	c.Cycle.Day = 0
	c.anchor(t, length)
	c.Cycle.Day = 0
	c.First = proration.Period{}
}

// upFront reports whether the contract has terms that are billed up front, each of which is one period.
func (c *Contract) upFront() bool {
	return len(c.Terms) > 0 && c.Terms[0].Term.Billing == UpFront
}

// restartsWith reports whether the cycle begins anew with a plan, since its periods are longer or shorter.
func (c *Contract) restartsWith(plan *Plan) bool {
	return plan.Interval != c.Cycle.Interval && !c.upFront()
}
