package plans

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Discount is something taken off charges: a percentage, an amount, or what they cost more than at a special price. Free
// periods are 100 percent for so many of them.
type Discount struct {
	ID      string          `json:"id"`               // how charges refer to it
	Percent decimal.Decimal `json:"percent,omitzero"` // of what is left of the charges, not negative; above 100 takes all
	Amount  decimal.Decimal `json:"amount,omitzero"`  // for each period, not negative
	Price   *Price          `json:"price,omitzero"`   // a special price; what a charge costs more is taken off, and a lower price stays

	Currency Currency `json:"currency,omitzero"` // of the amount or the special price; must be set with them

	Duration DiscountDuration `json:"duration"`          // how often it is used; must be set
	Periods  int              `json:"periods,omitzero"`  // how many times are left, for [Repeating]: 1 to 10,000
	Prorated bool             `json:"prorated,omitzero"` // an amount is for a whole period, and a part of one gets a part of it
	Rollover bool             `json:"rollover,omitzero"` // what is not used of an amount is kept for later, and it ends when that is spent; what it takes is cut off, so that it never gives more

	From  time.Time `json:"from,omitzero"`  // only for charges whose span begins then or later; zero is no bound
	Until time.Time `json:"until,omitzero"` // only for charges whose span begins before; zero is no bound

	Plans []string `json:"plans,omitzero"` // only for charges of these plans; none is all
	Items []string `json:"items,omitzero"` // only for these items; none is all
	Kinds []Kind   `json:"kinds,omitzero"` // only for charges of these kinds; none is all
}

// DiscountDuration says how often a discount is used. Its zero is unset and refused.
type DiscountDuration uint8

// How often it is used.
const (
	Once      DiscountDuration = iota + 1 // the first time that it takes something off
	Repeating                             // as often as Periods says
	Forever                               // every time
)

var discountDurations = []string{"", "once", "repeating", "forever"}

// String returns its name, "repeating".
func (l DiscountDuration) String() string { return enum.String(discountDurations, l) }

// MarshalText returns its name.
func (l DiscountDuration) MarshalText() ([]byte, error) {
	return fault.Marshal(discountDurations, l, "duration")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (l *DiscountDuration) UnmarshalText(text []byte) error {
	return fault.Unmarshal(discountDurations, l, "duration", text)
}

const maxPeriods = 10_000

// Validate returns every fault of the discount: ErrUnset where it has no ID, takes nothing off, or does not say how often;
// ErrInvalid where it says two things at once, for negative numbers, and for settings that mean nothing together; ErrLimit for
// numbers beyond the limits; ErrPeriod for an end that is not after the start, and the faults of the price.
func (d Discount) Validate() error {
	var f fault.List
	if d.ID == "" {
		f.Add("id", proration.ErrUnset, "a discount has an ID")
	}
	checkNumbers(&f, "", number{"percent", d.Percent}, number{"amount", d.Amount})
	ways := 0
	for _, given := range []bool{!d.Percent.IsZero(), !d.Amount.IsZero(), d.Price != nil} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		f.Add("percent", proration.ErrUnset, "a discount has a percent, an amount or a price")
	case ways > 1:
		f.Add("percent", proration.ErrInvalid, "a discount has one of percent, amount and price")
	}
	if d.Price != nil {
		f.Under("price", d.Price.Validate())
	}
	if d.Price != nil || !d.Amount.IsZero() {
		_, err := d.Currency.Places()
		f.Under("", err)
	}
	fault.Enum(&f, "duration", discountDurations, d.Duration)
	switch {
	case d.Duration != Repeating && d.Periods != 0:
		f.Add("periods", proration.ErrInvalid, "only a repeating discount counts them")
	case d.Duration == Repeating && (d.Periods < 1 || d.Periods > maxPeriods):
		f.Add("periods", proration.ErrLimit, "%d is not between 1 and %d", d.Periods, maxPeriods)
	}
	for _, b := range []struct {
		field string
		given bool
	}{{"prorated", d.Prorated}, {"rollover", d.Rollover}} {
		if b.given && !d.Amount.IsPositive() {
			f.Add(b.field, proration.ErrInvalid, "only an amount can be")
		}
	}
	if d.Prorated && d.Rollover {
		f.Add("prorated", proration.ErrInvalid, "an amount that is kept until it is spent belongs to no period")
	}
	if !d.From.IsZero() && !d.Until.IsZero() && !d.Until.After(d.From) {
		f.Add("until", proration.ErrPeriod, "it is not after its start")
	}
	for i, k := range d.Kinds {
		fault.Enum(&f, "kinds["+strconv.Itoa(i)+"]", kinds, k)
	}
	return f.Err()
}

// covers reports whether the discount is for a charge.
func (d *Discount) covers(c *Charge) bool {
	start := c.Span.Start
	return !start.Before(d.From) && (d.Until.IsZero() || start.Before(d.Until)) &&
		within(d.Plans, c.Plan) && within(d.Items, c.Item) && within(d.Kinds, c.Kind)
}

// within reports whether a scope holds a value: an empty one holds all.
func within[T comparable](scope []T, v T) bool { return len(scope) == 0 || slices.Contains(scope, v) }

// reason returns the rule in words.
func (d *Discount) reason() string {
	switch {
	case d.Price != nil:
		return "to the price of " + d.ID
	case d.Percent.IsPositive():
		return exact.Text(d.Percent, 0) + " %"
	}
	return d.ID
}

// used returns what remains of the discount after it took something off, and false where that is less than the last place holds.
func (d Discount) used(taken decimal.Decimal, places int32) (Discount, bool) {
	if d.Rollover {
		if d.Amount = d.Amount.Sub(taken); d.Amount.LessThan(decimal.New(1, -places)) {
			return d, false
		}
	}
	switch d.Duration {
	case Once:
		return d, d.Rollover
	case Repeating:
		d.Periods--
		return d, d.Periods > 0
	case Forever:
	}
	return d, true
}

// Clone returns a discount that shares nothing that can be written to.
func (d Discount) Clone() Discount {
	if d.Price != nil {
		price := d.Price.clone()
		d.Price = &price
	}
	d.Plans, d.Items, d.Kinds = slices.Clone(d.Plans), slices.Clone(d.Items), slices.Clone(d.Kinds)
	return d
}

// cloneDiscounts is clone of several.
func cloneDiscounts(all []Discount) []Discount {
	all = slices.Clone(all)
	for i := range all {
		all[i] = all[i].Clone()
	}
	return all
}
