package lifecycle

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
)

// Outcome is what came of an event, or of the passing of time.
type Outcome struct {
	Subscription Subscription      `json:"subscription"`      // to be stored in place of the one passed in
	Invoices     []invoice.Invoice `json:"invoices,omitzero"` // issued, in order, as they are afterwards; a credit note is one that corrects another
	Changed      []invoice.Invoice `json:"changed,omitzero"`  // issued before, whose status changed, in the order in which they did first
	Credits      []credits.Entry   `json:"credits,omitzero"`  // what was added to the ledger, in order
	Notices      []Notice          `json:"notices,omitzero"`  // what to tell the customer, in order
	Effects      []Effect          `json:"effects,omitzero"`  // what to do, in order
	Steps        []Step            `json:"steps,omitzero"`    // what happened, one after the other
}

// Effect is something for the caller to do, in order; one whose invoice is void in the same outcome was withdrawn meanwhile, and is left out. A charge
// and a send are asked for again after a failure: a provider knows by the invoice what it is about. Its ID derives from the subscription, what caused it and its ordinal, so that a
// caller who runs the same again can tell what was done already.
type Effect struct {
	ID      string          `json:"id"`      // the same whenever the same is run again
	Kind    EffectKind      `json:"kind"`    // what to do
	Invoice string          `json:"invoice"` // ID of the invoice it is about
	Amount  decimal.Decimal `json:"amount"`  // of money, in the currency of the contract, not negative
}

// EffectKind says what the caller is to do. Its zero is unset.
type EffectKind uint8

// The kinds of effects.
const (
	CollectPayment EffectKind = iota + 1 // charge the method of payment on file for the invoice, and tell what came of it as an event
	Send                                 // send the invoice, to be paid by hand
	Refund                               // pay money back; it is accounted for already, and takes no event: PaymentRefunded is money that the seller gives back by itself
	Withdraw                             // stop collecting the invoice, which nobody is to pay any more
)

var effectKinds = []string{"", "collect_payment", "send", "refund", "withdraw"}

// String returns the kind's name, "charge".
func (k EffectKind) String() string { return enum.String(effectKinds, k) }

// MarshalText returns the kind's name.
func (k EffectKind) MarshalText() ([]byte, error) { return fault.Marshal(effectKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *EffectKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(effectKinds, k, "kind", text)
}

// Notice is something to tell the customer.
type Notice struct {
	ID      string     `json:"id"`               // derived as that of an effect
	Kind    NoticeKind `json:"kind"`             // what about
	At      time.Time  `json:"at"`               // when it is told
	Of      time.Time  `json:"of,omitzero"`      // when what it tells of happens, or the grace that it begins is over
	Invoice string     `json:"invoice,omitzero"` // ID of the invoice it is about
}

// NoticeKind says what a notice is about. Its zero is unset.
type NoticeKind uint8

// The kinds of notices: first those that come before something, as reminders.
const (
	NoticeRenewal       NoticeKind = iota + 1 // the next period begins, and is charged
	NoticeTrialEnd                            // the trial is over
	NoticeEnd                                 // service ends
	NoticeGraceEnd                            // the grace of an invoice is over
	NoticePaymentFailed                       // a payment failed
	NoticeOverdue                             // an invoice was not paid when it was due
	NoticeReceipt                             // an invoice is paid: a copy of it goes out
	NoticeAccessLost                          // access was lost, since something was not paid, or could not be
)

var noticeKinds = []string{"", "renewal", "trial_end", "end", "grace_end", "payment_failed", "overdue", "receipt", "access_lost"}

// String returns the kind's name, "receipt".
func (k NoticeKind) String() string { return enum.String(noticeKinds, k) }

// MarshalText returns the kind's name.
func (k NoticeKind) MarshalText() ([]byte, error) { return fault.Marshal(noticeKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *NoticeKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(noticeKinds, k, "kind", text)
}

// Step is one thing that happened: an event, a deadline, or an event that was refused.
type Step struct {
	At       time.Time    `json:"at"`                // when
	Event    EventKind    `json:"event,omitzero"`    // the event; unset for a deadline
	Sequence int64        `json:"sequence,omitzero"` // its number
	Deadline DeadlineKind `json:"deadline,omitzero"` // the deadline; unset for an event
	Ref      string       `json:"ref,omitzero"`      // what of several it is about, such as an invoice
	Status   Status       `json:"status"`            // where it led
	Access   Access       `json:"access"`            // what can be reached from then on
	Issued   []string     `json:"issued,omitzero"`   // IDs of the invoices that it issued
	Refused  string       `json:"refused,omitzero"`  // why it was not allowed; then it changed nothing
}
