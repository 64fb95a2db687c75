package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// newInterval returns the length of the periods after a change, and the field of the change that sets it.
func (c *Contract) newInterval(change *Change) (length proration.Interval, path string) {
	switch {
	case c.prepays(change):
		return change.Term.Length, "term.length"
	case change.Interval != (proration.Interval{}):
		return change.Interval, "interval"
	case change.Plan != nil && (!c.upFront() || change.Term != nil):
		return change.Plan.Interval, "plan.interval"
	}
	return c.Cycle.Interval, "interval"
}

// changeInterval changes the length of the periods and the billing dates. If the interval changes, periods begin anew
// at the instant of the change or, with billing dates that stay, at the start of the present period.
func (c *Contract) changeInterval(f *fault.List, change *Change, at time.Time) {
	old := c.Cycle.Interval
	length, path := c.newInterval(change)
	other, within := length != old, change.Term == nil // a new term has periods of its own
	switch {
	case c.prepays(change) && change.Anchor == AnchorKeep:
		f.Add("anchor", proration.ErrInvalid, "must be reset for a term that is billed up front; got %v", change.Anchor)
		return
	case c.prepays(change) && change.AnchorAt.After(at):
		f.Add("anchor_at", proration.ErrInvalid,
			"must not be set with a term that is billed up front, which begins with the change")
		return
	case c.prepays(change) && change.Interval != (proration.Interval{}) && change.Interval != length:
		f.Add("interval", proration.ErrInvalid, "must be %v, the length of a term that is billed up front; got %v",
			length, change.Interval)
		return
	case other && within && c.upFront():
		f.Add(path, proration.ErrInvalid, "must not be set; a term that is billed up front is one period")
		return
	case other && within && len(c.Terms) > 0:
		f.Add(path, proration.ErrInvalid, "must be %v inside a term; got %v", old, length)
		return
	case other && len(c.Ramp) > 0 && change.Ramp != RampKeep:
		f.Add(path, proration.ErrInvalid, "must not change while ramp steps are scheduled")
		return
	case other && change.Anchor == AnchorKeep && (length.Months == 0) != (old.Months == 0):
		f.Add("anchor", proration.ErrInvalid,
			"must be reset when months become weeks or days, or the reverse; got %v with %v for %v", change.Anchor, length, old)
		return
	}
	if other || !change.AnchorAt.IsZero() || change.Anchor == AnchorReset || c.prepays(change) {
		c.keepLength()
	}
	if other {
		perOld := func(price *Price) { // a price without Per is for the old interval
			*price = price.lasting(old)
		}
		for i := range c.Items {
			perOld(&c.Items[i].Price)
		}
		for i := range c.Ramp {
			perOld(&c.Ramp[i].Item.Price)
		}
	}
	switch {
	case !change.AnchorAt.IsZero():
		c.moveAnchor(f, "anchor_at", change.AnchorAt, at, length, within)
	case other && change.Anchor == AnchorKeep:
		period, err := c.Cycle.Containing(at)
		f.Under("at", err)
		if err == nil { // the first period of the new length begins with the present one
			c.anchor(period.Start, length)
			c.First = proration.Period{}
		}
	case other:
		c.restart(at, length)
	case change.Anchor == AnchorReset, c.prepays(change):
		c.moveAnchor(f, "anchor", at, at, length, within)
	}
}

// moveAnchor moves the billing date to t, which becomes the next one. If t is later than the change and the interval
// stays, so does the present period: t ends it, or the days from its end to t are the end of a period of the new cycle.
// Otherwise the time from the change to t is.
func (c *Contract) moveAnchor(f *fault.List, path string, t, at time.Time, length proration.Interval, within bool) {
	if within && c.upFront() {
		f.Add(path, proration.ErrInvalid, "must not be set; a term that is billed up front is one period")
		return
	}
	if t.Before(at) {
		f.Add(path, proration.ErrOutside, "must not be before the change; got %s", t.Format(time.RFC3339Nano))
		return
	}
	stays, present := length == c.Cycle.Interval && t.After(at), c.present(at)
	c.restart(t, length)
	before, err := c.Cycle.Period(-1)
	switch {
	case err != nil:
		f.Add(path, proration.ErrLimit, "must have a period before it within the years 1 to 9999")
	case !stays && at.Before(before.Start):
		f.Add(path, proration.ErrOutside, "must be at most %v after the change; got %s", length, t.Format(time.RFC3339Nano))
	case stays && !present.End.After(before.Start):
		f.Add(path, proration.ErrOutside,
			"must be less than %v after the end of the period; got %s", length, t.Format(time.RFC3339Nano))
	case stays && !present.Equal(before):
		c.First = present
	}
}

// present returns the period that contains an instant, not bounded by a term. It is zero if the calendar has none.
func (c *Contract) present(at time.Time) proration.Period {
	if c.firstSpan().Contains(at) {
		return c.First
	}
	period, err := c.Cycle.Containing(at)
	if err != nil {
		return proration.Period{}
	}
	return period
}

// moves reports whether a change that takes effect at an instant moves the end of the present period to another
// billing date, and neither ends the period at once nor changes the length of periods.
func (c *Contract) moves(change *Change, at time.Time) bool {
	length, _ := c.newInterval(change)
	return change.AnchorAt.After(at) && length == c.Cycle.Interval
}

// restart starts the cycle anew at an instant, with periods of a length. The earlier day of the month is dropped.
func (c *Contract) restart(t time.Time, length proration.Interval) {
	c.Cycle.Day = 0
	c.anchor(t, length)
	c.Cycle.Day = 0
	c.First = proration.Period{}
	c.moveDates(t)
}

// upFront reports whether the terms of the contract are billed up front, so that each term is one period.
func (c *Contract) upFront() bool {
	return len(c.Terms) > 0 && c.Terms[0].Term.Billing == UpFront
}
