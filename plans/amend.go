package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/proration"
)

// Amendment is a change that the rules allow, and what comes of it.
type Amendment struct {
	Permit            // what it comes to, and when it takes effect
	Contract Contract `json:"contract"` // as it is from At on, and not before
	Bill     Bill     `json:"bill"`     // what is due for it; without lines where it waits, or where nothing is added
}

// Amend checks a change by the rules, makes it, and prices what it adds: a quantity for what is left of everything that is paid for, a
// term that is billed up front, a new plan for what is left, and what leaving at once costs. What is given back, for the old plan or for
// a quantity that is no longer used, derives from what was billed: that is package credits. Discounts that are taken off every time are taken off here too; those
// that are counted, or are an amount for each period, were used for the period already, and what leaving costs was agreed after all of them.
// A change that takes effect later has no bill: Contract is the one to store at that instant, and its period is billed as it begins.
// Errors: as for [Catalog.Check].
func (c Catalog) Amend(p Proposal) (Amendment, error) {
	permit, after, err := c.permit(&p)
	if err != nil {
		return Amendment{}, err
	}
	a := Amendment{Permit: permit, Contract: after}
	if permit.When != AtOnce {
		return a, nil
	}
	charges, err := c.added(&p, &a)
	if err != nil {
		return Amendment{}, err
	}
	if len(charges) == 0 {
		return a, nil
	}
	discounts := slices.DeleteFunc(a.Contract.Clone().Discounts, func(d Discount) bool {
		return a.Action == Cancel || d.Lasts != Forever || d.Amount.IsPositive()
	})
	reduced, err := ApplyDiscounts(Reduction{
		Charges: charges, Discounts: discounts, Currency: a.Contract.Currency, Mode: c.Policy.Rounding.Mode, Allocation: c.Allocation,
	})
	if err != nil {
		return Amendment{}, err
	}
	a.Bill = Bill{At: permit.At, Lines: reduced.Charges, Total: reduced.Net}
	return a, nil
}

// added prices what a change adds that takes effect at once.
func (c *Catalog) added(p *Proposal, a *Amendment) ([]Charge, error) {
	switch a.Action {
	case AddQuantity:
		return eachOf(p, func(rest proration.Portion) ([]Charge, error) { return p.Contract.Added(p.Change, rest, c.Policy) })
	case Extend:
		if p.Change.Term.Billing == PerPeriod {
			return nil, nil
		}
		return a.Contract.Extended(c.Policy)
	case SwitchInterval:
		period, err := a.Contract.Cycle.Containing(a.At)
		if err != nil {
			return nil, err
		}
		return a.Contract.Charges(Whole(period), c.Policy)
	case Upgrade, Downgrade, Lateral:
		return eachOf(p, func(rest proration.Portion) ([]Charge, error) {
			charges, err := a.Contract.Charges(rest, c.Policy)
			for i := range charges {
				charges[i].Kind = Addition
			}
			return charges, err
		})
	case Cancel:
		return a.leave(p, c.Policy)
	case RemoveQuantity, Shorten:
	}
	return nil, nil
}

// leave ends the contract at once, and prices what that costs before the end of its term.
func (a *Amendment) leave(p *Proposal, policy proration.Policy) ([]Charge, error) {
	fee, err := p.Contract.TerminationFee(a.At, policy)
	if err != nil {
		return nil, err
	}
	a.Contract.endAt(a.At)
	if !fee.Net.IsPositive() {
		return nil, nil
	}
	return []Charge{fee}, nil
}

// eachOf prices everything that is paid for from the change on.
func eachOf(p *Proposal, price func(proration.Portion) ([]Charge, error)) ([]Charge, error) {
	rest, err := p.Contract.Rest(p.At)
	if err != nil {
		return nil, err
	}
	var all []Charge
	for _, portion := range rest {
		charges, err := price(portion)
		if err != nil {
			return nil, err
		}
		all = append(all, charges...)
	}
	return all, nil
}

// Explain returns the amendment as a customer could read it: what it comes to, when, each line with how it was computed, and the limits
// that it would break.
func (a Amendment) Explain() string {
	if a.Action == 0 {
		return ""
	}
	text := a.Action.String() + " on " + a.At.Format(time.DateOnly) + ", " + a.When.words() + "\n"
	if len(a.Bill.Lines) > 0 {
		text += a.Bill.explain(a.Contract.Currency)
	}
	if len(a.Breaks) > 0 {
		text += "limits exceeded: " + inWords(a.Breaks) + "\n"
	}
	return text
}
