package plans_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// Law 14: a contract refuses exactly the prices that cannot be computed. The digits of its numbers prove most prices
// sound; the oracle computes each one.
func TestLongPricesAreRefused(t *testing.T) {
	numbers := []string{
		"0", "0e18", "0e-18", "1", "9", "1e17", "1e18", "999999999999999999", "0.000000000000000001",
		"99999999.999999999", "1.5", "999999999", "12345678901.2345678",
	}
	refused, sound := 0, 0
	for _, quantity := range numbers {
		for _, unit := range numbers {
			for _, percent := range numbers {
				for _, flat := range []string{"0", "999999999999999999", "0.000000000000000001"} {
					for _, included := range []string{"0", "0.000000000000000001"} {
						price := plans.Price{
							Unit: giventest.Money(unit), Percent: giventest.Money(percent), Flat: giventest.Money(flat), Included: giventest.Money(included),
						}
						units := decimal.Max(giventest.Money(quantity).Sub(price.Included), decimal.Decimal{})
						amount := price.Flat.Add(units.Mul(price.Unit)).Add(units.Mul(price.Percent).Shift(-2))
						exp, digits := int(amount.Exponent()), amount.NumDigits()
						want := exp >= -38 && digits <= 38 && digits+exp <= 38
						contract := tenSeats()
						contract.Items[0].Price, contract.Items[0].Quantity = price, giventest.Money(quantity)
						for _, n := range []decimal.Decimal{contract.Items[0].Quantity, price.Unit, price.Percent} {
							want = want && n.NumDigits()+int(n.Exponent()) <= 18
						}
						if err := contract.Validate(); (err == nil) != want {
							t.Fatalf("%s x %s, %s %%, %s, %s included: %v of %v", quantity, unit, percent, flat, included, err, amount)
						}
						if want {
							sound++
						} else {
							refused++
						}
					}
				}
			}
		}
	}
	if refused < 100 || sound < 1000 {
		t.Errorf("%d refused and %d sound: the world is too small", refused, sound)
	}
}

// A sound contract is checked at every event, so its check allocates nothing.
func TestValidateAllocatesNothing(t *testing.T) {
	contract := tenSeats()
	contract.Items = append(contract.Items, plans.Item{ID: "support", Quantity: money("1"), Price: plans.Price{Flat: money("40.00")}})
	contract.Ramp = []plans.RampStep{{At: thisMonth.End, Item: plans.Item{ID: "seat", Quantity: money("12"), Price: plans.Price{Unit: money("85.50")}}}}
	contract.Discounts = []plans.Discount{{ID: "partner", Percent: money("12.5"), Duration: plans.Forever}}
	var err error
	if n := testing.AllocsPerRun(100, func() { err = contract.Validate() }); n > 0 || err != nil {
		t.Errorf("%v allocations: %v", n, err)
	}
}
