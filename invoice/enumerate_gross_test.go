package invoice_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// Every gross amount is credited to the cent: the note has exactly that total, each line keeps its proportion of net
// and tax within a cent, no line gives back more than it had, and two notes of everything add up to the invoice. The
// world: two lines of 100.00 and 7.03 with five sets of taxes, and every third amount up to the whole.
func TestEveryGrossAmountIsCredited(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	notes := 0
	for i, taxes := range []string{
		`[]`, `[{"name":"VAT","percent":"20"}]`, `[{"name":"VAT","percent":"19"}]`, `[{"name":"State","percent":"8.25"}]`,
		`[{"name":"State","percent":"6.25"},{"name":"City","percent":"2"},{"name":"VAT","percent":"7","included":true}]`,
	} {
		inv := grossInvoice(t, taxes, i)
		whole := int(inv.Total.Shift(2).IntPart())
		for amount := 1 + i%2; amount <= whole; amount += 2 + race.Step(60) {
			asked := decimal.New(int64(amount), -2)
			r := invoice.NewReceivable(inv)
			first := grossNote(t, r, "cn-1", asked)
			if !first.Invoice.Total.Equal(asked.Neg()) {
				t.Fatalf("%s: %v is credited as %v\n%s", taxes, asked, first.Invoice.Total, first.Invoice.Text())
			}
			for _, line := range first.Invoice.Lines {
				grossLine(t, &inv, &line)
			}
			if notes++; amount == whole {
				continue
			}
			rest := grossNote(t, first.Receivable, "cn-2", inv.Total.Sub(asked))
			if sum := first.Invoice.Net.Add(rest.Invoice.Net).Add(inv.Net); !sum.IsZero() || !rest.Receivable.Outstanding().IsZero() {
				t.Fatalf("%s: %v and the rest leave a net of %v, and %v outstanding", taxes, asked, sum, rest.Receivable.Outstanding())
			}
		}
	}
	t.Logf("%d amounts", notes)
}

// grossInvoice returns an invoice of two lines with the taxes.
func grossInvoice(t *testing.T, taxes string, n int) invoice.Invoice {
	t.Helper()
	policy := invoice.Standard()
	if err := json.Unmarshal([]byte(taxes), &policy.Taxes); err != nil {
		t.Fatal(err)
	}
	inv, err := invoice.Build(invoice.Draft{
		ID: fmt.Sprintf("inv-%d", n), Currency: "USD", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Policy: policy,
		Lines: []plans.Charge{
			{Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: decimal.RequireFromString("100.00")},
			{Kind: plans.OneTime, Item: "training", Currency: "USD", Net: decimal.RequireFromString("7.03")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// grossNote credits a gross amount, and checks the note.
func grossNote(t *testing.T, r invoice.Receivable, id string, amount decimal.Decimal) invoice.CreditResult {
	t.Helper()
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: id, At: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Receivable: r, Amount: amount, Policy: invoice.Standard(),
	})
	if err == nil {
		err = invoice.Check(note.Invoice)
	}
	if err != nil {
		t.Fatalf("%v of %s: %v", amount, r.Invoice, err)
	}
	return note
}

// grossLine fails unless the net and each tax of a credit have the proportion of the line that it credits, within a
// cent, and are at most those of the line.
func grossLine(t *testing.T, inv *invoice.Invoice, credit *plans.Charge) {
	t.Helper()
	for _, line := range inv.Lines {
		if line.ID != credit.Corrects {
			continue
		}
		near := func(part, whole decimal.Decimal) {
			want := whole.Mul(credit.Total()).DivRound(line.Total(), 6)
			if part.Sub(want).Abs().GreaterThan(decimal.New(1, -2)) || part.Neg().GreaterThan(whole) || part.IsPositive() {
				t.Fatalf("%v of %v is credited of %v, want about %v", part, whole, credit.Total(), want)
			}
		}
		near(credit.Net, line.Net)
		for i, tax := range credit.Taxes {
			near(tax.Amount, line.Taxes[i].Amount)
		}
	}
}
