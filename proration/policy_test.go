package proration_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestPolicyValidate(t *testing.T) {
	set := proration.Policy{DayCount: proration.Days, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.OldSide, Rounding: proration.Rounding{Places: 2, Mode: proration.HalfEven}}
	for _, row := range []struct {
		name, why string
		change    func(*proration.Policy)
		want      []string
	}{
		{name: "a complete policy", change: func(*proration.Policy) {}},
		{name: "seconds without a side", why: "seconds have no change day", change: func(p *proration.Policy) { p.DayCount, p.FirstDay, p.LastDay, p.ChangeDay = proration.Seconds, 0, 0, 0 }},
		{name: "seconds with a side", change: func(p *proration.Policy) { p.DayCount = proration.Seconds }},
		{name: "no places", why: "zero places are valid, as for the yen", change: func(p *proration.Policy) { p.Rounding.Places = 0 }},
		{name: "the most places", change: func(p *proration.Policy) { p.Rounding.Places = 18 }},
		{name: "the fewest places", change: func(p *proration.Policy) { p.Rounding.Places = -18 }},
		{name: "no day count", why: "the setting decides an amount", change: func(p *proration.Policy) { p.DayCount = 0 }, want: []string{"day_count unset"}},
		{name: "no side", why: "the setting decides an amount", change: func(p *proration.Policy) { p.ChangeDay = 0 }, want: []string{"change_day unset"}},
		{name: "no first day", why: "the setting decides an amount", change: func(p *proration.Policy) { p.FirstDay = 0 }, want: []string{"first_day unset"}},
		{name: "no last day", why: "the setting decides an amount", change: func(p *proration.Policy) { p.LastDay = 0 }, want: []string{"last_day unset"}},
		{name: "an unknown day with seconds", why: "a setting without effect must be valid too", change: func(p *proration.Policy) { p.DayCount, p.FirstDay, p.LastDay = proration.Seconds, 3, 9 }, want: []string{"first_day invalid", "last_day invalid"}},
		{name: "no mode", why: "the setting decides an amount", change: func(p *proration.Policy) { p.Rounding.Mode = 0 }, want: []string{"rounding.mode unset"}},
		{name: "an unknown day count", change: func(p *proration.Policy) { p.DayCount = 6 }, want: []string{"day_count invalid"}},
		{name: "an unknown side", change: func(p *proration.Policy) { p.ChangeDay = 3 }, want: []string{"change_day invalid"}},
		{name: "an unknown side with seconds", why: "a setting without effect must be valid too", change: func(p *proration.Policy) { p.DayCount, p.ChangeDay = proration.Seconds, 3 }, want: []string{"change_day invalid"}},
		{name: "an unknown mode", change: func(p *proration.Policy) { p.Rounding.Mode = 8 }, want: []string{"rounding.mode invalid"}},
		{name: "too many places", change: func(p *proration.Policy) { p.Rounding.Places = 19 }, want: []string{"rounding.places limit"}},
		{name: "no field", why: "every fault is reported", change: func(p *proration.Policy) { *p = proration.Policy{} }, want: []string{"day_count unset", "first_day unset", "last_day unset", "change_day unset", "rounding.mode unset"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := set
			row.change(&p)
			giventest.CheckFaults(t, p.Validate(), row.want...)
		})
	}
}

func TestStandardIsComplete(t *testing.T) {
	for places := int32(-18); places <= 18; places++ {
		want := proration.Policy{DayCount: proration.Days, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.NewSide, Rounding: proration.Rounding{Places: places, Mode: proration.HalfUp}}
		if p := proration.Standard(places); p != want || p.Validate() != nil {
			t.Errorf("Standard(%d) is %+v, %v", places, p, p.Validate())
		}
	}
}
