package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// changeUnbilled changes the contract before anything is billed for it, at once, as if service started now. Of the
// change rules only those for prices and discounts apply yet: everyone may make every other change.
func (s *step) changeUnbilled(e *Event) error {
	if c := &e.Change; !c.End.IsZero() || c.Anchor != 0 {
		return s.refuse(s.sub.notAllowed(e.Kind))
	}
	if e.fields()&prorationFields != 0 {
		return s.refuse("Nothing is billed yet, so that this change cannot be prorated.")
	}
	at, err := s.askedBefore(e)
	if err != nil {
		return err
	}
	rest := *e
	rest.On, rest.Effective = time.Time{}, 0
	if rest.Change = s.net(e.Change, at); at.After(e.At) && !rest.Change.IsZero() {
		return s.scheduleBefore(&rest, at)
	}
	if rest.Change.AnchorAt = (time.Time{}); !rest.Change.IsZero() {
		if err := s.changeContract(&rest); err != nil {
			return err
		}
	}
	if e.Change.AnchorAt.IsZero() {
		return nil
	}
	return s.anchorBeforeService(e)
}

// changeContract changes the contract, of which nothing is billed yet, at once, as if service started now.
func (s *step) changeContract(e *Event) error {
	permit, err := s.permitUnbilled(e)
	if err != nil {
		return err
	}
	after, err := s.sub.Contract.Changed(permit.Change, e.At)
	if err != nil {
		return err
	}
	s.supersede(&permit.Change)
	from := s.sub.Contract.Plan
	s.sub.Contract, s.actions = after, permit.Actions
	return s.restartTrial(from, &permit.Change)
}

// permitUnbilled checks a change of a contract of which nothing is billed yet.
func (s *step) permitUnbilled(e *Event) (plans.Approval, error) {
	begun, err := s.sub.Contract.StartingAt(e.At, 0)
	if err != nil {
		return plans.Approval{}, fault.Under("event", err)
	}
	everyone := []plans.Actor{plans.Customer, plans.Support}
	var anything plans.ChangeRules
	for action := plans.Upgrade; action <= plans.ChangeAnchor; action++ {
		if action != plans.ChangePrice {
			rule := plans.ChangeRule{Action: action, By: everyone, Effective: plans.Immediately}
			anything = append(anything, rule)
		}
	}
	for _, rule := range s.policy.ChangeRules {
		if rule.Action == plans.ChangePrice {
			if len(rule.By) > 0 {
				rule.Effective = plans.Immediately
			}
			anything = append(anything, rule)
		}
	}
	return s.permit(anything, begun, e)
}

// askedBefore returns the time at which a change before the first bill takes effect. The period that ends is the one
// before service.
func (s *step) askedBefore(e *Event) (time.Time, error) {
	begins := s.sub.serviceBegins()
	switch {
	case e.On.After(begins):
		reason := "Service begins on " + s.sub.date(begins)
		return e.On, s.refuse(reason + "; send this change for that date or an earlier one.")
	case !e.On.IsZero():
		return e.On, nil
	case e.Effective == 0, e.Effective == plans.Immediately:
		return e.At, nil
	}
	return begins, nil
}

// scheduleBefore schedules a change before the first bill.
func (s *step) scheduleBefore(e *Event, at time.Time) error {
	if !e.Change.AnchorAt.IsZero() {
		return s.refuse("A billing date before service begins can only be set immediately.")
	}
	permit, err := s.permitUnbilled(e)
	if err != nil {
		return err
	}
	s.actions = permit.Actions
	return s.wait(e.Sequence, at, permit.Change, prorated{})
}

// serviceBegins returns the time at which service begins, or its paid part after a trial.
func (s *Subscription) serviceBegins() time.Time {
	switch {
	case s.Status == PendingStart:
		return s.StartAt
	case !s.ConvertAt.IsZero() && (s.CancelAt.IsZero() || s.CancelAt.After(s.TrialEnd)):
		return s.ConvertAt // a cancellation of the trial comes first
	}
	return s.TrialEnd
}

// anchorBeforeService sets the first billing date after the start of a service that is to come. The days until then are
// billed when service starts. Terms begin with the service, and so do periods of weeks and days.
func (s *step) anchorBeforeService(e *Event) error {
	contract := s.sub.Contract
	if len(contract.Terms) > 0 || contract.Cycle.Interval.Months == 0 {
		return s.refuse(s.sub.notAllowed(e.Kind))
	}
	begins := s.sub.serviceBegins()
	at := e.Change.AnchorAt.In(s.sub.location())
	contract.First = proration.Period{}
	contract.Cycle.Anchor, contract.Cycle.Day = proration.LocalTimeOf(at), at.Day()
	before, err := contract.Cycle.Period(-1)
	if err != nil {
		return fault.New("event.change.anchor_at", proration.ErrLimit,
			"must have a period before it within the years 1 to 9999")
	}
	if at.Before(begins) || begins.Before(before.Start) {
		return fault.New("event.change.anchor_at", proration.ErrOutside,
			"must be from the start of service, %s, to %v after it; got %s",
			begins.Format(time.RFC3339), contract.Cycle.Interval, at.Format(time.RFC3339))
	}
	s.sub.Contract, s.actions = contract, append(s.actions, plans.ChangeAnchor)
	return nil
}
