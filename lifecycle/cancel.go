package lifecycle

import (
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// cancel ends the subscription now or schedules its end, but not earlier than the change rules allow.
func (s *step) cancel(e *Event) error {
	sub := &s.sub
	if !sub.CancelAt.IsZero() && e.Effective == 0 && e.On.IsZero() {
		ends := sub.date(sub.CancelAt)
		return s.refuse("The subscription already ends on " + ends + "; send cancellation_withdrawn to keep it.")
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

// endsAt returns the instant at which a cancellation takes effect.
func (s *step) endsAt(e *Event) (time.Time, error) {
	sub := &s.sub
	asked := e.On
	switch {
	case sub.Status == PendingStart, sub.Status == Incomplete, sub.Status == Paused,
		sub.Status == Suspended && !sub.paidFor():
		return later(e.At, asked), nil // there is no paid service to end
	case sub.Status == Trialing && asked.IsZero() && e.Effective != plans.Immediately:
		return sub.TrialEnd, nil
	case sub.Status == Trialing:
		return later(e.At, asked), nil
	}
	e.Change = plans.Change{Cancel: true}
	permit, err := s.permit(s.policy.ChangeRules, sub.Contract, e)
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
		earliest := sub.date(permit.At)
		return time.Time{}, s.refuse("The subscription can end on " + earliest + " at the earliest; " +
			"send cancellation_requested for that date or a later one.")
	}
	return asked, nil
}

// endNow cancels the subscription now. The unpaid first invoice of an incomplete subscription is voided.
func (s *step) endNow(exception *credits.Exception) error {
	if s.sub.Status == Incomplete {
		return s.abandon(Canceled)
	}
	if s.sub.Status == Trialing {
		s.sub.TrialEnd = s.sub.At
	}
	return s.end(Canceled, exception)
}

// abandon ends a subscription whose first invoice was not paid, and voids that invoice.
func (s *step) abandon(as Status) error {
	for i := range s.sub.Receivables {
		r := &s.sub.Receivables[i]
		if !s.sub.retractable(r.Invoice) || r.ServiceFrom.Before(s.sub.Period.Start) {
			continue // earlier and partly paid invoices stay due
		}
		if err := s.undo(r.Invoice); err != nil {
			return err
		}
	}
	s.sub.UnbilledCharges = nil
	period := s.sub.Period
	s.sub.Period = proration.Period{} // no service was used, so end bills nothing
	err := s.end(as, nil)
	s.sub.Period = period
	return err
}

// firstPaymentOver expires a subscription whose first invoice was not paid in time.
func (s *step) firstPaymentOver(Deadline) error { return s.abandon(Expired) }

// cancellationDue makes a scheduled cancellation take effect.
func (s *step) cancellationDue(Deadline) error {
	s.sub.CancelAt = time.Time{}
	return s.endNow(nil)
}

// goOn withdraws a scheduled cancellation.
func (s *step) goOn(*Event) error {
	if s.sub.CancelAt.IsZero() {
		return s.refuse("No cancellation is scheduled.")
	}
	s.sub.CancelAt = time.Time{}
	return nil
}

// renewalOff disables renewal: the subscription ends with its term or period. If the next period is already invoiced,
// it is canceled unless money was received for it.
func (s *step) renewalOff(*Event) error {
	if s.sub.NoRenewal {
		return s.refuse("Renewal is already disabled; send renewal_enabled to renew again.")
	}
	s.sub.NoRenewal = true
	return s.forgetUnlessPaid()
}

// forgetUnlessPaid cancels an invoiced next period unless money was received for it.
func (s *step) forgetUnlessPaid() error {
	if s.sub.keepsAhead() {
		return nil
	}
	return s.forget()
}

// renewalOn enables renewal again.
func (s *step) renewalOn(*Event) error {
	if !s.sub.NoRenewal {
		return s.refuse("Renewal is already enabled; send renewal_disabled to stop it.")
	}
	s.sub.NoRenewal = false
	return nil
}

// date returns the date of an instant on the customer's calendar, "2026-05-01".
func (s *Subscription) date(t time.Time) string { return t.In(s.location()).Format(time.DateOnly) }
