package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// reissue replaces an invoice with a copy that has the current billing details. An issued invoice never changes: a
// credit note reverses its charges, and a new invoice bills them again and is paid with that credit. Credits on the
// invoice are not repeated. The event brings the invoice, since the subscription keeps only its receivable.
func (s *step) reissue(e *Event) error {
	sub, id := &s.sub, e.Payment.Invoice
	i := sub.receivable(id)
	if i < 0 {
		return s.unknownInvoice(id)
	}
	r := sub.Receivables[i]
	if err := s.reissuable(&r); err != nil {
		return err
	}
	inv, err := s.proved(e, &r)
	if err != nil {
		return err
	}
	brings := s.overdue(id)
	current := sub.Contact
	sub.Contact = inv.Contact // the credit note has the recipient of the invoice that it reverses
	_, err = s.note(&r, invoice.CreditRequest{})
	sub.Contact = current
	if err != nil {
		return err
	}
	dueBy := inv.DueAt
	if !dueBy.IsZero() {
		dueBy = later(dueBy, sub.At)
	}
	again, err := s.build(invoice.Draft{
		ID: s.nextID(), Currency: inv.Currency, At: sub.At, DueAt: dueBy, Lines: copied(inv), Ledger: sub.Ledger,
		Policy: inv.Policy, Contact: sub.Contact, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return fault.Under("event.payment", err)
	}
	sub.add(again)
	s.take(again)
	if err := s.collectAgain(&again, &r); err != nil {
		return err
	}
	return s.settled(brings)
}

// copied returns the charges of an invoice to bill again. The taxes that a tax engine answered depend on the billing
// details, so it is asked for those of the copy.
func copied(inv *invoice.Invoice) (lines []plans.Charge) {
	for _, line := range inv.Lines {
		if line.Corrects != "" {
			continue
		}
		answered := func(t plans.Tax) bool { return t.Answered }
		if inv.Policy.TaxEngine && slices.ContainsFunc(line.Taxes, answered) {
			line.Taxes, line.PricedAt = nil, time.Time{}
		}
		lines = append(lines, line)
	}
	return lines
}

// reissuable refuses the correction of an invoice that cannot be replaced now.
func (s *step) reissuable(r *invoice.Receivable) error {
	sub, id := &s.sub, r.Invoice
	switch r.Phase {
	case invoice.PhaseRequested, invoice.PhasePending, invoice.PhaseRetracted:
		return s.refuse("A payment of invoice " + id + " is requested or in progress; " +
			"send billing_details_changed again after payment_succeeded or payment_failed.")
	case invoice.PhaseVoid, invoice.PhaseUncollectible, invoice.PhaseDraft:
		return s.refuse("Invoice " + id + " is " + r.Phase.Status() + " and cannot be issued again.")
	case invoice.PhaseOpen, invoice.PhaseHeld, invoice.PhaseOverdue, invoice.PhasePaid:
	}
	if sub.NextPeriod != nil && sub.NextPeriod.Invoice == id {
		begins := sub.date(sub.NextPeriod.Period.Start)
		return s.refuse("Invoice " + id + " is for the period from " + begins + "; " +
			"send billing_details_changed again once the period has begun.")
	}
	for _, line := range r.Lines {
		if len(line.Credits) > 0 {
			by := lineid.Invoice(line.Credits[0].ID)
			return s.refuse("Invoice " + id + " was credited by " + by + " and cannot be issued again.")
		}
	}
	for _, c := range sub.waiting() {
		if c.Corrects != "" && lineid.Invoice(c.Corrects) == id {
			return s.refuse("The next invoice credits invoice " + id + ", which cannot be issued again.")
		}
	}
	return nil
}

// proved returns the document of an event, or that of an invoice issued in the same replay. The receivable proves it.
func (s *step) proved(e *Event, r *invoice.Receivable) (*invoice.Invoice, error) {
	inv := e.Document
	if inv == nil {
		for _, issued := range [...][]invoice.Invoice{s.earlier, s.out.Invoices} {
			if i := slices.IndexFunc(issued, func(inv invoice.Invoice) bool { return inv.ID == r.Invoice }); i >= 0 {
				inv = &issued[i]
			}
		}
	}
	if inv == nil {
		return nil, fault.New("event.document", proration.ErrUnset, "required, invoice %.40q as it was issued", r.Invoice)
	}
	own := *inv
	if own.Location == nil && own.Zone != "" { // it was read from JSON
		own.Location = s.sub.Contract.Cycle.Location
	}
	return &own, fault.Under("event.document", r.Match(own))
}

// collectAgain collects the copy of an invoice. The grace period and retries of the original continue; the copy gets
// no new grace period.
func (s *step) collectAgain(again *invoice.Invoice, before *invoice.Receivable) error {
	i := s.sub.receivable(again.ID)
	if !before.Owing() || i < 0 || !s.sub.Receivables[i].Owing() {
		return s.collect(again, s.sub.At)
	}
	r := s.sub.Receivables[i]
	r.Phase, r.ServiceFrom, r.CollectAt, r.DueAt = before.Phase, before.ServiceFrom, before.CollectAt, before.DueAt
	r.Held, r.FirstFailedAt, r.GraceUntil, r.RetryAt = before.Held, before.FirstFailedAt, before.GraceUntil, before.RetryAt
	r.Retries, r.HardDecline = before.Retries, before.HardDecline
	s.replace(r)
	if r.CollectAt.IsZero() && (!r.HardDecline || s.manual()) {
		return s.ask(again.ID)
	}
	return nil
}
