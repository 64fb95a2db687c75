package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Kind is the reason for a charge. The zero Kind is unset and an error.
//
// JSON: recurring, proration_charge, extension, usage, one_time, shortfall, termination_fee, proration_credit, refund.
type Kind uint8

// The kinds of charges.
const (
	Recurring       Kind = iota + 1 // whole period, or the partial period at the start or end of service
	ProrationCharge                 // quantity, price or plan that changed within a period, for the rest of the period
	Extension                       // term added after the last one
	Usage                           // metered usage, counted by the caller
	OneTime                         // item sold once
	Shortfall                       // difference between the minimum commitment and the billed amount
	Termination                     // fee for leaving before the end of the term
	ProrationCredit                 // credit for billed time or quantity that is no longer used
	Refund                          // credit for a reason other than unused time or quantity
)

var kinds = []string{
	"", "recurring", "proration_charge", "extension", "usage", "one_time", "shortfall", "termination_fee",
	"proration_credit", "refund",
}

// String returns the kind's name, "one_time".
func (k Kind) String() string { return enum.String(kinds, k) }

// MarshalText returns the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return fault.Marshal(kinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown name is ErrInvalid.
func (k *Kind) UnmarshalText(text []byte) error { return fault.Unmarshal(kinds, k, "kind", text) }
