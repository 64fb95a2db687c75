// Package clone copies plain data.
package clone

import (
	"reflect"
	"time"

	"github.com/shopspring/decimal"
)

// Deep returns a copy of plain data that shares no memory that can be written to. Numbers, times and locations are
// shared: they are never written to.
func Deep[T any](v T) T {
	deep(reflect.ValueOf(&v).Elem())
	return v
}

// deep replaces everything that a value points to by copies of its own.
func deep(v reflect.Value) {
	switch v.Interface().(type) {
	case decimal.Decimal, time.Time, *time.Location:
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
