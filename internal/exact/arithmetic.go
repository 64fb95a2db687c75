package exact

import (
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Plus returns a + b, in the places of the one with more, as decimal.Decimal.Add does.
func Plus(a, b decimal.Decimal) decimal.Decimal {
	exp := min(a.Exponent(), b.Exponent())
	if Small {
		if b.IsZero() && a.Exponent() == exp {
			return a
		}
		if a.IsZero() && b.Exponent() == exp {
			return b
		}
		x, okX := units(a, exp)
		y, okY := units(b, exp)
		if okX && okY { // each has at most 62 bits
			return decimal.New(x+y, exp)
		}
	}
	return a.Add(b)
}

// Minus returns a - b, as decimal.Decimal.Sub does.
func Minus(a, b decimal.Decimal) decimal.Decimal {
	exp := min(a.Exponent(), b.Exponent())
	if Small {
		if b.IsZero() && a.Exponent() == exp {
			return a
		}
		x, okX := units(a, exp)
		y, okY := units(b, exp)
		if okX && okY {
			return number(x-y, exp)
		}
	}
	return a.Sub(b)
}

// number returns n x 10^exp. Zero without places allocates nothing.
func number(n int64, exp int32) decimal.Decimal {
	if n == 0 && exp == 0 {
		return decimal.Decimal{}
	}
	return decimal.New(n, exp)
}

// Negative returns -a.
func Negative(a decimal.Decimal) decimal.Decimal {
	if Small && a.IsZero() {
		return a
	}
	if Small && a.NumDigits() <= smallDigits {
		return decimal.New(-a.CoefficientInt64(), a.Exponent())
	}
	return a.Neg()
}

// Times returns a x b.
func Times(a, b decimal.Decimal) decimal.Decimal {
	if Small && a.NumDigits() <= smallDigits && b.NumDigits() <= smallDigits {
		x, y := a.CoefficientInt64(), b.CoefficientInt64()
		if hi, lo := bits.Mul64(magnitude(x), magnitude(y)); hi == 0 && lo < 1<<63 {
			return decimal.New(x*y, a.Exponent()+b.Exponent())
		}
	}
	return a.Mul(b)
}

// Larger returns the larger of two numbers, the first one if they are equal, as decimal.Max does.
func Larger(a, b decimal.Decimal) decimal.Decimal {
	if Compare(a, b) < 0 {
		return b
	}
	return a
}

// Smaller returns the smaller of two numbers, the first one if they are equal, as decimal.Min does.
func Smaller(a, b decimal.Decimal) decimal.Decimal {
	if Compare(a, b) > 0 {
		return b
	}
	return a
}

// Share returns a x part / whole, divided once and rounded once. The whole must not be zero unless the part is.
func Share(a, part, whole decimal.Decimal, places int32, mode Mode) decimal.Decimal {
	if part.IsZero() {
		return decimal.New(0, -places)
	}
	if amount, _, ok := ShareRest(a, part, whole, places, mode); ok {
		return amount
	}
	r := new(big.Rat).Mul(a.Rat(), part.Rat())
	return Quotient(r.Quo(r, whole.Rat()), places, mode)
}

// ShareRest returns Share and the rest that rounding leaves over, and false if they do not fit small integers.
func ShareRest(
	a, part, whole decimal.Decimal, places int32, mode Mode,
) (amount decimal.Decimal, rest Remainder, ok bool) {
	if !Small {
		return amount, rest, false
	}
	exp := min(part.Exponent(), whole.Exponent())
	num, okN := units(part, exp)
	den, okD := units(whole, exp)
	if !okN || !okD || den == 0 {
		return amount, rest, false
	}
	if den < 0 {
		num, den = -num, -den
	}
	coef, ok := RoundSmall(a, num, den, nil, places, mode, &rest)
	if !ok {
		return amount, rest, false
	}
	return decimal.New(coef, -places), rest, true
}
