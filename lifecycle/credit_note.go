package lifecycle

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
)

// note issues a credit note of an invoice. The request says what is credited; by default everything that is left.
func (s *step) note(r *invoice.Receivable, request invoice.CreditRequest) (*invoice.Invoice, error) {
	note, err := s.credit(r, request)
	if err != nil {
		return nil, err
	}
	s.takeNote(&note)
	return &note.Invoice, nil
}

// credit returns the credit note that a request asks for, and its receivable. Nothing is stored yet.
func (s *step) credit(r *invoice.Receivable, request invoice.CreditRequest) (invoice.CreditResult, error) {
	request.ID, request.At, request.Charges = s.nextID(), s.sub.At, s.sub.UnexpiredCharges
	request.Receivable = s.sub.withWaiting(*r)
	request.Ledger, request.Policy = s.sub.Ledger, s.billing()
	request.Contact, request.Location = s.sub.Contact, s.sub.Contract.Cycle.Location
	note, err := invoice.Credit(request)
	note.Receivable = s.sub.withoutWaiting(note.Receivable)
	return note, s.inReceivable(fault.Under("event.payment", err), r.Invoice)
}

// takeNote adds a credit note to the account and the outcome, and stores the receivable that it changed.
func (s *step) takeNote(note *invoice.CreditResult) {
	s.sub.add(note.Invoice)
	s.enterNote(note)
}

// enterNote adds a credit note to the outcome, and stores the receivable that it changed.
func (s *step) enterNote(note *invoice.CreditResult) {
	inv := note.Invoice
	s.number(&inv)
	s.out.Invoices = append(s.out.Invoices, inv)
	s.out.Credits = append(s.out.Credits, inv.LedgerEntries...)
	s.out.Receivables = append(s.out.Receivables, invoice.NewReceivable(inv))
	s.replace(note.Receivable)
}

// creditOpen issues a credit note of an invoice that can have an open part.
func (s *step) creditOpen(r *invoice.Receivable, request invoice.CreditRequest) error {
	note, err := s.credit(r, request)
	if err == nil {
		s.sub.add(note.Invoice)
		err = s.lower(&note)
	}
	return err
}

// lower takes a credit note that lowers an open invoice and is in the account already. A requested payment is
// withdrawn, and requested again for the amount that is left.
func (s *step) lower(note *invoice.CreditResult) error {
	before := s.sub.Receivables[s.sub.receivable(note.Receivable.Invoice)]
	s.enterNote(note)
	s.lowered = append(s.lowered, before)
	if refund := note.Invoice.Refund; refund.IsPositive() {
		s.refund(note.Invoice.ID, "", refund)
		others := slices.DeleteFunc(s.sub.paidInvoices(), func(id string) bool { return id == before.Invoice })
		s.repaid(&note.Invoice, refund.Sub(decimal.Min(refund, before.Received())), others)
	}
	return s.askAgain(&before)
}

// askAgain withdraws the requested payment of an invoice that was lowered, and requests it again for the amount that is
// left. The time for its result counts from the first request: lower invoices would postpone its failure without end.
func (s *step) askAgain(before *invoice.Receivable) error {
	if before.Phase != invoice.PhaseRequested {
		return nil
	}
	s.effect(Effect{Kind: Withdraw, Invoice: before.Invoice})
	r := s.sub.Receivables[s.sub.receivable(before.Invoice)]
	if !r.Owing() {
		return nil
	}
	r.Phase, r.RequestedAt = invoice.PhaseOpen, time.Time{}
	if !r.FirstFailedAt.IsZero() {
		r.Phase = invoice.PhaseOverdue
	}
	s.replace(r)
	if err := s.askAlone(r.Invoice); err != nil {
		return err
	}
	if r = s.sub.Receivables[s.sub.receivable(r.Invoice)]; r.Phase == invoice.PhaseRequested {
		r.RequestedAt = before.RequestedAt
		s.replace(r)
	}
	return nil
}

// creditInFull issues a credit note for an invoice that was paid although nothing is served for it, and requests the
// refund, or grants the money as credit.
func (s *step) creditInFull(id string, refund bool) error {
	return s.creditPaid(id, invoice.CreditRequest{Refund: refund})
}

// creditPaid issues a credit note for a paid invoice, and requests the refund that the request asks for.
func (s *step) creditPaid(id string, request invoice.CreditRequest) error {
	r := s.sub.Receivables[s.sub.receivable(id)]
	note, err := s.note(&r, request)
	if err != nil {
		return err
	}
	if note.Refund.IsPositive() {
		s.refund(note.ID, "", note.Refund)
	}
	return nil
}
