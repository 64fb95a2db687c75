package plans

import (
	"slices"
)

// Amendment is an approved change with the new contract and the bill for the change.
type Amendment struct {
	Approval          // action of the change, and the time when it takes effect
	Contract Contract `json:"contract"` // contract from At on
	Bill     Bill     `json:"bill"`     // charges due now; empty if the change waits or adds no charge
}

// Amend checks a change against the rules, makes it, and prices its charges as [Contract.Amended] does. Credits depend
// on billed charges, and package credits computes them.
//
// Percentages and special prices with the duration [Forever] apply to the charges. The period's own bill has already
// used the other discounts, so they do not apply. A termination fee is computed from discounted bills and gets no
// discount.
//
// A change that takes effect later has no bill yet. The caller stores Contract at the time when the change takes
// effect, and bills the rest of its period then.
// Errors: those of [Catalog.Check], and those of [Contract.Amended].
func (c Catalog) Amend(p ChangeRequest) (Amendment, error) {
	permit, after, err := c.permit(&p)
	if err != nil {
		return Amendment{}, err
	}
	a := Amendment{Approval: permit, Contract: after}
	if permit.Effective != Immediately {
		return a, nil
	}
	var charges []Charge
	if a.Contract, charges, err = p.Contract.Amended(p.Change, permit.At, c.Policy); err != nil {
		return Amendment{}, err
	}
	if len(charges) == 0 {
		return a, nil
	}
	discounts := slices.DeleteFunc(a.Contract.Clone().Discounts, func(d Discount) bool {
		return a.Action == Cancel || d.Duration != Forever || d.Amount.IsPositive()
	})
	reduced, err := ApplyDiscounts(DiscountRequest{
		Charges: charges, Discounts: discounts, Currency: a.Contract.Currency,
		Mode: c.Policy.Rounding.Mode, Allocation: c.Allocation,
	})
	if err != nil {
		return Amendment{}, err
	}
	a.Bill = Bill{At: permit.At, Lines: reduced.Charges, Total: reduced.Net}
	return a, nil
}

// Explain returns the amendment in words for the customer: the action and its date, each line with its computation, and
// the exceeded limits.
func (a Amendment) Explain() string {
	if a.Action == 0 {
		return ""
	}
	text := a.Action.words() + ", effective " + date(a.At) + " (" + a.Effective.words() + ")\n"
	if len(a.Bill.Lines) > 0 {
		text += a.Bill.explain(a.Contract.Currency)
	}
	if len(a.Breaks) > 0 {
		text += "limits exceeded: " + inWords(a.Breaks) + "\n"
	}
	return text
}
