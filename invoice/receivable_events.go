package invoice

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// maxEvents is the limit of events of a receivable. When it is reached, a new event takes the place of the oldest
// failed payment. Events that settle an invoice or return money have twice the limit, so that no number of payments
// keeps an invoice from being paid, voided, written off or refunded.
const maxEvents = 1_000

// Apply returns the receivable after an event. A repeated event, recognized by its kind and ID, changes nothing, so
// that a payment provider may report it more than once. Requested, Postponed, Missed, Retracted and Sent change the
// collection only: they are not stored in Events, and not recognized when they are repeated.
//
// A payment is attempted, and then succeeds or fails; a payment without an attempt is accepted too, also during the
// attempt of another. Only one attempt is in progress at a time. Once nothing is outstanding, no payment pays the
// invoice: it is a surplus, an event of its own. After a failed attempt the receivable is overdue, and any later
// payment can pay it.
//
// Errors: a [plans.Refusal] for an event that the phase does not allow; ErrUnset for a missing kind, ID or time;
// ErrOutside for a time before the issue or the last event; ErrInvalid for a field that the kind does not read, and for
// an amount that is negative, has too many decimal places, exceeds the outstanding, received or disputed amount, or
// differs from an earlier event with the same kind and ID; ErrLimit for a payment of a part after 1,000 payments, and
// for more than 2,000 events. A receivable that was edited is an error with its fields under "receivable": ErrUnset,
// ErrInvalid, ErrLimit.
func Apply(r Receivable, e Event) (Receivable, error) {
	if err := r.check(); err != nil {
		return Receivable{}, fault.Under("receivable", err)
	}
	if err := r.apply(e); err != nil {
		return Receivable{}, err
	}
	return r, nil
}

// apply applies an event to a valid receivable. The lists that it had stay as they are.
func (r *Receivable) apply(e Event) error {
	var f fault.List
	e.check(&f, r)
	if f != nil {
		return f.Err()
	}
	if again, err := r.again(e); again || err != nil {
		return err
	}
	row := rowOf(r.Phase, e.Kind)
	if row < 0 {
		return refuse(e.Kind, "Invoice "+r.Invoice+r.Phase.predicate(e.Kind))
	}
	if err := r.allow(e); err != nil {
		return err
	}
	if err := r.fill(&e); err != nil {
		return err
	}
	if err := r.makeRoom(&e); err != nil {
		return err
	}
	to := transitions[row].to
	if e.OwedAgain {
		to = transitions[rowOf(r.Phase, Reversed)].to // the same phases
	}
	switch {
	case r.Phase == PhaseRetracted && e.Kind == Failed && r.isOther(e.ID):
		to = unchanged // the payment in progress decides
	case (e.Kind == Disputed || e.Kind == Reversed || e.Kind == DisputeWon) && e.Amount.IsZero():
		to = unchanged // only a surplus went back, or came
	case r.Phase == PhasePending && e.Kind == Surplus && !r.isOther(e.ID):
		to = PhaseOpen // the payment in progress has arrived
	}
	r.collect(&e)
	if e.Kind.logged() {
		e.Until, e.RetryAt, e.Hard = time.Time{}, time.Time{}, false
		r.Events = append(slices.Clip(r.Events), e)
	}
	if to == PhaseVoid && e.Kind == Failed {
		r.Events = append(r.Events, Event{Kind: Voided, At: e.At})
	}
	r.enter(to)
	return nil
}

// makeRoom drops the oldest failed payment if the log is full, and returns an error if there is none.
func (r *Receivable) makeRoom(e *Event) error {
	if !e.Kind.logged() || len(r.Events) < maxEvents {
		return nil
	}
	failed := func(e Event) bool { return e.Kind == Failed && !r.happened(Succeeded, e.ID) }
	if i := slices.IndexFunc(r.Events, failed); i >= 0 {
		id := r.Events[i].ID
		r.Events = slices.DeleteFunc(slices.Clone(r.Events), func(e Event) bool {
			return e.ID == id && (e.Kind == Failed || e.Kind == Attempted)
		})
		return nil
	}
	part := e.Kind == Attempted || e.Kind == Failed || e.Kind == Succeeded && e.Amount.LessThan(r.Outstanding())
	if part || len(r.Events) >= 2*maxEvents {
		return fault.New("events", proration.ErrLimit, "must be at most %d events; pay the rest in full", maxEvents)
	}
	return nil
}

// rowOf returns the row of the table of phases for an event in a phase, or -1.
func rowOf(p Phase, kind EventKind) int {
	return slices.IndexFunc(transitions, func(t transition) bool { return t.event == kind && slices.Contains(t.from, p) })
}

// refuse returns the refusal of an event.
func refuse(kind EventKind, reason string) error {
	return &plans.Refusal{Rule: kind.String(), Reason: reason}
}

// enter sets the phase to which a row of the table leads, and ends the collection of a settled receivable.
func (r *Receivable) enter(to Phase) {
	if to != unchanged {
		r.Phase = to
	}
	if r.Phase == PhaseOpen {
		r.Phase = r.due()
	}
	switch r.Phase {
	case PhaseOpen, PhaseHeld, PhaseRequested, PhaseOverdue, PhaseUncollectible:
		if r.Outstanding().IsZero() {
			r.Phase = PhasePaid
		} else if r.Phase != PhaseUncollectible && r.underWay() != "" {
			r.Phase = PhasePending
			if r.RequestedAt.IsZero() {
				r.RequestedAt = r.changedAt()
			}
		}
	case PhaseDraft, PhasePending, PhaseRetracted, PhasePaid, PhaseVoid:
	}
	switch r.Phase {
	case PhasePaid, PhaseVoid, PhaseUncollectible:
		r.ServiceFrom, r.CollectAt, r.RequestedAt, r.DueAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		r.FirstFailedAt, r.GraceUntil, r.RetryAt = time.Time{}, time.Time{}, time.Time{}
		r.Retries, r.HardDecline, r.Held = 0, false, false
	case PhaseDraft, PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseRetracted:
	}
}

// due returns the phase of an amount that is due and not being collected.
func (r *Receivable) due() Phase {
	switch {
	case !r.FirstFailedAt.IsZero():
		return PhaseOverdue
	case !r.CollectAt.IsZero() || r.Held:
		return PhaseHeld
	}
	return PhaseOpen
}

// collect updates the collection fields.
func (r *Receivable) collect(e *Event) {
	r.hold(e)
	switch e.Kind {
	case Requested:
		if !r.RetryAt.IsZero() && !e.At.Before(r.RetryAt) {
			r.Retries++
		}
		r.RequestedAt, r.CollectAt, r.RetryAt = e.At, time.Time{}, time.Time{}
	case Sent:
		r.CollectAt, r.RetryAt = time.Time{}, time.Time{}
	case Postponed:
		r.CollectAt = e.Until
	case Missed:
		if r.DueAt = (time.Time{}); !e.RetryAt.IsZero() {
			r.RetryAt = e.RetryAt
		}
		r.miss(e)
	case Attempted:
		r.RequestedAt = e.At
	case Succeeded, DisputeWon, Surplus:
		if !r.isOther(e.ID) && (e.Kind == Succeeded || e.Amount.IsPositive()) &&
			(e.Kind != Surplus || r.Phase == PhasePending) {
			r.RequestedAt = time.Time{}
		}
	case Failed:
		if !r.isOther(e.ID) {
			r.RequestedAt, r.CollectAt, r.RetryAt = time.Time{}, time.Time{}, e.RetryAt
		}
		r.HardDecline = r.HardDecline || e.Hard
		r.miss(e)
	case Disputed, Reversed:
		if e.Amount.IsPositive() {
			r.HardDecline = r.HardDecline || e.Kind == Disputed // a disputed payment is not retried
			r.reopen(e)
		}
	case Refunded:
		if e.OwedAgain {
			r.reopen(e)
		}
	case CreditReversed:
		r.reopen(e)
	case Issued, Credited, Voided, WrittenOff, Retracted, DisputeLost, CreditApplied:
	}
}

// isOther reports whether another payment than the one with the ID is in progress.
func (r *Receivable) isOther(id string) bool {
	under := r.underWay()
	return under != "" && under != id
}

// hold updates whether the collection waits for more to collect. What is asked for or overdue waits no longer.
func (r *Receivable) hold(e *Event) {
	switch e.Kind {
	case Postponed:
		r.Held = e.Until.IsZero()
	case Requested, Sent, Missed, Failed, Disputed, Reversed, CreditReversed:
		r.Held = false
	case Refunded:
		r.Held = r.Held && !e.OwedAgain
	case Issued, Attempted, Succeeded, Credited, Voided, WrittenOff, Retracted, DisputeWon, DisputeLost, Surplus,
		CreditApplied:
	}
}

// reopen starts the collection of money that went back.
func (r *Receivable) reopen(e *Event) {
	if r.ServiceFrom.IsZero() {
		r.ServiceFrom = r.IssuedAt
	}
	r.miss(e)
}

// miss starts the grace period, once.
func (r *Receivable) miss(e *Event) {
	if r.FirstFailedAt.IsZero() {
		r.FirstFailedAt, r.GraceUntil = e.At, e.Until
	}
}
