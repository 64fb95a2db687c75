package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Units returns the charge of other units at the same price, for a part of the same period and before discounts:
// Price(base + quantity) − Price(base), and Price(quantity) with a base of zero. The location is the calendar of the
// days; nil is UTC. The Edges of the charge apply to the span. The charge has no ID, no taxes and corrects nothing.
// Amounts are rounded to the places of the currency; the policy's places are ignored.
// Errors: ErrInvalid for a negative number; ErrLimit for numbers beyond the limits; and those of the price, the
// currency and proration.Prorate.
func (c Charge) Units(
	base, quantity decimal.Decimal, span proration.Period, policy proration.Policy, location *time.Location,
) (Charge, error) {
	var f fault.List
	fault.Number(&f, "base", base)
	fault.Number(&f, "quantity", quantity)
	c.check(&f)
	policy, err := c.Currency.policy(policy)
	if f.Under("", err); f != nil {
		return Charge{}, f.Err()
	}
	units := Charge{
		Kind: c.Kind, Plan: c.Plan, Item: c.Item, Currency: c.Currency, Quantity: quantity, Price: c.Price,
		Multiplier: c.Multiplier, Part: c.Part, Period: c.Period, Span: span, Edges: c.Edges,
	}
	if base.IsPositive() {
		units.BaseQuantity = &base
	}
	return units, units.prorate(policy, location)
}

// prorate sets the share and the net of a charge from its units, price and span. The policy has the currency's places.
func (c *Charge) prorate(policy proration.Policy, location *time.Location) error {
	amount, err := c.amountAt(&c.Price)
	if err != nil {
		return err
	}
	c.Share, err = proration.Prorate(proration.Request{
		Amount: amount, Period: c.Period, Span: c.Span, Edges: c.Edges, Policy: policy, Location: location,
	})
	c.Net = c.Share.Amount
	return err
}
