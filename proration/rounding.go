package proration

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
)

// RoundingMode says what becomes of the part of an amount that its places cannot hold. The names are those of IEEE 754 and
// java.math. Its zero is unset and refused.
type RoundingMode uint8

// The rounding modes. Billing engines mostly round HalfUp (Kill Bill, HMRC VATREC12030, EU Reg. 1103/97).
const (
	HalfUp   RoundingMode = iota + 1 // to the nearest; a tie away from zero: 0.025 is 0.03, -0.025 is -0.03
	HalfEven                         // to the nearest; a tie to the even neighbor: 0.025 is 0.02
	HalfDown                         // to the nearest; a tie to zero: 0.025 is 0.02
	Up                               // away from zero: 0.021 is 0.03
	Down                             // to zero: 0.029 is 0.02
	Ceiling                          // to positive infinity: -0.029 is -0.02
	Floor                            // to negative infinity: -0.021 is -0.03
)

var roundingModes = []string{"", "half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"}

// String returns the mode's name, "half_up".
func (m RoundingMode) String() string { return enum.String(roundingModes, m) }

// MarshalText returns the mode's name.
func (m RoundingMode) MarshalText() ([]byte, error) { return enumText(roundingModes, m, "mode") }

// UnmarshalText reads the mode's name; an unknown one is ErrInvalid.
func (m *RoundingMode) UnmarshalText(text []byte) error {
	return enumParse(roundingModes, m, "mode", text)
}

// Rounding says how an amount ends: in how many decimal places, and which way what is left goes. It is applied once to a
// line, at the end.
type Rounding struct {
	Places int32        `json:"places"` // decimal places kept, -18 to 18; -2 rounds to hundreds
	Mode   RoundingMode `json:"mode"`   // which way; must be set
}

// maxPlaces is how many places, before or after the point, a result may be rounded to.
const maxPlaces = 18

// Round returns the amount at the given places. It is exact for amounts of any size within the package's limits.
// Errors: ErrUnset for a missing mode, ErrLimit for places or amounts beyond the limits.
func (r Rounding) Round(amount decimal.Decimal) (decimal.Decimal, error) {
	var f faults
	r.check(&f, "")
	checkAmount(&f, "amount", amount)
	if f != nil {
		return decimal.Decimal{}, f.err()
	}
	term := exact.Term{Amount: amount, Num: 1, Den: 1}
	rounded, _ := term.Round(r.Places, exact.Mode(r.Mode))
	return rounded, nil
}

// usable reports whether check would find nothing.
func (r Rounding) usable() bool {
	return r.Mode-1 < Floor && uint32(r.Places+maxPlaces) <= 2*maxPlaces
}

// check adds the faults of r, whose fields are under path ("rounding.").
func (r Rounding) check(f *faults, path string) {
	switch {
	case r.Mode == 0:
		f.add(path+"mode", ErrUnset, "say which way amounts are rounded")
	case !enum.Valid(roundingModes, r.Mode):
		f.add(path+"mode", ErrInvalid, "no rounding mode has the number %d", r.Mode)
	}
	if r.Places < -maxPlaces || r.Places > maxPlaces {
		f.add(path+"places", ErrLimit, "%d is not between -%d and %d", r.Places, maxPlaces, maxPlaces)
	}
}
