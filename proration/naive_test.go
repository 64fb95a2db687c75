package proration_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// The naive twins compute the amounts of this package as plain code does: package time, and Mul, Div and Round of
// decimal. They check nothing, explain nothing and carry nothing over. BenchmarkX has the twin BenchmarkXNaive.

// naiveShare returns an amount by a ratio.
func naiveShare(amount decimal.Decimal, num, den int64) decimal.Decimal {
	return amount.Mul(decimal.NewFromInt(num)).Div(decimal.NewFromInt(den)).Round(2)
}

// naiveProrate returns the amount for a span by seconds.
func naiveProrate(amount decimal.Decimal, period, span proration.Period) decimal.Decimal {
	return naiveShare(amount, int64(span.End.Sub(span.Start)/time.Second), int64(period.End.Sub(period.Start)/time.Second))
}

// naiveDays counts the days of a span that the standard policy bills, on the calendar of a location.
func naiveDays(p proration.Period, loc *time.Location) int64 {
	date := func(t time.Time) time.Time {
		year, month, day := t.In(loc).Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return int64(date(p.End).Sub(date(p.Start)) / (24 * time.Hour))
}

// naiveProrateByDays returns the amount for a span by days.
func naiveProrateByDays(amount decimal.Decimal, period, span proration.Period, loc *time.Location) decimal.Decimal {
	return naiveShare(amount, naiveDays(span, loc), naiveDays(period, loc))
}

// naiveAdjust returns the net of a change: the credit of the old price and the charge of the new one, by an amount for
// a span.
func naiveAdjust(before, after decimal.Decimal, prorate func(decimal.Decimal) decimal.Decimal) decimal.Decimal {
	return prorate(after).Add(prorate(before).Neg())
}

// naiveSplit splits an amount by the largest remainder.
func naiveSplit(amount decimal.Decimal, weights []decimal.Decimal, places int32) []decimal.Decimal {
	total, cent := decimal.Decimal{}, decimal.New(1, -places)
	for _, w := range weights {
		total = total.Add(w)
	}
	parts, order, left := make([]decimal.Decimal, len(weights)), make([]int, len(weights)), amount
	rest := make([]decimal.Decimal, len(weights))
	for i, w := range weights {
		exact := amount.Mul(w).Div(total)
		order[i], parts[i] = i, exact.Truncate(places)
		rest[i], left = exact.Sub(parts[i]), left.Sub(parts[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for i := 0; left.Cmp(cent) >= 0; i++ {
		parts[order[i]], left = parts[order[i]].Add(cent), left.Sub(cent)
	}
	return parts
}

// naivePeriod returns period n of a monthly cycle.
func naivePeriod(anchor time.Time, n int) proration.Period {
	boundary := func(n int) time.Time {
		first := time.Date(anchor.Year(), anchor.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		day := min(anchor.Day(), first.AddDate(0, 1, -1).Day())
		hour, minute, second := anchor.Clock()
		return time.Date(first.Year(), first.Month(), day, hour, minute, second, 0, anchor.Location())
	}
	return proration.Period{Start: boundary(n), End: boundary(n + 1)}
}

// A twin yields the amounts of its main call.
func TestNaiveTwinsYieldTheSameAmounts(t *testing.T) {
	newYork := zone(t, "America/New_York")
	for _, loc := range []*time.Location{time.UTC, newYork} {
		cycle, err := proration.NewCycle(time.Date(2024, 1, 31, 9, 30, 0, 0, loc), proration.Interval{Months: 1})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 480 {
			if got, err := cycle.Period(n); err != nil || !got.Equal(naivePeriod(time.Date(2024, 1, 31, 9, 30, 0, 0, loc), n)) {
				t.Fatal(n, got, err)
			}
		}
		period := proration.Period{Start: time.Date(2024, 3, 1, 0, 0, 0, 0, loc), End: time.Date(2024, 4, 1, 0, 0, 0, 0, loc)}
		for day := range 31 {
			span := period.From(period.Start.AddDate(0, 0, day))
			for cents := int64(1); cents < 1_000_000; cents = cents*3 + 7 {
				amount, after := decimal.New(cents, -2), decimal.New(cents*2+33, -2)
				for _, policy := range []proration.Policy{seconds(), proration.Standard(2)} {
					prorate := func(amount decimal.Decimal) decimal.Decimal { return naiveProrate(amount, period, span) }
					if policy.DayCount == proration.Days {
						prorate = func(amount decimal.Decimal) decimal.Decimal { return naiveProrateByDays(amount, period, span, loc) }
					}
					line, err := proration.Prorate(proration.Request{
						Amount: amount, Period: period, Span: span, Policy: policy, Location: loc,
					})
					if want := prorate(amount); err != nil || !line.Amount.Equal(want) {
						t.Fatalf("%v of %v: %v, %v, want %v", span, amount, line.Amount, err, want)
					}
					change, err := proration.Adjust(proration.Change{
						At: span.Start, Billed: proration.Billed{Amount: amount, Span: period},
						Next: &proration.Next{Price: after, Period: period}, CreditBasis: proration.OnBilled, Policy: policy, Location: loc,
					})
					if want := naiveAdjust(amount, after, prorate); err != nil || !change.Net.Equal(want) {
						t.Fatalf("%v from %v to %v: %v, %v, want %v", span, amount, after, change.Net, err, want)
					}
				}
			}
		}
	}
	for parts := 1; parts < 20; parts++ {
		for cents := range int64(200) {
			d := division(cents, parts)
			got, err := proration.Split(d)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range naiveSplit(d.Amount, d.Weights, d.Places) {
				if !got[i].Amount.Equal(want) {
					t.Fatalf("part %d of %d of %v: %v, want %v", i, parts, d.Amount, got[i].Amount, want)
				}
			}
		}
	}
}

// division divides an amount into parts whose weights rise.
func division(cents int64, parts int) proration.Division {
	d := proration.Division{Amount: decimal.New(cents, -2), Places: 2, Allocation: proration.LargestRemainder}
	for i := range parts {
		d.Weights = append(d.Weights, decimal.New(int64(cmp.Or(i%7, 1)), 0))
	}
	return d
}
