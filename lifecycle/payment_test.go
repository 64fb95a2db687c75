package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// M1: while a payment is pending the grace does not end and access does not change. The grace ends with the result.
func TestGraceWaitsForAPendingPayment(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", ""), paymentOn("2026-01-07", lifecycle.PaymentAttempted, "r-1", "p"),
	}
	waits := replayEvents(t, p, "2026-01-20", events...)
	if s := waits.Subscription; s.Status != lifecycle.PastDue || accessOf(p, s) != lifecycle.Full {
		t.Errorf("the status is %v while a payment is pending", s.Status)
	}
	over := replayEvents(t, p, "2026-01-20", append(events, paymentOn("2026-01-20", lifecycle.PaymentFailed, "r-1", "p"))...)
	checkLast(t, over, lifecycle.Suspended, lifecycle.BillingOnly)
}

// A partial payment that is reported twice is applied once, and so is a surplus. The repeats are skipped.
func TestRepeatedPartialPaymentIsAppliedOnce(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	part := paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p1")
	part.Payment.Amount = giventest.Money("600.00")
	rest := paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "p2")
	rest.Payment.Amount = giventest.Money("450.00")
	out := replayEvents(t, p, "2026-01-04", eventOn("2026-01-01", lifecycle.Started), part, part, rest, rest)
	checkLast(t, out, lifecycle.Active, lifecycle.Full, "collect_payment r-1 1000.00", "refund r-1 50.00")
	var skipped []int64
	for _, step := range out.Steps {
		if step.Refused != "" {
			t.Errorf("a repeated payment is refused: %s", step.Refused)
		}
		if step.Skipped {
			skipped = append(skipped, step.Sequence)
		}
	}
	if !slices.Equal(skipped, []int64{3, 5}) {
		t.Errorf("the events %v are skipped", skipped)
	}
}

// A second payment of an invoice is refunded, once for each payment.
func TestSecondPaymentIsRefundedOnce(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	out := replayEvents(t, p, "2026-01-05", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "card"),
		paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "wire"), paymentOn("2026-01-04", lifecycle.PaymentSucceeded, "r-1", "card"))
	checkLast(t, out, lifecycle.Active, lifecycle.Full, "collect_payment r-1 1000.00", "refund r-1 1000.00")
}

// A payment of an invoice that is no longer wanted is refunded if it succeeds; if it fails, the invoice is void.
func TestPaymentAfterCancellationIsRefunded(t *testing.T) {
	p := advancePolicy()
	start := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		paymentOn("2026-01-24", lifecycle.PaymentAttempted, "r-2", "p"), eventOn("2026-01-25", lifecycle.CancellationRequested),
	}
	came := replayEvents(t, p, "2026-02-10", append(start, paymentOn("2026-02-03", lifecycle.PaymentSucceeded, "r-2", "p"))...)
	checkLast(t, came, lifecycle.Canceled, lifecycle.BillingOnly, "collect_payment r-2 1000.00", "refund r-4 1000.00")
	giventest.CheckMoney(t, "total billed", totalBilled(came), "774.19") // 24 of 31 days

	failed := replayEvents(t, p, "2026-02-10", append(start, paymentOn("2026-02-03", lifecycle.PaymentFailed, "r-2", "p"))...)
	checkLast(t, failed, lifecycle.Canceled, lifecycle.BillingOnly, "withdraw r-2 0.00")

	back := replayEvents(t, p, "2026-02-10", append(start, eventOn("2026-01-28", lifecycle.Reactivated), paymentOn("2026-02-03", lifecycle.PaymentSucceeded, "r-2", "p"))...)
	refunds := 0
	for _, e := range back.Effects {
		if e.Kind == lifecycle.Refund {
			refunds++
		}
	}
	if refunds != 1 {
		t.Errorf("got the effects %q", effectTexts(back))
	}
}

// An end bills the change that waits, and the rest of the money for the first invoice goes back: 1,000.00 less 32.26
// for January 1 and 64.52 for January 2.
func TestEndBillsWhatWaits(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead, p.Prorations = proration.Interval{}, plans.NextInvoice
	p.Billing.Refunds[0].As = credits.AsRefund
	up := eventOn("2026-01-02", lifecycle.Changed, func(e *lifecycle.Event) { e.Change.Plan = pricedPlan("200.00") })
	out := replayEvents(t, p, "2026-01-03", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), up, eventOn("2026-01-03", lifecycle.CancellationRequested))
	checkLast(t, out, lifecycle.Canceled, lifecycle.BillingOnly, "refund r-2 903.22")
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the balance", balance, "0")
	giventest.CheckMoney(t, "the money kept for the first invoice", receivedOn(out, "r-1"), "96.78")
}

// A subscription that dunning canceled is active again once the overdue invoice is paid. No payment is collected at the
// time of a cancellation.
func TestPaymentReversesCancellationByDunning(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenKeep, ResultTimeout: patience, Grace: giventest.Interval("P1D"), Retries: []proration.Interval{giventest.Interval("P1D")}, FinalAction: lifecycle.FinalCancel}
	start := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", "")}
	ended := replayEvents(t, p, "2026-01-02", start...)
	checkLast(t, ended, lifecycle.Canceled, lifecycle.BillingOnly, "collect_payment r-1 1000.00")
	if len(ended.Effects) != 1 {
		t.Errorf("got the effects %q", effectTexts(ended))
	}
	back := replayEvents(t, p, "2026-01-05", append(start, paymentOn("2026-01-05", lifecycle.PaymentSucceeded, "r-1", ""))...)
	checkLast(t, back, lifecycle.Active, lifecycle.Full, "collect_payment r-1 1000.00")
	giventest.CheckMoney(t, "total billed", totalBilled(back), "1000.00")
	asked := replayEvents(t, p, "2026-01-05", append(start, eventOn("2026-01-01", lifecycle.CancellationRequested), paymentOn("2026-01-05", lifecycle.PaymentSucceeded, "r-1", ""))...)
	checkLast(t, asked, lifecycle.Canceled, lifecycle.BillingOnly)
}

// A customer who returns on the old billing dates just before a boundary, and pays after it, is billed for the rest of
// the next period at the payment, and not in advance.
func TestLateFirstPaymentBillsTheNextPeriod(t *testing.T) {
	p := advancePolicy()
	p.Reactivation.BillingAnchor, p.FirstPaymentTimeout, p.Renewal.Lead = plans.AnchorKeep, giventest.Interval("P5D"), giventest.Interval("P3D")
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		eventOn("2026-01-10", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately }),
		eventOn("2026-01-31", lifecycle.Reactivated),
	}
	before := replayEvents(t, p, "2026-02-02", events...)
	checkLast(t, before, lifecycle.Incomplete, lifecycle.BillingOnly)
	out := replayEvents(t, p, "2026-02-03", append(events, paymentOn("2026-02-03", lifecycle.PaymentSucceeded, before.Invoices[len(before.Invoices)-1].ID, ""))...)
	if out.Subscription.Status != lifecycle.Active || out.Steps[len(out.Steps)-1].Deadline != lifecycle.RenewalDue {
		t.Error(out.Timeline())
	}
	last := out.Invoices[len(out.Invoices)-1]
	giventest.CheckMoney(t, "February from the 3rd on", last.Net, "928.57")
}

// An invoice is voided once.
func TestInvoiceIsVoidedOnce(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	out := replayEvents(t, p, "2026-01-05", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-03", lifecycle.InvoiceVoided, "r-1", ""), paymentOn("2026-01-04", lifecycle.InvoiceVoided, "r-1", ""))
	if got := out.Steps[len(out.Steps)-1].Refused; got != "Invoice r-1 is already void." {
		t.Errorf("refused with %q", got)
	}
}
