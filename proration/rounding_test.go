package proration_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestRound(t *testing.T) {
	for _, row := range []struct {
		name, why, amount string
		places            int32
		want              [7]string // in the order of modes: half up, even, down; up, down, ceiling, floor
	}{
		{name: "a tie above an even digit", amount: "0.025", places: 2, want: [7]string{"0.03", "0.02", "0.02", "0.03", "0.02", "0.03", "0.02"}},
		{name: "a tie above an odd digit", amount: "0.035", places: 2, want: [7]string{"0.04", "0.04", "0.03", "0.04", "0.03", "0.04", "0.03"}},
		{name: "a negative tie", why: "half up rounds away from zero", amount: "-0.025", places: 2, want: [7]string{"-0.03", "-0.02", "-0.02", "-0.03", "-0.02", "-0.02", "-0.03"}},
		{name: "just above a tie", amount: "0.0250000000000000000000000000001", places: 2, want: [7]string{"0.03", "0.03", "0.03", "0.03", "0.02", "0.03", "0.02"}},
		{name: "just below a tie", amount: "0.0249999999999999999999999999999", places: 2, want: [7]string{"0.02", "0.02", "0.02", "0.03", "0.02", "0.03", "0.02"}},
		{name: "just above zero", amount: "0.0000000000000000000000000000000000001", places: 2, want: [7]string{"0", "0", "0", "0.01", "0", "0.01", "0"}},
		{name: "just below zero", amount: "-0.0000000000000000000000000000000000001", places: 2, want: [7]string{"0", "0", "0", "-0.01", "0", "0", "-0.01"}},
		{name: "an exact amount", why: "an exact amount is not changed", amount: "10.05", places: 2, want: [7]string{"10.05", "10.05", "10.05", "10.05", "10.05", "10.05", "10.05"}},
		{name: "more places than the amount has", amount: "10", places: 18, want: [7]string{"10", "10", "10", "10", "10", "10", "10"}},
		{name: "zero", amount: "0", places: 2, want: [7]string{"0", "0", "0", "0", "0", "0", "0"}},
		{name: "yen", amount: "1234.5", places: 0, want: [7]string{"1235", "1234", "1234", "1235", "1234", "1235", "1234"}},
		{name: "hundreds", why: "negative places are before the point", amount: "-1250", places: -2, want: [7]string{"-1300", "-1200", "-1200", "-1300", "-1200", "-1200", "-1300"}},
		{name: "the largest unit", why: "18 digits are rounded at once", amount: "4999999999999999999", places: -18, want: [7]string{"5000000000000000000", "5000000000000000000", "5000000000000000000", "5000000000000000000", "4000000000000000000", "5000000000000000000", "4000000000000000000"}},
		{name: "nines", why: "the result has one more digit", amount: "999999999999999999.5", places: 0, want: [7]string{"1000000000000000000", "1000000000000000000", "999999999999999999", "1000000000000000000", "999999999999999999", "1000000000000000000", "999999999999999999"}},
		{name: "the longest amount", amount: "99999999999999999999999999999999999999", places: 18, want: [7]string{
			"99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999",
			"99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for i, mode := range everyMode {
				got, err := proration.Rounding{Places: row.places, Mode: mode}.Round(money(row.amount))
				if err != nil {
					t.Fatal(err)
				}
				giventest.CheckMoney(t, row.amount+" "+mode.String(), got, row.want[i])
			}
		})
	}
}

func TestRoundRefuses(t *testing.T) {
	for _, row := range []struct {
		name, why string
		amount    decimal.Decimal
		places    int32
		mode      proration.RoundingMode
		want      []string
	}{
		{name: "no mode", amount: money("1"), places: 2, want: []string{"mode unset"}},
		{name: "an unknown mode", amount: money("1"), places: 2, mode: 8, want: []string{"mode invalid"}},
		{name: "the largest mode", amount: money("1"), places: 2, mode: 255, want: []string{"mode invalid"}},
		{name: "19 places", amount: money("1"), places: 19, mode: proration.HalfUp, want: []string{"places limit"}},
		{name: "19 places before the point", amount: money("1"), places: -19, mode: proration.HalfUp, want: []string{"places limit"}},
		{name: "the most places", amount: money("1"), places: 1<<31 - 1, mode: proration.HalfUp, want: []string{"places limit"}},
		{name: "the fewest places", amount: money("1"), places: -1 << 31, mode: proration.HalfUp, want: []string{"places limit"}},
		{name: "39 digits", amount: decimal.New(1, 38), places: 2, mode: proration.HalfUp, want: []string{"amount limit"}},
		{name: "39 places", amount: decimal.New(1, -39), places: 2, mode: proration.HalfUp, want: []string{"amount limit"}},
		{name: "a huge exponent", why: "its digits would fill the memory", amount: decimal.New(1, 1_000_000_000), places: 2, mode: proration.HalfUp, want: []string{"amount limit"}},
		{name: "a tiny exponent", amount: decimal.New(1, -1_000_000_000), places: 2, mode: proration.HalfUp, want: []string{"amount limit"}},
		{name: "everything at once", amount: decimal.New(1, 39), places: 19, want: []string{"mode unset", "places limit", "amount limit"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			promptly(t, func() {
				_, err := proration.Rounding{Places: row.places, Mode: row.mode}.Round(row.amount)
				giventest.CheckFaults(t, err, row.want...)
			})
		})
	}
}
