package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/invoice"
)

// Kinds of events that a subscription refuses for one reason before it starts.
var (
	startEvents   = []EventKind{Started, TrialConverted, Resumed, Reactivated}
	stopEvents    = []EventKind{PauseRequested, RenewalDisabled}
	invoiceEvents = []EventKind{
		PaymentAttempted, PaymentSucceeded, PaymentFailed, PaymentDisputed, PaymentRefunded, InvoiceVoided, InvoiceWrittenOff,
		InvoiceCredited,
	}
)

// notAllowed returns the reason why the status of the subscription does not allow an event, with the date of the status
// and the event to send instead. It is for the empty cells of the table transitions.
func (s *Subscription) notAllowed(kind EventKind) string {
	if over := serving | of(Paused) | ended; kind == TrialExtended && over.has(s.Status) {
		return "No trial is running" + s.on(", the last one ended on ", s.TrialEnd) + "; send credit_granted to give credit."
	}
	switch s.Status {
	case PendingStart:
		return notStarted(kind, s.on(" on ", s.StartAt))
	case Incomplete:
		return "The first invoice must be paid" + s.on(" by ", s.PayBy) + "; send payment_succeeded once it is paid."
	case Trialing:
		trial := "The subscription is in trial" + s.on(" until ", s.TrialEnd)
		if slices.Contains(stopEvents, kind) {
			return trial + "; send cancellation_requested to end it."
		}
		return trial + "; send trial_converted to start the paid period."
	case Active:
		return "The subscription is already active; its current period ends" + s.on(" on ", s.Period.End) + "."
	case PastDue:
		overdue := s.overdueInvoice()
		return "The subscription is in service, and invoice " + overdue.Invoice + " is overdue" +
			s.on(", with grace until ", overdue.GraceUntil) + "; send payment_succeeded once it is paid."
	case Suspended:
		if overdue := s.overdueInvoice(); overdue.Invoice != "" {
			return "The subscription is suspended because invoice " + overdue.Invoice +
				" is overdue; send payment_succeeded once it is paid."
		}
		return "The subscription is suspended; send reactivated first."
	case Paused:
		return "The subscription is paused" + s.on(" until ", s.ResumeAt) + "; send resumed first."
	case Canceled, Expired:
		return "The subscription ended" + s.on(" on ", s.EndedAt) + "; send reactivated to start it again."
	}
	return "The subscription has not started; send started first."
}

// notStarted returns the reason why a subscription that starts later does not allow an event.
func notStarted(kind EventKind, on string) string {
	switch {
	case slices.Contains(startEvents, kind):
		return "The subscription already has a start date; it starts" + on + "."
	case slices.Contains(stopEvents, kind):
		return "The subscription starts" + on + "; send cancellation_requested to cancel it."
	case slices.Contains(invoiceEvents, kind):
		return "The subscription starts" + on + " and has no invoice until then."
	}
	return "The subscription starts" + on + "; this is possible from then on."
}

// overdueInvoice returns the receivable of the first overdue invoice, and the zero value if none is.
func (s *Subscription) overdueInvoice() invoice.Receivable {
	for _, r := range s.Receivables {
		if r.Overdue() {
			return r
		}
	}
	return invoice.Receivable{}
}
