package plans_test

import (
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// One change states the new plan with all of its items. Ten seats become twelve at the price of the plan, and phones
// join. Everything is replaced, and charged for the rest of the month.
func ExampleContract_Changed_planAndItems() {
	scale := plans.Plan{ID: "scale", Interval: aMonth, Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: money("139.00")}},
		{Item: "phone", Currency: "USD", Price: plans.Price{Unit: money("9.00")}},
	}}
	change := plans.Change{Plan: &scale, Items: []plans.ChangeItem{
		{ID: "seat", Quantity: money("12")}, {ID: "phone", Quantity: money("2")},
	}}
	for _, item := range must(tenSeats().Changed(change, date(time.November, 16))).Items {
		fmt.Println(item.Quantity, item.ID, "at", item.Price.Unit)
	}
	amended := must(tenSeats().Amended(change, date(time.November, 16), proration.Standard(2)))
	for _, charge := range amended.Charges {
		fmt.Println(charge.Explain())
	}
	// Output:
	// 12 seat at 139
	// 2 phone at 9
	// seat: 12 x 139.00, 1668.00 x 15/30 days = 834.00
	// phone: 2 x 9.00, 18.00 x 15/30 days = 9.00
}

// A preview of rules without a catalog: the strictest rule of the actions decides when the change takes effect.
func ExampleChangeRules_Check_strictest() {
	customer := []plans.Actor{plans.Customer}
	rules := plans.ChangeRules{
		{Action: plans.Upgrade, By: customer, Effective: plans.Immediately},
		{Action: plans.RemoveQuantity, By: customer, Effective: plans.AtPeriodEnd},
	}
	scale := plans.Plan{ID: "scale", Interval: aMonth, Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: money("139.00")}},
	}}
	permit := must(rules.Check(plans.ChangeRequest{
		Contract: tenSeats(), By: plans.Customer, At: date(time.November, 16),
		Change: plans.Change{Plan: &scale, Items: []plans.ChangeItem{{ID: "seat", Quantity: money("8")}}},
	}))
	fmt.Println(permit.Actions, permit.Effective, permit.At.Format(time.DateOnly))
	// Output: [upgrade remove_quantity] at_period_end 2026-12-01
}

// A change names each item once, with a number of units above zero.
func ExampleChange_Validate() {
	change := plans.Change{
		Add:    []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}, {Item: "phone"}},
		Remove: []plans.ItemQuantity{{Item: "seat", Quantity: money("1")}},
		Cancel: true,
	}
	fmt.Println(change.Validate())
	// Output:
	// cancel: must be the only field of the change; add is set, too
	// add[1].quantity: must be above zero; got 0
	// remove[0].item: must be named once; "seat" appears twice
}

func ExampleChange_IsZero() {
	fmt.Println(plans.Change{}.IsZero(), plans.Change{Anchor: plans.AnchorReset}.IsZero())
	// Output: true false
}

// A term alone extends the last one. With another plan, or if there is none, it begins with the change.
func ExampleContract_Extends() {
	contract := tenSeats()
	year := plans.Term{Length: aYear, Billing: plans.PerPeriod, Renewal: plans.Renew}
	fmt.Println(contract.Extends(plans.Change{Term: &year}))
	contract = must(contract.Changed(plans.Change{Term: &year}, date(time.November, 16)))
	fmt.Println(contract.Terms[0].Period)
	fmt.Println(contract.Extends(plans.Change{Term: &year}))
	// Output:
	// false
	// 2026-11-16T00:00:00Z/2027-11-16T00:00:00Z
	// true
}

// Another plan, another interval and a new period replace the charges of the present one; other quantities do not.
func ExampleContract_ReplacedBy() {
	contract, at := tenSeats(), date(time.November, 16)
	fmt.Println(contract.ReplacedBy(plans.Change{Anchor: plans.AnchorReset}, at))
	fmt.Println(contract.ReplacedBy(plans.Change{Interval: contract.Cycle.Interval}, at))
	fmt.Println(contract.ReplacedBy(plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}}}, at))
	// Output:
	// true
	// false
	// false
}
