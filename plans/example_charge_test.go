package plans_test

import (
	"fmt"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A one-time charge for two hours of training.
func ExampleCharge_Priced() {
	charge := must(plans.Charge{
		Kind: plans.OneTime, Item: "training", Currency: "EUR", Quantity: money("2"),
		Price: plans.Price{Unit: money("75.00")},
	}.Priced(proration.Standard(2)))
	fmt.Println(charge.Net)
	fmt.Println(charge.Explain())
	// Output:
	// 150
	// training: 2 x 75.00 = 150.00
}

// A charge without a price has the given net.
func ExampleCharge_Priced_net() {
	damage := plans.Charge{Kind: plans.OneTime, Item: "damage", Currency: "EUR", Net: money("31.40")}
	fmt.Println(must(damage.Priced(proration.Standard(2))).Explain())
	damage.Currency = "JPY"
	_, err := damage.Priced(proration.Standard(2))
	fmt.Println(err)
	// Output:
	// damage: 31.40
	// net: must have at most 0 decimal places in JPY; got 31.4
}

// Check finds a charge that was edited after it was computed.
func ExampleCharge_Check() {
	charge := must(tenSeats().Charges(rest(16), proration.Standard(2)))[0]
	fmt.Println(charge.Check(proration.Standard(2), nil))
	charge.Quantity = money("9")
	fmt.Println(charge.Check(proration.Standard(2), nil))
	// Output:
	// <nil>
	// share.of: must be 801, as in 801.00 x 15/30 days = 400.50; got 890
	// share.amount: must be 400.5, as in 801.00 x 15/30 days = 400.50; got 445
}

func ExampleCharge_Gross() {
	reduced := must(plans.ApplyDiscounts(plans.DiscountRequest{
		Charges:   must(tenSeats().Charges(wholeMonth, proration.Standard(2))),
		Discounts: []plans.Discount{{ID: "welcome", Percent: money("10"), Duration: plans.Once}},
		Currency:  "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
	}))
	fmt.Println(reduced.Charges[0].Gross(), reduced.Charges[0].Net)
	// Output: 890 801
}

// A tax in addition to the net, and the same tax included in the net.
func ExampleCharge_Taxed() {
	charge := must(tenSeats().Charges(wholeMonth, proration.Standard(2)))[0]
	vat := plans.Tax{Name: "VAT", Percent: money("19")}
	fmt.Println(charge.Taxed(vat).FloatString(2))
	vat.Included = true
	charge.Taxes = []plans.Tax{vat}
	fmt.Println(charge.Taxed(vat).FloatString(2), charge.Taxed(vat))
	// Output:
	// 169.10
	// 142.10 16910/119
}

// A tax in addition to the net, and the same tax included in the net.
func ExampleCharge_TaxRatio() {
	vat := plans.Tax{Name: "VAT", Percent: money("19")}
	fmt.Println(plans.Charge{Net: money("100")}.TaxRatio(vat))
	vat.Included = true
	fmt.Println(plans.Charge{Net: money("100"), Taxes: []plans.Tax{vat}}.TaxRatio(vat))
	// Output:
	// 19 100
	// 19 119
}

// The scope covers the recurring charges of the seats.
func ExampleScope_Covers() {
	scope := plans.Scope{Items: []string{"seat"}, Kinds: []plans.Kind{plans.Recurring}}
	fmt.Println(scope.Covers(plans.Charge{Plan: "growth", Item: "seat", Kind: plans.Recurring}))
	fmt.Println(scope.Covers(plans.Charge{Plan: "growth", Item: "seat", Kind: plans.Usage}))
	// Output:
	// true
	// false
}

// A percentage without an end applies to every charge. A coupon for one period is used up by its invoice.
func ExampleDiscount_Always() {
	fmt.Println(plans.Discount{ID: "partner", Percent: money("10"), Duration: plans.Forever}.Always())
	fmt.Println(plans.Discount{ID: "welcome", Percent: money("10"), Duration: plans.Once}.Always())
	// Output:
	// true
	// false
}

// The discount reduces charges of November only.
func ExampleDiscount_Covers() {
	discount := plans.Discount{
		ID: "november", Percent: money("10"), Duration: plans.Forever, From: thisMonth.Start, Until: thisMonth.End,
	}
	charge := must(tenSeats().Charges(wholeMonth, proration.Standard(2)))[0]
	fmt.Println(discount.Covers(charge))
	charge.Span.Start = thisMonth.End
	fmt.Println(discount.Covers(charge))
	// Output:
	// true
	// false
}

// The ramp of the contract increases the quantity to twelve seats on the 16th.
func ExampleContract_AsOf() {
	contract := tenSeats()
	twelve := contract.Items[0]
	twelve.Quantity = money("12")
	contract.Ramp = []plans.RampStep{{At: rest(16).Span.Start, Item: twelve}}
	for _, day := range []int{15, 16} {
		then := must(contract.AsOf(rest(day).Span.Start))
		fmt.Println(then.Items[0].Quantity, len(then.Ramp))
	}
	// Output:
	// 10 1
	// 12 0
}
