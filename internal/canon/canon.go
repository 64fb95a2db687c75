// Package canon writes values as JSON in one form, whatever the host set decimal's printing to: numbers of package
// decimal are always strings. It follows the tags, the MarshalText methods and the order of fields that encoding/json
// does, so that encoding/json reads the text back.
package canon

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// JSON returns the value as a reader expects it: amounts with at least the given places, "89.00", counts and
// percentages with as many as they need, "10", and instants with their offsets. Equal values are written alike.
// Errors: those of MarshalText methods, and kinds of values that the library does not use, such as maps.
func JSON(v any, places int32) ([]byte, error) { return (&writer{places: places}).value(v) }

// Normal returns the value in a form that is the same for equal values: numbers without zeros at their end, instants in
// UTC, and empty lists as none.
func Normal(v any) ([]byte, error) { return (&writer{normal: true}).value(v) }

// writer writes one value.
type writer struct {
	normal bool
	places int32 // of amounts
	field  string
	out    bytes.Buffer
}

// counts are the fields whose numbers are no amounts of money.
var counts = []string{"quantity", "base_quantity", "percent", "included", "package", "up_to"}

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
		return fmt.Errorf("canon: %v is not written", v.Type())
	}
}

// plain appends a value as encoding/json writes it.
func (w *writer) plain(v any) error {
	text, err := json.Marshal(v)
	w.out.Write(text)
	return err
}

// text appends the text of a value.
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
			// encoding/json escapes these bytes. Invalid UTF-8 is written as the replacement that reading returns.
			return w.plain(string([]rune(s)))
		}
	}
	w.out.WriteByte('"')
	w.out.WriteString(s)
	w.out.WriteByte('"')
	return nil
}

// number appends a number in quotes; one made by hand with an exponent beyond all amounts keeps it.
func (w *writer) number(d decimal.Decimal) error {
	switch {
	case !exact.Sensible(d):
		return w.quoted(d.Coefficient().String() + "e" + strconv.Itoa(int(d.Exponent())))
	case w.normal || slices.Contains(counts, w.field):
		return w.quoted(exact.Text(d, 0))
	}
	return w.quoted(exact.Text(d, w.places))
}

// list appends a list, and null for none.
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

// fields appends the fields of a struct, those of embedded ones among them.
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
		w.field = name
		if err := w.write(v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// omits reports whether a field is left out, by its tag's options.
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
