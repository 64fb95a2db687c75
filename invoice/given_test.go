package invoice_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// line is a line of an amount in dollars, however it came about.
func line(kind plans.Kind, net string) plans.Charge {
	return plans.Charge{Kind: kind, Plan: "growth", Item: "seat", Currency: "USD", Net: giventest.Money(net)}
}

// lines are lines of some amounts in dollars: what is negative is a credit.
func lines(nets ...string) []plans.Charge {
	var all []plans.Charge
	for _, net := range nets {
		kind := plans.Recurring
		if net[0] == '-' {
			kind = plans.Unused
		}
		all = append(all, line(kind, net))
	}
	return all
}

// in writes the amounts of some lines in another currency.
func in(currency plans.Currency, lines []plans.Charge) []plans.Charge {
	for i := range lines {
		lines[i].Currency = currency
	}
	return lines
}

// draft is a draft in dollars of December 1, 2026.
func draft(lines ...plans.Charge) invoice.Draft {
	return invoice.Draft{ID: "inv-2", Currency: "USD", At: giventest.Instant("2026-12-01", nil), Lines: lines}
}

// entry is a grant in dollars.
func entry(id, amount, at string) credits.Entry {
	return credits.Entry{Kind: credits.Granted, ID: id, Amount: giventest.Money(amount), Currency: "USD", At: giventest.Instant(at, nil), Reason: "a row"}
}

// first gives a grant the priority that pays first, and last the one that pays last.
func first(e credits.Entry) credits.Entry { return prioritized(e, 0) }
func last(e credits.Entry) credits.Entry  { return prioritized(e, 100) }

func prioritized(e credits.Entry, priority int) credits.Entry {
	e.Priority = &priority
	return e
}

// beforeTax makes a grant one that pays before tax.
func beforeTax(e credits.Entry) credits.Entry {
	e.BeforeTax = true
	return e
}

// billed is what ten seats of a plan cost for a span of November 2026.
func billed(tb testing.TB, currency plans.Currency, plan, unit, span string) []plans.Charge {
	tb.Helper()
	contract := plans.Contract{Plan: plan, Currency: currency, Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{
		{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money(unit)}},
	}}
	portion := proration.Portion{Period: giventest.Period("2026-11-01/2026-12-01", nil), Span: giventest.Period(span, nil)}
	charges, err := contract.Charges(portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	return charges
}

// downgrade is the draft of a change from 139.00 to 89.00 a seat on November 11.
func downgrade(tb testing.TB, currency plans.Currency) invoice.Draft {
	tb.Helper()
	before := billed(tb, currency, "scale", "139", "2026-11-01/2026-12-01")
	before[0].ID = "inv-1/1"
	at := giventest.Instant("2026-11-11", nil)
	policy, err := currency.Policy(proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	unused, err := credits.Unused(credits.Request{Charges: before, At: at, Basis: proration.OnBilled, Policy: policy})
	if err != nil {
		tb.Fatal(err)
	}
	rest := billed(tb, currency, "growth", "89", "2026-11-11/2026-12-01")
	rest[0].Kind = plans.Addition
	return invoice.Draft{ID: "inv-2", Currency: currency, At: at, Lines: append(unused, rest...)}
}
