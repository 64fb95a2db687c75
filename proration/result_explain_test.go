package proration_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

func TestExplain(t *testing.T) {
	halfUp := proration.Rounding{Places: 2, Mode: proration.HalfUp}
	for _, row := range []struct {
		name, why string
		result    proration.Result
		want      string
	}{
		{name: "exact", result: proration.Result{Amount: money("89"), Of: money("178"), Fraction: proration.Fraction{Num: 15, Den: 30}, Unit: "days", Rounding: halfUp}, want: "178.00 x 15/30 days = 89.00"},
		{name: "no unit", why: "a part of a split has weights without a unit", result: proration.Result{Amount: money("5"), Of: money("10"), Fraction: proration.Fraction{Num: 1, Den: 2}, Rounding: halfUp}, want: "10.00 x 1/2 = 5.00"},
		{name: "a credit", why: "the amount has the sign", result: proration.Result{Amount: money("-5"), Of: money("10"), Fraction: proration.Fraction{Num: -1, Den: 2}, Rounding: halfUp}, want: "-10.00 x 1/2 = -5.00"},
		{name: "a credit of a credit", result: proration.Result{Amount: money("5"), Of: money("-10"), Fraction: proration.Fraction{Num: -1, Den: 2}, Rounding: halfUp}, want: "10.00 x 1/2 = 5.00"},
		{name: "a decimal that ends", why: "a decimal that ends is written in full", result: proration.Result{Amount: money("0.34"), Of: money("10.05"), Fraction: proration.Fraction{Num: 1, Den: 30}, Unit: "days", Rounding: halfUp}, want: "10.05 x 1/30 days = 0.335, rounded half up to 0.34"},
		{name: "a decimal that does not end", result: proration.Result{Amount: money("32.26"), Of: money("100"), Fraction: proration.Fraction{Num: 10, Den: 31}, Unit: "days", Rounding: halfUp}, want: "100.00 x 10/31 days = 32.258..., rounded half up to 32.26"},
		{name: "more digits than the rounding keeps", why: "the whole is written in full", result: proration.Result{Amount: money("0.04"), Of: money("0.123"), Fraction: proration.Fraction{Num: 1, Den: 3}, Rounding: halfUp}, want: "0.123 x 1/3 = 0.041, rounded half up to 0.04"},
		{name: "hundreds", result: proration.Result{Amount: money("300"), Of: money("1000"), Fraction: proration.Fraction{Num: 1, Den: 3}, Rounding: proration.Rounding{Places: -2, Mode: proration.Down}}, want: "1000 x 1/3 = 333.3..., rounded down to 300"},
		{name: "capped", result: proration.Result{Amount: money("-2"), Of: money("10"), Fraction: proration.Fraction{Num: -20, Den: 31}, Unit: "days", Rounding: halfUp, Capped: true}, want: "-10.00 x 20/31 days = -6.451..., limited to -2.00"},
		{name: "no result", why: "a zero result has no explanation", result: proration.Result{}, want: "nothing"},
		{name: "no mode", result: proration.Result{Amount: money("89"), Of: money("178"), Fraction: proration.Fraction{Num: 15, Den: 30}}, want: "nothing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.result.Explain(); got != row.want {
				t.Errorf("got\n%s, want\n%s", got, row.want)
			}
		})
	}
}

// The unit names the time that the fraction counts, such as milliseconds.
func TestUnitNamesTheCountedTime(t *testing.T) {
	for _, row := range []struct{ name, span, want string }{
		{name: "seconds", span: "2024-01-01/2024-01-01T00:00:01", want: "1/10 seconds"},
		{name: "milliseconds", span: "2024-01-01/2024-01-01T00:00:00.5", want: "500/10000 milliseconds"},
		{name: "microseconds", span: "2024-01-01/2024-01-01T00:00:00.0005", want: "500/10000000 microseconds"},
		{name: "nanoseconds", span: "2024-01-01/2024-01-01T00:00:00.0000005", want: "500/10000000000 nanoseconds"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := span("2024-01-01/2024-01-01T00:00:10", nil)
			line := prorate(t, proration.Request{Amount: money("10"), Period: p, Span: span(row.span, nil), Policy: seconds()})
			if got := line.Fraction.String() + " " + line.Unit; got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// Amounts of the most digits are explained.
func TestLongAmountsAreExplained(t *testing.T) {
	p := span("2024-01-01/2024-02-01", nil)
	longest := money(strings.Repeat("9", 38))
	for _, row := range []struct {
		name   string
		amount decimal.Decimal
		places int32
		carry  string
	}{
		{name: "18 places", amount: longest, places: 18},
		{name: "a carry", amount: longest, places: 0, carry: "99/100"},
		{name: "all digits after the point", amount: longest.Shift(-38), places: 18},
		{name: "the largest unit", amount: longest, places: -18},
	} {
		t.Run(row.name, func(t *testing.T) {
			policy := proration.Standard(row.places)
			r := proration.Request{Amount: row.amount, Period: p, Span: p, Policy: policy}
			if row.carry != "" {
				r.Carry = residual(t, row.carry)
			}
			checkExplained(t, prorate(t, r))
		})
	}
}

// The explanation of a modified result has a limited length.
func TestExplainIsBounded(t *testing.T) {
	huge := decimal.New(1, 100_000)
	line := proration.Result{Amount: money("5"), Of: money("10"), Fraction: proration.Fraction{Num: 1, Den: 2}, Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp}}
	with := func(change func(*proration.Result)) proration.Result {
		l := line
		change(&l)
		return l
	}
	for _, row := range []struct {
		name    string
		explain func() string
	}{
		{name: "a huge whole", explain: with(func(l *proration.Result) { l.Of = huge }).Explain},
		{name: "a huge amount", explain: with(func(l *proration.Result) { l.Amount = huge }).Explain},
		{name: "a tiny amount", explain: with(func(l *proration.Result) { l.Amount = decimal.New(1, -100_000) }).Explain},
		{name: "too many places", explain: with(func(l *proration.Result) { l.Rounding.Places = 1<<31 - 1 }).Explain},
	} {
		t.Run(row.name, func(t *testing.T) {
			promptly(t, func() {
				if text := row.explain(); len(text) > 2000 {
					t.Errorf("%.60s... has %d characters", text, len(text))
				}
			})
		})
	}
}
