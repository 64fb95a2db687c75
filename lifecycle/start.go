package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// start begins service, or waits until it is to begin.
func (s *step) start(e *Event) error {
	if e.PaymentMethod != "" {
		if err := s.setMethod(e); err != nil {
			return err
		}
	}
	switch {
	case e.NoTrial && !e.On.After(e.At):
		return s.serve(false, 0)
	case e.On.After(e.At):
		s.sub.Status, s.sub.StartAt = PendingStart, e.On.In(s.sub.location())
		if e.NoTrial {
			s.sub.TrialEnd = s.sub.StartAt // there is none to come
		}
		return nil
	}
	return s.tryOrServe(false)
}

// startNow begins service that waited for its time.
func (s *step) startNow(Deadline) error {
	at := s.sub.StartAt
	s.sub.StartAt = time.Time{}
	if s.sub.TrialEnd.Equal(at) {
		s.sub.TrialEnd = time.Time{}
		return s.serve(true, 0)
	}
	if s.policy.Trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.trialOver(Deadline{}) // it was taken off file since, and there is no trial
	}
	return s.tryOrServe(true)
}

// tryOrServe begins the trial, where there is one. Service that begins later than it was agreed is anchored where it does.
func (s *step) tryOrServe(anew bool) error {
	trial := s.policy.Trial
	if trial.Length == (proration.Interval{}) {
		return s.serve(anew, 0)
	}
	if trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.refuse("a trial begins with a method of payment")
	}
	end, err := trial.Length.After(s.sub.At, s.sub.location())
	if err != nil {
		return err
	}
	s.sub.Status, s.sub.TrialEnd = Trialing, end
	return nil
}

// buy begins the paid term while the trial runs. What becomes of the days that are left is the policy's.
func (s *step) buy(*Event) error {
	start, days := s.policy.Trial.Starts(s.sub.At, s.sub.TrialEnd)
	if start.After(s.sub.At) {
		return s.refuse("it begins by itself on " + start.In(s.sub.location()).Format(time.DateOnly) + ", when the trial is over")
	}
	end := s.sub.TrialEnd
	s.sub.TrialEnd = s.sub.At
	err := s.serve(true, days)
	if s.sub.Status == Incomplete {
		s.sub.TrialEnd = end
	}
	return err
}

// trialOver begins the first period, unless it was canceled or nobody could pay.
func (s *step) trialOver(Deadline) error {
	if without := s.policy.Trial.WithoutPaymentMethod; s.sub.PaymentMethod == "" && without > FinalContinue {
		return s.resortTo(without)
	}
	return s.serve(true, 0)
}

// resortTo does what the policy says where nobody can pay.
func (s *step) resortTo(r FinalAction) error {
	if r == FinalSuspend || r == FinalPause {
		if err := s.stop(); err != nil {
			return err
		}
	}
	switch r {
	case FinalSuspend:
		s.sub.Status = Suspended
		s.notice(Notice{Kind: NoticeAccessLost})
	case FinalPause:
		s.sub.Status = Paused
		s.notice(Notice{Kind: NoticeAccessLost})
	case FinalCancel:
		return s.end(Canceled, nil)
	case FinalContinue:
	}
	return nil
}

// serve begins the first period at the instant: with the contract as it stands, or anew with it.
func (s *step) serve(anew bool, longer int) error {
	sub := &s.sub
	fixed := sub.Contract.Cycle.Day != 0 && len(sub.Contract.Terms) == 0 && longer == 0
	later := len(sub.Contract.Terms) > 0 && sub.Contract.Terms[0].Period.Start.After(sub.At)
	if anew && !fixed || later {
		if err := s.anew(longer); err != nil {
			return err
		}
	}
	sub.UnbilledSince, sub.Status = time.Time{}, Active
	if err := s.bill(); err != nil {
		return err
	}
	return s.await()
}

// await lets service wait for the payment of its first invoice, where the policy has it so.
func (s *step) await() error {
	sub := &s.sub
	if s.policy.FirstPaymentTimeout == (proration.Interval{}) || !sub.awaits() {
		return nil
	}
	by, err := s.policy.FirstPaymentTimeout.After(sub.At, sub.location())
	if err != nil {
		return err
	}
	sub.Status, sub.PayBy = Incomplete, by
	return nil
}

// awaits reports whether an invoice of the period that is served is unpaid.
func (s *Subscription) awaits() bool {
	return slices.ContainsFunc(s.Receivables, func(d Collection) bool { return !d.ServiceFrom.Before(s.Period.Start) })
}

// anew lets the contract begin at the instant.
func (s *step) anew(longer int) error {
	after, err := s.sub.Contract.StartingAt(s.sub.At, longer)
	if err != nil {
		return proration.Under("contract", err)
	}
	s.sub.Contract = after
	return nil
}

// bill bills the period that begins at the instant with what waited for it, collects what was held for it, and lets it be the one that is served.
func (s *step) bill() error {
	sub := &s.sub
	if err := s.retime(); err != nil {
		return err
	}
	inv, err := s.periodFrom(invoice.IssueRequest{Account: sub.Account, At: sub.At, Lines: sub.UnbilledCharges})
	if err != nil {
		return err
	}
	sub.UnbilledCharges = nil
	s.collect(inv, sub.At, time.Time{})
	s.collectHeld()
	return s.served()
}

// retime lets the policy's timing hold for the period that begins at the instant. What was used before it is billed as it was to be. A term that is
// billed up front stays in advance.
func (s *step) retime() error {
	sub := &s.sub
	switch arrears := s.policy.Billing.Timing == proration.InArrears && !sub.upFront(); {
	case arrears && !sub.inArrears():
		sub.UnbilledSince = sub.At
	case !arrears && sub.inArrears():
		inv, err := s.document(invoice.IssueRequest{Account: sub.Account, At: sub.At})
		if err != nil {
			return err
		}
		s.collect(inv, sub.At, time.Time{})
		s.adopt()
		sub.UnbilledSince = time.Time{}
	}
	return nil
}

// inArrears reports whether the period that is served is billed when it is over: as the policy had it when it began.
func (s *Subscription) inArrears() bool { return !s.UnbilledSince.IsZero() }

// upFront reports whether the whole term is billed when it begins.
func (s *Subscription) upFront() bool {
	return len(s.Contract.Terms) > 0 && s.Contract.Terms[0].Term.Billing == plans.UpFront
}

// collectHeld collects what was held for the next period.
func (s *step) collectHeld() {
	for i := range s.sub.Receivables {
		if !s.sub.Receivables[i].CollectAt.IsZero() {
			s.ask(i)
		}
	}
}

// served lets the period that holds the instant be the one that is served.
func (s *step) served() error {
	rest, err := s.sub.Contract.RemainingPortions(s.sub.At)
	if err != nil {
		return err
	}
	p := rest[0]
	s.sub.Period = proration.Period{Start: p.Period.Start, End: p.Span.End}
	if !p.Span.End.After(s.sub.At) {
		return fault.New("contract.cycle", proration.ErrPeriod, "no period holds %s", s.sub.At.Format(time.RFC3339))
	}
	return nil
}

// forget takes back a period that was billed ahead and not paid; what is paid of one stays.
func (s *step) forget() error {
	a := s.sub.NextPeriod
	if a == nil {
		return nil
	}
	s.sub.NextPeriod = nil
	if i := s.sub.due(a.Invoice); i >= 0 && s.sub.underWay(a.Invoice) {
		s.renounce(i)
		s.sub.UnbilledCharges = append(slices.Clone(a.IncludedCharges), s.sub.UnbilledCharges...)
		if s.sub.Status == PastDue {
			s.standing()
		}
		return nil
	}
	if !s.sub.retractable(a.Invoice) {
		return nil
	}
	if err := s.undo(a.Invoice); err != nil {
		return err
	}
	s.sub.UnbilledCharges = append(slices.Clone(a.IncludedCharges), s.sub.UnbilledCharges...)
	s.settle()
	if s.sub.Status == PastDue {
		s.standing()
	}
	return nil
}

// retractable reports whether an invoice can be taken back: nothing was paid on it, and no payment is under way.
func (s *Subscription) retractable(id string) bool {
	i := s.invoice(id)
	return i >= 0 && s.Invoices[i].Status == invoice.Open && !s.Invoices[i].Received().IsPositive()
}

// renounce lets an invoice be void once it is known what came of the payment that is under way.
func (s *step) renounce(due int) {
	d := &s.sub.Receivables[due]
	d.VoidWhenKnown = true
	s.sub.UnexpiredCharges = slices.DeleteFunc(s.sub.UnexpiredCharges, func(c plans.Charge) bool { return invoiceOf(c.ID) == d.Invoice })
}

// standing lets the status follow from what is overdue: nothing, or something whose grace runs. What is suspended stays so while a grace is over.
func (s *step) standing() {
	sub := &s.sub
	overdue, over := false, false
	for _, d := range sub.Receivables {
		if d.FirstFailedAt.IsZero() || d.VoidWhenKnown {
			continue
		}
		overdue = true
		if !d.GraceUntil.IsZero() && !d.GraceUntil.After(sub.At) {
			over = true
		}
	}
	switch {
	case sub.Status == Incomplete && !sub.awaits():
		sub.Status, sub.PayBy = Active, time.Time{}
	case sub.Status == PastDue && !overdue:
		sub.Status = Active
	case sub.Status == Active && overdue:
		sub.Status = PastDue
	case sub.Status == Suspended && !over && overdue:
		sub.Status = PastDue
	case sub.Status == Suspended && !overdue:
		sub.Status = Active
	}
}
