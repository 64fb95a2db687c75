package invoice

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// document builds the invoice, if there are lines, and returns the account after it.
func (w *work) document() (IssueResult, error) {
	doc := IssueResult{CreditNotes: w.notes, Account: Account{
		Contract: w.after, Ledger: w.Ledger,
		EndedAt: w.ended, UnbilledSince: w.since, UsedDiscounts: w.UsedDiscounts, ServiceStart: w.ServiceStart,
		ItemsBilledTo: w.itemsTo,
	}}
	lines, known := w.lines, w.issued()
	switch {
	case len(w.waits)+len(w.lines) == 0:
		lines = w.Lines
	case len(w.waits)+len(w.Lines) > 0:
		lines = slices.Concat(w.waits, w.lines, w.Lines)
	}
	if w.UnbilledAs != "" {
		lines = w.lines
	}
	if len(lines) == 0 {
		if len(w.TaxAnswers) > 0 {
			return IssueResult{}, fault.New("tax_answers", proration.ErrInvalid, "must be empty; there is nothing to bill")
		}
		w.keepKnown(&doc.Account, [2][]plans.Charge{known}, nil)
		return doc, w.renew(&doc.Contract)
	}
	if w.UnbilledAs != "" {
		unbilled, err := w.unbilled(lines)
		doc.Unbilled = unbilled
		w.keepKnown(&doc.Account, [2][]plans.Charge{known}, unbilled)
		return doc, err
	}
	inv, err := w.build(lines, known)
	if err != nil {
		return IssueResult{}, err
	}
	if w.used {
		doc.Contract.Discounts = w.discounts(w.remain(inv.RemainingDiscounts))
		doc.UsedDiscounts = w.usedUp(inv.RemainingDiscounts, inv.Lines)
	}
	w.keepKnown(&doc.Account, [2][]plans.Charge{known, inv.Lines}, nil)
	if len(inv.LedgerEntries) > 0 {
		doc.Ledger = slices.Concat(w.Ledger, inv.LedgerEntries)
	}
	doc.Invoice = &inv
	return doc, w.renew(&doc.Contract)
}

// keepKnown keeps the billed charges that later invoices need, and the used discounts of these and of the charges that
// wait.
func (w *work) keepKnown(account *Account, billed [2][]plans.Charge, unbilled []plans.Charge) {
	account.UnexpiredCharges = w.usable(billed)
	if len(account.UsedDiscounts) > 0 {
		account.UsedDiscounts = named(account.UsedDiscounts, slices.Concat(account.UnexpiredCharges, w.waits, unbilled))
	}
}

// discounts returns the discounts of the contract after the invoice: those that remain, as the change leaves them, with
// those that it adds.
func (w *work) discounts(remaining []plans.Discount) (all []plans.Discount) {
	if w.Change.IsZero() {
		for _, d := range remaining {
			ended := !d.Until.IsZero() && !d.Until.After(w.At) && of(w.after.Discounts, d.ID) < 0 // with a term
			if !ended {
				all = append(all, d)
			}
		}
		return all
	}
	for _, d := range w.after.Discounts {
		if i := of(remaining, d.ID); i >= 0 {
			all = append(all, remaining[i])
		} else if of(w.Contract.Discounts, d.ID) < 0 {
			all = append(all, d)
		}
	}
	return all
}

// build returns the invoice of the lines, given the issued charges that they can credit. A termination fee reduces the
// refund, which is at most the negative total.
func (w *work) build(lines, issued []plans.Charge) (Invoice, error) {
	id, err := w.nextID()
	if err != nil {
		return Invoice{}, err
	}
	draft := Draft{
		ID: id, Currency: w.Contract.Currency, At: w.IssuedAt, Lines: lines,
		CreditedCharges: issued, Discounts: w.on, Ledger: w.Ledger, Policy: w.Policy,
		TaxAnswers: w.TaxAnswers,
		Contact:    w.Contact, DueAt: w.DueAt, Installments: w.Installments, Every: w.Every,
		InstallmentWeights: w.InstallmentWeights, AsDraft: w.AsDraft,
		Location: w.Contract.Cycle.Location,
	}
	inv, err := Build(draft)
	if err != nil || !w.refund.IsPositive() || !inv.Total.IsNegative() {
		return inv, err
	}
	draft.Refund = decimal.Min(w.refund, inv.Total.Neg())
	return Build(draft)
}

// renew renews a contract in arrears that is billed to the end of its last term. A contract that expires stays
// unchanged.
func (w *work) renew(c *plans.Contract) error {
	end := c.End()
	if !w.renews || end.IsZero() || w.since.Before(end) {
		return nil
	}
	next, goesOn, err := c.Renewed()
	if err == nil && goesOn {
		*c = next
	}
	return err
}

// usable returns the charges whose span or period ends after the time of issue, and their credits. Later invoices need
// them to credit the charges and to measure a minimum commitment or a commitment.
func (w *work) usable(billed [2][]plans.Charge) []plans.Charge {
	kept := map[string]bool{}
	moved := cycleStart(&w.after)
	measured := w.after.Minimum.IsPositive() && moved.After(w.IssuedAt)
	var room [16]*plans.Charge
	left := room[:0]
	for _, charges := range billed {
		for i := range charges {
			c := &charges[i]
			own := c.Corrects == "" && !c.Price.Accrues() && (c.Span.End.After(w.IssuedAt) || c.Period.End.After(w.IssuedAt) ||
				w.waitsFor(c.ID) || w.precedes(c) || w.counted(c) || measured && c.Period.Start.Before(moved))
			if own {
				kept[c.ID] = true
			}
			if own || c.Corrects != "" && kept[c.Corrects] {
				left = append(left, c)
			}
		}
	}
	if len(left) == 0 {
		return nil
	}
	all := make([]plans.Charge, len(left))
	for i, c := range left {
		all[i] = *c
	}
	return all
}
