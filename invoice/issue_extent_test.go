package invoice_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The nine combinations of how much a change charges and credits (Recurly's proration settings): 890.00 to 990.00 with
// half of November left.
func TestIssueExtents(t *testing.T) {
	full := map[proration.Extent]string{proration.ExtentProrated: "495.00", proration.ExtentFull: "990.00", proration.ExtentNone: "0.00"}
	back := map[proration.Extent]string{proration.ExtentProrated: "-445.00", proration.ExtentFull: "-890.00", proration.ExtentNone: "0.00"}
	for charge, charged := range full {
		for credit, credited := range back {
			policy := issuePolicy(func(p *invoice.Policy) { p.Proration.Charge, p.Proration.Credit = charge, credit })
			first := issueFirst(t, issueSeats("10", "89.00"), policy)
			doc, err := invoice.Issue(invoice.IssueRequest{
				Account: first, ID: "inv-2", At: giventest.Instant("2026-11-16", nil), Change: issuePrice("99.00"), Policy: policy,
			})
			if err != nil {
				t.Fatal(err)
			}
			var charges, credits decimal.Decimal
			if doc.Invoice != nil {
				for _, line := range doc.Invoice.Lines {
					if line.Corrects != "" {
						credits = credits.Add(line.Net)
					} else {
						charges = charges.Add(line.Net)
					}
				}
				if err := invoice.Check(*doc.Invoice); err != nil {
					t.Errorf("charge %v, credit %v: %v", charge, credit, err)
				}
			}
			if charges.StringFixed(2) != charged || credits.StringFixed(2) != credited {
				t.Errorf("charge %v, credit %v: %v and %v, want %s and %s", charge, credit, charges, credits, charged, credited)
			}
		}
	}
}

// issueFirst returns the account after the first invoice, of November 2026.
func issueFirst(t *testing.T, contract plans.Contract, policy invoice.Policy) invoice.Account {
	t.Helper()
	doc, err := invoice.Issue(invoice.IssueRequest{
		Account: invoice.Account{Contract: contract}, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: policy,
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc.Account
}

// A change counts from another instant of its period, and the contract changes at its own.
func TestIssueProrateFrom(t *testing.T) {
	first := issueFirst(t, issueSeats("10", "89.00"), invoice.Standard())
	for _, c := range []struct {
		from, total string
		faults      []string
	}{
		{"", "50.00", nil}, {"2026-11-11", "66.67", nil}, {"2026-11-01", "100.00", nil}, {"2026-11-21", "33.33", nil},
		{"2026-10-31", "", []string{"prorate_from outside"}}, {"2026-12-01", "", []string{"prorate_from outside"}},
	} {
		o := invoice.IssueRequest{Account: first, ID: "inv-2", At: giventest.Instant("2026-11-16", nil), Change: issuePrice("99.00"), Policy: invoice.Standard()}
		if c.from != "" {
			o.ProrateFrom = giventest.Instant(c.from, nil)
		}
		doc, err := invoice.Issue(o)
		if giventest.CheckFaults(t, err, c.faults...); err != nil {
			continue
		}
		if got := doc.Invoice.Total.StringFixed(2); got != c.total || doc.Contract.Items[0].Price.Unit.String() != "99" {
			t.Errorf("from %s: %s, want %s", c.from, got, c.total)
		}
	}
	o := invoice.IssueRequest{Account: first, ID: "inv-2", At: giventest.Instant("2026-11-16", nil), Policy: invoice.Standard()}
	o.ProrateFrom = o.At
	_, err := invoice.Issue(o)
	giventest.CheckFaults(t, err, "prorate_from invalid")
}

// A period that costs nothing has no shortfall of the minimum commitment.
func TestIssueFreePeriod(t *testing.T) {
	contract := issueSeats("10", "89.00")
	contract.Minimum = giventest.Money("1000")
	for extent, want := range map[proration.Extent]string{0: "1000.00", proration.ExtentNone: "890.00"} {
		doc, err := invoice.Issue(invoice.IssueRequest{
			Account: invoice.Account{Contract: contract}, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard(), Extent: extent,
		})
		if err != nil {
			t.Fatal(err)
		}
		doc, err = invoice.Issue(invoice.IssueRequest{Account: doc.Account, ID: "inv-2", At: giventest.Instant("2026-12-01", nil), Policy: invoice.Standard()})
		if err != nil || doc.Invoice.Total.StringFixed(2) != want {
			t.Errorf("November %v: December costs %v, %v, want %s", extent, doc.Invoice.Total, err, want)
		}
	}
}

// Credits and credit reduce the last installments first, and payments pay the first ones.
func TestReceivableInstallments(t *testing.T) {
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-1", Currency: "USD", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard(), Installments: 3, Every: proration.Interval{Months: 1},
		Lines: []plans.Charge{{Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: giventest.Money("300.00")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(r invoice.Receivable) (all string) {
		for _, at := range []string{"2026-11-01", "2026-12-01", "2027-01-01"} {
			all += r.DueBy(giventest.Instant(at, nil)).String() + " "
		}
		next, has := r.NextInstallment(giventest.Instant("2026-11-01", nil))
		return all + fmt.Sprint(has, next.Amount)
	}
	r := invoice.NewReceivable(inv)
	if got := text(r); got != "100 200 300 true 100" {
		t.Errorf("new: %s", got)
	}
	apply := func(kind invoice.EventKind, id, amount string) {
		if r, err = invoice.Apply(r, invoice.Event{Kind: kind, ID: id, At: giventest.Instant("2026-11-02", nil), Amount: giventest.Money(amount)}); err != nil {
			t.Fatal(err)
		}
	}
	apply(invoice.CreditApplied, "c", "150.00")
	if got := text(r); got != "100 150 150 true 50" {
		t.Errorf("with credit: %s", got)
	}
	apply(invoice.Succeeded, "p", "120.00")
	if got := text(r); got != "0 30 30 true 30" {
		t.Errorf("paid: %s", got)
	}
	apply(invoice.Succeeded, "q", "30.00")
	if got := text(r); got != "0 0 0 false 0" {
		t.Errorf("paid in full: %s", got)
	}
}

// A percentage that is in its last period also takes its part of the rest of that period, which a known end left out.
func TestIssueKnownEndKeepsTheCoupon(t *testing.T) {
	contract := issueDiscounted(issueSeats("10", "90.00"), plans.Discount{ID: "start", Percent: giventest.Money("50"), Duration: plans.Once})
	contract.Until = giventest.Instant("2026-11-21", nil)
	doc, err := invoice.Issue(invoice.IssueRequest{
		Account: invoice.Account{Contract: contract}, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard(),
	})
	if err != nil || doc.Invoice.Total.StringFixed(2) != "300.00" {
		t.Fatalf("%v, %v", doc.Invoice, err)
	}
	doc, err = invoice.Issue(invoice.IssueRequest{
		Account: doc.Account, ID: "inv-2", At: giventest.Instant("2026-11-11", nil), Policy: invoice.Standard(),
		Change: plans.Change{Until: giventest.Instant("2026-12-01", nil)},
	})
	if err != nil || doc.Invoice.Total.StringFixed(2) != "150.00" {
		t.Errorf("the rest costs %v, %v, want 150.00", doc.Invoice.Total, err)
	}
}
