package invoice_test

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// taxedInvoice is an invoice of 100.00 and 50.00 plus 19 % tax: 178.50 are due, less the credit of the grants.
func taxedInvoice(tb testing.TB, grants ...credits.Entry) invoice.Invoice {
	tb.Helper()
	return invoiceOf(tb, func(d *invoice.Draft) {
		d.Policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
		d.Ledger = grants
	}, "100", "50")
}

// grantOf is a grant of November 2026.
func grantOf(id, amount string, beforeTax bool) credits.Entry {
	return credits.Entry{
		Kind: credits.Granted, ID: id, Amount: giventest.Money(amount), Currency: "USD", At: giventest.Instant("2026-11-01", nil), BeforeTax: beforeTax,
	}
}

// creditRequest is the request for a credit note of December 10, 2026.
func creditRequest(r invoice.Receivable, parts ...invoice.LineAmount) invoice.CreditRequest {
	return invoice.CreditRequest{ID: "cn-1", At: giventest.Instant("2026-12-10", nil), Receivable: r, Lines: parts, Policy: invoice.Standard()}
}

// lineAmount is an amount of a line.
func lineAmount(line, amount string) invoice.LineAmount {
	return invoice.LineAmount{Line: line, Amount: giventest.Money(amount)}
}

// grantedBy is the amount that an invoice grants.
func grantedBy(inv *invoice.Invoice) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

func TestCredit(t *testing.T) {
	for _, c := range []struct {
		name, why               string
		grants                  []credits.Entry
		events                  []string
		parts                   []invoice.LineAmount
		repay                   bool
		total                   string
		offset, refund, granted string
		after                   string // phase of the invoice after the credit note
	}{
		{"whole, unpaid", "nothing is outstanding", nil, nil, nil, false, "-178.5", "178.5", "0", "0", "paid"},
		{"a line, unpaid", "the other line is outstanding", nil, nil, []invoice.LineAmount{lineAmount("inv-2/2", "0")}, false, "-59.5", "59.5", "0", "0", "open"},
		{"an amount, unpaid", "10.00 and its tax", nil, nil, []invoice.LineAmount{lineAmount("inv-2/2", "10")}, true, "-11.9", "11.9", "0", "0", "open"},
		{"several amounts", "several amounts of one line, in any order", nil, nil, []invoice.LineAmount{lineAmount("inv-2/2", "10"), lineAmount("inv-2/1", "1"), lineAmount("inv-2/2", "0")}, false, "-60.69", "60.69", "0", "0", "open"},
		{"whole, partly paid", "the received money becomes credit", nil, []string{"succeeded p 100"}, nil, false, "-178.5", "78.5", "0", "100", "paid"},
		{"whole, partly paid, refunded", "the received money is refunded", nil, []string{"succeeded p 100"}, nil, true, "-178.5", "78.5", "100", "0", "paid"},
		{"below the outstanding amount", "a credit note lowers the outstanding amount first", nil, []string{"succeeded p 100"}, []invoice.LineAmount{lineAmount("inv-2/2", "10")}, true, "-11.9", "11.9", "0", "0", "open"},
		{"paid", "the surplus becomes credit", nil, []string{"succeeded p"}, []invoice.LineAmount{lineAmount("inv-2/2", "10")}, false, "-11.9", "0", "0", "11.9", "paid"},
		{"paid, refunded", "the surplus is refunded in money", nil, []string{"succeeded p"}, []invoice.LineAmount{lineAmount("inv-2/2", "10")}, true, "-11.9", "0", "11.9", "0", "paid"},
		{"paid, and partly refunded before", "no more is refunded than was kept", nil, []string{"succeeded p", "refunded r 170"}, []invoice.LineAmount{lineAmount("inv-2/2", "10")}, true, "-11.9", "0", "8.5", "3.4", "paid"},
		{"paid by credit", "credit is not refunded in money", []credits.Entry{grantOf("g", "200", false)}, nil, nil, true, "-178.5", "0", "0", "178.5", "paid"},
		{"partly paid by credit, not by money", "78.50 are due, and the credit is granted again", []credits.Entry{grantOf("g", "100", false)}, nil, nil, true, "-178.5", "78.5", "0", "100", "paid"},
		{"partly paid by credit, the rest by money", "the money is refunded, and the credit is granted again", []credits.Entry{grantOf("g", "100", false)}, []string{"succeeded p"}, nil, true, "-178.5", "0", "78.5", "100", "paid"},
		{"credit before tax", "of 150.00, 60.00 are not taxed: 90.00 and 17.10 are due", []credits.Entry{grantOf("g", "60", true)}, nil, nil, true, "-167.1", "107.1", "0", "60", "paid"},
		{"written off", "a written-off amount is still due", nil, []string{"written_off"}, []invoice.LineAmount{lineAmount("inv-2/2", "0")}, false, "-59.5", "59.5", "0", "0", "uncollectible"},
		{"written off, whole", "nothing is outstanding", nil, []string{"written_off"}, nil, false, "-178.5", "178.5", "0", "0", "paid"},
		{"disputed", "a disputed amount is outstanding again", nil, []string{"succeeded p", "disputed p"}, nil, true, "-178.5", "178.5", "0", "0", "paid"},
		{"disputed, a line", "the rest is overdue", nil, []string{"succeeded p", "disputed p"}, []invoice.LineAmount{lineAmount("inv-2/2", "0")}, true, "-59.5", "59.5", "0", "0", "overdue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := taxedInvoice(t, c.grants...)
			r := afterEvents(t, invoice.NewReceivable(inv), c.events...)
			correction := creditRequest(r, c.parts...)
			correction.Refund = c.repay
			before := giventest.JSON(t, correction)
			result, err := invoice.Credit(correction)
			if err != nil {
				t.Fatal(err)
			}
			note := result.Invoice
			giventest.CheckMoney(t, "total", note.Total, c.total)
			giventest.CheckMoney(t, "offset", note.AppliedToInvoice, c.offset)
			giventest.CheckMoney(t, "refund", note.Refund, c.refund)
			giventest.CheckMoney(t, "granted", grantedBy(&note), c.granted)
			giventest.CheckMoney(t, "due", note.AmountDue, "0")
			if own := invoice.NewReceivable(note); note.Corrects != inv.ID || own.Phase != invoice.PhasePaid {
				t.Errorf("the credit note is %v and corrects %q: %s", own.Phase, note.Corrects, c.why)
			}
			after := checkCredited(t, r, &result)
			if after.Phase.String() != c.after {
				t.Errorf("the invoice is %v after it, want %s: %s", after.Phase, c.after, c.why)
			}
			if err := errors.Join(after.Match(inv), invoice.NewReceivable(note).Match(note)); err != nil {
				t.Error(err)
			}
			if giventest.JSON(t, correction) != before {
				t.Error("the request was changed")
			}
			giventest.CheckRoundTrip(t, correction)
		})
	}
}

// checkCredited fails unless the receivable of a credit note is that before it with the events and the lines of the
// note, and returns it.
func checkCredited(tb testing.TB, before invoice.Receivable, result *invoice.CreditResult) invoice.Receivable {
	tb.Helper()
	note, want := &result.Invoice, before.Corrected(result.Invoice)
	for _, e := range []invoice.Event{
		{Kind: invoice.Credited, ID: note.ID, At: note.IssuedAt, Amount: note.AppliedToInvoice}, {Kind: invoice.Refunded, ID: note.ID, At: note.IssuedAt, Amount: note.Refund},
	} {
		if e.Amount.IsZero() {
			continue
		}
		after, err := invoice.Apply(want, e)
		if err != nil {
			tb.Fatal(err)
		}
		want = after
	}
	if got, want := giventest.JSON(tb, result.Receivable), giventest.JSON(tb, want); got != want {
		tb.Errorf("after the credit note the receivable is\n%s, want\n%s", got, want)
	}
	if err := invoice.Check(*note); err != nil {
		tb.Error(err)
	}
	return result.Receivable
}

func TestCreditRefused(t *testing.T) {
	inv := invoice.NewReceivable(taxedInvoice(t))
	whole, err := invoice.Credit(creditRequest(inv))
	if err != nil {
		t.Fatal(err)
	}
	note := invoice.NewReceivable(whole.Invoice)
	third, err := invoice.Credit(creditRequest(inv, lineAmount("inv-2/1", "30")))
	if err != nil {
		t.Fatal(err)
	}
	later := func(c *invoice.CreditRequest) { c.ID = "cn-2" }
	for _, c := range []struct {
		name, why string
		of        invoice.CreditRequest
		edit      func(*invoice.CreditRequest)
		want      []string
	}{
		{"a draft", "a draft is voided instead", creditRequest(receivableOf(t, asDraft, "100")), nil, []string{"receivable.phase invalid"}},
		{"void", "nothing is due on a void invoice", creditRequest(afterEvents(t, inv, "voided")), nil, []string{"receivable.phase invalid"}},
		{"a payment to be voided", "a success is refunded as a whole", creditRequest(afterEvents(t, inv, "requested", "retracted")), nil, []string{"receivable.phase invalid"}},
		{"an edited receivable", "law 14: bad input is an error that names its field", creditRequest(inv), func(c *invoice.CreditRequest) { c.Receivable.Phase = invoice.PhasePaid }, []string{"receivable.phase invalid"}},
		{"no policy", "law 13: every setting that decides an amount is set", creditRequest(inv), func(c *invoice.CreditRequest) { c.Policy.TaxRoundingLevel = 0 }, []string{"policy.tax_rounding_level unset"}},
		{"the same credit note twice", "its lines have the same IDs", creditRequest(third.Receivable), nil, []string{"id invalid"}},
		{"the ID of a refund", "the refund of the note would not count", creditRequest(afterEvents(t, inv, "succeeded p", "refunded cn-1 1")), nil, []string{"id invalid"}},
		{"before the last event", "events are in order of time", creditRequest(afterEvents(t, inv, "succeeded p 1 2026-12-11")), nil, []string{"at outside"}},
		{"a credit note", "a charge is corrected where it was billed", creditRequest(note), later, []string{"lines invalid"}},
		{"a line of a credit note", "a charge is corrected where it was billed", creditRequest(note, lineAmount("cn-1/1", "1")), later, []string{"lines[0].charge invalid"}},
		{"credited already", "law 3: a credit is at most the rest of its charge", creditRequest(whole.Receivable), later, []string{"lines invalid"}},
		{"a credited line", "law 3: a credit is at most the rest of its charge", creditRequest(whole.Receivable, lineAmount("inv-2/2", "0")), later, []string{"lines[0].line invalid"}},
		{"above the rest", "70.00 are", creditRequest(third.Receivable, lineAmount("inv-2/1", "70.01")), later, []string{"lines[0].amount invalid"}},
		{"above the rest in all", "70.00 are", creditRequest(third.Receivable, lineAmount("inv-2/1", "35.01"), lineAmount("inv-2/1", "35")), later, []string{"lines[1].amount invalid"}},
		{"no such line", "the line is of another invoice", creditRequest(inv, lineAmount("inv-1/1", "0")), nil, []string{"lines[0].charge invalid"}},
		{"a fraction of a cent", "no credit note has a fraction of a cent", creditRequest(inv, lineAmount("inv-2/1", "0.005")), nil, []string{"lines[0].amount invalid"}},
		{"a negative amount", "a negative amount would be a charge", creditRequest(inv, lineAmount("inv-2/1", "-1")), nil, []string{"lines[0].amount invalid"}},
		{"a huge amount", "law 14: amounts have limits", creditRequest(inv, invoice.LineAmount{Line: "inv-2/1", Amount: decimal.New(1, 1<<30)}), nil, []string{"lines[0].amount limit"}},
		{"every line", "law 14: all faults come at once", creditRequest(inv, lineAmount("x", "0"), lineAmount("inv-2/1", "101")), nil, []string{"lines[0].charge invalid", "lines[1].amount invalid"}},
		{"no ID", "the IDs of its lines derive from it", creditRequest(inv), func(c *invoice.CreditRequest) { c.ID = "" }, []string{"id unset"}},
		{"the invoice's ID", "the lines of both would have the same IDs", creditRequest(inv), func(c *invoice.CreditRequest) { c.ID = inv.Invoice }, []string{"id invalid"}},
		{"before the invoice", "nothing was billed before the invoice", creditRequest(inv), func(c *invoice.CreditRequest) { c.At = inv.IssuedAt.Add(-1) }, []string{"at outside"}},
		{"given credits beside lines", "one says what is credited", creditRequest(inv, lineAmount("inv-2/1", "1")), func(c *invoice.CreditRequest) {
			c.Credits = whole.Invoice.Lines
		}, []string{"credits invalid"}},
		{"a charge in place of a credit", "a credit note bills nothing", creditRequest(inv), func(c *invoice.CreditRequest) {
			c.Credits = []plans.Charge{{Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: giventest.Money("1")}}
		}, []string{"credits[0].corrects invalid"}},
		{"a credit of another invoice", "it is corrected where it was billed", creditRequest(inv), func(c *invoice.CreditRequest) {
			c.Credits = []plans.Charge{{Kind: plans.Refund, Corrects: "inv-1/1", Item: "setup", Currency: "USD", Net: giventest.Money("-1")}}
		}, []string{"credits[0].corrects invalid"}},
		{"the same credits twice", "the credit note was stored before", creditRequest(inv), func(c *invoice.CreditRequest) {
			c.Ledger = []credits.Entry{grantOf("cn-1", "1", false)}
		}, []string{"ledger[0].ref invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.edit != nil {
				c.edit(&c.of)
			}
			got, err := invoice.Credit(c.of)
			giventest.CheckFaults(t, err, c.want...)
			if giventest.JSON(t, got) != giventest.JSON(t, invoice.CreditResult{}) {
				t.Errorf("a credit note comes with the error: %+v: %s", got, c.why)
			}
		})
	}
}

// A credit of unused time on a later invoice lowers the credit notes of the charge.
func TestCreditAfterUnusedTimeCredit(t *testing.T) {
	for _, day := range []string{"2026-11-01", "2026-11-02", "2026-11-16", "2026-11-30"} {
		newYork := giventest.Zone(t, "America/New_York")
		d := richDraft(t)
		d.ID, d.At, d.DueAt, d.CreditedCharges, d.Ledger, d.Installments, d.Every = "inv-2", giventest.Instant("2026-11-01", newYork), d.At, nil, nil, 0, proration.Interval{}
		d.Lines = dollarCharges(t, "2026-11-01/2026-12-01", plans.Item{ID: "seat", Quantity: giventest.Money("7"), Price: plans.Price{Unit: giventest.Money("13.37")}})
		inv := builtWith(t, d)
		later := d
		later.ID, later.At, later.DueAt, later.CreditedCharges, later.Discounts = "inv-3", giventest.Instant(day, newYork), giventest.Instant("2026-12-16", newYork), inv.Lines, nil
		unused, err := credits.Unused(credits.Request{
			Charges: inv.Lines, Item: "seat", Quantity: giventest.Money("3"), At: later.At, CreditBasis: proration.OnBilled, Policy: proration.Standard(2), Location: newYork,
		})
		if err != nil {
			t.Fatal(err)
		}
		later.Lines = unused
		next := builtWith(t, later)
		r := invoice.NewReceivable(inv).Corrected(next)
		result, err := invoice.Credit(creditRequest(r))
		if err != nil {
			t.Fatal(err)
		}
		checkCredited(t, r, &result)
		note := result.Invoice
		for _, sum := range []decimal.Decimal{inv.Net.Add(next.Net).Add(note.Net), inv.Tax.Add(next.Tax).Add(note.Tax), inv.Subtotal.Add(next.Subtotal).Add(note.Subtotal)} {
			if !sum.IsZero() {
				t.Errorf("%s: %v is left of\n%s%s%s", day, sum, inv.Text(), next.Text(), note.Text())
			}
		}
	}
}

// All credit notes of an invoice that uses every feature add up to its charges: whole, or line by line.
func TestCreditNotesAddUpToInvoice(t *testing.T) {
	inv := builtWith(t, richDraft(t))
	request := creditRequest(invoice.NewReceivable(inv))
	request.Policy = inv.Policy
	result, err := invoice.Credit(request)
	if err != nil {
		t.Fatal(err)
	}
	whole := result.Invoice
	gross, net, tax := decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}
	for _, line := range inv.Lines[:5] {
		gross, net = gross.Add(line.Gross()), net.Add(line.Net)
		for _, t := range line.Taxes {
			if !t.Included {
				tax = tax.Add(t.Amount)
			}
		}
	}
	if !whole.Subtotal.Neg().Equal(gross) || !whole.Net.Neg().Equal(net) || !whole.Tax.Neg().Equal(tax) {
		t.Errorf("%v less %v and %v are credited of %v, %v and %v", whole.Subtotal, whole.Discount, whole.Tax, gross, net, tax)
	}
	left := invoice.NewReceivable(inv)
	for i, line := range inv.Lines[:5] {
		c := creditRequest(left, invoice.LineAmount{Line: line.ID})
		c.ID, c.Policy = c.ID+line.ID, inv.Policy
		result, err := invoice.Credit(c)
		if err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		note := result.Invoice
		left = checkCredited(t, left, &result)
		gross, net, tax = gross.Add(note.Subtotal), net.Add(note.Net), tax.Add(note.Tax)
	}
	if !gross.IsZero() || !net.IsZero() || !tax.IsZero() || left.Phase != invoice.PhasePaid {
		t.Errorf("%v, %v and %v are left, and the phase is %v", gross, net, tax, left.Phase)
	}
}

// Earlier credit notes and credits of later invoices count, whether they lowered the invoice or were granted, and each
// counts once.
func TestCreditCountsEarlierCredits(t *testing.T) {
	account, inv := signedAccount(t)
	part := []invoice.LineAmount{{Line: "1/1", Amount: giventest.Money("200")}}
	for _, events := range [][]invoice.Event{nil, {{Kind: invoice.Succeeded, ID: "p", At: inv.IssuedAt}}} {
		r := invoice.NewReceivable(inv)
		for _, e := range events {
			var err error
			if r, err = invoice.Apply(r, e); err != nil {
				t.Fatal(err)
			}
		}
		first, err := invoice.Credit(invoice.CreditRequest{ID: "n1", At: inv.IssuedAt, Receivable: r, Lines: part, Policy: inv.Policy})
		if err != nil {
			t.Fatal(err)
		}
		added := account.Add(first.Invoice)
		if again := added.Add(first.Invoice); giventest.JSON(t, again) != giventest.JSON(t, added) {
			t.Error("a credit note that is added twice is counted twice")
		}
		again := first.Receivable.Corrected(first.Invoice)
		if giventest.JSON(t, again) != giventest.JSON(t, first.Receivable) {
			t.Error("a credit note that is recorded twice is counted twice")
		}
		rest, err := invoice.Credit(invoice.CreditRequest{ID: "n2", At: inv.IssuedAt, Receivable: again, Ledger: added.Ledger, Policy: inv.Policy})
		if err != nil {
			t.Fatal(err)
		}
		giventest.CheckMoney(t, "both credit notes", first.Invoice.Total.Add(rest.Invoice.Total), inv.Total.Neg().String())
		if len(rest.Receivable.Lines[0].Credits) != 2 {
			t.Errorf("the line has the credits %+v", rest.Receivable.Lines[0].Credits)
		}
	}
}
