package plans_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

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

// metered is an item of usage in a list of all items: it has no units.
func metered(id, unit string) plans.ChangeItem {
	return plans.ChangeItem{ID: id, Price: &plans.Price{Unit: giventest.Money(unit), Metered: true}}
}

// noUnits is a change that sets the quantity of an item to zero.
func noUnits(item string) plans.Change {
	return plans.Change{Set: []plans.ItemSetting{{Item: item, Quantity: &decimal.Decimal{}}}}
}

// withCalls is a contract for ten seats and for calls, which are metered.
func withCalls() plans.Contract {
	c := seats("10", "79.00")
	c.Items = append(c.Items, sold("call", "0", `{"unit":"0.05","metered":true}`))
	return c
}

// empty is the contract for seats after the last item left.
func empty() plans.Contract {
	c := seats("10", "79.00")
	c.Items = nil
	return c
}

// One change states the plan, the items, the periods and the discounts together.
func TestContractChangedTogether(t *testing.T) {
	scale := offering("scale", "P1M", "seat USD 139.00", "phone USD 9.00")
	yearly := offering("scale", "P1Y", "seat USD 1390", "phone USD 90")
	year := giventest.Interval("P1Y")
	deal := monthlyKinds()
	deal.Discounts = []plans.Discount{percentOff("deal", "20")}
	gone := plans.Change{Plan: scale, Remove: quantityChange("-3", "light").Remove}
	metering := offering("scale", "P1M", "seat USD 139.00", "light USD 0.05")
	metering.Offers[1].Price.Metered = true
	for _, r := range []withRow{
		{name: "a plan and its items", why: "the items that stay have its prices, a new one too, and the missing one leaves", contract: monthlyKinds(), change: plans.Change{Plan: scale, Items: listOf("12 seat", "2 phone")}, want: "scale: 12 seat at 139 per P1M, 2 phone at 9 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan and a step", why: "the plan prices the new item", contract: seats("10", "79"), change: plans.Change{Plan: scale, Add: quantityChange("2", "phone").Add}, want: "scale: 10 seat at 139 per P1M, 2 phone at 9 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that does not offer an item", why: "all of its units are removed, and it leaves", contract: monthlyKinds(), change: gone, want: "scale: 10 seat at 139 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that does not offer an item set to no units", why: "an item without units needs no price", contract: monthlyKinds(), change: plans.Change{Plan: scale, Set: noUnits("light").Set}, want: "scale: 10 seat at 139 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that meters an item without units", why: "the price after the change is metered, and the item stays", contract: monthlyKinds(), change: plans.Change{Plan: metering, Set: noUnits("light").Set}, want: "scale: 10 seat at 139 per P1M, 0 light at 0.05 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that meters a new item", why: "the new plan prices the item by its usage", contract: seats("10", "79"), change: plans.Change{Plan: metering, Items: listOf("10 seat", "0 light")}, want: "scale: 10 seat at 139 per P1M, 0 light at 0.05 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan that does not meter an item without units", why: "the price after the change is not metered, and the item leaves", contract: withCalls(), change: plans.Change{Plan: offering("scale", "P1M", "seat USD 139.00", "call USD 1")}, want: "scale: 10 seat at 139 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan for a contract without items", why: "the plan changes, and prices an item that joins", contract: empty(), change: plans.Change{Plan: scale, Add: quantityChange("2", "phone").Add}, want: "scale: 2 phone at 9 per P1M; cycle 2026-11-01 P1M"},
		{name: "a plan alone for a contract without items", why: "no item needs a price", contract: empty(), change: plans.Change{Plan: scale}, want: "scale: ; cycle 2026-11-01 P1M"},
		{name: "a plan that does not offer an item of which a unit is left", why: "it has no price", contract: monthlyKinds(), change: plans.Change{Plan: scale, Remove: quantityChange("-2", "light").Remove}, wantErr: []string{"change.plan.offers invalid"}},
		{name: "a plan with an item at a price of its own", why: "the price of the change applies, also to an item that the plan does not offer", contract: monthlyKinds(), change: plans.Change{Plan: scale, Items: listOf("10 seat at 120", "3 light at 17")}, want: "scale: 10 seat at 120, 3 light at 17; cycle 2026-11-01 P1M"},
		{name: "a plan for a year, with items", why: "the periods begin anew", contract: monthlyKinds(), change: plans.Change{Plan: yearly, Items: listOf("12 seat")}, want: "scale: 12 seat at 1390 per P1Y; cycle 2026-11-16 P1Y"},
		{name: "a plan by the month, billed by the year", why: "the interval of the change applies", contract: seats("10", "79"), change: plans.Change{Plan: scale, Interval: year}, want: "scale: 10 seat at 139 per P1M; cycle 2026-11-16 P1Y"},
		{name: "a plan by the year, billed by the month", why: "a year does not divide a month", contract: seats("10", "79"), change: plans.Change{Plan: yearly, Interval: giventest.Interval("P1M")}, wantErr: []string{"contract.items[0].price.per invalid"}},
		{name: "longer periods", why: "a price without a length stays the price of a month", contract: monthlyKinds(), change: plans.Change{Interval: year}, want: "growth: 10 seat at 79 per P1M, 3 light at 19 per P1M; cycle 2026-11-16 P1Y"},
		{name: "longer periods at a price", why: "a price without a length is for the new periods", contract: seats("10", "79"), change: plans.Change{Interval: year, Set: priceChange("790", "seat").Set}, want: "growth: 10 seat at 790; cycle 2026-11-16 P1Y"},
		{
			name: "a plan with a term by the month", why: "the term begins with the change, and its discount with it", contract: monthlyKinds(), change: plans.Change{Plan: scale, Items: listOf("12 seat"), Term: &committed(nil, "P6M 2026-11-01/2027-05-01").Terms[0].Term},
			want: "scale: 12 seat at 139 per P1M; cycle 2026-11-01 P1M; P6M 2026-11-16/2027-05-16 renew",
		},
		{
			name: "a plan with a term up front", why: "the first period is the term", contract: monthlyKinds(), change: plans.Change{Plan: scale, Items: listOf("12 seat"), Term: &prepaid(nil, "P6M 2026-11-01/2027-05-01").Terms[0].Term},
			want: "scale: 12 seat at 139 per P1M; cycle 2026-11-16 P6M; P6M 2026-11-16/2027-05-16 renew",
		},
		{
			name: "a term up front in place of another, with seats", why: "the paid term ends, and its successor begins", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Add: quantityChange("2", "seat").Add, Term: &prepaid(nil, "P1Y 2026-11-01/2027-11-01").Terms[0].Term},
			want: "base: 12 seat at 15 per P1M; cycle 2026-11-16 P1Y; P1Y 2026-11-16/2027-11-16 renew",
		},
		{name: "longer periods on the last day of a month", why: "law 6: the year keeps the 31st", contract: seatsFrom("2026-10-31", "P1M", time.UTC), change: plans.Change{Interval: year, Anchor: plans.AnchorKeep}, at: "2026-12-05", want: "growth: 10 seat at 89 per P1M; cycle 2026-11-30 P1Y on the 31"},
		{name: "a term up front on the old dates", why: "its first period begins with it", contract: monthlyKinds(), change: plans.Change{Anchor: plans.AnchorKeep, Term: &prepaid(nil, "P6M 2026-11-01/2027-05-01").Terms[0].Term}, wantErr: []string{"change.anchor invalid"}},
		{name: "a term up front with another interval", why: "the term is one period", contract: monthlyKinds(), change: plans.Change{Interval: year, Term: &prepaid(nil, "P6M 2026-11-01/2027-05-01").Terms[0].Term}, wantErr: []string{"change.interval invalid"}},
		{name: "longer periods on the old dates", why: "the year begins with the present month", contract: seats("10", "79"), change: plans.Change{Interval: year, Anchor: plans.AnchorKeep}, want: "growth: 10 seat at 79 per P1M; cycle 2026-11-01 P1Y"},
		{name: "weeks on the old dates", why: "a day of the month is no day of the week", contract: seats("10", "79"), change: plans.Change{Interval: giventest.Interval("P1W"), Anchor: plans.AnchorKeep}, wantErr: []string{"change.anchor invalid"}},
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
		{name: "a list without items", why: "every item leaves, and the contract stays without items", contract: monthlyKinds(), change: plans.Change{Items: []plans.ChangeItem{}}, want: "growth: ; cycle 2026-11-01 P1M"},
		{name: "a list with an item without units", why: "the item leaves as if the list did not have it", contract: monthlyKinds(), change: plans.Change{Items: listOf("10 seat", "0 light")}, want: "growth: 10 seat at 79; cycle 2026-11-01 P1M"},
		{name: "a list with a new item without units", why: "an item without units is not part of a contract", contract: seats("10", "79"), change: plans.Change{Items: listOf("10 seat", "0 phone at 10")}, want: "growth: 10 seat at 79; cycle 2026-11-01 P1M"},
		{name: "a list with a metered item without units", why: "the item is billed by its usage, and stays without units", contract: seats("10", "79"), change: plans.Change{Items: append(listOf("10 seat"), metered("call", "0.05"))}, want: "growth: 10 seat at 79, 0 call at 0.05; cycle 2026-11-01 P1M"},
		{name: "a list without a metered item", why: "the list names all items, metered or not", contract: withCalls(), change: plans.Change{Items: listOf("10 seat")}, want: "growth: 10 seat at 79; cycle 2026-11-01 P1M"},
		{
			name: "a list with an item without units now, and later steps", why: "each step has ten units fewer, and the item returns with the next step", contract: ramped(), change: plans.Change{Items: listOf("0 seat", "3 light")},
			want: "growth: 3 light at 19; from 2026-12-01 8 seat at 69; from 2027-01-01 2 light at 19; from 2027-01-01 18 seat at 59; cycle 2026-11-01 P1M",
		},
		{name: "a list with an unknown item", why: "it has no price", contract: monthlyKinds(), change: plans.Change{Items: listOf("10 seat", "2 phone")}, wantErr: []string{"change.items[1].id invalid"}},
		{name: "several steps", why: "each names another item, and the one without units leaves", contract: monthlyKinds(), change: plans.Change{Add: quantityChange("2", "seat").Add, Remove: quantityChange("-3", "light").Remove, Set: setting("phone", "4", `{"unit":"10"}`).Set}, want: "growth: 12 seat at 79, 4 phone at 10; cycle 2026-11-01 P1M"},
		{name: "discounts", why: "one ends, another begins", contract: deal, change: plans.Change{AddDiscounts: []plans.Discount{percentOff("loyal", "10")}, RemoveDiscounts: []string{"deal"}}, want: "growth: 10 seat at 79, 3 light at 19; cycle 2026-11-01 P1M; discount loyal"},
		{name: "the end of an unknown discount", why: "law 14: a misspelled ID is a fault", contract: deal, change: plans.Change{RemoveDiscounts: []string{"deals", "deal"}}, wantErr: []string{"change.remove_discounts[0] invalid"}},
		{name: "a discount that is there", why: "IDs are unique", contract: deal, change: plans.Change{AddDiscounts: deal.Discounts}, wantErr: []string{"contract.discounts[1].id invalid"}},
		{
			name: "faults of several fields", why: "law 14: all faults come at once", contract: monthlyKinds(), wantErr: []string{"change.anchor invalid", "change.add[0].item invalid", "change.remove[0].quantity invalid", "change.remove_discounts[0] invalid"},
			change: plans.Change{Interval: giventest.Interval("P1W"), Anchor: plans.AnchorKeep, Add: quantityChange("1", "desk").Add, Remove: quantityChange("-4", "light").Remove, RemoveDiscounts: []string{"deal"}},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// The units that a change replaces, which package credits credits.
func TestContractAmendedReplaced(t *testing.T) {
	later := monthlyKinds()
	later.Ramp = steps(nil, "2026-11-21 4 phone at 10")
	usage, fee := withCalls(), metered("call", "0.05")
	usage.Items[1].Quantity, fee.Price.Flat = giventest.Money("3"), giventest.Money("9")
	climbing, left, leaving := seats("10", "79"), seats("10", "79"), seats("10", "1")
	climbing.Ramp, left.Ramp = steps(nil, "2026-11-21 20 seat at 79"), steps(nil, "2026-11-11 0 seat at 79")
	leaving.Items[0].Price.Flat = giventest.Money("9")
	leaving.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-21", nil), Item: sold("seat", "0", `{"flat":"9","unit":"1"}`)}}
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
		{"all units", "the item leaves, and a quantity of zero is all of its units", monthlyKinds(), quantityChange("-3", "light"), `[{"item":"light","quantity":"0"}]`, nil},
		{"set to no units", "the item leaves", monthlyKinds(), noUnits("light"), `[{"item":"light","quantity":"0"}]`, nil},
		{"set to no units at another price", "no units have the price", monthlyKinds(), setting("light", "0", `{"unit":"85"}`), `[{"item":"light","quantity":"0"}]`, nil},
		{"the last item", "the contract stays without items", seats("10", "79"), quantityChange("-10", "seat"), `[{"item":"seat","quantity":"0"}]`, nil},
		{"all units of a metered item", "the item stays without units", usage, quantityChange("-3", "call"), `[{"item":"call","quantity":"3"}]`, nil},
		{"a metered item leaves", "the list does not have it", withCalls(), plans.Change{Items: listOf("10 seat")}, `[{"item":"call","quantity":"0"}]`, nil},
		{"a metered item joins without units", "no units cost nothing, whatever the flat fee", seats("10", "79"), plans.Change{Items: append(listOf("10 seat"), fee)}, none, nil},
		{"all units, of which a step brings some back", "the ten units from the step on are charged again", climbing, quantityChange("-10", "seat"), `[{"item":"seat","quantity":"0"}]`, []string{
			"seat: 10 x 79.00, 790.00 x 10/30 days = 263.333..., rounded half up to 263.33",
		}},
		{"units of an item that left", "the item is new, at the price of the change", left, withPrice(quantityChange("2", "seat"), `{"unit":"85"}`), none, []string{"seat: 2 x 85.00, 170.00 x 15/30 days = 85.00"}},
		{"more units before a step to none", "the step has two units then, at their whole price", leaving, quantityChange("2", "seat"), none, []string{
			"seat: (12 x 1.00 + 9.00) - (10 x 1.00 + 9.00), 2.00 x 5/30 days = 0.333..., rounded half up to 0.33",
			"seat: 2 x 1.00 + 9.00, 11.00 x 10/30 days = 3.666..., rounded half up to 3.67",
		}},
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
		{"a billing date at once", "everything", seats("10", "79"), anchorChange("2026-11-16", nil), all, []string{"seat: 10 x 79.00 = 790.00"}},
		{"a term by the month with a new period", "everything; one whole month begins", seats("10", "79"), plans.Change{Anchor: plans.AnchorReset, Term: &committed(nil, "P6M 2026-11-01/2027-05-01").Terms[0].Term}, all, []string{"seat: 10 x 79.00 = 790.00"}},
		{"an earlier billing date", "everything from then on, which is told beside", seats("10", "79"), anchorChange("2026-11-20", nil), none, nil},
		{"a later billing date", "nothing; three days are added", seats("10", "79"), anchorChange("2026-12-04", nil), none, []string{"seat: 10 x 79.00, 790.00 x 3/30 days = 79.00"}},
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
