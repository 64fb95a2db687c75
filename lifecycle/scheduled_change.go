package lifecycle

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// wait schedules a change, in place of the scheduled ones that it supersedes.
func (s *step) wait(sequence int64, at time.Time, change plans.Change, how prorated) error {
	s.supersede(&change)
	if change = s.inSteps(change); change.IsZero() {
		return nil // the quantity that the scheduled changes lead to
	}
	s.sub.ScheduledChanges = append(s.sub.ScheduledChanges, ScheduledChange{
		Sequence: sequence, At: at, Change: change, Prorations: how.when, ProrationSettings: how.settings, IfPaid: how.ifPaid,
	})
	slices.SortStableFunc(s.sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.together()
}

// changedLater makes a change that was approved earlier. A discount that was to be removed may be used up by now.
func changedLater(contract *plans.Contract, c plans.Change, at time.Time) (plans.Contract, error) {
	return contract.Changed(stillThere(contract, c), at)
}

// restartsAt returns the time of a scheduled change after which the periods begin anew before the present one is over,
// and the zero time if there is none. The period after the present one is not billed ahead then: it never begins.
func (s *Subscription) restartsAt() time.Time {
	contract := s.Contract
	for _, w := range s.ScheduledChanges {
		if !w.At.Before(s.Period.End) {
			break
		}
		after, err := changedLater(&contract, w.Change, w.At)
		if err != nil {
			continue // it is refused when it is due
		}
		if after.Cycle.Interval != contract.Cycle.Interval || after.Cycle.Anchor != contract.Cycle.Anchor {
			return w.At
		}
		contract = after
	}
	return time.Time{}
}

// stillThere returns a change without the discounts that it removes and that the contract no longer has.
func stillThere(contract *plans.Contract, c plans.Change) plans.Change {
	c.RemoveDiscounts = slices.DeleteFunc(slices.Clone(c.RemoveDiscounts), func(id string) bool {
		return !slices.ContainsFunc(contract.Discounts, func(d plans.Discount) bool { return d.ID == id })
	})
	return c
}

// endUsed ends the discounts that a change removes and that are used up by now, so that added units do not get them. It
// returns the change without them.
func (s *step) endUsed(c plans.Change) plans.Change {
	for _, id := range c.RemoveDiscounts {
		s.sub.UsedDiscounts = slices.DeleteFunc(slices.Clone(s.sub.UsedDiscounts), func(d plans.Discount) bool {
			return d.ID == id
		})
	}
	return stillThere(&s.sub.Contract, c)
}

// together refuses a change that conflicts with the scheduled changes.
func (s *step) together() error {
	after := s.sub.Contract
	for _, w := range s.sub.ScheduledChanges {
		var err error
		if after, err = changedLater(&after, w.Change, w.At); err != nil {
			reason := "This change conflicts with the scheduled changes (" + err.Error() + ")"
			return s.refuse(reason + "; send scheduled_change_canceled first.")
		}
		if item := beyond(w.Change.Plan, &after); item != "" {
			reason := "The plan scheduled for " + s.sub.date(w.At) + " does not allow that many " + item
			return s.refuse(reason + "; send scheduled_change_canceled first.")
		}
	}
	return nil
}

// beyond returns the first item of which a contract has more units than the limit of that name in its plan, else "".
func beyond(plan *plans.Plan, contract *plans.Contract) string {
	if plan == nil {
		return ""
	}
	full, err := plan.With(*contract)
	if err != nil {
		return ""
	}
	for i := range contract.Items {
		item := &contract.Items[i]
		if !slices.ContainsFunc(plan.Limits, func(l plans.Limit) bool { return l.Name == item.ID }) {
			continue
		}
		if over, err := full.Exceeded([]plans.LimitUsage{{Name: item.ID, Used: item.Quantity}}); err != nil || len(over) > 0 {
			return item.ID
		}
	}
	return ""
}

// move moves everything scheduled for the old end of the period to its new end: a pause, a cancellation, changes.
func (s *step) move(end time.Time) {
	sub := &s.sub
	if sub.Period.End.Equal(end) {
		return
	}
	for _, at := range []*time.Time{&sub.PauseAt, &sub.CancelAt} {
		if at.Equal(end) && !at.Equal(sub.Contract.Until) {
			*at = sub.Period.End
		}
	}
	s.moveChanges(end, sub.Period.End)
}

// moveChanges moves the changes that are scheduled for a time to another one.
func (s *step) moveChanges(from, to time.Time) {
	if from.Equal(to) {
		return
	}
	all := slices.Clone(s.sub.ScheduledChanges)
	for i := range all {
		if all[i].At.Equal(from) {
			all[i].At = to
		}
	}
	slices.SortStableFunc(all, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	s.sub.ScheduledChanges = all
}

// withdraw cancels the scheduled change of an event, or all. It refuses if the next period is already billed with it.
func (s *step) withdraw(e *Event) error {
	meant := func(w ScheduledChange) bool { return e.ScheduledChange == 0 || w.Sequence == e.ScheduledChange }
	before, all := s.sub, s.sub.ScheduledChanges
	for _, w := range all {
		if meant(w) && w.BilledInAdvance {
			billed := "The change scheduled for " + s.sub.date(w.At) + " is already billed with the next period"
			return s.refuse(billed + "; send another change to reverse it.")
		}
	}
	s.sub.ScheduledChanges = slices.DeleteFunc(slices.Clone(all), meant)
	switch {
	case len(all) == 0:
		return s.refuse("No change is scheduled.")
	case len(s.sub.ScheduledChanges) == len(all):
		return s.refuse("No scheduled change was requested by event " + strconv.FormatInt(e.ScheduledChange, 10) + ".")
	case e.ScheduledChange == 0:
		s.sub.ScheduledChanges = nil
		return nil
	}
	if err := s.together(); err != nil {
		return err
	}
	return s.keepQuantities(&before)
}

// changeDue makes a scheduled change. At the end of a period, and before the first one is billed, it changes the
// contract, and the invoice of the next period bills the change.
func (s *step) changeDue(d Deadline) error {
	sub := &s.sub
	w := sub.ScheduledChanges[0]
	sub.ScheduledChanges = sub.ScheduledChanges[1:]
	switch within := sub.At.Before(sub.Period.End) && regular.has(sub.Status); {
	case within:
		return s.changeWithin(w)
	case sub.NextPeriod != nil && !w.BilledInAdvance: // otherwise, the contract of the next period includes the change
		sub.NextPeriod.Changes = append(sub.NextPeriod.Changes, w.Change)
	}
	after, err := changedLater(&sub.Contract, w.Change, sub.At)
	if err != nil {
		s.refused = "The scheduled change could not be made: " + err.Error() + "."
		return nil
	}
	from := sub.Contract.Plan
	sub.Contract = after
	return s.restartTrial(from, &w.Change)
}

// changeWithin makes a scheduled change inside a period. One that cannot be billed now waits for the next period.
func (s *step) changeWithin(w ScheduledChange) error {
	before, end := *s, s.sub.Period.End
	s.detach()
	how := prorated{when: w.Prorations, settings: w.ProrationSettings}
	now := Event{Kind: Changed, Sequence: w.Sequence, Change: w.Change, IfPaid: w.IfPaid}
	err := s.paidFirst(&now, func(s *step, _ *Event) error {
		return s.changeNow(s.endUsed(w.Change), how, w.BilledInAdvance)
	})
	switch {
	case errors.Is(err, plans.ErrRefused):
		*s = before
		w.At = end
		s.sub.ScheduledChanges = append(slices.Clip(s.sub.ScheduledChanges), w)
		slices.SortStableFunc(s.sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
		return nil
	case isFault(err):
		*s = before
		s.refused = "The scheduled change could not be made: " + err.Error() + "."
		return nil
	}
	return err
}

// billAllowedChange makes a change that was allowed earlier. A change that cannot be billed now is billed with the
// next period. If the contract no longer permits the change, the step records why.
func (s *step) billAllowedChange(c plans.Change) error {
	before := *s
	s.detach()
	err := s.billChange(s.endUsed(c), prorated{})
	if !errors.Is(err, plans.ErrRefused) && !isFault(err) {
		return err
	}
	*s = before
	after, withErr := changedLater(&s.sub.Contract, c, s.sub.At)
	if withErr != nil {
		s.refused = "The change could not be made: " + withErr.Error() + "."
		return nil
	}
	s.sub.Contract = after
	return nil
}

// isFault reports whether an error is a fault of the input.
func isFault(err error) bool { return errors.As(err, new(*proration.Error)) }

// adopt makes the scheduled changes that are due, so that the next invoice includes them. A change that the contract
// no longer permits is dropped.
func (s *step) adopt() {
	s.sub.ScheduledChanges = slices.DeleteFunc(s.sub.ScheduledChanges, func(w ScheduledChange) bool {
		if w.At.After(s.sub.At) {
			return false
		}
		after, err := changedLater(&s.sub.Contract, w.Change, s.sub.At)
		if err != nil {
			s.refused = "The scheduled change could not be made: " + err.Error() + "."
			return true
		}
		from := s.sub.Contract.Plan
		s.sub.Contract = after
		s.adoptTrial(from, &w.Change)
		return true
	})
}
