package lifecycle

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Status is the state of a subscription. The zero value is a subscription that has not started. A future cancellation,
// pause or end of renewal is a date or a flag of the [Subscription], not a status.
//
// JSON: pending_start, incomplete, trialing, active, past_due, suspended, paused, canceled, expired.
type Status uint8

// The statuses.
const (
	PendingStart Status = iota + 1 // service starts later
	Incomplete                     // service starts once the first invoice is paid
	Trialing                       // in an unpaid trial
	Active                         // in service
	PastDue                        // in service; an invoice is overdue and in its grace
	Suspended                      // billing stopped until a payment, a new payment method or a reactivation
	Paused                         // billing stopped until the subscription is resumed
	Canceled                       // ended by a cancellation or by the policy
	Expired                        // ended without a cancellation: not renewed, or the first invoice not paid
)

var statuses = []string{
	"", "pending_start", "incomplete", "trialing", "active", "past_due", "suspended", "paused", "canceled", "expired",
}

// String returns the status's name, "past_due".
func (s Status) String() string { return enum.String(statuses, s) }

// MarshalText returns the status's name.
func (s Status) MarshalText() ([]byte, error) { return fault.Marshal(statuses, s, "status") }

// UnmarshalText reads the status's name. An unknown name returns ErrInvalid.
func (s *Status) UnmarshalText(text []byte) error {
	return fault.Unmarshal(statuses, s, "status", text)
}

// bit returns the set of one status.
func (s Status) bit() set { return 1 << s }

// set is a bit set of statuses.
type set uint16

// of returns the set of the given statuses.
func of(all ...Status) (s set) {
	for _, status := range all {
		s |= status.bit()
	}
	return s
}

// has reports whether a status is in the set.
func (s set) has(status Status) bool { return s&status.bit() != 0 }
