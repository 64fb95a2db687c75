package proration

import (
	"math"
	"time"
)

// Cycle is the endless row of periods from an anchor. Period n begins n intervals after the anchor, computed from the anchor
// and not from the period before it, so that Jan 31 is followed by Feb 29 and then Mar 31.
//
// A cycle is stored as a wall-clock anchor and the name of a zone. It is used with the *time.Location of that name, which
// the caller loads and sets; any other one is refused. A cycle in UTC needs none.
type Cycle struct {
	Anchor   LocalTime `json:"anchor"`   // when period 0 begins, on the wall clock of the zone
	Interval Interval  `json:"interval"` // the length of each period

	// Day is the day of the month on which periods begin, 1 to 31, where that is not the anchor's own: service began on
	// the 16th and is billed on the 1st. Months without that day use their last. Period 0 then begins on that day of the
	// anchor's month, before or after the anchor. Zero is the anchor's own day. Only for intervals of months.
	Day int `json:"day,omitzero"`

	Zone     string         `json:"zone,omitzero"` // IANA name of the zone whose calendar this is, "America/New_York"; "UTC" or "" is UTC
	Location *time.Location `json:"-"`             // the location of that name; nil is UTC
}

// NewCycle returns the cycle whose period 0 begins at the anchor, on the calendar of the anchor's location.
// Errors: ErrUnset or ErrLimit for the anchor or the interval, and ErrZone for a time whose zone has no name: a local one
// where the machine does not name its zone, and one read from JSON with an offset.
func NewCycle(anchor time.Time, interval Interval) (Cycle, error) {
	c := Cycle{Anchor: LocalTimeOf(anchor), Interval: interval, Zone: anchor.Location().String(), Location: anchor.Location()}
	var f faults
	if checkInstant(&f, "anchor", anchor) && c.Zone == "" {
		f.add("anchor", ErrZone, "%s has an offset and no zone; give it in its location", anchor.Format(time.RFC3339))
	}
	if f != nil {
		interval.check(&f, "interval")
		return Cycle{}, f.err()
	}
	if !c.check(&f) {
		return Cycle{}, f.err()
	}
	return c, nil
}

// Period returns period n; n may be negative. It takes the same time for any n.
// A period is empty, its end being its start, where the zone skips a whole day of a daily cycle.
// Errors: those of the cycle's fields, and ErrLimit for a period outside the years 1 to 9999.
func (c Cycle) Period(n int) (Period, error) {
	var f faults
	if !c.check(&f) {
		return Period{}, f.err()
	}
	if p, ok := c.period(int64(n)); ok {
		return p, nil
	}
	return Period{}, &Error{Field: "n", Rule: ErrLimit, Reason: "that period is not within the years 1 to 9999"}
}

// Index returns the n for which period n contains t. It takes the same time for any t.
// Errors: those of the cycle's fields, and ErrLimit for an instant whose period leaves the years 1 to 9999.
func (c Cycle) Index(t time.Time) (int, error) {
	var f faults
	c.check(&f)
	checkInstant(&f, "at", t)
	if f != nil {
		return 0, f.err()
	}
	n, err := c.index("at", t)
	return int(n), err
}

// Containing returns the period that contains t. Errors as for [Cycle.Index].
func (c Cycle) Containing(t time.Time) (Period, error) {
	n, err := c.Index(t)
	if err != nil {
		return Period{}, err
	}
	return c.Period(n)
}

// Next returns the first boundary at or after t, which for the start of a service is its first billing date.
// Errors as for [Cycle.Index].
func (c Cycle) Next(t time.Time) (time.Time, error) {
	p, err := c.Containing(t)
	if err != nil {
		return time.Time{}, err
	}
	if p.Start.Equal(t) {
		return p.Start, nil
	}
	return p.End, nil
}

// Validate returns every fault of the cycle's fields: ErrUnset for a missing anchor or interval, ErrInvalid for an interval
// or a day that means nothing, ErrLimit beyond the limits, and ErrZone for a location that is not that of the zone.
func (c Cycle) Validate() error {
	var f faults
	if c.check(&f) {
		if _, ok := c.period(0); !ok {
			f.add("interval", ErrLimit, "%v from %v on is not within the years 1 to 9999", c.Interval, c.Anchor)
		}
	}
	return f.err()
}

// check adds the faults of the cycle's fields.
func (c *Cycle) check(f *faults) bool {
	before := len(*f)
	if c.Anchor == (LocalTime{}) {
		f.add("anchor", ErrUnset, "a cycle begins somewhere")
	} else if c.Anchor.seconds < 0 || c.Anchor.seconds >= maxSeconds {
		f.add("anchor", ErrLimit, "%v is not within the years 1 to 9999", c.Anchor)
	}
	c.Interval.check(f, "interval")
	if c.Day < 0 || c.Day > 31 {
		f.add("day", ErrInvalid, "no month has a day %d", c.Day)
	} else if c.Day != 0 && c.Interval.Months == 0 {
		f.add("day", ErrInvalid, "only intervals of months begin on a day of the month, and not %v", c.Interval)
	}
	c.checkLocation(f)
	return len(*f) == before
}

// checkLocation adds a fault where the location is not that of the stored name.
func (c *Cycle) checkLocation(f *faults) {
	stored, given := c.Zone, "UTC"
	if stored == "" {
		stored = "UTC"
	}
	if c.Location != nil {
		given = c.Location.String()
	}
	switch {
	case stored != given && c.Location == nil:
		f.add("zone", ErrZone, "set Location to %s: a cycle that was read back has none", stored)
	case stored != given:
		f.add("zone", ErrZone, "the cycle is stored in %s and its location is %s", stored, given)
	case given == localZone:
		f.add("zone", ErrZone, "a local zone is another one on each machine; load a zone by its name")
	case given == "UTC" && c.Location != nil && offsetAt(0, c.Location) != 0:
		f.add("zone", ErrZone, "the location is called UTC and is another zone")
	}
}

// localZone is what time.Local calls itself where the machine does not say which zone that is.
const localZone = "Local"

// period returns period n of a cycle that was checked, or that it is outside the years 1 to 9999.
func (c *Cycle) period(n int64) (p Period, ok bool) {
	if p.Start, ok = c.boundary(n); ok && n < math.MaxInt64 {
		p.End, ok = c.boundary(n + 1)
	}
	return p, ok
}

// boundary returns the start of period n, or that it is outside the years 1 to 9999.
func (c *Cycle) boundary(n int64) (time.Time, bool) {
	if n > maxSeconds || n < -maxSeconds {
		return time.Time{}, false
	}
	w := c.Anchor
	switch date, ofDay := w.date(); {
	case c.Interval.Months != 0:
		day := date.day
		if c.Day != 0 {
			day = int64(c.Day)
		}
		months, ok := advance(date.months(), n, int64(c.Interval.Months), maxMonths)
		if !ok {
			return time.Time{}, false
		}
		w.seconds = onDay(months, day).number()*secondsPerDay + ofDay - minUnix
	case c.Interval.Days != 0:
		days, ok := advance(0, n, int64(c.Interval.Days), maxDays)
		if !ok {
			return time.Time{}, false
		}
		w.seconds += days * secondsPerDay
	default:
		return c.elapsed(n)
	}
	if w.seconds < 0 || w.seconds > maxSeconds {
		return time.Time{}, false
	}
	t := w.In(c.Location)
	return t, t.Unix() >= minUnix && t.Unix() <= maxUnix
}

// elapsed is boundary for an interval of seconds, which no calendar stretches.
func (c *Cycle) elapsed(n int64) (time.Time, bool) {
	anchor := c.Anchor.In(c.Location)
	seconds, ok := advance(anchor.Unix(), n, c.Interval.Seconds, maxSeconds)
	if !ok || seconds < minUnix || seconds > maxUnix {
		return time.Time{}, false
	}
	return time.Unix(seconds, int64(anchor.Nanosecond())).In(anchor.Location()), true
}

// advance returns from + n × step, or that the product is beyond the limit.
func advance(from, n, step, limit int64) (int64, bool) {
	if n > limit/step || n < -(limit/step) {
		return 0, false
	}
	return from + n*step, true
}

// index returns the number of the period that contains t: a guess from the calendar, then the few steps that clamped days,
// times of day and zones may put it off by. Of several boundaries on one instant the last counts, so that the period found
// is never empty.
func (c *Cycle) index(field string, t time.Time) (int64, error) {
	local := t.In(c.Anchor.In(c.Location).Location())
	w := LocalTimeOf(local)
	date, _ := w.date()
	anchor, _ := c.Anchor.date()
	var n int64
	switch {
	case c.Interval.Months != 0:
		n = floorDiv(date.months()-anchor.months(), int64(c.Interval.Months))
	case c.Interval.Days != 0:
		n = floorDiv(date.number()-anchor.number(), int64(c.Interval.Days))
	default:
		n = floorDiv(t.Unix()-c.Anchor.In(c.Location).Unix(), c.Interval.Seconds)
	}
	for {
		start, ok := c.boundary(n)
		if !ok {
			return 0, &Error{Field: field, Rule: ErrLimit, Reason: "its period is not within the years 1 to 9999"}
		}
		if start.After(t) {
			n--
			continue
		}
		next, ok := c.boundary(n + 1)
		if !ok {
			return 0, &Error{Field: field, Rule: ErrLimit, Reason: "its period is not within the years 1 to 9999"}
		}
		if next.After(t) {
			return n, nil
		}
		n++
	}
}
