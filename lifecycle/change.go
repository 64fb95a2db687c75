package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// change makes a change now or schedules it, as the change rules say.
func (s *step) change(e *Event) error {
	sub := &s.sub
	if sub.Status == Trialing || sub.Status == PendingStart {
		return s.changeUnbilled(e)
	}
	permit, err := s.permit(s.policy.ChangeRules, sub.Contract, e)
	if err != nil {
		return err
	}
	change := permit.Change
	s.actions = permit.Actions
	if permit.At.After(e.At) {
		return s.wait(e.Sequence, permit.At, change)
	}
	if err := s.clearAhead(&change); err != nil {
		return err
	}
	if err := s.billChange(change); err != nil {
		return err
	}
	if a := sub.NextPeriod; a != nil {
		a.Changes = append(a.Changes, change.Clone())
		return s.together()
	}
	end := sub.Period.End
	if err := s.served(); err != nil {
		return err
	}
	s.move(end)
	return s.together()
}

// move moves everything scheduled for the old end of the period to its new end: a pause, a cancellation, changes.
func (s *step) move(end time.Time) {
	sub := &s.sub
	if sub.Period.End.Equal(end) {
		return
	}
	for _, at := range []*time.Time{&sub.PauseAt, &sub.CancelAt} {
		if at.Equal(end) {
			*at = sub.Period.End
		}
	}
	for i := range sub.ScheduledChanges {
		if sub.ScheduledChanges[i].At.Equal(end) {
			sub.ScheduledChanges[i].At = sub.Period.End
		}
	}
	slices.SortStableFunc(sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
}

// permit checks a change of a contract against the rules. The approval has the change with the plan, term and price of
// the catalog.
func (s *step) permit(rules plans.ChangeRules, contract plans.Contract, e *Event) (plans.Approval, error) {
	return rules.Check(plans.ChangeRequest{
		Catalog: s.policy.Catalog, Contract: contract, Change: e.Change, By: e.by(), At: e.At, Usage: e.Usage,
	})
}

// changeUnbilled changes the contract before anything is billed for it. The change rules do not apply yet: everyone may
// make every change, at once, as if service started now.
func (s *step) changeUnbilled(e *Event) error {
	if c := &e.Change; c.Term != nil || !c.End.IsZero() || c.Anchor != 0 || !c.AnchorAt.IsZero() {
		return s.refuse(s.sub.notAllowed(e.Kind)) // terms and billing dates begin with the service
	}
	begun, err := s.sub.Contract.StartingAt(e.At, 0)
	if err != nil {
		return proration.Under("event", err)
	}
	var anything plans.ChangeRules
	for action := plans.Upgrade; action <= plans.ChangeAnchor; action++ {
		everyone := []plans.Actor{plans.Customer, plans.Support}
		anything = append(anything, plans.ChangeRule{Action: action, By: everyone, Effective: plans.Immediately})
	}
	permit, err := s.permit(anything, begun, e)
	if err != nil {
		return err
	}
	after, err := s.sub.Contract.Changed(permit.Change, e.At)
	if err != nil {
		return err
	}
	s.sub.Contract, s.actions = after, permit.Actions
	return nil
}

// wait schedules a change. A new plan or interval replaces a scheduled one, and a new price of an item its scheduled
// price, unless the next period is already billed with those.
func (s *step) wait(sequence int64, at time.Time, change plans.Change) error {
	s.sub.ScheduledChanges = slices.DeleteFunc(s.sub.ScheduledChanges, func(w ScheduledChange) bool {
		samePlan := w.Change.ReplacesAll() && change.Plan != nil && w.Change.Plan != nil
		return !w.BilledInAdvance && (samePlan || repriced(&change) != "" && repriced(&w.Change) == repriced(&change))
	})
	s.sub.ScheduledChanges = append(s.sub.ScheduledChanges, ScheduledChange{Sequence: sequence, At: at, Change: change})
	slices.SortStableFunc(s.sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.together()
}

// repriced returns the item of a change that sets its price and nothing else, and "" for any other change.
func repriced(c *plans.Change) string {
	if len(c.Set) != 1 || c.Set[0].Price == nil || c.Set[0].Quantity != nil || c.Plan != nil ||
		len(c.Add)+len(c.Remove)+len(c.AddDiscounts)+len(c.RemoveDiscounts) > 0 || c.ReplacesAll() {
		return ""
	}
	return c.Set[0].Item
}

// together refuses a change that conflicts with the scheduled changes.
func (s *step) together() error {
	after := s.sub.Contract
	for _, w := range s.sub.ScheduledChanges {
		var err error
		if after, err = after.Changed(w.Change, w.At); err != nil {
			reason := "This change conflicts with the scheduled changes (" + err.Error() + ")"
			return s.refuse(reason + "; send scheduled_change_canceled first.")
		}
	}
	return nil
}

// clearAhead cancels the next period if it is already invoiced and the change moves its boundaries. It refuses the
// change if the invoice can no longer be voided.
func (s *step) clearAhead(c *plans.Change) error {
	a := s.sub.NextPeriod
	if a == nil || c.Term == nil && c.End.IsZero() && !restarts(&s.sub.Contract, c) {
		return nil
	}
	if !s.sub.retractable(a.Invoice) {
		begins := s.sub.date(a.Period.Start)
		return s.refuse("The period from " + begins + " is already billed; send this change once the period has begun.")
	}
	return s.forget()
}

// restarts reports whether a change begins the periods of a contract anew: another billing date or, without terms,
// another interval.
func restarts(contract *plans.Contract, c *plans.Change) bool {
	interval := contract.Cycle.Interval
	switch {
	case c.Interval != (proration.Interval{}):
		interval = c.Interval
	case c.Plan != nil && len(contract.Terms) == 0:
		interval = c.Plan.Interval
	}
	return c.Anchor == plans.AnchorReset || !c.AnchorAt.IsZero() || interval != contract.Cycle.Interval
}

// adoptNextPeriod makes the contract of the next period, which is paid, the current one. It includes the scheduled
// changes that its invoice billed, so they are done.
func (s *step) adoptNextPeriod() {
	s.sub.Contract, s.sub.NextPeriod = s.sub.NextPeriod.Contract, nil
	s.sub.ScheduledChanges = slices.DeleteFunc(slices.Clone(s.sub.ScheduledChanges), func(w ScheduledChange) bool {
		return w.BilledInAdvance
	})
}

// dropNextPeriod removes the next period, so that no invoice includes the scheduled changes anymore.
func (s *step) dropNextPeriod() {
	s.sub.NextPeriod = nil
	s.sub.ScheduledChanges = slices.Clone(s.sub.ScheduledChanges)
	for i := range s.sub.ScheduledChanges {
		s.sub.ScheduledChanges[i].BilledInAdvance = false
	}
}

// withdraw cancels all scheduled changes. It refuses if the next period is already billed with one of them.
func (s *step) withdraw(*Event) error {
	before := len(s.sub.ScheduledChanges)
	for _, w := range s.sub.ScheduledChanges {
		if w.BilledInAdvance {
			billed := "The change scheduled for " + s.sub.date(w.At) + " is already billed with the next period"
			return s.refuse(billed + "; send another change to reverse it.")
		}
	}
	if before == 0 {
		return s.refuse("No change is scheduled.")
	}
	s.sub.ScheduledChanges = nil
	return nil
}
