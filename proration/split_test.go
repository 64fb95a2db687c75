package proration_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestSplit(t *testing.T) {
	const (
		largest = proration.LargestRemainder
		last    = proration.LastLine
	)
	for _, row := range []struct {
		name, why, amount, weights string
		places                     int32
		allocation                 proration.Allocation
		want                       string
		explain                    []string
	}{
		{
			name: "installments", why: "M7: a split into n installments adds up to the total; ties to the earlier part",
			amount: "100", weights: "1, 1, 1", places: 2, allocation: largest, want: "33.34, 33.33, 33.33",
			explain: []string{"100.00 x 1/3 = 33.333..., rounded up to 33.34", "100.00 x 1/3 = 33.333..., rounded down to 33.33", "100.00 x 1/3 = 33.333..., rounded down to 33.33"},
		},
		{
			name: "the rest to the last", why: "Stripe splits discounts so", amount: "100", weights: "1, 1, 1", places: 2, allocation: last, want: "33.33, 33.33, 33.34",
		},
		{
			name: "a discount over ten lines", why: "a peer's split adds up to 0.09", amount: "0.05", weights: "1,1,1,1,1,1,1,1,1,1", places: 2, allocation: largest,
			want: "0.01,0.01,0.01,0.01,0.01,0,0,0,0,0",
		},
		{
			name: "the whole remainder to the last weighted part", amount: "0.05", weights: "1,1,1,1,1,1,1,1,1,0", places: 2, allocation: last, want: "0,0,0,0,0,0,0,0,0.05,0",
			explain: []string{8: "0.05 x 1/9 = 0.005..., with the remainder 0.05"},
		},
		{name: "the largest remainder first", amount: "10", weights: "1, 2", places: 2, allocation: largest, want: "3.33, 6.67"},
		{name: "a credit", why: "parts have the sign of the amount", amount: "-100", weights: "1, 1, 1", places: 2, allocation: largest, want: "-33.34, -33.33, -33.33"},
		{name: "a credit, the rest to the last", amount: "-100", weights: "1, 1, 1", places: 2, allocation: last, want: "-33.33, -33.33, -33.34"},
		{name: "a part without a weight", why: "a weight of zero has a part of zero", amount: "10", weights: "0, 1, 0, 1", places: 0, allocation: largest, want: "0, 5, 0, 5"},
		{name: "one part", amount: "99.99", weights: "7", places: 2, allocation: largest, want: "99.99"},
		{name: "weights in decimals", amount: "100", weights: "12.50, 37.5, 50", places: 2, allocation: largest, want: "12.50, 37.50, 50"},
		{name: "weights far apart", amount: "100", weights: "0.0001, 9999", places: 2, allocation: largest, want: "0, 100"},
		{name: "yen", amount: "1000", weights: "1, 1, 1", places: 0, allocation: largest, want: "334, 333, 333"},
		{name: "hundreds", why: "negative places are before the point", amount: "1000", weights: "1, 1, 1", places: -2, allocation: largest, want: "400, 300, 300"},
		{name: "trailing zeros beyond the places", why: "trailing zeros do not change the amount", amount: "1.100", weights: "1, 1", places: 1, allocation: largest, want: "0.6, 0.5"},
		{name: "an amount of zero", amount: "0", weights: "1, 2", places: 2, allocation: largest, want: "0, 0"},
		{name: "zero over weights of zero", why: "zero needs no weights", amount: "0", weights: "0, 0", places: 2, allocation: last, want: "0, 0"},
		{name: "the longest amount", amount: "99999999999999999999.999999999999999999", weights: "1, 1", places: 18, allocation: largest, want: "50000000000000000000, 49999999999999999999.999999999999999999"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := proration.Division{Amount: money(row.amount), Weights: moneys(row.weights), Places: row.places, Allocation: row.allocation}
			parts, err := proration.Split(d)
			want := moneys(row.want)
			if err != nil || len(parts) != len(want) {
				t.Fatalf("%d parts, %v, want %d", len(parts), err, len(want))
			}
			for i, part := range parts {
				if !part.Amount.Equal(want[i]) {
					t.Errorf("part %d is %v, want %v", i, part.Amount, want[i])
				}
				if i < len(row.explain) && row.explain[i] != "" && part.Explain() != row.explain[i] {
					t.Errorf("part %d is explained as\n%s, want\n%s", i, part.Explain(), row.explain[i])
				}
			}
			if d.Weights[0].Sign() != 0 || !d.Amount.IsZero() {
				checkSplit(t, d)
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	good := proration.Division{Amount: money("100"), Weights: moneys("1, 2"), Places: 2, Allocation: proration.LargestRemainder}
	for _, row := range []struct {
		name, why string
		change    func(*proration.Division)
		want      []string
	}{
		{name: "no allocation", why: "the setting decides an amount", change: func(d *proration.Division) { d.Allocation = 0 }, want: []string{"allocation unset"}},
		{name: "an unknown allocation", change: func(d *proration.Division) { d.Allocation = 3 }, want: []string{"allocation invalid"}},
		{name: "no parts", change: func(d *proration.Division) { d.Weights = nil }, want: []string{"weights unset"}},
		{name: "no parts of zero", change: func(d *proration.Division) { d.Weights, d.Amount = nil, decimal.Zero }, want: []string{"weights unset"}},
		{name: "only weights of zero", why: "no part would get the amount", change: func(d *proration.Division) { d.Weights = moneys("0, 0") }, want: []string{"weights invalid"}},
		{name: "a negative weight", change: func(d *proration.Division) { d.Weights = moneys("1, -2") }, want: []string{"weights[1] invalid"}},
		{name: "an amount with more places than the parts", why: "no parts add up to the amount", change: func(d *proration.Division) { d.Amount = money("0.001") }, want: []string{"amount invalid"}},
		{name: "too many places", change: func(d *proration.Division) { d.Places = 19 }, want: []string{"places limit"}},
		{name: "the fewest places", change: func(d *proration.Division) { d.Places = -1 << 31 }, want: []string{"places limit"}},
		{name: "an amount beyond the limits", change: func(d *proration.Division) { d.Amount = decimal.New(1, 1_000_000_000) }, want: []string{"amount limit"}},
		{name: "a weight beyond the limits", change: func(d *proration.Division) { d.Weights[1] = decimal.New(1, -1_000_000_000) }, want: []string{"weights[1] limit"}},
		{name: "weights too far apart", why: "weights have at most 18 digits together", change: func(d *proration.Division) { d.Weights = moneys("1, 0.000000000000000001") }, want: []string{"weights limit"}},
		{name: "weights of 19 digits together", why: "weights have at most 18 digits together", change: func(d *proration.Division) { d.Weights = moneys("999999999999999999, 1") }, want: []string{"weights limit"}},
		{name: "a weight of 38 digits", change: func(d *proration.Division) { d.Weights = moneys("99999999999999999999999999999999999999") }, want: []string{"weights limit"}},
		{name: "too many weights", why: "the limit is 10,000 weights", change: func(d *proration.Division) { d.Weights = make([]decimal.Decimal, 10_001) }, want: []string{"weights limit"}},
		{name: "everything at once", why: "every fault is reported", change: func(d *proration.Division) {
			*d = proration.Division{Amount: decimal.New(1, 39), Weights: moneys("-1, -2"), Places: 19}
		}, want: []string{"amount limit", "weights[0] invalid", "weights[1] invalid", "places limit", "allocation unset"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := good
			d.Weights = moneys("1, 2")
			row.change(&d)
			promptly(t, func() {
				parts, err := proration.Split(d)
				giventest.CheckFaults(t, err, row.want...)
				if parts != nil {
					t.Errorf("got %d parts with an error, want none", len(parts))
				}
			})
		})
	}
}

// Split accepts up to 10,000 weights, and the parts add up.
func TestSplitUpToTheLimit(t *testing.T) {
	d := proration.Division{Amount: money("99.99"), Places: 2}
	for i := range 10_000 {
		d.Weights = append(d.Weights, decimal.New(int64(i%13), -1))
	}
	for _, d.Allocation = range allocations {
		promptly(t, func() {
			parts, err := proration.Split(d)
			sum := decimal.Zero
			for _, part := range parts {
				sum = sum.Add(part.Amount)
			}
			if err != nil || !sum.Equal(d.Amount) {
				t.Errorf("by %v %d parts add up to %v, %v", d.Allocation, len(parts), sum, err)
			}
		})
	}
}
