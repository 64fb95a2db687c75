package credits

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// credited returns a credit of a charge, with what of its discounts and taxes goes back with it.
func credited(c *plans.Charge, before back, line proration.Result) plans.Charge {
	credit := plans.Charge{
		Corrects: c.ID, Plan: c.Plan, Item: c.Item, Currency: c.Currency, Price: c.Price, Multiplier: c.Multiplier,
		Period: c.Period, Span: c.Span, Share: line, Net: line.Amount,
	}
	credit.Price.Tiers = append([]plans.Tier(nil), c.Price.Tiers...)
	ratio := new(big.Rat) // of what goes back of the net
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

// goesBack returns what of an amount beside a net goes back with a credit, as a number that is not above zero: the ratio of it,
// rounded, but never more than is left; and all that is left with the last credit of a charge, which has no ratio. So all credits of
// a charge add up.
func goesBack(left decimal.Decimal, all, ratio *big.Rat, rounding proration.Rounding) decimal.Decimal {
	left = decimal.Max(left, decimal.Decimal{}) // a credit made by hand may have given back too much
	if ratio == nil {
		return left.Neg()
	}
	value := new(big.Rat).Mul(all, ratio)
	return decimal.Max(exact.Quotient(value.Neg(value), rounding.Places, exact.Mode(rounding.Mode)), left.Neg())
}

// share returns how much of a charge some of the units that are left of it are; zero is all. Where units cost different amounts, the last ones go first,
// and are what they cost of what all do. By volume they all cost the same.
func share(c *plans.Charge, left, units decimal.Decimal) (proration.Fraction, error) {
	if units.Equal(c.Quantity) {
		return proration.Fraction{}, nil
	}
	some, all := units, c.Quantity
	if c.Price.Tiering != plans.Volume {
		var costs [4]decimal.Decimal
		var base decimal.Decimal
		if c.BaseQuantity != nil {
			base = *c.BaseQuantity
		}
		for i, quantity := range []decimal.Decimal{left, left.Sub(units), c.Quantity, {}} {
			if quantity.IsZero() && c.BaseQuantity == nil {
				continue // none at all costs nothing, whatever comes on top of the units
			}
			var err error
			if costs[i], err = c.Price.Amount(base.Add(quantity)); err != nil {
				return proration.Fraction{}, err
			}
		}
		if cost := costs[2].Sub(costs[3]); cost.IsPositive() {
			some, all = costs[0].Sub(costs[1]), cost
		}
	}
	ratio := new(big.Rat).Quo(some.Rat(), all.Rat())
	if !ratio.Num().IsInt64() || !ratio.Denom().IsInt64() {
		return proration.Fraction{}, fault.New("quantity", proration.ErrLimit, "the ratio of %v to %v has more than 18 digits", some, all)
	}
	return proration.Fraction{Num: ratio.Num().Int64(), Den: ratio.Denom().Int64()}, nil
}
