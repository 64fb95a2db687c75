package credits_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestRemaining(t *testing.T) {
	ten := sale{id: "inv-1/1", quantity: "10", unit: "3.00", period: november}.charge(t)
	free := with(sale{quantity: "2", unit: "0", period: november}.charge(t), func(c *plans.Charge) { c.ID = "" })
	flat := sale{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}.charge(t)
	spanless := with(ten, func(c *plans.Charge) { c.Span = proration.Period{} })
	for _, c := range []struct {
		name, why string
		charges   []plans.Charge
		want      []string
	}{
		{name: "no charge"},
		{name: "charges without credits", charges: []plans.Charge{ten, free}, want: []string{"0 1-31 10", "1 1-31 2"}},
		{name: "two adjacent pauses", charges: []plans.Charge{ten, timed("4", "-1", "2026-11-11/2026-11-21"), timed("4", "-1", "2026-11-21/2026-11-26")}, want: []string{"0 1-11 10", "0 11-26 6", "0 26-31 10"}},
		{name: "two overlapping credits", charges: []plans.Charge{ten, timed("4", "-1", "2026-11-11/2026-11-21"), timed("6", "-1", "2026-11-16/2026-12-01")}, want: []string{"0 1-11 10", "0 11-16 6", "0 16-21 0", "0 21-31 4"}},
		{name: "a credit of money", why: "a credit of money credits no units", charges: []plans.Charge{ten, credit("inv-1/1", "0", "-30")}, want: []string{"0 1-31 10"}},
		{name: "a credit of units without a span", why: "the units are credited for the whole span", charges: []plans.Charge{ten, credit("inv-1/1", "3", "-1")}, want: []string{"0 1-31 7"}},
		{name: "a charge without a quantity", why: "the charge counts as one unit", charges: []plans.Charge{flat, timed("0", "-1", "2026-11-11/2026-11-21")}, want: []string{"0 1-11 1", "0 11-21 0", "0 21-31 1"}},
		{name: "a charge without a quantity, credited twice", why: "the remaining units are never negative", charges: []plans.Charge{flat, timed("0", "-1", "2026-11-11/2026-11-21"), timed("0", "-1", "2026-11-11/2026-12-01")}, want: []string{"0 1-11 1", "0 11-31 0"}},
		{name: "a charge without a span", charges: []plans.Charge{spanless, credit("inv-1/1", "3", "-1")}, want: []string{"0 - 7"}},
		{name: "a credit outside the span", why: "the credit affects no unit of the span", charges: []plans.Charge{ten, timed("4", "-1", "2026-10-11/2026-10-21")}, want: []string{"0 1-31 10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			left, err := credits.Remaining(c.charges)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range left {
				days := "-"
				if !s.Span.Start.IsZero() {
					days = fmt.Sprintf("%d-%d", s.Span.Start.Day(), int(s.Span.End.Sub(day(0)).Hours()/24)+1)
				}
				got = append(got, fmt.Sprintf("%d %s %v", s.Charge, days, s.Units))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
			giventest.CheckRoundTrip(t, left)
		})
	}
	_, err := credits.Remaining([]plans.Charge{ten, timed("11", "-1", "2026-11-11/2026-11-21"), timed("1", "-1", "2026-11-11/2026-11-21")})
	giventest.CheckFaults(t, err, "charges[0].net invalid")
}
