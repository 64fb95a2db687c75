package proration_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestErrorText(t *testing.T) {
	err := &proration.Error{Field: "steps[2].at", Rule: proration.ErrOutside, Reason: "must be inside January; got 2024-02-01"}
	if got, want := err.Error(), "steps[2].at: must be inside January; got 2024-02-01"; got != want {
		t.Errorf("the text is %q, want %q", got, want)
	}
	whole := &proration.Error{Rule: proration.ErrUnset, Reason: "required, an ISO 8601 duration such as P1M"}
	if got, want := whole.Error(), "required, an ISO 8601 duration such as P1M"; got != want {
		t.Errorf("the text of a fault without a field is %q, want %q", got, want)
	}
	law := &proration.Error{Field: "total", Rule: errors.New("not_negative"), Reason: "must not be negative; got -1"}
	if got, want := law.Error(), "total: must not be negative; got -1 (not_negative)"; got != want {
		t.Errorf("the text of a rule of another package is %q, want %q", got, want)
	}
	if !errors.Is(err, proration.ErrOutside) || errors.Is(err, proration.ErrPeriod) {
		t.Error("errors.Is does not match exactly the rule of the error")
	}
}

// Prorate reports every fault of a request at once, in the order of the fields, with the path of each as in JSON.
func TestProrateReportsEveryFault(t *testing.T) {
	jan := span("2024-01-01/2024-02-01", nil)
	in := func(loc *time.Location) proration.Period {
		return proration.Period{Start: jan.Start.In(loc), End: jan.End.In(loc)}
	}
	beyond := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	good := proration.Request{Amount: money("100"), Period: jan, Span: jan.From(instant("2024-01-22", nil)), Policy: proration.Standard(2)}
	for _, row := range []struct {
		name, why string
		change    func(*proration.Request)
		want      []string
	}{
		{name: "no fault", change: func(*proration.Request) {}},
		{name: "no field", change: func(r *proration.Request) { *r = proration.Request{} }, want: []string{"period unset", "span unset", "policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{name: "every fault", change: func(r *proration.Request) {
			*r = proration.Request{
				Amount: decimal.New(1, 1_000_000_000), Period: proration.Period{Start: jan.End, End: jan.Start}, Span: proration.Period{Start: jan.End, End: jan.End},
				Policy: proration.Policy{DayCount: 77, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: 77, Rounding: proration.Rounding{Places: 77, Mode: 77}},
			}
		}, want: []string{"amount limit", "period period", "span period", "policy.day_count invalid", "policy.change_day invalid", "policy.rounding.mode invalid", "policy.rounding.places limit"}},
		{name: "an empty period", change: func(r *proration.Request) { r.Period.End = r.Period.Start }, want: []string{"period period"}},
		{name: "a period without a start", change: func(r *proration.Request) { r.Period.Start = time.Time{} }, want: []string{"period.start unset"}},
		{name: "a period without an end", change: func(r *proration.Request) { r.Period.End = time.Time{} }, want: []string{"period.end unset"}},
		{name: "an empty span", change: func(r *proration.Request) { r.Span.End = r.Span.Start }, want: []string{"span period"}},
		{name: "a reversed span", change: func(r *proration.Request) { r.Span.Start, r.Span.End = r.Span.End, r.Span.Start }, want: []string{"span period"}},
		{name: "a span that begins before its period", change: func(r *proration.Request) { r.Span.Start = jan.Start.Add(-1) }, want: []string{"span outside"}},
		{name: "a span that ends after its period", why: "a part never costs more than the whole", change: func(r *proration.Request) { r.Span.End = jan.End.Add(1) }, want: []string{"span outside"}},
		{name: "a period after the year 9999", change: func(r *proration.Request) { r.Period.End = beyond }, want: []string{"period limit"}},
		{name: "a period and a span after the year 9999", change: func(r *proration.Request) { r.Period.End, r.Span.End = beyond, beyond }, want: []string{"period limit", "span limit"}},
		{name: "a period before the year 1", change: func(r *proration.Request) { r.Period.Start = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }, want: []string{"period limit"}},
		{name: "39 digits", change: func(r *proration.Request) { r.Amount = money(strings.Repeat("9", 39)) }, want: []string{"amount limit"}},
		{name: "too many digits before the point", change: func(r *proration.Request) { r.Amount = decimal.New(99, 37) }, want: []string{"amount limit"}},
		{name: "too many digits after the point", change: func(r *proration.Request) { r.Amount = decimal.New(99, -39) }, want: []string{"amount limit"}},
		{name: "an offset and no location", why: "an offset names no calendar", change: func(r *proration.Request) { r.Period = in(time.FixedZone("", 3600)) }, want: []string{"period zone"}},
		{name: "offsets and no location", change: func(r *proration.Request) {
			r.Period = in(zone(t, "Asia/Tokyo"))
			r.Span = r.Period
		}, want: []string{"period zone", "span zone"}},
		{name: "a local location", why: "time.Local differs between machines", change: func(r *proration.Request) { r.Location = local }, want: []string{"location zone"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := good
			row.change(&r)
			promptly(t, func() {
				line, err := proration.Prorate(r)
				giventest.CheckFaults(t, err, row.want...)
				if err != nil && !sameResult(line, proration.Result{}) {
					t.Errorf("got %+v with an error, want zero", line)
				}
				r.Amount, r.Policy.Rounding = decimal.Decimal{}, proration.Rounding{}
				var counting []string
				for _, fault := range row.want {
					if fault != "amount limit" && !strings.HasPrefix(fault, "policy.rounding") {
						counting = append(counting, fault)
					}
				}
				_, err = r.Fraction()
				giventest.CheckFaults(t, err, counting...)
			})
		})
	}
}

// Seconds need no calendar, and so no location.
func TestSecondsNeedNoLocation(t *testing.T) {
	jan := span("2024-01-01/2024-02-01", time.FixedZone("", 3600))
	for _, loc := range []*time.Location{nil, local, zone(t, "Asia/Tokyo")} {
		r := proration.Request{Amount: money("1"), Period: jan, Span: jan, Policy: seconds(), Location: loc}
		if _, err := proration.Prorate(r); err != nil {
			t.Errorf("with the location %v: %v", loc, err)
		}
	}
}

// Unknown names and values without a name are errors. JSON keeps the unset value, and the verbs refuse it.
func TestEnumText(t *testing.T) {
	checkEnum[proration.DayCount](t, "day_count", "seconds", "days", "actual/30", "30/360", "months")
	checkEnum[proration.Side](t, "change_day", "old", "new")
	checkEnum[proration.RoundingMode](t, "mode", "half_up", "half_even", "half_down", "up", "down", "ceiling", "floor")
	checkEnum[proration.CreditBasis](t, "credit_basis", "billed", "price")
	checkEnum[proration.Timing](t, "timing", "in_advance", "in_arrears")
	checkEnum[proration.Allocation](t, "allocation", "largest_remainder", "last_line")
}

// enum is the set of methods of every enum of the package.
type enum[T any] interface {
	*T
	UnmarshalText([]byte) error
}

func checkEnum[T interface {
	~uint8
	fmt.Stringer
	MarshalText() ([]byte, error)
}, P enum[T]](t *testing.T, field string, names ...string) {
	t.Run(field, func(t *testing.T) {
		for v, name := range append([]string{"unset"}, names...) {
			text, err := T(v).MarshalText()
			if string(text) != name || err != nil || T(v).String() != name {
				t.Errorf("%d is stored as %q, %v, and prints as %v, want %s", v, text, err, T(v), name)
			}
			var read T
			if err := P(&read).UnmarshalText([]byte(name)); err != nil || read != T(v) {
				t.Errorf("%s is decoded as %d, %v", name, read, err)
			}
		}
		for v := len(names) + 1; v <= 255; v++ {
			_, err := T(v).MarshalText()
			giventest.CheckFaults(t, err, field+" invalid")
			if got := T(v).String(); got != fmt.Sprint(v) {
				t.Errorf("%d prints as %s", v, got)
			}
		}
		for _, text := range []string{"", "1", strings.ToUpper(names[0]), names[0] + " ", "none", strings.Repeat("x", 1_000_000)} {
			read := T(1)
			err := P(&read).UnmarshalText([]byte(text))
			giventest.CheckFaults(t, err, field+" invalid")
			if read != T(1) {
				t.Errorf("%.20q is refused, but decoded as %d", text, read)
			}
			if err != nil && len(err.Error()) > 500 {
				t.Errorf("the error repeats %d characters", len(err.Error()))
			}
		}
		checkChoice[T](t, names)
		if err := json.Unmarshal([]byte("2"), P(new(T))); err == nil {
			t.Error("a number is decoded as a name")
		}
	})
}

// Other packages check the enums of their requests without knowing the table of names, and the faults are the same.
func checkChoice[T interface {
	~uint8
	fmt.Stringer
}](t *testing.T, names []string) {
	t.Helper()
	list := strings.Join(names, ", ")
	for v := range 256 {
		var rule error
		var want string
		switch {
		case v == 0:
			rule, want = proration.ErrUnset, "choice: required, one of "+list
		case v > len(names):
			rule, want = proration.ErrInvalid, fmt.Sprintf("choice: must be one of %s; got %d", list, v)
		}
		var f fault.List
		fault.Choice(&f, "choice", T(v))
		if err := f.Err(); !errors.Is(err, rule) || err != nil && err.Error() != want {
			t.Errorf("%d: got %v, want %q", v, err, want)
		}
	}
}
