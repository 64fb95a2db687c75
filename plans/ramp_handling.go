package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// RampHandling sets what another plan or interval does to the ramp steps that are still to come. The zero RampHandling
// is unset; a change with it is refused like one with [RampRefuse].
//
// JSON: keep, drop, refuse.
type RampHandling uint8

// The ways to handle later ramp steps.
const (
	// RampKeep keeps the steps. A step with the price that its item had gets the new plan's price.
	RampKeep   RampHandling = iota + 1
	RampDrop                // the steps are dropped
	RampRefuse              // the change is refused
)

var rampHandlings = []string{"", "keep", "drop", "refuse"}

// String returns the name, "keep".
func (h RampHandling) String() string { return enum.String(rampHandlings, h) }

// MarshalText returns the name.
func (h RampHandling) MarshalText() ([]byte, error) { return fault.Marshal(rampHandlings, h, "ramp") }

// UnmarshalText reads the name; an unknown name is ErrInvalid.
func (h *RampHandling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(rampHandlings, h, "ramp", text)
}
