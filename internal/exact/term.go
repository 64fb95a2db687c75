package exact

import (
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Term is the exact value Amount × Num ÷ Den + Carry.
type Term struct {
	Amount   decimal.Decimal // amount in major units
	Num, Den int64           // fraction of the amount; Den is positive
	Carry    *Remainder      // remainder of an earlier amount; nil is zero
}

// Round returns the term rounded to the given places, and the remainder: the exact value less the rounded one.
func (t *Term) Round(places int32, mode Mode) (amount decimal.Decimal, rest Remainder) {
	if coef, ok := RoundSmall(t.Amount, t.Num, t.Den, t.Carry, places, mode, &rest); ok {
		return decimal.New(coef, -places), rest
	}
	return t.roundBig(places, mode)
}

// Rat returns the exact value.
func (t *Term) Rat() *big.Rat {
	r := new(big.Rat).SetInt(t.Amount.Coefficient())
	r.Mul(r, pow10Rat(t.Amount.Exponent()))
	r.Mul(r, big.NewRat(t.Num, t.Den))
	if t.Carry != nil {
		r.Add(r, t.Carry.Rat())
	}
	return r
}

// smallDigits is the number of digits that fit an int64 in any case, even after rounding up.
const smallDigits = 18

const maxSmall = 1_000_000_000_000_000_000 // 10^smallDigits

// RoundSmall is Round for terms that fit 64- and 128-bit integers. It returns the amount in units of 10^-places and
// sets rest, which must be zero before. Otherwise it returns false. A term fits if the amount and the result have at
// most 18 digits each, and the sum of exponent and places is between -18 and 18. Its many arguments are the fields of a
// Term, passed in registers.
func RoundSmall(
	amount decimal.Decimal, num, den int64, carry *Remainder, places int32, mode Mode, rest *Remainder,
) (coef int64, ok bool) {
	if !Small || amount.NumDigits() > smallDigits {
		return 0, false
	}
	c := amount.CoefficientInt64()
	hi, lo := bits.Mul64(magnitude(c), magnitude(num))
	whole := uint64(den)
	if shift := int64(amount.Exponent()) + int64(places); shift != 0 {
		if hi, lo, whole, ok = scale(hi, lo, whole, shift); !ok {
			return 0, false
		}
	}
	negative := (c < 0) != (num < 0)
	if carry != nil && !carry.IsZero() {
		if hi, lo, negative, ok = carry.addTo(hi, lo, whole, negative, places); !ok {
			return 0, false
		}
	}
	if hi >= whole {
		return 0, false
	}
	q, rem := lo/whole, lo%whole
	if hi != 0 {
		q, rem = bits.Div64(hi, lo, whole)
	}
	if q >= maxSmall {
		return 0, false
	}
	left := int64(rem)
	if rem != 0 && mode.awayFromZero(digit{negative: negative, odd: q&1 == 1, half: half(rem, whole)}) {
		q++
		left -= int64(whole)
	}
	coef = int64(q)
	if negative {
		coef, left = -coef, -left
	}
	if left != 0 {
		rest.Num, rest.Den, rest.Places = left, int64(whole), places
	}
	return coef, true
}

// scale multiplies the ratio (hi, lo)/den by 10^shift, and returns false if the result does not fit.
func scale(hi, lo, den uint64, shift int64) (uint64, uint64, uint64, bool) {
	switch {
	case shift > 0 && shift < int64(len(pow10)):
		over, top := bits.Mul64(hi, pow10[shift])
		carry, low := bits.Mul64(lo, pow10[shift])
		top, c := bits.Add64(top, carry, 0)
		return top, low, den, over == 0 && c == 0
	case shift < 0 && -shift < int64(len(pow10)):
		over, d := bits.Mul64(den, pow10[-shift])
		return hi, lo, d, over == 0 && d < 1<<63
	}
	return 0, 0, 0, false
}

// roundBig is Round for all other terms.
func (t *Term) roundBig(places int32, mode Mode) (decimal.Decimal, Remainder) {
	exact := t.Rat()
	rounded := Quotient(exact, places, mode)
	return rounded, NewRemainder(exact.Sub(exact, rounded.Rat()), places)
}

// Quotient rounds an exact value to the given places.
func Quotient(exact *big.Rat, places int32, mode Mode) decimal.Decimal {
	units := new(big.Rat).Mul(exact, pow10Rat(places))
	q, rem := new(big.Int).QuoRem(units.Num(), units.Denom(), new(big.Int))
	twice := new(big.Int).Lsh(rem, 1)
	d := digit{negative: units.Sign() < 0, odd: q.Bit(0) == 1, half: twice.CmpAbs(units.Denom())}
	if rem.Sign() != 0 && mode.awayFromZero(d) {
		q.Add(q, big.NewInt(int64(units.Sign())))
	}
	return decimal.NewFromBigInt(q, -places)
}

// half compares rem/den with one half.
func half(rem, den uint64) int {
	switch other := den - rem; {
	case rem < other:
		return -1
	case rem > other:
		return 1
	}
	return 0
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

var pow10 = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}
