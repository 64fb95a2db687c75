package invoice_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// statesFaults writes every fault as "field rule", such as "lines[0].net exactness".
func statesFaults(err error) (all []string) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			all = append(all, statesFaults(e)...)
		}
		return all
	}
	var fault *proration.Error
	var law invoice.Law
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &fault):
		return []string{"? " + err.Error()}
	case errors.As(err, &law):
		return []string{fault.Field + " " + string(law)}
	}
	return giventest.Faults(err)
}

// statesEdits changes every field of a value, one after the other, in place, and calls try with its path while it is changed: numbers by
// a unit, instants by a day, enums to the next, the other bool, another text, list elements removed, doubled and swapped.
func statesEdits(v reflect.Value, path string, try func(path string)) {
	was := reflect.New(v.Type()).Elem()
	was.Set(v)
	change := func(to any) {
		v.Set(reflect.ValueOf(to).Convert(v.Type()))
		try(path)
		v.Set(was)
	}
	switch x := v.Interface().(type) {
	case decimal.Decimal:
		change(x.Add(giventest.Money("0.01")))
		change(x.Sub(giventest.Money("0.01")))
		return
	case time.Time:
		if x.IsZero() {
			x = giventest.Instant("2026-11-15", nil)
		}
		change(x.AddDate(0, 0, 1))
		return
	case proration.Residual:
		if err := x.UnmarshalText([]byte("1/1000")); err != nil {
			panic(err)
		}
		change(x)
		return
	}
	switch v.Kind() {
	case reflect.String:
		change(v.String() + "x")
	case reflect.Bool:
		change(!v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		change(v.Int() + 1)
		change(v.Int() - 1)
	case reflect.Uint8:
		change(v.Uint() + 1)
		change((v.Uint() + 255) % 256)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			try(path)
			v.Set(was)
			return
		}
		statesEdits(v.Elem(), path, try)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if name == "" {
				name = field.Name
			}
			statesEdits(v.Field(i), strings.TrimPrefix(path+"."+name, "."), try)
		}
	case reflect.Slice:
		statesListEdits(v, path, try)
	default:
		panic("no edit of " + v.Type().String())
	}
}

// statesListEdits removes, doubles and swaps the elements of a list, and edits each.
func statesListEdits(v reflect.Value, path string, try func(path string)) {
	was := reflect.ValueOf(v.Interface())
	n := was.Len()
	change := func(how string, parts ...reflect.Value) {
		to := reflect.MakeSlice(v.Type(), 0, n+1)
		for _, part := range parts {
			to = reflect.AppendSlice(to, part)
		}
		v.Set(to)
		try(path + how)
		v.Set(was)
	}
	if n == 0 {
		change(" added", reflect.MakeSlice(v.Type(), 1, 1))
	}
	for i := range n {
		change(fmt.Sprintf("[%d] removed", i), was.Slice(0, i), was.Slice(i+1, n))
		change(fmt.Sprintf("[%d] doubled", i), was.Slice(0, i+1), was.Slice(i, n))
		if i > 0 {
			change(fmt.Sprintf("[%d] swapped", i), was.Slice(0, i-1), was.Slice(i, i+1), was.Slice(i-1, i), was.Slice(i+1, n))
		}
		statesEdits(v.Index(i), fmt.Sprintf("%s[%d]", path, i), try)
	}
}

func TestCheckEveryField(t *testing.T) {
	seen := map[string]bool{}
	n := 0
	for _, inv := range statesExamples(t) {
		if err := invoice.Check(inv); err != nil {
			t.Fatal(err)
		}
		inv = inv.Clone()
		statesEdits(reflect.ValueOf(&inv).Elem(), "", func(path string) {
			n++
			faults := statesFaults(invoice.Check(inv))
			if len(faults) == 0 {
				seen["NONE "+path] = true
			}
			if len(faults) == 1 && faults[0] == "seal sealed" {
				seen["SEAL "+regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "[]")] = true
			}
		})
	}
	var all []string
	for s := range seen {
		all = append(all, s)
	}
	slices.Sort(all)
	t.Log(n, strings.Join(all, "\n"))
}
