package lifecycle

// setMethod puts a method of payment on file, where it is one that is accepted.
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

// enterCard puts a method of payment on file, and charges what is overdue with it. Where that is all it takes, it brings back what had ended.
func (s *step) enterCard(e *Event) error {
	if err := s.setMethod(e); err != nil {
		return err
	}
	sub := &s.sub
	overdue := s.chargeOverdue()
	switch {
	case sub.Status == Suspended && !overdue && len(sub.Receivables) == 0, sub.Status.over() && s.policy.Reactivation.ByMethod:
		return s.reactivate(e)
	}
	return nil
}

// chargeOverdue asks to charge every invoice whose payment failed, and reports whether there is one. For the others an attempt is under
// way, or they have their time.
func (s *step) chargeOverdue() (overdue bool) {
	for i := range s.sub.Receivables {
		d := &s.sub.Receivables[i]
		if d.FirstFailedAt.IsZero() && (s.sub.Status != Incomplete || !d.RequestedAt.IsZero()) {
			continue
		}
		overdue, d.HardDecline = true, false
		s.ask(i)
	}
	return overdue
}

// removeCard takes the method of payment off file.
func (s *step) removeCard(*Event) error {
	if s.sub.PaymentMethod == "" {
		return s.refuse("there is none")
	}
	s.sub.PaymentMethod = ""
	return nil
}
