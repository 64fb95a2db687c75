package plans_test

import (
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A customer returns in 2028: a new one-year term starts, at the contract's price.
func ExampleContract_StartingAt() {
	again := must(signed().StartingAt(date(time.June, 10).AddDate(2, 0, 0), 0))
	fmt.Println(again.Terms[0].Period, again.Items[0].Price.Unit)
	// Output:
	// 2028-06-10T00:00:00Z/2029-06-10T00:00:00Z 15
}

// A customer buys when nine days of the trial are left. These days extend the first period.
func ExampleTrial_Starts() {
	trial := plans.Trial{Length: proration.Interval{Days: 14}, UnusedTrial: plans.CarryOver}
	start, longer := trial.Starts(date(time.March, 6), date(time.March, 15))
	fmt.Println(start.Format(time.DateOnly), longer)
	// Output:
	// 2026-03-06 9
}

func ExampleCatalog_Market() {
	market := must(shop().Market("BR"))
	fmt.Println(market.Currency, len(market.PaymentMethods))
	// Output:
	// BRL 2
}

func ExampleMarket_PaymentMethod() {
	market := must(shop().Market("PT"))
	_, err := market.PaymentMethod("wire", plans.Customer)
	fmt.Println(err)
	method := must(market.PaymentMethod("wire", plans.Support))
	fmt.Println(method.ID)
	// Output:
	// Payment method "wire" is available by arrangement only. Choose card. By arrangement: wire.
	// wire
}

// A seller who stores plans elsewhere can use change rules without a catalog.
func ExampleChangeRules_Check() {
	rules := plans.ChangeRules{
		{Action: plans.AddQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately},
		{Action: plans.RemoveQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.AtTermEnd},
	}
	fmt.Println(rules.Validate())
	fewer := plans.Change{Item: "seat", Quantity: money("-2")}
	permit := must(rules.Check(plans.ChangeRequest{
		Contract: signed(), Change: fewer.Clone(), By: plans.Customer, At: date(time.May, 5),
	}))
	fmt.Println(permit.Action, permit.Effective, permit.At.Format(time.DateOnly))
	// Output:
	// <nil>
	// remove_quantity at_term_end 2027-03-02
}

// A change names a plan by its ID, and the catalog sets the price.
func ExampleCatalog_Resolved() {
	change := must(shop().Resolved(plans.ChangeRequest{
		Contract: signed(), Change: plans.Change{Plan: &plans.Plan{ID: "pro"}}, By: plans.Customer, At: date(time.May, 5),
	}))
	price, _ := change.Plan.Price("seat", "USD")
	fmt.Println(price.Unit)
	// Output:
	// 25
}
