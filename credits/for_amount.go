package credits

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// AmountRequest asks to give back money of one charge, for another reason than time that is not used.
type AmountRequest struct {
	Charges []plans.Charge         `json:"charges"`         // what was billed, in the order of billing, and what of it was credited since
	Charge  string                 `json:"charge"`          // ID of the charge
	Amount  decimal.Decimal        `json:"amount,omitzero"` // how much of its net, not negative; zero is all that is left
	Mode    proration.RoundingMode `json:"mode"`            // how the discounts and taxes that go back with it are rounded
}

// ForAmount returns the credit of an amount of a charge, or of all that is left of it. It frees no time and no quantity: that is [Unused].
// Discounts and taxes go back in proportion, and the last credit of a charge takes what is left of them, so that all of them add up to what
// was billed.
// Errors: ErrInvalid for a charge that is not there, an amount that is negative, has more places than the
// currency, or is more than is left; the faults of the charges, the currency and the mode.
func ForAmount(r AmountRequest) (plans.Charge, error) {
	var f fault.List
	checkCharges(&f, r.Charges)
	var of *plans.Charge
	for i := range r.Charges {
		if c := &r.Charges[i]; c.Corrects == "" && c.ID == r.Charge && r.Charge != "" {
			of = c
		}
	}
	if of == nil {
		f.Add("charge", proration.ErrInvalid, "no charge %.40q is there", r.Charge)
		return plans.Charge{}, f.Err()
	}
	places, err := of.Currency.Places()
	f.Under("", err)
	rounding := proration.Rounding{Places: places, Mode: r.Mode}
	if _, err := rounding.Round(decimal.Decimal{}); err != nil {
		f.Under("", err)
	}
	if f != nil {
		return plans.Charge{}, f.Err()
	}
	before := given(r.Charges)[of.ID]
	left := of.Net.Sub(before.net)
	switch {
	case r.Amount.IsZero():
	case !fault.Amount(&f, "amount", r.Amount):
	case r.Amount.IsNegative(), r.Amount.GreaterThan(left), !r.Amount.Shift(places).IsInteger():
		f.Add("amount", proration.ErrInvalid, "%v is no part of the %v that are left, to %d places", r.Amount, left, places)
	default:
		left = r.Amount
	}
	if f != nil {
		return plans.Charge{}, f.Err()
	}
	return money(of, before, left, rounding), nil
}

// money returns the credit of an amount of a charge.
func money(c *plans.Charge, before back, amount decimal.Decimal, rounding proration.Rounding) plans.Charge {
	line := proration.Result{Amount: amount.Neg(), Of: amount, Fraction: proration.Fraction{Num: -1, Den: 1}, Rounding: rounding}
	credit := credited(c, before, line)
	credit.Kind = plans.Refund
	return credit
}
