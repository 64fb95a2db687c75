package credits_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date is the first instant of a day of 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// twoGrants is a ledger with 40.00 since November 3 and 60.00 since November 10.
func twoGrants() []credits.Entry {
	return []credits.Entry{
		{ID: "inv-2", Amount: decimal.RequireFromString("60.00"), Currency: "USD", At: date(time.November, 10), Reason: "left over from inv-2", Ref: "inv-2"},
		{ID: "goodwill", Amount: decimal.RequireFromString("40.00"), Currency: "USD", At: date(time.November, 3), Reason: "an outage"},
	}
}

// Ten seats were billed for November and are used until the 16th.
func ExampleUnused() {
	november := proration.Period{Start: date(time.November, 1), End: date(time.December, 1)}
	monthly, err := proration.NewCycle(november.Start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	billed, err := contract.Charges(plans.Whole(november), proration.Standard(2))
	if err != nil {
		panic(err)
	}
	billed[0].ID = "inv-1/1"

	owed, err := credits.Unused(credits.Request{
		Charges: billed, At: date(time.November, 16), Basis: proration.OnBilled, Policy: proration.Standard(2),
	})
	if err != nil {
		panic(err)
	}
	for _, credit := range owed {
		fmt.Println(credit.Net, "corrects", credit.Corrects)
		fmt.Println(credit.Explain())
	}
	// Output:
	// -445 corrects inv-1/1
	// seat: 10 x 89.00, -890.00 x 15/30 days = -445.00
}

// The older grant pays first, and what is left of the newer one waits for the next invoice.
func ExampleApply() {
	ledger := twoGrants()
	due := credits.Due{Amount: decimal.RequireFromString("89.00"), Currency: "USD", At: date(time.December, 1), Ref: "inv-3"}
	spent, rest, err := credits.Apply(ledger, due)
	if err != nil {
		panic(err)
	}
	for _, e := range spent {
		fmt.Println(e.ID, e.Amount, e.Reason)
	}
	fmt.Println("still due:", rest)

	left, err := credits.Balance(append(ledger, spent...), "USD", due.At)
	fmt.Println("balance:", left, err)
	// Output:
	// goodwill -40 pays inv-3
	// inv-2 -49 pays inv-3
	// still due: 0
	// balance: 11 <nil>
}

func ExampleBalance() {
	for _, day := range []int{1, 3, 10} {
		balance, err := credits.Balance(twoGrants(), "USD", date(time.November, day))
		fmt.Println(day, balance, err)
	}
	// Output:
	// 1 0 <nil>
	// 3 40 <nil>
	// 10 100 <nil>
}

func ExampleValidate() {
	overspent := credits.Entry{ID: "goodwill", Amount: decimal.RequireFromString("-40.01"), Currency: "USD", At: date(time.November, 20), Reason: "pays inv-9", Ref: "inv-9"}
	fmt.Println(credits.Validate(twoGrants()))
	fmt.Println(credits.Validate(append(twoGrants(), overspent)))
	// Output:
	// <nil>
	// ledger[2].amount: spends more than is left of the grant (not a valid value)
}
