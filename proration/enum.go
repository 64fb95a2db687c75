package proration

import "github.com/billingrules/billing/internal/enum"

// enumText implements MarshalText for the package's enums.
func enumText[T ~uint8](names []string, v T, field string) ([]byte, error) {
	text, ok := enum.Marshal(names, v)
	if !ok {
		reason := "must be one of " + enum.List(names) + "; got " + enum.String(names, v)
		return nil, &Error{Field: field, Rule: ErrInvalid, Reason: reason}
	}
	return text, nil
}

// enumParse implements UnmarshalText for the package's enums.
func enumParse[T ~uint8](names []string, v *T, field string, text []byte) error {
	parsed, ok := enum.Parse[T](names, text)
	if !ok {
		reason := "must be one of " + enum.List(names) + "; got " + quoted(text)
		return &Error{Field: field, Rule: ErrInvalid, Reason: reason}
	}
	*v = parsed
	return nil
}

// checkEnum adds a fault if v is unset or has no name.
func checkEnum[T ~uint8](f *faults, field string, names []string, v T) {
	switch {
	case v == 0:
		f.add(field, ErrUnset, "required, one of %s", enum.List(names))
	case !enum.Valid(names, v):
		f.add(field, ErrInvalid, "must be one of %s; got %d", enum.List(names), v)
	}
}
