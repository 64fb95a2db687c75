package exact

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
)

// limits are numbers at the limits of 62 and 64 bits, and of their exponents.
func limits() (all []decimal.Decimal) {
	for _, coef := range []int64{0, 1, -1, 4_611_686_018_427_387_903, -4_611_686_018_427_387_904, 999_999_999_999_999_999, -999_999_999_999_999_999, 1<<63 - 1, -1 << 63} {
		for _, exp := range []int32{-38, -18, -1, 0, 1, 18, 38} {
			all = append(all, decimal.New(coef, exp))
		}
	}
	return append(all, decimal.Decimal{}, decimal.RequireFromString("99999999999999999999999999999999999999"))
}

// A sum of three numbers is exact after each of them, whether it fits 62 bits or not.
func TestSum(t *testing.T) {
	for _, a := range limits() {
		for _, b := range limits() {
			for _, c := range limits()[:10] {
				var sum Sum
				want := new(big.Rat)
				for _, d := range []decimal.Decimal{a, b, c} {
					sum.Add(d)
					want.Add(want, d.Rat())
					if sum.Decimal().Rat().Cmp(want) != 0 || sum.Sign() != want.Sign() {
						t.Fatalf("%v + %v + %v: got %v and sign %d at %v", a, b, c, sum.Decimal(), sum.Sign(), want)
					}
				}
			}
		}
	}
}

// Many amounts that fit add up to one that does not.
func TestSumGrowsBeyond64Bits(t *testing.T) {
	var sum Sum
	most := decimal.New(999_999_999_999_999_999, -2)
	for range 100 {
		sum.Add(most)
	}
	if want := most.Mul(decimal.New(100, 0)); !sum.Decimal().Equal(want) {
		t.Errorf("got %v, want %v", sum.Decimal(), want)
	}
}

func TestCompare(t *testing.T) {
	for _, a := range limits() {
		for _, b := range limits() {
			if got, want := Compare(a, b), a.Rat().Cmp(b.Rat()); got != want {
				t.Fatalf("%v compared with %v is %d, want %d", a, b, got, want)
			}
		}
	}
}

// Sums and comparisons of usual amounts run at every event, so they allocate nothing.
func TestSumAllocatesNothing(t *testing.T) {
	if !Small {
		return // math/big allocates
	}
	a, b, c := decimal.New(1000, -2), decimal.New(5, 0), decimal.New(25, -1)
	if n := testing.AllocsPerRun(20, func() {
		var sum Sum
		sum.Add(a)
		sum.Add(b)
		sum.Add(c)
		if sum.Sign() != 1 || Compare(a, b) != 1 || Compare(b, c) != 1 {
			t.Error("a wrong sum")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
