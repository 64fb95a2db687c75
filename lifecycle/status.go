package lifecycle

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Status is where a subscription stands. The zero Status is a subscription that has not begun. That it will end is no status: it is
// a date beside it.
type Status uint8

// The statuses.
const (
	PendingStart Status = iota + 1 // service begins at a later instant
	Incomplete                     // the first invoice is to be paid before service begins
	Trialing                       // tried, and not paid for
	Active                         // in service
	PastDue                        // an invoice is overdue and its grace runs
	Suspended                      // nothing more is billed until what is open is paid, or a method of payment is entered
	Paused                         // the customer wants no service for a while
	Canceled                       // ended at somebody's wish
	Expired                        // ended by itself: a term that was not renewed, a first invoice that was not paid
)

var statuses = []string{"", "pending_start", "incomplete", "trialing", "active", "past_due", "suspended", "paused", "canceled", "expired"}

// String returns the status's name, "past_due".
func (s Status) String() string { return enum.String(statuses, s) }

// MarshalText returns the status's name.
func (s Status) MarshalText() ([]byte, error) { return fault.Marshal(statuses, s, "status") }

// UnmarshalText reads the status's name; an unknown one is ErrInvalid.
func (s *Status) UnmarshalText(text []byte) error {
	return fault.Unmarshal(statuses, s, "status", text)
}

// bit is the status in a set of them.
func (s Status) bit() set { return 1 << s }

// set is a set of statuses.
type set uint16

// of returns the set of some statuses.
func of(all ...Status) (s set) {
	for _, status := range all {
		s |= status.bit()
	}
	return s
}

// has reports whether a status is in the set.
func (s set) has(status Status) bool { return s&status.bit() != 0 }
