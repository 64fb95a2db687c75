package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A discount that was agreed for a time reduces the part of a charge before its end, by the day count, and remains
// until a bill reaches the end. Charges are for November 2026 unless said.
func TestApplyDiscountsUntilTheirEnd(t *testing.T) {
	const (
		half    = `[{"id":"a","percent":"50","duration":"repeating","periods":3,"ends":"2026-11-16T00:00:00Z"}]`
		all     = `[{"id":"a","percent":"100","duration":"repeating","periods":3,"ends":"2026-11-21T00:00:00Z"}]`
		months  = `[{"id":"a","percent":"50","duration":"repeating","periods":2,"per":"P1M"}]`
		special = `[{"id":"a","price":{"unit":"10"},"currency":"USD","duration":"repeating","periods":3,"ends":"2026-11-16T00:00:00Z"}]`
		year    = " span=2026-11-01/2027-11-01 "
	)
	for _, c := range []struct {
		discountRow
		reason, ends string // of the first charge and the first discount that remains
	}{
		{discountRow{name: "half of the month", why: "15 of 30 days: 30.00 x 15/30 x 50 %", charges: "30.00", discounts: half, want: "22.50 -7.50"}, "50 % until 2026-11-16", ""},
		{discountRow{name: "before the end", why: "the bill does not reach the end, so the discount remains with its periods", charges: "30.00 span=2026-11-01/2026-11-08", discounts: half, want: "15.00 -15.00", remaining: "a x3"}, "50 %", "2026-11-16"},
		{discountRow{name: "up to the end", why: "nothing is left of the time", charges: "30.00 span=2026-11-08/2026-11-16", discounts: half, want: "15.00 -15.00"}, "50 %", ""},
		{discountRow{name: "after the end", why: "the time is over", charges: "30.00 span=2026-11-16/2026-11-23", discounts: half, want: "30.00"}, "", ""},
		{discountRow{name: "all of a part", why: "30.00 x 20/30 off", charges: "30.00", discounts: all, want: "10.00 -20.00"}, "100 % until 2026-11-21", ""},
		{discountRow{name: "rounded once", why: "(10.01 + 10.01) x 15/30 x 50 % = 5.005, rounded to 5.01", charges: "10.01; 10.01", discounts: half, want: "7.50 -2.51; 7.51 -2.50"}, "50 % until 2026-11-16", ""},
		{discountRow{name: "beside a shorter charge", why: "the first week is at half price, and 15 of 30 days", charges: "7.00 span=2026-11-01/2026-11-08; 30.00", discounts: half, want: "3.50 -3.50; 22.50 -7.50"}, "50 %", ""},
		{discountRow{name: "a one-time charge", why: "it has no span that could last longer", charges: "30.00 span=0001-01-01/0001-01-01", discounts: half, want: "15.00 -15.00", remaining: "a x3"}, "50 %", "2026-11-16"},
		{discountRow{name: "a special price", why: "30.00 less 10.00 for 15 of 30 days", charges: "30.00", discounts: special, want: "20.00 -10.00"}, "special price a until 2026-11-16", ""},
		{discountRow{name: "two months from the first charge", why: "61 of 365 days: 365.00 x 61/365 x 50 %", charges: "365.00" + year, discounts: months, want: "334.50 -30.50"}, "50 % until 2027-01-01", ""},
		{discountRow{name: "two months and a bill of one", why: "the end is set and one month is left", charges: "30.00", discounts: months, want: "15.00 -15.00", remaining: "a x2"}, "50 %", "2027-01-01"},
		{discountRow{name: "not used", why: "the time begins with the first use", charges: "0.00", discounts: months, want: "0.00", remaining: "a x2"}, "", "0001-01-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.request(t)
			r.Policy = proration.Standard(2)
			for i := range r.Charges {
				if r.Charges[i].Span.Start.IsZero() {
					r.Charges[i].Span = proration.Period{}
				}
				r.Charges[i].Period = r.Charges[i].Span
			}
			out, err := plans.ApplyDiscounts(r)
			if err != nil {
				t.Fatal(err)
			}
			charges, remaining := reducedText(out, r.Currency)
			reason, ends := "", ""
			for _, d := range out.Charges[0].Discounts {
				reason = d.Reason
			}
			for _, d := range out.Remaining {
				ends = d.Ends.Format(time.DateOnly)
			}
			if charges != c.want || remaining != c.remaining || reason != c.reason || ends != c.ends {
				t.Errorf("got %q, %q remain, %q until %q\nwant %q, %q, %q, %q: %s", charges, remaining, reason, ends, c.want, c.remaining, c.reason, c.ends, c.why)
			}
			giventest.CheckRoundTrip(t, out)
		})
	}
}

// A discount has a length only if it lasts for periods, and only a percentage or a special price ends inside a charge.
func TestDiscountLengthFaults(t *testing.T) {
	for _, c := range []struct {
		name, discount string
		wantErr        []string
	}{
		{"a length", `{"id":"a","percent":"50","duration":"repeating","periods":2,"per":"P1M"}`, nil},
		{"once, with a length", `{"id":"a","percent":"50","duration":"once","per":"P1M"}`, []string{"per invalid"}},
		{"an amount with a length", `{"id":"a","amount":"5","currency":"USD","duration":"repeating","periods":2,"per":"P1M"}`, []string{"per invalid"}},
		{"an end", `{"id":"a","percent":"50","duration":"once","ends":"2026-11-16T00:00:00Z"}`, nil},
		{"an amount with an end", `{"id":"a","amount":"5","currency":"USD","duration":"once","ends":"2026-11-16T00:00:00Z"}`, []string{"ends invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			giventest.CheckFaults(t, strictly[plans.Discount](t, c.discount).Validate(), c.wantErr...)
		})
	}
	t.Run("no policy", func(t *testing.T) {
		r := discountRow{charges: "30.00", discounts: `[{"id":"a","percent":"50","duration":"once","ends":"2026-11-16T00:00:00Z"}]`}.request(t)
		_, err := plans.ApplyDiscounts(r)
		giventest.CheckFaults(t, err, "policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset")
	})
}
