package lifecycle

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// manual reports whether the customer pays invoices manually.
func (s *step) manual() bool {
	for _, m := range s.policy.ManualPaymentMethods {
		if m == s.sub.PaymentMethod && m != "" {
			return true
		}
	}
	return false
}

// collect requests payment of an invoice that has an amount due. Its service begins at from.
func (s *step) collect(inv *invoice.Invoice, from time.Time) error {
	if inv == nil || !s.sub.owing(inv.ID) {
		return nil
	}
	r := s.sub.Receivables[s.sub.receivable(inv.ID)]
	r.ServiceFrom = from
	if s.manual() { // a due date matters only for manual payment
		r.DueAt = inv.DueAt
	}
	s.replace(r)
	return s.ask(inv.ID)
}

// ask requests payment of an invoice through an effect, and of the held invoices before it. It does not ask again until
// the result is reported.
func (s *step) ask(id string) error { return s.askWith(id, true) }

// askAlone requests payment of an invoice, and of no held ones, which other documents of the step can still lower.
func (s *step) askAlone(id string) error { return s.askWith(id, false) }

// askWith requests payment of an invoice, with or without the held ones.
func (s *step) askWith(id string, held bool) error {
	r := s.sub.Receivables[s.sub.receivable(id)]
	if s.sub.CollectionPause != nil && !s.paysFirst {
		return nil // it is requested when collection resumes
	}
	if r.Phase != invoice.PhaseOpen && r.Phase != invoice.PhaseHeld && r.Phase != invoice.PhaseOverdue {
		return nil
	}
	amount := r.DueBy(s.sub.At)
	if !amount.IsPositive() {
		return nil // the next installment is later
	}
	if s.belowMinimum(&r, held) {
		return s.postpone(&r)
	}
	if held {
		if err := s.askHeld(id); err != nil {
			return err
		}
	}
	return s.request(r, amount)
}

// request requests payment of an amount of an invoice through an effect.
func (s *step) request(r invoice.Receivable, amount decimal.Decimal) error {
	id := r.Invoice
	kind, effect := invoice.Requested, CollectPayment
	if s.manual() {
		kind, effect = invoice.Sent, Send
		if err := s.setDueAt(r); err != nil {
			return err
		}
	}
	if _, err := s.happen(id, invoice.Event{Kind: kind}); err != nil {
		return err
	}
	s.effect(Effect{Kind: effect, Invoice: id, Amount: amount})
	return nil
}

// chargeDue requests payment of an invoice again, or of its next installment.
func (s *step) chargeDue(d Deadline) error { return s.ask(d.Invoice) }

// collectOverdue requests payment of every invoice whose payment failed and, for an incomplete subscription, of every
// invoice without a requested payment. It reports whether there is one. The payment method is a new one, so a hard
// decline no longer stops the retries.
func (s *step) collectOverdue() (overdue bool, err error) {
	for i := range s.sub.Receivables {
		r := s.sub.Receivables[i]
		asked := s.sub.Status != Incomplete && !s.sub.waitsFor(r.Invoice) || !r.RequestedAt.IsZero()
		if !r.Owing() || r.FirstFailedAt.IsZero() && asked {
			continue
		}
		overdue = overdue || !s.sub.waitsFor(r.Invoice)
		if r.HardDecline {
			r.HardDecline = false
			s.replace(r)
		}
		if err := s.ask(r.Invoice); err != nil {
			return overdue, err
		}
	}
	return overdue, nil
}

// failed records a failed payment: it notifies the customer, starts the grace period of the invoice if none started
// yet, and schedules the next retry.
func (s *step) failed(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	failure := invoice.Event{Kind: invoice.Failed, Hard: e.Payment.Hard}
	var err error
	if failure.Until, err = s.graceUntil(&before); err != nil {
		return err
	}
	if failure.RetryAt, err = s.retryAt(e.Payment.Hard, &before, failure.Until); err != nil {
		return err
	}
	changed, err := s.happens(e, failure)
	if err != nil || !changed {
		return err
	}
	after := &s.sub.Receivables[i]
	switch {
	case s.sub.waitsFor(after.Invoice) && after.Owing():
		s.failedPending()
		return nil
	case before.Phase == invoice.PhaseRetracted && after.Phase == invoice.PhaseVoid:
		return s.undo(after.Invoice)
	case s.sub.Status == Expired && s.sub.Dunned && s.sub.retractable(after.Invoice) && s.sub.billsStart(*after):
		s.sub.UnbilledCharges = nil
		_, err = s.voidFirst(Expired) // the first invoice was not paid
		return err
	case !after.Owing() || after.Phase == invoice.PhaseRetracted:
		return nil
	}
	if err := s.missed(); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: after.Invoice, Of: s.ahead(after.GraceUntil)})
	return nil
}

// retryAt returns the time of the retry after a failure, and the zero time if there is none: after a hard decline, for
// a customer who pays by hand, and after the last retry or the end of the subscription by dunning.
func (s *step) retryAt(hard bool, r *invoice.Receivable, grace time.Time) (time.Time, error) {
	now := s.sub.At
	if r.HardDecline || hard || s.manual() || r.Retries >= len(s.policy.Dunning.Retries) || !r.Owing() {
		return time.Time{}, nil
	}
	wait, from := s.policy.Dunning.Retries[r.Retries], now
	if !r.RequestedAt.IsZero() {
		from = r.RequestedAt
	}
	at, err := wait.After(from, s.sub.location())
	if err == nil && !at.After(now) { // the result came later than that
		at, err = wait.After(now, s.sub.location())
	}
	if err != nil {
		return time.Time{}, err
	}
	if s.policy.Dunning.FinalAction == FinalCancel && !grace.IsZero() && !at.Before(grace) {
		return time.Time{}, nil
	}
	return at, nil
}

// resultDue lets a payment fail whose result was never reported.
func (s *step) resultDue(d Deadline) error {
	r := s.sub.Receivables[s.sub.receivable(d.Invoice)]
	e := Event{At: s.sub.At, Payment: Payment{Invoice: d.Invoice}, Reason: "no result was reported"}
	if under, attempted := r.Attempt(); attempted {
		e.Payment.ID = under.ID
	} else {
		e.Payment.ID = "result-due-" + d.At.UTC().Format(time.RFC3339Nano)
	}
	return s.failed(&e)
}

// graceUntil returns the end of the grace period of an invoice that fails now. The period starts once: at the first
// failure, or at the start of the service that the invoice pays for if that is later.
func (s *step) graceUntil(r *invoice.Receivable) (time.Time, error) {
	if !r.FirstFailedAt.IsZero() {
		return r.GraceUntil, nil
	}
	from := r.ServiceFrom
	if from.IsZero() {
		from = r.IssuedAt
	}
	grace := s.policy.Dunning.Grace
	if agreed := s.sub.Contract.Grace; agreed != (proration.Interval{}) {
		grace = agreed
	}
	from = later(s.sub.At, from)
	if grace == (proration.Interval{}) {
		return from, nil
	}
	return grace.After(from, s.sub.location())
}

// missed updates the status after an invoice became overdue. A failed payment does not end a suspension, or the wait
// for the first payment.
func (s *step) missed() error {
	if s.sub.Status == Suspended || s.sub.Status == Incomplete {
		return nil
	}
	return s.standing()
}

// ahead returns a future instant and the zero time for any other: a notice does not name a grace period that is over.
func (s *step) ahead(t time.Time) time.Time {
	if t.After(s.sub.At) {
		return t
	}
	return time.Time{}
}

// paymentDue starts the grace period of an invoice that was not paid manually by its due date.
func (s *step) paymentDue(d Deadline) error {
	i := s.sub.receivable(d.Invoice)
	before := s.sub.Receivables[i]
	until, err := s.graceUntil(&before)
	if err != nil {
		return err
	}
	if _, err := s.happen(d.Invoice, invoice.Event{Kind: invoice.Missed, Until: until}); err != nil {
		return err
	}
	if !before.FirstFailedAt.IsZero() {
		return nil
	}
	if err := s.missed(); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticeOverdue, Invoice: d.Invoice, Of: s.ahead(until)})
	return nil
}

// graceOver takes the final action of dunning when an invoice was not paid within its grace period.
func (s *step) graceOver(d Deadline) error {
	switch s.policy.Dunning.FinalAction {
	case FinalSuspend:
		if err := s.stop(); err != nil {
			return err
		}
		if err := s.become(Suspended); err != nil {
			return err
		}
		return s.accessEnded()
	case FinalPause:
		return s.pauseUnpaid()
	case FinalCancel:
		if err := s.end(Canceled); err != nil {
			return err
		}
		s.sub.Dunned = true
	case FinalContinue:
		r := s.sub.Receivables[s.sub.receivable(d.Invoice)]
		r.GraceUntil = time.Time{}
		s.replace(r)
	}
	return nil
}
