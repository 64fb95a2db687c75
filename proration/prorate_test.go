package proration_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestProrate(t *testing.T) {
	for _, row := range []struct {
		name, why, amount, period, span string
		count                           proration.DayCount
		mode                            proration.RoundingMode
		places                          int32
		carry                           string
		want, residual, explain         string
	}{
		{
			name: "seats for the rest of the month", why: "K3a: seats cost the prorated amount for the rest of the month now",
			amount: "178.00", period: "2026-11-01/2026-12-01", span: "2026-11-16/2026-12-01", count: proration.Days, mode: proration.HalfUp, places: 2,
			want: "89.00", residual: "0", explain: "178.00 x 15/30 days = 89.00",
		},
		{
			name: "seats for the rest of the contract", why: "K3b: the same rule with the contract as the period",
			amount: "1068", period: "2026-01-01/2027-01-01", span: "2026-11-16/2027-01-01", count: proration.Days, mode: proration.HalfUp, places: 2,
			want: "134.60", residual: "-1/365", explain: "1068.00 x 46/365 days = 134.597..., rounded half up to 134.60",
		},
		{
			name: "an exact half", why: "dividing first gives 0.33, a peer's result",
			amount: "10.05", period: "2026-11-01/2026-12-01", span: "2026-11-30/2026-12-01", count: proration.Days, mode: proration.HalfUp, places: 2,
			want: "0.34", residual: "-1/200", explain: "10.05 x 1/30 days = 0.335, rounded half up to 0.34",
		},
		{
			name: "the same half to even", amount: "10.05", period: "2026-11-01/2026-12-01", span: "2026-11-30/2026-12-01", count: proration.Days, mode: proration.HalfEven, places: 2,
			want: "0.34", residual: "-1/200", explain: "10.05 x 1/30 days = 0.335, rounded half even to 0.34",
		},
		{
			name: "half of a large amount", why: "a period end of minus one second gives 49,999.98, a peer's result",
			amount: "100000", period: "2026-11-01/2026-12-01", span: "2026-11-16/2026-12-01", count: proration.Seconds, mode: proration.HalfUp, places: 2,
			want: "50000", residual: "0", explain: "100000.00 x 1296000/2592000 seconds = 50000.00",
		},
		{
			name: "a credit", why: "a credit is negative",
			amount: "-100", period: "2024-01-01/2024-02-01", span: "2024-01-22/2024-02-01", count: proration.Days, mode: proration.HalfUp, places: 2,
			want: "-32.26", residual: "3/1550", explain: "-100.00 x 10/31 days = -32.258..., rounded half up to -32.26",
		},
		{
			name: "yen", amount: "1000", period: "2024-01-01/2024-02-01", span: "2024-01-22/2024-02-01", count: proration.Days, mode: proration.Down, places: 0,
			want: "322", residual: "18/31", explain: "1000 x 10/31 days = 322.5..., rounded down to 322",
		},
		{
			name: "Kuwaiti dinar", why: "the dinar has three places", amount: "12.345", period: "2024-01-01/2024-02-01", span: "2024-01-22/2024-02-01", count: proration.Days, mode: proration.HalfUp, places: 3,
			want: "3.982", residual: "1/3875", explain: "12.345 x 10/31 days = 3.9822..., rounded half up to 3.982",
		},
		{
			name: "a third with a carry", why: "the carry of the earlier line changes the rounding",
			amount: "100", period: "2026-11-01/2026-12-01", span: "2026-11-11/2026-11-21", count: proration.Days, mode: proration.HalfUp, places: 2, carry: "1/300",
			want: "33.34", residual: "-1/300", explain: "100.00 x 10/30 days plus 0.0033... carried over = 33.336..., rounded half up to 33.34",
		},
		{
			name: "30/360", amount: "1200", period: "2021-01-01/2022-01-01", span: "2021-07-14/2022-01-01", count: proration.Thirty360, mode: proration.HalfUp, places: 2,
			want: "556.67", residual: "-1/300", explain: "1200.00 x 167/360 days (30/360) = 556.666..., rounded half up to 556.67",
		},
		{
			name: "an amount that rounds to zero", why: "an amount that rounds to zero is explained", amount: "-0.01", period: "2024-01-01/2024-02-01", span: "2024-01-22/2024-02-01", count: proration.Days, mode: proration.HalfUp, places: 2,
			want: "0", residual: "-1/310", explain: "-0.01 x 10/31 days = -0.003..., rounded half up to 0.00",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			policy := proration.Policy{DayCount: row.count, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.NewSide, Rounding: proration.Rounding{Places: row.places, Mode: row.mode}}
			r := proration.Request{Amount: money(row.amount), Period: span(row.period, nil), Span: span(row.span, nil), Policy: policy}
			if row.carry != "" {
				r.Carry = residual(t, row.carry)
			}
			line := prorate(t, r)
			giventest.CheckMoney(t, "the amount", line.Amount, row.want)
			giventest.CheckMoney(t, "the whole", line.Of, row.amount)
			if line.Residual.String() != row.residual {
				t.Errorf("the residual is %v, want %s", line.Residual, row.residual)
			}
			if line.Explain() != row.explain {
				t.Errorf("the explanation is\n%s, want\n%s", line.Explain(), row.explain)
			}
			share, err := r.Fraction()
			if err != nil || share != line.Fraction || line.Rounding != policy.Rounding || line.Capped {
				t.Errorf("the line is %+v, and the share %v, %v", line, share, err)
			}
		})
	}
}

// The same part of a year differs by day count; Zuora publishes the amounts for days and months.
func TestDayCountsDiffer(t *testing.T) {
	p := span("2018-07-14/2019-07-14", nil)
	for count, want := range map[proration.DayCount]string{
		proration.Seconds: "562.19", proration.Days: "562.19", proration.Actual30: "570", proration.Thirty360: "556.67", proration.Months: "558.06",
	} {
		policy := proration.Standard(2)
		policy.DayCount = count
		line := prorate(t, proration.Request{Amount: money("1200"), Period: p, Span: until(p, instant("2019-01-01", nil)), Policy: policy})
		giventest.CheckMoney(t, count.String(), line.Amount, want)
	}
}
