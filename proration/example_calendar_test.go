package proration_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/billingrules/billing/proration"
)

const day = "Jan 2 15:04 -0700"

// The caller loads the time zone by its name; the library loads none.
func ExampleNewCycle() {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := proration.NewCycle(time.Date(2024, 1, 31, 9, 30, 0, 0, newYork), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Anchor, c.Interval, c.Zone)
	// Output: 2024-01-31T09:30:00 P1M America/New_York
}

// Every boundary is computed from the anchor, and none from the boundary before it.
func ExampleCycle_Period() {
	c, err := proration.NewCycle(date(2024, 1, 31), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for n := range 3 {
		p, err := c.Period(n)
		fmt.Println(p.Start.Format(time.DateOnly), p.End.Format(time.DateOnly), err)
	}
	// Output:
	// 2024-01-31 2024-02-29 <nil>
	// 2024-02-29 2024-03-31 <nil>
	// 2024-03-31 2024-04-30 <nil>
}

// Service began on the 16th and is billed on the 1st.
func ExampleCycle_Billable() {
	c, err := proration.NewCycle(date(2024, 1, 16), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Day = 1
	due, err := c.Billable(proration.Service{
		Start:  date(2024, 1, 16),
		End:    date(2024, 3, 11),
		AsOf:   date(2024, 3, 1),
		Timing: proration.InAdvance,
	})
	for _, p := range due {
		share, err := proration.Request{Period: p.Period, Span: p.Span, Policy: proration.Standard(2)}.Fraction()
		fmt.Println(p.Span.Start.Format(time.DateOnly), p.Span.End.Format(time.DateOnly), share, err)
	}
	fmt.Println(err)
	// Output:
	// 2024-01-16 2024-02-01 16/31 <nil>
	// 2024-02-01 2024-03-01 29/29 <nil>
	// 2024-03-01 2024-03-11 10/31 <nil>
	// <nil>
}

func ExampleCycle_Containing() {
	c, err := proration.NewCycle(date(2024, 1, 31), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := c.Containing(date(2064, 2, 15))
	fmt.Println(p, err)
	// Output: 2064-01-31T00:00:00Z/2064-02-29T00:00:00Z <nil>
}

func ExampleCycle_Index() {
	c, err := proration.NewCycle(date(2024, 1, 31), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := c.Index(date(2064, 2, 15))
	fmt.Println(n, err)
	// Output: 480 <nil>
}

func ExampleCycle_Next() {
	c, err := proration.NewCycle(date(2024, 1, 31), proration.Interval{Months: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	next, err := c.Next(date(2024, 2, 1))
	fmt.Println(next.Format(time.DateOnly), err)
	// Output: 2024-02-29 <nil>
}

func ExampleInterval_UnmarshalText() {
	for _, text := range []string{"P1Y6M", "P14D", "PT36H", "P1M15D"} {
		var i proration.Interval
		if err := i.UnmarshalText([]byte(text)); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(i, i.Months, i.Days, i.Seconds)
	}
	// Output:
	// P18M 18 0 0
	// P2W 0 14 0
	// PT36H 0 0 129600
	// interval: must be months, days or seconds; got 1 months, 15 days and 0 seconds
}

func ExampleInterval_Validate() {
	fmt.Println(proration.Interval{Months: 1}.Validate())
	fmt.Println(proration.Interval{Months: 1, Days: 15}.Validate())
	// Output:
	// <nil>
	// must be months, days or seconds; got 1 months, 15 days and 0 seconds
}

// A reminder is due nine days before a renewal, at the same time of day.
func ExampleInterval_Before() {
	end := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	reminder, err := proration.Interval{Days: 9}.Before(end, time.UTC)
	fmt.Println(reminder.Format(day), err)
	// Output:
	// Feb 21 12:00 +0000 <nil>
}

// Three days of grace after a declined card, across the start of daylight saving time.
func ExampleInterval_After() {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	declined := time.Date(2024, 3, 8, 9, 30, 0, 0, newYork)
	for _, grace := range []proration.Interval{{Days: 3}, {Seconds: 3 * 24 * 60 * 60}} {
		until, err := grace.After(declined, newYork)
		fmt.Println(grace, until.Format(day), err)
	}
	// Output:
	// P3D Mar 11 09:30 -0400 <nil>
	// PT72H Mar 11 10:30 -0400 <nil>
}

// A stored local time is the same time of day in winter and in summer; a stored offset is not.
func ExampleLocalTimeOf() {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	w := proration.LocalTimeOf(time.Date(2024, 1, 31, 9, 30, 0, 0, newYork))
	fmt.Println(w)
	// Output: 2024-01-31T09:30:00
}

// On a day whose midnight the clocks skip, the day begins an hour later.
func ExampleLocalTime_In() {
	santiago, err := time.LoadLocation("America/Santiago")
	if err != nil {
		fmt.Println(err)
		return
	}
	w := proration.LocalTimeOf(date(2024, 9, 8))
	fmt.Println(w.In(santiago).Format(day))
	fmt.Println(w.In(nil).Format(day))
	// Output:
	// Sep 8 01:00 -0300
	// Sep 8 00:00 +0000
}

func ExamplePeriod_From() {
	fmt.Println(november.From(date(2026, 11, 16)))
	// Output: 2026-11-16T00:00:00Z/2026-12-01T00:00:00Z
}

// The start is inside the period, the end is not.
func ExamplePeriod_Contains() {
	fmt.Println(november.Contains(november.Start), november.Contains(november.End))
	// Output: true false
}

// Two periods are equal if their instants are equal, in any time zone.
func ExamplePeriod_Equal() {
	tokyo := time.FixedZone("JST", 9*60*60)
	there := proration.Period{Start: november.Start.In(tokyo), End: november.End.In(tokyo)}
	fmt.Println(november.Equal(there))
	// Output: true
}

// JSON stores the name of a zone, and the caller loads its location.
func ExampleCycle_Period_stored() {
	var stored proration.Cycle
	text := `{"anchor": "2024-01-31", "interval": "P1M", "zone": "America/New_York"}`
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		fmt.Println(err)
	}
	_, err := stored.Period(0)
	fmt.Println(err)
	stored.Location, _ = time.LoadLocation(stored.Zone)
	fmt.Println(stored.Period(0))
	// Output:
	// zone: must have Location set to America/New_York, which JSON does not store
	// 2024-01-31T00:00:00-05:00/2024-02-29T00:00:00-05:00 <nil>
}
