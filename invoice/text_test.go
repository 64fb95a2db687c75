package invoice_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
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
	for _, c := range []struct {
		name, why string
		draft     invoice.Draft
		want      string
	}{
		{"credit that pays in part", "each entry that pays, and what is due", withCredit, `
Invoice inv-2, 2026-11-01, USD, open
  growth, recurring, 2026-11-01 until 2026-12-01                        890.00
    seat: 10 x 89.00 = 890.00
  Credit from inv-0                                                    -300.00
  Credit from inv-1                                                    -200.50
  Due                                                                   389.50
`},
		{"credit that pays for it", "what is left of the credit is told", more, `
Invoice inv-2, 2026-11-01, USD, paid
  growth, recurring, 2026-11-01 until 2026-12-01                        890.00
    seat: 10 x 89.00 = 890.00
  Credit from inv-0                                                    -890.00
  Due                                                                     0.00
  Credit balance afterwards                                             110.00
`},
		{"a downgrade", "K5: what is left over becomes credit", downgrade(t, "USD"), `
Invoice inv-2, 2026-11-11, USD, paid
  scale, unused, 2026-11-11 until 2026-12-01                           -926.67
    seat: 10 not used of inv-1/1, -1390.00 x 20/30 days = -926.666..., rounded
      half up to -926.67
  growth, addition, 2026-11-11 until 2026-12-01                         593.33
    seat: 10 x 89.00, 890.00 x 20/30 days = 593.333..., rounded half up to
      593.33
  Granted as credit for later invoices                                  333.34
  Due                                                                     0.00
  Credit balance afterwards                                             333.34
`},
		{"in yen", "amounts have the places of the currency", yen, `
Invoice inv-2, 2026-11-11, JPY, paid
  scale, unused, 2026-11-11 until 2026-12-01                              -927
    seat: 10 not used of inv-1/1, -1390 x 20/30 days = -926.6..., rounded half
      up to -927
  growth, addition, 2026-11-11 until 2026-12-01                            593
    seat: 10 x 89, 890 x 20/30 days = 593.3..., rounded half up to 593
  Granted as credit for later invoices                                     334
  Due                                                                        0
  Credit balance afterwards                                                334
`},
		{"in dinars", "as above", downgrade(t, "KWD"), `
Invoice inv-2, 2026-11-11, KWD, paid
  scale, unused, 2026-11-11 until 2026-12-01                          -926.667
    seat: 10 not used of inv-1/1, -1390.000 x 20/30 days = -926.6666...,
      rounded half up to -926.667
  growth, addition, 2026-11-11 until 2026-12-01                        593.333
    seat: 10 x 89.000, 890.000 x 20/30 days = 593.3333..., rounded half up to
      593.333
  Granted as credit for later invoices                                 333.334
  Due                                                                    0.000
  Credit balance afterwards                                            333.334
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

// However long an amount or a name is, and in whatever script, no row is wider than 78 columns, and each amount ends there.
func TestInvoiceTextLayout(t *testing.T) {
	d := draft(lines("890.00", "99999999999999999999999999999999999.99", "0.01")...) // and their sum
	d.Lines[0].Plan = "Größe XL, 標準"
	d.Lines[2].Plan = strings.TrimSpace(strings.Repeat("long ", 30))
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `Invoice inv-2, 2026-12-01, USD, open
  Größe XL, 標準, recurring                                               890.00
    seat: 890.00
  growth, recurring                     99999999999999999999999999999999999.99
    seat: 99999999999999999999999999999999999.99
  long long long long long long long long long long long long long long
    long long long long long long long long long long long long long long
    long long, recurring                                                  0.01
    seat: 0.01
  Due                                  100000000000000000000000000000000890.00
`
	if got := inv.Text(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Law 14: no invoice, however it was put together, makes Text panic or work without bound.
func TestInvoiceTextHostile(t *testing.T) {
	for _, inv := range []invoice.Invoice{
		{},
		{Lines: []plans.Charge{{}}, Entries: []credits.Entry{{}}},
		{Currency: "usd", Status: 99, Lines: []plans.Charge{line(99, "1")}},
		{Currency: "JPY", Due: giventest.Money("0.5"), Balance: giventest.Money("-1")},
	} {
		if got := inv.Text(); !strings.HasPrefix(got, "Invoice ") || !strings.HasSuffix(got, "\n") {
			t.Errorf("got %q", got)
		}
	}
	if got := (invoice.Invoice{Due: giventest.Money("1.5")}).Text(); !strings.HasSuffix(got, " 1.50\n") {
		t.Errorf("in no currency, two places are a guess that keeps cents: %q", got)
	}
	for name, inv := range map[string]invoice.Invoice{
		"due":     {Currency: "USD", Due: decimal.New(1, 100_000)},
		"balance": {Currency: "USD", Balance: decimal.New(1, 100_000)},
		"net":     {Currency: "USD", Lines: []plans.Charge{{Kind: plans.Recurring}}},
		"entry":   {Currency: "USD", Entries: []credits.Entry{{Amount: decimal.New(1, 100_000)}}},
	} {
		if name == "net" {
			inv.Lines[0].Net = decimal.New(1, 100_000)
		}
		if got := inv.Text(); len(got) > 2000 {
			t.Errorf("with a hostile amount in %s, the text has %d characters", name, len(got))
		}
	}
}
