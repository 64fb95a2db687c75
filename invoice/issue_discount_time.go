package invoice

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// keepTime sets the end of each repeating discount that the present period uses, if a change begins periods anew.
func (w *work) keepTime() {
	uses := func(id string) bool {
		return slices.ContainsFunc(w.UnexpiredCharges, func(c plans.Charge) bool {
			return base(&c) && c.Span.End.After(w.At) && deducts(&c, id)
		})
	}
	w.after.Discounts = slices.Clone(w.after.Discounts)
	for i := range w.after.Discounts {
		if d := &w.after.Discounts[i]; uses(d.ID) {
			d.Ends = w.endOf(*d)
		}
	}
	if !w.restarts() {
		return
	}
	for _, d := range w.UsedDiscounts {
		if d.Duration != plans.Repeating || !rate(&d) || !uses(d.ID) || w.removes(d.ID) || of(w.after.Discounts, d.ID) >= 0 {
			continue
		}
		if d.Ends.IsZero() {
			d.Ends = w.present().End // the present period was its last one
		}
		w.after.Discounts = append(w.after.Discounts, d)
	}
}

// onAddedUnits adds the repeating percentages and special prices of the present period, which also reduce the units
// that a change adds, until the end of the periods that they were agreed for. The discounts with duration forever keep
// their place between them. A discount for once is for the units of its bill, and amounts were taken off the period.
func (w *work) onAddedUnits(on, always []plans.Discount, added []plans.Charge) []plans.Discount {
	if !w.EndedAt.IsZero() || w.Contract.ReplacedBy(w.Change, w.At) {
		return on // everything is billed anew
	}
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		if !base(c) || !c.Span.Contains(w.At) && !w.precedes(c) {
			continue
		}
		for _, taken := range c.Discounts {
			at := of(on, taken.Discount)
			d, found := w.ofPeriod(c, taken.Discount, always)
			if found && at < 0 {
				at, on = len(on), append(on, d)
			}
			for j := range added {
				if found && len(on[at].Items) > 0 && covers(&d, added[j].Item) && !covers(&on[at], added[j].Item) {
					on[at].Items = append(slices.Clip(on[at].Items), added[j].Item)
				}
			}
		}
	}
	return on
}

// ofPeriod returns a discount of a charge of the present period as it reduces added units, or false if it does not.
func (w *work) ofPeriod(c *plans.Charge, id string, always []plans.Discount) (plans.Discount, bool) {
	if i := of(always, id); i >= 0 {
		return always[i], true
	}
	d, found := w.discount(id)
	if !found || d.Duration != plans.Repeating || !rate(&d) || w.removes(id) || !w.coversChanges(&d) {
		return plans.Discount{}, false
	}
	k := w.forReplacing(d)
	k.Kinds, k.Items = d.Kinds, d.Items
	if end := w.endInside(id); !end.IsZero() {
		k.Ends = end
	} else if d.Ends.IsZero() {
		k.Ends = w.agreedUntil(c)
	}
	return k, true
}

// endInside returns the end of a discount that ends inside the span of a billed charge, or the zero time.
func (w *work) endInside(id string) (end time.Time) {
	for i := range w.UnexpiredCharges {
		for _, taken := range w.UnexpiredCharges[i].Discounts {
			if taken.Discount == id {
				end = later(end, taken.Until)
			}
		}
	}
	return end
}

// covers reports whether the items of a discount include an item.
func covers(d *plans.Discount, item string) bool {
	return len(d.Items) == 0 || slices.Contains(d.Items, item)
}

// of returns the index of a discount in a list, or -1.
func of(discounts []plans.Discount, id string) int {
	return slices.IndexFunc(discounts, func(d plans.Discount) bool { return d.ID == id })
}

// missing returns the discounts of a list that another list does not have.
func missing(all, other []plans.Discount) (left []plans.Discount) {
	for _, d := range all {
		if of(other, d.ID) < 0 {
			left = append(left, d)
		}
	}
	return left
}

// removes reports whether the change removes a discount.
func (w *work) removes(id string) bool { return slices.Contains(w.Change.RemoveDiscounts, id) }

// endOf returns the end of the periods that a discount of the contract was agreed for, given that it is used in the
// period at w.At and the contract has the periods after it left. It is zero if the periods stay the same.
func (w *work) endOf(d plans.Discount) time.Time {
	if !d.Ends.IsZero() || d.Duration != plans.Repeating || !rate(&d) || d.Per == (proration.Interval{}) {
		return d.Ends
	}
	end, left := w.present().End, d.Periods
	for ; left > 0 && !end.IsZero(); left-- {
		next, err := w.Contract.Cycle.Containing(end)
		if err != nil {
			return time.Time{} // beyond the last year
		}
		end = next.End
	}
	return end
}

// present returns the period of the contract at w.At before a change.
func (w *work) present() proration.Period {
	if len(w.rest) > 0 && w.rest[0].Period.Equal(w.Contract.First) {
		return w.Contract.First
	}
	period, err := w.Contract.Cycle.Containing(w.At)
	if err != nil {
		return proration.Period{}
	}
	return period
}

// endUsed sets the end of a discount that is used up: charges that replace others may last longer.
func (w *work) endUsed(id string, end time.Time) {
	w.UsedDiscounts = slices.Clone(w.UsedDiscounts)
	if i := of(w.UsedDiscounts, id); i >= 0 {
		w.UsedDiscounts[i].Ends = end
	}
}

// discount returns a discount of the contract, or one that is used up.
func (w *work) discount(id string) (plans.Discount, bool) {
	for _, list := range [...][]plans.Discount{w.Contract.Discounts, w.UsedDiscounts} {
		if i := of(list, id); i >= 0 {
			return list[i], true
		}
	}
	return plans.Discount{}, false
}

// remain returns the discounts that remain after an invoice. In arrears, a percentage that a part of a period used
// remains for the rest of the period, and a repeating one lasts as long as if the period had not been cut.
func (w *work) remain(remaining []plans.Discount) []plans.Discount {
	if !w.partly {
		return remaining
	}
	var all []plans.Discount
	for _, d := range w.on {
		at := of(remaining, d.ID)
		switch {
		case rate(&d) && (at < 0 || remaining[at].Periods < d.Periods):
			if w.restarts() {
				d.Per = w.Contract.Cycle.Interval
				if d.Duration == plans.Repeating {
					d.Periods--
					d.Ends = w.endOf(d)
					d.Periods++
				} else {
					d.Ends, d.Per = w.present().End, proration.Interval{}
				}
			}
			all = append(all, d)
		case at >= 0:
			all = append(all, remaining[at])
		}
	}
	return all
}

// usedUp returns the used discounts after an invoice: those that were used up before, and those of the contract that do
// not remain, given its lines.
func (w *work) usedUp(remaining []plans.Discount, lines []plans.Charge) []plans.Discount {
	used := slices.Clip(w.UsedDiscounts)
	for _, d := range w.on {
		if of(remaining, d.ID) < 0 {
			used = slices.DeleteFunc(slices.Clone(used), func(k plans.Discount) bool { return k.ID == d.ID })
			used = append(used, w.endedItems(d, lines))
		}
	}
	return used
}

// named returns the discounts of which a charge has a deduction, or nil.
func named(discounts []plans.Discount, charges []plans.Charge) (all []plans.Discount) {
	for _, d := range discounts {
		if slices.ContainsFunc(charges, func(c plans.Charge) bool { return deducts(&c, d.ID) }) {
			all = append(all, d)
		}
	}
	return all
}

// deducts reports whether a charge has a deduction of a discount.
func deducts(c *plans.Charge, id string) bool {
	return slices.ContainsFunc(c.Discounts, func(taken plans.Deduction) bool { return taken.Discount == id })
}

// rate reports whether a discount is a percentage or a special price, which has no amount to use up.
func rate(d *plans.Discount) bool { return !d.Amount.IsPositive() }

// later returns the later of two instants.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
