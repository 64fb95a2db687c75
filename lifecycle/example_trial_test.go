package lifecycle_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The first customer buys on the fifth day of a trial of 14 days, and the remaining ten days extend the first paid
// month. The second customer enters no card, is reminded three days before the end, and then has access to billing
// only.
func Example_trial() {
	policy := lifecycle.Standard()
	policy.Trial = lifecycle.Trial{
		UnusedTrial: plans.CarryOver, OnPlanChange: lifecycle.TrialKeep, WithoutPaymentMethod: lifecycle.FinalSuspend,
	}
	policy.Reminders = []lifecycle.Reminder{
		{Of: lifecycle.NoticeTrialEnd, Before: proration.Interval{Days: 3}, OnlyWithoutPaymentMethod: true},
	}

	start := time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)
	monthly, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	contract := plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: monthly, Trial: proration.Interval{Days: 14},
		Items: []plans.Item{
			{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
		},
	}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	for _, events := range [][]lifecycle.Event{
		{
			{Sequence: 1, At: start, Kind: lifecycle.Started, PaymentMethod: "card"},
			{Sequence: 2, At: start.AddDate(0, 0, 4), Kind: lifecycle.TrialConverted},
			{
				Sequence: 3, At: start.AddDate(0, 0, 4), Kind: lifecycle.PaymentSucceeded,
				Payment: lifecycle.Payment{Invoice: "buyer-1"},
			},
		},
		{
			{Sequence: 1, At: start, Kind: lifecycle.Started},
		},
	} {
		sub := lifecycle.Subscription{ID: "visitor"}
		if len(events) > 1 {
			sub.ID = "buyer"
		}
		sub.Contract = contract
		to := time.Date(2026, time.December, 16, 9, 0, 0, 0, time.UTC)
		out, err := lifecycle.Replay(policies, sub, events, to)
		if err != nil {
			panic(err)
		}
		fmt.Print(out.Timeline())
		for _, inv := range out.Invoices {
			line := inv.Lines[0]
			fmt.Println(inv.ID, line.Explain(), "until", line.Span.End.Format(time.DateOnly))
		}
		fmt.Println()
	}
	// Output:
	// 2026-11-02 09:00:00  started                    trialing       full
	// 2026-11-06 09:00:00  trial converted            active         full          buyer-1
	// 2026-11-06 09:00:00  payment succeeded buyer-1  active         full
	// 2026-12-16 09:00:00  renewal                    active         full          buyer-2
	// buyer-1 seat: 10 x 89.00 = 890.00 until 2026-12-16
	// buyer-2 seat: 10 x 89.00 = 890.00 until 2027-01-16
	//
	// 2026-11-02 09:00:00  started                trialing       full
	// 2026-11-13 09:00:00  reminder of trial end  trialing       full
	// 2026-11-16 09:00:00  trial over             suspended      billing_only
}

// Support extends the trial of 14 days by five days, and the customer then changes to a plan whose trial has ten days.
// The policy restarts the trial for it. What waits for the end of the trial follows.
func Example_trialExtended() {
	policy := lifecycle.Standard()
	policy.Trial.OnPlanChange = lifecycle.TrialRestart
	policy.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeTrialEnd, Before: proration.Interval{Days: 3}}}

	start := time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)
	monthly, err := proration.NewCycle(start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: monthly, Trial: proration.Interval{Days: 14},
		Items: []plans.Item{
			{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
		},
	}
	scale := plans.Plan{
		ID: "scale", Interval: proration.Interval{Months: 1}, Trial: proration.Interval{Days: 10},
		Offers: []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: decimal.RequireFromString("139.00")}},
		},
	}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	day := func(n int) time.Time { return start.AddDate(0, 0, n) }
	out, err := lifecycle.Replay(policies, sub, []lifecycle.Event{
		{Sequence: 1, At: start, Kind: lifecycle.Started, PaymentMethod: "card"},
		{Sequence: 2, At: day(12), Kind: lifecycle.TrialExtended, Until: day(30)}, // by the customer
		{Sequence: 3, At: day(12), Kind: lifecycle.TrialExtended, By: plans.Support, Until: day(19)},
		{Sequence: 4, At: day(17), Kind: lifecycle.Changed, Change: plans.Change{Plan: &scale}},
	}, day(27))
	if err != nil {
		panic(err)
	}
	fmt.Print(out.Timeline())
	fmt.Println(out.Invoices[0].Lines[0].Explain())
	// Output:
	// 2026-11-02 09:00:00  started                                                  trialing       full
	// 2026-11-13 09:00:00  reminder of trial end                                    trialing       full
	// 2026-11-14 09:00:00  trial extended                                           trialing       full
	//                      refused: Only support can set the end of the trial; send trial_converted to start the paid period.
	// 2026-11-14 09:00:00  trial end changed to 2026-11-21                          trialing       full
	// 2026-11-18 09:00:00  reminder of trial end                                    trialing       full
	// 2026-11-19 09:00:00  plan changed to scale, trial restarted until 2026-11-29  trialing       full
	// 2026-11-26 09:00:00  reminder of trial end                                    trialing       full
	// 2026-11-29 09:00:00  trial over                                               active         full          acme-1
	// seat: 10 x 139.00 = 1390.00
}
