package main

import (
	"math/big"
	"slices"
	"time"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// part is the price of items for a whole period, and the time of a span in which they serve.
type part struct {
	price    *big.Rat
	period   proration.Period
	from, to time.Time
}

// parts returns the parts of a span: the items that are billed with the period of the contract, each item with periods
// of its own, and the items in arrears. The contract is as it is at the start of the span.
func (l *life) parts(s *span, period proration.Period, contract *plans.Contract) ([]part, error) {
	whole := *contract
	whole.Until, whole.Ramp, whole.Uplift = time.Time{}, nil, nil // an end makes a period shorter, and no time cheaper
	policy := l.policy.Billing.Proration
	policy.Rounding.Places = 2
	full := proration.Portion{Period: period, Span: period}
	charges, err := whole.Charges(full, policy)
	if err != nil {
		return nil, err
	}
	charges = slices.DeleteFunc(charges, func(c plans.Charge) bool { return c.Price.HasItemPeriods() })
	var all []part
	if !l.isFree(period.Start) {
		all = append(all, part{price: sumOf(charges), period: period, from: s.from, to: s.to})
	}
	pauses := func(p proration.Period) bool { return p.Contains(s.from) }
	if to := l.accruedTo(s); whole.Accrues() && to.After(s.from) && !slices.ContainsFunc(l.free, pauses) {
		charges, err := whole.AccruedCharges(full, policy)
		if err != nil {
			return nil, err
		}
		all = append(all, part{price: sumOf(charges), period: period, from: s.from, to: to})
	}
	if !s.itemsTo.After(s.from) {
		return all, nil
	}
	for i := range whole.Items {
		item := &whole.Items[i]
		if !item.Price.HasItemPeriods() {
			continue
		}
		own := whole.Cycle
		own.Interval = item.Price.BillingInterval
		month, err := own.Containing(s.from)
		if err != nil {
			return nil, err
		}
		if l.isFree(month.Start) {
			continue
		}
		charges, err := whole.ItemCharges(proration.Portion{Period: month, Span: month}, policy)
		if err != nil {
			return nil, err
		}
		charges = slices.DeleteFunc(charges, func(c plans.Charge) bool { return c.Item != item.ID })
		all = append(all, part{price: sumOf(charges), period: month, from: s.from, to: earlier(s.to, s.itemsTo)})
	}
	return all, nil
}

// isFree reports whether a period that begins at an instant costs nothing: deadlines of an instant come before moves.
func (l *life) isFree(start time.Time) bool {
	return slices.ContainsFunc(l.free, func(p proration.Period) bool {
		return start.After(p.Start) && !start.After(p.End)
	})
}

// sumOf returns the sum of charges.
func sumOf(charges []plans.Charge) *big.Rat {
	sum := new(big.Rat)
	for i := range charges {
		sum.Add(sum, charges[i].Net.Rat())
	}
	return sum
}

// accruedTo returns the end of the time of a span for which items in arrears are charged by now. Nothing was paid for
// the time to come.
func (l *life) accruedTo(s *span) time.Time {
	switch since := l.sub.ItemsUnbilledSince; {
	case s.ahead:
		return s.from
	case since.IsZero():
		return s.to
	default:
		return earlier(s.to, since)
	}
}

// itemsServe returns the end of the time until an instant in which items with periods of their own serve: while the
// service is suspended what is billed, and of the time to come what is billed.
func (l *life) itemsServe(to time.Time, ahead bool) time.Time {
	if !ahead && l.sub.Status != lifecycle.Suspended {
		return to
	}
	if l.sub.ItemsBilledTo.IsZero() {
		return l.sub.At
	}
	next, err := l.sub.Contract.NextItemPeriod(l.sub.ItemsBilledTo)
	if err != nil || next.IsZero() {
		return l.sub.At
	}
	return earlier(to, next)
}

// itemEdges returns the starts of periods of items between two instants.
func itemEdges(c *plans.Contract, from, to time.Time) (edges []time.Time) {
	if !c.HasItemPeriods() {
		return nil
	}
	for {
		next, err := c.NextItemPeriod(from)
		if err != nil || next.IsZero() || !next.Before(to) {
			return edges
		}
		edges, from = append(edges, next), next
	}
}

// sameItemPeriods reports whether no period of an item begins, and no item in arrears is served, from one life to
// another: the difference of their cost is that of the moves.
func sameItemPeriods(l, than *life) bool {
	if l.sub.At.Equal(than.sub.At) {
		return true
	}
	return !l.sub.Contract.Accrues() && !than.sub.Contract.Accrues() &&
		len(itemEdges(&than.sub.Contract, than.sub.At, l.sub.At.Add(1))) == 0
}

// earlier returns the earlier one of two instants.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
