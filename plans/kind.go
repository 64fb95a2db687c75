package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Kind says what a charge is for. Its zero is unset and refused.
type Kind uint8

// The kinds of charges.
const (
	Recurring       Kind = iota + 1 // a whole period, or the stub that service begins or ends with
	ProrationCharge                 // a quantity or a plan added inside a period, for the rest of it
	Extension                       // a term added after the end of another
	Usage                           // what was used, counted by the caller
	OneTime                         // something that is sold once
	Shortfall                       // what a minimum commitment lacks
	Termination                     // what is owed for leaving before the term's end
	ProrationCredit                 // a credit for what was billed and is no longer used
	Refund                          // a credit of money, for another reason than time not used
)

var kinds = []string{"", "recurring", "proration_charge", "extension", "usage", "one_time", "shortfall", "termination_fee", "proration_credit", "refund"}

// String returns the kind's name, "one_time".
func (k Kind) String() string { return enum.String(kinds, k) }

// Validate returns ErrUnset for no kind, and ErrInvalid for one that does not exist.
func (k Kind) Validate() error {
	var f fault.List
	fault.Enum(&f, "kind", kinds, k)
	return f.Err()
}

// MarshalText returns the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return fault.Marshal(kinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *Kind) UnmarshalText(text []byte) error { return fault.Unmarshal(kinds, k, "kind", text) }
