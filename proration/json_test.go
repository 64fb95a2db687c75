package proration_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// withBothNumberFormats runs a test with decimals as JSON strings and as JSON numbers, a setting of the host program.
func withBothNumberFormats(t *testing.T, run func(t *testing.T)) {
	t.Run("decimals as strings", run)
	before := decimal.MarshalJSONWithoutQuotes
	decimal.MarshalJSONWithoutQuotes = true
	defer func() { decimal.MarshalJSONWithoutQuotes = before }()
	t.Run("decimals as numbers", run)
}

// decode writes a value as JSON and reads it again.
func decode[T any](t *testing.T, v T) (read T) {
	t.Helper()
	if err := json.Unmarshal([]byte(giventest.JSON(t, v)), &read); err != nil {
		t.Fatalf("decoding %s: %v", giventest.JSON(t, v), err)
	}
	return read
}

func TestRequestsAreStored(t *testing.T) {
	withBothNumberFormats(t, func(t *testing.T) {
		want := testRequests(t)
		r := decode(t, want.request)
		if !r.Amount.Equal(want.request.Amount) || !r.Period.Equal(want.request.Period) || !r.Span.Equal(want.request.Span) ||
			r.Policy != want.request.Policy || !sameResidual(r.Carry, want.request.Carry) {
			t.Errorf("the request is decoded as %+v, want %+v", r, want.request)
		}
		c, before := decode(t, want.change), want.change
		if !c.At.Equal(before.At) || !c.Billed.Amount.Equal(before.Billed.Amount) || !c.Billed.Span.Equal(before.Billed.Span) ||
			!c.Billed.Credited.Equal(before.Billed.Credited) || !c.Billed.Price.Equal(before.Billed.Price) || !c.Billed.Period.Equal(before.Billed.Period) ||
			!c.Next.Price.Equal(before.Next.Price) || !c.Next.Period.Equal(before.Next.Period) || !c.Next.End.Equal(before.Next.End) ||
			c.CreditBasis != before.CreditBasis || c.Policy != before.Policy {
			t.Errorf("the change is decoded as %+v, want %+v", c, before)
		}
		read := requests{request: r, change: c, division: decode(t, want.division), service: decode(t, want.service)}
		got, results := read.results(t), want.results(t)
		if !got.same(&results) {
			t.Errorf("the decoded requests give %+v, want %+v", got, results)
		}
	})
}

func TestResultsAreStored(t *testing.T) {
	withBothNumberFormats(t, func(t *testing.T) {
		input := testRequests(t)
		want := input.results(t)
		got := results{
			line: decode(t, want.line), adjustment: decode(t, want.adjustment),
			parts: decode(t, want.parts), due: decode(t, want.due),
		}
		if !got.same(&want) {
			t.Errorf("the results are decoded as %+v, want %+v", got, want)
		}
		if got.line.Explain() != want.line.Explain() {
			t.Errorf("the decoded line is explained as %s, want %s", got.line.Explain(), want.line.Explain())
		}
	})
}

// Zero values are stored without optional fields, and are decoded as zero.
func TestZeroValuesAreStored(t *testing.T) {
	for _, row := range []struct {
		name string
		json string
		want string
	}{
		{name: "a request", json: giventest.JSON(t, proration.Request{}), want: `{"amount":"0","period":{"start":"0001-01-01T00:00:00Z","end":"0001-01-01T00:00:00Z"},"span":{"start":"0001-01-01T00:00:00Z","end":"0001-01-01T00:00:00Z"},"policy":{"day_count":"unset","rounding":{"places":0,"mode":"unset"}}}`},
		{name: "a cycle", json: giventest.JSON(t, proration.Cycle{}), want: `{"anchor":"","interval":""}`},
		{name: "a service", json: giventest.JSON(t, proration.Service{}), want: `{"start":"0001-01-01T00:00:00Z","as_of":"0001-01-01T00:00:00Z","timing":"unset"}`},
		{name: "a result", json: giventest.JSON(t, proration.Result{}), want: `{}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.json != row.want {
				t.Errorf("got\n%s\nwant\n%s", row.json, row.want)
			}
		})
	}
	if c := decode(t, proration.Change{}); c.Next != nil || !c.Billed.Amount.IsZero() || c.CreditBasis != 0 || !c.At.IsZero() {
		t.Errorf("the zero change is decoded as %+v", c)
	}
	if a := decode(t, proration.Adjustment{}); !sameResult(a.Credit, proration.Result{}) || !a.Net.IsZero() {
		t.Errorf("the zero adjustment is decoded as %+v", a)
	}
	if r := decode(t, proration.Result{}); !sameResult(r, proration.Result{}) {
		t.Errorf("the zero result is decoded as %+v", r)
	}
}

// JSON keeps the local anchor of a cycle and the name of its zone. The caller loads and sets the location.
func TestCyclesAreStored(t *testing.T) {
	newYork := zone(t, "America/New_York")
	for _, row := range []struct {
		name  string
		cycle proration.Cycle
		want  string
	}{
		{name: "UTC", cycle: proration.Cycle{Anchor: localTime(t, "2024-01-31"), Interval: interval("P1M")}, want: `{"anchor":"2024-01-31","interval":"P1M"}`},
		{
			name:  "a zone",
			cycle: proration.Cycle{Anchor: localTime(t, "2024-03-10T02:30:00"), Interval: interval("P1Y"), Day: 31, Zone: "America/New_York", Location: newYork},
			want:  `{"anchor":"2024-03-10T02:30:00","interval":"P1Y","day":31,"zone":"America/New_York"}`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := giventest.JSON(t, row.cycle); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
			read := decode(t, row.cycle)
			if read.Anchor != row.cycle.Anchor || read.Interval != row.cycle.Interval || read.Day != row.cycle.Day || read.Zone != row.cycle.Zone || read.Location != nil {
				t.Errorf("the decoded cycle is %+v", read)
			}
			if _, err := read.Period(0); (err == nil) != (row.cycle.Zone == "") {
				t.Errorf("without its location it returns %v", err)
			}
			read.Location = row.cycle.Location
			for n := range 30 {
				want, _ := row.cycle.Period(n)
				if got, err := read.Period(n); err != nil || !got.Equal(want) {
					t.Errorf("period %d is %v, %v, want %v", n, got, err, want)
				}
			}
		})
	}
}

// JSON keeps the offset of a time and not its zone, so that a stored request in a zone is refused until its location is
// set.
func TestStoredRequestNeedsItsLocation(t *testing.T) {
	newYork := zone(t, "America/New_York")
	input := proration.Request{Amount: money("100"), Period: span("2024-03-01/2024-04-01", newYork), Span: span("2024-03-10/2024-04-01", newYork), Policy: proration.Standard(2), Location: newYork}
	want := prorate(t, input)
	read := decode(t, input)
	_, err := proration.Prorate(read)
	giventest.CheckFaults(t, err, "period zone", "span zone")
	read.Location = newYork
	if got := prorate(t, read); !sameResult(got, want) {
		t.Errorf("with its location the decoded request gives %+v, want %+v", got, want)
	}
}

func TestPoliciesAreStored(t *testing.T) {
	for _, policy := range countingPolicies() {
		for _, mode := range append(modes, 0) {
			policy.Rounding = proration.Rounding{Places: -2, Mode: mode}
			if read := decode(t, policy); read != policy {
				t.Errorf("%+v is decoded as %+v", policy, read)
			}
		}
	}
	if text := giventest.JSON(t, proration.Standard(2)); text != `{"day_count":"days","first_day":"billed","last_day":"free","change_day":"new","rounding":{"places":2,"mode":"half_up"}}` {
		t.Errorf("the standard policy is stored as %s", text)
	}
	for _, bad := range []any{
		proration.Policy{DayCount: 77}, proration.Policy{FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: 77}, proration.Rounding{Mode: 77}, proration.Interval{Months: -1},
		proration.Change{CreditBasis: 77}, proration.Service{Timing: 77}, proration.Division{Allocation: 77},
	} {
		if text, err := json.Marshal(bad); !errors.Is(err, proration.ErrInvalid) {
			t.Errorf("%+v is encoded as %s, %v", bad, text, err)
		}
	}
}

func TestPeriodsAreStored(t *testing.T) {
	p := proration.Period{Start: instant("2024-01-01", nil), End: instant("2024-02-01T00:00:00.000000001", time.FixedZone("", 3600))}
	if read := decode(t, p); !read.Equal(p) || read.String() != p.String() {
		t.Errorf("%v is decoded as %v", p, read)
	}
}
