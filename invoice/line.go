package invoice

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
)

// Kind says what a line is for. Its zero is unset and refused.
type Kind uint8

// The kinds of lines.
const (
	Recurring Kind = iota + 1 // a whole period, or the stub that service begins or ends with
	Addition                  // a quantity or a plan added inside a period, for the rest of it
	Unused                    // a credit for what was billed and is no longer used
)

var kinds = []string{"", "recurring", "addition", "unused"}

// String returns the kind's name, "recurring".
func (k Kind) String() string { return enum.String(kinds, k) }

// MarshalText returns the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return fault.Marshal(kinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *Kind) UnmarshalText(text []byte) error { return fault.Unmarshal(kinds, k, "kind", text) }

// Line is a charge or a credit on an invoice: its amount is the charge's Net.
type Line struct {
	Kind   Kind         `json:"kind"`   // what the line is for; must be set
	Charge plans.Charge `json:"charge"` // what is due, and how it was computed
}

// Lines returns a line of one kind for each charge.
func Lines(kind Kind, charges ...plans.Charge) []Line {
	lines := make([]Line, len(charges))
	for i, c := range charges {
		lines[i] = Line{Kind: kind, Charge: c}
	}
	return lines
}
