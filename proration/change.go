package proration

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// CreditBasis selects the amount that a credit for unused time is a share of. Its zero is unset and refused.
//
// JSON: billed, price.
type CreditBasis uint8

// The credit bases. With either of them, a credit is at most the billed amount less earlier credits.
const (
	OnBilled CreditBasis = iota + 1 // the billed amount, over the span it paid for (Stripe flexible, Kill Bill, Recurly)
	OnPrice                         // the price at the time of billing, over the whole period (Stripe classic, Lago)
)

var creditBases = []string{"", "billed", "price"}

// String returns the basis's name, "billed".
func (b CreditBasis) String() string { return enum.String(creditBases, b) }

// MarshalText returns the basis's name.
func (b CreditBasis) MarshalText() ([]byte, error) {
	return fault.Marshal(creditBases, b, "credit_basis")
}

// UnmarshalText reads the basis's name; an unknown name is ErrInvalid.
func (b *CreditBasis) UnmarshalText(text []byte) error {
	return fault.Unmarshal(creditBases, b, "credit_basis", text)
}

// Change is a change inside a period: from At on, a billed charge is no longer used, and a new price applies instead.
type Change struct {
	At          time.Time   `json:"at"`                    // instant at which the old charge ends and the new price begins
	Billed      Billed      `json:"billed"`                // charge that is no longer used; the zero value gives no credit
	Next        *Next       `json:"next,omitzero"`         // the new price; nil is a cancellation
	CreditBasis CreditBasis `json:"credit_basis,omitzero"` // base of the credit; required if Billed is set
	Ends        bool        `json:"ends,omitzero"`         // service ends at At, or pauses until Billed.Until
	Policy      Policy      `json:"policy,omitzero"`       // day count and rounding, for both the credit and the charge

	Location *time.Location `json:"-"` // time zone of the calendar days; nil is UTC; not needed for Seconds
}

// Billed is a billed charge, with the facts that its credit depends on.
type Billed struct {
	Amount   decimal.Decimal `json:"amount"`            // billed net amount of the span, in major units, never negative
	Span     Period          `json:"span"`              // service span that the amount paid for
	Credited decimal.Decimal `json:"credited,omitzero"` // total of earlier credits of the charge, as a positive amount
	Price    decimal.Decimal `json:"price,omitzero"`    // price of the whole period when billed; required for OnPrice
	// Deducted is the amount that discounts took off the charge: the share of Price for the span less Amount. A credit by
	// the price is lowered by the unused part of it; a credit by the billed amount needs none. It is negative if Amount is
	// above that share.
	Deducted decimal.Decimal `json:"deducted,omitzero"`
	Period   Period          `json:"period,omitzero"` // anchored period that contains the span; zero is the span itself
	Edges    Edges           `json:"edges,omitzero"`  // what began and ended the span
	Part     Fraction        `json:"part,omitzero"`   // part that is no longer used, such as 2/5 of the seats; zero is all
	Until    time.Time       `json:"until,omitzero"`  // first instant of use after a pause; zero is the end of the span
}

// Next is the price that applies from the change on.
type Next struct {
	Price  decimal.Decimal `json:"price"`        // price for the whole period, in major units, never negative
	Period Period          `json:"period"`       // the whole anchored period that contains the change
	End    time.Time       `json:"end,omitzero"` // end of the charge, exclusive; zero is the end of the period
}

// isZero reports whether no billed charge is set.
func (b *Billed) isZero() bool {
	return b.Amount.IsZero() && b.Credited.IsZero() && b.Price.IsZero() && b.Deducted.IsZero() &&
		b.Span.isZero() && b.Period.isZero() && b.Until.IsZero() && b.whole() && b.Edges == Edges{}
}

// in returns the period of the charge.
func (b *Billed) in() Period {
	if b.Period.isZero() {
		return b.Span
	}
	return b.Period
}

// whole reports whether the whole charge is no longer used.
func (b *Billed) whole() bool { return b.Part == Fraction{} }

// unused returns the part of the span that is not used, from the change on.
func (b *Billed) unused(at time.Time) Period {
	if b.Until.IsZero() {
		return b.Span.From(at)
	}
	return Period{Start: at, End: b.Until}
}

// base returns the amount that the credit is a share of.
func (b *Billed) base(basis CreditBasis) decimal.Decimal {
	if basis == OnPrice {
		return b.Price
	}
	return b.Amount
}

// span returns the span of the charge.
func (n *Next) span(at time.Time) Period {
	if n.End.IsZero() {
		return n.Period.From(at)
	}
	return Period{Start: at, End: n.End}
}

// check adds the faults of the change.
func (c *Change) check(f *fault.List) {
	at := checkInstant(f, "at", c.At)
	c.Policy.checkZone(f, c.Location, "at", c.At)
	if !c.Billed.isZero() {
		c.checkBilled(f, at)
	}
	if c.Next != nil {
		c.checkNext(f, at)
	}
	if !c.Billed.isZero() {
		fault.Enum(f, "credit_basis", creditBases, c.CreditBasis)
	}
	c.Policy.check(f, "policy.")
	c.Policy.checkZone(f, c.Location, "location")
}

// checkBilled adds the faults of the billed charge.
func (c *Change) checkBilled(f *fault.List, at bool) {
	b := &c.Billed
	fault.NotNegative(f, "billed.amount", b.Amount)
	span := checkPeriod(f, "billed.span", b.Span)
	if span && at && !b.Span.Contains(c.At) {
		f.Add("at", ErrOutside, "must be inside billed.span, %v; got %s", b.Span, c.At.Format(time.RFC3339Nano))
	}
	c.Policy.checkZone(f, c.Location, "billed.span", b.Span.Start, b.Span.End)
	fault.Optional(f, "billed.edges.extent", b.Edges.Extent)
	if !b.Until.IsZero() {
		c.checkUntil(f, span, at)
	}
	fault.NotNegative(f, "billed.credited", b.Credited)
	if !b.Credited.IsZero() && fault.Usable(b.Amount) && fault.Usable(b.Credited) && b.Credited.GreaterThan(b.Amount) {
		f.Add("billed.credited", ErrInvalid, "must be at most the billed %v; got %v", b.Amount, b.Credited)
	}
	fault.NotNegative(f, "billed.price", b.Price)
	fault.Amount(f, "billed.deducted", b.Deducted)
	if c.CreditBasis == OnPrice && b.Price.IsZero() && !b.Amount.IsZero() {
		f.Add("billed.price", ErrUnset, "required for credit_basis price")
	}
	if !b.Period.isZero() {
		if checkPeriod(f, "billed.period", b.Period) && span {
			checkInside(f, "billed.span", b.Span, b.Period)
		}
		c.Policy.checkZone(f, c.Location, "billed.period", b.Period.Start, b.Period.End)
	}
	if !b.whole() && (b.Part.Num < 0 || b.Part.Num > b.Part.Den) {
		f.Add("billed.part", ErrInvalid, "must be between 0 and 1; got %v", b.Part)
	}
}

// checkUntil adds the faults of the instant at which the charge is used again.
func (c *Change) checkUntil(f *fault.List, span, at bool) {
	b := &c.Billed
	switch sound := checkInstant(f, "billed.until", b.Until); {
	case !sound:
	case at && !b.Until.After(c.At):
		f.Add("billed.until", ErrPeriod, "must be after at, %s; got %s",
			c.At.Format(time.RFC3339Nano), b.Until.Format(time.RFC3339Nano))
	case span && (!b.Until.After(b.Span.Start) || b.Until.After(b.Span.End)):
		f.Add("billed.until", ErrOutside, "must be inside billed.span, %v; got %s", b.Span, b.Until.Format(time.RFC3339Nano))
	}
	c.Policy.checkZone(f, c.Location, "billed.until", b.Until)
}

// checkNext adds the faults of the new price.
func (c *Change) checkNext(f *fault.List, at bool) {
	n := c.Next
	fault.NotNegative(f, "next.price", n.Price)
	if checkPeriod(f, "next.period", n.Period) && at {
		if !n.Period.Contains(c.At) {
			f.Add("at", ErrOutside, "must be inside next.period, %v; got %s", n.Period, c.At.Format(time.RFC3339Nano))
		} else if span := n.span(c.At); checkPeriod(f, "next.end", span) {
			checkInside(f, "next.end", span, n.Period)
		}
	}
	c.Policy.checkZone(f, c.Location, "next.period", n.Period.Start, n.Period.End)
	c.Policy.checkZone(f, c.Location, "next.end", n.End)
}
