// Package clone copies lists of values that have a Clone method.
package clone

import (
	"reflect"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// All returns a list of clones that shares no writable memory with the original. A nil list stays nil.
func All[T interface{ Clone() T }](all []T) []T {
	all = slices.Clone(all)
	for i := range all {
		all[i] = all[i].Clone()
	}
	return all
}

// Deep returns a copy of plain data that shares no memory that can be written to. Numbers and times are shared: they
// are never written to.
func Deep[T any](v T) T {
	deep(reflect.ValueOf(&v).Elem())
	return v
}

// deep replaces everything that a value points to by copies of its own.
func deep(v reflect.Value) {
	switch v.Interface().(type) {
	case decimal.Decimal, time.Time:
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			v.Set(own)
			deep(own.Elem())
		}
	case reflect.Slice:
		if !v.IsNil() {
			own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(own, v)
			v.Set(own)
		}
		for i := range v.Len() {
			deep(v.Index(i))
		}
	case reflect.Map: // of keys and values without pointers
		if !v.IsNil() {
			own := reflect.MakeMapWithSize(v.Type(), v.Len())
			for row := v.MapRange(); row.Next(); {
				own.SetMapIndex(row.Key(), row.Value())
			}
			v.Set(own)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				deep(v.Field(i))
			}
		}
	}
}
