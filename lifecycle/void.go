package lifecycle

import (
	"strconv"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// void takes back an invoice that was issued by mistake.
func (s *step) void(e *Event) error {
	id := e.Payment.Invoice
	if i := s.sub.invoice(id); i >= 0 && s.sub.Invoices[i].Status == invoice.Void {
		return s.refuse("it is void already")
	}
	if a := s.sub.NextPeriod; a != nil && a.Invoice == id {
		return s.refuse("it is of the period that begins on " + a.Period.Start.In(s.sub.location()).Format(time.DateOnly) + "; cancel, or switch its renewal off")
	}
	brings := s.overdue(id)
	if err := s.undo(id); err != nil {
		return err
	}
	return s.settled(brings)
}

// writeOff gives an invoice up.
func (s *step) writeOff(e *Event) error {
	brings := s.overdue(e.Payment.Invoice)
	if err := s.happen(e.Payment.Invoice, invoice.Event{Kind: invoice.WrittenOff, Reason: e.Reason}); err != nil {
		return err
	}
	s.effect(Effect{Kind: Withdraw, Invoice: e.Payment.Invoice})
	return s.settled(brings)
}

// undo takes an invoice back, and what it did to the account.
func (s *step) undo(id string) error {
	for _, c := range s.sub.UnexpiredCharges {
		if c.Corrects != "" && invoiceOf(c.Corrects) == id && invoiceOf(c.ID) != id {
			return s.refuse("invoice " + strconv.Quote(id) + " was credited since, by " + c.ID)
		}
	}
	entries, owed, err := credits.Void(s.sub.Ledger, credits.VoidRequest{Ref: id, At: s.sub.At, Reason: "invoice " + id + " is void"})
	if err != nil {
		return err
	}
	if owed.IsPositive() {
		return s.refuse("credit of invoice " + strconv.Quote(id) + " was spent since")
	}
	if err := s.happen(id, invoice.Event{Kind: invoice.Voided}); err != nil {
		return err
	}
	var left []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		if invoiceOf(c.ID) != id {
			left = append(left, c)
		}
	}
	s.sub.UnexpiredCharges, s.sub.Ledger = left, append(s.sub.Ledger, entries...)
	s.out.Credits = append(s.out.Credits, entries...)
	s.effect(Effect{Kind: Withdraw, Invoice: id})
	return nil
}
