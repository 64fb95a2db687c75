package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// start starts service at once, or schedules it for Event.On.
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
		s.sub.StartAt = e.On.In(s.sub.location())
		if e.NoTrial {
			s.sub.TrialEnd = s.sub.StartAt // marks that there is no trial
		}
		return s.become(PendingStart)
	}
	return s.startTrialOrService(false)
}

// startNow starts service that was scheduled for this instant.
func (s *step) startNow(Deadline) error {
	at := s.sub.StartAt
	s.sub.StartAt = time.Time{}
	if s.sub.TrialEnd.Equal(at) {
		s.sub.TrialEnd = time.Time{}
		return s.serve(true, 0)
	}
	trial := s.sub.Contract.Trial != proration.Interval{}
	if trial && s.policy.Trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.trialOver(Deadline{}) // the payment method was removed, so there is no trial
	}
	return s.startTrialOrService(true)
}

// startTrialOrService starts the trial if the contract has one, and paid service otherwise. If anew is set, the
// contract restarts at this instant, because service starts later than agreed.
func (s *step) startTrialOrService(anew bool) error {
	if s.sub.Contract.Trial == (proration.Interval{}) {
		return s.serve(anew, 0)
	}
	if s.policy.Trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.refuse("The trial requires a payment method; send payment_method_added first.")
	}
	end, err := s.sub.Contract.Trial.After(s.sub.At, s.sub.location())
	if err != nil {
		return err
	}
	s.sub.TrialEnd = end
	return s.become(Trialing)
}

// buy converts a running trial to paid service. The policy's UnusedTrial carries the remaining days over, forfeits
// them, or refuses the event because paid service starts when the trial ends.
func (s *step) buy(*Event) error {
	start, days := s.policy.Trial.UnusedTrial.Starts(s.sub.At, s.sub.TrialEnd)
	if start.After(s.sub.At) {
		return s.refuse("Paid service starts on " + s.sub.date(start) + ", when the trial ends; no event is needed.")
	}
	end := s.sub.TrialEnd
	s.sub.TrialEnd = s.sub.At
	err := s.serve(true, days)
	if s.sub.Status == Incomplete {
		s.sub.TrialEnd = end
	}
	return err
}

// trialOver starts the first paid period at the end of the trial. If there is no payment method, it takes the final
// action of the trial policy instead.
func (s *step) trialOver(Deadline) error {
	if without := s.policy.Trial.WithoutPaymentMethod; s.sub.PaymentMethod == "" && without > FinalContinue {
		return s.takeFinalAction(without)
	}
	return s.serve(true, 0)
}

// takeFinalAction suspends, pauses or cancels a subscription that has no payment method, or changes nothing.
func (s *step) takeFinalAction(r FinalAction) error {
	if r == FinalSuspend || r == FinalPause {
		if err := s.stop(); err != nil {
			return err
		}
	}
	switch r {
	case FinalSuspend:
		s.notice(Notice{Kind: NoticeAccessLost})
		return s.become(Suspended)
	case FinalPause:
		s.notice(Notice{Kind: NoticeAccessLost})
		return s.become(Paused)
	case FinalCancel:
		return s.end(Canceled, nil)
	case FinalContinue:
	}
	return nil
}

// serve starts the first paid period, which is longer by the given number of days. If anew is set, the contract
// restarts at this instant, unless it has a fixed billing day, no terms and no added days. A contract whose first term
// begins later always restarts.
func (s *step) serve(anew bool, longer int) error {
	sub := &s.sub
	fixed := sub.Contract.Cycle.Day != 0 && len(sub.Contract.Terms) == 0 && longer == 0
	later := len(sub.Contract.Terms) > 0 && sub.Contract.Terms[0].Period.Start.After(sub.At)
	if anew && !fixed || later {
		if err := s.anew(longer); err != nil {
			return err
		}
	}
	sub.UnbilledSince = time.Time{}
	if err := s.become(Active); err != nil {
		return err
	}
	if err := s.bill(); err != nil {
		return err
	}
	return s.await()
}

// await makes the subscription incomplete until its first invoice is paid, if the policy has a first payment timeout.
func (s *step) await() error {
	sub := &s.sub
	if s.policy.FirstPaymentTimeout == (proration.Interval{}) || !sub.periodUnpaid() {
		return nil
	}
	by, err := s.policy.FirstPaymentTimeout.After(sub.At, sub.location())
	if err != nil {
		return err
	}
	sub.PayBy = by
	return s.become(Incomplete)
}

// periodUnpaid reports whether an invoice of the current period is unpaid.
func (s *Subscription) periodUnpaid() bool {
	return slices.ContainsFunc(s.Receivables, func(r invoice.Receivable) bool {
		return r.Owing() && !r.ServiceFrom.Before(s.Period.Start)
	})
}

// anew restarts the contract at this instant, with a first period that is longer by the given number of days.
func (s *step) anew(longer int) error {
	after, err := s.sub.Contract.StartingAt(s.sub.At, longer)
	if err != nil {
		return proration.Under("contract", err)
	}
	s.sub.Contract = after
	return nil
}

// bill issues the invoice of the period that begins now, with all unbilled charges, requests payment of the invoices
// held for it, and makes it the current period.
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
	if err := s.collect(inv, sub.At, time.Time{}); err != nil {
		return err
	}
	if err := s.collectHeld(); err != nil {
		return err
	}
	return s.served()
}

// retime applies the policy's billing timing to the period that begins now. When the timing changes from arrears to
// advance, it first bills the period that has just ended. A term that is billed up front is always billed in advance.
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
		if err := s.collect(inv, sub.At, time.Time{}); err != nil {
			return err
		}
		s.adopt()
		sub.UnbilledSince = time.Time{}
	}
	return nil
}

// inArrears reports whether the current period is billed at its end. The policy in force at the start of the period
// decides.
func (s *Subscription) inArrears() bool { return !s.UnbilledSince.IsZero() }

// upFront reports whether the whole term is billed when it begins.
func (s *Subscription) upFront() bool {
	return len(s.Contract.Terms) > 0 && s.Contract.Terms[0].Term.Billing == plans.UpFront
}

// served sets the current period to the billing period that contains this instant.
func (s *step) served() error {
	rest, err := s.sub.Contract.RemainingPortions(s.sub.At)
	if err != nil {
		return err
	}
	p := rest[0]
	s.sub.Period = proration.Period{Start: p.Period.Start, End: p.Span.End}
	if !p.Span.End.After(s.sub.At) {
		return fault.New("contract.cycle", proration.ErrPeriod, "must have a period at %s", s.sub.At.Format(time.RFC3339))
	}
	return nil
}

// forget cancels a next period that is already invoiced. Its unpaid invoice is voided, now or once a payment in
// progress has a result, and its other charges become unbilled again. A paid or partly paid invoice stays.
func (s *step) forget() error {
	if voids, err := s.retractNextPeriod(); err != nil || !voids || s.sub.Status != PastDue {
		return err
	}
	return s.standing()
}

// retractNextPeriod does what forget does except that the status stays, and reports whether the invoice is voided.
func (s *step) retractNextPeriod() (voids bool, err error) {
	a := s.sub.NextPeriod
	if a == nil {
		return false, nil
	}
	s.dropNextPeriod()
	if s.sub.underWay(a.Invoice) {
		s.sub.UnbilledCharges = slices.Concat(a.IncludedCharges, s.sub.UnbilledCharges)
		return true, s.voidWhenKnown(a.Invoice)
	}
	if !s.sub.retractable(a.Invoice) {
		return false, nil
	}
	if err := s.undo(a.Invoice); err != nil {
		return false, err
	}
	s.sub.UnbilledCharges = slices.Concat(a.IncludedCharges, s.sub.UnbilledCharges)
	return true, nil
}
