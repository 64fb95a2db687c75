package lifecycle

import (
	"errors"
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// wait schedules a change. A new plan or interval replaces a scheduled one, and a new price of an item its scheduled
// price, unless the next period is already billed with those.
func (s *step) wait(sequence int64, at time.Time, change plans.Change) error {
	s.sub.ScheduledChanges = slices.DeleteFunc(s.sub.ScheduledChanges, func(w ScheduledChange) bool {
		if w.BilledInAdvance {
			return false
		}
		item := repriced(&change)
		return turns(&change) && turns(&w.Change) || item != "" && repriced(&w.Change) == item
	})
	s.sub.ScheduledChanges = append(s.sub.ScheduledChanges, ScheduledChange{Sequence: sequence, At: at, Change: change})
	slices.SortStableFunc(s.sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.together()
}

// turns reports whether a change sets the plan or the interval.
func turns(c *plans.Change) bool { return c.Plan != nil || c.Interval != (proration.Interval{}) }

// repriced returns the item of a change that sets its price and nothing else, and "" for any other change.
func repriced(c *plans.Change) string {
	if len(c.Set) != 1 || c.Set[0].Price == nil || c.Set[0].Quantity != nil || turns(c) || c.Anchor != 0 ||
		!c.AnchorAt.IsZero() || len(c.Add)+len(c.Remove)+len(c.AddDiscounts)+len(c.RemoveDiscounts) > 0 {
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

// changeDue makes a scheduled change. At the end of a period it changes the contract, and the renewal bills the change.
func (s *step) changeDue(d Deadline) error {
	sub := &s.sub
	w := sub.ScheduledChanges[0]
	sub.ScheduledChanges = sub.ScheduledChanges[1:]
	switch {
	case sub.NextPeriod != nil && !w.BilledInAdvance:
		sub.NextPeriod.Changes = append(sub.NextPeriod.Changes, w.Change)
		return nil
	case w.BilledInAdvance && sub.NextPeriod != nil:
		return nil // the contract of the next period includes the change
	}
	if !sub.At.Before(sub.Period.End) {
		after, err := sub.Contract.Changed(w.Change, sub.At)
		if err != nil {
			s.refused = "The scheduled change could not be made: " + err.Error() + "."
			return nil
		}
		sub.Contract = after
		return nil
	}
	end := sub.Period.End
	err := s.billChange(w.Change)
	switch {
	case errors.Is(err, plans.ErrRefused): // the charge to be credited is unpaid: wait for the next period
		w.At = end
		sub.ScheduledChanges = append(sub.ScheduledChanges, w)
		slices.SortStableFunc(sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
		return nil
	case isFault(err):
		s.refused = "The scheduled change could not be made: " + err.Error() + "."
		return nil
	}
	if err == nil {
		err = s.served()
	}
	s.move(end)
	return err
}

// billAllowedChange makes a change that was allowed earlier. A change that cannot be billed now is billed with the
// next period. If the contract no longer permits the change, the step records why.
func (s *step) billAllowedChange(c plans.Change) error {
	before := *s
	s.sub = s.sub.snapshot()
	err := s.billChange(c)
	if !errors.Is(err, plans.ErrRefused) && !isFault(err) {
		return err
	}
	*s = before
	after, withErr := s.sub.Contract.Changed(c, s.sub.At)
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
		if after, err := s.sub.Contract.Changed(w.Change, s.sub.At); err == nil {
			s.sub.Contract = after
		}
		return true
	})
}
