package lifecycle

import (
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// onSchedule reports whether nothing of an invoice is to be collected yet: every installment that is due is paid and
// others follow, or it waits for the minimum amount.
func (s *Subscription) onSchedule(r *invoice.Receivable) bool {
	return r.Phase == invoice.PhaseHeld
}

// onTime returns a receivable that waits for its next installment, if those that are due are paid. No failure and no
// grace period of the earlier ones is left.
func (s *step) onTime(r invoice.Receivable) (invoice.Receivable, error) {
	if len(r.Installments) == 0 || r.DueBy(s.sub.At).IsPositive() {
		return r, nil
	}
	if r.Phase != invoice.PhaseOpen && r.Phase != invoice.PhaseHeld && r.Phase != invoice.PhaseOverdue {
		return r, nil
	}
	next, has := r.NextInstallment(s.sub.At)
	if !has {
		return r, nil
	}
	r.Phase, r.CollectAt, r.RequestedAt, r.DueAt = invoice.PhaseOpen, time.Time{}, time.Time{}, time.Time{}
	r.FirstFailedAt, r.GraceUntil, r.RetryAt = time.Time{}, time.Time{}, time.Time{}
	r.Retries, r.HardDecline = 0, false
	until := next.At.In(s.sub.location())
	return invoice.Apply(r, invoice.Event{Kind: invoice.Postponed, At: later(s.sub.At, r.IssuedAt), Until: until})
}

// installmentPaid does what follows the payment of the installments that are due.
func (s *step) installmentPaid(id string) error {
	s.notice(Notice{Kind: NoticeReceipt, Invoice: id})
	if err := s.settled(true); err != nil {
		return err
	}
	return s.servePaid(id)
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
