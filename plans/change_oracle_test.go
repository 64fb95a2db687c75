package plans_test

import (
	"cmp"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// wish is the change that a field of a change states for an item.
type wish struct {
	units decimal.Decimal // difference to the quantity at the instant of the change
	price *plans.Price    // nil keeps the price
	joins bool            // the item is there after the change
	left  bool            // the item leaves
}

// wishFor reads a change of the items: the list of all items, or the steps. The item is as it is at the instant.
func wishFor(change *plans.Change, now plans.Item, id string) (w wish) {
	w.left = change.Items != nil
	for _, item := range change.Items {
		if item.ID == id {
			w = wish{units: item.Quantity.Sub(now.Quantity), price: item.Price, joins: true}
		}
	}
	for _, step := range change.Add {
		if step.Item == id {
			w.units, w.price, w.joins = w.units.Add(step.Quantity), step.Price, true
		}
	}
	for _, step := range change.Remove {
		if step.Item == id {
			w.units = w.units.Sub(step.Quantity)
		}
	}
	for _, setting := range change.Set {
		if setting.Item == id && setting.Quantity != nil {
			w.units, w.joins = setting.Quantity.Sub(now.Quantity), true
		}
		if setting.Item == id {
			w.price = setting.Price
		}
	}
	return w
}

// changedItem is an item at an instant after a change, by the words of [plans.Change]. An item without units is not
// there, unless it is metered.
func changedItem(before *plans.Contract, change *plans.Change, at, then time.Time, id string) (item plans.Item, there bool) {
	now, has := stateAt(before, id, at, true)
	w := wishFor(change, now, id)
	joins := w.joins && !has
	later := slices.ContainsFunc(before.Ramp, func(s plans.RampStep) bool { return s.Item.ID == id && s.At.After(at) && !s.At.After(then) })
	if has || later { // a later step states the item, even if it has left until then
		item, _ = statedAt(before, id, then, true)
	}
	var offer *plans.Price
	if change.Plan != nil {
		if price, ok := change.Plan.Price(id, before.Currency); ok {
			offer = &price
		}
	}
	if w.left || !has && !later && !joins {
		return plans.Item{}, false
	}
	reprices := joins && !later || has && item.Price.Equal(now.Price) // a later step at its own price keeps it
	item.ID, item.Quantity = id, item.Quantity.Add(w.units)
	if other := change.Interval; item.Price.Per == (proration.Interval{}) && other != (proration.Interval{}) && other != before.Cycle.Interval {
		item.Price.Per = before.Cycle.Interval // the price stays the price for the old interval
	}
	switch {
	case w.price != nil && reprices:
		item.Price = *w.price
	case w.price == nil && offer != nil:
		item.Price = *offer
	}
	return item, !item.Quantity.IsZero() || item.Price.Metered
}

// withLength returns a price with the length that it is for: that of the term billed up front, or of the periods.
func withLength(c *plans.Contract, price plans.Price) plans.Price {
	switch last := len(c.Terms) - 1; {
	case price.Per != (proration.Interval{}):
	case last >= 0 && c.Terms[0].Term.Billing == plans.UpFront:
		price.Per = c.Terms[last].Term.Length
	default:
		price.Per = c.Cycle.Interval
	}
	return price
}

// itemIDs are all items that a contract or a change names.
func itemIDs(c *plans.Contract, change *plans.Change) (ids []string) {
	for _, item := range c.Items {
		ids = append(ids, item.ID)
	}
	for _, s := range c.Ramp {
		ids = append(ids, s.Item.ID)
	}
	for _, item := range change.Items {
		ids = append(ids, item.ID)
	}
	for _, step := range slices.Concat(change.Add, change.Remove) {
		ids = append(ids, step.Item)
	}
	for _, setting := range change.Set {
		ids = append(ids, setting.Item)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// checkItems fails unless the items after a change are those that the change states, from its instant on.
func checkItems(t *testing.T, before *plans.Contract, change *plans.Change, at time.Time, after *plans.Contract) {
	t.Helper()
	instants := []time.Time{at}
	for _, s := range before.Ramp {
		if s.At.After(at) {
			instants = append(instants, s.At.Add(-1), s.At, s.At.Add(1))
		}
	}
	for _, id := range itemIDs(before, change) {
		for _, then := range instants {
			if then.Before(at) {
				continue
			}
			want, wanted := changedItem(before, change, at, then, id)
			got, there := stateAt(after, id, then, true)
			if there != wanted || there && (!got.Quantity.Equal(want.Quantity) || !withLength(after, got.Price).Equal(withLength(after, want.Price))) {
				t.Fatalf("%s by %s: at %v there are %v %s at %s, want %v at %s",
					summary(*before), giventest.JSON(t, change), then, got.Quantity, id, giventest.JSON(t, got.Price), want.Quantity, giventest.JSON(t, want.Price))
			}
		}
	}
	for _, item := range after.Items {
		if !slices.Contains(itemIDs(before, change), item.ID) || item.Quantity.IsZero() && !item.Price.Metered {
			t.Fatalf("%s by %s: there is %v %s", summary(*before), giventest.JSON(t, change), item.Quantity, item.ID)
		}
	}
	for _, s := range after.Ramp {
		if !s.At.After(at) {
			t.Fatalf("a step of %v is still later at %v", s.At, at)
		}
	}
}

// costOf is the exact price of an item of a contract for a portion, and whether it is a price that rises with each
// unit.
type costOf func(c *plans.Contract, id string, p proration.Portion) (cost *big.Rat, rising bool)

// checkDifference fails unless the charges of a change less the credits of the units that it replaces are the price of
// the contract after it less that of the contract before it, for the remaining paid time and for each item; and unless
// each charge is rounded by at most half a minor unit.
func checkDifference(t *testing.T, before plans.Contract, change plans.Change, at time.Time, amended plans.Amendment, cost costOf) {
	t.Helper()
	text := summary(before) + " by " + giventest.JSON(t, change)
	replaced := map[string]decimal.Decimal{}
	for _, r := range amended.Replaced {
		if _, twice := replaced[r.Item]; twice || r.Quantity.IsNegative() || r.Price != nil {
			t.Fatalf("%s replaces %v", text, amended.Replaced)
		}
		replaced[r.Item] = r.Quantity
	}
	_, all := replaced[""]
	if all != before.ReplacedBy(change, at) || all && len(replaced) > 1 {
		t.Fatalf("%s replaces %v", text, amended.Replaced)
	}
	charged := map[string]*big.Rat{}
	places, _ := amended.Contract.Currency.Places()
	for _, c := range amended.Charges {
		charged[c.Item] = new(big.Rat).Add(exactOf(c), cmp.Or(charged[c.Item], new(big.Rat)))
		rounding := new(big.Rat).Sub(c.Net.Rat(), exactOf(c))
		if half := decimal.New(5, -places-1).Rat(); rounding.Abs(rounding).Cmp(half) > 0 {
			t.Fatalf("%s: %s is rounded by %s", text, c.Explain(), rounding)
		}
	}
	sum := func(c *plans.Contract, id string) (*big.Rat, bool) {
		total, rising := new(big.Rat), true
		rest, err := c.RemainingPortions(at)
		for _, p := range rest {
			own, rises := cost(c, id, p)
			total.Add(total, own)
			rising = rising && rises
		}
		return total, rising && err == nil
	}
	for _, id := range itemIDs(&before, &change) {
		was, ok := sum(&before, id)
		is, okAfter := sum(&amended.Contract, id)
		credit := new(big.Rat)
		if quantity, own := replaced[id]; all || own && quantity.IsZero() {
			credit = was
		} else if own {
			fewer := fewerUnits(before, id, quantity, at)
			kept, _ := sum(&fewer, id)
			credit.Sub(was, kept)
		}
		if from := amended.DroppedFrom; !from.IsZero() { // of the units that stay
			kept := before
			if quantity := replaced[id]; quantity.IsPositive() {
				kept = fewerUnits(before, id, quantity, at)
			}
			if quantity, own := replaced[id]; !all && (!own || quantity.IsPositive()) {
				for _, p := range must(kept.RemainingPortions(at)) {
					if p.Span.End.After(from) {
						p.Span.Start = later(p.Span.Start, from)
						part, _ := cost(&kept, id, p)
						credit.Add(credit, part)
					}
				}
			}
		}
		got := new(big.Rat).Sub(cmp.Or(charged[id], new(big.Rat)), credit)
		if want := is.Sub(is, was); ok && okAfter && got.Cmp(want) != 0 {
			t.Fatalf("%s at %v: %s costs %s more, and is charged %s more\n%q\nreplaced %v", text, at, id, want, got, lines(amended.Charges, nil), amended.Replaced)
		}
		delete(charged, id)
	}
	if len(charged) > 0 {
		t.Fatalf("%s charges for %v", text, charged)
	}
}

// fewerUnits is the contract from an instant on, with fewer units of an item.
func fewerUnits(c plans.Contract, id string, units decimal.Decimal, at time.Time) plans.Contract {
	c = must(c.AsOf(at))
	for i := range c.Items {
		if item := &c.Items[i]; item.ID == id {
			item.Quantity = item.Quantity.Sub(units)
		}
	}
	for i := range c.Ramp {
		if item := &c.Ramp[i].Item; item.ID == id {
			item.Quantity = item.Quantity.Sub(units)
		}
	}
	return c
}

// later returns the later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
