package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

const maxPieces = 500_000

// matchTime matches the charges that are for a time, sort by sort.
// Errors: ErrLimit for more pieces than are matched.
func matchTime(billed, proposed []*party) error {
	var sorts []*sameSort // in the order in which they are met
	known := map[string]*sameSort{}
	for side, parties := range [2][]*party{billed, proposed} {
		for _, p := range parties {
			if whole(p.charge) {
				continue
			}
			key, err := sortOf(p.charge)
			if err != nil {
				return err
			}
			if known[key] == nil {
				known[key] = &sameSort{}
				sorts = append(sorts, known[key])
			}
			known[key].sides[side] = append(known[key].sides[side], p)
		}
	}
	pieces := 0
	for _, s := range sorts {
		if pieces = s.match(pieces); pieces > maxPieces {
			return fault.New("billed", proration.ErrLimit, "the charges overlap in more than %d pieces", maxPieces)
		}
	}
	return nil
}

// sortOf returns what two charges have in common that are of one sort, as text.
func sortOf(c *plans.Charge) (string, error) {
	type taken struct{ Discount, Reason string }
	var off []taken
	for _, d := range c.Discounts {
		off = append(off, taken{d.Discount, d.Reason})
	}
	text, err := canon.Normal(struct {
		Plan, Item string
		Currency   plans.Currency
		Counted    bool
		Price      plans.Price
		Times      int64
		Discounts  []taken
	}{c.Plan, c.Item, c.Currency, !c.Quantity.IsZero(), c.Price, max(c.Multiplier, 1), off})
	return string(text), err
}

// sameSort is all charges of one sort, those that were billed and those that are proposed.
type sameSort struct {
	sides [2][]*party
	now   [2][]*party // those that cover the stretch at hand, in the order in which they are matched
}

// match cuts time where anything of the sort begins or ends, and matches stretch by stretch. It returns the number of pieces that there
// are with it, and stops where they are too many.
func (s *sameSort) match(pieces int) int {
	var cuts []time.Time
	for _, side := range &s.sides {
		slices.SortStableFunc(side, func(a, b *party) int { return a.charge.Span.Start.Compare(b.charge.Span.Start) })
		for _, p := range side {
			for _, st := range p.stands {
				cuts = append(cuts, st.Span.Start, st.Span.End)
			}
		}
	}
	slices.SortStableFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	for i := range len(cuts) - 1 {
		stretch := proration.Period{Start: cuts[i], End: cuts[i+1]}
		for side := range s.sides {
			s.enter(side, stretch.Start)
			pieces += len(s.now[side])
		}
		if pieces > maxPieces {
			return pieces
		}
		pieces += matchStretch(s.now[0], s.now[1], stretch, maxPieces-pieces)
	}
	return pieces
}

// enter brings the charges that cover an instant up to date, and how many units of each there are then.
func (s *sameSort) enter(side int, at time.Time) {
	s.now[side] = slices.DeleteFunc(s.now[side], func(p *party) bool { return !p.charge.Span.End.After(at) })
	for len(s.sides[side]) > 0 && !s.sides[side][0].charge.Span.Start.After(at) {
		p := s.sides[side][0]
		s.sides[side] = s.sides[side][1:]
		i, _ := slices.BinarySearchFunc(s.now[side], p, order)
		s.now[side] = slices.Insert(s.now[side], i, p)
	}
	for _, p := range s.now[side] {
		for !p.stands[0].Span.End.After(at) {
			p.stands = p.stands[1:]
		}
		p.now = p.stands[0].Units
	}
}

// matchStretch matches the units of one stretch, one by one. It returns how often two charges did not agree, and stops after so many.
func matchStretch(billed, proposed []*party, stretch proration.Period, most int) (apart int) {
	open := proposed
	for _, b := range billed {
		for len(open) > 0 && open[0].now.IsZero() {
			open = open[1:]
		}
		for _, p := range open {
			if b.now.IsZero() {
				break
			}
			if p.now.IsZero() {
				continue
			}
			if !agree(b.charge, p.charge) {
				if apart++; apart > most {
					return apart
				}
				continue
			}
			both := decimal.Min(b.now, p.now)
			b.now, p.now = b.now.Sub(both), p.now.Sub(both)
		}
	}
	for _, side := range [2][]*party{billed, proposed} {
		for _, p := range side {
			units := p.stands[0].Units
			matched := units.Sub(p.now)
			if matched.IsPositive() {
				p.kept = add(p.kept, piece{span: stretch, high: matched})
			}
			if p.now.IsPositive() {
				p.left = add(p.left, piece{span: stretch, low: matched, high: units})
			}
		}
	}
	return apart
}

// agree reports whether two charges of one sort are the same: where deductions were made from the same quantity for the same time, they
// came to the same.
func agree(a, b *plans.Charge) bool {
	return len(a.Discounts) == 0 || a.Net.Equal(b.Net) || !a.Span.Equal(b.Span) || !a.Quantity.Equal(b.Quantity)
}

// matchWhole matches the charges that are matched as a whole. Those that were given back whole are not there any more.
func matchWhole(billed, proposed []*party) {
	open := map[string][]*party{}
	for _, p := range proposed {
		if whole(p.charge) && p.there() {
			key := wholeOf(p.charge)
			open[key] = append(open[key], p)
			p.left = []piece{{span: p.charge.Span, high: all(p.charge)}}
		}
	}
	for _, b := range slices.Backward(billed) {
		if !whole(b.charge) || !b.there() {
			continue
		}
		key := wholeOf(b.charge)
		if n := len(open[key]) - 1; n >= 0 {
			open[key][n].left = nil
			open[key] = open[key][:n]
			b.kept = []piece{{span: b.charge.Span, high: all(b.charge)}}
			continue
		}
		b.left = []piece{{span: b.charge.Span, high: all(b.charge)}}
	}
}

// there reports whether something of the charge was not given back.
func (p *party) there() bool {
	for _, s := range p.stands {
		if s.Units.IsPositive() {
			return true
		}
	}
	return false
}

// wholeOf returns what two charges have in common that are the same as a whole, as text.
func wholeOf(c *plans.Charge) string {
	plan := c.Plan
	if c.Kind == plans.OneTime || c.Kind == plans.Usage {
		plan = "" // it is sold beside a plan, and is the same whichever that is
	}
	text, _ := canon.Normal(struct { // which writes everything that a charge has
		Kind            plans.Kind
		Plan, Item      string
		Currency        plans.Currency
		Span            proration.Period
		Quantity, Gross decimal.Decimal
		Price           plans.Price
		Times           int64
	}{c.Kind, plan, c.Item, c.Currency, c.Span, c.Quantity, c.Gross(), c.Price, max(c.Multiplier, 1)})
	return string(text)
}
