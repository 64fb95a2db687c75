package plans_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// withCoupon returns the catalog of the shop with a coupon of 20 % for three months of plan base, for new customers who
// order for at least 500.00.
func withCoupon() plans.Catalog {
	catalog := shop()
	catalog.Coupons = []plans.Coupon{{
		Code:      "SPRING20",
		Discount:  plans.Discount{Percent: money("20"), Currency: "USD", Duration: plans.Repeating, Periods: 3, Per: aMonth},
		ValidFrom: date(time.March, 1), ValidUntil: date(time.June, 1), Plans: []string{"base"}, FirstOrder: true,
		MinimumOrder: money("500"), MaxRedemptionsPerCustomer: 1,
	}}
	return catalog
}

// The coupon is checked against the quoted order. Its discount goes into the order, which is quoted again: 20 % of the
// first three of six months.
func ExampleCatalog_Redeem() {
	o := order()
	o.Term = sixMonths
	quote := quoted(o)
	discount := must(withCoupon().Redeem(plans.RedeemRequest{
		Code: "spring20", At: o.At, Contract: quote.Contract, Lines: quote.First.Lines,
	}))
	o.Discounts = append(o.Discounts, discount)
	policy := proration.Standard(2)
	policy.DayCount = proration.Months
	quote = must(withCoupon().Quote(o, policy, proration.LargestRemainder))
	fmt.Print(quote.Explain())
	// Output:
	// 2026-03-02 until 2026-09-02, seat: 7 x 15.00 x 6 = 630.00, less 20 % until 2026-06-02 63.00 = 567.00
	// due: 567.00 USD
	// renewal on 2026-09-02: 630.00 USD
}

// The refusal names the rule, and the way out.
func ExampleCatalog_Redeem_refused() {
	o := order()
	o.Term = sixMonths
	o.Items[0].Quantity = money("5")
	quote := quoted(o)
	_, err := withCoupon().Redeem(plans.RedeemRequest{
		Code: "SPRING20", At: o.At, Contract: quote.Contract, Lines: quote.First.Lines,
	})
	var refusal *plans.Refusal
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Rule)
		fmt.Println(refusal)
	}
	// Output:
	// minimum_order
	// Coupon "SPRING20" is for orders of at least 500.00 USD; this one costs 450.00 USD. Add at least 50.00 USD.
}
