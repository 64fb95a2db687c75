package fault

import (
	"errors"
	"strings"
)

// All returns the faults that are joined in err, in order. Any other error becomes a fault of no field whose rule is
// that error, so that no error is lost.
func All(err error) (all []*Error) {
	var joined interface{ Unwrap() []error }
	var one *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		for _, e := range joined.Unwrap() {
			all = append(all, All(e)...)
		}
		return all
	case errors.As(err, &one):
		return []*Error{one}
	}
	return []*Error{{Rule: err, Reason: err.Error()}}
}

// Under returns err with path in front of the field of each [Error] in it, so that a fault deep inside a value shows
// the full path of its field. Other errors are returned unchanged, and nil stays nil.
func Under(path string, err error) error {
	return moved(err, func(field string) string {
		return strings.TrimSuffix(path+"."+field, ".") // a fault of the value itself has no field
	})
}

// Rename returns err with the path from of each [Error] in it replaced by to, also at the start of a longer path. An
// empty path is the value itself. Other fields and other errors are unchanged, and nil stays nil.
func Rename(err error, from, to string) error {
	return moved(err, func(field string) string {
		rest, found := strings.CutPrefix(field, from)
		switch {
		case !found || rest != "" && rest[0] != '.' && rest[0] != '[':
			return field
		case to == "":
			return strings.TrimPrefix(rest, ".")
		}
		return to + rest
	})
}

// moved returns err with another field for each Error in it.
func moved(err error, field func(string) string) error {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var all List
		for _, e := range joined.Unwrap() {
			all = append(all, moved(e, field))
		}
		return all.Err()
	}
	var one *Error
	if !errors.As(err, &one) {
		return err
	}
	own := *one
	own.Field = field(own.Field)
	return &own
}
