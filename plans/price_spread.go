package plans

import (
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// PricePart is the part of a price with Spread that one billing period costs. Each part is the price until its end less
// the price until its start, both rounded to the places of the currency, half up: all parts add up to the price. The
// number follows from the place of the period in the cycle. The zero PricePart is the whole price.
type PricePart struct {
	Number int64 `json:"number,omitzero"` // number of the part, from 1
	Of     int64 `json:"of,omitzero"`     // number of parts, 12 for a yearly price in monthly periods
}

// amount returns the part of an amount, in the places of a currency.
func (p PricePart) amount(whole decimal.Decimal, currency Currency) (decimal.Decimal, error) {
	places, err := currency.Places()
	if err != nil || p.Of <= 1 {
		return whole, err
	}
	until := func(number int64) decimal.Decimal {
		share := new(big.Rat).Mul(whole.Rat(), big.NewRat(number, p.Of))
		return exact.Quotient(share, places, exact.Mode(proration.HalfUp))
	}
	return exact.Minus(until(p.Number), until(p.Number-1)), nil
}

// text returns the part in words, after the price of the whole: ", part 3 of 12".
func (p PricePart) text() string {
	if p.Of <= 1 {
		return ""
	}
	return ", part " + strconv.FormatInt(p.Number, 10) + " of " + strconv.FormatInt(p.Of, 10)
}

// check adds the faults of a part. The path ends with a dot.
func (p PricePart) check(f *fault.List, path string) {
	if whole := p == (PricePart{}); !whole && (p.Number < 1 || p.Number > p.Of || p.Of > maxParts) {
		f.Add(path+"part", proration.ErrInvalid, "must be a part from 1 to of, of at most %d; got %d of %d",
			maxParts, p.Number, p.Of)
	}
}

const maxParts = 10_000

// partsIn returns the number of billing periods of a length over which the price is spread, and false if it is not.
func (p *Price) partsIn(length proration.Interval) (int64, bool) {
	if !p.Spread || p.Per == (proration.Interval{}) {
		return 0, false
	}
	n, err := (&Price{Per: length}).times(p.Per)
	return n, err == nil && n > 1 && n <= maxParts
}

// checkPer returns an error if the price is neither due several times in a period of a length nor spread over several.
func (p *Price) checkPer(length proration.Interval) error {
	if p.BillingInterval != (proration.Interval{}) {
		return p.checkDivides(length)
	}
	if _, spread := p.partsIn(length); spread {
		return nil
	}
	_, err := p.times(length)
	return err
}

// checkSpread adds the faults of a spread price.
func (p *Price) checkSpread(f *fault.List) {
	if !p.Spread {
		return
	}
	if p.Per == (proration.Interval{}) {
		f.Add("per", proration.ErrUnset, "required with spread, the length over which the amounts are spread")
	}
	if p.Metered {
		f.Add("spread", proration.ErrInvalid, "must be false for a metered price")
	}
}

// checkSpecial adds the faults of fields of a special price that only the price of the item decides.
func (p *Price) checkSpecial(f *fault.List) {
	if own := p.BillingInterval; own != (proration.Interval{}) {
		f.Add("price.billing_interval", proration.ErrInvalid, "must be unset; the item has one, got %v", own)
	}
	if p.Timing != 0 {
		f.Add("price.timing", proration.ErrInvalid, "must be unset; the item has one, got %v", p.Timing)
	}
}

// setTimes sets how often the price is due in the period of the charge, or which part of it.
func (c *Contract) setTimes(charge *Charge) error {
	if charge.Price.HasItemPeriods() {
		return nil
	}
	length := c.length(charge.Period)
	if of, spread := charge.Price.partsIn(length); spread {
		n, err := c.Cycle.Index(charge.Period.Start)
		charge.Part = PricePart{Number: (int64(n)%of+of)%of + 1, Of: of}
		return err
	}
	times, err := charge.Price.times(length)
	if times > 1 {
		charge.Multiplier = times
	}
	return err
}
