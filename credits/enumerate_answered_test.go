package credits_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// halfUp returns an exact amount of cents, rounded half away from zero.
func halfUp(r *big.Rat) int64 {
	twice := new(big.Rat).Add(new(big.Rat).Mul(r, big.NewRat(2, 1)), big.NewRat(1, 1))
	return new(big.Int).Div(twice.Num(), new(big.Int).Mul(twice.Denom(), big.NewInt(2))).Int64()
}

// Law 3: two and three credits of a charge add up to the answer of the tax engine to the cent, whatever its parts. Each
// is its share of the tax, rounded once, and at most what is left; the credit of the rest is exactly the rest.
func TestEverySplitOfAnAnsweredCharge(t *testing.T) {
	short.Skip(t)
	checked := 0
	for net := int64(1); net <= 12; net++ {
		for _, taxes := range [][2]int64{{0, 1}, {1, 3}, {7, 5}, {13, 0}, {101, 2}} {
			for first := int64(1); first <= net; first++ {
				for second := int64(0); second <= net-first; second++ {
					checkSplit(t, net, taxes, first, second)
					checked++
				}
			}
		}
	}
	if checked < 1_000 {
		t.Errorf("only %d splits", checked)
	}
}

// checkSplit credits an amount of a charge, a second one unless it is zero, and the rest.
func checkSplit(t *testing.T, net int64, taxes [2]int64, first, second int64) {
	t.Helper()
	all := []plans.Charge{{
		ID: "a-1/1", Kind: plans.OneTime, Item: "seat", Currency: "USD", Net: centsOf(net),
		Taxes: []plans.Tax{
			{Name: "State", Percent: decimal.New(99, 0), Amount: centsOf(taxes[0]), Answered: true},
			{Name: "City", Amount: centsOf(taxes[1]), Answered: true},
		},
	}}
	left, gone := taxes, int64(0)
	for _, part := range []int64{first, second, net - first - second} {
		if part == 0 {
			continue
		}
		credit, err := credits.ForAmount(credits.AmountRequest{
			Charges: all, Charge: "a-1/1", Amount: centsOf(part), Mode: proration.HalfUp,
		})
		if err != nil {
			t.Fatalf("%d of %d with %v: %v", part, net, taxes, err)
		}
		gone += part
		for i, tax := range credit.Taxes {
			want := min(halfUp(big.NewRat(taxes[i]*part, net)), left[i])
			if gone == net {
				want = left[i]
			}
			if !tax.Amount.Equal(centsOf(-want)) || !tax.Answered {
				t.Errorf("%d of %d with %v, %d gone: tax %d is %v, want %v", part, net, taxes, gone, i, tax.Amount, centsOf(-want))
			}
			left[i] -= want
		}
		credit.ID = "a-2/" + string(rune('0'+len(all)))
		all = append(all, credit)
	}
	if left != [2]int64{} {
		t.Errorf("%d with %v in %d and %d: %v is left", net, taxes, first, second, left)
	}
}

// Credits of gross amounts of an answered charge are exactly these amounts, and all of them the charge with its taxes,
// also with a net of one cent and dear taxes.
func TestEveryGrossSplitOfAnAnsweredCharge(t *testing.T) {
	short.Skip(t)
	for net := int64(1); net <= 9; net++ {
		for _, taxes := range [][2]int64{{0, 0}, {0, 1}, {1, 3}, {7, 5}, {13, 0}} {
			total := net + taxes[0] + taxes[1]
			for first := int64(1); first < total; first++ {
				for second := int64(0); second < total-first; second++ {
					checkGrossSplit(t, net, taxes, first, second)
				}
			}
		}
	}
}

// checkGrossSplit credits gross amounts of a charge, and then everything that is left.
func checkGrossSplit(t *testing.T, net int64, taxes [2]int64, first, second int64) {
	t.Helper()
	all := []plans.Charge{{
		ID: "a-1/1", Kind: plans.OneTime, Item: "seat", Currency: "USD", Net: centsOf(net),
		Taxes: []plans.Tax{
			{Name: "State", Amount: centsOf(taxes[0]), Answered: true}, {Name: "City", Amount: centsOf(taxes[1]), Answered: true},
		},
	}}
	var sum decimal.Decimal
	for i, part := range []int64{first, second, 0} {
		if i == 1 && part == 0 {
			continue // zero is all that is left
		}
		credit, err := credits.ForAmount(credits.AmountRequest{
			Charges: all, Charge: "a-1/1", Gross: centsOf(part), Mode: proration.HalfUp,
		})
		if err != nil {
			t.Fatalf("%d of %d with %v: %v", part, net, taxes, err)
		}
		if total := credit.Total().Neg(); part > 0 && !total.Equal(centsOf(part)) {
			t.Errorf("%d of %d with %v: the credit is %v", part, net, taxes, total)
		}
		for i, tax := range credit.Taxes {
			if tax.Amount.IsPositive() {
				t.Errorf("%d of %d with %v: tax %d is %v", part, net, taxes, i, tax.Amount)
			}
		}
		credit.ID = "a-2/" + string(rune('0'+len(all)))
		all, sum = append(all, credit), sum.Add(credit.Total())
	}
	if want := centsOf(-net - taxes[0] - taxes[1]); !sum.Equal(want) {
		t.Errorf("%d with %v in %d and %d: the credits add up to %v, want %v", net, taxes, first, second, sum, want)
	}
}

// centsOf returns an amount of cents.
func centsOf(n int64) decimal.Decimal { return decimal.New(n, -2) }
