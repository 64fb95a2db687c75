package proration_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

var allocations = []proration.Allocation{proration.LargestRemainder, proration.LastLine}

// slowSplit divides by definition: every share is truncated, and the rest is distributed unit by unit.
func slowSplit(d proration.Division) []*big.Rat {
	sum := decimal.Zero
	for _, w := range d.Weights {
		sum = sum.Add(w)
	}
	cutOff := proration.Rounding{Places: d.Places, Mode: proration.Down}
	parts, cut := make([]*big.Rat, len(d.Weights)), make([]*big.Rat, len(d.Weights))
	left, last := d.Amount.Rat(), 0
	for i, w := range d.Weights {
		exact := new(big.Rat)
		if !sum.IsZero() {
			exact.Mul(d.Amount.Rat(), new(big.Rat).Quo(w.Rat(), sum.Rat()))
		}
		parts[i] = slowRound(exact, cutOff)
		cut[i] = exact.Abs(exact.Sub(exact, parts[i]))
		left.Sub(left, parts[i])
		if !w.IsZero() {
			last = i
		}
	}
	if d.Allocation == proration.LastLine {
		parts[last].Add(parts[last], left)
		return parts
	}
	unit := lastPlace(d.Places)
	if left.Sign() < 0 {
		unit.Neg(unit)
	}
	for left.Sign() != 0 {
		most := 0
		for i := range cut {
			if cut[i].Cmp(cut[most]) > 0 {
				most = i
			}
		}
		parts[most].Add(parts[most], unit)
		cut[most].SetInt64(-1)
		left.Sub(left, unit)
	}
	return parts
}

// checkSplit fails unless the parts follow the definition, add up, have exact residuals and explain themselves.
func checkSplit(t *testing.T, d proration.Division) {
	t.Helper()
	parts, err := proration.Split(d)
	if err != nil || len(parts) != len(d.Weights) {
		t.Fatalf("%+v: %d parts, %v", d, len(parts), err)
	}
	sum, want := decimal.Zero, slowSplit(d)
	weights := decimal.Zero
	for _, w := range d.Weights {
		weights = weights.Add(w)
	}
	for i, part := range parts {
		if part.Amount.Rat().Cmp(want[i]) != 0 {
			t.Fatalf("%+v: part %d is %v, want %v", d, i, part.Amount, want[i])
		}
		if !part.Of.Equal(d.Amount) || part.Rounding.Places != d.Places || part.Capped {
			t.Fatalf("%+v: part %d is %+v", d, i, part)
		}
		sum = sum.Add(part.Amount)
		if weights.IsZero() {
			continue
		}
		exact := exactly(d.Amount, new(big.Rat).Quo(d.Weights[i].Rat(), weights.Rat()), proration.Residual{})
		if got := big.NewRat(part.Fraction.Num, part.Fraction.Den); exactly(d.Amount, got, proration.Residual{}).Cmp(exact) != 0 {
			t.Fatalf("%+v: part %d is %v of the amount", d, i, part.Fraction)
		}
		if part.Residual.Rat().Cmp(exact.Sub(exact, want[i])) != 0 {
			t.Fatalf("%+v: part %d has the residual %v, want %v", d, i, part.Residual, exact)
		}
		checkExplained(t, part)
	}
	if !sum.Equal(d.Amount) {
		t.Fatalf("%+v: the parts add up to %v", d, sum)
	}
}

// Every amount split over up to four small weights adds up to itself, with the places of the yen, the cent and the
// fils.
func TestEverySplitAddsUp(t *testing.T) {
	short.Skip(t)
	weights := race.Few(moneys("0, 1, 2.5, 7"), 2)
	for _, places := range []int32{0, 2, 3} {
		t.Run(fmt.Sprint(places, " places"), func(t *testing.T) {
			t.Parallel()
			var grow func(row []decimal.Decimal, most int)
			grow = func(row []decimal.Decimal, most int) {
				sum := decimal.Zero
				for _, w := range row {
					sum = sum.Add(w)
				}
				for _, amount := range moneys("0, 1, 100, 0.01, 0.05, 10.05, -0.05, -99.99") {
					if !amount.Equal(amount.Truncate(places)) || sum.IsZero() && !amount.IsZero() || len(row) == 0 {
						continue
					}
					for _, allocation := range allocations {
						checkSplit(t, proration.Division{Amount: amount, Weights: row, Places: places, Allocation: allocation})
					}
				}
				if len(row) < most {
					for _, w := range weights {
						grow(append(row[:len(row):len(row)], w), most)
					}
				}
			}
			grow(nil, 4)
		})
	}
}
