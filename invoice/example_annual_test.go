package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// annualContract returns a contract for ten seats at 15.00 per month, with a renewing term of one year billed up front.
func annualContract(signed time.Time) plans.Contract {
	yearly, err := proration.NewCycle(signed, proration.Interval{Months: 12})
	if err != nil {
		panic(err)
	}
	monthly := plans.Price{Per: proration.Interval{Months: 1}, Unit: decimal.RequireFromString("15.00")}
	return plans.Contract{
		Plan: "enterprise", Currency: "USD", Cycle: yearly,
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: monthly}},
		Terms: []plans.ContractTerm{{
			Term:   plans.Term{Length: yearly.Interval, Billing: plans.UpFront, Renewal: plans.Renew},
			Period: proration.Period{Start: signed, End: signed.AddDate(1, 0, 0)},
		}},
	}
}

// An annual contract is billed in full at signup. Seats are added twice, each time prorated for the rest of the year.
// The renewal bills all of them for the next year.
func Example_annual() {
	signed := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	account := invoice.Account{Contract: annualContract(signed)}
	for i, day := range []struct {
		at   time.Time
		more int64
	}{
		{at: signed},
		{at: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), more: 2},
		{at: time.Date(2027, 5, 4, 0, 0, 0, 0, time.UTC), more: 3},
		{at: signed.AddDate(1, 0, 0)},
	} {
		request := invoice.IssueRequest{
			Account: account, ID: fmt.Sprintf("2026-%03d", i+1), At: day.at, Policy: invoice.Standard(),
		}
		if day.more > 0 {
			request.Change = unitsOf("seat", decimal.NewFromInt(day.more))
		}
		document, err := invoice.Issue(request)
		if err != nil {
			panic(err)
		}
		account = document.Account
		fmt.Print(document.Invoice.Text())
	}
	// Output:
	// Invoice 2026-001, 2026-11-01, USD
	//   enterprise, recurring, 2026-11-01 until 2027-11-01                   1800.00
	//     seat: 10 x 15.00 x 12 = 1800.00
	//   Amount due                                                           1800.00
	// Invoice 2026-002, 2027-02-01, USD
	//   enterprise, proration_charge, 2027-02-01 until 2027-11-01             269.26
	//     seat: 2 x 15.00 x 12, 360.00 x 273/365 days = 269.260..., rounded half up
	//       to 269.26
	//   Amount due                                                            269.26
	// Invoice 2026-003, 2027-05-04, USD
	//   enterprise, proration_charge, 2027-05-04 until 2027-11-01             267.78
	//     seat: 3 x 15.00 x 12, 540.00 x 181/365 days = 267.780..., rounded half up
	//       to 267.78
	//   Amount due                                                            267.78
	// Invoice 2026-004, 2027-11-01, USD
	//   enterprise, recurring, 2027-11-01 until 2028-11-01                   2700.00
	//     seat: 15 x 15.00 x 12 = 2700.00
	//   Amount due                                                           2700.00
}
