package plans

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Price is the price of a quantity for one period, in major units of a currency. Parts that are unset play no role. The
// others apply in this order:
//
//  1. Included units are free.
//  2. With Package, the remaining units are counted in packages, and a started package counts as a whole one. From here
//     on, a package is a unit.
//  3. Each unit costs Unit, and Percent is a percentage of the units. With Tiers, the rates of the tiers apply instead.
//  4. Flat is added.
//  5. The sum is raised to Minimum or lowered to Maximum.
//
// So {Flat} is a flat price, {Unit} a price per unit, and {Unit, Package, Included} packages with free units. For a
// quantity that is an amount of money, {Percent, Flat} is a percentage plus a fixed fee. Volume tiers with a flat fee
// and no unit price are stairstep pricing. The zero Price costs nothing, but it states no price: an offer, an item with
// units and a sale need a price, and a free one sets Free. In a contract, an item without units costs nothing.
type Price struct {
	// Free states that there is nothing to pay; all amounts are zero. In JSON, an amount of zero states it, too.
	Free bool               `json:"free,omitzero"`
	Per  proration.Interval `json:"per,omitzero"` // length that the amounts cover; unset is the billing period
	// Spread spreads the amounts over the billing periods within Per, in parts that add up: 1,000.00 a year are eight
	// months of 83.33 and four of 83.34. Without it, Per divides the billing period.
	Spread bool            `json:"spread,omitzero"`
	Flat   decimal.Decimal `json:"flat,omitzero"` // fixed fee, also for Amount(0); not negative
	Unit   decimal.Decimal `json:"unit,omitzero"` // price of each unit, such as a seat, or package; not negative
	// Percent is a percentage of the quantity, which is an amount of money; not negative.
	Percent  decimal.Decimal `json:"percent,omitzero" canon:"count"`
	Included decimal.Decimal `json:"included,omitzero" canon:"count"` // free units; not negative
	// Package is the number of units per package; zero counts single units and fractions.
	Package decimal.Decimal `json:"package,omitzero" canon:"count"`
	Tiering Tiering         `json:"tiering,omitzero"` // how tiers are read; must be set if there are tiers
	Tiers   []Tier          `json:"tiers,omitzero"`   // tiers from the lowest up, the last one open; at most 1,000
	Minimum decimal.Decimal `json:"minimum,omitzero"` // lowest price, also for Amount(0); not negative
	Maximum decimal.Decimal `json:"maximum,omitzero"` // highest price; zero is no maximum
	// Metered marks an item that is billed by its usage: it stays in a contract without units.
	Metered bool `json:"metered,omitzero"`
	// Aggregation is how the usage records of a period become one quantity; unset is their sum. Only a metered price has
	// one.
	Aggregation Aggregation `json:"aggregation,omitzero"`
	// BillingInterval bills an item by shorter periods than those of the contract: monthly usage or a monthly add-on on a
	// yearly plan. It divides the interval of the contract; unset is that interval. The amounts are for this interval. A
	// licensed item is billed at the start of each of its periods, see [Price.HasItemPeriods].
	BillingInterval proration.Interval `json:"billing_interval,omitzero"`
	// Timing bills a licensed item in arrears in a contract that is billed in advance: a support fee beside a plan. Only
	// in_arrears is allowed; unset follows the policy. See [Contract.AccruedCharges].
	Timing proration.Timing `json:"timing,omitzero"`
}

// Tier is a range of quantities. It begins where the tier before it ends, so tiers leave no gaps and never overlap. The
// first tier is always reached, also by a quantity of zero.
type Tier struct {
	UpTo decimal.Decimal `json:"up_to,omitzero" canon:"count"` // last quantity; zero or null is open (last tier)
	Flat decimal.Decimal `json:"flat,omitzero"`                // fixed fee once the tier is reached; not negative
	Unit decimal.Decimal `json:"unit,omitzero"`                // price of each unit; not negative
	// Percent is a percentage of the quantity, which is an amount of money; not negative.
	Percent decimal.Decimal `json:"percent,omitzero" canon:"count"`
}

// Tiering decides which tier a unit is priced by. Its zero is unset, and an error if there are tiers.
//
// JSON: graduated, volume.
type Tiering uint8

// The tierings.
const (
	Graduated Tiering = iota + 1 // each unit is priced by the tier that contains it
	Volume                       // all units are priced by the tier of the quantity, rounded up to a whole unit
)

var tierings = []string{"", "graduated", "volume"}

// String returns the name of the tiering, "graduated".
func (t Tiering) String() string { return enum.String(tierings, t) }

// MarshalText returns the name of the tiering.
func (t Tiering) MarshalText() ([]byte, error) { return fault.Marshal(tierings, t, "tiering") }

// UnmarshalText reads the name of a tiering; an unknown name is ErrInvalid.
func (t *Tiering) UnmarshalText(text []byte) error {
	return fault.Unmarshal(tierings, t, "tiering", text)
}

const maxTiers = 1_000

// validate returns every fault of the price.
// Errors: ErrInvalid for a negative number, a maximum below the minimum, a unit price or percentage beside tiers, tiers
// that do not rise, and a last tier that is not open; ErrUnset for tiers without a tiering, and a tiering without
// tiers; ErrLimit for numbers and tiers beyond the limits; and those of the interval.
func (p *Price) validate() error {
	var f fault.List
	if p.Per != (proration.Interval{}) {
		f.Under("per", p.Per.Validate())
	}
	checkNumbers(&f, number{"flat", p.Flat}, number{"unit", p.Unit}, number{"percent", p.Percent},
		number{"included", p.Included}, number{"package", p.Package})
	sound := checkNumbers(&f, number{"minimum", p.Minimum}, number{"maximum", p.Maximum})
	if sound && !p.Maximum.IsZero() && exact.Compare(p.Maximum, p.Minimum) < 0 {
		f.Add("maximum", proration.ErrInvalid, "must not be below the minimum of %v; got %v", p.Minimum, p.Maximum)
	}
	if amounts := *p; p.Free {
		amounts.Free = false
		if amounts.states() {
			f.Add("free", proration.ErrInvalid, "must be false beside an amount")
		}
	}
	p.checkSpread(&f)
	p.checkBillingInterval(&f)
	p.checkTiming(&f)
	if p.Aggregation != 0 {
		fault.Enum(&f, "aggregation", aggregations, p.Aggregation)
		if !p.Metered {
			f.Add("aggregation", proration.ErrInvalid, "must be unset for a price that is not metered")
		}
	}
	switch {
	case len(p.Tiers) > maxTiers:
		f.Add("tiers", proration.ErrLimit, "must be at most %d tiers; got %d", maxTiers, len(p.Tiers))
	case len(p.Tiers) > 0:
		p.checkTiers(&f)
	case p.Tiering != 0:
		f.Add("tiers", proration.ErrUnset, "required for a %v price", p.Tiering)
	}
	return f.Err()
}

// checkTiers adds the faults of the tiers; there is at least one.
func (p *Price) checkTiers(f *fault.List) {
	fault.Enum(f, "tiering", tierings, p.Tiering)
	for _, n := range []number{{"unit", p.Unit}, {"percent", p.Percent}} {
		if !n.value.IsZero() {
			f.Add(n.field, proration.ErrInvalid, "must not be set beside tiers, which have their own")
		}
	}
	var below decimal.Decimal
	for i, t := range p.Tiers {
		var own fault.List
		sound := checkNumbers(&own, number{"up_to", t.UpTo})
		checkNumbers(&own, number{"flat", t.Flat}, number{"unit", t.Unit}, number{"percent", t.Percent})
		last := i == len(p.Tiers)-1
		switch {
		case !sound:
		case t.UpTo.IsZero() && !last:
			own.Add("up_to", proration.ErrInvalid, "must be set; only the last tier is open")
		case !t.UpTo.IsZero() && last:
			own.Add("up_to", proration.ErrInvalid, "must be zero (open) in the last tier; got %v", t.UpTo)
		case !last && exact.Compare(t.UpTo, below) <= 0:
			own.Add("up_to", proration.ErrInvalid, "must be above %v, where the tier begins; got %v", below, t.UpTo)
		default:
			below = t.UpTo
		}
		f.At("tiers", i, own.Err())
	}
}

// UnmarshalJSON reads a price. Amounts that are all zero, {"unit": "0"}, set Free.
// Errors: those of encoding/json, and an unknown field.
func (p *Price) UnmarshalJSON(text []byte) error {
	read := priceJSON(*p)
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&read); err != nil {
		return err
	}
	*p = Price(read)
	if p.states() || p.Metered {
		return nil
	}
	var names map[string]json.RawMessage
	err := json.Unmarshal(text, &names)
	for _, amount := range []string{"flat", "unit", "percent", "minimum"} {
		_, has := names[amount]
		p.Free = p.Free || has
	}
	return err
}

// priceJSON is a price without its methods.
type priceJSON Price

// states reports whether the price states an amount, or that it is free.
func (p *Price) states() bool {
	tiered := len(p.Tiers) > 0 || p.Tiering != 0
	return p.Free || tiered || !p.Flat.IsZero() || !p.Unit.IsZero() || !p.Percent.IsZero() || !p.Minimum.IsZero()
}

// checkStated adds a fault for a price that states no amount. The price of a metered item may come with its usage.
func (p *Price) checkStated(f *fault.List, path string) {
	if !p.states() && !p.Metered {
		f.Add(path+"price", proration.ErrUnset, "required, an amount, or free for an item that costs nothing")
	}
}

// Equal reports whether p and q are the same price. Numbers are compared by value: 1.5 equals 1.50.
func (p Price) Equal(q Price) bool {
	return p.Free == q.Free && p.Per == q.Per && p.Tiering == q.Tiering && p.Metered == q.Metered &&
		p.Aggregation == q.Aggregation && p.Spread == q.Spread && p.BillingInterval == q.BillingInterval &&
		p.Timing == q.Timing &&
		same(p.Flat, q.Flat) && same(p.Unit, q.Unit) && same(p.Percent, q.Percent) && same(p.Included, q.Included) &&
		same(p.Package, q.Package) && same(p.Minimum, q.Minimum) && same(p.Maximum, q.Maximum) &&
		slices.EqualFunc(p.Tiers, q.Tiers, func(a, b Tier) bool {
			return same(a.UpTo, b.UpTo) && same(a.Flat, b.Flat) && same(a.Unit, b.Unit) && same(a.Percent, b.Percent)
		})
}

// same reports whether two numbers are equal. Numbers beyond the limits are compared digit by digit: rescaling them to
// a common exponent could exhaust memory.
func same(a, b decimal.Decimal) bool {
	if !exact.Sensible(a) || !exact.Sensible(b) {
		return a.Exponent() == b.Exponent() && a.Coefficient().Cmp(b.Coefficient()) == 0
	}
	return exact.Compare(a, b) == 0
}

// linear reports whether additional units always cost the same, whatever the quantity before them.
func (p *Price) linear() bool {
	return len(p.Tiers) == 0 && p.Flat.IsZero() && p.Included.IsZero() && p.Package.IsZero() &&
		p.Minimum.IsZero() && p.Maximum.IsZero()
}

// number is a number and the name of its field.
type number struct {
	field string
	value decimal.Decimal
}

// checkNumbers adds the faults of several numbers and reports whether there are none.
func checkNumbers(f *fault.List, numbers ...number) bool {
	before := len(*f)
	for _, n := range numbers {
		fault.Number(f, n.field, n.value)
	}
	return len(*f) == before
}
