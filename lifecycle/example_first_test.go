package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A whole life under the standard policy: ten seats a month, two more in mid-month, a declined renewal, the recovery,
// and a cancellation for the end of the period.
func Example() {
	on := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	monthly, err := proration.NewCycle(on(9, 1), proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	twoMore := plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}}
	events := []lifecycle.Event{ // the caller numbers events when it stores them
		{Sequence: 1, At: on(9, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		{Sequence: 2, At: on(9, 1), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"}},
		{Sequence: 3, At: on(9, 16), Kind: lifecycle.Changed, Change: twoMore},
		{Sequence: 4, At: on(9, 16), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-2"}},
		{Sequence: 5, At: on(10, 1), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "acme-3"}},
		{Sequence: 6, At: on(10, 10), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-3"}},
		{Sequence: 7, At: on(10, 20), Kind: lifecycle.CancellationRequested},
	}

	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	out, err := lifecycle.Replay(policies, sub, events, on(11, 1))
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Timeline())
	fmt.Print(out.Invoices[1].Text())
	// Output:
	// 2026-09-01 00:00:00  started                                active         full          acme-1
	// 2026-09-01 00:00:00  payment succeeded acme-1               active         full
	// 2026-09-16 00:00:00  2 seats added                          active         full          acme-2
	// 2026-09-16 00:00:00  payment succeeded acme-2               active         full
	// 2026-10-01 00:00:00  renewal                                active         full          acme-3
	// 2026-10-01 00:00:00  payment failed acme-3                  past_due       full
	// 2026-10-08 00:00:00  grace over acme-3                      suspended      billing_only
	// 2026-10-10 00:00:00  payment succeeded acme-3               active         full
	// 2026-10-20 00:00:00  cancellation requested for 2026-11-01  active         full
	// 2026-11-01 00:00:00  cancellation                           canceled       billing_only
	//
	// Invoice acme-2, 2026-09-16, USD
	//   growth, proration_charge, 2026-09-16 until 2026-10-01                  89.00
	//     seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
	//   Amount due                                                             89.00
}

// A seller's policy is a JSON file that states only its differences from the standard policy.
func ExamplePolicy_UnmarshalJSON() {
	file := []byte(`{
		"billing": {"tax_rounding_level": "invoice", "taxes": [{"name": "VAT", "percent": "20"}]},
		"trial": {"unused_trial": "carry_over", "require_payment_method": true},
		"renewal": {"lead": "P3D"},
		"dunning": {"grace": "P3D", "retries": ["P1D", "P1D"], "final_action": "cancel"},
		"reminders": [{"of": "trial_end", "before": "P3D"}, {"of": "renewal", "before": "P7D"}],
		"access_by_status": {"suspended": "restricted"},
		"managers": [{"role": "owner"}, {"role": "admin", "selected": true}]
	}`)
	policy := lifecycle.Standard()
	if err := json.Unmarshal(file, &policy); err != nil {
		panic(err)
	}
	fmt.Println(policy.Validate())
	fmt.Println(policy.Dunning.FinalAction, policy.AccessByStatus[lifecycle.Suspended], policy.AccessByStatus[lifecycle.Paused])
	fmt.Println(len(policy.ChangeRules), "change rules of the standard policy")
	// Output:
	// <nil>
	// cancel restricted billing_only
	// 12 change rules of the standard policy
}
