package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
)

// idsOf returns the IDs of the documents, effects, notices and grants of the life of a subscription. It pays more than
// is due with a payment of the given ID.
func idsOf(t *testing.T, id, payment string) (all []string) {
	t.Helper()
	p, sub := anyChange(), tenSeatsFromJanuary()
	sub.ID = id
	for i, e := range []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started),
		eventOn("2026-01-01", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = decimal.NewFromInt(3) }),
		eventOn("2026-01-02", lifecycle.PaymentSucceeded, func(e *lifecycle.Event) {
			e.Payment = lifecycle.Payment{Invoice: id + "-1", ID: payment, Amount: giventest.Money("1009.00")}
		}),
		eventOn("2026-02-02", lifecycle.PaymentFailed, func(e *lifecycle.Event) { e.Payment.Invoice = id + "-2" }),
	} {
		e.Sequence = int64(i + 1)
		out, err := applyWith(p, sub, e)
		if err != nil {
			t.Fatalf("%q with payment %q: %v", id, payment, err)
		}
		sub = out.Subscription
		for _, inv := range out.Invoices {
			all = append(all, inv.ID)
		}
		for _, effect := range out.Effects {
			all = append(all, effect.ID)
		}
		for _, notice := range out.Notices {
			all = append(all, notice.ID)
		}
		for _, credit := range out.Credits {
			if credit.Amount.IsPositive() {
				all = append(all, credit.ID)
			}
		}
	}
	return all
}

// Every subscription has IDs of its own, whatever the IDs of other subscriptions and of their payments are.
func TestEveryIDIsUnique(t *testing.T) {
	short.Skip(t)
	parts := []string{"a", "/", "%", "-", "1", "2F", "/event-1", "/payment-x", "-missing"}
	subs, payments := []string{}, []string{"x", "x/event-1", "x/1", "x%2F1", "a-1", "/", "1/1", "x/event-3/1"}
	for _, first := range parts {
		subs = append(subs, "a"+first)
		for _, second := range parts {
			subs = append(subs, first+second, "a"+first+second)
		}
	}
	type owner struct{ sub, payment string }
	owners := map[string]owner{}
	tried, seen := 0, map[string]bool{}
	for _, sub := range subs {
		if seen[sub] {
			continue
		}
		seen[sub] = true
		for _, payment := range payments {
			tried++
			own := map[string]bool{}
			for _, id := range idsOf(t, sub, payment) {
				if own[id] {
					t.Errorf("%q has the ID %q twice", sub, id)
				}
				own[id] = true
				if by, has := owners[id]; has && by.sub != sub {
					t.Errorf("%q of subscription %q, payment %q is also of subscription %q, payment %q", id, sub, payment, by.sub, by.payment)
				} else if has && by.payment != payment && strings.Contains(id, "/payment-") && !strings.Contains(sub, "/payment-") {
					t.Errorf("%q of subscription %q is of the payments %q and %q", id, sub, payment, by.payment)
				}
				owners[id] = owner{sub, payment}
			}
		}
	}
	t.Logf("%d lives of %d subscriptions, %d IDs", tried, len(seen), len(owners))
	if tried != len(seen)*8 || len(seen) < 150 {
		t.Errorf("%d lives of %d subscriptions", tried, len(seen))
	}
}

// The IDs that two subscriptions, a document, a grant and a payment could have in common.
func TestIDsDoNotMeet(t *testing.T) {
	one, other := idsOf(t, "a", "x/event-1"), idsOf(t, "a/payment-x", "p")
	for _, id := range one {
		for _, theirs := range other {
			if id == theirs {
				t.Errorf("both have %q", id)
			}
		}
	}
}

// A grant cannot have or name an ID that the subscription gives.
func TestGrantWithAnIDOfTheSubscription(t *testing.T) {
	sub := replayEvents(t, anyChange(), "2026-01-02", eventOn("2026-01-01", lifecycle.Started)).Subscription
	sub.ID = "eu/r"
	for id, reserved := range map[string]bool{
		"eu/r-1": true, "eu/r-2": true, "eu/r-99": true, "eu/r-missing-1": true, "eu%2Fr/event-9": true, "eu%2Fr/event-9/1": true,
		"": false, "eu/r": false, "eu/r-0": false, "eu/r-01": false, "eu/r-x": false, "eu/r-1x": false, "eu/r-missing-": false, "eu/r/event-9": false,
		"r-1": false, "welcome": false, "eu/r--1": false, "eu/r-+1": false,
	} {
		for _, ref := range []bool{false, true} {
			e := eventOn("2026-01-03", lifecycle.CreditGranted, func(e *lifecycle.Event) {
				e.Sequence, e.Grant.Amount, e.Grant.ID = 9, decimal.NewFromInt(3), id
				if ref {
					e.Grant.ID, e.Grant.Ref = "g", id
				}
			})
			_, err := applyWith(anyChange(), sub, e)
			var want []string
			switch {
			case reserved && ref:
				want = []string{"event.grant.ref invalid"}
			case reserved:
				want = []string{"event.grant.id invalid"}
			}
			giventest.CheckFaults(t, err, want...)
			if t.Failed() {
				t.Fatalf("%q as the reference: %t", id, ref)
			}
		}
	}
}

// A payment that is not known cannot have an ID that the subscription gives to a payment without one. A report can name
// a payment that has it.
func TestPaymentWithADerivedID(t *testing.T) {
	sub := replayEvents(t, anyChange(), "2026-01-03", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "")).Subscription
	for id, want := range map[string][]string{
		"event-2": nil, "event-3": {"event.payment.id invalid"}, "r/event-3/1": {"event.payment.id invalid"},
	} {
		e := paymentOn("2026-01-04", lifecycle.PaymentDisputed, "r-1", id)
		e.Sequence = 9
		_, err := applyWith(anyChange(), sub, e)
		giventest.CheckFaults(t, err, want...)
	}
	for _, id := range []string{"event-", "event-0", "event-x", "event-03", "events-3", "r-2"} {
		e := paymentOn("2026-01-04", lifecycle.PaymentSucceeded, "r-1", id)
		e.Sequence, e.Payment.Amount = 9, giventest.Money("5.00")
		out, err := applyWith(anyChange(), sub, e)
		if err != nil || len(out.Effects) != 1 || !out.Effects[0].Amount.Equal(e.Payment.Amount) {
			t.Errorf("payment %q: %v, %v", id, effectTexts(out), err)
		}
	}
}
