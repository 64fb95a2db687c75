package plans_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The naive twins compute the amounts of this package as plain code does, with package time and decimal. They check
// nothing and explain nothing. BenchmarkX has the twin BenchmarkXNaive.

// naiveAmount returns the price of a quantity: by unit, or by graduated tiers.
func naiveAmount(p plans.Price, quantity decimal.Decimal) decimal.Decimal {
	if len(p.Tiers) == 0 {
		return p.Unit.Mul(quantity)
	}
	sum, from := decimal.Decimal{}, decimal.Decimal{}
	for _, tier := range p.Tiers {
		units := quantity.Sub(from)
		if !tier.UpTo.IsZero() {
			units = decimal.Min(units, tier.UpTo.Sub(from))
		}
		sum = sum.Add(tier.Flat).Add(units.Mul(tier.Unit))
		if from = tier.UpTo; from.IsZero() || quantity.LessThanOrEqual(from) {
			break
		}
	}
	return sum
}

// naiveCharge returns the price of a quantity for a span of a period, by days.
func naiveCharge(p plans.Price, quantity decimal.Decimal, portion proration.Portion) decimal.Decimal {
	const day = 24 * time.Hour
	days := decimal.NewFromInt(int64(portion.Span.End.Sub(portion.Span.Start) / day))
	all := decimal.NewFromInt(int64(portion.Period.End.Sub(portion.Period.Start) / day))
	return naiveAmount(p, quantity).Mul(days).Div(all).Round(2)
}

// naiveDiscount takes a percentage off the net of charges, spread by the largest remainder.
func naiveDiscount(nets []decimal.Decimal, percent decimal.Decimal) []decimal.Decimal {
	sum, cent := decimal.Decimal{}, decimal.New(1, -2)
	for _, net := range nets {
		sum = sum.Add(net)
	}
	left := sum.Mul(percent).Div(decimal.NewFromInt(100)).Round(2)
	after, order, rest := slices.Clone(nets), make([]int, len(nets)), make([]decimal.Decimal, len(nets))
	total := left
	for i, net := range nets {
		exact := total.Mul(net).Div(sum)
		part := exact.Truncate(2)
		order[i], rest[i], after[i], left = i, exact.Sub(part), net.Sub(part), left.Sub(part)
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for i := 0; left.Cmp(cent) >= 0; i++ {
		after[order[i]], left = after[order[i]].Sub(cent), left.Sub(cent)
	}
	return after
}

// A twin yields the amounts of its main call.
func TestNaiveTwinsYieldTheSameAmounts(t *testing.T) {
	prices := []plans.Price{{Unit: giventest.Money("14.99")}, tieredPrice(1), tieredPrice(4), tieredPrice(6)}
	for i, price := range prices {
		for quantity := int64(1); quantity < 10_000; quantity = quantity*2 + 1 {
			amount, err := price.Amount(decimal.New(quantity, 0))
			if want := naiveAmount(price, decimal.New(quantity, 0)); err != nil || !amount.Equal(want) {
				t.Fatalf("price %d of %d: %v, %v, want %v", i, quantity, amount, err, want)
			}
			contract, portion := lineOf(price, quantity)
			for day := range 31 {
				portion.Span = portion.Period.From(portion.Period.Start.AddDate(0, 0, day))
				charges, err := contract.Charges(portion, proration.Standard(2))
				if want := naiveCharge(price, decimal.New(quantity, 0), portion); err != nil || !charges[0].Net.Equal(want) {
					t.Fatalf("price %d of %d from day %d: %v, %v, want %v", i, quantity, day, charges[0].Net, err, want)
				}
			}
		}
	}
	charges, nets, discount := discountedCharges(t)
	result, err := plans.ApplyDiscounts(discount)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range naiveDiscount(nets, giventest.Money("10")) {
		if got := result.Charges[i].Net; !got.Equal(want) || got.Equal(charges[i].Net) {
			t.Errorf("charge %d: %v, want %v", i, got, want)
		}
	}
}

// discountedCharges returns ten charges, their net amounts, and a discount of ten percent on them.
func discountedCharges(tb testing.TB) ([]plans.Charge, []decimal.Decimal, plans.DiscountRequest) {
	tb.Helper()
	contract, portion := lineOf(plans.Price{Unit: decimal.New(1499, -2)}, 7)
	for i := 1; i < 10; i++ {
		item := contract.Items[0]
		item.ID += strconv.Itoa(i)
		item.Quantity = decimal.New(int64(i), 0)
		contract.Items = append(contract.Items, item)
	}
	charges, err := contract.Charges(portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	nets := make([]decimal.Decimal, len(charges))
	for i := range charges {
		nets[i] = charges[i].Net
	}
	return charges, nets, plans.DiscountRequest{
		Charges: charges, Currency: contract.Currency, Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
		Discounts: []plans.Discount{{ID: "ten", Percent: giventest.Money("10"), Duration: plans.Forever}},
	}
}
