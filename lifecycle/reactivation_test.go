package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A customer who returns before time that is already paid starts a new period, and the paid time is not billed twice.
func TestReactivationDoesNotBillPaidTimeTwice(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead, p.Billing.Refunds = proration.Interval{}, []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsNothing}}
	term := plans.Term{Length: giventest.Interval("P1M"), Billing: plans.UpFront, Renewal: plans.Renew}
	sub := tenSeatsFromJanuary()
	sub.Contract.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-01/2026-02-01", nil)}}
	refund := paymentOn("2026-01-15", lifecycle.PaymentRefunded, "r-1", "")
	refund.Reason = "goodwill"
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc("2026-01-20"), eventOn("2026-01-01", lifecycle.Started),
		eventOn("2026-01-10", lifecycle.Changed, func(e *lifecycle.Event) { e.Change = plans.Change{Term: &term} }),
		eventOn("2026-01-12", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately }), refund, eventOn("2026-01-20", lifecycle.Reactivated))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	// January was credited and February was paid: the month from January 20 on costs the same.
	giventest.CheckMoney(t, "total billed", totalBilled(out), "1000.00")
	if at := utc("2026-02-10"); !unitsOn(at, &out).Equal(decimal.NewFromInt(10)) {
		t.Errorf("%v units are billed for %v", unitsOn(at, &out), at)
	}
}

// A free item does not make a period paid: a customer whose unused part was credited starts a new period, also if the
// contract has a free item.
func TestFreeItemDoesNotMakeAPeriodPaid(t *testing.T) {
	p, sub := advancePolicy(), tenSeatsFromJanuary()
	p.Renewal.Lead, p.Reactivation.BillingAnchor = proration.Interval{}, plans.AnchorKeep
	sub.Contract.Items = append(sub.Contract.Items, plans.Item{ID: "sso", Quantity: giventest.Money("1"), Price: plans.Price{Free: true}})
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc("2026-01-25"), eventOn("2026-01-01", lifecycle.Started),
		eventOn("2026-01-16", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately }), eventOn("2026-01-17", lifecycle.PaymentMethodAdded))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	giventest.CheckMoney(t, "all but January 16", totalBilled(out), "967.74")
}
