package exact

// Mode is the direction in which a remainder is rounded. The names are those of java.math.RoundingMode.
type Mode uint8

// The modes. The zero Mode is not valid.
const (
	HalfUp   Mode = iota + 1 // to the nearest; a tie away from zero
	HalfEven                 // to the nearest; a tie to the even neighbor
	HalfDown                 // to the nearest; a tie toward zero
	Up                       // away from zero
	Down                     // toward zero
	Ceiling                  // toward positive infinity
	Floor                    // toward negative infinity
)

// digit describes a quotient that was cut off toward zero, for the decision of a mode.
type digit struct {
	negative bool // the exact value is negative
	odd      bool // the cut-off quotient is odd
	half     int  // the remainder, which is not zero, compared with one half: -1, 0 or 1
}

// awayFromZero reports whether the mode adds one to the magnitude of the quotient.
func (m Mode) awayFromZero(d digit) bool {
	switch m {
	case HalfUp:
		return d.half >= 0
	case HalfEven:
		return d.half > 0 || d.half == 0 && d.odd
	case HalfDown:
		return d.half > 0
	case Up:
		return true
	case Down:
		return false
	case Ceiling:
		return !d.negative
	case Floor:
		return d.negative
	}
	return false
}
