package invoice

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkItems adds a fault for Items beside a field that bills something else.
func (o *IssueRequest) checkItems(f *fault.List) {
	if o.Items && (!o.Change.IsZero() || o.Close || o.Extent != 0 || o.Policy.Timing == proration.InArrears) {
		f.Add("items", proration.ErrInvalid, "must be false for a change, and beside close, extent and billing in arrears")
	}
}

// items bills the periods at w.At of the items that have periods of their own.
func (w *work) items() error {
	switch {
	case w.outside != nil:
		return w.outside
	case !w.Contract.HasItemPeriods():
		return nil
	}
	p := w.rest[0]
	p.Edges.Begins = w.begins(p)
	charges, err := w.Contract.ItemCharges(p, w.Policy.Proration)
	if err != nil {
		return err
	}
	w.lines = append(w.lines, w.notBilled(charges, true)...)
	w.on = w.lastingDiscounts()
	w.billItems(&w.after)
	return w.advance(w.At)
}

// billItems marks the periods of items as billed that begin by w.At, if a contract has such items.
func (w *work) billItems(c *plans.Contract) {
	if w.itemsTo = (time.Time{}); c.HasItemPeriods() {
		w.itemsTo = w.At
	}
}

// itemsDue reports whether a portion begins at w.At with periods of items that are not billed yet.
func (w *work) itemsDue(p proration.Portion) bool {
	return w.after.HasItemPeriods() && p.Span.Start.Equal(w.At) && w.At.After(w.ItemsBilledTo)
}

// notBilled returns the charges of a portion that are not billed yet. A period of an item is billed when it begins, and
// the other charges are billed if the portion is.
func (w *work) notBilled(charges []plans.Charge, billed bool) []plans.Charge {
	return slices.DeleteFunc(begun(charges, w.At), func(c plans.Charge) bool {
		if c.Price.HasItemPeriods() {
			return !c.Period.Start.After(w.ItemsBilledTo) && !w.goesOn(&c)
		}
		return billed
	})
}

// goesOn reports whether a charge is for the rest of a period of an item that was billed until a term ended, at w.At.
func (w *work) goesOn(c *plans.Charge) bool {
	ends := func(t plans.ContractTerm) bool { return t.Period.End.Equal(w.At) }
	covers := func(was plans.Charge) bool {
		return was.Item == c.Item && was.Corrects == "" && was.Price.HasItemPeriods() && was.Span.Contains(c.Span.Start)
	}
	return slices.ContainsFunc(w.Contract.Terms, ends) && !slices.ContainsFunc(w.UnexpiredCharges, covers)
}

// begun returns charges without those for periods of items that begin after an instant: they are billed then.
func begun(charges []plans.Charge, at time.Time) []plans.Charge {
	return slices.DeleteFunc(charges, func(c plans.Charge) bool { return c.BilledAfter(at) })
}

// itemsBegun leaves the periods of items that are not billed yet out of a change. If one that is due at w.At, or was
// due before, is still to be billed, the invoice of the items bills it as the change leaves it.
func (w *work) itemsBegun(a *plans.Amendment) error {
	if w.Change.Cancel || !w.Contract.HasItemPeriods() && !w.after.HasItemPeriods() {
		return nil
	}
	unbilled, err := w.Contract.ItemsBegun(w.ItemsBilledTo, w.At)
	if err != nil {
		return err
	}
	if len(unbilled) == 0 || w.Contract.ReplacedBy(w.Change, w.At) {
		w.billItems(&w.after)
		return nil
	}
	if !w.after.HasItemPeriods() {
		w.itemsTo = time.Time{}
	}
	a.Charges = begun(a.Charges, w.ItemsBilledTo)
	a.Replaced = slices.DeleteFunc(a.Replaced, func(r plans.ItemQuantity) bool {
		return slices.Contains(unbilled, r.Item)
	})
	return nil
}

// lastingDiscounts returns the discounts of the items of a period that is billed already: those that apply to every
// charge, and the repeating percentages and special prices of the period.
func (w *work) lastingDiscounts() []plans.Discount {
	always := forever(w.after.Discounts)
	on := w.onAddedUnits(nil, always, w.lines)
	for i := range on { // usage has only those that apply to every charge
		if d := &on[i]; of(always, d.ID) < 0 {
			d.Items = coveredItems(d, w.lines)
		}
	}
	on = slices.DeleteFunc(on, func(d plans.Discount) bool { return of(always, d.ID) < 0 && len(d.Items) == 0 })
	for _, d := range always {
		if of(on, d.ID) < 0 {
			on = append(on, d)
		}
	}
	return on
}

// noItems refuses to bill a contract in arrears that has items with periods or a timing of their own.
func (w *work) noItems(c *plans.Contract) error {
	for i := range c.Items {
		if own := c.Items[i].Price.Timing; own != 0 {
			return fault.New(fault.At("contract.items", i)+".price.timing", proration.ErrInvalid,
				"must be unset in arrears, where every item is billed so; got %v", own)
		}
		if c.Items[i].Price.HasItemPeriods() {
			return fault.New(fault.At("contract.items", i)+".price.billing_interval", proration.ErrInvalid,
				"must be unset in arrears unless the price is metered; bill the contract in advance; got %v",
				c.Items[i].Price.BillingInterval)
		}
	}
	return nil
}

// precedes reports whether a charge is for a period of an item that ends at w.At, inside the period of the contract:
// the next one has its discounts.
func (w *work) precedes(c *plans.Charge) bool {
	return c.Price.HasItemPeriods() && c.Corrects == "" && c.Span.End.Equal(w.At) && w.present().Start.Before(w.At)
}

// bills reports whether charges include one for the period of the contract.
func (w *work) bills(charges []plans.Charge) bool {
	return slices.ContainsFunc(charges, func(c plans.Charge) bool { return base(&c) && !c.Price.HasItemPeriods() })
}

// coveredItems returns the items with periods of their own among charges that a discount covers.
func coveredItems(d *plans.Discount, charges []plans.Charge) (items []string) {
	for i := range charges {
		if id := charges[i].Item; charges[i].Price.HasItemPeriods() && covers(d, id) && !slices.Contains(items, id) {
			items = append(items, id)
		}
	}
	return items
}

// endedItems returns a discount that lines used up, with the end of its time if the next periods of items have it.
func (w *work) endedItems(d plans.Discount, lines []plans.Charge) plans.Discount {
	first := slices.IndexFunc(lines, func(c plans.Charge) bool { return c.Price.HasItemPeriods() && deducts(&c, d.ID) })
	if first < 0 || d.Per == (proration.Interval{}) || !d.Ends.IsZero() {
		return d
	}
	length := proration.Interval{
		Months: d.Per.Months * d.Periods, Days: d.Per.Days * d.Periods, Seconds: d.Per.Seconds * int64(d.Periods),
	}
	if end, err := length.After(lines[first].Span.Start, w.Contract.Cycle.Location); err == nil {
		d.Ends = end
	}
	return d
}

// running returns the unexpired charges without those for periods of items that are over, and their credits: a credit
// in full is for the present period.
func (w *work) running() []plans.Charge {
	over := map[string]bool{}
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		if c.Price.HasItemPeriods() && c.Corrects == "" && !c.Period.End.After(w.At) {
			over[c.ID] = true
		}
	}
	if len(over) == 0 {
		return w.UnexpiredCharges
	}
	return slices.DeleteFunc(slices.Clone(w.UnexpiredCharges), func(c plans.Charge) bool {
		return over[c.ID] || over[c.Corrects]
	})
}
