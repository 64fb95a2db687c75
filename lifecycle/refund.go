package lifecycle

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// disputed reopens an invoice whose payment was charged back, and starts its grace period as for a failed payment.
func (s *step) disputed(e *Event) error {
	if i := s.sub.invoice(e.Payment.Invoice); i >= 0 && !s.sub.Invoices[i].Received().IsPositive() {
		return s.refuse("Invoice " + e.Payment.Invoice + " has no payment left to dispute.")
	}
	if err := s.happens(e, invoice.Disputed); err != nil {
		return err
	}
	i := s.sub.due(e.Payment.Invoice)
	if i < 0 {
		inv := &s.sub.Invoices[s.sub.invoice(e.Payment.Invoice)]
		if !owing(inv) {
			return nil
		}
		s.sub.Receivables = append(s.sub.Receivables, Collection{Invoice: inv.ID, ServiceFrom: inv.IssuedAt})
		i = len(s.sub.Receivables) - 1
	}
	d := &s.sub.Receivables[i]
	d.HardDecline = true // a disputed payment is not retried
	if err := s.miss(d); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: d.Invoice, Of: s.ahead(d.GraceUntil)})
	return nil
}

// refunded issues the credit note for money that the seller refunded.
func (s *step) refunded(e *Event) error {
	i := s.sub.invoice(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	inv := s.sub.Invoices[i]
	brings := s.overdue(inv.ID)
	if !inv.Received().IsPositive() {
		return s.refuse("Invoice " + inv.ID + " has no payment left to refund.")
	}
	correction := invoice.CreditRequest{
		ID: s.nextID(), At: e.At, Invoice: inv, Credited: s.credited(inv.ID), Lines: e.Payment.Lines, Refund: true,
		Ledger: s.sub.Ledger,
	}
	if e.Payment.Amount.IsPositive() && len(correction.Lines) == 0 {
		correction.Lines = s.parts(&inv, e.Payment.Amount)
	}
	note, err := invoice.Credit(correction)
	if err != nil {
		return proration.Under("event.payment", err)
	}
	s.sub.add(note)
	s.number(note.ID)
	s.sub.Invoices = append(s.sub.Invoices, note)
	s.out.Invoices = append(s.out.Invoices, note)
	s.out.Credits = append(s.out.Credits, note.LedgerEntries...)
	if note.AppliedToInvoice.IsPositive() {
		credited := invoice.Event{Kind: invoice.Credited, ID: note.ID, Amount: note.AppliedToInvoice}
		if err := s.happen(inv.ID, credited); err != nil {
			return err
		}
	}
	if note.Refund.IsPositive() {
		refunded := invoice.Event{Kind: invoice.Refunded, ID: note.ID, Amount: note.Refund, Reason: e.Reason}
		if err := s.happen(inv.ID, refunded); err != nil {
			return err
		}
	}
	return s.settled(brings)
}

// parts spreads an amount net of tax over the lines of an invoice, starting with the first line.
func (s *step) parts(inv *invoice.Invoice, amount decimal.Decimal) (parts []invoice.LineAmount) {
	credited := s.credited(inv.ID)
	for _, line := range inv.Lines {
		left := line.Net
		for _, c := range credited {
			if c.Corrects == line.ID {
				left = left.Add(c.Net)
			}
		}
		if line.Corrects != "" || !left.IsPositive() || !amount.IsPositive() {
			continue
		}
		part := decimal.Min(amount, left)
		parts = append(parts, invoice.LineAmount{Line: line.ID, Amount: part})
		amount = amount.Sub(part)
	}
	if amount.IsPositive() && len(parts) > 0 { // too much: the credit note reports the fault of the last line
		parts[len(parts)-1].Amount = parts[len(parts)-1].Amount.Add(amount)
	}
	return parts
}

// creditInFull issues a credit note for an invoice that was to be voided but was paid, and requests the refund.
func (s *step) creditInFull(id string) error {
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: s.nextID(), At: s.sub.At, Invoice: s.sub.Invoices[s.sub.invoice(id)], Refund: true, Ledger: s.sub.Ledger,
	})
	if err != nil {
		return proration.Under("event.payment", err)
	}
	s.sub.add(note)
	s.take(note)
	return s.settled(true)
}

// isSurplus reports whether a payment arrives for an invoice with nothing due: a void one, or one that another
// payment paid.
func isSurplus(inv *invoice.Invoice, payment string) bool {
	known := slices.ContainsFunc(inv.Events, func(e invoice.Event) bool { return e.ID == payment })
	return inv.Status == invoice.Void || inv.Status == invoice.Paid && payment != "" && !known
}

// overpaid returns the excess of a payment over the amount due or, for a repeated report, over the amount recorded
// for the payment. A result of zero or less is no excess.
func (s *step) overpaid(e *Event) decimal.Decimal {
	i := s.sub.invoice(e.Payment.Invoice)
	if i < 0 {
		return decimal.Decimal{}
	}
	inv := &s.sub.Invoices[i]
	for _, known := range inv.Events {
		if known.Kind == invoice.Succeeded && known.ID == e.Payment.ID && e.Payment.ID != "" {
			return e.Payment.Amount.Sub(known.Amount)
		}
	}
	if !owing(inv) {
		return decimal.Decimal{}
	}
	return e.Payment.Amount.Sub(inv.Outstanding())
}

// refundSurplus requests the refund of a payment for an invoice with nothing due.
func (s *step) refundSurplus(e *Event, inv *invoice.Invoice) error {
	amount := e.Payment.Amount
	if amount.IsZero() {
		amount = inv.AmountDue
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
