package main

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// books are the value that a customer had and the money for it, in the currency of the contract.
type books struct {
	had      *big.Rat        // value of the time with full access, by the prices of that time
	onCredit time.Duration   // time of it in which the period was not paid
	trial    time.Duration   // time of it in a trial
	balance  decimal.Decimal // credit that is left
	paid     decimal.Decimal // money received, less what went back
	owed     decimal.Decimal // outstanding on invoices
	goodwill decimal.Decimal // money that the seller gave back on its own
	lines    int             // lines of all documents
}

// measure returns the books of a life.
func (l *life) measure() (books, error) {
	b := books{paid: l.paid, owed: l.owed(), goodwill: l.goodwill, had: new(big.Rat)}
	b.lines = l.lines + len(l.sub.UnbilledCharges)
	var err error
	if b.balance, err = credits.Balance(l.sub.Ledger, l.sub.Contract.Currency, l.sub.At); err != nil {
		return b, err
	}
	for i, s := range l.spans {
		length := s.to.Sub(s.from)
		never := slices.ContainsFunc(s.unpaid, func(id string) bool { return !l.everPaid(id) })
		switch {
		case s.trial:
			b.trial += length
			continue
		case never:
			b.onCredit += length
		}
		value, err := l.value(i)
		if err != nil {
			return b, err
		}
		b.had.Add(b.had, value)
	}
	return b, nil
}

// value returns the value of a span: of its days if the policy counts days, and of its seconds otherwise. A day belongs
// to the last span that begins in it.
func (l *life) value(i int) (*big.Rat, error) {
	s := &l.spans[i]
	period, err := s.contract.Cycle.Containing(s.from)
	if err != nil {
		return nil, err
	}
	if l.policy.Trial.UnusedTrial == plans.CarryOver && s.period.Contains(s.from) {
		period = s.period // the rest of a trial makes it longer
	}
	price, err := l.price(s.contract, period)
	if err != nil || price.Sign() == 0 {
		return new(big.Rat), err
	}
	if l.theme.taxed {
		price.Mul(price, big.NewRat(6, 5))
	}
	if l.policy.Billing.Proration.DayCount == proration.Seconds {
		whole := big.NewRat(1, int64(period.End.Sub(period.Start)))
		return price.Mul(price, whole.Mul(whole, l.discounted(i, s.from, s.to))), nil
	}
	first, end := dayOf(s.from), dayOf(s.to)
	if s.to.After(end) && s.to.Before(period.End) && l.counts(i, end) {
		end = end.AddDate(0, 0, 1)
	}
	whole := big.NewRat(1, int64(period.End.Sub(period.Start)))
	return price.Mul(price, whole.Mul(whole, l.discounted(i, first, end))), nil
}

// discounted returns the length of a time in nanoseconds, less the percentage of it that a coupon takes off: in as many
// months of service as it is for.
func (l *life) discounted(i int, from, to time.Time) *big.Rat {
	length := new(big.Rat).SetInt64(int64(to.Sub(from)))
	coupon := l.theme.coupon
	if coupon == nil {
		return length
	}
	until := l.start.AddDate(0, max(coupon.Periods, 1), 0)
	for k := range i {
		until = until.Add(l.spans[k+1].from.Sub(l.spans[k].to))
	}
	if to.After(until) {
		to = until
	}
	if !to.After(from) {
		return length
	}
	off := new(big.Rat).SetInt64(int64(to.Sub(from)))
	off.Mul(off, coupon.Percent.Rat()).Quo(off, big.NewRat(100, 1))
	return length.Sub(length, off)
}

// counts reports whether the last day of a span belongs to it: no other one follows on that day. The very last day may
// be free.
func (l *life) counts(i int, day time.Time) bool {
	if i+1 == len(l.spans) {
		return l.policy.Billing.Proration.LastDay != proration.DayFree
	}
	return !dayOf(l.spans[i+1].from).Equal(day)
}

// dayOf returns the start of the day of an instant.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// days returns the number of days between two instants.
func days(from, to time.Time) int64 { return int64(to.Sub(from) / (24 * time.Hour)) }

// price returns the price of a whole period of a contract.
func (l *life) price(c *plans.Contract, period proration.Period) (*big.Rat, error) {
	policy := l.policy.Billing.Proration
	policy.Rounding.Places = 2
	charges, err := c.Charges(proration.Portion{Period: period, Span: period}, policy)
	sum := new(big.Rat)
	for i := range charges {
		sum.Add(sum, charges[i].Net.Rat())
	}
	return sum, err
}

// leak returns the gain of a life in words, and "" if there is none.
func (l *life) leak(b *books) string {
	half := decimal.New(5, -3).Mul(decimal.NewFromInt(int64(b.lines)))
	if l.theme.taxed {
		half = half.Add(half) // of the net and of the tax
	}
	given := b.paid.Add(b.owed).Add(b.goodwill).Add(half)
	over := new(big.Rat).Sub(new(big.Rat).Add(b.had, b.balance.Rat()), given.Rat())
	switch {
	case over.Sign() > 0:
		over.Add(over, half.Rat())
		return over.FloatString(2) + " more than was paid or is owed"
	case b.balance.GreaterThan(decimal.Max(b.paid, decimal.Zero).Add(b.goodwill).Add(half)):
		return b.balance.StringFixed(2) + " of balance, of which no more than " + b.paid.StringFixed(2) + " was paid"
	case l.creditsGivenUp() != "":
		return "a credit of invoice " + l.creditsGivenUp() + ", which was given up"
	case b.onCredit > l.credit:
		return fmt.Sprintf("service without payment for %s, where the policy gives %s", inDays(b.onCredit), inDays(l.credit))
	case b.trial > l.theme.trial():
		return fmt.Sprintf("a trial of %s, where the contract gives %s", inDays(b.trial), inDays(l.theme.trial()))
	}
	return ""
}

// creditsGivenUp returns an invoice that was given up and is credited later, or "".
func (l *life) creditsGivenUp() string {
	for _, g := range l.givenUp {
		for i := range l.issued[g.documents:] {
			doc := &l.issued[g.documents+i]
			for _, c := range doc.Lines {
				if c.Corrects != "" && lineid.Invoice(c.Corrects) == g.invoice && doc.Corrects == "" {
					return g.invoice
				}
			}
		}
	}
	return ""
}

// inDays writes a duration in days.
func inDays(d time.Duration) string { return fmt.Sprintf("%.1f days", d.Hours()/24) }
