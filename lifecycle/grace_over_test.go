package lifecycle_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// liveOf starts four seats of 100.00 a month on January 1 by a policy, and applies events in order of time.
func liveOf(t *testing.T, policy lifecycle.Policy, until string, events ...lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	all := append([]lifecycle.Event{{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support}}, events...)
	for i := range all {
		all[i].Sequence = int64(i + 1)
	}
	out, err := lifecycle.Replay(policiesOf(t, policy), fourSeats(), all, utc(until))
	if err != nil {
		t.Fatal(err)
	}
	for i := range out.Invoices {
		if err := invoice.Check(out.Invoices[i]); err != nil {
			t.Error(err)
		}
	}
	return out
}

// paymentOf is an event about a payment of an invoice.
func paymentOf(kind lifecycle.EventKind, at, id, amount string) lifecycle.Event {
	e := lifecycle.Event{At: utc(at), Kind: kind, By: plans.Support, Payment: lifecycle.Payment{Invoice: id}}
	if amount != "" {
		e.Payment.Amount = giventest.Money(amount)
	}
	return e
}

// An invoice of which an earlier billing date credited days is lowered to its paid part when dunning ends service: the
// days that it frees end with those that are left. Of 400.00, 100.00 is paid, 64.52 is credited for the five days from
// Jan 27 on, and no unit is left from Jan 8 on.
func TestMovedDateAndUnpaidRest(t *testing.T) {
	for _, open := range []lifecycle.OpenInvoice{lifecycle.OpenVoid, lifecycle.OpenChargeServed, lifecycle.OpenKeep} {
		t.Run(open.String(), func(t *testing.T) {
			policy := anyChange()
			policy.Dunning.OpenInvoice = open
			moved := lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{AnchorAt: utc("2026-01-27")}}
			out := liveOf(t, policy, "2026-01-20", paymentOf(lifecycle.PaymentSucceeded, "2026-01-01", "r-1", "100"), moved)
			if status := out.Subscription.Status; status != lifecycle.Suspended {
				t.Errorf("the status is %v", status)
			}
			units, want := unitsOn(utc("2026-01-15"), &out), "0"
			if open == lifecycle.OpenKeep {
				want = "4"
			}
			giventest.CheckMoney(t, "units in the middle", units, want)
			giventest.CheckMoney(t, "units after the date", unitsOn(utc("2026-01-28"), &out), "0")
		})
	}
}

// A dispute of an advance invoice ends in the final action when its grace is over, also before its period begins.
func TestDisputedAdvanceInvoice(t *testing.T) {
	for _, final := range []lifecycle.FinalAction{lifecycle.FinalPause, lifecycle.FinalSuspend, lifecycle.FinalCancel} {
		for _, kind := range []lifecycle.EventKind{lifecycle.PaymentDisputed, lifecycle.PaymentReversed} {
			t.Run(fmt.Sprint(final, kind), func(t *testing.T) {
				policy := anyChange()
				policy.Dunning.FinalAction, policy.Dunning.Grace, policy.Dunning.Retries = final, days(3), nil
				policy.Renewal.Lead = days(10)
				out := liveOf(t, policy, "2026-01-30", paymentOf(lifecycle.PaymentSucceeded, "2026-01-01", "r-1", ""),
					paymentOf(lifecycle.PaymentSucceeded, "2026-01-25", "r-2", ""), paymentOf(kind, "2026-01-26", "r-2", ""))
				want := map[lifecycle.FinalAction]lifecycle.Status{
					lifecycle.FinalPause: lifecycle.Paused, lifecycle.FinalSuspend: lifecycle.Suspended, lifecycle.FinalCancel: lifecycle.Canceled,
				}
				if status := out.Subscription.Status; status != want[final] {
					t.Errorf("the status is %v", status)
				}
			})
		}
	}
}

// If the refund of a cancellation by dunning becomes credit that pays the open invoice, service comes back with it.
func TestRefundPaysTheOpenInvoice(t *testing.T) {
	policy := anyChange()
	policy.Dunning.FinalAction, policy.Dunning.OpenInvoice = lifecycle.FinalCancel, lifecycle.OpenKeep
	policy.Renewal.Lead, policy.Credit.PaysOpenInvoices = days(3), true
	policy.Billing.Refunds = []credits.RefundRule{{Give: credits.InFull, As: credits.AsBalance}}
	out := liveOf(t, policy, "2026-02-20", paymentOf(lifecycle.PaymentSucceeded, "2026-01-01", "r-1", ""),
		paymentOf(lifecycle.PaymentFailed, "2026-02-01", "r-2", ""))
	if status := out.Subscription.Status; status != lifecycle.Active {
		t.Errorf("the status is %v\n%s", status, out.Timeline())
	}
}

// Without a payment method, no tax engine is asked for an invoice that is not issued: the final action comes at once.
func TestNoTaxesWithoutAPaymentMethod(t *testing.T) {
	for final, want := range map[lifecycle.FinalAction]lifecycle.Status{
		lifecycle.FinalSuspend: lifecycle.Suspended, lifecycle.FinalPause: lifecycle.Paused, lifecycle.FinalCancel: lifecycle.Canceled,
	} {
		for _, trial := range []int{0, 14} {
			t.Run(fmt.Sprint(final, trial), func(t *testing.T) {
				policy := lifecycle.Standard()
				policy.Renewal.WithoutPaymentMethod, policy.Trial.WithoutPaymentMethod = final, final
				sub := fourSeats()
				sub.Contract.Trial.Days = trial
				l := &lifeOf{t: t, initial: sub, answers: map[int64]*answer{}, policies: policiesOf(t, policy)}
				l.out.Subscription = sub
				l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, By: plans.Support})
				policy.Billing.TaxEngine = true
				l.policies = policiesOf(t, policy)
				out, err := lifecycle.Advance(l.policies, l.out.Subscription, utc("2026-02-02"))
				if err != nil || out.Subscription.Status != want || len(out.Invoices) > 0 {
					t.Errorf("%v, %v: %s", err, out.Subscription.Status, out.Timeline())
				}
			})
		}
	}
}

// A pause ends at its time, also if a return waits for its payment and the resumption makes several documents.
func TestResumptionOfSeveralDocuments(t *testing.T) {
	policy := lifecycle.Standard()
	policy.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsNothing}
	policy.Reactivation.IfPaid, policy.Reactivation.BillingAnchor = true, plans.AnchorKeep
	policy.Dunning.OpenInvoice = lifecycle.OpenVoid
	policy.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"USD": giventest.Money("25.00")}
	sub := fourSeats()
	sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P1Y", nil)
	sub.Contract.Items = append(sub.Contract.Items[:1:1], plans.Item{ID: "addon", Quantity: giventest.Money("2"), Price: monthlyPrice("5.00")})
	l := &lifeOf{t: t, policies: policiesOf(t, policy), initial: sub, answers: map[int64]*answer{}}
	l.out.Subscription = sub
	l.declines = true
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.advance(utc("2026-02-05"))
	l.declines = false
	l.apply(lifecycle.Event{At: utc("2026-02-05"), Kind: lifecycle.Reactivated})
	l.advance(utc("2026-04-01"))
	l.apply(lifecycle.Event{At: utc("2026-04-01"), Kind: lifecycle.PauseRequested, By: plans.Support, Until: utc("2026-05-02")})
	l.advance(utc("2026-06-01"))
	if status := l.out.Subscription.Status; status != lifecycle.Active || len(l.refused) > 0 {
		t.Errorf("the status is %v, refused %v\n%s", status, l.refused, l.out.Timeline())
	}
}
