package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/invoice"
)

// reached returns the time at which an event is applied: its own, or for a report that is late the time that the
// subscription was advanced to.
func (e *Event) reached(sub *Subscription) time.Time {
	if e.Kind.Reported() && sub.Status != 0 && e.At.Before(sub.At) && e.At.UTC().Year() >= 1 && !e.At.IsZero() {
		return sub.At
	}
	return e.At
}

// needsCorrection reports whether a late report, before it is applied, would have changed what has happened since its
// time: a payment that became due, failed, or was voided since then, service that ended since then, or a failure.
func (s *step) needsCorrection(e *Event) bool {
	i := s.sub.receivable(e.Payment.Invoice)
	if s.occurred.IsZero() || i < 0 {
		return false
	}
	r := &s.sub.Receivables[i]
	if e.Kind != PaymentSucceeded && e.Kind != DisputeWon {
		return e.Kind != PaymentAttempted && e.Kind != RefundSucceeded && e.Kind != RefundFailed
	}
	since := func(t time.Time) bool { return t.After(s.occurred) && !t.After(e.At) }
	return since(r.FirstFailedAt) || since(r.GraceUntil) || since(s.sub.EndedAt) ||
		slices.ContainsFunc(r.Events, func(e invoice.Event) bool { return since(e.At) })
}

// repeat returns the step of an event that was applied before.
func (p *Policies) repeat(sub *Subscription, e *Event) Step {
	return Step{
		At: sub.At, Event: e.Kind, Sequence: e.Sequence, Invoice: e.Payment.Invoice, Skipped: true,
		Status: sub.Status, Access: p.Access(*sub),
	}
}
