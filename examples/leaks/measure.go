package main

import (
	"fmt"
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// books are the value that a customer had and the money for it, in the currency of the contract.
type books struct {
	had      *big.Rat        // value of the time with full access, by the prices of that time
	onCredit time.Duration   // time of it in which the period was not paid
	items    time.Duration   // time of it in which a period of an item was not paid
	trial    time.Duration   // time of it in a trial
	balance  decimal.Decimal // credit that is left
	paid     decimal.Decimal // money received, less the money that went back
	owed     decimal.Decimal // outstanding on invoices
	goodwill decimal.Decimal // money that the seller gave back on its own
	lines    int             // lines of all documents
}

// measure returns the books of a life.
func (l *life) measure() (books, error) {
	b := books{paid: l.money.paid, owed: l.owed(), goodwill: l.goodwill, had: new(big.Rat)}
	b.lines = l.lines + len(l.sub.UnbilledCharges)
	var err error
	if b.balance, err = l.balance(); err != nil {
		return b, err
	}
	for i, s := range l.spans {
		if unbilled := l.sub.UnbilledSince; l.arrears() && !over[l.sub.Status] && !s.from.Before(unbilled) {
			break
		}
		length := s.to.Sub(s.from)
		switch {
		case s.trial:
			b.trial += length
			continue
		case !l.everPaidAll(s.unpaid) || s.nothing:
			b.onCredit += length
		}
		if !s.suspended && !s.ahead && !l.everPaidAll(s.unpaidItems) && s.itemsTo.After(s.from) {
			b.items += length
		}
		value, err := l.value(i)
		if err != nil {
			return b, err
		}
		b.had.Add(b.had, value)
	}
	return b, nil
}

// value returns the value of a span: of its days if the policy counts days, and of its seconds otherwise.
func (l *life) value(i int) (*big.Rat, error) {
	s := &l.spans[i]
	period, err := s.contract.Cycle.Containing(s.from)
	if err != nil {
		return nil, err
	}
	if l.policy.Trial.UnusedTrial == plans.CarryOver && l.theme.trial() > 0 && s.period.Contains(s.from) {
		period = s.period // the rest of a trial makes it longer
	}
	contract, err := s.contract.AsOf(s.from)
	if err != nil {
		return nil, err
	}
	parts, err := l.parts(s, period, &contract)
	sum := new(big.Rat)
	for _, p := range parts {
		if p.price.Sign() != 0 {
			sum.Add(sum, l.share(i, &p))
		}
	}
	return sum, err
}

// share returns the share of a price that a part of a span has. A day belongs to the last span that begins in it.
func (l *life) share(i int, p *part) *big.Rat {
	if l.theme.taxed {
		p.price.Mul(p.price, big.NewRat(6, 5))
	}
	whole := big.NewRat(1, int64(p.period.End.Sub(p.period.Start)))
	if l.policy.Billing.Proration.DayCount == proration.Seconds {
		return p.price.Mul(p.price, whole.Mul(whole, l.discounted(i, p.from, p.to)))
	}
	first, end := dayOf(p.from), dayOf(p.to)
	begins := i == 0 || l.spans[i-1].to.Before(p.from)
	if begins && l.policy.Billing.Proration.FirstDay == proration.DayFree {
		first = first.AddDate(0, 0, 1)
	}
	if p.to.After(end) && p.to.Before(p.period.End) && l.counts(i, end) {
		end = end.AddDate(0, 0, 1)
	}
	return p.price.Mul(p.price, whole.Mul(whole, l.discounted(i, first, end)))
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

// gain returns the gain of a life right after a move, in words, and "" if there is none. The lives before are those
// before each of the last changes.
func (l *life) gain(before []life) (string, error) {
	balance, err := l.balance()
	if err != nil {
		return "", err
	}
	if l.wrong != "" {
		return l.wrong, nil
	}
	if fault := l.fault(balance); fault != "" {
		return fault, nil
	}
	if fault, err := l.roundTrips(before, balance); fault != "" || err != nil {
		return fault, err
	}
	now := *l
	now.entitled(true)
	b, err := now.measure()
	if err != nil || l.arrears() {
		return "", err
	}
	half := l.half(b.lines)
	if l.money.unbacked(b.balance, half) {
		return b.balance.StringFixed(2) + " of balance, of which no more than " + b.paid.StringFixed(2) + " was paid", nil
	}
	return l.loss(&b, half), nil
}

// loss returns the amount that a customer pays beyond the access, in words, and "" if there is none.
func (l *life) loss(b *books, half decimal.Decimal) string {
	owed := b.owed
	if over[l.sub.Status] {
		owed = decimal.Zero // it may never be paid
	}
	loss := new(big.Rat).Sub(b.paid.Add(owed).Sub(b.balance).Sub(half).Rat(), b.had)
	if !l.fair() || loss.Sign() <= 0 {
		return ""
	}
	loss.Add(loss, half.Rat())
	return loss.FloatString(2) + " more is paid or owed than there is access"
}

// over are the statuses without service.
var over = map[lifecycle.Status]bool{lifecycle.Canceled: true, lifecycle.Expired: true, lifecycle.Suspended: true}

// balance returns the credit that is left.
func (l *life) balance() (decimal.Decimal, error) {
	return credits.Balance(l.sub.Ledger, l.sub.Contract.Currency, l.sub.At)
}

// half returns half a cent for each line, which is the most that rounding gives.
func (l *life) half(lines int) decimal.Decimal {
	half := decimal.New(5, -3).Mul(decimal.NewFromInt(int64(lines)))
	if l.theme.taxed {
		half = half.Add(half) // of the net and of the tax
	}
	return half
}

// leak returns the gain of a life at its end, in words, and "" if there is none.
func (l *life) leak() (string, error) {
	b, err := l.measure()
	if err != nil {
		return "", err
	}
	if fault := l.fault(b.balance); fault != "" {
		return fault, nil
	}
	half := l.half(b.lines)
	given := b.paid.Add(b.owed).Add(b.goodwill).Add(half)
	over := new(big.Rat).Sub(new(big.Rat).Add(b.had, b.balance.Rat()), given.Rat())
	switch {
	case over.Sign() > 0 && !l.theme.gives:
		over.Add(over, half.Rat())
		return over.FloatString(2) + " more than was paid or is owed", nil
	case l.money.unbacked(b.balance, half):
		return b.balance.StringFixed(2) + " of balance, of which no more than " + b.paid.StringFixed(2) + " was paid", nil
	case l.creditsGivenUp() != "":
		return "a credit of invoice " + l.creditsGivenUp() + ", which was given up", nil
	case b.onCredit > l.credit:
		text := "service without payment for %s, where the policy gives %s"
		return fmt.Sprintf(text, inDays(b.onCredit), inDays(l.credit)), nil
	case b.items > l.credit:
		text := "an item without payment for %s, where the policy gives %s"
		return fmt.Sprintf(text, inDays(b.items), inDays(l.credit)), nil
	case b.trial > l.theme.trial():
		return fmt.Sprintf("a trial of %s, where the contract gives %s", inDays(b.trial), inDays(l.theme.trial())), nil
	case l.arrears() || l.theme.fair:
		return l.loss(&b, half), nil
	}
	return "", nil
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
