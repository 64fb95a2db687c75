package exact

import "math/big"

// Remainder is an exact value that rounding left over: Num/Den units of 10^-Places or, where 64 bits do not hold it,
// Big whole units. Its zero is zero.
type Remainder struct {
	Num, Den int64 // Den is above zero unless the whole Remainder is zero
	Places   int32
	Big      *big.Rat // never modified once it is set
}

// NewRemainder returns r, whole units, in its smallest form for the given places.
func NewRemainder(r *big.Rat, places int32) Remainder {
	if r.Sign() == 0 {
		return Remainder{}
	}
	units := new(big.Rat).Mul(r, pow10Rat(places))
	if units.Num().IsInt64() && units.Denom().IsInt64() {
		return Remainder{Num: units.Num().Int64(), Den: units.Denom().Int64(), Places: places}
	}
	return Remainder{Big: new(big.Rat).Set(r)}
}

// Rat returns the value in whole units, as a number of its own.
func (r Remainder) Rat() *big.Rat {
	switch {
	case r.Big != nil:
		return new(big.Rat).Set(r.Big)
	case r.Num == 0:
		return new(big.Rat)
	}
	return new(big.Rat).Mul(big.NewRat(r.Num, r.Den), pow10Rat(-r.Places))
}

// IsZero reports whether nothing is left over.
func (r Remainder) IsZero() bool { return r.Num == 0 && r.Big == nil }

// pow10Rat returns 10^n.
func pow10Rat(n int32) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil)
	if n < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}
