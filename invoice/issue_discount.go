package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// kept returns the discounts of the charges of a change, in the order of their deductions: those that each replaced
// charge had, those of the present period that added units have too, and the discounts with duration forever.
func (w *work) kept(a *plans.Amendment) ([]plans.Discount, error) {
	always := forever(w.after.Discounts)
	var on []plans.Discount
	var err error
	var charges []*plans.Charge
	for _, r := range a.Replaced {
		if !r.Quantity.IsZero() {
			continue // removed units have no charge that replaces theirs
		}
		for i := range w.UnexpiredCharges {
			c := &w.UnexpiredCharges[i]
			if !w.replaces(c, r.Item) {
				continue
			}
			charges = append(charges, c)
			for _, taken := range c.Discounts {
				if on, err = w.keep(on, always, c, taken.Discount, r.Item); err != nil {
					return nil, err
				}
			}
		}
	}
	for i := range on {
		if err := w.dilute(&on[i], charges); err != nil {
			return nil, err
		}
	}
	w.keepTime()
	if w.adds() {
		if on, err = w.onAddedDays(on, always); err != nil {
			return nil, err
		}
	}
	on = w.onAddedUnits(on, always, a.Charges)
	for _, d := range always {
		if of(on, d.ID) < 0 {
			on = append(on, d)
		}
	}
	return on, nil
}

// adds reports whether a change may add days to the present period: it moves the billing date or a known end to later,
// or begins a term.
func (w *work) adds() bool {
	begins := w.Change.Term != nil && !w.Contract.Extends(w.Change)
	later := w.Change.AnchorAt.After(w.At) || !w.Change.Until.IsZero()
	return (later || begins) && !w.Contract.ReplacedBy(w.Change, w.At)
}

// onAddedDays adds the percentages of the present period, which also take their part of the days that a later billing
// date adds, until the end of the periods that they were agreed for. Amounts were taken off the period already.
func (w *work) onAddedDays(on, always []plans.Discount) (_ []plans.Discount, err error) {
	var present []plans.Discount
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		if !w.replaces(c, "") {
			continue
		}
		for _, taken := range c.Discounts {
			if present, err = w.keep(present, always, c, taken.Discount, ""); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range present {
		if rate(&d) && of(on, d.ID) < 0 {
			on = append(on, d)
		}
	}
	return on, nil
}

// replaces reports whether a change of an item, or of all items if it is "", replaces a billed charge. A charge of zero
// has no credit that ends it, so it must be one of the contract.
func (w *work) replaces(c *plans.Charge, item string) bool {
	if !base(c) || item != "" && c.Item != item || !c.Span.End.After(w.At) {
		return false
	}
	if c.Net.IsZero() {
		return c.Plan == w.Contract.Plan
	}
	return !w.freed(c, w.At)
}

// keep adds a discount of a replaced charge to those of the charges that replace it. The amounts of several charges add
// up.
func (w *work) keep(
	on, always []plans.Discount, c *plans.Charge, id, item string,
) ([]plans.Discount, error) {
	if w.removes(id) {
		return on, nil
	}
	at := of(on, id)
	if i := of(always, id); i >= 0 && w.coversChanges(&always[i]) {
		if at < 0 {
			on = append(on, always[i])
		}
		return on, nil
	}
	d, found := w.discount(id)
	if !found {
		return on, nil
	}
	unused, err := w.unusedDeduction(c, id)
	if err != nil {
		return nil, err
	}
	if d.Amount.IsPositive() && unused.IsZero() {
		return on, nil
	}
	if at < 0 {
		at = len(on)
		on = append(on, w.forReplacing(d))
	}
	k := &on[at]
	switch {
	case d.Amount.IsPositive():
		k.Amount = exact.Plus(k.Amount, unused)
	case d.Ends.IsZero() && k.Ends.Before(w.agreedUntil(c)) && (d.Duration != plans.Forever || !d.Until.IsZero()):
		k.Ends = w.agreedUntil(c)
		w.endUsed(id, k.Ends)
	}
	if item == "" {
		k.Items = d.Items
	} else if !slices.Contains(k.Items, item) {
		k.Items = append(slices.Clip(k.Items), item)
	}
	return on, nil
}

// agreedUntil returns the end of the time for which a charge has its discounts: of its span or, if a known end bounds
// that, of its period. Another quantity or price of the item inside the period, agreed before, has them too. A period
// of an item has them as long as the period of the contract.
func (w *work) agreedUntil(c *plans.Charge) time.Time {
	if c.Price.HasItemPeriods() {
		return w.present().End
	}
	end := c.Span.End
	for i := range w.UnexpiredCharges {
		next := &w.UnexpiredCharges[i]
		if next.Item == c.Item && next.Kind == c.Kind && next.Corrects == "" && next.Period.Equal(c.Period) &&
			next.Span.Start.Equal(end) && slices.EqualFunc(next.Discounts, c.Discounts, sameDiscount) {
			end = next.Span.End
		}
	}
	if end.Equal(w.Contract.Until) {
		return c.Period.End
	}
	return end
}

// sameDiscount reports whether two deductions are of one discount.
func sameDiscount(a, b plans.Deduction) bool { return a.Discount == b.Discount }

// forever returns the discounts that apply to every charge.
func forever(all []plans.Discount) []plans.Discount {
	return slices.DeleteFunc(slices.Clone(all), func(d plans.Discount) bool { return !d.Always() })
}

// coversChanges reports whether a discount covers the charges of a change by its kinds and dates.
func (w *work) coversChanges(d *plans.Discount) bool {
	return (len(d.Kinds) == 0 || slices.Contains(d.Kinds, plans.ProrationCharge)) &&
		(d.Until.IsZero() || w.At.Before(d.Until)) && !w.At.Before(d.From)
}

// forReplacing returns a discount as the charges that replace others keep it.
func (w *work) forReplacing(d plans.Discount) plans.Discount {
	d.Duration, d.Periods, d.Per, d.Rollover, d.Prorated = plans.Once, 0, proration.Interval{}, false, false
	d.From, d.Until, d.Amount, d.Items = time.Time{}, time.Time{}, decimal.Decimal{}, nil
	d.Kinds = []plans.Kind{plans.Recurring, plans.ProrationCharge, plans.Extension}
	if now := of(w.after.Discounts, d.ID); now >= 0 {
		d.Ends = later(d.Ends, w.endOf(w.after.Discounts[now]))
	}
	return d
}

// deduction returns the amount that a discount took off a charge.
func deduction(c *plans.Charge, id string) (sum decimal.Decimal) {
	for _, taken := range c.Discounts {
		if taken.Discount == id {
			sum = exact.Plus(sum, taken.Amount)
		}
	}
	return sum
}

// netBefore returns the net of a charge before a discount and those after it, and the net if it does not have it.
func netBefore(c *plans.Charge, id string) decimal.Decimal {
	net := c.Net
	for i := len(c.Discounts) - 1; i >= 0 && deducts(c, id); i-- {
		if net = exact.Plus(net, c.Discounts[i].Amount); c.Discounts[i].Discount == id {
			break
		}
	}
	return net
}

// unusedDeduction returns the unused part of a deduction from a billed charge.
func (w *work) unusedDeduction(c *plans.Charge, id string) (decimal.Decimal, error) {
	return w.unusedPart(c, func(k *plans.Charge) decimal.Decimal { return deduction(k, id) })
}

// unusedPart returns the unused part of an amount of a billed charge and its credits. It is computed like the credit of
// a charge of that amount.
func (w *work) unusedPart(
	c *plans.Charge, amount func(*plans.Charge) decimal.Decimal,
) (unused decimal.Decimal, err error) {
	var all []plans.Charge
	for _, k := range w.known(c.ID) {
		own := *k
		own.Net, own.Taxes, own.Untaxed = amount(&own), nil, decimal.Decimal{}
		own.Discounts = nil
		all = append(all, own)
	}
	lines, err := credits.Unused(credits.Request{
		Charges: all, At: w.At, CreditBasis: proration.OnBilled, Policy: w.Policy.Proration,
		Location: w.Contract.Cycle.Location,
	})
	if err != nil {
		return unused, w.inAccount(err, c.Item)
	}
	for _, line := range lines {
		unused = exact.Minus(unused, line.Net)
	}
	return unused, nil
}

// restored takes the deductions of charges that bill credited units again off the amounts that are kept: they have
// them already.
func (w *work) restored(charges []plans.Charge) {
	on := slices.Clone(w.on)
	for i := range on {
		d := &on[i]
		again := slices.ContainsFunc(charges, func(c plans.Charge) bool { return c.Restores != "" })
		if j := slices.IndexFunc(w.diluted, func(a dilution) bool { return a.discount == d.ID }); j >= 0 && again {
			d.Percent = w.diluted[j].without(charges)
		}
		if !d.Amount.IsPositive() {
			continue
		}
		for _, c := range charges {
			for _, taken := range c.Discounts {
				if taken.Discount == d.ID {
					d.Amount = exact.Minus(d.Amount, taken.Amount)
				}
			}
		}
	}
	w.on = slices.DeleteFunc(on, func(d plans.Discount) bool {
		return d.Price == nil && !d.Percent.IsPositive() && !d.Amount.IsPositive()
	})
}
