package invoice_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A period is billed before it begins, by the contract at that time, at the instant of its invoice.
func TestIssueInAdvance(t *testing.T) {
	ahead := func(at string) func(*invoice.IssueRequest) {
		return func(o *invoice.IssueRequest) { o.IssuedAt, o.DueAt = giventest.Instant(at, nil), o.At }
	}
	december := []string{"recurring seat: 10 x 89.00 = 890.00"}
	for _, r := range []issueRow{
		{
			name: "three days before", why: "M17: order and payment on D-3; the period is not billed again on D", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-12-01", with: ahead("2026-11-28"), lines: december, sums: "due 890.00"},
				{at: "2026-12-01"},
				{at: "2027-01-01", lines: december, sums: "due 890.00"},
			},
		},
		{
			name: "changed before it begins", why: "2 days of November are left: -890.00 x 2/30; the next period is credited in full", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-12-01", with: ahead("2026-11-28"), lines: december, sums: "due 890.00"},
				{
					at: "2026-11-29", change: plans.Change{Cancel: true}, with: func(o *invoice.IssueRequest) {
						o.Policy.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}
					}, lines: []string{
						"proration_credit seat: 10 not used of inv-2/1, -890.00 x 31/31 days = -890.00",
						"proration_credit seat: 10 not used of inv-1/1, -890.00 x 2/30 days = -59.333..., rounded half up to -59.33",
					}, sums: "total -949.33, granted 949.33, due 0.00",
				},
			},
		},
		{
			name: "impossible requests", why: "law 14: bad input is an error that names its field", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-12-01", with: func(o *invoice.IssueRequest) { o.IssuedAt = giventest.Instant("2027-01-01", nil) }, faults: []string{"issued_at outside"}},
				{at: "2026-12-01", change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}}}, with: ahead("2026-11-28"), faults: []string{"issued_at invalid"}},
				{at: "2026-12-01", with: func(o *invoice.IssueRequest) {
					ahead("2026-11-28")(o)
					o.Policy.Timing, o.UnbilledSince = proration.InArrears, giventest.Instant("2026-11-01", nil)
				}, faults: []string{"issued_at invalid"}},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// The invoice has the date of issue: credit that is granted later does not pay it, and credit that expires before the
// period does.
func TestIssueInAdvanceHasDateOfIssue(t *testing.T) {
	first, err := invoice.Issue(invoice.IssueRequest{Account: invoice.Account{Contract: issueSeats("10", "89.00")}, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard()})
	if err != nil {
		t.Fatal(err)
	}
	first.Ledger = []credits.Entry{{
		Kind: credits.Granted, ID: "gift", Amount: giventest.Money("90.00"), Currency: "USD", At: giventest.Instant("2026-11-02", nil), Expires: giventest.Instant("2026-11-30", nil),
	}}
	o := invoice.IssueRequest{Account: first.Account, ID: "inv-2", At: giventest.Instant("2026-12-01", nil), IssuedAt: giventest.Instant("2026-11-28", nil), Policy: invoice.Standard()}
	doc, err := invoice.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the amount due", doc.Invoice.AmountDue, "800.00")
	if !doc.Invoice.IssuedAt.Equal(o.IssuedAt) {
		t.Errorf("the invoice is dated %v", doc.Invoice.IssuedAt)
	}
	if _, err := invoice.Apply(invoice.NewReceivable(*doc.Invoice), invoice.Event{Kind: invoice.Succeeded, ID: "p", At: o.IssuedAt}); err != nil {
		t.Errorf("the invoice cannot be paid on the day of issue: %v", err)
	}
}
