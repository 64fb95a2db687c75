package credits

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// AmountRequest asks for a credit of an amount of one charge, such as goodwill, that frees no time and no units.
type AmountRequest struct {
	Charges []plans.Charge  `json:"charges"`         // billed charges and their credits, in the order of billing
	Charge  string          `json:"charge"`          // ID of the charge to credit
	Amount  decimal.Decimal `json:"amount,omitzero"` // part of its net to credit; zero is all that is left
	// Gross is an amount with its taxes to credit in place of Amount: net and taxes add up to it, to the minor unit.
	Gross decimal.Decimal        `json:"gross,omitzero"`
	Mode  proration.RoundingMode `json:"mode"` // rounding of the credited discounts and taxes; required
}

// ForAmount returns a credit of an amount of a charge, or of all that is left of its net. It frees no time and no
// units; [Unused] does. Discounts and taxes are credited in proportion, and the last credit of a charge takes their
// remainder, so that all credits add up to the billed charge.
// Errors: ErrInvalid for an unknown charge, for both an amount and a gross amount, and for one that is negative, has
// more places than the currency or is more than the charge has left; the faults of the charges, the currency and the
// mode.
func ForAmount(r AmountRequest) (plans.Charge, error) {
	var f fault.List
	sums := checkCharges(&f, r.Charges)
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
	before := sums[of.ID]
	rounding := proration.Rounding{Places: places, Mode: r.Mode}
	left := money(of, before, exact.Minus(of.Net, before.net), rounding)
	asked, field, most := r.Amount, "amount", exact.Negative(left.Net)
	switch {
	case r.Gross.IsZero():
	case r.Amount.IsZero():
		asked, field, most = r.Gross, "gross", exact.Negative(left.Total())
	default:
		f.Add("gross", proration.ErrInvalid, "must not be set together with amount")
	}
	switch {
	case asked.IsZero(), !fault.Amount(&f, field, asked):
	case asked.IsNegative(), asked.GreaterThan(most), !asked.Shift(places).IsInteger():
		f.Add(field, proration.ErrInvalid, "must be between 0 and the remaining %v, with at most %d places; got %v",
			most, places, asked)
	}
	switch {
	case f != nil:
		return plans.Charge{}, f.Err()
	case asked.IsZero(), asked.Equal(most):
		return left, nil
	case field == "gross":
		return gross(of, before, &left, asked, rounding)
	}
	return money(of, before, asked, rounding), nil
}

// gross returns the credit of an amount with its taxes, which is less than what is left of a charge: net and taxes in
// the proportion of what is left. The last minor unit of the net stays for the last credit, which takes the rest of the
// taxes. Credits before it are of taxes only.
func gross(
	c *plans.Charge, before back, left *plans.Charge, amount decimal.Decimal, rounding proration.Rounding,
) (plans.Charge, error) {
	all := left.Total()
	part := new(big.Rat).Quo(amount.Rat(), exact.Negative(all).Rat())
	net := exact.Quotient(part.Mul(part, exact.Negative(left.Net).Rat()), rounding.Places, exact.Mode(rounding.Mode))
	unit := decimal.New(1, -rounding.Places)
	most := exact.Minus(exact.Negative(left.Net), unit) // the last credit takes the last unit
	net = decimal.Min(exact.Larger(net, unit), most, amount)
	credit := money(c, before, net, rounding)
	var weights []decimal.Decimal
	var added []*plans.Tax
	for i := range credit.Taxes {
		if t := &credit.Taxes[i]; !t.Included {
			added, weights = append(added, t), append(weights, exact.Negative(left.Taxes[i].Amount))
		}
	}
	if net.Equal(amount) {
		for _, t := range added {
			t.Amount = decimal.Decimal{} // not a share: the net is the whole amount
		}
		return credit, nil
	}
	parts, err := proration.Split(proration.Division{
		Amount: exact.Minus(amount, net), Weights: weights, Places: rounding.Places, Allocation: proration.LargestRemainder,
	})
	if err != nil {
		return plans.Charge{}, err
	}
	for i, t := range added {
		t.Amount = exact.Negative(parts[i].Amount)
	}
	return credit, nil
}

// money returns the credit of an amount of a charge, which frees no time and no units.
func money(c *plans.Charge, before back, amount decimal.Decimal, rounding proration.Rounding) plans.Charge {
	line := proration.Result{
		Amount: exact.Negative(amount), Of: amount, Fraction: proration.Fraction{Num: -1, Den: 1}, Rounding: rounding,
	}
	credit := credited(c, before, line)
	credit.Kind = plans.Refund
	return credit
}
