package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Every fault of every policy is reported at once, under the policy that has it.
func TestNewPoliciesReportsEveryFault(t *testing.T) {
	broken, later := lifecycle.Standard(), lifecycle.Standard()
	broken.Prorations, broken.InvoiceRetention = 0, proration.Interval{}
	_, err := lifecycle.NewPolicies(broken)
	giventest.CheckFaults(t, err, "policy.prorations unset", "policy.invoice_retention unset")
	_, err = lifecycle.NewPolicies(lifecycle.Standard(), broken, later)
	giventest.CheckFaults(t, err, "policies[1].prorations unset", "policies[1].invoice_retention unset",
		"policies[1].from invalid", "policies[2].from invalid")
	_, err = lifecycle.NewPolicies(lifecycle.Standard(), make([]lifecycle.Policy, 1000)...)
	giventest.CheckFaults(t, err, "policies limit")
}

// Policies share no memory with those that they were made of: editing one later changes nothing.
func TestPoliciesKeepTheirOwnMemory(t *testing.T) {
	p := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(p)
	if err != nil {
		t.Fatal(err)
	}
	sub := lifecycle.Subscription{Status: lifecycle.Suspended}
	p.AccessByStatus[lifecycle.Suspended] = lifecycle.Full
	p.Managers[0].Role = "nobody"
	if got := policies.Access(sub); got != lifecycle.BillingOnly {
		t.Errorf("access is %v after an edit of the policy", got)
	}
	if !policies.Manages(sub, lifecycle.Role{Role: "owner"}) {
		t.Error("the owner does not manage billing after an edit of the policy")
	}
}

// Policies that NewPolicies did not make are an error of every verb, and give nobody access.
func TestMissingPoliciesAreRefused(t *testing.T) {
	sub := acme()
	for name, policies := range map[string]*lifecycle.Policies{"nil": nil, "zero": {}} {
		started := eventOn("2026-01-01", lifecycle.Started)
		started.Sequence = 1
		_, err := lifecycle.Apply(policies, sub, started)
		giventest.CheckFaults(t, err, "policies unset")
		repeated := sub
		repeated.Sequence = started.Sequence
		_, err = lifecycle.Apply(policies, repeated, started)
		giventest.CheckFaults(t, err, "policies unset")
		_, err = lifecycle.Advance(policies, sub, utc("2026-01-01"))
		giventest.CheckFaults(t, err, "policies unset")
		_, err = lifecycle.Next(policies, sub)
		giventest.CheckFaults(t, err, "policies unset")
		_, err = lifecycle.Replay(policies, sub, nil, utc("2026-01-01"))
		giventest.CheckFaults(t, err, "policies unset")
		_, err = lifecycle.Correct(policies, lifecycle.CorrectRequest{Subscription: sub, Initial: sub, At: utc("2026-01-01")})
		giventest.CheckFaults(t, err, "policies unset")
		if got := policies.Access(sub); got != lifecycle.None || policies.Manages(sub, lifecycle.Role{Role: "owner"}) {
			t.Errorf("%s: access is %v", name, got)
		}
	}
}

// A broken subscription has an error, and does not look like one without a deadline.
func TestNextReportsABrokenSubscription(t *testing.T) {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		t.Fatal(err)
	}
	sub := tenSeatsFromJanuary()
	sub.Contract.Items = nil
	next, err := lifecycle.Next(policies, sub)
	giventest.CheckFaults(t, err, "subscription.contract.items unset")
	if next.Kind != 0 || !next.At.IsZero() {
		t.Errorf("next is %v", next)
	}
}

// Law 10: going from deadline to deadline gives the same bytes as one replay, also where policies change on the way, in
// the middle of a period, a grace or a reminder, or at the very instant of a deadline. Next is never in the past.
func TestSteppingOverEditedPoliciesEqualsReplay(t *testing.T) {
	strict := func(from string, edit func(*lifecycle.Policy)) lifecycle.Policy {
		p := lifecycle.Standard()
		p.From = utc(from)
		edit(&p)
		return p
	}
	remind := func(before string) func(*lifecycle.Policy) {
		return func(p *lifecycle.Policy) {
			p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: giventest.Interval(before)}}
		}
	}
	lead := func(before string) func(*lifecycle.Policy) {
		return func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval(before) }
	}
	short := func(p *lifecycle.Policy) { p.Dunning.Grace = giventest.Interval("P1D") }
	paused := func(p *lifecycle.Policy) {
		p.Renewal.WithoutPaymentMethod = lifecycle.FinalPause
	}
	waiting := func(p *lifecycle.Policy) { p.Prorations = plans.NextInvoice }
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started, func(e *lifecycle.Event) { e.PaymentMethod = "card" }),
		paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		eventOn("2026-01-16", lifecycle.Changed, func(e *lifecycle.Event) {
			e.Change = plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("2")}}}
		}),
		paymentOn("2026-01-20", lifecycle.PaymentFailed, "r-2", ""),
		eventOn("2026-03-10", lifecycle.PaymentMethodRemoved),
	}
	for i := range events {
		events[i].Sequence = int64(i) + 1
	}
	to := utc("2026-06-01")
	for _, from := range []string{
		"2026-01-01", "2026-01-16", "2026-01-20T00:00:00.000000001", "2026-01-22", "2026-01-24", "2026-01-31T23:59:59.999999999",
		"2026-02-01", "2026-02-01T00:00:00.000000001", "2026-02-26", "2026-03-01", "2026-03-15",
	} {
		for name, edit := range map[string]func(*lifecycle.Policy){
			"short grace": short, "reminder": remind("P10D"), "lead": lead("P5D"), "long lead": lead("P20D"), "pause": paused,
			"waiting": waiting,
		} {
			events := events
			if name == "waiting" {
				events = slices.Delete(slices.Clone(events), 3, 4) // there may be no second invoice yet
			}
			policies, err := lifecycle.NewPolicies(lifecycle.Standard(), strict(from, edit))
			if err != nil {
				t.Fatal(err)
			}
			whole, err := lifecycle.Replay(policies, tenSeatsFromJanuary(), events, to)
			if err != nil {
				t.Fatalf("%s from %s: %v", name, from, err)
			}
			stepped := stepTo(t, policies, tenSeatsFromJanuary(), events, to)
			if got, want := giventest.JSON(t, stepped), giventest.JSON(t, whole.Subscription); got != want {
				t.Errorf("%s from %s: stepping leads to\n%s\nand the replay to\n%s", name, from, got, want)
			}
		}
	}
}

// stepTo goes from deadline to deadline and applies the events on the way.
func stepTo(t *testing.T, policies *lifecycle.Policies, sub lifecycle.Subscription, events []lifecycle.Event, to time.Time) lifecycle.Subscription {
	t.Helper()
	until := func(at time.Time) {
		for {
			next, err := lifecycle.Next(policies, sub)
			if err != nil {
				t.Fatal(err)
			}
			if next.Kind != 0 && next.At.Before(sub.At) {
				t.Fatalf("the next deadline, %v at %v, is before %v", next.Kind, next.At, sub.At)
			}
			if next.Kind == 0 || next.At.After(at) {
				return
			}
			before, err := lifecycle.Advance(policies, sub, next.At.Add(-1))
			if err == nil && len(before.Steps) > 0 {
				t.Fatalf("before the next deadline, %v at %v, there is %s", next.Kind, next.At, before.Timeline())
			}
			out, err := lifecycle.Advance(policies, sub, next.At)
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Steps) == 0 || out.Steps[0].Deadline != next.Kind || !out.Steps[0].At.Equal(next.At) {
				t.Fatalf("the next deadline is %v at %v, and the first step is %s", next.Kind, next.At, out.Timeline())
			}
			sub = out.Subscription
		}
	}
	for _, e := range events {
		until(e.At)
		out, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			t.Fatal(err)
		}
		sub = out.Subscription
	}
	until(to)
	out, err := lifecycle.Advance(policies, sub, to)
	if err != nil {
		t.Fatal(err)
	}
	return out.Subscription
}
