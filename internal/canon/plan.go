package canon

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"
)

// plan writes a value of one type, which has an address.
type plan func(w *writer, v reflect.Value) error

// known are the plans that were made so far, by type: a memo, since the fields of a type never change.
var known sync.Map //nolint:gochecknoglobals // it changes no result

// planOf returns the plan of a type.
func planOf(t reflect.Type) plan {
	if p, ok := known.Load(t); ok {
		return p.(plan)
	}
	p := makePlan(t)
	known.Store(t, p)
	return p
}

// makePlan makes the plan of a type.
func makePlan(t reflect.Type) plan {
	switch {
	case t == reflect.TypeFor[decimal.Decimal]():
		return func(w *writer, v reflect.Value) error { return w.number(*v.Addr().Interface().(*decimal.Decimal)) }
	case t == reflect.TypeFor[time.Time]():
		return func(w *writer, v reflect.Value) error { return w.instant(*v.Addr().Interface().(*time.Time)) }
	case t.Kind() == reflect.Pointer:
		return pointerPlan(t)
	case t.Implements(reflect.TypeFor[encoding.TextAppender]()):
		return appended
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return textPlan(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		return structPlan(t)
	case reflect.Slice:
		return listPlan(t)
	case reflect.String:
		return func(w *writer, v reflect.Value) error { return w.quoted(v.String()) }
	case reflect.Bool:
		return func(w *writer, v reflect.Value) error {
			w.out = strconv.AppendBool(w.out, v.Bool())
			return nil
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return func(w *writer, v reflect.Value) error {
			w.out = strconv.AppendInt(w.out, v.Int(), 10)
			return nil
		}
	default:
		return func(*writer, reflect.Value) error { return fmt.Errorf("canon: cannot write a value of type %v", t) }
	}
}

// pointerPlan writes what a pointer points to, or null. The plan of its type is looked up later, since a type can
// contain pointers to itself.
func pointerPlan(t reflect.Type) plan {
	return func(w *writer, v reflect.Value) error {
		if v.IsNil() {
			w.null()
			return nil
		}
		return planOf(t.Elem())(w, v.Elem())
	}
}

// listPlan writes a list, or null for a nil list.
func listPlan(t reflect.Type) plan {
	elem := planOf(t.Elem())
	return func(w *writer, v reflect.Value) error {
		if v.IsNil() || w.normal && v.Len() == 0 {
			w.null()
			return nil
		}
		w.out = append(w.out, '[')
		for i := range v.Len() {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			if err := elem(w, v.Index(i)); err != nil {
				return err
			}
		}
		w.out = append(w.out, ']')
		return nil
	}
}

// appended writes the AppendText of a value as a string.
func appended(w *writer, v reflect.Value) (err error) {
	from := len(w.out)
	w.out = append(w.out, '"')
	w.out, err = v.Addr().Interface().(encoding.TextAppender).AppendText(w.out)
	w.out = append(w.out, '"')
	if err == nil && !plain(w.out[from+1:len(w.out)-1]) {
		text := string(w.out[from+1 : len(w.out)-1])
		w.out = w.out[:from]
		err = w.quoted(text)
	}
	return err
}

// plain reports whether a text stands in JSON as it is.
func plain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// textPlan writes the MarshalText of a value as a string. The texts of an enum are made once.
func textPlan(t reflect.Type) plan {
	text := func(w *writer, v reflect.Value) error {
		text, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return err
		}
		return w.quoted(string(text))
	}
	if t.Kind() != reflect.Uint8 {
		return text
	}
	var texts []string
	for n := range 256 {
		v := reflect.New(t).Elem()
		v.SetUint(uint64(n)) //nolint:gosec // n is a byte
		name, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			break
		}
		texts = append(texts, string(name))
	}
	return func(w *writer, v reflect.Value) error {
		if n := v.Uint(); n < uint64(len(texts)) {
			return w.quoted(texts[n])
		}
		return text(w, v)
	}
}

// zeroer is a type that says itself whether a value is zero.
type zeroer interface{ IsZero() bool }

// field is a field of a struct in JSON.
type field struct {
	index int
	name  string // `"name":`
	count bool   // its numbers are not amounts
	plan  plan
	omits func(w *writer, v reflect.Value) bool // nil never leaves it out
}

// structPlan writes the fields of a struct, including those of embedded structs.
func structPlan(t reflect.Type) plan {
	write := fieldsPlan(t)
	return func(w *writer, v reflect.Value) error {
		w.out = append(w.out, '{')
		err := write(w, v)
		if last := len(w.out) - 1; w.out[last] == ',' { // after the last field
			w.out = w.out[:last]
		}
		w.out = append(w.out, '}')
		return err
	}
}

// fieldsPlan writes the fields of a struct, each with a comma.
func fieldsPlan(t reflect.Type) plan {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			fields = append(fields, field{index: i, plan: fieldsPlan(f.Type)})
		case !f.IsExported() || name == "-":
		default:
			if name == "" {
				name = f.Name
			}
			fields = append(fields, field{
				index: i, name: `"` + name + `":`, count: f.Tag.Get("canon") == "count",
				plan: planOf(f.Type), omits: omitter(f.Type, options),
			})
		}
	}
	return func(w *writer, v reflect.Value) error {
		for i := range fields {
			f := &fields[i]
			if err := f.write(w, v.Field(f.index)); err != nil {
				return err
			}
		}
		return nil
	}
}

// write writes a field with its name and a comma, unless it is left out. The fields of an embedded struct have names of
// their own.
func (f *field) write(w *writer, v reflect.Value) error {
	if f.name == "" {
		return f.plan(w, v)
	}
	if f.omits != nil && f.omits(w, v) {
		return nil
	}
	w.out = append(w.out, f.name...)
	w.count = f.count
	if err := f.plan(w, v); err != nil {
		return err
	}
	w.out = append(w.out, ',')
	return w.flush()
}

// omitter returns whether the options of its tag leave a field out.
func omitter(t reflect.Type, options string) func(*writer, reflect.Value) bool {
	list, pointer := t.Kind() == reflect.Slice, t.Kind() == reflect.Pointer
	empty := func(v reflect.Value) bool { return list && v.Len() == 0 || pointer && v.IsNil() }
	switch {
	case strings.Contains(options, "omitempty"):
		return func(_ *writer, v reflect.Value) bool { return empty(v) || t.Kind() != reflect.Struct && v.IsZero() }
	case !strings.Contains(options, "omitzero"):
		return nil
	}
	zero := func(v reflect.Value) bool { return v.IsZero() }
	switch {
	case t == reflect.TypeFor[decimal.Decimal]():
		zero = func(v reflect.Value) bool { return v.Addr().Interface().(*decimal.Decimal).IsZero() }
	case t == reflect.TypeFor[time.Time]():
		zero = func(v reflect.Value) bool { return v.Addr().Interface().(*time.Time).IsZero() }
	case t.Implements(reflect.TypeFor[zeroer]()):
		zero = func(v reflect.Value) bool { return v.Addr().Interface().(zeroer).IsZero() }
	}
	return func(w *writer, v reflect.Value) bool { return w.normal && empty(v) || zero(v) }
}
