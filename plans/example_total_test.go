package plans_test

import (
	"fmt"

	"github.com/billingrules/billing/plans"
)

func ExampleCharge_Total() {
	charge := plans.Charge{Net: money("100.00"), Taxes: []plans.Tax{
		{Name: "VAT", Percent: money("20"), Amount: money("20.00")},
		{Name: "levy", Percent: money("1"), Amount: money("0.99"), Included: true},
	}}
	fmt.Println(charge.Total())
	// Output: 120
}
