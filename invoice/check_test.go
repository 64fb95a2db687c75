package invoice_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// faultTexts writes every fault as "field rule", such as "lines[0].net recomputed".
func faultTexts(err error) (all []string) {
	for _, e := range fault.All(err) {
		switch {
		case errors.Is(e, invoice.ErrRecomputed):
			all = append(all, e.Field+" recomputed")
		case errors.Is(e, invoice.ErrSealed):
			all = append(all, e.Field+" sealed")
		default:
			all = append(all, giventest.Faults(e)...)
		}
	}
	return all
}

// A built invoice passes the check, also after it was stored and read again.
func TestCheckAcceptsBuiltInvoices(t *testing.T) {
	for _, inv := range exampleInvoices(t) {
		if err := invoice.Check(inv); err != nil {
			t.Error(err)
		}
		read := giventest.CheckRoundTrip(t, inv)
		if read.Location != nil || !errors.Is(invoice.Check(read), proration.ErrZone) {
			t.Errorf("without its location: %v", invoice.Check(read))
		}
		read.Location = inv.Location
		if err := invoice.Check(read); err != nil {
			t.Error(err)
		}
	}
}

// Each law is broken and the seal recomputed.
func TestCheckReportsBrokenLaws(t *testing.T) {
	examples := exampleInvoices(t)
	cent := giventest.Money("0.01")
	up := func(d *decimal.Decimal) { *d = d.Add(cent) }
	for _, c := range []struct {
		name, why string
		of        int // index of the example
		edit      func(*invoice.Invoice)
		want      []string
	}{
		{"a price", "the line costs 2 x 90.00", 0, func(i *invoice.Invoice) { up(&i.Lines[0].Price.Unit) }, []string{"lines[0].share.of recomputed", "lines[0].share.amount recomputed"}},
		{"a share", "the share is 89.99", 0, func(i *invoice.Invoice) { up(&i.Lines[0].Share.Amount) }, []string{"lines[0].share.amount recomputed", "lines[0].net recomputed"}},
		{"a fraction", "the fraction is 15 of 30 days", 0, func(i *invoice.Invoice) { i.Lines[0].Share.Fraction.Num++ }, []string{"lines[0].share.fraction recomputed"}},
		{"a span", "one day less is 14 of 30 days", 0, func(i *invoice.Invoice) { i.Lines[0].Span.Start = i.Lines[0].Span.Start.AddDate(0, 0, 1) }, []string{"lines[0].share.fraction recomputed", "lines[0].share.amount recomputed", "lines[0].share.residual recomputed"}},
		{"a net", "the net is the amount after discounts", 0, func(i *invoice.Invoice) { up(&i.Lines[1].Net) }, []string{"lines[1].net recomputed"}},
		{"a quantity", "four units were added", 0, func(i *invoice.Invoice) { up(&i.Lines[1].Quantity) }, []string{"lines[1].share.of recomputed", "lines[1].share.amount recomputed", "lines[1].share.residual recomputed"}},
		{"a base quantity", "seven units existed before, which decides the tiers", 0, func(i *invoice.Invoice) { up(i.Lines[1].BaseQuantity) }, []string{"lines[1].share.of recomputed", "lines[1].share.amount recomputed", "lines[1].share.residual recomputed"}},
		{"a carry", "the line carries no residual", 0, func(i *invoice.Invoice) { _ = i.Lines[0].Share.Carry.UnmarshalText([]byte("1/2")) }, []string{"lines[0].share.amount recomputed"}},
		{"a credit of time", "the credit is larger", 0, func(i *invoice.Invoice) { i.Lines[5].Net = i.Lines[5].Net.Sub(cent) }, []string{"lines[5].net recomputed"}},
		{"a credit of an amount", "the credit includes its taxes", 0, func(i *invoice.Invoice) { i.Lines[6].Net = i.Lines[6].Net.Sub(cent) }, []string{"lines[6].share recomputed"}},
		{"a tax of a credit", "a credit has the taxes of its charge", 0, func(i *invoice.Invoice) { i.Lines[5].Taxes[0].Amount = i.Lines[5].Taxes[0].Amount.Sub(cent) }, []string{"lines[5].taxes recomputed"}},
		{"a credit without its charge", "the corrected charge does not exist", 0, func(i *invoice.Invoice) { i.Lines[5].Corrects = "inv-9/1" }, []string{"lines[5].corrects recomputed"}},
		{"a credit above the rest", "the earlier credit took all but a cent", 1, func(i *invoice.Invoice) {
			i.CreditedCharges[3].Net = i.CreditedCharges[1].Net.Neg().Add(cent)
		}, []string{"lines[1].amount recomputed"}},
		{"a deduction", "10 % of 89.99 is 9.00, and one deduction takes the cent of the other", 0, func(i *invoice.Invoice) {
			d := i.Lines[0].Discounts
			d[0].Amount, d[1].Amount = d[0].Amount.Sub(cent), d[1].Amount.Add(cent)
		}, []string{"lines[0].discounts recomputed"}},
		{"a discount", "11 % would take off more", 0, func(i *invoice.Invoice) { i.Discounts[0].Percent = giventest.Money("11") }, []string{"lines[0].discounts recomputed", "lines[1].discounts recomputed", "lines[2].discounts recomputed", "lines[3].discounts recomputed", "lines[4].discounts recomputed", "remaining_discounts recomputed", "discount recomputed", "net recomputed", "tax recomputed", "total recomputed", "taxes recomputed"}},
		{"the discounts in another order", "each discount applies to the amount left by the one before", 0, func(i *invoice.Invoice) {
			i.Discounts[0], i.Discounts[1] = i.Discounts[1], i.Discounts[0]
		}, []string{"lines[1].discounts recomputed", "lines[3].discounts recomputed", "lines[4].untaxed recomputed", "discount recomputed", "net recomputed", "tax recomputed", "total recomputed", "taxes recomputed"}},
		{"a remaining discount", "it was used in one of three periods", 0, func(i *invoice.Invoice) { i.RemainingDiscounts[0].Periods = 3 }, []string{"remaining_discounts recomputed"}},
		{"a remaining discount without a source", "no discount could remain", 1, func(i *invoice.Invoice) {
			i.RemainingDiscounts = []plans.Discount{{ID: "gift", Percent: giventest.Money("100"), Duration: plans.Forever}}
		}, []string{"remaining_discounts recomputed"}},
		{"a tax", "the tax is 4.5 % of the rest", 0, func(i *invoice.Invoice) { up(&i.Lines[0].Taxes[0].Amount) }, []string{"lines[0].taxes recomputed"}},
		{"an untaxed amount", "credit before tax is spread over all lines", 0, func(i *invoice.Invoice) {
			i.Lines[0].Untaxed, i.Lines[1].Untaxed = i.Lines[0].Untaxed.Add(cent), i.Lines[1].Untaxed.Sub(cent)
		}, []string{"lines[0].untaxed recomputed", "lines[1].untaxed recomputed"}},
		{"a subtotal", "the subtotal is the sum of the lines", 0, func(i *invoice.Invoice) { up(&i.Subtotal) }, []string{"subtotal recomputed"}},
		{"a total", "the total is net and tax", 0, func(i *invoice.Invoice) { up(&i.Total) }, []string{"total recomputed", "amount_due recomputed"}},
		{"a tax total", "the tax total is the sum of the lines", 0, func(i *invoice.Invoice) { up(&i.Taxes[0].Of) }, []string{"taxes recomputed"}},
		{"an amount due", "the amount due is exactly the unpaid total", 0, func(i *invoice.Invoice) { i.AmountDue = i.AmountDue.Sub(cent) }, []string{"amount_due recomputed", "installments[2].amount recomputed"}},
		{"credit that pays more", "less would be due", 0, func(i *invoice.Invoice) { i.LedgerEntries[1].Amount = i.LedgerEntries[1].Amount.Sub(cent) }, []string{"amount_due recomputed"}},
		{"an installment", "installments add up, in the order of Split", 0, func(i *invoice.Invoice) {
			i.Installments[0].Amount, i.Installments[1].Amount = i.Installments[0].Amount.Add(cent), i.Installments[1].Amount.Sub(cent)
		}, []string{"installments[0].amount recomputed", "installments[1].amount recomputed"}},
		{"installments out of order", "each installment is after the one before", 0, func(i *invoice.Invoice) { i.Installments[2].At = i.Installments[1].At }, []string{"installments[2].at recomputed"}},
		{"a balance", "the balance includes the grant", 1, func(i *invoice.Invoice) { i.CreditBalance = decimal.Decimal{} }, []string{"credit_balance recomputed"}},
		{"a refund", "the refund exceeds the surplus", 1, func(i *invoice.Invoice) { up(&i.Refund) }, []string{"total recomputed"}},
		{"a grant", "the grant exceeds the surplus", 1, func(i *invoice.Invoice) { up(&i.LedgerEntries[0].Amount) }, []string{"total recomputed"}},
		{"two grants", "an invoice has one grant", 1, func(i *invoice.Invoice) { i.LedgerEntries = append(i.LedgerEntries, i.LedgerEntries[0]) }, []string{"ledger_entries[0] recomputed"}},
		{"an applied amount", "the applied amount exceeds the surplus", 2, func(i *invoice.Invoice) { up(&i.AppliedToInvoice) }, []string{"total recomputed"}},
		{"an amount applied to no invoice", "it lowers no invoice", 2, func(i *invoice.Invoice) { i.Corrects = "" }, []string{"corrects recomputed"}},
		{"a priority of the grant", "the grant has the usual priority", 1, func(i *invoice.Invoice) { i.LedgerEntries[0].Priority = new(int) }, []string{"ledger_entries[0] sealed"}},
		{"spent credit that expires", "only a grant expires", 0, func(i *invoice.Invoice) { i.LedgerEntries[0].Expires = i.IssuedAt }, []string{"ledger_entries[0] sealed"}},
		{"a line's ID", "the ID derives from the ID of the invoice", 0, func(i *invoice.Invoice) { i.Lines[0].ID = "inv-3/1" }, []string{"lines[0].id sealed"}},
		{"due before it was issued", "the customer could not pay in time", 0, func(i *invoice.Invoice) { i.DueAt = i.IssuedAt.Add(-1) }, []string{"due_at sealed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := clone.Deep(examples[c.of])
			c.edit(&inv)
			forged, err := invoice.Reseal(inv)
			if err != nil {
				t.Fatal(err)
			}
			if got := faultTexts(invoice.Check(forged)); strings.Join(got, ", ") != strings.Join(c.want, ", ") {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// checkQuickly checks an invoice, and fails if the check takes more than ten seconds.
func checkQuickly(tb testing.TB, inv invoice.Invoice) error {
	tb.Helper()
	late, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := invoice.Check(inv)
	if late.Err() != nil {
		tb.Errorf("the check takes more than ten seconds")
	}
	return err
}

// Check finds numbers beyond all limits, in any field, and finds them quickly.
func TestCheckHostileNumbers(t *testing.T) {
	t.Parallel()
	hostile := func(v reflect.Value) []any {
		switch v.Interface().(type) {
		case decimal.Decimal:
			return []any{decimal.New(-7, math.MaxInt32), decimal.New(7, math.MinInt32)}
		case time.Time:
			return []any{time.Unix(1<<60, 0)}
		case int, int32, int64:
			return []any{int64(math.MaxInt32), int64(math.MinInt32)}
		}
		return nil
	}
	n := 0
	for k, inv := range race.Few(exampleInvoices(t)[:2], 2) {
		inv = clone.Deep(inv)
		var walk func(v reflect.Value, path string)
		walk = func(v reflect.Value, path string) {
			was := reflect.New(v.Type()).Elem()
			was.Set(v)
			worst := hostile(v)
			for _, bad := range worst {
				if n++; !race.Takes(n, 5) {
					continue
				}
				v.Set(reflect.ValueOf(bad).Convert(v.Type()))
				if err := checkQuickly(t, inv); err == nil {
					t.Errorf("%s of invoice %d is %v, and Check returns no error", path, k, bad)
				}
				v.Set(was)
			}
			if worst != nil {
				return
			}
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					if f := v.Type().Field(i); f.IsExported() && f.Name != "Location" {
						walk(v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."))
					}
				}
			case reflect.Slice:
				for i := range v.Len() {
					walk(v.Index(i), path)
				}
			}
		}
		walk(reflect.ValueOf(&inv).Elem(), "")
	}
}

// Check refuses or checks invoices of any size quickly.
func TestCheckHostileSizes(t *testing.T) {
	t.Parallel()
	many, lines, cent := 50_000/race.Step(4), 2_000/race.Step(10), giventest.Money("0.01")
	for _, c := range []struct {
		name string
		edit func(*invoice.Invoice)
		want error
	}{
		{"no policy", func(i *invoice.Invoice) { i.Policy = invoice.Policy{} }, proration.ErrUnset},
		{"no currency", func(i *invoice.Invoice) { i.Currency = "" }, proration.ErrUnset},
		{"no such currency", func(i *invoice.Invoice) { i.Currency = "XXX" }, proration.ErrInvalid},
		{"no lines", func(i *invoice.Invoice) { i.Lines = nil }, proration.ErrLimit},
		{"another zone", func(i *invoice.Invoice) { i.Zone = "Europe/Berlin" }, proration.ErrZone},
		{"no zone", func(i *invoice.Invoice) { i.Zone = "" }, proration.ErrZone},
		{"too many lines", func(i *invoice.Invoice) { i.Lines = make([]plans.Charge, many) }, proration.ErrLimit},
		{"too many credited charges", func(i *invoice.Invoice) { i.CreditedCharges = make([]plans.Charge, many) }, proration.ErrLimit},
		{"many lines", func(i *invoice.Invoice) {
			for len(i.Lines) < lines {
				i.Lines = append(i.Lines, i.Lines[len(i.Lines)%5])
			}
		}, invoice.ErrSealed},
		{"many credits of one charge", func(i *invoice.Invoice) {
			for len(i.Lines) < lines {
				i.Lines = append(i.Lines, i.Lines[6])
				i.Lines[len(i.Lines)-1].Net = cent.Neg()
			}
		}, invoice.ErrRecomputed},
		{"the most taxes of the policy", func(i *invoice.Invoice) {
			for j := range i.Lines {
				i.Lines[j].Taxes = nil
				for k := range 100 {
					i.Lines[j].Taxes = append(i.Lines[j].Taxes, plans.Tax{Name: strconv.Itoa(j*100 + k)})
				}
			}
		}, invoice.ErrRecomputed},
		{"taxes of a line", func(i *invoice.Invoice) { i.Lines[0].Taxes = make([]plans.Tax, many) }, proration.ErrLimit},
		{"taxes of a credit", func(i *invoice.Invoice) { i.Lines[5].Taxes = make([]plans.Tax, many) }, proration.ErrLimit},
		{"taxes of a credited charge", func(i *invoice.Invoice) { i.CreditedCharges[0].Taxes = make([]plans.Tax, many) }, proration.ErrLimit},
		{"discounts of a line", func(i *invoice.Invoice) { i.Lines[0].Discounts = make([]plans.Deduction, many) }, proration.ErrLimit},
		{"discounts", func(i *invoice.Invoice) { i.Discounts = make([]plans.Discount, many) }, proration.ErrLimit},
		{"ledger_entries", func(i *invoice.Invoice) { i.LedgerEntries = make([]credits.Entry, many) }, invoice.ErrRecomputed},
		{"parts", func(i *invoice.Invoice) { i.Installments = make([]plans.Installment, many) }, invoice.ErrRecomputed},
		{"totals of taxes", func(i *invoice.Invoice) { i.Taxes = make([]invoice.TaxTotal, many) }, invoice.ErrRecomputed},
		{"taxes of the policy", func(i *invoice.Invoice) { i.Policy.Taxes = make([]invoice.TaxRate, many) }, proration.ErrLimit},
		{"tiers", func(i *invoice.Invoice) { i.Lines[0].Price.Tiers = make([]plans.Tier, many) }, invoice.ErrRecomputed},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := clone.Deep(exampleInvoices(t)[0])
			c.edit(&inv)
			if err := checkQuickly(t, inv); !errors.Is(err, c.want) {
				t.Errorf("got %.300s, want %v", err.Error(), c.want)
			}
		})
	}
}

// A draft and an issued invoice have different seals, so that no edit issues a draft.
func TestCheckReportsEditedDraft(t *testing.T) {
	for _, review := range []bool{false, true} {
		inv := invoiceOf(t, func(d *invoice.Draft) { d.AsDraft = review }, "100")
		if err := invoice.Check(inv); err != nil {
			t.Error(err)
		}
		if inv.Draft = !inv.Draft; len(inv.Seal) != 22 {
			t.Errorf("the seal is %q", inv.Seal)
		}
		if got := faultTexts(invoice.Check(inv)); len(got) != 1 || got[0] != "seal sealed" {
			t.Errorf("got %q for a draft: %v", got, inv.Draft)
		}
	}
}

// An edited discount that leaves a negative taxable amount is a fault, not a panic.
func TestCheckReportsEditedDiscount(t *testing.T) {
	policy := invoice.Standard()
	policy.TaxRoundingLevel, policy.Taxes = invoice.PerInvoice, []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
	at := giventest.Instant("2027-01-01", nil)
	inv, err := invoice.Build(invoice.Draft{
		ID: "1", Currency: "EUR", At: at, Policy: policy,
		Lines: []plans.Charge{
			{Kind: plans.OneTime, Currency: "EUR", Net: giventest.Money("100")}, {Kind: plans.OneTime, Currency: "EUR", Net: giventest.Money("10")},
		},
		Discounts: []plans.Discount{{ID: "d", Percent: giventest.Money("10"), Duration: plans.Once}},
		Ledger:    []credits.Entry{{Kind: credits.Granted, ID: "g", Amount: giventest.Money("30"), Currency: "EUR", At: at, BeforeTax: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, percent := range []string{"99", "100", "1000", "0.01"} {
		edited := clone.Deep(inv)
		edited.Discounts[0].Percent = giventest.Money(percent)
		if err := invoice.Check(edited); !errors.Is(err, invoice.ErrRecomputed) {
			t.Errorf("%s percent: %v", percent, err)
		}
	}
}
