package invoice_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// engineDraft returns a draft with a tax engine, of lines with nets.
func engineDraft(nets ...string) invoice.Draft {
	d := draft(lines(nets...)...)
	d.Policy.TaxEngine = true
	return d
}

// answerOf answers for a line with taxes of amounts, named A, B and so on.
func answerOf(line, amount string, taxes ...string) invoice.TaxAnswer {
	a := invoice.TaxAnswer{Line: line, Amount: giventest.Money(amount)}
	for i, tax := range taxes {
		a.Taxes = append(a.Taxes, plans.Tax{Name: string(rune('A' + i)), Amount: giventest.Money(tax)})
	}
	return a
}

// requestOf returns the request that an error is.
func requestOf(t *testing.T, err error) *invoice.TaxRequest {
	t.Helper()
	var request *invoice.TaxRequest
	if !errors.As(err, &request) {
		t.Fatalf("got %v, want a tax request", err)
	}
	return request
}

// A draft asks for the positive lines without taxes of their own, after discounts and credit before tax.
func TestDraftAsksForItsTaxes(t *testing.T) {
	d := engineDraft("100.00", "50.00", "0.00", "30.00")
	d.Lines[3].Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("10")}}
	d.Discounts = []plans.Discount{{ID: "ten", Percent: giventest.Money("10"), Duration: plans.Forever}}
	d.Ledger = []credits.Entry{beforeTax(entry("gift", "16.20", "2026-01-01"))} // a tenth of 162.00
	_, err := invoice.Build(d)
	r := requestOf(t, err)
	if len(r.Lines) != 2 || r.Lines[0].Line != d.ID+"/1" || r.Lines[1].Line != d.ID+"/2" {
		t.Fatalf("got %+v", r.Lines)
	}
	for i, want := range []string{"81.00", "40.50"} { // 90.00 - 9.00 and 45.00 - 4.50
		if !r.Lines[i].Amount.Equal(giventest.Money(want)) {
			t.Errorf("line %d: got %v, want %s", i, r.Lines[i].Amount, want)
		}
	}
	d.TaxAnswers = []invoice.TaxAnswer{answerOf(r.Lines[1].Line, "40.50")}
	_, err = invoice.Build(d)
	if r = requestOf(t, err); len(r.Lines) != 1 || r.Lines[0].Line != d.ID+"/1" {
		t.Errorf("with one answer, got %+v", r.Lines)
	}
	d.TaxAnswers = append(d.TaxAnswers, answerOf(r.Lines[0].Line, "81.00", "5.07", "0.11"))
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	// 162.00 net; the tax of the last line is 10 % of 27.00 - 2.70
	if want := giventest.Money("169.61"); !inv.Total.Equal(want) || invoice.Check(inv) != nil {
		t.Errorf("got %v and %v, want %v\n%s", inv.Total, invoice.Check(inv), want, inv.Text())
	}
}

func TestAnswersAreChecked(t *testing.T) {
	line := engineDraft("1.00").ID + "/1"
	negative, odd := answerOf(line, "100.00", "-1.00"), answerOf(line, "100.00", "1.001")
	twice := answerOf(line, "100.00", "1.00", "2.00")
	twice.Taxes[1].Name = "A"
	included := answerOf(line, "100.00", "60.00", "60.00")
	included.Taxes[0].Included, included.Taxes[1].Included = true, true
	for _, c := range []struct {
		name    string
		answers []invoice.TaxAnswer
		want    string
	}{
		{"another line", []invoice.TaxAnswer{answerOf(line, "100.00"), answerOf("other/1", "1.00")},
			`tax_answers[1].line: must be a line that the tax engine is asked for; got "other/1"`},
		{"twice", []invoice.TaxAnswer{answerOf(line, "100.00"), answerOf(line, "100.00")}, `must be unique`},
		{"negative", []invoice.TaxAnswer{negative}, "tax_answers[0].taxes[0].amount: must not be negative"},
		{"a fraction of a cent", []invoice.TaxAnswer{odd}, "tax_answers[0].taxes[0].amount: must not be negative or have more"},
		{"a name twice", []invoice.TaxAnswer{twice}, `tax_answers[0].taxes[1].name: must be unique; "A" appears twice`},
		{"more than the amount", []invoice.TaxAnswer{included}, "tax_answers[0].taxes: must include at most the taxable 100"},
	} {
		d := engineDraft("100.00")
		d.TaxAnswers = c.answers
		_, err := invoice.Build(d)
		if err == nil || errors.As(err, new(*invoice.TaxRequest)) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	d := engineDraft("100.00")
	d.Policy.TaxEngine = false
	d.TaxAnswers = []invoice.TaxAnswer{answerOf(line, "100.00")}
	if _, err := invoice.Build(d); err == nil {
		t.Error("answers without a tax engine are ignored")
	}
	d = engineDraft("100.00")
	d.TaxAnswers = []invoice.TaxAnswer{answerOf(line, "99.00", "9.99")}
	_, err := invoice.Build(d)
	if r := requestOf(t, err); len(r.Lines) != 1 { // the draft has changed since
		t.Errorf("got %+v", r.Lines)
	}
	d.Policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
	if _, err := invoice.Build(d); err == nil || errors.As(err, new(*invoice.TaxRequest)) {
		t.Errorf("rates beside an engine: got %v", err)
	}
}

// engineInvoice returns an invoice of two lines with answered taxes, 150.00 and 9.13.
func engineInvoice(t *testing.T) invoice.Invoice {
	t.Helper()
	d := engineDraft("100.00", "50.00")
	d.TaxAnswers = []invoice.TaxAnswer{
		answerOf(d.ID+"/1", "100.00", "6.02", "0.03"), answerOf(d.ID+"/2", "50.00", "3.08"),
	}
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// An edited answer breaks the totals, and the seal if they are edited too.
func TestCheckFindsAnEditedAnswer(t *testing.T) {
	inv := engineInvoice(t)
	if err := invoice.Check(inv); err != nil {
		t.Fatal(err)
	}
	edited := inv
	edited.Lines = slices.Clone(inv.Lines)
	edited.Lines[0].Taxes = slices.Clone(inv.Lines[0].Taxes)
	edited.Lines[0].Taxes[0].Amount = giventest.Money("6.03")
	if err := invoice.Check(edited); !errors.Is(err, invoice.ErrRecomputed) || !errors.Is(err, invoice.ErrSealed) {
		t.Errorf("got %v", err)
	}
	edited.Lines[0].Taxes[0].Amount = giventest.Money("-6.02")
	if err := invoice.Check(edited); !errors.Is(err, invoice.ErrRecomputed) {
		t.Errorf("got %v", err)
	}
}

// Credit notes of every gross amount, in two parts, return the answered taxes to the cent.
func TestCreditNotesReturnAnsweredTaxes(t *testing.T) {
	inv := engineInvoice(t)
	for cents := int64(1); cents < 15_913; cents += 97 {
		part := decimal.New(cents, -2)
		first, err := invoice.Credit(invoice.CreditRequest{
			ID: "cn-1", At: inv.IssuedAt, Receivable: invoice.NewReceivable(inv), Amount: part, Policy: inv.Policy,
		})
		if err != nil {
			t.Fatal(err)
		}
		rest, err := invoice.Credit(invoice.CreditRequest{
			ID: "cn-2", At: inv.IssuedAt, Receivable: first.Receivable, Policy: inv.Policy,
		})
		if err != nil {
			t.Fatal(err)
		}
		if !first.Invoice.Total.Equal(part.Neg()) || errors.Join(invoice.Check(first.Invoice), invoice.Check(rest.Invoice)) != nil {
			t.Fatalf("%v: got\n%s\n%v", part, first.Invoice.Text(), invoice.Check(first.Invoice))
		}
		tax := inv.Tax.Add(first.Invoice.Tax).Add(rest.Invoice.Tax)
		if net := inv.Net.Add(first.Invoice.Net).Add(rest.Invoice.Net); !net.IsZero() || !tax.IsZero() ||
			!rest.Receivable.Outstanding().IsZero() {
			t.Fatalf("%v: net %v and tax %v are left", part, net, tax)
		}
	}
}

// Reconcile credits an answered charge with its taxes, and its new charges have none yet.
func TestReconcileKeepsAnsweredTaxes(t *testing.T) {
	inv := engineInvoice(t)
	diff, err := invoice.Reconcile(invoice.ReconcileRequest{Billed: inv.Lines[:1], Policy: inv.Policy.Proration})
	if err != nil {
		t.Fatal(err)
	}
	if len(diff.Lines) != 1 || !diff.Lines[0].Total().Equal(giventest.Money("-106.05")) || !diff.Lines[0].Taxes[0].Answered {
		t.Errorf("got %+v", diff.Lines)
	}
}

// A net of 0.01 with taxes of 0.05 and 0.02 stays for the last credit: the taxes go back first.
func TestGrossCreditsOfASmallNet(t *testing.T) {
	d := engineDraft("0.01")
	d.TaxAnswers = []invoice.TaxAnswer{answerOf(d.ID+"/1", "0.01", "0.05", "0.02")}
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	r := invoice.NewReceivable(inv)
	for i, want := range [][4]string{ // gross, net and each tax
		{"0.03", "0.00", "-0.02", "-0.01"}, // 0.03 x 5/7 is 0.0214, and x 2/7 0.0085
		{"0.02", "0.00", "-0.02", "0.00"},  // of 0.03 and 0.01: 0.015 and 0.005, and the first takes the cent
		{"0.03", "-0.01", "-0.01", "-0.01"},
	} {
		got, err := invoice.Credit(invoice.CreditRequest{
			ID: "cn-" + string(rune('1'+i)), At: inv.IssuedAt, Receivable: r, Amount: giventest.Money(want[0]), Policy: inv.Policy,
		})
		if err != nil || invoice.Check(got.Invoice) != nil {
			t.Fatal(err, invoice.Check(got.Invoice))
		}
		r = got.Receivable
		line := got.Invoice.Lines[0]
		giventest.CheckMoney(t, "net", line.Net, want[1])
		giventest.CheckMoney(t, "first tax", line.Taxes[0].Amount, want[2])
		giventest.CheckMoney(t, "second tax", line.Taxes[1].Amount, want[3])
	}
	giventest.CheckMoney(t, "outstanding", r.Outstanding(), "0")
}
