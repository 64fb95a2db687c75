package proration_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// Short names for the helpers that read test rows.
var (
	money    = giventest.Money
	zone     = giventest.Zone
	interval = giventest.Interval
)

// moneys reads a list of amounts such as "1, 2.50, 0".
func moneys(text string) []decimal.Decimal {
	var all []decimal.Decimal
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, money(one))
		}
	}
	return all
}

// instant reads "2026-11-16" and "2026-11-16T09:30:00" as local times in the location, and "2026-11-16T09:30:00Z" or a
// time with an offset as an instant. "" is the zero time.
func instant(text string, loc *time.Location) time.Time {
	if text == "" {
		return time.Time{}
	}
	if loc == nil {
		loc = time.UTC
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.In(loc)
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return resolve(t, loc)
		}
	}
	panic("not an instant: " + text)
}

// span reads "2026-11-01/2026-12-01", each end like instant; "" is the zero Period.
func span(text string, loc *time.Location) proration.Period {
	from, to, _ := strings.Cut(text, "/")
	return proration.Period{Start: instant(from, loc), End: instant(to, loc)}
}

// until returns the part of a period before an instant.
func until(p proration.Period, at time.Time) proration.Period {
	return proration.Period{Start: p.Start, End: at}
}

// checkRefused fails unless err has a fault of the rule at the field. A nil rule expects no error.
func checkRefused(tb testing.TB, err, rule error, field string) {
	tb.Helper()
	if rule == nil {
		if err != nil {
			tb.Fatalf("refused: %v", err)
		}
		return
	}
	if err == nil {
		tb.Fatalf("accepted, want %q: %v", field, rule)
	}
	if !errors.Is(err, rule) {
		tb.Fatalf("got the error %v, want one that matches %q", err, rule)
	}
	got, want := giventest.Faults(err), giventest.Faults(&proration.Error{Field: field, Rule: rule})[0]
	if !slices.Contains(got, want) {
		tb.Fatalf("got the faults %q, want one of them to be %q", got, want)
	}
}

// sameResult reports whether two results are equal by value.
func sameResult(a, b proration.Result) bool {
	return a.Amount.Equal(b.Amount) && a.Of.Equal(b.Of) && a.Fraction == b.Fraction && a.Unit == b.Unit &&
		a.Rounding == b.Rounding && sameResidual(a.Carry, b.Carry) && sameResidual(a.Residual, b.Residual) && a.Capped == b.Capped
}

// sameResidual reports whether two residuals are the same number.
func sameResidual(a, b proration.Residual) bool { return a.Rat().Cmp(b.Rat()) == 0 }

// promptly fails if run panics or takes long, as it would if its work grew with a number in its input.
func promptly(t *testing.T, run func()) {
	t.Helper()
	done := make(chan string, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Sprint("panic: ", r)
			}
			close(done)
		}()
		run()
	}()
	limit, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	select {
	case failed := <-done:
		if failed != "" {
			t.Fatal(failed)
		}
	case <-limit.Done():
		t.Fatal("still running after 30 s")
	}
}

// local has the name of time.Local on a host with a time zone.
var local = time.FixedZone("Local", 3600)
