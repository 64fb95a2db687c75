package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// renewalDue bills the next period, or takes the final action if there is no payment method and something is due. A
// renewal that was a draft bills from the start of the period.
func (s *step) renewalDue(Deadline) error {
	from := s.sub.At
	if s.draftOf(from) {
		from = s.sub.Period.End
	}
	return s.billOr(s.policy.Renewal.WithoutPaymentMethod, func() error { return s.billFrom(from) })
}

// billOr bills the period that begins now. Without a payment method it takes the final action instead if an invoice
// would wait for a payment. The tax engine is asked only for an invoice that is issued: taxes only add to it.
func (s *step) billOr(without FinalAction, bill func() error) error {
	if s.sub.PaymentMethod != "" || without <= FinalContinue || s.sub.CollectionPause != nil {
		return bill()
	}
	if s.policies.askTaxes() {
		before := *s
		s.untaxed = true
		waits, err := s.triesToBill(&before, bill)
		*s = before
		switch {
		case err != nil:
			return err
		case waits:
			return s.takeFinalAction(without)
		}
	}
	before := *s
	waits, err := s.triesToBill(&before, bill)
	if err != nil || !waits {
		return err
	}
	answered := s.answered
	*s = before
	s.answered = answered
	return s.takeFinalAction(without)
}

// triesToBill bills a period, and reports whether an invoice then waits for a payment. The step can go back to before.
func (s *step) triesToBill(before *step, bill func() error) (waits bool, err error) {
	s.detach()
	s.out.Receivables = slices.Clone(s.out.Receivables)
	err = bill()
	return err == nil && s.asksSince(before), err
}

// asksSince reports whether the step issued an invoice that waits for a payment, or requested one, since then.
func (s *step) asksSince(before *step) bool {
	return slices.ContainsFunc(s.out.Invoices[len(before.out.Invoices):], func(inv invoice.Invoice) bool {
		return s.sub.asksFor(inv.ID)
	}) || slices.ContainsFunc(s.out.Effects[len(before.out.Effects):], func(e Effect) bool {
		return e.Kind == CollectPayment || e.Kind == Send
	})
}

// bill issues the invoice of the period that begins now, with all unbilled charges, and makes it the current period.
func (s *step) bill() error { return s.billFrom(s.sub.At) }

// billFrom is bill for a period that began at a time.
func (s *step) billFrom(from time.Time) error {
	sub := &s.sub
	if err := s.retime(); err != nil {
		return err
	}
	if err := s.termAccrued(false); err != nil {
		return err
	}
	sub.Contract.Until = s.knownEnd()
	request := invoice.IssueRequest{Account: sub.Account, At: from, IssuedAt: sub.At, Extent: s.extent()}
	var running []plans.Charge
	if request.Lines, running = dueUsage(sub.UnbilledCharges, request.At, false); request.Extent != 0 {
		request.Lines = nil // usage and sales wait
	}
	inv, err := s.periodFrom(request)
	if err != nil {
		return err
	}
	if request.Extent == 0 {
		sub.UnbilledCharges = running
	}
	if err := s.collect(inv, sub.At); err != nil {
		return err
	}
	return s.served()
}

// retime applies the policy's billing timing to the period that begins now. When the timing changes from arrears to
// advance, it first bills the period that has just ended. A term that is billed up front is always billed in advance,
// and so is a contract that has an item with a timing or with periods of its own.
func (s *step) retime() error {
	sub := &s.sub
	advance := sub.upFront() || advanced(&sub.Contract) != ""
	switch arrears := s.policy.Billing.Timing == proration.InArrears && !advance; {
	case arrears && !sub.inArrears():
		sub.UnbilledSince = sub.At
	case !arrears && sub.inArrears():
		inv, err := s.document(invoice.IssueRequest{Account: sub.Account, At: sub.At})
		if err != nil {
			return err
		}
		if err := s.collect(inv, sub.At); err != nil {
			return err
		}
		s.adopt()
		sub.UnbilledSince = time.Time{}
	}
	return nil
}

// periodFrom issues the invoice of the period that begins at the request's instant. In advance, earlier time is never
// billed again, even if its invoice was voided.
func (s *step) periodFrom(o invoice.IssueRequest) (*invoice.Invoice, error) {
	if s.sub.inArrears() {
		return s.document(o)
	}
	o.UnbilledSince = o.At
	inv, err := s.document(o)
	s.sub.UnbilledSince = time.Time{}
	return inv, err
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
	end := rest[0].Span.End
	if !s.sub.upFront() {
		end = rest[len(rest)-1].Span.End
	}
	s.sub.Period = proration.Period{Start: rest[0].Period.Start, End: end}
	if !end.After(s.sub.At) {
		return fault.New("contract.cycle", proration.ErrPeriod, "must have a period at %s", s.sub.At.Format(time.RFC3339))
	}
	return nil
}

// renewalOff disables renewal: the subscription ends with its term or period. If the next period is already invoiced,
// it is canceled unless money was received for it.
func (s *step) renewalOff(e *Event) error {
	if s.sub.NoRenewal {
		return s.refuse("Renewal is already disabled; send renewal_enabled to renew again.")
	}
	if err := s.noticed(e); err != nil {
		return err
	}
	s.sub.NoRenewal = true
	return s.forgetUnlessPaid()
}

// noticed refuses that a customer ends a contract with a notice at a time before the notice is over.
func (s *step) noticed(e *Event) error {
	contract := &s.sub.Contract
	if e.by() == plans.Support {
		return nil
	}
	if len(contract.Terms) == 0 {
		if contract.Notice == (proration.Interval{}) {
			return nil
		}
		notice := contract.Notice.String()
		return s.refuse("The contract has a notice of " + notice + "; send cancellation_requested to give it.")
	}
	by, err := contract.NoticeBy()
	if err == nil && !by.After(e.At) {
		err = s.refuse("Notice was due before " + s.sub.date(by) + "; send cancellation_requested to end the contract later.")
	}
	return err
}

// renewalOn enables renewal again.
func (s *step) renewalOn(*Event) error {
	if !s.sub.NoRenewal {
		return s.refuse("Renewal is already enabled; send renewal_disabled to stop it.")
	}
	s.sub.NoRenewal = false
	return nil
}

// last returns the time at which service ends without a cancellation, and the zero time if the subscription renews.
func (s *Subscription) last(p *Policy) time.Time {
	stops := s.NoRenewal || slices.Contains(p.Renewal.Except, s.PaymentMethod) && s.PaymentMethod != ""
	switch n := len(s.Contract.Terms); {
	case n > 0 && (stops || s.Contract.Terms[n-1].Term.Renewal == plans.Expire):
		return s.Contract.End()
	case n == 0 && stops:
		return s.Period.End
	}
	return time.Time{}
}
