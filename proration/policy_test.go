package proration_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func TestPolicyValidate(t *testing.T) {
	set := proration.Policy{DayCount: proration.Days, ChangeDay: proration.OldSide, Rounding: proration.Rounding{Places: 2, Mode: proration.HalfEven}}
	for _, row := range []struct {
		name, why string
		change    func(*proration.Policy)
		want      []string
	}{
		{name: "complete", change: func(*proration.Policy) {}},
		{name: "seconds without a side", why: "a second is no day", change: func(p *proration.Policy) { p.DayCount, p.ChangeDay = proration.Seconds, 0 }},
		{name: "seconds with a side", change: func(p *proration.Policy) { p.DayCount = proration.Seconds }},
		{name: "no places", why: "zero places are those of the yen", change: func(p *proration.Policy) { p.Rounding.Places = 0 }},
		{name: "the most places", change: func(p *proration.Policy) { p.Rounding.Places = 18 }},
		{name: "the fewest places", change: func(p *proration.Policy) { p.Rounding.Places = -18 }},
		{name: "no count", why: "it decides money", change: func(p *proration.Policy) { p.DayCount = 0 }, want: []string{"day_count unset"}},
		{name: "no side", why: "it decides money", change: func(p *proration.Policy) { p.ChangeDay = 0 }, want: []string{"change_day unset"}},
		{name: "no mode", why: "it decides money", change: func(p *proration.Policy) { p.Rounding.Mode = 0 }, want: []string{"rounding.mode unset"}},
		{name: "no such count", change: func(p *proration.Policy) { p.DayCount = 6 }, want: []string{"day_count invalid"}},
		{name: "no such side", change: func(p *proration.Policy) { p.ChangeDay = 3 }, want: []string{"change_day invalid"}},
		{name: "no such side of seconds", why: "what is given must mean something", change: func(p *proration.Policy) { p.DayCount, p.ChangeDay = proration.Seconds, 3 }, want: []string{"change_day invalid"}},
		{name: "no such mode", change: func(p *proration.Policy) { p.Rounding.Mode = 8 }, want: []string{"rounding.mode invalid"}},
		{name: "too many places", change: func(p *proration.Policy) { p.Rounding.Places = 19 }, want: []string{"rounding.places limit"}},
		{name: "nothing", why: "every fault is told", change: func(p *proration.Policy) { *p = proration.Policy{} }, want: []string{"day_count unset", "change_day unset", "rounding.mode unset"}},
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
		want := proration.Policy{DayCount: proration.Days, ChangeDay: proration.NewSide, Rounding: proration.Rounding{Places: places, Mode: proration.HalfUp}}
		if p := proration.Standard(places); p != want || p.Validate() != nil {
			t.Errorf("Standard(%d) is %+v, %v", places, p, p.Validate())
		}
	}
}
