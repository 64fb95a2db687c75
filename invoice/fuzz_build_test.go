package invoice_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// fuzzed makes choices from bytes; when they are used up, it makes the first choice.
type fuzzed struct{ bytes []byte }

func (f *fuzzed) upTo(n int) int {
	if len(f.bytes) == 0 {
		return 0
	}
	b := int(f.bytes[0])
	f.bytes = f.bytes[1:]
	return b % n
}

func (f *fuzzed) yes() bool { return f.upTo(2) == 1 }

// amount has up to 5 digits.
func (f *fuzzed) amount(places int32) decimal.Decimal {
	return decimal.New(int64(f.upTo(256)*256+f.upTo(256)), -places)
}

// policy is any policy.
func (f *fuzzed) policy() invoice.Policy {
	p := invoice.Standard()
	p.Proration.DayCount = []proration.DayCount{proration.Days, proration.Seconds, proration.Thirty360}[f.upTo(3)]
	modes := []proration.RoundingMode{proration.HalfUp, proration.HalfEven, proration.Up, proration.Down}
	p.Proration.Rounding.Mode, p.TaxRoundingMode = modes[f.upTo(4)], modes[f.upTo(4)]
	p.CreditBasis = []proration.CreditBasis{proration.OnBilled, proration.OnPrice}[f.upTo(2)]
	p.Allocation = []proration.Allocation{proration.LargestRemainder, proration.LastLine}[f.upTo(2)]
	p.TaxRoundingLevel = []invoice.TaxRoundingLevel{invoice.PerLine, invoice.PerInvoice}[f.upTo(2)]
	for range f.upTo(4) {
		r := invoice.TaxRate{Name: []string{"VAT", "levy"}[f.upTo(2)], Percent: decimal.New(int64(f.upTo(256)), -1), Included: f.yes()}
		if f.yes() {
			r.Items = []string{"seat"}
		}
		if f.yes() {
			r.Kinds = []plans.Kind{plans.Recurring, plans.Usage}
		}
		p.Taxes = append(p.Taxes, r)
	}
	return p
}

// discounts are up to two.
func (f *fuzzed) discounts(prefix string, currency plans.Currency, places int32) (all []plans.Discount) {
	for i := range f.upTo(3) {
		d := plans.Discount{ID: prefix + string(rune('a'+i)), Duration: plans.Forever}
		switch f.upTo(3) {
		case 0:
			d.Percent = decimal.New(int64(f.upTo(256)+1), -1)
		case 1:
			d.Amount, d.Currency, d.Rollover = f.amount(places).Add(decimal.New(1, -places)), currency, f.yes()
		default:
			d.Price, d.Currency = &plans.Price{Unit: f.amount(places)}, currency
		}
		if f.yes() {
			d.Duration, d.Periods = plans.Repeating, f.upTo(3)+1
		}
		if f.yes() {
			d.Kinds = []plans.Kind{plans.Recurring}
		}
		all = append(all, d)
	}
	return all
}

// ledger has up to three grants.
func (f *fuzzed) ledger(currency plans.Currency, places int32) (all []credits.Entry) {
	for i := range f.upTo(4) {
		e := entry("grant "+string(rune('a'+i)), f.amount(places).Add(decimal.New(1, -places)).String(), "2026-10-01")
		e.Currency, e.BeforeTax, e.Promotional = currency, f.yes(), f.yes()
		all = append(all, e)
	}
	return all
}

// For any billed, credited and billed again lines, by any policy: totals are the sums of their parts, no negative
// amount is due, Check finds nothing, JSON reads back to the same invoice, a preview is the invoice, and the input is
// unmodified.
func FuzzBuildLaws(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20"))
	f.Add([]byte("ten seats at 89.00 with two taxes, one of them included, two discounts, and credit before tax that pays a part of it"))
	f.Add([]byte("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4\xf3\xf2\xf1\xf0\xef\xee\xed\xec\xeb\xea\xe9\xe8\xe7\xe6\xe5\xe4\xe3\xe2\xe1\xe0\xdf\xde\xdd\xdc\xdb"))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		in := fuzzed{bytes}
		zone := giventest.Zone(t, []string{"", "Europe/Madrid", "Pacific/Apia"}[in.upTo(3)])
		currency := []plans.Currency{"USD", "JPY", "KWD"}[in.upTo(3)]
		places, _ := currency.Places()
		policy := in.policy()
		november := giventest.Period("2026-11-01/2026-12-01", zone)
		contract := plans.Contract{Plan: "growth", Currency: currency, Cycle: giventest.Cycle("2026-11-01", "P1M", zone), Items: []plans.Item{
			{ID: "seat", Quantity: decimal.New(int64(in.upTo(30)+1), 0), Price: plans.Price{Unit: in.amount(places)}},
			{ID: "phone", Quantity: decimal.New(int64(in.upTo(30)), 0), Price: plans.Price{Flat: in.amount(places), Tiering: plans.Graduated, Tiers: []plans.Tier{
				{UpTo: decimal.New(5, 0), Unit: in.amount(places)}, {Unit: in.amount(places)},
			}}},
		}}
		contract.Items[0].Price.Free = contract.Items[0].Price.Unit.IsZero()
		monthly, err := contract.Charges(proration.Portion{Period: november, Span: november}, policy.Proration)
		if err != nil {
			t.Fatal(err)
		}
		first := fuzzBuilt(t, invoice.Draft{
			ID: "inv-1", Currency: currency, At: november.Start, Lines: monthly, Discounts: in.discounts("1", currency, places), Ledger: in.ledger(currency, places),
			Policy: policy, Location: zone,
		})

		at := november.Start.AddDate(0, 0, in.upTo(30)).Add(time.Duration(in.upTo(24)) * time.Hour)
		d := invoice.Draft{
			ID: "inv-2", Currency: currency, At: at, CreditedCharges: first.Lines, Discounts: append(first.RemainingDiscounts, in.discounts("2", currency, places)...),
			Ledger: in.ledger(currency, places), Policy: policy, Location: zone, AsDraft: in.yes(), Contact: invoice.Contact{Name: string(bytes)},
		}
		d.Policy.Taxes = in.policy().Taxes // the rates have changed since
		if quantity := decimal.New(int64(in.upTo(5)), 0); in.yes() {
			d.Lines, _ = credits.Unused(credits.Request{ // fewer may exist
				Charges: d.CreditedCharges, Item: "seat", Quantity: quantity, At: at, CreditBasis: policy.CreditBasis, Policy: policy.Proration, Location: zone,
			})
		}
		if in.yes() {
			back, err := credits.ForAmount(credits.AmountRequest{
				Charges: append(slices.Clip(d.CreditedCharges), d.Lines...), Charge: "inv-1/2", Amount: in.amount(places), Mode: policy.Proration.Rounding.Mode,
			})
			if err == nil && back.Net.IsNegative() {
				d.Lines = append(d.Lines, back)
			}
		}
		if in.yes() {
			amended, err := contract.Amended(unitsOf("seat", decimal.New(int64(in.upTo(9)+1), 0)), at, policy.Proration)
			if err != nil {
				t.Fatal(err)
			}
			d.Lines = append(d.Lines, amended.Charges...)
		}
		setup := plans.Charge{Kind: plans.OneTime, Item: "setup", Currency: currency, Net: in.amount(places)}
		setup.Price.Free = setup.Net.IsZero()
		d.Lines = append(d.Lines, setup)
		if in.yes() {
			d.Installments, d.Every = in.upTo(12)+1, proration.Interval{Months: 1}
		}
		fuzzBuilt(t, d)
	})
}

// fuzzBuilt builds an invoice and checks the laws.
func fuzzBuilt(t *testing.T, d invoice.Draft) invoice.Invoice {
	t.Helper()
	before := giventest.JSON(t, d)
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatalf("%v\n%s", err, before)
	}
	text := giventest.JSON(t, inv)
	if err := invoice.Check(inv); err != nil {
		t.Fatalf("%v\n%s\n%s", err, before, text)
	}
	if after := giventest.JSON(t, d); after != before {
		t.Fatalf("the draft was\n%s, and is\n%s", before, after)
	}
	if again, err := invoice.Build(d); err != nil || giventest.JSON(t, again) != text {
		t.Fatalf("built again: %v\n%s, want\n%s", err, giventest.JSON(t, again), text)
	}
	fuzzSums(t, &d, &inv)

	var read invoice.Invoice
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	read.Location = d.Location
	if again := giventest.JSON(t, read); again != text {
		t.Fatalf("read back, it is\n%s, want\n%s", again, text)
	}
	if err := invoice.Check(read); err != nil {
		t.Fatalf("read back: %v\n%s", err, text)
	}
	for row := range strings.Lines(inv.Text()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(row, "\n")); n > 78 {
			t.Fatalf("a row is %d columns wide: %q", n, row)
		}
	}
	return inv
}

// fuzzSums fails where a total is not the sum of its parts, or where an amount is negative.
func fuzzSums(t *testing.T, d *invoice.Draft, inv *invoice.Invoice) {
	t.Helper()
	var gross, net, tax, parts, untaxed, spent, granted decimal.Decimal
	for _, c := range inv.Lines {
		gross, net = gross.Add(c.Gross()), net.Add(c.Net)
		for _, each := range c.Taxes {
			if !each.Included {
				tax = tax.Add(each.Amount)
			}
			if (c.Corrects == "") == each.Amount.IsNegative() && !each.Amount.IsZero() {
				t.Fatalf("a tax of %v on %v", each.Amount, c.Net)
			}
		}
		if c.Corrects == "" {
			untaxed = untaxed.Add(c.Untaxed)
			if c.Net.IsNegative() || c.Untaxed.IsNegative() || c.Untaxed.GreaterThan(c.Net) {
				t.Fatalf("%v of %v are untaxed", c.Untaxed, c.Net)
			}
		}
	}
	for _, p := range inv.Installments {
		parts = parts.Add(p.Amount)
	}
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			granted = granted.Add(e.Amount)
		} else {
			spent = spent.Sub(e.Amount)
		}
	}
	owed, err := credits.Balance(d.Ledger, d.Currency, d.At)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case !inv.Subtotal.Equal(gross), !inv.Net.Equal(net), !inv.Discount.Equal(gross.Sub(net)), !inv.Tax.Equal(tax), !inv.Total.Equal(net.Add(tax)):
		t.Fatalf("%v - %v = %v, and %v are %v; the lines have %v, %v, %v", inv.Subtotal, inv.Discount, inv.Net, inv.Tax, inv.Total, gross, net, tax)
	case inv.AmountDue.IsNegative(), inv.CreditBalance.IsNegative(), spent.IsNegative(), spent.GreaterThan(owed), spent.LessThan(untaxed):
		t.Fatalf("the amount due is %v, %v of %v spent, %v of that before tax, and %v left", inv.AmountDue, spent, owed, untaxed, inv.CreditBalance)
	case !inv.AmountDue.Sub(granted).Equal(inv.Total.Sub(spent)), inv.AmountDue.IsPositive() && granted.IsPositive():
		t.Fatalf("the amount due is %v and %v is granted, of %v less %v", inv.AmountDue, granted, inv.Total, spent)
	case !inv.CreditBalance.Equal(owed.Sub(spent).Add(granted)):
		t.Fatalf("the balance is %v, of %v less %v and %v more", inv.CreditBalance, owed, spent, granted)
	case len(inv.Installments) > 0 && !parts.Equal(inv.AmountDue):
		t.Fatalf("the installments are %v, of %v", parts, inv.AmountDue)
	}
}
