package credits

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// credited returns a credit of a charge, with its share of the discounts and taxes.
func credited(c *plans.Charge, before back, line proration.Result) plans.Charge {
	credit := plans.Charge{
		Corrects: c.ID, Plan: c.Plan, Item: c.Item, Currency: c.Currency, Price: c.Price, Multiplier: c.Multiplier,
		Part: c.Part, Period: c.Period, Span: c.Span, Share: line, Net: line.Amount,
	}
	ratio := new(big.Rat) // the share of the net that is credited
	switch after := before.net.Sub(line.Amount); {
	case line.Amount.IsZero():
	case after.LessThan(c.Net):
		ratio.Quo(line.Amount.Neg().Rat(), c.Net.Rat())
	default:
		ratio = nil // the last credit
	}
	for _, d := range c.Discounts {
		left := d.Amount
		for _, k := range before.lines {
			for _, gone := range k.Discounts {
				if gone.Discount == d.Discount {
					left = left.Add(gone.Amount)
				}
			}
		}
		d.Amount = goesBack(left, d.Amount.Rat(), ratio, line.Rounding)
		credit.Discounts = append(credit.Discounts, d)
	}
	if !c.Untaxed.IsZero() {
		left := c.Untaxed
		for _, k := range before.lines {
			left = left.Add(k.Untaxed)
		}
		credit.Untaxed = goesBack(left, c.Untaxed.Rat(), ratio, line.Rounding)
	}
	for _, t := range c.Taxes {
		left := t.Amount
		for _, k := range before.lines {
			for _, gone := range k.Taxes {
				if gone.Name == t.Name {
					left = left.Add(gone.Amount)
				}
			}
		}
		t.Amount = goesBack(left, c.Taxed(t), ratio, line.Rounding)
		credit.Taxes = append(credit.Taxes, t)
	}
	return credit
}

// goesBack returns the part of a discount or a tax that is credited along with a net, never above zero. It is the ratio
// of the whole, rounded and at most the amount left. The last credit of a charge has no ratio and takes all that is
// left, so the credits of a charge add up to it.
func goesBack(left decimal.Decimal, all, ratio *big.Rat, rounding proration.Rounding) decimal.Decimal {
	left = decimal.Max(left, decimal.Decimal{}) // a manual credit may have returned too much
	if ratio == nil {
		return left.Neg()
	}
	value := new(big.Rat).Mul(all, ratio)
	return decimal.Max(exact.Quotient(value.Neg(value), rounding.Places, exact.Mode(rounding.Mode)), left.Neg())
}

// share returns the credited units as a fraction of a charge; zero is all of it. If units have different prices, the
// last units are credited first, and the fraction is their cost over the cost of all units. It is between 0 and 1, also
// if a volume price falls with more units.
func share(c *plans.Charge, left, units decimal.Decimal) (proration.Fraction, error) {
	if units.Equal(c.Quantity) {
		return proration.Fraction{}, nil
	}
	some, all := units, c.Quantity
	var costs [4]decimal.Decimal
	var base decimal.Decimal
	if c.BaseQuantity != nil {
		base = *c.BaseQuantity
	}
	for i, quantity := range []decimal.Decimal{left, left.Sub(units), c.Quantity, {}} {
		if quantity.IsZero() && c.BaseQuantity == nil {
			continue // zero units cost nothing, even if the price has a flat fee
		}
		var err error
		if costs[i], err = c.Price.Amount(base.Add(quantity)); err != nil {
			return proration.Fraction{}, err
		}
	}
	if cost := costs[2].Sub(costs[3]); cost.IsPositive() {
		some, all = decimal.Max(decimal.Min(costs[0].Sub(costs[1]), cost), decimal.Decimal{}), cost
	}
	ratio := new(big.Rat).Quo(some.Rat(), all.Rat())
	if !ratio.Num().IsInt64() || !ratio.Denom().IsInt64() {
		return proration.Fraction{}, fault.New("quantity", proration.ErrLimit,
			"must be a fraction of the charge with at most 18 digits; got %v of %v", some, all)
	}
	return proration.Fraction{Num: ratio.Num().Int64(), Den: ratio.Denom().Int64()}, nil
}
