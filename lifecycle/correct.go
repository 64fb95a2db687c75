package lifecycle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// CorrectRequest is a history to correct.
type CorrectRequest struct {
	Subscription Subscription `json:"subscription"` // subscription before the first event
	// Events are all events, in any order. They are applied in the order of their times, and at one time of their numbers.
	Events []Event `json:"events"`
	// Issued are all invoices and credit notes issued for the subscription, in order of issue.
	Issued []invoice.Invoice `json:"issued"`
	// Receivables are those of the invoices, in order of time: of several of one invoice, such as those of the outcomes so
	// far, the last counts. An invoice with nothing due needs none.
	Receivables []invoice.Receivable `json:"receivables"`
	At          time.Time            `json:"at"` // time of the correction, not before the last event
}

// Correct replays a history that includes late events and bills the difference. A late event has the time at which it
// happened, and a number above those of the events known before. Issued invoices stay as they are. One new invoice, or
// one for each policy with a difference, bills the difference between the issued invoices and those that should have
// been issued. The subscription continues from there. Correcting again, with the new invoices among the issued ones,
// bills nothing.
//
// A charge that is missing counts as paid, since the difference will be paid. Payments and failures of issued invoices
// happened as reported. Issued invoices are recognized by their times of issue. A charge for the same time, units and
// price counts as correct, even if a late change of the billing date makes it a share of another period; see
// [invoice.Reconcile].
// Errors: those of [Replay]; the faults of the issued invoices, under issued[i]; and those of [invoice.Reconcile] and
// [invoice.Build].
func Correct(policies *Policies, c CorrectRequest) (Outcome, error) {
	s, f := beginReplay(policies, c.Subscription, c.Events, c.At)
	if len(c.Issued) > maxKept {
		f.Add("issued", proration.ErrLimit, "must be at most %d invoices; got %d", maxKept, len(c.Issued))
		return Outcome{}, f.Err() // checking that many could take unbounded time
	}
	present := c.present(&f)
	for i := range c.Events {
		if c.At.Before(c.Events[i].At) {
			f.Add(fault.At("events", i)+".at", proration.ErrOutside, "must not be after %s, the time of the correction; got %s",
				c.At.Format(time.RFC3339Nano), c.Events[i].At.Format(time.RFC3339Nano))
		}
	}
	if f != nil {
		return Outcome{}, f.Err()
	}
	total, err := c.play(s)
	if err != nil {
		return Outcome{}, err
	}
	return c.reconcile(s, total, present)
}

// present returns the receivables of the issued invoices, in order, and adds the faults of both.
func (c *CorrectRequest) present(f *fault.List) []invoice.Receivable {
	known := map[string]int{}
	if len(c.Receivables) > maxEvents {
		f.Add("receivables", proration.ErrLimit, "must be at most %d receivables; got %d", maxEvents, len(c.Receivables))
		return nil
	}
	for i := range c.Receivables {
		known[c.Receivables[i].Invoice] = i
	}
	var all []invoice.Receivable
	index := map[string]int{}
	for i := range c.Issued[:min(len(c.Issued), maxKept)] {
		inv := c.Issued[i]
		if loc := c.Subscription.Contract.Cycle.Location; inv.Location == nil && inv.Zone != "" {
			inv.Location = loc
		}
		r := invoice.NewReceivable(inv)
		if j, has := known[inv.ID]; has {
			r = c.Receivables[j]
		} else if inv.AmountDue.IsPositive() {
			f.Add(fault.At("issued", i)+".id", proration.ErrUnset, "requires a receivable; %.40q has none", inv.ID)
		}
		f.At("issued", i, r.Match(inv))
		index[inv.ID] = len(all)
		all = append(all, r)
	}
	for i := range all { // a receivable that is not the latest lacks credits of later documents
		if all[i].Phase == invoice.PhaseVoid || all[i].Phase == invoice.PhaseDraft {
			continue
		}
		for _, id := range corrected(&c.Issued[i]) {
			if of, has := index[id]; has {
				all[of] = all[of].Corrected(c.Issued[i])
			}
		}
	}
	return all
}

// play applies the events in the order of their times.
func (c *CorrectRequest) play(s *step) (Outcome, error) {
	known := slices.Clone(c.Events)
	slices.SortStableFunc(known, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Sequence, b.Sequence))
	})
	total := joined{known: map[string]int{}}
	s.correcting, s.issued = true, c.Issued
	defer func() { s.correcting = false }()
	for i, e := range known {
		if e.Payment.Invoice != "" && len(e.Payment.Lines) == 0 && e.Kind != PaymentRefunded {
			if e.Payment.Amount.IsZero() || e.Payment.Expected.Equal(e.Payment.Amount) {
				e.Payment.Expected = decimal.Decimal{}
			}
			e.Payment.Amount = decimal.Decimal{} // zero is the whole amount, which may be another one now
		}
		if e.Kind == PaymentRefunded {
			continue // its credit note is among the issued invoices
		}
		err := total.play(s, e)
		if err == nil {
			err = s.payMissing()
		}
		if err != nil {
			return Outcome{}, moved(err, "event", fault.At("events", i))
		}
		total.take(s)
	}
	if err := s.advance("at", c.At); err != nil {
		return Outcome{}, err
	}
	total.take(s)
	for _, e := range known {
		s.sub.Sequence = max(s.sub.Sequence, e.Sequence)
	}
	return total.out, nil
}

// missingID follows the subscription's ID in the ID of an invoice that should have been issued and was not.
const missingID = "-missing-"

// isMissing reports whether an ID is that of an invoice that should have been issued and was not. It counts as paid.
func (s *Subscription) isMissing(id string) bool { return strings.HasPrefix(id, s.ID+missingID) }

// payMissing marks the missing invoices as paid.
func (s *step) payMissing() error {
	s.enterCorrection()
	for i := range s.sub.Receivables {
		r := &s.sub.Receivables[i]
		if !r.Owing() || !s.sub.isMissing(r.Invoice) {
			continue
		}
		if _, err := s.happen(r.Invoice, invoice.Event{Kind: invoice.Succeeded, ID: "corrected"}); err != nil {
			return err
		}
	}
	return s.standing()
}

// reconcile bills the difference, and continues the subscription with the issued invoices and their receivables.
func (c *CorrectRequest) reconcile(s *step, should Outcome, present []invoice.Receivable) (Outcome, error) {
	sub := &s.sub
	theirs := map[string]bool{}
	void := map[string]bool{}
	for _, r := range should.Receivables {
		void[r.Invoice] = r.Phase == invoice.PhaseVoid
	}
	var proposed, billed []plans.Charge
	for i := range should.Invoices {
		inv := &should.Invoices[i]
		theirs[inv.ID] = true
		if !void[inv.ID] {
			proposed = append(proposed, inv.Lines...)
		}
	}
	sub.Ledger = nil
	for _, e := range should.Credits {
		if e.Kind == credits.Granted && !theirs[e.Ref] { // granted by an event, not by an invoice
			sub.Ledger = append(sub.Ledger, e)
		}
	}
	sub.Receivables, sub.Issued = nil, len(c.Issued)
	for i := range c.Issued {
		inv, r := &c.Issued[i], present[i]
		if inv.Total.IsPositive() {
			sub.Receivables = append(sub.Receivables, r)
		}
		if r.Phase != invoice.PhaseVoid && r.Phase != invoice.PhaseDraft {
			billed = append(billed, inv.Lines...)
			sub.Ledger = append(sub.Ledger, inv.LedgerEntries...)
		}
	}
	sub.relocate()
	sub.UnexpiredCharges = slices.Clone(billed)
	s.because("correction-"+sub.At.UTC().Format(time.RFC3339Nano), 0)
	for i := range s.policies.all {
		s.policy = &s.policies.all[i]
		if err := s.difference(s.policies.under(i, billed), s.policies.under(i, proposed)); err != nil {
			return Outcome{}, err
		}
	}
	s.hold(sub.At)
	sub.UnexpiredCharges = usable(sub.UnexpiredCharges, sub.At)
	s.enterCorrection()
	if err := s.settled(true); err != nil {
		return Outcome{}, err
	}
	sub.prune(s.policy)
	return s.outcome(), nil
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

// difference bills the difference between the billed and the proposed charges, under the current policy.
func (s *step) difference(billed, proposed []plans.Charge) error {
	sub := &s.sub
	d, err := invoice.Reconcile(invoice.ReconcileRequest{
		Billed: billed, Proposed: proposed, Policy: s.policy.Billing.Proration, Location: sub.Contract.Cycle.Location,
	})
	if err != nil || len(d.Lines) == 0 {
		return err
	}
	return s.issue(d.Lines)
}

// usable returns the charges that pay for time after an instant, and their credits.
func usable(charges []plans.Charge, at time.Time) (left []plans.Charge) {
	kept := map[string]bool{}
	for _, c := range charges {
		own := c.Corrects == "" && (c.Span.End.After(at) || c.Period.End.After(at))
		if own || c.Corrects != "" && kept[c.Corrects] {
			kept[c.ID] = kept[c.ID] || own
			left = append(left, c)
		}
	}
	return left
}
