package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
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

// Access returns what the customer can reach at the instant to which the subscription was advanced: everything while active
// and during the grace, and billing always, since whoever can pay must be able to. A suspension does not take away what
// was paid for: where only a change in mid-period is unpaid, there is full access to the end of the period. Before the start
// there is nothing to reach.
func (s Subscription) Access() Access {
	switch s.Status {
	case Active, PastDue:
		return Full
	case Suspended:
		if s.paidFor() {
			return Full
		}
		return BillingOnly
	case Canceled:
		return BillingOnly
	}
	return 0
}

// paidFor reports whether the period that holds the instant was billed, and is paid but for what was added to it.
func (s *Subscription) paidFor() bool {
	for _, inv := range s.Open {
		for _, line := range inv.Lines {
			if line.Kind == plans.Recurring && line.Span.Contains(s.At) {
				return false
			}
		}
	}
	return slices.ContainsFunc(s.Charges, func(c plans.Charge) bool { return c.Corrects == "" && c.Span.Contains(s.At) })
}
