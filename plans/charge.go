package plans

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/proration"
)

// Charge is money due for a quantity of an item over a span, and how it was computed. A credit is a charge whose Net is
// negative and which names the one it corrects.
type Charge struct {
	ID       string          `json:"id,omitzero"`       // given by whoever issues it
	Corrects string          `json:"corrects,omitzero"` // ID of the charge that this one credits
	Plan     string          `json:"plan"`              // the plan at the time of billing
	Item     string          `json:"item"`              // ID of the item
	Quantity decimal.Decimal `json:"quantity"`          // how many of it
	Rate     decimal.Decimal `json:"rate"`              // the contracted price of one for the whole period

	Period proration.Period `json:"period"` // the whole anchored period
	Span   proration.Period `json:"span"`   // what is paid for, inside it

	Share    proration.Result `json:"share"`             // quantity × rate × the share of the period that the span is
	Net      decimal.Decimal  `json:"net"`               // what is due, in major units; negative for a credit
	Credited decimal.Decimal  `json:"credited,omitzero"` // what of Net was credited since, not negative
}

// Whole returns the portion that is a whole period.
func Whole(period proration.Period) proration.Portion {
	return proration.Portion{Period: period, Span: period}
}

// Explain returns the charge in one line that a customer can check: quantity, rate, the fraction as integers, and what
// rounding did.
//
//	seat: 10 x 89.00 = 890.00
//	seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
func (c Charge) Explain() string {
	places := c.Share.Rounding.Places
	head := c.Item + ": " + exact.Text(c.Quantity, 0) + " x " + exact.Text(c.Rate, places)
	if c.Span.Equal(c.Period) && c.Share.Residual.IsZero() && c.Corrects == "" {
		return head + " = " + exact.Text(c.Net, places)
	}
	return head + ", " + c.Share.Explain()
}
