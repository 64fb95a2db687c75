package lifecycle

import (
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// cancel lets the subscription end: when it is asked to, and not before the rules allow it.
func (s *step) cancel(e *Event) error {
	sub := &s.sub
	if !sub.CancelAt.IsZero() && e.Effective == 0 && e.On.IsZero() {
		return s.refuse("it ends on " + sub.CancelAt.In(sub.location()).Format(time.DateOnly) + " already")
	}
	at, err := s.endsAt(e)
	if err != nil {
		return err
	}
	if !at.After(e.At) {
		return s.endNow(e.Exception)
	}
	if a := sub.NextPeriod; a != nil && !at.After(a.Period.Start) {
		if sub.keepsAhead() {
			at = a.Period.End
		} else if err := s.forget(); err != nil {
			return err
		}
	}
	sub.CancelAt = at.In(sub.location())
	return nil
}

// endsAt returns when a cancellation takes effect.
func (s *step) endsAt(e *Event) (time.Time, error) {
	sub := &s.sub
	asked := e.On
	switch {
	case sub.Status == PendingStart, sub.Status == Incomplete, sub.Status == Paused, sub.Status == Suspended && !sub.paidFor():
		return later(e.At, asked), nil // there is no service to wait for
	case sub.Status == Trialing && asked.IsZero() && e.Effective != plans.Immediately:
		return sub.TrialEnd, nil
	case sub.Status == Trialing:
		return later(e.At, asked), nil
	}
	e.Change = plans.Change{Cancel: true}
	permit, _, err := s.permit(e)
	if err != nil {
		return time.Time{}, err
	}
	switch e.Effective {
	case plans.Immediately:
		asked = e.At
	case plans.AtPeriodEnd:
		asked = sub.Period.End
	case plans.AtTermEnd:
		asked = later(sub.Period.End, sub.Contract.End())
	default:
	}
	switch {
	case asked.IsZero():
		return later(permit.At, e.At), nil
	case asked.Before(permit.At):
		return time.Time{}, s.refuse("it ends on " + permit.At.In(sub.location()).Format(time.DateOnly) + " at the earliest")
	}
	return asked, nil
}

// endNow ends what is there: a first invoice that was not paid is void.
func (s *step) endNow(exception *credits.Exception) error {
	if s.sub.Status == Incomplete {
		return s.abandon(Canceled)
	}
	if s.sub.Status == Trialing {
		s.sub.TrialEnd = s.sub.At
	}
	return s.end(Canceled, exception)
}

// abandon ends a subscription whose first invoice was not paid: it is void.
func (s *step) abandon(as Status) error {
	for _, d := range s.sub.Receivables {
		if !s.sub.retractable(d.Invoice) || d.ServiceFrom.Before(s.sub.Period.Start) {
			continue // what is owed from before stays owed
		}
		if err := s.undo(d.Invoice); err != nil {
			return err
		}
	}
	s.sub.UnbilledCharges = nil
	s.settle()
	period := s.sub.Period
	s.sub.Period = proration.Period{} // nothing of it was served
	err := s.end(as, nil)
	s.sub.Period = period
	return err
}

// firstPaymentOver ends a subscription whose first invoice was not paid in time.
func (s *step) firstPaymentOver(Deadline) error { return s.abandon(Expired) }

// cancellationDue lets a cancellation take effect.
func (s *step) cancellationDue(Deadline) error {
	s.sub.CancelAt = time.Time{}
	return s.endNow(nil)
}

// goOn takes a cancellation back that has not taken effect.
func (s *step) goOn(*Event) error {
	if s.sub.CancelAt.IsZero() {
		return s.refuse("it does not end")
	}
	s.sub.CancelAt = time.Time{}
	return nil
}

// renewalOff lets it end with its term. A period that is billed ahead is taken back, unless it is paid.
func (s *step) renewalOff(*Event) error {
	if s.sub.NoRenewal {
		return s.refuse("it does not renew already")
	}
	s.sub.NoRenewal = true
	return s.forgetUnlessPaid()
}

// forgetUnlessPaid takes back a period that is billed ahead; where it is paid, it is still served.
func (s *step) forgetUnlessPaid() error {
	if s.sub.keepsAhead() {
		return nil
	}
	return s.forget()
}

// renewalOn lets it renew after all.
func (s *step) renewalOn(*Event) error {
	if !s.sub.NoRenewal {
		return s.refuse("it renews already")
	}
	s.sub.NoRenewal = false
	return nil
}
