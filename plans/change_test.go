package plans_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// summary writes the parts of a contract that a change may change: "growth: 10 seat at 89; from 2026-12-01 12 seat at
// 79; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 renew; discount friends".
func summary(c plans.Contract) string {
	loc := c.Cycle.Location
	if loc == nil {
		loc = time.UTC
	}
	day := func(t time.Time) string { return proration.LocalTimeOf(t.In(loc)).String() }
	item := func(i plans.Item) string {
		text := i.Quantity.String() + " " + i.ID + " at " + i.Price.Unit.String()
		if i.Price.Per != (proration.Interval{}) {
			text += " per " + i.Price.Per.String()
		}
		return text
	}
	var items []string
	for _, i := range c.Items {
		items = append(items, item(i))
	}
	all := []string{c.Plan + ": " + strings.Join(items, ", ")}
	for _, s := range c.Ramp {
		all = append(all, "from "+day(s.At)+" "+item(s.Item))
	}
	cycle := "cycle " + c.Cycle.Anchor.String() + " " + c.Cycle.Interval.String()
	if c.Cycle.Day != 0 {
		cycle += " on the " + strconv.Itoa(c.Cycle.Day)
	}
	all = append(all, cycle)
	for _, a := range c.Terms {
		all = append(all, a.Term.Length.String()+" "+day(a.Period.Start)+"/"+day(a.Period.End)+" "+a.Term.Renewal.String())
		if !a.Until.IsZero() {
			all[len(all)-1] += " until " + day(a.Until)
		}
	}
	for _, d := range c.Discounts {
		text := "discount " + d.ID
		if !d.From.IsZero() || !d.Until.IsZero() {
			text += " " + day(d.From) + "/" + day(d.Until)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// offering is a plan with the given periods and offers, "seat USD 139.00".
func offering(id, interval string, offers ...string) *plans.Plan {
	p := &plans.Plan{ID: id, Interval: giventest.Interval(interval)}
	for _, text := range offers {
		f := strings.Fields(text)
		p.Offers = append(p.Offers, plans.Offer{Item: f[0], Currency: plans.Currency(f[1]), Price: plans.Price{Unit: giventest.Money(f[2])}})
	}
	return p
}

// unitsOf is a change that adds units of an item, or removes them if the quantity is negative.
func unitsOf(item string, quantity decimal.Decimal, price ...*plans.Price) plans.Change {
	if quantity.IsNegative() {
		return plans.Change{Remove: []plans.ItemQuantity{{Item: item, Quantity: quantity.Neg()}}}
	}
	step := plans.ItemQuantity{Item: item, Quantity: quantity}
	if len(price) > 0 {
		step.Price = price[0]
	}
	return plans.Change{Add: []plans.ItemQuantity{step}}
}

// quantityChange is a quantity change.
func quantityChange(quantity, item string) plans.Change {
	return unitsOf(item, giventest.Money(quantity))
}

// withRow is a change of a contract, and the summary of the result.
type withRow struct {
	name, why string
	contract  plans.Contract
	change    plans.Change
	at        string // "" is 2026-11-16
	want      string
	wantErr   []string
}

func (r *withRow) run(t *testing.T) {
	if r.at == "" {
		r.at = "2026-11-16"
	}
	before, change := clone.Deep(r.contract), giventest.JSON(t, r.change)
	after, err := r.contract.Changed(r.change, giventest.Instant(r.at, r.contract.Cycle.Location))
	if giventest.CheckFaults(t, err, r.wantErr...) {
		if got := summary(after); got != r.want {
			t.Errorf("got  %q\nwant %q: %s", got, r.want, r.why)
		}
		giventest.CheckFaults(t, after.Validate())
		if after.Currency != r.contract.Currency {
			t.Errorf("the currency is now %s", after.Currency)
		}
	} else if !reflect.DeepEqual(after, plans.Contract{}) {
		t.Errorf("a contract comes with the error: %+v", after)
	}
	if !reflect.DeepEqual(r.contract, before) || giventest.JSON(t, r.change) != change {
		t.Errorf("the input is now %+v, the change %+v", r.contract, r.change)
	}
}

// shorter is the contract with an earlier end.
func shorter(c plans.Contract, end string) plans.Contract {
	c, err := c.Changed(plans.Change{End: giventest.Instant(end, nil)}, c.Terms[0].Period.Start)
	if err != nil {
		panic(err)
	}
	return c
}

// monthlyKinds is a contract for two kinds of seats, with later steps of both and of a new phone.
func monthlyKinds() plans.Contract {
	c := seats("10", "79.00")
	c.Items = append(c.Items, one("light", "3", "19.00"))
	return c
}

// withNoLight is a contract that lists an item without units.
func withNoLight() plans.Contract {
	c := seats("10", "79.00")
	c.Items = append(c.Items, one("light", "0", "19.00"))
	return c
}

func ramped() plans.Contract {
	c := monthlyKinds()
	c.Ramp = steps(nil, "2026-11-16 12 seat at 75.00", "2026-12-01 20 seat at 69.00", "2026-12-01 4 phone at 10.00", "2027-01-01 2 light at 19.00", "2027-01-01 30 seat at 59.00")
	return c
}

func TestContractChangedQuantity(t *testing.T) {
	const kinds = "3 light at 19; cycle 2026-11-01 P1M"
	leaving := seats("10", "79")
	leaving.Ramp = steps(nil, "2026-11-21 0 seat at 79", "2026-12-01 5 seat at 69")
	for _, r := range []withRow{
		{name: "more seats", why: "K3a: next month all seats in full", contract: monthlyKinds(), change: quantityChange("2", "seat"), want: "growth: 12 seat at 79, " + kinds},
		{name: "more of another kind", why: "K3c: seats have kinds", contract: monthlyKinds(), change: quantityChange("1", "light"), want: "growth: 10 seat at 79, 4 light at 19; cycle 2026-11-01 P1M"},
		{name: "a fraction of a unit", why: "hours are sold in quarters", contract: monthlyKinds(), change: quantityChange("0.25", "seat"), want: "growth: 10.25 seat at 79, " + kinds},
		{name: "fewer", why: "a rule may allow it; the contract records the rest", contract: monthlyKinds(), change: quantityChange("-4", "seat"), want: "growth: 6 seat at 79, " + kinds},
		{name: "down to zero", why: "an item without units leaves the contract", contract: monthlyKinds(), change: quantityChange("-10", "seat"), want: "growth: " + kinds},
		{name: "set to zero", why: "an item without units leaves the contract", contract: monthlyKinds(), change: noUnits("seat"), want: "growth: " + kinds},
		{name: "the last item down to zero", why: "the last item leaves too, and the contract stays", contract: seats("10", "79"), change: quantityChange("-10", "seat"), want: "growth: ; cycle 2026-11-01 P1M"},
		{name: "a metered item down to zero", why: "the item is billed by its usage, and stays without units", contract: withCalls(), change: noUnits("call"), want: "growth: 10 seat at 79, 0 call at 0.05; cycle 2026-11-01 P1M"},
		{name: "a metered item without units at a price that is not metered", why: "an item without units leaves unless it is metered", contract: withCalls(), change: priceChange("1", "call"), want: "growth: 10 seat at 79; cycle 2026-11-01 P1M"},
		{name: "an item of a contract that has no units of it", why: "the item leaves with the next change", contract: withNoLight(), change: quantityChange("2", "seat"), want: "growth: 12 seat at 79; cycle 2026-11-01 P1M"},
		{name: "more of an item without units", why: "the contract has no price for an item that left", contract: withNoLight(), change: quantityChange("1", "light"), wantErr: []string{"change.add[0].item invalid"}},
		{name: "fewer of an item without units", why: "an item that left has no units", contract: withNoLight(), change: quantityChange("-1", "light"), wantErr: []string{"change.remove[0].item invalid"}},
		{name: "the first units in a contract without items", why: "the contract has no price for it", contract: empty(), change: quantityChange("1", "seat"), wantErr: []string{"change.add[0].item invalid"}},
		{name: "below zero", why: "a quantity is not negative", contract: monthlyKinds(), change: quantityChange("-10.01", "seat"), wantErr: []string{"change.remove[0].quantity invalid"}},
		{name: "unknown item", why: "the contract has no price for it", contract: monthlyKinds(), change: quantityChange("1", "phone"), wantErr: []string{"change.add[0].item invalid"}},
		{name: "a quantity without an item", why: "a quantity belongs to an item", contract: monthlyKinds(), change: quantityChange("1", ""), wantErr: []string{"change.add[0].item unset"}},
		{name: "an item with a zero quantity", why: "law 13: a zero change is not intended", contract: monthlyKinds(), change: quantityChange("0", "seat"), wantErr: []string{"change.add[0].quantity unset"}},
		{name: "beyond the limits", why: "law 14: bad input is an error that names its field", contract: monthlyKinds(), change: quantityChange("1e18", "seat"), wantErr: []string{"change.add[0].quantity limit"}},
		{name: "beyond the limits below zero", why: "law 14: bad input is an error that names its field", contract: monthlyKinds(), change: quantityChange("-1e18", "seat"), wantErr: []string{"change.remove[0].quantity limit"}},
		{
			name: "one above the limit", why: "999999999999999999 and 1 have 19 digits: no method would accept the stored contract",
			contract: seats("999999999999999999", "89"), change: quantityChange("1", "seat"), wantErr: []string{"contract.items[0].quantity limit"},
		},
		{
			name: "far apart", why: "1 and 10^-18 have 19 digits together, though each is within the limits",
			contract: seats("1", "89"), change: quantityChange("0.000000000000000001", "seat"), wantErr: []string{"contract.items[0].quantity limit"},
		},

		{
			name: "before the ramp steps", why: "later steps add to the agreed quantity: two more now are two more then", contract: ramped(), change: quantityChange("2", "seat"), at: "2026-11-10",
			want: "growth: 12 seat at 79, 3 light at 19; from 2026-11-16 14 seat at 75; from 2026-12-01 22 seat at 69; from 2026-12-01 4 phone at 10; " +
				"from 2027-01-01 2 light at 19; from 2027-01-01 32 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "a moment before a step", why: "the step is later", contract: ramped(), change: quantityChange("2", "seat"), at: "2026-11-15T23:59:59.999999999",
			want: "growth: 12 seat at 79, 3 light at 19; from 2026-11-16 14 seat at 75; from 2026-12-01 22 seat at 69; from 2026-12-01 4 phone at 10; " +
				"from 2027-01-01 2 light at 19; from 2027-01-01 32 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "at a step", why: "a step applies from its first instant on", contract: ramped(), change: quantityChange("2", "seat"),
			want: "growth: 14 seat at 75, 3 light at 19; from 2026-12-01 22 seat at 69; from 2026-12-01 4 phone at 10; " +
				"from 2027-01-01 2 light at 19; from 2027-01-01 32 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "fewer of an item whose quantity falls later", why: "the steps of other items are unchanged", contract: ramped(), change: quantityChange("-2", "light"),
			want: "growth: 12 seat at 75, 1 light at 19; from 2026-12-01 20 seat at 69; from 2026-12-01 4 phone at 10; " +
				"from 2027-01-01 0 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{name: "too few for a later step", why: "three fewer light seats leave zero now, and minus one next year", contract: ramped(), change: quantityChange("-3", "light"), wantErr: []string{"change.remove[0].quantity invalid"}},
		{name: "too few now and later", why: "law 14: all faults come at once", contract: ramped(), change: quantityChange("-4", "light"), wantErr: []string{"change.remove[0].quantity invalid", "change.remove[0].quantity invalid"}},
		{name: "of an item that a step adds later", why: "the contract has no phone on the 16th", contract: ramped(), change: quantityChange("1", "phone"), wantErr: []string{"change.add[0].item invalid"}},
		{
			name: "before a step to no units", why: "later steps add to the agreed quantity: one more now is one then", contract: leaving, change: quantityChange("1", "seat"), at: "2026-11-20",
			want: "growth: 11 seat at 79; from 2026-11-21 1 seat at 79; from 2026-12-01 6 seat at 69; cycle 2026-11-01 P1M",
		},
		{name: "of an item that a step has removed", why: "a step of no units takes the item and its price", contract: leaving, change: quantityChange("1", "seat"), at: "2026-11-21", wantErr: []string{"change.add[0].item invalid"}},
		{name: "fewer of an item that a step has removed", why: "an item that left has no units", contract: leaving, change: quantityChange("-1", "seat"), at: "2026-11-21", wantErr: []string{"change.remove[0].item invalid"}},
		{name: "another price of an item that a step has removed", why: "a new item needs a quantity", contract: leaving, change: priceChange("10", "seat"), at: "2026-11-21", wantErr: []string{"change.set[0].quantity unset"}},
		{
			name: "of another item after a step to no units", why: "the step has taken effect, and a later step brings the item back", contract: leaving, change: withPrice(quantityChange("1", "phone"), `{"unit":"10"}`), at: "2026-11-21",
			want: "growth: 1 phone at 10; from 2026-12-01 5 seat at 69; cycle 2026-11-01 P1M",
		},
		{
			name: "of an item that a step has added", why: "the step has taken effect", contract: ramped(), change: quantityChange("1", "phone"), at: "2026-12-01",
			want: "growth: 20 seat at 69, 3 light at 19, 5 phone at 10; from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "after the ramp", why: "all steps have taken effect", contract: ramped(), change: quantityChange("1", "seat"), at: "2028-02-29",
			want: "growth: 31 seat at 59, 2 light at 19, 4 phone at 10; cycle 2026-11-01 P1M",
		},
		{
			name: "in a term", why: "M5: seats can be added at any time; the term is unchanged", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: quantityChange("5", "seat"),
			want: "base: 15 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew",
		},
	} {
		t.Run(r.name, r.run)
	}
}

// A new item comes with its price.
func TestContractChangedItem(t *testing.T) {
	item := func(id, quantity, price string) plans.Change {
		return withPrice(quantityChange(quantity, id), price)
	}
	half := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	leaving := seats("10", "79")
	leaving.Ramp = steps(nil, "2026-11-21 0 seat at 79", "2026-12-01 5 seat at 69")
	for _, r := range []withRow{
		{
			name: "an add-on", why: "K3c: seats have kinds, and a new kind has its own rate", contract: monthlyKinds(), change: item("phone", "2", `{"unit":"10"}`),
			want: "growth: 10 seat at 79, 3 light at 19, 2 phone at 10; cycle 2026-11-01 P1M",
		},
		{
			name: "in a term", why: "a monthly price, six times", contract: half, change: item("phone", "2", `{"per":"P1M","unit":"10"}`),
			want: "base: 10 seat at 15 per P1M, 2 phone at 10 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew",
		},
		{
			name: "an item that a step adds later", why: "two from now on, and two more than agreed later", contract: ramped(), change: item("phone", "2", `{"unit":"12"}`),
			want: "growth: 12 seat at 75, 3 light at 19, 2 phone at 12; from 2026-12-01 20 seat at 69; from 2026-12-01 6 phone at 10; " +
				"from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "an item that left", why: "a comeback has a price of its own", contract: withNoLight(), change: item("light", "2", `{"unit":"21"}`),
			want: "growth: 10 seat at 79, 2 light at 21; cycle 2026-11-01 P1M",
		},
		{
			name: "an item that a step has removed", why: "a comeback has a price of its own, and a later step keeps its price", contract: leaving, change: item("seat", "2", `{"unit":"85"}`), at: "2026-11-21",
			want: "growth: 2 seat at 85; from 2026-12-01 7 seat at 69; cycle 2026-11-01 P1M",
		},
		{name: "the first item", why: "a contract without items takes a new one", contract: empty(), change: item("seat", "2", `{"unit":"85"}`), want: "growth: 2 seat at 85; cycle 2026-11-01 P1M"},
		{name: "no units of a new item", why: "an item without units is not part of a contract", contract: monthlyKinds(), change: setting("phone", "0", `{"unit":"10"}`), want: "growth: 10 seat at 79, 3 light at 19; cycle 2026-11-01 P1M"},
		{
			name: "no units of a new metered item", why: "the item is billed by its usage", contract: seats("10", "79"), change: setting("call", "0", `{"unit":"0.05","metered":true}`),
			want: "growth: 10 seat at 79, 0 call at 0.05; cycle 2026-11-01 P1M",
		},
		{name: "no units of an unknown item", why: "the contract has no price for it", contract: monthlyKinds(), change: noUnits("phone"), wantErr: []string{"change.set[0].item invalid"}},
		{name: "an existing item", why: "the price belongs to the contract", contract: monthlyKinds(), change: item("seat", "2", `{"unit":"10"}`), wantErr: []string{"change.add[0].price invalid"}},
		{name: "an item that a step has added", why: "the price belongs to the contract", contract: ramped(), change: item("phone", "2", `{"unit":"10"}`), at: "2026-12-01", wantErr: []string{"change.add[0].price invalid"}},
		{name: "a quantity of zero", why: "law 13: a zero change is not intended", contract: monthlyKinds(), change: item("phone", "0", `{"unit":"10"}`), wantErr: []string{"change.add[0].quantity unset"}},
		{name: "a negative quantity", why: "a quantity is not negative", contract: monthlyKinds(), change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("-1"), Price: &plans.Price{Unit: giventest.Money("10")}}}}, wantErr: []string{"change.add[0].quantity invalid"}},
		{name: "an invalid price", why: "the faults of a price have its path", contract: monthlyKinds(), change: item("phone", "1", `{"unit":"-10"}`), wantErr: []string{"change.add[0].price.unit invalid"}},
		{name: "a price of another length", why: "its length does not divide a month", contract: monthlyKinds(), change: item("phone", "1", `{"per":"P1Y","unit":"10"}`), wantErr: []string{"contract.items[2].price.per invalid"}},
		{name: "no name", why: "charges refer to their item", contract: monthlyKinds(), change: item("", "1", `{"unit":"10"}`), wantErr: []string{"change.add[0].item unset"}},
		{name: "only a price", why: "a new item needs a quantity", contract: monthlyKinds(), change: priceChange("10", "phone"), wantErr: []string{"change.set[0].quantity unset"}},
	} {
		t.Run(r.name, r.run)
	}
}

func TestContractChangedPlan(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	inNewYork := seats("10", "79.00")
	inNewYork.Cycle = giventest.Cycle("2026-11-01", "P1M", newYork)
	firsts := monthlyKinds()
	firsts.Cycle.Day = 1
	both := func(interval string) *plans.Plan {
		return offering("scale", interval, "seat EUR 129.00", "seat USD 139.00", "light USD 29.00", "phone USD 9.00")
	}
	perWeek := both("P1Y")
	perWeek.Offers[1].Price.Per = giventest.Interval("P1M")
	none := both("P1M")
	none.ID, none.Offers[1].Price.Unit = "", giventest.Money("-1")
	for _, r := range []withRow{
		{
			name: "another plan", why: "K4: the higher rate from now on, each item at its own", contract: monthlyKinds(), change: plans.Change{Plan: both("P1M")},
			want: "scale: 10 seat at 139 per P1M, 3 light at 29 per P1M; cycle 2026-11-01 P1M",
		},
		{
			name: "in another currency of the plan", why: "M8: the plan is sold in euros too, and the contract keeps its currency", contract: in("EUR", seats("10", "79.00")), change: plans.Change{Plan: both("P1M")},
			want: "scale: 10 seat at 129 per P1M; cycle 2026-11-01 P1M",
		},
		{
			name: "a plan without an item", why: "an item without an offer has no price", contract: monthlyKinds(), change: plans.Change{Plan: offering("scale", "P1M", "seat USD 139.00", "phone USD 9.00")},
			wantErr: []string{"change.plan.offers invalid"},
		},
		{
			name: "a plan in another currency", why: "M8: a subscription never changes its currency", contract: monthlyKinds(), change: plans.Change{Plan: offering("scale", "P1M", "seat EUR 129.00", "light EUR 29.00")},
			wantErr: []string{"change.plan.offers invalid", "change.plan.offers invalid"},
		},
		{
			name: "with later steps", why: "the steps have prices of the old plan", contract: ramped(), change: plans.Change{Plan: both("P1M")}, wantErr: []string{"change.plan invalid"},
		},
		{
			name: "with past steps", why: "the steps have taken effect: the quantities stay", contract: ramped(), change: plans.Change{Plan: both("P1M")}, at: "2027-01-01",
			want: "scale: 30 seat at 139 per P1M, 2 light at 29 per P1M, 4 phone at 9 per P1M; cycle 2026-11-01 P1M",
		},
		{
			name: "an annual plan", why: "the periods restart at the longer ones", contract: monthlyKinds(), change: plans.Change{Plan: both("P1Y")}, at: "2026-11-16T09:30:00",
			want: "scale: 10 seat at 139 per P1Y, 3 light at 29 per P1Y; cycle 2026-11-16T09:30:00 P1Y",
		},
		{
			name: "an annual plan with a monthly price", why: "twelve times 139.00", contract: seats("10", "79"), change: plans.Change{Plan: perWeek},
			want: "scale: 10 seat at 139 per P1M; cycle 2026-11-16 P1Y",
		},
		{
			name: "a weekly plan", why: "shorter periods restart too", contract: seats("10", "79"), change: plans.Change{Plan: offering("scale", "P1W", "seat USD 35.00")},
			want: "scale: 10 seat at 35 per P1W; cycle 2026-11-16 P1W",
		},
		{
			name: "from the first days of months", why: "the new periods begin on the day of the change, and the first of the month is forgotten", contract: firsts, change: plans.Change{Plan: both("P1Y")},
			want: "scale: 10 seat at 139 per P1Y, 3 light at 29 per P1Y; cycle 2026-11-16 P1Y",
		},
		{
			name: "on the last day of a month", why: "the new periods begin on the day of the change, the 30th, and no other day is remembered", contract: func() plans.Contract {
				c := seats("10", "79")
				c.Cycle = giventest.Cycle("2026-10-31", "P1M", time.UTC)
				return c
			}(), change: plans.Change{Plan: both("P1Y")}, at: "2026-11-30",
			want: "scale: 10 seat at 139 per P1Y; cycle 2026-11-30 P1Y",
		},
		{
			name: "in New York", why: "the instant is 22:30 of the 15th there, whatever zone it is written in", contract: inNewYork, change: plans.Change{Plan: both("P1Y")}, at: "2026-11-16T03:30:00Z",
			want: "scale: 10 seat at 139 per P1Y; cycle 2026-11-15T22:30:00 P1Y",
		},
		{
			name: "the same plan", why: "M19: a customer who moves to the current price keeps the periods", contract: seats("10", "79"), change: plans.Change{Plan: offering("growth", "P1M", "seat USD 89.00")},
			want: "growth: 10 seat at 89 per P1M; cycle 2026-11-01 P1M",
		},
		{
			name: "inside a term", why: "M5: an upgrade at any time; the term is unchanged", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Plan: both("P1M")},
			want: "scale: 10 seat at 139 per P1M; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 renew",
		},
		{
			name: "other periods inside a term", why: "monthly billing until May cannot become annual", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Plan: both("P1Y")},
			wantErr: []string{"change.plan.interval invalid"},
		},
		{
			name: "within a term paid up front", why: "K4: a monthly price counts six times; the term is the period and is unchanged", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Plan: both("P1M")},
			want: "scale: 10 seat at 139 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew",
		},
		{
			name: "an annual price within half a year", why: "its length does not divide the term", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: plans.Change{Plan: both("P1Y")},
			wantErr: []string{"contract.items[0].price.per invalid", "contract.terms[0].items[0].price.per invalid"},
		},
		{
			name: "an invalid plan", why: "a contract cannot change to an invalid plan", contract: monthlyKinds(), change: plans.Change{Plan: none}, wantErr: []string{"change.plan.id unset", "change.plan.offers[1].price.unit invalid"},
		},
		{
			name: "all faults at once", why: "law 14: all faults", contract: func() plans.Contract {
				c := committed(nil, "P6M 2026-11-01/2027-05-01")
				c.Ramp = steps(nil, "2026-12-01 20 seat at 69.00")
				return c
			}(), change: plans.Change{Plan: offering("scale", "P1Y", "light USD 29.00")}, wantErr: []string{"change.plan.interval invalid", "change.plan invalid", "change.plan.offers invalid"},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestContractChangedTerm(t *testing.T) {
	term := func(length string, billing plans.TermBilling, percent string) plans.Change {
		return plans.Change{Term: &plans.Term{Length: giventest.Interval(length), Billing: billing, Renewal: plans.RenewOnce, Percent: giventest.Money(percent)}}
	}
	upFront := func(c plans.Contract) plans.Contract {
		c.Discounts = []plans.Discount{{
			ID: "term P6M from 2026-11-01", Percent: giventest.Money("5"), Duration: plans.Forever,
			From: giventest.Instant("2026-11-01", nil), Until: giventest.Instant("2027-05-01", nil),
		}}
		return c
	}
	half := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	monthlyHalf := committed(nil, "P6M 2026-11-01/2027-05-01")
	discounted := upFront(prepaid(nil, "P6M 2026-11-01/2027-05-01"))
	stepped := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	stepped.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-10", nil), Item: sold("seat", "12", `{"per":"P1M","unit":"14"}`)}, {At: giventest.Instant("2026-12-10", nil), Item: sold("seat", "13", `{"per":"P1M","unit":"13"}`)}}
	for _, r := range []withRow{
		{
			name: "another six months", why: "M5: an extension moves the end; the cycle already ends there", contract: half, change: term("P6M", plans.UpFront, "0"),
			want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew; P6M 2027-05-01/2027-11-01 renew_once",
		},
		{
			name: "nine months more", why: "M3: the length of the new term is the length of its period", contract: half, change: term("P9M", plans.UpFront, "0"),
			want: "base: 10 seat at 15 per P1M; cycle 2028-02-01 P9M; P6M 2026-11-01/2027-05-01 renew; P9M 2027-05-01/2028-02-01 renew_once",
		},
		{
			name: "at the term's rate", why: "M5: the new term has its own discount, and the old one keeps its own", contract: discounted, change: term("P1Y", plans.UpFront, "10"),
			want: "base: 10 seat at 15 per P1M; cycle 2028-05-01 P1Y; P6M 2026-11-01/2027-05-01 renew; P1Y 2027-05-01/2028-05-01 renew_once; " +
				"discount term P1Y from 2027-05-01 2027-05-01/2028-05-01; discount term P6M from 2026-11-01 2026-11-01/2027-05-01",
		},
		{
			name: "with more seats", why: "the new term begins with the change, and the old discount goes with its term",
			contract: must(seats("10", "89").Changed(term("P6M", plans.PerPeriod, "20"), giventest.Instant("2026-11-01", nil))),
			change:   plans.Change{Add: quantityChange("2", "seat").Add, Term: term("P1Y", plans.PerPeriod, "10").Term},
			want:     "growth: 12 seat at 89; cycle 2026-11-01 P1M; P1Y 2026-11-16/2027-11-16 renew_once; discount term P1Y from 2026-11-16 2026-11-16/2027-11-16",
		},
		{
			name: "monthly", why: "the periods stay monthly", contract: monthlyHalf, change: term("P1Y", plans.PerPeriod, "10"),
			want: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 renew; P1Y 2027-05-01/2028-05-01 renew_once; " +
				"discount term P1Y from 2027-05-01 2027-05-01/2028-05-01",
		},
		{
			name: "with steps", why: "steps at or before the instant have taken effect", contract: stepped, change: term("P6M", plans.UpFront, "0"),
			want: "base: 12 seat at 14 per P1M; from 2026-12-10 13 seat at 13 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew; P6M 2027-05-01/2027-11-01 renew_once",
		},
		{name: "without a term", why: "the term begins with the change", contract: seats("10", "89"), change: term("P6M", plans.PerPeriod, "0"), want: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-16/2027-05-16 renew_once"},
		{name: "without a term, up front", why: "the periods begin anew, and are as long as the term", contract: seats("10", "89"), change: term("P6M", plans.UpFront, "0"), want: "growth: 10 seat at 89 per P1M; cycle 2026-11-16 P6M; P6M 2026-11-16/2027-05-16 renew_once"},
		{name: "a term that is no whole number of periods", why: "its last period would be cut", contract: seats("10", "89"), change: term("P10D", plans.PerPeriod, "0"), wantErr: []string{"change.term.length invalid"}},
		{name: "another billing", why: "all terms of a contract have one billing", contract: half, change: term("P6M", plans.PerPeriod, "0"), wantErr: []string{"change.term.billing invalid"}},
		{name: "the zero term", why: "the faults of a term have its path", contract: half, change: plans.Change{Term: &plans.Term{}}, wantErr: []string{"change.term.length unset", "change.term.billing unset", "change.term.renewal unset"}},
		{name: "beyond the calendar", why: "law 14: no panic", contract: half, change: term("P120000M", plans.UpFront, "0"), wantErr: []string{"change.term.length limit"}},
		{
			name: "a price length that does not divide it", why: "the length of a price divides the period", contract: func() plans.Contract {
				c := clone.Deep(half)
				c.Items[0].Price.Per = giventest.Interval("P2M")
				return c
			}(), change: term("P9M", plans.UpFront, "0"), wantErr: []string{"contract.items[0].price.per invalid", "contract.terms[1].items[0].price.per invalid"},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestContractChangedEnd(t *testing.T) {
	end := func(at string) plans.Change { return plans.Change{End: giventest.Instant(at, nil)} }
	two := prepaid(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01")
	two.Discounts = []plans.Discount{
		{ID: "term P6M from 2027-05-01", Percent: giventest.Money("10"), Duration: plans.Forever, From: giventest.Instant("2027-05-01", nil), Until: giventest.Instant("2027-11-01", nil)},
		{ID: "term P6M from 2026-11-01", Percent: giventest.Money("5"), Duration: plans.Forever, From: giventest.Instant("2026-11-01", nil), Until: giventest.Instant("2027-05-01", nil)},
		{ID: "friends", Percent: giventest.Money("1"), Duration: plans.Forever},
		{ID: "years", Percent: giventest.Money("1"), Duration: plans.Forever, From: giventest.Instant("2027-01-01", nil), Until: giventest.Instant("2029-01-01", nil)},
	}
	outside := []string{"change.end outside"}
	for _, r := range []withRow{
		{
			name: "earlier", why: "the discount of the term ends with it; other discounts are unchanged", contract: two, change: end("2027-08-15"),
			want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew; P6M 2027-05-01/2027-11-01 renew until 2027-08-15; " +
				"discount term P6M from 2027-05-01 2027-05-01/2027-08-15; discount term P6M from 2026-11-01 2026-11-01/2027-05-01; discount friends; discount years 2027-01-01/2029-01-01",
		},
		{
			name: "by a moment", why: "an end is an instant", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: end("2027-04-30T23:59:59.999999999"),
			want: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 renew until 2027-04-30T23:59:59.999999999",
		},
		{
			name: "to the first moment of the term", why: "a moment of the term remains", contract: clone.Deep(two), change: end("2027-05-01T00:00:00.000000001"),
			want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew; P6M 2027-05-01/2027-11-01 renew until 2027-05-01T00:00:00.000000001; " +
				"discount term P6M from 2027-05-01 2027-05-01/2027-05-01T00:00:00.000000001; discount term P6M from 2026-11-01 2026-11-01/2027-05-01; discount friends; discount years 2027-01-01/2029-01-01",
		},
		{
			name: "earlier again", why: "the whole term stays the denominator", contract: shorter(committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-04-01"), change: end("2027-03-01"),
			want: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 renew until 2027-03-01",
		},
		{name: "later again", why: "time that was given up is bought as another term", contract: shorter(committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-04-01"), change: end("2027-04-15"), wantErr: outside},
		{name: "to the start of the term", why: "no time of the term would remain", contract: two, change: end("2027-05-01"), wantErr: outside},
		{name: "into the term before", why: "only the last term is shortened", contract: two, change: end("2027-04-30"), wantErr: outside},
		{name: "to its current end", why: "the change is empty", contract: two, change: end("2027-11-01"), wantErr: outside},
		{name: "later", why: "a later end is another term, with its own price", contract: two, change: end("2027-11-02"), wantErr: outside},
		{name: "without a term", why: "there is no term to shorten", contract: seats("10", "89"), change: end("2026-12-01"), wantErr: []string{"change.end invalid"}},
	} {
		t.Run(r.name, r.run)
	}
}

func TestContractChangedCancel(t *testing.T) {
	for _, r := range []withRow{
		{
			name: "in a term", why: "K10: the contract runs until the end of the contracted period, and no term follows", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01"), change: plans.Change{Cancel: true},
			want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew; P6M 2027-05-01/2027-11-01 expire",
		},
		{
			name: "without a term", why: "the caller stops billing the contract", contract: seats("10", "89"), change: plans.Change{Cancel: true},
			want: "growth: 10 seat at 89; cycle 2026-11-01 P1M",
		},
		{
			name: "with steps", why: "past steps fold in; later steps apply until the end", contract: ramped(), change: plans.Change{Cancel: true}, at: "2026-12-15",
			want: "growth: 20 seat at 69, 3 light at 19, 4 phone at 10; from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
	} {
		t.Run(r.name, r.run)
	}
}

// All faults of a request come at once.
func TestContractChangedRefused(t *testing.T) {
	contract := seats("10", "89")
	contract.Plan = ""
	_, err := contract.Changed(plans.Change{}, time.Time{})
	giventest.CheckFaults(t, err, "at unset", "contract.plan unset", "change unset")
	_, err = seats("10", "89").Changed(quantityChange("1", "seat"), time.Time{})
	giventest.CheckFaults(t, err, "at unset")
}

// A catalog edit after the signature changes no contract, since the contract owns its prices.
func TestContractKeepsPriceAfterCatalogEdit(t *testing.T) {
	plan := offering("scale", "P1M", "seat USD 139.00")
	contract, err := seats("10", "89.00").Changed(plans.Change{Plan: plan}, giventest.Instant("2026-11-16", nil))
	if err != nil {
		t.Fatal(err)
	}
	plan.ID, plan.Offers[0].Price.Unit = "scale-2027", giventest.Money("199.00")
	charges, err := contract.Added(quantityChange("1", "seat"), part(november, "", time.UTC), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := charges[0].Plan+" "+charges[0].Explain(), "scale seat: 1 x 139.00 = 139.00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A restarted cycle has no longer first period: the rest is the rest of the new period.
func TestContractChangedPlanEndsFirstPeriod(t *testing.T) {
	contract := seats("10", "79.00")
	contract.Cycle, contract.First = giventest.Cycle("2026-12-15", "P1M", time.UTC), giventest.Period("2026-11-01/2026-12-15", nil)
	after, err := contract.Changed(plans.Change{Plan: offering("scale", "P1Y", "seat USD 900")}, giventest.Instant("2026-11-10", nil))
	if err != nil {
		t.Fatal(err)
	}
	rest, err := after.RemainingPortions(giventest.Instant("2026-11-20", nil))
	if want := giventest.Period("2026-11-10/2027-11-10", nil); err != nil || !rest[0].Period.Equal(want) {
		t.Errorf("the period is %v, want %v: %v", rest, want, err)
	}
}
