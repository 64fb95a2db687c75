package proration

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// RoundingMode selects how an amount is rounded to its decimal places. The names are those of IEEE 754 and java.math.
// Its zero is unset and refused.
//
// JSON: half_up, half_even, half_down, up, down, ceiling, floor.
type RoundingMode uint8

// The rounding modes. Most billing engines round HalfUp (Kill Bill, HMRC VATREC12030, EU Reg. 1103/97).
const (
	HalfUp   RoundingMode = iota + 1 // to the nearest; a tie away from zero: 0.025 to 0.03, -0.025 to -0.03
	HalfEven                         // to the nearest; a tie to the even neighbor: 0.025 to 0.02
	HalfDown                         // to the nearest; a tie toward zero: 0.025 to 0.02
	Up                               // away from zero: 0.021 to 0.03
	Down                             // toward zero: 0.029 to 0.02
	Ceiling                          // toward positive infinity: -0.029 to -0.02
	Floor                            // toward negative infinity: -0.021 to -0.03
)

var roundingModes = []string{"", "half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"}

// String returns the mode's name, "half_up".
func (m RoundingMode) String() string { return enum.String(roundingModes, m) }

// MarshalText returns the mode's name.
func (m RoundingMode) MarshalText() ([]byte, error) { return fault.Marshal(roundingModes, m, "mode") }

// UnmarshalText reads the mode's name; an unknown name is ErrInvalid.
func (m *RoundingMode) UnmarshalText(text []byte) error {
	return fault.Unmarshal(roundingModes, m, "mode", text)
}

// Rounding is the number of decimal places of an amount and the way to round to them. It is applied once to a line, at
// the end.
type Rounding struct {
	Places int32        `json:"places"` // decimal places, -18 to 18; -2 rounds to hundreds
	Mode   RoundingMode `json:"mode"`   // direction of rounding; required
}

// maxPlaces limits the places before or after the point to which a result is rounded.
const maxPlaces = 18

// Round returns the amount rounded to the given places. It is exact for every amount within the package's limits.
// Errors: ErrUnset for a missing mode, ErrInvalid for an unknown one, ErrLimit for places or amounts beyond the limits.
func (r Rounding) Round(amount decimal.Decimal) (decimal.Decimal, error) {
	var f fault.List
	r.check(&f, "")
	fault.Amount(&f, "amount", amount)
	if f != nil {
		return decimal.Decimal{}, f.Err()
	}
	term := exact.Term{Amount: amount, Num: 1, Den: 1}
	rounded, _ := term.Round(r.Places, exact.Mode(r.Mode))
	return rounded, nil
}

// usable reports whether check finds no fault.
func (r Rounding) usable() bool {
	return r.Mode-1 < Floor && uint32(r.Places+maxPlaces) <= 2*maxPlaces
}

// check adds the faults of r, whose fields are under path ("rounding.").
func (r Rounding) check(f *fault.List, path string) {
	fault.Enum(f, path+"mode", roundingModes, r.Mode)
	if r.Places < -maxPlaces || r.Places > maxPlaces {
		f.Add(path+"places", ErrLimit, "must be between -%d and %d; got %d", maxPlaces, maxPlaces, r.Places)
	}
}
