package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Amended returns the contract after a change that takes effect at an instant, as [Contract.Changed] does, and the
// charges that the change adds, before discounts:
//
//   - An added quantity is charged for the remaining time that is already paid for, as [Contract.RemainingPortions]
//     returns it: Price(existing + added) less Price(existing) at the contract's prices, never below zero. A new item
//     costs Price(added). The charges are of kind ProrationCharge.
//   - Another price of an item is charged for the whole quantity and the remaining time: ProrationCharge.
//   - Another plan is charged for every item and the remaining time: ProrationCharge. If the new plan has another
//     interval, its first period is charged instead: Recurring.
//   - Another billing date is charged for every item, from the instant to the end of the period of the new cycle
//     that contains it: Recurring.
//   - A term that is billed up front is charged for every item: Extension.
//   - A cancellation ends the contract at the instant. The fee that the last term agreed for leaving early is charged:
//     its fixed fee, plus its percentage of the bills of all periods that begin at the instant or later, after
//     discounts and with expected shortfalls of a minimum: Termination.
//
// A removed quantity, a shortened term and a term billed per period add no charges. Credits for unused charges, such as
// those of the old price or plan, are computed from the billed charges by package credits.
// Errors: those of [Contract.Changed] and of the policy; those of [Contract.RemainingPortions], so ErrOutside for an
// instant outside the terms if the change is charged for the remaining time; ErrOutside for a cancellation before the
// first term; and those of proration.Prorate.
func (c Contract) Amended(
	change Change, at time.Time, policy proration.Policy,
) (after Contract, added []Charge, err error) {
	var f fault.List
	after, err = c.Changed(change, at)
	f.Under("", err)
	if own, err := c.Currency.Policy(policy); err == nil { // Changed reports an unknown currency
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

// adds returns the charges that a change adds; after is the contract after it.
func (c *Contract) adds(change *Change, after *Contract, at time.Time, policy proration.Policy) ([]Charge, error) {
	switch {
	case change.Cancel:
		fee, err := c.terminationFee(at, policy)
		if err != nil || !fee.Net.IsPositive() {
			return nil, err
		}
		return []Charge{fee}, nil
	case change.Term != nil && change.Term.Billing == UpFront:
		return after.extended(policy)
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
			charges, err = c.added(change, portion, policy)
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
