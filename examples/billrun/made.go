package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// madeAt returns the time up to which made subscriptions were advanced.
func madeAt() time.Time { return time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC) }

// The choices of a made subscription, each as likely as its share of the list.
var (
	madeCurrencies = []plans.Currency{"USD", "USD", "USD", "EUR", "EUR", "GBP", "JPY", "KRW", "KWD", "BHD"}
	madeZones      = []string{"UTC", "UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo"}
)

// maker makes one subscription. Its random numbers depend on the seed and the number of the line only.
type maker struct {
	*rand.Rand
	policies *lifecycle.Policies
	sub      lifecycle.Subscription
	places   int32
}

// made makes the subscription of a line: monthly or annual, with seats and metered calls; one in three has a term, one
// in five a coupon, taxes or credit, one in eight a trial, and one in ten an invoice in its grace.
func (w *worker) made(number int64) (lifecycle.Subscription, error) {
	m := &maker{Rand: rand.New(rand.NewPCG(w.Seed, uint64(number))), policies: w.policies}
	zone := madeZones[m.IntN(len(madeZones))]
	loc, err := w.zone(zone)
	if err != nil {
		return m.sub, err
	}
	if loc == nil {
		loc = time.UTC
	}
	currency := madeCurrencies[m.IntN(len(madeCurrencies))]
	if m.places, err = currency.Places(); err != nil {
		return m.sub, err
	}
	life := m.IntN(80)
	trial, grace, annual := life < 10, life >= 10 && life < 18, life >= 18 && life < 38
	start, interval := madeAt().Add(-time.Duration(1+m.IntN(29*24*60))*time.Minute), proration.Interval{Months: 1}
	switch {
	case trial:
		start = madeAt().Add(-time.Duration(1+m.IntN(13*24*60)) * time.Minute)
	case grace: // the second invoice is a few days old
		start = madeAt().AddDate(0, -1, -2).Add(-time.Duration(m.IntN(4*24*60)) * time.Minute)
	case annual: // it renews within a month
		start, interval = start.AddDate(0, -11, 0), proration.Interval{Months: 12}
	}
	start = start.In(loc).Truncate(time.Second)
	cycle, err := proration.NewCycle(start, interval)
	if err != nil {
		return m.sub, err
	}
	m.sub.ID = fmt.Sprintf("customer-%07d", number)
	m.sub.Contract = m.contract(currency, cycle, trial)
	if m.IntN(5) == 0 {
		m.sub.Taxes = &[]invoice.TaxRate{{Name: "VAT", Percent: decimal.New(int64(m.IntN(20)+5), 0)}}
	}
	if m.IntN(3) == 0 && !trial {
		year := proration.Interval{Months: 12}
		end, err := year.After(start, loc)
		if err != nil {
			return m.sub, err
		}
		m.sub.Contract.Terms = []plans.ContractTerm{{
			Term:   plans.Term{Length: year, Percent: decimal.New(10, 0), Billing: plans.PerPeriod, Renewal: plans.Renew},
			Period: proration.Period{Start: start, End: end},
		}}
	}
	return m.sub, m.live(start, grace)
}

// contract returns a contract of seats, and of calls that are priced by usage.
func (m *maker) contract(currency plans.Currency, cycle proration.Cycle, trial bool) plans.Contract {
	months := int64(cycle.Interval.Months)
	seat := plans.Price{Unit: m.money(900*months, 4_900*months)}
	if m.IntN(4) == 0 {
		seat = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
			{UpTo: decimal.New(5, 0), Unit: m.money(4_000*months, 4_900*months)},
			{UpTo: decimal.New(20, 0), Unit: m.money(3_000*months, 3_900*months)},
			{Unit: m.money(900*months, 2_900*months)},
		}}
	}
	c := plans.Contract{Plan: "team", Currency: currency, Cycle: cycle, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.New(int64(1+m.IntN(40)), 0), Price: seat},
		{ID: "calls", Price: plans.Price{Metered: true, Unit: m.money(10, 90), Package: decimal.New(1_000, 0)}},
	}}
	if trial {
		c.Trial = proration.Interval{Days: 14}
	}
	if m.IntN(5) == 0 {
		c.Discounts = []plans.Discount{{
			ID: "welcome", Percent: decimal.New(int64(5+m.IntN(40)), 0), Duration: plans.Repeating, Periods: 3,
		}}
	}
	return c
}

// money returns an amount from one number of cents to another, at the places of the currency: 29.00 are 2,900 yen.
func (m *maker) money(least, most int64) decimal.Decimal {
	cents := least + m.Int64N(most-least+1)
	if m.places == 3 {
		return decimal.New(cents*10+m.Int64N(10), -3)
	}
	return decimal.New(cents, -m.places)
}

// live gives the subscription its past.
func (m *maker) live(start time.Time, grace bool) error {
	if err := m.apply(start, lifecycle.Event{Kind: lifecycle.Started, PaymentMethod: "card"}); err != nil {
		return err
	}
	if err := m.pay(start.Add(time.Minute), lifecycle.PaymentSucceeded); err != nil {
		return err
	}
	if m.IntN(5) == 0 {
		grant := lifecycle.Event{Kind: lifecycle.CreditGranted, By: plans.Support, Reason: "goodwill"}
		grant.Grant.Amount = m.money(500, 20_000)
		if err := m.apply(m.later(m.sub.At), grant); err != nil {
			return err
		}
	}
	if grace {
		due, err := lifecycle.Next(m.policies, m.sub)
		if err != nil {
			return err
		}
		if err := m.pay(due.At.Add(time.Hour), lifecycle.PaymentFailed); err != nil {
			return err
		}
	}
	if m.IntN(2) == 0 && m.sub.Status != lifecycle.Trialing {
		used := lifecycle.Event{Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{{
			Item: "calls", Quantity: decimal.New(m.Int64N(90_000), 0),
		}}}
		if err := m.apply(m.later(m.sub.At), used); err != nil {
			return err
		}
	}
	out, err := lifecycle.Advance(m.policies, m.sub, madeAt())
	m.sub = out.Subscription
	return err
}

// later returns a time from another to madeAt.
func (m *maker) later(t time.Time) time.Time {
	at := t.Add(time.Duration(m.Int64N(int64(madeAt().Sub(t))/2 + 1))).Truncate(time.Second).Add(time.Second)
	if at.After(madeAt()) {
		return madeAt()
	}
	return at
}

// apply applies an event.
func (m *maker) apply(at time.Time, e lifecycle.Event) error {
	e.Sequence, e.At = m.sub.Sequence+1, at
	out, err := lifecycle.Apply(m.policies, m.sub, e)
	if err == nil {
		m.sub = out.Subscription
	}
	return err
}

// pay reports the result of the payment of the open invoice, if there is one.
func (m *maker) pay(at time.Time, result lifecycle.EventKind) error {
	if at.After(madeAt()) {
		return nil
	}
	out, err := lifecycle.Advance(m.policies, m.sub, at)
	if err != nil {
		return err
	}
	m.sub = out.Subscription
	i := slices.IndexFunc(m.sub.Receivables, invoice.Receivable.Owing)
	if i < 0 {
		return nil
	}
	return m.apply(at, lifecycle.Event{Kind: result, Payment: lifecycle.Payment{Invoice: m.sub.Receivables[i].Invoice}})
}
