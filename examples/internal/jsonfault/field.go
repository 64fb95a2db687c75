package jsonfault

import (
	"reflect"
	"strings"
)

// field is a struct field under its JSON name.
type field struct {
	name     string
	index    []int
	required bool
}

// fieldsOf returns the fields of a struct in order. The fields of a struct embedded without a JSON name count as its
// own.
func fieldsOf(t reflect.Type) (all []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				all = append(all, inner)
			}
		case !f.IsExported():
		default:
			if name == "" {
				name = f.Name
			}
			all = append(all, field{name: name, index: []int{i}, required: f.Tag.Get("jsonfault") == "required"})
		}
	}
	return all
}
