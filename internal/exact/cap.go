package exact

import (
	"math/bits"

	"github.com/shopspring/decimal"
)

// Exceeds reports whether |amount| is more than whole - part. It does not allocate in the usual case.
func Exceeds(amount, whole, part decimal.Decimal) bool {
	exp := min(amount.Exponent(), whole.Exponent(), part.Exponent())
	a, okA := units(amount, exp)
	w, okW := units(whole, exp)
	p, okP := units(part, exp)
	if okA && okW && okP {
		return int64(magnitude(a)) > w-p
	}
	return amount.Abs().GreaterThan(whole.Sub(part))
}

// units returns d in units of 10^exp, and false if that needs more than 62 bits. The exponent of d is at least exp.
func units(d decimal.Decimal, exp int32) (int64, bool) {
	switch {
	case !Small:
		return 0, false
	case d.IsZero():
		return scaled(0, int64(d.Exponent())-int64(exp))
	case d.NumDigits() > smallDigits:
		return 0, false
	}
	return scaled(d.CoefficientInt64(), int64(d.Exponent())-int64(exp))
}

// scaled returns c times 10^shift, and false if that needs more than 62 bits. The shift is not negative.
func scaled(c, shift int64) (int64, bool) {
	if shift >= int64(len(pow10)) {
		return 0, false
	}
	over, m := bits.Mul64(magnitude(c), pow10[shift])
	if over != 0 || m >= 1<<62 {
		return 0, false
	}
	if c < 0 {
		return -int64(m), true
	}
	return int64(m), true
}
