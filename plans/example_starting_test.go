package plans_test

import (
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
)

// A customer returns in 2028: a new one-year term starts, at the contract's price.
func ExampleContract_StartingAt() {
	again := must(signed().StartingAt(date(time.June, 10).AddDate(2, 0, 0), 0))
	fmt.Println(again.Terms[0].Period, again.Items[0].Price.Unit)
	// Output:
	// 2028-06-10T00:00:00Z/2029-06-10T00:00:00Z 15
}

// A customer buys when nine days of the trial are left. These days extend the first period.
func ExampleUnusedTrial_Starts() {
	start, longer := plans.CarryOver.Starts(date(time.March, 6), date(time.March, 15))
	fmt.Println(start.Format(time.DateOnly), longer)
	// Output:
	// 2026-03-06 9
}

func ExampleCatalog_Market() {
	market := must(shop().Market("BR"))
	fmt.Println(market.Currency, len(market.PaymentMethods))
	// Output:
	// BRL 2
}

func ExampleMarket_PaymentMethod() {
	market := must(shop().Market("PT"))
	_, err := market.PaymentMethod("wire", plans.Customer)
	fmt.Println(err)
	method := must(market.PaymentMethod("wire", plans.Support))
	fmt.Println(method.ID)
	// Output:
	// Payment method "wire" is available by arrangement only. Choose card. By arrangement: wire.
	// wire
}
