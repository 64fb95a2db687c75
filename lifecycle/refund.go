package lifecycle

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// disputed opens an invoice again whose payment was taken back. It has a grace like one that was declined.
func (s *step) disputed(e *Event) error {
	if i := s.sub.invoice(e.Payment.Invoice); i >= 0 && !s.sub.Invoices[i].Received().IsPositive() {
		return s.refuse("nothing was paid on it, or it went back already")
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
	d.HardDecline = true // whoever disputes a payment is not charged again by itself
	if err := s.miss(d); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: d.Invoice, Of: s.ahead(d.GraceUntil)})
	return nil
}

// refunded issues the credit note of money that was paid back.
func (s *step) refunded(e *Event) error {
	i := s.sub.invoice(e.Payment.Invoice)
	if i < 0 {
		return s.refuse("there is no invoice " + strconv.Quote(e.Payment.Invoice) + ", or it is settled for good")
	}
	inv := s.sub.Invoices[i]
	brings := s.overdue(inv.ID)
	if !inv.Received().IsPositive() {
		return s.refuse("nothing was paid on it, or it went back already")
	}
	correction := invoice.CreditRequest{
		ID: s.nextID(), At: e.At, Invoice: inv, Credited: s.credited(inv.ID), Lines: e.Payment.Lines, Refund: true, Ledger: s.sub.Ledger,
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
		if err := s.happen(inv.ID, invoice.Event{Kind: invoice.Credited, ID: note.ID, Amount: note.AppliedToInvoice}); err != nil {
			return err
		}
	}
	if note.Refund.IsPositive() {
		if err := s.happen(inv.ID, invoice.Event{Kind: invoice.Refunded, ID: note.ID, Amount: note.Refund, Reason: e.Reason}); err != nil {
			return err
		}
	}
	return s.settled(brings)
}

// parts spreads an amount, net of taxes, over the lines of an invoice, from the first on.
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
	if amount.IsPositive() && len(parts) > 0 { // more than there is: the fault is the last line's
		parts[len(parts)-1].Amount = parts[len(parts)-1].Amount.Add(amount)
	}
	return parts
}

// giveAllBack issues the credit note of an invoice that nobody wanted any more when its payment came in, and asks to pay that back.
func (s *step) giveAllBack(id string) error {
	note, err := invoice.Credit(invoice.CreditRequest{ID: s.nextID(), At: s.sub.At, Invoice: s.sub.Invoices[s.sub.invoice(id)], Refund: true, Ledger: s.sub.Ledger})
	if err != nil {
		return proration.Under("event.payment", err)
	}
	s.sub.add(note)
	s.take(note)
	return s.settled(true)
}

// tooMuch reports whether a payment that came in is of an invoice on which nothing is due any more: it was void by then, or was paid otherwise.
func tooMuch(inv *invoice.Invoice, payment string) bool {
	known := slices.ContainsFunc(inv.Events, func(e invoice.Event) bool { return e.ID == payment })
	return inv.Status == invoice.Void || inv.Status == invoice.Paid && payment != "" && !known
}

// overpaid returns by how much a payment is more than what is left to be paid, or than what was taken of it when it was told before.
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

// giveBack asks to pay back what came in for an invoice on which nothing is due any more.
func (s *step) giveBack(e *Event, inv *invoice.Invoice) error {
	amount := e.Payment.Amount
	if amount.IsZero() {
		amount = inv.AmountDue
	}
	if amount.IsPositive() {
		s.payBack(e, amount)
	}
	return nil
}

// payBack asks to pay back a part of a payment that is of no invoice. Told twice, it is the same effect.
func (s *step) payBack(e *Event, amount decimal.Decimal) {
	if e.Payment.ID != "" {
		s.because("payment-"+e.Payment.ID, e.Kind)
	}
	s.effect(Effect{Kind: Refund, Invoice: e.Payment.Invoice, Amount: amount})
}
