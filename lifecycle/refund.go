package lifecycle

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// disputed reopens an invoice whose payment was charged back, and starts its grace period as for a failed payment.
func (s *step) disputed(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	if !before.Received().IsPositive() {
		return s.refuse("Invoice " + e.Payment.Invoice + " has no payment left to dispute.")
	}
	until, err := s.graceUntil(&before)
	if err != nil {
		return err
	}
	changed, err := s.happens(e, invoice.Event{Kind: invoice.Disputed, Until: until})
	after := &s.sub.Receivables[i]
	if err != nil || !changed || !after.Owing() {
		return err
	}
	if err := s.missed(); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: after.Invoice, Of: s.ahead(after.GraceUntil)})
	return nil
}

// refunded issues the credit note for money that the seller refunded.
func (s *step) refunded(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	r := s.sub.Receivables[i]
	brings := s.overdue(r.Invoice)
	if !r.Received().IsPositive() {
		return s.refuse("Invoice " + r.Invoice + " has no payment left to refund.")
	}
	lines := e.Payment.Lines
	if e.Payment.Amount.IsPositive() && len(lines) == 0 {
		lines = parts(&r, e.Payment.Amount)
	}
	if _, err := s.note(&r, lines, true, e.Reason); err != nil {
		return err
	}
	return s.settled(brings)
}

// note issues a credit note for lines of an invoice, or for everything that is left of it.
func (s *step) note(
	r *invoice.Receivable, lines []invoice.LineAmount, refund bool, reason string,
) (*invoice.Invoice, error) {
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: s.nextID(), At: s.sub.At, Receivable: *r, Charges: s.sub.UnexpiredCharges, Lines: lines, Refund: refund, Reason: reason, Ledger: s.sub.Ledger,
		Policy: s.billing(), Contact: s.sub.Contact, Location: s.sub.Contract.Cycle.Location,
	})
	if err != nil {
		return nil, proration.Under("event.payment", err)
	}
	s.takeNote(&note)
	return &note.Invoice, nil
}

// parts spreads an amount net of tax over the lines of an invoice, starting with the first line.
func parts(r *invoice.Receivable, amount decimal.Decimal) (parts []invoice.LineAmount) {
	for i, line := range r.Lines {
		left := line.Net
		for _, c := range line.Credits {
			left = left.Add(c.Net)
		}
		if !left.IsPositive() || !amount.IsPositive() {
			continue
		}
		part := decimal.Min(amount, left)
		parts = append(parts, invoice.LineAmount{Line: lineid.Of(r.Invoice, i), Amount: part})
		amount = amount.Sub(part)
	}
	if amount.IsPositive() && len(parts) > 0 { // too much: the credit note reports the fault of the last line
		parts[len(parts)-1].Amount = parts[len(parts)-1].Amount.Add(amount)
	}
	return parts
}

// creditInFull issues a credit note for an invoice that was to be voided but was paid, and requests the refund.
func (s *step) creditInFull(id string) error {
	r := s.sub.Receivables[s.sub.receivable(id)]
	note, err := s.note(&r, nil, true, "")
	if err != nil {
		return err
	}
	if note.Refund.IsPositive() {
		s.effect(Effect{Kind: Refund, Invoice: note.ID, Amount: note.Refund})
	}
	return s.settled(true)
}
