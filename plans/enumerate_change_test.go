package plans_test

import (
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// combined is a small world of changes: every combination of a step for each item, and every list of all items; with
// each plan, interval and anchor.
type combined struct {
	items []plans.Change // changes of the items alone
	plans []*plans.Plan
}

func combinedChanges(prices map[string]string) (w combined) {
	one := func(id, quantity string) []plans.ItemQuantity {
		return []plans.ItemQuantity{{Item: id, Quantity: giventest.Money(quantity)}}
	}
	steps := func(id, all string) []plans.Change {
		units, none := giventest.Money("9"), giventest.Money("0")
		dear := priceOf(`{"unit":"31.07"}`)
		return []plans.Change{
			{}, {Add: one(id, "2")}, {Remove: one(id, "1")}, {Remove: one(id, all)},
			{Set: []plans.ItemSetting{{Item: id, Quantity: &units}}},
			{Set: []plans.ItemSetting{{Item: id, Price: &dear}}},
			{Set: []plans.ItemSetting{{Item: id, Quantity: &units, Price: &dear}}},
			{Set: []plans.ItemSetting{{Item: id, Quantity: &none, Price: &dear}}},
		}
	}
	phone, usage := priceOf(prices["phone"]), priceOf(`{"flat":"4.50","unit":"0.05","metered":true}`)
	none, three := giventest.Money("0"), giventest.Money("3")
	news := []plans.Change{
		{}, {Add: []plans.ItemQuantity{{Item: "phone", Quantity: three, Price: &phone}}},
		{Set: []plans.ItemSetting{{Item: "phone", Quantity: &none, Price: &phone}}},
		{Add: one("phone", "3")}, // at the price of the new plan, if there is one
		{Set: []plans.ItemSetting{{Item: "phone", Quantity: &none, Price: &usage}}},
	}
	for _, a := range steps("seat", "7") {
		for _, b := range steps("light", "3") {
			for _, c := range news {
				change := clone.Deep(a)
				change.Add, change.Remove = append(append(change.Add, b.Add...), c.Add...), append(change.Remove, b.Remove...)
				change.Set = append(append(change.Set, b.Set...), c.Set...)
				w.items = append(w.items, change)
			}
		}
	}
	for mask := range 5 * 5 * 4 { // each item is missing, as it is, without units, with other units, or at another price
		list := []plans.ChangeItem{}
		for i, id := range []string{"seat", "light", "phone"} {
			item := plans.ChangeItem{ID: id, Quantity: giventest.Money([]string{"7", "3", "4"}[i])}
			which := []int{mask % 5, mask / 5 % 5, mask / 25}[i]
			if which == 0 {
				continue
			}
			if which == 2 {
				item.Quantity = none
			}
			switch {
			case id == "phone" && which == 3:
				item.Quantity, item.Price = none, &usage
			case id == "phone":
				item.Price = &phone
			case which == 3:
				item.Quantity = three.Add(three)
			case which == 4:
				dear := priceOf(`{"unit":"31.07"}`)
				item.Price = &dear
			}
			list = append(list, item)
		}
		w.items = append(w.items, plans.Change{Items: list})
	}
	w.plans = []*plans.Plan{nil, offering("scale", "P1M", "seat USD 12.34", "light USD 5", "phone USD 3.21"), offering("yearly", "P1Y", "seat USD 99.90", "phone USD 33")}
	return w
}

// refused reports whether a valid change is refused: the words of [plans.Contract.Changed].
func (w *combined) refused(before *plans.Contract, change *plans.Change, at time.Time) bool {
	other := before.Cycle.Interval
	if change.Plan != nil {
		other = change.Plan.Interval
	}
	if change.Interval != (proration.Interval{}) {
		other = change.Interval
	}
	restarts := other != before.Cycle.Interval
	for _, s := range before.Ramp {
		stays := !wishFor(change, plans.Item{}, s.Item.ID).left // the steps of an item that leaves are dropped
		if s.At.After(at) && (restarts || change.Plan != nil && stays) {
			return true
		}
	}
	for _, id := range itemIDs(before, change) {
		now, has := stateAt(before, id, at, true)
		want := wishFor(change, now, id)
		if !has && !want.joins && (hasStep(change.Remove, id) || want.price != nil) {
			return true // a removal or a price of what is not there
		}
		offered := false
		if change.Plan != nil {
			_, offered = change.Plan.Price(id, before.Currency)
		}
		if !has && want.joins && want.price == nil && !offered || has && want.price != nil && hasStep(change.Add, id) {
			return true
		}
		item, there := changedItem(before, change, at, at, id)
		switch {
		case there && change.Plan != nil && !offered && want.price == nil:
			return true
		case there && item.Price.Per.Months > 0 && other.Months%item.Price.Per.Months != 0: // all periods of this world are months
			return true
		case item.Quantity.IsNegative():
			return true
		}
		for _, s := range before.Ramp {
			if later, _ := changedItem(before, change, at, s.At, id); s.At.After(at) && later.Quantity.IsNegative() {
				return true
			}
		}
	}
	return false
}

// hasStep reports whether a step names an item.
func hasStep(steps []plans.ItemQuantity, id string) bool {
	for _, s := range steps {
		if s.Item == id {
			return true
		}
	}
	return false
}

// Every combined change of a small world, at several instants: the new items are those that the change states, and the
// charges less the credits of the replaced units are the price of the contract after the change less that before it,
// for the remaining time, for each item and in all.
func TestEveryCombinedChange(t *testing.T) {
	short.Skip(t)
	prices := map[string]string{"seat": byTier, "light": `{"flat":"4.50","unit":"1.11"}`, "phone": `{"unit":"2.05"}`}
	contract := seats("0", "0")
	contract.Items = []plans.Item{sold("seat", "7", prices["seat"]), sold("light", "3", prices["light"])}
	ramp := clone.Deep(contract)
	ramp.Ramp = []plans.RampStep{
		{At: giventest.Instant("2026-11-06", nil), Item: sold("light", "3", `{"unit":"8"}`)},
		{At: giventest.Instant("2026-11-21", nil), Item: sold("seat", "9", prices["seat"])},
		{At: giventest.Instant("2026-11-21", nil), Item: sold("phone", "5", prices["phone"])},
	}
	tallied := map[string]*big.Rat{}
	price := func(item plans.Item, period proration.Interval) *big.Rat {
		key := giventest.JSON(t, item)
		if tallied[key] == nil {
			tallied[key] = tally(item.Price, item.Quantity.IntPart())
		}
		times := int64(1)
		if per := item.Price.Per; per != (proration.Interval{}) {
			times = int64(period.Months / per.Months)
		}
		return new(big.Rat).Mul(tallied[key], big.NewRat(times, 1))
	}
	cost := func(c *plans.Contract, id string, p proration.Portion) (*big.Rat, bool) {
		own := func(item plans.Item) *big.Rat { return price(item, c.Cycle.Interval) }
		if item, there := stateAt(c, id, p.Span.Start, true); len(c.Ramp) == 0 && p.Span.Equal(p.Period) {
			if !there {
				return new(big.Rat), true
			}
			return own(item), true
		}
		return slowCost(c, id, p, proration.NewSide, own), true
	}
	gap := clone.Deep(contract) // light leaves and returns, and seats leave
	gap.Ramp = []plans.RampStep{
		{At: giventest.Instant("2026-11-06", nil), Item: sold("light", "0", prices["light"])},
		{At: giventest.Instant("2026-11-21", nil), Item: sold("light", "4", `{"unit":"8"}`)},
		{At: giventest.Instant("2026-11-24", nil), Item: sold("seat", "0", prices["seat"])},
	}
	w := combinedChanges(prices)
	made, refused := 0, 0
	for _, before := range []plans.Contract{contract, ramp, gap} {
		for i, instant := range []string{"2026-11-01", "2026-11-10", "2026-11-21", "2026-11-25T07:00:00"} {
			at := giventest.Instant(instant, nil)
			for j, items := range w.items {
				if !race.Takes(i+j, 9) {
					continue
				}
				for mask := range len(w.plans) * 3 * 3 {
					change := items
					change.Plan = w.plans[mask%3]
					change.Interval = []proration.Interval{{}, {Months: 1}, {Months: 12}}[mask/3%3]
					change.Anchor = []plans.BillingAnchor{0, plans.AnchorReset, plans.AnchorKeep}[mask/9]
					if change.IsZero() || change.Anchor == plans.AnchorReset && len(before.Ramp) > 0 && i == 3 {
						continue // a period from 07:00 on has no days of its own for a step at midnight
					}
					amended, err := before.Amended(change, at, proration.Standard(2))
					if w.refused(&before, &change, at) {
						refused++
						if err == nil || !reflect.DeepEqual(amended, plans.Amendment{}) || !strings.Contains(err.Error(), "change.") && !strings.Contains(err.Error(), "contract.") {
							t.Fatalf("%s by %s at %v: %v", summary(before), giventest.JSON(t, change), at, err)
						}
						continue
					}
					if err != nil {
						t.Fatalf("%s by %s at %v: %v", summary(before), giventest.JSON(t, change), at, err)
					}
					made++
					checkCombined(t, before, change, at, amended, cost)
				}
			}
		}
	}
	if made < 5_000/race.Step(9) || refused < 5_000/race.Step(9) {
		t.Errorf("only %d changes, and %d refused", made, refused)
	}
}

// checkCombined checks the items, the periods and the charges after a combined change.
func checkCombined(t *testing.T, before plans.Contract, change plans.Change, at time.Time, amended plans.Amendment, cost costOf) {
	t.Helper()
	after := amended.Contract
	stated := change
	if change.Interval == (proration.Interval{}) && change.Plan != nil {
		stated.Interval = change.Plan.Interval
	}
	checkItems(t, &before, &stated, at, &after)
	checkDifference(t, before, change, at, amended, cost)
	interval, anchor, kind := before.Cycle.Interval, before.Cycle.Anchor, plans.ProrationCharge
	if stated.Interval != (proration.Interval{}) && stated.Interval != interval || change.Anchor == plans.AnchorReset {
		anchor = proration.LocalTimeOf(at)
		if stated.Interval != (proration.Interval{}) {
			interval = stated.Interval
		}
	}
	if anchor != before.Cycle.Anchor || interval != before.Cycle.Interval {
		kind = plans.Recurring
	}
	if change.Anchor == plans.AnchorKeep { // the present period began on November 1, and so does one of another length
		anchor = before.Cycle.Anchor
		if kind = plans.ProrationCharge; interval != before.Cycle.Interval && proration.LocalTimeOf(at) == anchor {
			kind = plans.Recurring
		}
	}
	if after.Cycle.Anchor != anchor || after.Cycle.Interval != interval {
		t.Fatalf("%s by %s at %v: the cycle is %v", summary(before), giventest.JSON(t, change), at, after.Cycle)
	}
	for _, c := range amended.Charges {
		checkRounded(t, c)
		if c.Kind != kind || c.Plan != after.Plan || c.Span.Start.Before(at) {
			t.Fatalf("%s by %s at %v: a %v of %v, %s", summary(before), giventest.JSON(t, change), at, c.Kind, c.Span, c.Explain())
		}
	}
}
