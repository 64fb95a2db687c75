package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Credit that pays a part of a requested invoice withdraws the request, and makes it again for the rest.
func TestCreditPaysARequestedInvoice(t *testing.T) {
	p := anyChange()
	p.Credit.PaysOpenInvoices = true
	grant := eventOn("2026-01-02", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant = credits.Entry{Amount: giventest.Money("400")} })
	out := replayEvents(t, p, "2026-01-03", eventOn("2026-01-01", lifecycle.Started), grant)
	want := []string{"collect_payment r-1 1000.00", "withdraw r-1 0.00", "collect_payment r-1 600.00"}
	if got := effectTexts(out); !slices.Equal(got, want) {
		t.Errorf("effects %q, want %q", got, want)
	}
}

// A change whose lines are all zero issues no document, and its units are known to later credits.
func TestFreeChangeIssuesNothing(t *testing.T) {
	sub := tenSeatsFromJanuary()
	sub.Contract.Items[0].Price = plans.Price{Unit: giventest.Money("0.01")}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"),
		changedOn(t, "2026-01-31", `{"add":[{"item":"seat","quantity":"1"}]}`), changedOn(t, "2026-01-31", `{"remove":[{"item":"seat","quantity":"1"}]}`),
	}
	for i := range events {
		events[i].Sequence = int64(i + 1)
	}
	out, err := replayWith([]lifecycle.Policy{anyChange()}, sub, events, utc("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 2 || len(out.Invoices[1].Lines) != 1 {
		t.Errorf("%d documents\n%s", len(out.Invoices), out.Timeline())
	}
}

// The payment term of the contract precedes that of the policy.
func TestContractHasItsPaymentTerm(t *testing.T) {
	p := anyChange()
	p.Dunning.DueIn, p.ManualPaymentMethods = giventest.Interval("P30D"), []string{"wire"}
	sub := tenSeatsFromJanuary()
	sub.Contract.DueIn = giventest.Interval("P10D")
	started := lifecycle.Event{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "wire"}
	out, err := replayWith([]lifecycle.Policy{p}, sub, []lifecycle.Event{started}, utc("2026-01-02"))
	if err != nil || !out.Invoices[0].DueAt.Equal(utc("2026-01-11")) {
		t.Errorf("due at %v: %v", out.Invoices[0].DueAt, err)
	}
}

// An invoice that another document credited cannot be voided, also when its charges are over.
func TestCreditedInvoiceIsNotVoided(t *testing.T) {
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"),
		changedOn(t, "2026-01-11", `{"remove":[{"item":"seat","quantity":"5"}]}`), paymentOn("2026-03-02", lifecycle.PaymentDisputed, "r-1", "x"),
		paymentOn("2026-03-03", lifecycle.InvoiceVoided, "r-1", ""),
	}
	out := replayEvents(t, anyChange(), "2026-03-04", events...)
	if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, "was credited by") {
		t.Errorf("got %q\n%s", got, out.Timeline())
	}
}

// A void restores the credit that paid an invoice, however long ago.
func TestVoidRestoresOldCredit(t *testing.T) {
	grant := eventOn("2026-01-01", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant = credits.Entry{Amount: giventest.Money("400")} })
	out := replayEvents(t, anyChange(), "2027-06-02", grant, eventOn("2026-01-01", lifecycle.Started),
		paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "x"), paymentOn("2027-06-01", lifecycle.InvoiceVoided, "r-1", ""))
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "balance", balance, "400")
}

// The refund of a surplus that the bank returned is no longer owed back.
func TestReturnedSurplusIsNotOwedBack(t *testing.T) {
	out := replayEvents(t, anyChange(), "2026-01-05", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "x"),
		paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "y"), paymentOn("2026-01-04", lifecycle.PaymentReversed, "r-1", "y"))
	refunds := out.Subscription.Refunds
	if len(refunds) != 1 || !refunds[0].SucceededAt.Equal(utc("2026-01-04")) || out.Subscription.Status != lifecycle.Active {
		t.Errorf("%v with %+v", out.Subscription.Status, refunds)
	}
}

// The part of a surplus that the bank returned is no longer owed back, and the rest is.
func TestReturnedPartOfASurplus(t *testing.T) {
	paid, part := paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "x"), paymentOn("2026-01-03", lifecycle.PaymentDisputed, "r-1", "x")
	paid.Payment.Amount, part.Payment.Amount = giventest.Money("1500"), giventest.Money("1200")
	out := replayEvents(t, anyChange(), "2026-01-05", eventOn("2026-01-01", lifecycle.Started), paid, part)
	if refunds := out.Subscription.Refunds; len(refunds) != 1 || !refunds[0].Amount.Equal(giventest.Money("300")) || !refunds[0].SucceededAt.IsZero() {
		t.Errorf("refunds %+v", refunds)
	}
}

// Paid time ends with the charge that pays for it, also where the period is longer.
func TestPaidTimeEndsWithItsCharge(t *testing.T) {
	sub := replayEvents(t, anyChange(), "2026-01-02", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x")).Subscription
	sub.Status, sub.Period.End = lifecycle.Suspended, utc("2026-06-01")
	if d, _ := nextWith(anyChange(), sub); d.Kind != lifecycle.PaidThroughEnded || !d.At.Equal(utc("2026-02-01")) {
		t.Errorf("next is %v at %v", d.Kind, d.At)
	}
}

// A return bills the charges that wait for the time until then, and no day twice: 2 x 100.00 x 5/31 and twelve seats.
func TestReturnBillsWhatWaitedOnce(t *testing.T) {
	p := anyChange()
	p.Prorations = plans.NextInvoice
	out := replayEvents(t, p, "2026-01-17", eventOn("2026-01-01", lifecycle.Started), changedOn(t, "2026-01-11", `{"add":[{"item":"seat","quantity":"2"}]}`),
		paymentOn("2026-01-16", lifecycle.InvoiceVoided, "r-1", ""), eventOn("2026-01-16", lifecycle.Reactivated))
	billed := giventest.Money("0")
	for i := range out.Invoices {
		if out.Invoices[i].ID != "r-1" {
			billed = billed.Add(out.Invoices[i].Total)
		}
	}
	giventest.CheckMoney(t, "billed", billed, "1232.26")
}
