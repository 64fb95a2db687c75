package plans

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Charge is money due for a quantity of an item over a span, and how it was computed. A credit is a charge whose Net is
// negative and which names the one it corrects. A charge that was issued never changes.
type Charge struct {
	ID           string           `json:"id,omitzero"`             // given by whoever issues it
	Corrects     string           `json:"corrects,omitzero"`       // ID of the charge that this one credits
	Kind         Kind             `json:"kind"`                    // what it is for
	Plan         string           `json:"plan"`                    // the plan at the time of billing
	Item         string           `json:"item"`                    // ID of the item
	Currency     Currency         `json:"currency"`                // of every amount
	Quantity     decimal.Decimal  `json:"quantity"`                // how many of it; of a credit how many are no longer used, zero where it is of money alone
	BaseQuantity *decimal.Decimal `json:"base_quantity,omitempty"` // incremental charge: units paid for before, so that the price is Price(base + quantity) − Price(base); nil if Price(quantity)
	Price        Price            `json:"price"`                   // the contracted price
	Multiplier   int64            `json:"multiplier,omitzero"`     // how many times its amounts are due for the period; zero is once

	Period proration.Period `json:"period"` // the whole anchored period
	Span   proration.Period `json:"span"`   // what is paid for, inside it

	Share     proration.Result `json:"share"`              // the price of the quantity × the share of the period that the span is
	Discounts []Deduction      `json:"discounts,omitzero"` // what was taken off, in order
	Net       decimal.Decimal  `json:"net"`                // what is due, in major units, before tax; negative for a credit
	Untaxed   decimal.Decimal  `json:"untaxed,omitzero"`   // what of Net is not taxed, since credit before tax paid it; of a credit not above zero
	Taxes     []Tax            `json:"taxes,omitzero"`     // what is due on Net besides, or what of it is tax
}

// Deduction is what one discount took off a charge.
type Deduction struct {
	Discount string          `json:"discount"` // its ID
	Reason   string          `json:"reason"`   // the rule in words, "10 %"
	Amount   decimal.Decimal `json:"amount"`   // not negative; of a credit what is taken back, not above zero
}

// check adds the faults of what a charge counts by.
func (c *Charge) check(f *fault.List, path string) {
	checkNumber(f, path+"quantity", c.Quantity)
	checkNumber(f, path+"base_quantity", c.base())
	if c.Multiplier < 0 {
		f.Add(path+"multiplier", proration.ErrInvalid, "must not be negative; got %d", c.Multiplier)
	}
	if part := c.Share.Fraction; part.Den < 0 || part.Num < 0 || part.Num > part.Den {
		f.Add(path+"share.fraction", proration.ErrInvalid, "%v is not a part of a whole", part)
	}
}

// Whole returns the portion that is a whole period.
func Whole(period proration.Period) proration.Portion {
	return proration.Portion{Period: period, Span: period}
}

// Explain returns the charge in one line that a customer can check: quantity, rate, the fraction as integers, what rounding
// did, and each discount.
//
//	seat: 10 x 89.00 = 890.00
//	seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
//	seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00
//	seat: 2 not used of inv-1/1, -178.00 x 15/30 days = -89.00
func (c Charge) Explain() string {
	places := c.Share.Rounding.Places
	shared := c.Share.Fraction.Den != 0
	switch {
	case c.Corrects != "" && !shared, c.Kind == Refund:
		return c.Item + ": " + exact.Text(c.Net, places) + " of " + c.Corrects
	case c.Corrects != "":
		units := ""
		if !c.Quantity.IsZero() {
			units = exact.Text(c.Quantity, 0) + " "
		}
		return c.Item + ": " + units + "not used of " + c.Corrects + ", " + c.Share.Explain()
	}
	text := c.Item + ": "
	if priced := c.priced(places); priced != "" && shared {
		text += priced
		if c.Span.Equal(c.Period) && c.Share.Residual.IsZero() {
			text += " = " + exact.Text(c.Share.Amount, places)
		} else {
			text += ", " + c.Share.Explain()
		}
	} else {
		text += exact.Text(c.Share.Amount, places)
	}
	if len(c.Discounts) == 0 {
		return text
	}
	for _, d := range c.Discounts {
		text += ", less " + d.Reason + " " + exact.Text(d.Amount, places)
	}
	return text + " = " + exact.Text(c.Net, places)
}

// priced writes what the whole period costs, without the sum; "" where that cannot be said, as of a net that was given by hand.
func (c *Charge) priced(places int32) string {
	if c.Price.Equal(Price{}) && !c.Share.Of.IsZero() {
		return ""
	}
	both, more := c.Quantity, c.BaseQuantity != nil && !c.Price.linear()
	amount, err := c.Price.Amount(c.Quantity)
	paid, errAbove := c.Price.Amount(c.base())
	if more && err == nil && errAbove == nil { // each by itself first: the sum of hostile exponents takes for ever
		both = c.base().Add(c.Quantity)
		amount, err = c.Price.Amount(both)
	}
	if err != nil || errAbove != nil {
		return ""
	}
	text, single := c.Price.parts(both).text(places)
	if more {
		before, _ := c.Price.parts(c.base()).text(places)
		text, single = "("+text+") - ("+before+")", false
		if amount.LessThan(paid) {
			text += ", at least " + exact.Text(decimal.Decimal{}, places)
		}
	}
	switch {
	case c.Multiplier <= 1:
		return text
	case !single:
		text = "(" + text + ")"
	}
	return text + " x " + strconv.FormatInt(c.Multiplier, 10)
}

// base returns the units paid for before those of an incremental charge, and zero for any other charge.
func (c *Charge) base() decimal.Decimal {
	if c.BaseQuantity == nil {
		return decimal.Decimal{}
	}
	return *c.BaseQuantity
}

// Clone returns a charge that shares nothing that can be written to.
func (c Charge) Clone() Charge {
	c.Price = c.Price.clone()
	if c.BaseQuantity != nil {
		own := *c.BaseQuantity
		c.BaseQuantity = &own
	}
	c.Discounts = slices.Clone(c.Discounts)
	c.Taxes = slices.Clone(c.Taxes)
	return c
}
