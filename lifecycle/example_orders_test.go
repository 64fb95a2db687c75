package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// twoSeats adds two seats.
func twoSeats() plans.Change {
	return plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}}
}

// novemberWith applies an event to a subscription of ten seats for November, which is paid, and advances to a day.
func novemberWith(e lifecycle.Event, until time.Time) lifecycle.Outcome {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	e.Sequence = 3
	out, err := lifecycle.Apply(policies, tenSeats(policies), e)
	if err != nil {
		panic(err)
	}
	later, err := lifecycle.Advance(policies, out.Subscription, until)
	if err != nil {
		panic(err)
	}
	later.Invoices = append(out.Invoices, later.Invoices...)
	later.Steps = append(out.Steps, later.Steps...)
	return later
}

// Two seats join on a later day, and are charged from then on.
func ExampleApply_changeOnADate() {
	out := novemberWith(lifecycle.Event{
		At: november(11), Kind: lifecycle.Changed, Change: twoSeats(), On: november(16),
	}, november(16))
	for _, step := range out.Steps {
		fmt.Println(step.At.Format(time.DateOnly), step)
	}
	fmt.Println(out.Invoices[0].Lines[0].Explain())
	// Output:
	// 2026-11-11 2 seats added, effective 2026-11-16
	// 2026-11-16 scheduled change: 2 seats added
	// seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
}

// Two seats join when their invoice is paid. It is not, and a day later the change lapses.
func ExampleApply_paidFirst() {
	out := novemberWith(lifecycle.Event{
		At: november(16), Kind: lifecycle.Changed, Change: twoSeats(), IfPaid: true,
	}, november(17))
	for _, step := range out.Steps {
		fmt.Println(step.At.Format(time.DateOnly), step, step.Access)
	}
	fmt.Println(out.Subscription.Contract.Items[0].Quantity, "seats")
	// Output:
	// 2026-11-16 2 seats added once acme-2 is paid, until 2026-11-17 full
	// 2026-11-17 change of event 3 lapsed, not paid full
	// 10 seats
}

// Support postpones the renewal by five days for free.
func ExampleApply_courtesyDays() {
	out := novemberWith(lifecycle.Event{
		At: november(20), Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{AnchorAt: november(35)},
		ProrationSettings: plans.ProrationSettings{Charge: proration.ExtentNone},
	}, november(35))
	for _, line := range out.Invoices[0].Lines {
		fmt.Println(line.Span.Start.Format(time.DateOnly), line.Explain())
	}
	// Output:
	// 2026-12-05 seat: 10 x 89.00 = 890.00
}

// An annual invoice is collected in three installments.
func ExampleApply_installments() {
	var sub lifecycle.Subscription
	if err := json.Unmarshal([]byte(`{"id": "acme", "contract": {
		"plan": "team", "currency": "USD", "items": [{"id": "seat", "quantity": "1", "price": {"unit": "300"}}],
		"cycle": {"anchor": "2026-01-01", "interval": "P1Y", "zone": "UTC"}, "installments": {"count": 3, "every": "P1M"}
	}}`), &sub); err != nil {
		panic(err)
	}
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	events := []lifecycle.Event{
		{Kind: lifecycle.Started, PaymentMethod: "card"}, {Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"}},
	}
	for i := range events {
		events[i].Sequence, events[i].At = int64(i+1), giventest.Instant("2026-01-01", nil)
	}
	out, err := lifecycle.Replay(policies, sub, events, giventest.Instant("2026-02-01", nil))
	if err != nil {
		panic(err)
	}
	for _, effect := range out.Effects {
		fmt.Println(effect.Kind, effect.Amount)
	}
	fmt.Println(out.Subscription.Receivables[0].Outstanding(), "outstanding")
	// Output:
	// collect_payment 100
	// collect_payment 100
	// 200 outstanding
}

// Collection pauses for the renewal of December: the invoice is issued, and its payment is not requested.
func ExampleApply_pauseCollection() {
	out := novemberWith(lifecycle.Event{
		At: november(20), Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedKeep, Until: november(40),
	}, november(39))
	fmt.Println(out.Subscription.Status, len(out.Effects), out.Subscription.Receivables[1].Phase == invoice.PhaseOpen)
	// Output:
	// active 0 true
}
