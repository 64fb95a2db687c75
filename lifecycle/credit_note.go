package lifecycle

import (
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
)

// note issues a credit note for lines of an invoice, or for everything that is left of it.
func (s *step) note(
	r *invoice.Receivable, lines []invoice.LineAmount, refund bool, reason string,
) (*invoice.Invoice, error) {
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: s.nextID(), At: s.sub.At, Receivable: *r, Charges: s.sub.UnexpiredCharges, Lines: lines,
		Refund: refund, Reason: reason, Ledger: s.sub.Ledger,
		Policy: s.billing(), Contact: s.sub.Contact, Location: s.sub.Contract.Cycle.Location,
	})
	if err != nil {
		return nil, s.inReceivable(fault.Under("event.payment", err), r.Invoice)
	}
	s.takeNote(&note)
	return &note.Invoice, nil
}

// takeNote adds a credit note to the account and the outcome, and stores the receivable that it changed.
func (s *step) takeNote(note *invoice.CreditResult) {
	inv := note.Invoice
	s.sub.add(inv)
	s.number(inv.ID)
	s.out.Invoices = append(s.out.Invoices, inv)
	s.out.Credits = append(s.out.Credits, inv.LedgerEntries...)
	s.out.Receivables = append(s.out.Receivables, invoice.NewReceivable(inv))
	s.replace(note.Receivable)
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
