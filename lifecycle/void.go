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
	if s.sub.phase(id) == invoice.PhaseVoid {
		return s.refuse("Invoice " + id + " is already void.")
	}
	if a := s.sub.NextPeriod; a != nil && a.Invoice == id {
		begins := s.sub.date(a.Period.Start)
		return s.refuse("Invoice " + id + " is for the period from " + begins + "; " +
			"send renewal_disabled or cancellation_requested to void it while it is unpaid.")
	}
	brings, billed := s.overdue(id), s.sub.billedFor()
	if err := s.undo(id); err != nil {
		return err
	}
	return s.forgiven(brings, billed)
}

// writeOff marks an invoice as uncollectible and stops its collection.
func (s *step) writeOff(e *Event) error {
	brings, billed := s.overdue(e.Payment.Invoice), s.sub.billedFor()
	if _, err := s.happen(e.Payment.Invoice, invoice.Event{Kind: invoice.WrittenOff, Reason: e.Reason}); err != nil {
		return err
	}
	s.effect(Effect{Kind: Withdraw, Invoice: e.Payment.Invoice})
	return s.forgiven(brings, billed)
}

// forgiven updates the status after an invoice was voided, written off or credited, which gives no service: time that
// nothing pays for any more suspends the subscription, and one that is suspended or incomplete stays so. A return bills
// the time again.
func (s *step) forgiven(brings, billed bool) error {
	sub := &s.sub
	if sub.Status == Incomplete && !sub.billedFor() || sub.Status == Suspended && !sub.paidFor() {
		return nil
	}
	if err := s.settled(brings); err != nil {
		return err
	}
	if !regular.has(sub.Status) || !billed || sub.inArrears() || sub.billedFor() {
		return nil
	}
	return s.become(Suspended)
}

// undo voids an invoice, reverses its charges and credits in the account, and restores the discounts that it used
// and the set-up fees.
func (s *step) undo(id string) error {
	charges := s.sub.UnexpiredCharges
	if err := s.reverse(id); err != nil {
		return err
	}
	if a := s.sub.NextPeriod; a == nil || a.Invoice != id { // the contract keeps its discounts until that period begins
		s.restoreDiscounts(id, charges)
		s.billSetupAgain(id, charges)
	}
	return nil
}

// reverse voids an invoice and reverses its charges and credits in the account.
func (s *step) reverse(id string) error {
	if by := s.sub.creditedBy(id); by != "" {
		return s.refuse("Invoice " + id + " was credited by " + by + " and can no longer be voided; " +
			"the credit was granted or refunded.")
	}
	reversal := credits.VoidRequest{Ref: id, At: s.sub.At, Reason: "invoice " + id + " is void"}
	entries, owed, err := credits.Void(s.sub.Ledger, reversal)
	if err != nil {
		return err
	}
	if owed.IsPositive() {
		return s.refuse("Invoice " + id + " granted credit that is spent, so it can no longer be voided.")
	}
	if s.sub.phase(id) != invoice.PhaseVoid { // a retracted invoice is void with the failure of its payment
		if _, err := s.happen(id, invoice.Event{Kind: invoice.Voided}); err != nil {
			return err
		}
	}
	s.restoreLines(id)
	s.sub.forgetCredits(id)
	var left []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		if lineid.Invoice(c.ID) != id && lineid.Invoice(c.Corrects) != id {
			left = append(left, c)
		}
	}
	s.sub.UnexpiredCharges, s.sub.Ledger = left, append(s.sub.Ledger, entries...)
	s.out.Credits = append(s.out.Credits, entries...)
	s.effect(Effect{Kind: Withdraw, Invoice: id})
	return nil
}

// creditedBy returns the ID of a document that credited an invoice and did more than lower it, or "".
func (s *Subscription) creditedBy(id string) string {
	i := s.receivable(id)
	if i < 0 {
		return ""
	}
	lowered := s.Receivables[i].LoweredBy()
	for _, line := range s.Receivables[i].Lines {
		for j := range line.Credits {
			if by := lineid.Invoice(line.Credits[j].ID); by != id && !slices.Contains(lowered, by) {
				return by
			}
		}
	}
	return ""
}

// restoreLines removes the credits of a void document from the receivables of the invoices that it credited.
func (s *step) restoreLines(id string) {
	of := func(c invoice.LineCredit) bool { return lineid.Invoice(c.ID) == id }
	for i := range s.sub.Receivables {
		r := s.sub.Receivables[i]
		credited := func(line invoice.ReceivableLine) bool { return slices.ContainsFunc(line.Credits, of) }
		if !slices.ContainsFunc(r.Lines, credited) {
			continue
		}
		r.Lines = slices.Clone(r.Lines)
		for j := range r.Lines {
			r.Lines[j].Credits = slices.DeleteFunc(slices.Clone(r.Lines[j].Credits), of)
		}
		s.replace(r)
	}
}

// voidWhenKnown lets an invoice become void once the result of its payment in progress is known, and drops its charges
// from the account.
func (s *step) voidWhenKnown(id string) error {
	s.sub.UnexpiredCharges = without(s.sub.UnexpiredCharges, func(c *plans.Charge) bool {
		return lineid.Invoice(c.ID) == id
	})
	_, err := s.happen(id, invoice.Event{Kind: invoice.Retracted})
	return err
}
