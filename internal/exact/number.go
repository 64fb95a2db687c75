package exact

import (
	"cmp"

	"github.com/shopspring/decimal"
)

// Number is a decimal that is used several times: its digits are read once. The zero Number is not a number.
type Number struct {
	d     decimal.Decimal
	units int64 // the number in units of 10^exp, if it is small
	exp   int32
	small bool
}

// NumberOf returns the number of a decimal.
func NumberOf(d decimal.Decimal) Number {
	n := Number{d: d, exp: d.Exponent()}
	if n.small = Small && (d.IsZero() || d.NumDigits() <= smallDigits); n.small {
		n.units = d.CoefficientInt64()
	}
	return n
}

// IsZero reports whether the number is zero.
func (n *Number) IsZero() bool {
	if n.small {
		return n.units == 0
	}
	return n.d.IsZero()
}

// Compare returns -1, 0 or 1, as n is less than, equal to or more than the other number.
func (n *Number) Compare(other *Number) int {
	if n.small && other.small {
		exp := min(n.exp, other.exp)
		x, okX := scaled(n.units, int64(n.exp)-int64(exp))
		y, okY := scaled(other.units, int64(other.exp)-int64(exp))
		if okX && okY {
			return cmp.Compare(x, y)
		}
	}
	return n.d.Cmp(other.d)
}
