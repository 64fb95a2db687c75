package exact

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
)

// The fast path of 64 and 128 bits and that of math/big give the amount and the remainder of the definition.
func FuzzTerm(f *testing.F) {
	f.Add(int64(1005), uint64(0), int32(-2), int64(1), int64(30), int32(2), uint8(0), int64(0), int64(1), int32(2))
	f.Add(int64(-999_999_999_999_999_999), uint64(0), int32(-2), int64(29), int64(31), int32(2), uint8(1), int64(-7), int64(31), int32(2))
	f.Add(int64(1)<<62, uint64(1)<<63, int32(-20), int64(-1)<<63, int64(1)<<62+1, int32(18), uint8(6), int64(-1)<<63, int64(7), int32(3))
	f.Add(int64(5), uint64(0), int32(17), int64(3), int64(7), int32(-18), uint8(2), int64(1), int64(7), int32(-18))
	f.Fuzz(func(t *testing.T, coef int64, times uint64, exp int32, num, den int64, places int32, mode uint8, carryNum, carryDen int64, carryPlaces int32) {
		c := big.NewInt(coef)
		if times > 1<<60 {
			c.Mul(c, new(big.Int).SetUint64(times))
		}
		term := Term{Amount: decimal.NewFromBigInt(c, exp%39), Num: num, Den: max(den, -den, 1)}
		places %= 19
		switch {
		case carryDen < 0:
			term.Carry = &Remainder{Big: big.NewRat(carryNum, carryDen)}
		case carryDen > 0:
			term.Carry = &Remainder{Num: carryNum, Den: carryDen, Places: carryPlaces % 19}
			if carryPlaces%2 == 0 {
				term.Carry.Places = places
				if carryDen > term.Den || term.Den%carryDen != 0 {
					term.Carry.Den = term.Den
				}
			}
		}
		checkTerm(t, term, places, modes[int(mode)%len(modes)])
		if term.Carry != nil {
			term.Carry = nil
			checkTerm(t, term, places, modes[int(mode)%len(modes)])
		}
	})
}

// A ratio of any length is rounded by the definition.
func FuzzQuotient(f *testing.F) {
	f.Add([]byte{5}, []byte{3, 232}, false, int32(2), uint8(0))
	f.Add([]byte("thirty-eight digits and then some"), []byte("of as many"), true, int32(-18), uint8(5))
	f.Fuzz(func(t *testing.T, num, den []byte, negative bool, places int32, mode uint8) {
		d := new(big.Int).SetBytes(den[:min(len(den), 100)])
		n := new(big.Int).SetBytes(num[:min(len(num), 100)])
		if negative {
			n.Neg(n)
		}
		x := new(big.Rat).SetFrac(n, d.Add(d, big.NewInt(1)))
		checkQuotient(t, x, places%39, modes[int(mode)%len(modes)])
	})
}

// Numbers that are compared in 64 bits compare as in decimals.
func FuzzExceeds(f *testing.F) {
	f.Add(int64(-1005), int32(-2), int64(2000), int32(-2), int64(995), int32(-2))
	f.Add(int64(1)<<62, int32(0), int64(1)<<62, int32(-18), int64(-1)<<63, int32(-3))
	f.Fuzz(func(t *testing.T, amount int64, amountExp int32, whole int64, wholeExp int32, part int64, partExp int32) {
		a, w, p := decimal.New(amount, amountExp%39), decimal.New(whole, wholeExp%39), decimal.New(part, partExp%39)
		want := new(big.Rat).Abs(a.Rat()).Cmp(new(big.Rat).Sub(w.Rat(), p.Rat())) > 0
		if got := Exceeds(a, w, p); got != want {
			t.Fatalf("|%v| exceeds %v less %v is %v", a, w, p, got)
		}
	})
}
