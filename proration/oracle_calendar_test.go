package proration_test

import (
	"time"

	"github.com/billingrules/billing/proration"
)

// The oracle of the calendar steps through dates with the standard library, one by one, and shares nothing with the
// package. A date or a reading of a clock is kept as a time.Time in UTC whose zone means nothing.

// resolve returns the instant at which the location shows the reading, stretch of one offset after the other: the first
// of two, and moved forward by the gap where there is none.
func resolve(reading time.Time, loc *time.Location) time.Time {
	if loc == nil || loc == time.UTC {
		return reading
	}
	shownBy := func(t time.Time) time.Time { // were the offset at t that of the reading
		return reading.Add(-offset(t, loc)).In(loc)
	}
	start, limit := reading.Add(-48*time.Hour), reading.Add(48*time.Hour)
	now := shownBy(start)
	for {
		end := turn(start, limit, loc)
		if now.Before(end) {
			return now
		}
		last := now
		if now = shownBy(end); now.Before(end) {
			return last // later than all readings before the gap, and earlier than those after it
		}
		start = end
	}
}

// offset is how far east of UTC the clocks of the location are.
func offset(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// turn returns the first instant after one, and before a limit, at which the offset changes, or the limit. It looks every
// few hours and then ever closer; time.ZoneBounds says nothing of use about the last day of leap years behind 2037.
func turn(after, limit time.Time, loc *time.Location) time.Time {
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

// dateOf returns the date whose day an instant belongs to: the last one that has begun. It is the date shown, but for
// the minutes after clocks went back over a midnight, which show the day before once more.
func dateOf(t time.Time, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	year, month, day := t.In(loc).Date()
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	behind := t.Add(time.Second)
	if loc == time.UTC || turn(t.AddDate(0, 0, -1), behind, loc).Equal(behind) || resolve(nextDate(date), loc).After(t) {
		return date
	}
	return nextDate(date)
}

func nextDate(date time.Time) time.Time { return date.Add(24 * time.Hour) } // it is in UTC

// exists reports whether the location has any instant of the date; Apia has none of 2011-12-30.
func exists(date time.Time, loc *time.Location) bool {
	if loc == nil || loc == time.UTC {
		return true
	}
	if from, limit := date.AddDate(0, 0, -2), date.AddDate(0, 0, 3); turn(from, limit, loc).Equal(limit) {
		return true // clocks stay as they are all around it
	}
	return resolve(date, loc).Before(resolve(nextDate(date), loc))
}

// clamped returns the date on a day of a month, or the month's last; months beyond a year's roll over.
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
	anchor   time.Time // a reading
	interval proration.Interval
	day      int // 0 is the anchor's own
	loc      *time.Location
}

// boundary returns where period n begins.
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
