package proration

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Timing selects whether a period is billed when it begins or when it ends. Its zero is unset and refused.
//
// JSON: in_advance, in_arrears.
type Timing uint8

// The timings.
const (
	InAdvance Timing = iota + 1 // a period is billed when it begins
	InArrears                   // a period is billed when it ends
)

var timings = []string{"", "in_advance", "in_arrears"}

// String returns the timing's name, "in_advance".
func (t Timing) String() string { return enum.String(timings, t) }

// MarshalText returns the timing's name.
func (t Timing) MarshalText() ([]byte, error) { return fault.Marshal(timings, t, "timing") }

// UnmarshalText reads the timing's name; an unknown name is ErrInvalid.
func (t *Timing) UnmarshalText(text []byte) error { return fault.Unmarshal(timings, t, "timing", text) }

// Service is the time in which a service is provided, and the instant up to which it is billed.
type Service struct {
	Start  time.Time `json:"start"`        // first instant of service
	End    time.Time `json:"end,omitzero"` // first instant after the service; zero if no end is known
	AsOf   time.Time `json:"as_of"`        // bills the portions that are due at this instant
	Timing Timing    `json:"timing"`       // in advance or in arrears; required
}

// Portion is a billable span and the anchored period that contains it. A span shorter than its period is a stub.
type Portion struct {
	Period Period `json:"period"`         // the whole anchored period, which is the denominator of the share
	Span   Period `json:"span"`           // the billable part of the period
	Edges  Edges  `json:"edges,omitzero"` // what begins and ends the span
}

// maxPortions limits the portions that one call returns.
const maxPortions = 10_000

// Billable returns the portions of the service that are due at AsOf, in order: a leading stub if service begins inside
// a period, whole periods, and a trailing stub if service ends inside a period. In advance, a portion is due when its
// period begins, and a leading stub is always due. In arrears, a portion is due when its period ends. Once AsOf reaches
// the end of the service, all portions are due.
// Errors: the faults of the cycle; ErrUnset for a missing instant or timing; ErrPeriod for an end before the start;
// ErrLimit for more than 10,000 portions, and for a portion that is not within the years 1 to 9999.
func (c Cycle) Billable(s Service) ([]Portion, error) {
	var f fault.List
	c.check(&f)
	s.check(&f)
	if f != nil {
		return nil, f.Err()
	}
	n, _, err := c.index("start", s.Start)
	if err != nil {
		return nil, err
	}
	var due []Portion
	ended := !s.End.IsZero() && !s.AsOf.Before(s.End)
	for first := true; ; first = false {
		p, ok := c.period(n)
		if !ok {
			return nil, &Error{Field: "as_of", Rule: ErrLimit, Reason: "must keep all due periods within the years 1 to 9999"}
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
		if !ended && !s.Timing.due(p, s.AsOf) && !(leadingStub && s.Timing == InAdvance) ||
			!s.End.IsZero() && !p.Start.Before(s.End) {
			return due, nil
		}
		if !span.Start.Before(span.End) {
			continue // a day that the zone skips, or a service that ends when it begins
		}
		if len(due) == maxPortions {
			return nil, &Error{Field: "as_of", Rule: ErrLimit, Reason: "must give at most 10,000 portions; start later"}
		}
		due = append(due, Portion{Period: p, Span: span})
	}
}

// due reports whether a whole period is due at the instant.
func (t Timing) due(p Period, asOf time.Time) bool {
	if t == InAdvance {
		return !p.Start.After(asOf)
	}
	return !p.End.After(asOf)
}

// check adds the faults of the service's fields.
func (s *Service) check(f *fault.List) {
	checkInstant(f, "start", s.Start)
	if !s.End.IsZero() && checkInstant(f, "end", s.End) && s.End.Before(s.Start) {
		f.Add("end", ErrPeriod, "must not be before start, %s; got %s",
			s.Start.Format(time.RFC3339Nano), s.End.Format(time.RFC3339Nano))
	}
	checkInstant(f, "as_of", s.AsOf)
	fault.Enum(f, "timing", timings, s.Timing)
}
