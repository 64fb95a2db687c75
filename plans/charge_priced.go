package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// billedBefore is the deduction of a shortfall for what was billed towards the minimum. It is no discount.
const billedBefore = "billed"

// Gross returns what the charge comes to before discounts; of a credit, what goes back of that. What a shortfall has less since it was
// billed before is no discount, nor what goes back of it.
func (c Charge) Gross() decimal.Decimal {
	sum := c.Net
	for _, d := range c.Discounts {
		met := (c.Kind == Shortfall || c.Corrects != "") && d.Discount == billedBefore && d.Reason == billedBefore
		if !met && exact.Sensible(sum) && exact.Sensible(d.Amount) {
			sum = sum.Add(d.Amount)
		}
	}
	return sum
}

// Priced returns a charge that was made by hand as one that was billed: with a price it costs what that comes to for its quantity, without
// one what its net is, each as a whole, rounded once to the places of its currency. It is for what is sold once, and for usage. One that
// has its share already is held to be right: see [Charge.Check].
// Errors: the faults of the price and the quantity, of the currency and the policy; ErrInvalid for a net beside a price, one of
// more places than the currency has, or a negative one; ErrLimit for amounts beyond the limits.
func (c Charge) Priced(policy proration.Policy) (Charge, error) {
	if c.Share.Fraction.Den != 0 {
		return c.Clone(), nil
	}
	var f fault.List
	policy, err := c.Currency.Policy(policy)
	f.Under("", err)
	f.Under("policy", policy.Validate())
	priced := !c.Price.Equal(Price{})
	switch sound := fault.Amount(&f, "net", c.Net); {
	case priced && !c.Net.IsZero():
		f.Add("net", proration.ErrInvalid, "it has a price, and its net is computed")
	case sound && !c.Net.Shift(policy.Rounding.Places).IsInteger():
		f.Add("net", proration.ErrInvalid, "%v has more than the %d places of %.3s", c.Net, policy.Rounding.Places, c.Currency)
	}
	c.check(&f, "")
	if f != nil {
		return Charge{}, f.Err()
	}
	c = c.Clone()
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
		f.Add("net", proration.ErrInvalid, "%v is negative; what is given back corrects a charge", c.Net)
	}
	return c, f.Err()
}

// entire returns all of an amount, rounded.
func entire(of decimal.Decimal, rounding proration.Rounding) (proration.Result, error) {
	all := proration.Result{Of: of, Fraction: proration.Fraction{Num: 1, Den: 1}, Rounding: rounding}
	var err error
	if all.Amount, err = rounding.Round(of); err != nil {
		return all, err
	}
	err = all.Residual.UnmarshalText([]byte(of.Sub(all.Amount).Rat().RatString()))
	return all, err
}

// Check computes the charge again from its quantity, its price, its span and its deductions, and returns what does not come out: the share of the
// price that is due by the policy, on the calendar of the location (nil is UTC), and the net. A credit is not computed from its own
// price, but from the charge that it corrects: of one, only that its numbers are within the limits is found here.
// Errors: ErrInvalid for each field that is not what it should be, ErrLimit for numbers beyond the limits, and the faults of the price, the
// periods and the policy.
func (c Charge) Check(policy proration.Policy, location *time.Location) error {
	var f fault.List
	f.Under("", c.Kind.Validate())
	policy, err := c.Currency.Policy(policy)
	f.Under("", err)
	f.Under("policy", policy.Validate())
	for _, n := range []number{{"net", c.Net}, {"share.amount", c.Share.Amount}, {"share.of", c.Share.Of}, {"untaxed", c.Untaxed}} {
		fault.Amount(&f, n.field, n.value)
	}
	for i, d := range c.Discounts {
		fault.Amount(&f, element("discounts", i)+".amount", d.Amount)
	}
	for i, t := range c.Taxes {
		fault.Amount(&f, element("taxes", i)+".amount", t.Amount)
		f.Under(element("taxes", i), t.Validate())
	}
	if c.Corrects == "" {
		c.check(&f, "")
	}
	if f != nil || c.Corrects != "" {
		return f.Err()
	}
	c.checkShare(&f, policy, location)
	c.checkNet(&f)
	return f.Err()
}

// checkShare adds what of a charge's share does not come out again.
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
			Amount: whole, Period: c.Period, Span: c.Span, Policy: policy, Carry: c.Share.Carry, Location: location,
		})
	}
	if err != nil {
		f.Under("", err)
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
		{"carry", c.Share.Carry.Equal(again.Carry), c.Share.Carry, again.Carry},
		{"residual", c.Share.Residual.Equal(again.Residual), c.Share.Residual, again.Residual},
		{"capped", c.Share.Capped == again.Capped, c.Share.Capped, again.Capped},
	} {
		if !x.same {
			f.Add("share."+x.field, proration.ErrInvalid, "%v is not the %v of %s", x.has, x.should, again.Explain())
		}
	}
}

// checkNet adds what does not lead from the share to the net.
func (c *Charge) checkNet(f *fault.List) {
	left := c.Share.Amount
	for i, d := range c.Discounts {
		if left = left.Sub(d.Amount); d.Amount.IsNegative() || left.IsNegative() {
			f.Add(element("discounts", i)+".amount", proration.ErrInvalid, "%v is not a part of what was left", d.Amount)
		}
	}
	if !left.Equal(c.Net) {
		f.Add("net", proration.ErrInvalid, "%v is not the %v that discounts leave of %v", c.Net, left, c.Share.Amount)
	}
	if c.Untaxed.IsNegative() || c.Untaxed.GreaterThan(c.Net) {
		f.Add("untaxed", proration.ErrInvalid, "%v is not a part of the net, %v", c.Untaxed, c.Net)
	}
}
