package jsonfault

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// Reading is how a file is read, besides what the types of its fields say themselves. The zero Reading is no other way.
type Reading struct {
	Texts  Texts              // how types are read from text
	Plain  []reflect.Type     // types that are read field by field, and not in the way of their own UnmarshalJSON
	Reason func(error) string // what is wrong in words, of an error of a type that reads itself; nil is its text
}

// Texts reads types from text in a way of their own. Each function returns a value of its type, or an error that says why there is none.
type Texts map[reflect.Type]func(text string) (any, error)

// Decode fills the value behind a pointer from the whole file: see [File.DecodeAt].
func (f *File) Decode(into any, as Reading) []Fault { return f.DecodeAt("", into, as) }

// DecodeAt fills the value behind a pointer from the field at a path, and returns every fault in file order. Nothing
// happens if the file has no such field.
//
// The value may be filled already, as a set of defaults: objects and maps merge into it by key, and a list that the
// file names replaces the old one with new elements that start from zero. No memory of the old value is written to,
// so defaults may share it. A text that cannot be read leaves its field zero. A field whose tag says "required" must
// be there:
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

// decoder fills a value, and collects faults.
type decoder struct {
	file   *File
	as     Reading
	faults []Fault
}

// add adds a fault of a value.
func (d *decoder) add(n *node, path, format string, args ...any) {
	d.faults = append(d.faults, d.file.fault(n.start, path, fmt.Sprintf(format, args...)))
}

// value fills a value.
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

// own fills a value from text in the way that was passed for its type.
func (d *decoder) own(n *node, v reflect.Value, path string, read func(string) (any, error)) {
	got, err := read(n.text)
	if err != nil {
		d.add(n, path, "%s", d.as.Reason(err))
		return
	}
	v.Set(reflect.ValueOf(got))
}

// plain fills a value that has no way of its own to be read.
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
				d.add(n, path, "%.40s is no whole number, or too large", n.text)
				return
			}
			v.SetInt(i)
		}
	default:
		d.add(n, path, "nothing can be read into a %v", v.Type())
	}
}

// is reports whether a value is of a kind, and adds a fault otherwise.
func (d *decoder) is(n *node, want kind, path string) bool {
	if n.kind == want {
		return true
	}
	hint := ""
	if want == text && n.kind == number {
		hint = fmt.Sprintf(`; write %q`, fmt.Sprintf("%.40s", n.text))
	}
	d.add(n, path, "%s is needed here, and not %s%s", kinds[want], kinds[n.kind], hint)
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
			fault := d.file.fault(m.start, at, "there is no such field")
			if meant := nearest(m.name, names); meant != "" && n.member(meant) == nil {
				fault.Reason += fmt.Sprintf("; is it %q?", meant)
				fault.Meant = under(path, meant)
			}
			d.faults = append(d.faults, fault)
		case n.member(m.name) != &n.members[i]:
			d.faults = append(d.faults, d.file.fault(m.start, at, "it comes twice"))
		default:
			d.value(m.value, v.FieldByIndex(all[index].index), at)
		}
	}
	for _, f := range all {
		meant := func(m Fault) bool { return m.Meant == under(path, f.name) }
		if f.required && n.member(f.name) == nil && !slices.ContainsFunc(d.faults, meant) {
			d.add(n, under(path, f.name), "it is missing")
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
			d.add(name, at, "it comes twice")
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
