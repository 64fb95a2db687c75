package exact

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
)

func TestExceeds(t *testing.T) {
	for _, row := range []struct {
		name, why, amount, whole, part string
		want                           bool
	}{
		{name: "less than the rest", amount: "-6.45", whole: "10", part: "3.54"},
		{name: "exactly the rest", why: "an equal amount does not exceed the rest", amount: "-6.45", whole: "10", part: "3.55"},
		{name: "a cent more than the rest", amount: "-6.45", whole: "10", part: "3.56", want: true},
		{name: "zero of zero", amount: "0", whole: "0", part: "0"},
		{name: "a cent of zero", amount: "0.01", whole: "0", part: "0", want: true},
		{name: "zero of a negative rest", amount: "0", whole: "1", part: "2", want: true},
		{name: "amounts with other places", amount: "1.5", whole: "1.50", part: "0.000"},
		{name: "more digits than 64 bits hold", amount: "-99999999999999999999.01", whole: "99999999999999999999", part: "0", want: true},
		{name: "places too far apart for 64 bits", amount: "1", whole: "1", part: "0.00000000000000000001", want: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			read := decimal.RequireFromString
			if got := Exceeds(read(row.amount), read(row.whole), read(row.part)); got != row.want {
				t.Errorf("|%s| exceeds %s less %s is %v", row.amount, row.whole, row.part, got)
			}
		})
	}
}

// Numbers at the limits of 62 bits compare as in decimals.
func TestExceedsAtIntegerLimits(t *testing.T) {
	var all []decimal.Decimal
	for _, coef := range []int64{0, 1, -1, 4_611_686_018_427_387_903, 4_611_686_018_427_387_904, 999_999_999_999_999_999, -999_999_999_999_999_999, 1<<63 - 1, -1 << 63} {
		for _, exp := range []int32{-38, -18, -1, 0, 1, 18} {
			all = append(all, decimal.New(coef, exp))
		}
	}
	for _, amount := range all {
		for _, whole := range all {
			for _, part := range all[:20] {
				want := new(big.Rat).Abs(amount.Rat()).Cmp(new(big.Rat).Sub(whole.Rat(), part.Rat())) > 0
				if got := Exceeds(amount, whole, part); got != want {
					t.Fatalf("|%v| exceeds %v less %v is %v", amount, whole, part, got)
				}
			}
		}
	}
}
