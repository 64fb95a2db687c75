package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Amended returns the contract after a change that takes effect at an instant, as [Contract.Changed] does, and what the change adds, before
// discounts:
//
//   - a quantity, for what is left of everything that is paid for, as [Contract.RemainingPortions] and [Contract.Added] have it: an Addition;
//   - another price, for the whole of that item and what is left: an Addition;
//   - another plan, for every item and what is left: an Addition. Where its periods are longer or shorter it is Recurring, for its
//     first period;
//   - another billing date, for every item and the period of the new cycle that contains the instant, from the instant on: Recurring;
//   - a term that is billed up front, as [Contract.Extended] has it;
//   - a cancellation, which ends the contract at the instant, the [Contract.TerminationFee] where there is one.
//
// A quantity that is taken away, a term that is shortened and one that is billed per period add nothing. What is given back for what was
// billed and is no longer used, such as all of the old price or plan, derives from what was billed: that is package credits.
// Errors: those of [Contract.Changed] and of the policy; those of [Contract.RemainingPortions], so ErrOutside for an instant outside the terms, where
// something is added for what is left, or before them for a cancellation; and those of proration.Prorate.
func (c Contract) Amended(change Change, at time.Time, policy proration.Policy) (after Contract, added []Charge, err error) {
	var f fault.List
	after, err = c.Changed(change, at)
	f.Under("", err)
	if own, err := c.Currency.Policy(policy); err == nil { // the contract has the fault of an unknown currency
		f.Under("policy", own.Validate())
	}
	if f != nil {
		return Contract{}, nil, f.Err()
	}
	if added, err = c.adds(&change, &after, at, policy); err != nil {
		return Contract{}, nil, err
	}
	if change.Cancel {
		after.endAt(at)
	}
	return after, added, nil
}

// adds prices what a change adds that was made.
func (c *Contract) adds(change *Change, after *Contract, at time.Time, policy proration.Policy) ([]Charge, error) {
	switch {
	case change.Cancel:
		fee, err := c.TerminationFee(at, policy)
		if err != nil || !fee.Net.IsPositive() {
			return nil, err
		}
		return []Charge{fee}, nil
	case change.Term != nil && change.Term.Billing == UpFront:
		return after.Extended(policy)
	case change.Term != nil, !change.End.IsZero(), change.Quantity.IsNegative():
		return nil, nil
	}
	rest, err := after.RemainingPortions(at)
	if err != nil {
		return nil, err
	}
	var all []Charge
	for _, portion := range rest {
		var charges []Charge
		switch {
		case !change.Anchor.IsZero(), change.Plan != nil && c.restartsWith(change.Plan):
			charges, err = after.priced(Recurring, after.ids(), portion, policy)
		case change.Plan != nil:
			charges, err = after.priced(ProrationCharge, after.ids(), portion, policy)
		case change.Quantity.IsPositive():
			charges, err = c.Added(*change, portion, policy)
		default:
			charges, err = after.priced(ProrationCharge, []string{change.Item}, portion, policy)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, charges...)
	}
	return all, nil
}
