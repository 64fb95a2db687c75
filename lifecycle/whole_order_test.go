package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// A change of the plan, three items, the billing dates and a discount is one invoice, which Check accepts and which
// reads in one page.
func TestWholeOrderIsOneInvoice(t *testing.T) {
	sub := replayEvents(t, anyChange(), "2026-01-02", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p")).Subscription
	plan := plans.Plan{ID: "pro", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("150")}},
		{Item: "desk", Currency: "USD", Price: plans.Price{Unit: giventest.Money("20")}},
		{Item: "phone", Currency: "USD", Price: plans.Price{Flat: giventest.Money("5"), Unit: giventest.Money("7")}},
	}}
	e := changedOn(t, "2026-01-11", `{"items": [{"id": "seat", "quantity": "8"}, {"id": "desk", "quantity": "2"}, {"id": "phone", "quantity": "3"}],
		"anchor": "reset", "add_discounts": [{"id": "loyal", "percent": "10", "duration": "forever"}]}`)
	e.Change.Plan = &plan
	e.Sequence = 3
	out, err := applyWith(anyChange(), sub, e)
	if err != nil || len(out.Invoices) != 1 {
		t.Fatalf("%d invoices, %v", len(out.Invoices), err)
	}
	inv := out.Invoices[0]
	// (8 x 150.00 + 2 x 20.00 + 5.00 + 3 x 7.00) less 10 %, less 1,000.00 x 21/31: 1,139.40 - 677.42
	if want := "461.98"; inv.Total.StringFixed(2) != want {
		t.Errorf("the total is %v, want %s", inv.Total, want)
	}
	if err := invoice.Check(inv); err != nil {
		t.Error(err)
	}
	if lines := strings.Count(inv.Text(), "\n"); lines > 40 {
		t.Errorf("the invoice has %d lines of text", lines)
	}
}
