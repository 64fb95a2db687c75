package plans_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// supportInArrears returns a contract of 300.00 a month in advance, with support of 50.00 a month in arrears.
func supportInArrears() plans.Contract {
	return plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
		Items: []plans.Item{
			{ID: "base", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("300.00")}},
			{ID: "support", Quantity: decimal.NewFromInt(1), Price: plans.Price{
				Unit: giventest.Money("50.00"), Timing: proration.InArrears,
			}},
		},
	}
}

// january returns the start of a day.
func january(day string) time.Time { return giventest.Instant(day, time.UTC) }

// Support is billed in arrears, and usage is so without a timing.
func ExamplePrice_Accrues() {
	fmt.Println(plans.Price{Unit: giventest.Money("50.00"), Timing: proration.InArrears}.Accrues())
	fmt.Println(plans.Price{Unit: giventest.Money("0.10"), Metered: true}.Accrues())
	// Output:
	// true
	// false
}

func ExampleContract_Accrues() {
	fmt.Println(supportInArrears().Accrues())
	// Output: true
}

// Support until January 11 costs 10/31 of 50.00, and the plan is charged in advance.
func ExampleContract_AccruedCharges() {
	contract := supportInArrears()
	portions, err := contract.AccrualPortions(january("2026-01-01"), january("2026-01-11"))
	if err != nil {
		fmt.Println(err)
		return
	}
	charges, err := contract.AccruedCharges(portions[0], proration.Standard(2))
	for _, c := range charges {
		fmt.Println(c.Explain())
	}
	fmt.Println(err)
	// Output:
	// support: 1 x 50.00, 50.00 x 10/31 days = 16.129..., rounded half up to 16.13
	// <nil>
}

func ExampleContract_AccrualPortions() {
	portions, err := supportInArrears().AccrualPortions(january("2026-01-11"), january("2026-02-15"))
	for _, p := range portions {
		fmt.Println(p.Span.Start.Format(time.DateOnly), p.Span.End.Format(time.DateOnly))
	}
	fmt.Println(err)
	// Output:
	// 2026-01-11 2026-02-01
	// 2026-02-01 2026-02-15
	// <nil>
}
