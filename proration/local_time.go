package proration

import (
	"math"
	"time"

	"github.com/billingrules/billing/internal/fault"
)

// LocalTime is a date and a time of day without a time zone, as a wall clock and a calendar show them. An anchor is
// stored as a LocalTime, because a stored time.Time keeps its offset and loses its zone. The text is
// "2026-11-16T09:30:00", or only the date at midnight. Values compare with ==. The zero LocalTime is unset.
type LocalTime struct {
	seconds int64 // since 0001-01-01T00:00:00
	nanos   int32
}

// LocalTimeOf returns the local time of t in its own location.
func LocalTimeOf(t time.Time) LocalTime {
	_, offset := t.Zone()
	return LocalTime{seconds: t.Unix() + int64(offset) - minUnix, nanos: int32(t.Nanosecond())}
}

// In returns the instant at which the local time in the location is w. A local time that the clocks skip moves forward
// by the gap, so a skipped midnight becomes the first instant of its day. If a local time occurs twice, In returns the
// first instant. A nil location is UTC.
func (w LocalTime) In(loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	local := w.unix()
	before, after := offsetAt(local-nearChange, loc), offsetAt(local+nearChange, loc)
	unix := local - before
	if before != after && offsetAt(unix, loc) != before && offsetAt(local-after, loc) == after {
		unix = local - after
	}
	return time.Unix(unix, int64(w.nanos)).In(loc)
}

// inStretch is In for a local time that the stretch may settle. It gives the same instant and looks up less.
func (w LocalTime) inStretch(s stretch, loc *time.Location) time.Time {
	if !s.settles(w) {
		return w.In(loc)
	}
	return time.Unix(w.unix()-s.offset, int64(w.nanos)).In(loc)
}

// unix returns the Unix time at which UTC shows the local time.
func (w LocalTime) unix() int64 { return w.seconds + minUnix }

// nearChange is a day in seconds. A clock change further away than this from a local time, read as UTC, does not move
// its instant: no zone has a larger offset, or changes it twice in this time.
const nearChange = secondsPerDay

// stretch is a half-open range of Unix times in which a location has one offset. It need not be the longest one.
type stretch struct{ from, until, offset int64 }

// stretchAround returns a stretch that settles the local time, and as many after it as one lookup tells. Around a clock
// change it may settle none. After the last change that a zone lists, such as 2037, each lookup reads the rule of the
// zone again and takes ten times as long.
func stretchAround(w LocalTime, loc *time.Location) stretch {
	if loc == time.UTC {
		return stretch{from: math.MinInt64, until: math.MaxInt64}
	}
	s := stretch{from: w.unix() - nearChange}
	t := time.Unix(s.from, 0).In(loc)
	_, offset := t.Zone()
	s.offset = int64(offset)
	// The start that package time returns is not read: around the last listed change it can be too early. Its end is at
	// most too early, on the last day of a leap year even before t, and then the stretch settles nothing.
	if _, end := t.ZoneBounds(); end.IsZero() {
		s.until = math.MaxInt64
	} else {
		s.until = end.Unix()
	}
	return s
}

// settles reports whether the instant of the local time follows from the offset of the stretch.
func (s stretch) settles(w LocalTime) bool {
	return s.from <= w.unix()-nearChange && w.unix()+nearChange < s.until
}

// offsetAt returns the offset of the location at an instant, in seconds east of UTC.
func offsetAt(unix int64, loc *time.Location) int64 {
	if loc == time.UTC {
		return 0
	}
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return int64(offset)
}

// date returns the civil date and the seconds since its midnight.
func (w LocalTime) date() (civil, int64) {
	local := w.unix()
	d := floorDiv(local, secondsPerDay)
	return civilOf(d), local - d*secondsPerDay
}

const (
	wallDate = "2006-01-02"
	wallTime = "2006-01-02T15:04:05.999999999"
)

// String returns the text of w: "2026-11-16T09:30:00", or only the date at midnight.
func (w LocalTime) String() string {
	t := w.In(time.UTC)
	if w.nanos == 0 && w.seconds%secondsPerDay == 0 {
		return t.Format(wallDate)
	}
	return t.Format(wallTime)
}

// MarshalText returns the text of String, or "" for the unset LocalTime.
func (w LocalTime) MarshalText() ([]byte, error) {
	if w == (LocalTime{}) {
		return nil, nil
	}
	return []byte(w.String()), nil
}

// UnmarshalText reads a date, or a date and a time of day, without a zone. An offset is ErrInvalid, because it would be
// lost. "" is the unset LocalTime.
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
		return fault.New("local_time", ErrInvalid, "must be a date, or a date and a time, without a zone; got %s",
			fault.Quoted(text))
	}
	*w = LocalTimeOf(t)
	return nil
}
