package lifecycle

import (
	"errors"
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// renewalDue bills the next period, or takes the final action if there is no payment method.
func (s *step) renewalDue(Deadline) error {
	if s.sub.PaymentMethod == "" && s.policy.Renewal.WithoutPaymentMethod > FinalContinue {
		return s.takeFinalAction(s.policy.Renewal.WithoutPaymentMethod)
	}
	return s.bill()
}

// expiryDue ends a subscription that does not renew.
func (s *step) expiryDue(Deadline) error { return s.end(Expired, nil) }

// aheadDue bills the next period before it begins, with the changes scheduled until then. The contract stays the same.
func (s *step) aheadDue(Deadline) error {
	sub := &s.sub
	account := sub.Account
	begins := sub.Period.End
	for i := range sub.ScheduledChanges {
		w := &sub.ScheduledChanges[i]
		if w.At.After(begins) {
			continue
		}
		after, err := account.Contract.Changed(w.Change, begins)
		if err != nil {
			return err
		}
		account.Contract, w.BilledInAdvance = after, true
	}
	now := sub.Contract
	o := invoice.IssueRequest{Account: account, At: begins, IssuedAt: sub.At, DueAt: begins, Lines: sub.UnbilledCharges}
	inv, err := s.periodFrom(o)
	if err != nil {
		return err
	}
	a := NextPeriod{Contract: sub.Contract, IncludedCharges: sub.UnbilledCharges}
	rest, err := a.Contract.RemainingPortions(begins)
	if err != nil {
		return err
	}
	a.Period = proration.Period{Start: begins, End: rest[0].Span.End}
	sub.Contract, sub.UnbilledCharges, sub.NextPeriod = now, nil, &a
	if inv != nil {
		a.Invoice = inv.ID
		if err := s.collect(inv, begins, time.Time{}); err != nil {
			return err
		}
	}
	return s.collectHeld()
}

// aheadBegins starts a period whose invoice was issued in advance, and bills the changes made since then. If there
// were changes and no payment of the invoice was received or requested, it is voided and the period is billed anew.
func (s *step) aheadBegins(Deadline) error {
	sub := &s.sub
	a := sub.NextPeriod
	if before := *sub; sub.Status == Suspended && !sub.paidFor() {
		if before.At = sub.At.Add(-1); before.paidFor() {
			s.notice(Notice{Kind: NoticeAccessLost}) // the paid period has ended
		}
	}
	if len(a.Changes) > 0 && sub.retractable(a.Invoice) && sub.phase(a.Invoice) != invoice.PhaseRequested {
		if err := s.forget(); err != nil {
			return err
		}
		if sub.Status == Suspended {
			return nil // the period does not begin; a reactivation starts a new one
		}
		return s.bill()
	}
	sub.NextPeriod = nil
	sub.Contract = a.Contract
	if err := s.served(); err != nil {
		return err
	}
	if err := s.billShortfall(); err != nil {
		return err
	}
	s.trusted = []string{a.Invoice}
	defer func() { s.trusted = nil }()
	for _, c := range a.Changes {
		issued := len(s.out.Invoices)
		if err := s.billAllowedChange(c); err != nil {
			return err
		}
		for _, inv := range s.out.Invoices[issued:] {
			s.trusted = append(s.trusted, inv.ID) // a later change at this instant may credit it
		}
	}
	slices.SortStableFunc(sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.served()
}

// billShortfall bills the minimum shortfall of the period that has just ended.
func (s *step) billShortfall() error {
	sub := &s.sub
	if !sub.Contract.Minimum.IsPositive() {
		return nil
	}
	inv, err := s.periodFrom(invoice.IssueRequest{Account: sub.Account, At: sub.At})
	if err != nil {
		return err
	}
	return s.collect(inv, sub.At, time.Time{})
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

// billChange makes a change at this instant and bills the difference as Policy.Prorations says.
func (s *step) billChange(c plans.Change) error {
	held, contract := time.Time{}, &s.sub.Contract
	switch restarts := restarts(contract, &c); {
	case s.policy.Prorations == NoProrations && !restarts && c.Term == nil:
		after, err := s.sub.Contract.Changed(c, s.sub.At)
		if err == nil {
			s.sub.Contract = after
		}
		return err
	case s.policy.Prorations == NextInvoice && !restarts && c.Term == nil:
		held = s.sub.Period.End
	}
	ahead := s.setAside() // the advance invoice is changed when its period begins
	inv, err := s.document(invoice.IssueRequest{Account: s.sub.Account, At: s.sub.At, Change: c})
	if err != nil {
		return err
	}
	s.sub.UnexpiredCharges = slices.Concat(ahead, s.sub.UnexpiredCharges)
	return s.collect(inv, s.sub.At, held)
}

// setAside removes the charges of the advance invoice, and their credits, from the unexpired charges and returns them.
func (s *step) setAside() (ahead []plans.Charge) {
	if s.sub.NextPeriod == nil || s.sub.NextPeriod.Invoice == "" {
		return nil
	}
	var left []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		of := c.ID
		if c.Corrects != "" {
			of = c.Corrects
		}
		if lineid.Invoice(of) == s.sub.NextPeriod.Invoice {
			ahead = append(ahead, c)
			continue
		}
		left = append(left, c)
	}
	s.sub.UnexpiredCharges = left
	return ahead
}

// changeDue makes a scheduled change. At the end of a period it changes the contract, and the renewal bills the change.
func (s *step) changeDue(d Deadline) error {
	sub := &s.sub
	w := sub.ScheduledChanges[0]
	sub.ScheduledChanges = sub.ScheduledChanges[1:]
	switch {
	case sub.NextPeriod != nil && !w.BilledInAdvance:
		sub.NextPeriod.Changes = append(sub.NextPeriod.Changes, w.Change.Clone())
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

// end ends the subscription: it bills usage and credits or refunds unused charges, as the policy or exception says.
func (s *step) end(as Status, exception *credits.Exception) error {
	sub := &s.sub
	if _, err := s.retractNextPeriod(); err != nil {
		return err
	}
	contract, account := sub.Contract, sub.Account
	if sub.inArrears() && !sub.EndedAt.IsZero() { // service stopped earlier
		account.EndedAt, account.UnbilledSince = time.Time{}, sub.At
	}
	if !sub.Period.End.IsZero() && sub.Status != Trialing && sub.Status != PendingStart {
		inv, err := s.document(invoice.IssueRequest{
			Account: account, At: sub.At, Change: plans.Change{Cancel: true}, Lines: sub.UnbilledCharges,
			Paid: sub.refundableMoney(), Exception: exception,
		})
		if err != nil {
			return err
		}
		sub.UnbilledCharges = nil
		if err := s.collect(inv, sub.At, time.Time{}); err != nil {
			return err
		}
		if err := s.collectHeld(); err != nil {
			return err
		}
	}
	if sub.inArrears() {
		contract.Discounts = sub.Contract.Discounts // used discounts stay used
	}
	sub.Contract = contract // a reactivation continues with it
	if err := s.become(as); err != nil {
		return err
	}
	sub.EndedAt = sub.At
	sub.CancelAt, sub.NoRenewal, sub.PauseAt, sub.ResumeAt = time.Time{}, false, time.Time{}, time.Time{}
	sub.PayBy, sub.ScheduledChanges, sub.Dunned = time.Time{}, nil, false
	return nil
}

// paidOver notifies the customer that access has ended with the paid period.
func (s *step) paidOver(Deadline) error {
	s.notice(Notice{Kind: NoticeAccessLost})
	return nil
}
