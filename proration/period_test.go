package proration_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestPeriod(t *testing.T) {
	p := span("2026-11-01/2026-12-01", nil)
	for _, row := range []struct {
		name, why, at string
		contains      bool
	}{
		{name: "before the start", at: "2026-10-31T23:59:59.999999999"},
		{name: "the start", why: "the start is included", at: "2026-11-01", contains: true},
		{name: "inside", at: "2026-11-16", contains: true},
		{name: "the last instant", at: "2026-11-30T23:59:59.999999999", contains: true},
		{name: "the end", why: "the end is excluded", at: "2026-12-01"},
		{name: "the start in another zone", why: "an instant has no zone", at: "2026-10-31T19:00:00-05:00", contains: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			at := instant(row.at, nil)
			if got := p.Contains(at); got != row.contains {
				t.Errorf("Contains is %v", got)
			}
			if from := p.From(at); !from.Start.Equal(at) || !from.End.Equal(p.End) {
				t.Errorf("From is %v", from)
			}
		})
	}
}

// A span is inside its period if no instant of it is outside.
func TestSpanIsInsideItsPeriod(t *testing.T) {
	p := span("2026-11-01/2026-12-01", nil)
	for _, row := range []struct {
		name, span string
		inside     bool
	}{
		{name: "the period itself", span: "2026-11-01/2026-12-01", inside: true},
		{name: "a part at the start", span: "2026-11-01/2026-11-02", inside: true},
		{name: "a part at the end", span: "2026-11-30/2026-12-01", inside: true},
		{name: "too early", span: "2026-10-31T23:59:59/2026-11-02"},
		{name: "too late", span: "2026-11-30/2026-12-01T00:00:01"},
		{name: "a longer span", span: "2026-10-01/2027-01-01"},
		{name: "a span after the period", span: "2027-01-01/2027-02-01"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var want []string
			if !row.inside {
				want = []string{"span outside"}
			}
			_, err := proration.Request{Period: p, Span: span(row.span, nil), Policy: proration.Standard(2)}.Fraction()
			giventest.CheckFaults(t, err, want...)
		})
	}
}

func TestPeriodEqualInAnyZone(t *testing.T) {
	p := span("2026-11-01/2026-12-01", nil)
	tokyo := zone(t, "Asia/Tokyo")
	if q := (proration.Period{Start: p.Start.In(tokyo), End: p.End.In(tokyo)}); !p.Equal(q) {
		t.Errorf("%v does not equal %v", p, q)
	}
	for _, q := range []proration.Period{{}, p.From(p.Start.Add(1)), {Start: p.Start, End: p.End.Add(1)}} {
		if p.Equal(q) {
			t.Errorf("%v equals %v", p, q)
		}
	}
}

func TestPeriodString(t *testing.T) {
	p := proration.Period{Start: instant("2026-11-01", nil), End: instant("2026-12-01T00:00:00.5-05:00", time.FixedZone("", -5*3600))}
	if got, want := p.String(), "2026-11-01T00:00:00Z/2026-12-01T00:00:00.5-05:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
