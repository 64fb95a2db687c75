package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
)

// numbered is an event with its index in the request.
type numbered struct {
	event *Event
	index int
}

// inOrder returns events in the order of their times and numbers, each number once.
func inOrder(events []Event) []numbered {
	all := make([]numbered, len(events))
	for i := range events {
		all[i] = numbered{&events[i], i}
	}
	slices.SortStableFunc(all, func(a, b numbered) int {
		return cmp.Or(a.event.At.Compare(b.event.At), cmp.Compare(a.event.Sequence, b.event.Sequence))
	})
	seen := map[int64]bool{}
	return slices.DeleteFunc(all, func(e numbered) bool {
		again := seen[e.event.Sequence]
		seen[e.event.Sequence] = true
		return again
	})
}

// play replays the full history. It returns a step for each late event that is not booked already, and for each known
// event that is refused.
func (c *CorrectRequest) play(s *step, events []numbered) (steps []Step, err error) {
	total := joined{known: map[string]int{}}
	debts := s.full.debts()
	for _, e := range events {
		named := func(doc *invoice.Invoice) bool {
			return doc.ID == e.event.Payment.Invoice && !doc.IssuedAt.After(e.event.At)
		}
		for len(debts) > 0 && (debts[0].IssuedAt.Before(e.event.At) || slices.ContainsFunc(debts, named)) {
			if err := total.owe(s, debts[0]); err != nil {
				return nil, err
			}
			debts = debts[1:]
		}
		before := len(total.out.Steps)
		if err := total.playOne(s, e); err != nil {
			return nil, err
		}
		steps = append(steps, c.reported(s, e.event, total.out.Steps[before:])...)
	}
	for _, debt := range debts {
		if err := total.owe(s, debt); err != nil {
			return nil, err
		}
	}
	if err := s.advance("at", c.At); err != nil {
		return nil, err
	}
	total.take(s)
	s.out = total.out
	return steps, nil
}

// reported returns the step of an event among some, as the correction reports it: that of a late event which is not
// booked already, or of a refused one.
func (c *CorrectRequest) reported(s *step, e *Event, all []Step) (steps []Step) {
	for _, step := range all {
		if step.Sequence != e.Sequence {
			continue // a deadline
		}
		if step.Refused == "" {
			s.full.last = max(s.full.last, step.Sequence)
		}
		if c.late(e) && !e.booked() || step.Refused != "" {
			step.At, step.OccurredAt = c.At.In(s.sub.location()), step.At
			step.Invoice, step.Issued = e.Payment.Invoice, nil
			steps = append(steps, step)
		}
	}
	return steps
}

// playOne applies one event to the full history.
func (j *joined) playOne(s *step, e numbered) error {
	if err := s.advance("at", e.event.At); err != nil { // an event names a document that is issued before it
		return err
	}
	j.take(s)
	s.full.pair(s.earlier, nil)
	event, applies := s.full.translated(s, *e.event)
	if !applies {
		return nil
	}
	return moved(j.play(s, event), "event", fault.At("events", e.index))
}

// debts returns the documents of earlier corrections on which something was due, and not credited since.
func (h *fullHistory) debts() (all []*invoice.Invoice) {
	for i := range h.issued {
		inv := &h.issued[i]
		r := h.receivables[inv.ID]
		due := inv.AmountDue
		for _, e := range r.Events {
			if e.Kind == invoice.Credited || e.Kind == invoice.CreditApplied {
				due = due.Sub(e.Amount)
			}
			if e.Kind == invoice.CreditReversed {
				due = due.Add(e.Amount)
			}
		}
		if h.corrections[inv.ID] && due.IsPositive() && r.Phase != invoice.PhaseVoid {
			all = append(all, inv)
		}
	}
	return all
}

// owe adds the debt of an earlier correction to the full history: what it billed counts as paid there, and the document
// has to be paid instead.
func (j *joined) owe(s *step, doc *invoice.Invoice) error {
	if err := s.advance("at", doc.IssuedAt); err != nil {
		return err
	}
	j.take(s)
	if s.sub.Status != 0 {
		s.because("correction-"+doc.IssuedAt.UTC().Format(time.RFC3339Nano), 0)
		s.sub.Receivables = append(s.sub.Receivables, invoice.NewReceivable(*doc))
		if err := s.collect(doc, s.sub.At); err != nil {
			return err
		}
	}
	j.take(s)
	return nil
}

// payUnissued pays the documents of a full history that count as paid.
func (s *step) payUnissued() error {
	if s.full == nil {
		return nil
	}
	s.full.pair(s.earlier, s.out.Invoices)
	for i := 0; i < len(s.sub.Receivables); i++ { // a payment can bill a period
		r := &s.sub.Receivables[i]
		if !r.Owing() || !s.full.unissued(r.Invoice) {
			continue
		}
		e := Event{Kind: PaymentSucceeded, At: s.sub.At}
		e.Payment = Payment{Invoice: r.Invoice, ID: "unissued", Amount: r.Outstanding()}
		do := s.enter(PaymentSucceeded)
		if do == nil || !e.Payment.Amount.IsPositive() {
			continue
		}
		if err := do(s, &e); err != nil {
			return err
		}
	}
	return nil
}

// translated returns an event as it is in the full history, and whether it is there: it names the document that is
// paired with the issued one, and pays all that is due if it did so.
func (h *fullHistory) translated(s *step, e Event) (Event, bool) {
	was, issued := h.receivables[e.Payment.Invoice]
	switch {
	case e.Kind == RefundSucceeded || e.Kind == RefundFailed:
		return e, false // of a refund that the issued documents made
	case !issued || h.corrections[was.Invoice] && e.Kind != BillingDetailsChanged:
		return e, true
	}
	id, paired := h.pairs[was.Invoice]
	if !paired {
		e.Payment, e.Document = Payment{}, nil
		return e, e.Kind == BillingDetailsChanged
	}
	e.Payment.Invoice, e.Document = id, nil
	e.Payment.Lines = h.named(was.Invoice, e.Payment.Lines)
	i := s.sub.receivable(id)
	all := h.paysAll(&was, &e)
	if all || e.Kind == DisputeWon || e.Kind == DisputeLost {
		e.Payment.Amount, e.Payment.Expected = decimal.Decimal{}, decimal.Decimal{}
	}
	if surplus := amountOf(&was, invoice.Surplus, e.Payment.ID); e.Kind == PaymentSucceeded && surplus.IsPositive() {
		e.Payment.Amount, e.Payment.Expected = surplus, decimal.Decimal{}
		if all && i >= 0 && accepts(&s.sub.Receivables[i]) {
			e.Payment.Amount = surplus.Add(s.sub.Receivables[i].Outstanding())
		}
		all = false
	}
	return e, !e.pays() || !all || i >= 0 && accepts(&s.sub.Receivables[i])
}

// pays reports whether an event is about a payment that was made or tried.
func (e *Event) pays() bool {
	return e.Kind == PaymentSucceeded || e.Kind == PaymentAttempted || e.Kind == PaymentFailed
}

// paysAll reports whether an event is about all that was due on an issued invoice, or all of one payment.
func (h *fullHistory) paysAll(was *invoice.Receivable, e *Event) bool {
	amount := e.Payment.Amount
	if amount.IsZero() {
		return true
	}
	if e.Kind == PaymentDisputed || e.Kind == PaymentReversed {
		return amount.Equal(amountOf(was, invoice.Succeeded, e.Payment.ID))
	}
	if !e.pays() {
		return false
	}
	rest := *was
	for i, happened := range was.Events {
		if happened.Kind == invoice.Succeeded && happened.ID == e.Payment.ID {
			rest.Events, rest.Phase = was.Events[:i+1], invoice.PhaseOpen
			return !rest.Outstanding().IsPositive()
		}
	}
	rest.Events = nil
	return rest.Phase != invoice.PhaseVoid && !amount.LessThan(rest.Outstanding())
}
