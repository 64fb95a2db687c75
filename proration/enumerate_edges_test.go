package proration_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

// edgeTimes are instants of February 2026, at midnight, a second later and at ten o'clock.
func edgeTimes() (all []time.Time) {
	for _, day := range []int{1, 2, 8, 15, 27, 28} {
		midnight := time.Date(2026, 2, day, 0, 0, 0, 0, time.UTC)
		all = append(all, midnight, midnight.Add(time.Second), midnight.Add(10*time.Hour))
	}
	return all
}

// dayOwners counts the days of February that each side of a service is billed for, day by day: service from begins to
// ends, and a change between, of which one side owns the day.
func dayOwners(p proration.Policy, begins, change, ends time.Time) (old, anew int64) {
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for day := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC); day.Before(march); day = day.AddDate(0, 0, 1) {
		on := func(t time.Time) bool { return t.Day() == day.Day() && t.Month() == day.Month() }
		next := day.AddDate(0, 0, 1)
		switch {
		case !begins.Before(next), on(begins) && p.FirstDay == proration.DayFree:
		case !ends.After(day) && !on(ends), on(ends) && p.LastDay == proration.DayFree:
		case change.Before(day), on(change) && p.ChangeDay == proration.NewSide:
			anew++
		default:
			old++
		}
	}
	return old, anew
}

// The first day of service, its last day and the day of a change are choices of their own, and each day has one owner
// (law 5): the credit of a change, the new charge, and the charge that was used until then agree, also at the first
// instant of the period. The world: every choice of the three days, service in February from and until 18 instants or
// the end of the month, with every change on a day between.
func TestEveryDayHasOneOwner(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	period := proration.Period{Start: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	cases := 0
	for choice := range 8 {
		p := proration.Standard(2)
		p.FirstDay, p.LastDay, p.ChangeDay = proration.DayBilling(1+choice&1), proration.DayBilling(1+choice>>1&1), proration.Side(1+choice>>2)
		for _, begins := range edgeTimes() {
			for _, ends := range append(edgeTimes(), period.End) {
				for _, change := range edgeTimes() {
					if change.Day() <= begins.Day() && !change.Equal(begins) || !change.Before(ends) || change.Day() == ends.Day() && ends.Before(period.End) {
						continue // one day has one kind of owner; a change at the first instant of service has no old side
					}
					cases++
					first := change.Equal(begins) // of the service
					old, anew := dayOwners(p, begins, change, ends)
					text := fmt.Sprintf("%v %v %v: service from %v to %v with a change at %v", p.FirstDay, p.LastDay, p.ChangeDay, begins, ends, change)
					stops := ends.Before(period.End)
					days := func(span proration.Period, e proration.Edges) int64 {
						x, err := proration.Request{Period: period, Span: span, Policy: p, Edges: e}.Fraction()
						if err != nil || x.Den != 28 {
							t.Fatalf("%s: %v %v", text, x, err)
						}
						return x.Num
					}
					if first {
						span := proration.Period{Start: begins, End: ends}
						_, all := dayOwners(p, begins, begins.AddDate(0, 0, -1), ends)
						if got := days(span, proration.Edges{Begins: true, Ends: stops}); got != all {
							t.Fatalf("%s: all of it has %d days, want %d", text, got, all)
						}
						continue
					}
					if got := days(proration.Period{Start: begins, End: change}, proration.Edges{Begins: true}); got != old {
						t.Fatalf("%s: the old side has %d days, want %d", text, got, old)
					}
					if got := days(proration.Period{Start: change, End: ends}, proration.Edges{Changes: true, Ends: stops}); got != anew {
						t.Fatalf("%s: the new side has %d days, want %d", text, got, anew)
					}
					edgesAgree(t, text, p, proration.Billed{
						Amount: decimal.New(28*(old+anew), 0), Price: decimal.New(28*28, 0), Period: period,
						Span: proration.Period{Start: begins, End: ends}, Edges: proration.Edges{Begins: true, Ends: stops},
					}, change, old, anew)
				}
			}
		}
	}
	t.Logf("%d services", cases)
	if cases != 6624 {
		t.Errorf("got %d services", cases)
	}
}

// edgesAgree fails unless a change credits the days of the new side, and an end of service there all but the days of
// the old one.
func edgesAgree(t *testing.T, text string, p proration.Policy, b proration.Billed, change time.Time, old, anew int64) {
	t.Helper()
	for _, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
		got, err := proration.Adjust(proration.Change{At: change, Billed: b, CreditBasis: basis, Policy: p})
		if want := decimal.New(-28*anew, 0); err != nil || !got.Credit.Amount.Equal(want) {
			t.Fatalf("%s: the change credits %v by the %v, want %v: %v", text, got.Credit.Amount, basis, want, err)
		}
		got, err = proration.Adjust(proration.Change{At: change, Ends: true, Billed: b, CreditBasis: basis, Policy: p})
		stopped := p
		stopped.ChangeDay = proration.Side(p.LastDay) // the old side owns the day that is billed
		_, unused := dayOwners(stopped, b.Span.Start, change, b.Span.End)
		if want := decimal.New(-28*unused, 0); err != nil || !got.Credit.Amount.Equal(want) {
			t.Fatalf("%s: the end of service there credits %v by the %v, want %v of %d: %v", text, got.Credit.Amount, basis, want, old+anew, err)
		}
	}
}
