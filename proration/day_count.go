package proration

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// DayCount selects how time is counted. Its zero is unset and refused.
//
// JSON: seconds, days, actual/30, 30/360, months.
type DayCount uint8

// The day counts. At 1,200.00 a year, July 14 to January 1 costs 562.19 by Seconds or Days, 570.00 by Actual30, 556.67
// by Thirty360 and 558.06 by Months. Zuora has similar settings.
const (
	Seconds   DayCount = iota + 1 // elapsed seconds, or exact parts of a second if an instant has any
	Days                          // civil days, whatever their length in hours, over the civil days of the period
	Actual30                      // civil days over 30 days a month, at most the whole; not additive: February is 28/30
	Thirty360                     // 30-day months, with the 31st as the 30th, over the period counted the same way
	Months                        // whole months from the period's start, then days of the last month over its length
)

var dayCounts = []string{"", "seconds", "days", "actual/30", "30/360", "months"}

// String returns the day count's name, "30/360".
func (d DayCount) String() string { return enum.String(dayCounts, d) }

// MarshalText returns the day count's name.
func (d DayCount) MarshalText() ([]byte, error) { return fault.Marshal(dayCounts, d, "day_count") }

// UnmarshalText reads the day count's name; an unknown name is ErrInvalid.
func (d *DayCount) UnmarshalText(text []byte) error {
	return fault.Unmarshal(dayCounts, d, "day_count", text)
}

// Side is one of the two sides of a change: the old contract or the new one. Its zero is unset.
//
// JSON: old, new.
type Side uint8

// The sides.
const (
	OldSide Side = iota + 1 // the old side owns the whole day of a change: the day of a cancellation is billed
	NewSide                 // the new side owns the whole day: the day of a cancellation is not billed
)

var sides = []string{"", "old", "new"}

// String returns the side's name, "new".
func (s Side) String() string { return enum.String(sides, s) }

// MarshalText returns the side's name.
func (s Side) MarshalText() ([]byte, error) { return fault.Marshal(sides, s, "change_day") }

// UnmarshalText reads the side's name; an unknown name is ErrInvalid.
func (s *Side) UnmarshalText(text []byte) error { return fault.Unmarshal(sides, s, "change_day", text) }

// measure counts spans of one period by one day count. Seconds uses only the period and the policy.
type measure struct {
	period   Period
	policy   Policy
	location *time.Location
	start    int64 // day number of the period's start
	end      int64 // day number of the period's end
	turns    turns
}

// share is a fraction and the name of its unit.
type share struct {
	Fraction
	unit string
}

// newMeasure returns the measure of a checked period.
func newMeasure(period Period, policy Policy, loc *time.Location) measure {
	m := measure{period: period, policy: policy, location: loc}
	if policy.DayCount == Seconds {
		return m
	}
	through := period.End
	if policy.DayCount == Months {
		through = through.Add(31 * 24 * time.Hour) // the last month may end after the period
	}
	m.turns = turnsBetween(period.Start, through, loc)
	m.start, m.end = m.turns.day(period.Start, loc), m.turns.day(period.End, loc)
	return m
}

// share returns the share of the period that the span covers. The span lies inside the period.
func (m *measure) share(span Period, e Edges) (share, error) {
	var x share
	var err error
	if m.policy.DayCount == Seconds {
		x, err = elapsed(m.period, span)
	} else {
		x, err = m.counted(span, m.from(span.Start, e), m.to(span.End, e), e.Whole)
	}
	x.Fraction = e.Extent.of(x.Fraction)
	return x, err
}

// counted returns the share of a span that counts from one day number to another. A day that neither side bills leaves
// an empty span. With whole, the whole period is a full share.
func (m *measure) counted(span Period, from, to int64, whole bool) (share, error) {
	to = max(from, to)
	whole = whole && from == m.start && to == m.end
	var x Fraction
	unit := "days"
	switch m.policy.DayCount {
	case Seconds, Days:
		x = Fraction{m.turns.between(from, to), m.turns.between(m.start, m.end)}
	case Actual30:
		months, days, _ := m.months(m.end)
		whole := 30*months + days
		x, unit = Fraction{min(m.turns.between(from, to), whole), whole}, "days (actual/30)"
	case Thirty360:
		x, unit = Fraction{thirty360(to) - thirty360(from), thirty360(m.end) - thirty360(m.start)}, "days (30/360)"
	case Months:
		x, unit = m.byMonths(from, to), "by whole months"
	}
	if whole {
		x.Num = x.Den
	}
	switch {
	case x.Den > 0:
	case span.Equal(m.period):
		x, unit = Fraction{1, 1}, "period" // the whole period is a full share, even if it has no day to count
	default:
		reason := "must have a day to count by " + m.policy.DayCount.String() + "; got " + m.period.String()
		return share{}, &Error{Field: "period", Rule: ErrPeriod, Reason: reason}
	}
	return share{x, unit}, nil
}

// usualShare computes the share in the usual case and checks its inputs on the way: the instants are whole seconds, in
// order and within the limits, and the policy is complete. Otherwise it returns false, and the caller takes the slow
// path, which reports the faults.
func usualShare(period, span *Period, policy *Policy, loc *time.Location) (share, bool) {
	start, from, to, end := period.Start.Unix(), span.Start.Unix(), span.End.Unix(), period.End.Unix()
	nanos := period.Start.Nanosecond() | span.Start.Nanosecond() | span.End.Nanosecond() | period.End.Nanosecond()
	if nanos != 0 || start <= minUnix || from < start || to <= from || end < to || end > maxUnix || !policy.usable() {
		return share{}, false
	}
	if policy.DayCount == Seconds {
		return share{Fraction{to - from, end - start}, "seconds"}, true
	}
	if loc == nil && !(inUTC(period) && inUTC(span)) || loc != nil && loc.String() == localZone {
		return share{}, false
	}
	m := newMeasure(*period, *policy, loc)
	x, err := m.share(*span, Edges{})
	return x, err == nil
}

// inUTC reports whether both instants have the location UTC.
func inUTC(p *Period) bool { return p.Start.Location() == time.UTC && p.End.Location() == time.UTC }

// elapsed counts seconds, or the largest decimal part of a second that divides all four instants evenly.
func elapsed(p, span Period) (share, error) {
	num, den := span.End.Unix()-span.Start.Unix(), p.End.Unix()-p.Start.Unix()
	nanos := [4]int64{
		int64(p.Start.Nanosecond()), int64(span.Start.Nanosecond()), int64(span.End.Nanosecond()), int64(p.End.Nanosecond()),
	}
	finest := 0
	for _, n := range nanos {
		for n%parts[finest].nanos != 0 {
			finest++
		}
	}
	part := parts[finest]
	perSecond := int64(time.Second) / part.nanos
	if den >= maxElapsed/perSecond {
		reason := "must be short enough to count in " + part.name + "; got " + p.String()
		return share{}, &Error{Field: "period", Rule: ErrLimit, Reason: reason}
	}
	num = num*perSecond + (nanos[2]-nanos[1])/part.nanos
	den = den*perSecond + (nanos[3]-nanos[0])/part.nanos
	return share{Fraction{num, den}, part.name}, nil
}

// parts are the units in which elapsed time is counted.
var parts = []struct {
	nanos int64
	name  string
}{{1_000_000_000, "seconds"}, {1_000_000, "milliseconds"}, {1_000, "microseconds"}, {1, "nanoseconds"}}

const maxElapsed = 1<<63 - 1

// thirty360 returns the position of a day on a calendar of 30-day months.
func thirty360(day int64) int64 {
	c := civilOf(day)
	return 30*c.months() + min(c.day, 30)
}

// months returns the number of whole months from the start of the period to a day, the number of days after them, and
// the length in days of the month that contains those days.
func (m *measure) months(day int64) (whole, days, length int64) {
	start, at := civilOf(m.start), civilOf(day)
	anchor := anchorDay(start, civilOf(m.end))
	whole = at.months() - start.months()
	begins := onDay(start.months()+whole, anchor).number()
	if begins > day {
		whole--
		begins = onDay(start.months()+whole, anchor).number()
	}
	ends := onDay(start.months()+whole+1, anchor).number()
	return whole, m.turns.between(begins, day), m.turns.between(begins, ends)
}

// byMonths counts by Months: the position of the span's end less the position of its start, over the position of the
// period's end. Each position is whole months and a fraction of the last month. All three get a common denominator.
func (m *measure) byMonths(from, to int64) Fraction {
	var ratios [3]Fraction
	scale := int64(1)
	for i, day := range [...]int64{from, to, m.end} {
		whole, days, length := m.months(day)
		if days == 0 {
			length = 1
		}
		ratios[i] = Fraction{whole*length + days, length}
		scale = scale / gcd(scale, length) * length
	}
	at := func(i int) int64 { return ratios[i].Num * (scale / ratios[i].Den) }
	return Fraction{at(1) - at(0), at(2)}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
