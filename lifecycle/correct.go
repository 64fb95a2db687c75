package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// CorrectRequest is a history with events that became known late.
type CorrectRequest struct {
	Subscription Subscription `json:"subscription"` // subscription as stored
	Initial      Subscription `json:"initial"`      // subscription before the first event
	// Events are all events, in any order. Those with a number above the subscription's are late. Each has the time at
	// which it happened.
	Events []Event `json:"events"`
	// Issued are all invoices and credit notes of the subscription, in order of issue.
	Issued []invoice.Invoice `json:"issued"`
	// Receivables are those of the invoices, as the outcomes returned them: of several of one invoice, the last counts.
	// The subscription's own always count.
	Receivables []invoice.Receivable `json:"receivables"`
	At          time.Time            `json:"at"` // time of the correction, not before the last event
	// TaxAnswers are the answers of the tax engine for the documents of the correction.
	TaxAnswers []invoice.TaxAnswer `json:"tax_answers,omitzero"`
}

// Correct applies events that became known late. It compares the issued documents with those of the full history, in
// which every event is known in time, and bills the difference. Issued documents and their payments stay as they are.
// The subscription continues as the full history ends: with its contract, its scheduled changes and, once the
// difference is paid, its access. Correcting again bills nothing.
//
// The full history applies all events in the order of their times, and at one time of their numbers. A payment of all
// that is due pays what the invoice shows then; any other payment keeps its amount. An invoice that was never issued
// counts as paid, and so does one on which nothing was due, because the difference will be paid. An invoice that the
// full history does not issue is credited, and what was paid of it becomes balance.
//
// The subscription is first advanced to the time of the correction. Late payments, refunds and grants, and late credits
// and voids of invoices, are booked then. Credits of an open invoice lower it by a credit note. All else is billed on
// one document, or on one for each period of time with other proration settings. The steps of the outcome are those of
// advancing, one for each late event, and one with the reason for each known event that the full history refuses.
//
// Errors: those of [Replay]; ErrUnset for a missing event or receivable; ErrInvalid for missing documents; the faults
// of the issued documents, under issued[i]; and those of [invoice.Reconcile] and [invoice.Build].
func Correct(policies *Policies, c CorrectRequest) (Outcome, error) {
	var f fault.List
	full, faults := beginReplay(policies, c.Initial, c.Events, c.At)
	f.Under("", fault.Rename(faults.Err(), "subscription", "initial"))
	f.Under("", c.Subscription.check())
	h := c.check(&f)
	if f != nil {
		return Outcome{}, f.Err()
	}
	s, err := begin(policies, c.Subscription, "at", c.At, nil)
	if err != nil {
		return Outcome{}, err
	}
	s.answers, s.answered = c.TaxAnswers, map[string]bool{}
	if err := s.advance("at", c.At); err != nil {
		return s.askedFor(&c.Subscription, err)
	}
	events, err := c.book(s)
	if err != nil {
		return s.askedFor(&c.Subscription, err)
	}
	h.take(s)
	full.full, full.answers, full.answered = h, s.answers, s.answered
	steps, err := c.play(full, events)
	if err != nil {
		return full.askedFor(&c.Subscription, err)
	}
	issued := len(s.out.Invoices)
	if err := s.adoptFull(full); err != nil {
		return s.askedFor(&c.Subscription, err)
	}
	if err := s.checkAnswers("tax_answers", c.TaxAnswers); err != nil {
		return Outcome{}, err
	}
	for i, step := range steps {
		step.Status, step.Access = s.sub.Status, s.policy.access(&s.sub)
		if i == len(steps)-1 {
			step.Issued = ids(s.out.Invoices[issued:])
		}
		s.out.Steps = append(s.out.Steps, step)
	}
	return s.outcome(), nil
}

// check adds the faults of the request except those of the subscriptions, and returns the issued documents.
func (c *CorrectRequest) check(f *fault.List) *fullHistory {
	switch {
	case len(c.Issued) > maxKept: // checking that many could take unbounded time
		f.Add("issued", proration.ErrLimit, "must be at most %d documents; got %d", maxKept, len(c.Issued))
		return nil
	case len(c.Receivables) > maxEvents:
		f.Add("receivables", proration.ErrLimit, "must be at most %d receivables; got %d", maxEvents, len(c.Receivables))
		return nil
	}
	if c.Subscription.ID != c.Initial.ID {
		f.Add("initial.id", proration.ErrInvalid, "must be that of the subscription, %.40q; got %.40q",
			c.Subscription.ID, c.Initial.ID)
	}
	if issued := c.Subscription.Issued - c.Initial.Issued; issued != len(c.Issued) {
		f.Add("issued", proration.ErrInvalid, "must be the %d documents that the subscription issued; got %d",
			issued, len(c.Issued))
	}
	last := c.Subscription.Sequence
	isLast := func(e Event) bool { return e.Sequence == last }
	if last != c.Initial.Sequence && !slices.ContainsFunc(c.Events, isLast) {
		f.Add("events", proration.ErrUnset, "required, event %d, the last one that the subscription applied", last)
	}
	for i := range c.Events {
		if c.At.Before(c.Events[i].At) {
			f.Add(fault.At("events", i)+".at", proration.ErrOutside, "must not be after %s, the time of the correction; got %s",
				c.At.Format(time.RFC3339Nano), c.Events[i].At.Format(time.RFC3339Nano))
		}
	}
	return c.documents(f)
}

// late reports whether an event became known after the subscription applied its last one.
func (c *CorrectRequest) late(e *Event) bool { return e.Sequence > c.Subscription.Sequence }

// book applies the late events about money to the subscription, at the time of the correction. It returns all events
// that the full history has: those that were refused are not among them.
func (c *CorrectRequest) book(s *step) ([]numbered, error) {
	events := inOrder(c.Events)
	total := joined{known: map[string]int{}}
	total.take(s)
	s.booking = true
	defer func() { s.booking = false }()
	var kept []numbered
	for _, e := range events {
		if !c.late(e.event) || !e.event.booked() {
			kept = append(kept, e)
			continue
		}
		now := *e.event
		if !now.Kind.Reported() {
			now.At = c.At
		}
		before := len(total.out.Steps)
		if err := total.play(s, now); err != nil {
			return nil, moved(err, "event", fault.At("events", e.index))
		}
		for i := range total.out.Steps[before:] {
			step := &total.out.Steps[before+i]
			if step.Sequence != now.Sequence {
				continue // a deadline
			}
			if step.NeedsCorrection = false; step.Refused == "" {
				kept = append(kept, e)
			}
		}
	}
	s.out = total.out
	return kept, nil
}

// bookings are the events besides reports of payments that only change what is paid or credited.
var bookings = []EventKind{InvoiceVoided, InvoiceWrittenOff, InvoiceCredited, CreditGranted, CreditPaidOut}

// booked reports whether an event changes what is paid or credited, and not what the customer has.
func (e *Event) booked() bool {
	if e.Kind == BillingDetailsChanged {
		return e.Payment.Invoice != ""
	}
	return e.Kind.Reported() || slices.Contains(bookings, e.Kind)
}
