package lifecycle

import (
	"errors"
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// pause pauses the subscription now or schedules the pause for the end of the period, as the policy says.
func (s *step) pause(e *Event) error {
	sub := &s.sub
	switch {
	case s.policy.Pause == (Pause{}):
		return s.refuse("Subscriptions cannot be paused.")
	case len(sub.Contract.Terms) > 0:
		return s.refuse("The contract term runs until " + sub.date(sub.Contract.End()) + " and cannot be paused.")
	case !sub.PauseAt.IsZero():
		return s.refuse("A pause already begins on " + sub.date(sub.PauseAt) + "; send resumed to call it off.")
	case !sub.CancelAt.IsZero():
		ends := sub.date(sub.CancelAt)
		return s.refuse("The subscription ends on " + ends + "; send cancellation_withdrawn before pausing it.")
	case sub.NoRenewal:
		return s.refuse("Renewal is disabled; send renewal_enabled before pausing the subscription.")
	}
	at, err := s.pausesAt(e)
	if err != nil {
		return err
	}
	if a := sub.NextPeriod; a != nil && !at.After(a.Period.Start) {
		if err := s.forgetUnlessPaid(); err != nil {
			return err
		}
	}
	switch a := sub.NextPeriod; {
	case a == nil || at.After(a.Period.Start):
	case !at.After(e.At):
		s.adoptNextPeriod() // paid: its unused part is credited, or stays usable
	default:
		at = a.Period.End // the next period is already paid
	}
	if !e.Until.IsZero() && !e.Until.After(at) {
		begins, until := sub.date(at), sub.date(e.Until)
		reason := "must be after %s, when the pause begins; got %s"
		return s.conflict(fault.New("event.until", proration.ErrOutside, reason, begins, until))
	}
	sub.ResumeAt = e.Until
	if !e.Until.IsZero() {
		sub.ResumeAt = e.Until.In(sub.location())
	}
	if at.After(e.At) {
		sub.PauseAt = at.In(sub.location())
		return nil
	}
	return s.rest()
}

// pausesAt returns the time at which a requested pause begins: at the earliest when the policy says, unless support
// sets another time.
func (s *step) pausesAt(e *Event) (time.Time, error) {
	sub := &s.sub
	earliest := e.At
	if s.policy.Pause.Effective == plans.AtPeriodEnd {
		earliest = sub.Period.End
	}
	at := e.On
	switch e.Effective {
	case plans.Immediately:
		at = e.At
	case plans.AtPeriodEnd, plans.AtTermEnd: // a contract with a term cannot be paused
		at = sub.Period.End
	case plans.AtPaidThrough:
		at = sub.paidThrough()
	}
	switch {
	case at.IsZero():
		return earliest, nil
	case at.Before(earliest) && e.by() != plans.Support:
		return at, s.refuse("The pause can begin on " + sub.date(earliest) + " at the earliest; " +
			"send pause_requested for that date or a later one.")
	}
	return at, nil
}

// pauseDue starts a scheduled pause.
func (s *step) pauseDue(Deadline) error { return s.rest() }

// rest pauses the subscription. It bills the unbilled charges, and turns the unused part of paid charges into balance
// if the policy says so.
func (s *step) rest() error {
	sub := &s.sub
	sub.PauseAt = time.Time{}
	if err := s.accrualEnds(); err != nil {
		return err
	}
	used, _ := dueUsage(notWaiting(sub.UnbilledCharges), sub.At, true)
	switch lines := slices.Concat(sub.waitingUntil(sub.Period.End), used); {
	case s.policy.Pause.Unused == credits.AsBalance && sub.At.Before(sub.Period.End) && !sub.inArrears():
		inv, err := s.document(invoice.IssueRequest{Account: sub.Account, At: sub.At, Close: true, Lines: lines})
		if err != nil {
			return err
		}
		sub.UnbilledCharges = nil
		if err := s.collect(inv, sub.At); err != nil {
			return err
		}
	case len(lines) > 0:
		sub.UnbilledCharges = nil
		if err := s.issue(lines); err != nil {
			return err
		}
	}
	if err := s.stop(); err != nil {
		return err
	}
	return s.become(Paused)
}

// stop bills the usage until now if the current period is billed in arrears, because service stops. The contract stays
// as it is, since the subscription has not ended.
func (s *step) stop() error {
	sub := &s.sub
	if !sub.inArrears() || !sub.EndedAt.IsZero() {
		return nil
	}
	inv, err := s.document(invoice.IssueRequest{Account: sub.Account, At: sub.At, Close: true})
	if err != nil {
		return err
	}
	sub.EndedAt = sub.At
	return s.collect(inv, sub.At)
}

// resume ends the pause, or cancels a scheduled one.
func (s *step) resume(e *Event) error {
	if regular.has(s.sub.Status) {
		if s.sub.PauseAt.IsZero() {
			return s.refuse("No pause is scheduled.")
		}
		s.sub.PauseAt, s.sub.ResumeAt = time.Time{}, time.Time{}
		return nil
	}
	return s.resumeIfPaid(e)
}

// resumeDue ends a pause at its scheduled end.
func (s *step) resumeDue(Deadline) error {
	s.sub.ResumeAt = time.Time{}
	return s.resumeIfPaid(&Event{Kind: Resumed, Sequence: s.sub.Sequence})
}

// resumeIfPaid ends a pause, once its invoice is paid if the event or the policy says so. If only the policy does, and
// the documents cannot wait for one payment, it ends at once: nobody can answer a deadline, and no event leaves out
// what the policy asks for. A customer who owes an invoice can pay that one first.
func (s *step) resumeIfPaid(e *Event) error {
	before := *s
	err := s.paidFirst(e, func(s *step, _ *Event) error {
		s.paysFirst = s.paysFirst || s.policy.Reactivation.IfPaid
		return s.resumeService(nil)
	})
	asked := e.IfPaid || s.doing != 0 && before.sub.owes()
	if asked || !errors.Is(err, plans.ErrRefused) {
		return err
	}
	*s = before
	s.detach()
	return s.resumeService(nil)
}

// pauseUnpaid pauses a subscription with an overdue invoice until it is resumed and paid. A next period that is paid
// becomes the current one.
func (s *step) pauseUnpaid() error {
	if err := s.forgetUnlessPaid(); err != nil {
		return err
	}
	if s.sub.NextPeriod != nil {
		s.adoptNextPeriod()
	}
	if err := s.stop(); err != nil {
		return err
	}
	if err := s.accessEnded(); err != nil {
		return err
	}
	s.sub.PauseAt, s.sub.ResumeAt = time.Time{}, time.Time{}
	return s.become(Paused)
}
