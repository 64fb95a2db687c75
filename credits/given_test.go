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

// sale is a billed quantity at a price, for a span of a period.
type sale struct {
	id, quantity, unit string      // a quantity "0" is none, as in a fee, and costs as much as one
	item               string      // "" is "seat"
	kind               plans.Kind  // of the charge; zero is recurring
	base               string      // the quantity before, in an added charge; "0" is a new item
	price              plans.Price // if it has more than a unit price
	period, span       string      // a span "" is the whole period
	discount           string      // the amount of a discount; "" is none
	tax                string      // in percent of the net; "" is none
	currency           plans.Currency
	location           *time.Location
}

// charge returns the charge, by days and half up.
func (s sale) charge(tb testing.TB) plans.Charge {
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
		item.Price.Free = item.Price.Unit.IsZero()
	}
	uncounted := item.Quantity.IsZero()
	if uncounted {
		item.Quantity = decimal.New(1, 0) // no units of an item would have no charge
	}
	contract := plans.Contract{
		Plan: "growth", Currency: plans.Currency(or(string(s.currency), "USD")), Cycle: giventest.Cycle("2026-01-01", "P1M", loc), Items: []plans.Item{item},
	}
	portion := proration.Portion{Period: giventest.Period(s.period, loc), Span: giventest.Period(or(s.span, s.period), loc)}
	bill := contract.Charges
	if s.base != "" {
		contract.Items[0].Quantity = giventest.Money(s.base)
		step := plans.ItemQuantity{Item: item.ID, Quantity: item.Quantity}
		if s.base == "0" {
			contract.Items, step.Price = nil, &item.Price
		}
		bill = func(p proration.Portion, policy proration.Policy) ([]plans.Charge, error) {
			change := plans.Change{Add: []plans.ItemQuantity{step}}
			amended, err := contract.Amended(change, p.Span.Start, policy)
			added := amended.Charges
			if err == nil && (!added[0].Period.Equal(p.Period) || !added[0].Span.Equal(p.Span)) {
				tb.Fatalf("added for %v of %v, want %v of %v", added[0].Span, added[0].Period, p.Span, p.Period)
			}
			return added, err
		}
	}
	charges, err := bill(portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	c := charges[0]
	c.ID = s.id
	if uncounted {
		c.Quantity = decimal.Decimal{}
	}
	if s.kind != 0 {
		c.Kind = s.kind
	}
	if s.discount != "" {
		discount := giventest.Money(s.discount)
		c.Net = c.Net.Sub(discount)
		c.Discounts = []plans.Deduction{{Discount: "welcome", Reason: s.discount, Amount: discount}}
	}
	if s.tax != "" {
		percent := giventest.Money(s.tax)
		c.Taxes = []plans.Tax{{Name: "VAT", Percent: percent, Amount: c.Net.Mul(percent).Shift(-2).Round(2)}}
	}
	return c
}

// credit returns an earlier credit of a charge: units and a net amount. "0" units are a credit of money.
func credit(of, quantity, net string) plans.Charge {
	c := plans.Charge{Corrects: of, Kind: plans.ProrationCredit, Plan: "growth", Item: "seat", Currency: "USD", Quantity: giventest.Money(quantity), Net: giventest.Money(net)}
	if c.Quantity.IsZero() {
		c.Kind = plans.Refund
	}
	return c
}

// entry returns an entry of a ledger in dollars.
func entry(kind credits.Kind, id, amount, at, ref string) credits.Entry {
	return credits.Entry{Kind: kind, ID: id, Amount: giventest.Money(amount), Currency: "USD", At: giventest.Instant(at, nil), Reason: "a row", Ref: ref}
}

// grant returns a grant from an instant on.
func grant(id, amount, at string) credits.Entry {
	return entry(credits.Granted, id, amount, at, "")
}

// spent returns the payment of an invoice by a grant: "-5".
func spent(id, amount, at, ref string) credits.Entry {
	return entry(credits.Spent, id, amount, at, ref)
}

// euros returns the entry in euros.
func euros(e credits.Entry) credits.Entry {
	e.Currency = "EUR"
	return e
}

// with returns a changed copy.
func with[T any](v T, edit func(*T)) T {
	edit(&v)
	return v
}

// expiring returns the grant with an expiry.
func expiring(e credits.Entry, at string) credits.Entry {
	e.Expires = giventest.Instant(at, nil)
	return e
}

// entryTexts returns entries as short texts: "granted g 10".
func entryTexts(entries []credits.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, e.Kind.String()+" "+e.ID+" "+e.Amount.String())
	}
	return all
}

// total returns the sum of the nets of charges, and of their taxes.
func total(charges []plans.Charge) (net, tax decimal.Decimal) {
	for _, c := range charges {
		net = net.Add(c.Net)
		for _, t := range c.Taxes {
			tax = tax.Add(t.Amount)
		}
	}
	return net, tax
}
