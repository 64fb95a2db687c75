package lifecycle_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// A seat of 0.30 a month is held below 0.50. In December two months reach the minimum, and each invoice is requested.
func ExampleApply_minimumAmount() {
	policy := lifecycle.Standard()
	policy.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"USD": decimal.RequireFromString("0.50")}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	sub := acme()
	sub.Contract.Items[0].Quantity = decimal.NewFromInt(1)
	sub.Contract.Items[0].Price = plans.Price{Unit: decimal.RequireFromString("0.30")}
	started := lifecycle.Event{Sequence: 1, At: november(1), Kind: lifecycle.Started, PaymentMethod: "card"}
	out, err := lifecycle.Apply(policies, sub, started)
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Receivables[0].Phase, policies.AccessOf(out.Subscription, lifecycle.Role{Role: "owner"}), len(out.Effects))
	out, err = lifecycle.Advance(policies, out.Subscription, date(time.December, 1))
	if err != nil {
		panic(err)
	}
	for _, e := range out.Effects {
		fmt.Println(e.Kind, e.Invoice, e.Amount)
	}
	// Output:
	// held full 0
	// collect_payment acme-1 0.3
	// collect_payment acme-2 0.3
}
