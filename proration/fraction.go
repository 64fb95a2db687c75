package proration

import (
	"strconv"
	"strings"

	"github.com/billingrules/billing/internal/fault"
)

// Fraction is an exact share: Num parts out of Den. It keeps the integers in which it was counted, 15/30 and not 1/2,
// because a customer can check them. Compare with Equal. The zero Fraction is unset.
type Fraction struct {
	Num int64 // parts taken; negative in a credit
	Den int64 // parts in the whole; positive
}

// Equal reports whether both are the same ratio: 15/30 equals 1/2.
func (x Fraction) Equal(y Fraction) bool {
	return x.lowest() == y.lowest()
}

// lowest returns x in lowest terms with a positive denominator.
func (x Fraction) lowest() Fraction {
	g := gcd(x.Num, x.Den)
	if g == 0 {
		return Fraction{}
	}
	if (g < 0) != (x.Den < 0) {
		g = -g
	}
	return Fraction{x.Num / g, x.Den / g}
}

// String returns "15/30".
func (x Fraction) String() string {
	var room [40]byte // two numbers of at most 19 digits
	text, _ := x.AppendText(room[:0])
	return string(text)
}

// AppendText appends "15/30". It returns no error.
func (x Fraction) AppendText(text []byte) ([]byte, error) {
	text = append(strconv.AppendInt(text, x.Num, 10), '/')
	return strconv.AppendInt(text, x.Den, 10), nil
}

// MarshalText returns "15/30".
func (x Fraction) MarshalText() ([]byte, error) { return x.AppendText(nil) }

// UnmarshalText reads "15/30". Text other than two whole numbers is ErrInvalid, and so is a denominator that is not
// positive, except in "0/0", the zero Fraction.
func (x *Fraction) UnmarshalText(text []byte) error {
	num, den, found := strings.Cut(string(text), "/")
	n, errNum := strconv.ParseInt(num, 10, 64)
	d, errDen := strconv.ParseInt(den, 10, 64)
	if !found || errNum != nil || errDen != nil || d < 0 || d == 0 && n != 0 {
		return fault.New("fraction", ErrInvalid, "must be a fraction such as 15/30; got %s", fault.Quoted(text))
	}
	*x = Fraction{Num: n, Den: d}
	return nil
}
