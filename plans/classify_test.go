package plans_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// level is an amount for an interval at a rank.
func level(rank int, amount, interval string) plans.Level {
	return plans.Level{Rank: rank, Amount: giventest.Money(amount), Interval: giventest.Interval(interval)}
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		name, why string
		from, to  plans.Level
		want      plans.Action
	}{
		{"higher rank", "M14: the seller ranks the plans", level(1, "15", "P1M"), level(2, "25", "P1M"), plans.Upgrade},
		{"lower rank", "M14: a downgrade needs support", level(2, "25", "P1M"), level(1, "15", "P1M"), plans.Downgrade},
		{"higher rank for less", "the rank decides before the amount: a higher plan on sale is not a downgrade", level(1, "15", "P1M"), level(2, "5", "P1M"), plans.Upgrade},
		{"lower rank for more", "the rank decides before the amount: a higher plan on sale is not a downgrade", level(3, "15", "P1M"), level(2, "99", "P1M"), plans.Downgrade},
		{"below rank one", "a rank is any number except zero", level(1, "15", "P1M"), level(-1, "15", "P1M"), plans.Downgrade},
		{"the extreme ranks", "their difference overflows an integer", level(-2, "15", "P1M"), level(math.MaxInt, "15", "P1M"), plans.Upgrade},
		{"the extreme ranks, reversed", "their difference overflows an integer", level(math.MaxInt, "15", "P1M"), level(math.MinInt, "15", "P1M"), plans.Downgrade},
		{"same rank, more", "on the same rank the amount decides", level(1, "15", "P1M"), level(1, "15.01", "P1M"), plans.Upgrade},
		{"same rank, less", "on the same rank the amount decides", level(1, "15", "P1M"), level(1, "14.99", "P1M"), plans.Downgrade},
		{"same rank, same money", "equal ranks and amounts are lateral", level(1, "15", "P1M"), level(1, "15.00", "P1M"), plans.Lateral},
		{"the first without a rank", "a plan without a rank has no place among the others, so the amount decides", level(0, "15", "P1M"), level(7, "14", "P1M"), plans.Downgrade},
		{"the second without a rank", "a plan without a rank has no place among the others, so the amount decides", level(7, "14", "P1M"), level(0, "15", "P1M"), plans.Upgrade},
		{"both free", "equal ranks and amounts are lateral", level(0, "0", "P1M"), level(0, "0", "P1Y"), plans.Lateral},
		{"a month and a year", "12 x 10.00 is 120.00 a year", level(0, "10.00", "P1M"), level(0, "120.00", "P1Y"), plans.Lateral},
		{"a cheaper year", "119.99 a year is less than 12 x 10.00", level(0, "10.00", "P1M"), level(0, "119.99", "P1Y"), plans.Downgrade},
		{"a more expensive year", "120.01 is more", level(0, "10.00", "P1M"), level(0, "120.01", "P1Y"), plans.Upgrade},
		{"two years", "half of it is one year", level(0, "120.00", "P1Y"), level(0, "240.00", "P2Y"), plans.Lateral},
		{"a third of a year", "the third is exact: 3 x 33.33 is 99.99, not 100", level(0, "33.33", "P4M"), level(0, "100.00", "P1Y"), plans.Upgrade},
		{"weeks", "52 x 10.00 is 520.00 a year", level(0, "10.00", "P1W"), level(0, "520.00", "P1Y"), plans.Lateral},
		{"weeks and months", "520.00 a year is less than 12 x 43.34, which is 520.08", level(0, "10.00", "P1W"), level(0, "43.34", "P1M"), plans.Upgrade},
		{"fourteen days are two weeks", "26 x 20.00 is 520.00 a year", level(0, "20.00", "P14D"), level(0, "10.00", "P1W"), plans.Lateral},
		{"days", "365 x 1.00 is 365.00 a year", level(0, "1.00", "P1D"), level(0, "365.00", "P1Y"), plans.Lateral},
		{"thirty days", "365/30 x 30.00 is 365.00 a year, more than 12 x 30.00", level(0, "30.00", "P1M"), level(0, "30.00", "P30D"), plans.Upgrade},
		{"hours", "8,760 hours make 365 days", level(0, "0.01", "PT1H"), level(0, "87.60", "P1Y"), plans.Lateral},
		{"the longest number", "law 14: no overflow", level(0, "999999999999999999", "P1D"), level(0, "999999999999999999", "PT86400S"), plans.Lateral},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := plans.Classify(c.from, c.to)
			if err != nil || got != c.want {
				t.Errorf("got %v (%v), want %v: %s", got, err, c.want, c.why)
			}
		})
	}
}

func TestClassifyRefused(t *testing.T) {
	good := level(1, "10", "P1M")
	for _, c := range []struct {
		name, why string
		from, to  plans.Level
		want      []string
	}{
		{"nothing", "law 14: all faults come at once", plans.Level{}, plans.Level{}, []string{"from.interval unset", "to.interval unset"}},
		{"negative", "a plan costs at least zero", level(1, "-1", "P1M"), level(2, "-2", "P1M"), []string{"from.amount invalid", "to.amount invalid"}},
		{"beyond the limits", "law 14: amounts have limits", good, level(1, "1e99", "P1M"), []string{"to.amount limit"}},
		{"tiny", "law 14: bad input is an error that names its field", level(1, "1e-99", "P1M"), good, []string{"from.amount limit"}},
		{"a mixed interval", "it recurs on no calendar", good, plans.Level{Interval: proration.Interval{Months: 1, Days: 1}}, []string{"to.interval invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := plans.Classify(c.from, c.to)
			giventest.CheckFaults(t, err, c.want...)
			if got != 0 {
				t.Errorf("a class comes with the error: %s: %s", got, c.why)
			}
		})
	}
}

// Every pair of levels, against their values in a year computed with fractions.
func TestClassifyEnumerated(t *testing.T) {
	short.Skip(t)
	var levels []plans.Level
	for _, rank := range []int{0, 1, 2} {
		for _, amount := range []string{"0", "0.01", "9.99", "10", "10.00", "120", "520", "3650"} {
			for _, interval := range []string{"P1M", "P3M", "P1Y", "P1D", "P7D", "P28D", "P30D", "PT1H", "PT36H"} {
				levels = append(levels, level(rank, amount, interval))
			}
		}
	}
	for _, from := range race.Few(levels, 7) {
		a := yearlyValue(from)
		for _, to := range levels {
			sign := yearlyValue(to).Cmp(a)
			if from.Rank*to.Rank > 0 && from.Rank != to.Rank {
				sign = to.Rank - from.Rank
			}
			want := plans.Lateral
			if sign > 0 {
				want = plans.Upgrade
			} else if sign < 0 {
				want = plans.Downgrade
			}
			if got, err := plans.Classify(from, to); err != nil || got != want {
				t.Fatalf("from %+v to %+v: %v (%v), want %v", from, to, got, err, want)
			}
		}
	}
}

// yearlyValue is the price of a level for twelve months, 52 weeks, 365 days or 365 x 86,400 seconds, by the unit of its
// interval.
func yearlyValue(l plans.Level) *big.Rat {
	units := [][2]int64{{12, int64(l.Interval.Months)}, {7 * 52, int64(l.Interval.Days)}, {365 * 86_400, l.Interval.Seconds}}
	if l.Interval.Days%7 != 0 {
		units[1][0] = 365
	}
	value := l.Amount.Rat()
	for _, u := range units {
		if u[1] > 0 {
			value.Mul(value, big.NewRat(u[0], u[1]))
		}
	}
	return value
}
