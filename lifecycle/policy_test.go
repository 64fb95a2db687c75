package lifecycle_test

import (
	"encoding/json"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

func TestPolicyValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*lifecycle.Policy)
		want      []string
	}{
		{"the neutral one", "law 13: a complete policy exists to start from", func(*lifecycle.Policy) {}, nil},
		{"grace by the hour", "K11: grace is data", func(p *lifecycle.Policy) { p.Grace = giventest.Interval("PT72H") }, nil},
		{"by the second", "seconds have no day to own", func(p *lifecycle.Policy) {
			p.Billing.Proration.DayCount, p.Billing.Proration.ChangeDay = proration.Seconds, 0
		}, nil},
		{"credits on the price", "the other basis", func(p *lifecycle.Policy) { p.Billing.Basis = proration.OnPrice }, nil},
		{"no basis", "law 13: it decides money", func(p *lifecycle.Policy) { p.Billing.Basis = 0 }, []string{"billing.basis unset"}},
		{"no such basis", "law 14", func(p *lifecycle.Policy) { p.Billing.Basis = 3 }, []string{"billing.basis invalid"}},
		{"no grace", "law 13: it decides access", func(p *lifecycle.Policy) { p.Grace = proration.Interval{} }, []string{"grace unset"}},
		{"negative grace", "law 14", func(p *lifecycle.Policy) { p.Grace = proration.Interval{Days: -3} }, []string{"grace invalid"}},
		{"negative grace by the second", "law 14", func(p *lifecycle.Policy) { p.Grace = proration.Interval{Seconds: -3600} }, []string{"grace invalid"}},
		{"mixed grace", "law 14: a month and three days is no length; else it would be found at the first declined card", func(p *lifecycle.Policy) {
			p.Grace = proration.Interval{Months: 1, Days: 3}
		}, []string{"grace invalid"}},
		{"endless grace", "law 14", func(p *lifecycle.Policy) { p.Grace = proration.Interval{Months: 1 << 40} }, []string{"grace limit"}},
		{"no change day", "law 5: the change instant has one owner", func(p *lifecycle.Policy) { p.Billing.Proration.ChangeDay = 0 }, []string{"billing.proration.change_day unset"}},
		{"nothing", "law 14: all faults at once", func(p *lifecycle.Policy) { *p = lifecycle.Policy{} }, []string{
			"billing.proration.day_count unset", "billing.proration.change_day unset", "billing.proration.rounding.mode unset", "billing.basis unset", "billing.timing unset", "billing.allocation unset", "billing.tax_per unset", "billing.tax_mode unset", "grace unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := lifecycle.Standard()
			c.edit(&policy)
			if giventest.CheckFaults(t, policy.Validate(), c.want...) {
				giventest.CheckRoundTrip(t, policy)
			} else {
				t.Log(c.why)
			}
		})
	}
}

func TestStandard(t *testing.T) {
	const want = `{"billing":{"proration":{"day_count":"days","change_day":"new_side","rounding":{"places":2,"mode":"half_up"}},"basis":"billed","timing":"in_advance","allocation":"largest_remainder","tax_per":"line","tax_mode":"half_up","refunds":[{"as":"nothing"}]},"grace":"P1W"}`
	if got := giventest.JSON(t, lifecycle.Standard()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var zero lifecycle.Policy
	if err := json.Unmarshal([]byte(giventest.JSON(t, zero)), &zero); err != nil {
		t.Errorf("a policy that is not filled in cannot be stored: %v", err)
	}
	for _, text := range []string{`{"grace":"P1M3D"}`, `{"grace":3}`, `{"grace":"-P3D"}`, `{"billing":{"basis":"list"}}`, `{"billing":{"basis":1}}`, `{"billing":{"proration":{"day_count":"hours"}}}`, `[]`} {
		var policy lifecycle.Policy
		if err := json.Unmarshal([]byte(text), &policy); err == nil {
			t.Errorf("read %s as %+v", text, policy)
		}
	}
}
