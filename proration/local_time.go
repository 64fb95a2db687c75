package proration

import (
	"time"
)

// LocalTime is what a clock and a calendar on a wall show: a date and a time of day, in no zone. It is how an anchor is stored,
// since a stored time.Time keeps an offset and forgets the zone. Its text is "2026-11-16T09:30:00", or the date alone at
// midnight. Walls compare with ==. The zero Wall is unset.
type LocalTime struct {
	seconds int64 // since 0001-01-01T00:00:00
	nanos   int32
}

// LocalTimeOf returns what the wall shows at t, in t's own location.
func LocalTimeOf(t time.Time) LocalTime {
	_, offset := t.Zone()
	return LocalTime{seconds: t.Unix() + int64(offset) - minUnix, nanos: int32(t.Nanosecond())}
}

// In returns the instant at which the wall shows w in the location. A reading that clocks skip moves forward by the gap,
// which makes a skipped midnight the first instant of its day; one that comes twice is the first.
// A nil location is UTC.
func (w LocalTime) In(loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	local := w.seconds + minUnix // the seconds of the reading, were it UTC
	const day = 24 * 60 * 60     // no zone is further than that from UTC, or changes twice within it
	before, after := offsetAt(local-day, loc), offsetAt(local+day, loc)
	unix := local - before
	if before != after && offsetAt(unix, loc) != before && offsetAt(local-after, loc) == after {
		unix = local - after
	}
	return time.Unix(unix, int64(w.nanos)).In(loc)
}

// offsetAt returns how many seconds east of UTC the location is at an instant.
func offsetAt(unix int64, loc *time.Location) int64 {
	if loc == time.UTC {
		return 0
	}
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return int64(offset)
}

// date returns the civil day and the seconds into it.
func (w LocalTime) date() (civil, int64) {
	local := w.seconds + minUnix
	d := floorDiv(local, secondsPerDay)
	return civilOf(d), local - d*secondsPerDay
}

const (
	wallDate = "2006-01-02"
	wallTime = "2006-01-02T15:04:05.999999999"
)

// String returns the text, without the time of day at midnight.
func (w LocalTime) String() string {
	t := w.In(time.UTC)
	if w.nanos == 0 && w.seconds%secondsPerDay == 0 {
		return t.Format(wallDate)
	}
	return t.Format(wallTime)
}

// MarshalText returns the text, and "" for the unset wall.
func (w LocalTime) MarshalText() ([]byte, error) {
	if w == (LocalTime{}) {
		return nil, nil
	}
	return []byte(w.String()), nil
}

// UnmarshalText reads a date, or a date and a time of day, without any zone: an offset is ErrInvalid, since it would be
// forgotten. "" is the unset wall.
func (w *LocalTime) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*w = LocalTime{}
		return nil
	}
	t, err := time.Parse(wallTime, string(text))
	if err != nil {
		t, err = time.Parse(wallDate, string(text))
	}
	if err != nil || t.Year() < 1 {
		return &Error{Field: "wall", Rule: ErrInvalid, Reason: quoted(text) + " is not a date or a date and time without zone"}
	}
	*w = LocalTimeOf(t)
	return nil
}
