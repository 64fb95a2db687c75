package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// listOf is a list of all items after a change: "12 seat", "2 phone at 10".
func listOf(all ...string) (list []plans.ChangeItem) {
	for _, text := range all {
		item := orderItems(text)[0]
		list = append(list, plans.ChangeItem{ID: item.Item, Quantity: item.Quantity, Price: item.Price})
	}
	return list
}

// One change states the plan, the items, the periods and the discounts together.
func TestContractChangedTogether(t *testing.T) {
	scale := offering("scale", "P1M", "seat USD 139.00", "phone USD 9.00")
	yearly := offering("scale", "P1Y", "seat USD 1390", "phone USD 90")
	year := giventest.Interval("P1Y")
	deal := monthlyKinds()
	deal.Discounts = []plans.Discount{percentOff("deal", "20")}
	gone := plans.Change{Plan: scale, Remove: quantityChange("-3", "light").Remove}
	for _, r := range []withRow{
		{name: "a plan and its items", why: "the items that stay have its prices, a new one too, and the missing one leaves", contract: monthlyKinds(), change: plans.Change{Plan: scale, Items: listOf("12 seat", "2 phone")}, want: "scale: 12 seat at 139 per P1M, 2 phone at 9 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan and a step", why: "the plan prices the new item", contract: seats("10", "79"), change: plans.Change{Plan: scale, Add: quantityChange("2", "phone").Add}, want: "scale: 10 seat at 139 per P1M, 2 phone at 9 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that does not offer an item", why: "all of its units are removed, and it leaves", contract: monthlyKinds(), change: gone, want: "scale: 10 seat at 139 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that does not offer an item of which a unit is left", why: "it has no price", contract: monthlyKinds(), change: plans.Change{Plan: scale, Remove: quantityChange("-2", "light").Remove}, wantErr: []string{"change.plan.offers invalid"}},
		{name: "a plan with an item at a price of its own", why: "the price of the change applies, also to an item that the plan does not offer", contract: monthlyKinds(), change: plans.Change{Plan: scale, Items: listOf("10 seat at 120", "3 light at 17")}, want: "scale: 10 seat at 120, 3 light at 17; cycle 2026-11-01 P1M"},
		{name: "a plan for a year, with items", why: "the periods begin anew", contract: monthlyKinds(), change: plans.Change{Plan: yearly, Items: listOf("12 seat")}, want: "scale: 12 seat at 1390 per P1Y; cycle 2026-11-16 P1Y"},
		{name: "a plan by the month, billed by the year", why: "the interval of the change applies", contract: seats("10", "79"), change: plans.Change{Plan: scale, Interval: year}, want: "scale: 10 seat at 139 per P1M; cycle 2026-11-16 P1Y"},
		{name: "a plan by the year, billed by the month", why: "a year does not divide a month", contract: seats("10", "79"), change: plans.Change{Plan: yearly, Interval: giventest.Interval("P1M")}, wantErr: []string{"contract.items[0].price.per invalid"}},
		{name: "longer periods", why: "a price without a length stays the price of a month", contract: monthlyKinds(), change: plans.Change{Interval: year}, want: "growth: 10 seat at 79 per P1M, 3 light at 19 per P1M; cycle 2026-11-16 P1Y"},
		{name: "longer periods at a price", why: "a price without a length is for the new periods", contract: seats("10", "79"), change: plans.Change{Interval: year, Set: priceChange("790", "seat").Set}, want: "growth: 10 seat at 790; cycle 2026-11-16 P1Y"},
		{name: "longer periods on the old dates", why: "periods of another length begin anew", contract: seats("10", "79"), change: plans.Change{Interval: year, Anchor: plans.AnchorKeep}, wantErr: []string{"change.anchor invalid"}},
		{name: "longer periods from another date on", why: "the time before it is the end of a year", contract: seats("10", "79"), change: plans.Change{Interval: year, AnchorAt: giventest.Instant("2027-01-01", nil)}, want: "growth: 10 seat at 79 per P1M; cycle 2027-01-01 P1Y"},
		{name: "longer periods while steps are scheduled", why: "the steps have prices for the old periods", contract: ramped(), change: plans.Change{Interval: year}, wantErr: []string{"change.interval invalid"}},
		{name: "longer periods inside a term", why: "monthly billing was agreed until its end", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Interval: year}, wantErr: []string{"change.interval invalid"}},
		{name: "other periods in a term that is billed up front", why: "the term is one period", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Interval: year}, wantErr: []string{"change.interval invalid"}},
		{name: "the same periods from now on", why: "the billing dates are reset", contract: seats("10", "79"), change: plans.Change{Anchor: plans.AnchorReset}, want: "growth: 10 seat at 79; cycle 2026-11-16 P1M"},
		{name: "the same periods", why: "nothing changes", contract: seats("10", "79"), change: plans.Change{Interval: giventest.Interval("P1M"), Anchor: plans.AnchorKeep}, want: "growth: 10 seat at 79; cycle 2026-11-01 P1M"},
		{
			name: "a list with later steps", why: "the steps of an item that leaves are dropped, and the others grow by the same difference", contract: ramped(), change: plans.Change{Items: listOf("14 seat")},
			want: "growth: 14 seat at 75; from 2026-12-01 22 seat at 69; from 2027-01-01 32 seat at 59; cycle 2026-11-01 P1M",
		},
		{name: "a list without items", why: "a contract without items is a mistake", contract: monthlyKinds(), change: plans.Change{Items: []plans.ChangeItem{}}, wantErr: []string{"contract.items unset"}},
		{name: "a list with an unknown item", why: "it has no price", contract: monthlyKinds(), change: plans.Change{Items: listOf("10 seat", "2 phone")}, wantErr: []string{"change.items[1].id invalid"}},
		{name: "several steps", why: "each names another item", contract: monthlyKinds(), change: plans.Change{Add: quantityChange("2", "seat").Add, Remove: quantityChange("-3", "light").Remove, Set: setting("phone", "4", `{"unit":"10"}`).Set}, want: "growth: 12 seat at 79, 0 light at 19, 4 phone at 10; cycle 2026-11-01 P1M"},
		{name: "discounts", why: "one ends, another begins", contract: deal, change: plans.Change{AddDiscounts: []plans.Discount{percentOff("loyal", "10")}, RemoveDiscounts: []string{"deal"}}, want: "growth: 10 seat at 79, 3 light at 19; cycle 2026-11-01 P1M; discount loyal"},
		{name: "the end of an unknown discount", why: "law 14: a misspelled ID is a fault", contract: deal, change: plans.Change{RemoveDiscounts: []string{"deals", "deal"}}, wantErr: []string{"change.remove_discounts[0] invalid"}},
		{name: "a discount that is there", why: "IDs are unique", contract: deal, change: plans.Change{AddDiscounts: deal.Discounts}, wantErr: []string{"contract.discounts[1].id invalid"}},
		{
			name: "faults of several fields", why: "law 14: all faults come at once", contract: monthlyKinds(), wantErr: []string{"change.anchor invalid", "change.add[0].item invalid", "change.remove[0].quantity invalid", "change.remove_discounts[0] invalid"},
			change: plans.Change{Interval: year, Anchor: plans.AnchorKeep, Add: quantityChange("1", "desk").Add, Remove: quantityChange("-4", "light").Remove, RemoveDiscounts: []string{"deal"}},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// The units that a change replaces, which package credits credits.
func TestContractAmendedReplaced(t *testing.T) {
	later := monthlyKinds()
	later.Ramp = steps(nil, "2026-11-21 4 phone at 10")
	half := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	const all, none = `[{"item":"","quantity":"0"}]`, `null`
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		change    plans.Change
		want      string
		charges   []string
	}{
		{"more units", "nothing is replaced", monthlyKinds(), quantityChange("2", "seat"), none, []string{"seat: 2 x 79.00, 158.00 x 15/30 days = 79.00"}},
		{"fewer units", "two of them", monthlyKinds(), quantityChange("-2", "seat"), `[{"item":"seat","quantity":"2"}]`, nil},
		{"all units", "the item stays without units", monthlyKinds(), quantityChange("-3", "light"), `[{"item":"light","quantity":"3"}]`, nil},
		{"another price", "all of its units, which are charged again", monthlyKinds(), priceChange("85", "seat"), `[{"item":"seat","quantity":"0"}]`, []string{"seat: 10 x 85.00, 850.00 x 15/30 days = 425.00"}},
		{"another price and fewer units", "all of its units; those that stay are charged again", monthlyKinds(), setting("seat", "8", `{"unit":"85"}`), `[{"item":"seat","quantity":"0"}]`, []string{"seat: 8 x 85.00, 680.00 x 15/30 days = 340.00"}},
		{"what is there", "nothing is replaced, and nothing charged", monthlyKinds(), setting("seat", "10", `{"unit":"79.00"}`), none, nil},
		{"an item leaves", "all of its units", monthlyKinds(), plans.Change{Items: listOf("10 seat")}, `[{"item":"light","quantity":"0"}]`, nil},
		{"an item that a step adds in the period leaves", "its days in the period are billed", later, plans.Change{Items: listOf("10 seat", "3 light")}, `[{"item":"phone","quantity":"0"}]`, nil},
		{"an item for another, and more units", "the item that leaves is replaced", monthlyKinds(), plans.Change{Items: listOf("12 seat", "2 phone at 10")}, `[{"item":"light","quantity":"0"}]`, []string{
			"seat: 2 x 79.00, 158.00 x 15/30 days = 79.00", "phone: 2 x 10.00, 20.00 x 15/30 days = 10.00",
		}},
		{"another plan", "everything", monthlyKinds(), plans.Change{Plan: offering("scale", "P1M", "seat USD 139"), Items: listOf("12 seat")}, all, []string{"seat: 12 x 139.00, 1668.00 x 15/30 days = 834.00"}},
		{"longer periods", "everything; a year begins", monthlyKinds(), plans.Change{Interval: giventest.Interval("P1Y"), Items: listOf("12 seat")}, all, []string{"seat: 12 x 79.00 x 12 = 11376.00"}},
		{"another billing date", "everything", seats("10", "79"), anchorChange("2026-11-20", nil), all, []string{"seat: 10 x 79.00, 790.00 x 4/31 days = 101.935..., rounded half up to 101.94"}},
		{"another discount", "it is for later charges", monthlyKinds(), plans.Change{AddDiscounts: []plans.Discount{percentOff("deal", "5")}}, none, nil},
		{"an earlier end", "everything from that end on", half, earlierEnd("2027-03-01"), all, nil},
		{"another term", "it is charged as well", half, plans.Change{Term: &half.Terms[0].Term}, none, []string{"seat: 10 x 15.00 x 6 = 900.00"}},
		{"a cancellation", "what is credited depends on the policy", half, plans.Change{Cancel: true}, none, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			amended, err := c.contract.Amended(c.change, giventest.Instant("2026-11-16", time.UTC), proration.Standard(2))
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, c.why, giventest.JSON(t, amended.Replaced), c.want)
			var charges []string
			for _, charge := range amended.Charges {
				charges = append(charges, charge.Explain())
			}
			checkText(t, c.why, giventest.JSON(t, charges), giventest.JSON(t, c.charges))
			giventest.CheckRoundTrip(t, amended)
		})
	}
}
