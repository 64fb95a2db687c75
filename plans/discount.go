package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Discount reduces charges by a percentage, by an amount, or to a special price. Free periods are a discount of 100
// percent.
type Discount struct {
	ID string `json:"id"` // unique ID, repeated in each deduction
	// Percent is a percentage of the remaining net, not negative; above 100 takes all.
	Percent decimal.Decimal `json:"percent,omitzero" canon:"count"`
	Amount  decimal.Decimal `json:"amount,omitzero"` // amount off each period, not negative
	Price   *Price          `json:"price,omitzero"`  // special price; a charge above it is lowered to it

	Currency Currency `json:"currency,omitzero"` // currency of Amount or Price; must be set with them

	Duration DiscountDuration `json:"duration"`          // how often the discount is used; must be set
	Periods  int              `json:"periods,omitzero"`  // uses left of a repeating discount: 1 to 10,000
	Prorated bool             `json:"prorated,omitzero"` // prorates Amount for a part of a period
	// Rollover keeps the unused part of Amount for later; the discount ends when Amount is spent. Deductions are
	// rounded down, so that they never exceed it.
	Rollover bool `json:"rollover,omitzero"`

	From  time.Time `json:"from,omitzero"`  // applies to charges whose span begins then or later; zero is no bound
	Until time.Time `json:"until,omitzero"` // applies to charges whose span begins before; zero is no bound

	// Per is the length of one of the Periods; unset is the billing period. A change of the billing dates sets it, and
	// the first use of the discount then sets Ends.
	Per proration.Interval `json:"per,omitzero"`
	// Ends is the end of the periods that the discount was agreed for: a percentage or a special price applies to the
	// part of a charge before it. Zero is no end.
	Ends time.Time `json:"ends,omitzero"`

	Scope // charges that the discount reduces
}

// DiscountDuration decides how often a discount is used. Its zero is unset and an error.
//
// JSON: once, repeating, forever.
type DiscountDuration uint8

// The durations, named as in Stripe.
const (
	Once      DiscountDuration = iota + 1 // the first time that it reduces a charge
	Repeating                             // as often as Periods says
	Forever                               // every time
)

var discountDurations = []string{"", "once", "repeating", "forever"}

// String returns the name of the duration, "repeating".
func (l DiscountDuration) String() string { return enum.String(discountDurations, l) }

// MarshalText returns the name of the duration.
func (l DiscountDuration) MarshalText() ([]byte, error) {
	return fault.Marshal(discountDurations, l, "duration")
}

// UnmarshalText reads the name of a duration; an unknown name is ErrInvalid.
func (l *DiscountDuration) UnmarshalText(text []byte) error {
	return fault.Unmarshal(discountDurations, l, "duration", text)
}

const maxPeriods = 10_000

// validate returns every fault of the discount.
// Errors: ErrUnset for a missing ID or duration, and a discount without a percentage, amount or price; ErrInvalid for
// more than one of these, a negative number, an unknown currency, and settings that exclude each other; ErrLimit for
// numbers beyond the limits; ErrPeriod for an Until that is not after From; and those of the price and of Per.
func (d *Discount) validate() error {
	var f fault.List
	if d.ID == "" {
		f.Add("id", proration.ErrUnset, "required, the discount's ID")
	}
	checkNumbers(&f, number{"percent", d.Percent}, number{"amount", d.Amount})
	ways := 0
	for _, given := range []bool{!d.Percent.IsZero(), !d.Amount.IsZero(), d.Price != nil} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		f.Add("percent", proration.ErrUnset, "required unless amount or price is set")
	case ways > 1:
		f.Add("percent", proration.ErrInvalid, "must be the only one of percent, amount and price")
	}
	if d.Price != nil {
		f.Under("price", d.Price.validate())
		d.Price.checkSpecial(&f)
	}
	if d.Price != nil || !d.Amount.IsZero() {
		_, err := d.Currency.Places()
		f.Under("", err)
	}
	fault.Enum(&f, "duration", discountDurations, d.Duration)
	switch {
	case d.Duration != Repeating && d.Periods != 0:
		f.Add("periods", proration.ErrInvalid, "must be zero unless duration is repeating; got %d", d.Periods)
	case d.Duration == Repeating && (d.Periods < 1 || d.Periods > maxPeriods):
		f.Add("periods", proration.ErrLimit, "must be between 1 and %d; got %d", maxPeriods, d.Periods)
	}
	for _, b := range []struct {
		field string
		given bool
	}{{"prorated", d.Prorated}, {"rollover", d.Rollover}} {
		if b.given && !d.Amount.IsPositive() {
			f.Add(b.field, proration.ErrInvalid, "must be false without an amount")
		}
	}
	if d.Prorated && d.Rollover {
		f.Add("prorated", proration.ErrInvalid, "must be false with rollover, whose amount is not per period")
	}
	d.checkLength(&f)
	if !d.From.IsZero() && !d.Until.IsZero() && !d.Until.After(d.From) {
		f.Add("until", proration.ErrPeriod, "must be after from; got %s", d.Until.Format(time.RFC3339Nano))
	}
	fault.Choices(&f, "kinds", d.Kinds)
	return f.Err()
}

// Covers reports whether the discount applies to a charge: the scope covers it, and its span begins between From and
// Until and before Ends.
func (d Discount) Covers(c Charge) bool { return d.covers(&c) }

// covers is Covers without copies.
func (d *Discount) covers(c *Charge) bool {
	start := c.Span.Start
	if c.Restores != "" || !c.PricedAt.IsZero() {
		return false // its deductions were made before
	}
	return !start.Before(d.From) && (d.Until.IsZero() || start.Before(d.Until)) &&
		(d.Ends.IsZero() || start.Before(d.Ends)) && d.Scope.covers(c)
}

// Always reports whether the discount applies to every charge that it covers and is never used up: its duration is
// forever, and it takes no amount off each period. Invoices between two renewals have these discounts alone.
func (d Discount) Always() bool { return d.Duration == Forever && !d.Amount.IsPositive() }

// reason returns the discount in words, "10 %".
func (d *Discount) reason() string {
	switch {
	case d.Price != nil:
		return "special price " + d.ID
	case d.Percent.IsPositive():
		return exact.Text(d.Percent, 0) + " %"
	}
	return d.ID
}

// used returns the discount as it remains after taking an amount off, and false if it is exhausted. A rollover amount
// below one minor unit is exhausted.
func (d Discount) used(taken decimal.Decimal, places int32) (Discount, bool) {
	if d.Rollover {
		if d.Amount = exact.Minus(d.Amount, taken); d.Amount.LessThan(decimal.New(1, -places)) {
			return d, false
		}
	}
	switch d.Duration {
	case Once:
		return d, d.Rollover
	case Repeating:
		if !d.Ends.IsZero() {
			return d, true // it lasts the time of its periods, however many bills that takes
		}
		d.Periods--
		return d, d.Periods > 0
	case Forever:
	}
	return d, true
}
