package proration

import (
	"strconv"
	"strings"
	"time"
)

// Interval is a recurring length: some months, or some days, or some seconds, and only one of them. Its text is ISO 8601:
// P1M, P6M, P1Y, P1W, P30D, PT24H. A year is twelve months and a week is seven days; a month or a day has the length that
// the calendar gives it, a second has no calendar. The zero Interval is unset.
type Interval struct {
	Months  int   // calendar months, 0 to 120,000
	Days    int   // calendar days, 0 to 3,652,059
	Seconds int64 // elapsed seconds, 0 to as many as 9,999 years have
}

// Limits of an interval: each spans the years 1 to 9999.
const (
	maxMonths  = 120_000
	maxDays    = 3_652_059
	maxSeconds = maxUnix - minUnix
)

// units are the designators of ISO 8601, in the order in which they may come; T stands before the last three.
var units = []struct {
	designator byte
	clock      bool // comes after the T
	months     int64
	days       int64
	seconds    int64
}{
	{designator: 'Y', months: 12},
	{designator: 'M', months: 1},
	{designator: 'W', days: 7},
	{designator: 'D', days: 1},
	{designator: 'H', clock: true, seconds: 3600},
	{designator: 'M', clock: true, seconds: 60},
	{designator: 'S', clock: true, seconds: 1},
}

// ParseInterval reads an ISO 8601 duration such as P1M, P1Y6M, P2W or PT36H: whole numbers, one kind of length.
// Errors: ErrInvalid for other text, for fractions, signs, zero lengths and for a mix such as P1M15D, which recurs on no
// calendar; ErrLimit for lengths beyond 9,999 years.
func ParseInterval(text string) (Interval, error) {
	var months, days, seconds int64
	rest, ok := strings.CutPrefix(text, "P")
	next, clock := 0, false
	for ok && rest != "" {
		if after, isClock := strings.CutPrefix(rest, "T"); isClock && !clock {
			rest, clock = after, true
			ok = rest != ""
			continue
		}
		var n int64
		var designator byte
		if n, designator, rest, ok = leadingNumber(rest); !ok {
			break
		}
		for next < len(units) && (units[next].designator != designator || units[next].clock != clock) {
			next++
		}
		if ok = next < len(units); !ok {
			break
		}
		u := units[next]
		next++
		months += n * u.months
		days += n * u.days
		seconds += n * u.seconds
	}
	if !ok || months|days|seconds == 0 {
		return Interval{}, &Error{Field: "interval", Rule: ErrInvalid, Reason: quoted([]byte(text)) + " is not an ISO 8601 duration such as P1M or P30D"}
	}
	i := Interval{Months: int(min(months, maxMonths+1)), Days: int(min(days, maxDays+1)), Seconds: seconds}
	var f faults
	if !i.check(&f, "interval") {
		return Interval{}, f.err()
	}
	return i, nil
}

// After returns the instant one interval after t: at the same time of day on the calendar of the location, the day clamped to
// shorter months, or so many elapsed seconds later. It is how a deadline such as three days of grace is found.
// A nil location is UTC. Errors: those of the interval and the instant, ErrZone for a local location, and ErrLimit for a
// result beyond the years 1 to 9999.
func (i Interval) After(t time.Time, loc *time.Location) (time.Time, error) {
	return i.step(t, loc, 1)
}

// Before returns the instant one interval before t, as [Interval.After] returns the one after it: when a reminder is due that comes nine days
// before an end.
// Errors as for After.
func (i Interval) Before(t time.Time, loc *time.Location) (time.Time, error) {
	return i.step(t, loc, -1)
}

// step returns the instant some intervals after t, or before it.
func (i Interval) step(t time.Time, loc *time.Location, n int64) (time.Time, error) {
	if loc == nil {
		loc = time.UTC
	}
	var f faults
	checkInstant(&f, "at", t)
	i.check(&f, "interval")
	if loc.String() == localZone {
		f.add("location", ErrZone, "a local zone is another one on each machine; load a zone by its name")
	}
	if f != nil {
		return time.Time{}, f.err()
	}
	to, ok := time.Unix(t.Unix()+n*i.Seconds, int64(t.Nanosecond())).In(loc), true
	if i.Seconds == 0 {
		c := Cycle{Anchor: LocalTimeOf(t.In(loc)), Interval: i, Location: loc}
		to, ok = c.boundary(n)
	}
	if !ok || to.Unix() > maxUnix || to.Unix() < minUnix {
		return time.Time{}, &Error{Field: "at", Rule: ErrLimit, Reason: i.String() + " from " + t.Format(time.RFC3339) + " is beyond the years 1 to 9999"}
	}
	return to, nil
}

// leadingNumber cuts a whole number and the letter behind it off the front of text.
func leadingNumber(text string) (n int64, designator byte, rest string, ok bool) {
	digits := 0
	for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits == len(text) {
		return 0, 0, "", false
	}
	n, err := strconv.ParseInt(text[:digits], 10, 64)
	if err != nil || n > beyondLimit {
		n = beyondLimit
	}
	return n, text[digits], text[digits+1:], true
}

// beyondLimit is more than any interval may have, and can be multiplied by any unit.
const beyondLimit = 1_000_000_000_000

// String returns the shortest ISO 8601 text: P1Y for twelve months, P1W for seven days, PT24H for 86,400 seconds.
func (i Interval) String() string {
	switch {
	case i.Months != 0:
		return "P" + largest(int64(i.Months), 12, "Y", 1, "M")
	case i.Days != 0:
		return "P" + largest(int64(i.Days), 7, "W", 1, "D")
	case i.Seconds%3600 == 0:
		return "PT" + largest(i.Seconds, 3600, "H", 3600, "H")
	}
	return "PT" + largest(i.Seconds, 60, "M", 1, "S")
}

// largest writes n in the larger unit where that is whole.
func largest(n, big int64, bigName string, small int64, smallName string) string {
	if n%big == 0 {
		return strconv.FormatInt(n/big, 10) + bigName
	}
	return strconv.FormatInt(n/small, 10) + smallName
}

// MarshalText returns the ISO 8601 text, and "" for the unset interval.
func (i Interval) MarshalText() ([]byte, error) {
	if i == (Interval{}) {
		return nil, nil
	}
	var f faults
	if !i.check(&f, "interval") {
		return nil, f.err()
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads what [ParseInterval] reads, and "" as the unset interval.
func (i *Interval) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*i = Interval{}
		return nil
	}
	parsed, err := ParseInterval(string(text))
	if err == nil {
		*i = parsed
	}
	return err
}

// Validate returns the fault of an interval that must recur: ErrUnset where it is zero, ErrInvalid where it is negative or a
// mix, ErrLimit where it is longer than 9,999 years.
func (i Interval) Validate() error {
	var f faults
	i.check(&f, "")
	return f.err()
}

// check adds the faults of an interval that must recur.
func (i Interval) check(f *faults, field string) bool {
	lengths := 0
	for _, set := range []bool{i.Months != 0, i.Days != 0, i.Seconds != 0} {
		if set {
			lengths++
		}
	}
	switch {
	case lengths == 0:
		f.add(field, ErrUnset, "an interval is longer than nothing")
	case lengths > 1:
		f.add(field, ErrInvalid, "an interval is months, days or seconds, and not %d months, %d days and %d seconds", i.Months, i.Days, i.Seconds)
	case i.Months < 0 || i.Days < 0 || i.Seconds < 0:
		f.add(field, ErrInvalid, "an interval is not negative: %s", i)
	case i.Months > maxMonths || i.Days > maxDays || i.Seconds > maxSeconds:
		f.add(field, ErrLimit, "%s is longer than 9,999 years", i)
	default:
		return true
	}
	return false
}
