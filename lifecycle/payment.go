package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
)

// happens applies a payment event to the receivable of its invoice, and reports whether it changed anything. Without a
// payment ID, a result belongs to the payment in progress and a dispute to the last payment received; any other payment
// gets an ID from the event's number.
func (s *step) happens(e *Event, what invoice.Event) (bool, error) {
	p := e.Payment
	if i := s.sub.receivable(p.Invoice); p.ID == "" && i >= 0 {
		r := &s.sub.Receivables[i]
		p.ID = "event-" + strconv.FormatInt(e.Sequence, 10)
		under, attempted := r.Attempt()
		switch {
		case what.Kind == invoice.Disputed:
			p.ID = lastPayment(r)
		case attempted && what.Kind != invoice.Attempted:
			p.ID = under.ID
		}
	}
	what.ID, what.Amount, what.Reason = p.ID, p.Amount, e.Reason
	return s.happen(p.Invoice, what)
}

// lastPayment returns the ID of the last successful payment, and "none" if there is none.
func lastPayment(r *invoice.Receivable) string {
	for _, e := range slices.Backward(r.Events) {
		if e.Kind == invoice.Succeeded {
			return e.ID
		}
	}
	return "none"
}

// attempt records that a payment is in progress. Nothing else changes until its result is reported.
func (s *step) attempt(e *Event) error {
	_, err := s.happens(e, invoice.Event{Kind: invoice.Attempted})
	return err
}

// paid records a successful payment and refunds any amount beyond the amount due. Service continues once no invoice
// is overdue.
func (s *step) paid(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	if isSurplus(&before, e.Payment.ID) {
		return s.refundSurplus(e, &before)
	}
	if over := overpaid(e, &before); over.IsPositive() {
		if e.Payment.Amount.IsZero() {
			e.Payment.Amount = before.Outstanding().Add(over)
		}
		e.Payment.Amount = e.Payment.Amount.Sub(over)
		defer s.payBack(e, over)
	}
	if _, err := s.happens(e, invoice.Event{Kind: invoice.Succeeded}); err != nil {
		return err
	}
	sub := &s.sub
	if before.Phase == invoice.PhaseRetracted {
		return s.creditInFull(e.Payment.Invoice) // also a part: nothing is to be paid
	}
	if sub.phase(e.Payment.Invoice) != invoice.PhasePaid {
		return nil // a partial payment
	}
	s.notice(Notice{Kind: NoticeReceipt, Invoice: e.Payment.Invoice})
	if err := s.settled(true); err != nil {
		return err
	}
	failed := slices.ContainsFunc(sub.Receivables, func(r invoice.Receivable) bool { return !r.FirstFailedAt.IsZero() })
	if sub.Status == Canceled && sub.Dunned && !failed && sub.Period.Contains(sub.At) && sub.billedFor() {
		return s.reactivate(nil) // dunning canceled it, not the customer
	}
	return nil
}

// overdue reports whether settling an invoice may restore service. A subscription that is suspended for another
// reason than this invoice stays suspended.
func (s *step) overdue(id string) bool {
	i := s.sub.receivable(id)
	return s.sub.Status != Suspended || i >= 0 && !s.sub.Receivables[i].FirstFailedAt.IsZero()
}

// settled updates the status after an invoice was settled, if brings is set. A subscription that leaves suspension
// after service stopped continues its period if that is billed, and otherwise starts a new one.
func (s *step) settled(brings bool) error {
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

// isSurplus reports whether a payment arrives for an invoice with nothing due: a void one, or one that another
// payment paid.
func isSurplus(r *invoice.Receivable, payment string) bool {
	known := slices.ContainsFunc(r.Events, func(e invoice.Event) bool { return e.ID == payment })
	return r.Phase == invoice.PhaseVoid || r.Phase == invoice.PhasePaid && payment != "" && !known
}

// overpaid returns the excess of a payment over the amount due or, for a repeated report, over the amount recorded
// for the payment. A result of zero or less is no excess.
func overpaid(e *Event, r *invoice.Receivable) decimal.Decimal {
	for _, known := range r.Events {
		if known.Kind == invoice.Succeeded && known.ID == e.Payment.ID && e.Payment.ID != "" {
			return e.Payment.Amount.Sub(known.Amount)
		}
	}
	if !r.Owing() {
		return decimal.Decimal{}
	}
	amount := e.Payment.Amount
	if under, ok := r.Attempt(); ok && amount.IsZero() && (e.Payment.ID == "" || e.Payment.ID == under.ID) {
		amount = under.Amount // a credit note may have lowered the invoice since
	}
	return amount.Sub(r.Outstanding())
}

// refundSurplus requests the refund of a payment for an invoice with nothing due.
func (s *step) refundSurplus(e *Event, r *invoice.Receivable) error {
	amount := e.Payment.Amount
	if amount.IsZero() {
		amount = r.AmountDue
	}
	if amount.IsPositive() {
		s.payBack(e, amount)
	}
	return nil
}

// payBack requests the refund of a surplus payment. The effect's ID derives from the payment ID, so that a repeated
// report yields the same effect.
func (s *step) payBack(e *Event, amount decimal.Decimal) {
	if e.Payment.ID != "" {
		s.because("payment-"+e.Payment.ID, e.Kind)
	}
	s.effect(Effect{Kind: Refund, Invoice: e.Payment.Invoice, Amount: amount})
}
