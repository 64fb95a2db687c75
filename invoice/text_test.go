package invoice_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

func TestInvoiceText(t *testing.T) {
	withCredit := draft(billed(t, "USD", "growth", "89.00", "2026-11-01/2026-12-01")...)
	withCredit.At = giventest.Instant("2026-11-01", nil)
	withCredit.Ledger = []credits.Entry{entry("inv-0", "300.00", "2026-10-01"), entry("inv-1", "200.50", "2026-10-02")}
	more := withCredit
	more.Ledger = []credits.Entry{entry("inv-0", "1000", "2026-10-01")}
	yen := downgrade(t, "JPY")
	review, note := withCredit, draft(lines("-40")...)
	review.AsDraft, note.AsDraft, note.Corrects, note.AppliedToInvoice = true, true, "inv-1", giventest.Money("40")
	for _, c := range []struct {
		name, why string
		draft     invoice.Draft
		want      string
	}{
		{"credit that pays a part", "the text lists each paying entry and the amount due", withCredit, `
Invoice inv-2, 2026-11-01, USD
  growth, recurring, 2026-11-01 until 2026-12-01                        890.00
    seat: 10 x 89.00 = 890.00
  Credit applied (inv-0)                                               -300.00
  Credit applied (inv-1)                                               -200.50
  Amount due                                                            389.50
`},
		{"a draft", "the title says that it is not issued", review, `
Draft invoice inv-2, 2026-11-01, USD
  growth, recurring, 2026-11-01 until 2026-12-01                        890.00
    seat: 10 x 89.00 = 890.00
  Credit applied (inv-0)                                               -300.00
  Credit applied (inv-1)                                               -200.50
  Amount due                                                            389.50
`},
		{"the draft of a credit note", "the title says that it is not issued", note, `
Draft credit note inv-2 for invoice inv-1, 2026-12-01, USD
  growth, refund                                                        -40.00
    seat: -40.00 of inv-1/1
  Applied to invoice inv-1                                               40.00
  Amount due                                                              0.00
`},
		{"credit that pays everything", "the text shows the remaining credit", more, `
Invoice inv-2, 2026-11-01, USD
  growth, recurring, 2026-11-01 until 2026-12-01                        890.00
    seat: 10 x 89.00 = 890.00
  Credit applied (inv-0)                                               -890.00
  Amount due                                                              0.00
  Credit balance                                                        110.00
`},
		{"a downgrade", "K5: the surplus becomes credit", downgrade(t, "USD"), `
Invoice inv-2, 2026-11-11, USD
  scale, proration_credit, 2026-11-11 until 2026-12-01                 -926.67
    seat: 10 not used of inv-1/1, -1390.00 x 20/30 days = -926.666..., rounded
      half up to -926.67
  growth, proration_charge, 2026-11-11 until 2026-12-01                 593.33
    seat: 10 x 89.00, 890.00 x 20/30 days = 593.333..., rounded half up to
      593.33
  Credit granted                                                        333.34
  Amount due                                                              0.00
  Credit balance                                                        333.34
`},
		{"in yen", "amounts have the places of the currency", yen, `
Invoice inv-2, 2026-11-11, JPY
  scale, proration_credit, 2026-11-11 until 2026-12-01                    -927
    seat: 10 not used of inv-1/1, -1390 x 20/30 days = -926.6..., rounded half
      up to -927
  growth, proration_charge, 2026-11-11 until 2026-12-01                    593
    seat: 10 x 89, 890 x 20/30 days = 593.3..., rounded half up to 593
  Credit granted                                                           334
  Amount due                                                                 0
  Credit balance                                                           334
`},
		{"in dinars", "amounts have the places of the currency", downgrade(t, "KWD"), `
Invoice inv-2, 2026-11-11, KWD
  scale, proration_credit, 2026-11-11 until 2026-12-01                -926.667
    seat: 10 not used of inv-1/1, -1390.000 x 20/30 days = -926.6666...,
      rounded half up to -926.667
  growth, proration_charge, 2026-11-11 until 2026-12-01                593.333
    seat: 10 x 89.000, 890.000 x 20/30 days = 593.3333..., rounded half up to
      593.333
  Credit granted                                                       333.334
  Amount due                                                             0.000
  Credit balance                                                       333.334
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv, err := invoice.Build(c.draft)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := inv.Text(), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("got\n%swant\n%s%s", got, want, c.why)
			}
			stored := giventest.CheckRoundTrip(t, inv)
			if got, want := stored.Text(), inv.Text(); got != want {
				t.Errorf("read back, it is\n%swant\n%s", got, want)
			}
		})
	}
}

// Whatever the length and script of amounts and names, each row has at most 78 columns, and amounts end at the last.
func TestInvoiceTextLayout(t *testing.T) {
	d := draft(lines("890.00", "99999999999999999999999999999999999.99", "0.01")...) // with their sum
	d.Lines[0].Plan = "Größe XL, 標準"
	d.Lines[2].Plan = strings.TrimSpace(strings.Repeat("long ", 30))
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `Invoice inv-2, 2026-12-01, USD
  Größe XL, 標準, recurring                                               890.00
    seat: 890.00
  growth, recurring                     99999999999999999999999999999999999.99
    seat: 99999999999999999999999999999999999.99
  long long long long long long long long long long long long long long
    long long long long long long long long long long long long long long
    long long, recurring                                                  0.01
    seat: 0.01
  Amount due                           100000000000000000000000000000000890.00
`
	if got := inv.Text(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Law 14: no invoice makes Text panic or work without bound.
func TestInvoiceTextHostile(t *testing.T) {
	for _, inv := range []invoice.Invoice{
		{},
		{Lines: []plans.Charge{{}}, LedgerEntries: []credits.Entry{{}}},
		{Currency: "usd", Lines: []plans.Charge{line(99, "1")}},
		{Currency: "JPY", AmountDue: giventest.Money("0.5"), CreditBalance: giventest.Money("-1")},
	} {
		if got := inv.Text(); !strings.HasPrefix(got, "Invoice ") || !strings.HasSuffix(got, "\n") {
			t.Errorf("got %q", got)
		}
	}
	if got := (invoice.Invoice{AmountDue: giventest.Money("1.5")}).Text(); !strings.HasSuffix(got, " 1.50\n") {
		t.Errorf("without a currency, two places are not printed: %q", got)
	}
	for name, inv := range map[string]invoice.Invoice{
		"due":     {Currency: "USD", AmountDue: decimal.New(1, 100_000)},
		"balance": {Currency: "USD", CreditBalance: decimal.New(1, 100_000)},
		"net":     {Currency: "USD", Lines: []plans.Charge{{Kind: plans.Recurring}}},
		"entry":   {Currency: "USD", LedgerEntries: []credits.Entry{{Amount: decimal.New(1, 100_000)}}},
	} {
		if name == "net" {
			inv.Lines[0].Net = decimal.New(1, 100_000)
		}
		if got := inv.Text(); len(got) > 2000 {
			t.Errorf("with a hostile amount in %s, the text has %d characters", name, len(got))
		}
	}
}

// Whatever names and numbers an invoice has, each row is printable text of at most 78 columns.
func TestInvoiceTextFits(t *testing.T) {
	long := strings.Repeat("0123456789", 30)
	nine := strings.Repeat("9", 36) + ".99"
	inv, err := invoice.Build(draft(lines("-"+nine, nine, "0.01")...))
	if err != nil {
		t.Fatal(err)
	}
	tax := plans.Tax{Name: long, Percent: giventest.Money("19"), Amount: giventest.Money(nine)}
	for name, edit := range map[string]func(*invoice.Invoice){
		"unedited": func(*invoice.Invoice) {},
		"long IDs": func(inv *invoice.Invoice) {
			inv.ID, inv.Corrects, inv.Lines[0].Corrects, inv.Lines[1].Item = long, long, long, long
		},
		"line breaks": func(inv *invoice.Invoice) {
			inv.ID, inv.Corrects, inv.Lines[1].Plan, inv.Lines[1].Item = "a\nb\r\nc", "\n", "\u2028x\v", "\x1b[31m"
		},
		"only space": func(inv *invoice.Invoice) {
			inv.Contact.Name, inv.Contact.Email, inv.Lines[1].Plan = " ", "\n\n", "   "
		},
		"no text":        func(inv *invoice.Invoice) { inv.Contact.Name = "\xff\xfe" },
		"a long address": func(inv *invoice.Invoice) { inv.Contact.Address = []string{long, "", long + " " + long} },
		"a long tax": func(inv *invoice.Invoice) {
			inv.Lines[1].Taxes, inv.Taxes = []plans.Tax{tax}, []invoice.TaxTotal{{Name: long, Of: inv.Net, Amount: inv.Lines[1].Net}}
		},
		"a long discount": func(inv *invoice.Invoice) {
			inv.Lines[1].Discounts, inv.Discount = []plans.Deduction{{Discount: long, Reason: long, Amount: giventest.Money(nine)}}, giventest.Money(nine)
		},
		"long entries": func(inv *invoice.Invoice) {
			inv.LedgerEntries = []credits.Entry{{Kind: credits.Spent, ID: long, Amount: giventest.Money("-" + nine)}}
		},
		"parts": func(inv *invoice.Invoice) { inv.Installments = []plans.Installment{{Amount: giventest.Money(nine)}} },
		"offset": func(inv *invoice.Invoice) {
			inv.Corrects, inv.AppliedToInvoice, inv.Refund = long, giventest.Money(nine), giventest.Money(nine)
		},
		"invalid numbers": func(inv *invoice.Invoice) {
			inv.AmountDue, inv.Lines[0].Net, inv.CreditBalance = decimal.New(1, 100_000), decimal.New(-1, -100_000), decimal.New(1, 90)
			inv.Total, inv.Discount = decimal.New(-1, -95), giventest.Money("-"+strings.Repeat("7", 99))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inv := clone.Deep(inv)
			edit(&inv)
			textFits(t, inv.Text())
		})
	}
}

// textFits fails if a row is too wide or has a nonprintable character.
func textFits(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\n") {
		t.Errorf("the text does not end with a row: %q", text)
	}
	for _, row := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if n := utf8.RuneCountInString(row); n > 78 || strings.ContainsFunc(row, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("a row is %d columns wide: %q", n, row)
		}
		if row != strings.TrimRight(row, " ") {
			t.Errorf("a row ends with space: %q", row)
		}
	}
}

// Any text in any field fits.
func FuzzInvoiceText(f *testing.F) {
	f.Add("inv-1", "growth", "seat", "Acme", int64(89), int32(-2))
	f.Add("a\nb", "", "\x00\u2028", "\xff", int64(-1), int32(36))
	f.Add(strings.Repeat("x", 200), strings.Repeat("y ", 200), "標準", " ", int64(math.MaxInt64), int32(19))
	f.Add("", "", "", "", int64(1), int32(99))
	f.Add("0", strings.Repeat(" ", 80)+"y", "\t", "$", int64(1), int32(19)) // leading space is not the indent of a row
	f.Fuzz(func(t *testing.T, id, plan, item, name string, amount int64, exponent int32) {
		if len(id)+len(plan)+len(item)+len(name) > 2000 {
			return
		}
		number := decimal.New(amount, exponent)
		inv := invoice.Invoice{
			ID: id, Corrects: plan, Currency: "USD", Contact: invoice.Contact{Name: name, Email: item, Address: []string{id, plan}},
			Lines: []plans.Charge{
				{Kind: plans.OneTime, Plan: plan, Item: item, Net: number, Taxes: []plans.Tax{{Name: name, Percent: number, Amount: number}}},
				{Kind: plans.ProrationCredit, Plan: plan, Item: item, Corrects: id, Quantity: number, Net: number, Discounts: []plans.Deduction{{Reason: name, Amount: number}}},
			},
			LedgerEntries: []credits.Entry{{Kind: credits.Spent, ID: id, Amount: number}}, AmountDue: number, CreditBalance: number, Refund: number, AppliedToInvoice: number,
			Taxes: []invoice.TaxTotal{{Name: name, Percent: number, Of: number, Amount: number}},
		}
		textFits(t, inv.Text())
	})
}

// An invoice is printed with the dates of its own calendar, whatever zone its instants are in.
func TestInvoiceTextUsesContractCalendar(t *testing.T) {
	berlin := giventest.Zone(t, "Europe/Berlin")
	contract := plans.Contract{
		Plan: "pro", Currency: "EUR", Cycle: giventest.Cycle("2027-01-01", "P1M", berlin),
		Items: []plans.Item{{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money("31")}}},
	}
	o := seatRequest(invoice.Account{Contract: contract}, "1", "2026-12-31T23:00:00", plans.Change{})
	doc, err := invoice.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(doc.Invoice)
	if err != nil {
		t.Fatal(err)
	}
	var stored invoice.Invoice
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	stored.Location, stored.IssuedAt = berlin, stored.IssuedAt.UTC()
	for _, got := range []string{doc.Invoice.Text(), stored.Text()} {
		if !strings.HasPrefix(got, "Invoice 1, 2027-01-01, EUR") || !strings.Contains(got, "2027-01-01 until 2027-02-01") {
			t.Errorf("the text is\n%s", got)
		}
	}
}
