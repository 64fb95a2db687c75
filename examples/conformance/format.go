package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// amount is a decimal, in JSON as text or as a number.
type amount struct{ decimal.Decimal }

func (a *amount) UnmarshalJSON(text []byte) error {
	value, err := decimal.NewFromString(string(bytes.Trim(text, `"`)))
	if err != nil {
		return malformedf("%s is not an amount", text)
	}
	a.Decimal = value
	return nil
}

// zone is a time zone, in JSON by its name. The zero zone is UTC.
type zone struct{ location *time.Location }

func (z *zone) UnmarshalJSON(text []byte) error {
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return err
	}
	location, err := time.LoadLocation(name)
	if err != nil || name == "" || location == time.Local {
		return malformedf("%q is no time zone", name)
	}
	z.location = location
	return nil
}

// get returns the zone's location.
func (z zone) get() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// when is a date, or an instant with an offset.
type when struct {
	date    proration.LocalTime // where it is a date
	instant time.Time           // where it is an instant
}

func (w *when) UnmarshalJSON(text []byte) error {
	var written string
	err := json.Unmarshal(text, &written)
	switch {
	case err != nil:
		return err
	case written == "":
		return malformed("a date is missing")
	case strings.Contains(written, "T"):
		if w.instant, err = time.Parse(time.RFC3339, written); err != nil {
			return malformedf("%q is not an instant such as 2024-04-16T09:30:00Z", written)
		}
		return nil
	}
	return w.date.UnmarshalText([]byte(written))
}

// in returns the instant: that of a date is the first of the day in the zone.
func (w when) in(z zone) time.Time {
	if w.isDate() {
		return w.date.In(z.get())
	}
	return w.instant.In(z.get())
}

// wall returns what a wall in the zone shows then. A date is kept as it is: where clocks skip its midnight, the other days
// of a cycle that begins with it have theirs.
func (w when) wall(z zone) proration.LocalTime {
	if w.isDate() {
		return w.date
	}
	return proration.LocalTimeOf(w.instant.In(z.get()))
}

func (w when) isDate() bool { return w.instant.IsZero() }

// span is a period of dates or instants.
type span struct {
	Start when `json:"start"`
	End   when `json:"end"`
}

func (s *span) UnmarshalJSON(text []byte) error {
	type plain span
	return decode(text, (*plain)(s))
}

func (s span) in(z zone) proration.Period {
	return proration.Period{Start: s.Start.in(z), End: s.End.in(z)}
}
