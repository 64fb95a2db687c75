package lifecycle

import (
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
)

// reactivate restores service. If an invoice is overdue, its payment is requested and service waits for it. Otherwise
// a period that is paid or billed continues, or a new one starts.
func (s *step) reactivate(*Event) error {
	sub := &s.sub
	for i := range sub.Receivables {
		r := &sub.Receivables[i]
		if r.FirstFailedAt.IsZero() || sub.Status == Paused && (r.GraceUntil.IsZero() || r.GraceUntil.After(sub.At)) {
			continue // service continues during the grace period
		}
		if err := s.become(Suspended); err != nil {
			return err
		}
		_, err := s.collectOverdue()
		return err
	}
	if !sub.billedFor() {
		return s.restart()
	}
	if err := s.become(Active); err != nil {
		return err
	}
	sub.Dunned = false
	sub.EndedAt, sub.PauseAt, sub.ResumeAt = time.Time{}, time.Time{}, time.Time{}
	if err := s.standing(); err != nil {
		return err
	}
	return s.served()
}

// restart starts a new period for a returning customer. Scheduled changes that are due take effect and later ones are
// dropped. Earlier charges can no longer be credited, except paid ones for future periods, which are credited now.
func (s *step) restart() error {
	sub := &s.sub
	if err := s.forget(); err != nil {
		return err
	}
	if err := s.giveAheadBack(); err != nil {
		return err
	}
	s.adopt()
	sub.ScheduledChanges, sub.CancelAt, sub.PauseAt, sub.ResumeAt = nil, time.Time{}, time.Time{}, time.Time{}
	sub.UnexpiredCharges, sub.EndedAt, sub.UnbilledSince, sub.NoRenewal = nil, time.Time{}, time.Time{}, false
	if s.policy.Reactivation.BillingAnchor == plans.AnchorReset || len(sub.Contract.Terms) > 0 {
		if err := s.anew(0); err != nil {
			return err
		}
	}
	over := sub.Status.over()
	if err := s.become(Active); err != nil {
		return err
	}
	if err := s.bill(); err != nil {
		return err
	}
	if over {
		if err := s.await(); err != nil {
			return err
		}
	}
	return s.standing()
}

// giveAheadBack credits paid charges for future periods, because the new period replaces those.
func (s *step) giveAheadBack() error {
	own := map[string]bool{}
	var ahead []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		if c.Corrects == "" && c.Span.Start.After(s.sub.At) || own[c.Corrects] {
			own[c.ID] = true
			ahead = append(ahead, c)
		}
	}
	var open []string // unpaid invoices stay due
	for _, r := range s.open() {
		open = append(open, r.Invoice)
	}
	back, err := credits.Unused(credits.Request{
		Charges: ahead, At: s.sub.At, CreditBasis: s.policy.Billing.CreditBasis, Policy: s.policy.Billing.Proration,
		Unpaid: open, Location: s.sub.Contract.Cycle.Location,
	})
	if err != nil || len(back) == 0 {
		return err
	}
	return s.issue(back)
}
