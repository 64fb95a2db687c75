package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// void voids an invoice that was issued by mistake.
func (s *step) void(e *Event) error {
	id := e.Payment.Invoice
	if i := s.sub.invoice(id); i >= 0 && s.sub.Invoices[i].Status == invoice.Void {
		return s.refuse("Invoice " + id + " is already void.")
	}
	if a := s.sub.NextPeriod; a != nil && a.Invoice == id {
		begins := s.sub.date(a.Period.Start)
		return s.refuse("Invoice " + id + " is for the period from " + begins + "; " +
			"send renewal_disabled or cancellation_requested to void it while it is unpaid.")
	}
	brings := s.overdue(id)
	if err := s.undo(id); err != nil {
		return err
	}
	return s.settled(brings)
}

// writeOff marks an invoice as uncollectible and stops its collection.
func (s *step) writeOff(e *Event) error {
	brings := s.overdue(e.Payment.Invoice)
	if err := s.happen(e.Payment.Invoice, invoice.Event{Kind: invoice.WrittenOff, Reason: e.Reason}); err != nil {
		return err
	}
	s.effect(Effect{Kind: Withdraw, Invoice: e.Payment.Invoice})
	return s.settled(brings)
}

// undo voids an invoice and reverses its charges and credits in the account.
func (s *step) undo(id string) error {
	for _, c := range s.sub.UnexpiredCharges {
		if c.Corrects != "" && lineid.Invoice(c.Corrects) == id && lineid.Invoice(c.ID) != id {
			by := lineid.Invoice(c.ID)
			return s.refuse("Invoice " + id + " was credited by " + by + " and can no longer be voided.")
		}
	}
	reversal := credits.VoidRequest{Ref: id, At: s.sub.At, Reason: "invoice " + id + " is void"}
	entries, owed, err := credits.Void(s.sub.Ledger, reversal)
	if err != nil {
		return err
	}
	if owed.IsPositive() {
		return s.refuse("Invoice " + id + " granted credit that is spent, so it can no longer be voided.")
	}
	if err := s.happen(id, invoice.Event{Kind: invoice.Voided}); err != nil {
		return err
	}
	var left []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		if lineid.Invoice(c.ID) != id {
			left = append(left, c)
		}
	}
	s.sub.UnexpiredCharges, s.sub.Ledger = left, append(s.sub.Ledger, entries...)
	s.out.Credits = append(s.out.Credits, entries...)
	s.effect(Effect{Kind: Withdraw, Invoice: id})
	return nil
}

// retractable reports whether an invoice can be voided: it is open and no money was received for it.
func (s *Subscription) retractable(id string) bool {
	i := s.invoice(id)
	return i >= 0 && s.Invoices[i].Status == invoice.Open && !s.Invoices[i].Received().IsPositive()
}

// voidWhenKnown marks an invoice to be voided once the result of its payment in progress is known, and drops its
// charges from the account.
func (s *step) voidWhenKnown(due int) {
	d := &s.sub.Receivables[due]
	d.VoidWhenKnown = true
	s.sub.UnexpiredCharges = slices.DeleteFunc(s.sub.UnexpiredCharges, func(c plans.Charge) bool {
		return lineid.Invoice(c.ID) == d.Invoice
	})
}
