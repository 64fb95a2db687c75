package proration_test

import (
	"math"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestCyclePeriod(t *testing.T) {
	for _, row := range []struct {
		name, why, zone, anchor, interval string
		day, n                            int
		want                              string
		wantErr                           error
		field                             string
	}{
		{name: "the first", anchor: "2024-01-31", interval: "P1M", want: "2024-01-31/2024-02-29"},
		{name: "the second", why: "boundaries are computed from the anchor", anchor: "2024-01-31", interval: "P1M", n: 1, want: "2024-02-29/2024-03-31"},
		{name: "the one before the anchor", anchor: "2024-01-31", interval: "P1M", n: -1, want: "2023-12-31/2024-01-31"},
		{name: "a common year", anchor: "2023-01-31", interval: "P1M", n: 1, want: "2023-02-28/2023-03-31"},
		{name: "from a leap day", why: "the next leap year has the day again", anchor: "2024-02-29", interval: "P1Y", n: 3, want: "2027-02-28/2028-02-29"},
		{name: "a century without a leap day", anchor: "2096-02-29", interval: "P1Y", n: 4, want: "2100-02-28/2101-02-28"},
		{name: "after fifty years", anchor: "2024-01-30", interval: "P1M", n: 601, want: "2074-02-28/2074-03-30"},
		{name: "weeks", anchor: "2024-02-26", interval: "P1W", n: 1, want: "2024-03-04/2024-03-11"},
		{name: "thirty days", anchor: "2024-01-31", interval: "P30D", n: 1, want: "2024-03-01/2024-03-31"},
		{name: "hours", anchor: "2024-01-31", interval: "PT36H", n: 1, want: "2024-02-01T12:00:00/2024-02-03"},
		{name: "a time of day", anchor: "2024-01-31T09:30:00", interval: "P1M", n: 1, want: "2024-02-29T09:30:00/2024-03-31T09:30:00"},

		{name: "a billing day on the first", why: "period 0 begins before the service", anchor: "2024-01-16", interval: "P1M", day: 1, want: "2024-01-01/2024-02-01"},
		{name: "a billing day on the last of a month", why: "period 0 begins after the service", anchor: "2024-01-16", interval: "P1M", day: 31, want: "2024-01-31/2024-02-29"},
		{name: "a billing day on the 31st in a short month", anchor: "2024-04-16", interval: "P1M", day: 31, want: "2024-04-30/2024-05-31"},

		{name: "a month with a change of clocks", why: "local time is kept", zone: "America/New_York", anchor: "2024-03-01", interval: "P1M", want: "2024-03-01T00:00:00-05:00/2024-04-01T00:00:00-04:00"},
		{name: "hours across a change of clocks", why: "an interval of seconds is elapsed time", zone: "America/New_York", anchor: "2024-03-10", interval: "PT24H", n: 1, want: "2024-03-11T01:00:00-04:00/2024-03-12T01:00:00-04:00"},
		{name: "Santiago, where clocks skip midnight", why: "the day begins at 01:00", zone: "America/Santiago", anchor: "2024-08-08", interval: "P1M", n: 1, want: "2024-09-08T01:00:00-03:00/2024-10-08T00:00:00-03:00"},
		{name: "daily in Santiago", why: "the next day begins at midnight again", zone: "America/Santiago", anchor: "2024-09-01", interval: "P1D", n: 8, want: "2024-09-09T00:00:00-03:00/2024-09-10T00:00:00-03:00"},
		{name: "the day that Apia skipped", why: "its period is empty", zone: "Pacific/Apia", anchor: "2011-12-29", interval: "P1D", n: 1, want: "2011-12-31T00:00:00+14:00/2011-12-31T00:00:00+14:00"},
		{name: "the day after the skipped one", why: "a daily cycle continues after an empty period", zone: "Pacific/Apia", anchor: "2011-12-29", interval: "P1D", n: 2, want: "2011-12-31T00:00:00+14:00/2012-01-01T00:00:00+14:00"},
		{name: "a week across the skipped day", why: "the week has six days", zone: "Pacific/Apia", anchor: "2011-12-26", interval: "P1W", want: "2011-12-26T00:00:00-10:00/2012-01-02T00:00:00+14:00"},
		{name: "Lord Howe", why: "clocks move by half an hour", zone: "Australia/Lord_Howe", anchor: "2024-10-05T02:15:00", interval: "P1D", n: 1, want: "2024-10-06T02:45:00+11:00/2024-10-07T02:15:00+11:00"},

		{name: "the last period within the limits", anchor: "9998-12-31", interval: "P1Y", want: "9998-12-31/9999-12-31"},
		{name: "after the last period", anchor: "9999-12-01", interval: "P1M", wantErr: proration.ErrLimit, field: "n"},
		{name: "the first period within the limits", anchor: "0001-02-01", interval: "P1M", n: -1, want: "0001-01-01/0001-02-01"},
		{name: "before the first period", anchor: "0001-02-01", interval: "P1M", n: -2, wantErr: proration.ErrLimit, field: "n"},
		{name: "the largest number", anchor: "2024-01-31", interval: "P1M", n: math.MaxInt, wantErr: proration.ErrLimit, field: "n"},
		{name: "the smallest number", anchor: "2024-01-31", interval: "P1D", n: math.MinInt, wantErr: proration.ErrLimit, field: "n"},
		{name: "the largest number of seconds", anchor: "2024-01-31", interval: "PT1S", n: math.MaxInt, wantErr: proration.ErrLimit, field: "n"},
		{name: "more seconds than the limits have", anchor: "2024-01-31", interval: "PT315537897599S", n: 1, wantErr: proration.ErrLimit, field: "n"},
		{name: "more years than the limits have", anchor: "2024-01-31", interval: "P10000Y", n: 1, wantErr: proration.ErrLimit, field: "n"},

		{name: "no anchor", interval: "P1M", wantErr: proration.ErrUnset, field: "anchor"},
		{name: "no interval", anchor: "2024-01-31", wantErr: proration.ErrUnset, field: "interval"},
		{name: "an invalid day", anchor: "2024-01-31", interval: "P1M", day: 32, wantErr: proration.ErrInvalid, field: "day"},
		{name: "a negative day", anchor: "2024-01-31", interval: "P1M", day: -1, wantErr: proration.ErrInvalid, field: "day"},
		{name: "a day of the month by weeks", anchor: "2024-01-31", interval: "P1W", day: 1, wantErr: proration.ErrInvalid, field: "day"},
	} {
		t.Run(row.name, func(t *testing.T) {
			loc := zone(t, row.zone)
			c := proration.Cycle{Anchor: localTime(t, row.anchor), Day: row.day, Zone: row.zone, Location: loc}
			if row.interval != "" {
				c.Interval = interval(row.interval)
			}
			got, err := c.Period(row.n)
			checkRefused(t, err, row.wantErr, row.field)
			if !got.Equal(span(row.want, loc)) {
				t.Errorf("period %d is %v, want %s", row.n, got, row.want)
			}
		})
	}
}

// A stored cycle works only with the location of its zone name.
func TestCycleZone(t *testing.T) {
	for _, row := range []struct {
		name, why, stored string
		location          *time.Location
		wantErr           error
	}{
		{name: "UTC needs no location", stored: ""},
		{name: "UTC by its name", stored: "UTC"},
		{name: "UTC by its location", location: time.UTC},
		{name: "UTC in name only", why: "its calendar is five hours ahead", stored: "UTC", location: time.FixedZone("UTC", 5*3600), wantErr: proration.ErrZone},
		{name: "the zone of the name", stored: "America/New_York", location: zone(t, "America/New_York")},
		{name: "a name without its location", why: "the calendar of UTC differs", stored: "America/New_York", wantErr: proration.ErrZone},
		{name: "another zone", stored: "America/New_York", location: zone(t, "America/Toronto"), wantErr: proration.ErrZone},
		{name: "a location without its name", why: "JSON would lose the zone", location: zone(t, "America/Toronto"), wantErr: proration.ErrZone},
		{name: "a local zone", why: "time.Local differs between machines", stored: "Local", location: local, wantErr: proration.ErrZone},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := proration.Cycle{Anchor: localTime(t, "2024-01-31"), Interval: interval("P1M"), Zone: row.stored, Location: row.location}
			at := instant("2024-02-29T12:00:00Z", nil)
			for verb, call := range map[string]func() error{
				"Period":     func() error { _, err := c.Period(0); return err },
				"Index":      func() error { _, err := c.Index(at); return err },
				"Containing": func() error { _, err := c.Containing(at); return err },
				"Next":       func() error { _, err := c.Next(at); return err },
				"Billable": func() error {
					_, err := c.Billable(proration.Service{Start: at, AsOf: at, Timing: proration.InAdvance})
					return err
				},
			} {
				t.Run(verb, func(t *testing.T) { checkRefused(t, call(), row.wantErr, "zone") })
			}
		})
	}
}

func TestNewCycle(t *testing.T) {
	for _, row := range []struct {
		name, why string
		anchor    time.Time
		interval  proration.Interval
		zone      string
		faults    []string
	}{
		{name: "UTC", anchor: instant("2024-01-31", nil), interval: interval("P1M"), zone: "UTC"},
		{name: "a zone", anchor: instant("2024-01-31T09:30:00", zone(t, "America/New_York")), interval: interval("P1M"), zone: "America/New_York"},
		{name: "no anchor and no interval", interval: proration.Interval{}, faults: []string{"anchor unset", "interval unset"}},
		{name: "an offset", why: "an offset names no calendar", anchor: time.Date(2024, 1, 31, 0, 0, 0, 0, time.FixedZone("", -5*3600)), interval: interval("P1M"), faults: []string{"anchor zone"}},
		{name: "a local time", why: "time.Local differs between machines", anchor: time.Date(2024, 1, 31, 0, 0, 0, 0, local), interval: interval("P1M"), faults: []string{"zone zone"}},
		{name: "the year 10000", anchor: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), interval: interval("P1M"), faults: []string{"anchor limit"}},
		{name: "the year 0", anchor: time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC), interval: interval("P1M"), faults: []string{"anchor limit"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := proration.NewCycle(row.anchor, row.interval)
			giventest.CheckFaults(t, err, row.faults...)
			if err != nil {
				return
			}
			p, err := c.Period(0)
			if err != nil || !p.Start.Equal(row.anchor) || c.Zone != row.zone || c.Interval != row.interval {
				t.Errorf("%+v: period 0 is %v, %v", c, p, err)
			}
		})
	}
}

func TestCycleLookups(t *testing.T) {
	for _, row := range []struct {
		name, why, anchor, interval, at string
		index                           int
		period, next                    string
		wantErr                         error
	}{
		{name: "on the anchor", anchor: "2024-01-31", interval: "P1M", at: "2024-01-31", period: "2024-01-31/2024-02-29", next: "2024-01-31"},
		{name: "just before", anchor: "2024-01-31", interval: "P1M", at: "2024-01-30T23:59:59.999999999", index: -1, period: "2023-12-31/2024-01-31", next: "2024-01-31"},
		{name: "just after", anchor: "2024-01-31", interval: "P1M", at: "2024-01-31T00:00:00.000000001", period: "2024-01-31/2024-02-29", next: "2024-02-29"},
		{name: "after forty years", anchor: "2024-01-31", interval: "P1M", at: "2064-02-15", index: 480, period: "2064-01-31/2064-02-29", next: "2064-02-29"},
		{name: "in the last year", anchor: "2024-01-31", interval: "P1M", at: "9999-12-30", index: 95_710, period: "9999-11-30/9999-12-31", next: "9999-12-31"},
		{name: "an instant whose period ends too late", anchor: "2024-01-31", interval: "P1M", at: "9999-12-31", wantErr: proration.ErrLimit},
		{name: "an instant whose period begins too early", anchor: "2024-01-31", interval: "P1M", at: "0001-01-30", wantErr: proration.ErrLimit},
		{name: "after the year 9999", anchor: "2024-01-31", interval: "P1M", at: "10000-01-01", wantErr: proration.ErrLimit},
		{name: "no instant", anchor: "2024-01-31", interval: "P1M", wantErr: proration.ErrUnset},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := proration.Cycle{Anchor: localTime(t, row.anchor), Interval: interval(row.interval)}
			at := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
			if row.at != "10000-01-01" {
				at = instant(row.at, nil)
			}
			index, err := c.Index(at)
			checkRefused(t, err, row.wantErr, "at")
			p, err := c.Containing(at)
			checkRefused(t, err, row.wantErr, "at")
			next, err := c.Next(at)
			checkRefused(t, err, row.wantErr, "at")
			if index != row.index || !p.Equal(span(row.period, nil)) || !next.Equal(instant(row.next, nil)) {
				t.Errorf("%s is in period %d, %v, before %v; want %d, %s, %s", row.at, index, p, next, row.index, row.period, row.next)
			}
		})
	}
}

// A cycle without fault can have a first period beyond the limits.
func TestFirstPeriodBeyondTheLimits(t *testing.T) {
	cycle, err := proration.NewCycle(instant("9990-01-31", nil), interval("P1Y"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = cycle.Period(0)
	giventest.CheckFaults(t, err)
	cycle.Interval = interval("P10Y")
	_, err = cycle.Period(0)
	giventest.CheckFaults(t, err, "n limit")
	cycle.Day = 32
	_, err = cycle.Period(0)
	giventest.CheckFaults(t, err, "day invalid")
}
