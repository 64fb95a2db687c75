package plans_test

import (
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The seats of November left, and two return before it ends: they keep their price.
func ExampleContract_ReturningPrices() {
	contract := tenSeats()
	billed := must(contract.Charges(wholeMonth, proration.Standard(2)))
	contract.Items = nil
	change := plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}}}

	change = contract.ReturningPrices(change, billed, date(time.November, 16))
	fmt.Println(change.Add[0].Price.Unit)
	after := must(contract.Changed(change, date(time.November, 16)))
	fmt.Println(after.Items[0].Quantity, after.Items[0].ID)
	// Output:
	// 89
	// 2 seat
}

// Three of ten seats at 89.00, from the seventh seat on, for half of November.
func ExampleCharge_Units() {
	billed := must(tenSeats().Charges(wholeMonth, proration.Standard(2)))[0]
	half := must(billed.Units(money("7"), money("3"), rest(16).Span, proration.Standard(2), nil))
	fmt.Println(half.Explain())
	// Output: seat: 3 x 89.00, 267.00 x 15/30 days = 133.50
}
