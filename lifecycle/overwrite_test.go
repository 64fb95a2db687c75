package lifecycle_test

import (
	"reflect"
	"time"

	"github.com/shopspring/decimal"
)

// overwrite writes over every value that can be written to, to show memory that is shared with it.
func overwrite(v any) { overwriteValue(reflect.ValueOf(v)) }

// overwriteValue writes over the elements of lists and the targets of pointers.
func overwriteValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*time.Location]() {
			overwriteValue(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			overwriteValue(v.Index(i))
		}
	case reflect.Struct:
		switch v.Type() {
		case reflect.TypeFor[time.Time](), reflect.TypeFor[decimal.Decimal]():
			if v.CanSet() {
				v.SetZero()
			}
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				overwriteValue(v.Field(i))
			}
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("overwritten")
		}
	case reflect.Int, reflect.Int64:
		if v.CanSet() {
			v.SetInt(77)
		}
	case reflect.Uint8:
		if v.CanSet() {
			v.SetUint(0)
		}
	case reflect.Bool:
		if v.CanSet() {
			v.SetBool(!v.Bool())
		}
	default:
	}
}
