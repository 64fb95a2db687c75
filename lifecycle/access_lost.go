package lifecycle

import "slices"

// Kinds of deadlines that never end access, and kinds of events that end it because the customer or the seller requests
// that. Any other event lowers access only if a payment or a payment method is missing.
var (
	keepsAccess = []DeadlineKind{ReminderDue, ChangeDue, ChargeDue, AdvanceInvoiceDue}
	endsAccess  = []EventKind{
		CancellationRequested, PauseRequested, PaymentRefunded, InvoiceCredited, InvoiceVoided, InvoiceWrittenOff,
	}
)

// atDeadline sets the access before a deadline of a later time: just before that time, by the policy in force at it.
func (s *step) atDeadline(d Deadline) {
	if before := s.sub; d.At.After(before.At) {
		before.At = d.At.Add(-1)
		s.access = s.policies.at(d.At).access(&before)
	}
}

// deadlineAccess notifies the customer of access that a deadline lowered. The paid period may end with a deadline that
// the renewal follows at the same time; then the renewal decides.
func (s *step) deadlineAccess(d Deadline) {
	if !slices.Contains(keepsAccess, d.Kind) {
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
