package credits

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// back is what of a charge was given back.
type back struct {
	net   decimal.Decimal // in all, not negative
	money decimal.Decimal // what of it was of money alone
	lines []*plans.Charge // the credits
}

// given sums up the credits among charges by the charge that they correct.
func given(charges []plans.Charge) map[string]back {
	all := map[string]back{}
	for i := range charges {
		c := &charges[i]
		if c.Corrects == "" {
			continue
		}
		b := all[c.Corrects]
		b.lines = append(b.lines, c)
		b.net = b.net.Sub(c.Net)
		if c.Kind != plans.ProrationCredit && c.Quantity.IsZero() {
			b.money = b.money.Sub(c.Net)
		}
		all[c.Corrects] = b
	}
	return all
}

// stretch is a time in which as many units of a charge are paid for throughout.
type stretch struct {
	span  proration.Period
	left  decimal.Decimal // how many units no earlier credit freed; one of what is not counted
	units decimal.Decimal // how many of them are to be credited
	part  proration.Fraction
}

// step is an instant from which on there are more or fewer units.
type step struct {
	at   time.Time
	more decimal.Decimal
}

// stretches cuts a time of a charge where the spans of earlier credits begin and end.
func (b back) stretches(c *plans.Charge, within proration.Period) (all []stretch) {
	left := c.Quantity
	if left.IsZero() {
		left = decimal.New(1, 0)
	}
	var steps []step
	for _, credit := range b.lines {
		from, to, units := freed(c, credit)
		if from.Before(within.Start) {
			from = within.Start
		}
		if to.After(within.End) {
			to = within.End
		}
		if from.Before(to) && !units.IsZero() {
			steps = append(steps, step{from, units.Neg()}, step{to, units})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	at := within.Start
	for _, s := range steps {
		if s.at.After(at) {
			all = append(all, stretch{span: proration.Period{Start: at, End: s.at}, left: left, units: left})
			at = s.at
		}
		left = left.Add(s.more)
	}
	if at.Before(within.End) || all == nil {
		all = append(all, stretch{span: within.From(at), left: left, units: left})
	}
	return all
}

// freed returns from when until when a credit of a charge frees how many units of it: one that says no time all of it, one of money
// none, and one for time that is not used the only one of what is not counted. Units that were taken back otherwise stay so.
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

// exceeds reports whether more units were given back than there are.
func (b back) exceeds(c *plans.Charge) bool {
	var sum decimal.Decimal
	for _, credit := range b.lines {
		sum = sum.Add(credit.Quantity)
	}
	if c.Quantity.IsZero() || !c.Span.Start.Before(c.Span.End) {
		return sum.GreaterThan(c.Quantity)
	}
	return slices.ContainsFunc(b.stretches(c, c.Span), func(s stretch) bool { return s.left.IsNegative() })
}

// unused returns the credits for the units of each stretch of a charge. Neighbours of which the same is given back are one, and what is
// credited for one is not left for the next.
func (r *Request) unused(c *plans.Charge, before back, parts []stretch) ([]plans.Charge, error) {
	var lines []stretch
	for _, s := range parts {
		if !s.units.IsPositive() {
			continue
		}
		if !c.Quantity.IsZero() {
			var err error
			if s.part, err = share(c, s.left, s.units); err != nil {
				return nil, err
			}
		}
		if n := len(lines) - 1; n >= 0 && lines[n].span.End.Equal(s.span.Start) && lines[n].units.Equal(s.units) && lines[n].part == s.part {
			lines[n].span.End = s.span.End
			continue
		}
		lines = append(lines, s)
	}
	if !r.Until.IsZero() {
		before.money = decimal.Decimal{}
	}
	before.lines = slices.Clip(before.lines)
	var owed []plans.Charge
	for _, s := range lines {
		credit, err := r.credit(c, before, &s)
		if err != nil {
			return nil, err
		}
		before.net = before.net.Sub(credit.Net)
		before.lines = append(before.lines, &credit)
		if s.part.Den == 0 || s.part.Num > 0 {
			before.money = unspent(&credit.Share, s.part)
		}
		owed = append(owed, credit)
	}
	return owed, nil
}

// credit returns the credit for the units of one stretch.
func (r *Request) credit(c *plans.Charge, before back, s *stretch) (plans.Charge, error) {
	policy, err := c.Currency.Policy(r.Policy)
	if err != nil {
		return plans.Charge{}, err
	}
	billed := proration.Billed{
		Amount: c.Net, Credited: before.net, Returned: before.money, Part: s.part, Span: c.Span, Price: c.Share.Of, Period: c.Period,
	}
	if s.span.End.Before(c.Span.End) {
		billed.Until = s.span.End
	}
	adjustment, err := proration.Adjust(proration.Change{At: s.span.Start, Billed: billed, CreditBasis: r.CreditBasis, Policy: policy, Location: r.Location})
	if err != nil {
		return plans.Charge{}, err
	}
	credit := credited(c, before, adjustment.Credit)
	credit.Kind, credit.Span = plans.ProrationCredit, s.span
	if !c.Quantity.IsZero() {
		credit.Quantity = s.units
	}
	return credit, nil
}

// unspent returns what of money that came back before the time of a credit was not worth, so that it counts for the next: cut off at
// the places, in favour of the customer.
func unspent(line *proration.Result, part proration.Fraction) decimal.Decimal {
	if !line.Capped || !line.Amount.IsZero() {
		return decimal.Decimal{}
	}
	rest := new(big.Rat).Mul(line.Of.Rat(), big.NewRat(line.Fraction.Num, line.Fraction.Den))
	rest.Add(rest, line.Carry.Rat())
	if part.Den != 0 {
		rest.Mul(rest, big.NewRat(part.Den, part.Num))
	}
	return decimal.Max(exact.Quotient(rest, line.Rounding.Places, exact.Down), decimal.Decimal{})
}
