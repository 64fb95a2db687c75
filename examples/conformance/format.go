package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// amount is a decimal. JSON: text or a number.
type amount struct{ decimal.Decimal }

func (a *amount) UnmarshalJSON(text []byte) error {
	value, err := decimal.NewFromString(string(bytes.Trim(text, `"`)))
	if err != nil {
		return malformedf("must be an amount; got %s", text)
	}
	a.Decimal = value
	return nil
}

// zone is a time zone. JSON: its IANA name. The zero zone is UTC.
type zone struct{ location *time.Location }

func (z *zone) UnmarshalJSON(text []byte) error {
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return err
	}
	location, err := time.LoadLocation(name)
	if err != nil || name == "" || location == time.Local {
		return malformedf("must be an IANA time zone; got %q", name)
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
	date    proration.LocalTime // the date, if there is no instant
	instant time.Time           // the instant; zero for a date
}

func (w *when) UnmarshalJSON(text []byte) error {
	var written string
	err := json.Unmarshal(text, &written)
	switch {
	case err != nil:
		return err
	case written == "":
		return malformed("required, a date or an instant")
	case strings.Contains(written, "T"):
		if w.instant, err = time.Parse(time.RFC3339, written); err != nil {
			return malformedf("must be an instant such as 2024-04-16T09:30:00Z; got %q", written)
		}
		return nil
	}
	return w.date.UnmarshalText([]byte(written))
}

// in returns the instant in a zone. A date is the first instant of its day there.
func (w when) in(z zone) time.Time {
	if w.isDate() {
		return w.date.In(z.get())
	}
	return w.instant.In(z.get())
}

// wall returns the local time in a zone. A date stays at midnight even if clocks skip that midnight, since the later
// periods of a cycle that starts on it begin at midnight.
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
