package plans

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Price is what a quantity costs for one period, in the major units of a currency. What is left out plays no part, and what
// is given adds up, in this order:
//
//  1. Included units are free.
//  2. Units are counted in packages of Package, a begun one as a whole; from here on a package is a unit.
//  3. Each costs Unit, and Percent of 1; with Tiers what its tier says instead.
//  4. Flat is added.
//  5. The sum is at least Minimum, and at most Maximum.
//
// So {Flat} is a flat price, {Unit} a price per unit, {Unit, Package, Included} packages with free units, {Percent, Flat} a share of an
// amount of money. Tiers with a flat fee and no unit price, read as Volume, are a stairstep price. The zero Price is free.
type Price struct {
	Per      proration.Interval `json:"per,omitzero"`      // what the amounts are for: "P1M" counts six times in a term of P6M. Unset is the period that is billed
	Flat     decimal.Decimal    `json:"flat,omitzero"`     // for any quantity, none included; not negative
	Unit     decimal.Decimal    `json:"unit,omitzero"`     // for one unit, such as a seat, or for one package; not negative
	Percent  decimal.Decimal    `json:"percent,omitzero"`  // of the quantity, which then is an amount of money; not negative
	Included decimal.Decimal    `json:"included,omitzero"` // how many units are free; not negative
	Package  decimal.Decimal    `json:"package,omitzero"`  // how many units are sold together; zero sells single ones, and parts of one
	Tiering  Tiering            `json:"tiering,omitzero"`  // how the tiers are read; must be set where there are any
	Tiers    []Tier             `json:"tiers,omitzero"`    // from the lowest up, the last one open; at most 1,000
	Minimum  decimal.Decimal    `json:"minimum,omitzero"`  // the least that is charged, also for a quantity of zero; not negative
	Maximum  decimal.Decimal    `json:"maximum,omitzero"`  // the most that is charged; zero is no bound
}

// Tier is a range of quantities: from the end of the tier before it, up to its own end. Since it has no beginning of its own,
// there can be no gap and no overlap.
type Tier struct {
	UpTo    decimal.Decimal `json:"up_to,omitzero"`   // the last quantity of the tier; zero or null is open, which the last one must be
	Flat    decimal.Decimal `json:"flat,omitzero"`    // once the tier is reached, which the first one always is; not negative
	Unit    decimal.Decimal `json:"unit,omitzero"`    // for one unit; not negative
	Percent decimal.Decimal `json:"percent,omitzero"` // of the quantity, which then is an amount of money; not negative
}

// Tiering says how tiers are read. Its zero is unset, and refused where there are tiers.
type Tiering uint8

// The tierings.
const (
	Graduated Tiering = iota + 1 // each unit costs what its own tier says
	Volume                       // all units cost what the tier says that the quantity, rounded up to a whole one, is in
)

var tierings = []string{"", "graduated", "volume"}

// String returns the tiering's name, "graduated".
func (t Tiering) String() string { return enum.String(tierings, t) }

// MarshalText returns the tiering's name.
func (t Tiering) MarshalText() ([]byte, error) { return fault.Marshal(tierings, t, "tiering") }

// UnmarshalText reads the tiering's name; an unknown one is ErrInvalid.
func (t *Tiering) UnmarshalText(text []byte) error {
	return fault.Unmarshal(tierings, t, "tiering", text)
}

const maxTiers = 1_000

// Validate returns every fault of the price: ErrInvalid for a negative number, a maximum below the minimum, a unit price or
// a percentage beside tiers, and tiers that do not rise or whose last one is not open; ErrUnset for tiers without a tiering;
// ErrLimit for numbers and tiers beyond the limits, and the faults of the interval.
func (p Price) Validate() error {
	var f fault.List
	if p.Per != (proration.Interval{}) {
		f.Under("per", p.Per.Validate())
	}
	checkNumbers(&f, "", number{"flat", p.Flat}, number{"unit", p.Unit}, number{"percent", p.Percent},
		number{"included", p.Included}, number{"package", p.Package})
	sound := checkNumbers(&f, "", number{"minimum", p.Minimum}, number{"maximum", p.Maximum})
	if sound && !p.Maximum.IsZero() && p.Maximum.LessThan(p.Minimum) {
		f.Add("maximum", proration.ErrInvalid, "%v is below the minimum of %v", p.Maximum, p.Minimum)
	}
	switch {
	case len(p.Tiers) > maxTiers:
		f.Add("tiers", proration.ErrLimit, "%d tiers are more than %d", len(p.Tiers), maxTiers)
	case len(p.Tiers) > 0:
		p.checkTiers(&f)
	case p.Tiering != 0:
		f.Add("tiers", proration.ErrUnset, "a %v price has tiers", p.Tiering)
	}
	return f.Err()
}

// checkTiers adds the faults of the tiers, of which there are some.
func (p *Price) checkTiers(f *fault.List) {
	fault.Enum(f, "tiering", tierings, p.Tiering)
	for _, n := range []number{{"unit", p.Unit}, {"percent", p.Percent}} {
		if !n.value.IsZero() {
			f.Add(n.field, proration.ErrInvalid, "with tiers, each has its own")
		}
	}
	var below decimal.Decimal
	for i, t := range p.Tiers {
		path := "tiers[" + strconv.Itoa(i) + "]."
		sound := checkNumbers(f, path, number{"up_to", t.UpTo})
		checkNumbers(f, path, number{"flat", t.Flat}, number{"unit", t.Unit}, number{"percent", t.Percent})
		last := i == len(p.Tiers)-1
		switch {
		case !sound:
		case t.UpTo.IsZero() && !last:
			f.Add(path+"up_to", proration.ErrInvalid, "only the last tier is open")
		case !t.UpTo.IsZero() && last:
			f.Add(path+"up_to", proration.ErrInvalid, "the last tier is open, and this one leaves a gap beyond %v", t.UpTo)
		case !last && !t.UpTo.GreaterThan(below):
			f.Add(path+"up_to", proration.ErrInvalid, "%v is not above %v, where the tier begins", t.UpTo, below)
		default:
			below = t.UpTo
		}
	}
}

// Equal reports whether both are the same price: the same numbers, however they are written.
func (p Price) Equal(q Price) bool {
	return p.Per == q.Per && p.Tiering == q.Tiering &&
		same(p.Flat, q.Flat) && same(p.Unit, q.Unit) && same(p.Percent, q.Percent) && same(p.Included, q.Included) &&
		same(p.Package, q.Package) && same(p.Minimum, q.Minimum) && same(p.Maximum, q.Maximum) &&
		slices.EqualFunc(p.Tiers, q.Tiers, func(a, b Tier) bool {
			return same(a.UpTo, b.UpTo) && same(a.Flat, b.Flat) && same(a.Unit, b.Unit) && same(a.Percent, b.Percent)
		})
}

// same reports whether two numbers are equal. Those beyond all limits are compared as they are written, since to bring them to one
// exponent would take all memory.
func same(a, b decimal.Decimal) bool {
	if !exact.Sensible(a) || !exact.Sensible(b) {
		return a.Exponent() == b.Exponent() && a.Coefficient().Cmp(b.Coefficient()) == 0
	}
	return a.Equal(b)
}

// linear reports whether so many units more cost the same, however many there are already.
func (p *Price) linear() bool {
	return len(p.Tiers) == 0 && p.Flat.IsZero() && p.Included.IsZero() && p.Package.IsZero() && p.Minimum.IsZero() && p.Maximum.IsZero()
}

// clone returns a price that shares nothing that can be written to.
func (p Price) clone() Price {
	p.Tiers = slices.Clone(p.Tiers)
	return p
}

// maxDigits and maxPlaces bound a quantity and a price, so that their product is an amount that package proration takes. A sum of
// products need not be, which shows when it is asked for.
const (
	maxDigits = 18
	maxPlaces = 18
)

// number is a number and the field it stands in.
type number struct {
	field string
	value decimal.Decimal
}

// checkNumbers is checkNumber for several, and reports whether they have no fault.
func checkNumbers(f *fault.List, path string, numbers ...number) bool {
	before := len(*f)
	for _, n := range numbers {
		checkNumber(f, path+n.field, n.value)
	}
	return len(*f) == before
}

// checkNumber adds a fault for a number that is negative or too long to multiply.
func checkNumber(f *fault.List, field string, d decimal.Decimal) {
	exp := d.Exponent()
	switch {
	case exp < -maxPlaces || exp > maxPlaces || d.NumDigits() > maxDigits || d.NumDigits()+int(exp) > maxDigits:
		f.Add(field, proration.ErrLimit, "a number of at most 18 digits is needed, none beyond 18 places")
	case d.IsNegative():
		f.Add(field, proration.ErrInvalid, "must not be negative; got %v", d)
	}
}
