package proration

import "time"

const secondsPerDay = 24 * 60 * 60

// civil is a date of the proleptic Gregorian calendar.
type civil struct {
	year, month, day int64 // month 1 to 12, day 1 to 31
}

// A day number counts the days since 1970-01-01. The conversions are from Howard Hinnant's "chrono-compatible low-level
// date algorithms": years begin in March, so that the leap day is the last day of a year.
const (
	daysPer400Years = 146097
	epochFromMarch0 = 719468 // days from 0000-03-01 to 1970-01-01
)

// civilOf returns the date of a day number.
func civilOf(day int64) civil {
	day += epochFromMarch0
	era := floorDiv(day, daysPer400Years)
	dayOfEra := day - era*daysPer400Years
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	fromMarch := (5*dayOfYear + 2) / 153
	c := civil{year: era*400 + yearOfEra, month: fromMarch + 3, day: dayOfYear - (153*fromMarch+2)/5 + 1}
	if c.month > 12 {
		c.month -= 12
		c.year++
	}
	return c
}

// number returns the day number of the date.
func (c civil) number() int64 {
	year, fromMarch := c.year, c.month-3
	if fromMarch < 0 {
		fromMarch += 12
		year--
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*fromMarch+2)/5 + c.day - 1
	return era*daysPer400Years + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - epochFromMarch0
}

// months returns the number of months from January of year 0 to the month of the date.
func (c civil) months() int64 { return c.year*12 + c.month - 1 }

// onDay returns the given day of a month, or the last day of a month that is shorter.
func onDay(months, day int64) civil {
	year := floorDiv(months, 12)
	month := months - year*12 + 1
	return civil{year: year, month: month, day: min(day, monthLength(year, month))}
}

// monthLength returns the number of days in a month.
func monthLength(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// anchorDay returns the day of the month that both ends of a period are clamped from: 31 for Feb 28 to Mar 31. If there
// is no such day, it returns the day of the start.
func anchorDay(start, end civil) int64 {
	day := max(start.day, end.day)
	if onDay(start.months(), day) == start && onDay(end.months(), day) == end {
		return day
	}
	return start.day
}

// dayNumber returns the day number of the local date at t in the location; nil is UTC.
func dayNumber(t time.Time, loc *time.Location) int64 {
	if loc == nil || loc == time.UTC {
		return floorDiv(t.Unix(), secondsPerDay)
	}
	_, offset := t.In(loc).Zone()
	return floorDiv(t.Unix()+int64(offset), secondsPerDay)
}

// dayRange is a half-open range of day numbers: from is inside, to is not.
type dayRange struct{ from, to int64 }

// reopening is a clock change, at the instant unix, that sets local time back across midnight. From then on, local time
// shows the day before, but the civil day stays the day that had begun.
type reopening struct{ unix, day int64 }

// turns are the clock changes of a location that break the sequence of its civil days. They are very rare.
type turns struct {
	skipped  []dayRange  // days that never occurred, such as 2011-12-30 in Apia, which crossed the date line
	reopened []reopening // as in St. John's, where clocks were set back at one minute past midnight until 2011
}

// turnsBetween returns the turns that affect the civil days of the instants between from and to.
func turnsBetween(from, to time.Time, loc *time.Location) turns {
	var found turns
	if loc == nil || loc == time.UTC {
		return found
	}
	const day = 24 * time.Hour // a turn affects instants up to this long after it
	t := from.Add(-day).In(loc)
	for {
		_, change := t.ZoneBounds()
		if change.IsZero() || change.After(to) {
			return found
		}
		if !change.After(t) { // package time returns no later change around the end of some far years
			t = t.Add(day)
			continue
		}
		_, offset := t.Zone()
		before := change.Unix() + int64(offset)
		_, offset = change.Zone()
		after := change.Unix() + int64(offset)
		if first, next := -floorDiv(-before, secondsPerDay), floorDiv(after, secondsPerDay); next > first {
			found.skipped = append(found.skipped, dayRange{from: first, to: next})
		}
		if begun := floorDiv(before-1, secondsPerDay); begun > floorDiv(after, secondsPerDay) {
			found.reopened = append(found.reopened, reopening{unix: change.Unix(), day: begun})
		}
		t = change
	}
}

// day returns the civil day of t: the last day that has begun.
func (z *turns) day(t time.Time, loc *time.Location) int64 {
	day := dayNumber(t, loc)
	for _, r := range z.reopened {
		if t.Unix() >= r.unix {
			day = max(day, r.day)
		}
	}
	return day
}

// between counts the civil days from one day number to another, without the skipped days.
func (z *turns) between(from, to int64) int64 {
	n := to - from
	for _, s := range z.skipped {
		n -= max(0, min(to, s.to)-max(from, s.from))
	}
	return n
}

// floorDiv divides and rounds toward negative infinity; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
