package proration

import (
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
)

// Basis says what the credit for unused time is a share of. Its zero is unset and refused.
type Basis uint8

// The bases. Whichever it is, never more comes back than was billed and is not credited yet.
const (
	OnBilled Basis = iota + 1 // the billed amount, over the span it paid for (Stripe flexible, Kill Bill, Recurly)
	OnPrice                   // the full price at the time of billing, over the whole period (Stripe classic, Lago)
)

var bases = []string{"", "billed", "price"}

// String returns the basis's name, "billed".
func (b Basis) String() string { return enum.String(bases, b) }

// MarshalText returns the basis's name.
func (b Basis) MarshalText() ([]byte, error) { return enumText(bases, b, "basis") }

// UnmarshalText reads the basis's name; an unknown one is ErrInvalid.
func (b *Basis) UnmarshalText(text []byte) error { return enumParse(bases, b, "basis", text) }

// Change is a change inside a period: what was billed and is no longer used from At on, and what is used instead.
type Change struct {
	At     time.Time `json:"at"`              // the first instant of what comes next
	Billed Billed    `json:"billed"`          // what was billed before; the zero Billed is nothing, and gives no credit
	Next   *Next     `json:"next,omitzero"`   // what comes next; nil is nothing: a cancellation
	Basis  Basis     `json:"basis,omitzero"`  // what the credit is a share of; must be set where something was billed
	Policy Policy    `json:"policy,omitzero"` // how to count and round, for the credit and the charge alike

	Location *time.Location `json:"-"` // whose calendar counts the days; nil is UTC. Not needed for seconds
}

// Billed is a charge that was billed, as far as a credit needs to know it.
type Billed struct {
	Amount   decimal.Decimal `json:"amount"`            // what was billed for the span, net, not negative
	Span     Period          `json:"span"`              // what it paid for
	Credited decimal.Decimal `json:"credited,omitzero"` // what of it was credited already, not negative
	Price    decimal.Decimal `json:"price,omitzero"`    // the price for the whole period when it was billed; for OnPrice
	Period   Period          `json:"period,omitzero"`   // the anchored period the span lies in; zero is the span itself
}

// Next is what is used from the change on.
type Next struct {
	Price  decimal.Decimal `json:"price"`        // the price for the whole period, not negative
	Period Period          `json:"period"`       // the whole anchored period
	End    time.Time       `json:"end,omitzero"` // where the charge ends; zero is the end of the period
}

// Adjustment is what a change costs: two lines, each rounded on its own, and their sum.
type Adjustment struct {
	Credit Result          `json:"credit"` // for the unused part of what was billed; never above zero
	Charge Result          `json:"charge"` // for what comes next; never below zero
	Net    decimal.Decimal `json:"net"`    // Credit.Amount + Charge.Amount: due where positive, owed to the customer where negative
}

// Explain returns both lines and the net in one line.
func (a Adjustment) Explain() string {
	return "credit " + a.Credit.Explain() + "; charge " + a.Charge.Explain() + "; net " + exact.Text(a.Net, max(a.Credit.Rounding.Places, a.Charge.Rounding.Places))
}

// Adjust returns the credit for the unused part of what was billed, and the charge for what comes next until its end. The
// instant of the change is the same for both, and so is the owner of its day. The credit never exceeds what was billed
// less what was credited before: no other place in the library decides that.
// Every error is an [Error], or several: ErrUnset, ErrInvalid, ErrPeriod, ErrOutside (a change outside the span that was
// billed or the period that comes next), ErrZone or ErrLimit.
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
		c.credit(&a.Credit, given)
	}
	if c.Next != nil {
		c.fill(&a.Charge, c.Next.Price, taken)
		a.Charge.round()
	}
	a.Net = a.Credit.Amount.Add(a.Charge.Amount)
	return a, nil
}

// usual is Adjust for the usual change, which needs no further check: from what was billed and not credited yet to something
// else. Otherwise it returns false and the long way is taken.
func (c *Change) usual(a *Adjustment) bool {
	b, n := &c.Billed, c.Next
	if n == nil || c.Basis != OnBilled || c.Policy.DayCount == Actual30 || !b.Period.isZero() || !b.Credited.IsZero() || !b.Price.IsZero() {
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

// checked returns the shares of the credit and of the charge, a zero one where there is none, or every fault of the change.
func (c *Change) checked() (given, taken share, err error) {
	var f faults
	c.check(&f)
	if f != nil {
		return given, taken, f.err()
	}
	if !c.Billed.isZero() {
		if given, err = c.unused(); err != nil {
			return given, taken, err
		}
	}
	if c.Next != nil {
		r := Request{Period: c.Next.Period, Span: c.Next.span(c.At), Policy: c.Policy, Location: c.Location}
		if taken, err = r.share(); err != nil {
			return given, taken, Under("next", err)
		}
	}
	return given, taken, nil
}

// fill sets everything of a line but what rounding finds.
func (c *Change) fill(r *Result, of decimal.Decimal, part share) {
	r.Of, r.Fraction, r.Unit, r.Rounding = of, part.Fraction, part.unit, c.Policy.Rounding
}

// credit fills in the line for the unused part, capped.
func (c *Change) credit(r *Result, part share) {
	part.Num = -part.Num // given back
	b := &c.Billed
	if c.Basis == OnPrice {
		c.fill(r, b.Price, part)
	} else {
		c.fill(r, b.Amount, part)
	}
	r.round()
	if exact.Exceeds(r.Amount, b.Amount, b.Credited) {
		r.Amount, r.Residual, r.Capped = b.left(r.Rounding.Places), Residual{}, true
	}
}

// unused returns the share that the credit is of its basis.
func (c *Change) unused() (share, error) {
	b := &c.Billed
	period, field := b.Period, "billed.period"
	if period.isZero() {
		period, field = b.Span, "billed.span"
	}
	m := newMeasure(period, c.Policy, c.Location)
	left, err := m.share(b.Span.From(c.At))
	if err == nil && c.Basis == OnBilled {
		var paid share
		if paid, err = m.share(b.Span); err == nil && paid.Num == 0 {
			field, err = "billed.span", &Error{Rule: ErrPeriod, Reason: b.Span.String() + " has no day to count by " + c.Policy.DayCount.String()}
		}
		left.Fraction = over(left.Fraction, paid.Fraction)
	}
	var fault *Error
	if errors.As(err, &fault) {
		fault.Field = field
	}
	return left, err
}

// isZero reports whether nothing was billed.
func (b *Billed) isZero() bool {
	return b.Amount.IsZero() && b.Credited.IsZero() && b.Price.IsZero() && b.Span.isZero() && b.Period.isZero()
}

// left is the cap, as a credit: what was billed less what was credited, and less what the places cannot hold of it.
func (b *Billed) left(places int32) decimal.Decimal {
	term := exact.Term{Amount: b.Credited.Sub(b.Amount), Num: 1, Den: 1}
	left, _ := term.Round(places, exact.Down)
	return left
}

// over returns the share of a part, both being shares of the same period.
func over(x, part Fraction) Fraction {
	if x.Den == part.Den || x.Den == 0 || part.Den == 0 {
		return Fraction{x.Num, part.Num}
	}
	common := x.Den / gcd(x.Den, part.Den) * part.Den
	return Fraction{x.Num * (common / x.Den), part.Num * (common / part.Den)}
}

// span is what the charge is for.
func (n *Next) span(at time.Time) Period {
	if n.End.IsZero() {
		return n.Period.From(at)
	}
	return Period{Start: at, End: n.End}
}

// check adds the faults of the change.
func (c *Change) check(f *faults) {
	at := checkInstant(f, "at", c.At)
	c.Policy.checkZone(f, c.Location, "at", c.At)
	if !c.Billed.isZero() {
		c.checkBilled(f, at)
	}
	if c.Next != nil {
		c.checkNext(f, at)
	}
	if !c.Billed.isZero() {
		checkEnum(f, "basis", bases, c.Basis, "say what the credit is a share of")
	}
	c.Policy.check(f, "policy.")
	c.Policy.checkZone(f, c.Location, "location")
}

// checkBilled adds the faults of what was billed.
func (c *Change) checkBilled(f *faults, at bool) {
	b := &c.Billed
	checkPositive(f, "billed.amount", b.Amount)
	span := checkPeriod(f, "billed.span", b.Span)
	if span && at && !b.Span.Contains(c.At) {
		f.add("at", ErrOutside, "%s is not inside what was billed, %v", c.At.Format(time.RFC3339Nano), b.Span)
	}
	c.Policy.checkZone(f, c.Location, "billed.span", b.Span.Start, b.Span.End)
	checkPositive(f, "billed.credited", b.Credited)
	if !b.Credited.IsZero() && usable(b.Amount) && usable(b.Credited) && b.Credited.GreaterThan(b.Amount) {
		f.add("billed.credited", ErrInvalid, "%v is more than the %v that was billed", b.Credited, b.Amount)
	}
	checkPositive(f, "billed.price", b.Price)
	if c.Basis == OnPrice && b.Price.IsZero() && !b.Amount.IsZero() {
		f.add("billed.price", ErrUnset, "a credit on the price needs it")
	}
	if !b.Period.isZero() {
		if checkPeriod(f, "billed.period", b.Period) && span {
			checkInside(f, "billed.span", b.Span, b.Period)
		}
		c.Policy.checkZone(f, c.Location, "billed.period", b.Period.Start, b.Period.End)
	}
}

// checkNext adds the faults of what comes next.
func (c *Change) checkNext(f *faults, at bool) {
	n := c.Next
	checkPositive(f, "next.price", n.Price)
	if checkPeriod(f, "next.period", n.Period) && at {
		if !n.Period.Contains(c.At) {
			f.add("at", ErrOutside, "%s is not inside the next period, %v", c.At.Format(time.RFC3339Nano), n.Period)
		} else if span := n.span(c.At); checkPeriod(f, "next.end", span) {
			checkInside(f, "next.end", span, n.Period)
		}
	}
	c.Policy.checkZone(f, c.Location, "next.period", n.Period.Start, n.Period.End)
	c.Policy.checkZone(f, c.Location, "next.end", n.End)
}

// checkPositive is checkAmount for an amount that may not be negative.
func checkPositive(f *faults, field string, amount decimal.Decimal) {
	if checkAmount(f, field, amount) && amount.IsNegative() {
		f.add(field, ErrInvalid, "%v is negative", amount)
	}
}
