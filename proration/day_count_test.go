package proration_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestFraction(t *testing.T) {
	const (
		before = proration.OldSide
		after  = proration.NewSide
	)
	for _, row := range []struct {
		name, why, zone, period, span string
		count                         proration.DayCount
		side                          proration.Side
		want                          string
	}{
		{name: "half a month by days", period: "2026-11-01/2026-12-01", span: "2026-11-16/2026-12-01", count: proration.Days, side: after, want: "15/30"},
		{name: "half a month by seconds", period: "2026-11-01/2026-12-01", span: "2026-11-16/2026-12-01", count: proration.Seconds, want: "1296000/2592000"},
		{name: "seconds with a side", why: "seconds ignore the change day", period: "2026-11-01/2026-12-01", span: "2026-11-16/2026-12-01", count: proration.Seconds, side: before, want: "1296000/2592000"},
		{name: "parts of a second", why: "the unit is the largest in which all instants are whole", period: "2026-11-01/2026-11-01T00:00:10", span: "2026-11-01/2026-11-01T00:00:00.5", count: proration.Seconds, want: "500/10000"},
		{name: "nanoseconds", period: "2026-11-01/2026-11-01T00:00:01", span: "2026-11-01/2026-11-01T00:00:00.000000001", count: proration.Seconds, want: "1/1000000000"},
		{name: "microseconds", period: "2026-11-01/2026-11-01T00:00:01", span: "2026-11-01T00:00:00.25/2026-11-01T00:00:00.500001", count: proration.Seconds, want: "250001/1000000"},

		{name: "the change day of the new side", why: "the time of day does not matter", period: "2026-11-01/2026-12-01", span: "2026-11-16T23:59:59/2026-12-01", count: proration.Days, side: after, want: "15/30"},
		{name: "the change day of the old side", why: "the time of day does not matter", period: "2026-11-01/2026-12-01", span: "2026-11-16/2026-12-01", count: proration.Days, side: before, want: "14/30"},
		{name: "before the change, with the change day on the new side", period: "2026-11-01/2026-12-01", span: "2026-11-01/2026-11-16T12:00:00", count: proration.Days, side: after, want: "15/30"},
		{name: "before the change, with the change day on the old side", period: "2026-11-01/2026-12-01", span: "2026-11-01/2026-11-16T12:00:00", count: proration.Days, side: before, want: "16/30"},
		{name: "the start of the period", why: "there is no old side before the period", period: "2026-11-01/2026-12-01", span: "2026-11-01/2026-12-01", count: proration.Days, side: before, want: "30/30"},
		{name: "between changes on one day", why: "the day belongs to the contract after both changes", period: "2026-11-01/2026-12-01", span: "2026-11-16T09:00:00/2026-11-16T17:00:00", count: proration.Days, side: after, want: "0/30"},
		{name: "on the last day", period: "2026-11-01/2026-12-01", span: "2026-11-30T23:59:59/2026-12-01", count: proration.Days, side: after, want: "1/30"},
		{name: "on the last day, owned by the old side", period: "2026-11-01/2026-12-01", span: "2026-11-30T00:00:01/2026-12-01", count: proration.Days, side: before, want: "0/30"},
		{name: "a period that begins at noon", why: "the first day counts, and the day of the end does not", period: "2026-11-01T12:00:00/2026-12-01T12:00:00", span: "2026-11-16T08:00:00/2026-12-01T12:00:00", count: proration.Days, side: after, want: "15/30"},
		{name: "a change on the morning of the end", why: "the day of the end does not count", period: "2026-11-01T12:00:00/2026-12-01T12:00:00", span: "2026-12-01T08:00:00/2026-12-01T12:00:00", count: proration.Days, side: after, want: "0/30"},

		{name: "Zuora's year by days", period: "2021-01-01/2022-01-01", span: "2021-07-14/2022-01-01", count: proration.Days, side: after, want: "171/365"},
		{name: "Zuora's year by 30/360", period: "2021-01-01/2022-01-01", span: "2021-07-14/2022-01-01", count: proration.Thirty360, side: after, want: "167/360"},
		{name: "Zuora's year by months", period: "2021-01-01/2022-01-01", span: "2021-07-14/2022-01-01", count: proration.Months, side: after, want: "173/372"},

		{name: "30/360 over a 31st", why: "the 31st counts as the 30th", period: "2021-01-01/2021-02-01", span: "2021-01-27/2021-02-01", count: proration.Thirty360, side: after, want: "4/30"},
		{name: "30/360 in February", why: "the last day of February counts for the missing days", period: "2023-02-01/2023-03-01", span: "2023-02-28/2023-03-01", count: proration.Thirty360, side: after, want: "3/30"},
		{name: "30/360 on the 31st", why: "the 31st is not counted", period: "2021-01-01/2021-02-01", span: "2021-01-30/2021-01-31", count: proration.Thirty360, side: after, want: "0/30"},

		{name: "actual/30 in a month of 31", why: "a part never exceeds the whole", period: "2021-01-01/2021-02-01", span: "2021-01-01/2021-02-01", count: proration.Actual30, side: after, want: "30/30"},
		{name: "actual/30 in February", why: "28 days of 30", period: "2021-02-01/2021-03-01", span: "2021-02-01/2021-03-01", count: proration.Actual30, side: after, want: "28/30"},
		{name: "actual/30 over a year", why: "each month counts 30 days", period: "2021-01-01/2022-01-01", span: "2021-01-01/2021-02-01", count: proration.Actual30, side: after, want: "31/360"},
		{name: "actual/30 from the 31st", why: "Jan 31 to Feb 28 is one month", period: "2021-01-31/2021-02-28", span: "2021-02-14/2021-02-28", count: proration.Actual30, side: after, want: "14/30"},

		{name: "whole months", period: "2021-01-01/2022-01-01", span: "2021-03-01/2021-05-01", count: proration.Months, side: after, want: "2/12"},
		{name: "months from the 31st", why: "Feb 28 is one month after Jan 31, and Mar 31 two", period: "2021-01-31/2021-03-31", span: "2021-01-31/2021-02-28", count: proration.Months, side: after, want: "1/2"},
		{name: "months from Feb 28", why: "the end, April 30, implies an anchor on the 31st", period: "2021-02-28/2021-04-30", span: "2021-02-28/2021-03-30", count: proration.Months, side: after, want: "1/2"},

		{name: "a month with a day of 23 hours", why: "March has 31 calendar days", zone: "America/New_York", period: "2024-03-01/2024-04-01", span: "2024-03-10/2024-03-11", count: proration.Days, side: after, want: "1/31"},
		{name: "a month with a day of 25 hours", why: "November has 30 calendar days", zone: "America/New_York", period: "2024-11-01/2024-12-01", span: "2024-11-03/2024-11-04", count: proration.Days, side: after, want: "1/30"},
		{name: "a month with a day of 23 hours by seconds", why: "an hour is missing", zone: "America/New_York", period: "2024-03-01/2024-04-01", span: "2024-03-10/2024-03-11", count: proration.Seconds, want: "82800/2674800"},
		{name: "Santiago's missing midnight", why: "the day counts as one", zone: "America/Santiago", period: "2024-09-01/2024-10-01", span: "2024-09-08/2024-09-09", count: proration.Days, side: after, want: "1/30"},
		{name: "Sao Paulo's missing midnight", why: "the day counts as one", zone: "America/Sao_Paulo", period: "2018-11-01/2018-12-01", span: "2018-11-04/2018-12-01", count: proration.Days, side: after, want: "27/30"},
		{name: "Asuncion's missing midnight", why: "the month begins at 01:00", zone: "America/Asuncion", period: "2023-10-01/2023-11-01", span: "2023-10-01/2023-10-02", count: proration.Days, side: after, want: "1/31"},
		{name: "Apia's December of 2011", why: "the month has thirty days", zone: "Pacific/Apia", period: "2011-12-01/2012-01-01", span: "2011-12-29/2012-01-01", count: proration.Days, side: after, want: "2/30"},
		{name: "Apia's month with a skipped day", why: "the length of the month is thirty days", zone: "Pacific/Apia", period: "2011-12-01/2012-02-01", span: "2011-12-01/2011-12-16", count: proration.Months, side: after, want: "1/4"},
		{name: "Apia's month with a skipped day beyond the period", why: "the length of the month is counted past the end of the period", zone: "Pacific/Apia", period: "2011-12-10/2011-12-25", span: "2011-12-10/2011-12-15", count: proration.Months, side: after, want: "1/3"},
		{name: "half past midnight for the second time", why: "clocks returned to Saturday after Sunday had begun", zone: "America/St_Johns", period: "2009-10-15/2009-11-15", span: "2009-11-01/2009-11-01T03:00:00Z", count: proration.Days, side: after, want: "0/31"},
		{name: "Tokyo by its own calendar", why: "the instants are in UTC, the days are not", zone: "Asia/Tokyo", period: "2026-10-31T15:00:00Z/2026-11-30T15:00:00Z", span: "2026-11-15T14:59:59Z/2026-11-30T15:00:00Z", count: proration.Days, side: after, want: "16/30"},
	} {
		t.Run(row.name, func(t *testing.T) {
			loc := zone(t, row.zone)
			r := proration.Request{Period: span(row.period, loc), Span: span(row.span, loc), Policy: proration.Policy{DayCount: row.count, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: row.side}, Location: loc}
			got, err := r.Fraction()
			if err != nil {
				t.Fatal(err)
			}
			var want proration.Fraction
			if err := want.UnmarshalText([]byte(row.want)); err != nil {
				t.Fatal(err)
			}
			if !got.Equal(want) || row.count != proration.Months && got != want {
				t.Errorf("the share is %v, want %v", got, want)
			}
		})
	}
}

// Days are counted in the location, whatever the zone of the instants.
func TestFractionIgnoresTheOffsetOfInstants(t *testing.T) {
	newYork := zone(t, "America/New_York")
	p, s := span("2024-03-01/2024-04-01", newYork), span("2024-03-10/2024-03-20", newYork)
	for _, where := range []*time.Location{time.UTC, zone(t, "Asia/Tokyo"), time.FixedZone("", 3600), local} {
		in := func(p proration.Period) proration.Period {
			return proration.Period{Start: p.Start.In(where), End: p.End.In(where)}
		}
		r := proration.Request{Period: in(p), Span: in(s), Policy: proration.Standard(2), Location: newYork}
		if got, err := r.Fraction(); err != nil || got != (proration.Fraction{Num: 10, Den: 31}) {
			t.Errorf("in %v the fraction is %v, %v", where, got, err)
		}
	}
}

// The whole of a period without a day to count is charged in full. Every day count refuses a part of it, which would
// divide by zero, and so do Prorate and Adjust.
func TestPeriodWithoutACountedDay(t *testing.T) {
	for _, row := range []struct {
		name, period string
		count        proration.DayCount
	}{
		{name: "an hour by days", period: "2026-11-01T09:00:00/2026-11-01T10:00:00", count: proration.Days},
		{name: "an hour by actual/30", period: "2026-11-01T09:00:00/2026-11-01T10:00:00", count: proration.Actual30},
		{name: "an hour by 30/360", period: "2026-11-01T09:00:00/2026-11-01T10:00:00", count: proration.Thirty360},
		{name: "an hour by months", period: "2026-11-01T09:00:00/2026-11-01T10:00:00", count: proration.Months},
		{name: "the 30th to the 31st by 30/360", period: "2026-10-30/2026-10-31", count: proration.Thirty360},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := span(row.period, nil)
			policy := proration.Standard(2)
			policy.DayCount = row.count
			for _, at := range []time.Time{p.Start, p.Start.Add(time.Minute)} {
				faults := func(field string) []string {
					if at.Equal(p.Start) {
						return nil
					}
					return []string{field + " period"}
				}
				line, err := proration.Prorate(proration.Request{Amount: money("1"), Period: p, Span: p.From(at), Policy: policy})
				giventest.CheckFaults(t, err, faults("period")...)
				if err == nil && (!line.Amount.Equal(money("1")) || line.Explain() != "1.00 x 1/1 period = 1.00") {
					t.Errorf("the whole is explained as %s", line.Explain())
				}
				_, err = proration.Request{Period: p, Span: p.From(at), Policy: policy}.Fraction()
				giventest.CheckFaults(t, err, faults("period")...)
				_, err = proration.Adjust(proration.Change{At: at, Next: &proration.Next{Price: money("1"), Period: p}, Policy: policy})
				giventest.CheckFaults(t, err, faults("next.period")...)
				billed := proration.Billed{Amount: money("1"), Span: p, Period: p}
				_, err = proration.Adjust(proration.Change{At: at, Billed: billed, CreditBasis: proration.OnBilled, Policy: policy})
				giventest.CheckFaults(t, err, faults("billed.period")...)
				billed.Period = proration.Period{}
				_, err = proration.Adjust(proration.Change{At: at, Billed: billed, CreditBasis: proration.OnBilled, Policy: policy})
				giventest.CheckFaults(t, err, faults("billed.span")...)
			}
		})
	}
}
