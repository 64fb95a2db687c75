package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// newInterval returns the length of the periods after a change, and the field of the change that sets it.
func (c *Contract) newInterval(change *Change) (length proration.Interval, path string) {
	switch {
	case change.Interval != (proration.Interval{}):
		return change.Interval, "interval"
	case change.Plan != nil && !c.upFront():
		return change.Plan.Interval, "plan.interval"
	}
	return c.Cycle.Interval, "interval"
}

// changeInterval changes the length of the periods and the billing dates. If the interval changes, periods begin anew
// at the instant of the change.
func (c *Contract) changeInterval(f *fault.List, change *Change, at time.Time) {
	old := c.Cycle.Interval
	length, path := c.newInterval(change)
	other := length != old
	switch {
	case other && c.upFront():
		f.Add(path, proration.ErrInvalid, "must not be set; a term that is billed up front is one period")
		return
	case other && len(c.Terms) > 0:
		f.Add(path, proration.ErrInvalid, "must be %v inside a term; got %v", old, length)
		return
	case other && len(c.Ramp) > 0:
		f.Add(path, proration.ErrInvalid, "must not change while ramp steps are scheduled")
		return
	case other && change.Anchor == AnchorKeep:
		f.Add("anchor", proration.ErrInvalid, "must be reset with another interval; got %v", change.Anchor)
		return
	}
	if other || !change.AnchorAt.IsZero() || change.Anchor == AnchorReset {
		c.keepLength()
	}
	if other {
		for i := range c.Items { // a price without Per is for the old interval
			if price := &c.Items[i].Price; price.Per == (proration.Interval{}) {
				price.Per = old
			}
		}
	}
	switch {
	case !change.AnchorAt.IsZero():
		c.moveAnchor(f, "anchor_at", change.AnchorAt, at, length)
	case other:
		c.restart(at, length)
	case change.Anchor == AnchorReset:
		c.moveAnchor(f, "anchor", at, at, length)
	}
}

// moveAnchor moves the billing date to t. The time from the change to t becomes the end of one period of the new cycle.
// It is never longer than a period, so that t is the next billing date.
func (c *Contract) moveAnchor(f *fault.List, path string, t, at time.Time, length proration.Interval) {
	if c.upFront() {
		f.Add(path, proration.ErrInvalid, "must not be set; a term that is billed up front is one period")
		return
	}
	if t.Before(at) {
		f.Add(path, proration.ErrOutside, "must not be before the change; got %s", t.Format(time.RFC3339Nano))
		return
	}
	c.restart(t, length)
	before, err := c.Cycle.Period(-1)
	switch {
	case err != nil:
		f.Add(path, proration.ErrLimit, "must have a period before it within the years 1 to 9999")
	case at.Before(before.Start):
		f.Add(path, proration.ErrOutside,
			"must be at most %v after the change; got %s", length, t.Format(time.RFC3339Nano))
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
