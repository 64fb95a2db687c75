package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// commit begins a valid term at an instant. It replaces the terms that the contract has, and their discounts.
func (c *Contract) commit(f *fault.List, term Term, at time.Time) {
	for i := range c.Terms {
		own, _ := c.Terms[i].Term.discount(c.Terms[i].Period)
		c.Discounts = slices.DeleteFunc(c.Discounts, func(d Discount) bool { return d.ID == own.ID })
	}
	c.Terms = nil
	if _, err := (&Price{Per: c.Cycle.Interval}).times(term.Length); err != nil {
		f.Add("term.length", proration.ErrInvalid,
			"must be a multiple of the billing period %v; got %v", c.Cycle.Interval, term.Length)
		return
	}
	end, err := c.after(at, term.Length)
	if err != nil {
		f.Add("term.length", proration.ErrLimit,
			"must end within the years 1 to 9999; got %v after %s", term.Length, date(at))
		return
	}
	c.agree(ContractTerm{Term: term, Period: proration.Period{Start: c.local(at), End: end}})
}

// extend adds a term after the last one. The cycle continues from the end of the last term and keeps its day of the
// month.
func (c *Contract) extend(f *fault.List, term Term) {
	if err := term.validate(); err != nil {
		f.Under("term", err)
		return
	}
	last := c.Terms[len(c.Terms)-1]
	if term.Billing != last.Term.Billing {
		f.Add("term.billing", proration.ErrInvalid, "must be %v, as in the contract; got %v", last.Term.Billing, term.Billing)
		return
	}
	end, err := c.after(last.end(), term.Length)
	if err != nil {
		f.Add("term.length", proration.ErrLimit,
			"must end within the years 1 to 9999; got %v after %s", term.Length, date(last.end()))
		return
	}
	c.agree(ContractTerm{Term: term, Period: proration.Period{Start: last.end(), End: end}})
}

// agree adds a term to the contract and puts its discount before all others. The discount covers the charges that begin
// in the term.
func (c *Contract) agree(a ContractTerm) {
	c.Terms = slices.Concat(c.Terms, []ContractTerm{a})
	if d, ok := a.Term.discount(a.Period); ok {
		c.Discounts = slices.Concat([]Discount{d}, c.Discounts)
	}
	if a.Term.Billing != UpFront {
		return
	}
	next, err := c.Cycle.Next(a.Period.End)
	if err != nil || c.Cycle.Interval != a.Term.Length || !next.Equal(a.Period.End) {
		c.anchor(a.Period.End, a.Term.Length)
	}
}

// anchor continues the cycle from an instant, with periods of a length. If the instant is the last day of a month that
// is too short for the cycle's day of the month, the cycle keeps that day: January 31, February 28, March 31.
func (c *Contract) anchor(t time.Time, length proration.Interval) {
	c.keepUplift()
	t = c.local(t)
	day := c.Cycle.Day
	if day == 0 && c.Cycle.Interval.Months > 0 {
		day = c.Cycle.Anchor.In(time.UTC).Day()
	}
	lastOfMonth := t.AddDate(0, 0, 1).Month() != t.Month()
	if length.Months == 0 || !lastOfMonth || day <= t.Day() {
		day = 0
	}
	wall, clock := proration.LocalTimeOf(t), c.Cycle.Anchor.In(time.UTC)
	year, month, date := t.Date()
	due := proration.LocalTimeOf(time.Date(
		year, month, date, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), time.UTC,
	))
	if due.In(t.Location()).Equal(t) {
		wall = due // the clocks skip the cycle's time of day on this date: keep it
	}
	c.Cycle.Anchor, c.Cycle.Interval, c.Cycle.Day = wall, length, day
}

// local returns an instant in the contract's time zone.
func (c *Contract) local(t time.Time) time.Time {
	if c.Cycle.Location == nil {
		return t.UTC()
	}
	return t.In(c.Cycle.Location)
}

// after returns the instant that is a length after another, on the contract's calendar and by its day of the month.
func (c *Contract) after(t time.Time, length proration.Interval) (time.Time, error) {
	next := *c
	next.anchor(t, length)
	period, err := next.Cycle.Containing(t)
	return period.End, err
}

// shorten moves the end of the last term, and of its discount, to an earlier instant.
func (c *Contract) shorten(f *fault.List, end time.Time) {
	if len(c.Terms) == 0 {
		f.Add("end", proration.ErrInvalid, "must not be set; the contract has no term to shorten")
		return
	}
	last := &c.Terms[len(c.Terms)-1]
	if !end.After(last.Period.Start) || !end.Before(last.end()) {
		f.Add("end", proration.ErrOutside, "must be inside the last term, %v; got %s",
			proration.Period{Start: last.Period.Start, End: last.end()}, end.Format(time.RFC3339Nano))
		return
	}
	last.Until = end
	own, _ := last.Term.discount(last.Period)
	for i := range c.Discounts {
		if c.Discounts[i].ID == own.ID {
			c.Discounts[i].Until = end
		}
	}
}

// endAt ends the contract at an instant inside a term or at its start. The term does not renew, and later terms are
// dropped.
func (c *Contract) endAt(t time.Time) {
	c.Terms = slices.DeleteFunc(c.Terms, func(a ContractTerm) bool { return a.Period.Start.After(t) })
	for i := range c.Terms {
		if a := &c.Terms[i]; a.end().After(t) {
			a.Until, a.Term.Renewal = t, Expire
		}
	}
}

// extended returns the charges of an extension that is billed up front. The contract is the extended one: each item is
// charged for the whole of its last term, before discounts. Periods of items begin later, and are billed then.
func (c *Contract) extended(policy proration.Policy, at time.Time) ([]Charge, error) {
	charges, err := c.charges(whole(c.Terms[len(c.Terms)-1].Period), policy)
	charges = begun(charges, at)
	for i := range charges {
		charges[i].Kind = Extension
	}
	return charges, err
}

// Renewed returns the contract as it continues at the end of its last term, and false if it ends there. Prices and
// quantities stay as they are at that end. A contract without terms stays as it is. An evergreen contract continues
// from period to period. If it was billed up front, its new period is the longest Per of its prices, or the term's
// length if a price has no Per or one that does not divide the longest.
// Errors: those of [Contract.Validate], and ErrLimit for a term that ends outside the years 1 to 9999.
func (c Contract) Renewed() (Contract, bool, error) {
	if err := c.Validate(); err != nil {
		return Contract{}, false, fault.Under("contract", err)
	}
	return c.renewed()
}

// renewed is Renewed for a validated contract.
func (c Contract) renewed() (Contract, bool, error) {
	if len(c.Terms) == 0 {
		return c, true, nil
	}
	last := c.Terms[len(c.Terms)-1]
	next := c
	next.own(last.end())
	next.Terms = nil
	next.Discounts = slices.DeleteFunc(next.Discounts, func(d Discount) bool {
		return !d.Until.IsZero() && !d.Until.After(last.end())
	})
	switch last.Term.Renewal {
	case Expire:
		return Contract{}, false, nil
	case Evergreen:
		next.Notice = last.Term.Notice
		if !next.timedUplift() {
			next.Uplift = nil // no term renews any more
		}
		if per := next.longest(); last.Term.Billing == UpFront && per != (proration.Interval{}) {
			next.keepLength()
			next.anchor(last.end(), per)
		}
		return next, true, nil
	case Renew, RenewOnce:
	}
	if last.Term.Renewal == RenewOnce {
		last.Term.Renewal = Expire
	}
	end, err := c.after(last.end(), last.Term.Length)
	if err != nil {
		return Contract{}, false, fault.Under("contract", err)
	}
	next.agree(ContractTerm{Term: last.Term, Period: proration.Period{Start: last.end(), End: end}})
	next.uplift()
	return next, true, nil
}

// longest returns the longest Per of the contract's prices, ramp steps included. It is unset if a price has no Per, or
// one that does not divide the longest.
func (c *Contract) longest() proration.Interval {
	all := slices.Clone(c.Items)
	for _, s := range c.Ramp {
		all = append(all, s.Item)
	}
	all = slices.DeleteFunc(all, func(item Item) bool { return item.Price.HasItemPeriods() })
	var most proration.Interval
	for _, item := range all {
		per := item.Price.Per
		if per == (proration.Interval{}) {
			return per
		}
		if most == (proration.Interval{}) || shorter(most, per) {
			most = per
		}
	}
	for _, item := range all {
		if fits(item, most) != nil {
			return proration.Interval{}
		}
	}
	return most
}

// NoticeBy returns the deadline for declining the renewal of the last term: the first instant at which it is too late.
// Without an agreed notice, that is the end of the term. The deadline is the zero time for a contract without terms.
// Errors: those of [Contract.Validate], and ErrLimit for an instant outside the years 1 to 9999.
func (c Contract) NoticeBy() (time.Time, error) {
	if err := c.Validate(); err != nil {
		return time.Time{}, fault.Under("contract", err)
	}
	return c.noticeBy()
}

// afterNotice returns the time at which a cancellation with a timing takes effect, given the time that the timing sets:
// at that time or, for a contract that runs on without a term then, once the notice is over. At the end of a period,
// the period in which the notice is over is the last one.
func (c *Contract) afterNotice(when EffectiveTiming, at, asked time.Time) (time.Time, error) {
	notice := c.Notice
	if n := len(c.Terms); n > 0 {
		last := &c.Terms[n-1].Term
		if last.Renewal != Evergreen || at.Before(c.End()) {
			return at, nil
		}
		notice = last.Notice
	}
	if notice == (proration.Interval{}) {
		return at, nil
	}
	over, err := notice.After(asked, c.Cycle.Location)
	if err != nil || !over.After(at) {
		return at, err
	}
	if when != AtPeriodEnd {
		return over, nil
	}
	then := *c
	if len(c.Terms) > 0 && !over.Before(c.End()) {
		if then, _, err = c.renewed(); err != nil {
			return at, err
		}
	}
	period := then.present(over)
	if period.Start.Equal(over) || period.End.IsZero() {
		return over, nil
	}
	return period.End, nil
}

// noticeBy is NoticeBy for a validated contract.
func (c *Contract) noticeBy() (time.Time, error) {
	end := c.End()
	if end.IsZero() || c.Terms[len(c.Terms)-1].Term.Notice == (proration.Interval{}) {
		return end, nil
	}
	back := c.Cycle
	back.Anchor, back.Interval, back.Day = proration.LocalTimeOf(c.local(end)), c.Terms[len(c.Terms)-1].Term.Notice, 0
	before, err := back.Period(-1)
	return before.Start, err
}
