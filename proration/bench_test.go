package proration_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

var (
	january = proration.Period{
		Start: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		End:   time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC),
	}
	benchAmount = decimal.RequireFromString("99.99")
	benchSpan   = january.From(january.End.Add(-1_234_567 * time.Second))
	benchMoney  decimal.Decimal
	benchPeriod proration.Period
)

func seconds() proration.Policy {
	return proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp}}
}

func BenchmarkDecimalNew(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		benchMoney = decimal.New(int64(4609+i&1), -2)
	}
}

// runProrate benchmarks one request.
func runProrate(b *testing.B, r proration.Request) {
	b.ReportAllocs()
	for b.Loop() {
		line, err := proration.Prorate(r)
		if err != nil {
			b.Fatal(err)
		}
		benchMoney = line.Amount
	}
}

// runNaive benchmarks a twin.
func runNaive(b *testing.B, calculate func() decimal.Decimal) {
	b.ReportAllocs()
	for b.Loop() {
		benchMoney = calculate()
	}
}

func BenchmarkProrate(b *testing.B) {
	runProrate(b, proration.Request{Amount: benchAmount, Period: january, Span: benchSpan, Policy: seconds()})
}

func BenchmarkProrateNaive(b *testing.B) {
	runNaive(b, func() decimal.Decimal { return naiveProrate(benchAmount, january, benchSpan) })
}

func BenchmarkProrateByDays(b *testing.B) {
	runProrate(b, proration.Request{Amount: benchAmount, Period: january, Span: benchSpan, Policy: proration.Standard(2)})
}

func BenchmarkProrateByDaysNaive(b *testing.B) {
	runNaive(b, func() decimal.Decimal { return naiveProrateByDays(benchAmount, january, benchSpan, time.UTC) })
}

// januaryInNewYork returns the month, the span and the location of a benchmark.
func januaryInNewYork(tb testing.TB) (period, span proration.Period, loc *time.Location) {
	loc = zone(tb, "America/New_York")
	period = proration.Period{Start: time.Date(2024, 1, 1, 0, 0, 0, 0, loc), End: time.Date(2024, 2, 1, 0, 0, 0, 0, loc)}
	return period, period.From(benchSpan.Start.In(loc)), loc
}

func BenchmarkProrateInNewYork(b *testing.B) {
	period, span, newYork := januaryInNewYork(b)
	runProrate(b, proration.Request{
		Amount: benchAmount, Period: period, Span: span,
		Policy: proration.Standard(2), Location: newYork,
	})
}

func BenchmarkProrateInNewYorkNaive(b *testing.B) {
	period, span, loc := januaryInNewYork(b)
	runNaive(b, func() decimal.Decimal { return naiveProrateByDays(benchAmount, period, span, loc) })
}

var (
	benchOld = decimal.RequireFromString("29.99")
	benchNew = decimal.RequireFromString("99.99")
	benchAt  = time.Date(2024, 1, 18, 0, 0, 0, 0, time.UTC)
)

// runAdjust benchmarks a change on January 18 in a location.
func runAdjust(b *testing.B, policy proration.Policy, loc *time.Location) {
	in := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, loc) }
	period := proration.Period{Start: in(january.Start), End: in(january.End)}
	c := proration.Change{
		At:          in(benchAt),
		Billed:      proration.Billed{Amount: benchOld, Span: period},
		Next:        &proration.Next{Price: benchNew, Period: period},
		CreditBasis: proration.OnBilled, Policy: policy, Location: loc,
	}
	b.ReportAllocs()
	for b.Loop() {
		a, err := proration.Adjust(c)
		if err != nil {
			b.Fatal(err)
		}
		benchMoney = a.Net
	}
}

func BenchmarkAdjust(b *testing.B) {
	runAdjust(b, seconds(), time.UTC)
}

func BenchmarkAdjustNaive(b *testing.B) {
	runNaive(b, func() decimal.Decimal {
		return naiveAdjust(benchOld, benchNew, func(amount decimal.Decimal) decimal.Decimal {
			return naiveProrate(amount, january, january.From(benchAt))
		})
	})
}

func BenchmarkAdjustByDays(b *testing.B) {
	runAdjust(b, proration.Standard(2), time.UTC)
}

func BenchmarkAdjustByDaysNaive(b *testing.B) {
	runNaive(b, func() decimal.Decimal {
		return naiveAdjust(benchOld, benchNew, func(amount decimal.Decimal) decimal.Decimal {
			return naiveProrateByDays(amount, january, january.From(benchAt), time.UTC)
		})
	})
}

func BenchmarkAdjustInNewYork(b *testing.B) {
	runAdjust(b, proration.Standard(2), zone(b, "America/New_York"))
}

func BenchmarkAdjustInNewYorkNaive(b *testing.B) {
	period, _, loc := januaryInNewYork(b)
	at := time.Date(2024, 1, 18, 0, 0, 0, 0, loc)
	runNaive(b, func() decimal.Decimal {
		return naiveAdjust(benchOld, benchNew, func(amount decimal.Decimal) decimal.Decimal {
			return naiveProrateByDays(amount, period, period.From(at), loc)
		})
	})
}

func BenchmarkSplit(b *testing.B) {
	d := division(100_000, 12)
	b.ReportAllocs()
	for b.Loop() {
		parts, err := proration.Split(d)
		if err != nil {
			b.Fatal(err)
		}
		benchMoney = parts[0].Amount
	}
}

func BenchmarkSplitNaive(b *testing.B) {
	d := division(100_000, 12)
	runNaive(b, func() decimal.Decimal { return naiveSplit(d.Amount, d.Weights, d.Places)[0] })
}

func BenchmarkCyclePeriod(b *testing.B) {
	newYork := zone(b, "America/New_York")
	run := func(name string, n int, loc *time.Location) {
		b.Run(name, func(b *testing.B) {
			cycle, err := proration.NewCycle(time.Date(2024, 1, 31, 9, 30, 0, 0, loc), proration.Interval{Months: 1})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if benchPeriod, err = cycle.Period(n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	cyclePeriods(run, newYork)
}

func BenchmarkCyclePeriodNaive(b *testing.B) {
	newYork := zone(b, "America/New_York")
	run := func(name string, n int, loc *time.Location) {
		b.Run(name, func(b *testing.B) {
			anchor := time.Date(2024, 1, 31, 9, 30, 0, 0, loc)
			b.ReportAllocs()
			for b.Loop() {
				benchPeriod = naivePeriod(anchor, n)
			}
		})
	}
	cyclePeriods(run, newYork)
}

// cyclePeriods runs a benchmark for periods near and far. After 2037 package time reads the rule of New York at each
// lookup.
func cyclePeriods(run func(name string, n int, loc *time.Location), newYork *time.Location) {
	run("first", 0, time.UTC)
	run("year40", 480, time.UTC)
	run("first/new_york", 0, newYork)
	run("year10/new_york", 120, newYork)
	run("year40/new_york", 480, newYork)
}
