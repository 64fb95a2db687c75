package fault

import (
	"strconv"

	"github.com/billingrules/billing/internal/enum"
)

// Enum adds a fault if v is unset or has no name in the table.
func Enum[T ~uint8](l *List, field string, names []string, v T) {
	switch {
	case v == 0:
		l.Add(field, ErrUnset, "required, one of %s", enum.List(names))
	case !enum.Valid(names, v):
		l.Add(field, ErrInvalid, "must be one of %s; got %d", enum.List(names), v)
	}
}

// Marshal implements MarshalText for an enum.
func Marshal[T ~uint8](names []string, v T, field string) ([]byte, error) {
	text, ok := enum.Marshal(names, v)
	if !ok {
		return nil, New(field, ErrInvalid, "must be one of %s; got %d", enum.List(names), v)
	}
	return text, nil
}

// Unmarshal implements UnmarshalText for an enum.
func Unmarshal[T ~uint8](names []string, v *T, field string, text []byte) error {
	parsed, ok := enum.Parse[T](names, text)
	if !ok {
		return New(field, ErrInvalid, "must be one of %s; got %s", enum.List(names), Quoted(text))
	}
	*v = parsed
	return nil
}

// Quoted returns text in quotes, cut off if it is long.
func Quoted(text []byte) string {
	const most = 40
	if len(text) > most {
		return strconv.Quote(string(text[:most])) + "..."
	}
	return strconv.Quote(string(text))
}

// OfEnum returns the fault of an enum as an error without a field, or nil.
func OfEnum[T ~uint8](names []string, v T) error {
	var l List
	Enum(&l, "", names, v)
	return l.Err()
}
