package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// advancePolicy returns a policy that bills ten days in advance, allows every change immediately, and credits unused
// parts to the balance.
func advancePolicy() lifecycle.Policy {
	p := lifecycle.Standard()
	p.Renewal.Lead = giventest.Interval("P10D")
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}
	for i := range p.ChangeRules {
		p.ChangeRules[i].Effective = plans.Immediately
	}
	return p
}

// tenSeatsFromJanuary returns a subscription of ten seats at 100.00 a month, from January on.
func tenSeatsFromJanuary() lifecycle.Subscription {
	sub := lifecycle.Subscription{ID: "r"}
	sub.Contract = plans.Contract{
		Plan: "basic", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: giventest.Money("100.00")}}},
	}
	return sub
}

// pricedPlan returns another plan with the price of a seat.
func pricedPlan(unit string) *plans.Plan {
	return &plans.Plan{
		ID: "at " + unit, Interval: giventest.Interval("P1M"),
		Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit), Free: giventest.Money(unit).IsZero()}}},
	}
}

// eventOn returns an event at a time. Its sequence is set later.
func eventOn(at string, kind lifecycle.EventKind, edits ...func(*lifecycle.Event)) lifecycle.Event {
	e := lifecycle.Event{At: utc(at), Kind: kind, By: plans.Support}
	for _, edit := range edits {
		edit(&e)
	}
	return e
}

// paymentOn returns an event about a payment.
func paymentOn(at string, kind lifecycle.EventKind, inv, id string) lifecycle.Event {
	return eventOn(at, kind, func(e *lifecycle.Event) { e.Payment = lifecycle.Payment{Invoice: inv, ID: id} })
}

// applyAndPay applies events one by one. If pays is set, it pays every invoice as soon as it is to be collected.
func applyAndPay(t *testing.T, p lifecycle.Policy, sub lifecycle.Subscription, pays bool, to string, events ...lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	var all []lifecycle.Event
	sequence := int64(0)
	add := func(e lifecycle.Event) lifecycle.Outcome {
		sequence++
		e.Sequence = sequence
		out, err := applyWith(p, sub, e)
		if err != nil {
			t.Fatalf("%v on %v: %v", e.Kind, e.At, err)
		}
		all, sub = append(all, e), out.Subscription
		return out
	}
	pay := func(out lifecycle.Outcome) {
		for _, effect := range out.Effects {
			if pays && effect.Kind == lifecycle.CollectPayment {
				add(paymentOn(sub.At.Format(time.RFC3339Nano), lifecycle.PaymentSucceeded, effect.Invoice, ""))
			}
		}
	}
	until := func(at time.Time) {
		for {
			d, has := nextWith(p, sub)
			if !has || d.At.After(at) {
				return
			}
			out, err := advanceWith(p, sub, d.At)
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Steps) == 0 {
				t.Fatalf("advancing to %v on %v processed nothing", d.Kind, d.At)
			}
			sub = out.Subscription
			pay(out)
		}
	}
	for _, e := range events {
		until(e.At)
		pay(add(e))
	}
	until(utc(to))
	out, err := replayWith([]lifecycle.Policy{p}, startOf(sub, p), all, utc(to))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// startOf returns the subscription before any event.
func startOf(sub lifecycle.Subscription, _ lifecycle.Policy) lifecycle.Subscription {
	first := tenSeatsFromJanuary()
	first.ID = sub.ID
	return first
}

// totalBilled returns the net amount of all invoices less their credits.
func totalBilled(out lifecycle.Outcome) (sum decimal.Decimal) {
	for _, inv := range out.Invoices {
		if phaseOf(out, inv.ID) != invoice.PhaseVoid {
			sum = sum.Add(inv.Net)
		}
	}
	return sum
}

// phaseOf returns the phase of the receivable of an invoice in an outcome, 0 if the outcome does not have it.
func phaseOf(out lifecycle.Outcome, id string) invoice.Phase {
	for _, r := range out.Receivables {
		if r.Invoice == id {
			return r.Phase
		}
	}
	return 0
}

// replayEvents replays events of the subscription in order.
func replayEvents(t *testing.T, p lifecycle.Policy, to string, events ...lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	for i := range events {
		events[i].Sequence = int64(i + 1)
	}
	out, err := replayWith([]lifecycle.Policy{p}, tenSeatsFromJanuary(), events, utc(to))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// effectTexts writes the kind, the invoice and the amount of each effect.
func effectTexts(out lifecycle.Outcome) (all []string) {
	for _, e := range out.Effects {
		all = append(all, e.Kind.String()+" "+e.Invoice+" "+e.Amount.StringFixed(2))
	}
	return all
}

// checkLast checks the status and access after the last step, and the last effects.
func checkLast(t *testing.T, out lifecycle.Outcome, status lifecycle.Status, access lifecycle.Access, want ...string) {
	t.Helper()
	last := out.Steps[len(out.Steps)-1]
	if last.Status != status || last.Access != access {
		t.Errorf("got %v with access %v, want %v and %v\n%s", last.Status, last.Access, status, access, out.Timeline())
	}
	got := effectTexts(out)
	if len(want) == 0 {
		return
	}
	if len(got) < len(want) || giventest.JSON(t, got[len(got)-len(want):]) != giventest.JSON(t, want) {
		t.Errorf("got the effects %q, want the last ones to be %q", got, want)
	}
}

// utc reads an instant in UTC.
func utc(text string) time.Time { return giventest.Instant(text, time.UTC) }

// receivedOn returns the money received, and not refunded, on an invoice.
func receivedOn(out lifecycle.Outcome, id string) decimal.Decimal {
	for _, r := range out.Receivables {
		if r.Invoice == id {
			return r.Received()
		}
	}
	return decimal.Decimal{}
}
