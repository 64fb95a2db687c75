package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// reactivate restores service. If an invoice is overdue, its payment is requested and service waits for it. Otherwise a
// period that is paid or billed continues, or a new one starts. A change of the contract is made at once: a new period
// bills the changed contract, and a period that continues bills the difference.
func (s *step) reactivate(e *Event) error {
	return s.paidFirst(e, (*step).reactivateNow)
}

// reactivateNow restores service without waiting for a payment of the event.
func (s *step) reactivateNow(e *Event) error {
	s.paysFirst = s.paysFirst || s.policy.Reactivation.IfPaid
	if e.Change.IsZero() {
		return s.resumeService(nil)
	}
	if c := &e.Change; !c.End.IsZero() || c.Cancel || !c.AnchorAt.IsZero() {
		return s.refuse("A reactivation cannot set a billing date or an end; send reactivated first, then changed.")
	}
	return s.resumeService(e)
}

// resumeService restores service, with the change of an event unless that is nil.
func (s *step) resumeService(e *Event) error {
	sub := &s.sub
	for i := range sub.Receivables {
		r := &sub.Receivables[i]
		if r.FirstFailedAt.IsZero() || sub.Status == Paused && (r.GraceUntil.IsZero() || r.GraceUntil.After(sub.At)) {
			continue // service continues during the grace period
		}
		if err := s.become(Suspended); err != nil {
			return err
		}
		if !sub.inArrears() && sub.continues() {
			sub.EndedAt = time.Time{} // the period continues when the invoice is paid, and a change until then is billed
		}
		if _, err := s.collectOverdue(); err != nil || e == nil {
			return err
		}
		return s.change(e)
	}
	if !sub.continues() {
		return s.restartChanged(e)
	}
	if err := s.become(Active); err != nil {
		return err
	}
	sub.Dunned = false
	sub.EndedAt, sub.PauseAt, sub.ResumeAt = time.Time{}, time.Time{}, time.Time{}
	if err := s.standing(); err != nil {
		return err
	}
	if err := s.served(); err != nil || e == nil {
		return err
	}
	return s.change(e)
}

// restartChanged starts a new period of the contract, with the change of an event unless that is nil.
func (s *step) restartChanged(e *Event) error {
	anchor := s.policy.Reactivation.BillingAnchor
	if e == nil {
		return s.restart(anchor)
	}
	change := *e
	if change.Change.Anchor != 0 {
		anchor = change.Change.Anchor
	}
	if anchor == plans.AnchorReset {
		change.Change.Anchor = 0 // the new period resets it
	}
	if !change.Change.IsZero() {
		if err := s.changeContract(&change); err != nil {
			return err
		}
	}
	return s.restart(anchor)
}

// restart starts a new period for a returning customer. Scheduled changes that are due take effect and later ones are
// dropped. Earlier charges can no longer be credited, except paid ones for time to come, which are credited now.
func (s *step) restart(anchor plans.BillingAnchor) error {
	sub := &s.sub
	if s.booking {
		return nil
	}
	if err := s.lapse(); err != nil {
		return err
	}
	if err := s.forget(); err != nil {
		return err
	}
	if err := s.billWaiting(); err != nil {
		return err
	}
	if err := s.giveAheadBack(); err != nil {
		return err
	}
	s.adopt()
	sub.ScheduledChanges, sub.CancelAt, sub.PauseAt, sub.ResumeAt = nil, time.Time{}, time.Time{}, time.Time{}
	sub.UnexpiredCharges, sub.EndedAt, sub.UnbilledSince, sub.ItemsBilledTo = nil, time.Time{}, time.Time{}, time.Time{}
	sub.NoRenewal, sub.GaveUp = false, false
	if anchor == plans.AnchorReset || len(sub.Contract.Terms) > 0 {
		if err := s.anew(0); err != nil {
			return err
		}
	}
	s.begins()
	over := sub.Status.over()
	if err := s.become(Active); err != nil {
		return err
	}
	if err := s.bill(); err != nil {
		return err
	}
	if over {
		if err := s.await(); err != nil {
			return err
		}
	}
	return s.standing()
}

// giveAheadBack credits the charges for time to come, such as a paid addition to a base that is not paid, because the
// new period replaces them. Open invoices are lowered.
func (s *step) giveAheadBack() error {
	ahead := func(c plans.Charge) bool { return c.Corrects == "" && c.Span.End.After(s.sub.At) }
	if s.sub.inArrears() || !slices.ContainsFunc(s.sub.UnexpiredCharges, ahead) {
		return nil
	}
	account := s.sub.Account
	account.EndedAt = time.Time{} // charges of an ended contract can still be credited
	inv, err := s.document(invoice.IssueRequest{Account: account, At: s.sub.At, Close: true})
	if err == nil {
		err = s.collect(inv, s.sub.At)
	}
	s.lowered = nil
	return err
}
