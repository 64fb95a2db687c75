package credits

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// AmountRequest asks for a credit of an amount of one charge, such as goodwill, that frees no time and no units.
type AmountRequest struct {
	Charges []plans.Charge         `json:"charges"`         // billed charges and their credits, in the order of billing
	Charge  string                 `json:"charge"`          // ID of the charge to credit
	Amount  decimal.Decimal        `json:"amount,omitzero"` // part of its net to credit; zero is all that is left
	Mode    proration.RoundingMode `json:"mode"`            // rounding of the credited discounts and taxes; required
}

// ForAmount returns a credit of an amount of a charge, or of all that is left of its net. It frees no time and no
// units; [Unused] does. Discounts and taxes are credited in proportion, and the last credit of a charge takes their
// remainder, so that all credits add up to the billed charge.
// Errors: ErrInvalid for an unknown charge, and for an amount that is negative, has more places than the currency or is
// more than the net that is left; the faults of the charges, the currency and the mode.
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
		f.Add("charge", proration.ErrInvalid, "must be the ID of a billed charge; got %.40q", r.Charge)
		return plans.Charge{}, f.Err()
	}
	places, err := of.Currency.Places()
	f.Under("", err)
	fault.Choice(&f, "mode", r.Mode)
	if f != nil {
		return plans.Charge{}, f.Err()
	}
	before := given(r.Charges)[of.ID]
	left := of.Net.Sub(before.net)
	switch {
	case r.Amount.IsZero():
	case !fault.Amount(&f, "amount", r.Amount):
	case r.Amount.IsNegative(), r.Amount.GreaterThan(left), !r.Amount.Shift(places).IsInteger():
		f.Add("amount", proration.ErrInvalid, "must be between 0 and the remaining %v, with at most %d places; got %v",
			left, places, r.Amount)
	default:
		left = r.Amount
	}
	if f != nil {
		return plans.Charge{}, f.Err()
	}
	return money(of, before, left, proration.Rounding{Places: places, Mode: r.Mode}), nil
}

// money returns the credit of an amount of a charge, which frees no time and no units.
func money(c *plans.Charge, before back, amount decimal.Decimal, rounding proration.Rounding) plans.Charge {
	line := proration.Result{
		Amount: amount.Neg(), Of: amount, Fraction: proration.Fraction{Num: -1, Den: 1}, Rounding: rounding,
	}
	credit := credited(c, before, line)
	credit.Kind = plans.Refund
	return credit
}
