package plans_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Whatever is bought: what Validate accepts is billed, a part costs no more than the whole and not less than nothing, each
// charge has the places of its currency, a change gives a contract that is accepted again or an error, and the contract
// stays as it was.
func FuzzContract(f *testing.F) {
	f.Add(int64(10), int32(0), int64(8900), int32(-2), int64(2), int32(0), uint8(15), uint8(30), uint8(0))
	f.Add(int64(125), int32(-2), int64(4), int32(-4), int64(5), int32(-1), uint8(0), uint8(30), uint8(1))
	f.Add(int64(0), int32(0), int64(27500), int32(-3), int64(-1), int32(0), uint8(3), uint8(4), uint8(2))
	f.Add(int64(1), int32(19), int64(1), int32(-19), int64(1), int32(40), uint8(9), uint8(2), uint8(3))
	november := giventest.Period(november, nil)
	currencies := []plans.Currency{"USD", "JPY", "KWD", "CLF"}
	f.Fuzz(func(t *testing.T, quantity int64, quantityExp int32, unit int64, unitExp int32, added int64, addedExp int32, from, to, currency uint8) {
		contract := plans.Contract{
			Plan: "growth", Currency: currencies[int(currency)%len(currencies)], Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC),
			Items: []plans.Item{{ID: "seat", Quantity: decimal.New(quantity, quantityExp), Price: plans.Price{Unit: decimal.New(unit, unitExp)}}},
		}
		span := proration.Period{Start: november.Start.AddDate(0, 0, int(from%31)), End: november.Start.AddDate(0, 0, int(to%31))}
		portion := proration.Portion{Period: november, Span: span}
		valid := contract.Validate() == nil
		whole, err := contract.Charges(plans.Whole(november), proration.Standard(2))
		if (err == nil) != valid {
			t.Fatalf("a contract that is valid: %v, is billed: %v", valid, err)
		}
		if !valid {
			return
		}
		places, _ := contract.Currency.Places()
		stub, err := contract.Charges(portion, proration.Standard(2))
		switch {
		case (err == nil) != span.Start.Before(span.End):
			t.Fatalf("%v: %v", span, err)
		case err == nil:
			part, all := stub[0].Net, whole[0].Net
			if part.IsNegative() || part.GreaterThan(all) || -part.Exponent() > places || -all.Exponent() > places {
				t.Fatalf("%s, of the whole %s", stub[0].Explain(), whole[0].Explain())
			}
		}

		change := plans.Change{Item: "seat", Quantity: decimal.New(added, addedExp)}
		after, err := contract.With(change)
		if err != nil {
			return
		}
		if err := after.Validate(); err != nil {
			t.Fatalf("%v and %v more: %v", contract.Items[0].Quantity, change.Quantity, err)
		}
		if !contract.Items[0].Quantity.Equal(decimal.New(quantity, quantityExp)) {
			t.Fatalf("the contract itself has now %v", contract.Items[0].Quantity)
		}
		if _, err := contract.Added(change, plans.Whole(november), proration.Standard(2)); err != nil {
			t.Fatalf("what can be taken over cannot be billed: %v", err)
		}
	})
}
