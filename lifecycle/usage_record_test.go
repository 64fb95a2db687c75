package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// A record that cannot be priced names its field.
func TestFaultsOfUsage(t *testing.T) {
	policies := policiesOf(t, anyChange())
	l := &lifeOf{t: t, policies: policies, initial: fourSeats(), answers: map[int64]*answer{}}
	l.initial.Contract.Items = append(l.initial.Contract.Items, plans.Item{
		ID: "users", Price: plans.Price{Metered: true, Unit: giventest.Money("3.00"), Aggregation: plans.Unique},
	})
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.advance(utc("2026-06-10"))
	for _, c := range []struct {
		name   string
		record lifecycle.UsageRecord
		want   []string
	}{
		{"an item that is not metered", lifecycle.UsageRecord{Item: "seat", Quantity: giventest.Money("1")}, []string{"event.records[0].item invalid"}},
		{"an item that is not there", lifecycle.UsageRecord{Item: "films", Quantity: giventest.Money("1")}, []string{"event.records[0].item invalid"}},
		{"a negative quantity", lifecycle.UsageRecord{Item: "calls", Quantity: giventest.Money("-1")}, []string{"event.records[0].quantity invalid"}},
		{"a key that nobody counts", lifecycle.UsageRecord{Item: "calls", Quantity: giventest.Money("1"), Key: "ann"}, []string{"event.records[0].key invalid"}},
		{"a key is missing", lifecycle.UsageRecord{Item: "users"}, []string{"event.records[0].key unset"}},
		{"a quantity beside a key", lifecycle.UsageRecord{Item: "users", Key: "ann", Quantity: giventest.Money("1")}, []string{"event.records[0].quantity invalid"}},
		{"used tomorrow", lifecycle.UsageRecord{Item: "calls", Quantity: giventest.Money("1"), UsedAt: utc("2026-06-11")}, []string{"event.records[0].used_at outside"}},
		{"used in a closed period", lifecycle.UsageRecord{Item: "calls", Quantity: giventest.Money("1"), UsedAt: utc("2026-03-31")}, []string{"event.records[0].used_at outside"}},
		{"a huge quantity", lifecycle.UsageRecord{Item: "calls", Quantity: decimal.New(1, 40)}, []string{"event.records[0].quantity limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := lifecycle.Apply(policies, l.out.Subscription, lifecycle.Event{
				Sequence: l.out.Subscription.Sequence + 1, At: utc("2026-06-10"), Kind: lifecycle.UsageRecorded,
				Records: []lifecycle.UsageRecord{c.record},
			})
			giventest.CheckFaults(t, err, c.want...)
		})
	}
}

// Usage before the start of service is refused, and usage before a new billing date is not.
func TestUsageBeforeTheStart(t *testing.T) {
	policies := policiesOf(t, anyChange())
	l := &lifeOf{t: t, policies: policies, initial: fourSeats(), answers: map[int64]*answer{}}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	told := func(at, used string) error {
		_, err := lifecycle.Apply(policies, l.out.Subscription, lifecycle.Event{
			Sequence: l.out.Subscription.Sequence + 1, At: utc(at), Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
				{Item: "calls", Quantity: decimal.NewFromInt(1), UsedAt: utc(used)},
			},
		})
		return err
	}
	giventest.CheckFaults(t, told("2026-01-02", "2025-12-31"), "event.records[0].used_at outside")
	l.apply(lifecycle.Event{At: utc("2026-01-11"), Kind: lifecycle.Changed, Change: plans.Change{Anchor: plans.AnchorReset}, By: plans.Support})
	giventest.CheckFaults(t, told("2026-01-12", "2026-01-10"))
}

// Thresholds name their currency, and a subscription keeps at most a thousand charges.
func TestLimitsOfUsage(t *testing.T) {
	p := lifecycle.Standard()
	p.Renewal.UsageThreshold = map[plans.Currency]decimal.Decimal{"DOLLAR": decimal.NewFromInt(1), "USD": decimal.NewFromInt(-1)}
	giventest.CheckFaults(t, p.Validate(), "renewal.usage_threshold.DOLLAR invalid", "renewal.usage_threshold.USD invalid")

	policies := policiesOf(t, anyChange())
	l := &lifeOf{t: t, policies: policies, initial: fourSeats(), answers: map[int64]*answer{}}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	var sales []plans.Charge
	for range 1_000 {
		sales = append(sales, chargeOf("films", "1.00")...)
	}
	if !l.apply(lifecycle.Event{At: utc("2026-01-02"), Kind: lifecycle.UsageRecorded, Charges: sales}) {
		t.Fatal(l.refused)
	}
	_, err := lifecycle.Apply(policies, l.out.Subscription, lifecycle.Event{
		Sequence: l.out.Subscription.Sequence + 1, At: utc("2026-01-02"), Kind: lifecycle.UsageRecorded,
		Records: []lifecycle.UsageRecord{{Item: "calls", Quantity: decimal.NewFromInt(1)}},
	})
	giventest.CheckFaults(t, err, "event.records limit")
}

// A pause ends the time of the usage that its document bills.
func TestPauseEndsTheTimeOfUsage(t *testing.T) {
	p := anyChange()
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
	l := &lifeOf{t: t, policies: policiesOf(t, p), initial: fourSeats(), answers: map[int64]*answer{}}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.apply(lifecycle.Event{
		At: utc("2026-01-10"), Kind: lifecycle.UsageRecorded,
		Records: []lifecycle.UsageRecord{{Item: "calls", Quantity: giventest.Money("500")}},
	})
	l.apply(lifecycle.Event{At: utc("2026-01-11"), Kind: lifecycle.PauseRequested, By: plans.Support})
	last := l.out.Invoices[len(l.out.Invoices)-1].Lines
	usage := last[len(last)-1]
	if usage.Kind != plans.Usage || !usage.Span.End.Equal(utc("2026-01-11")) {
		t.Errorf("%v of %v, want usage until the pause", usage.Kind, usage.Span)
	}
}
