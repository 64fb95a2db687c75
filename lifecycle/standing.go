package lifecycle

import "time"

// standing derives the status from the overdue invoices: active without one, past due with one. A suspended
// subscription stays suspended while the grace period of an overdue invoice is over, and an incomplete one stays
// incomplete until its period is paid.
func (s *step) standing() error {
	sub := &s.sub
	overdue, over := false, false
	for i := range sub.Receivables {
		r := &sub.Receivables[i]
		if !r.Overdue() {
			continue
		}
		overdue = true
		if !r.GraceUntil.IsZero() && !r.GraceUntil.After(sub.At) {
			over = true
		}
	}
	switch {
	case sub.Status == Incomplete && !sub.periodUnpaid():
		sub.PayBy = time.Time{}
		if overdue {
			return s.become(PastDue)
		}
		return s.become(Active)
	case sub.Status == PastDue && !overdue:
		return s.become(Active)
	case sub.Status == Active && overdue:
		return s.become(PastDue)
	case sub.Status == Suspended && !over && overdue:
		return s.become(PastDue)
	case sub.Status == Suspended && !overdue:
		return s.become(Active)
	}
	return nil
}
