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

func BenchmarkProrate(b *testing.B) {
	runProrate(b, proration.Request{Amount: benchAmount, Period: january, Span: benchSpan, Policy: seconds()})
}

func BenchmarkProrateByDays(b *testing.B) {
	runProrate(b, proration.Request{Amount: benchAmount, Period: january, Span: benchSpan, Policy: proration.Standard(2)})
}

func BenchmarkProrateInNewYork(b *testing.B) {
	newYork := zone(b, "America/New_York")
	period := proration.Period{Start: time.Date(2024, 1, 1, 0, 0, 0, 0, newYork), End: time.Date(2024, 2, 1, 0, 0, 0, 0, newYork)}
	runProrate(b, proration.Request{
		Amount: benchAmount, Period: period, Span: period.From(benchSpan.Start.In(newYork)),
		Policy: proration.Standard(2), Location: newYork,
	})
}

func BenchmarkProrateNaive(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		num := decimal.NewFromInt(int64(benchSpan.End.Sub(benchSpan.Start) / time.Second))
		den := decimal.NewFromInt(int64(january.End.Sub(january.Start) / time.Second))
		benchMoney = benchAmount.Mul(num).Div(den).Round(2)
	}
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

func BenchmarkAdjust(b *testing.B)       { runAdjust(b, seconds(), time.UTC) }
func BenchmarkAdjustByDays(b *testing.B) { runAdjust(b, proration.Standard(2), time.UTC) }

func BenchmarkAdjustInNewYork(b *testing.B) {
	runAdjust(b, proration.Standard(2), zone(b, "America/New_York"))
}

func BenchmarkAdjustNaive(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		left := decimal.NewFromInt(int64(january.End.Sub(benchAt) / time.Second))
		den := decimal.NewFromInt(int64(january.End.Sub(january.Start) / time.Second))
		credit := benchOld.Mul(left).Div(den).Round(2).Neg()
		charge := benchNew.Mul(left).Div(den).Round(2)
		benchMoney = credit.Add(charge)
	}
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
	run("first", 0, time.UTC)
	run("year40", 480, time.UTC)
	run("first/new_york", 0, newYork)
	run("year10/new_york", 120, newYork)
	run("year40/new_york", 480, newYork) // after 2037 package time reads the zone's rule at each lookup
}
