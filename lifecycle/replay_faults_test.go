package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// All faults of an event come at once under its index, including those that only its application finds.
func TestReplayFaultsOfAnEvent(t *testing.T) {
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	cycle, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		t.Fatal(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: cycle, Trial: proration.Interval{Days: 14}, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.NewFromInt(89)}},
	}}
	bad := plans.Price{Unit: decimal.NewFromInt(-1), Flat: decimal.NewFromInt(-2)}
	policy := lifecycle.Standard()
	_, err = replayWith([]lifecycle.Policy{policy}, sub, []lifecycle.Event{
		{Sequence: 1, At: start, Kind: lifecycle.Started},
		{Sequence: 2, At: start.AddDate(0, 0, 9), Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &bad}}}},
	}, start.AddDate(0, 1, 0))
	all := fault.All(err)
	if len(all) != 2 {
		t.Errorf("two negative prices give %d faults: %v", len(all), err)
	}
	for _, e := range all {
		if !strings.HasPrefix(e.Field, "events[1].") {
			t.Errorf("%q is not of the second event", e.Field)
		}
	}
}

// A valid event that conflicts with the subscription is refused, whichever field conflicts, and the replay continues.
func TestReplayRefusesConflicts(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	change := func(c plans.Change) func(*lifecycle.Event) { return func(e *lifecycle.Event) { e.Change = c } }
	for _, row := range []struct {
		kind  lifecycle.EventKind
		edit  func(*lifecycle.Event)
		fault string // "" if no field is at fault
		says  string
	}{
		{lifecycle.Changed, change(plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(11)}}}), "event.change.remove[0].quantity invalid", `The request does not fit the subscription: quantity must not remove more than the contract has; -1 of "seat" would be left.`},
		{lifecycle.Changed, change(plans.Change{Remove: []plans.ItemQuantity{{Item: "desk", Quantity: decimal.NewFromInt(1)}}}), "event.change.remove[0].item invalid", `The request does not fit the subscription: item must be an item of the contract; got "desk".`},
		{lifecycle.Changed, change(plans.Change{End: utc("2026-01-20")}), "event.change.end invalid", "The request does not fit the subscription: end must not be set; the contract has no term to shorten."},
		{lifecycle.Changed, change(plans.Change{Plan: &plans.Plan{ID: "empty", Interval: proration.Interval{Months: 1}}}), "event.change.plan.offers unset", "The request does not fit the subscription: offers is required, at least one offer."},
		{lifecycle.PauseRequested, func(e *lifecycle.Event) { e.Until = e.At.Add(1) }, "event.until outside", "The request does not fit the subscription: until must be after 2026-02-01, when the pause begins; got 2026-01-05."},
		{lifecycle.PaymentRefunded, func(e *lifecycle.Event) {
			e.Reason, e.Payment = "wish", lifecycle.Payment{Invoice: "r-1", Amount: decimal.NewFromInt(1001)}
		}, "event.payment.amount invalid", "The request does not fit the subscription: amount must be at most the 1000 received on the invoice and not refunded; got 1001."},
		{lifecycle.UsageRecorded, func(e *lifecycle.Event) {
			e.Charges = []plans.Charge{{Item: "call", Currency: "EUR", Net: decimal.NewFromInt(1)}}
		}, "event.charges[0].currency invalid", "The request does not fit the subscription: currency must be USD, the currency of the contract; got EUR."},
		{lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.ID, e.Grant.Amount = "gift", decimal.NewFromInt(1) }, "event.grant.id invalid", `The request does not fit the subscription: id must be unique; "gift" was already granted.`},
		{lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount, e.Grant.Currency = decimal.NewFromInt(1), "EUR" }, "", "Credit in EUR cannot pay invoices in USD; send credit_granted in USD."},
	} {
		t.Run(row.says, func(t *testing.T) {
			before := []lifecycle.Event{
				eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
				eventOn("2026-01-02", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.ID, e.Grant.Amount = "gift", decimal.NewFromInt(1) }),
			}
			bad := eventOn("2026-01-05", row.kind, row.edit)
			out := replayEvents(t, p, "2026-01-31", append(before, bad)...)
			if last := out.Steps[len(out.Steps)-1]; last.Refused != row.says || last.Event != row.kind {
				t.Errorf("the last step is %v, refused with %q; want %q", last.Event, last.Refused, row.says)
			}
			bad.Sequence = 4
			_, err := applyWith(p, replayEvents(t, p, "2026-01-04", before...).Subscription, bad)
			if !errors.Is(err, plans.ErrRefused) {
				t.Errorf("Apply returns %v", err)
			}
			if got := giventest.Faults(err); row.fault != "" && !slices.Equal(got, []string{row.fault}) {
				t.Errorf("got the fault %q, want %q", got, row.fault)
			}
		})
	}
}
