package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Apply processes every deadline up to the event and applies the event. It is also the preview: nothing happens until
// the caller stores the outcome. If a document needs answers of the tax engine, the subscription is unchanged and the
// only effect is calculate_taxes. An event whose number is not above the subscription's was applied before: it changes
// nothing and becomes a skipped step. A report of the payment provider may be dated before the time that the
// subscription was advanced to; it is applied at that time.
// Errors: ErrUnset for missing policies; the faults of the subscription and the event; ErrOutside for an event before
// the time that the subscription was advanced to; a [Refusal] for an event that the status or the policy does not
// allow, or whose values conflict with the subscription, such as a removal of more seats than there are; and those of
// [Advance].
func Apply(policies *Policies, sub Subscription, event Event) (Outcome, error) {
	var f fault.List
	event.check(&f)
	if f == nil && event.Sequence <= sub.Sequence {
		if policies.check(&f); f != nil {
			return Outcome{}, f.Err()
		}
		return Outcome{Subscription: sub, Steps: []Step{policies.repeat(&sub, &event)}}, nil
	}
	s, err := begin(policies, sub, "event.at", event.reached(&sub), f)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.apply(event); err != nil {
		return s.askedFor(&sub, err)
	}
	return s.outcome(), nil
}

// Advance processes every deadline up to and including a time. It is also the preview of any future date and of the
// invoices until then. Advancing in several steps gives the same result as advancing once. It stops before a deadline
// whose document needs answers of the tax engine; its last effect is calculate_taxes then.
// Errors: ErrUnset for missing policies; the faults of the subscription; for the time, ErrUnset, ErrLimit after the
// year 9998 or if more than 1,000 deadlines precede it, and ErrOutside before the time that the subscription was
// advanced to.
func Advance(policies *Policies, sub Subscription, to time.Time) (Outcome, error) {
	s, err := begin(policies, sub, "at", to, nil)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.advance("at", to); err != nil {
		return s.askedFor(nil, err)
	}
	return s.outcome(), nil
}

// step is the work on one outcome.
type step struct {
	policies  *Policies               // policies in the order of their From
	policy    *Policy                 // policy in force at the current time
	sub       Subscription            // working copy of the subscription
	out       Outcome                 // outcome so far, without the subscription
	cause     string                  // event or deadline from which the IDs of effects and notices derive
	caused    int                     // number of IDs derived from the cause
	doing     EventKind               // event that is applied; unset for a deadline
	access    Access                  // access before the step; see accessLost
	arrived   Status                  // status when the event arrived
	after     string                  // suffix of the cause of a deadline processed after an event at the same time
	settings  plans.ProrationSettings // extents of the change that is billed, where they differ from the policy
	paysFirst bool                    // the event that is applied waits for its payment
	serves    bool                    // the subscription serves again; see billReturn
	closed    bool                    // the event issued the renewal that was a draft
	fulfilled *PendingChange          // pending change that the step made
	lapsed    int64                   // number of the event whose pending change lapsed; zero is none
	actions   []plans.Action          // actions of the change that the event makes
	lowered   []invoice.Receivable    // open invoices that credit notes of this step lowered, as they were before
	refused   string                  // reason why the change of a deadline could not be made
	withdrawn time.Time               // time of the cancellation that the event withdrew besides
	restarted time.Time               // end of the trial that a change of the plan restarted
	allowed   set                     // statuses that the processed row of the tables allows; see become

	earlier []invoice.Invoice // invoices issued earlier in the same replay
	full    *fullHistory      // documents of the full history that Correct replays; nil is no correction
	booking bool              // a late payment is booked; Correct decides what is served for it

	answers  []invoice.TaxAnswer // answers of the tax engine: those of the event, and of a correction
	untaxed  bool                // documents are tried without the taxes for which they ask
	answered map[string]bool     // IDs of the documents, and of unbilled changes, that were given answers
	asks     *Effect             // question of the deadline that was not passed, nil if there is none

	edits    bool      // the list of receivables is the step's own; see replace
	skipped  bool      // the event repeats an earlier one
	occurred time.Time // time of a payment that was reported late
}

// begin returns a new step, or the faults of its arguments after the given ones. The field is the path of the time.
func begin(policies *Policies, sub Subscription, field string, to time.Time, f fault.List) (*step, error) {
	policies.check(&f)
	f.Under("", sub.check())
	checkInstant(&f, field, to, &sub)
	if f != nil {
		return nil, f.Err()
	}
	s := &step{policies: policies, sub: sub.snapshot()}
	s.sub.relocate()
	s.hold(sub.At)
	s.access = s.policy.access(&s.sub)
	return s, nil
}

// checkInstant adds a fault if the subscription cannot be advanced to a time.
func checkInstant(f *fault.List, field string, to time.Time, sub *Subscription) {
	switch {
	case to.IsZero():
		f.Add(field, proration.ErrUnset, "required, a time")
	case to.UTC().Year() > canon.LastYear || to.UTC().Year() < 1:
		f.Add(field, proration.ErrLimit, "must be in the years 1 to %d; got %s",
			canon.LastYear, to.UTC().Format(time.RFC3339))
	case to.Before(sub.At):
		reason := "must not be before %s, which the subscription was advanced to; got %s"
		if field == "event.at" {
			reason += "; Correct accepts late events"
		}
		f.Add(field, proration.ErrOutside, reason, sub.At.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano))
	}
}

// relocate sets the location of the contracts of the next period and of a pending change, which were read from JSON.
func (s *Subscription) relocate() {
	if s.NextPeriod != nil && s.NextPeriod.Contract.Cycle.Location == nil {
		s.NextPeriod.Contract.Cycle.Location = s.Contract.Cycle.Location
	}
	if p := s.PendingChange; p != nil && p.After.Contract.Cycle.Location == nil {
		pending, after := *p, p.After.snapshot()
		after.Contract.Cycle.Location = s.Contract.Cycle.Location
		after.relocate()
		pending.After = &after
		s.PendingChange = &pending
	}
}

// outcome returns the outcome with the subscription.
func (s *step) outcome() Outcome {
	out := s.out
	out.Subscription = s.sub
	return out
}

// hold sets s.policy to the policy in force at a time.
func (s *step) hold(at time.Time) { s.policy = s.policies.at(at) }

// apply advances to an event, applies it by the table, and processes the deadlines that it sets for the same time.
func (s *step) apply(event Event) error {
	s.occurred, s.skipped = time.Time{}, false
	if at := event.reached(&s.sub); !at.Equal(event.At) {
		s.occurred, event.At = event.At.In(s.sub.location()), at
	}
	event.At = event.At.In(s.sub.location())
	own := s.answers
	s.answers = slices.Concat(own, event.TaxAnswers)
	defer func() { s.answers = own }()
	if err := s.advance("event.at", event.At); err != nil {
		return err
	}
	s.hold(event.At)
	if err := s.closeDraft(&event); err != nil {
		return err
	}
	s.because(eventID+strconv.FormatInt(event.Sequence, 10), event.Kind)
	issued, granted := len(s.out.Invoices), len(s.out.Credits)
	differs := s.needsCorrection(&event)
	plan, items, ramp := s.sub.Contract.Plan, s.sub.Contract.Items, s.sub.Contract.Ramp
	s.sub.At, s.sub.Sequence = event.At, event.Sequence
	s.access, s.arrived = s.policy.access(&s.sub), s.sub.Status
	if err := s.accrue(); err != nil {
		return err
	}
	do := s.enter(event.Kind)
	if do == nil {
		return s.refuse(s.sub.notAllowed(event.Kind))
	}
	if err := s.checkPayment(&event); err != nil {
		return err
	}
	if err := s.lapseFor(&event, &do); err != nil {
		return s.refusal(err)
	}
	if err := do(s, &event); err != nil {
		return s.refusal(err)
	}
	if err := s.billReturn(); err != nil {
		return s.refusal(err)
	}
	if err := s.useCredit(granted); err != nil {
		return s.refusal(err)
	}
	if err := s.collectHeld(); err != nil {
		return s.refusal(err)
	}
	if err := s.payUnissued(); err != nil {
		return s.refusal(err)
	}
	s.startAccrual()
	s.reprice(plan, items, ramp)
	s.eventAccess(&event)
	s.record(Step{
		At: event.At, Event: event.Kind, Sequence: event.Sequence, Invoice: event.Payment.Invoice,
		OccurredAt: s.occurred, Skipped: s.skipped, NeedsCorrection: differs && !s.skipped,
		Detail: s.eventDetail(&event),
	}, issued)
	s.after, s.occurred = "-"+s.cause, time.Time{}
	err := s.advance("event.at", event.At)
	s.after = ""
	if err == nil {
		err = s.checkAnswers("event.tax_answers", event.TaxAnswers)
	}
	return err
}

// because sets the cause from which IDs derive, and the event that is applied.
func (s *step) because(cause string, kind EventKind) {
	s.cause, s.caused, s.doing, s.actions, s.withdrawn = cause, 0, kind, nil, time.Time{}
	s.fulfilled, s.lapsed, s.paysFirst, s.restarted = nil, 0, false, time.Time{}
}

// record adds a step with the status, the access and the invoices that it led to.
func (s *step) record(what Step, issued int) {
	what.Actions = s.actions
	refused := s.refused
	what.Status, what.Access, s.refused = s.sub.Status, s.policy.access(&s.sub), ""
	if what.Event == 0 {
		what.Refused = refused
	}
	for _, inv := range s.out.Invoices[issued:] {
		what.Issued = append(what.Issued, inv.ID)
	}
	s.out.Steps = append(s.out.Steps, what)
	if what.Event != 0 && refused != "" { // the event was applied, and a change that was due with it was not
		s.out.Steps = append(s.out.Steps, Step{
			At: what.At, Deadline: ChangeDue, Status: what.Status, Access: what.Access, Refused: refused,
		})
	}
}
