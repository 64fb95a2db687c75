package lifecycle

import (
	"bytes"
	"slices"
	"time"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// adoptFull continues the subscription as a full history ends, and bills the difference. What was issued, paid and
// granted stays.
func (s *step) adoptFull(full *step) error {
	h := full.full
	if err := s.settlePending(full); err != nil {
		return err
	}
	s.because("correction-"+s.sub.At.UTC().Format(time.RFC3339Nano), 0)
	granted, documents := len(s.out.Credits), len(s.out.Invoices)
	should := map[string]invoice.Receivable{}
	for _, r := range full.out.Receivables {
		should[r.Invoice] = r
	}
	if err := s.creditUnpaired(h, should); err != nil {
		return err
	}
	billed, proposed := h.billed(s), proposed(full.out.Invoices, should)
	now := s.sub
	s.sub, s.edits = full.sub.snapshot(), false
	sub := &s.sub
	sub.At, sub.Sequence, sub.Issued, sub.Corrections = now.At, max(now.Sequence, h.last), now.Issued, now.Corrections
	sub.Ledger, sub.Receivables, sub.Refunds = now.Ledger, now.Receivables, now.Refunds
	sub.PendingChange = now.PendingChange
	charges := sub.UnexpiredCharges
	if !h.waitsFor(sub.waiting(), billed, proposed) {
		proposed = append(proposed, billedNow(sub.waiting())...)
		sub.UnbilledCharges = notWaiting(sub.UnbilledCharges)
	}
	sub.UnexpiredCharges = slices.Clone(billed)
	if err := s.difference(billed, proposed); err != nil {
		return err
	}
	s.keepDunning(h, full.sub.Receivables)
	sub.Corrections = append(sub.Corrections, ids(s.out.Invoices[documents:])...)
	if len(s.out.Invoices) == documents {
		sub.UnexpiredCharges = now.UnexpiredCharges
	}
	s.rename(h, s.out.Invoices[documents:])
	sub.keepCharges(now.UnexpiredCharges, charges)
	brings := slices.ContainsFunc(now.Receivables, invoice.Receivable.Owing) // the difference brings nothing back
	for _, settle := range []func() error{
		func() error { return s.payWithCredit(h, should) },
		func() error { return s.useCredit(granted) },
		func() error { return s.settled(brings) },
	} {
		s.enterCorrection()
		if err := settle(); err != nil {
			return err
		}
	}
	sub.prune(s.policy)
	return nil
}

// settlePending keeps the change that waits for its payment if it waits in the full history too, for the same contract.
// Otherwise it lapses.
func (s *step) settlePending(full *step) error {
	p, f := s.sub.PendingChange, full.sub.PendingChange
	if p != nil && f != nil && p.Sequence == f.Sequence && full.full.pairs[p.Invoice] == f.Invoice {
		own, err := canon.Normal(p.After.Contract)
		other, err2 := canon.Normal(f.After.Contract)
		if err == nil && err2 == nil && bytes.Equal(own, other) {
			return nil
		}
	}
	s.enterCorrection()
	if err := s.lapse(); err != nil {
		return err
	}
	full.enterCorrection()
	return full.lapse()
}

// creditUnpaired credits the open invoices that the full history does not issue, or voids.
func (s *step) creditUnpaired(h *fullHistory, should map[string]invoice.Receivable) error {
	for _, r := range s.open() {
		id, paired := h.pairs[r.Invoice]
		if paired && counts(should[id].Phase) || h.corrections[r.Invoice] {
			continue
		}
		if err := s.creditOpen(&r, invoice.CreditRequest{}); err != nil {
			return err
		}
		h.credited[r.Invoice] = true
	}
	return nil
}

// payWithCredit pays what the full history paid with credit: the part of an open invoice that is not outstanding there.
// A requested payment is withdrawn, and requested again for the amount that is left.
func (s *step) payWithCredit(h *fullHistory, should map[string]invoice.Receivable) error {
	for _, r := range s.open() {
		id, paired := h.pairs[r.Invoice]
		if !paired || r.Phase == invoice.PhasePending || r.Phase == invoice.PhaseUncollectible {
			continue
		}
		paid, err := s.applyCredit(r.Invoice, s.sub.idPrefix()+s.cause, s.sub.Ledger,
			r.Outstanding().Sub(should[id].Outstanding()))
		if err != nil {
			return err
		}
		if paid.IsPositive() {
			if err := s.askAgain(&r); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepDunning makes the new document overdue like the invoices of the full history whose counterparts the correction
// credited: their grace period and retries continue.
func (s *step) keepDunning(h *fullHistory, should []invoice.Receivable) {
	i := len(s.sub.Receivables) - 1
	if i < 0 || !s.sub.Receivables[i].Owing() {
		return
	}
	for _, overdue := range should {
		at, paired := h.was[overdue.Invoice]
		if !overdue.Overdue() || !paired || s.sub.owing(h.issued[at].ID) {
			continue
		}
		r := s.sub.Receivables[i]
		r.FirstFailedAt, r.GraceUntil, r.RetryAt = overdue.FirstFailedAt, overdue.GraceUntil, overdue.RetryAt
		r.Retries, r.HardDecline = overdue.Retries, overdue.HardDecline
		s.replace(r)
		return
	}
}

// billed returns the lines of the issued documents that are not void, with those of the correction so far.
func (h *fullHistory) billed(s *step) (all []plans.Charge) {
	for _, r := range s.out.Receivables {
		h.receivables[r.Invoice] = r
	}
	for _, inv := range slices.Concat(h.issued, s.out.Invoices[h.booked:]) {
		if counts(h.receivables[inv.ID].Phase) {
			all = append(all, inv.Lines...)
		}
	}
	return slices.DeleteFunc(all, func(c plans.Charge) bool {
		of := c.Corrects
		if of == "" {
			of = c.ID
		}
		return h.credited[lineid.Invoice(of)]
	})
}

// counts reports whether the charges of an invoice in a phase are billed: it is no draft, and it is not void and will
// not be.
func counts(p invoice.Phase) bool {
	return p != invoice.PhaseVoid && p != invoice.PhaseDraft && p != invoice.PhaseRetracted
}

// proposed returns the lines of the documents of a full history that are not void, given their receivables.
func proposed(documents []invoice.Invoice, should map[string]invoice.Receivable) (all []plans.Charge) {
	for _, inv := range documents {
		if counts(should[inv.ID].Phase) {
			all = append(all, inv.Lines...)
		}
	}
	return all
}

// difference bills the difference between the billed and the proposed charges: on one document, or on one for each
// period of time with other proration settings.
func (s *step) difference(billed, proposed []plans.Charge) error {
	all := s.policies.all
	var lines []plans.Charge
	for i := range all {
		settings := all[i].Billing.Proration
		d, err := invoice.Reconcile(invoice.ReconcileRequest{
			Billed: s.policies.under(i, billed), Proposed: s.policies.under(i, proposed),
			Policy: settings, Location: s.sub.location(), SamePeriod: true,
		})
		if err != nil {
			return err
		}
		lines = append(lines, d.Lines...)
		if i+1 < len(all) && settings == all[i+1].Billing.Proration {
			continue
		}
		s.policy = &all[i]
		if err := s.billLines(lines); err != nil {
			return err
		}
		lines = nil
	}
	s.hold(s.sub.At)
	return nil
}

// billLines issues charges and credits. The credits of open invoices lower these.
func (s *step) billLines(lines []plans.Charge) error {
	for _, r := range s.open() {
		var own, others []plans.Charge
		for _, c := range lines {
			if lineid.Invoice(c.Corrects) == r.Invoice {
				own = append(own, c)
			} else {
				others = append(others, c)
			}
		}
		if lines = others; len(own) == 0 {
			continue
		}
		if err := s.creditOpen(&r, invoice.CreditRequest{Credits: own}); err != nil {
			return err
		}
	}
	if len(lines) == 0 {
		return nil
	}
	for i := range lines {
		c := &lines[i]
		assumed := slices.ContainsFunc(c.Taxes, func(t plans.Tax) bool { return t.Answered })
		if c.Corrects == "" && assumed && c.PricedAt.IsZero() {
			c.Taxes = nil // the full history had no answers of the tax engine
		}
	}
	return s.issue(lines)
}

// under returns the charges that start while a policy applies, and their credits.
func (p *Policies) under(policy int, all []plans.Charge) (held []plans.Charge) {
	own := map[string]bool{}
	for _, charge := range all {
		start := charge.Span.Start
		first := policy == 0 || !p.all[policy].From.After(start)
		last := policy == len(p.all)-1 || p.all[policy+1].From.After(start)
		if charge.Corrects == "" && first && last || own[charge.Corrects] {
			own[charge.ID] = true
			held = append(held, charge)
		}
	}
	return held
}

// ids returns the IDs of documents.
func ids(documents []invoice.Invoice) (all []string) {
	for i := range documents {
		all = append(all, documents[i].ID)
	}
	return all
}
