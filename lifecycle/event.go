package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// EventKind says what happened. Its zero is unset and refused.
type EventKind uint8

// The kinds of events.
const (
	Started          EventKind = iota + 1 // service begins
	PaymentSucceeded                      // Invoice was paid
	CardDeclined                          // the attempt to collect Invoice failed
	CardEntered                           // the customer entered a card
	SeatsAdded                            // Change adds a quantity
	PlanChanged                           // Change names another plan
	CancelRequested                       // the customer wants to end at the end of the period
	CancelUndone                          // the customer wants to go on after all
)

var eventKinds = []string{"", "started", "payment_succeeded", "card_declined", "card_entered", "seats_added", "plan_changed", "cancel_requested", "cancel_undone"}

// String returns the kind's name, "card_declined".
func (k EventKind) String() string { return enum.String(eventKinds, k) }

// MarshalText returns the kind's name.
func (k EventKind) MarshalText() ([]byte, error) { return fault.Marshal(eventKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *EventKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(eventKinds, k, "kind", text)
}

// Event is something that happened to a subscription.
type Event struct {
	// Sequence is the event's number, above zero. Events are applied in rising order: one whose number is not above that of
	// the last one applied changes nothing, and is no error.
	Sequence int64 `json:"sequence"`
	// At is when it happened, in any zone, and not before the instant that the subscription was advanced to: an event that
	// comes to be known late is dated when it is.
	At      time.Time    `json:"at"`
	Kind    EventKind    `json:"kind"`             // what happened
	Invoice string       `json:"invoice,omitzero"` // ID of the invoice that a payment is about
	Change  plans.Change `json:"change,omitzero"`  // what changes
}

// check adds the faults of the event, but for its instant.
func (e *Event) check(f *fault.List) {
	if e.Sequence <= 0 {
		f.Add("event.sequence", proration.ErrUnset, "events are numbered from 1")
	}
	fault.Enum(f, "event.kind", eventKinds, e.Kind)
	if e.Kind == PlanChanged && e.Change.Plan == nil {
		f.Add("event.change.plan", proration.ErrUnset, "say which plan")
	}
	if e.Kind == SeatsAdded && e.Change.Plan != nil {
		f.Add("event.change.plan", proration.ErrInvalid, "adding seats changes no plan")
	}
}

// EffectKind says what the caller is to do. Its zero is unset.
type EffectKind uint8

// The kinds of effects.
const (
	Collect        EffectKind = iota + 1 // charge the payment method on file for the invoice
	NotifyDeclined                       // tell the customer that the card was declined
)

var effectKinds = []string{"", "collect", "notify_declined"}

// String returns the kind's name, "collect".
func (k EffectKind) String() string { return enum.String(effectKinds, k) }

// MarshalText returns the kind's name.
func (k EffectKind) MarshalText() ([]byte, error) { return fault.Marshal(effectKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *EffectKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(effectKinds, k, "kind", text)
}

// DeadlineKind says what happens at a deadline. Its zero is unset.
type DeadlineKind uint8

// The kinds of deadlines, in the order in which they come where they fall on one instant.
const (
	CancellationDue DeadlineKind = iota + 1 // a cancellation takes effect
	GraceOver                               // the grace ends and the subscription is suspended
	RenewalDue                              // the next period begins and is billed
)

var deadlineKinds = []string{"", "cancellation_due", "grace_over", "renewal_due"}

// String returns the kind's name, "renewal_due".
func (k DeadlineKind) String() string { return enum.String(deadlineKinds, k) }

// MarshalText returns the kind's name.
func (k DeadlineKind) MarshalText() ([]byte, error) { return fault.Marshal(deadlineKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *DeadlineKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(deadlineKinds, k, "kind", text)
}
