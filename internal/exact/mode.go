package exact

// Mode says which way a remainder is rounded. The names are those of java.math.RoundingMode.
type Mode uint8

// The modes. The zero Mode is not one of them.
const (
	HalfUp   Mode = iota + 1 // to the nearest; a tie away from zero
	HalfEven                 // to the nearest; a tie to the even neighbor
	HalfDown                 // to the nearest; a tie to zero
	Up                       // away from zero
	Down                     // to zero
	Ceiling                  // to positive infinity
	Floor                    // to negative infinity
)

// digit describes a quotient that has been cut off towards zero, as far as a mode needs it.
type digit struct {
	negative bool // the exact value is below zero
	odd      bool // the cut-off quotient is odd
	half     int  // the part cut off, which is not zero, compared with one half: -1, 0 or 1
}

// awayFromZero reports whether the quotient grows by one in magnitude.
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
