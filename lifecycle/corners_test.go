package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// What is refused says why, and what would be possible.
func TestRefusalSaysWhy(t *testing.T) {
	lead, none := advancePolicy(), advancePolicy()
	none.Renewal.Lead = proration.Interval{}
	started, paid := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "")
	copied := func(at, inv string) lifecycle.Event {
		return paymentOn(at, lifecycle.BillingDetailsChanged, inv, "")
	}
	removed := eventOn("2026-01-10", lifecycle.SeatsRemoved, func(e *lifecycle.Event) {
		e.Change = plans.Change{Item: "seat", Quantity: decimal.NewFromInt(-2)}
	})
	refund := func(at, inv string) lifecycle.Event {
		e := paymentOn(at, lifecycle.PaymentRefunded, inv, "")
		e.Reason = "goodwill"
		return e
	}
	for _, c := range []struct {
		name, why string
		policy    lifecycle.Policy
		events    []lifecycle.Event
		want      string
	}{
		{"a copy of a credit note", "it corrects something itself", none, []lifecycle.Event{started, paid, refund("2026-01-05", "r-1"), copied("2026-01-06", "r-2")}, "Credit note r-2 cannot be issued again."},
		{"a copy of what was credited", "the copy would charge it again", none, []lifecycle.Event{started, paid, removed, copied("2026-01-11", "r-1")}, "Invoice r-1 was credited by r-2"},
		{
			"a copy of what was billed ahead", "it can be taken back instead", lead,
			[]lifecycle.Event{started, paid, paymentOn("2026-01-22", lifecycle.PaymentFailed, "r-2", ""), copied("2026-01-23", "r-2")}, "Invoice r-2 is for the period from 2026-02-01",
		},
		{"a refund of nothing", "law 14", none, []lifecycle.Event{started, paid, refund("2026-01-05", "r-9")}, `Invoice "r-9" does not exist`},
		{"a price by a customer", "it is agreed on with support", none, []lifecycle.Event{started, paid, eventOn("2026-01-05", lifecycle.PriceChanged, func(e *lifecycle.Event) {
			e.By, e.Change = plans.Customer, plans.Change{Item: "seat", Price: &plans.Price{}}
		})}, "are handled by support"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.policy.ChangeRules {
				if c.policy.ChangeRules[i].Action == plans.ChangePrice {
					c.policy.ChangeRules[i].By = []plans.Actor{plans.Support}
				}
			}
			out := replayEvents(t, c.policy, c.events[len(c.events)-1].At.Format("2006-01-02"), c.events...)
			if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, c.want) {
				t.Errorf("refused with %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// A replay that goes on from a subscription tells what changed of invoices that were issued before, as it is in the end.
func TestReplayContinuesFromASubscription(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	first := replayEvents(t, p, "2026-01-01", eventOn("2026-01-01", lifecycle.Started))
	fail, pay := paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", ""), paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "")
	fail.Sequence, pay.Sequence = 2, 3
	out, err := lifecycle.Replay([]lifecycle.Policy{p}, first.Subscription, []lifecycle.Event{fail, pay}, utc("2026-01-04"))
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 0 || len(out.Changed) != 1 || out.Changed[0].Status.String() != "paid" {
		t.Errorf("%d are issued, and %v changed", len(out.Invoices), out.Changed)
	}
}

// At once, a pause gives back what is paid for, also of a period that was billed ahead.
func TestImmediatePauseCreditsTheAdvanceInvoice(t *testing.T) {
	p := advancePolicy()
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
	seats := eventOn("2026-01-10", lifecycle.SeatsRemoved, func(e *lifecycle.Event) {
		e.Change = plans.Change{Item: "seat", Quantity: decimal.NewFromInt(-2)}
	})
	out := replayEvents(t, p, "2026-02-10", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), seats,
		paymentOn("2026-01-22", lifecycle.PaymentSucceeded, "r-3", ""), eventOn("2026-01-25", lifecycle.PauseRequested), eventOn("2026-02-10", lifecycle.Resumed))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	// 1000.00 less 200.00 x 22/31 and 800.00 x 7/31, what was billed ahead and went back, and a month of eight from February 10 on.
	giventest.CheckMoney(t, "all that is billed", totalBilled(out), "1477.41")
}

// A correction leaves what was granted, what was paid back and what is void as it is.
func TestCorrectionKeepsGrantsRefundsAndVoids(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	granted := eventOn("2026-01-03", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = giventest.Money("50.00") })
	sold := eventOn("2026-01-04", lifecycle.ChargeAdded, func(e *lifecycle.Event) { e.Charges = []plans.Charge{{Item: "setup", Net: giventest.Money("80.00")}} })
	refund := paymentOn("2026-01-06", lifecycle.PaymentRefunded, "r-1", "")
	refund.Reason, refund.Payment.Amount = "goodwill", giventest.Money("100.00")
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), granted, sold,
		paymentOn("2026-01-05", lifecycle.InvoiceVoided, "r-2", ""), refund, paymentOn("2026-02-01", lifecycle.PaymentFailed, "r-4", ""),
	}
	was := replayEvents(t, p, "2026-02-03", events...)
	out, err := lifecycle.Correct(lifecycle.CorrectRequest{
		Policies: []lifecycle.Policy{p}, Subscription: tenSeatsFromJanuary(), Issued: was.Invoices, At: utc("2026-02-03"),
		Events: append(events, seatsChanged("2026-01-16", 8, 2)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 1 {
		t.Fatalf("%d invoices", len(out.Invoices))
	}
	giventest.CheckMoney(t, "two seats for 16 of 31 days, and for February", out.Invoices[0].Net, "303.23")
	if s := out.Subscription; s.Status != lifecycle.PastDue || len(s.Receivables) != 2 || s.Receivables[0].GraceUntil.IsZero() {
		t.Errorf("it is %v, and due is %+v", s.Status, s.Receivables)
	}
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", utc("2026-02-03"))
	if err != nil {
		t.Fatal(err)
	}
	if was, _ := credits.Balance(was.Subscription.Ledger, "USD", utc("2026-02-03")); !balance.Equal(was) {
		t.Errorf("%v is owed, and before it was %v", balance, was)
	}
}

// A refusal is one line, with what would be possible.
func TestRefusalIsOneLine(t *testing.T) {
	p := advancePolicy()
	for i := range p.ChangeRules {
		if p.ChangeRules[i].Action == plans.AddQuantity {
			p.ChangeRules[i].By = []plans.Actor{plans.Support}
		}
	}
	first := replayEvents(t, p, "2026-01-01", eventOn("2026-01-01", lifecycle.Started))
	e := seatsChanged("2026-01-02", 2, 1)
	_, err := lifecycle.Apply(p, first.Subscription, e)
	if want := "Quantity increases are handled by support. Ask support; the change takes effect immediately."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Credit that expired long ago is dropped, and so much as waits for an invoice is bounded.
func TestExpiredCreditIsDroppedAndUnbilledChargesAreLimited(t *testing.T) {
	p := advancePolicy()
	p.InvoiceRetention = giventest.Interval("P1M")
	granted := eventOn("2026-01-03", lifecycle.CreditGranted, func(e *lifecycle.Event) {
		e.Grant.Amount, e.Grant.Expires = giventest.Money("50.00"), utc("2026-01-10")
	})
	out := replayEvents(t, p, "2026-03-20", eventOn("2026-01-01", lifecycle.Started), granted)
	if len(out.Subscription.Ledger) != 0 || len(out.Credits) != 1 {
		t.Errorf("the ledger has %d entries, and %d were told", len(out.Subscription.Ledger), len(out.Credits))
	}
	use := eventOn("2026-01-02", lifecycle.UsageRecorded, func(e *lifecycle.Event) {
		for range 600 {
			e.Charges = append(e.Charges, plans.Charge{Item: "call", Net: giventest.Money("1.00")})
		}
	})
	use.Sequence = 3
	started := eventOn("2026-01-01", lifecycle.Started)
	started.Sequence = 1
	again := use.Clone()
	again.Sequence = 4
	_, err := lifecycle.Replay([]lifecycle.Policy{p}, tenSeatsFromJanuary(), []lifecycle.Event{started, use, again}, utc("2026-01-03"))
	giventest.CheckFaults(t, err, "events[2].charges limit")
}

// What was issued in a zone, and read back without it, is corrected there.
func TestCorrectionInATimeZone(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	sub := tenSeatsFromJanuary()
	sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P1M", newYork)
	p := []lifecycle.Policy{lifecycle.Standard()}
	events := []lifecycle.Event{{Sequence: 1, At: giventest.Instant("2026-01-01", newYork), Kind: lifecycle.Started}, invoicePaid("2026-01-02", 2, "r-1")}
	was, err := lifecycle.Replay(p, sub, events, utc("2026-01-20"))
	if err != nil {
		t.Fatal(err)
	}
	issued := giventest.CheckRoundTrip(t, was.Invoices)
	out, err := lifecycle.Correct(lifecycle.CorrectRequest{Policies: p, Subscription: sub, Events: append(events, seatsChanged("2026-01-11T17:00:00", 3, 1)), Issued: issued, At: utc("2026-01-20")})
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "a seat for 21 of 31 days", out.Invoices[0].Net, "67.74")
}

// M1: while a payment is under way the grace does not end, and access does not change; it ends with the outcome.
func TestGraceWaitsForAPendingPayment(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", ""), paymentOn("2026-01-07", lifecycle.PaymentAttempted, "r-1", "p"),
	}
	waits := replayEvents(t, p, "2026-01-20", events...)
	if s := waits.Subscription; s.Status != lifecycle.PastDue || p.Access(s) != lifecycle.Full {
		t.Errorf("it is %v while a payment is under way", s.Status)
	}
	over := replayEvents(t, p, "2026-01-20", append(events, paymentOn("2026-01-20", lifecycle.PaymentFailed, "r-1", "p"))...)
	checkLast(t, over, lifecycle.Suspended, lifecycle.BillingOnly)
}

// Seats that are added in the last hours of a period, which no day counts, cost nothing, and nothing of them goes back.
func TestSeatsAddedInTheLastHoursCostNothing(t *testing.T) {
	sub := tenSeatsFromJanuary()
	sub.Contract.Cycle = giventest.Cycle("2026-01-15T10:00:00Z", "P1M", time.UTC)
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	seats := func(at string, kind lifecycle.EventKind, n int64) lifecycle.Event {
		return lifecycle.Event{
			At: giventest.Instant(at, time.UTC), Kind: kind, By: plans.Support, Change: plans.Change{Item: "seat", Quantity: decimal.NewFromInt(n)},
		}
	}
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, giventest.Instant("2026-02-15T10:00:00Z", time.UTC),
		lifecycle.Event{At: giventest.Instant("2026-01-15T10:00:00Z", time.UTC), Kind: lifecycle.Started},
		seats("2026-02-15T09:00:00Z", lifecycle.SeatsAdded, 2), seats("2026-02-15T09:30:00Z", lifecycle.SeatsRemoved, -2))
	for _, s := range out.Steps {
		if s.Refused != "" {
			t.Error(out.Timeline())
		}
	}
	giventest.CheckMoney(t, "all that is billed", totalBilled(out), "2000.00")
}

// A minimum is measured when the period is over, with what was added after the next one was billed.
func TestMinimumCountsChargesAfterTheAdvanceInvoice(t *testing.T) {
	sub := tenSeatsFromJanuary()
	sub.Contract.Items[0].Quantity, sub.Contract.Minimum = decimal.NewFromInt(8), giventest.Money("1000.00")
	add := eventOn("2026-01-25", lifecycle.SeatsAdded, func(e *lifecycle.Event) {
		e.Change = plans.Change{Item: "seat", Quantity: decimal.NewFromInt(2)}
	})
	for _, seats := range []bool{true, false} {
		events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
		want := "3000.00" // three months at the minimum
		if seats {
			events = append(events, add) // January has 845.16, and the others as much as the minimum
		}
		out := paidAtOnce(t, []lifecycle.Policy{advancePolicy()}, sub, utc("2026-04-01"), events...)
		billed := totalBilled(out).Sub(onlyPeriod(&out, "2026-04-01"))
		giventest.CheckMoney(t, "three months", billed, want)
	}
}

// onlyPeriod is what is billed for the period that begins on a date.
func onlyPeriod(out *lifecycle.Outcome, from string) (sum decimal.Decimal) {
	for _, inv := range out.Invoices {
		for _, line := range inv.Lines {
			if line.Period.Start.Equal(utc(from)) {
				sum = sum.Add(line.Net)
			}
		}
	}
	return sum
}

// A part of an invoice that is told to be paid twice is paid once, and what is too much goes back once.
func TestRepeatedPartialPaymentIsAppliedOnce(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	part := paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p1")
	part.Payment.Amount = giventest.Money("600.00")
	rest := paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "p2")
	rest.Payment.Amount = giventest.Money("450.00")
	out := replayEvents(t, p, "2026-01-04", eventOn("2026-01-01", lifecycle.Started), part, part, rest, rest)
	checkLast(t, out, lifecycle.Active, lifecycle.Full, "collect_payment r-1 1000.00", "refund r-1 50.00", "refund r-1 50.00")
	if first, again := out.Effects[1], out.Effects[2]; first.ID != again.ID {
		t.Errorf("%s goes back, and again as %s", first.ID, again.ID)
	}
	for _, step := range out.Steps {
		if step.Refused != "" {
			t.Errorf("what was told twice is refused: %s", step.Refused)
		}
	}
}
