package main

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

type cycleGiven struct {
	Anchor   when               `json:"anchor"`
	Interval proration.Interval `json:"interval"`
	At       when               `json:"at"`
	Timezone zone               `json:"timezone,omitzero"`
}

func cycle(g cycleGiven) (record, error) {
	p, err := cycleFrom(g.Anchor, g.Interval, 0, g.Timezone).Containing(g.At.in(g.Timezone))
	return record{"period": period(p)}, err
}

type advanceGiven struct {
	Start    when               `json:"start"`
	Interval proration.Interval `json:"interval"`
	N        int                `json:"n"`
	Timezone zone               `json:"timezone,omitzero"`
}

func advance(g advanceGiven) (record, error) {
	p, err := cycleFrom(g.Start, g.Interval, 0, g.Timezone).Period(g.N)
	return record{"date": instant(p.Start)}, err
}

type nextAnchorGiven struct {
	Start     when               `json:"start"`
	Interval  proration.Interval `json:"interval"`
	AnchorDay int                `json:"anchor_day,omitzero"`
	Timezone  zone               `json:"timezone,omitzero"`
}

func nextAnchor(g nextAnchorGiven) (record, error) {
	date, err := cycleFrom(g.Start, g.Interval, g.AnchorDay, g.Timezone).Next(g.Start.in(g.Timezone))
	return record{"date": instant(date)}, err
}

type billableGiven struct {
	Start     when               `json:"start"`
	End       *when              `json:"end"`
	AsOf      when               `json:"as_of"`
	Interval  proration.Interval `json:"interval"`
	AnchorDay int                `json:"anchor_day,omitzero"`
	Mode      proration.Timing   `json:"mode"`
	Timezone  zone               `json:"timezone,omitzero"`
}

func billable(g billableGiven) (record, error) {
	service := proration.Service{Start: g.Start.in(g.Timezone), AsOf: g.AsOf.in(g.Timezone), Timing: g.Mode}
	if g.End != nil {
		service.End = g.End.in(g.Timezone)
	}
	due, err := cycleFrom(g.Start, g.Interval, g.AnchorDay, g.Timezone).Billable(service)
	if err != nil {
		return nil, err
	}
	spans := list{}
	total := decimal.Zero
	for _, portion := range due {
		part, err := proration.Prorate(proration.Request{
			Amount:   decimal.NewFromInt(1),
			Period:   portion.Period,
			Span:     portion.Span,
			Policy:   proration.Standard(9), // fractions are compared to nine decimal places
			Location: g.Timezone.get(),
		})
		if err != nil {
			return nil, err
		}
		spans = append(spans, period(portion.Span))
		total = total.Add(part.Amount)
	}
	return record{"spans": spans, "total": money(total)}, nil
}

// cycleFrom returns the cycle from an anchor. Its periods begin on the given day of the month, or on the anchor's day
// if the day is 0.
func cycleFrom(anchor when, interval proration.Interval, day int, z zone) proration.Cycle {
	c := proration.Cycle{Anchor: anchor.wall(z), Interval: interval, Day: day, Zone: z.get().String(), Location: z.get()}
	if day == 0 || interval.Months != 0 {
		return c
	}
	// A cycle of weeks or days has no day of the month, but its first period can start on one.
	months := c
	months.Interval = proration.Interval{Months: 1}
	if first, err := months.Period(0); err == nil {
		c.Anchor, c.Day = proration.LocalTimeOf(first.Start), 0
	}
	return c
}

// period returns a period as a record of its start and end.
func period(p proration.Period) record {
	return record{"start": instant(p.Start), "end": instant(p.End)}
}
