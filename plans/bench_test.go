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

// benchmark runs a calculation that returns no error.
func benchmark(b *testing.B, name string, calculate func() error) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := calculate(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchMoney keeps the result of a twin.
var benchMoney decimal.Decimal

func BenchmarkAmount(b *testing.B) {
	for _, tiers := range []int{4, 6} {
		price, quantity := tieredPrice(tiers), decimal.New(int64(tiers*1_000-500), 0)
		benchmark(b, "tiers/"+strconv.Itoa(tiers), func() (err error) {
			benchMoney, err = price.Amount(quantity)
			return err
		})
	}
}

func BenchmarkAmountNaive(b *testing.B) {
	for _, tiers := range []int{4, 6} {
		price, quantity := tieredPrice(tiers), decimal.New(int64(tiers*1_000-500), 0)
		benchmark(b, "tiers/"+strconv.Itoa(tiers), func() error {
			benchMoney = naiveAmount(price, quantity)
			return nil
		})
	}
}

// linePrices are the prices of the benchmarks of a line.
func linePrices(run func(name string, price plans.Price)) {
	run("unit", plans.Price{Unit: decimal.New(1499, -2)})
	run("graduated", tieredPrice(4))
}

func BenchmarkLine(b *testing.B) {
	linePrices(func(name string, price plans.Price) {
		contract, portion := lineOf(price, 3_500)
		benchmark(b, name, func() error {
			_, err := contract.Charges(portion, proration.Standard(2))
			return err
		})
	})
}

func BenchmarkLineNaive(b *testing.B) {
	linePrices(func(name string, price plans.Price) {
		_, portion := lineOf(price, 3_500)
		quantity := decimal.New(3_500, 0)
		benchmark(b, name, func() error {
			benchMoney = naiveCharge(price, quantity, portion)
			return nil
		})
	})
}

func BenchmarkDiscounts(b *testing.B) {
	_, _, request := discountedCharges(b)
	benchmark(b, "10", func() error {
		_, err := plans.ApplyDiscounts(request)
		return err
	})
}

func BenchmarkDiscountsNaive(b *testing.B) {
	_, nets, _ := discountedCharges(b)
	percent := decimal.New(10, 0)
	benchmark(b, "10", func() error {
		benchMoney = naiveDiscount(nets, percent)[0]
		return nil
	})
}
