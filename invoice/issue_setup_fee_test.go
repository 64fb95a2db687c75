package invoice_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The set-up fee is on the invoice of the first period, and on no other document. A period that costs nothing leaves it
// to the next one.
func TestSetupFeesAreBilledOnce(t *testing.T) {
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	more := plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(10)}}}
	for _, c := range []struct {
		name     string
		timing   proration.Timing
		requests []invoice.IssueRequest
		want     []string // totals
	}{
		{"in advance", proration.InAdvance, []invoice.IssueRequest{{At: first}, {At: first, Change: more}, {At: first.AddDate(0, 1, 0)}}, []string{"1190", "890", "1780"}},
		{"in arrears", proration.InArrears, []invoice.IssueRequest{{At: first}, {At: first.AddDate(0, 1, 0)}, {At: first.AddDate(0, 2, 0)}}, []string{"300", "890", "890"}},
		{"a free period", proration.InAdvance, []invoice.IssueRequest{
			{At: first, Extent: proration.ExtentNone}, {At: first.AddDate(0, 1, 0)}, {At: first.AddDate(0, 2, 0)},
		}, []string{"0", "1190", "890"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			account := invoice.Account{Contract: tenSeats(first)}
			account.Contract.SetupFees = []plans.Item{{ID: "onboarding", Quantity: decimal.NewFromInt(1), Price: plans.Price{Flat: decimal.NewFromInt(300)}}}
			if c.timing == proration.InArrears {
				account.UnbilledSince = first
			}
			for i, request := range c.requests {
				request.Account, request.ID, request.Policy = account, "inv-"+string(rune('1'+i)), invoice.Standard()
				request.Policy.Timing = c.timing
				result, err := invoice.Issue(request)
				if err != nil {
					t.Fatal(err)
				}
				if total := result.Invoice.Total.String(); total != c.want[i] {
					t.Errorf("invoice %d of %s, want %s:\n%s", i+1, total, c.want[i], result.Invoice.Text())
				}
				account = result.Account
			}
		})
	}
}
