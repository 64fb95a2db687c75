package proration

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The rules that an input can break. Every error of this package is one [Error], or several joined, and each matches
// one of these rules with errors.Is.
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

// Error returns the field and the reason on one line: "rounding.places: must be between -18 and 18; got 19". If the
// rule is not one of the package's Err values, such as a law of package invoice, its text follows in parentheses.
func (e *Error) Error() string {
	text := strings.TrimPrefix(e.Field+": "+e.Reason, ": ")
	if slices.Contains([]error{ErrUnset, ErrInvalid, ErrPeriod, ErrOutside, ErrZone, ErrLimit}, e.Rule) {
		return text
	}
	return text + " (" + e.Rule.Error() + ")"
}

// Unwrap returns the rule, for errors.Is.
func (e *Error) Unwrap() error { return e.Rule }

// Under returns err with path in front of the field of each [Error] in it, so that a fault deep inside a value shows
// the full path of its field. Other errors are returned unchanged, and nil stays nil.
func Under(path string, err error) error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, Under(path, e))
		}
		return errors.Join(all...)
	}
	var fault *Error
	if !errors.As(err, &fault) {
		return err
	}
	moved := *fault
	moved.Field = strings.TrimSuffix(path+"."+fault.Field, ".") // a fault of the value itself has no field
	return &moved
}

// faults collects faults in the order in which they are found.
type faults []error

func (f *faults) add(field string, rule error, format string, args ...any) {
	*f = append(*f, &Error{Field: field, Rule: rule, Reason: fmt.Sprintf(format, args...)})
}

func (f faults) err() error { return errors.Join(f...) }
