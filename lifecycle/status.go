package lifecycle

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Status is where a subscription stands. The zero Status is a subscription that has not started.
type Status uint8

// The statuses.
const (
	Active    Status = iota + 1 // in service
	PastDue                     // a payment failed and the grace runs; still in service
	Suspended                   // the grace ended unpaid; a payment restores service
	Canceled                    // ended at the customer's wish; a card restarts it
)

var statuses = []string{"", "active", "past_due", "suspended", "canceled"}

// String returns the status's name, "past_due".
func (s Status) String() string { return enum.String(statuses, s) }

// MarshalText returns the status's name.
func (s Status) MarshalText() ([]byte, error) { return fault.Marshal(statuses, s, "status") }

// UnmarshalText reads the status's name; an unknown one is ErrInvalid.
func (s *Status) UnmarshalText(text []byte) error {
	return fault.Unmarshal(statuses, s, "status", text)
}

// Access is what the customer can reach. Its zero is nothing.
type Access uint8

// The accesses.
const (
	BillingOnly Access = iota + 1 // the pages on which one can pay, and no others
	Full                          // everything that was bought
)

var accesses = []string{"", "billing_only", "full"}

// String returns the access's name, "billing_only".
func (a Access) String() string { return enum.String(accesses, a) }

// MarshalText returns the access's name.
func (a Access) MarshalText() ([]byte, error) { return fault.Marshal(accesses, a, "access") }

// UnmarshalText reads the access's name; an unknown one is ErrInvalid.
func (a *Access) UnmarshalText(text []byte) error {
	return fault.Unmarshal(accesses, a, "access", text)
}

// Access returns what the customer can reach: everything while active and during the grace, and billing always, since
// whoever can pay must be able to. Before the start there is nothing to reach.
func (s Subscription) Access() Access {
	switch s.Status {
	case Active, PastDue:
		return Full
	case Suspended, Canceled:
		return BillingOnly
	}
	return 0
}
