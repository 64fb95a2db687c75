package plans

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Amount returns the exact, unrounded price of the quantity for one period, or for one Per if that is set.
// Errors: the faults of the price; ErrInvalid for a negative quantity; ErrLimit for a quantity beyond the limits, and
// for a price of more than 38 digits.
func (p Price) Amount(quantity decimal.Decimal) (decimal.Decimal, error) {
	f := p.faults(quantity)
	if f != nil {
		return decimal.Decimal{}, f.Err()
	}
	amount := p.amount(quantity)
	if !fault.Amount(&f, "price", amount) {
		return decimal.Decimal{}, f.Err()
	}
	return amount, nil
}

// checkAmount returns the errors of Amount. It computes the amount only if it could be beyond the limits.
func (p *Price) checkAmount(quantity decimal.Decimal) error {
	f := p.faults(quantity)
	if f == nil && !p.isShort(quantity) {
		fault.Amount(&f, "price", p.amount(quantity))
	}
	return f.Err()
}

// faults returns the faults of the quantity and of the price.
func (p *Price) faults(quantity decimal.Decimal) (f fault.List) {
	fault.Number(&f, "quantity", quantity)
	f.Under("price", p.validate())
	return f
}

// digits are the digits of the longest of several numbers before and after the decimal point: each number is less than
// 10^whole, and a multiple of 10^-places.
type digits struct{ whole, places int }

// cover adds numbers.
func (d *digits) cover(numbers ...decimal.Decimal) {
	for _, n := range numbers {
		exp := int(n.Exponent())
		d.whole, d.places = max(d.whole, n.NumDigits()+exp), max(d.places, -exp)
	}
}

// isShort reports whether the digits of its numbers alone show that the price of a quantity is within the limits.
func (p *Price) isShort(quantity decimal.Decimal) bool {
	var units, rate, flat digits
	units.cover(quantity, p.Included)
	if !p.Package.IsZero() { // dividing adds a digit, and so does counting a started package
		size := p.Package.NumDigits() + int(p.Package.Exponent())
		units = digits{whole: max(1, units.whole-size+2)}
	}
	rate.cover(p.Unit, p.Percent)
	flat.cover(p.Flat, p.Minimum, p.Maximum)
	terms, percent := 1, 2 // a sum of three terms has one more digit; a percentage has two more places
	for _, t := range p.Tiers {
		terms = 4 // each of the 1,000 tiers can have a flat fee
		units.cover(t.UpTo)
		rate.cover(t.Unit, t.Percent)
		flat.cover(t.Flat)
	}
	return max(units.whole+rate.whole, flat.whole)+terms+max(units.places+rate.places+percent, flat.places) <=
		fault.MaxDigits
}

// amount is Amount for a price and a quantity that were checked.
func (p *Price) amount(quantity decimal.Decimal) decimal.Decimal {
	if !p.Package.IsZero() || p.Tiering == Volume {
		all := p.parts(quantity)
		amount, _ := all.sum()
		return amount
	}
	units := exact.Larger(exact.Minus(quantity, p.Included), decimal.Decimal{})
	var sum exact.Sum
	sum.Add(p.Flat)
	all := exact.NumberOf(units)
	if len(p.Tiers) == 0 {
		sum.AddProduct(1, all, exact.NumberOf(p.Unit), 0)
		sum.AddProduct(1, all, exact.NumberOf(p.Percent), -2)
	}
	below := exact.NumberOf(decimal.Decimal{})
	for i := range p.Tiers {
		t := &p.Tiers[i]
		if i > 0 && all.Compare(&below) <= 0 {
			break
		}
		upTo, unit, percent := exact.NumberOf(t.UpTo), exact.NumberOf(t.Unit), exact.NumberOf(t.Percent)
		top := all
		if !upTo.IsZero() && upTo.Compare(&all) < 0 {
			top = upTo
		}
		sum.AddProduct(1, top, unit, 0)
		sum.AddProduct(-1, below, unit, 0)
		sum.AddProduct(1, top, percent, -2)
		sum.AddProduct(-1, below, percent, -2)
		sum.Add(t.Flat)
		below = upTo
	}
	amount, _ := p.bounded(sum.Decimal())
	return amount
}

// bounded returns an amount that the minimum and the maximum bound. The text is "at least " or "at most " if one of
// them applied, and empty otherwise.
func (p *Price) bounded(amount decimal.Decimal) (decimal.Decimal, string) {
	switch {
	case exact.Compare(amount, p.Minimum) < 0:
		return p.Minimum, "at least "
	case !p.Maximum.IsZero() && exact.Compare(amount, p.Maximum) > 0:
		return p.Maximum, "at most "
	}
	return amount, ""
}

// parts is the price of a quantity, broken down.
type parts struct {
	steps  []step
	counts bool // units are packages
	price  *Price
}

// step is a number of units at one rate, plus a fixed fee.
type step struct {
	units, unit, percent, flat decimal.Decimal
}

// parts breaks the price of a quantity down. Both the amount and its explanation come from this one calculation.
func (p *Price) parts(quantity decimal.Decimal) parts {
	units := exact.Larger(exact.Minus(quantity, p.Included), decimal.Decimal{})
	if !p.Package.IsZero() {
		units = ceiling(units, p.Package)
	}
	all := parts{price: p, counts: !p.Package.IsZero()}
	switch {
	case len(p.Tiers) == 0:
		all.steps = []step{{units: units, unit: p.Unit, percent: p.Percent}}
	case p.Tiering == Volume:
		t := p.tier(ceiling(units, decimal.New(1, 0)))
		all.steps = []step{{units: units, unit: t.Unit, percent: t.Percent, flat: t.Flat}}
	default:
		var below decimal.Decimal
		for i, t := range p.Tiers {
			if i > 0 && exact.Compare(units, below) <= 0 {
				break
			}
			top := units
			if !t.UpTo.IsZero() {
				top = exact.Smaller(units, t.UpTo)
			}
			all.steps = append(all.steps, step{units: exact.Minus(top, below), unit: t.Unit, percent: t.Percent, flat: t.Flat})
			below = t.UpTo
		}
	}
	return all
}

// tier returns the tier that contains a quantity.
func (p *Price) tier(quantity decimal.Decimal) Tier {
	for _, t := range p.Tiers {
		if t.UpTo.IsZero() || exact.Compare(quantity, t.UpTo) <= 0 {
			return t
		}
	}
	return p.Tiers[len(p.Tiers)-1]
}

// sum returns the price. The text is "at least " or "at most " if the minimum or maximum applied, and empty otherwise.
func (p *parts) sum() (decimal.Decimal, string) {
	var sum exact.Sum
	sum.Add(p.price.Flat)
	for i := range p.steps {
		s := &p.steps[i]
		units := exact.NumberOf(s.units)
		sum.AddProduct(1, units, exact.NumberOf(s.unit), 0)
		sum.AddProduct(1, units, exact.NumberOf(s.percent), -2)
		sum.Add(s.flat)
	}
	return p.price.bounded(sum.Decimal())
}

// text returns the breakdown for a customer, "5 x 7.00 + 10.00", with amounts in the places of the currency. It also
// reports whether the breakdown is a single term.
func (p *parts) text(places int32) (text string, single bool) {
	var terms []string
	add := func(amount decimal.Decimal) {
		if !amount.IsZero() {
			terms = append(terms, exact.Text(amount, places))
		}
	}
	for i, s := range p.steps {
		units := exact.Text(s.units, 0)
		if p.counts {
			units += " packages of " + exact.Text(p.price.Package, 0)
		}
		percent := exact.Text(s.percent, 0) + " % of " + exact.Text(s.units, places)
		switch {
		case !s.percent.IsZero() && s.unit.IsZero():
			terms = append(terms, percent)
		case !s.percent.IsZero():
			terms = append(terms, units+" x "+exact.Text(s.unit, places), percent)
		case !s.unit.IsZero() || i == 0 && p.price.Flat.IsZero() && s.flat.IsZero():
			terms = append(terms, units+" x "+exact.Text(s.unit, places))
		}
		add(s.flat)
	}
	if last := len(terms) - 1; last >= 0 && !p.price.Included.IsZero() {
		terms[last] += " beyond " + exact.Text(p.price.Included, 0) + " included"
	}
	add(p.price.Flat)
	text = strings.Join(terms, " + ")
	bound, why := p.sum()
	if why != "" {
		text += ", " + why + exact.Text(bound, places)
	}
	return text, len(terms) == 1 && why == ""
}

// ceiling returns the number of packages that the units need; size is the units per package and is positive.
func ceiling(units, size decimal.Decimal) decimal.Decimal {
	q, rest := units.QuoRem(size, 0)
	if rest.IsPositive() {
		q = exact.Plus(q, decimal.New(1, 0))
	}
	return q
}

// times returns how many times the amounts of the price are due in a period of the given length. It is an error if Per
// does not divide the length.
func (p *Price) times(length proration.Interval) (int64, error) {
	per := p.Per
	if per == (proration.Interval{}) {
		return 1, nil
	}
	for _, n := range [][2]int64{
		{int64(length.Months), int64(per.Months)}, {int64(length.Days), int64(per.Days)}, {length.Seconds, per.Seconds},
	} {
		if n[1] > 0 && n[0] > 0 && n[0]%n[1] == 0 {
			return n[0] / n[1], nil
		}
	}
	return 0, fault.New("price.per", proration.ErrInvalid, "must divide %v evenly; got %v", length, per)
}
