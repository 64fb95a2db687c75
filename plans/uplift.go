package plans

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Uplift raises the prices of a contract by a percentage, again and again. Each price is computed from the contracted
// one and rounded once: after two uplifts of 5 percent, 19.99 is 19.99 x 1.05^2 = 22.04 at two places.
//
// It raises the amounts of a price: per unit, flat, of tiers, minimum and maximum. Percentages of a price, quantities,
// discounts, set-up fees and the minimum spend of the contract stay. A price that is agreed later, by a change or a
// ramp step, is the contracted one from then on. A price that would have more than 18 digits stays.
type Uplift struct {
	// Percent is what each uplift adds to the contracted prices; below zero it lowers them. It is above -100 and at most
	// 1,000, and not zero.
	Percent decimal.Decimal `json:"percent" canon:"count"`
	// Every is the time between uplifts, "P1Y", from the start of service on; at least 28 days. Unset raises prices when
	// a term renews for another term; it is required without terms, and in an order of a term that does not renew. A
	// contract that continues without a term keeps its prices then.
	Every proration.Interval `json:"every,omitzero"`
	// Rounding is the precision of the raised prices; required. Prices per call can need more places than the currency.
	Rounding proration.Rounding `json:"rounding"`

	// Since is the time from which Every counts. The start of service sets it; zero is the anchor of the cycle.
	Since time.Time `json:"since,omitzero"`
	Count int       `json:"count,omitzero"` // uplifts since then that the prices of the contract include
}

const (
	maxUplifts     = 1_000 // of one price
	shortestUplift = 28    // days: each uplift in a period is a line of its own
)

// validate returns every fault of the uplift.
func (u *Uplift) validate() error {
	var f fault.List
	const most = 1_000
	switch percent := u.Percent; {
	case !fault.Amount(&f, "percent", percent):
	case percent.IsZero():
		f.Add("percent", proration.ErrUnset, "required, not zero")
	case exact.Compare(percent, decimal.New(-100, 0)) <= 0 || exact.Compare(percent, decimal.New(most, 0)) > 0:
		f.Add("percent", proration.ErrInvalid, "must be above -100 and at most %d; got %v", most, percent)
	}
	switch err := u.Every.Validate(); {
	case u.Every == (proration.Interval{}):
	case err != nil:
		f.Under("every", err)
	case u.Every.Months == 0 && u.Every.Days < shortestUplift:
		f.Add("every", proration.ErrInvalid, "must be at least P%dD; got %v", shortestUplift, u.Every)
	}
	_, err := u.Rounding.Round(decimal.Decimal{})
	f.Under("rounding", err)
	if u.Count < 0 {
		f.Add("count", proration.ErrInvalid, "must not be negative; got %d", u.Count)
	}
	return f.Err()
}

// checkUplift adds the faults of an uplift on offer, or of none. The contract counts it.
func checkUplift(f *fault.List, u *Uplift) {
	if u == nil {
		return
	}
	f.Under("uplift", u.validate())
	if !u.Since.IsZero() || u.Count != 0 {
		f.Add("uplift.since", proration.ErrInvalid, "must be unset, and so must count; the contract sets them")
	}
}

// checkUplift adds the faults of the uplift of the contract and of the uplifts of its prices.
func (c *Contract) checkUplift(f *fault.List) {
	if c.Uplift != nil {
		f.Under("uplift", c.Uplift.validate())
		if len(c.Terms) == 0 && !c.timedUplift() {
			f.Add("uplift.every", proration.ErrUnset, "required without terms, whose renewals raise prices otherwise")
		}
	}
	for i := range c.Items {
		c.Items[i].checkUplifts(f, fault.At("items", i))
	}
	for i := range c.Ramp {
		c.Ramp[i].Item.checkUplifts(f, fault.At("ramp", i)+".item")
	}
}

// checkUplifts adds the faults of the uplifts of an item.
func (i *Item) checkUplifts(f *fault.List, path string) {
	if i.Uplifts < 0 || i.Uplifts > maxUplifts {
		f.Add(path+".uplifts", proration.ErrLimit, "must be between 0 and %d; got %d", maxUplifts, i.Uplifts)
	}
	if i.Contracted == nil {
		if i.Uplifts != 0 {
			f.Add(path+".contracted", proration.ErrUnset, "required with uplifts, the price before them")
		}
		return
	}
	f.Under(path+".contracted", i.Contracted.validate())
}

// uplifted returns the item with more uplifts of its contracted price; fewer with a negative number.
func (u *Uplift) uplifted(item Item, more int) Item {
	count := min(max(item.Uplifts+more, 0), maxUplifts)
	if count == item.Uplifts {
		return item
	}
	base := item.contracted()
	price, ok := u.price(&base, count)
	if !ok {
		return item
	}
	if item.Contracted, item.Uplifts, item.Price = &base, count, price; count == 0 {
		item.Contracted = nil
	}
	return item
}

// price returns a price after a number of uplifts, and false if it is beyond the limits.
func (u *Uplift) price(base *Price, count int) (Price, bool) {
	factor := new(big.Rat).SetFrac(u.power(count))
	var f fault.List
	raise := func(amount *decimal.Decimal) {
		if amount.IsZero() {
			return
		}
		raised := new(big.Rat).Mul(amount.Rat(), factor)
		*amount = exact.Quotient(raised, u.Rounding.Places, exact.Mode(u.Rounding.Mode))
		fault.Number(&f, "", *amount)
	}
	p := *base
	p.Tiers = slices.Clone(p.Tiers)
	for _, amount := range []*decimal.Decimal{&p.Unit, &p.Flat, &p.Minimum, &p.Maximum} {
		raise(amount)
	}
	for i := range p.Tiers {
		raise(&p.Tiers[i].Unit)
		raise(&p.Tiers[i].Flat)
	}
	p.Free = p.Free || !p.states() && !p.Metered // it was lowered to nothing
	return p, f == nil
}

// power returns (100 + Percent)^count / 100^count as two integers.
func (u *Uplift) power(count int) (num, den *big.Int) {
	one := new(big.Rat).Add(u.Percent.Rat(), big.NewRat(100, 1))
	one.Quo(one, big.NewRat(100, 1))
	n := big.NewInt(int64(count))
	return new(big.Int).Exp(one.Num(), n, nil), new(big.Int).Exp(one.Denom(), n, nil)
}
