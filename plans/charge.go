package plans

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Charge is an amount due for a quantity of an item over a span of time, and how it was computed. A credit is a charge
// with a negative Net that names the charge it corrects. An issued charge never changes.
type Charge struct {
	ID       string `json:"id,omitzero"`       // unique ID, assigned when the charge is issued
	Corrects string `json:"corrects,omitzero"` // ID of the charge that this credit corrects
	Restores string `json:"restores,omitzero"` // ID of the charge whose credited units this charge bills again
	// PricedAt is the time of the change that a proration is for, if it waits or waited for a later invoice. Its discounts
	// and taxes are those of that time. Zero is priced on its invoice.
	PricedAt time.Time `json:"priced_at,omitzero"`
	Kind     Kind      `json:"kind"`          // kind of charge; must be set
	Plan     string    `json:"plan,omitzero"` // ID of the plan at the time of billing
	Item     string    `json:"item"`          // ID of the item
	Currency Currency  `json:"currency"`      // currency of every amount
	// Quantity is the number of units charged; in a credit, the unused units, or zero for money only.
	Quantity decimal.Decimal `json:"quantity,omitzero" canon:"count"`
	// BaseQuantity makes the charge incremental: it is the units already paid for, so that the price is
	// Price(base + quantity) − Price(base), never below zero. Nil is not incremental: Price(quantity).
	BaseQuantity *decimal.Decimal `json:"base_quantity,omitempty" canon:"count"`
	Price        Price            `json:"price"`               // contracted price
	Part         PricePart        `json:"part,omitzero"`       // part of a spread price; zero is the whole price
	Multiplier   int64            `json:"multiplier,omitzero"` // times the price is due in the period; zero is once

	Period proration.Period `json:"period,omitzero"` // whole anchored period
	Span   proration.Period `json:"span,omitzero"`   // part of the period that is charged
	// Edges says what begins and ends the span, if the policy treats their days differently. In a credit, Ends says that
	// service ends where the credit begins.
	Edges proration.Edges `json:"edges,omitzero"`

	Share     proration.Result `json:"share,omitzero"`     // price of the quantity × share of the period, rounded once
	Discounts []Deduction      `json:"discounts,omitzero"` // deductions from the share, in order
	Net       decimal.Decimal  `json:"net,omitzero"`       // amount due before tax, in major units; negative for a credit
	Untaxed   decimal.Decimal  `json:"untaxed,omitzero"`   // part of Net paid by credit before tax, so not taxed
	Taxes     []Tax            `json:"taxes,omitzero"`     // taxes added to Net or included in it
}

// Deduction is the amount that one discount took off a charge.
type Deduction struct {
	Discount string          `json:"discount"` // ID of the discount
	Reason   string          `json:"reason"`   // discount in words, "10 %"
	Amount   decimal.Decimal `json:"amount"`   // amount taken off; a credit reverses it with a negative amount
	// Until is the end of the time that the discount reduces, if that is inside the span; zero is all of the span.
	Until time.Time `json:"until,omitzero"`
}

// check adds the faults of the numbers from which a charge is computed.
func (c *Charge) check(f *fault.List) {
	fault.Number(f, "quantity", c.Quantity)
	fault.Number(f, "base_quantity", c.base())
	if c.Multiplier < 0 {
		f.Add("multiplier", proration.ErrInvalid, "must not be negative; got %d", c.Multiplier)
	}
	c.Part.check(f, "")
	if part := c.Share.Fraction; part.Den < 0 || part.Num < 0 || part.Num > part.Den {
		f.Add("share.fraction", proration.ErrInvalid, "must be between 0 and 1; got %v", part)
	}
}

// whole returns the portion that covers a whole period.
func whole(period proration.Period) proration.Portion {
	return proration.Portion{Period: period, Span: period}
}

// Explain returns the charge in one line that a customer can check: quantity, rate, the fraction of the period as
// integers, the rounding, and each discount.
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
		if whole := c.Span.Equal(c.Period) || c.Share.Unit == ""; whole && c.Share.Residual.IsZero() {
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

// priced returns the price of the whole period in words, without its sum. It is empty for a charge whose net was given
// without a price, and for a price or quantity beyond the limits.
func (c *Charge) priced(places int32) string {
	if c.Price.Equal(Price{}) && !c.Share.Of.IsZero() {
		return ""
	}
	both, more := c.Quantity, c.BaseQuantity != nil && !c.Price.linear()
	amount, err := c.Price.Amount(c.Quantity)
	paid, errAbove := c.Price.Amount(c.base())
	if more && err == nil && errAbove == nil { // both are within the limits, so adding them is cheap
		both = exact.Plus(c.base(), c.Quantity)
		amount, err = c.Price.Amount(both)
	}
	if err != nil || errAbove != nil {
		return ""
	}
	cost := c.Price.parts(both)
	text, single := cost.text(places)
	if more {
		base := c.Price.parts(c.base())
		before, _ := base.text(places)
		text, single = "("+text+") - ("+before+")", false
		if amount.LessThan(paid) {
			text += ", at least " + exact.Text(decimal.Decimal{}, places)
		}
	}
	switch {
	case c.Multiplier <= 1:
		return text + c.Part.text()
	case !single:
		text = "(" + text + ")"
	}
	return text + " x " + strconv.FormatInt(c.Multiplier, 10)
}

// base returns the units already paid for before an incremental charge, and zero for any other charge.
func (c *Charge) base() decimal.Decimal {
	if c.BaseQuantity == nil {
		return decimal.Decimal{}
	}
	return *c.BaseQuantity
}
