package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Deadline is when a subscription changes by itself, and how.
type Deadline struct {
	At   time.Time    `json:"at"`           // the first instant of what comes then
	Kind DeadlineKind `json:"kind"`         // what comes
	Ref  string       `json:"ref,omitzero"` // what of several it is about: an invoice, a reminder, the event that asked for a change
}

// DeadlineKind says what happens at a deadline. Its zero is unset.
type DeadlineKind uint8

// The kinds of deadlines, in the order in which they come where they fall on one instant.
const (
	ReminderDue         DeadlineKind = iota + 1 // the customer is told what will happen
	StartDue                                    // service begins
	TrialOver                                   // the trial is over, and the first period begins
	CancellationDue                             // a cancellation takes effect
	ChangeDue                                   // a change that waited takes effect
	AdvancePeriodStarts                         // a period begins that was billed ahead
	FirstPaymentOver                            // the first invoice was not paid in time
	ChargeDue                                   // an invoice is charged, again or after it was held
	GraceOver                                   // the grace of an invoice is over
	ExpiryDue                                   // the last term or period is over
	PauseDue                                    // a pause begins
	ResumeDue                                   // a pause is over
	RenewalDue                                  // the next period begins and is billed
	AdvanceInvoiceDue                           // the next period is billed before it begins
	PaymentDue                                  // an invoice should have been paid by hand
	PaidThroughEnded                            // what was paid for is over, and with it the access that it gave
)

var deadlineKinds = []string{
	"", "reminder", "start", "trial_over", "cancellation", "change", "advance_period_starts", "first_payment_over", "charge", "grace_over", "expiry", "pause", "resume",
	"renewal", "advance_invoice_due", "payment_due", "paid_through_ended",
}

// String returns the kind's name, "renewal".
func (k DeadlineKind) String() string { return enum.String(deadlineKinds, k) }

// MarshalText returns the kind's name.
func (k DeadlineKind) MarshalText() ([]byte, error) { return fault.Marshal(deadlineKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *DeadlineKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(deadlineKinds, k, "kind", text)
}

// Next returns the next deadline of the subscription, and false where nothing happens to it by itself. It is after the instant to which the
// subscription was advanced: a caller schedules one job a subscription, which calls [Advance].
func Next(policy Policy, sub Subscription) (Deadline, bool) {
	if policy.Validate() != nil || sub.check() != nil {
		return Deadline{}, false
	}
	next := sub.next(&policy)
	return next, next.Kind != 0
}

// serving are the statuses in which there is service, or would be if it were paid.
const serving = set(1<<Active | 1<<PastDue | 1<<Suspended)

// search looks for the earliest deadline; of those at one instant it takes the first kind, and of one kind the first.
type search struct{ next Deadline }

// consider takes a deadline that is earlier than those before.
func (q *search) consider(at time.Time, kind DeadlineKind, ref string) {
	n := &q.next
	if !at.IsZero() && (n.Kind == 0 || at.Before(n.At) || at.Equal(n.At) && kind < n.Kind) {
		*n = Deadline{At: at, Kind: kind, Ref: ref}
	}
}

// next returns the next deadline, or the zero one.
func (s *Subscription) next(p *Policy) Deadline {
	var q search
	switch s.Status {
	case PendingStart:
		q.consider(s.StartAt, StartDue, "")
		q.consider(s.CancelAt, CancellationDue, "")
	case Trialing:
		if s.CancelAt.IsZero() || s.CancelAt.After(s.TrialEnd) { // otherwise it ends, and nothing is billed
			q.consider(s.TrialEnd, TrialOver, "")
		}
		q.consider(s.CancelAt, CancellationDue, "")
	case Incomplete:
		q.consider(s.PayBy, FirstPaymentOver, "")
		q.consider(s.CancelAt, CancellationDue, "")
		if s.TrialEnd.After(s.At) {
			q.consider(s.TrialEnd, PaidThroughEnded, "")
		}
		s.collecting(&q)
	case Active, PastDue:
		s.serving(p, &q)
		s.collecting(&q)
	case Suspended:
		q.consider(s.CancelAt, CancellationDue, "")
		if s.NextPeriod != nil {
			q.consider(s.NextPeriod.Period.Start, AdvancePeriodStarts, "")
		}
		if s.paidFor() && s.Period.End.After(s.At) {
			q.consider(s.Period.End, PaidThroughEnded, "")
		}
	case Paused:
		q.consider(s.ResumeAt, ResumeDue, "")
		q.consider(s.CancelAt, CancellationDue, "")
	case Canceled, Expired:
	}
	s.reminders(p, &q)
	return q.next
}

// serving considers what ends a period, and what comes before its end.
func (s *Subscription) serving(p *Policy, q *search) {
	for _, w := range s.ScheduledChanges {
		if s.inArrears() && !w.At.Before(s.Period.End) {
			continue // the period that is over is billed at what held in it, first
		}
		q.consider(w.At, ChangeDue, "event-"+strconv.FormatInt(w.Sequence, 10))
	}
	q.consider(s.CancelAt, CancellationDue, "")
	q.consider(s.PauseAt, PauseDue, "")
	end := s.Period.End
	if s.NextPeriod != nil {
		q.consider(s.NextPeriod.Period.Start, AdvancePeriodStarts, "")
		return
	}
	if last := s.last(p); !last.IsZero() && !last.After(end) {
		q.consider(last, ExpiryDue, "")
		return
	}
	q.consider(end, RenewalDue, "")
	if s.billsAhead(p) && end.After(s.At) {
		if at, err := p.Renewal.Lead.Before(end, s.location()); err == nil {
			q.consider(later(at, s.Period.Start), AdvanceInvoiceDue, "")
		}
	}
}

// billsAhead reports whether the next period is billed before it begins.
func (s *Subscription) billsAhead(p *Policy) bool {
	if p.Renewal.Lead == (proration.Interval{}) || p.Billing.Timing != proration.InAdvance || s.inArrears() || p.Renewal.WithoutPaymentMethod != FinalContinue && s.PaymentMethod == "" {
		return false
	}
	if s.upFront() && s.Contract.End().After(s.Period.End) {
		return false // it was billed when the contract was extended
	}
	for _, stop := range []time.Time{s.CancelAt, s.PauseAt} {
		if !stop.IsZero() && !stop.After(s.Period.End) {
			return false
		}
	}
	return true
}

// last returns when service ends by itself, and the zero time where it renews.
func (s *Subscription) last(p *Policy) time.Time {
	stops := s.NoRenewal || slices.Contains(p.Renewal.Except, s.PaymentMethod) && s.PaymentMethod != ""
	switch n := len(s.Contract.Terms); {
	case n > 0 && (stops || s.Contract.Terms[n-1].Term.Renewal == plans.Expire):
		return s.Contract.End()
	case n == 0 && stops:
		return s.Period.End
	}
	return time.Time{}
}

// collecting considers what happens to unpaid invoices. While a payment is under way its outcome is waited for.
func (s *Subscription) collecting(q *search) {
	for _, d := range s.Receivables {
		if i := s.invoice(d.Invoice); i < 0 || s.Invoices[i].Status == invoice.Pending || d.VoidWhenKnown {
			continue
		}
		q.consider(d.CollectAt, ChargeDue, d.Invoice)
		q.consider(d.RetryAt, ChargeDue, d.Invoice)
		q.consider(d.DueAt, PaymentDue, d.Invoice)
		if s.Status == PastDue {
			q.consider(d.GraceUntil, GraceOver, d.Invoice)
		}
	}
}

// reminders considers what the customer is told, before it happens and never after.
func (s *Subscription) reminders(p *Policy, q *search) {
	for i, r := range p.Reminders {
		if r.OnlyWithoutPaymentMethod && s.PaymentMethod != "" {
			continue
		}
		for _, of := range s.comes(p, r.Of) {
			at, err := r.Before.Before(of.At, s.location())
			if err == nil && at.After(s.At) {
				q.consider(at, ReminderDue, r.Of.String()+"-"+strconv.Itoa(i+1)+of.Ref)
			}
		}
	}
}

// comes returns when what a reminder is of happens.
func (s *Subscription) comes(p *Policy, kind NoticeKind) (all []Deadline) {
	served := s.Status == Active || s.Status == PastDue
	end := s.CancelAt
	if last := s.last(p); served && !last.IsZero() && (end.IsZero() || last.Before(end)) {
		end = last
	}
	switch {
	case kind == NoticeTrialEnd && s.Status == Trialing && s.CancelAt.IsZero():
		all = append(all, Deadline{At: s.TrialEnd})
	case kind == NoticeEnd && !end.IsZero() && (served || s.Status == Trialing):
		all = append(all, Deadline{At: end})
	case kind == NoticeRenewal && served && s.PauseAt.IsZero() && (end.IsZero() || end.After(s.Period.End)) && !s.extended():
		all = append(all, Deadline{At: s.Period.End})
	case kind == NoticeGraceEnd && s.Status == PastDue:
		for _, d := range s.Receivables {
			if !d.GraceUntil.IsZero() {
				all = append(all, Deadline{At: d.GraceUntil, Ref: " " + d.Invoice})
			}
		}
	}
	return all
}

// extended reports whether the next period is one that was added and billed long ago: nothing is charged when it begins.
func (s *Subscription) extended() bool {
	return slices.ContainsFunc(s.UnexpiredCharges, func(c plans.Charge) bool { return c.Kind == plans.Extension && c.Span.Start.Equal(s.Period.End) })
}

// later returns the later of two instants.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
