package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
)

// A void, written-off or credited invoice gives no service in any status, and the return bills a new period (law 9).
func TestForgivenInvoiceGivesNoService(t *testing.T) {
	states := map[string][]lifecycle.Event{
		"requested": nil,
		"past due":  {paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "x")},
		"suspended": {paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "x"), eventOn("2026-01-12", lifecycle.TaxesChanged)},
		"disputed":  {paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "x"), paymentOn("2026-01-12", lifecycle.PaymentDisputed, "r-1", "x")},
		"reversed":  {paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "x"), paymentOn("2026-01-12", lifecycle.PaymentReversed, "r-1", "x")},
	}
	for name, before := range states {
		for _, kind := range []lifecycle.EventKind{lifecycle.InvoiceVoided, lifecycle.InvoiceWrittenOff, lifecycle.InvoiceCredited} {
			p := anyChange()
			forgiven := paymentOn("2026-01-13", kind, "r-1", "")
			forgiven.Reason = "a mistake"
			if kind == lifecycle.InvoiceCredited {
				forgiven.As = credits.AsBalance
			}
			events := append(append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, before...), forgiven)
			out := replayEvents(t, p, "2026-01-14", events...)
			if got := accessOf(p, out.Subscription); out.Subscription.Status != lifecycle.Suspended || got == lifecycle.Full {
				t.Errorf("%s, %v: %v with access %v\n%s", name, kind, out.Subscription.Status, got, out.Timeline())
			}
			back := replayEvents(t, p, "2026-01-15", append(events, eventOn("2026-01-15", lifecycle.Reactivated))...)
			last := back.Invoices[len(back.Invoices)-1]
			giventest.CheckMoney(t, name+", "+kind.String()+": the new period", last.Total, "1000")
			if status := back.Subscription.Status; status != lifecycle.Active || !back.Subscription.Period.Start.Equal(utc("2026-01-15")) {
				t.Errorf("%s, %v: the return leads to %v in %v", name, kind, status, back.Subscription.Period)
			}
		}
	}
}

// A balance is paid out with the credit that pays first, whatever it pays, and not beyond it.
func TestCreditIsPaidOut(t *testing.T) {
	grant := func(day, amount string, beforeTax bool) lifecycle.Event {
		return eventOn(day, lifecycle.CreditGranted, func(e *lifecycle.Event) {
			e.Grant = credits.Entry{Amount: giventest.Money(amount), BeforeTax: beforeTax}
		})
	}
	out := func(amount string) lifecycle.Event {
		return eventOn("2026-01-05", lifecycle.CreditPaidOut, func(e *lifecycle.Event) { e.Payment.Amount = giventest.Money(amount) })
	}
	for _, c := range []struct{ name, amount, left, refunded string }{
		{"a part", "12", "8", "12"}, {"beyond the credit after tax", "17.5", "2.5", "17.5"}, {"everything", "20", "0", "20"}, {"all by default", "0", "0", "20"},
	} {
		got := replayEvents(t, anyChange(), "2026-01-06", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"),
			grant("2026-01-02", "15", false), grant("2026-01-03", "5", true), out(c.amount))
		balance, err := credits.Balance(got.Subscription.Ledger, "USD", got.Subscription.At)
		if err != nil {
			t.Fatal(err)
		}
		giventest.CheckMoney(t, c.name+": the balance", balance, c.left)
		last := got.Effects[len(got.Effects)-1]
		giventest.CheckMoney(t, c.name+": the refund", last.Amount, c.refunded)
		if n := len(got.Subscription.Refunds); last.Kind != lifecycle.Refund || n != 1 || got.Subscription.Refunds[0].ID != last.ID {
			t.Errorf("%s: the effect %+v with %d refunds", c.name, last, n)
		}
	}
}
