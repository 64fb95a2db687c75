package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// startTrialOrService starts the trial if the contract or the start has one, and paid service otherwise. The start can
// state the end of the trial; zero is the contract's length. If anew is set, the contract restarts at this instant,
// because service starts later than agreed.
func (s *step) startTrialOrService(end time.Time, anew bool) (err error) {
	s.sub.TrialEnd = time.Time{}
	if s.sub.Contract.Trial == (proration.Interval{}) && end.IsZero() || end.Equal(s.sub.At) {
		return s.serve(anew, 0)
	}
	if s.policy.Trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.refuse("The trial requires a payment method; send payment_method_added first.")
	}
	if end.IsZero() {
		if end, err = s.sub.Contract.Trial.After(s.sub.At, s.sub.location()); err != nil {
			return err
		}
	}
	s.sub.TrialEnd = end
	return s.become(Trialing)
}

// extendTrial sets another end of the running trial. An end that is now ends the trial.
func (s *step) extendTrial(e *Event) error {
	if e.by() != plans.Support {
		return s.refuse("Only support can set the end of the trial; send trial_converted to start the paid period.")
	}
	if e.Until.Equal(s.sub.TrialEnd) {
		return s.refuse("The trial already ends on " + s.sub.date(e.Until) + ".")
	}
	s.moveTrialEnd(e.Until.In(s.sub.location()))
	return nil
}

// moveTrialEnd sets another end of the running trial. What was scheduled for the old end follows, and so does a
// cancellation of the trial that the new end precedes. A conversion before the new end stays.
func (s *step) moveTrialEnd(end time.Time) {
	sub := &s.sub
	begins, old := sub.serviceBegins(), sub.TrialEnd
	sub.TrialEnd = end
	if !sub.ConvertAt.Before(end) {
		sub.ConvertAt = time.Time{}
	}
	canceled := !sub.CancelAt.IsZero() && !sub.CancelAt.After(old) // in the trial, before anything is billed
	if canceled && (sub.CancelAt.Equal(old) || sub.CancelAt.After(end)) {
		sub.CancelAt = end
	}
	s.moveChanges(begins, sub.serviceBegins())
}

// adoptTrial gives the contract the trial of another plan that was not tried, if the policy restarts the trial for it.
// It reports whether a running trial restarts. A plan without a trial does not restart one.
func (s *step) adoptTrial(from string, c *plans.Change) bool {
	sub := &s.sub
	running := sub.Status == Trialing && sub.At.Before(sub.TrialEnd)
	if s.policy.Trial.OnPlanChange != TrialRestart || c.Plan == nil || c.Plan.ID == from ||
		!running && sub.Status != PendingStart || slices.Contains(sub.TriedPlans, c.Plan.ID) {
		return false
	}
	length := c.Plan.Trial
	if s.policy.Catalog == nil && length == (proration.Interval{}) {
		length = sub.Contract.Trial // the event states no trial of the plan
	}
	if length == (proration.Interval{}) {
		return false
	}
	sub.Contract.Trial = length
	return running
}

// restartTrial restarts a running trial for another plan, if the policy says so. Each plan is tried once, so that
// changes back and forth do not make the trial endless.
func (s *step) restartTrial(from string, c *plans.Change) error {
	sub := &s.sub
	if !s.adoptTrial(from, c) {
		return nil
	}
	end, err := sub.Contract.Trial.After(sub.At, sub.location())
	if err != nil {
		return err
	}
	if !slices.Contains(sub.TriedPlans, from) {
		sub.TriedPlans = append(sub.TriedPlans, from)
	}
	sub.TriedPlans = append(sub.TriedPlans, c.Plan.ID)
	s.moveTrialEnd(end)
	s.restarted = end
	return nil
}

// buy converts a running trial to paid service, now or at a later time of the trial. The policy's UnusedTrial carries
// the remaining days over, forfeits them, or refuses the event because paid service starts when the trial ends.
func (s *step) buy(e *Event) error {
	sub, at := &s.sub, e.At
	if ends := e.Effective != 0 && e.Effective != plans.Immediately; ends {
		at = sub.TrialEnd
	}
	if at = later(at, e.On); at.After(sub.TrialEnd) {
		ends := sub.date(sub.TrialEnd)
		return s.refuse("The trial ends on " + ends + "; send trial_converted for that date or an earlier one.")
	}
	planned := !sub.ConvertAt.IsZero()
	start, _ := sub.Contract.StartsPaid(s.policy.Trial.UnusedTrial, at, sub.TrialEnd)
	switch {
	case start.After(at), at.Equal(sub.TrialEnd) && !planned:
		return s.refuse("Paid service starts on " + sub.date(start) + ", when the trial ends; no event is needed.")
	case at.Equal(sub.TrialEnd):
		s.convertAt(time.Time{})
		return nil
	case at.After(e.At):
		s.convertAt(at.In(sub.location()))
		return nil
	}
	s.convertAt(at)
	return s.convert()
}

// convertAt sets the time at which the trial becomes paid service, zero for its end, and moves the changes that were
// scheduled for that time.
func (s *step) convertAt(at time.Time) {
	before := s.sub.serviceBegins()
	s.sub.ConvertAt = at
	s.moveChanges(before, s.sub.serviceBegins())
}

// convert turns the trial into paid service before its end.
func (s *step) convert() error {
	end := s.sub.TrialEnd
	_, days := s.sub.Contract.StartsPaid(s.policy.Trial.UnusedTrial, s.sub.At, end)
	s.sub.TrialEnd = s.sub.At
	err := s.serve(true, days)
	if s.sub.Status == Incomplete {
		s.sub.TrialEnd = end
	}
	return err
}

// trialOver starts the first paid period at the end of the trial, or at the time for which the customer bought. At
// the end, if there is no payment method and something is due, it takes the final action of the trial policy instead.
func (s *step) trialOver(Deadline) error {
	if s.sub.At.Before(s.sub.TrialEnd) {
		return s.convert()
	}
	return s.billOr(s.policy.Trial.WithoutPaymentMethod, func() error { return s.serve(true, 0) })
}
