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

// Without a payment method the final action is taken exactly if the period that begins leaves something due after
// credit. Then nothing is billed and the credit stays.
func TestPeriodsWithoutPaymentMethod(t *testing.T) {
	total := 0
	statuses := map[lifecycle.FinalAction]lifecycle.Status{
		lifecycle.FinalContinue: lifecycle.Active, lifecycle.FinalSuspend: lifecycle.Suspended,
		lifecycle.FinalPause: lifecycle.Paused, lifecycle.FinalCancel: lifecycle.Canceled,
	}
	for _, price := range []string{"0", "0.01", "30", "62"} {
		for _, credit := range []string{"0", "0.01", "10", "29.99", "30", "30.01", "61.99", "62", "469"} {
			for action := lifecycle.FinalContinue; action <= lifecycle.FinalCancel; action++ {
				for _, trial := range []bool{false, true} {
					for _, prorations := range []plans.ProrationBilling{plans.InvoiceNow, plans.NextInvoice} {
						total++
						out := periodWithoutMethod(t, price, credit, action, trial, prorations)
						cost, balance, status := giventest.Money(price), giventest.Money(credit), lifecycle.Active
						if cost.GreaterThan(balance) {
							status = statuses[action]
						}
						if status == lifecycle.Active {
							balance = decimal.Max(balance.Sub(cost), decimal.Zero)
						}
						left, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
						if err != nil || out.Subscription.Status != status || !left.Equal(balance) {
							t.Errorf("%s with %s of credit, %v, trial %v: %v with a balance of %v (%v), want %v with %v",
								price, credit, action, trial, out.Subscription.Status, left, err, status, balance)
						}
					}
				}
			}
		}
	}
	if t.Logf("%d periods", total); total != 576 {
		t.Errorf("%d periods, want 576", total)
	}
}

// periodWithoutMethod returns the outcome at the start of a period that is not paid, on February 1.
func periodWithoutMethod(
	t *testing.T, price, credit string, action lifecycle.FinalAction, trial bool, prorations plans.ProrationBilling,
) lifecycle.Outcome {
	t.Helper()
	p := anyChange()
	p.Prorations, p.Trial.WithoutPaymentMethod, p.Renewal.WithoutPaymentMethod = prorations, action, action
	sub := tenSeatsFromJanuary()
	sub.Contract.Items[0].Quantity = giventest.Money("1")
	sub.Contract.Items[0].Price.Unit, sub.Contract.Items[0].Price.Free = giventest.Money(price), price == "0"
	events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
	if trial {
		sub.Contract.Trial = proration.Interval{Days: 31}
	} else if price != "0" {
		events = append(events, paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p"))
	}
	if credit != "0" {
		events = append(events, eventOn("2026-01-20", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = giventest.Money(credit) }))
	}
	for i := range events {
		events[i].Sequence = int64(i + 1)
	}
	out, err := replayWith([]lifecycle.Policy{p}, sub, events, utc("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
