package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// change makes a change, or lets it wait, as the rules say.
func (s *step) change(e *Event) error {
	sub := &s.sub
	if sub.Status == Trialing || sub.Status == PendingStart {
		return s.changeBefore(e)
	}
	permit, change, err := s.permit(e)
	if err != nil {
		return err
	}
	if e.Kind == PlanChanged && permit.Action == plans.SwitchInterval || e.Kind == IntervalChanged && permit.Action != plans.SwitchInterval {
		return s.refuse("it is a change of the kind " + permit.Action.String())
	}
	if permit.At.After(e.At) {
		return s.wait(e.Sequence, permit.At, change)
	}
	if err := s.clearAhead(&change); err != nil {
		return err
	}
	if err := s.bring(change); err != nil {
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

// move lets what waits for the end of the period wait for the one that it has now.
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

// permit asks the rules, and returns the change as the catalog has it.
func (s *step) permit(e *Event) (plans.Approval, plans.Change, error) {
	p := plans.ChangeRequest{Contract: s.sub.Contract, Change: e.Change.Clone(), By: e.by(), At: e.At, Usage: e.Usage}
	if s.policy.Catalog == nil {
		permit, err := s.policy.ChangeRules.Check(p)
		return permit, p.Change, err
	}
	resolved, err := s.policy.Catalog.Resolved(p)
	if err != nil {
		return plans.Approval{}, plans.Change{}, err
	}
	permit, err := s.policy.Catalog.Check(p)
	return permit, resolved, err
}

// changeBefore changes a contract for which nothing was billed yet: only what it will be.
func (s *step) changeBefore(e *Event) error {
	change := e.Change.Clone()
	if s.policy.Catalog != nil {
		var err error
		p := plans.ChangeRequest{Contract: s.sub.Contract, Change: change, By: e.by(), At: e.At, Usage: e.Usage}
		if change, err = s.policy.Catalog.Resolved(p); err != nil {
			return err
		}
	}
	after, err := s.sub.Contract.Changed(change, e.At)
	if err != nil {
		return proration.Under("event.change", err)
	}
	s.sub.Contract = after
	return nil
}

// wait lets a change wait for its time. Another plan takes the place of one that waits, and so does another price of an item.
func (s *step) wait(sequence int64, at time.Time, change plans.Change) error {
	s.sub.ScheduledChanges = slices.DeleteFunc(s.sub.ScheduledChanges, func(w ScheduledChange) bool {
		samePlan := w.Change.Plan != nil && change.Plan != nil
		samePrice := change.Price != nil && w.Change.Item == change.Item && w.Change.Quantity.IsZero() && change.Quantity.IsZero()
		return !w.BilledInAdvance && (samePlan || samePrice)
	})
	s.sub.ScheduledChanges = append(s.sub.ScheduledChanges, ScheduledChange{Sequence: sequence, At: at, Change: change})
	slices.SortStableFunc(s.sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.together()
}

// together refuses what cannot be made with what waits before it.
func (s *step) together() error {
	after := s.sub.Contract
	for _, w := range s.sub.ScheduledChanges {
		var err error
		if after, err = after.Changed(w.Change, w.At); err != nil {
			return s.refuse("with what waits already: " + err.Error())
		}
	}
	return nil
}

// clearAhead takes back a period that is billed ahead where a change moves its boundaries, unless it is paid.
func (s *step) clearAhead(c *plans.Change) error {
	a := s.sub.NextPeriod
	moves := c.Term != nil || !c.End.IsZero() || !c.Anchor.IsZero() || c.Plan != nil && len(s.sub.Contract.Terms) == 0 && c.Plan.Interval != s.sub.Contract.Cycle.Interval
	if a == nil || !moves {
		return nil
	}
	if !s.sub.retractable(a.Invoice) {
		return s.refuse("the period from " + a.Period.Start.In(s.sub.location()).Format(time.DateOnly) + " on is billed already; change it once it has begun")
	}
	return s.forget()
}

// withdraw drops the changes that wait.
func (s *step) withdraw(*Event) error {
	before := len(s.sub.ScheduledChanges)
	for _, w := range s.sub.ScheduledChanges {
		if w.BilledInAdvance {
			return s.refuse("the next period is billed with it already, as " + strconv.Quote(s.sub.NextPeriod.Invoice))
		}
	}
	if before == 0 {
		return s.refuse("no change waits")
	}
	s.sub.ScheduledChanges = nil
	return nil
}
