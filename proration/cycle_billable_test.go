package proration_test

import (
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestBillable(t *testing.T) {
	for _, row := range []struct {
		name, why, zone, anchor, interval string
		day                               int
		start, end, asOf                  string
		timing                            proration.Timing
		want                              string // the spans; "span=period" where they differ
	}{
		{
			name: "a whole month in advance", why: "a period in advance is due when it begins",
			anchor: "2024-01-01", interval: "P1M", start: "2024-01-01", asOf: "2024-01-01", timing: proration.InAdvance,
			want: "2024-01-01/2024-02-01",
		},
		{
			name: "a whole month in arrears", why: "a period in arrears is due when it has ended",
			anchor: "2024-01-01", interval: "P1M", start: "2024-01-01", asOf: "2024-01-31T23:59:59", timing: proration.InArrears,
		},
		{
			name: "at the end of a period in arrears", why: "the boundary is inclusive",
			anchor: "2024-01-01", interval: "P1M", start: "2024-01-01", asOf: "2024-02-01", timing: proration.InArrears,
			want: "2024-01-01/2024-02-01",
		},
		{
			name: "a leading stub at once", why: "a stub in advance is due through the first billing date",
			anchor: "2024-01-15", interval: "P1M", start: "2024-01-04", asOf: "2024-01-04", timing: proration.InAdvance,
			want: "2024-01-04/2024-01-15=2023-12-15/2024-01-15",
		},
		{
			name: "a leading stub before service begins", why: "a stub can be billed before its first day, as an order is",
			anchor: "2024-01-15", interval: "P1M", start: "2024-01-04", asOf: "2024-01-01", timing: proration.InAdvance,
			want: "2024-01-04/2024-01-15=2023-12-15/2024-01-15",
		},
		{
			name: "a whole period before service begins", why: "service that starts on a boundary is not due before it",
			anchor: "2024-01-15", interval: "P1M", start: "2024-01-15", asOf: "2024-01-14", timing: proration.InAdvance,
		},
		{
			name: "the period after the stub", anchor: "2024-01-15", interval: "P1M", start: "2024-01-04", asOf: "2024-01-15", timing: proration.InAdvance,
			want: "2024-01-04/2024-01-15=2023-12-15/2024-01-15 2024-01-15/2024-02-15",
		},
		{
			name: "a billing day on the first", why: "service began on the 16th", anchor: "2024-01-16", interval: "P1M", day: 1,
			start: "2024-01-16", asOf: "2024-02-01", timing: proration.InAdvance,
			want: "2024-01-16/2024-02-01=2024-01-01/2024-02-01 2024-02-01/2024-03-01",
		},
		{
			name: "a trailing stub in advance", why: "billing never passes the end of service",
			anchor: "2024-01-01", interval: "P1M", start: "2024-01-01", end: "2024-02-11", asOf: "2024-02-01", timing: proration.InAdvance,
			want: "2024-01-01/2024-02-01 2024-02-01/2024-02-11=2024-02-01/2024-03-01",
		},
		{
			name: "a trailing stub in arrears", why: "a stub in arrears is due at the end of service", anchor: "2024-01-01", interval: "P1M",
			start: "2024-01-01", end: "2024-02-11", asOf: "2024-02-10", timing: proration.InArrears,
			want: "2024-01-01/2024-02-01",
		},
		{
			name: "at the end of service", why: "all service is due at its end", anchor: "2024-01-01", interval: "P1M",
			start: "2024-01-01", end: "2024-02-11", asOf: "2024-02-11", timing: proration.InArrears,
			want: "2024-01-01/2024-02-01 2024-02-01/2024-02-11=2024-02-01/2024-03-01",
		},
		{
			name: "service inside one period", why: "the span is a stub on both sides", anchor: "2024-01-01", interval: "P1M",
			start: "2024-02-05", end: "2024-02-11", asOf: "2024-06-01", timing: proration.InArrears,
			want: "2024-02-05/2024-02-11=2024-02-01/2024-03-01",
		},
		{
			name: "service that ends as it begins", anchor: "2024-01-01", interval: "P1M",
			start: "2024-02-05", end: "2024-02-05", asOf: "2024-06-01", timing: proration.InAdvance,
		},
		{
			name: "an hour of service", anchor: "2024-01-01", interval: "P1M",
			start: "2024-02-05", end: "2024-02-05T01:00:00", asOf: "2024-06-01", timing: proration.InAdvance,
			want: "2024-02-05/2024-02-05T01:00:00=2024-02-01/2024-03-01",
		},
		{
			name: "monthly from the 31st", why: "boundaries are computed from the anchor", anchor: "2024-01-31", interval: "P1M",
			start: "2024-01-31", asOf: "2024-04-30", timing: proration.InArrears,
			want: "2024-01-31/2024-02-29 2024-02-29/2024-03-31 2024-03-31/2024-04-30",
		},
		{
			name: "Santiago, where clocks skip midnight", why: "a day starts at its first instant on the calendar", zone: "America/Santiago",
			anchor: "2024-09-07", interval: "P1D", start: "2024-09-07", asOf: "2024-09-09", timing: proration.InArrears,
			want: "2024-09-07/2024-09-08T01:00:00 2024-09-08T01:00:00/2024-09-09",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			loc := zone(t, row.zone)
			c := proration.Cycle{Anchor: localTime(t, row.anchor), Interval: interval(row.interval), Day: row.day, Zone: row.zone, Location: loc}
			due, err := c.Billable(proration.Service{
				Start: instant(row.start, loc), End: instant(row.end, loc), AsOf: instant(row.asOf, loc), Timing: row.timing,
			})
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(row.want)
			if len(due) != len(want) {
				t.Fatalf("got %v, want %v", due, want)
			}
			for i, p := range due {
				s, of, stub := strings.Cut(want[i], "=")
				if !stub {
					of = s
				}
				if !p.Span.Equal(span(s, loc)) || !p.Period.Equal(span(of, loc)) {
					t.Errorf("portion %d is %v of %v, want %s", i, p.Span, p.Period, want[i])
				}
			}
		})
	}
}

func TestBillableRefuses(t *testing.T) {
	for _, row := range []struct {
		name, why, interval string
		start, end, asOf    string
		timing              proration.Timing
		want                []string
	}{
		{name: "no field", why: "every fault is reported", want: []string{"interval unset", "start unset", "as_of unset", "timing unset"}},
		{name: "no timing", interval: "P1M", start: "2024-01-01", asOf: "2024-02-01", want: []string{"timing unset"}},
		{name: "an unknown timing", interval: "P1M", start: "2024-01-01", asOf: "2024-02-01", timing: 3, want: []string{"timing invalid"}},
		{name: "an end before the start", interval: "P1M", start: "2024-01-02", end: "2024-01-01", asOf: "2024-02-01", timing: proration.InAdvance, want: []string{"end period"}},
		{name: "too many days", why: "the limit is 10,000 portions", interval: "P1D", start: "1990-01-01", asOf: "2024-01-01", timing: proration.InArrears, want: []string{"as_of limit"}},
		{name: "seconds without an end of service", why: "the number of portions is limited", interval: "PT1S", start: "1990-01-01", asOf: "9999-01-01", timing: proration.InAdvance, want: []string{"as_of limit"}},
		{name: "a start whose period begins before year 1", interval: "P1M", start: "0001-01-02", asOf: "2024-01-01", timing: proration.InAdvance, want: []string{"start limit"}},
		{name: "a period that ends after 9999", why: "the last billed period ends after the year 9999", interval: "P1M", start: "9999-10-31", asOf: "9999-12-31", timing: proration.InAdvance, want: []string{"as_of limit"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := proration.Cycle{Anchor: localTime(t, "2024-01-31")}
			if row.interval != "" {
				c.Interval = interval(row.interval)
			}
			promptly(t, func() {
				due, err := c.Billable(proration.Service{
					Start: instant(row.start, nil), End: instant(row.end, nil), AsOf: instant(row.asOf, nil), Timing: row.timing,
				})
				giventest.CheckFaults(t, err, row.want...)
				if due != nil {
					t.Errorf("got %d portions with an error, want none", len(due))
				}
			})
		})
	}
}

// Billable returns up to 10,000 portions.
func TestBillableUpToTheLimit(t *testing.T) {
	c := proration.Cycle{Anchor: localTime(t, "2000-01-01"), Interval: interval("P1D")}
	s := proration.Service{Start: instant("2000-01-01", nil), AsOf: instant("2000-01-01", nil).AddDate(0, 0, 10_000), Timing: proration.InArrears}
	if due, err := c.Billable(s); err != nil || len(due) != 10_000 {
		t.Errorf("%d portions, %v", len(due), err)
	}
	s.AsOf = s.AsOf.AddDate(0, 0, 1)
	_, err := c.Billable(s)
	giventest.CheckFaults(t, err, "as_of limit")
}
