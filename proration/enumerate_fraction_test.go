package proration_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

var (
	dayCounts = []proration.DayCount{proration.Seconds, proration.Days, proration.Actual30, proration.Thirty360, proration.Months}
	sides     = []proration.Side{proration.OldSide, proration.NewSide}
)

// countingPolicies returns every policy that counts days, and one that counts seconds.
func countingPolicies() []proration.Policy {
	all := []proration.Policy{{DayCount: proration.Seconds}}
	if race.On {
		return append(all, proration.Policy{DayCount: proration.Days, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.NewSide}, proration.Policy{DayCount: proration.Months, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.OldSide})
	}
	for _, count := range dayCounts[1:] {
		for _, side := range sides {
			all = append(all, proration.Policy{DayCount: count, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: side})
		}
	}
	return all
}

// checkShares compares the share of every span between two instants with the oracle. It fails unless the share is that
// of its end less that of its start.
func checkShares(t *testing.T, p proration.Period, instants []time.Time, loc *time.Location) {
	t.Helper()
	instants = race.Few(instants, 3)
	for _, policy := range countingPolicies() {
		slow := slowShares(p, policy, loc)
		share := func(span proration.Period) *big.Rat {
			if !span.Start.Before(span.End) {
				return new(big.Rat)
			}
			got, err := proration.Request{Period: p, Span: span, Policy: policy, Location: loc}.Fraction()
			if err != nil {
				t.Fatalf("%v of %v by %v: %v", span, p, policy, err)
			}
			return big.NewRat(got.Num, got.Den)
		}
		position := make([]*big.Rat, len(instants))
		for i, at := range instants {
			position[i] = share(until(p, at))
		}
		for i, from := range instants {
			for j, to := range instants[i:] {
				span := proration.Period{Start: from, End: to}
				if !from.Before(to) {
					continue
				}
				got, want := share(span), slow(span)
				if got.Cmp(want) != 0 {
					t.Fatalf("%v of %v by %v, %v is %v, want %v", span, p, policy.DayCount, policy.ChangeDay, got, want)
				}
				if got.Sign() < 0 || got.Cmp(big.NewRat(1, 1)) > 0 {
					t.Fatalf("%v of %v by %v, %v is %v, not between 0 and 1", span, p, policy.DayCount, policy.ChangeDay, got)
				}
				if sum := new(big.Rat).Sub(position[i+j], position[i]); policy.DayCount != proration.Actual30 && got.Cmp(sum) != 0 {
					t.Fatalf("%v of %v by %v, %v is %v, but its end less its start is %v", span, p, policy.DayCount, policy.ChangeDay, got, sum)
				}
			}
		}
	}
}

// daysOf returns the first instant of each day of the period, and its end. Instants inside the period are moved by
// alternating times of day.
func daysOf(p proration.Period, loc *time.Location, clocks ...time.Duration) []time.Time {
	all := []time.Time{p.Start}
	for date := nextDate(dateOf(p.Start, loc)); ; date = nextDate(date) {
		at := resolve(date, loc).Add(clocks[date.Day()%len(clocks)])
		if !at.Before(p.End) {
			return append(all, p.End)
		}
		all = append(all, at)
	}
}

// Every span of days in every month of a leap year has its exact share, for anchor days that some months lack and two
// that all have.
func TestEverySpanOfEveryMonth(t *testing.T) {
	short.Skip(t)
	for _, day := range []int{1, 15, 28, 29, 30, 31} {
		for month := time.January; month <= time.December; month++ {
			p := proration.Period{Start: clamped(2024, month, day), End: clamped(2024, month+1, day)}
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				checkShares(t, p, daysOf(p, nil, 0), nil)
			})
		}
	}
}

// Every span has its exact share for changes at any time of day, in periods that begin at midnight or at half past
// nine.
func TestEverySpanAtTimesOfDay(t *testing.T) {
	short.Skip(t)
	for _, clock := range []time.Duration{0, 9*time.Hour + 30*time.Minute} {
		for month := time.January; month <= time.April; month++ {
			p := proration.Period{Start: clamped(2024, month, 31).Add(clock), End: clamped(2024, month+1, 31).Add(clock)}
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				checkShares(t, p, daysOf(p, nil, 0, 9*time.Hour+30*time.Minute, 24*time.Hour-1, time.Nanosecond), nil)
			})
		}
	}
}

// Every span has its exact share in every zone, since a day is a calendar day of any length: months and weeks around
// each clock change, with changes at any hour.
func TestEverySpanInEveryZone(t *testing.T) {
	short.Skip(t)
	for _, c := range calendars {
		t.Run(c.zone+" "+c.around, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			center := instant(c.around, nil)
			day := func(days int) time.Time { return resolve(center.AddDate(0, 0, days), loc) }
			month := proration.Period{Start: resolve(clamped(center.Year(), center.Month(), 20).AddDate(0, -1, 0), loc), End: resolve(clamped(center.Year(), center.Month()+1, 20), loc)}
			checkShares(t, month, []time.Time{month.Start, day(-2), day(-1), day(0), day(1), day(2), month.End}, loc)

			week := proration.Period{Start: day(-3), End: day(4)}
			var instants []time.Time
			for at := day(-1); at.Before(day(2)); at = at.Add(89*time.Minute + 30*time.Second) {
				instants = append(instants, at)
			}
			checkShares(t, week, append(instants, week.End), loc)
		})
	}
}

// Every span between sampled days of a long period has its exact share.
func TestSpansOfLongPeriods(t *testing.T) {
	for _, text := range []string{
		"2024-01-01/2025-01-01", "2024-02-29/2025-02-28", "2023-08-31/2024-02-29", "2024-05-31/2024-11-30",
		"2023-02-28/2024-02-29", "2024-01-31/2024-03-31", "2024-07-14/2025-07-14", "2024-11-30/2025-02-28",
		"2024-01-01/2024-01-31", "2024-02-10/2024-03-11", "2024-02-26/2024-03-04", "2024-01-31/2024-02-07",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p := span(text, nil)
			days := daysOf(p, nil, 0)
			var sample []time.Time
			for i := 0; i < len(days); i++ {
				if len(days) < 40 || i%12 == 0 || days[i].Day() == 1 || days[i].Day() >= 28 && days[i].Month() == time.February || i == len(days)-1 {
					sample = append(sample, days[i])
				}
			}
			checkShares(t, p, sample, nil)
		})
	}
}
