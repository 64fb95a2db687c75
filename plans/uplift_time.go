package plans

import (
	"time"

	"github.com/billingrules/billing/proration"
)

// timedUplift reports whether prices rise at an interval, and not with the renewal of the term.
func (c *Contract) timedUplift() bool {
	return c.Uplift != nil && c.Uplift.Every != (proration.Interval{})
}

// upliftCycle returns the cycle whose periods begin with an uplift, but for period 0.
func (c *Contract) upliftCycle() proration.Cycle {
	every := c.Cycle
	every.Interval, every.Day = c.Uplift.Every, 0
	if since := c.Uplift.Since; !since.IsZero() {
		every.Anchor = proration.LocalTimeOf(c.local(since))
	}
	return every
}

// keepUplift states the time from which uplifts count before the anchor of the cycle moves: other billing dates neither
// undo an uplift nor postpone the next one.
func (c *Contract) keepUplift() {
	if !c.timedUplift() || !c.Uplift.Since.IsZero() {
		return
	}
	if first, err := c.upliftCycle().Period(0); err == nil {
		own := *c.Uplift
		own.Since, c.Uplift = first.Start, &own
	}
}

// upliftsBy returns the number of uplifts until an instant.
func (c *Contract) upliftsBy(at time.Time) int {
	n, err := c.upliftCycle().Index(at)
	if err != nil {
		return c.Uplift.Count
	}
	return max(n, 0)
}

// upliftedLegs returns the legs of an item with its prices at each time: a leg during which the price rises becomes
// several.
func (c *Contract) upliftedLegs(legs []leg) (all []leg) {
	cycle := c.upliftCycle()
	for _, l := range legs {
		base := c.Uplift.Count
		if !l.since.IsZero() {
			base = c.upliftsBy(l.since)
		}
		for start := l.span.Start; ; {
			n := c.upliftsBy(start)
			part := leg{item: c.Uplift.uplifted(l.item, n-base), span: proration.Period{Start: start, End: l.span.End}}
			next, err := cycle.Period(n + 1)
			more := err == nil && next.Start.After(start) && next.Start.Before(l.span.End)
			if more {
				part.span.End = next.Start
			}
			if last := len(all) - 1; last >= 0 && all[last].same(&part.item) {
				all[last].span.End = part.span.End
			} else {
				all = append(all, part)
			}
			if !more {
				break
			}
			start = next.Start
		}
	}
	return all
}

// same reports whether an item has the quantity and the price of the leg.
func (l *leg) same(item *Item) bool {
	return l.item.Quantity.Equal(item.Quantity) && l.item.Price.Equal(item.Price)
}

// uplift raises the prices of the contract at a renewal of its term.
func (c *Contract) uplift() {
	if c.Uplift == nil || c.timedUplift() {
		return
	}
	for i := range c.Items {
		c.Items[i] = c.Uplift.uplifted(c.Items[i], 1)
	}
	c.follow()
}

// follow gives the later ramp steps the price of their item, unless they have a contracted price of their own.
func (c *Contract) follow() {
	for i := range c.Ramp {
		later := &c.Ramp[i].Item
		if now := c.item(later.ID); now != nil && now.contracted().Equal(later.contracted()) {
			later.Price, later.Contracted, later.Uplifts = now.Price, now.Contracted, now.Uplifts
		}
	}
}

// contracted returns the price of the item before uplifts.
func (i *Item) contracted() Price {
	if i.Contracted == nil {
		return i.Price
	}
	return *i.Contracted
}

// countUplifts stores the uplifts until an instant, which the items include.
func (c *Contract) countUplifts(at time.Time) {
	n := c.upliftsBy(at)
	if n == c.Uplift.Count {
		return
	}
	own := *c.Uplift
	own.Count = n
	c.Uplift = &own
	c.follow()
}

// startUplift counts the uplifts from the start of service. The first period can be longer, or a part: then they are
// counted so that prices rise with a period.
func (c *Contract) startUplift(at time.Time, first proration.Period, longer bool) {
	if !c.timedUplift() {
		return
	}
	own := *c.Uplift
	own.Since, own.Count = at, 0
	switch before, err := c.Cycle.Period(-1); {
	case longer && err == nil:
		own.Since = before.Start
	case !longer && at.After(first.Start):
		own.Since = first.End
	}
	c.Uplift = &own
}
