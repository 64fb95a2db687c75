package lifecycle

// setMethod puts a method of payment on file, where it is one that is accepted.
func (s *step) setMethod(e *Event) error {
	method := e.Method
	if method == "" {
		method = "card"
	}
	if c := s.policy.Catalog; c != nil {
		market, err := c.Market(s.sub.Country)
		if err != nil {
			return err
		}
		if _, err := market.Method(method, e.by()); err != nil {
			return err
		}
	}
	s.sub.Method = method
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
	case sub.Status == Suspended && !overdue && len(sub.Dues) == 0, sub.Status.over() && s.policy.Return.ByMethod:
		return s.reactivate(e)
	}
	return nil
}

// chargeOverdue asks to charge every invoice whose payment failed, and reports whether there is one. For the others an attempt is under
// way, or they have their time.
func (s *step) chargeOverdue() (overdue bool) {
	for i := range s.sub.Dues {
		d := &s.sub.Dues[i]
		if d.Failed.IsZero() && (s.sub.Status != Incomplete || !d.Asked.IsZero()) {
			continue
		}
		overdue, d.Hard = true, false
		s.ask(i)
	}
	return overdue
}

// removeCard takes the method of payment off file.
func (s *step) removeCard(*Event) error {
	if s.sub.Method == "" {
		return s.refuse("there is none")
	}
	s.sub.Method = ""
	return nil
}
