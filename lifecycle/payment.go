package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// happens applies a payment event to its invoice. Without a payment ID, a result belongs to the payment in progress
// and a dispute to the last payment received; any other payment gets an ID from the event's number.
func (s *step) happens(e *Event, kind invoice.EventKind) error {
	p := e.Payment
	if i := s.sub.invoice(p.Invoice); p.ID == "" && i >= 0 {
		p.ID = "event-" + strconv.FormatInt(e.Sequence, 10)
		if events := s.sub.Invoices[i].Events; len(events) > 0 {
			last := events[len(events)-1]
			underWay := s.sub.Invoices[i].Status == invoice.Pending && (kind == invoice.Succeeded || kind == invoice.Failed)
			if underWay {
				p.ID = last.ID
			}
		}
		if kind == invoice.Disputed {
			p.ID = lastPayment(&s.sub.Invoices[i])
		}
	}
	return s.happen(p.Invoice, invoice.Event{Kind: kind, ID: p.ID, Amount: p.Amount, Reason: e.Reason})
}

// lastPayment returns the ID of the last successful payment, and "none" if there is none.
func lastPayment(inv *invoice.Invoice) string {
	for _, e := range slices.Backward(inv.Events) {
		if e.Kind == invoice.Succeeded {
			return e.ID
		}
	}
	return "none"
}

// attempt records that a payment is in progress. Nothing else changes until its result is reported.
func (s *step) attempt(e *Event) error {
	if err := s.happens(e, invoice.Attempted); err != nil {
		return err
	}
	if i := s.sub.due(e.Payment.Invoice); i >= 0 {
		s.sub.Receivables[i].RequestedAt = e.At
	}
	return nil
}

// paid records a successful payment and refunds any amount beyond the amount due. Service continues once no invoice
// is overdue.
func (s *step) paid(e *Event) error {
	if i := s.sub.invoice(e.Payment.Invoice); i >= 0 && isSurplus(&s.sub.Invoices[i], e.Payment.ID) {
		return s.refundSurplus(e, &s.sub.Invoices[i])
	}
	if over := s.overpaid(e); over.IsPositive() {
		e.Payment.Amount = e.Payment.Amount.Sub(over)
		defer s.payBack(e, over)
	}
	if err := s.happens(e, invoice.Succeeded); err != nil {
		return err
	}
	sub := &s.sub
	i := sub.invoice(e.Payment.Invoice)
	if sub.Invoices[i].Status != invoice.Paid {
		if d := sub.due(e.Payment.Invoice); d >= 0 {
			sub.Receivables[d].RequestedAt = time.Time{} // a partial payment
		}
		return nil
	}
	if d := sub.due(e.Payment.Invoice); d >= 0 && sub.Receivables[d].VoidWhenKnown {
		return s.creditInFull(e.Payment.Invoice)
	}
	s.notice(Notice{Kind: NoticeReceipt, Invoice: e.Payment.Invoice})
	if err := s.settled(true); err != nil {
		return err
	}
	failed := slices.ContainsFunc(sub.Receivables, func(d Collection) bool { return !d.FirstFailedAt.IsZero() })
	if sub.Status == Canceled && sub.Dunned && !failed && sub.Period.Contains(sub.At) && sub.billedFor() {
		return s.reactivate(nil) // dunning canceled it, not the customer
	}
	return nil
}

// overdue reports whether settling an invoice may restore service. A subscription that is suspended for another
// reason than this invoice stays suspended.
func (s *step) overdue(id string) bool {
	i := s.sub.due(id)
	return s.sub.Status != Suspended || i >= 0 && !s.sub.Receivables[i].FirstFailedAt.IsZero()
}

// settled removes settled invoices from the receivables and, if brings is set, updates the status. A subscription
// that leaves suspension after service stopped continues its period if that is billed, and otherwise starts a new
// one.
func (s *step) settled(brings bool) error {
	s.settle()
	if !brings {
		return nil
	}
	suspended := s.sub.Status == Suspended
	if err := s.standing(); err != nil {
		return err
	}
	back := !s.sub.EndedAt.IsZero() || !s.sub.At.Before(s.sub.Period.End) // service stopped, or its period is over
	if !suspended || s.sub.Status == Suspended || !back {
		return nil
	}
	if s.sub.billedFor() {
		s.sub.EndedAt = time.Time{}
		return s.served()
	}
	return s.restart()
}

// failed records a failed payment: it notifies the customer, starts the grace period of the invoice if none started
// yet, and schedules the next retry.
func (s *step) failed(e *Event) error {
	if err := s.happens(e, invoice.Failed); err != nil {
		return err
	}
	sub := &s.sub
	i := sub.due(e.Payment.Invoice)
	if i < 0 {
		return nil // the invoice is no longer collected
	}
	d := &sub.Receivables[i]
	if d.VoidWhenKnown {
		return s.undo(d.Invoice)
	}
	asked := d.RequestedAt
	d.RequestedAt, d.CollectAt = time.Time{}, time.Time{}
	d.HardDecline = d.HardDecline || e.Payment.Hard
	if err := s.miss(d); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: d.Invoice, Of: s.ahead(d.GraceUntil)})
	if d.RetryAt = (time.Time{}); !d.HardDecline && !s.manual() && d.Retries < len(s.policy.Dunning.Retries) {
		wait := s.policy.Dunning.Retries[d.Retries]
		from := e.At
		if !asked.IsZero() {
			from = asked
		}
		at, err := wait.After(from, sub.location())
		if err == nil && !at.After(e.At) { // the result came later than that
			at, err = wait.After(e.At, sub.location())
		}
		if err != nil {
			return err
		}
		// No retry after dunning cancels the subscription.
		if s.policy.Dunning.FinalAction != FinalCancel || d.GraceUntil.IsZero() || at.Before(d.GraceUntil) {
			d.RetryAt = at
		}
	}
	return nil
}

// ahead returns a future instant and the zero time for any other: a notice does not name a grace period that is over.
func (s *step) ahead(t time.Time) time.Time {
	if t.After(s.sub.At) {
		return t
	}
	return time.Time{}
}

// miss starts the grace period of an invoice, once: at the first failure, or at the start of the service that the
// invoice pays for if that is later.
func (s *step) miss(d *Collection) error {
	if d.FirstFailedAt.IsZero() {
		d.FirstFailedAt = s.sub.At
		grace := s.policy.Dunning.Grace
		if agreed := s.sub.Contract.Grace; agreed != (proration.Interval{}) {
			grace = agreed
		}
		d.GraceUntil = later(d.FirstFailedAt, d.ServiceFrom)
		if grace != (proration.Interval{}) {
			until, err := grace.After(d.GraceUntil, s.sub.location())
			if err != nil {
				return err
			}
			d.GraceUntil = until
		}
	}
	if s.sub.Status == Suspended {
		return nil // a failed payment does not end a suspension
	}
	return s.standing()
}

// paymentDue starts the grace period of an invoice that was not paid manually by its due date.
func (s *step) paymentDue(d Deadline) error {
	due := &s.sub.Receivables[s.sub.due(d.Invoice)]
	due.DueAt = time.Time{}
	if !due.FirstFailedAt.IsZero() {
		return nil
	}
	if err := s.miss(due); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticeOverdue, Invoice: d.Invoice, Of: s.ahead(due.GraceUntil)})
	return nil
}

// chargeDue requests payment of an invoice: a retry, or the first attempt for an invoice that was held.
func (s *step) chargeDue(d Deadline) error {
	i := s.sub.due(d.Invoice)
	if retry := s.sub.Receivables[i].RetryAt; !retry.IsZero() && !retry.After(d.At) {
		s.sub.Receivables[i].Retries++
	}
	s.ask(i)
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
		if !s.sub.paidFor() {
			s.notice(Notice{Kind: NoticeAccessLost, Invoice: d.Invoice})
		}
	case FinalCancel:
		if err := s.end(Canceled, nil); err != nil {
			return err
		}
		s.sub.Dunned = true
	case FinalContinue, FinalPause:
		s.sub.Receivables[s.sub.due(d.Invoice)].GraceUntil = time.Time{}
	}
	return nil
}

// credited returns the credits of the charges of an invoice.
func (s *step) credited(id string) (all []plans.Charge) {
	for i := range s.sub.Invoices {
		for _, c := range valid(&s.sub.Invoices[i]) {
			if c.Corrects != "" && lineid.Invoice(c.Corrects) == id {
				all = append(all, c)
			}
		}
	}
	return all
}
