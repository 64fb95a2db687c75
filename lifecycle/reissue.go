package lifecycle

import (
	"strconv"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// reissue issues an invoice again, to whom invoices go now: what was issued never changes, so a credit note gives it back, and another invoice, that
// the credit pays, takes its place. What the first one credited stands as it is.
func (s *step) reissue(id string) error {
	sub := &s.sub
	i := sub.invoice(id)
	if i < 0 {
		return s.refuse("there is no invoice " + strconv.Quote(id) + ", or it is settled for good")
	}
	inv := sub.Invoices[i]
	switch {
	case inv.Status == invoice.Pending || sub.asked(id):
		return s.refuse("a payment of it is under way; its outcome comes first")
	case inv.Status != invoice.Open && inv.Status != invoice.Paid || inv.Corrects != "":
		return s.refuse("it is " + inv.Status.String() + " or a credit note, and is not issued again")
	case sub.NextPeriod != nil && sub.NextPeriod.Invoice == id:
		return s.refuse("it is of a period that has not begun; cancel, or switch its renewal off")
	}
	var lines []plans.Charge
	for _, line := range inv.Lines {
		if line.Corrects == "" {
			lines = append(lines, line.Clone())
		}
		for _, c := range sub.UnexpiredCharges {
			if c.Corrects == line.ID {
				return s.refuse("it was credited since, by " + c.ID)
			}
		}
	}
	brings, due := s.overdue(id), s.sub.due(id)
	var before *Collection
	if due >= 0 {
		own := sub.Receivables[due]
		before = &own
	}
	note, err := invoice.Credit(invoice.CreditRequest{ID: s.nextID(), At: sub.At, Invoice: inv, Credited: sub.UnexpiredCharges, Ledger: sub.Ledger})
	if err != nil {
		return proration.Under("event.payment", err)
	}
	sub.add(note)
	s.take(note)
	if note.AppliedToInvoice.IsPositive() {
		if err := s.happen(id, invoice.Event{Kind: invoice.Credited, ID: note.ID, Amount: note.AppliedToInvoice}); err != nil {
			return err
		}
	}
	dueBy := inv.DueAt
	if !dueBy.IsZero() {
		dueBy = later(dueBy, sub.At)
	}
	again, err := invoice.Build(invoice.Draft{
		ID: s.nextID(), Currency: inv.Currency, At: sub.At, DueAt: dueBy, Lines: lines, Ledger: sub.Ledger, Policy: inv.Policy,
		Contact: sub.Contact, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return proration.Under("event.payment", err)
	}
	sub.add(again)
	s.take(again)
	s.collectAgain(&again, before)
	return s.settled(brings)
}

// collectAgain collects an invoice that takes the place of another, as far as the collection of that was: it has no grace of its own.
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
