package credits_test

import (
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// walk is units of one charge that leave and return at one instant, and what they should have cost.
type walk struct {
	first   plans.Charge
	charges []plans.Charge
	cost    decimal.Decimal // sum of the credits and the charges
	stack   []*big.Rat      // credits of the units that are away, the last one to leave at the end
	left    *big.Rat        // amount of the charge that is not credited
}

// move lets units leave or return. It reports whether there are so many.
func (w walk) move(t *testing.T, units int) (walk, bool) {
	t.Helper()
	w.stack, w.left = slices.Clone(w.stack), new(big.Rat).Set(w.left)
	there := 6 - len(w.stack)
	if units < 0 {
		if there+units < 0 {
			return w, false
		}
		for range -units {
			credit := big.NewRat(10, 1) // 30.00 for 10 of 30 days
			if w.left.Cmp(credit) < 0 {
				credit = new(big.Rat).Set(w.left)
			}
			w.left.Sub(w.left, credit)
			w.stack = append(w.stack, credit)
		}
		owed := unused(t, credits.Request{
			Charges: w.charges, Item: "seat", Quantity: decimal.NewFromInt(int64(-units)), At: giventest.Instant("2026-11-21", nil),
			CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		})
		for i := range owed {
			owed[i].ID = "credit-" + strconv.Itoa(len(w.charges)+i)
		}
		return w.adds(owed), true
	}
	if units > len(w.stack) {
		return w, false
	}
	for range units {
		last := len(w.stack) - 1
		w.left.Add(w.left, w.stack[last])
		w.stack = w.stack[:last]
	}
	got, err := credits.Rebill(rebillOf(t, w.first, strconv.Itoa(there), strconv.Itoa(units), w.charges...))
	if err != nil || len(got.Rest) > 0 {
		t.Fatalf("%d units are billed anew: %q, %v", units, explained(got.Rest), err)
	}
	for i := range got.Restored {
		got.Restored[i].ID = "charge-" + strconv.Itoa(len(w.charges)+i)
	}
	return w.adds(got.Restored), true
}

// adds adds charges or credits.
func (w walk) adds(lines []plans.Charge) walk {
	w.charges = slices.Concat(w.charges, lines)
	net, _ := total(lines)
	w.cost = w.cost.Add(net)
	return w
}

// Units that leave and return at one instant, in any order, cost what their last credits were: after each step, the sum
// is that of the units that are away (law 17). A part of the charge was returned before. Two units that return together
// share what is left of their credits, so that one of them costs no less than its own.
func TestReturningUnitsEnumerated(t *testing.T) {
	short.Skip(t)
	const depth = 6
	tried := 0
	var try func(w walk, path []int, moves []int)
	try = func(w walk, path []int, moves []int) {
		want := new(big.Rat)
		for _, credit := range w.stack {
			want.Sub(want, credit)
		}
		single := len(moves) == 2 || len(w.stack) == 0
		if tried++; w.cost.Rat().Cmp(want) < 0 || single && w.cost.Rat().Cmp(want) > 0 {
			t.Fatalf("%v: the units cost %v, want %s", path, w.cost, want.FloatString(2))
		}
		if len(path) == depth {
			return
		}
		for _, units := range moves {
			if next, ok := w.move(t, units); ok {
				try(next, append(slices.Clip(path), units), moves)
			}
		}
	}
	for _, goodwill := range []string{"", "100", "125", "130", "155", "180"} {
		six := sale{period: november, id: "inv-1/1", quantity: "6", unit: "30.00"}.charge(t)
		w := walk{first: six, charges: []plans.Charge{six}, left: six.Net.Rat()}
		if goodwill != "" {
			w.charges = append(w.charges, forAmount(t, w.charges, goodwill))
			w.left.Sub(w.left, giventest.Money(goodwill).Rat())
		}
		away := w
		for range 3 {
			away, _ = away.move(t, -1)
			try(away, nil, []int{-1, 1})
		}
		try(w, nil, []int{-2, -1, 1, 2})
	}
	t.Logf("%d walks", tried)
}
