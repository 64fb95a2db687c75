package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// billedBefore is the ID and reason of a shortfall's deduction for the amounts already billed. It is not a discount.
const billedBefore = "billed"

// Gross returns the amount of the charge before discounts; for a credit, the credited amount before discounts. A
// shortfall's deduction for amounts already billed is not a discount, and neither is its reversal in a credit: they
// stay deducted.
func (c Charge) Gross() decimal.Decimal {
	sum := c.Net
	for _, d := range c.Discounts {
		met := (c.Kind == Shortfall || c.Corrects != "") && d.Discount == billedBefore && d.Reason == billedBefore
		if !met && exact.Sensible(sum) && exact.Sensible(d.Amount) {
			sum = exact.Plus(sum, d.Amount)
		}
	}
	return sum
}

// Total returns the net of the charge with the taxes that are added to it; negative for a credit.
func (c Charge) Total() decimal.Decimal {
	sum := c.Net
	for _, t := range c.Taxes {
		if !t.Included {
			sum = exact.Plus(sum, t.Amount)
		}
	}
	return sum
}

// Priced completes a charge that the caller made, such as a one-time charge or usage. A charge with a price costs the
// price of its quantity; a charge without a price costs its Net. The amount is due as a whole, and is rounded once to
// the places of the currency. A charge that already has a share is returned unchanged: [Charge.Check] verifies it.
// Errors: those of the price, the quantity, the currency and the policy; ErrUnset for a charge that has neither a net
// nor a price with an amount, and is not free; ErrInvalid for a net beside a price, a net with more places than the
// currency, and a negative net; ErrLimit for amounts beyond the limits.
func (c Charge) Priced(policy proration.Policy) (Charge, error) {
	if c.Share.Fraction.Den != 0 {
		return c, nil
	}
	var f fault.List
	policy, err := c.Currency.policy(policy)
	f.Under("", err)
	f.Under("policy", policy.Validate())
	priced := !c.Price.Equal(Price{})
	switch sound := fault.Amount(&f, "net", c.Net); {
	case sound && c.Net.IsZero() && !c.Price.states():
		f.Add("price", proration.ErrUnset, "required, an amount, or free for a charge that costs nothing; or set net")
	case priced && !c.Net.IsZero():
		f.Add("net", proration.ErrInvalid, "must be zero beside a price, from which it is computed")
	case sound && !c.Net.Shift(policy.Rounding.Places).IsInteger():
		f.Add("net", proration.ErrInvalid, "must have at most %d decimal places in %.3s; got %v",
			policy.Rounding.Places, c.Currency, c.Net)
	}
	if c.Price.HasItemPeriods() {
		f.Add("price.billing_interval", proration.ErrInvalid, "must be unset for a charge that is due once; got %v",
			c.Price.BillingInterval)
	}
	if c.Price.Accrues() {
		f.Add("price.timing", proration.ErrInvalid, "must be unset for a charge that is due once; got %v", c.Price.Timing)
	}
	c.check(&f)
	if f != nil {
		return Charge{}, f.Err()
	}
	whole := c.Net
	if priced {
		if whole, err = c.amountAt(&c.Price); err != nil {
			return Charge{}, err
		}
	}
	if c.Share, err = entire(whole, policy.Rounding); err != nil {
		return Charge{}, err
	}
	c.Net = c.Share.Amount
	if c.Net.IsNegative() {
		f.Add("net", proration.ErrInvalid, "must not be negative; got %v", c.Net)
	}
	return c, f.Err()
}

// entire returns a share that is the whole amount, rounded.
func entire(of decimal.Decimal, rounding proration.Rounding) (proration.Result, error) {
	all := proration.Result{Of: of, Fraction: proration.Fraction{Num: 1, Den: 1}, Rounding: rounding}
	var err error
	if all.Amount, err = rounding.Round(of); err != nil {
		return all, err
	}
	if rest := exact.Minus(of, all.Amount); !rest.IsZero() {
		all.Residual, err = proration.NewResidual(rest.Rat())
	}
	return all, err
}

// Check computes the charge again from its quantity, price, span and deductions, and returns an error for each field
// that differs. It computes the share by the policy and on the calendar of the location (nil is UTC), then the net. A
// credit derives from the charge that it corrects, so its amounts are only checked against the limits.
// Errors: ErrInvalid for each field that differs; ErrUnset or ErrInvalid for the kind and the currency; ErrLimit for
// numbers beyond the limits; and those of the price, the periods, the taxes and the policy.
func (c Charge) Check(policy proration.Policy, location *time.Location) error {
	var f fault.List
	fault.Enum(&f, "kind", kinds, c.Kind)
	policy, err := c.Currency.policy(policy)
	f.Under("", err)
	f.Under("policy", policy.Validate())
	for _, n := range []number{
		{"net", c.Net}, {"share.amount", c.Share.Amount}, {"share.of", c.Share.Of}, {"untaxed", c.Untaxed},
	} {
		fault.Amount(&f, n.field, n.value)
	}
	for i, d := range c.Discounts {
		fault.Amount(&f, fault.At("discounts", i)+".amount", d.Amount)
		if inside := d.Until.After(c.Span.Start) && d.Until.Before(c.Span.End); !d.Until.IsZero() &&
			(c.Kind == Shortfall || c.Corrects == "" && !inside) {
			f.Add(fault.At("discounts", i)+".until", proration.ErrInvalid, "must be inside the span; got %s",
				d.Until.Format(time.RFC3339))
		}
	}
	for i, t := range c.Taxes {
		fault.Amount(&f, fault.At("taxes", i)+".amount", t.Amount)
		f.At("taxes", i, t.validate())
	}
	if c.Corrects == "" {
		c.check(&f)
	}
	if f != nil || c.Corrects != "" {
		return f.Err()
	}
	c.checkShare(&f, policy, location)
	c.checkNet(&f)
	return f.Err()
}

// checkShare adds a fault for each field of the share that differs from the computed one.
func (c *Charge) checkShare(f *fault.List, policy proration.Policy, location *time.Location) {
	whole := c.Share.Of
	if c.Share.Unit != "" || !c.Price.Equal(Price{}) {
		var err error
		if whole, err = c.amountAt(&c.Price); err != nil {
			f.Under("", err)
			return
		}
	}
	var again proration.Result
	var err error
	if c.Share.Unit == "" {
		again, err = entire(whole, policy.Rounding)
	} else {
		again, err = proration.Prorate(proration.Request{
			Amount: whole, Period: c.Period, Span: c.Span, Edges: c.Edges, Policy: policy, Carry: c.Share.Carry,
			Location: location,
		})
	}
	if err != nil {
		f.Under("", err)
		return
	}
	if same(c.Share.Of, again.Of) && same(c.Share.Amount, again.Amount) && c.Share.Fraction == again.Fraction &&
		c.Share.Unit == again.Unit && c.Share.Rounding == again.Rounding && c.Share.Capped == again.Capped &&
		sameRest(&c.Share.Carry, &again.Carry) && sameRest(&c.Share.Residual, &again.Residual) {
		return
	}
	for _, x := range []struct {
		field       string
		same        bool
		has, should any
	}{
		{"of", c.Share.Of.Equal(again.Of), c.Share.Of, again.Of},
		{"fraction", c.Share.Fraction == again.Fraction, c.Share.Fraction, again.Fraction},
		{"unit", c.Share.Unit == again.Unit, c.Share.Unit, again.Unit},
		{"amount", c.Share.Amount.Equal(again.Amount), c.Share.Amount, again.Amount},
		{"rounding", c.Share.Rounding == again.Rounding, c.Share.Rounding, again.Rounding},
		{"carry", sameRest(&c.Share.Carry, &again.Carry), c.Share.Carry, again.Carry},
		{"residual", sameRest(&c.Share.Residual, &again.Residual), c.Share.Residual, again.Residual},
		{"capped", c.Share.Capped == again.Capped, c.Share.Capped, again.Capped},
	} {
		if !x.same {
			f.Add("share."+x.field, proration.ErrInvalid,
				"must be %v, as in %s; got %v", x.should, again.Explain(), x.has)
		}
	}
}

// sameRest reports whether two residuals are equal.
func sameRest(a, b *proration.Residual) bool {
	return a.IsZero() && b.IsZero() || a.Compare(*b) == 0
}

// checkNet adds the faults of the discounts, the net and its untaxed part.
func (c *Charge) checkNet(f *fault.List) {
	left := c.Share.Amount
	for i, d := range c.Discounts {
		if left = exact.Minus(left, d.Amount); d.Amount.IsNegative() || left.IsNegative() {
			f.Add(fault.At("discounts", i)+".amount", proration.ErrInvalid,
				"must be between 0 and the amount left; got %v", d.Amount)
		}
	}
	if !left.Equal(c.Net) {
		f.Add("net", proration.ErrInvalid,
			"must be %v, the share of %v less the discounts; got %v", left, c.Share.Amount, c.Net)
	}
	if c.Untaxed.IsNegative() || c.Untaxed.GreaterThan(c.Net) {
		f.Add("untaxed", proration.ErrInvalid, "must be between 0 and the net of %v; got %v", c.Net, c.Untaxed)
	}
}
