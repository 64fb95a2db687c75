package lifecycle_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A customer redeems a coupon during a contract. The catalog checks it, and the seller adds its discount as support: it
// reduces the next two months, and the seats that are added in them.
func ExampleApply_redeemCoupon() {
	catalog := plans.Catalog{
		Plans: []plans.Plan{{ID: "growth", Interval: proration.Interval{Months: 1}, Offers: []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
		}}},
		Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{
			{ID: "card", By: []plans.Actor{plans.Customer, plans.Support}},
		}}},
		Coupons: []plans.Coupon{{Code: "STAY20", MaxRedemptionsPerCustomer: 1, Discount: plans.Discount{
			Percent: decimal.NewFromInt(20), Duration: plans.Repeating, Periods: 2,
		}}},
	}
	policy := lifecycle.Standard()
	policy.Catalog = &catalog
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	sub := tenSeats(policies)
	discount, err := catalog.Redeem(plans.RedeemRequest{Code: "stay20", At: november(10), Contract: sub.Contract})
	if err != nil {
		panic(err)
	}
	for _, e := range []lifecycle.Event{
		{At: november(10), By: plans.Support, Change: plans.Change{AddDiscounts: []plans.Discount{discount}}},
		{At: november(16).AddDate(0, 1, 0), Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}}}},
	} {
		e.Kind, e.Sequence = lifecycle.Changed, sub.Sequence+1
		out, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			panic(err)
		}
		for _, inv := range out.Invoices {
			fmt.Println(inv.ID, inv.Lines[0].Explain())
		}
		sub = out.Subscription
	}

	_, err = catalog.Redeem(plans.RedeemRequest{
		Code: "stay20", At: november(11), Contract: sub.Contract, Redemptions: 1, CustomerRedemptions: 1,
	})
	fmt.Println(err)
	// Output:
	// acme-2 seat: 10 x 89.00 = 890.00, less 20 % 178.00 = 712.00
	// acme-3 seat: 1 x 89.00, 89.00 x 16/31 days = 45.935..., rounded half up to 45.94, less 20 % 9.19 = 36.75
	// Coupon "STAY20" can be redeemed once by each customer. Continue without it or enter another code.
}
