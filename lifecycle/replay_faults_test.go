package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// All faults of an event are told at once, also those that show only when it happens, each under its place in the list.
func TestReplayFaultsOfAnEvent(t *testing.T) {
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	cycle, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		t.Fatal(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: cycle, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.NewFromInt(89)}},
	}}
	bad := plans.Price{Unit: decimal.NewFromInt(-1), Flat: decimal.NewFromInt(-2)}
	policy := lifecycle.Standard()
	policy.Trial = lifecycle.Trial{Trial: plans.Trial{Length: proration.Interval{Days: 14}, Leftover: plans.Drop}, Without: lifecycle.ToSuspend}
	_, err = lifecycle.Replay([]lifecycle.Policy{policy}, sub, []lifecycle.Event{
		{Sequence: 1, At: start, Kind: lifecycle.Started},
		{Sequence: 2, At: start.AddDate(0, 0, 9), Kind: lifecycle.PriceChanged, By: plans.Support, Change: plans.Change{Item: "seat", Price: &bad}},
	}, start.AddDate(0, 1, 0))
	var fields []string
	collect(err, &fields)
	if len(fields) != 2 {
		t.Errorf("the faults of two prices below zero are of %q: %v", fields, err)
	}
	for _, field := range fields {
		if len(field) < len("events[1].") || field[:len("events[1].")] != "events[1]." {
			t.Errorf("%q is not of the second event", field)
		}
	}
}

// collect adds the fields of all faults that are joined in an error.
func collect(err error, fields *[]string) {
	switch e := err.(type) { //nolint:errorlint // each that is joined is looked at in its turn
	case *proration.Error:
		*fields = append(*fields, e.Field)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			collect(one, fields)
		}
	}
}
