// Package canon writes values as JSON in one form. Numbers of package decimal are always strings, even if the program
// sets decimal.MarshalJSONWithoutQuotes. Tags, MarshalText methods and the order of fields work as in encoding/json,
// which can read the output back. Numbers are amounts of money, except in a field with the tag canon:"count", such as a
// quantity or a percentage.
package canon

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// LastYear is the last year, in UTC, of an instant that JSON can store in every time zone: RFC 3339 ends with 9999.
const LastYear = 9998

// JSON returns the value for people to read: amounts have at least the given places, "89.00", counts and percentages
// have only the places that they need, "10", and instants keep their offsets. Equal numbers have equal text. A pointer
// is written as the value, without a copy of it.
// Errors: those of MarshalText methods, and an error for kinds of values that the library does not use, such as maps.
func JSON(v any, places int32) ([]byte, error) { return (&writer{places: places}).value(v) }

// Normal returns the same text for equal values: numbers have no trailing zeros, instants are in UTC, and empty lists
// are null or left out.
// Errors: as for [JSON].
func Normal(v any) ([]byte, error) { return (&writer{normal: true}).value(v) }

// AppendNormal appends the text of Normal.
// Errors: as for [JSON].
func AppendNormal(out []byte, v any) ([]byte, error) {
	w := writer{normal: true, out: out}
	return w.value(v)
}

// WriteNormal writes the text of Normal to out, a part at a time.
// Errors: as for [JSON], and those of out.
func WriteNormal(out io.Writer, v any) error {
	w := writer{normal: true, to: out, out: make([]byte, 0, 2*part)}
	text, err := w.value(v)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// Comparer writes and compares values. It uses its memory again. The zero Comparer is ready to use.
type Comparer struct{ w writer }

// Normal returns the text of [Normal], until the next call.
// Errors: as for [JSON].
func (c *Comparer) Normal(v any) ([]byte, error) {
	c.w.normal, c.w.count, c.w.out = true, false, c.w.out[:0]
	return c.w.value(v)
}

// Equal reports whether two values, or pointers to them, have the same Normal text. Values without one are not equal.
func (c *Comparer) Equal(a, b any) bool {
	_, errA := c.Normal(a)
	n := len(c.w.out)
	_, errB := c.w.value(b)
	return errA == nil && errB == nil && bytes.Equal(c.w.out[:n], c.w.out[n:])
}

// part is the size from which a text is written to the writer that takes it.
const part = 512

// writer writes one value.
type writer struct {
	normal bool
	places int32 // least number of decimal places of amounts
	count  bool  // whether numbers of the field being written are not amounts
	out    []byte
	to     io.Writer // takes parts of the text; nil keeps all of it
}

func (w *writer) value(v any) ([]byte, error) {
	x := reflect.ValueOf(v)
	if x.Kind() != reflect.Pointer { // fields of a value that has an address are read without copies
		own := reflect.New(x.Type()).Elem()
		own.Set(x)
		x = own
	}
	if err := planOf(x.Type())(w, x); err != nil {
		return nil, err
	}
	return w.out, nil
}

// flush writes a long text to the writer that takes it, except for its last byte, which can still change.
func (w *writer) flush() error {
	if w.to == nil || len(w.out) < part {
		return nil
	}
	last := len(w.out) - 1
	_, err := w.to.Write(w.out[:last])
	w.out = append(w.out[:0], w.out[last])
	return err
}

// null appends null.
func (w *writer) null() { w.out = append(w.out, "null"...) }

// quoted appends a string.
func (w *writer) quoted(s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, err := json.Marshal(string([]rune(s))) // invalid UTF-8 becomes U+FFFD, as in reading
			w.out = append(w.out, text...)
			return err
		}
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, s...)
	w.out = append(w.out, '"')
	return nil
}

// number appends a number in quotes. A number beyond the limits of amounts keeps its exponent.
func (w *writer) number(d decimal.Decimal) error {
	if !exact.Sensible(d) {
		return w.quoted(d.Coefficient().String() + "e" + strconv.Itoa(int(d.Exponent())))
	}
	places := w.places
	if w.normal || w.count {
		places = 0
	}
	w.out = append(w.out, '"')
	w.out = exact.AppendText(w.out, d, places)
	w.out = append(w.out, '"')
	return nil
}

// instant appends an instant in quotes.
func (w *writer) instant(t time.Time) (err error) {
	if w.normal {
		t = t.UTC()
	}
	w.out = append(w.out, '"')
	w.out, err = t.AppendText(w.out)
	w.out = append(w.out, '"')
	return err
}
