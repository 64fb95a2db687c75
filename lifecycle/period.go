package lifecycle

import (
	"errors"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// remind tells the customer what will happen.
func (s *step) remind(d Deadline) error {
	for _, r := range s.policy.Reminders {
		if r.OnlyWithoutPaymentMethod && s.sub.PaymentMethod != "" {
			continue
		}
		for _, of := range s.sub.comes(s.policy, r.Of) {
			at, err := r.Before.Before(of.At, s.sub.location())
			if err == nil && at.Equal(d.At) && !s.told(r.Of, of) {
				n := Notice{Kind: r.Of, Of: of.At}
				if of.Ref != "" {
					n.Invoice = of.Ref[1:]
				}
				s.notice(n)
			}
		}
	}
	return nil
}

// told reports whether the customer was told the same at this instant.
func (s *step) told(kind NoticeKind, of Deadline) bool {
	for _, n := range s.out.Notices {
		if n.Kind == kind && n.At.Equal(s.sub.At) && n.Of.Equal(of.At) && (of.Ref == "" || n.Invoice == of.Ref[1:]) {
			return true
		}
	}
	return false
}

// renewalDue begins the next period.
func (s *step) renewalDue(Deadline) error {
	if s.sub.PaymentMethod == "" && s.policy.Renewal.WithoutPaymentMethod > FinalContinue {
		return s.resortTo(s.policy.Renewal.WithoutPaymentMethod)
	}
	return s.bill()
}

// expiryDue ends what is not renewed.
func (s *step) expiryDue(Deadline) error { return s.end(Expired, nil) }

// aheadDue bills the next period before it begins. The contract stays what it is until then.
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
	inv, err := s.periodFrom(invoice.IssueRequest{Account: account, At: begins, IssuedAt: sub.At, DueAt: begins, Lines: sub.UnbilledCharges})
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
		s.collect(inv, begins, time.Time{})
	}
	s.collectHeld()
	return nil
}

// aheadBegins lets a period begin that was billed ahead, and bills for it what changed since. Where it is not paid, it is billed anew then.
func (s *step) aheadBegins(Deadline) error {
	sub := &s.sub
	a := sub.NextPeriod
	if before := *sub; sub.Status == Suspended && !sub.paidFor() {
		if before.At = sub.At.Add(-1); before.paidFor() {
			s.notice(Notice{Kind: NoticeAccessLost}) // what was paid for is over
		}
	}
	if len(a.Changes) > 0 && sub.retractable(a.Invoice) && !sub.asked(a.Invoice) {
		if err := s.forget(); err != nil {
			return err
		}
		if sub.Status == Suspended {
			return nil // it does not begin; who comes back begins anew
		}
		return s.bill()
	}
	sub.NextPeriod = nil
	sub.Contract = a.Contract
	if err := s.served(); err != nil {
		return err
	}
	if err := s.lacking(); err != nil {
		return err
	}
	s.trusted = []string{a.Invoice}
	defer func() { s.trusted = nil }()
	for _, c := range a.Changes {
		issued := len(s.out.Invoices)
		if err := s.bringAnyhow(c); err != nil {
			return err
		}
		for _, inv := range s.out.Invoices[issued:] {
			s.trusted = append(s.trusted, inv.ID) // another change at this instant credits it
		}
	}
	slices.SortStableFunc(sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
	return s.served()
}

// lacking bills what a minimum lacks for the period that is over, and whose next one is billed already.
func (s *step) lacking() error {
	sub := &s.sub
	if !sub.Contract.Minimum.IsPositive() {
		return nil
	}
	inv, err := s.periodFrom(invoice.IssueRequest{Account: sub.Account, At: sub.At})
	if err != nil {
		return err
	}
	s.collect(inv, sub.At, time.Time{})
	return nil
}

// bringAnyhow makes a change that was allowed before. Where it cannot be billed now, it is billed with the next period; where it cannot be made any
// more, the step says why.
func (s *step) bringAnyhow(c plans.Change) error {
	before := *s
	s.sub = s.sub.snapshot()
	err := s.bring(c)
	if !errors.Is(err, ErrRefused) && !isFault(err) {
		return err
	}
	*s = before
	after, withErr := s.sub.Contract.Changed(c, s.sub.At)
	if withErr != nil {
		s.refused = withErr.Error()
		return nil
	}
	s.sub.Contract = after
	return nil
}

// isFault reports whether an error is of an input.
func isFault(err error) bool { return errors.As(err, new(*proration.Error)) }

// bring makes a change at the instant and bills what it comes to.
func (s *step) bring(c plans.Change) error {
	held := time.Time{}
	switch restarts := c.Plan != nil && c.Plan.Interval != s.sub.Contract.Cycle.Interval && len(s.sub.Contract.Terms) == 0; {
	case s.policy.Prorations == NoProrations && !restarts && c.Term == nil && c.Anchor.IsZero():
		after, err := s.sub.Contract.Changed(c, s.sub.At)
		if err == nil {
			s.sub.Contract = after
		}
		return err
	case s.policy.Prorations == NextInvoice && !restarts && c.Term == nil:
		held = s.sub.Period.End
	}
	ahead := s.setAside() // what was billed ahead is changed when it begins
	inv, err := s.document(invoice.IssueRequest{Account: s.sub.Account, At: s.sub.At, Change: c})
	if err != nil {
		return err
	}
	s.sub.UnexpiredCharges = slices.Concat(ahead, s.sub.UnexpiredCharges)
	s.collect(inv, s.sub.At, held)
	return nil
}

// setAside takes the charges of a period that is billed ahead, and their credits, out of what was billed, and returns them.
func (s *step) setAside() (ahead []plans.Charge) {
	if s.sub.NextPeriod == nil || s.sub.NextPeriod.Invoice == "" {
		return nil
	}
	var left []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		if id := s.sub.NextPeriod.Invoice; invoiceOf(c.ID) == id && c.Corrects == "" || invoiceOf(c.Corrects) == id {
			ahead = append(ahead, c)
			continue
		}
		left = append(left, c)
	}
	s.sub.UnexpiredCharges = left
	return ahead
}

// changeDue makes a change that waited. Where its time is a boundary, the period that begins there is billed with it.
func (s *step) changeDue(d Deadline) error {
	sub := &s.sub
	w := sub.ScheduledChanges[0]
	sub.ScheduledChanges = sub.ScheduledChanges[1:]
	switch {
	case sub.NextPeriod != nil && !w.BilledInAdvance:
		sub.NextPeriod.Changes = append(sub.NextPeriod.Changes, w.Change.Clone())
		return nil
	case w.BilledInAdvance && sub.NextPeriod != nil:
		return nil // the contract of that period has it
	}
	if !sub.At.Before(sub.Period.End) {
		after, err := sub.Contract.Changed(w.Change, sub.At)
		if err != nil {
			s.refused = err.Error()
			return nil
		}
		sub.Contract = after
		return nil
	}
	end := sub.Period.End
	err := s.bring(w.Change)
	switch {
	case errors.Is(err, ErrRefused): // what it would credit is not paid: it waits for the next period
		w.At = end
		sub.ScheduledChanges = append(sub.ScheduledChanges, w)
		slices.SortStableFunc(sub.ScheduledChanges, func(a, b ScheduledChange) int { return a.At.Compare(b.At) })
		return nil
	case isFault(err):
		s.refused = err.Error()
		return nil
	}
	if err == nil {
		err = s.served()
	}
	s.move(end)
	return err
}

// inHand is what was paid in money and can go back: what is held for the next period is not paid yet, although it is credited.
func (s *step) inHand() decimal.Decimal {
	sum := s.sub.received()
	for _, d := range s.sub.Receivables {
		if i := s.sub.invoice(d.Invoice); i >= 0 && !d.CollectAt.IsZero() {
			sum = sum.Sub(s.sub.Invoices[i].Outstanding())
		}
	}
	return decimal.Max(sum, decimal.Decimal{})
}

// end ends the subscription: what is used up to it is billed, and what is not is given back as the policy says.
func (s *step) end(as Status, exception *credits.Exception) error {
	sub := &s.sub
	if err := s.forget(); err != nil {
		return err
	}
	contract, account := sub.Contract.Clone(), sub.Account
	if sub.inArrears() && !sub.EndedAt.IsZero() { // service stopped before
		account.EndedAt, account.UnbilledSince = time.Time{}, sub.At
	}
	if !sub.Period.End.IsZero() && sub.Status != Trialing && sub.Status != PendingStart {
		inv, err := s.document(invoice.IssueRequest{
			Account: account, At: sub.At, Change: plans.Change{Cancel: true}, Lines: sub.UnbilledCharges, Paid: s.inHand(), Exception: exception,
		})
		if err != nil {
			return err
		}
		sub.UnbilledCharges = nil
		s.collect(inv, sub.At, time.Time{})
		s.collectHeld()
	}
	if sub.inArrears() {
		contract.Discounts = sub.Contract.Discounts // those that were used are
	}
	sub.Contract = contract // as it goes on for who comes back
	sub.Status, sub.EndedAt = as, sub.At
	sub.CancelAt, sub.NoRenewal, sub.PauseAt, sub.ResumeAt, sub.PayBy = time.Time{}, false, time.Time{}, time.Time{}, time.Time{}
	sub.ScheduledChanges, sub.Dunned = nil, false
	return nil
}

// paidOver marks when what was paid for is over.
func (s *step) paidOver(Deadline) error {
	s.notice(Notice{Kind: NoticeAccessLost})
	return nil
}
