package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// reissue replaces an invoice with a copy that has the current billing details. An issued invoice never changes: a
// credit note reverses its charges, and a new invoice bills them again and is paid with that credit. Credits on the
// invoice are not repeated.
func (s *step) reissue(id string) error {
	sub := &s.sub
	i := sub.invoice(id)
	if i < 0 {
		return s.unknownInvoice(id)
	}
	inv := sub.Invoices[i]
	switch {
	case inv.Status == invoice.Pending || sub.asked(id):
		return s.refuse("A payment of invoice " + id + " is in progress; " +
			"send billing_details_changed again after payment_succeeded or payment_failed.")
	case inv.Corrects != "":
		return s.refuse("Credit note " + id + " cannot be issued again.")
	case inv.Status != invoice.Open && inv.Status != invoice.Paid:
		return s.refuse("Invoice " + id + " is " + inv.Status.String() + " and cannot be issued again.")
	case sub.NextPeriod != nil && sub.NextPeriod.Invoice == id:
		begins := sub.date(sub.NextPeriod.Period.Start)
		return s.refuse("Invoice " + id + " is for the period from " + begins + "; " +
			"send billing_details_changed again once the period has begun.")
	}
	var lines []plans.Charge
	for _, line := range inv.Lines {
		if line.Corrects == "" {
			lines = append(lines, line.Clone())
		}
		for _, c := range sub.UnexpiredCharges {
			if c.Corrects == line.ID {
				by := lineid.Invoice(c.ID)
				return s.refuse("Invoice " + id + " was credited by " + by + " and cannot be issued again.")
			}
		}
	}
	brings, due := s.overdue(id), s.sub.due(id)
	var before *Collection
	if due >= 0 {
		own := sub.Receivables[due]
		before = &own
	}
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: s.nextID(), At: sub.At, Invoice: inv, Credited: sub.UnexpiredCharges, Ledger: sub.Ledger,
	})
	if err != nil {
		return proration.Under("event.payment", err)
	}
	sub.add(note)
	s.take(note)
	if note.AppliedToInvoice.IsPositive() {
		credited := invoice.Event{Kind: invoice.Credited, ID: note.ID, Amount: note.AppliedToInvoice}
		if err := s.happen(id, credited); err != nil {
			return err
		}
	}
	dueBy := inv.DueAt
	if !dueBy.IsZero() {
		dueBy = later(dueBy, sub.At)
	}
	again, err := invoice.Build(invoice.Draft{
		ID: s.nextID(), Currency: inv.Currency, At: sub.At, DueAt: dueBy, Lines: lines, Ledger: sub.Ledger,
		Policy: inv.Policy, Contact: sub.Contact, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return proration.Under("event.payment", err)
	}
	sub.add(again)
	s.take(again)
	s.collectAgain(&again, before)
	return s.settled(brings)
}

// collectAgain collects the copy of an invoice. The grace period and retries of the original continue; the copy gets
// no new grace period.
func (s *step) collectAgain(again *invoice.Invoice, before *Collection) {
	if before == nil || !owing(again) {
		s.collect(again, s.sub.At, time.Time{})
		return
	}
	before.Invoice = again.ID
	s.sub.Receivables = append(s.sub.Receivables, *before)
	if before.CollectAt.IsZero() && (!before.HardDecline || s.manual()) {
		s.ask(len(s.sub.Receivables) - 1)
	}
}
