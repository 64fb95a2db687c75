package lifecycle_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date is the first instant of a day of 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// acme is a new subscription for ten seats at 89.00 a month.
func acme() lifecycle.Subscription {
	monthly, err := proration.NewCycle(date(time.November, 1), proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	return lifecycle.Subscription{ID: "acme", Contract: plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}}
}

// afterwards applies some events, in order.
func afterwards(policy lifecycle.Policy, sub lifecycle.Subscription, events ...lifecycle.Event) lifecycle.Subscription {
	for _, e := range events {
		e.Sequence = sub.Sequence + 1
		out, err := lifecycle.Apply(policy, sub, e)
		if err != nil {
			panic(err)
		}
		sub = out.Subscription
	}
	return sub
}

// Two seats are added in mid-month. Nothing happens until the caller stores what comes out, so that this is the preview too.
func ExampleApply() {
	policy := lifecycle.Standard()
	sub := afterwards(policy, acme(), lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started})

	out, err := lifecycle.Apply(policy, sub, lifecycle.Event{
		Sequence: 2, At: date(time.November, 16), Kind: lifecycle.SeatsAdded,
		Change: plans.Change{Item: "seat", Quantity: decimal.NewFromInt(2)},
	})
	if err != nil {
		panic(err)
	}
	for _, inv := range out.Invoices {
		fmt.Print(inv.Text())
	}
	for _, effect := range out.Effects {
		fmt.Println(effect.ID, effect.Kind, effect.Invoice)
	}
	fmt.Println("seats:", sub.Contract.Items[0].Quantity, "and then", out.Subscription.Contract.Items[0].Quantity)
	// Output:
	// Invoice acme-2, 2026-11-16, USD, open
	//   growth, addition, 2026-11-16 until 2026-12-01                          89.00
	//     seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
	//   Due                                                                    89.00
	// acme/event-2/1 collect acme-2
	// seats: 10 and then 12
}

// What the rules do not allow is a value with a reason, and changes nothing.
func ExampleApply_refused() {
	policy := lifecycle.Standard()
	_, err := lifecycle.Apply(policy, acme(), lifecycle.Event{Sequence: 1, At: date(time.November, 1), Kind: lifecycle.CancelRequested})

	var refusal *lifecycle.Refusal
	fmt.Println(errors.Is(err, lifecycle.ErrRefused), errors.As(err, &refusal))
	fmt.Println(err)
	// Output:
	// true true
	// cancel_requested while unset: that cannot happen now
}

// A card is declined, and nothing else happens: the grace ends, and with it the service.
func ExampleAdvance() {
	policy := lifecycle.Standard()
	policy.Grace = proration.Interval{Days: 3}
	sub := afterwards(policy, acme(),
		lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started},
		lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.CardDeclined, Invoice: "acme-1"},
	)
	for _, to := range []time.Time{date(time.November, 4).Add(-1), date(time.November, 4)} {
		out, err := lifecycle.Advance(policy, sub, to)
		if err != nil {
			panic(err)
		}
		sub = out.Subscription
		fmt.Println(sub.At.Format(time.RFC3339Nano), sub.Status, sub.Access())
	}
	// Output:
	// 2026-11-03T23:59:59.999999999Z past_due full
	// 2026-11-04T00:00:00Z suspended billing_only
}

// The deadline is when Advance has something to do: a caller schedules one job a subscription.
func ExampleNext() {
	policy := lifecycle.Standard()
	sub := acme()
	_, ok := lifecycle.Next(policy, sub)
	fmt.Println(ok)

	sub = afterwards(policy, sub, lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started})
	next, ok := lifecycle.Next(policy, sub)
	fmt.Println(next.Kind, next.At.Format(time.DateOnly), ok)
	// Output:
	// false
	// renewal_due 2026-12-01 true
}

func ExampleStandard() {
	policy := lifecycle.Standard()
	fmt.Println(policy.Billing.Proration.DayCount, policy.Billing.Basis, policy.Grace)
	// Output: days billed P1W
}

// A policy left unset is refused: which way amounts are rounded is the seller's choice, and nobody's guess.
func ExamplePolicy_Validate() {
	fmt.Println(lifecycle.Standard().Validate())

	policy := lifecycle.Standard()
	policy.Grace, policy.Billing.Basis = proration.Interval{}, 0
	err := policy.Validate()
	fmt.Println(err)
	fmt.Println(errors.Is(err, proration.ErrUnset))
	// Output:
	// <nil>
	// billing.basis: it is one of billed, price (must be set)
	// grace: say how long a declined card may be replaced (must be set)
	// true
}

// Access is not status: during the grace everything can be reached.
func ExampleSubscription_Access() {
	for _, status := range []lifecycle.Status{lifecycle.Active, lifecycle.PastDue, lifecycle.Suspended, lifecycle.Canceled} {
		fmt.Println(status, lifecycle.Subscription{Status: status}.Access())
	}
	// Output:
	// active full
	// past_due full
	// suspended billing_only
	// canceled billing_only
}
