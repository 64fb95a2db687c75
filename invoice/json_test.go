package invoice_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// jsonDrafts are drafts by their special property.
func jsonDrafts(tb testing.TB) map[string]invoice.Draft {
	tb.Helper()
	review := draft(lines("0.00")...)
	review.AsDraft = true
	note := draft(lines("-40", "0.01")...)
	note.Corrects, note.AppliedToInvoice, note.Refund = "inv-1", giventest.Money("5"), giventest.Money("0.10")
	odd := draft(lines("1")...)
	odd.ID, odd.Contact.Name = "inv \"7\"\n<&>\u2028", "\xff\xfe"
	taxed := draft(lines("0.10", "0.10")...)
	taxed.Policy.TaxRoundingLevel, taxed.Policy.Taxes = invoice.PerInvoice, []invoice.TaxRate{taxRate("VAT", "19.25"), taxIn("levy", "0.125")}
	taxed.Ledger = []credits.Entry{beforeTax(entry("g", "0.07", "2026-11-01"))}
	return map[string]invoice.Draft{
		"everything": everything(tb), "in dollars": downgrade(tb, "USD"), "in yen": downgrade(tb, "JPY"), "in dinars": downgrade(tb, "KWD"),
		"for review": review, "a credit note": note, "odd text": odd, "taxed": taxed,
	}
}

// An invoice reads back unchanged, and Check accepts it, however the program configures the printing of decimals.
func TestInvoiceJSON(t *testing.T) {
	quotes, trimmed, scientific, precision := decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation, decimal.DivisionPrecision
	restore := func() {
		decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation, decimal.DivisionPrecision = quotes, trimmed, scientific, precision
	}
	defer restore()
	for name, d := range jsonDrafts(t) {
		t.Run(name, func(t *testing.T) {
			inv, err := invoice.Build(d)
			if err != nil {
				t.Fatal(err)
			}
			defer restore()
			want := giventest.JSON(t, inv)
			for how := range 8 {
				decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = how&1 != 0, how&2 != 0, how&4 != 0
				decimal.DivisionPrecision = how
				again, err := invoice.Build(d)
				if err != nil {
					t.Fatal(err)
				}
				text := giventest.JSON(t, again)
				if text != want || again.Seal != inv.Seal {
					t.Errorf("printed in way %d, the invoice is\n%s, want\n%s", how, text, want)
				}
				read := giventest.CheckRoundTrip(t, again)
				read.Location = d.Location
				giventest.CheckFaults(t, invoice.Check(read))
				if read.Text() != inv.Text() {
					t.Errorf("printed in way %d, the text is\n%s, want\n%s", how, read.Text(), inv.Text())
				}
			}
		})
	}
}

// Amounts have the places of the currency; rates and counts have the places that they need.
func TestInvoiceJSONPlaces(t *testing.T) {
	for _, c := range []struct {
		draft invoice.Draft
		want  []string
	}{
		{downgrade(t, "USD"), []string{`"net":"-926.67"`, `"net":"593.33"`, `"subtotal":"-333.34"`, `"amount_due":"0.00"`, `"credit_balance":"333.34"`, `"quantity":"10"`, `"unit":"89.00"`}},
		{downgrade(t, "JPY"), []string{`"net":"-927"`, `"net":"593"`, `"subtotal":"-334"`, `"amount_due":"0"`, `"credit_balance":"334"`, `"quantity":"10"`, `"unit":"89"`}},
		{downgrade(t, "KWD"), []string{`"net":"-926.667"`, `"net":"593.333"`, `"subtotal":"-333.334"`, `"amount_due":"0.000"`, `"credit_balance":"333.334"`, `"quantity":"10"`, `"unit":"89.000"`}},
		{jsonDrafts(t)["taxed"], []string{`"percent":"19.25"`, `"percent":"0.125"`, `"untaxed":"0.04"`, `"total":"0.22"`}},
	} {
		inv, err := invoice.Build(c.draft)
		if err != nil {
			t.Fatal(err)
		}
		text := giventest.JSON(t, inv)
		for _, part := range c.want {
			if !strings.Contains(text, part) {
				t.Errorf("no %s in %s", part, text)
			}
		}
	}
}

// JSON keeps only the name of the zone: Check reports a missing location, and another one too.
func TestInvoiceJSONZone(t *testing.T) {
	d := everything(t)
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	read := giventest.CheckRoundTrip(t, inv)
	if read.Zone != "Europe/Madrid" || read.Location != nil {
		t.Errorf("read with the zone %q and the location %v", read.Zone, read.Location)
	}
	giventest.CheckFaults(t, invoice.Check(read), "location zone")
	read.Location = giventest.Zone(t, "Europe/Berlin")
	giventest.CheckFaults(t, invoice.Check(read), "location zone")
	read.Location = d.Location
	giventest.CheckFaults(t, invoice.Check(read))

	plain, err := invoice.Build(downgrade(t, "USD"))
	if err != nil {
		t.Fatal(err)
	}
	for _, loc := range []*time.Location{nil, time.UTC} {
		plain.Location = loc
		giventest.CheckFaults(t, invoice.Check(plain))
	}
	plain.Location = d.Location
	giventest.CheckFaults(t, invoice.Check(plain), "location zone")
}

// An edited invoice reads as edited, and Check reports it. Other JSON is an error.
func TestInvoiceJSONOfEditedInvoice(t *testing.T) {
	inv, err := invoice.Build(downgrade(t, "USD"))
	if err != nil {
		t.Fatal(err)
	}
	text := giventest.JSON(t, inv)
	for old, edited := range map[string]string{
		`"amount_due":"0.00"`: `"amount_due":"1.00"`, `"seal":"`: `"draft":true,"seal":"`, `"net":"593.33"`: `"net":"593.32"`, `"source":"inv-1/1"`: `"source":"inv-1/2"`,
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("no %s in %s", old, text)
		}
		var read invoice.Invoice
		if err := json.Unmarshal([]byte(strings.Replace(text, old, edited, 1)), &read); err != nil {
			t.Errorf("with %s: %v", edited, err)
		}
		if err := invoice.Check(read); err == nil {
			t.Errorf("with %s, Check finds nothing", edited)
		}
	}
	for _, same := range [][2]string{{`"amount_due":"0.00"`, `"amount_due":"0"`}, {`"net":"593.33"`, `"net":593.33`}, {`T00:00:00Z","end"`, `T00:00:00+00:00","end"`}} {
		var read invoice.Invoice
		if err := json.Unmarshal([]byte(strings.Replace(text, same[0], same[1], 1)), &read); err != nil {
			t.Errorf("with %s: %v", same[1], err)
		}
		giventest.CheckFaults(t, invoice.Check(read))
	}
	for _, none := range []string{``, `[]`, `{"draft":1}`, `{"draft":"yes"}`, `{"net":[]}`, `{"lines":[{"kind":"gift"}]}`, `{"policy":{"tax_rounding_level":"cent"}}`, `{"issued_at":"today"}`} {
		var read invoice.Invoice
		if err := json.Unmarshal([]byte(none), &read); err == nil {
			t.Errorf("read %s", none)
		}
	}
}

// An invoice made by hand, without a currency or with an unknown kind, is written or is an error.
func TestInvoiceJSONHostile(t *testing.T) {
	if text, err := json.Marshal(invoice.Invoice{AmountDue: decimal.New(1, 100_000)}); err != nil || len(text) > 5000 {
		t.Errorf("%d characters, %v", len(text), err)
	}
	for name, inv := range map[string]invoice.Invoice{
		"kind": {Lines: []plans.Charge{{Kind: 99}}}, "mode": {Policy: invoice.Policy{Proration: proration.Policy{DayCount: 99}}},
		"year": {IssuedAt: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if text, err := json.Marshal(inv); err == nil {
			t.Errorf("%s: written as %s", name, text)
		}
	}
}
