package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// accrued reports whether an unbilled charge is for an item whose price is billed in arrears.
func accrued(c *plans.Charge) bool { return c.Price.Accrues() && c.PricedAt.IsZero() }

// accruing reports whether the items whose price is billed in arrears are served at a cost: not in a trial, a pause or
// after an end, and not while collection is paused with void.
func (s *Subscription) accruing() bool {
	free := s.CollectionPause != nil && s.CollectionPause.Invoices == PausedVoid
	if free || !s.Contract.Accrues() || !s.EndedAt.IsZero() {
		return false
	}
	return regular.has(s.Status) || s.Status == Incomplete || s.Status == Suspended && s.paidFor()
}

// accrue adds the charges of the items whose price is billed in arrears for the time since ItemsUnbilledSince, before
// an event or a deadline changes anything. They wait like usage. A charge of the same quantity and price is extended.
func (s *step) accrue() error {
	sub := &s.sub
	until := sub.At
	for _, end := range []time.Time{sub.Contract.End(), sub.Contract.Until} {
		if !end.IsZero() && end.Before(until) {
			until = end
		}
	}
	if sub.ItemsUnbilledSince.IsZero() || !sub.ItemsUnbilledSince.Before(until) {
		return nil
	}
	portions, err := sub.Contract.AccrualPortions(sub.ItemsUnbilledSince, until)
	if err != nil {
		return err
	}
	sub.UnbilledCharges = slices.Clone(sub.UnbilledCharges)
	for _, p := range portions {
		p.Edges.Begins = p.Span.Start.Equal(sub.ServiceStart)
		charges, err := sub.Contract.AccruedCharges(p, s.policy.Billing.Proration)
		if err != nil {
			return err
		}
		for i := range charges {
			if err := s.extendAccrued(&charges[i]); err != nil {
				return err
			}
		}
	}
	if len(sub.UnbilledCharges) > maxCharges {
		return fault.New("subscription.unbilled_charges", proration.ErrLimit, "must be at most %d; got %d", maxCharges,
			len(sub.UnbilledCharges))
	}
	sub.ItemsUnbilledSince = until
	return nil
}

// extendAccrued adds an accrued charge, or extends the one that it continues.
func (s *step) extendAccrued(c *plans.Charge) error {
	i := slices.IndexFunc(s.sub.UnbilledCharges, func(was plans.Charge) bool {
		same := was.Item == c.Item && was.Plan == c.Plan && was.Quantity.Equal(c.Quantity) && was.Price.Equal(c.Price)
		return same && accrued(&was) && len(was.Discounts) == 0 && was.Period.Equal(c.Period) &&
			was.Span.End.Equal(c.Span.Start)
	})
	if i < 0 {
		s.sub.UnbilledCharges = append(s.sub.UnbilledCharges, *c)
		return nil
	}
	was := &s.sub.UnbilledCharges[i]
	p := proration.Portion{Period: c.Period, Span: proration.Period{Start: was.Span.Start, End: c.Span.End}}
	p.Edges.Begins = was.Edges.Begins
	return s.priceAccrued(i, p)
}

// priceAccrued prices an accrued charge anew, for a portion of its period.
func (s *step) priceAccrued(at int, p proration.Portion) error {
	was := &s.sub.UnbilledCharges[at]
	own := s.sub.Contract
	own.Plan, own.Uplift, own.Items = was.Plan, nil, slices.Clone(own.Items)
	own.Items = slices.DeleteFunc(own.Items, func(item plans.Item) bool { return item.Price.Accrues() })
	own.Items = append(own.Items, plans.Item{ID: was.Item, Quantity: was.Quantity, Price: was.Price})
	charges, err := own.AccruedCharges(p, s.policy.Billing.Proration)
	if err == nil && len(charges) == 1 {
		s.sub.UnbilledCharges[at] = charges[0]
	}
	return err
}

// accrualEnds prices the accrued charges that end now as the last ones of the service, with the discounts that apply to
// every charge: the invoice of an end deducts none.
func (s *step) accrualEnds() error {
	sub := &s.sub
	sub.UnbilledCharges = slices.Clone(sub.UnbilledCharges)
	for i := range sub.UnbilledCharges {
		c := &sub.UnbilledCharges[i]
		if !accrued(c) || len(c.Discounts) > 0 || !c.Span.End.Equal(sub.At) || !c.Period.End.After(sub.At) {
			continue
		}
		p := proration.Portion{Period: c.Period, Span: c.Span}
		p.Edges.Begins, p.Edges.Ends = c.Edges.Begins, true
		if err := s.priceAccrued(i, p); err != nil {
			return err
		}
	}
	return s.reduceAccrued(s.always(), func(*plans.Charge) bool { return true })
}

// termAccrued deducts the discount of a term that ends now from the charges that accrued until now and are billed
// later, with discounts of the next term. Those of a period that is over are billed now, unless the next one is billed
// already.
func (s *step) termAccrued(billed bool) error {
	ended := endedDiscounts(&s.sub.Contract, s.sub.At)
	if len(ended) == 0 || !s.sub.Contract.Accrues() {
		return nil
	}
	end := s.sub.Contract.End()
	s.sub.UnbilledCharges = slices.Clone(s.sub.UnbilledCharges)
	return s.reduceAccrued(ended, func(c *plans.Charge) bool { return billed || c.Period.End.After(end) })
}

// endedDiscounts returns the discounts that end with the last term of a contract, if it has ended.
func endedDiscounts(c *plans.Contract, at time.Time) (all []plans.Discount) {
	end := c.End()
	if end.IsZero() || end.After(at) {
		return nil
	}
	for _, d := range c.Discounts {
		if !d.Until.IsZero() && !d.Until.After(end) {
			all = append(all, d)
		}
	}
	return all
}

// reduceAccrued deducts discounts from the accrued charges that have none and that are chosen.
func (s *step) reduceAccrued(discounts []plans.Discount, chosen func(*plans.Charge) bool) error {
	sub := &s.sub
	var at []int
	var charges []plans.Charge
	for i := range sub.UnbilledCharges {
		if c := &sub.UnbilledCharges[i]; accrued(c) && len(c.Discounts) == 0 && chosen(c) {
			at, charges = append(at, i), append(charges, *c)
		}
	}
	if len(at) == 0 || len(discounts) == 0 {
		return nil
	}
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: charges, Discounts: discounts, Currency: sub.Contract.Currency,
		Mode: s.policy.Billing.Proration.Rounding.Mode, Allocation: s.policy.Billing.Allocation,
		Policy: s.policy.Billing.Proration, Location: sub.location(),
	})
	if err != nil {
		return err
	}
	for i, c := range reduced.Charges {
		sub.UnbilledCharges[at[i]] = c
	}
	return nil
}

// startAccrual sets the time since which items whose price is billed in arrears are not charged, after an event or a
// deadline: now where they begin to be served.
func (s *step) startAccrual() {
	switch sub := &s.sub; {
	case !sub.accruing():
		sub.ItemsUnbilledSince = time.Time{}
	case sub.ItemsUnbilledSince.IsZero():
		sub.ItemsUnbilledSince = sub.At
	}
}

// takeAccrued takes the accrued charges out of the unbilled ones, for an invoice after which periods begin anew.
func (s *step) takeAccrued() (lines []plans.Charge) {
	lines, s.sub.UnbilledCharges = apart(s.sub.UnbilledCharges, accrued)
	return lines
}

// advanced returns the field of a contract that keeps it in advance under a policy in arrears: the timing or the
// interval of the price of an item. It returns "" if there is none.
func advanced(c *plans.Contract) string {
	for i := range c.Items {
		switch price := &c.Items[i].Price; {
		case price.Accrues():
			return fault.At("items", i) + ".price.timing"
		case price.HasItemPeriods():
			return fault.At("items", i) + ".price.billing_interval"
		}
	}
	for i := range c.Ramp {
		if c.Ramp[i].Item.Price.HasItemPeriods() {
			return fault.At("ramp", i) + ".item.price.billing_interval"
		}
	}
	return ""
}

// staysInArrears refuses a change that brings an item with a timing or an interval of its own to a contract in arrears,
// now or from the next period on.
func (s *step) staysInArrears(before *plans.Contract, permit *plans.Approval) error {
	if !s.sub.inArrears() && s.policy.Billing.Timing != proration.InArrears || advanced(before) != "" {
		return nil
	}
	after, err := changedLater(before, permit.Change, permit.At)
	if err != nil {
		return nil //nolint:nilerr // the change itself fails so
	}
	if field := advanced(&after); field != "" {
		return s.conflict(fault.New("event.change", proration.ErrInvalid,
			"must leave %s unset, since every item is billed in arrears", field))
	}
	return nil
}
