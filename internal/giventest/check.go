package giventest

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// rules are the names of the rules in the rows of tests.
var rules = []struct {
	err  error
	name string
}{
	{proration.ErrUnset, "unset"},
	{proration.ErrInvalid, "invalid"},
	{proration.ErrPeriod, "period"},
	{proration.ErrOutside, "outside"},
	{proration.ErrZone, "zone"},
	{proration.ErrLimit, "limit"},
}

// Faults returns every fault joined in err as "field rule", in order, and any other error as "?" and its text.
func Faults(err error) (all []string) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			all = append(all, Faults(e)...)
		}
		return all
	}
	var fault *proration.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &fault):
		return []string{"? " + err.Error()}
	}
	for _, rule := range rules {
		if errors.Is(fault, rule.err) {
			return []string{fault.Field + " " + rule.name}
		}
	}
	return []string{fault.Field + " ?"}
}

// CheckFaults fails unless err has exactly the given faults, in order and with reasons. It reports whether err is nil.
func CheckFaults(tb testing.TB, err error, want ...string) bool {
	tb.Helper()
	if got := Faults(err); !slices.Equal(got, want) {
		tb.Errorf("got faults %q, want %q\n%v", got, want, err)
	}
	for _, e := range flat(err) {
		var fault *proration.Error
		if errors.As(e, &fault) && fault.Reason == "" {
			tb.Errorf("no reason in %v", e)
		}
	}
	return err == nil
}

func flat(err error) (all []error) {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	for _, e := range joined.Unwrap() {
		all = append(all, flat(e)...)
	}
	return all
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
