package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
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
	at, timing, err := s.endsAt(e)
	if err != nil {
		return err
	}
	open := s.policy.Dunning.OpenInvoice
	if timing == plans.AtPaidThrough {
		open = OpenVoid // the time that is not paid is not owed either
	}
	if err := s.checkException(e.Exception, at, open); err != nil {
		return err
	}
	if !at.After(e.At) {
		return s.endNow(e.Exception, open)
	}
	if a := sub.NextPeriod; a != nil && !at.After(a.Period.Start) {
		if sub.keepsAhead() {
			at = a.Period.End
		} else if err := s.forget(); err != nil {
			return err
		}
	}
	sub.CancelAt = at.In(sub.location())
	return s.endLater(sub.CancelAt)
}

// checkException refuses an exception to the refund rules that would not be applied: at a later end, and at an end that
// returns no charge.
func (s *step) checkException(exception *credits.Exception, at time.Time, open OpenInvoice) error {
	sub := &s.sub
	returnable := func(c plans.Charge) bool {
		left := c.Net
		for i := range sub.UnexpiredCharges {
			if sub.UnexpiredCharges[i].Corrects == c.ID {
				left = left.Add(sub.UnexpiredCharges[i].Net)
			}
		}
		voided := open == OpenVoid && sub.retractable(lineid.Invoice(c.ID))
		unused := exception.Give != credits.UnusedPart || c.Span.End.After(sub.At)
		return c.Corrects == "" && left.IsPositive() && unused && !voided
	}
	var reason string
	switch {
	case exception == nil:
		return nil
	case at.After(sub.At):
		reason = "must be unset for an end on " + sub.date(at) + "; send cancellation_requested again at that time, with it"
	case of(PendingStart, Incomplete, Trialing).has(sub.Status) || !slices.ContainsFunc(sub.UnexpiredCharges, returnable):
		reason = "must be unset; no charge is left that it could return"
	default:
		return nil
	}
	return s.conflict(fault.New("event.exception", proration.ErrInvalid, "%s", reason))
}

// paidThrough returns the end of the time that is paid for, and the present time if that is over.
func (s *Subscription) paidThrough() time.Time {
	switch {
	case !s.paidFor():
		return s.At
	case s.keepsAhead():
		return s.NextPeriod.Period.End
	}
	return s.Period.End
}

// endsAt returns the instant at which a cancellation takes effect, and the timing that set it.
func (s *step) endsAt(e *Event) (time.Time, plans.EffectiveTiming, error) {
	sub := &s.sub
	asked := e.On
	switch {
	case sub.Status == PendingStart, sub.Status == Incomplete, sub.Status == Paused,
		sub.Status == Suspended && !sub.paidFor():
		return later(e.At, asked), e.Effective, nil // there is no paid service to end
	case sub.Status == Trialing && asked.IsZero() && e.Effective != plans.Immediately:
		return sub.TrialEnd, e.Effective, nil
	case sub.Status == Trialing:
		return later(e.At, asked), e.Effective, nil
	}
	cancel := *e
	cancel.Change = plans.Change{Cancel: true}
	permit, err := s.permit(s.policy.ChangeRules, sub.Contract, &cancel)
	return later(permit.At, e.At), permit.Effective, err
}

// endNow cancels the subscription now. The unpaid first invoice of an incomplete subscription is voided.
func (s *step) endNow(exception *credits.Exception, open OpenInvoice) error {
	if s.sub.Status == Incomplete {
		return s.abandon(Canceled)
	}
	switch {
	case s.sub.Status == Trialing:
		s.sub.TrialEnd = s.sub.At
	case s.sub.Status == PendingStart:
		s.sub.TrialEnd = time.Time{} // it never started
	}
	return s.endWith(Canceled, exception, open, false)
}

// cancellationDue makes a scheduled cancellation take effect.
func (s *step) cancellationDue(Deadline) error {
	s.sub.CancelAt = time.Time{}
	return s.endNow(nil, s.policy.Dunning.OpenInvoice)
}
