package lifecycle_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// inFebruary returns an active subscription in a month that is paid, with more items.
func inFebruary(t *testing.T, items ...plans.Item) lifecycle.Subscription {
	t.Helper()
	sub := fourSeats()
	sub.Contract.Items = append(sub.Contract.Items[:1:1], items...)
	out, err := lifecycle.Apply(policiesOf(t, anyChange()), sub, lifecycle.Event{
		Sequence: 1, At: utc("2026-02-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Customer,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Subscription
}

// sale is a charge that waits for the next invoice.
func sale(n int) plans.Charge {
	return plans.Charge{
		ID: fmt.Sprintf("sale-%d", n), Kind: plans.OneTime, Item: "training", Quantity: decimal.NewFromInt(1),
		Price:  plans.Price{Flat: giventest.Money("1.00")},
		Period: proration.Period{Start: utc("2026-02-01"), End: utc("2026-03-01")},
	}
}

// What a subscription keeps, and what an event has, is bounded: the error names the list and its limit.
func TestLimitsOfWhatIsKept(t *testing.T) {
	february := proration.Period{Start: utc("2026-02-01"), End: utc("2026-03-01")}
	users := plans.Item{ID: "users", Price: plans.Price{Metered: true, Unit: giventest.Money("3.00"), Aggregation: plans.Unique}}
	calls := plans.Item{ID: "calls", Price: callsPrice("0.01")}
	recorded := func(records ...lifecycle.UsageRecord) lifecycle.Event {
		return lifecycle.Event{Sequence: 2, At: utc("2026-02-10"), Kind: lifecycle.UsageRecorded, Records: records}
	}

	many := make([]lifecycle.UsageRecord, 1_001)
	for i := range many {
		many[i] = lifecycle.UsageRecord{Item: "calls", Quantity: decimal.NewFromInt(1)}
	}
	keyed := inFebruary(t, users)
	used := lifecycle.MeteredUsage{Item: "users", Plan: keyed.Contract.Plan, Price: users.Price, Period: february, Span: february}
	for i := range 10_000 {
		used.Keys = append(used.Keys, fmt.Sprint("user-", i))
	}
	used.Quantity = decimal.NewFromInt(10_000)
	keyed.Usage = []lifecycle.MeteredUsage{used}
	full := inFebruary(t, calls)
	for i := range 10_000 {
		full.Usage = append(full.Usage, lifecycle.MeteredUsage{
			Item: fmt.Sprint("item-", i), Plan: full.Contract.Plan, Price: calls.Price, Period: february, Span: february,
		})
	}
	support := inFebruary(t, plans.Item{ID: "support", Quantity: decimal.NewFromInt(1), Price: accruing("49.00")})
	for i := range 1_000 {
		support.UnbilledCharges = append(support.UnbilledCharges, sale(i))
	}

	for name, test := range map[string]struct {
		sub   lifecycle.Subscription
		event lifecycle.Event
		want  string
	}{
		"records of an event":   {inFebruary(t, calls), recorded(many...), "event.records: must be at most 1000 records; got 1001"},
		"keys of a period":      {keyed, recorded(lifecycle.UsageRecord{Item: "users", Key: "ann"}), "event.records[0].key: must be at most 10000 different keys in a period"},
		"usages that are kept":  {full, recorded(many[0]), "event.records[0].item: must be at most 10000 kept usages"},
		"charges that wait":     {support, recorded(), "subscription.unbilled_charges: must be at most 1000; got 1001"},
		"a key that is kept":    {keyed, recorded(lifecycle.UsageRecord{Item: "users", Key: "user-7"}), ""},
		"a usage that is kept":  {inFebruary(t, calls), recorded(many[0]), ""},
		"as many as can be had": {inFebruary(t, calls), recorded(many[:1_000]...), ""},
	} {
		event := test.event
		if event.Records == nil {
			event.Kind, event.Charges = lifecycle.ChargeAdded, []plans.Charge{{Item: "training", Net: giventest.Money("1.00")}}
		}
		out, err := lifecycle.Apply(policiesOf(t, anyChange()), test.sub, event)
		got := ""
		if err != nil {
			got = err.Error()
		}
		for _, step := range out.Steps {
			got += step.Refused
		}
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// A change that was due during a suspension and that the contract no longer permits is refused in a step of its own:
// the payment that brings service back is not refused.
func TestChangeDueWithAnEventIsRefusedAlone(t *testing.T) {
	policies := policiesOf(t, anyChange())
	apply := func(sub lifecycle.Subscription, e lifecycle.Event) lifecycle.Outcome {
		t.Helper()
		out, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	sub := inFebruary(t)
	invoice := sub.Receivables[0].Invoice
	sub = apply(sub, lifecycle.Event{
		Sequence: 2, At: utc("2026-02-02"), Kind: lifecycle.Changed, By: plans.Support, On: utc("2026-02-20"),
		Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}}},
	}).Subscription
	if len(sub.ScheduledChanges) != 1 {
		t.Fatalf("got %d scheduled changes", len(sub.ScheduledChanges))
	}
	sub.ScheduledChanges[0].Change.Add[0].Item = "ghost"
	out := apply(sub, lifecycle.Event{
		Sequence: 3, At: utc("2026-03-20"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: invoice},
	})
	var refused []string
	for _, step := range out.Steps {
		if step.Refused != "" {
			refused = append(refused, fmt.Sprintf("%v %v %s", step.Event, step.Deadline, step.Refused))
		}
	}
	const want = "The scheduled change could not be made: change.add[0].item: must be an item of the contract unless price is set"
	if len(refused) != 1 || !strings.Contains(refused[0], want) || !strings.Contains(refused[0], lifecycle.ChangeDue.String()) {
		t.Errorf("got %q, want a step of the change: %q", refused, want)
	}
	if out.Subscription.Status != lifecycle.Active {
		t.Errorf("got status %v", out.Subscription.Status)
	}
}
