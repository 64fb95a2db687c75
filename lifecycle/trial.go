package lifecycle

import (
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// startTrialOrService starts the trial if the contract has one, and paid service otherwise. If anew is set, the
// contract restarts at this instant, because service starts later than agreed.
func (s *step) startTrialOrService(anew bool) error {
	if s.sub.Contract.Trial == (proration.Interval{}) {
		return s.serve(anew, 0)
	}
	if s.policy.Trial.RequirePaymentMethod && s.sub.PaymentMethod == "" {
		return s.refuse("The trial requires a payment method; send payment_method_added first.")
	}
	end, err := s.sub.Contract.Trial.After(s.sub.At, s.sub.location())
	if err != nil {
		return err
	}
	s.sub.TrialEnd = end
	return s.become(Trialing)
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
	start, _ := s.policy.Trial.UnusedTrial.Starts(at, sub.TrialEnd)
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
	_, days := s.policy.Trial.UnusedTrial.Starts(s.sub.At, end)
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
