package invoice_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// line is a line with an amount in dollars, made by hand.
func line(kind plans.Kind, net string) plans.Charge { return lineIn("USD", kind, net) }

func lineIn(currency plans.Currency, kind plans.Kind, net string) plans.Charge {
	return plans.Charge{Kind: kind, Plan: "growth", Item: "seat", Currency: currency, Net: giventest.Money(net), Price: plans.Price{Free: giventest.Money(net).IsZero()}}
}

// lines are lines with amounts in dollars: a negative amount is a credit of an earlier charge.
func lines(nets ...string) []plans.Charge { return linesIn("USD", nets...) }

func linesIn(currency plans.Currency, nets ...string) []plans.Charge {
	var all []plans.Charge
	for i, net := range nets {
		if net[0] != '-' {
			all = append(all, lineIn(currency, plans.Recurring, net))
			continue
		}
		paid := charged("inv-1/"+strconv.Itoa(i+1), currency, net[1:])
		back, err := credits.ForAmount(credits.AmountRequest{Charges: []plans.Charge{paid}, Charge: paid.ID, Mode: proration.HalfUp})
		if err != nil {
			panic(err)
		}
		all = append(all, back)
	}
	return all
}

// charged is an earlier charge.
func charged(id string, currency plans.Currency, net string) plans.Charge {
	c, err := lineIn(currency, plans.Recurring, net).Priced(proration.Standard(2))
	if err != nil {
		panic(err)
	}
	c.ID = id
	return c
}

// draft is a draft in dollars of December 1, 2026. Its credits take the whole amount of their charges.
func draft(lines ...plans.Charge) invoice.Draft {
	d := invoice.Draft{ID: "inv-2", Currency: "USD", At: giventest.Instant("2026-12-01", nil), Lines: lines, Policy: invoice.Standard()}
	for _, c := range lines {
		if c.Corrects != "" {
			d.CreditedCharges = append(d.CreditedCharges, charged(c.Corrects, c.Currency, c.Net.Neg().String()))
		}
	}
	return d
}

// entry is a grant in dollars.
func entry(id, amount, at string) credits.Entry {
	return credits.Entry{Kind: credits.Granted, ID: id, Amount: giventest.Money(amount), Currency: "USD", At: giventest.Instant(at, nil), Reason: "a row"}
}

// first gives a grant the priority that pays first; last gives it the priority that pays last.
func first(e credits.Entry) credits.Entry { return prioritized(e, 0) }
func last(e credits.Entry) credits.Entry  { return prioritized(e, 100) }

func prioritized(e credits.Entry, priority int) credits.Entry {
	e.Priority = &priority
	return e
}

// beforeTax makes a grant pay before tax.
func beforeTax(e credits.Entry) credits.Entry {
	e.BeforeTax = true
	return e
}

// billed are the charges for ten seats of a plan for a span of November 2026.
func billed(tb testing.TB, currency plans.Currency, plan, unit, span string) []plans.Charge {
	tb.Helper()
	contract := plans.Contract{Plan: plan, Currency: currency, Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{
		{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money(unit), Free: giventest.Money(unit).IsZero()}},
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
	places, err := currency.Places()
	if err != nil {
		tb.Fatal(err)
	}
	policy := proration.Standard(places)
	unused, err := credits.Unused(credits.Request{Charges: before, At: at, CreditBasis: proration.OnBilled, Policy: policy})
	if err != nil {
		tb.Fatal(err)
	}
	rest := billed(tb, currency, "growth", "89", "2026-11-11/2026-12-01")
	rest[0].Kind = plans.ProrationCharge
	return invoice.Draft{ID: "inv-2", Currency: currency, At: at, Lines: append(unused, rest...), CreditedCharges: before, Policy: invoice.Standard()}
}

// everything is a draft that uses every feature: a volume price, a credit with its discount and its taxes, discounts,
// credit before and after tax, taxes added and included, installments, an address and a zone.
func everything(tb testing.TB) invoice.Draft {
	tb.Helper()
	madrid := giventest.Zone(tb, "Europe/Madrid")
	policy := invoice.Standard()
	policy.TaxRoundingLevel = invoice.PerInvoice
	policy.Taxes = []invoice.TaxRate{
		{Name: "VAT", Percent: giventest.Money("21"), Scope: plans.Scope{Items: []string{"seat"}, Kinds: []plans.Kind{plans.Recurring, plans.ProrationCharge}}},
		{Name: "levy", Percent: giventest.Money("1.5"), Included: true},
	}
	contract := plans.Contract{Plan: "growth", Currency: "EUR", Cycle: giventest.Cycle("2026-11-01", "P1M", madrid), Items: []plans.Item{{
		ID: "seat", Quantity: giventest.Money("10"),
		Price: plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: giventest.Money("10"), Unit: giventest.Money("89.00")}, {Unit: giventest.Money("79.50")}}},
	}}}
	november := giventest.Period("2026-11-01/2026-12-01", madrid)
	charges := func(from string) []plans.Charge {
		span := proration.Period{Start: giventest.Instant(from, madrid), End: november.End}
		all, err := contract.Charges(proration.Portion{Period: november, Span: span}, policy.Proration)
		if err != nil {
			tb.Fatal(err)
		}
		return all
	}
	welcome := plans.Discount{ID: "welcome", Percent: giventest.Money("12.5"), Duration: plans.Repeating, Periods: 3, Scope: plans.Scope{Items: []string{"seat"}}}
	once := plans.Discount{ID: "sorry", Amount: giventest.Money("5.00"), Currency: "EUR", Duration: plans.Forever}
	signup, err := invoice.Build(invoice.Draft{
		ID: "inv-1", Currency: "EUR", At: november.Start, Lines: charges("2026-11-01"), Discounts: []plans.Discount{welcome}, Policy: policy, Location: madrid,
	})
	if err != nil {
		tb.Fatal(err)
	}
	at := giventest.Instant("2026-11-11", madrid)
	unused, err := credits.Unused(credits.Request{
		Charges: signup.Lines, Item: "seat", Quantity: giventest.Money("3"), At: at, CreditBasis: policy.CreditBasis, Policy: policy.Proration, Location: madrid,
	})
	if err != nil {
		tb.Fatal(err)
	}
	contract.Items[0].Quantity = giventest.Money("20")
	more := charges("2026-11-11")
	more[0].Kind = plans.ProrationCharge
	grant := func(e credits.Entry) credits.Entry {
		e.Currency = "EUR"
		return e
	}
	return invoice.Draft{
		ID: "inv-2", Currency: "EUR", At: at, Lines: append(unused, more[0], lineIn("EUR", plans.OneTime, "49.99")), CreditedCharges: signup.Lines,
		Discounts: []plans.Discount{signup.RemainingDiscounts[0], once},
		Ledger:    []credits.Entry{grant(beforeTax(entry("early", "33.33", "2026-11-02"))), grant(first(entry("g", "10", "2026-11-01")))},
		Policy:    policy, Contact: invoice.Contact{Name: "Acme", Email: "pay@acme.example", Address: []string{"Calle Mayor 1", "Madrid"}, TaxID: "ESB1"},
		DueAt: at.AddDate(0, 0, 14), Installments: 3, Every: proration.Interval{Months: 1}, Location: madrid,
	}
}
