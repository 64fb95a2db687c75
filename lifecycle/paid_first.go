package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// PendingChange is a change or a return that takes effect when its invoice is paid. Until then the contract, the status
// and the access stay. It lapses at Until, and when the subscription changes in another way; then its invoice is void.
type PendingChange struct {
	Sequence int64        `json:"sequence"`        // number of the event that requested the change
	Event    EventKind    `json:"event"`           // kind of that event: changed, or one that brings service back
	Change   plans.Change `json:"change,omitzero"` // change of the contract, as requested
	Invoice  string       `json:"invoice"`         // ID of the invoice to pay
	Until    time.Time    `json:"until"`           // time at which the change lapses
	// IncludedCharges are the unbilled charges on the invoice. They wait for an invoice again if the change lapses.
	IncludedCharges []plans.Charge `json:"included_charges,omitzero"`
	After           *Subscription  `json:"after"` // subscription after the change; receivables and ledger are not kept
}

// paidFirst applies an event that can wait for its payment. If the event or a rule says so, and something is due, it
// keeps the subscription as it was, with the invoice.
func (s *step) paidFirst(e *Event, do func(*step, *Event) error) error {
	before := *s
	s.detach()
	s.paysFirst = e.IfPaid
	if err := do(s, e); err != nil || !s.paysFirst {
		return err
	}
	issued := s.out.Invoices[len(before.out.Invoices):]
	owes := func(inv invoice.Invoice) bool { return s.sub.asksFor(inv.ID) }
	switch {
	case !slices.ContainsFunc(issued, owes):
		return nil // nothing is to be paid
	case before.sub.NextPeriod != nil && s.sub.NextPeriod == nil: // the advance invoice is void whatever becomes of it
		*s = before
		s.detach()
		if err := s.forget(); err != nil {
			return err
		}
		return s.paidFirst(e, do)
	case len(issued) > 1:
		if id := issued[0].Corrects; id != "" {
			return s.refuse("The change would credit invoice " + id + ", which is not paid; " +
				"pay it first, or send the event without if_paid.")
		}
		return s.refuse("The change would issue several invoices, which cannot wait for one payment; " +
			"send the event without if_paid.")
	}
	until, err := s.lapsesAt(&before.sub, e.Kind)
	if err != nil {
		return err
	}
	after := s.sub
	s.sub, s.edits = before.sub.snapshot(), false
	s.sub.At, s.sub.Sequence, s.sub.Issued = after.At, after.Sequence, after.Issued
	s.sub.Receivables, s.sub.Refunds, s.sub.Ledger = after.Receivables, after.Refunds, after.Ledger
	s.sub.UnbilledCharges = after.UnbilledCharges
	r := s.sub.Receivables[s.sub.receivable(issued[0].ID)]
	r.DueAt = time.Time{} // it lapses instead
	s.replace(r)
	after.Receivables, after.Refunds, after.Ledger, after.UnbilledCharges = nil, nil, nil, nil
	s.sub.PendingChange = &PendingChange{
		Sequence: e.Sequence, Event: e.Kind, Change: e.Change, Invoice: r.Invoice, Until: until,
		IncludedCharges: before.sub.billedBy(s.sub.UnbilledCharges), After: &after,
	}
	return nil
}

// billedBy returns the unbilled charges that an invoice billed, given those that are left. A period bills all, and a
// change the prorations that wait.
func (s *Subscription) billedBy(left []plans.Charge) []plans.Charge {
	if len(notWaiting(left)) > 0 {
		return s.waiting()
	}
	return s.UnbilledCharges
}

// lapsesAt returns the time at which a change that waits for its payment lapses: after the policy's time limit, and at
// the latest with the period that it changes.
func (s *step) lapsesAt(before *Subscription, kind EventKind) (time.Time, error) {
	until, err := s.policy.IfPaidTimeout.After(s.sub.At, s.sub.location())
	if end := before.Period.End; kind == Changed && end.After(s.sub.At) && end.Before(until) {
		until = end
	}
	return until, err
}

// waitsFor reports whether the pending change waits for the payment of an invoice.
func (s *Subscription) waitsFor(id string) bool {
	return s.PendingChange != nil && s.PendingChange.Invoice == id
}

// fulfill makes the pending change, whose invoice is paid.
func (s *step) fulfill() error {
	p, sub := s.sub.PendingChange, &s.sub
	after, ledger := p.After.snapshot(), sub.Ledger
	after.UnexpiredCharges = append(after.UnexpiredCharges, s.sub.creditsBeside(after.UnexpiredCharges)...)
	sub.Account, sub.Period, sub.NextPeriod, sub.ScheduledChanges = after.Account, after.Period, after.NextPeriod,
		after.ScheduledChanges
	sub.Ledger, sub.PendingChange = ledger, nil
	sub.TrialEnd, sub.CancelAt, sub.PauseAt, sub.ResumeAt = after.TrialEnd, after.CancelAt, after.PauseAt, after.ResumeAt
	sub.NoRenewal, sub.Dunned = after.NoRenewal, after.Dunned
	if p.Event != Changed {
		if err := s.become(Active); err != nil {
			return err
		}
	}
	s.fulfilled = p
	return s.standing()
}

// creditsBeside returns the credits of charges, the sales and the usage that the subscription has and a list of charges
// lacks.
func (s *Subscription) creditsBeside(charges []plans.Charge) (all []plans.Charge) {
	has := func(id string) bool {
		return slices.ContainsFunc(charges, func(c plans.Charge) bool { return c.ID == id })
	}
	for _, c := range s.UnexpiredCharges {
		if !has(c.ID) && (has(c.Corrects) || c.Kind == plans.OneTime || c.Kind == plans.Usage) {
			all = append(all, c)
		}
	}
	return all
}

// lapse cancels the pending change. Its invoice is void, now or once a payment in progress has a result; a part that is
// paid goes back.
func (s *step) lapse() error {
	p := s.sub.PendingChange
	if p == nil {
		return nil
	}
	s.sub.PendingChange, s.lapsed = nil, p.Sequence
	s.sub.UnbilledCharges = slices.Concat(p.IncludedCharges, s.sub.UnbilledCharges)
	switch {
	case s.sub.underWay(p.Invoice):
		return s.voidWhenKnown(p.Invoice)
	case s.sub.retractable(p.Invoice):
		return s.reverse(p.Invoice)
	}
	return s.creditInFull(p.Invoice, s.policy.Payments.Overpayment == OverpaymentRefund)
}

// pendingChangeOver lets a change lapse that was not paid in time.
func (s *step) pendingChangeOver(Deadline) error { return s.lapse() }

// failedPending records the failure of the payment that a pending change waits for. Service continues as it was, and
// nothing is overdue.
func (s *step) failedPending() {
	r := s.sub.Receivables[s.sub.receivable(s.sub.PendingChange.Invoice)]
	r.FirstFailedAt, r.GraceUntil, r.RetryAt = time.Time{}, time.Time{}, time.Time{}
	if r.Phase == invoice.PhaseOverdue {
		r.Phase = invoice.PhaseOpen
	}
	s.replace(r)
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: r.Invoice, Of: s.ahead(s.sub.PendingChange.Until)})
}

// lapseFor lets a pending change lapse before an event with which it would not fit. An event that ends its invoice has
// nothing else to do.
func (s *step) lapseFor(e *Event, do *func(*step, *Event) error) error {
	p := s.sub.PendingChange
	if p == nil || e.keepsPending() {
		return nil
	}
	ends := e.Kind == InvoiceVoided || e.Kind == InvoiceWrittenOff || e.Kind == InvoiceCredited
	if ends && s.sub.waitsFor(e.Payment.Invoice) {
		*do = func(*step, *Event) error { return nil }
	}
	return s.lapse()
}

// keepsPending reports whether a pending change still fits the subscription after an event.
func (e *Event) keepsPending() bool {
	if e.Kind == BillingDetailsChanged {
		return e.Payment.Invoice == ""
	}
	return e.Kind.Reported() || slices.Contains(besidePending, e.Kind)
}

// besidePending are the events besides reports of payments that leave the contract and its charges as they are.
var besidePending = []EventKind{
	PaymentMethodAdded, PaymentMethodRemoved, UsageRecorded, ChargeAdded, CreditGranted, CreditPaidOut, TaxesChanged,
	CollectionPaused, CollectionResumed, TaxesCalculated, InvoiceIssued,
}

// keepsPending reports whether a pending change still fits the subscription after a deadline.
func (k DeadlineKind) keepsPending() bool {
	return slices.Contains([]DeadlineKind{
		ReminderDue, PendingChangeOver, ResultDue, CollectionResumes, ChargeDue, PaymentDue,
		ItemBillingDue,
	}, k)
}

// checkPending adds the faults of the pending change.
func (s *Subscription) checkPending(f *fault.List) {
	p := s.PendingChange
	if p == nil {
		return
	}
	if p.After == nil || p.After.PendingChange != nil {
		f.Add("subscription.pending_change.after", proration.ErrInvalid, "must be a subscription without a pending change")
		return
	}
	if s.receivable(p.Invoice) < 0 {
		f.Add("subscription.pending_change.invoice", proration.ErrInvalid,
			"must be an invoice of receivables; got %.40q", p.Invoice)
	}
	s.checkLater(f, "subscription.pending_change.after", &NextPeriod{Contract: p.After.Contract})
	s.checkLater(f, "subscription.pending_change.after.next_period", p.After.NextPeriod)
}
