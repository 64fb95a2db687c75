package proration

import (
	"strconv"
	"strings"
	"time"

	"github.com/billingrules/billing/internal/fault"
)

// Interval is a recurring length in months, days or seconds; exactly one of its fields is set. Its text is ISO 8601:
// P1M, P6M, P1Y, P1W, P30D, PT24H. A year is twelve months and a week is seven days. Months and days have the length
// that the calendar gives them; seconds do not depend on a calendar. The zero Interval is unset.
type Interval struct {
	Months  int   // calendar months, 0 to 120,000
	Days    int   // calendar days, 0 to 3,652,059
	Seconds int64 // elapsed seconds, 0 to 315,537,897,599 (9,999 years)
}

// The limits of an interval. Each covers the years 1 to 9999.
const (
	maxMonths  = 120_000
	maxDays    = 3_652_059
	maxSeconds = maxUnix - minUnix
)

// units are the designators of ISO 8601 in their required order. T comes before the last three.
var units = []struct {
	designator byte
	clock      bool // follows the T
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

// parseInterval reads the text of an interval that is set.
func parseInterval(text string) (Interval, error) {
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
		return Interval{}, fault.New("interval", ErrInvalid, "must be an ISO 8601 duration such as P1M or P30D; got %s",
			fault.Quoted([]byte(text)))
	}
	i := Interval{Months: int(min(months, maxMonths+1)), Days: int(min(days, maxDays+1)), Seconds: seconds}
	var f fault.List
	if !i.check(&f, "interval") {
		return Interval{}, f.Err()
	}
	return i, nil
}

// After returns the instant one interval after t, such as the end of three days of grace. Months and days keep the time
// of day in the location, and months clamp to the last day of a shorter month. Seconds are elapsed time. A nil location
// is UTC.
// Errors: those of the interval and the instant, ErrZone for the location Local, and ErrLimit for a result that is not
// within the years 1 to 9999.
func (i Interval) After(t time.Time, loc *time.Location) (time.Time, error) {
	return i.step(t, loc, 1)
}

// Before returns the instant one interval before t, such as the time of a reminder nine days before a renewal. It
// counts as [Interval.After] does, with the same errors.
func (i Interval) Before(t time.Time, loc *time.Location) (time.Time, error) {
	return i.step(t, loc, -1)
}

// step returns the instant n intervals after t, or before t if n is negative.
func (i Interval) step(t time.Time, loc *time.Location, n int64) (time.Time, error) {
	if loc == nil {
		loc = time.UTC
	}
	var f fault.List
	checkInstant(&f, "at", t)
	i.check(&f, "interval")
	if loc.String() == localZone {
		f.Add("location", ErrZone, "must not be Local, which differs by machine; load the zone by its name")
	}
	if f != nil {
		return time.Time{}, f.Err()
	}
	to, ok := time.Unix(t.Unix()+n*i.Seconds, int64(t.Nanosecond())).In(loc), true
	if i.Seconds == 0 {
		c := Cycle{Anchor: LocalTimeOf(t.In(loc)), Interval: i, Location: loc}
		to, ok = c.boundary(n)
	}
	if !ok || to.Unix() > maxUnix || to.Unix() < minUnix {
		reason := "must keep the result within the years 1 to 9999; got " + t.Format(time.RFC3339) + " and " + i.String()
		return time.Time{}, &Error{Field: "at", Rule: ErrLimit, Reason: reason}
	}
	return to, nil
}

// leadingNumber cuts a whole number and the letter after it off the front of text.
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

// beyondLimit is above every limit of an interval, and its product with any unit fits an int64.
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

// largest writes n in the larger unit if that is a whole number, and in the smaller unit otherwise.
func largest(n, big int64, bigName string, small int64, smallName string) string {
	if n%big == 0 {
		return strconv.FormatInt(n/big, 10) + bigName
	}
	return strconv.FormatInt(n/small, 10) + smallName
}

// MarshalText returns the ISO 8601 text, or "" for the unset interval.
func (i Interval) MarshalText() ([]byte, error) {
	if i == (Interval{}) {
		return nil, nil
	}
	var f fault.List
	if !i.check(&f, "interval") {
		return nil, f.Err()
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads an ISO 8601 duration in whole numbers of one kind of length, such as P1M, P1Y6M, P2W or PT36H,
// and "" as the unset interval.
// Errors: ErrInvalid for other text, including fractions, signs, zero lengths, and mixes such as P1M15D, which recur on
// no calendar; ErrLimit for lengths beyond the limits of the fields.
func (i *Interval) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*i = Interval{}
		return nil
	}
	parsed, err := parseInterval(string(text))
	if err == nil {
		*i = parsed
	}
	return err
}

// Validate returns the fault of an interval that must be set: ErrUnset if it is zero, ErrInvalid if it is negative or a
// mix, ErrLimit if it is beyond the limits of its fields.
func (i Interval) Validate() error {
	var f fault.List
	i.check(&f, "")
	return f.Err()
}

// check adds the faults of an interval that must be set.
func (i Interval) check(f *fault.List, field string) bool {
	lengths := 0
	for _, set := range []bool{i.Months != 0, i.Days != 0, i.Seconds != 0} {
		if set {
			lengths++
		}
	}
	switch {
	case lengths == 0:
		f.Add(field, ErrUnset, "required, an ISO 8601 duration such as P1M")
	case lengths > 1:
		f.Add(field, ErrInvalid, "must be months, days or seconds; got %d months, %d days and %d seconds",
			i.Months, i.Days, i.Seconds)
	case i.Months < 0 || i.Days < 0 || i.Seconds < 0:
		f.Add(field, ErrInvalid, "must not be negative; got %s", i)
	case i.Months > maxMonths || i.Days > maxDays || i.Seconds > maxSeconds:
		f.Add(field, ErrLimit, "must be at most 120,000 months, 3,652,059 days or 315,537,897,599 seconds; got %s", i)
	default:
		return true
	}
	return false
}
