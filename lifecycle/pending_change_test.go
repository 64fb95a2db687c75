package lifecycle_test

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// pendingSeat returns a subscription of New York with a seat that waits for its payment.
func pendingSeat(t *testing.T) lifecycle.Subscription {
	t.Helper()
	p := lifecycle.Standard()
	sub := threeSeats(t, "America/New_York", "P1M", "31.00")
	for n, e := range []lifecycle.Event{
		{Kind: lifecycle.Started, NoTrial: true, PaymentMethod: "card"},
		{Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "s-1"}},
		{Kind: lifecycle.Changed, IfPaid: true, Change: unitsOf("seat", decimal.NewFromInt(1))},
	} {
		e.Sequence, e.At = int64(n+1), instantIn(t, "America/New_York", "2026-01-31").AddDate(0, 0, 5*n)
		out, err := applyWith(p, sub, e)
		if err != nil {
			t.Fatal(err)
		}
		sub = out.Subscription
	}
	return sub
}

// A subscription with a pending change is stored and read back, and the payment makes the change.
func TestPendingChangeIsStored(t *testing.T) {
	sub := pendingSeat(t)
	var read lifecycle.Subscription
	if err := json.Unmarshal([]byte(giventest.JSON(t, sub)), &read); err != nil {
		t.Fatal(err)
	}
	read.Contract.Cycle.Location = sub.Contract.Cycle.Location
	pay := lifecycle.Event{Sequence: 4, At: sub.At, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "s-2"}}
	want, err := applyWith(lifecycle.Standard(), sub, pay)
	if err != nil {
		t.Fatal(err)
	}
	got, err := applyWith(lifecycle.Standard(), read, pay)
	if err != nil || giventest.JSON(t, got) != giventest.JSON(t, want) {
		t.Errorf("the subscription that was read back gives another outcome, %v", err)
	}
	if units := got.Subscription.Contract.Items[0].Quantity; !units.Equal(decimal.NewFromInt(4)) || got.Subscription.PendingChange != nil {
		t.Errorf("%v seats after the payment, want 4", units)
	}
	if got.Subscription.Contract.Cycle.Location == nil {
		t.Error("the contract has no location")
	}
}

// A pending change that was edited is a fault.
func TestPendingChangeFaults(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*lifecycle.PendingChange)
		want string
	}{
		"nothing after it":     {func(p *lifecycle.PendingChange) { p.After = nil }, "subscription.pending_change.after invalid"},
		"another one after it": {func(p *lifecycle.PendingChange) { p.After = &lifecycle.Subscription{PendingChange: p} }, "subscription.pending_change.after invalid"},
		"an unknown invoice":   {func(p *lifecycle.PendingChange) { p.Invoice = "s-9" }, "subscription.pending_change.invoice invalid"},
		"no plan after it": {func(p *lifecycle.PendingChange) {
			after := *p.After
			after.Contract.Plan = ""
			p.After = &after
		}, "subscription.pending_change.after.contract.plan unset"},
		"no plan in the next period after it": {func(p *lifecycle.PendingChange) {
			after := *p.After
			next := lifecycle.NextPeriod{Contract: after.Contract}
			next.Contract.Plan, after.NextPeriod = "", &next
			p.After = &after
		}, "subscription.pending_change.after.next_period.contract.plan unset"},
	} {
		sub := pendingSeat(t)
		pending := *sub.PendingChange
		c.edit(&pending)
		sub.PendingChange = &pending
		_, err := advanceWith(lifecycle.Standard(), sub, sub.At)
		if giventest.CheckFaults(t, err, c.want); t.Failed() {
			t.Fatal(name)
		}
	}
}

// An event that lets a pending change lapse says so.
func TestLapsedChangeIsTold(t *testing.T) {
	sub := pendingSeat(t)
	out, err := applyWith(lifecycle.Standard(), sub, lifecycle.Event{
		Sequence: 4, At: sub.At, Kind: lifecycle.CancellationRequested, By: plans.Support, Effective: plans.Immediately,
	})
	if want := "canceled immediately, change of event 3 lapsed"; err != nil || out.Steps[0].String() != want {
		t.Errorf("%q, %v, want %q", out.Steps[0], err, want)
	}
}
