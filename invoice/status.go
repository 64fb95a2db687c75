package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Status is the payment status of an invoice. Its zero value is unset.
//
// JSON: draft, open, pending, paid, void, uncollectible.
type Status uint8

// The statuses.
const (
	Drafted       Status = iota + 1 // not issued yet and can be discarded; nothing is due
	Open                            // issued and not fully paid
	Pending                         // a payment is in progress and its result is unknown
	Paid                            // nothing is outstanding
	Void                            // issued by mistake; nothing is due
	Uncollectible                   // written off: an amount is outstanding, but payment is not expected
)

var statuses = []string{"", "draft", "open", "pending", "paid", "void", "uncollectible"}

// String returns the name of the status, such as "open".
func (s Status) String() string { return enum.String(statuses, s) }

// MarshalText returns the name of the status.
func (s Status) MarshalText() ([]byte, error) { return fault.Marshal(statuses, s, "status") }

// UnmarshalText reads the name of a status. Errors: ErrInvalid for an unknown name.
func (s *Status) UnmarshalText(text []byte) error {
	return fault.Unmarshal(statuses, s, "status", text)
}

// predicate returns the end of the sentence that says why an invoice of the status does not accept an event.
func (s Status) predicate() string {
	switch s {
	case Drafted:
		return " is a draft and not issued yet."
	case Open:
		return " is already issued."
	case Pending:
		return " has a payment in progress, whose result comes first."
	case Paid:
		return " is already paid."
	case Void:
		return " is void."
	case Uncollectible:
		return " is written off as uncollectible."
	}
	return " has no status."
}

// EventKind is the kind of an event after an invoice was built. Its zero value is unset and rejected.
//
// JSON: issued, attempted, succeeded, failed, credited, refunded, disputed, voided, written_off.
type EventKind uint8

// The kinds of events.
const (
	Issued     EventKind = iota + 1 // a draft becomes an invoice
	Attempted                       // a payment was requested and its result is unknown
	Succeeded                       // a payment was received
	Failed                          // a payment attempt failed
	Credited                        // a credit note reduces the outstanding amount
	Refunded                        // the seller refunded money
	Disputed                        // a received payment was taken back by a chargeback or a bank return and is due again
	Voided                          // the invoice was issued by mistake
	WrittenOff                      // payment is not expected anymore
)

var eventKinds = []string{
	"", "issued", "attempted", "succeeded", "failed", "credited", "refunded", "disputed", "voided", "written_off",
}

// String returns the name of the kind, such as "written_off".
func (k EventKind) String() string { return enum.String(eventKinds, k) }

// MarshalText returns the name of the kind.
func (k EventKind) MarshalText() ([]byte, error) { return fault.Marshal(eventKinds, k, "kind") }

// UnmarshalText reads the name of a kind. Errors: ErrInvalid for an unknown name.
func (k *EventKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(eventKinds, k, "kind", text)
}

// Event is a payment, a credit note or another event of an issued invoice.
type Event struct {
	Kind EventKind `json:"kind"` // kind of event; required
	// ID is the ID of the payment (the same for its attempt, result and dispute), of the credit note or of the refund.
	ID string    `json:"id,omitzero"`
	At time.Time `json:"at"` // time of the event, not before the issue or an earlier event
	// Amount is the amount paid, credited, refunded or disputed, not negative. Zero is the full amount: the outstanding
	// or attempted one, all money received, or the disputed payment.
	Amount decimal.Decimal `json:"amount,omitzero"`
	Reason string          `json:"reason,omitzero"` // free text for people
}

// transition is one row of the status table: an event in one status leads to another status.
type transition struct {
	from  Status
	event EventKind
	to    Status
}

// transitions is the status table. An event that it does not list for a status is refused. An open or uncollectible
// invoice becomes paid as soon as nothing is outstanding.
var transitions = []transition{
	{Drafted, Issued, Open},
	{Drafted, Voided, Void},

	{Open, Attempted, Pending},
	{Open, Succeeded, Open},
	{Open, Failed, Open},
	{Open, Credited, Open},
	{Open, Refunded, Open},
	{Open, Disputed, Open},
	{Open, Voided, Void},
	{Open, WrittenOff, Uncollectible},

	{Pending, Succeeded, Open},
	{Pending, Failed, Open},

	{Paid, Refunded, Paid},
	{Paid, Disputed, Open},

	{Uncollectible, Succeeded, Uncollectible},
	{Uncollectible, Credited, Uncollectible},
	{Uncollectible, Refunded, Uncollectible},
	{Uncollectible, Disputed, Uncollectible},
	{Uncollectible, Voided, Void},
}
