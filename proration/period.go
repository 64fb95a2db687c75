package proration

import "time"

// Period is a half-open interval of instants: Start is inside, End is outside. It is the one interval type of the library.
// The end of a month is the midnight that ends it, and not 23:59:59, which by days would lose its last day.
// The zero Period is unset; an empty or reversed one is refused wherever a period is asked for.
type Period struct {
	Start time.Time `json:"start"` // the first instant inside
	End   time.Time `json:"end"`   // the first instant after it
}

// From returns what is left of the period from t on: [t, End).
func (p Period) From(t time.Time) Period { return Period{Start: t, End: p.End} }

// Until returns what of the period comes before t: [Start, t).
func (p Period) Until(t time.Time) Period { return Period{Start: p.Start, End: t} }

// Contains reports whether t is inside: Start counts, End does not.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.Start) && t.Before(p.End) }

// Covers reports whether the whole of q lies inside p.
func (p Period) Covers(q Period) bool { return !q.Start.Before(p.Start) && !q.End.After(p.End) }

// Equal reports whether both are the same instants, in whatever zones they are written.
func (p Period) Equal(q Period) bool { return p.Start.Equal(q.Start) && p.End.Equal(q.End) }

// isZero reports whether the period is unset.
func (p Period) isZero() bool { return p.Start.IsZero() && p.End.IsZero() }

// String returns the ISO 8601 text, "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z".
func (p Period) String() string {
	return p.Start.Format(time.RFC3339Nano) + "/" + p.End.Format(time.RFC3339Nano)
}

// The instants handled: the years 1 to 9999, in UTC.
const (
	minUnix = -62135596800
	maxUnix = 253402300799
)

// checkPeriod reports whether p can be used, and adds its faults where not.
func checkPeriod(f *faults, field string, p Period) bool {
	switch {
	case p.Start.Before(p.End) && p.Start.Unix() > minUnix && p.End.Unix() <= maxUnix:
		return true
	case p.isZero():
		f.add(field, ErrUnset, "a period has a start and an end")
	case p.Start.IsZero():
		f.add(field+".start", ErrUnset, "a period has a start")
	case p.End.IsZero():
		f.add(field+".end", ErrUnset, "a period has an end")
	case !p.Start.Before(p.End):
		f.add(field, ErrPeriod, "%v does not end after it starts", p)
	default:
		f.add(field, ErrLimit, "%v is not within the years 1 to 9999", p)
	}
	return false
}

// checkInstant is checkPeriod for a single instant.
func checkInstant(f *faults, field string, t time.Time) bool {
	switch {
	case t.IsZero():
		f.add(field, ErrUnset, "an instant is needed")
	case t.Unix() < minUnix || t.Unix() > maxUnix:
		f.add(field, ErrLimit, "%s is not within the years 1 to 9999", t.Format(time.RFC3339))
	default:
		return true
	}
	return false
}

// checkInside adds a fault where span is not inside period. Both are usable.
func checkInside(f *faults, field string, span, period Period) {
	if !period.Covers(span) {
		f.add(field, ErrOutside, "%v is not inside %v", span, period)
	}
}
