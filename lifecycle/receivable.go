package lifecycle

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// receivable returns the index of the receivable of an invoice, or -1.
func (s *Subscription) receivable(id string) int {
	for i := len(s.Receivables) - 1; i >= 0; i-- {
		if s.Receivables[i].Invoice == id {
			return i
		}
	}
	return -1
}

// phase returns the phase of the receivable of an invoice, and 0 for an invoice that is no longer stored.
func (s *Subscription) phase(id string) invoice.Phase {
	if i := s.receivable(id); i >= 0 {
		return s.Receivables[i].Phase
	}
	return 0
}

// owing reports whether an invoice waits for a payment, or for the result of one.
func (s *Subscription) owing(id string) bool { return s.owingAt(s.receivable(id)) }

// owingAt is owing for the index of the receivable, which is negative for an invoice that is not stored.
func (s *Subscription) owingAt(i int) bool { return i >= 0 && s.Receivables[i].Owing() }

// owes reports whether any invoice waits for a payment, and not for more to collect.
func (s *Subscription) owes() bool {
	return slices.ContainsFunc(s.Receivables, func(r invoice.Receivable) bool { return r.Owing() && !waitsForMore(&r) })
}

// underWay reports whether a payment of an invoice is pending and no part of the invoice is paid.
func (s *Subscription) underWay(id string) bool {
	i := s.receivable(id)
	return i >= 0 && s.Receivables[i].Phase == invoice.PhasePending && !s.Receivables[i].Received().IsPositive()
}

// retractable reports whether an invoice can be voided: it is due, no payment is pending, and none was received.
func (s *Subscription) retractable(id string) bool {
	i := s.receivable(id)
	if i < 0 {
		return false
	}
	r := &s.Receivables[i]
	return r.Owing() && r.Phase != invoice.PhasePending && r.Phase != invoice.PhaseRetracted && !r.Received().IsPositive()
}

// received returns the money received, and not refunded, on the paid invoices of charges that can still be credited.
func (s *Subscription) received() decimal.Decimal {
	var sum decimal.Decimal
	for i := range s.Receivables {
		id := s.Receivables[i].Invoice
		ofInvoice := func(c plans.Charge) bool { return c.Corrects == "" && lineid.Invoice(c.ID) == id }
		if s.Receivables[i].Phase == invoice.PhasePaid && slices.ContainsFunc(s.UnexpiredCharges, ofInvoice) {
			sum = sum.Add(decimal.Max(s.Receivables[i].Received(), decimal.Decimal{}))
		}
	}
	return sum
}

// open returns the receivables of the invoices with an amount outstanding, also if they are written off. Credits of
// their charges lower them first.
func (s *step) open() (all []invoice.Receivable) {
	for _, r := range s.sub.Receivables {
		if (r.Owing() && r.Phase != invoice.PhaseRetracted || r.Phase == invoice.PhaseUncollectible) &&
			!r.Outstanding().IsZero() {
			all = append(all, r)
		}
	}
	return all
}

// happen applies an event to the receivable of an invoice, and adds it to the outcome. It reports whether the event
// changed anything: a repeat does not.
func (s *step) happen(id string, e invoice.Event) (bool, error) {
	i := s.sub.receivable(id)
	if i < 0 {
		return false, s.unknownInvoice(id)
	}
	r := s.sub.Receivables[i]
	e.At = later(s.sub.At, r.IssuedAt)
	after, err := invoice.Apply(r, e)
	if err == nil {
		after, err = s.onTime(after)
	}
	if err != nil {
		return false, s.inReceivable(moved(err, "event", "event.payment"), id)
	}
	if len(after.Events) == len(r.Events) && after.Phase == r.Phase && after.RequestedAt.Equal(r.RequestedAt) &&
		after.CollectAt.Equal(r.CollectAt) && after.Held == r.Held &&
		after.DueAt.Equal(r.DueAt) && after.RetryAt.Equal(r.RetryAt) {
		return false, nil
	}
	s.replace(after)
	return true, nil
}

// inReceivable moves the faults of a receivable to its place in the subscription: it was edited where it was stored,
// and the event is not at fault.
func (s *step) inReceivable(err error, id string) error {
	return fault.Rename(err, "event.payment.receivable", fault.At("subscription.receivables", s.sub.receivable(id)))
}

// replace stores a changed receivable in the subscription and in the outcome.
func (s *step) replace(r invoice.Receivable) {
	if i := s.sub.receivable(r.Invoice); i >= 0 {
		s.ownReceivables(0)
		s.sub.Receivables[i] = r
	}
	for i := range s.out.Receivables {
		if s.out.Receivables[i].Invoice == r.Invoice {
			s.out.Receivables[i] = r
			return
		}
	}
	s.out.Receivables = append(s.out.Receivables, r)
}

// ownReceivables makes the list of receivables the step's own, with room for more of them.
func (s *step) ownReceivables(more int) {
	if n := len(s.sub.Receivables); !s.edits {
		s.sub.Receivables, s.edits = append(make([]invoice.Receivable, 0, n+more), s.sub.Receivables...), true
	}
}

// detach makes a copy of the subscription the one that the step works on, so that the step can go back to the other.
func (s *step) detach() { s.sub, s.edits = s.sub.snapshot(), false }

// unknownInvoice refuses an event about an invoice whose receivable the subscription does not keep.
func (s *step) unknownInvoice(id string) error {
	return s.refuse("Invoice " + strconv.Quote(id) +
		" does not exist, had nothing to pay, or was settled too long ago to be changed.")
}
