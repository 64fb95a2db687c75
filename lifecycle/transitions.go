package lifecycle

import (
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// transition is a row of the table of events: an event in one of several statuses.
type transition struct {
	event EventKind
	from  set // statuses that allow the event
	to    set // statuses that it can lead to besides the present one; 0 is none
	do    func(*step, *Event) error
}

// passage is a row of the table of deadlines.
type passage struct {
	deadline DeadlineKind
	from     set
	to       set
	do       func(*step, Deadline) error
}

// fresh is the set of the zero Status, a subscription that has not started.
const fresh = set(1)

// Sets of statuses that several events share.
const (
	ended   = set(1<<Canceled | 1<<Expired)
	regular = set(1<<Active | 1<<PastDue)
	unpaid  = set(1<<Incomplete | 1<<PastDue | 1<<Suspended)
	begun   = set(1<<Incomplete|1<<Trialing|1<<Paused) | serving | ended
	alive   = set(1<<PendingStart|1<<Incomplete|1<<Trialing|1<<Paused) | serving
	anyhow  = alive | ended
)

// transitions is the table of events. An event without a row for the status is refused; see notAllowed.
var transitions = []transition{
	{Started, fresh, of(PendingStart, Trialing, Incomplete, Active), (*step).start},
	{TrialConverted, of(Trialing), of(Active, Incomplete), (*step).buy},
	{TrialExtended, of(Trialing), 0, (*step).extendTrial},

	{PaymentMethodAdded, fresh | alive&^of(Suspended), 0, (*step).enterCard},
	{PaymentMethodAdded, of(Suspended), of(Active), (*step).enterCard},
	{PaymentMethodAdded, ended, of(Active, Suspended, Incomplete), (*step).enterCard},
	{PaymentMethodRemoved, fresh | anyhow, 0, (*step).removeCard},

	{PaymentAttempted, begun, 0, (*step).attempt},
	{PaymentSucceeded, unpaid, of(Active, PastDue), (*step).paid},
	{PaymentSucceeded, of(Active), of(PastDue), (*step).paid},
	{PaymentSucceeded, ended, of(Active, Incomplete), (*step).paid},
	{PaymentSucceeded, of(Paused), of(Active, PastDue), (*step).paid},
	{PaymentSucceeded, of(Trialing), 0, (*step).paid},
	{PaymentFailed, of(Active), of(PastDue), (*step).failed},
	{PaymentFailed, begun &^ of(Active), 0, (*step).failed},
	{PaymentDisputed, of(Active), of(PastDue), (*step).disputed},
	{PaymentDisputed, begun &^ of(Active), 0, (*step).disputed},
	{PaymentReversed, of(Active), of(PastDue), (*step).reversed},
	{PaymentReversed, begun &^ of(Active), 0, (*step).reversed},
	{PaymentRefunded, of(Active), of(PastDue), (*step).refunded},
	{PaymentRefunded, begun &^ of(Active), 0, (*step).refunded},
	{DisputeWon, unpaid, of(Active, PastDue), (*step).disputeWon},
	{DisputeWon, ended, of(Active), (*step).disputeWon},
	{DisputeWon, begun &^ (unpaid | ended), 0, (*step).disputeWon},
	{DisputeLost, begun, 0, (*step).disputeLost},
	{RefundSucceeded, begun, 0, (*step).refundSucceeded},
	{RefundFailed, begun, 0, (*step).refundFailed},

	{Changed, of(PendingStart, Trialing, Active), 0, (*step).changed},
	{Changed, unpaid, of(Active), (*step).changed},
	{ScheduledChangeCanceled, of(PendingStart, Trialing) | serving, 0, (*step).withdraw},

	{PauseRequested, of(Active), of(Paused), (*step).pause},
	{PauseRequested, of(PastDue), of(Active, Paused), (*step).pause},
	{Resumed, regular, 0, (*step).resume},
	{Resumed, of(Paused), of(Active, PastDue, Suspended), (*step).resume},
	{AdvanceInvoiceRequested, regular, 0, (*step).billEarly},
	{CollectionPaused, regular, 0, (*step).pauseCollection},
	{CollectionResumed, alive &^ of(PendingStart, Trialing), 0, (*step).resumeCollection},
	{RenewalDisabled, of(Active), 0, (*step).renewalOff},
	{RenewalDisabled, of(PastDue), of(Active), (*step).renewalOff},
	{RenewalEnabled, regular, 0, (*step).renewalOn},
	{CancellationRequested, alive &^ of(PastDue), of(Canceled), (*step).cancel},
	{CancellationRequested, of(PastDue), of(Active, Canceled), (*step).cancel},
	{CancellationWithdrawn, alive &^ of(PastDue), 0, (*step).goOn},
	{CancellationWithdrawn, of(PastDue), of(Active), (*step).goOn},
	{Reactivated, of(Suspended), of(Active), (*step).reactivate},
	{Reactivated, of(Paused), of(Active, PastDue, Suspended), (*step).reactivate},
	{Reactivated, ended, of(Active, Suspended, Incomplete), (*step).reactivate},

	{TaxesChanged, fresh | anyhow, 0, (*step).setTaxes},
	{TaxesCalculated, anyhow, 0, (*step).taxesCalculated},
	{InvoiceIssued, alive, 0, (*step).invoiceIssued},
	{BillingDetailsChanged, unpaid, of(Active, PastDue), (*step).setDetails},
	{BillingDetailsChanged, (fresh | anyhow) &^ unpaid, 0, (*step).setDetails},
	{UsageRecorded, of(Trialing, Paused) | serving, 0, (*step).use},
	{UsageRecorded, ended, 0, (*step).use},
	{ChargeAdded, of(Trialing, Paused) | serving, 0, (*step).sell},
	{CreditGranted, of(Incomplete, PastDue), of(Active), (*step).grant},
	{CreditGranted, of(Suspended), of(Active, PastDue), (*step).grant},
	{CreditGranted, of(Paused) | ended, of(Active), (*step).grant},
	{CreditGranted, (fresh | alive) &^ (unpaid | of(Paused)), 0, (*step).grant},
	{CreditPaidOut, fresh | anyhow, 0, (*step).creditPaidOut},
	{InvoiceVoided, of(Incomplete, Suspended), of(Active, PastDue), (*step).void},
	{InvoiceVoided, of(PastDue), of(Active, Suspended), (*step).void},
	{InvoiceVoided, of(Active), of(Suspended), (*step).void},
	{InvoiceVoided, begun &^ (unpaid | of(Active)), 0, (*step).void},
	{InvoiceWrittenOff, of(Incomplete, Suspended), of(Active, PastDue), (*step).writeOff},
	{InvoiceWrittenOff, of(PastDue), of(Active, Suspended), (*step).writeOff},
	{InvoiceWrittenOff, of(Active), of(Suspended), (*step).writeOff},
	{InvoiceWrittenOff, begun &^ (unpaid | of(Active)), 0, (*step).writeOff},
	{InvoiceCredited, of(Incomplete), of(Active), (*step).credited},
	{InvoiceCredited, of(Suspended), of(Active, PastDue), (*step).credited},
	{InvoiceCredited, of(PastDue), of(Active, Suspended), (*step).credited},
	{InvoiceCredited, of(Active), of(Suspended), (*step).credited},
	{InvoiceCredited, begun &^ (unpaid | of(Active)), 0, (*step).credited},
}

// passages is the table of deadlines.
var passages = []passage{
	{ReminderDue, alive, 0, (*step).remind},
	{StartDue, of(PendingStart), of(Trialing, Incomplete, Active, Suspended, Paused, Canceled), (*step).startNow},
	{TrialOver, of(Trialing), of(Active, Incomplete, Suspended, Paused, Canceled), (*step).trialOver},
	{CancellationDue, alive, of(Canceled), (*step).cancellationDue},
	{ChangeDue, of(PendingStart, Trialing), 0, (*step).changeDue},
	{ChangeDue, regular, 0, (*step).changeDue},
	{AdvancePeriodStarts, of(Active, Suspended), 0, (*step).aheadBegins},
	{AdvancePeriodStarts, of(PastDue), of(Active), (*step).aheadBegins},
	{FirstPaymentOver, of(Incomplete), of(Expired), (*step).firstPaymentOver},
	{CollectionResumes, alive &^ of(PendingStart, Trialing), 0, (*step).collectionResumes},
	{PendingChangeOver, begun, 0, (*step).pendingChangeOver},
	{ResultDue, of(Active), of(PastDue), (*step).resultDue},
	{ResultDue, begun &^ of(Active), 0, (*step).resultDue},
	{ChargeDue, begun, 0, (*step).chargeDue},
	{GraceOver, of(PastDue), of(Active, Suspended, Paused, Canceled), (*step).graceOver},
	{ExpiryDue, regular, of(Expired), (*step).expiryDue},
	{PauseDue, regular, of(Paused), (*step).pauseDue},
	{ResumeDue, of(Paused), of(Active, PastDue, Suspended), (*step).resumeDue},
	{UsageWindowOver, begun, 0, (*step).usageWindowOver},
	{ItemPeriodDue, regular, 0, (*step).itemPeriodDue},
	{ItemBillingDue, regular, 0, (*step).itemBillingDue},
	{RenewalDue, regular, of(Suspended, Paused, Canceled), (*step).renewalDue},
	{AdvanceInvoiceDue, regular, 0, (*step).aheadDue},
	{PaymentDue, of(Active), of(PastDue), (*step).paymentDue},
	{PaymentDue, of(PastDue, Incomplete), 0, (*step).paymentDue},
	{PaidThroughEnded, of(Suspended, Incomplete), 0, (*step).paidOver},
}

// enter allows the statuses of the row of an event and returns the row's function, nil if there is no row for the
// present status.
func (s *step) enter(kind EventKind) func(*step, *Event) error {
	s.allowed = s.sub.Status.bit()
	for i := range transitions {
		if row := &transitions[i]; row.event == kind && row.from.has(s.sub.Status) {
			s.allowed |= row.to
			return row.do
		}
	}
	return nil
}

// enterCorrection allows the statuses to which a correction can lead: the one that the present receivables give.
func (s *step) enterCorrection() { s.allowed = s.sub.Status.bit() | of(Active, PastDue, Suspended) }

// become is the only place that assigns the status of a subscription. A status that the processed row does not list is
// a fault of this package, which no input should cause.
func (s *step) become(to Status) error {
	if !s.allowed.has(to) {
		return fault.New("subscription.status", proration.ErrInvalid, "must not become %v by %s; it is %v",
			to, s.cause, s.sub.Status)
	}
	s.serves = s.serves || regular.has(to) && !regular.has(s.sub.Status)
	s.sub.Status = to
	return nil
}
