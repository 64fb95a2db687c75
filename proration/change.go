package proration

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
)

// CreditBasis says what the credit for unused time is a share of. Its zero is unset and refused.
type CreditBasis uint8

// The bases. Whichever it is, never more comes back than was billed and is not credited yet.
const (
	OnBilled CreditBasis = iota + 1 // the billed amount, over the span it paid for (Stripe flexible, Kill Bill, Recurly)
	OnPrice                         // the full price at the time of billing, over the whole period (Stripe classic, Lago)
)

var creditBases = []string{"", "billed", "price"}

// String returns the basis's name, "billed".
func (b CreditBasis) String() string { return enum.String(creditBases, b) }

// MarshalText returns the basis's name.
func (b CreditBasis) MarshalText() ([]byte, error) { return enumText(creditBases, b, "credit_basis") }

// UnmarshalText reads the basis's name; an unknown one is ErrInvalid.
func (b *CreditBasis) UnmarshalText(text []byte) error {
	return enumParse(creditBases, b, "credit_basis", text)
}

// Change is a change inside a period: what was billed and is no longer used from At on, and what is used instead.
type Change struct {
	At          time.Time   `json:"at"`                    // the first instant of what comes next
	Billed      Billed      `json:"billed"`                // what was billed before; the zero Billed is nothing, and gives no credit
	Next        *Next       `json:"next,omitzero"`         // what comes next; nil is nothing: a cancellation
	CreditBasis CreditBasis `json:"credit_basis,omitzero"` // what the credit is a share of; must be set where something was billed
	Policy      Policy      `json:"policy,omitzero"`       // how to count and round, for the credit and the charge alike

	Location *time.Location `json:"-"` // whose calendar counts the days; nil is UTC. Not needed for seconds
}

// Billed is a charge that was billed, as far as a credit needs to know it.
type Billed struct {
	Amount   decimal.Decimal `json:"amount"`            // what was billed for the span, net, not negative
	Span     Period          `json:"span"`              // what it paid for
	Credited decimal.Decimal `json:"credited,omitzero"` // what of it was credited already, not negative
	Returned decimal.Decimal `json:"returned,omitzero"` // what of Credited came back for time that is not used, and is not given again; not negative
	Price    decimal.Decimal `json:"price,omitzero"`    // the price for the whole period when it was billed; for OnPrice
	Period   Period          `json:"period,omitzero"`   // the anchored period the span lies in; zero is the span itself
	Part     Fraction        `json:"part,omitzero"`     // how much of it is no longer used, such as 2/5 of the seats; zero is all of it
	Until    time.Time       `json:"until,omitzero"`    // the first instant that is used again, as after a pause; zero is the end of the span
}

// Next is what is used from the change on.
type Next struct {
	Price  decimal.Decimal `json:"price"`        // the price for the whole period, not negative
	Period Period          `json:"period"`       // the whole anchored period
	End    time.Time       `json:"end,omitzero"` // where the charge ends; zero is the end of the period
}

// isZero reports whether nothing was billed.
func (b *Billed) isZero() bool {
	return b.Amount.IsZero() && b.Credited.IsZero() && b.Returned.IsZero() && b.Price.IsZero() && b.Span.isZero() && b.Period.isZero() && b.Until.IsZero() && b.whole()
}

// whole reports whether all of what was billed is no longer used.
func (b *Billed) whole() bool { return b.Part == Fraction{} }

// unused is what of the span is not used, from an instant on.
func (b *Billed) unused(at time.Time) Period {
	if b.Until.IsZero() {
		return b.Span.From(at)
	}
	return Period{Start: at, End: b.Until}
}

// base is what the credit is a share of.
func (b *Billed) base(basis CreditBasis) decimal.Decimal {
	if basis == OnPrice {
		return b.Price
	}
	return b.Amount
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
		checkEnum(f, "credit_basis", creditBases, c.CreditBasis)
	}
	c.Policy.check(f, "policy.")
	c.Policy.checkZone(f, c.Location, "location")
}

// checkBilled adds the faults of what was billed.
func (c *Change) checkBilled(f *faults, at bool) {
	b := &c.Billed
	checkNotNegative(f, "billed.amount", b.Amount)
	span := checkPeriod(f, "billed.span", b.Span)
	if span && at && !b.Span.Contains(c.At) {
		f.add("at", ErrOutside, "%s is not inside what was billed, %v", c.At.Format(time.RFC3339Nano), b.Span)
	}
	c.Policy.checkZone(f, c.Location, "billed.span", b.Span.Start, b.Span.End)
	if !b.Until.IsZero() {
		c.checkUntil(f, span, at)
	}
	checkNotNegative(f, "billed.credited", b.Credited)
	if !b.Credited.IsZero() && usable(b.Amount) && usable(b.Credited) && b.Credited.GreaterThan(b.Amount) {
		f.add("billed.credited", ErrInvalid, "%v is more than the %v that was billed", b.Credited, b.Amount)
	}
	checkNotNegative(f, "billed.returned", b.Returned)
	if !b.Returned.IsZero() && usable(b.Returned) && usable(b.Credited) && b.Returned.GreaterThan(b.Credited) {
		f.add("billed.returned", ErrInvalid, "%v is more than the %v that was credited", b.Returned, b.Credited)
	}
	checkNotNegative(f, "billed.price", b.Price)
	if c.CreditBasis == OnPrice && b.Price.IsZero() && !b.Amount.IsZero() {
		f.add("billed.price", ErrUnset, "a credit on the price needs it")
	}
	if !b.Period.isZero() {
		if checkPeriod(f, "billed.period", b.Period) && span {
			checkInside(f, "billed.span", b.Span, b.Period)
		}
		c.Policy.checkZone(f, c.Location, "billed.period", b.Period.Start, b.Period.End)
	}
	if !b.whole() && (b.Part.Num < 0 || b.Part.Num > b.Part.Den) {
		f.add("billed.part", ErrInvalid, "%v is not a part of a whole", b.Part)
	}
}

// checkUntil adds the faults of when what was billed is used again.
func (c *Change) checkUntil(f *faults, span, at bool) {
	b := &c.Billed
	switch sound := checkInstant(f, "billed.until", b.Until); {
	case !sound:
	case at && !b.Until.After(c.At):
		f.add("billed.until", ErrPeriod, "%s is not after the change, %s", b.Until.Format(time.RFC3339Nano), c.At.Format(time.RFC3339Nano))
	case span && (!b.Until.After(b.Span.Start) || b.Until.After(b.Span.End)):
		f.add("billed.until", ErrOutside, "%s is not inside what was billed, %v", b.Until.Format(time.RFC3339Nano), b.Span)
	}
	c.Policy.checkZone(f, c.Location, "billed.until", b.Until)
}

// checkNext adds the faults of what comes next.
func (c *Change) checkNext(f *faults, at bool) {
	n := c.Next
	checkNotNegative(f, "next.price", n.Price)
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
