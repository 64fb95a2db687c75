package proration

import (
	"math"
	"time"

	"github.com/billingrules/billing/internal/fault"
)

// Cycle is an endless sequence of billing periods. Period n begins n intervals after the anchor. It is computed from
// the anchor and not from the period before it, so Jan 31 is followed by Feb 29 and then by Mar 31.
//
// A cycle is stored as a local anchor and the name of a time zone. Before use, the caller loads the *time.Location of
// that name and sets it; any other location is refused. A cycle in UTC needs no location.
type Cycle struct {
	Anchor   LocalTime `json:"anchor"`   // start of period 0, in the local time of the zone
	Interval Interval  `json:"interval"` // length of each period

	// Day is the day of the month on which periods begin, 1 to 31, if it differs from the anchor's day: service begins on
	// the 16th and is billed on the 1st. A shorter month uses its last day. Period 0 then begins on that day of the
	// anchor's month, before or after the anchor. Zero is the anchor's day. Only for intervals of months.
	Day int `json:"day,omitzero"`

	Zone     string         `json:"zone,omitzero"` // IANA name of the time zone, "America/New_York"; "UTC" or "" is UTC
	Location *time.Location `json:"-"`             // location of that name; nil is UTC
}

// NewCycle returns the cycle whose period 0 begins at the anchor, in the time zone of the anchor's location.
// Errors: ErrUnset or ErrLimit for the anchor, the errors of [Interval.Validate], and ErrZone for an anchor without a
// named zone, such as an offset read from JSON, or time.Local on a machine that does not name its zone.
func NewCycle(anchor time.Time, interval Interval) (Cycle, error) {
	c := Cycle{
		Anchor: LocalTimeOf(anchor), Interval: interval, Zone: anchor.Location().String(), Location: anchor.Location(),
	}
	var f fault.List
	if checkInstant(&f, "anchor", anchor) && c.Zone == "" {
		f.Add("anchor", ErrZone, "must be in a named time zone; got the offset of %s", anchor.Format(time.RFC3339))
	}
	if f != nil {
		interval.check(&f, "interval")
		return Cycle{}, f.Err()
	}
	if !c.check(&f) {
		return Cycle{}, f.Err()
	}
	return c, nil
}

// Period returns period n, which may be negative. It takes the same time for any n.
// If the zone skips a whole day, the period of that day in a daily cycle is empty: its end equals its start.
// Errors: every fault of the cycle: ErrUnset for a missing anchor or interval, ErrInvalid for an interval or a day that
// is not valid, ErrLimit for values beyond the limits, and ErrZone for a location that does not match the zone; and
// ErrLimit for a period outside the years 1 to 9999.
func (c Cycle) Period(n int) (Period, error) {
	var f fault.List
	if !c.check(&f) {
		return Period{}, f.Err()
	}
	if p, ok := c.period(int64(n)); ok {
		return p, nil
	}
	return Period{}, &Error{Field: "n", Rule: ErrLimit, Reason: "must keep the period within the years 1 to 9999"}
}

// Index returns the number of the period that contains t. It takes the same time for any t.
// Errors: the faults of the cycle, ErrUnset for the zero instant, and ErrLimit for an instant whose period is not
// within the years 1 to 9999.
func (c Cycle) Index(t time.Time) (int, error) {
	n, _, err := c.at(t)
	return int(n), err
}

// Containing returns the period that contains t. Errors as for [Cycle.Index].
func (c Cycle) Containing(t time.Time) (Period, error) {
	_, p, err := c.at(t)
	return p, err
}

// at checks the cycle and the instant, and returns the period that contains it and its number.
func (c *Cycle) at(t time.Time) (int64, Period, error) {
	var f fault.List
	c.check(&f)
	checkInstant(&f, "at", t)
	if f != nil {
		return 0, Period{}, f.Err()
	}
	return c.index("at", t)
}

// Next returns the first boundary at or after t. For the start of a service, it is the first billing date.
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

// check adds the faults of the cycle's fields.
func (c *Cycle) check(f *fault.List) bool {
	before := len(*f)
	if c.Anchor == (LocalTime{}) {
		f.Add("anchor", ErrUnset, "required, the local start of period 0")
	} else if c.Anchor.seconds < 0 || c.Anchor.seconds >= maxSeconds {
		f.Add("anchor", ErrLimit, "must be within the years 1 to 9999; got %v", c.Anchor)
	}
	c.Interval.check(f, "interval")
	if c.Day < 0 || c.Day > 31 {
		f.Add("day", ErrInvalid, "must be between 0 and 31; got %d", c.Day)
	} else if c.Day != 0 && c.Interval.Months == 0 {
		f.Add("day", ErrInvalid, "must be 0 unless the interval is in months; got %d with %v", c.Day, c.Interval)
	}
	c.checkLocation(f)
	return len(*f) == before
}

// checkLocation adds a fault if the location does not match the stored name.
func (c *Cycle) checkLocation(f *fault.List) {
	stored, given := c.Zone, "UTC"
	if stored == "" {
		stored = "UTC"
	}
	if c.Location != nil {
		given = c.Location.String()
	}
	switch {
	case stored != given && c.Location == nil:
		f.Add("zone", ErrZone, "must have Location set to %s, which JSON does not store", stored)
	case stored != given:
		f.Add("zone", ErrZone, "must match Location; got %s and the location %s", stored, given)
	case given == localZone:
		f.Add("zone", ErrZone, "must not be Local, which differs by machine; load the zone by its name")
	case given == "UTC" && c.Location != nil && offsetAt(0, c.Location) != 0:
		f.Add("zone", ErrZone, "must match Location; got a location named UTC with another offset")
	}
}

// location returns the location of the cycle.
func (c *Cycle) location() *time.Location {
	if c.Location == nil {
		return time.UTC
	}
	return c.Location
}

// localZone is the name of time.Local on a machine that does not name its zone.
const localZone = "Local"

// period returns period n of a checked cycle, and false if it is not within the years 1 to 9999.
func (c *Cycle) period(n int64) (p Period, ok bool) {
	if n == math.MaxInt64 {
		return p, false
	}
	if c.Interval.Seconds != 0 {
		if p.Start, ok = c.elapsed(n); ok {
			p.End, ok = c.elapsed(n + 1)
		}
		return p, ok
	}
	start, startOK := c.localBoundary(n)
	end, endOK := c.localBoundary(n + 1)
	if !startOK || !endOK {
		return p, false
	}
	loc := c.location()
	s := stretchAround(start, loc)
	p = Period{Start: start.inStretch(s, loc), End: end.inStretch(s, loc)}
	return p, withinYears(p.Start) && withinYears(p.End)
}

// withinYears reports whether the instant is within the years 1 to 9999.
func withinYears(t time.Time) bool { return t.Unix() >= minUnix && t.Unix() <= maxUnix }

// boundary returns the start of period n, and false if it is not within the years 1 to 9999.
func (c *Cycle) boundary(n int64) (time.Time, bool) {
	if c.Interval.Seconds != 0 {
		return c.elapsed(n)
	}
	w, ok := c.localBoundary(n)
	if !ok {
		return time.Time{}, false
	}
	t := w.In(c.Location)
	return t, withinYears(t)
}

// localBoundary returns the local start of period n, for an interval of months or days, and false if it is not within
// the years 1 to 9999.
func (c *Cycle) localBoundary(n int64) (LocalTime, bool) {
	if n > maxSeconds || n < -maxSeconds {
		return LocalTime{}, false
	}
	w := c.Anchor
	if c.Interval.Months != 0 {
		date, ofDay := w.date()
		day := date.day
		if c.Day != 0 {
			day = int64(c.Day)
		}
		months, ok := advance(date.months(), n, int64(c.Interval.Months), maxMonths)
		if !ok {
			return LocalTime{}, false
		}
		w.seconds = onDay(months, day).number()*secondsPerDay + ofDay - minUnix
	} else {
		days, ok := advance(0, n, int64(c.Interval.Days), maxDays)
		if !ok {
			return LocalTime{}, false
		}
		w.seconds += days * secondsPerDay
	}
	return w, w.seconds >= 0 && w.seconds <= maxSeconds
}

// elapsed is boundary for an interval of seconds, which does not depend on the calendar.
func (c *Cycle) elapsed(n int64) (time.Time, bool) {
	anchor := c.Anchor.In(c.Location)
	seconds, ok := advance(anchor.Unix(), n, c.Interval.Seconds, maxSeconds)
	if !ok || seconds < minUnix || seconds > maxUnix {
		return time.Time{}, false
	}
	return time.Unix(seconds, int64(anchor.Nanosecond())).In(anchor.Location()), true
}

// advance returns from + n × step, and false if the product is beyond the limit.
func advance(from, n, step, limit int64) (int64, bool) {
	if n > limit/step || n < -(limit/step) {
		return 0, false
	}
	return from + n*step, true
}

// index returns the period that contains t, and its number. It estimates the number from the calendar and corrects it
// by the few steps that clamped days, times of day and zones can cause. If several boundaries fall on one instant, the
// last one counts, so the period is never empty.
func (c *Cycle) index(field string, t time.Time) (int64, Period, error) {
	w := LocalTimeOf(t.In(c.location()))
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
		p, ok := c.period(n)
		switch {
		case !ok && !c.startsAfter(n, t):
			return 0, p, &Error{Field: field, Rule: ErrLimit, Reason: "must be in a period within the years 1 to 9999"}
		case !ok || p.Start.After(t):
			n--
		case p.End.After(t):
			return n, p, nil
		default:
			n++
		}
	}
}

// startsAfter reports whether period n, whose end need not be within the years 1 to 9999, starts after t.
func (c *Cycle) startsAfter(n int64, t time.Time) bool {
	start, ok := c.boundary(n)
	return ok && start.After(t)
}
