package proration

import "github.com/billingrules/billing/internal/fault"

// Error is one fault of an input. Its fields are
//
//   - Field: path of the field in snake_case, as in JSON: "span.start", "steps[2].at"; "" is the value itself,
//   - Rule: one of the package's Err values, or a rule of another package; never nil,
//   - Reason: the fault in words, with the value given and the value expected.
//
// Error returns the field and the reason on one line: "rounding.places: must be between -18 and 18; got 19". If the
// rule is not one of the package's Err values, such as one of package invoice, its text follows in parentheses.
// Unwrap returns the rule, for errors.Is.
type Error = fault.Error

// The rules that an input can break. Every error of this package is one [Error], or several joined, and each matches
// one of these rules with errors.Is.
var (
	ErrUnset   = fault.ErrUnset   // a required value is missing
	ErrInvalid = fault.ErrInvalid // the value cannot be read, or its field does not allow it
	ErrPeriod  = fault.ErrPeriod  // the end is not after the start, or no day counts
	ErrOutside = fault.ErrOutside // a span or an instant is not inside its period
	ErrZone    = fault.ErrZone    // an instant or a location is in another or an unknown zone
	ErrLimit   = fault.ErrLimit   // digits, exponents, years or counts beyond the limits
)
