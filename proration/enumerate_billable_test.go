package proration_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

// slowBillable lists the portions by definition: the part of service in every period that begins before the boundary
// through which service is billed.
func slowBillable(c slowCycle, s proration.Service) []proration.Portion {
	n := 0
	for c.boundary(n).After(s.Start) {
		n--
	}
	for !c.boundary(n + 1).After(s.Start) {
		n++
	}
	var through time.Time
	switch {
	case !s.End.IsZero() && !s.AsOf.Before(s.End):
		through = s.End
	case s.Timing == proration.InArrears: // the last boundary at or before
		for i := n; !c.boundary(i).After(s.AsOf); i++ {
			through = c.boundary(i)
		}
	default: // the first boundary after, but not before the first billing date
		i := n
		for c.boundary(i).Before(s.Start) {
			i++
		}
		through = c.boundary(i)
		for ; !through.After(s.AsOf); i++ {
			through = c.boundary(i + 1)
		}
	}
	if !s.End.IsZero() && s.End.Before(through) {
		through = s.End
	}
	var due []proration.Portion
	for ; c.boundary(n).Before(through); n++ {
		p := proration.Period{Start: c.boundary(n), End: c.boundary(n + 1)}
		span := p
		if span.Start.Before(s.Start) {
			span.Start = s.Start
		}
		if !s.End.IsZero() && s.End.Before(span.End) {
			span.End = s.End
		}
		if span.Start.Before(span.End) {
			due = append(due, proration.Portion{Period: p, Span: span})
		}
	}
	return due
}

func samePortion(a, b proration.Portion) bool {
	return a.Period.Equal(b.Period) && a.Span.Equal(b.Span)
}

func checkBillable(t *testing.T, c slowCycle, s proration.Service) {
	t.Helper()
	got, err := c.cycle().Billable(s)
	if want := slowBillable(c, s); err != nil || !slices.EqualFunc(got, want, samePortion) {
		t.Fatalf("%+v: %+v\n got %v, %v\nwant %v", c, s, got, err, want)
	}
	for i, p := range got {
		if !giventest.Covers(p.Period, p.Span) || i > 0 && !p.Span.Start.Equal(got[i-1].Span.End) {
			t.Fatalf("%+v: %+v: portion %v is outside its period or leaves a gap", c, s, p)
		}
	}
}

// Every service has the portions of the definition, for starts and ends on several days, as of any day around it, in
// advance and in arrears.
func TestEveryBillableService(t *testing.T) {
	short.Skip(t)
	for _, c := range []slowCycle{
		{anchor: instant("2024-01-01", nil), interval: interval("P1M")},
		{anchor: instant("2024-01-31", nil), interval: interval("P1M")},
		{anchor: instant("2024-01-16", nil), interval: interval("P1M"), day: 31},
		{anchor: instant("2023-11-30T09:30:00", nil), interval: interval("P3M")},
		{anchor: instant("2024-01-03", nil), interval: interval("P1W")},
		{anchor: instant("2024-02-29", nil), interval: interval("P1Y")},
	} {
		t.Run(c.interval.String()+" from "+c.anchor.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			for start := instant("2024-01-14", nil); start.Before(instant("2024-03-02", nil)); start = start.AddDate(0, 0, 3) {
				for _, days := range []int{-1, 0, 1, 17, 31, 70} {
					for asOf := start.AddDate(0, 0, -40); asOf.Before(start.AddDate(0, 0, 110)); asOf = asOf.Add(time.Duration(race.Step(5)*31) * time.Hour) {
						for _, timing := range []proration.Timing{proration.InAdvance, proration.InArrears} {
							s := proration.Service{Start: start, AsOf: asOf.Truncate(12 * time.Hour), Timing: timing}
							if days >= 0 {
								s.End = start.AddDate(0, 0, days)
							}
							checkBillable(t, c, s)
						}
					}
				}
			}
		})
	}
}

// Daily billing continues across the day that Apia skipped, and that day is no portion.
func TestBillableAcrossASkippedDay(t *testing.T) {
	t.Parallel()
	apia := zone(t, "Pacific/Apia")
	c := slowCycle{anchor: instant("2011-12-01T09:00:00", nil), interval: interval("P1D"), loc: apia}
	for _, timing := range []proration.Timing{proration.InAdvance, proration.InArrears} {
		for hours := range 24 * 6 {
			s := proration.Service{Start: instant("2011-12-27", apia), AsOf: instant("2011-12-28", apia).Add(time.Duration(hours) * time.Hour), Timing: timing}
			checkBillable(t, c, s)
			s.End = instant("2012-01-01", apia)
			checkBillable(t, c, s)
		}
	}
	due, err := c.cycle().Billable(proration.Service{
		Start: instant("2011-12-28T09:00:00", apia), AsOf: instant("2012-01-02T09:00:00", apia), Timing: proration.InArrears,
	})
	if err != nil || len(due) != 4 {
		t.Errorf("five dates with one skipped give %d portions, %v", len(due), err)
	}
}
