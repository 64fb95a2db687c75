package credits_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

const (
	november = "2026-11-01/2026-12-01"
	december = "2026-12-01/2027-01-01"
)

// sold is something that was billed: a quantity at a price, for a span of a period.
type sold struct {
	id, quantity, unit string
	item               string      // "seat" where left out
	kind               plans.Kind  // of the charge; a recurring one where left out
	above              string      // how many were paid for before
	price              plans.Price // where it is more than a unit price
	period, span       string      // a span of "" is the whole period
	off                string      // what a discount took off; "" is none
	tax                string      // percent of the net; "" is none
	currency           plans.Currency
	location           *time.Location
}

// charge bills it, by days and half up.
func (s sold) charge(tb testing.TB) plans.Charge {
	tb.Helper()
	or := func(text, usual string) string {
		if text == "" {
			return usual
		}
		return text
	}
	loc := s.location
	if loc == nil {
		loc = time.UTC
	}
	item := plans.Item{ID: or(s.item, "seat"), Quantity: giventest.Money(s.quantity), Price: s.price}
	if s.unit != "" {
		item.Price.Unit = giventest.Money(s.unit)
	}
	contract := plans.Contract{
		Plan: "growth", Currency: plans.Currency(or(string(s.currency), "USD")), Cycle: giventest.Cycle("2026-01-01", "P1M", loc), Items: []plans.Item{item},
	}
	portion := proration.Portion{Period: giventest.Period(s.period, loc), Span: giventest.Period(or(s.span, s.period), loc)}
	bill := contract.Charges
	if s.above != "" {
		contract.Items[0].Quantity = giventest.Money(s.above)
		bill = func(p proration.Portion, policy proration.Policy) ([]plans.Charge, error) {
			return contract.Added(plans.Change{Item: item.ID, Quantity: item.Quantity}, p, policy)
		}
	}
	charges, err := bill(portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	c := charges[0]
	c.ID = s.id
	if s.kind != 0 {
		c.Kind = s.kind
	}
	if s.off != "" {
		off := giventest.Money(s.off)
		c.Net = c.Net.Sub(off)
		c.Discounts = []plans.Deduction{{Discount: "welcome", Reason: s.off, Amount: off}}
	}
	if s.tax != "" {
		percent := giventest.Money(s.tax)
		c.Taxes = []plans.Tax{{Name: "VAT", Percent: percent, Amount: c.Net.Mul(percent).Shift(-2).Round(2)}}
	}
	return c
}

// credit is what of a charge was credited before: so many units, "0" being money alone, and so much.
func credit(of, quantity, net string) plans.Charge {
	c := plans.Charge{Corrects: of, Kind: plans.ProrationCredit, Plan: "growth", Item: "seat", Currency: "USD", Quantity: giventest.Money(quantity), Net: giventest.Money(net)}
	if c.Quantity.IsZero() {
		c.Kind = plans.Refund
	}
	return c
}

// entry is a line of a ledger in dollars.
func entry(kind credits.Kind, id, amount, at, ref string) credits.Entry {
	return credits.Entry{Kind: kind, ID: id, Amount: giventest.Money(amount), Currency: "USD", At: giventest.Instant(at, nil), Reason: "a row", Ref: ref}
}

// grant is money owed from an instant on.
func grant(id, amount, at string) credits.Entry {
	return entry(credits.Granted, id, amount, at, "")
}

// spent is what of a grant paid an invoice: "-5".
func spent(id, amount, at, ref string) credits.Entry {
	return entry(credits.Spent, id, amount, at, ref)
}

// euros is the entry in another currency.
func euros(e credits.Entry) credits.Entry {
	e.Currency = "EUR"
	return e
}

// with is a changed copy.
func with[T any](v T, edit func(*T)) T {
	edit(&v)
	return v
}

// expiring is the grant with an end.
func expiring(e credits.Entry, at string) credits.Entry {
	e.Expires = giventest.Instant(at, nil)
	return e
}

// written are entries in short: "granted g 10".
func written(entries []credits.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, e.Kind.String()+" "+e.ID+" "+e.Amount.String())
	}
	return all
}

// total is the sum of what is due on charges, and of their taxes.
func total(charges []plans.Charge) (net, tax decimal.Decimal) {
	for _, c := range charges {
		net = net.Add(c.Net)
		for _, t := range c.Taxes {
			tax = tax.Add(t.Amount)
		}
	}
	return net, tax
}
