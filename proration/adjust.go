package proration

import (
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
	return "credit " + a.Credit.Explain() + "; charge " + a.Charge.Explain() + "; net " + amountText(a.Net, max(a.Credit.Rounding.Places, a.Charge.Rounding.Places))
}

// Adjust returns the credit for the unused part of what was billed, and the charge for what comes next until its end. The
// instant of the change is the same for both, and so is the owner of its day. The credit never exceeds what was billed
// less what was credited before: no other place in the library decides that.
// Every error is an [Error], or several: ErrUnset, ErrInvalid, ErrPeriod, ErrOutside (a change outside the span that was
// billed or the period that comes next), ErrZone or ErrLimit.
func Adjust(c Change) (a Adjustment, err error) {
	given, taken, ok := c.usual()
	if !ok {
		if given, taken, err = c.checked(); err != nil {
			return a, err
		}
	}
	if given.Den != 0 {
		c.credit(&a.Credit, given)
	}
	if c.Next != nil {
		c.line(&a.Charge, c.Next.Price, taken)
	}
	a.Net = exact.Sum(a.Credit.Amount, a.Charge.Amount)
	return a, nil
}

// usual returns the shares of the credit and of the charge for a change that needs no further check: one in seconds, from
// what was billed and not credited yet to something else.
func (c *Change) usual() (given, taken Fraction, ok bool) {
	b, n := &c.Billed, c.Next
	if n == nil || c.Basis != OnBilled || !b.Period.isZero() || !b.Credited.IsZero() || !b.Price.IsZero() || !c.Policy.secondsOnly() {
		return given, taken, false
	}
	unused, next := b.Span.From(c.At), n.span(c.At)
	given, ok = wholeSeconds(&b.Span, &unused)
	if taken, ok2 := wholeSeconds(&n.Period, &next); ok && ok2 {
		return given, taken, usable(b.Amount) && !b.Amount.IsNegative() && usable(n.Price) && !n.Price.IsNegative()
	}
	return given, taken, false
}

// checked returns the shares of the credit and of the charge, a zero one where there is none, or every fault of the change.
func (c *Change) checked() (given, taken Fraction, err error) {
	var f faults
	c.check(&f)
	if f != nil {
		return given, taken, f.err()
	}
	if !c.Billed.isZero() {
		if given, err = c.unused(); err != nil {
			return given, taken, Under("billed", err)
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

// line fills in a share of an amount.
func (c *Change) line(r *Result, of decimal.Decimal, share Fraction) {
	r.Of, r.Fraction, r.Unit, r.Rounding = of, share, unitNames[c.Policy.DayCount], c.Policy.Rounding
	r.round()
}

// credit fills in the line for the unused part, capped.
func (c *Change) credit(r *Result, share Fraction) {
	share.Num = -share.Num // given back
	b := &c.Billed
	if c.Basis == OnPrice {
		c.line(r, b.Price, share)
	} else {
		c.line(r, b.Amount, share)
		if b.Credited.IsZero() && b.Amount.Exponent() >= -r.Rounding.Places {
			return // no share of an amount that needs no rounding itself rounds to more than it
		}
	}
	if exact.Exceeds(r.Amount, b.Amount, b.Credited) {
		r.Amount, r.Residual, r.Capped = b.left(r.Rounding.Places), Residual{}, true
	}
}

// unused returns the share that the credit is of its basis.
func (c *Change) unused() (Fraction, error) {
	b := &c.Billed
	r := Request{Period: b.Period, Span: b.Span.From(c.At), Policy: c.Policy, Location: c.Location}
	if b.Period.isZero() {
		r.Period = b.Span
	}
	share, err := r.share()
	if err != nil || c.Basis == OnPrice || r.Period.Equal(b.Span) {
		return share, err
	}
	r.Span = b.Span
	paid, err := r.share()
	if err != nil {
		return Fraction{}, err
	}
	if paid.Num == 0 {
		return Fraction{}, &Error{Field: "span", Rule: ErrPeriod, Reason: b.Span.String() + " has no day to count by " + c.Policy.DayCount.String()}
	}
	return over(share, paid), nil
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
func over(share, part Fraction) Fraction {
	if share.Den == part.Den {
		return Fraction{share.Num, part.Num}
	}
	common := share.Den / gcd(share.Den, part.Den) * part.Den
	return Fraction{share.Num * (common / share.Den), part.Num * (common / part.Den)}
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
	c.Policy.checkZone(f, c.Location, "location")
	if !c.Billed.isZero() {
		c.checkBilled(f, at)
	}
	if c.Next != nil {
		checkPositive(f, "next.price", c.Next.Price)
		if at && checkPeriod(f, "next.period", c.Next.Period) {
			if !c.Next.Period.Contains(c.At) {
				f.add("at", ErrOutside, "%s is not inside the next period, %v", c.At.Format(time.RFC3339Nano), c.Next.Period)
			} else if span := c.Next.span(c.At); checkPeriod(f, "next.end", span) {
				checkInside(f, "next.end", span, c.Next.Period)
			}
		}
		c.Policy.checkZone(f, c.Location, "next.period", c.Next.Period.Start, c.Next.Period.End, c.Next.End)
	}
	c.Policy.check(f)
	c.Policy.checkZone(f, c.Location, "at", c.At)
}

// checkBilled adds the faults of what was billed.
func (c *Change) checkBilled(f *faults, at bool) {
	b := &c.Billed
	checkPositive(f, "billed.amount", b.Amount)
	checkPositive(f, "billed.credited", b.Credited)
	checkPositive(f, "billed.price", b.Price)
	if !b.Credited.IsZero() && usable(b.Amount) && usable(b.Credited) && b.Credited.GreaterThan(b.Amount) {
		f.add("billed.credited", ErrInvalid, "%v is more than the %v that was billed", b.Credited, b.Amount)
	}
	if checkPeriod(f, "billed.span", b.Span) {
		if at && !b.Span.Contains(c.At) {
			f.add("at", ErrOutside, "%s is not inside what was billed, %v", c.At.Format(time.RFC3339Nano), b.Span)
		}
		if !b.Period.isZero() {
			if checkPeriod(f, "billed.period", b.Period) {
				checkInside(f, "billed.span", b.Span, b.Period)
			}
			c.Policy.checkZone(f, c.Location, "billed.period", b.Period.Start, b.Period.End)
		}
	}
	c.Policy.checkZone(f, c.Location, "billed.span", b.Span.Start, b.Span.End)
	checkEnum(f, "basis", bases, c.Basis, "say what the credit is a share of")
}

// checkPositive is checkAmount for an amount that may not be negative.
func checkPositive(f *faults, field string, amount decimal.Decimal) {
	if checkAmount(f, field, amount) && amount.IsNegative() {
		f.add(field, ErrInvalid, "%v is negative", amount)
	}
}
