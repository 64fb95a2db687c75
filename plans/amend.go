package plans

import (
	"slices"
	"time"
)

// Amendment is a change that the rules allow, and what comes of it.
type Amendment struct {
	Approval          // what it comes to, and when it takes effect
	Contract Contract `json:"contract"` // as it is from At on, and not before
	Bill     Bill     `json:"bill"`     // what is due for it; without lines where it waits, or where nothing is added
}

// Amend checks a change by the rules, makes it, and prices what it adds, as [Contract.Amended] does. What is given back derives from what
// was billed: that is package credits. Discounts that are taken off every time are taken off here too; those that are counted, or are an
// amount for each period, were used for the period already, and what leaving costs was agreed after all of them.
// A change that takes effect later has no bill: Contract is the one to store at that instant, and what is left of its period is billed then.
// Errors: as for [Catalog.Check].
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
		Charges: charges, Discounts: discounts, Currency: a.Contract.Currency, Mode: c.Policy.Rounding.Mode, Allocation: c.Allocation,
	})
	if err != nil {
		return Amendment{}, err
	}
	a.Bill = Bill{At: permit.At, Lines: reduced.Charges, Total: reduced.Net}
	return a, nil
}

// Explain returns the amendment as a customer could read it: what it comes to, when, each line with how it was computed, and the limits
// that it would break.
func (a Amendment) Explain() string {
	if a.Action == 0 {
		return ""
	}
	text := a.Action.String() + " on " + a.At.Format(time.DateOnly) + ", " + a.Effective.words() + "\n"
	if len(a.Bill.Lines) > 0 {
		text += a.Bill.explain(a.Contract.Currency)
	}
	if len(a.Breaks) > 0 {
		text += "limits exceeded: " + inWords(a.Breaks) + "\n"
	}
	return text
}
