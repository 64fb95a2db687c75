package plans_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date returns the start of a day in 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// money parses an amount.
func money(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// must returns v, and panics if err is not nil.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// monthly returns a monthly cycle from November 1 on.
func monthly() proration.Cycle {
	return must(proration.NewCycle(date(time.November, 1), proration.Interval{Months: 1}))
}

// tenSeats returns a contract for ten seats at 89.00 a month.
func tenSeats() plans.Contract {
	return plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly(), Items: []plans.Item{
		{ID: "seat", Quantity: money("10"), Price: plans.Price{Unit: money("89.00")}},
	}}
}

// thisMonth is November.
var thisMonth = proration.Period{Start: date(time.November, 1), End: date(time.December, 1)}

// wholeMonth is all of November.
var wholeMonth = proration.Portion{Period: thisMonth, Span: thisMonth}

// rest returns the part of November from a day on.
func rest(day int) proration.Portion {
	return proration.Portion{Period: thisMonth, Span: thisMonth.From(date(time.November, day))}
}

func ExampleCurrency_Places() {
	for _, code := range []plans.Currency{"USD", "JPY", "KWD", "CLF", "usd"} {
		places, err := code.Places()
		fmt.Println(code, places, err)
	}
	// Output:
	// USD 2 <nil>
	// JPY 0 <nil>
	// KWD 3 <nil>
	// CLF 4 <nil>
	// usd 0 currency: must be an ISO 4217 currency; got "usd"
}

func ExamplePrice_Amount() {
	call := plans.Price{Unit: money("0.0004")}
	amount, err := call.Amount(money("12345")) // exact; billing rounds it
	fmt.Println(amount, err)
	// Output: 4.938 <nil>
}

// One struct covers the common price models.
func ExamplePrice() {
	tiers := []plans.Tier{
		{UpTo: money("5"), Unit: money("7")}, {UpTo: money("10"), Unit: money("6.50")}, {Unit: money("6")},
	}
	stairs := []plans.Tier{{UpTo: money("10"), Flat: money("20")}, {Flat: money("50")}} // one flat fee per step
	for _, p := range []plans.Price{
		{Flat: money("49")},
		{Unit: money("8"), Included: money("3")},
		{Tiering: plans.Graduated, Tiers: tiers},
		{Tiering: plans.Volume, Tiers: tiers},
		{Unit: money("5"), Package: money("10")},
		{Tiering: plans.Volume, Tiers: stairs},
		{Percent: money("2.9"), Flat: money("0.30")},
		{Unit: money("1"), Minimum: money("50")},
	} {
		calls := plans.Charge{Kind: plans.Usage, Item: "call", Currency: "USD", Quantity: money("12"), Price: p}
		fmt.Println(must(calls.Priced(proration.Standard(2))).Explain())
	}
	// Output:
	// call: 49.00 = 49.00
	// call: 9 x 8.00 beyond 3 included = 72.00
	// call: 5 x 7.00 + 5 x 6.50 + 2 x 6.00 = 79.50
	// call: 12 x 6.00 = 72.00
	// call: 2 packages of 10 x 5.00 = 10.00
	// call: 50.00 = 50.00
	// call: 2.9 % of 12.00 + 0.30, 0.648 x 1/1 = 0.648, rounded half up to 0.65
	// call: 12 x 1.00, at least 50.00 = 50.00
}

// Prices with equal numbers are equal: 7.5 equals 7.50.
func ExamplePrice_Equal() {
	fmt.Println(plans.Price{Unit: money("7.5")}.Equal(plans.Price{Unit: money("7.50")}))
	// Output: true
}

func ExampleContract_Validate() {
	contract := tenSeats()
	contract.Plan = ""
	contract.Items[0].Quantity = money("-1")
	err := contract.Validate()
	fmt.Println(err)
	fmt.Println(errors.Is(err, proration.ErrUnset))
	// Output:
	// plan: required, the plan's ID
	// items[0].quantity: must not be negative; got -1
	// true
}

// A whole month, and the rest of the month for a customer who starts on the 16th.
func ExampleContract_Charges() {
	for _, portion := range []proration.Portion{wholeMonth, rest(16)} {
		charges := must(tenSeats().Charges(portion, proration.Standard(2)))
		fmt.Println(charges[0].Explain())
	}
	// Output:
	// seat: 10 x 89.00 = 890.00
	// seat: 10 x 89.00, 890.00 x 15/30 days = 445.00
}

// The ramp sets a lower price and a higher quantity from the 21st on.
func ExampleContract_Charges_ramp() {
	contract := tenSeats()
	contract.Ramp = []plans.RampStep{{
		At:   date(time.November, 21),
		Item: plans.Item{ID: "seat", Quantity: money("12"), Price: plans.Price{Unit: money("79.00")}},
	}}
	for _, charge := range must(contract.Charges(wholeMonth, proration.Standard(2))) {
		fmt.Println(charge.Explain())
	}
	// Output:
	// seat: 10 x 89.00, 890.00 x 20/30 days = 593.333..., rounded half up to 593.33
	// seat: 12 x 79.00, 948.00 x 10/30 days = 316.00
}

// With tiers, two added seats cost the price of twelve seats minus the price of ten.
func ExampleContract_Amended_tiers() {
	contract := tenSeats()
	contract.Items[0].Price = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: money("10"), Unit: money("89")}, {Unit: money("79")},
	}}
	twoMore := plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}}}
	amended, err := contract.Amended(twoMore, thisMonth.Start, proration.Standard(2))
	if err != nil {
		panic(err)
	}
	fmt.Println(amended.Charges[0].Explain())
	// Output: seat: (10 x 89.00 + 2 x 79.00) - (10 x 89.00) = 158.00
}

// The contract has a minimum of 1,000.00 a month, and ten seats cost less.
func ExampleContract_Shortfall() {
	contract := tenSeats()
	contract.Minimum = money("1000")
	billed := must(contract.Charges(wholeMonth, proration.Standard(2)))
	for _, charge := range must(contract.Shortfall(billed, wholeMonth, proration.Standard(2))) {
		fmt.Println(charge.Explain())
	}
	// Output: minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00
}

// The customer commits to 12,000.00 a year, and spent 10,680.00 on the seats. The true-up bills the rest.
func ExampleContract_TrueUp() {
	contract := tenSeats()
	contract.Commitment = plans.Commitment{
		Amount: money("12000"), Length: proration.Interval{Months: 12}, Start: date(time.January, 1),
	}
	var billed []plans.Charge
	for month := time.January; month <= time.December; month++ {
		period := proration.Period{Start: date(month, 1), End: date(month+1, 1)}
		portion := proration.Portion{Period: period, Span: period}
		billed = append(billed, must(contract.Charges(portion, proration.Standard(2)))...)
	}
	charges, after, err := contract.TrueUp(billed, date(time.December+1, 1), false, proration.Standard(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(charges[0].Explain())
	fmt.Println("settled:", after.Settled)
	// Output:
	// commitment: 1 x 12000.00 = 12000.00, less billed 10680.00 = 1320.00
	// settled: 1
}

// After one true-up, the second year is the present length.
func ExampleContract_CommitmentPeriod() {
	contract := tenSeats()
	contract.Commitment = plans.Commitment{
		Amount: money("12000"), Length: proration.Interval{Months: 12}, Start: date(time.February, 1), Settled: 1,
	}
	fmt.Println(must(contract.CommitmentPeriod()))
	// Output: 2027-02-01T00:00:00Z/2028-02-01T00:00:00Z
}

func ExampleContract_Changed() {
	contract := tenSeats()
	scale := plans.Plan{ID: "scale", Interval: proration.Interval{Months: 1}, Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: money("139.00")}},
	}}
	for _, change := range []plans.Change{
		{Add: []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}}},
		{Plan: &scale},
	} {
		after := must(contract.Changed(change, date(time.November, 16)))
		fmt.Println(after.Plan, after.Items[0].Quantity, after.Items[0].Price.Unit)
	}
	fmt.Println(contract.Plan, contract.Items[0].Quantity, contract.Items[0].Price.Unit)
	// Output:
	// growth 12 89
	// scale 10 139
	// growth 10 89
}

// A contract keeps its currency: a plan without a price in that currency is an error.
func ExampleContract_Changed_refused() {
	euros := plans.Plan{ID: "scale", Interval: proration.Interval{Months: 1}, Offers: []plans.Offer{
		{Item: "seat", Currency: "EUR", Price: plans.Price{Unit: money("129.00")}},
	}}
	_, err := tenSeats().Changed(plans.Change{Plan: &euros}, date(time.November, 16))

	var fault *proration.Error
	fmt.Println(errors.As(err, &fault), fault.Field)
	fmt.Println(fault.Reason)
	// Output:
	// true change.plan.offers
	// must include "seat" in USD
}

// Amended prices a change without a catalog. Package credits computes the credit for the old price.
func ExampleContract_Amended() {
	for _, change := range []plans.Change{
		{Add: []plans.ItemQuantity{{Item: "seat", Quantity: money("2")}}},
		{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Unit: money("79.00")}}}},
		{AnchorAt: date(time.December, 4)},
	} {
		amended, err := tenSeats().Amended(change, date(time.November, 16), proration.Standard(2))
		if err != nil {
			fmt.Println(err)
			return
		}
		after := amended.Contract
		fmt.Println(after.Items[0].Quantity, "at", after.Items[0].Price.Unit, "from", after.Cycle.Anchor)
		for _, charge := range amended.Charges {
			fmt.Println(charge.Kind, charge.Explain())
		}
		for _, units := range amended.Replaced {
			fmt.Println("replaced:", units.Item)
		}
	}
	// Output:
	// 12 at 89 from 2026-11-01
	// proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00
	// 10 at 79 from 2026-11-01
	// proration_charge seat: 10 x 79.00, 790.00 x 15/30 days = 395.00
	// replaced: seat
	// 10 at 89 from 2026-12-04
	// recurring seat: 10 x 89.00, 890.00 x 3/30 days = 89.00
}

func ExampleCharge_Explain() {
	charges := must(tenSeats().Charges(rest(21), proration.Standard(2)))
	fmt.Println(charges[0].Explain())
	// Output: seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67
}

// A discount of ten percent applies once; a discount of 5.00 applies next and has two uses left.
func ExampleApplyDiscounts() {
	reduced := must(plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: must(tenSeats().Charges(wholeMonth, proration.Standard(2))),
		Discounts: []plans.Discount{
			{ID: "welcome", Percent: money("10"), Duration: plans.Once},
			{ID: "friend", Amount: money("5"), Currency: "USD", Duration: plans.Repeating, Periods: 3},
		},
		Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
	}))
	fmt.Println(reduced.Charges[0].Explain())
	for _, left := range reduced.Remaining {
		fmt.Println("left:", left.ID, left.Periods)
	}
	// Output:
	// seat: 10 x 89.00 = 890.00, less 10 % 89.00, less friend 5.00 = 796.00
	// left: friend 2
}
