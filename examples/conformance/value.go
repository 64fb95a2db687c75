package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// value is one value in the result of a case.
type value interface {
	fmt.Stringer
	// differ returns one text for each difference from the wanted JSON. The path names the value in the text.
	differ(path string, want json.RawMessage) []string
}

// record maps names to values. The result of a case is a record.
type record map[string]value

// differences compares a result with the wanted values. The result must have every wanted value; a case need not list
// all values.
func (r record) differences(want json.RawMessage) []string {
	wanted, err := members(want)
	if err != nil {
		return []string{"invalid want: " + err.Error()}
	}
	var found []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if got, ok := r[name]; ok {
			found = append(found, got.differ(name, wanted[name])...)
		} else {
			found = append(found, fmt.Sprintf("%s: got none, want %s", name, plain(wanted[name])))
		}
	}
	return found
}

// differ compares a record inside another record. The wanted record must list all its values.
func (r record) differ(path string, want json.RawMessage) []string {
	wanted, err := members(want)
	if err != nil {
		return []string{differs(path, r, want)}
	}
	found := r.differences(want)
	for _, name := range slices.Sorted(maps.Keys(r)) {
		if _, ok := wanted[name]; !ok {
			found = append(found, fmt.Sprintf("%s: got %v, want none", name, r[name]))
		}
	}
	for i := range found {
		found[i] = path + "." + found[i]
	}
	return found
}

func (r record) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r)) {
		parts = append(parts, name+" "+r[name].String())
	}
	return strings.Join(parts, ", ")
}

// list is an ordered list of values.
type list []value

func (l list) differ(path string, want json.RawMessage) []string {
	var wanted []json.RawMessage
	if json.Unmarshal(want, &wanted) != nil || wanted == nil || len(wanted) != len(l) {
		return []string{differs(path, l, want)}
	}
	var found []string
	for i, got := range l {
		found = append(found, got.differ(path+"["+strconv.Itoa(i)+"]", wanted[i])...)
	}
	return found
}

func (l list) String() string {
	parts := make([]string, len(l))
	for i, v := range l {
		parts[i] = v.String()
	}
	return "[" + strings.Join(parts, "; ") + "]"
}

// money is an amount. It compares by value: 1.5 equals 1.50.
type money decimal.Decimal

func (m money) String() string { return decimal.Decimal(m).String() }

func (m money) differ(path string, want json.RawMessage) []string {
	var wanted amount
	if json.Unmarshal(want, &wanted) != nil || tooLong(wanted.Decimal) || !wanted.Equal(decimal.Decimal(m)) {
		return []string{differs(path, m, want)}
	}
	return nil
}

// tooLong reports whether an amount has more digits than any amount of the library, so that comparing it would be slow.
func tooLong(d decimal.Decimal) bool {
	const places = 100
	return d.Exponent() > places || d.Exponent() < -places
}

// share is a fraction. It compares as a ratio: 15/30 equals 1/2.
type share proration.Fraction

func (s share) String() string { return proration.Fraction(s).String() }

func (s share) differ(path string, want json.RawMessage) []string {
	var wanted proration.Fraction
	if json.Unmarshal(want, &wanted) != nil || !wanted.Equal(proration.Fraction(s)) {
		return []string{differs(path, s, want)}
	}
	return nil
}

// number is a whole number.
type number int64

func (n number) String() string { return strconv.FormatInt(int64(n), 10) }

func (n number) differ(path string, want json.RawMessage) []string {
	if string(want) != n.String() {
		return []string{differs(path, n, want)}
	}
	return nil
}

// text is a name or a word.
type text string

func (t text) String() string { return string(t) }

func (t text) differ(path string, want json.RawMessage) []string {
	var wanted *string
	if json.Unmarshal(want, &wanted) != nil || wanted == nil || *wanted != string(t) {
		return []string{differs(path, t, want)}
	}
	return nil
}

// instant is an instant. A wanted date means the first instant of that day in the instant's location.
type instant time.Time

func (t instant) differ(path string, want json.RawMessage) []string {
	var wanted when
	at := time.Time(t)
	if json.Unmarshal(want, &wanted) != nil || !wanted.in(zone{at.Location()}).Equal(at) {
		return []string{differs(path, t, want)}
	}
	return nil
}

// String returns only the date for the first instant of a day.
func (t instant) String() string {
	at := time.Time(t)
	var day proration.LocalTime
	date := at.Format(time.DateOnly)
	if day.UnmarshalText([]byte(date)) == nil && day.In(at.Location()).Equal(at) {
		return date
	}
	return at.Format(time.RFC3339Nano)
}

// differs returns the text of a difference.
func differs(path string, got value, want json.RawMessage) string {
	return fmt.Sprintf("%s: got %v, want %s", path, got, plain(want))
}

// plain returns JSON on one line, and text without its quotes.
func plain(text json.RawMessage) string {
	var written string
	if json.Unmarshal(text, &written) == nil && written != "" {
		return written
	}
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil {
		return string(text)
	}
	return compact.String()
}
