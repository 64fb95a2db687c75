package lifecycle

import "github.com/billingrules/billing/proration"

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

// buy converts a running trial to paid service. The policy's UnusedTrial carries the remaining days over, forfeits
// them, or refuses the event because paid service starts when the trial ends.
func (s *step) buy(*Event) error {
	start, days := s.policy.Trial.UnusedTrial.Starts(s.sub.At, s.sub.TrialEnd)
	if start.After(s.sub.At) {
		return s.refuse("Paid service starts on " + s.sub.date(start) + ", when the trial ends; no event is needed.")
	}
	end := s.sub.TrialEnd
	s.sub.TrialEnd = s.sub.At
	err := s.serve(true, days)
	if s.sub.Status == Incomplete {
		s.sub.TrialEnd = end
	}
	return err
}

// trialOver starts the first paid period at the end of the trial. If there is no payment method and something is due,
// it takes the final action of the trial policy instead.
func (s *step) trialOver(Deadline) error {
	return s.billOr(s.policy.Trial.WithoutPaymentMethod, func() error { return s.serve(true, 0) })
}
