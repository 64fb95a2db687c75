// Package fault helps the packages above proration to report the faults of an input. Each fault is a proration.Error
// with the path of its field, and all faults are reported at once, in the order in which they are found.
package fault

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/proration"
)

// New returns one fault as an error.
func New(field string, rule error, format string, args ...any) error {
	return &proration.Error{Field: field, Rule: rule, Reason: fmt.Sprintf(format, args...)}
}

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
		*l = append(*l, proration.Under(path, err))
	}
}

// Err returns all faults joined, or nil.
func (l List) Err() error { return errors.Join(l...) }

// Enum adds a fault if v is unset or has no name in the table.
func Enum[T ~uint8](l *List, field string, names []string, v T) {
	switch reason, unset := enum.Fault(names, v); {
	case unset:
		l.Add(field, proration.ErrUnset, "%s", reason)
	case reason != "":
		l.Add(field, proration.ErrInvalid, "%s", reason)
	}
}

// Marshal implements MarshalText for an enum.
func Marshal[T ~uint8](names []string, v T, field string) ([]byte, error) {
	text, ok := enum.Marshal(names, v)
	if !ok {
		return nil, New(field, proration.ErrInvalid, "%s", enum.Unknown(names, enum.String(names, v)))
	}
	return text, nil
}

// Unmarshal implements UnmarshalText for an enum.
func Unmarshal[T ~uint8](names []string, v *T, field string, text []byte) error {
	parsed, ok := enum.Parse[T](names, text)
	if !ok {
		return New(field, proration.ErrInvalid, "%s", enum.Unknown(names, fmt.Sprintf("%.40q", text)))
	}
	*v = parsed
	return nil
}

// Amount adds a fault for an amount beyond the limits of package proration, and reports whether it is within them.
func Amount(l *List, field string, d decimal.Decimal) bool {
	if _, err := (proration.Rounding{Mode: proration.Down}).Round(d); err != nil {
		l.Add(field, proration.ErrLimit, "must have at most 38 digits and 38 decimal places")
		return false
	}
	return true
}
