package plans_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestPlanValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Plan)
		want      []string
	}{
		{"as it should be", "139.00 a seat and month", func(*plans.Plan) {}, nil},
		{"free", "a free plan is a plan", func(p *plans.Plan) { p.Price = plans.Price{} }, nil},
		{"without a name", "the name is for people", func(p *plans.Plan) { p.Name = "" }, nil},
		{"no ID", "contracts and charges refer to it", func(p *plans.Plan) { p.ID = "" }, []string{"id unset"}},
		{"no currency", "law 13: money has a currency", func(p *plans.Plan) { p.Currency = "" }, []string{"currency unset"}},
		{"unknown currency", "as above", func(p *plans.Plan) { p.Currency = "usd" }, []string{"currency invalid"}},
		{"no interval", "a price is for a period", func(p *plans.Plan) { p.Interval = proration.Interval{} }, []string{"interval unset"}},
		{"mixed interval", "a month and three days recur on no calendar", func(p *plans.Plan) { p.Interval.Days = 3 }, []string{"interval invalid"}},
		{"negative price", "a credit is a charge's sign and never a price", func(p *plans.Plan) { p.Price.Unit = giventest.Money("-1") }, []string{"price.unit invalid"}},
		{"price beyond the limits", "law 14", func(p *plans.Plan) { p.Price.Unit = giventest.Money("1e18") }, []string{"price.unit limit"}},
		{"nothing", "law 14: all faults at once", func(p *plans.Plan) { *p = plans.Plan{} }, []string{"id unset", "currency unset", "interval unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := plans.Plan{ID: "scale", Name: "Scale", Currency: "USD", Interval: giventest.Interval("P1M"), Price: plans.Price{Unit: giventest.Money("139.00")}}
			c.edit(&plan)
			if !giventest.CheckFaults(t, plan.Validate(), c.want...) {
				t.Log(c.why)
			}
		})
	}
}
