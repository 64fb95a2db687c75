package plans_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// tieredPrice returns a graduated price of some tiers of a thousand units, each cheaper by a tenth of a cent.
func tieredPrice(tiers int) plans.Price {
	p := plans.Price{Tiering: plans.Graduated}
	for i := range tiers {
		t := plans.Tier{UpTo: decimal.New(int64(1_000*(i+1)), 0), Unit: decimal.New(int64(100-i), -3)}
		if i == tiers-1 {
			t.UpTo = decimal.Decimal{}
		}
		p.Tiers = append(p.Tiers, t)
	}
	return p
}

// lineOf returns a contract of one item, and its first month.
func lineOf(price plans.Price, quantity int64) (plans.Contract, proration.Portion) {
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	month := proration.Period{Start: start, End: start.AddDate(0, 1, 0)}
	return plans.Contract{
		Plan: "pro", Currency: "EUR", Cycle: giventest.Cycle("2026-01-01", "P1M", nil),
		Items: []plans.Item{{ID: "calls", Quantity: decimal.New(quantity, 0), Price: price}},
	}, proration.Portion{Period: month, Span: month}
}

func BenchmarkAmount(b *testing.B) {
	for _, tiers := range []int{4, 6} {
		price, quantity := tieredPrice(tiers), decimal.New(int64(tiers*1_000-500), 0)
		b.Run("tiers/"+strconv.Itoa(tiers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := price.Amount(quantity); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLine(b *testing.B) {
	for _, n := range []struct {
		name  string
		price plans.Price
	}{{"unit", plans.Price{Unit: decimal.New(1499, -2)}}, {"graduated", tieredPrice(4)}} {
		contract, portion := lineOf(n.price, 3_500)
		b.Run(n.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := contract.Charges(portion, proration.Standard(2)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
