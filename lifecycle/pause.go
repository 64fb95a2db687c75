package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// pause begins a pause, or lets it wait for the end of the period.
func (s *step) pause(e *Event) error {
	sub := &s.sub
	switch {
	case s.policy.Pause == (Pause{}):
		return s.refuse("there are no pauses")
	case len(sub.Contract.Terms) > 0:
		return s.refuse("a term that was agreed on is not paused")
	case !sub.PauseAt.IsZero():
		return s.refuse("a pause begins on " + sub.PauseAt.In(sub.location()).Format(time.DateOnly) + " already")
	case !sub.CancelAt.IsZero() || sub.NoRenewal:
		return s.refuse("it ends with its period")
	}
	at := e.At
	if s.policy.Pause.Effective == plans.AtPeriodEnd {
		at = sub.Period.End
	}
	if err := s.forgetUnlessPaid(); err != nil {
		return err
	}
	switch a := sub.NextPeriod; {
	case a != nil && s.policy.Pause.Effective == plans.Immediately:
		sub.Contract, sub.NextPeriod = a.Contract, nil // it is paid: what is not used of it goes back too, or is used later
	case a != nil:
		at = a.Period.End // which is paid for
	}
	if !e.Until.IsZero() && !e.Until.After(at) {
		return s.conflict(fault.New("event.until", proration.ErrOutside, "the pause begins at %s", at.Format(time.RFC3339)))
	}
	sub.ResumeAt = e.Until
	if !e.Until.IsZero() {
		sub.ResumeAt = e.Until.In(sub.location())
	}
	if at.After(e.At) {
		sub.PauseAt = at
		return nil
	}
	return s.rest()
}

// pauseDue begins a pause that waited.
func (s *step) pauseDue(Deadline) error { return s.rest() }

// rest pauses: what is paid for becomes balance, where the policy says so, and what waits for an invoice is billed.
func (s *step) rest() error {
	sub := &s.sub
	sub.PauseAt = time.Time{}
	var back []plans.Charge
	if s.policy.Pause.Unused == credits.AsBalance && sub.At.Before(sub.Period.End) && !sub.inArrears() {
		var err error
		if back, err = s.notUsed(sub.UnexpiredCharges); err != nil {
			return err
		}
	}
	if lines := slices.Concat(back, sub.UnbilledCharges); len(lines) > 0 {
		sub.UnbilledCharges = nil
		if err := s.issue(lines); err != nil {
			return err
		}
	}
	if err := s.stop(); err != nil {
		return err
	}
	s.collectHeld()
	sub.Status = Paused
	return nil
}

// stop bills what was used until service stops, where that is billed when it is over: nothing after it is used. What leaving early costs is for the end.
func (s *step) stop() error {
	sub := &s.sub
	if !sub.inArrears() || !sub.EndedAt.IsZero() {
		return nil
	}
	contract, account := sub.Contract.Clone(), sub.Account
	account.Contract = contract.Clone()
	for i := range account.Contract.Terms {
		account.Contract.Terms[i].Term.TerminationFee = plans.TerminationFee{}
	}
	inv, err := s.document(invoice.IssueRequest{Account: account, At: sub.At, Change: plans.Change{Cancel: true}})
	if err != nil {
		return err
	}
	contract.Discounts = sub.Contract.Discounts // those that were used are
	sub.Contract = contract
	s.collect(inv, sub.At, time.Time{})
	return nil
}

// notUsed returns the credits of charges that are paid, for what of them is not used.
func (s *step) notUsed(charges []plans.Charge) ([]plans.Charge, error) {
	return credits.Unused(credits.Request{
		Charges: paidOf(charges, s.unpaid()), At: s.sub.At, CreditBasis: s.policy.Billing.CreditBasis, Policy: s.policy.Billing.Proration, Location: s.sub.Contract.Cycle.Location,
	})
}

// paidOf returns the charges that are paid, and their credits.
func paidOf(billed []plans.Charge, unpaid []string) (paid []plans.Charge) {
	for _, c := range billed {
		of := c.ID
		if c.Corrects != "" {
			of = c.Corrects
		}
		open := false
		for _, id := range unpaid {
			open = open || id == invoiceOf(of)
		}
		if !open {
			paid = append(paid, c)
		}
	}
	return paid
}

// resume ends a pause, or takes one back that has not begun.
func (s *step) resume(*Event) error {
	if s.sub.Status == Active {
		if s.sub.PauseAt.IsZero() {
			return s.refuse("there is no pause")
		}
		s.sub.PauseAt, s.sub.ResumeAt = time.Time{}, time.Time{}
		return nil
	}
	return s.reactivate(nil)
}

// resumeDue ends a pause.
func (s *step) resumeDue(Deadline) error {
	s.sub.ResumeAt = time.Time{}
	return s.reactivate(nil)
}
