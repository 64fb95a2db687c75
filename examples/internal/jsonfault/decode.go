package jsonfault

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// Reading adjusts how a file is decoded. The zero Reading adjusts nothing.
type Reading struct {
	Texts  Texts              // custom readers of types that JSON writes as text
	Plain  []reflect.Type     // types decoded field by field, although they have an UnmarshalJSON method
	Reason func(error) string // turns the error of an Unmarshal method into a reason; nil takes the error's text
}

// Texts maps a type to the function that reads it from text. The function returns a value of that type, or an error
// that explains the fault.
type Texts map[reflect.Type]func(text string) (any, error)

// Decode fills the value behind a pointer from the whole file. See [File.DecodeAt].
func (f *File) Decode(into any, as Reading) []Fault { return f.DecodeAt("", into, as) }

// DecodeAt fills the value behind a pointer from the field at a path, and returns every fault in file order. It
// changes nothing if the file has no such field.
//
// The value may start with defaults: objects and maps merge into it by key, and a list in the file replaces the
// default list with new elements that start from zero. DecodeAt never writes to memory that the defaults share. A
// field stays zero if its text cannot be read. A field tagged "required" must be present:
//
//	Events []Event `json:"events" jsonfault:"required"`
func (f *File) DecodeAt(path string, into any, as Reading) []Fault {
	n := f.find(path)
	if n == nil {
		return nil
	}
	if as.Reason == nil {
		as.Reason = error.Error
	}
	d := decoder{file: f, as: as}
	d.value(n, reflect.ValueOf(into).Elem(), path)
	Sort(d.faults)
	return d.faults
}

// decoder fills a value and collects faults.
type decoder struct {
	file   *File
	as     Reading
	faults []Fault
}

// add adds a fault at a value.
func (d *decoder) add(n *node, path, format string, args ...any) {
	d.faults = append(d.faults, d.file.fault(n.start, path, fmt.Sprintf(format, args...)))
}

// value fills v from a node.
func (d *decoder) value(n *node, v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer {
		if n.kind == null {
			v.SetZero()
			return
		}
		own := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			own.Elem().Set(v.Elem())
		}
		v.Set(own)
		d.value(n, v.Elem(), path)
		return
	}
	if read, has := d.as.Texts[v.Type()]; has {
		if d.is(n, text, path) {
			d.own(n, v, path, read)
		}
		return
	}
	if slices.Contains(d.as.Plain, v.Type()) {
		d.plain(n, v, path)
		return
	}
	switch to := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		before := len(d.faults)
		if v.Kind() == reflect.Struct && len(fieldsOf(v.Type())) > 0 {
			d.plain(n, reflect.New(v.Type()).Elem(), path) // each fault of a field has its own position
		}
		if len(d.faults) > before {
			return
		}
		if err := to.UnmarshalJSON(d.file.data[n.start:n.end]); err != nil {
			v.SetZero()
			d.add(n, path, "%s", d.as.Reason(err))
		}
		return
	case encoding.TextUnmarshaler:
		if d.is(n, text, path) {
			if err := to.UnmarshalText([]byte(n.text)); err != nil {
				v.SetZero()
				d.add(n, path, "%s", d.as.Reason(err))
			}
		}
		return
	}
	d.plain(n, v, path)
}

// own fills v with a custom reader from [Reading.Texts].
func (d *decoder) own(n *node, v reflect.Value, path string, read func(string) (any, error)) {
	got, err := read(n.text)
	if err != nil {
		d.add(n, path, "%s", d.as.Reason(err))
		return
	}
	v.Set(reflect.ValueOf(got))
}

// plain fills v by its kind, without a custom reader or an Unmarshal method.
func (d *decoder) plain(n *node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		if d.is(n, object, path) {
			d.fields(n, v, path)
		}
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Map:
		d.table(n, v, path)
	case reflect.String:
		if d.is(n, text, path) {
			v.SetString(n.text)
		}
	case reflect.Bool:
		if d.is(n, boolean, path) {
			v.SetBool(n.text == "true")
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if d.is(n, number, path) {
			i, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
			if err != nil {
				d.add(n, path, "%s", noInteger(n.text, v.Type().Bits(), err))
				return
			}
			v.SetInt(i)
		}
	default:
		d.add(n, path, "must be absent; the Go type %v is not supported", v.Type())
	}
}

// noInteger explains why a number is not an integer of a size in bits.
func noInteger(text string, bits int, err error) string {
	if errors.Is(err, strconv.ErrRange) {
		least := int64(math.MinInt64) >> (64 - bits)
		return fmt.Sprintf("must be from %d to %d; got %.40s", least, -(least + 1), text)
	}
	return fmt.Sprintf("must be a whole number; got %.40s", text)
}

// is reports whether a node has the wanted kind, and adds a fault if not.
func (d *decoder) is(n *node, want kind, path string) bool {
	if n.kind == want {
		return true
	}
	hint := ""
	if want == text && n.kind == number {
		hint = fmt.Sprintf(`, write %q`, fmt.Sprintf("%.40s", n.text))
	}
	d.add(n, path, "must be %s; got %s%s", kinds[want], kinds[n.kind], hint)
	return false
}

// fields fills a struct.
func (d *decoder) fields(n *node, v reflect.Value, path string) {
	all := fieldsOf(v.Type())
	var names []string
	for _, f := range all {
		names = append(names, f.name)
	}
	for i, m := range n.members {
		at := under(path, m.name)
		index := slices.Index(names, m.name)
		switch {
		case index < 0:
			fault := d.file.fault(m.start, at, "unknown field")
			if meant := nearest(m.name, names); meant != "" && n.member(meant) == nil {
				fault.Reason += fmt.Sprintf("; did you mean %q?", meant)
				fault.Meant = under(path, meant)
			}
			d.faults = append(d.faults, fault)
		case n.member(m.name) != &n.members[i]:
			d.faults = append(d.faults, d.file.fault(m.start, at, "appears twice"))
		default:
			d.value(m.value, v.FieldByIndex(all[index].index), at)
		}
	}
	for _, f := range all {
		meant := func(m Fault) bool { return m.Meant == under(path, f.name) }
		if f.required && n.member(f.name) == nil && !slices.ContainsFunc(d.faults, meant) {
			d.add(n, under(path, f.name), "required")
		}
	}
}

// list fills a slice with new elements. null is an empty list.
func (d *decoder) list(n *node, v reflect.Value, path string) {
	if n.kind == null {
		v.SetZero()
		return
	}
	if !d.is(n, array, path) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.value(item, v.Index(i), element(path, i))
	}
}

// table merges an object into a new map with the entries of the old one. null is an empty map.
func (d *decoder) table(n *node, v reflect.Value, path string) {
	if n.kind == null {
		v.SetZero()
		return
	}
	if !d.is(n, object, path) {
		return
	}
	v.Set(copied(v))
	for i, m := range n.members {
		at := under(path, m.name)
		name := &node{kind: text, start: m.start, text: m.name}
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		before := len(d.faults)
		if n.member(m.name) != &n.members[i] {
			d.add(name, at, "appears twice")
			continue
		}
		d.value(name, key, at)
		if len(d.faults) > before {
			continue
		}
		if old := v.MapIndex(key); old.IsValid() {
			value.Set(old)
		}
		d.value(m.value, value, at)
		if len(d.faults) == before {
			v.SetMapIndex(key, value)
		}
	}
}

// copied returns a new map with the same entries.
func copied(v reflect.Value) reflect.Value {
	own := reflect.MakeMap(v.Type())
	for entries := v.MapRange(); entries.Next(); {
		own.SetMapIndex(entries.Key(), entries.Value())
	}
	return own
}
