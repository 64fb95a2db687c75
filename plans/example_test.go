package plans_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date is the first instant of a day of 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// tenSeats is a contract for ten seats at 89.00 a month.
func tenSeats() plans.Contract {
	monthly, err := proration.NewCycle(date(time.November, 1), proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	return plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
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
	// usd 0 currency: "usd" is not an ISO 4217 currency (not a valid value)
}

// A policy that was written for dollars bills yen without cents.
func ExampleCurrency_Policy() {
	policy, err := plans.Currency("JPY").Policy(proration.Standard(2))
	fmt.Println(policy.Rounding.Places, policy.Rounding.Mode, err)
	// Output: 0 half_up <nil>
}

func ExamplePrice_Amount() {
	call := plans.Price{Unit: decimal.RequireFromString("0.0004")}
	amount, err := call.Amount(decimal.NewFromInt(12345)) // exact: it is rounded when it is billed
	fmt.Println(amount, err)
	// Output: 4.938 <nil>
}

func ExampleContract_Validate() {
	contract := tenSeats()
	contract.Plan = ""
	contract.Items[0].Quantity = decimal.NewFromInt(-1)
	err := contract.Validate()
	fmt.Println(err)
	fmt.Println(errors.Is(err, proration.ErrUnset))
	// Output:
	// plan: a contract has a plan (must be set)
	// items[0].quantity: -1 is negative (not a valid value)
	// true
}

// A month in full, and the rest of it for a customer who begins on the 16th.
func ExampleContract_Charges() {
	contract := tenSeats()
	november, err := contract.Cycle.Containing(date(time.November, 16))
	if err != nil {
		panic(err)
	}
	rest := proration.Portion{Period: november, Span: november.From(date(time.November, 16))}
	for _, portion := range []proration.Portion{plans.Whole(november), rest} {
		charges, err := contract.Charges(portion, proration.Standard(2))
		if err != nil {
			panic(err)
		}
		fmt.Println(charges[0].Explain())
	}
	// Output:
	// seat: 10 x 89.00 = 890.00
	// seat: 10 x 89.00, 890.00 x 15/30 days = 445.00
}

func ExampleContract_Added() {
	november := proration.Period{Start: date(time.November, 1), End: date(time.December, 1)}
	rest := proration.Portion{Period: november, Span: november.From(date(time.November, 21))}
	twoMore := plans.Change{Item: "seat", Quantity: decimal.NewFromInt(2)}

	charge, err := tenSeats().Added(twoMore, rest, proration.Standard(2))
	if err != nil {
		panic(err)
	}
	fmt.Println(charge.Net)
	// Output: 59.33
}

func ExampleContract_With() {
	contract := tenSeats()
	scale := plans.Plan{ID: "scale", Currency: "USD", Interval: proration.Interval{Months: 1}, Price: plans.Price{Unit: decimal.RequireFromString("139.00")}}
	for _, change := range []plans.Change{
		{Item: "seat", Quantity: decimal.NewFromInt(2)},
		{Plan: &scale},
	} {
		after, err := contract.With(change)
		if err != nil {
			panic(err)
		}
		fmt.Println(after.Plan, after.Items[0].Quantity, after.Items[0].Price.Unit)
	}
	fmt.Println(contract.Plan, contract.Items[0].Quantity, contract.Items[0].Price.Unit)
	// Output:
	// growth 12 89
	// scale 10 139
	// growth 10 89
}

// A contract never changes its currency.
func ExampleContract_With_refused() {
	euros := plans.Plan{ID: "scale", Currency: "EUR", Interval: proration.Interval{Months: 1}, Price: plans.Price{Unit: decimal.RequireFromString("129.00")}}
	_, err := tenSeats().With(plans.Change{Plan: &euros})

	var fault *proration.Error
	fmt.Println(errors.As(err, &fault), fault.Field)
	fmt.Println(fault.Reason)
	// Output:
	// true plan.currency
	// a contract in USD cannot change to a plan in EUR
}

func ExampleCharge_Explain() {
	november := proration.Period{Start: date(time.November, 1), End: date(time.December, 1)}
	lastThird := proration.Portion{Period: november, Span: november.From(date(time.November, 21))}
	charges, err := tenSeats().Charges(lastThird, proration.Standard(2))
	if err != nil {
		panic(err)
	}
	fmt.Println(charges[0].Explain())
	// Output: seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67
}

func ExampleWhole() {
	november := proration.Period{Start: date(time.November, 1), End: date(time.December, 1)}
	portion := plans.Whole(november)
	fmt.Println(portion.Span.Equal(portion.Period))
	// Output: true
}

func ExamplePlan_Validate() {
	plan := plans.Plan{ID: "growth", Currency: "usd", Interval: proration.Interval{Months: 1}}
	fmt.Println(plan.Validate())
	// Output: currency: "usd" is not an ISO 4217 currency (not a valid value)
}
