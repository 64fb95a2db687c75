// Package fault reports the faults of an input: the error type, the rules that an input can break, and the checks that
// every package makes. All faults are reported at once, in the order in which they are found. Package proration exports
// the error type and the rules.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The rules that an input can break. Each error matches one of them with errors.Is.
var (
	ErrUnset   = errors.New("must be set")                     // a required value is missing
	ErrInvalid = errors.New("not a valid value")               // the value cannot be read, or its field does not allow it
	ErrPeriod  = errors.New("empty or reversed period")        // the end is not after the start, or no day counts
	ErrOutside = errors.New("outside the period")              // a span or an instant is not inside its period
	ErrZone    = errors.New("not in the time zone asked for")  // an instant or a location is in another or an unknown zone
	ErrLimit   = errors.New("beyond what the library handles") // digits, exponents, years or counts beyond the limits
)

// Error is one fault of an input: its field, the rule that it breaks, and the reason.
type Error struct {
	Field  string // path of the field in snake_case, as in JSON: "span.start", "steps[2].at"; "" is the value itself
	Rule   error  // one of the package's Err values, or a rule of another package; never nil
	Reason string // the fault in words, with the value given and the value expected
}

// New returns one fault as an error.
func New(field string, rule error, format string, args ...any) error {
	return &Error{Field: field, Rule: rule, Reason: fmt.Sprintf(format, args...)}
}

// Error returns the field and the reason on one line: "rounding.places: must be between -18 and 18; got 19". If the
// rule is not one of the package's Err values, such as one of package invoice, its text follows in parentheses.
func (e *Error) Error() string {
	text := strings.TrimPrefix(e.Field+": "+e.Reason, ": ")
	if slices.Contains([]error{ErrUnset, ErrInvalid, ErrPeriod, ErrOutside, ErrZone, ErrLimit}, e.Rule) {
		return text
	}
	return text + " (" + e.Rule.Error() + ")"
}

// Unwrap returns the rule, for errors.Is.
func (e *Error) Unwrap() error { return e.Rule }

// List collects faults in the order in which they are found.
type List []error

// Add adds a fault.
func (l *List) Add(field string, rule error, format string, args ...any) {
	*l = append(*l, New(field, rule, format, args...))
}

// Under adds the faults of the value at the path; an empty path leaves their fields unchanged. A nil err adds nothing.
func (l *List) Under(path string, err error) {
	switch {
	case err == nil:
	case path == "":
		*l = append(*l, err)
	default:
		*l = append(*l, Under(path, err))
	}
}

// At adds the faults of element i of a list. A nil err adds nothing, and the path is made only for a fault.
func (l *List) At(list string, i int, err error) {
	if err != nil {
		l.Under(At(list, i), err)
	}
}

// Err returns all faults joined, or nil.
func (l List) Err() error { return errors.Join(l...) }
