package credits

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// lessCoupon raises the cost of units that return to what they cost with the rest of a coupon that ends within their
// charge: it is not for the time that they were gone. They cost at most what their credits were.
func (r *RebillRequest) lessCoupon(
	c, line *plans.Charge, discounts []plans.Deduction, given decimal.Decimal,
) error {
	for i := range discounts {
		d := &discounts[i]
		if d.Until.IsZero() || !d.Amount.IsPositive() {
			continue
		}
		rest := new(big.Rat)
		if d.Until.After(line.Span.Start) {
			request := proration.Request{Period: c.Period, Span: c.Span, Policy: r.Policy, Location: r.Location}
			request.Span.End = d.Until
			all, err := request.Fraction()
			if err != nil {
				return err
			}
			request.Span.Start = line.Span.Start
			part, err := request.Fraction()
			if err != nil {
				return err
			}
			if all.Num > 0 {
				rest.Quo(big.NewRat(part.Num, part.Den), big.NewRat(all.Num, all.Den))
			}
			rest.Mul(rest, new(big.Rat).Quo(line.Quantity.Rat(), c.Quantity.Rat())).Mul(rest, c.Discounts[i].Amount.Rat())
		}
		places, err := c.Currency.Places()
		if err != nil {
			return err
		}
		over := exact.Minus(d.Amount, exact.Quotient(rest, places, exact.Mode(r.Policy.Rounding.Mode)))
		over = decimal.Min(over, exact.Minus(given, line.Net), d.Amount)
		if over.IsPositive() {
			d.Amount, line.Net = exact.Minus(d.Amount, over), exact.Plus(line.Net, over)
		}
		if !d.Until.After(line.Span.Start) {
			d.Until = time.Time{} // the rest is what the credit returned, and ends nowhere inside
		}
	}
	return nil
}

// carry gives the share of a charge the carry with which it is exactly an amount.
func (r *RebillRequest) carry(line *plans.Charge, amount decimal.Decimal) error {
	part := line.Share.Fraction
	exact := new(big.Rat).Mul(line.Share.Of.Rat(), big.NewRat(part.Num, part.Den))
	carry, err := proration.NewResidual(exact.Sub(amount.Rat(), exact))
	if err != nil {
		return err
	}
	policy := r.Policy
	policy.Rounding.Places = line.Share.Rounding.Places
	line.Share, err = proration.Prorate(proration.Request{
		Amount: line.Share.Of, Period: line.Period, Span: line.Span, Edges: line.Edges, Policy: policy, Carry: carry,
		Location: r.Location,
	})
	return err
}

// returnTaxes gives units that return the taxes of their charge. An answered tax costs its share of what the credits of
// the units returned.
func (r *RebillRequest) returnTaxes(c, line *plans.Charge, last []plans.Charge) {
	line.Taxes = slices.Clone(c.Taxes)
	var net decimal.Decimal
	for i := range last {
		net = exact.Minus(net, last[i].Net)
	}
	for i := range line.Taxes {
		t := &line.Taxes[i]
		if !t.Answered {
			continue // it is computed when the charge is issued
		}
		t.Amount = decimal.Decimal{}
		for j := range last {
			t.Amount = exact.Minus(t.Amount, last[j].Taxes[i].Amount)
		}
		if net.Equal(line.Net) || net.IsZero() {
			continue
		}
		places, _ := c.Currency.Places() // the currency was billed
		part := new(big.Rat).Quo(line.Net.Rat(), net.Rat())
		t.Amount = exact.Quotient(part.Mul(part, t.Amount.Rat()), places, exact.Mode(r.Policy.Rounding.Mode))
	}
}
