package lifecycle

// setMethod stores the payment method of an event, "card" by default, if the catalog accepts it.
func (s *step) setMethod(e *Event) error {
	method := e.PaymentMethod
	if method == "" {
		method = "card"
	}
	if c := s.policy.Catalog; c != nil {
		market, err := c.Market(s.sub.Country)
		if err != nil {
			return err
		}
		if _, err := market.PaymentMethod(method, e.by()); err != nil {
			return err
		}
	}
	s.sub.PaymentMethod = method
	return nil
}

// enterCard stores a payment method and requests payment of the overdue invoices. It reactivates a suspended
// subscription that owes nothing, and an ended one if the policy's Reactivation.ByMethod is set.
func (s *step) enterCard(e *Event) error {
	if err := s.setMethod(e); err != nil {
		return err
	}
	sub := &s.sub
	overdue, err := s.collectOverdue()
	if err != nil {
		return err
	}
	switch {
	case sub.PendingChange != nil: // its payment is requested, and brings service back
	case sub.Status == Suspended && !overdue && !sub.owes(),
		sub.Status.over() && s.policy.Reactivation.ByMethod:
		return s.reactivate(e)
	}
	return nil
}

// removeCard removes the payment method.
func (s *step) removeCard(*Event) error {
	if s.sub.PaymentMethod == "" {
		return s.refuse("The subscription has no payment method.")
	}
	s.sub.PaymentMethod = ""
	return nil
}

// takeFinalAction suspends, pauses or cancels a subscription that has no payment method, or changes nothing.
func (s *step) takeFinalAction(r FinalAction) error {
	if r == FinalSuspend || r == FinalPause {
		if err := s.stop(); err != nil {
			return err
		}
	}
	switch r {
	case FinalSuspend:
		return s.become(Suspended)
	case FinalPause:
		return s.become(Paused)
	case FinalCancel:
		return s.end(Canceled)
	case FinalContinue:
	}
	return nil
}
