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

// date returns midnight of a day of 2026 in UTC.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// acme returns a new subscription of ten seats at 89.00 a month.
func acme() lifecycle.Subscription {
	monthly, err := proration.NewCycle(date(time.November, 1), proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	return sub
}

// afterwards applies events to a subscription, in order.
func afterwards(policy lifecycle.Policy, sub lifecycle.Subscription, events ...lifecycle.Event) lifecycle.Subscription {
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	for _, e := range events {
		e.Sequence = sub.Sequence + 1
		out, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			panic(err)
		}
		sub = out.Subscription
	}
	return sub
}

// inService returns acme with a card and a paid first month.
func inService(policy lifecycle.Policy) lifecycle.Subscription {
	return afterwards(policy, acme(),
		lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		lifecycle.Event{
			At: date(time.November, 1), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"},
		},
	)
}

// Two seats are added in mid-month. Nothing happens until the caller stores the outcome, so this is also the preview.
func ExampleApply() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	sub := inService(policy)

	out, err := lifecycle.Apply(policies, sub, lifecycle.Event{
		Sequence: 3, At: date(time.November, 16), Kind: lifecycle.Changed,
		Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}},
	})
	if err != nil {
		panic(err)
	}
	for _, inv := range out.Invoices {
		fmt.Print(inv.Text())
	}
	for _, effect := range out.Effects {
		fmt.Println(effect.ID, effect.Kind, effect.Invoice, effect.Amount.StringFixed(2))
	}
	fmt.Println("seats:", sub.Contract.Items[0].Quantity, "and then", out.Subscription.Contract.Items[0].Quantity)
	// Output:
	// Invoice acme-2, 2026-11-16, USD
	//   growth, proration_charge, 2026-11-16 until 2026-12-01                  89.00
	//     seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
	//   Amount due                                                             89.00
	// acme/event-3/1 collect_payment acme-2 89.00
	// seats: 10 and then 12
}

// An event that is not allowed returns a Refusal with the reason, and changes nothing.
func ExampleApply_refused() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	_, err = lifecycle.Apply(policies, inService(policy), lifecycle.Event{
		Sequence: 3, At: date(time.November, 2), Kind: lifecycle.CancellationWithdrawn,
	})

	var refusal *lifecycle.Refusal
	fmt.Println(errors.Is(err, plans.ErrRefused), errors.As(err, &refusal))
	fmt.Println(refusal.Event, "while", refusal.Status)
	fmt.Println(err)
	// Output:
	// true true
	// cancellation_withdrawn while active
	// No cancellation is scheduled.
}

// Advancing to a future date previews the next invoices. The stored subscription is not modified.
func ExampleAdvance() {
	policy := lifecycle.Standard()
	policy.Dunning.ResultTimeout = proration.Interval{Months: 6} // a preview has no results of payments
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	sub := afterwards(policy, inService(policy), lifecycle.Event{
		At: date(time.November, 16), Kind: lifecycle.Changed,
		Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}},
	})

	preview, err := lifecycle.Advance(policies, sub, time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	for _, inv := range preview.Invoices {
		fmt.Println(inv.ID, inv.IssuedAt.Format(time.DateOnly), inv.AmountDue.StringFixed(2))
		for _, line := range inv.Lines {
			fmt.Println("  ", line.Explain())
		}
	}
	fmt.Println("as stored:", sub.At.Format(time.DateOnly), len(sub.Receivables), "receivables")
	// Output:
	// acme-3 2026-12-01 1068.00
	//    seat: 12 x 89.00 = 1068.00
	// acme-4 2027-01-01 1068.00
	//    seat: 12 x 89.00 = 1068.00
	// as stored: 2026-11-16 2 receivables
}

// The caller schedules one job for each subscription, which calls Advance at the next deadline.
func ExampleNext() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	none, err := lifecycle.Next(policies, acme())
	if err != nil {
		panic(err)
	}
	fmt.Println(none.Kind)

	next, err := lifecycle.Next(policies, inService(policy))
	if err != nil {
		panic(err)
	}
	fmt.Println(next.Kind, next.At.Format(time.DateOnly))
	// Output:
	// unset
	// renewal 2026-12-01
}

// An edited policy applies from its date. The failed payment of November has a week of grace, the one of December three
// days.
func ExampleReplay() {
	before, after := lifecycle.Standard(), lifecycle.Standard()
	after.From, after.Dunning.Grace = date(time.December, 1), proration.Interval{Days: 3}
	failed := func(sequence int64, at time.Time, id string) lifecycle.Event {
		payment := lifecycle.Payment{Invoice: id}
		return lifecycle.Event{Sequence: sequence, At: at, Kind: lifecycle.PaymentFailed, Payment: payment}
	}
	policies, err := lifecycle.NewPolicies(before, after)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Replay(policies, acme(), []lifecycle.Event{
		{Sequence: 1, At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		failed(2, date(time.November, 1), "acme-1"),
		{
			Sequence: 3, At: date(time.November, 7), Kind: lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{Invoice: "acme-1"},
		},
		{Sequence: 4, At: date(time.November, 7), Kind: lifecycle.CancellationWithdrawn},
		failed(5, date(time.December, 1), "acme-2"),
	}, date(time.December, 4))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Timeline())
	// Output:
	// 2026-11-01 00:00:00  started                   active         full          acme-1
	// 2026-11-01 00:00:00  payment failed acme-1     past_due       full
	// 2026-11-07 00:00:00  payment succeeded acme-1  active         full
	// 2026-11-07 00:00:00  cancellation withdrawn    active         full
	//                      refused: No cancellation is scheduled.
	// 2026-12-01 00:00:00  renewal                   active         full          acme-2
	// 2026-12-01 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-04 00:00:00  grace over acme-2         suspended      billing_only
}

// Two seats were added on November 16, but reported on December 1, after that month was billed. The correction bills
// the difference. Correcting again bills nothing.
func ExampleCorrect() {
	policy := lifecycle.Standard()
	events := []lifecycle.Event{
		{Sequence: 1, At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		{
			Sequence: 2, At: date(time.November, 1), Kind: lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{Invoice: "acme-1"},
		},
		{
			Sequence: 3, At: date(time.December, 1), Kind: lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{Invoice: "acme-2"},
		},
	}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	was, err := lifecycle.Replay(policies, acme(), events, date(time.December, 1))
	if err != nil {
		panic(err)
	}
	correction := lifecycle.CorrectRequest{
		Subscription: was.Subscription, Initial: acme(), Issued: was.Invoices, Receivables: was.Receivables, At: date(time.December, 1),
		Events: append(events, lifecycle.Event{
			Sequence: 4, At: date(time.November, 16), Kind: lifecycle.Changed,
			Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}},
		}),
	}
	for range 2 {
		out, err := lifecycle.Correct(policies, correction)
		if err != nil {
			panic(err)
		}
		fmt.Println("invoices:", len(out.Invoices))
		for _, inv := range out.Invoices {
			for _, line := range inv.Lines {
				fmt.Println("  ", line.Explain())
			}
		}
		correction.Subscription = out.Subscription
		correction.Issued = append(correction.Issued, out.Invoices...)
		correction.Receivables = append(correction.Receivables, out.Receivables...)
	}
	// Output:
	// invoices: 1
	//    seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
	//    seat: 2 x 89.00 = 178.00
	// invoices: 0
}

func ExampleStandard() {
	policy := lifecycle.Standard()
	fmt.Println(policy.Billing.Proration.DayCount, policy.Billing.CreditBasis)
	fmt.Println(policy.Dunning.Grace, policy.Dunning.FinalAction)
	// Output:
	// days billed
	// P1W suspend
}

// A setting that decides an amount or access has no hidden default: a policy without one is an error.
func ExamplePolicy_Validate() {
	fmt.Println(lifecycle.Standard().Validate())

	policy := lifecycle.Standard()
	policy.Dunning.FinalAction, policy.Billing.CreditBasis = 0, 0
	err := policy.Validate()
	fmt.Println(err)
	fmt.Println(errors.Is(err, proration.ErrUnset))
	// Output:
	// <nil>
	// billing.credit_basis: required, one of billed, price
	// dunning.final_action: required, one of continue, suspend, pause, cancel
	// true
}

// Access is not status. A past-due customer has full access during the grace, and only the billing pages after it.
func ExamplePolicies_Access() {
	policy := lifecycle.Standard()
	sub := afterwards(policy, acme(),
		lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		lifecycle.Event{
			At: date(time.November, 1), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "acme-1"},
		},
	)
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	for _, at := range []time.Time{date(time.November, 8).Add(-1), date(time.November, 8)} {
		out, err := lifecycle.Advance(policies, sub, at)
		if err != nil {
			panic(err)
		}
		fmt.Println(at.Format("2006-01-02 15:04:05.999999999"), out.Subscription.Status, policies.Access(out.Subscription))
	}
	// Output:
	// 2026-11-07 23:59:59.999999999 past_due full
	// 2026-11-08 00:00:00 suspended billing_only
}

// Billing managers can always reach billing. Other members have no access while billing is all that is open.
func ExamplePolicies_AccessOf() {
	policy := lifecycle.Standard()
	policy.Managers = []lifecycle.Role{{Role: "owner"}, {Role: "admin", Selected: true}}
	suspended := lifecycle.Subscription{ID: "acme", Status: lifecycle.Suspended}
	roles := []lifecycle.Role{{Role: "owner"}, {Role: "admin", Selected: true}, {Role: "admin"}, {Role: "agent"}}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	for _, m := range roles {
		fmt.Println(m.Role, policies.AccessOf(suspended, m))
	}
	// Output:
	// owner billing_only
	// admin billing_only
	// admin none
	// agent none
}

func ExamplePolicies_Manages() {
	policy := lifecycle.Standard()
	policy.Managers = []lifecycle.Role{{Role: "owner"}, {Role: "admin", Selected: true}}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	fmt.Println(policies.Manages(lifecycle.Subscription{}, lifecycle.Role{Role: "owner"}))
	fmt.Println(policies.Manages(lifecycle.Subscription{}, lifecycle.Role{Role: "admin"}))
	fmt.Println(policies.Manages(lifecycle.Subscription{}, lifecycle.Role{Role: "admin", Selected: true}))
	// Output:
	// true
	// false
	// true
}

// The timeline shows each event and deadline, and the status and access that it led to.
func ExampleOutcome_Timeline() {
	policy := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Replay(policies, acme(), []lifecycle.Event{
		{Sequence: 1, At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		{
			Sequence: 2, At: date(time.November, 1), Kind: lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{Invoice: "acme-1"},
		},
		{
			Sequence: 3, At: date(time.November, 16), Kind: lifecycle.Changed,
			Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}},
		},
		{
			Sequence: 4, At: date(time.November, 17), Kind: lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{Invoice: "acme-2"},
		},
		{Sequence: 5, At: date(time.November, 20), Kind: lifecycle.CancellationRequested},
		{Sequence: 6, At: date(time.November, 21), Kind: lifecycle.Reactivated},
	}, date(time.December, 2))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Timeline())
	// Output:
	// 2026-11-01 00:00:00  started                                active         full          acme-1
	// 2026-11-01 00:00:00  payment succeeded acme-1               active         full
	// 2026-11-16 00:00:00  2 seats added                          active         full          acme-2
	// 2026-11-17 00:00:00  payment succeeded acme-2               active         full
	// 2026-11-20 00:00:00  cancellation requested for 2026-12-01  active         full
	// 2026-11-21 00:00:00  reactivated                            active         full
	//                      refused: The subscription is already active; its current period ends on 2026-12-01.
	// 2026-12-01 00:00:00  cancellation                           canceled       billing_only
}

func ExampleStep_String() {
	fmt.Println(lifecycle.Step{Event: lifecycle.Changed, Detail: "2 seats added"})
	fmt.Println(lifecycle.Step{Event: lifecycle.PaymentSucceeded, Invoice: "acme-5"})
	fmt.Println(lifecycle.Step{Deadline: lifecycle.GraceOver, Invoice: "acme-2"})
	// Output:
	// 2 seats added
	// payment succeeded acme-5
	// grace over acme-2
}

// A seller's policies are checked once. The second one applies from December 1.
func ExampleNewPolicies() {
	first, later := lifecycle.Standard(), lifecycle.Standard()
	later.From, later.Dunning.FinalAction = date(time.December, 1), 0
	_, err := lifecycle.NewPolicies(first, later)
	fmt.Println(err)

	later.Dunning.FinalAction = lifecycle.FinalCancel
	policies, err := lifecycle.NewPolicies(first, later)
	fmt.Println(policies != nil, err)
	// Output:
	// policies[1].dunning.final_action: required, one of continue, suspend, pause, cancel
	// true <nil>
}

// A report of the payment provider may be dated before the time that the subscription was advanced to.
func ExampleEventKind_Reported() {
	fmt.Println(lifecycle.PaymentSucceeded.Reported(), lifecycle.RefundFailed.Reported(), lifecycle.Changed.Reported())
	// Output: true true false
}
