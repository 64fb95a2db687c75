// Package canon writes values as JSON in one form. Numbers of package decimal are always strings, even if the program
// sets decimal.MarshalJSONWithoutQuotes. Tags, MarshalText methods and the order of fields work as in encoding/json,
// which can read the output back. Numbers are amounts of money, except in a field with the tag canon:"count", such as a
// quantity or a percentage.
package canon

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// LastYear is the last year, in UTC, of an instant that JSON can store in every time zone: RFC 3339 ends with 9999.
const LastYear = 9998

// JSON returns the value for people to read: amounts have at least the given places, "89.00", counts and percentages
// have only the places that they need, "10", and instants keep their offsets. Equal numbers have equal text.
// Errors: those of MarshalText methods, and an error for kinds of values that the library does not use, such as maps.
func JSON(v any, places int32) ([]byte, error) { return (&writer{places: places}).value(v) }

// Normal returns the same text for equal values: numbers have no trailing zeros, instants are in UTC, and empty lists
// are null or left out.
// Errors: as for [JSON].
func Normal(v any) ([]byte, error) { return (&writer{normal: true}).value(v) }

// writer writes one value.
type writer struct {
	normal bool
	places int32 // least number of decimal places of amounts
	count  bool  // whether numbers of the field being written are not amounts
	out    bytes.Buffer
}

func (w *writer) value(v any) ([]byte, error) {
	if err := w.write(reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

// write appends one value.
func (w *writer) write(v reflect.Value) error {
	switch x := v.Interface().(type) {
	case decimal.Decimal:
		return w.number(x)
	case time.Time:
		if w.normal {
			x = x.UTC()
		}
		return w.text(x)
	case encoding.TextMarshaler:
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return w.plain(nil)
		}
		return w.text(x)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return w.plain(nil)
		}
		return w.write(v.Elem())
	case reflect.Struct:
		w.out.WriteByte('{')
		first := true
		err := w.fields(v, &first)
		w.out.WriteByte('}')
		return err
	case reflect.Slice:
		return w.list(v)
	case reflect.String:
		return w.quoted(v.String())
	case reflect.Bool:
		w.out.WriteString(strconv.FormatBool(v.Bool()))
		return nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		w.out.WriteString(strconv.FormatInt(v.Int(), 10))
		return nil
	default:
		return fmt.Errorf("canon: cannot write a value of type %v", v.Type())
	}
}

// plain appends the output of encoding/json for a value.
func (w *writer) plain(v any) error {
	text, err := json.Marshal(v)
	w.out.Write(text)
	return err
}

// text appends the MarshalText of a value as a string.
func (w *writer) text(v encoding.TextMarshaler) error {
	text, err := v.MarshalText()
	if err != nil {
		return err
	}
	return w.quoted(string(text))
}

// quoted appends a string.
func (w *writer) quoted(s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return w.plain(string([]rune(s))) // encoding/json escapes it; invalid UTF-8 becomes U+FFFD, as in reading
		}
	}
	w.out.WriteByte('"')
	w.out.WriteString(s)
	w.out.WriteByte('"')
	return nil
}

// number appends a number in quotes. A number beyond the limits of amounts keeps its exponent.
func (w *writer) number(d decimal.Decimal) error {
	switch {
	case !exact.Sensible(d):
		return w.quoted(d.Coefficient().String() + "e" + strconv.Itoa(int(d.Exponent())))
	case w.normal || w.count:
		return w.quoted(exact.Text(d, 0))
	}
	return w.quoted(exact.Text(d, w.places))
}

// list appends a list, or null for a nil list.
func (w *writer) list(v reflect.Value) error {
	if v.IsNil() || w.normal && v.Len() == 0 {
		return w.plain(nil)
	}
	w.out.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			w.out.WriteByte(',')
		}
		if err := w.write(v.Index(i)); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	return nil
}

// fields appends the fields of a struct, including those of embedded structs.
func (w *writer) fields(v reflect.Value, first *bool) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct {
			if err := w.fields(v.Field(i), first); err != nil {
				return err
			}
			continue
		}
		if !field.IsExported() || name == "-" || w.omits(v.Field(i), options) {
			continue
		}
		if name == "" {
			name = field.Name
		}
		if !*first {
			w.out.WriteByte(',')
		}
		*first = false
		w.out.WriteString(`"` + name + `":`)
		w.count = field.Tag.Get("canon") == "count"
		if err := w.write(v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// omits reports whether the options of its tag leave a field out.
func (w *writer) omits(v reflect.Value, options string) bool {
	empty := v.Kind() == reflect.Slice && v.Len() == 0 || v.Kind() == reflect.Pointer && v.IsNil()
	switch {
	case strings.Contains(options, "omitempty"):
		return empty || v.Kind() != reflect.Struct && v.IsZero()
	case !strings.Contains(options, "omitzero"):
		return false
	case w.normal && empty:
		return true
	}
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok {
		return z.IsZero()
	}
	return v.IsZero()
}
