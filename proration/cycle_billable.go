package proration

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
)

// Timing says when a period is billed. Its zero is unset and refused.
type Timing uint8

// The timings.
const (
	InAdvance Timing = iota + 1 // a period is due when it begins
	InArrears                   // a period is due when it has ended
)

var timings = []string{"", "in_advance", "in_arrears"}

// String returns the timing's name, "in_advance".
func (t Timing) String() string { return enum.String(timings, t) }

// MarshalText returns the timing's name.
func (t Timing) MarshalText() ([]byte, error) { return enumText(timings, t, "timing") }

// UnmarshalText reads the timing's name; an unknown one is ErrInvalid.
func (t *Timing) UnmarshalText(text []byte) error { return enumParse(timings, t, "timing", text) }

// Service is how long something is provided, and how far it is billed.
type Service struct {
	Start  time.Time `json:"start"`        // the first instant of service
	End    time.Time `json:"end,omitzero"` // the first instant without; zero while no end is known
	AsOf   time.Time `json:"as_of"`        // bill what is due at this instant
	Timing Timing    `json:"timing"`       // in advance or in arrears; must be set
}

// Portion is a billable span and the anchored period it lies in. A span shorter than its period is a stub.
type Portion struct {
	Period Period `json:"period"` // the whole period, which is the denominator
	Span   Period `json:"span"`   // what of it is billed
}

// maxPortions is how many portions one call returns.
const maxPortions = 10_000

// Billable returns the portions of the service that are due, in order: a leading stub where service begins inside a period,
// whole periods, a trailing stub where it ends inside one. In advance, that is through the first boundary after AsOf, and
// a leading stub at once; in arrears through the last boundary at or before AsOf. Once AsOf reaches the end of the
// service, everything up to it is due.
// Errors: those of the cycle's and the service's fields; ErrPeriod for an end before the start; ErrLimit for more than
// 10,000 portions.
func (c Cycle) Billable(s Service) ([]Portion, error) {
	var f faults
	c.check(&f)
	s.check(&f)
	if f != nil {
		return nil, f.err()
	}
	n, err := c.index("start", s.Start)
	if err != nil {
		return nil, err
	}
	var due []Portion
	ended := !s.End.IsZero() && !s.AsOf.Before(s.End)
	for first := true; ; first = false {
		p, ok := c.period(n)
		if !ok {
			return nil, &Error{Field: "as_of", Rule: ErrLimit, Reason: "a period that is due by then is not within the years 1 to 9999"}
		}
		n++
		span := p
		if first {
			span.Start = s.Start
		}
		if !s.End.IsZero() && s.End.Before(span.End) {
			span.End = s.End
		}
		leadingStub := first && span.Start.After(p.Start)
		if !ended && !s.Timing.due(p, s.AsOf) && !(leadingStub && s.Timing == InAdvance) || !s.End.IsZero() && !p.Start.Before(s.End) {
			return due, nil
		}
		if !span.Start.Before(span.End) {
			continue // a day that the zone skips, or service that ends as it begins
		}
		if len(due) == maxPortions {
			return nil, &Error{Field: "as_of", Rule: ErrLimit, Reason: "more than 10,000 portions are due; bill from a later start"}
		}
		due = append(due, Portion{Period: p, Span: span})
	}
}

// due reports whether a whole period is billed at the instant.
func (t Timing) due(p Period, asOf time.Time) bool {
	if t == InAdvance {
		return !p.Start.After(asOf)
	}
	return !p.End.After(asOf)
}

// check adds the faults of the service's fields.
func (s *Service) check(f *faults) {
	checkInstant(f, "start", s.Start)
	if !s.End.IsZero() && checkInstant(f, "end", s.End) && s.End.Before(s.Start) {
		f.add("end", ErrPeriod, "service ends at %s, before it starts at %s", s.End.Format(time.RFC3339Nano), s.Start.Format(time.RFC3339Nano))
	}
	checkInstant(f, "as_of", s.AsOf)
	checkEnum(f, "timing", timings, s.Timing)
}
