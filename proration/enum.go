package proration

import "github.com/billingrules/billing/internal/enum"

// enumText implements MarshalText for the package's enums.
func enumText[T ~uint8](names []string, v T, field string) ([]byte, error) {
	text, ok := enum.Marshal(names, v)
	if !ok {
		return nil, &Error{Field: field, Rule: ErrInvalid, Reason: enum.Unknown(names, enum.String(names, v))}
	}
	return text, nil
}

// enumParse implements UnmarshalText for the package's enums.
func enumParse[T ~uint8](names []string, v *T, field string, text []byte) error {
	parsed, ok := enum.Parse[T](names, text)
	if !ok {
		return &Error{Field: field, Rule: ErrInvalid, Reason: enum.Unknown(names, quoted(text))}
	}
	*v = parsed
	return nil
}

// checkEnum adds a fault if v is unset or has no name.
func checkEnum[T ~uint8](f *faults, field string, names []string, v T) {
	switch reason, unset := enum.Fault(names, v); {
	case unset:
		f.add(field, ErrUnset, "%s", reason)
	case reason != "":
		f.add(field, ErrInvalid, "%s", reason)
	}
}

// enumFault returns the fault of an enum without a field, or nil.
func enumFault[T ~uint8](names []string, v T) error {
	var f faults
	checkEnum(&f, "", names, v)
	return f.err()
}
