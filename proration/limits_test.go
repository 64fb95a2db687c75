package proration_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// Any JSON is answered or refused, promptly.
func TestInvalidJSONIsRefused(t *testing.T) {
	const good = `{"amount":"100","period":{"start":"2024-01-01T00:00:00Z","end":"2024-02-01T00:00:00Z"},` +
		`"span":{"start":"2024-01-22T00:00:00Z","end":"2024-02-01T00:00:00Z"},` +
		`"policy":{"day_count":"days","first_day":"billed","last_day":"free","change_day":"new","rounding":{"places":2,"mode":"half_up"}}}`
	for _, row := range []struct {
		name, why, old, new string
		read                bool   // JSON can be read, but the request is refused
		want                string // the fault; "" if another package reports it
	}{
		{name: "not a number", old: `"100"`, new: `"NaN"`},
		{name: "an infinite amount", old: `"100"`, new: `"Infinity"`},
		{name: "an amount of a billion digits", old: `"100"`, new: `"1e999999999"`},
		{name: "an amount of ten thousand digits", old: `"100"`, new: `"1e10000"`, read: true, want: "amount limit"},
		{name: "an amount of ten thousand places", old: `"100"`, new: `"1e-10000"`, read: true, want: "amount limit"},
		{name: "an amount of 100,000 digits", old: `"100"`, new: `"` + strings.Repeat("7", 100_000) + `"`, read: true, want: "amount limit"},
		{name: "an amount of a hundred digits", old: `"100"`, new: strings.Repeat("7", 100), read: true, want: "amount limit"},
		{name: "an unknown day count", old: `"days"`, new: `"weeks"`, want: "day_count invalid"},
		{name: "an unknown side", old: `"new"`, new: `"both"`, want: "change_day invalid"},
		{name: "an unknown mode", old: `"half_up"`, new: `"half"`, want: "mode invalid"},
		{name: "an unset mode", why: "JSON keeps the unset value, and Prorate refuses it", old: `"half_up"`, new: `"unset"`, read: true, want: "policy.rounding.mode unset"},
		{name: "a day count as a number", old: `"days"`, new: `2`},
		{name: "the largest places", old: `"places":2`, new: `"places":2147483647`, read: true, want: "policy.rounding.places limit"},
		{name: "places beyond 32 bits", old: `"places":2`, new: `"places":2147483648`},
		{name: "the year 10000", old: `"2024-02-01T00:00:00Z"`, new: `"10000-02-01T00:00:00Z"`},
		{name: "the year 0", old: `"2024-01-01T00:00:00Z"`, new: `"0000-01-01T00:00:00Z"`, read: true, want: "period limit"},
		{name: "no policy", old: `,"policy":`, new: `,"politics":`, read: true, want: "policy.day_count unset"},
		{name: "an offset", why: "an offset names no calendar", old: `"2024-01-22T00:00:00Z"`, new: `"2024-01-22T00:00:00+03:00"`, read: true, want: "span zone"},
		{name: "a carry with an exponent", old: `"policy"`, new: `"carry":"1e999999999","policy"`, want: "residual invalid"},
		{name: "a carry beyond the limits", old: `"policy"`, new: `"carry":"` + strings.Repeat("9", 150) + `","policy"`, want: "residual limit"},
		{name: "a carry of a million digits", old: `"policy"`, new: `"carry":"` + strings.Repeat("9", 1_000_000) + `","policy"`, want: "residual limit"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.ReplaceAll(good, row.old, row.new)
			promptly(t, func() {
				var r proration.Request
				err := json.Unmarshal([]byte(text), &r)
				if row.read != (err == nil) {
					t.Errorf("decoding returns %v", err)
					return
				}
				if row.read {
					_, err = proration.Prorate(r)
				}
				if row.want == "" {
					return
				}
				if got := giventest.Faults(err); len(got) == 0 || got[0] != row.want {
					t.Errorf("got the faults %q, want %q first", got, row.want)
				}
			})
		})
	}
}

// A period of all years is prorated promptly by every day count, in every zone.
func TestPeriodOfAllYearsIsProrated(t *testing.T) {
	all := proration.Period{Start: instant("0001-01-02", nil), End: instant("9999-12-31", nil)}
	for _, name := range []string{"", "America/New_York", "Pacific/Apia"} {
		for _, count := range dayCounts {
			t.Run(fmt.Sprint(name, " ", count), func(t *testing.T) {
				policy := proration.Standard(18)
				policy.DayCount = count
				promptly(t, func() {
					line := prorate(t, proration.Request{
						Amount: money(strings.Repeat("9", 38)), Period: all, Span: all.From(instant("2024-02-29T12:00:00Z", nil)),
						Policy: policy, Location: zone(t, name),
					})
					if line.Amount.Sign() <= 0 || line.Amount.GreaterThan(line.Of) {
						t.Errorf("the part of %v is %v", line.Of, line.Amount)
					}
					checkExplained(t, line)
				})
			})
		}
	}
}

// Clock changes are counted after 2037, the last year that the database lists, too. On the last day of leap years after
// it, time.ZoneBounds names an end that is not after its instant.
func TestClockChangesAfter2037AreCounted(t *testing.T) {
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe"} {
		for _, year := range []string{"2040", "2099", "2396"} {
			t.Run(name+" "+year, func(t *testing.T) {
				loc := zone(t, name)
				c, err := proration.NewCycle(instant(year+"-11-15", loc), interval("P1M"))
				if err != nil {
					t.Fatal(err)
				}
				promptly(t, func() {
					for n := range 3 {
						p, err := c.Period(n)
						if err != nil {
							t.Error(err)
						}
						checkShares(t, p, daysOf(p, loc, 0)[25:], loc)
					}
				})
			})
		}
	}
}

// A period of more nanoseconds than 64 bits hold is refused.
func TestNanosecondOverflowIsRefused(t *testing.T) {
	all := proration.Period{Start: instant("0001-01-02", nil), End: instant("9999-12-31", nil).Add(-1)}
	_, err := proration.Prorate(proration.Request{Amount: money("1"), Period: all, Span: all, Policy: seconds()})
	giventest.CheckFaults(t, err, "period limit")
	_, err = proration.Adjust(proration.Change{At: all.Start, Billed: proration.Billed{Amount: money("1"), Span: all}, CreditBasis: proration.OnBilled, Policy: seconds()})
	giventest.CheckFaults(t, err, "billed.span limit")
	_, err = proration.Adjust(proration.Change{At: all.Start, Next: &proration.Next{Price: money("1"), Period: all}, Policy: seconds()})
	giventest.CheckFaults(t, err, "next.period limit")
}

// Every method of a cycle answers or refuses any integers, promptly.
func TestExtremeCyclesAreAnsweredOrRefused(t *testing.T) {
	lengths := []int{0, 1, -1, 31, 120_000, 120_001, 3_652_059, math.MaxInt, math.MinInt}
	localTimes := []proration.LocalTime{{}, localTime(t, "0001-01-01T00:00:00.000000001"), localTime(t, "2024-02-29"), localTime(t, "9999-12-31T23:59:59.999999999"), proration.LocalTimeOf(time.Unix(math.MaxInt64, 0)), proration.LocalTimeOf(time.Unix(math.MinInt64, 0))}
	instants := []time.Time{{}, instant("0001-01-01", nil).Add(1), instant("2024-02-29", nil), instant("9999-12-31T23:59:59.999999999", nil), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0)}
	promptly(t, func() {
		for _, anchor := range localTimes {
			for _, n := range lengths {
				for _, i := range []proration.Interval{{Months: n}, {Days: n}, {Seconds: int64(n)}, {Months: n, Days: n, Seconds: 1}} {
					c := proration.Cycle{Anchor: anchor, Interval: i, Day: n % 40}
					checkAnswer(t, c, instants, lengths)
				}
			}
		}
	})
}

// checkAnswer fails unless every returned period contains the instant or has the number of the request.
func checkAnswer(t *testing.T, c proration.Cycle, instants []time.Time, numbers []int) {
	t.Helper()
	for _, n := range numbers {
		if p, err := c.Period(n); err == nil {
			if index, err := c.Index(p.Start); err != nil || index != n {
				t.Errorf("%+v: the start of period %d, %v, is in period %d, %v", c, n, p, index, err)
			}
		} else if len(giventest.Faults(err)) == 0 {
			t.Errorf("%+v: period %d returns %v", c, n, err)
		}
	}
	for _, at := range instants {
		p, err := c.Containing(at)
		if err == nil && !p.Contains(at) || err != nil && len(giventest.Faults(err)) == 0 {
			t.Errorf("%+v: %v is in %v, %v", c, at, p, err)
		}
		_, errNext := c.Next(at)
		_, errDue := c.Billable(proration.Service{Start: at, AsOf: instants[2], Timing: proration.InArrears})
		if (errNext == nil) != (err == nil) || err != nil && errDue == nil {
			t.Errorf("%+v: %v returns the errors %v, %v and %v", c, at, err, errNext, errDue)
		}
	}
}

// Every verb refuses amounts beyond the limits.
func TestAmountsBeyondTheLimitsAreRefused(t *testing.T) {
	p := span("2024-01-01/2024-02-01", nil)
	for _, exp := range []int32{math.MaxInt32, 1_000_000_000, 39, -39, -1_000_000_000, math.MinInt32} {
		for _, coef := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64} {
			t.Run(fmt.Sprint(coef, "e", exp), func(t *testing.T) {
				d := decimal.New(coef, exp)
				promptly(t, func() {
					policy := proration.Standard(2)
					_, err := proration.Prorate(proration.Request{Amount: d, Period: p, Span: p, Policy: policy})
					giventest.CheckFaults(t, err, "amount limit")
					_, err = policy.Rounding.Round(d)
					giventest.CheckFaults(t, err, "amount limit")
					_, err = proration.Adjust(proration.Change{At: p.Start, Next: &proration.Next{Price: d, Period: p}, Policy: policy})
					giventest.CheckFaults(t, err, "next.price limit")
					_, err = proration.Split(proration.Division{Amount: d, Weights: []decimal.Decimal{d, d}, Places: 2, Allocation: proration.LastLine})
					giventest.CheckFaults(t, err, "amount limit", "weights[0] limit", "weights[1] limit")
				})
			})
		}
	}
}
