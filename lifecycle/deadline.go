package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// Deadline is a time at which a subscription changes without an event, and the kind of the change.
type Deadline struct {
	At       time.Time    `json:"at"`                // time at which the change takes effect
	Kind     DeadlineKind `json:"kind"`              // kind of the change
	Invoice  string       `json:"invoice,omitzero"`  // ID of the invoice that the deadline is about; "" is none
	Change   int64        `json:"change,omitzero"`   // number of the event that requested the change; zero is none
	Reminder int          `json:"reminder,omitzero"` // number of the reminder in the policy, from 1; zero is none
	Of       NoticeKind   `json:"of,omitzero"`       // subject of the reminder; unset for another kind of deadline
}

// DeadlineKind is the kind of a [Deadline]. The zero value is unset.
//
// JSON: reminder, start, trial_over, cancellation, pending_change_over, change, advance_period_starts,
// first_payment_over, result_due, collection_resumes, charge, grace_over, expiry, pause, resume, renewal,
// advance_invoice_due, payment_due, paid_through_ended, usage_window_over, item_period_due, item_billing_due.
type DeadlineKind uint8

// The kinds of deadlines. Deadlines at one time are processed in this order.
const (
	ReminderDue         DeadlineKind = iota + 1 // a reminder is sent
	StartDue                                    // service starts
	TrialOver                                   // the trial ends and the first period starts
	CancellationDue                             // a cancellation takes effect
	PendingChangeOver                           // a change lapses that was not paid
	ChangeDue                                   // a scheduled change takes effect
	AdvancePeriodStarts                         // a period starts that was billed in advance
	FirstPaymentOver                            // the time to pay the first invoice ends
	ResultDue                                   // a payment fails because its result was never reported
	CollectionResumes                           // a pause of collection ends
	ChargeDue                                   // an invoice is collected: a retry, or a postponed first collection
	GraceOver                                   // the grace of an invoice ends
	ExpiryDue                                   // the last term or period ends
	PauseDue                                    // a pause starts
	ResumeDue                                   // a pause ends
	RenewalDue                                  // the next period starts and is billed
	AdvanceInvoiceDue                           // the next period is billed before it starts
	PaymentDue                                  // the due date of an invoice that is paid by hand passes
	PaidThroughEnded                            // paid time ends, and the access that it gave
	UsageWindowOver                             // usage of a period that is over is billed
	ItemPeriodDue                               // a period of an item with a billing interval of its own starts
	ItemBillingDue                              // usage of an item with a billing interval of its own is billed
)

var deadlineKinds = []string{
	"", "reminder", "start", "trial_over", "cancellation", "pending_change_over", "change", "advance_period_starts",
	"first_payment_over", "result_due", "collection_resumes", "charge", "grace_over", "expiry", "pause", "resume",
	"renewal", "advance_invoice_due", "payment_due", "paid_through_ended", "usage_window_over", "item_period_due",
	"item_billing_due",
}

// String returns the kind's name, "renewal".
func (k DeadlineKind) String() string { return enum.String(deadlineKinds, k) }

// MarshalText returns the kind's name.
func (k DeadlineKind) MarshalText() ([]byte, error) { return fault.Marshal(deadlineKinds, k, "kind") }

// UnmarshalText reads the kind's name. An unknown name returns ErrInvalid.
func (k *DeadlineKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(deadlineKinds, k, "kind", text)
}

// Next returns the next deadline of the subscription, and the zero Deadline if there is none. It is after the time that
// the subscription was advanced to, and follows the policy that applies then. A deadline that an edited policy sets for
// an earlier time is due at the time reached, and [Advance] to that time processes it. The caller schedules one job for
// each subscription, which calls Advance at the deadline.
// Errors: ErrUnset for missing policies, and the faults of the subscription.
func Next(policies *Policies, sub Subscription) (Deadline, error) {
	var f fault.List
	policies.check(&f)
	f.Under("", sub.check())
	if f != nil {
		return Deadline{}, f.Err()
	}
	reached := sub.At
	next := sub.next(policies.at(reached.Add(1)))
	for i := range policies.all {
		p := &policies.all[i]
		if sub.Status == 0 || !p.From.After(reached.Add(1)) || next.Kind != 0 && next.At.Before(p.From) {
			continue
		}
		sub.At = p.From.Add(-1)
		if next = sub.next(p); next.Kind != 0 {
			next.At = later(next.At, p.From) // a deadline that the policy sets in the past is due when it starts to apply
		}
	}
	if next.Kind != 0 {
		next.At = later(next.At, reached)
	}
	return next, nil
}

// serving are the statuses in which paid time gives full access.
const serving = set(1<<Active | 1<<PastDue | 1<<Suspended)

// search finds the earliest deadline. At one time the first kind wins, and within a kind the first deadline considered.
type search struct{ next Deadline }

// consider keeps a deadline of the subscription, or of an invoice, if it precedes the ones considered before.
func (q *search) consider(at time.Time, kind DeadlineKind, invoice string) {
	q.keep(Deadline{At: at, Kind: kind, Invoice: invoice})
}

// keep keeps a deadline if it precedes the ones considered before. A zero time is no deadline.
func (q *search) keep(d Deadline) {
	n := &q.next
	if !d.At.IsZero() && (n.Kind == 0 || d.At.Before(n.At) || d.At.Equal(n.At) && d.Kind < n.Kind) {
		*n = d
	}
}

// cause returns the text from which the IDs of effects and notices of the deadline derive. Callers store these IDs, so
// the text of a deadline never changes.
func (d Deadline) cause() string {
	var room [128]byte
	text := append(append(room[:0], d.Kind.String()...), '-')
	text = d.At.UTC().AppendFormat(text, time.RFC3339Nano)
	switch {
	case d.Kind == ChangeDue:
		text = strconv.AppendInt(append(text, "-event-"...), d.Change, 10)
	case d.Kind == ReminderDue:
		text = append(append(append(text, '-'), d.Of.String()...), '-')
		if text = strconv.AppendInt(text, int64(d.Reminder), 10); d.Invoice != "" {
			text = append(append(text, ' '), d.Invoice...)
		}
	case d.Invoice != "":
		text = append(append(text, '-'), d.Invoice...)
	}
	return string(text)
}

// paidUntil considers the end of the paid time of a suspended subscription: the first end of a charge can end it.
func (s *Subscription) paidUntil(q *search) {
	if !s.paidFor() {
		return
	}
	of := s.coverage()
	for i := range s.UnexpiredCharges {
		if c := &s.UnexpiredCharges[i]; s.covers(c) && of.settled(c.ID) {
			q.consider(c.Span.End, PaidThroughEnded, "")
		}
	}
}

// next returns the next deadline, the zero Deadline if there is none.
func (s *Subscription) next(p *Policy) Deadline {
	var q search
	switch s.Status {
	case PendingStart:
		if s.CancelAt.IsZero() || s.CancelAt.After(s.StartAt) { // otherwise service never starts and nothing is billed
			q.consider(s.StartAt, StartDue, "")
		}
		q.consider(s.CancelAt, CancellationDue, "")
		s.changing(&q)
	case Trialing:
		if ends := s.serviceBegins(); s.CancelAt.IsZero() || s.CancelAt.After(ends) { // otherwise nothing is billed
			q.consider(ends, TrialOver, "")
		}
		q.consider(s.CancelAt, CancellationDue, "")
		s.changing(&q)
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
		s.paidUntil(&q)
	case Paused:
		q.consider(s.ResumeAt, ResumeDue, "")
		q.consider(s.CancelAt, CancellationDue, "")
	case Canceled, Expired:
	}
	q.consider(s.UsageUntil, UsageWindowOver, "")
	s.waitingFor(&q)
	s.awaiting(p, &q)
	s.reminders(p, &q)
	return q.next
}

// waitingFor considers the next installments, or the end of a pause of collection, and the end of a pending change.
func (s *Subscription) waitingFor(q *search) {
	if pause := s.CollectionPause; pause != nil {
		q.consider(pause.Until, CollectionResumes, "")
	} else {
		for i := range s.Receivables {
			if r := &s.Receivables[i]; r.Phase == invoice.PhaseHeld {
				q.consider(r.CollectAt, ChargeDue, r.Invoice)
			}
		}
	}
	if p := s.PendingChange; p != nil {
		q.keep(Deadline{At: p.Until, Kind: PendingChangeOver, Change: p.Sequence, Invoice: p.Invoice})
	}
}

// changing considers the scheduled changes.
func (s *Subscription) changing(q *search) {
	for _, w := range s.ScheduledChanges {
		q.keep(Deadline{At: w.At, Kind: ChangeDue, Change: w.Sequence})
	}
}

// serving considers the deadlines inside the current period and at its end.
func (s *Subscription) serving(p *Policy, q *search) {
	for _, w := range s.ScheduledChanges {
		if s.inArrears() && !w.At.Before(s.Period.End) {
			continue // the period in arrears is billed first, under the contract that it had
		}
		q.keep(Deadline{At: w.At, Kind: ChangeDue, Change: w.Sequence})
	}
	q.consider(s.CancelAt, CancellationDue, "")
	q.consider(s.PauseAt, PauseDue, "")
	s.itemPeriods(q)
	s.billingItems(p, q)
	end := s.Period.End
	if s.NextPeriod != nil {
		q.consider(s.NextPeriod.Period.Start, AdvancePeriodStarts, "")
		return
	}
	if last := s.last(p); !last.IsZero() && !last.After(end) {
		q.consider(last, ExpiryDue, "")
		return
	}
	q.consider(s.renewsAt(p), RenewalDue, "")
	if s.billsAhead(p) && end.After(s.At) && s.restartsAt().IsZero() {
		if at, err := p.Renewal.Lead.Before(end, s.location()); err == nil {
			q.consider(later(at, s.Period.Start), AdvanceInvoiceDue, "")
		}
	}
}

// collecting considers the deadlines of unpaid invoices. An invoice with a pending payment has none.
func (s *Subscription) collecting(q *search) {
	for i := range s.Receivables {
		r := &s.Receivables[i]
		if s.CollectionPause != nil || !r.Owing() || r.Phase == invoice.PhasePending || r.Phase == invoice.PhaseRetracted {
			continue
		}
		q.consider(r.RetryAt, ChargeDue, r.Invoice)
		q.consider(r.DueAt, PaymentDue, r.Invoice)
		if s.Status == PastDue {
			q.consider(r.GraceUntil, GraceOver, r.Invoice)
		}
	}
}

// awaiting considers the times at which payments without a result fail.
func (s *Subscription) awaiting(p *Policy, q *search) {
	for i := range s.Receivables {
		r := &s.Receivables[i]
		if r.RequestedAt.IsZero() || !r.Owing() {
			continue
		}
		if at, err := p.Dunning.ResultTimeout.After(r.RequestedAt, s.location()); err == nil {
			q.consider(later(at, s.At), ResultDue, r.Invoice)
		}
	}
}

// extended reports whether the next period was billed when the term was extended, so that its start charges nothing.
func (s *Subscription) extended() bool {
	return slices.ContainsFunc(s.UnexpiredCharges, func(c plans.Charge) bool {
		return c.Kind == plans.Extension && c.Span.Start.Equal(s.Period.End)
	})
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
