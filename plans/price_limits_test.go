package plans_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
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
						price.Free = price.Unit.Add(price.Percent).Add(price.Flat).IsZero()
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
	if !exact.Small {
		return // math/big allocates
	}
	contract := tenSeats()
	contract.Items = append(contract.Items, plans.Item{ID: "support", Quantity: money("1"), Price: plans.Price{Flat: money("40.00")}})
	contract.Ramp = []plans.RampStep{{At: thisMonth.End, Item: plans.Item{ID: "seat", Quantity: money("12"), Price: plans.Price{Unit: money("85.50")}}}}
	contract.Discounts = []plans.Discount{{ID: "partner", Percent: money("12.5"), Duration: plans.Forever}}
	var err error
	if n := testing.AllocsPerRun(100, func() { err = contract.Validate() }); n > 0 || err != nil {
		t.Errorf("%v allocations: %v", n, err)
	}
}

// manyPrices returns a contract with all kinds of prices, in ten items and more.
func manyPrices() plans.Contract {
	contract := tenSeats()
	contract.Items = append(contract.Items,
		plans.Item{ID: "support", Quantity: money("1"), Price: plans.Price{Flat: money("40.00"), Minimum: money("35.5"), Maximum: money("1000")}},
		plans.Item{ID: "calls", Quantity: money("1250.5"), Price: plans.Price{
			Flat: money("10"), Included: money("100"), Tiering: plans.Graduated, Tiers: []plans.Tier{
				{UpTo: money("100"), Unit: money("0.10")}, {UpTo: money("1000"), Unit: money("0.08"), Flat: money("5.00")},
				{UpTo: money("10000"), Unit: money("0.065")}, {Unit: money("0.05"), Percent: money("1.5")},
			},
		}},
		plans.Item{ID: "messages", Quantity: money("2500"), Price: plans.Price{Unit: money("12.00"), Package: money("1000"), Included: money("0.5")}},
		plans.Item{ID: "storage", Quantity: money("70"), Price: plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{
			{UpTo: money("50"), Flat: money("20.00")}, {UpTo: money("100"), Flat: money("35.00")}, {Flat: money("60.00"), Unit: money("0.5")},
		}}})
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		contract.Items = append(contract.Items, plans.Item{ID: id, Quantity: money("3"), Price: plans.Price{Unit: money("7.5")}})
	}
	return contract
}

// The prices of tiers and packages are not computed to be checked, and the terms, discounts and items of a larger
// contract are compared in place.
func TestValidateOfAllPricesAllocatesNothing(t *testing.T) {
	if !exact.Small {
		return // math/big allocates
	}
	contract := manyPrices()
	price := contract.Items[2].Price
	contract.Discounts = []plans.Discount{{ID: "partner", Price: &price, Currency: "USD", Duration: plans.Forever}}
	contract.Terms = []plans.ContractTerm{{
		Term: plans.Term{
			Length: contract.Cycle.Interval, Percent: money("10"), Billing: plans.UpFront, Renewal: plans.Renew, Notice: contract.Cycle.Interval,
			TerminationFee: plans.TerminationFee{Fee: money("5"), Percent: money("50.0")},
		},
		Period: proration.Period{Start: thisMonth.Start, End: thisMonth.Start.AddDate(1, 0, 0)},
	}}
	contract.Ramp = []plans.RampStep{{At: thisMonth.End, Item: contract.Items[2]}}
	var err error
	if n := testing.AllocsPerRun(100, func() { err = contract.Validate() }); n > 0 || err != nil {
		t.Errorf("%v allocations: %v", n, err)
	}
}

// Law 14: a contract has the faults of the price that is computed, also for packages and tiers.
func TestLongPricesOfPackagesAndTiersAreRefused(t *testing.T) {
	numbers := []string{"0", "1", "1e18", "1e17", "999999999999999999", "0.000000000000000001", "99999999.999999999", "1000", "0.005", "5e9"}
	shapes := []func(a, b, c decimal.Decimal) plans.Price{
		func(a, b, c decimal.Decimal) plans.Price { return plans.Price{Unit: a, Package: b, Flat: c} },
		func(a, b, c decimal.Decimal) plans.Price { return plans.Price{Percent: a, Package: b, Included: c} },
		func(a, b, c decimal.Decimal) plans.Price {
			return plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: b, Unit: a, Flat: c}, {Unit: c, Flat: b, Percent: a}}}
		},
		func(a, b, c decimal.Decimal) plans.Price {
			return plans.Price{Tiering: plans.Volume, Package: b, Tiers: []plans.Tier{{UpTo: c, Percent: a}, {Unit: a}}}
		},
		func(a, b, c decimal.Decimal) plans.Price { // many fixed fees add up to more digits than each has
			price := plans.Price{Tiering: plans.Graduated, Package: c, Maximum: b}
			for n := range int64(12) {
				price.Tiers = append(price.Tiers, plans.Tier{UpTo: decimal.New(n+1, 0), Flat: a})
			}
			price.Tiers[11].UpTo = decimal.Decimal{}
			return price
		},
	}
	long, sound := 0, 0
	for _, quantity := range numbers {
		for n := range len(numbers) * len(numbers) * len(numbers) {
			a, b, c := numbers[n%len(numbers)], numbers[n/len(numbers)%len(numbers)], numbers[n/len(numbers)/len(numbers)]
			for i, shape := range shapes {
				contract := tenSeats()
				item := &contract.Items[0]
				item.Quantity, item.Price = money(quantity), shape(money(a), money(b), money(c))
				item.Price.Free = item.Price.Tiering == 0 && item.Price.Unit.IsZero() && item.Price.Percent.IsZero() && item.Price.Flat.IsZero()
				_, err := item.Price.Amount(item.Quantity)
				got, want := contract.Validate(), fault.Under("items[0]", err)
				if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
					t.Fatalf("price %d of %s, %s and %s for %s: got %v, want %v", i, a, b, c, quantity, got, want)
				}
				switch {
				case err == nil:
					sound++
				case strings.HasPrefix(err.Error(), "price: "):
					long++
				}
			}
		}
	}
	if long < 500 || sound < 5_000 {
		t.Errorf("%d too long and %d sound: the world is too small", long, sound)
	}
}

// Law 14: the fixed fees of 1,000 tiers have three digits more than each of them.
func TestLongPriceOfManyFixedFeesIsRefused(t *testing.T) {
	contract := tenSeats()
	price := plans.Price{Flat: money("0.000000000000000001"), Tiering: plans.Graduated}
	for n := range int64(1_000) {
		price.Tiers = append(price.Tiers, plans.Tier{UpTo: decimal.New(n+1, 0), Flat: money("999999999999999999")})
	}
	price.Tiers[999].UpTo = decimal.Decimal{}
	for _, row := range []struct {
		quantity string
		want     []string
	}{{"100", nil}, {"1000", []string{"items[0].price limit"}}} {
		contract.Items[0].Quantity, contract.Items[0].Price = money(row.quantity), price
		giventest.CheckFaults(t, contract.Validate(), row.want...)
	}
}
