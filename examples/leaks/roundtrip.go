package main

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// unbacked reports whether a balance is more than the money and the credit behind it.
func (m *money) unbacked(balance, half decimal.Decimal) bool {
	return balance.GreaterThan(decimal.Max(m.paid, decimal.Zero).Add(m.granted).Add(half))
}

// fair reports whether changes cost as much as they give: the theme forfeits nothing, and the policy prorates
// charges and credits.
func (l *life) fair() bool {
	p := &l.policy
	return l.theme.fair && p.Billing.Proration.Charge <= proration.ExtentProrated &&
		p.Billing.Proration.Credit <= proration.ExtentProrated && p.Prorations != plans.NoProrations
}

// roundTrips returns the cost of changes that end where they began, in words, and "" if there is none. Changes at one
// instant cost nothing. Units that leave and return within a period may cost less. A change to another plan at the same
// price costs nothing, unless units came or left before: they take their shares of an amount off with them, and the new
// plan has it all.
func (l *life) roundTrips(before []life, balance decimal.Decimal) (string, error) {
	p := &l.policy.Billing.Proration
	if p.Charge > proration.ExtentProrated || p.Credit > proration.ExtentProrated {
		return "", nil
	}
	leaves := l.theme.price.Tiering == 0 // fewer units never cost more, and nothing was ever added to the contract
	for i := range slices.Backward(before) {
		from := &before[i]
		if i+1 < len(before) {
			leaves = leaves && fewer(&before[i+1], from)
		}
		other := l.sub.Contract.Plan != from.sub.Contract.Plan
		if !sameTerms(l, from) || other && (i+1 < len(before) || !l.sameUnits(before)) {
			continue
		}
		cost, err := l.costSince(from, balance)
		if err != nil {
			return "", err
		}
		half := l.half(l.lines + len(l.sub.UnbilledCharges) - from.lines + from.accruals())
		switch {
		case l.sub.At.Equal(from.sub.At) && cost.Abs().GreaterThan(half):
			return cost.StringFixed(2) + " for changes that end where they began", nil
		case leaves && fewer(l, from) && sameItemPeriods(l, from) && cost.GreaterThan(half):
			return cost.StringFixed(2) + " for units that left and returned", nil
		}
	}
	return "", nil
}

// sameUnits reports whether a life and all before it have the same quantities.
func (l *life) sameUnits(before []life) bool {
	for i := range before {
		if !slices.EqualFunc(l.sub.Contract.Items, before[i].sub.Contract.Items, func(a, b plans.Item) bool {
			return a.ID == b.ID && a.Quantity.Equal(b.Quantity)
		}) {
			return false
		}
	}
	return true
}

// costSince returns the amount that was paid or became owed since a life.
func (l *life) costSince(from *life, balance decimal.Decimal) (decimal.Decimal, error) {
	before, err := from.balance()
	if err != nil {
		return before, err
	}
	accrued, err := from.accruing()
	was := from.money.paid.Add(from.owed()).Add(accrued).Sub(before)
	return l.money.paid.Add(l.owed()).Sub(balance).Sub(was), err
}

// fewer reports whether a life has the plan and at most the units of another one.
func fewer(l, than *life) bool {
	x, y := &l.sub.Contract, &than.sub.Contract
	for i := range x.Items {
		most := slices.IndexFunc(y.Items, func(item plans.Item) bool { return item.ID == x.Items[i].ID })
		if most < 0 || x.Items[i].Quantity.GreaterThan(y.Items[most].Quantity) {
			return false
		}
	}
	return x.Plan == y.Plan && x.Cycle.Interval == y.Cycle.Interval && l.sub.Period.Equal(than.sub.Period)
}

// sameTerms reports whether two lives have the same items at the same prices, and the same period and changes to come.
func sameTerms(a, b *life) bool {
	x, y := &a.sub.Contract, &b.sub.Contract
	if len(x.Items) != len(y.Items) || len(x.Discounts) != len(y.Discounts) ||
		len(x.Ramp) != len(y.Ramp) ||
		x.Cycle.Interval != y.Cycle.Interval || !a.sub.Period.Equal(b.sub.Period) || a.sub.Status != b.sub.Status ||
		!a.sub.CancelAt.Equal(b.sub.CancelAt) || len(a.sub.ScheduledChanges) != len(b.sub.ScheduledChanges) ||
		a.sub.PendingChange != nil || b.sub.PendingChange != nil || (a.sub.NextPeriod == nil) != (b.sub.NextPeriod == nil) {
		return false
	}
	for i := range x.Items {
		own, other := &x.Items[i], &y.Items[i]
		if own.ID != other.ID || !own.Quantity.Equal(other.Quantity) || !own.Price.Equal(other.Price) {
			return false
		}
	}
	return true
}
