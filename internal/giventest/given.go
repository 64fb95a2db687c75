package giventest

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the time zones of the tests, on any host

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// Money reads an amount such as "89.00".
func Money(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// Covers reports whether all of a span lies inside a period.
func Covers(period, span proration.Period) bool {
	return !span.Start.Before(period.Start) && !span.End.After(period.End)
}

// Zone loads a location by its name; "" is nil, which is UTC in the library.
func Zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	if name == "" {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return loc
}

// Instant reads "2026-11-16" and "2026-11-16T09:30:00" as local times in the location, and "2026-11-16T09:30:00-05:00"
// as an instant. The result is in the location; "" is the zero time.
func Instant(text string, loc *time.Location) time.Time {
	if text == "" {
		return time.Time{}
	}
	if loc == nil {
		loc = time.UTC
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05.999999999", time.RFC3339Nano} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t.In(loc)
		}
	}
	panic("not an instant: " + text)
}

// Period reads "2026-11-01/2026-12-01", each end like [Instant]; "" is the zero period.
func Period(text string, loc *time.Location) proration.Period {
	from, to, _ := strings.Cut(text, "/")
	return proration.Period{Start: Instant(from, loc), End: Instant(to, loc)}
}

// Interval reads an interval such as "P1M".
func Interval(text string) proration.Interval {
	var i proration.Interval
	if err := i.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return i
}

// Cycle returns the cycle of an anchor, in the time zone of the location.
func Cycle(anchor string, interval string, loc *time.Location) proration.Cycle {
	c, err := proration.NewCycle(Instant(anchor, loc), Interval(interval))
	if err != nil {
		panic(err)
	}
	return c
}
