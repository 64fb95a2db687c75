package proration_test

import (
	"time"

	"github.com/billingrules/billing/proration"
)

// The calendar oracle steps through dates one by one with the standard library, and shares nothing with the package. It
// keeps a date or a local time as a time.Time in UTC whose zone has no meaning.

// resolve returns the instant at which the location shows the local time, one offset after the other: the first of two
// instants, and moved forward by the gap if there is none.
func resolve(reading time.Time, loc *time.Location) time.Time {
	if loc == nil || loc == time.UTC {
		return reading
	}
	shownBy := func(t time.Time) time.Time { // the instant by the offset at t
		return reading.Add(-offset(t, loc)).In(loc)
	}
	start, limit := reading.Add(-48*time.Hour), reading.Add(48*time.Hour)
	now := shownBy(start)
	for {
		end := clockChange(start, limit, loc)
		if now.Before(end) {
			return now
		}
		last := now
		if now = shownBy(end); now.Before(end) {
			return last // the local time is inside the gap
		}
		start = end
	}
}

// offset returns how far east of UTC the clocks of the location are.
func offset(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// clockChange returns the first instant between two at which the offset changes, or the second one. It samples every
// few hours and then bisects, since time.ZoneBounds is wrong on the last day of leap years after 2037.
func clockChange(after, limit time.Time, loc *time.Location) time.Time {
	const step = 4 * time.Hour
	before := offset(after, loc)
	for t := after.Truncate(time.Second); t.Before(limit); t = t.Add(step) {
		if offset(t.Add(step), loc) == before {
			continue
		}
		same, other := t, t.Add(step)
		for other.Sub(same) > time.Second {
			if half := same.Add(other.Sub(same) / 2).Truncate(time.Second); offset(half, loc) == before {
				same = half
			} else {
				other = half
			}
		}
		if other.Before(limit) {
			return other
		}
	}
	return limit
}

// dateOf returns the date whose day contains the instant: the last date that has begun. It differs from the shown date
// only after clocks go back over midnight.
func dateOf(t time.Time, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	year, month, day := t.In(loc).Date()
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	later := t.Add(time.Second)
	if loc == time.UTC || clockChange(t.AddDate(0, 0, -1), later, loc).Equal(later) || resolve(nextDate(date), loc).After(t) {
		return date
	}
	return nextDate(date)
}

func nextDate(date time.Time) time.Time { return date.Add(24 * time.Hour) } // in UTC

// exists reports whether the location has an instant of the date; Apia has none of 2011-12-30.
func exists(date time.Time, loc *time.Location) bool {
	if loc == nil || loc == time.UTC {
		return true
	}
	if from, limit := date.AddDate(0, 0, -2), date.AddDate(0, 0, 3); clockChange(from, limit, loc).Equal(limit) {
		return true // no clock change near the date
	}
	return resolve(date, loc).Before(resolve(nextDate(date), loc))
}

// clamped returns a day of a month, or the last day of a shorter month; months beyond a year roll over.
func clamped(year int, month time.Month, day int) time.Time {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	for {
		if date := first.AddDate(0, 0, day-1); date.Month() == first.Month() {
			return date
		}
		day--
	}
}

// slowCycle is a cycle by its definition.
type slowCycle struct {
	anchor   time.Time // a local time
	interval proration.Interval
	day      int // 0 is the day of the anchor
	loc      *time.Location
}

// boundary returns the start of period n.
func (c slowCycle) boundary(n int) time.Time {
	switch {
	case c.interval.Months != 0:
		day := c.day
		if day == 0 {
			day = c.anchor.Day()
		}
		midnight := time.Date(c.anchor.Year(), c.anchor.Month(), c.anchor.Day(), 0, 0, 0, 0, time.UTC)
		date := clamped(c.anchor.Year(), c.anchor.Month()+time.Month(n*c.interval.Months), day)
		return resolve(date.Add(c.anchor.Sub(midnight)), c.loc)
	case c.interval.Days != 0:
		return resolve(c.anchor.AddDate(0, 0, n*c.interval.Days), c.loc)
	}
	return resolve(c.anchor, c.loc).Add(time.Duration(n) * time.Duration(c.interval.Seconds) * time.Second)
}

// cycle returns the cycle under test.
func (c slowCycle) cycle() proration.Cycle {
	fast := proration.Cycle{Anchor: proration.LocalTimeOf(c.anchor), Interval: c.interval, Day: c.day, Location: c.loc}
	if c.loc != nil {
		fast.Zone = c.loc.String()
	}
	return fast
}
