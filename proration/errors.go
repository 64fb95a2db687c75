package proration

import (
	"errors"
	"fmt"
	"strings"
)

// What can be wrong with an input. Every error of this package is one [Error], or several joined, and each matches one of
// these with errors.Is.
var (
	ErrUnset   = errors.New("must be set")                     // a choice that decides money, or a value, was not given
	ErrInvalid = errors.New("not a valid value")               // the value cannot be read or means nothing
	ErrPeriod  = errors.New("empty or reversed period")        // the end is not after the start, or no countable day is in it
	ErrOutside = errors.New("outside the period")              // a span or an instant is not inside the period it refers to
	ErrZone    = errors.New("not in the time zone asked for")  // an instant or a location belongs to another calendar
	ErrLimit   = errors.New("beyond what the library handles") // digits, exponents, years or counts; see the package's limits
)

// Error is one fault of an input: where it is, which rule it breaks, and with which values.
type Error struct {
	Field  string // path of the field in snake_case, as in JSON: "span.start", "steps[2].at"
	Rule   error  // one of the package's Err values; never nil
	Reason string // the rule in words, with the values that break it
}

// Error returns the field and the reason in one line: "rounding.mode: required, one of half_up, half_down". A rule that
// is not one of the package's Err values, such as a law of package invoice, follows in parentheses.
func (e *Error) Error() string {
	text := strings.TrimPrefix(e.Field+": "+e.Reason, ": ")
	switch e.Rule {
	case ErrUnset, ErrInvalid, ErrPeriod, ErrOutside, ErrZone, ErrLimit:
		return text
	}
	return text + " (" + e.Rule.Error() + ")"
}

// Unwrap returns the rule, for errors.Is.
func (e *Error) Unwrap() error { return e.Rule }

// Under returns err with path put before the field of each [Error] joined in it, so that a fault deep inside a value is
// named from its top. Other errors are returned as they are, and nil stays nil.
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
	moved.Field = strings.TrimSuffix(path+"."+fault.Field, ".") // the fault of a value that is no struct has no field
	return &moved
}

// faults collects what is wrong, in the order in which it is found.
type faults []error

func (f *faults) add(field string, rule error, format string, args ...any) {
	*f = append(*f, &Error{Field: field, Rule: rule, Reason: fmt.Sprintf(format, args...)})
}

func (f faults) err() error { return errors.Join(f...) }
