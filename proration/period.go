package proration

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
)

// Period is a half-open interval of instants: Start is inside, End is outside. The library has no other type for a
// span. The end of a month is the midnight after it and not 23:59:59, which would lose the last day when days are
// counted. The zero Period is unset. An empty or reversed period is an error wherever a period is required.
type Period struct {
	Start time.Time `json:"start"` // first instant inside the period
	End   time.Time `json:"end"`   // first instant after the period
}

// From returns the rest of the period from t on: [t, End).
func (p Period) From(t time.Time) Period { return Period{Start: t, End: p.End} }

// Contains reports whether t is inside the period. Start is inside, End is not.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.Start) && t.Before(p.End) }

// covers reports whether all of q lies inside p.
func (p Period) covers(q Period) bool { return !q.Start.Before(p.Start) && !q.End.After(p.End) }

// Equal reports whether both periods have the same instants, in any time zones.
func (p Period) Equal(q Period) bool { return p.Start.Equal(q.Start) && p.End.Equal(q.End) }

// isZero reports whether the period is unset.
func (p Period) isZero() bool { return p.Start.IsZero() && p.End.IsZero() }

// String returns the ISO 8601 text, "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z".
func (p Period) String() string {
	return p.Start.Format(time.RFC3339Nano) + "/" + p.End.Format(time.RFC3339Nano)
}

// The Unix times of the first and the last second of the years 1 to 9999, in UTC.
const (
	minUnix = -62135596800
	maxUnix = 253402300799
)

// checkPeriod adds the faults of p, and reports whether it has none.
func checkPeriod(f *fault.List, field string, p Period) bool {
	switch {
	case p.Start.Before(p.End) && p.Start.Unix() > minUnix && p.End.Unix() <= maxUnix:
		return true
	case p.isZero():
		f.Add(field, ErrUnset, "required, a start and an end")
	case p.Start.IsZero():
		f.Add(field+".start", ErrUnset, "required, an instant")
	case p.End.IsZero():
		f.Add(field+".end", ErrUnset, "required, an instant")
	case !p.Start.Before(p.End):
		f.Add(field, ErrPeriod, "must end after it starts; got %v", p)
	default:
		f.Add(field, ErrLimit, "must be within the years 1 to 9999; got %v", p)
	}
	return false
}

// checkInstant adds the faults of an instant, and reports whether it has none.
func checkInstant(f *fault.List, field string, t time.Time) bool {
	switch {
	case t.IsZero():
		f.Add(field, ErrUnset, "required, an instant")
	case t.Unix() < minUnix || t.Unix() > maxUnix:
		f.Add(field, ErrLimit, "must be within the years 1 to 9999; got %s", t.Format(time.RFC3339))
	default:
		return true
	}
	return false
}

// checkInside adds a fault if span is not inside period. Neither has other faults.
func checkInside(f *fault.List, field string, span, period Period) {
	if !period.covers(span) {
		f.Add(field, ErrOutside, "must be inside %v; got %v", period, span)
	}
}
