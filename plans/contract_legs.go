package plans

import (
	"time"

	"github.com/billingrules/billing/proration"
)

// leg is an item with one quantity and price throughout a span.
type leg struct {
	item  Item
	span  proration.Period
	since time.Time // time of the ramp step that agreed its price; zero is the item of the contract
}

// portion returns the leg as a part of a portion.
func (l *leg) portion(p *proration.Portion) proration.Portion {
	own := proration.Portion{Period: p.Period, Span: l.span, Edges: p.Edges}
	if !l.span.Start.Equal(p.Span.Start) {
		own.Edges.Begins, own.Edges.Changes = false, false
	}
	own.Edges.Ends = p.Edges.Ends && l.span.End.Equal(p.Span.End)
	if !l.span.Equal(p.Span) && own.Edges.Extent != proration.ExtentNone { // each step is charged for its days
		own.Edges.Extent = 0
	}
	return own
}

// legs returns an item over a span: one leg, or several if ramp steps change it inside. There is no leg before the item
// is added.
func (c *Contract) legs(id string, span proration.Period) []leg { return c.appendLegs(nil, id, span) }

// appendLegs appends the legs to an empty list, whose memory it uses.
func (c *Contract) appendLegs(legs []leg, id string, span proration.Period) []leg {
	for i := range c.Items {
		if c.Items[i].ID == id {
			legs = append(legs, leg{item: c.Items[i], span: span})
		}
	}
	for _, s := range c.Ramp {
		if s.Item.ID != id || !s.At.Before(span.End) {
			continue
		}
		next := leg{item: s.Item, span: span, since: s.At}
		if len(legs) > 0 {
			last := &legs[len(legs)-1]
			if c.Uplift != nil && last.item.contracted().Equal(next.item.contracted()) { // only the quantity changes
				next = leg{item: last.item, span: span, since: last.since}
				next.item.Quantity = s.Item.Quantity
			}
			switch {
			case last.same(&next.item):
				continue
			case s.At.After(last.span.Start):
				last.span.End = s.At
			default:
				legs = legs[:len(legs)-1]
			}
		}
		if n := len(legs); n > 0 && legs[n-1].same(&next.item) {
			legs[n-1].span.End = span.End // the step undoes another one of the same instant
			continue
		}
		if s.At.After(span.Start) {
			next.span.Start = s.At
		}
		legs = append(legs, next)
	}
	if c.timedUplift() {
		legs = c.upliftedLegs(legs)
	}
	return legs
}

// on returns an item as it is at an instant, and false if the contract does not have it then.
func (c *Contract) on(id string, at time.Time) (Item, bool) {
	legs := c.legs(id, proration.Period{Start: at, End: at.Add(1)})
	if len(legs) == 0 || legs[len(legs)-1].item.none() {
		return Item{}, false
	}
	return legs[len(legs)-1].item, true
}
