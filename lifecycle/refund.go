package lifecycle

import (
	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// refunded issues the credit note for money that the seller refunded.
func (s *step) refunded(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	r := s.sub.Receivables[i]
	if !r.Received().IsPositive() {
		return s.refuse("Invoice " + r.Invoice + " has no payment left to refund.")
	}
	if paid := r.Received(); e.Payment.Amount.GreaterThan(paid) {
		reason := "must be at most the %v received on the invoice and not refunded; got %v"
		return s.conflict(fault.New("event.payment.amount", proration.ErrInvalid, reason, paid, e.Payment.Amount))
	}
	if e.OwedAgain {
		return s.owedAgain(e, &r)
	}
	request := invoice.CreditRequest{Lines: e.Payment.Lines, Amount: e.Payment.Amount, Returned: true, Reason: e.Reason}
	if request.Amount.IsZero() && len(request.Lines) == 0 && r.Outstanding().IsPositive() {
		request.Amount = r.Received() // the money that was paid, and not the open part
	}
	note, err := s.credit(&r, request)
	if err != nil {
		return err
	}
	if above := note.Invoice.AppliedToInvoice; above.IsPositive() {
		reason := "must add up to at most the %v received on the invoice and not refunded; got %v"
		paid := r.Received()
		return s.conflict(fault.New("event.payment.lines", proration.ErrInvalid, reason, paid, paid.Add(above)))
	}
	s.takeNote(&note)
	return nil
}

// owedAgain records a refund whose amount is due again. Its grace begins as after a failed payment.
func (s *step) owedAgain(e *Event, r *invoice.Receivable) error {
	if len(e.Payment.Lines) > 0 {
		return s.conflict(fault.New("event.payment.lines", proration.ErrInvalid,
			"must be empty for a refund that is owed again, which credits no line"))
	}
	until, err := s.graceUntil(r)
	if err != nil {
		return err
	}
	if e.Payment.ID == "" {
		e.Payment.ID = s.id()
	}
	changed, err := s.happens(e, invoice.Event{Kind: invoice.Refunded, OwedAgain: true, Until: until})
	if err != nil || !changed || !s.sub.owing(r.Invoice) {
		return err
	}
	return s.missed()
}

// credited issues a credit note that support decided on. It lowers the open part of the invoice; the paid part becomes
// balance or goes back in money, as the event says.
func (s *step) credited(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	r := s.sub.Receivables[i]
	if r.Phase == invoice.PhaseVoid || r.Phase == invoice.PhaseRetracted {
		return s.refuse("Invoice " + r.Invoice + " is void, so nothing of it can be credited.")
	}
	brings, billed := s.overdue(r.Invoice), s.sub.billedFor()
	err := s.creditOpen(&r, invoice.CreditRequest{
		Lines: e.Payment.Lines, Amount: e.Payment.Amount, Refund: e.As == credits.AsRefund, Reason: e.Reason,
	})
	if err != nil {
		return err
	}
	s.lowered = nil
	return s.forgiven(brings, billed && r.Outstanding().IsPositive())
}
