package lifecycle_test

import (
	"slices"

	"github.com/billingrules/billing/lifecycle"
)

// lossLaw checks that the notice access_lost is sent exactly when access falls because a payment or a payment method is
// missing: in a step that nobody requested. The outcome is that of one event or of the deadlines of one instant.
func (h *history) lossLaw(out lifecycle.Outcome) {
	h.tb.Helper()
	before := h.sub
	if before.Status == 0 || out.Subscription.Status == 0 {
		return
	}
	if at := out.Subscription.At; at.After(before.At) {
		before.At = at.Add(-1)
	}
	was, now := accessOf(h.setup.policy, before), accessOf(h.setup.policy, out.Subscription)
	lost := now < was && !slices.ContainsFunc(out.Steps, requestsLoss)
	told := slices.ContainsFunc(out.Notices, func(n lifecycle.Notice) bool { return n.Kind == lifecycle.NoticeAccessLost })
	if lost != told {
		h.faultOf("access lost", "access goes from %v to %v while %v, and access_lost is told: %v", was, now, out.Subscription.Status, told)
	}
}

// requestsLoss reports whether a step ends access because someone requested it.
func requestsLoss(s lifecycle.Step) bool {
	events := []lifecycle.EventKind{
		lifecycle.CancellationRequested, lifecycle.PauseRequested, lifecycle.PaymentRefunded, lifecycle.InvoiceCredited, lifecycle.InvoiceVoided, lifecycle.InvoiceWrittenOff,
	}
	deadlines := []lifecycle.DeadlineKind{lifecycle.CancellationDue, lifecycle.ExpiryDue, lifecycle.PauseDue}
	return slices.Contains(events, s.Event) || slices.Contains(deadlines, s.Deadline)
}
