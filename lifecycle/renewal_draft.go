package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// draftOver returns the end of the time in which the renewal at the end of a period is a draft: the later end of its
// review and of the usage window, and the zero time if there is none.
func (s *Subscription) draftOver(p *Policy, end time.Time) time.Time {
	over := s.windowOver(p, end)
	if p.Renewal.Review == (proration.Interval{}) {
		return over
	}
	reviewed, err := p.Renewal.Review.After(end, s.location())
	if err != nil {
		return over
	}
	return later(over, reviewed)
}

// renewsAt returns the time at which the renewal is issued: at the end of the period or, as long as it is a draft, at
// the end of the review and of the usage window. What takes effect within that time ends it.
func (s *Subscription) renewsAt(p *Policy) time.Time {
	end := s.Period.End
	over := s.draftOver(p, end)
	if over.IsZero() || s.Status != Active {
		return end
	}
	next, err := s.Contract.Cycle.Containing(end)
	if err != nil || !over.Before(next.End) {
		return end
	}
	inside := func(at time.Time) bool { return at.After(end) && !at.After(over) }
	if inside(s.CancelAt) || inside(s.PauseAt) ||
		slices.ContainsFunc(s.ScheduledChanges, func(w ScheduledChange) bool { return inside(w.At) }) {
		return end
	}
	return over
}

// draftOf reports whether a renewal that is billed now was a draft since its period began.
func (s *step) draftOf(at time.Time) bool {
	sub := &s.sub
	over := sub.draftOver(s.policy, sub.Period.End)
	return !over.IsZero() && regular.has(sub.Status) && !at.Before(sub.Period.End) && !at.After(over)
}

// draft returns the deadline of the renewal that is a draft now, and false if there is none.
func (s *step) draft() (Deadline, bool) {
	next := s.sub.next(s.policy)
	is := regular.has(s.sub.Status) && next.Kind == RenewalDue && s.sub.NextPeriod == nil && s.draftOf(s.sub.At)
	return next, is
}

// reviewed reports whether the renewal is a draft now that one-time charges and discounts join.
func (s *step) reviewed() bool {
	_, is := s.draft()
	return is && s.policy.Renewal.Review != (proration.Interval{})
}

// joinsDraft are the events that leave the renewal a draft. Any other event issues it first.
var joinsDraft = []EventKind{
	UsageRecorded, PaymentAttempted, PaymentSucceeded, PaymentMethodAdded, CreditGranted, CreditPaidOut, TaxesChanged,
	TaxesCalculated,
}

// discounts reports whether an event changes nothing but the discounts of the contract, at once.
func (e *Event) discounts() bool {
	rest := e.Change
	rest.AddDiscounts, rest.RemoveDiscounts = nil, nil
	return e.Kind == Changed && rest.IsZero() && !e.Change.IsZero() && e.fields() == changeField
}

// closeDraft issues the renewal that is a draft, before an event that does not join it.
func (s *step) closeDraft(e *Event) error {
	s.closed = false
	next, is := s.draft()
	if !is || slices.Contains(joinsDraft, e.Kind) || s.reviewed() && (e.Kind == ChargeAdded || e.discounts()) {
		return nil
	}
	next.At = s.sub.At
	s.closed = true
	return s.pass(next)
}

// invoiceIssued issues the usage of items that waits, and refuses to issue a renewal that is no draft. One that is was
// issued before the event.
func (s *step) invoiceIssued(*Event) error {
	if s.closed {
		return nil
	}
	if regular.has(s.sub.Status) && s.itemsWait() {
		return s.billItems(func(c *plans.Charge) bool { return s.itemWaits(*c) })
	}
	if end := s.sub.renewsAt(s.policy); s.sub.Status == Active && end.After(s.sub.At) {
		return s.refuse("No renewal is a draft now; the next one is issued on " + s.sub.date(end) + ".")
	}
	return s.refuse("No renewal is a draft now.")
}

// changeDiscounts changes the discounts of a renewal that is a draft, of which nothing is billed yet.
func (s *step) changeDiscounts(change plans.Change) error {
	after, err := s.sub.Contract.Changed(change, s.sub.At)
	if err != nil {
		return err
	}
	s.sub.Contract = after
	return nil
}
