package lifecycle

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// Outcome is the result of an event or of the passing of time.
type Outcome struct {
	Subscription Subscription `json:"subscription"` // new state, to store in place of the input
	// Invoices are the invoices issued, in order. The caller stores them: they never change, and no later outcome repeats
	// them. An invoice that corrects another is a credit note.
	Invoices []invoice.Invoice `json:"invoices,omitzero"`
	// Receivables are those of the invoices issued, and those of earlier invoices that changed, each once, in its final
	// state.
	Receivables []invoice.Receivable `json:"receivables,omitzero"`
	Credits     []credits.Entry      `json:"credits,omitzero"` // new entries of the credit ledger, in order
	Notices     []Notice             `json:"notices,omitzero"` // messages to the customer, in order
	Effects     []Effect             `json:"effects,omitzero"` // tasks for the caller, in order
	Steps       []Step               `json:"steps,omitzero"`   // events and deadlines processed, in order
}

// Effect is a task for the caller. The caller performs the effects of an outcome in order, and skips the collection or
// sending of an invoice that is void or paid in the same outcome, or that a later effect of it withdraws. A collection
// or a sending may be requested again after a failure; the provider recognizes the invoice by its ID.
type Effect struct {
	// ID derives from the subscription, the cause of the effect and a counter. A repeated call returns the same IDs, so
	// that the caller can skip completed tasks. Slashes of the subscription's ID are escaped: "eu/acme" is "eu%2Facme".
	ID   string     `json:"id"`
	Kind EffectKind `json:"kind"` // kind of the task
	// Invoice is the ID of the invoice that the task is about. For a refund it is the document that returns the money: a
	// credit note names the paid invoice in Corrects, and a surplus payment is refunded for the invoice it was made for.
	Invoice string          `json:"invoice"`
	Amount  decimal.Decimal `json:"amount"` // amount in major units of the contract's currency, never negative
	// TaxRequest is the question of calculate_taxes, nil for another kind.
	TaxRequest *invoice.TaxRequest `json:"tax_request,omitempty"`
}

// EffectKind is the kind of an [Effect]. The zero value is unset.
//
// JSON: collect_payment, send, refund, withdraw, calculate_taxes.
type EffectKind uint8

// The kinds of effects.
const (
	// CollectPayment asks the caller to charge the customer's payment method for the invoice, and to report the result as
	// an event.
	CollectPayment EffectKind = iota + 1
	// Send asks the caller to send the invoice to a customer who pays by hand.
	Send
	// Refund asks the caller to refund money. The refund is already booked; RefundSucceeded and RefundFailed report its
	// result. The event PaymentRefunded is for refunds that the seller made on its own.
	Refund
	// Withdraw asks the caller to stop the collection of an invoice that no longer has to be paid.
	Withdraw
	// CalculateTaxes asks the caller for the taxes of a draft, which is not issued yet: TaxRequest names its lines, and
	// Amount is their sum. An event that asks is not applied; the caller applies it again with the answers as TaxAnswers.
	// For a deadline, which Advance does not pass, the caller sends taxes_calculated with the time of the deadline. The
	// question is repeated until it is answered, so it is no task to do once.
	CalculateTaxes
)

var effectKinds = []string{"", "collect_payment", "send", "refund", "withdraw", "calculate_taxes"}

// String returns the kind's name, "collect_payment".
func (k EffectKind) String() string { return enum.String(effectKinds, k) }

// MarshalText returns the kind's name.
func (k EffectKind) MarshalText() ([]byte, error) { return fault.Marshal(effectKinds, k, "kind") }

// UnmarshalText reads the kind's name. An unknown name returns ErrInvalid.
func (k *EffectKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(effectKinds, k, "kind", text)
}

// Notice is a message to the customer.
type Notice struct {
	ID      string     `json:"id"`               // unique ID, derived in the same way as the ID of an effect
	Kind    NoticeKind `json:"kind"`             // subject of the message
	At      time.Time  `json:"at"`               // time to send the message
	Of      time.Time  `json:"of,omitzero"`      // time of the announced event, or end of the grace that starts
	Invoice string     `json:"invoice,omitzero"` // ID of the invoice that the message is about; "" is none
}

// NoticeKind is the subject of a [Notice]. The zero value is unset.
//
// JSON: renewal, trial_end, end, grace_end, payment_failed, payment_disputed, overdue, receipt, access_lost,
// payment_due.
type NoticeKind uint8

// The kinds of notices. The first four and the last are sent before the event, as reminders.
const (
	NoticeRenewal         NoticeKind = iota + 1 // the next period starts and is charged
	NoticeTrialEnd                              // the trial ends
	NoticeEnd                                   // service ends
	NoticeGraceEnd                              // the grace of an invoice ends
	NoticePaymentFailed                         // a payment failed, or the bank returned it
	NoticePaymentDisputed                       // a payment was disputed
	NoticeOverdue                               // the due date of an invoice passed
	NoticeReceipt                               // an invoice is paid; the message includes a copy
	NoticeAccessLost                            // access was lowered because a payment or a payment method is missing
	NoticePaymentDue                            // the due date of an invoice that is paid by hand comes
)

var noticeKinds = []string{
	"", "renewal", "trial_end", "end", "grace_end", "payment_failed", "payment_disputed", "overdue", "receipt",
	"access_lost", "payment_due",
}

// String returns the kind's name, "receipt".
func (k NoticeKind) String() string { return enum.String(noticeKinds, k) }

// MarshalText returns the kind's name.
func (k NoticeKind) MarshalText() ([]byte, error) { return fault.Marshal(noticeKinds, k, "kind") }

// UnmarshalText reads the kind's name. An unknown name returns ErrInvalid.
func (k *NoticeKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(noticeKinds, k, "kind", text)
}

// Step is one event or deadline in an outcome, or an event that was refused.
type Step struct {
	At       time.Time      `json:"at"`                // time of the step
	Event    EventKind      `json:"event,omitzero"`    // kind of the event; unset for a deadline
	Sequence int64          `json:"sequence,omitzero"` // number of the event; zero for a deadline
	Deadline DeadlineKind   `json:"deadline,omitzero"` // kind of the deadline; unset for an event
	Invoice  string         `json:"invoice,omitzero"`  // ID of the invoice that the step is about; "" is none
	Change   int64          `json:"change,omitzero"`   // number of the event that requested the change; zero is none
	Reminder int            `json:"reminder,omitzero"` // number of the reminder in the policy, from 1; zero is none
	Of       NoticeKind     `json:"of,omitzero"`       // subject of the reminder; unset for another step
	Actions  []plans.Action `json:"actions,omitzero"`  // actions of the change that the event requests, "add_quantity"
	Detail   string         `json:"detail,omitzero"`   // effect of the step, "2 seats added"; "" if the kind says it
	Status   Status         `json:"status"`            // status after the step
	Access   Access         `json:"access"`            // access of the customer after the step
	Issued   []string       `json:"issued,omitzero"`   // IDs of the invoices that the step issued
	Refused  string         `json:"refused,omitzero"`  // reason why the event or change was refused; "" if it was not
	Skipped  bool           `json:"skipped,omitzero"`  // the event repeats an earlier one and changed nothing
	// OccurredAt is the own time of a report that was applied later, at At. Zero is At.
	OccurredAt time.Time `json:"occurred_at,omitzero"`
	// NeedsCorrection marks a late report that would have changed what happened since its time. Correct returns another
	// result than the outcome.
	NeedsCorrection bool `json:"needs_correction,omitzero"`
}

// effect adds a task for the caller.
func (s *step) effect(e Effect) {
	e.ID = s.id()
	s.out.Effects = append(s.out.Effects, e)
}

// notice adds a message to the customer.
func (s *step) notice(n Notice) {
	n.ID, n.At = s.id(), s.sub.At
	s.out.Notices = append(s.out.Notices, n)
}
