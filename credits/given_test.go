package credits_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// sold is something that was billed: a quantity at a price, for a span of a period.
type sold struct {
	id, quantity, unit string
	period, span       string // a span of "" is the whole period
	net                string // what was billed, where it is not the share: a discount. "" is the share
	credited           string // what of it was credited before; "" is nothing
	currency           plans.Currency
	location           *time.Location
}

// charge bills it, by days and half up.
func (s sold) charge(tb testing.TB) plans.Charge {
	tb.Helper()
	if s.currency == "" {
		s.currency = "USD"
	}
	if s.span == "" {
		s.span = s.period
	}
	loc := s.location
	if loc == nil {
		loc = time.UTC
	}
	contract := plans.Contract{Plan: "growth", Currency: s.currency, Cycle: giventest.Cycle("2026-01-01", "P1M", loc), Items: []plans.Item{
		{ID: "seat", Quantity: giventest.Money(s.quantity), Price: plans.Price{Unit: giventest.Money(s.unit)}},
	}}
	portion := proration.Portion{Period: giventest.Period(s.period, loc), Span: giventest.Period(s.span, loc)}
	charges, err := contract.Charges(portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	c := charges[0]
	c.ID = s.id
	if s.net != "" {
		c.Net = giventest.Money(s.net)
	}
	if s.credited != "" {
		c.Credited = giventest.Money(s.credited)
	}
	return c
}

// entry is a line of a ledger in dollars: a grant, or what was spent of it.
func entry(id, amount, at string) credits.Entry {
	return credits.Entry{ID: id, Amount: giventest.Money(amount), Currency: "USD", At: giventest.Instant(at, nil), Reason: "a row"}
}

// euros is entry in another currency.
func euros(id, amount, at string) credits.Entry {
	e := entry(id, amount, at)
	e.Currency = "EUR"
	return e
}

const november = "2026-11-01/2026-12-01"
