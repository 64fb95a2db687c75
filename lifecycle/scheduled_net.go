package lifecycle

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// supersede takes out of the scheduled changes what a later change replaces: a new plan a scheduled plan or interval, a
// new interval a scheduled interval without a plan, and either of them the billing dates that belong to it; a new price
// of an item its scheduled price; and a new quantity of an item, or a list of all items, the scheduled quantities. The
// rest of each change keeps waiting. What the next period is already billed with stays.
func (s *step) supersede(change *plans.Change) {
	states := func(item string) bool {
		return change.Items != nil || slices.ContainsFunc(change.Set, func(own plans.ItemSetting) bool {
			return own.Item == item && own.Quantity != nil
		})
	}
	stated := func(step *plans.ItemQuantity) bool { return states(step.Item) }
	s.eachWaiting(time.Time{}, func(c *plans.Change) {
		c.Add, c.Remove = without(c.Add, stated), without(c.Remove, stated)
		if change.Items != nil {
			c.Items = nil
		}
		turns := c.Plan != nil || c.Interval != (proration.Interval{})
		if turns && (change.Plan != nil || change.Interval != (proration.Interval{}) && c.Plan == nil) {
			c.Plan, c.Interval, c.Anchor, c.AnchorAt = nil, proration.Interval{}, 0, time.Time{}
		}
		c.Set = slices.Clone(c.Set)
		for i := range c.Set {
			if states(c.Set[i].Item) {
				c.Set[i].Quantity = nil
			}
			if own := &c.Set[i]; own.Price != nil && slices.ContainsFunc(change.Set, func(other plans.ItemSetting) bool {
				return other.Item == own.Item && other.Price != nil
			}) {
				own.Price = nil
			}
		}
		c.Set = without(c.Set, func(own *plans.ItemSetting) bool { return own.Price == nil && own.Quantity == nil })
	})
}

// net lets a change fill what waits to leave, and take what waits to join: added units reduce scheduled removals of
// their item, and removed units scheduled additions, the latest first. Changes that wait for an earlier time than that
// of the change stay. It returns the rest of the change.
func (s *step) net(change plans.Change, at time.Time) plans.Change {
	add, remove := slices.Clone(change.Add), slices.Clone(change.Remove)
	s.eachWaiting(at, func(c *plans.Change) {
		c.Remove, c.Add = slices.Clone(c.Remove), slices.Clone(c.Add)
		offset(add, c.Remove)
		offset(remove, c.Add)
		c.Remove, c.Add = left(c.Remove), left(c.Add)
	})
	change.Add, change.Remove = left(add), left(remove)
	return change
}

// offset reduces the steps of two lists by the units that both have of an item. A step with a price is for a new item.
func offset(a, b []plans.ItemQuantity) {
	for i := range a {
		for j := range b {
			if a[i].Item == b[j].Item && a[i].Price == nil {
				both := decimal.Min(a[i].Quantity, b[j].Quantity)
				a[i].Quantity, b[j].Quantity = a[i].Quantity.Sub(both), b[j].Quantity.Sub(both)
			}
		}
	}
}

// left returns the steps of which units are left.
func left(steps []plans.ItemQuantity) []plans.ItemQuantity {
	return without(steps, func(step *plans.ItemQuantity) bool { return step.Quantity.IsZero() })
}

// eachWaiting edits a copy of each scheduled change from a time on that is not billed in advance, the latest first, and
// drops those that then change nothing.
func (s *step) eachWaiting(from time.Time, edit func(*plans.Change)) {
	all := slices.Clone(s.sub.ScheduledChanges)
	for i := range slices.Backward(all) {
		if !all[i].BilledInAdvance && !all[i].At.Before(from) {
			edit(&all[i].Change)
		}
	}
	s.sub.ScheduledChanges = slices.DeleteFunc(all, func(w ScheduledChange) bool { return w.Change.IsZero() })
}

// inSteps returns a change whose settings of a quantity alone are steps from the quantity that the item has after the
// scheduled changes, so that they net with other steps of the item.
func (s *step) inSteps(change plans.Change) plans.Change {
	after := s.sub.Contract
	for _, w := range s.sub.ScheduledChanges {
		next, err := changedLater(&after, w.Change, w.At)
		if err != nil {
			return change // together says what conflicts
		}
		after = next
	}
	change.Add, change.Remove = slices.Clone(change.Add), slices.Clone(change.Remove)
	change.Set = without(change.Set, func(own *plans.ItemSetting) bool {
		i := slices.IndexFunc(after.Items, func(item plans.Item) bool { return item.ID == own.Item })
		if own.Quantity == nil || own.Price != nil || i < 0 {
			return false
		}
		switch units := own.Quantity.Sub(after.Items[i].Quantity); units.Sign() {
		case 1:
			change.Add = append(change.Add, plans.ItemQuantity{Item: own.Item, Quantity: units})
		case -1:
			change.Remove = append(change.Remove, plans.ItemQuantity{Item: own.Item, Quantity: units.Neg()})
		}
		return true
	})
	return change
}
