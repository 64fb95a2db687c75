package invoice_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// benchAccount is the account of a contract with the given number of items, and the policy of a seller with one tax.
func benchAccount(tb testing.TB, items int) (invoice.IssueRequest, time.Time) {
	tb.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	monthly, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		tb.Fatal(err)
	}
	o := invoice.IssueRequest{ID: "inv-1", At: start, Policy: invoice.Standard()}
	o.Policy.TaxRoundingLevel = invoice.PerInvoice
	o.Policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.New(19, 0)}}
	o.Contract = plans.Contract{Plan: "pro", Currency: "EUR", Cycle: monthly}
	for i := range items {
		o.Contract.Items = append(o.Contract.Items, plans.Item{
			ID: "item-" + strconv.Itoa(i), Quantity: decimal.New(7, 0), Price: plans.Price{Unit: decimal.New(1499, -2)},
		})
	}
	return o, start.AddDate(0, 0, 12)
}

// issued is the result of a request.
func issued(tb testing.TB, o invoice.IssueRequest) invoice.IssueResult {
	tb.Helper()
	doc, err := invoice.Issue(o)
	if err != nil || doc.Invoice == nil {
		tb.Fatal(doc, err)
	}
	return doc
}

// The benchmark issues a signup and a change of every price a few days later, and checks that invoice, by the number of
// items: the cost of a line does not depend on their number.
func BenchmarkInvoice(b *testing.B) {
	for _, items := range []int{1, 10, 100} {
		o, later := benchAccount(b, items)
		change := o
		change.Account, change.ID, change.At = issued(b, o).Account, "inv-2", later
		change.Change = plans.Change{AnchorAt: later}
		changed := issued(b, change)
		name := strconv.Itoa(items)
		b.Run("signup/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				issued(b, o)
			}
		})
		b.Run("change/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				issued(b, change)
			}
		})
		b.Run("check/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := invoice.Check(*changed.Invoice); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("reconcile/"+name, func(b *testing.B) {
			comparison := invoice.ReconcileRequest{
				Billed: append(issued(b, o).UnexpiredCharges, changed.Invoice.Lines...), Proposed: issued(b, o).UnexpiredCharges, Policy: o.Policy.Proration,
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := invoice.Reconcile(comparison); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
