package plans_test

import (
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Only support can downgrade a contract, and the downgrade takes effect at the end of the term. The change names the
// plan by its ID, and the approved change has the plan of the catalog.
func ExampleChangeRules_Check() {
	catalog := shop()
	pro := quoted(plans.Order{
		By: plans.Customer, At: date(time.March, 2), Plan: "pro", Term: aYear, Country: "PT", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}},
	}).Contract
	smaller := plans.ChangeRequest{
		Catalog: &catalog, Contract: pro, Change: plans.Change{Plan: &plans.Plan{ID: "base"}}, By: plans.Customer, At: date(time.May, 5),
	}
	_, err := changes().Check(smaller)
	fmt.Println(err)

	smaller.By = plans.Support
	permit := must(changes().Check(smaller))
	fmt.Println(permit.Actions, permit.Effective, permit.At.Format(time.DateOnly), permit.Change.Plan.Offers[0].Price.Unit)
	// Output:
	// Downgrades are handled by support. Ask support; the change takes effect at the end of the term.
	// [downgrade] at_term_end 2027-03-02 15
}

// A seller who stores plans elsewhere can use change rules without a catalog.
func ExampleChangeRules_Check_withoutCatalog() {
	rules := plans.ChangeRules{
		{Action: plans.AddQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately},
		{Action: plans.RemoveQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.AtTermEnd},
	}
	fewer := plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}}}
	permit := must(rules.Check(plans.ChangeRequest{
		Contract: signed(), Change: fewer, By: plans.Customer, At: date(time.May, 5),
	}))
	fmt.Println(permit.Actions, permit.Effective, permit.At.Format(time.DateOnly))
	// Output:
	// [remove_quantity] at_term_end 2027-03-02
}

func ExampleChangeRules_Validate() {
	fmt.Println(plans.ChangeRules{{Action: plans.Upgrade, By: []plans.Actor{plans.Customer}}}.Validate())
	// Output: change_rules[0].effective: required, one of immediately, at_period_end, at_term_end, at_paid_through
}

// A customer leaves a one-year contract in its fourth month, and owes half of the remaining bills.
func ExampleContract_Amended_terminationFee() {
	contract := tenSeats()
	contract.Terms = []plans.ContractTerm{{
		Term: plans.Term{
			Length: aYear, Billing: plans.PerPeriod, Renewal: plans.Renew,
			TerminationFee: plans.TerminationFee{Percent: money("50")},
		},
		Period: proration.Period{Start: date(time.November, 1), End: date(time.November, 1).AddDate(1, 0, 0)},
	}}
	leaves := date(time.November, 1).AddDate(0, 3, 15)
	amended, err := contract.Amended(plans.Change{Cancel: true}, leaves, proration.Standard(2))
	if err != nil {
		panic(err)
	}
	fmt.Println(amended.Charges[0].Explain())
	fmt.Println("ends", amended.Contract.End().Format(time.DateOnly))
	// Output:
	// termination: 50 % of 7120.00 = 3560.00
	// ends 2027-02-16
}
