package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

const maxPieces = 500_000

// matchTime matches the charges that have a span, group by group.
// Errors: ErrLimit for more than 500,000 pieces.
func (c *ReconcileRequest) matchTime(billed, proposed []*party) error {
	var groups []*matchGroup // in the order of their first charges
	known := map[string]*matchGroup{}
	var fields matchKey
	var text canon.Comparer
	for side, parties := range [2][]*party{billed, proposed} {
		for _, p := range parties {
			if whole(p.charge) {
				continue
			}
			fields.set(p.charge, c.SamePeriod)
			key, err := text.Normal(&fields)
			if err != nil {
				return err
			}
			group := known[string(key)]
			if group == nil {
				group = &matchGroup{}
				known[string(key)], groups = group, append(groups, group)
			}
			group.sides[side] = append(group.sides[side], p)
		}
	}
	pieces := 0
	var now [2][]*party
	for _, s := range groups {
		s.now = [2][]*party{now[0][:0], now[1][:0]}
		pieces = s.match(pieces)
		if now = s.now; pieces > maxPieces {
			return fault.New("billed", proration.ErrLimit, "must split into at most %d pieces with the proposed charges",
				maxPieces)
		}
	}
	return nil
}

// matchKey is the matching key of a charge: charges with the same key can match.
type matchKey struct {
	Plan, Item string
	Currency   plans.Currency
	Counted    bool
	Price      plans.Price
	Times      int64
	Discounts  []deducted
	Period     proration.Period
}

// deducted is a discount of a charge, without its amount.
type deducted struct{ Discount, Reason string }

// set makes the key that of a charge.
func (k *matchKey) set(of *plans.Charge, samePeriod bool) {
	*k = matchKey{
		Plan: of.Plan, Item: of.Item, Currency: of.Currency, Counted: !of.Quantity.IsZero(), Price: of.Price,
		Times: max(of.Multiplier, 1), Discounts: k.Discounts[:0],
	}
	if samePeriod {
		k.Period = of.Period
	}
	for _, d := range of.Discounts {
		k.Discounts = append(k.Discounts, deducted{d.Discount, d.Reason})
	}
}

// matchGroup is the group of all billed and proposed charges with the same matching key.
type matchGroup struct {
	sides [2][]*party
	now   [2][]*party // charges that cover the current stretch of time, in the order of matching
}

// withoutCredited leaves out the charges that are credited in full. A billed one stays if credits of money leave a part
// of a proposed charge for the same: then they return no time.
func withoutCredited(billed, proposed []*party) (left, other []*party) {
	type subject struct {
		item  string
		start int64
	}
	of := func(p *party) subject { return subject{p.charge.Item, p.charge.Period.Start.UnixNano()} }
	partly := map[subject]bool{}
	for _, p := range proposed {
		if p.credited() {
			continue
		}
		other = append(other, p)
		if slices.ContainsFunc(p.before, func(c *plans.Charge) bool { return !spanned(c) }) {
			partly[of(p)] = true
		}
	}
	for _, b := range billed {
		if !b.credited() || partly[of(b)] {
			left = append(left, b)
		}
	}
	return left, other
}

// credited reports whether a charge is credited in full.
func (p *party) credited() bool {
	left := p.charge.Net
	for _, c := range p.before {
		left = exact.Plus(left, c.Net)
	}
	return p.charge.Net.IsPositive() && !left.IsPositive()
}

// match splits time wherever a charge or credit of the group begins or ends, and matches the units of each stretch. It
// returns the updated number of pieces, and stops early if there are too many.
func (s *matchGroup) match(pieces int) int {
	count := 0
	for _, side := range &s.sides {
		for _, p := range side {
			count += 2 * len(p.stands)
		}
	}
	cuts := make([]time.Time, 0, count)
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

// enter updates the charges that cover an instant, and the number of units of each.
func (s *matchGroup) enter(side int, at time.Time) {
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

// matchStretch matches the units of one stretch of time. It returns how often two charges of the group do not agree,
// and stops if that is more than most.
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
			if exact.Compare(b.now, p.now) == 0 {
				b.now, p.now = decimal.Decimal{}, decimal.Decimal{}
				continue
			}
			both := exact.Smaller(b.now, p.now)
			b.now, p.now = exact.Minus(b.now, both), exact.Minus(p.now, both)
		}
	}
	for _, p := range billed {
		p.settle(stretch)
	}
	for _, p := range proposed {
		p.settle(stretch)
	}
	return apart
}

// settle adds the matched units of a stretch to those that are kept, and the others to those that are left.
func (p *party) settle(stretch proration.Period) {
	units := p.stands[0].Units
	matched := exact.Minus(units, p.now)
	if matched.IsPositive() {
		p.kept = add(p.kept, piece{span: stretch, high: matched})
	}
	if p.now.IsPositive() {
		p.left = add(p.left, piece{span: stretch, low: matched, high: units})
	}
}

// agree reports whether two charges of a group can match. Discounted charges of the same quantity and span must also
// have the same net.
func agree(a, b *plans.Charge) bool {
	return len(a.Discounts) == 0 || a.Net.Equal(b.Net) || !a.Span.Equal(b.Span) || !a.Quantity.Equal(b.Quantity)
}

// matchWhole matches the charges that match as a whole, those of the same period first. Fully released charges take no
// part.
func (c *ReconcileRequest) matchWhole(billed, proposed []*party) {
	open := map[string][]*party{}
	for _, p := range proposed {
		if whole(p.charge) && p.there() {
			key := c.wholeKey(p.charge)
			open[key] = append(open[key], p)
			p.left = []piece{{span: p.charge.Span, high: all(p.charge)}}
		}
	}
	for _, samePeriod := range [...]bool{true, false} {
		for _, b := range slices.Backward(billed) {
			if !whole(b.charge) || !b.there() || len(b.kept) > 0 {
				continue
			}
			b.left = []piece{{span: b.charge.Span, high: all(b.charge)}}
			key := c.wholeKey(b.charge)
			for n, p := range slices.Backward(open[key]) {
				if !samePeriod || p.charge.Period.Equal(b.charge.Period) {
					p.left, b.kept, b.left = nil, b.left, nil
					open[key] = slices.Delete(open[key], n, n+1)
					break
				}
			}
		}
	}
}

// there reports whether the charge has units that no credit released.
func (p *party) there() bool {
	for _, s := range p.stands {
		if s.Units.IsPositive() {
			return true
		}
	}
	return false
}

// wholeKey returns the matching key of a charge that matches as a whole, as text.
func (c *ReconcileRequest) wholeKey(of *plans.Charge) string {
	plan, net := of.Plan, decimal.Decimal{}
	if c.SamePeriod {
		net = of.Net // with other deductions, it costs something else
	}
	if of.Kind == plans.OneTime || of.Kind == plans.Usage {
		plan = "" // one-time and usage charges do not depend on the plan
	}
	text, _ := canon.AppendNormal(make([]byte, 0, 512), &struct { // no error: canon supports every field of a charge
		Kind            plans.Kind
		Plan, Item      string
		Currency        plans.Currency
		Span            proration.Period
		Quantity, Gross decimal.Decimal
		Net             decimal.Decimal
		Price           plans.Price
		Times           int64
	}{of.Kind, plan, of.Item, of.Currency, of.Span, of.Quantity, of.Gross(), net, of.Price, max(of.Multiplier, 1)})
	return string(text)
}
