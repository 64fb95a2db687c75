package proration_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

// checkCycle compares a range of periods with boundaries counted from the anchor, and looks up the instants before, at
// and after each boundary.
func checkCycle(t *testing.T, slow slowCycle, from, to int) {
	t.Helper()
	cycle := slow.cycle()
	for n := from; n <= to; n++ {
		want := proration.Period{Start: slow.boundary(n), End: slow.boundary(n + 1)}
		got, err := cycle.Period(n)
		if err != nil || !got.Equal(want) {
			t.Fatalf("%+v: period %d is %v, %v, want %v", slow, n, got, err, want)
		}
		if !want.Start.Before(want.End) {
			continue // a day that the zone skips
		}
		for _, at := range []struct {
			name  string
			t     time.Time
			index int
			next  time.Time
		}{
			{name: "at the start", t: want.Start, index: n, next: want.Start},
			{name: "after the start", t: want.Start.Add(1), index: n, next: want.End},
			{name: "before the end", t: want.End.Add(-1), index: n, next: want.End},
		} {
			index, err := cycle.Index(at.t)
			if err != nil || index != at.index {
				t.Fatalf("%+v: %v, %s of period %d, has the index %d, %v", slow, at.t, at.name, n, index, err)
			}
			holds, err := cycle.Containing(at.t)
			if err != nil || !holds.Equal(want) {
				t.Fatalf("%+v: %v, %s of period %d, is in period %v, %v", slow, at.t, at.name, n, holds, err)
			}
			next, err := cycle.Next(at.t)
			if err != nil || !next.Equal(at.next) {
				t.Fatalf("%+v: after %v, %s of period %d, the next boundary is %v, %v", slow, at.t, at.name, n, next, err)
			}
		}
	}
}

// Every boundary is computed from the anchor and none from the boundary before it, for anchors on every day of a leap
// year and around it.
func TestEveryBoundaryFollowsItsAnchor(t *testing.T) {
	short.Skip(t)
	intervals := []string{"P1M", "P2M", "P3M", "P6M", "P1Y", "P1W", "P30D", "PT36H"}
	for _, text := range intervals {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			for anchor := instant("2023-12-01", nil); anchor.Before(instant("2025-03-02", nil)); anchor = anchor.AddDate(0, 0, race.Step(5)) {
				checkCycle(t, slowCycle{anchor: anchor, interval: interval(text)}, -15, 30)
			}
		})
	}
}

// Every boundary is on the billing day, for service that starts on any day and is billed on any day of the month.
func TestEveryBoundaryFollowsItsBillingDay(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, text := range []string{"P1M", "P3M", "P1Y"} {
		for day := 1; day <= 31; day += race.Step(6) {
			for anchor := instant("2024-01-01", nil); anchor.Month() <= time.February; anchor = nextDate(anchor) {
				checkCycle(t, slowCycle{anchor: anchor.Add(9*time.Hour + 30*time.Minute), interval: interval(text), day: day}, -4, 13)
			}
		}
	}
}

// calendars lists zones where clocks skip a midnight, an hour, half an hour or a whole day, or show a midnight twice.
var calendars = []struct{ zone, around string }{
	{zone: "America/Santiago", around: "2024-09-08"},    // midnight skipped
	{zone: "America/Santiago", around: "2024-04-06"},    // the hour before midnight twice
	{zone: "America/Havana", around: "2024-03-10"},      // midnight skipped
	{zone: "America/Havana", around: "2024-11-03"},      // the hour after midnight twice
	{zone: "Atlantic/Azores", around: "2024-03-31"},     // midnight skipped
	{zone: "Atlantic/Azores", around: "2024-10-27"},     // the hour after midnight twice
	{zone: "America/Asuncion", around: "2023-10-01"},    // midnight skipped
	{zone: "America/Sao_Paulo", around: "2018-11-04"},   // midnight skipped
	{zone: "Pacific/Apia", around: "2011-12-30"},        // the whole day skipped
	{zone: "Pacific/Kwajalein", around: "1993-08-21"},   // the whole day skipped
	{zone: "Australia/Lord_Howe", around: "2024-10-06"}, // half an hour
	{zone: "Australia/Lord_Howe", around: "2024-04-07"}, // half an hour
	{zone: "America/New_York", around: "2024-03-10"},    // 02:00 to 03:00
	{zone: "America/New_York", around: "2024-11-03"},    // 01:00 to 02:00 twice
	{zone: "America/St_Johns", around: "2009-11-01"},    // back over midnight, at 00:01
	{zone: "Asia/Kathmandu", around: "1986-01-01"},      // a quarter of an hour skipped at midnight
}

func TestEveryZoneKeepsItsLocalTime(t *testing.T) {
	short.Skip(t)
	for _, c := range calendars {
		t.Run(c.zone+" "+c.around, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			for days := -32; days <= 32; days += race.Step(7) {
				for _, clock := range []time.Duration{0, 15 * time.Minute, 90 * time.Minute, 150 * time.Minute, 23*time.Hour + 30*time.Minute} {
					anchor := instant(c.around, nil).AddDate(0, 0, days).Add(clock)
					for _, text := range []string{"P1D", "P1W", "P1M", "PT12H"} {
						checkCycle(t, slowCycle{anchor: anchor, interval: interval(text), loc: loc}, -2, 5)
					}
				}
			}
		})
	}
}

// Every instant around a clock change is in the period that a search through the boundaries finds, also where clocks
// show a local time twice.
func TestEveryInstantHasOnePeriod(t *testing.T) {
	short.Skip(t)
	for _, c := range calendars {
		t.Run(c.zone+" "+c.around, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			center := instant(c.around, nil)
			for _, text := range []string{"P1D", "P1W", "P1M", "PT6H"} {
				slow := slowCycle{anchor: center.AddDate(0, 0, -40), interval: interval(text), loc: loc}
				if text == "P1M" {
					slow.day = center.Day()
				}
				cycle := slow.cycle()
				n := -2
				for at := resolve(center.AddDate(0, 0, -2), loc); at.Before(resolve(center.AddDate(0, 0, 2), loc)); at = at.Add(time.Duration(race.Step(3)*17) * time.Minute) {
					for !slow.boundary(n + 1).After(at) {
						n++
					}
					if index, err := cycle.Index(at); err != nil || index != n {
						t.Fatalf("%s from %s: %v has the index %d, %v, want %d", text, slow.anchor, at, index, err, n)
					}
				}
			}
		})
	}
}

// Every hour of a year is in the period that a search through all boundaries finds.
func TestEveryHourOfAYearHasOnePeriod(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, day := range []string{"2024-01-01", "2024-01-15", "2024-02-28", "2024-02-29", "2024-03-30", "2024-08-31"} {
		slow := slowCycle{anchor: instant(day, nil).Add(9 * time.Hour), interval: interval("P1M"), loc: zone(t, "America/New_York")}
		cycle := slow.cycle()
		at := instant("2023-12-31", nil)
		for n := -12; n < 14; n++ {
			for ; at.Before(slow.boundary(n)); at = at.Add(time.Duration(race.Step(5)) * time.Hour) {
				if index, err := cycle.Index(at); n > -12 && (err != nil || index != n-1) {
					t.Fatalf("anchor %s: %v has the index %d, %v, want %d", day, at, index, err, n-1)
				}
			}
		}
	}
}
