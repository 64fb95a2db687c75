package giventest

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
)

// rules are the names of the rules in the rows of tests.
var rules = []struct {
	err  error
	name string
}{
	{fault.ErrUnset, "unset"},
	{fault.ErrInvalid, "invalid"},
	{fault.ErrPeriod, "period"},
	{fault.ErrOutside, "outside"},
	{fault.ErrZone, "zone"},
	{fault.ErrLimit, "limit"},
}

// Faults returns every fault joined in err as "field rule", in order, and any other error as "?" and its text.
func Faults(err error) (all []string) {
	for _, e := range fault.All(err) {
		all = append(all, text(e))
	}
	return all
}

func text(e *fault.Error) string {
	for _, rule := range rules {
		if errors.Is(e, rule.err) {
			return e.Field + " " + rule.name
		}
	}
	if e.Field == "" {
		return "? " + e.Reason
	}
	return e.Field + " ?"
}

// CheckFaults fails unless err has exactly the given faults, in order and with reasons. It reports whether err is nil.
func CheckFaults(tb testing.TB, err error, want ...string) bool {
	tb.Helper()
	if got := Faults(err); !slices.Equal(got, want) {
		tb.Errorf("got faults %q, want %q\n%v", got, want, err)
	}
	for _, e := range fault.All(err) {
		if e.Reason == "" {
			tb.Errorf("no reason in %v", e)
		}
	}
	return err == nil
}

// CheckMoney fails unless both amounts are equal.
func CheckMoney(tb testing.TB, what string, got decimal.Decimal, want string) {
	tb.Helper()
	if !got.Equal(Money(want)) {
		tb.Errorf("%s is %v, want %s", what, got, want)
	}
}

// JSON returns a value as JSON, so that values with pointers and time zones can be compared.
func JSON(tb testing.TB, v any) string {
	tb.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// CheckRoundTrip writes a value as JSON, reads it into a new value and writes that again. It fails unless both texts
// are equal, and returns the new value.
func CheckRoundTrip[T any](tb testing.TB, v T) (read T) {
	tb.Helper()
	text := JSON(tb, v)
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		tb.Fatalf("reading %s: %v", text, err)
	}
	if again := JSON(tb, read); again != text {
		tb.Errorf("reads back as\n%s, want\n%s", again, text)
	}
	return read
}
