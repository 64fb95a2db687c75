package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// meters reports whether an item of the contract is metered.
func (s *Subscription) meters() bool {
	return slices.ContainsFunc(s.Contract.Items, func(i plans.Item) bool { return i.Price.Metered })
}

// windowOver returns the end of the time in which usage can join the invoice of a time that is over, and the zero time
// if there is none.
func (s *Subscription) windowOver(p *Policy, end time.Time) time.Time {
	if p.Renewal.UsageWindow == (proration.Interval{}) || !s.meters() {
		return time.Time{}
	}
	at, err := p.Renewal.UsageWindow.After(end, s.location())
	if err != nil {
		return time.Time{}
	}
	return at
}

// holdUsage splits the charges of a time that is over into those that are billed now and the usage that waits for more.
func (s *step) holdUsage(all []plans.Charge) (due, held []plans.Charge) {
	due, _ = dueUsage(all, s.sub.At, true)
	if s.sub.UsageUntil = s.sub.windowOver(s.policy, s.sub.At); s.sub.UsageUntil.IsZero() {
		return due, nil
	}
	held, due = apart(due, metered)
	return due, held
}

// billOwnUsage bills the usage of a period whose successor was billed in advance: at once, or when its window is over.
func (s *step) billOwnUsage() error {
	if s.sub.UsageUntil = s.sub.windowOver(s.policy, s.sub.At); !s.sub.UsageUntil.IsZero() {
		return nil
	}
	return s.billPastUsage()
}

// billPastUsage bills the usage and the accrued charges of periods that are over.
func (s *step) billPastUsage() error {
	sub := &s.sub
	past := func(c *plans.Charge) bool { return (metered(c) || accrued(c)) && !c.Period.End.After(sub.At) }
	lines, rest := apart(sub.UnbilledCharges, past)
	lines, held := s.heldItems(lines)
	if len(lines) == 0 {
		return nil
	}
	sub.UnbilledCharges = slices.Concat(rest, held)
	return s.issueUsage(lines)
}

// usageWindowOver bills the usage that waited for more.
func (s *step) usageWindowOver(Deadline) error {
	s.sub.UsageUntil = time.Time{}
	if s.sub.Status.over() {
		return s.billUsage()
	}
	return s.billPastUsage()
}
