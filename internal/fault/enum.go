package fault

import (
	"fmt"
	"math"
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

// named is an enum of another package, which has the table of its names. The String of a value without a name is its
// number.
type named interface {
	~uint8
	fmt.Stringer
}

// Choice is [Enum] for an enum of another package. It collects the names only for a fault.
func Choice[T named](l *List, field string, v T) {
	if known(v) {
		return
	}
	names := []string{""}
	for n := 1; n <= math.MaxUint8 && known(T(n)); n++ {
		names = append(names, T(n).String())
	}
	Enum(l, field, names, v)
}

// Optional is [Choice] for an enum that may be unset.
func Optional[T named](l *List, field string, v T) {
	if v != 0 {
		Choice(l, field, v)
	}
}

// Choices is [Choice] for each element of a list. The path of an element is made only for a fault.
func Choices[T named](l *List, list string, all []T) {
	for i, v := range all {
		if !known(v) {
			Choice(l, At(list, i), v)
		}
	}
}

// known reports whether an enum is set and has a name.
func known[T named](v T) bool { return v != 0 && v.String() != strconv.Itoa(int(v)) }
