package main

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// unpaid returns the invoices of charges for a time that are not paid: those of the contract, or those of items with
// periods of their own.
func (l *life) unpaid(at time.Time, items bool) (ids []string) {
	for _, c := range l.sub.UnexpiredCharges {
		r := l.receivable(lineid.Invoice(c.ID))
		base := c.Kind == plans.Recurring || c.Kind == plans.Extension
		base = base && c.Price.HasItemPeriods() == items
		if base && c.Corrects == "" && c.Span.Contains(at) && r != nil && r.Owing() && !r.Held {
			ids = append(ids, r.Invoice)
		}
	}
	return ids
}

// nothing reports whether a status without access has it, where every charge for the time that costs something is
// credited or not paid.
func (l *life) nothing(at time.Time) bool {
	if l.policy.AccessByStatus[l.sub.Status] == lifecycle.Full {
		return false
	}
	for i := range l.sub.UnexpiredCharges {
		c := &l.sub.UnexpiredCharges[i]
		r := l.receivable(lineid.Invoice(c.ID))
		pays := c.Corrects == "" && !c.Price.HasItemPeriods() && c.Span.Contains(at) && c.Net.IsPositive()
		if !pays || r != nil && r.Owing() {
			continue
		}
		left := c.Net
		for k := range l.sub.UnexpiredCharges {
			credit := &l.sub.UnexpiredCharges[k]
			if by := l.receivable(lineid.Invoice(credit.ID)); credit.Corrects == c.ID && (by == nil || !by.Owing()) {
				left = left.Add(credit.Net) // an unpaid change takes nothing away
			}
		}
		if left.IsPositive() {
			return false
		}
	}
	return true
}

// everPaidAll reports whether each of some invoices was paid at some time.
func (l *life) everPaidAll(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return !l.everPaid(id) })
}

// everPaid reports whether an invoice was paid at some time. A payment that is disputed later was one.
func (l *life) everPaid(id string) bool {
	for i := range l.all {
		if l.all[i].Invoice == id {
			return slices.ContainsFunc(l.all[i].Events, func(e invoice.Event) bool { return e.Kind == invoice.Succeeded })
		}
	}
	return false
}

// owed returns the amount outstanding on the invoices, with the unbilled charges.
func (l *life) owed() (sum decimal.Decimal) {
	for _, r := range l.sub.Receivables {
		if r.Phase != invoice.PhaseVoid && r.Phase != invoice.PhaseDraft {
			sum = sum.Add(r.Outstanding())
		}
	}
	for i := range l.sub.UnbilledCharges {
		sum = sum.Add(l.due(&l.sub.UnbilledCharges[i]))
	}
	return sum
}

// accruing returns the cost of items in arrears for the time until now that has no charge yet. The next event adds it.
func (l *life) accruing() (sum decimal.Decimal, err error) {
	since := l.sub.ItemsUnbilledSince
	if since.IsZero() || !since.Before(l.sub.At) {
		return sum, nil
	}
	portions, err := l.sub.Contract.AccrualPortions(since, l.sub.At)
	for _, p := range portions {
		charges, err := l.sub.Contract.AccruedCharges(p, l.policy.Billing.Proration)
		if err != nil {
			return sum, err
		}
		for i := range charges {
			sum = sum.Add(l.due(&charges[i]))
		}
	}
	return sum, err
}

// accruals returns the number of unbilled charges of items in arrears: each is rounded again when it is extended.
func (l *life) accruals() (n int) {
	for i := range l.sub.UnbilledCharges {
		if l.sub.UnbilledCharges[i].Price.Accrues() {
			n++
		}
	}
	return n
}

// due returns the amount of a charge that waits, with the tax that its invoice adds, and less the percentage of a
// coupon that it deducts.
func (l *life) due(c *plans.Charge) decimal.Decimal {
	total := c.Total()
	if !c.Price.Accrues() || len(c.Taxes) > 0 {
		return total
	}
	if l.theme.taxed {
		total = c.Net.Mul(decimal.RequireFromString("1.2"))
	}
	if l.theme.coupon != nil && len(c.Discounts) == 0 && len(l.sub.Contract.Discounts) > 0 {
		total = total.Mul(decimal.NewFromInt(100).Sub(l.theme.coupon.Percent)).Shift(-2)
	}
	return total
}
