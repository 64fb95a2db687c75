package proration

import (
	"errors"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// Adjustment is the cost of a change: a credit and a charge, each rounded on its own, and their sum.
type Adjustment struct {
	Credit Result          `json:"credit"` // credit for the unused part of the billed charge; never above zero
	Charge Result          `json:"charge"` // charge for the new price; never below zero
	Net    decimal.Decimal `json:"net"`    // Credit.Amount + Charge.Amount; negative if the customer gets it
}

// Adjust returns the credit for the unused part of a billed charge, and the charge for the new price until its end.
// Both share the instant of the change and the owner of its day. The credit is at most the billed amount less earlier
// credits. Every credit of unused time in the library is capped here.
// Errors: ErrUnset, ErrInvalid, ErrPeriod, ErrOutside (the change is outside the billed span or the next period, or
// Until is outside the billed span), ErrZone or ErrLimit, with one [Error] per fault.
func Adjust(c Change) (a Adjustment, err error) {
	if c.usual(&a) {
		return a, nil
	}
	a = Adjustment{}
	given, taken, err := c.checked()
	if err != nil {
		return a, err
	}
	if given.Den != 0 {
		c.credit(&a.Credit, given.share, given.ofSpan)
	}
	if c.Next != nil {
		c.fill(&a.Charge, c.Next.Price, taken)
		a.Charge.round()
	}
	a.Net = a.Credit.Amount.Add(a.Charge.Amount)
	return a, nil
}

// usual is Adjust for the usual change, from a charge without earlier credits to a new price. It checks its inputs on
// the way. Otherwise it returns false, and the caller takes the slow path.
func (c *Change) usual(a *Adjustment) bool {
	b, n := &c.Billed, c.Next
	if n == nil || c.CreditBasis != OnBilled || c.Policy.DayCount == Actual30 ||
		!b.Period.isZero() || !b.Credited.IsZero() || !b.Price.IsZero() || !b.Deducted.IsZero() ||
		!b.Until.IsZero() || !b.whole() || b.Edges != (Edges{}) || c.Ends || c.Policy.ChangeDay == OldSide {
		return false
	}
	if b.Amount.IsNegative() || n.Price.IsNegative() || b.Amount.Exponent() < -c.Policy.Rounding.Places {
		return false
	}
	span := Period{Start: c.At, End: b.Span.End}
	given, ok := usualShare(&b.Span, &span, &c.Policy, c.Location)
	taken := given
	if !n.End.IsZero() || !n.Period.Equal(b.Span) {
		span = n.span(c.At)
		var usual bool
		taken, usual = usualShare(&n.Period, &span, &c.Policy, c.Location)
		ok = ok && usual
	}
	given.Num = -given.Num
	c.fill(&a.Credit, b.Amount, given)
	c.fill(&a.Charge, n.Price, taken)
	if !ok || !a.Credit.roundSmall() || !a.Charge.roundSmall() {
		return false
	}
	a.Net = decimal.New(a.Credit.Amount.CoefficientInt64()+a.Charge.Amount.CoefficientInt64(), -c.Policy.Rounding.Places)
	return true
}

// checked returns the shares of the credit and of the charge, zero if there is none, or every fault of the change.
func (c *Change) checked() (given unusedShare, taken share, err error) {
	var f fault.List
	c.check(&f)
	if f != nil {
		return given, taken, f.Err()
	}
	if !c.Billed.isZero() {
		if given, err = c.unused(); err != nil {
			return given, taken, err
		}
	}
	if c.Next != nil {
		r := Request{
			Period: c.Next.Period, Span: c.Next.span(c.At), Policy: c.Policy, Location: c.Location,
			Edges: Edges{
				Changes: c.Billed.in().Start.Equal(c.Next.Period.Start), // else the change begins the period
				Whole:   c.Billed.Edges.Whole,
			},
		}
		if taken, err = r.share(); err != nil {
			return given, taken, fault.Under("next", err)
		}
	}
	return given, taken, nil
}

// fill sets the fields of a line that do not depend on rounding.
func (c *Change) fill(r *Result, of decimal.Decimal, part share) {
	r.Of, r.Fraction, r.Unit, r.Rounding = of, part.Fraction, part.unit, c.Policy.Rounding
}

// credit fills in the credit line: the unused share less the unused part of the deductions, limited to between zero and
// the cap.
func (c *Change) credit(r *Result, share share, ofSpan Fraction) {
	share.Num = -share.Num // a credit is negative
	b := &c.Billed
	of, carry := b.base(c.CreditBasis), new(big.Rat)
	if c.CreditBasis == OnPrice && ofSpan.Den != 0 && !b.Deducted.IsZero() {
		carry.Mul(b.Deducted.Rat(), big.NewRat(ofSpan.Num, ofSpan.Den))
	}
	if !b.whole() {
		var rest *big.Rat
		of, rest = part(of, b.Part, c.Policy.Rounding.Places)
		carry.Mul(carry, big.NewRat(b.Part.Num, b.Part.Den))
		carry.Add(carry, rest.Mul(rest, big.NewRat(share.Num, share.Den)))
	}
	c.fill(r, of, share)
	r.Carry = Residual{exact.NewRemainder(carry, c.Policy.Rounding.Places)}
	r.round()
	switch {
	case r.Amount.IsPositive():
		r.Amount, r.Residual, r.Capped = decimal.New(0, -r.Rounding.Places), Residual{}, true
	case exact.Exceeds(r.Amount, b.Amount, b.Credited):
		r.Amount, r.Residual, r.Capped = b.left(r.Rounding.Places), Residual{}, true
	}
}

// part returns a fraction of an amount, and the exact rest that the decimal does not contain. A value that does not end
// within the limits is cut off at the places.
func part(of decimal.Decimal, x Fraction, places int32) (decimal.Decimal, *big.Rat) {
	value := new(big.Rat).Mul(of.Rat(), big.NewRat(x.Num, x.Den))
	if n, ends := value.FloatPrec(); ends && n <= fault.MaxDigits {
		places = max(places, int32(n))
	}
	cut := exact.Quotient(value, places, exact.Down)
	return cut, value.Sub(value, cut.Rat())
}

// unusedShare is the unused part of a billed charge, as a share of the basis and of the billed span. A span without a
// day has no share.
type unusedShare struct {
	share
	ofSpan Fraction
}

// unused returns the credit as a share of its basis.
func (c *Change) unused() (unusedShare, error) {
	b := &c.Billed
	field := "billed.period"
	if b.Period.isZero() {
		field = "billed.span"
	}
	m := newMeasure(b.in(), c.Policy, c.Location)
	part, err := c.rest(&m)
	left := unusedShare{share: part}
	ofSpan := c.CreditBasis == OnBilled || b.Edges.Extent == ExtentFull
	if err == nil && (ofSpan || !b.Deducted.IsZero()) {
		var paid share
		edges := b.Edges
		edges.Extent = 0
		paid, err = m.share(b.Span, edges)
		switch {
		case err != nil:
		case paid.Num != 0:
			left.ofSpan = over(left.Fraction, paid.Fraction)
		case b.Edges.Extent == ExtentFull: // a span without a day that cost the whole amount
			left.ofSpan, left.unit = Fraction{0, 1}, "period"
			if !c.At.After(b.Span.Start) {
				left.ofSpan.Num = 1
			}
		case c.CreditBasis == OnPrice:
		case b.Amount.IsZero():
			return unusedShare{share: share{Fraction{1, 1}, "period"}}, nil // any share of zero is zero
		default:
			reason := "must have a day to count by " + c.Policy.DayCount.String() + "; got " + b.Span.String()
			field, err = "billed.span", &Error{Rule: ErrPeriod, Reason: reason}
		}
		if ofSpan {
			left.Fraction = left.ofSpan
		}
	}
	var one *Error
	if errors.As(err, &one) {
		one.Field = field
	}
	return left, err
}

// rest returns the share of the period from the change on that is not used. One side owns the day of the change, also
// where the period begins, and the billed span has at most the days that it was billed for.
func (c *Change) rest(m *measure) (share, error) {
	b := &c.Billed
	span := b.unused(c.At)
	if m.policy.DayCount == Seconds {
		return elapsed(m.period, span)
	}
	before := m.policy.ChangeDay == OldSide
	if c.Ends {
		before = m.policy.LastDay == DayBilled
	}
	from := max(m.day(c.At, before), m.from(b.Span.Start, b.Edges))
	to := m.to(b.Span.End, b.Edges)
	switch {
	case b.Until.IsZero():
	case c.Ends: // service begins again
		to = min(to, m.day(b.Until, m.policy.FirstDay == DayFree))
	default:
		to = min(to, m.to(b.Until, Edges{}))
	}
	return m.counted(span, from, to, b.Edges.Whole)
}

// left returns the cap as a credit: earlier credits less the billed amount, cut off at the places.
func (b *Billed) left(places int32) decimal.Decimal {
	term := exact.Term{Amount: b.Credited.Sub(b.Amount), Num: 1, Den: 1}
	left, _ := term.Round(places, exact.Down)
	return left
}

// over returns x as a share of part; both are shares of the same period.
func over(x, part Fraction) Fraction {
	if x.Den == part.Den || x.Den == 0 || part.Den == 0 {
		return Fraction{x.Num, part.Num}
	}
	common := x.Den / gcd(x.Den, part.Den) * part.Den
	return Fraction{x.Num * (common / x.Den), part.Num * (common / part.Den)}
}
