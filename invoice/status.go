package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Status is where an invoice stands. Its zero is unset.
type Status uint8

// The statuses.
const (
	Drafted       Status = iota + 1 // it can still be thrown away, and nothing is due yet
	Open                            // something is due
	Pending                         // a payment is under way, and its outcome not known
	Paid                            // nothing is due any more
	Void                            // it was issued by mistake, and nothing is due
	Uncollectible                   // something is due, and nobody expects it to be paid
)

var statuses = []string{"", "draft", "open", "pending", "paid", "void", "uncollectible"}

// String returns the status's name, "open".
func (s Status) String() string { return enum.String(statuses, s) }

// MarshalText returns the status's name.
func (s Status) MarshalText() ([]byte, error) { return fault.Marshal(statuses, s, "status") }

// UnmarshalText reads the status's name; an unknown one is ErrInvalid.
func (s *Status) UnmarshalText(text []byte) error {
	return fault.Unmarshal(statuses, s, "status", text)
}

// EventKind says what happened to an invoice. Its zero is unset and refused.
type EventKind uint8

// The kinds of events.
const (
	Issued     EventKind = iota + 1 // a draft becomes an invoice
	Attempted                       // a payment was asked for, and its outcome is not known
	Succeeded                       // a payment came in
	Failed                          // it did not
	Credited                        // a credit note lowers what is due
	Refunded                        // the seller paid money back
	Disputed                        // a payment that came in was taken back: it bounced, or was disputed, and is due again
	Voided                          // it was issued by mistake
	WrittenOff                      // nobody expects it to be paid
)

var eventKinds = []string{"", "issued", "attempted", "succeeded", "failed", "credited", "refunded", "disputed", "voided", "written_off"}

// String returns the kind's name, "written_off".
func (k EventKind) String() string { return enum.String(eventKinds, k) }

// MarshalText returns the kind's name.
func (k EventKind) MarshalText() ([]byte, error) { return fault.Marshal(eventKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *EventKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(eventKinds, k, "kind", text)
}

// Event is something that happened to an invoice.
type Event struct {
	Kind   EventKind       `json:"kind"`            // what happened
	ID     string          `json:"id,omitzero"`     // of the payment, its outcome having the same as the attempt; of the credit note, or of what went back
	At     time.Time       `json:"at"`              // when; not before the invoice or an event that was applied
	Amount decimal.Decimal `json:"amount,omitzero"` // of money or a credit note, not negative; zero is all that is due, or that was paid
	Reason string          `json:"reason,omitzero"` // for people
}

// transition is where an event takes an invoice.
type transition struct {
	from  Status
	event EventKind
	to    Status
}

// transitions lists them all. What is not listed is refused. One that is open or uncollectible becomes paid
// as soon as nothing is due on it.
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
