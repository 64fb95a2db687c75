package exact

import (
	"cmp"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/shopspring/decimal"
)

// Remainder is the exact value that rounding leaves over: Num/Den units of 10^-Places or, if that does not fit 64 bits,
// Big in major units. The zero Remainder is zero.
type Remainder struct {
	Num, Den int64    // fraction in units of 10^-Places; Den is positive unless the Remainder is zero
	Places   int32    // decimal places of the unit
	Big      *big.Rat // value in major units, or nil; never modified
}

// NewRemainder returns the remainder r, in major units, in 64 bits of the given places if it fits.
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

// Rat returns the value in major units, as a new number.
func (r Remainder) Rat() *big.Rat {
	switch {
	case r.Big != nil:
		return new(big.Rat).Set(r.Big)
	case r.Num == 0:
		return new(big.Rat)
	}
	return new(big.Rat).Mul(big.NewRat(r.Num, r.Den), pow10Rat(-r.Places))
}

// Add adds a remainder of the same unit, and returns false if the sum does not fit 64 bits.
func (r *Remainder) Add(other Remainder) bool {
	switch {
	case other.IsZero():
		return true
	case !Small || r.Big != nil || other.Big != nil || !r.IsZero() && r.Places != other.Places:
		return false
	case r.IsZero():
		*r = other
		return true
	}
	if r.Den == other.Den {
		sum := r.Num + other.Num
		if (sum > r.Num) == (other.Num > 0) {
			r.Num = sum
			return true
		}
	}
	return false
}

// RoundSum returns an amount plus the sum of remainders, rounded once.
func RoundSum(whole decimal.Decimal, rests []Remainder, places int32, mode Mode) decimal.Decimal {
	var sum, left Remainder
	fits := true
	for i := range rests {
		fits = fits && sum.Add(rests[i])
	}
	if fits {
		den := max(sum.Den, 1)
		if coef, ok := RoundSmall(whole, den, den, &sum, places, mode, &left); ok {
			return decimal.New(coef, -places)
		}
	}
	total := whole.Rat()
	for i := range rests {
		total.Add(total, rests[i].Rat())
	}
	return Quotient(total, places, mode)
}

// Compare returns -1, 0 or 1, as r is less than, equal to or more than the other remainder.
func (r Remainder) Compare(other Remainder) int {
	if Small && r.Big == nil && other.Big == nil && (r.Places == other.Places || r.Num == 0 || other.Num == 0) {
		switch {
		case (r.Num < 0) != (other.Num < 0), r.Num == 0, other.Num == 0:
			return cmp.Compare(r.Num, other.Num)
		}
		hiA, loA := bits.Mul64(magnitude(r.Num), magnitude(other.Den))
		hiB, loB := bits.Mul64(magnitude(other.Num), magnitude(r.Den))
		order := cmp.Or(cmp.Compare(hiA, hiB), cmp.Compare(loA, loB))
		if r.Num < 0 {
			return -order
		}
		return order
	}
	return r.Rat().Cmp(other.Rat())
}

// AppendRatio appends the value in lowest terms, "-1/300" or "0", and returns false if it does not fit small integers.
func (r Remainder) AppendRatio(text []byte) ([]byte, bool) {
	switch {
	case !Small || r.Big != nil || r.Places < 0 || int(r.Places) >= len(pow10):
		return text, false
	case r.Num == 0:
		return append(text, '0'), true
	}
	over, den := bits.Mul64(uint64(r.Den), pow10[r.Places]) //nolint:gosec // a denominator is positive
	if over != 0 {
		return text, false
	}
	a, b := magnitude(r.Num), den
	for b != 0 {
		a, b = b, a%b
	}
	if r.Num < 0 {
		text = append(text, '-')
	}
	text = strconv.AppendUint(text, magnitude(r.Num)/a, 10)
	if den /= a; den != 1 {
		text = strconv.AppendUint(append(text, '/'), den, 10)
	}
	return text, true
}

// IsZero reports whether the remainder is zero.
func (r Remainder) IsZero() bool { return r.Num == 0 && r.Big == nil }

// addTo adds the remainder to (hi, lo)/den units of 10^-places of the given sign. It returns the sum and its sign, and
// false if the remainder has other units or the sum does not fit.
func (r *Remainder) addTo(hi, lo, den uint64, negative bool, places int32) (uint64, uint64, bool, bool) {
	if r.Big != nil || r.Places != places || den%uint64(r.Den) != 0 {
		return 0, 0, false, false
	}
	over, m := bits.Mul64(magnitude(r.Num), den/uint64(r.Den))
	if over != 0 {
		return 0, 0, false, false
	}
	if negative == (r.Num < 0) {
		lo, carried := bits.Add64(lo, m, 0)
		hi, carried = bits.Add64(hi, 0, carried)
		return hi, lo, negative, carried == 0
	}
	if hi == 0 && lo < m {
		return 0, m - lo, !negative, true
	}
	lo, borrow := bits.Sub64(lo, m, 0)
	return hi - borrow, lo, negative, true
}

// pow10Rat returns 10^n.
func pow10Rat(n int32) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil)
	if n < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}
