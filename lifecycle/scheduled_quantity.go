package lifecycle

import (
	"errors"
	"slices"
	"strings"

	"github.com/billingrules/billing/plans"
)

// A change and the scheduled ones can each be allowed and lead together to a quantity that is not: with at least 5
// seats, 2 of 8 may leave at the end of the period, but not twice.

// keepQuantities refuses an event after which the scheduled changes lead to quantities that the plan does not offer,
// unless they did so before the event: the catalog may have changed since they were allowed.
func (s *step) keepQuantities(before *Subscription) error {
	var refused *plans.Refusal
	if !errors.As(s.reached(&s.sub), &refused) || s.reached(before) != nil {
		return nil
	}
	return s.deny(plans.Refusal{
		Rule:    refused.Rule,
		Reason:  "This change conflicts with the scheduled changes (" + strings.TrimSuffix(refused.Reason, ".") + ").",
		Instead: refused.Instead + " Or send scheduled_change_canceled first.",
	})
}

// reached returns the refusal of a quantity that the scheduled changes of a subscription lead to.
func (s *step) reached(sub *Subscription) error {
	contract := sub.Contract
	for i := range sub.ScheduledChanges {
		w := &sub.ScheduledChanges[i]
		after, err := changedLater(&contract, w.Change, w.At)
		if err != nil {
			return nil //nolint:nilerr // together refuses what conflicts
		}
		if plan := s.planOf(&w.Change, &after); plan != nil {
			if err := plan.CheckQuantities(contract, after); err != nil {
				return err
			}
		}
		contract = after
	}
	return nil
}

// planOf returns the plan of a contract after a change: the change's, or the catalog's if it has one.
func (s *step) planOf(change *plans.Change, after *plans.Contract) *plans.Plan {
	if change.Plan != nil || s.policy.Catalog == nil {
		return change.Plan
	}
	all := s.policy.Catalog.Plans
	if i := slices.IndexFunc(all, func(p plans.Plan) bool { return p.ID == after.Plan }); i >= 0 {
		return &all[i]
	}
	return nil
}

// aboutQuantities reports whether an error refuses the quantities that a change leads to.
func aboutQuantities(err error) bool {
	var refused *plans.Refusal
	return errors.As(err, &refused) && (refused.Rule == "quantity" || refused.Rule == "limit")
}
