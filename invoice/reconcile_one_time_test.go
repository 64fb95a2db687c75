package invoice_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// A one-time or usage charge that is not proposed is credited as a whole, on a valid invoice, and only once.
func TestReconcileCreditsOneTimeChargesWhole(t *testing.T) {
	p := invoice.Standard()
	at := giventest.Instant("2026-01-01", nil)
	for _, row := range []struct {
		name string
		sold plans.Charge
	}{
		{"counted", plans.Charge{Kind: plans.OneTime, Quantity: decimal.NewFromInt(3), Price: plans.Price{Unit: giventest.Money("12.10")}}},
		{"without a quantity", plans.Charge{Kind: plans.OneTime, Net: giventest.Money("80.00")}},
		{"used", plans.Charge{Kind: plans.Usage, Quantity: decimal.NewFromInt(3), Price: plans.Price{Unit: giventest.Money("0.05")}}},
		{"usage of a month", plans.Charge{Kind: plans.Usage, Net: giventest.Money("7.00"), Span: giventest.Period("2026-01-01/2026-02-01", nil), Period: giventest.Period("2026-01-01/2026-02-01", nil)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.sold.Plan, row.sold.Item, row.sold.Currency = "basic", "setup", "USD"
			first, err := invoice.Build(invoice.Draft{ID: "s-1", Currency: "USD", At: at, Lines: []plans.Charge{row.sold}, Policy: p})
			if err != nil {
				t.Fatal(err)
			}
			c := invoice.ReconcileRequest{Billed: first.Lines, Policy: p.Proration}
			d, err := invoice.Reconcile(c)
			if err != nil || len(d.Lines) != 1 {
				t.Fatalf("%d lines: %v", len(d.Lines), err)
			}
			second, err := invoice.Build(invoice.Draft{ID: "s-2", Currency: "USD", At: at, Lines: d.Lines, CreditedCharges: first.Lines, Policy: p})
			if err != nil {
				t.Fatal(err)
			}
			if !second.Total.Equal(first.Total.Neg()) {
				t.Errorf("%v is credited of %v", second.Total, first.Total)
			}
			if err := invoice.Check(second); err != nil {
				t.Error(err)
			}
			c.Billed = append(c.Billed, second.Lines...)
			if d, err = invoice.Reconcile(c); err != nil || len(d.Lines) != 0 {
				t.Errorf("the second time gives %d lines: %v", len(d.Lines), err)
			}
			c.Billed, c.Proposed = first.Lines, []plans.Charge{clone.Deep(first.Lines[0])}
			c.Proposed[0].Plan, c.Proposed[0].ID = "pro", ""
			if d, err = invoice.Reconcile(c); err != nil || len(d.Lines) != 0 {
				t.Errorf("with another plan there are %d lines: %v", len(d.Lines), err)
			}
			many := clone.Deep(first.Lines[0])
			many.Quantity = decimal.NewFromInt(9)
			wrong := clone.Deep(second)
			wrong.Lines[0].Quantity = many.Quantity
			if invoice.Check(wrong) == nil {
				t.Error("more units are credited than were sold")
			}
		})
	}
}

// Of two equal sales in two periods, the one that is not proposed is credited.
func TestReconcileMatchesSalesOfAPeriodFirst(t *testing.T) {
	sale := plans.Charge{
		Kind: plans.OneTime, Plan: "basic", Item: "setup", Currency: "USD", Net: giventest.Money("9.99"),
	}
	var sales []plans.Charge
	for i, period := range []string{"2026-02-01/2026-03-01", "2026-04-01/2026-05-01"} {
		sale.ID, sale.Period = []string{"s-1/1", "s-2/1"}[i], giventest.Period(period, nil)
		sales = append(sales, sale)
	}
	for i, other := range []int{1, 0} {
		c := invoice.ReconcileRequest{Billed: sales, Proposed: sales[i : i+1], Policy: invoice.Standard().Proration}
		d, err := invoice.Reconcile(c)
		if err != nil || len(d.Lines) != 1 || d.Lines[0].Corrects != sales[other].ID {
			t.Errorf("%v: %v, want a credit of %s", d.Lines, err, sales[other].ID)
		}
	}
}
