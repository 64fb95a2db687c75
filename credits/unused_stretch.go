package credits

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// back is the sum of the earlier credits of a charge.
type back struct {
	net   decimal.Decimal // credited net, not negative
	lines []*plans.Charge // the credits
}

// given returns the sum of the credits of each charge, by the ID of the charge.
func given(charges []plans.Charge) map[string]back {
	count := 0
	for i := range charges {
		if charges[i].Corrects != "" {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	all := make(map[string]back, count)
	for i := range charges {
		c := &charges[i]
		if c.Corrects == "" {
			continue
		}
		b := all[c.Corrects]
		b.lines = append(b.lines, c)
		b.net = exact.Minus(b.net, c.Net)
		all[c.Corrects] = b
	}
	return all
}

// stretch is a span in which a constant number of units of a charge is paid for.
type stretch struct {
	span  proration.Period
	left  decimal.Decimal    // units that no earlier credit freed; 1 for a charge without a quantity
	units decimal.Decimal    // units of left that are to be credited
	part  proration.Fraction // the credited units as a fraction of the charge; zero is all of it
}

// step is an instant at which the number of units changes.
type step struct {
	at   time.Time
	more decimal.Decimal
}

// unitsOf returns the units of a charge; one for a charge without a quantity.
func unitsOf(c *plans.Charge) decimal.Decimal {
	if c.Quantity.IsZero() {
		return decimal.New(1, 0)
	}
	return c.Quantity
}

// stretches cuts a span of a charge where earlier credits begin and end.
func (b back) stretches(c *plans.Charge, within proration.Period) (all []stretch) {
	left := unitsOf(c)
	if len(b.lines) == 0 {
		return []stretch{{span: within, left: left, units: left}}
	}
	var steps []step
	for i, credit := range b.lines {
		from, to, units := freed(c, credit)
		if credit.Kind != plans.ProrationCredit {
			to = freeUntil(c, credit, b.lines[:i], to)
		}
		if from.Before(within.Start) {
			from = within.Start
		}
		if to.After(within.End) {
			to = within.End
		}
		if from.Before(to) && !units.IsZero() {
			steps = append(steps, step{from, exact.Negative(units)}, step{to, units})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	at := within.Start
	for _, s := range steps {
		if s.at.After(at) {
			all = append(all, stretch{span: proration.Period{Start: at, End: s.at}, left: left, units: left})
			at = s.at
		}
		left = exact.Plus(left, s.more)
	}
	if at.Before(within.End) || all == nil {
		all = append(all, stretch{span: within.From(at), left: left, units: left})
	}
	return all
}

// freeUntil returns the end of the time for which a credit of units frees them: that of the charge, unless earlier
// credits of unused time leave too few units until that end.
func freeUntil(c, credit *plans.Charge, earlier []*plans.Charge, end time.Time) time.Time {
	for _, k := range earlier {
		toEnd := k.Kind == plans.ProrationCredit && !k.Span.End.Before(c.Span.End)
		if toEnd && k.Span.Start.After(credit.Span.Start) && k.Span.Start.Before(end) &&
			exact.Plus(k.Quantity, credit.Quantity).GreaterThan(unitsOf(c)) {
			end = k.Span.Start
		}
	}
	return end
}

// freed returns the span and the number of units that a credit of a charge frees. A credit of unused time frees its
// units for its span, and the one unit of a charge without a quantity. A credit without a span frees its units for the
// whole charge. Another credit frees its units until the end of the charge. A credit of money has no units.
func freed(c, credit *plans.Charge) (from, to time.Time, units decimal.Decimal) {
	from, to, units = credit.Span.Start, credit.Span.End, credit.Quantity
	if to.IsZero() || credit.Kind != plans.ProrationCredit {
		to = c.Span.End
	}
	if credit.Kind == plans.ProrationCredit && c.Quantity.IsZero() {
		units = decimal.New(1, 0)
	}
	return from, to, units
}

// exceeds reports whether the credits free more units than the charge has.
func (b back) exceeds(c *plans.Charge) bool {
	if len(b.lines) == 0 {
		return false
	}
	var sum, most decimal.Decimal // units, and the most that can be free at one time
	for _, credit := range b.lines {
		_, _, units := freed(c, credit)
		sum, most = exact.Plus(sum, credit.Quantity), exact.Plus(most, units)
	}
	if c.Quantity.IsZero() || !c.Span.Start.Before(c.Span.End) {
		return sum.GreaterThan(c.Quantity)
	}
	negative := func(s stretch) bool { return s.left.IsNegative() }
	return most.GreaterThan(unitsOf(c)) && slices.ContainsFunc(b.stretches(c, c.Span), negative)
}

// unused adds the credits for the units of each stretch of a charge. Adjacent stretches with equal credits share one
// credit. Each credit counts as an earlier credit for the next.
func (r *Request) unused(owed []plans.Charge, c *plans.Charge, before back, parts []stretch) ([]plans.Charge, error) {
	lines := parts[:0] // a line is no longer than its stretch
	for _, s := range parts {
		if !s.units.IsPositive() {
			continue
		}
		if !c.Quantity.IsZero() {
			var err error
			if s.part, err = share(c, s.left, s.units); err != nil {
				return owed, err
			}
		}
		if n := len(lines) - 1; n >= 0 && lines[n].span.End.Equal(s.span.Start) &&
			lines[n].units.Equal(s.units) && lines[n].part == s.part {
			lines[n].span.End = s.span.End
			continue
		}
		lines = append(lines, s)
	}
	before.lines = slices.Clip(before.lines)
	for i := range lines {
		credit, err := r.credit(c, before, &lines[i])
		if err != nil {
			return owed, err
		}
		owed = append(owed, credit)
		if i+1 < len(lines) {
			before.net = exact.Minus(before.net, credit.Net)
			before.lines = append(before.lines, &owed[len(owed)-1])
		}
	}
	return owed, nil
}

// credit returns the credit for the units of one stretch.
func (r *Request) credit(c *plans.Charge, before back, s *stretch) (plans.Charge, error) {
	policy := r.Policy
	var err error
	if policy.Rounding.Places, err = c.Currency.Places(); err != nil {
		return plans.Charge{}, err
	}
	billed := proration.Billed{
		Amount: c.Net, Credited: before.net, Part: s.part, Span: c.Span, Price: c.Share.Of,
		Period: c.Period, Edges: c.Edges, Deducted: deducted(c, policy.Rounding),
	}
	if s.span.End.Before(c.Span.End) {
		billed.Until = s.span.End
	}
	ends := r.Ends && s.span.Start.Equal(r.At) && (r.Until.IsZero() || s.span.End.Equal(r.Until))
	adjustment, err := proration.Adjust(proration.Change{
		At: s.span.Start, Billed: billed, Ends: ends, CreditBasis: r.CreditBasis, Policy: policy, Location: r.Location,
	})
	if err != nil {
		return plans.Charge{}, err
	}
	credit := credited(c, before, adjustment.Credit)
	credit.Kind, credit.Span = plans.ProrationCredit, s.span
	credit.Edges.Ends = ends && policy.DayCount != proration.Seconds && (policy.ChangeDay == proration.OldSide ||
		policy.LastDay == proration.DayBilled || policy.FirstDay == proration.DayFree && !r.Until.IsZero())
	if !c.Quantity.IsZero() {
		credit.Quantity = s.units
	}
	return credit, nil
}

// deducted returns the deductions of a charge. Units that were billed again at a credit that the cap limited cost less
// than their share, which counts as a deduction.
func deducted(c *plans.Charge, rounding proration.Rounding) decimal.Decimal {
	var sum decimal.Decimal
	for _, d := range c.Discounts {
		sum = exact.Plus(sum, d.Amount)
	}
	if part := c.Share.Fraction; c.Restores != "" && part.Den > 0 {
		share := exact.Term{Amount: c.Share.Of, Num: part.Num, Den: part.Den}
		amount, _ := share.Round(rounding.Places, exact.Mode(rounding.Mode))
		sum = exact.Minus(exact.Plus(sum, amount), c.Share.Amount)
	}
	return sum
}
