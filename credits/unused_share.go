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
	last := !line.Amount.IsZero() && exact.Compare(exact.Minus(before.net, line.Amount), c.Net) >= 0
	back := func(left, all decimal.Decimal) decimal.Decimal {
		if left = exact.Larger(left, decimal.Decimal{}); last { // a manual credit may have returned too much
			return exact.Negative(left)
		}
		part := exact.Share(all, line.Amount, c.Net, line.Rounding.Places, exact.Mode(line.Rounding.Mode))
		return exact.Larger(part, exact.Negative(left))
	}
	for _, d := range c.Discounts {
		d.Amount = back(before.discountLeft(&d), d.Amount)
		credit.Discounts = append(credit.Discounts, d)
	}
	if !c.Untaxed.IsZero() {
		left := c.Untaxed
		for _, k := range before.lines {
			left = exact.Plus(left, k.Untaxed)
		}
		credit.Untaxed = back(left, c.Untaxed)
	}
	for _, t := range c.Taxes {
		t.Amount = taxBack(c, &t, before.taxLeft(&t), last, &line)
		credit.Taxes = append(credit.Taxes, t)
	}
	return credit
}

// discountLeft returns the part of a discount that was not credited yet.
func (b *back) discountLeft(d *plans.Deduction) decimal.Decimal {
	left := d.Amount
	for _, k := range b.lines {
		for i := range k.Discounts {
			if k.Discounts[i].Discount == d.Discount {
				left = exact.Plus(left, k.Discounts[i].Amount)
			}
		}
	}
	return left
}

// taxLeft returns the part of a tax that was not credited yet.
func (b *back) taxLeft(t *plans.Tax) decimal.Decimal {
	left := t.Amount
	for _, k := range b.lines {
		for i := range k.Taxes {
			if k.Taxes[i].Name == t.Name {
				left = exact.Plus(left, k.Taxes[i].Amount)
			}
		}
	}
	return left
}

// taxBack returns the part of a tax that is credited along with a net, never above zero: the share of the exact tax, at
// most the amount left. The last credit of a charge takes all that is left.
func taxBack(c *plans.Charge, t *plans.Tax, left decimal.Decimal, last bool, line *proration.Result) decimal.Decimal {
	if left = exact.Larger(left, decimal.Decimal{}); last {
		return exact.Negative(left)
	}
	places, mode := line.Rounding.Places, exact.Mode(line.Rounding.Mode)
	var part decimal.Decimal
	switch percent, of := c.TaxRatio(*t); {
	case t.Answered:
		part = exact.Share(t.Amount, line.Amount, c.Net, places, mode)
	case of.IsZero():
	case c.Untaxed.IsZero():
		part = exact.Share(line.Amount, percent, of, places, mode) // the net cancels out
	default:
		value := c.Taxed(*t)
		value.Mul(value, new(big.Rat).Quo(line.Amount.Rat(), c.Net.Rat()))
		part = exact.Quotient(value, places, mode)
	}
	return exact.Larger(part, exact.Negative(left))
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
	for i, quantity := range []decimal.Decimal{left, exact.Minus(left, units), c.Quantity, {}} {
		if quantity.IsZero() && c.BaseQuantity == nil {
			continue // zero units cost nothing, even if the price has a flat fee
		}
		var err error
		if costs[i], err = c.Price.Amount(exact.Plus(base, quantity)); err != nil {
			return proration.Fraction{}, err
		}
	}
	if cost := exact.Minus(costs[2], costs[3]); cost.IsPositive() {
		some, all = exact.Larger(exact.Smaller(exact.Minus(costs[0], costs[1]), cost), decimal.Decimal{}), cost
	}
	ratio := new(big.Rat).Quo(some.Rat(), all.Rat())
	if !ratio.Num().IsInt64() || !ratio.Denom().IsInt64() {
		return proration.Fraction{}, fault.New("quantity", proration.ErrLimit,
			"must be a fraction of the charge with at most 18 digits; got %v of %v", some, all)
	}
	return proration.Fraction{Num: ratio.Num().Int64(), Den: ratio.Denom().Int64()}, nil
}
