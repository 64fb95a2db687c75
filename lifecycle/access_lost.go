package lifecycle

import "slices"

// endsAccess are the events that end access because the customer or the seller requests it. Any other event lowers
// access only if a payment or a payment method is missing.
var endsAccess = []EventKind{
	CancellationRequested, PauseRequested, PaymentRefunded, InvoiceCredited, InvoiceVoided, InvoiceWrittenOff,
}

// atDeadline sets the access before a deadline of a later time: just before that time, by the policy in force at it.
func (s *step) atDeadline(d Deadline) {
	if before := s.sub; d.At.After(before.At) {
		before.At = d.At.Add(-1)
		s.access = s.policies.at(d.At).access(&before)
	}
}

// deadlineAccess notifies the customer of access that a deadline lowered. If another deadline follows at the same time,
// such as the renewal of a paid period that ends with a retry, the last one decides.
func (s *step) deadlineAccess(d Deadline) {
	if s.policy.access(&s.sub) >= s.access {
		return
	}
	if next := s.sub.next(s.policies.at(s.sub.At.Add(1))); next.Kind == 0 || next.At.After(s.sub.At) {
		s.accessLost(d.Kind == CancellationDue || d.Kind == ExpiryDue || d.Kind == PauseDue, d.Invoice)
	}
}

// eventAccess notifies the customer of access that an event lowered.
func (s *step) eventAccess(e *Event) {
	s.accessLost(slices.Contains(endsAccess, e.Kind), e.Payment.Invoice)
}

// accessLost notifies the customer if access is lower than before this time, unless the customer or the seller
// requested that.
func (s *step) accessLost(requested bool, invoice string) {
	now := s.policy.access(&s.sub)
	if now >= s.access {
		return
	}
	s.access = now
	if !requested {
		s.notice(Notice{Kind: NoticeAccessLost, Invoice: invoice})
	}
}
