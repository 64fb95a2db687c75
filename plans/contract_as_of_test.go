package plans_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// A step of no units takes the item out of the contract at its instant, unless the item is metered.
func TestContractAsOf(t *testing.T) {
	stepped := func(c plans.Contract, all ...string) plans.Contract {
		c.Ramp = steps(nil, all...)
		return c
	}
	toZero := stepped(monthlyKinds(), "2026-12-01 0 light at 19")
	both := stepped(monthlyKinds(), "2026-12-01 0 light at 19", "2026-12-01 0 seat at 79", "2027-01-01 2 seat at 85")
	usage := seats("10", "79.00")
	usage.Items = append(usage.Items, sold("call", "4", `{"unit":"0.05","metered":true}`))
	usage.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: sold("call", "0", `{"unit":"0.05","metered":true}`)}}
	const cycle = "; cycle 2026-11-01 P1M"
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		at, want  string
		faults    []string
	}{
		{"a moment before a step", "the step is later", toZero, "2026-11-30T23:59:59.999999999", "growth: 10 seat at 79, 3 light at 19; from 2026-12-01 0 light at 19" + cycle, nil},
		{"at a step to no units", "the item leaves at the first instant of the step", toZero, "2026-12-01", "growth: 10 seat at 79" + cycle, nil},
		{"after a step to no units", "the item left", toZero, "2027-12-01", "growth: 10 seat at 79" + cycle, nil},
		{"after two steps to no units", "the last item leaves too, and a later step brings one back", both, "2026-12-15", "growth: ; from 2027-01-01 2 seat at 85" + cycle, nil},
		{"after a step that brings an item back", "the item returns at the price of the step", both, "2027-01-01", "growth: 2 seat at 85" + cycle, nil},
		{"after two steps of one instant", "the later one applies, and the item stays", stepped(seats("10", "79"), "2026-12-01 0 seat at 79", "2026-12-01 4 seat at 75"), "2026-12-01", "growth: 4 seat at 75" + cycle, nil},
		{"after a step to no units of a metered item", "the item is billed by its usage, and stays", usage, "2026-12-01", "growth: 10 seat at 79, 0 call at 0.05" + cycle, nil},
		{"an item without units", "the contract lists the item, but does not have it", withNoLight(), "2026-11-16", "growth: 10 seat at 79" + cycle, nil},
		{"a metered item without units", "the contract has the item", withCalls(), "2026-11-16", "growth: 10 seat at 79, 0 call at 0.05" + cycle, nil},
		{"a contract without items", "the contract stays as it is", empty(), "2026-11-16", "growth: " + cycle, nil},
		{"no instant", "law 14: all faults come at once", plans.Contract{Currency: "USD", Cycle: toZero.Cycle}, "", "", []string{"contract.plan unset", "at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.contract)
			got, err := c.contract.AsOf(giventest.Instant(c.at, nil))
			if giventest.CheckFaults(t, err, c.faults...) {
				checkText(t, c.why, summary(got), c.want)
				giventest.CheckFaults(t, got.Validate())
			}
			checkText(t, "law 15: the contract afterwards", giventest.JSON(t, c.contract), before)
		})
	}
}
