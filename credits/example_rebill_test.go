package credits_test

import (
	"fmt"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Ten seats were billed for November with a coupon of half the price. Two leave on the 16th, and three are added on the
// 21st: two of them return with the coupon, and the third is new.
func ExampleRebill() {
	billed := seats("inv-1/1", "10")
	billed.Discounts = []plans.Deduction{{Discount: "welcome", Reason: "50 %", Amount: money("445.00")}}
	billed.Net = money("445.00")
	request := credits.Request{
		Charges: []plans.Charge{billed}, Item: "seat", Quantity: money("2"), At: date(time.November, 16),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	for _, credit := range must(credits.Unused(request)) {
		fmt.Println(credit.Explain())
		request.Charges = append(request.Charges, credit)
	}

	rest := proration.Period{Start: date(time.November, 21), End: date(time.December, 1)}
	added := must(billed.Units(money("8"), money("3"), rest, request.Policy, nil))
	rebilled := must(credits.Rebill(credits.RebillRequest{Request: request, Charge: added}))
	for _, charge := range rebilled.Restored {
		fmt.Println(charge.Explain(), "for", charge.Restores)
	}
	for _, charge := range rebilled.Rest {
		fmt.Println(charge.Explain())
	}
	// Output:
	// seat: 2 not used of inv-1/1, -89.00 x 15/30 days = -44.50
	// seat: 2 x 89.00, 178.00 x 10/30 days plus 0.0066... carried over = 59.34, less 50 % 29.67 = 29.67 for inv-1/1
	// seat: 1 x 89.00, 89.00 x 10/30 days = 29.666..., rounded half up to 29.67
}
