package proration_test

import (
	"encoding"
	"errors"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestIntervalText(t *testing.T) {
	for _, row := range []struct {
		name, why, text string
		want            proration.Interval
		print           string // "" is the text itself
		wantErr         error
	}{
		{name: "a month", text: "P1M", want: proration.Interval{Months: 1}},
		{name: "half a year", text: "P6M", want: proration.Interval{Months: 6}},
		{name: "a year", why: "a year is twelve months", text: "P1Y", want: proration.Interval{Months: 12}},
		{name: "twelve months", why: "the same length has one text", text: "P12M", want: proration.Interval{Months: 12}, print: "P1Y"},
		{name: "a year and a half", text: "P1Y6M", want: proration.Interval{Months: 18}, print: "P18M"},
		{name: "two years", text: "P24M", want: proration.Interval{Months: 24}, print: "P2Y"},
		{name: "a week", why: "a week is seven days", text: "P1W", want: proration.Interval{Days: 7}},
		{name: "seven days", text: "P7D", want: proration.Interval{Days: 7}, print: "P1W"},
		{name: "thirty days", text: "P30D", want: proration.Interval{Days: 30}},
		{name: "weeks and days", why: "both are days", text: "P1W1D", want: proration.Interval{Days: 8}, print: "P8D"},
		{name: "a day of hours", why: "24 hours are not a day of the calendar", text: "PT24H", want: proration.Interval{Seconds: 86400}},
		{name: "hours and minutes", text: "PT1H30M", want: proration.Interval{Seconds: 5400}, print: "PT90M"},
		{name: "minutes", why: "after the T an M is a minute", text: "PT1M", want: proration.Interval{Seconds: 60}},
		{name: "seconds", text: "PT3601S", want: proration.Interval{Seconds: 3601}},
		{name: "a zero in another unit", why: "one kind of length remains", text: "P1Y0D", want: proration.Interval{Months: 12}, print: "P1Y"},
		{name: "leading zeros", text: "P0001M", want: proration.Interval{Months: 1}, print: "P1M"},
		{name: "the most months", text: "P120000M", want: proration.Interval{Months: 120_000}, print: "P10000Y"},
		{name: "the most days", text: "P3652059D", want: proration.Interval{Days: 3_652_059}},
		{name: "the most seconds", text: "PT315537897599S", want: proration.Interval{Seconds: 315_537_897_599}},

		{name: "no length", text: "P", wantErr: proration.ErrInvalid},
		{name: "no time after the T", text: "P1DT", wantErr: proration.ErrInvalid},
		{name: "only a T", text: "PT", wantErr: proration.ErrInvalid},
		{name: "two Ts", text: "PTT1H", wantErr: proration.ErrInvalid},
		{name: "no P", text: "1M", wantErr: proration.ErrInvalid},
		{name: "lower-case letters", text: "p1m", wantErr: proration.ErrInvalid},
		{name: "no number", text: "PM", wantErr: proration.ErrInvalid},
		{name: "no unit", text: "P1", wantErr: proration.ErrInvalid},
		{name: "an unknown unit", text: "P1Q", wantErr: proration.ErrInvalid},
		{name: "a unit outside ASCII", text: "P1é", wantErr: proration.ErrInvalid},
		{name: "a sign", text: "P-1M", wantErr: proration.ErrInvalid},
		{name: "a sign in front", text: "-P1M", wantErr: proration.ErrInvalid},
		{name: "a fraction", text: "P0.5Y", wantErr: proration.ErrInvalid},
		{name: "a trailing space", text: "P1M ", wantErr: proration.ErrInvalid},
		{name: "hours before the T", text: "P1H", wantErr: proration.ErrInvalid},
		{name: "days after the T", text: "PT1D", wantErr: proration.ErrInvalid},
		{name: "units out of order", text: "P1M1Y", wantErr: proration.ErrInvalid},
		{name: "a unit twice", text: "P1M1M", wantErr: proration.ErrInvalid},
		{name: "months and days", why: "months and days have no fixed order", text: "P1M15D", wantErr: proration.ErrInvalid},
		{name: "days and hours", why: "a day has no fixed hours", text: "P1DT12H", wantErr: proration.ErrInvalid},
		{name: "a zero interval", why: "a zero length does not recur", text: "P0M", wantErr: proration.ErrInvalid},
		{name: "a zero interval in seconds", why: "a zero length does not recur", text: "PT0S", wantErr: proration.ErrInvalid},

		{name: "too many months", text: "P120001M", wantErr: proration.ErrLimit},
		{name: "too many years", text: "P10001Y", wantErr: proration.ErrLimit},
		{name: "too many days", text: "P3652060D", wantErr: proration.ErrLimit},
		{name: "too many seconds", text: "PT315537897600S", wantErr: proration.ErrLimit},
		{name: "years of twelve digits", text: "P999999999999Y", wantErr: proration.ErrLimit},
		{name: "months beyond 64 bits", why: "a longer length is beyond the limit, not invalid", text: "P99999999999999999999M", wantErr: proration.ErrLimit},
		{name: "a thousand digits", text: "P" + strings.Repeat("9", 1000) + "D", wantErr: proration.ErrLimit},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got proration.Interval
			checkRefused(t, got.UnmarshalText([]byte(row.text)), row.wantErr, "interval")
			if got != row.want {
				t.Errorf("%q is %#v, want %#v", row.text, got, row.want)
			}
			if row.wantErr != nil {
				return
			}
			if row.print == "" {
				row.print = row.text
			}
			if text, err := got.MarshalText(); got.String() != row.print || string(text) != row.print || err != nil {
				t.Errorf("the texts of %q are %v and %s, %v, want %s", row.text, got, text, err, row.print)
			}
		})
	}
}

func TestInvalidIntervalIsRefused(t *testing.T) {
	for _, row := range []struct {
		name    string
		i       proration.Interval
		wantErr error
	}{
		{name: "negative months", i: proration.Interval{Months: -1}, wantErr: proration.ErrInvalid},
		{name: "negative days", i: proration.Interval{Days: -7}, wantErr: proration.ErrInvalid},
		{name: "negative seconds", i: proration.Interval{Seconds: -1}, wantErr: proration.ErrInvalid},
		{name: "two lengths", i: proration.Interval{Months: 1, Days: 1}, wantErr: proration.ErrInvalid},
		{name: "three lengths", i: proration.Interval{Months: 1, Days: 1, Seconds: 1}, wantErr: proration.ErrInvalid},
		{name: "too many months", i: proration.Interval{Months: 120_001}, wantErr: proration.ErrLimit},
		{name: "too many days", i: proration.Interval{Days: 1 << 40}, wantErr: proration.ErrLimit},
		{name: "too many seconds", i: proration.Interval{Seconds: 1<<63 - 1}, wantErr: proration.ErrLimit},
	} {
		t.Run(row.name, func(t *testing.T) {
			checkRefused(t, row.i.Validate(), row.wantErr, "")
			_, err := row.i.MarshalText()
			checkRefused(t, err, row.wantErr, "interval")
			c := proration.Cycle{Anchor: proration.LocalTimeOf(instant("2024-01-31", nil)), Interval: row.i}
			_, err = c.Period(0)
			checkRefused(t, err, row.wantErr, "interval")
		})
	}
}

func TestUnsetIntervalIsStored(t *testing.T) {
	var i proration.Interval
	if text, err := i.MarshalText(); len(text) != 0 || err != nil {
		t.Errorf("the text of the unset interval is %q, %v", text, err)
	}
	giventest.CheckFaults(t, i.Validate(), " unset")
	i.Days = 3
	giventest.CheckFaults(t, i.Validate())
	if err := i.UnmarshalText(nil); err != nil || i != (proration.Interval{}) {
		t.Errorf("the empty text is decoded as %v, %v", i, err)
	}
	var _ encoding.TextUnmarshaler = &i
	c := proration.Cycle{Anchor: proration.LocalTimeOf(instant("2024-01-31", nil))}
	if _, err := c.Period(0); !errors.Is(err, proration.ErrUnset) {
		t.Errorf("a cycle without an interval returns %v", err)
	}
}

func TestIntervalAfter(t *testing.T) {
	for _, row := range []struct {
		name, why, zone, at, interval, want string
		wantErr                             error
		field                               string
	}{
		{name: "three days of grace", at: "2026-11-16T09:30:00Z", interval: "P3D", want: "2026-11-19T09:30:00Z"},
		{name: "a month from the 31st", why: "the day is clamped", at: "2024-01-31", interval: "P1M", want: "2024-02-29"},
		{name: "a year from a leap day", why: "the day is clamped", at: "2024-02-29", interval: "P1Y", want: "2025-02-28"},
		{name: "seconds across a change of clocks", why: "seconds are elapsed time", zone: "America/New_York", at: "2024-03-09T12:00:00-05:00", interval: "PT24H", want: "2024-03-10T13:00:00-04:00"},
		{name: "a day across a change of clocks", why: "a day is a calendar day", zone: "America/New_York", at: "2024-03-09T12:00:00-05:00", interval: "P1D", want: "2024-03-10T12:00:00-04:00"},
		{name: "a day into the gap", why: "the local time moves forward by the gap", zone: "America/New_York", at: "2024-03-09T02:30:00-05:00", interval: "P1D", want: "2024-03-10T03:30:00-04:00"},
		{name: "a day into the repeated hour", why: "the first of both instants", zone: "America/New_York", at: "2024-11-02T01:30:00-04:00", interval: "P1D", want: "2024-11-03T01:30:00-04:00"},
		{name: "a second in the repeated hour", why: "elapsed time has no calendar", zone: "America/New_York", at: "2024-11-03T01:30:00-05:00", interval: "PT1S", want: "2024-11-03T01:30:01-05:00"},
		{name: "a day across a skipped one", zone: "Pacific/Apia", at: "2011-12-29T10:00:00-10:00", interval: "P1D", want: "2011-12-31T10:00:00+14:00"},
		{name: "an instant in another zone", why: "the calendar is that of the location", zone: "Asia/Tokyo", at: "2024-01-30T20:00:00Z", interval: "P1M", want: "2024-02-28T20:00:00Z"},
		{name: "the last second", at: "9999-12-31T23:59:58Z", interval: "PT1S", want: "9999-12-31T23:59:59Z"},

		{name: "no instant", interval: "P3D", wantErr: proration.ErrUnset, field: "at"},
		{name: "no interval", at: "2024-01-31", wantErr: proration.ErrUnset, field: "interval"},
		{name: "after the year 9999", at: "9999-12-31", interval: "P1D", wantErr: proration.ErrLimit, field: "at"},
		{name: "seconds after the year 9999", at: "9999-12-31T23:59:59Z", interval: "PT1S", wantErr: proration.ErrLimit, field: "at"},
		{name: "a local zone", zone: "Local", at: "2024-01-31T00:00:00Z", interval: "P1D", wantErr: proration.ErrZone, field: "location"},
	} {
		t.Run(row.name, func(t *testing.T) {
			loc := local
			if row.zone != "Local" {
				loc = zone(t, row.zone)
			}
			var i proration.Interval
			if row.interval != "" {
				i = interval(row.interval)
			}
			got, err := i.After(instant(row.at, loc), loc)
			checkRefused(t, err, row.wantErr, row.field)
			if n := len(giventest.Faults(err)); row.wantErr != nil && n != 1 {
				t.Errorf("got %d faults, want one: %v", n, err)
			}
			if want := instant(row.want, loc); !got.Equal(want) {
				t.Errorf("%s after %s is %v, want %v", row.interval, row.at, got, want)
			}
		})
	}
}

func TestIntervalBefore(t *testing.T) {
	for _, row := range []struct {
		name, why, zone, at, interval, want string
		wantErr                             error
		field                               string
	}{
		{name: "nine days", why: "M17: a reminder goes out nine days before expiry", at: "2026-11-16T09:30:00Z", interval: "P9D", want: "2026-11-07T09:30:00Z"},
		{name: "a month to February", why: "the day is clamped", at: "2024-03-31", interval: "P1M", want: "2024-02-29"},
		{name: "seconds across a change of clocks", why: "seconds are elapsed time", zone: "America/New_York", at: "2024-03-10T13:00:00-04:00", interval: "PT24H", want: "2024-03-09T12:00:00-05:00"},
		{name: "a day across a change of clocks", why: "a day is a calendar day", zone: "America/New_York", at: "2024-03-10T12:00:00-04:00", interval: "P1D", want: "2024-03-09T12:00:00-05:00"},
		{name: "a day into the gap", why: "the local time moves forward by the gap", zone: "America/New_York", at: "2024-03-11T02:30:00-04:00", interval: "P1D", want: "2024-03-10T03:30:00-04:00"},
		{name: "the first second", at: "0001-01-01T00:00:01Z", interval: "PT1S", want: "0001-01-01T00:00:00Z"},

		{name: "no instant", interval: "P3D", wantErr: proration.ErrUnset, field: "at"},
		{name: "no interval", at: "2024-01-31", wantErr: proration.ErrUnset, field: "interval"},
		{name: "before the year 1", at: "0001-01-01T00:00:01Z", interval: "P1D", wantErr: proration.ErrLimit, field: "at"},
		{name: "seconds before the year 1", at: "0001-01-01T00:00:01Z", interval: "PT2S", wantErr: proration.ErrLimit, field: "at"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var i proration.Interval
			if row.interval != "" {
				i = interval(row.interval)
			}
			loc := zone(t, row.zone)
			got, err := i.Before(instant(row.at, loc), loc)
			checkRefused(t, err, row.wantErr, row.field)
			if want := instant(row.want, loc); !got.Equal(want) {
				t.Errorf("%s before %s is %v, want %v: %s", row.interval, row.at, got, want, row.why)
			}
		})
	}
}
