package peers

import (
	"testing"
	"time"

	"github.com/bojanz/currency"
	"github.com/govalues/money"
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// price is an amount in the values of the library and of each peer.
type price struct {
	amount   decimal.Decimal
	code     plans.Currency
	places   int32
	govalues money.Amount
	bojanz   currency.Amount
}

// must stops a test or a benchmark at an error.
func must[T any](tb testing.TB) func(T, error) T {
	return func(value T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return value
	}
}

func priceOf(tb testing.TB, code plans.Currency, units int64) price {
	tb.Helper()
	places := must[int32](tb)(code.Places())
	amount := decimal.New(units, -places)
	text := amount.StringFixed(places)
	return price{
		amount: amount, code: code, places: places,
		govalues: must[money.Amount](tb)(money.ParseAmount(string(code), text)),
		bojanz:   must[currency.Amount](tb)(currency.NewAmount(text, string(code))),
	}
}

// same fails unless the peers have the amount of the library.
func (p price) same(t *testing.T, what string, library decimal.Decimal, govalues money.Amount, bojanz currency.Amount) {
	t.Helper()
	text := library.StringFixed(p.places)
	if got := govalues.Decimal().Pad(int(p.places)).String(); got != text {
		t.Errorf("%s of %s: govalues has %s, the library %s", what, p.govalues, got, text)
	}
	if want := must[currency.Amount](t)(currency.NewAmount(text, string(p.code))); !bojanz.Equal(want) {
		t.Errorf("%s of %s: bojanz has %s, the library %s", what, p.bojanz, bojanz, text)
	}
}

// month returns a month of 2026, and the span of its last days.
func month(number time.Month, days int) (period, span proration.Period, length int64) {
	start := time.Date(2026, number, 1, 0, 0, 0, 0, time.UTC)
	period = proration.Period{Start: start, End: start.AddDate(0, 1, 0)}
	return period, period.From(period.End.AddDate(0, 0, -days)), int64(period.End.Sub(period.Start) / (24 * time.Hour))
}

// prices returns a few hundred prices in currencies of 0, 2 and 3 decimal places.
func prices(tb testing.TB) (all []price) {
	tb.Helper()
	for units := int64(1); units < 1_000_000_000; units = units*9/4 + 1 {
		for _, code := range []plans.Currency{"JPY", "USD", "KWD"} {
			all = append(all, priceOf(tb, code, units))
		}
	}
	return all
}

func TestProrateIsTheSame(t *testing.T) {
	for _, p := range prices(t) {
		for days := 1; days <= 28; days++ {
			for _, number := range []time.Month{time.February, time.April, time.May} {
				period, span, length := month(number, days)
				library := must[proration.Result](t)(LibraryProrate(p.amount, p.places, span, period))
				govalues := must[money.Amount](t)(GovaluesProrate(p.govalues, int64(days), length))
				bojanz := must[currency.Amount](t)(BojanzProrate(p.bojanz, int64(days), length))
				p.same(t, "proration", library.Amount, govalues, bojanz)
			}
		}
	}
}

func TestSplitIsTheSame(t *testing.T) {
	for _, p := range prices(t) {
		for _, parts := range []int{1, 2, 3, 7, 12} {
			library := must[[]proration.Result](t)(LibrarySplit(p.amount, p.places, parts))
			govalues := must[[]money.Amount](t)(GovaluesSplit(p.govalues, parts))
			bojanz := must[[]currency.Amount](t)(BojanzSplit(p.bojanz, parts))
			for i := range library {
				p.same(t, "part", library[i].Amount, govalues[i], bojanz[i])
			}
		}
	}
}

// line is the input of an invoice line for the library: units of a price for a part of a month, a discount and a tax.
func line(tb testing.TB, p price, quantity int64, days int, discount, tax int64) (
	plans.Contract, proration.Portion, plans.Discount, invoice.Policy,
) {
	tb.Helper()
	period, span, _ := month(time.May, days)
	cycle := must[proration.Cycle](tb)(proration.NewCycle(period.Start, proration.Interval{Months: 1}))
	policy := invoice.Standard()
	policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.New(tax, 0)}}
	contract := plans.Contract{Plan: "team", Currency: p.code, Cycle: cycle, Items: []plans.Item{{
		ID: "seat", Quantity: decimal.New(quantity, 0), Price: plans.Price{Unit: p.amount},
	}}}
	return contract, proration.Portion{Period: period, Span: span},
		plans.Discount{ID: "welcome", Percent: decimal.New(discount, 0), Duration: plans.Forever}, policy
}

func TestLineIsTheSame(t *testing.T) {
	for _, p := range prices(t) {
		for _, days := range []int{1, 10, 15, 30, 31} {
			for _, discount := range []int64{5, 15, 33} {
				contract, portion, less, policy := line(t, p, 7, days, discount, 19)
				inv := must[invoice.Invoice](t)(LibraryLine(contract, portion, less, policy))
				net, tax, err := GovaluesLine(p.govalues, 7, int64(days), 31, discount, 19)
				if err != nil {
					t.Fatal(err)
				}
				bojanzNet, bojanzTax, err := BojanzLine(p.bojanz, 7, int64(days), 31, discount, 19)
				if err != nil {
					t.Fatal(err)
				}
				p.same(t, "net", inv.Net, net, bojanzNet)
				p.same(t, "tax", inv.Tax, tax, bojanzTax)
			}
		}
	}
}

// days counts the days of a span, as a caller of the peers does.
func days(p proration.Period) int64 { return int64(p.End.Sub(p.Start) / (24 * time.Hour)) }

// bench measures one calculation.
func bench[T any](b *testing.B, name string, calculate func() (T, error)) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := calculate(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkProrate(b *testing.B) {
	p := priceOf(b, "USD", 99_99)
	period, span, _ := month(time.May, 15)
	bench(b, "library", func() (proration.Result, error) { return LibraryProrate(p.amount, p.places, span, period) })
	bench(b, "govalues", func() (money.Amount, error) { return GovaluesProrate(p.govalues, days(span), days(period)) })
	bench(b, "bojanz", func() (currency.Amount, error) { return BojanzProrate(p.bojanz, days(span), days(period)) })
}

func BenchmarkSplit(b *testing.B) {
	p := priceOf(b, "USD", 1_000_00)
	bench(b, "library", func() ([]proration.Result, error) { return LibrarySplit(p.amount, p.places, 12) })
	bench(b, "govalues", func() ([]money.Amount, error) { return GovaluesSplit(p.govalues, 12) })
	bench(b, "bojanz", func() ([]currency.Amount, error) { return BojanzSplit(p.bojanz, 12) })
}

func BenchmarkLine(b *testing.B) {
	p := priceOf(b, "USD", 14_99)
	contract, portion, discount, policy := line(b, p, 7, 15, 10, 19)
	bench(b, "library", func() (invoice.Invoice, error) { return LibraryLine(contract, portion, discount, policy) })
	bench(b, "govalues", func() (money.Amount, error) {
		net, _, err := GovaluesLine(p.govalues, 7, days(portion.Span), days(portion.Period), 10, 19)
		return net, err
	})
	bench(b, "bojanz", func() (currency.Amount, error) {
		net, _, err := BojanzLine(p.bojanz, 7, days(portion.Span), days(portion.Period), 10, 19)
		return net, err
	})
}
