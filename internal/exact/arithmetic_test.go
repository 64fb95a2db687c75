package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
)

// twin compares each function with its twin in package decimal and in big.Rat.
func twin(t *testing.T, a, b, c decimal.Decimal, places int32, mode Mode) {
	t.Helper()
	same := func(name string, got, want decimal.Decimal) {
		if !got.Equal(want) || got.Exponent() != want.Exponent() {
			t.Fatalf("%s of %v and %v is %v x 10^%d, want %v", name, a, b, got.Coefficient(), got.Exponent(), want)
		}
	}
	same("Plus", Plus(a, b), a.Add(b))
	same("Minus", Minus(a, b), a.Sub(b))
	same("Negative", Negative(a), a.Neg())
	same("Times", Times(a, b), a.Mul(b))
	same("Larger", Larger(a, b), decimal.Max(a, b))
	same("Smaller", Smaller(a, b), decimal.Min(a, b))
	if c.IsZero() {
		return
	}
	value := new(big.Rat).Mul(a.Rat(), b.Rat())
	value.Quo(value, c.Rat())
	want := Quotient(value, places, mode)
	same("Share", Share(a, b, c, places, mode), want)
	if got, rest, ok := ShareRest(a, b, c, places, mode); ok && rest.Rat().Cmp(value.Sub(value, got.Rat())) != 0 {
		t.Fatalf("%v x %v / %v leaves %v, want %v", a, b, c, rest.Rat(), value)
	}
}

func TestArithmeticMatchesItsTwins(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same numbers each time
	number := func() decimal.Decimal {
		c := r.Int64N(1<<(1+r.IntN(62))) - r.Int64N(1<<(1+r.IntN(30)))
		d := decimal.New(c, int32(r.IntN(12)-8)) //nolint:gosec // small
		if r.IntN(8) == 0 {
			d = d.Mul(decimal.New(1_234_567_890_123_456_789, 0))
		}
		if r.IntN(10) == 0 {
			d = decimal.New(0, d.Exponent())
		}
		return d
	}
	for range 200_000 {
		twin(t, number(), number(), number(), int32(r.IntN(5)), Mode(1+r.IntN(7))) //nolint:gosec // small
	}
}

// FuzzArithmetic compares both paths of each function.
func FuzzArithmetic(f *testing.F) {
	f.Add(int64(89_000), int32(-2), int64(15), int32(0), int64(30), uint8(1))
	f.Fuzz(func(t *testing.T, x int64, expX int32, y int64, expY int32, z int64, mode uint8) {
		a, b := decimal.New(x, expX%30), decimal.New(y, expY%30)
		twin(t, a, b, decimal.New(z, expX%7), 2, Mode(1+mode%7))
		twin(t, a.Mul(b), b, a, 2, Mode(1+mode%7))
	})
}
