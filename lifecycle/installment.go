package lifecycle

import (
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// onSchedule reports whether every installment of an invoice that is due is paid, and others follow.
func (s *Subscription) onSchedule(r *invoice.Receivable) bool {
	return r.Phase == invoice.PhaseHeld && len(r.Installments) > 0
}

// installmentPaid closes the installments of an invoice that are due, if they are paid, and reports whether they are.
// The invoice waits for the next one, with no failure and no grace period left of the earlier ones.
func (s *step) installmentPaid(r *invoice.Receivable) (bool, error) {
	if len(r.Installments) == 0 || r.DueBy(s.sub.At).IsPositive() || !r.Owing() {
		return false, nil
	}
	if _, attempted := r.Attempt(); attempted {
		return false, nil
	}
	next, has := r.NextInstallment(s.sub.At)
	if !has {
		return false, nil
	}
	open := *r
	open.Phase, open.RequestedAt, open.DueAt, open.RetryAt = invoice.PhaseOpen, time.Time{}, time.Time{}, time.Time{}
	open.FirstFailedAt, open.GraceUntil, open.Retries, open.HardDecline = time.Time{}, time.Time{}, 0, false
	s.replace(open)
	postponed := invoice.Event{Kind: invoice.Postponed, Until: next.At.In(s.sub.location())}
	if _, err := s.happen(r.Invoice, postponed); err != nil {
		return true, err
	}
	s.notice(Notice{Kind: NoticeReceipt, Invoice: r.Invoice})
	if err := s.settled(true); err != nil {
		return true, err
	}
	return true, s.servePaid(r.Invoice)
}

// postpone lets an invoice whose payment could not be requested wait for its next installment.
func (s *step) postpone(id string) error {
	r := s.sub.Receivables[s.sub.receivable(id)]
	if r.Phase != invoice.PhaseHeld || r.CollectAt.After(s.sub.At) {
		return nil
	}
	r.Phase, r.CollectAt = invoice.PhaseOpen, time.Time{}
	next, has := r.NextInstallment(s.sub.At)
	s.replace(r)
	if !has {
		return nil
	}
	_, err := s.happen(id, invoice.Event{Kind: invoice.Postponed, Until: next.At.In(s.sub.location())})
	return err
}

// setDueAt sets the due date of a later installment that is paid by hand.
func (s *step) setDueAt(r invoice.Receivable) error {
	term := s.sub.Contract.DueIn
	if term == (proration.Interval{}) {
		term = s.policy.Dunning.DueIn
	}
	if !s.sub.onSchedule(&r) || term == (proration.Interval{}) {
		return nil
	}
	var err error
	if r.DueAt, err = term.After(s.sub.At, s.sub.location()); err == nil {
		s.replace(r)
	}
	return err
}
