package plans_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// slowPrice is the price of a quantity by the five rules of a price. A graduated price is the rate of the first tier
// for all units, and from the start of each further tier its difference to the rate before.
func slowPrice(p plans.Price, quantity decimal.Decimal) *big.Rat {
	units := new(big.Rat).Sub(quantity.Rat(), p.Included.Rat())
	if units.Sign() < 0 {
		units.SetInt64(0)
	}
	if !p.Package.IsZero() {
		units = slowCeiling(units.Quo(units, p.Package.Rat()))
	}
	rate := func(unit, percent decimal.Decimal) *big.Rat {
		hundredth := new(big.Rat).Quo(percent.Rat(), big.NewRat(100, 1))
		return hundredth.Add(hundredth, unit.Rat())
	}
	sum := p.Flat.Rat()
	add := func(amount, times *big.Rat) { sum.Add(sum, new(big.Rat).Mul(amount, times)) }
	switch {
	case len(p.Tiers) == 0:
		add(rate(p.Unit, p.Percent), units)
	case p.Tiering == plans.Volume:
		whole, reached := slowCeiling(units), 0
		for _, tier := range p.Tiers[:len(p.Tiers)-1] {
			if tier.UpTo.Rat().Cmp(whole) < 0 {
				reached++
			}
		}
		tier := p.Tiers[reached]
		add(rate(tier.Unit, tier.Percent), units)
		sum.Add(sum, tier.Flat.Rat())
	default:
		before, begin := new(big.Rat), new(big.Rat)
		for i, tier := range p.Tiers {
			if beyond := new(big.Rat).Sub(units, begin); i == 0 || beyond.Sign() > 0 {
				add(new(big.Rat).Sub(rate(tier.Unit, tier.Percent), before), beyond)
				sum.Add(sum, tier.Flat.Rat())
			}
			before, begin = rate(tier.Unit, tier.Percent), tier.UpTo.Rat()
		}
	}
	if sum.Cmp(p.Minimum.Rat()) < 0 {
		return p.Minimum.Rat()
	}
	if p.Maximum.Sign() > 0 && sum.Cmp(p.Maximum.Rat()) > 0 {
		return p.Maximum.Rat()
	}
	return sum
}

// slowCeiling is the least integer not below x.
func slowCeiling(x *big.Rat) *big.Rat {
	below := new(big.Int).Neg(x.Num())
	below.Div(below, x.Denom()) // toward negative infinity
	return new(big.Rat).SetInt(below.Neg(below))
}

// recomputed reads the explanation of a price as a customer checks it, and returns the computed and the stated result.
func recomputed(tb testing.TB, text string) (comes, says *big.Rat) {
	tb.Helper()
	read := func(number string) *big.Rat {
		r, ok := new(big.Rat).SetString(number)
		if !ok {
			tb.Fatalf("%q is not a number in %q", number, text)
		}
		return r
	}
	left, amount, found := strings.Cut(text, " = ")
	if !found {
		tb.Fatalf("%q has no result", text)
	}
	left, least, atLeast := strings.Cut(left, ", at least ")
	left, most, atMost := strings.Cut(left, ", at most ")
	if units, rest, beyond := strings.Cut(left, " beyond "); beyond { // included units are free
		_, rest, _ = strings.Cut(rest, " included")
		left = units + rest
	}
	comes = new(big.Rat)
	for term := range strings.SplitSeq(left, " + ") {
		first, second, product := strings.Cut(term, " x ")
		percent, of, share := strings.Cut(term, " % of ")
		switch {
		case product:
			first, _, _ = strings.Cut(first, " packages of ")
			comes.Add(comes, new(big.Rat).Mul(read(first), read(second)))
		case share:
			part := new(big.Rat).Mul(read(percent), read(of))
			comes.Add(comes, part.Quo(part, big.NewRat(100, 1)))
		default:
			comes.Add(comes, read(term))
		}
	}
	switch {
	case atLeast && comes.Cmp(read(least)) < 0:
		comes = read(least)
	case atMost && comes.Cmp(read(most)) > 0:
		comes = read(most)
	case atLeast || atMost:
		tb.Fatalf("%q mentions a bound without effect", text)
	}
	return comes, read(amount)
}

// checkPrice fails unless the amount of the quantity equals the definition, and the explanation gives the same amount.
// It returns the amount.
func checkPrice(tb testing.TB, p plans.Price, quantity decimal.Decimal, currency plans.Currency) *big.Rat {
	tb.Helper()
	amount, err := p.Amount(quantity)
	if err != nil {
		tb.Fatalf("%v of %s: %v", quantity, giventest.JSON(tb, p), err)
	}
	want := slowPrice(p, quantity)
	if amount.Rat().Cmp(want) != 0 {
		tb.Fatalf("%v of %s costs %v, want %s", quantity, giventest.JSON(tb, p), amount, want.RatString())
	}
	text := p.Explain(quantity, currency)
	if comes, says := recomputed(tb, text); comes.Cmp(want) != 0 || says.Cmp(want) != 0 {
		tb.Fatalf("%v of %s is explained by %q, which gives %s, and it costs %s", quantity, giventest.JSON(tb, p), text, comes.RatString(), want.RatString())
	}
	if p.Included.IsZero() && strings.Contains(text, " beyond ") {
		tb.Fatalf("%v of %s is explained by %q", quantity, giventest.JSON(tb, p), text)
	}
	return want
}

// numbers reads a list of decimals.
func numbers(list string) (all []decimal.Decimal) {
	for text := range strings.FieldsSeq(list) {
		all = append(all, giventest.Money(text))
	}
	return all
}

// priceVariants lists prices of one shape with each kind of included units, packages, fee and bounds.
func priceVariants(shape plans.Price) (all []plans.Price) {
	for _, bounds := range [][2]string{{"0", "0"}, {"5", "0"}, {"0", "20"}, {"5", "20"}} {
		for _, flat := range numbers("0 1.05") {
			for _, included := range numbers("0 2.5") {
				for _, pack := range numbers("0 0.4 2.5 4") {
					p := shape
					p.Minimum, p.Maximum = giventest.Money(bounds[0]), giventest.Money(bounds[1])
					p.Flat, p.Included, p.Package = flat, included, pack
					all = append(all, p)
				}
			}
		}
	}
	return all
}

// Every small price, for every quarter of a unit up to twelve units: the amount equals the definition, the explanation
// gives it, and more never costs less, except by volume, where it sometimes does.
func TestEveryPrice(t *testing.T) {
	short.Skip(t)
	shapes := []plans.Price{{}}
	for _, unit := range numbers("0 2.5 0.333") {
		for _, percent := range numbers("0 2.9") {
			shapes = append(shapes, plans.Price{Unit: unit, Percent: percent})
		}
	}
	for _, tiers := range []string{
		`[{"unit":"3"}]`,
		`[{"flat":"2","unit":"3","percent":"10"}]`,
		`[{"up_to":"3","unit":"7"},{"up_to":"6","unit":"6.5"},{"unit":"6"}]`,
		`[{"up_to":"3","flat":"2","unit":"1"},{"up_to":"4","flat":"3","unit":"0.5"},{"flat":"0","unit":"0.25"}]`,
		`[{"up_to":"0.5","unit":"10"},{"up_to":"2.25","unit":"5","percent":"1.5"},{"unit":"2","flat":"0.4"}]`,
		`[{"up_to":"2"},{"up_to":"5","flat":"4"},{"flat":"9"}]`,
		`[{"up_to":"2","flat":"4"},{"unit":"0.1"}]`,
		`[{"up_to":"4","percent":"1","flat":"2"},{"percent":"2","flat":"1"}]`,
	} {
		for _, tiering := range []plans.Tiering{plans.Graduated, plans.Volume} {
			shapes = append(shapes, plans.Price{Tiering: tiering, Tiers: strictly[[]plans.Tier](t, tiers)})
		}
	}
	currencies := []plans.Currency{"USD", "JPY", "KWD", "CLF"}
	checked, fell := 0, 0
	for n, shape := range shapes {
		if !race.Takes(n, 10) {
			continue
		}
		for i, price := range priceVariants(shape) {
			before := new(big.Rat)
			for quarters := range int64(49) {
				quantity := decimal.New(25*quarters, -2)
				amount := checkPrice(t, price, quantity, currencies[i%len(currencies)])
				if amount.Cmp(before) < 0 {
					fell++
					if price.Tiering != plans.Volume {
						t.Fatalf("%v of %s costs %s, and a quarter less %s", quantity, giventest.JSON(t, price), amount, before)
					}
				}
				before = amount
				checked++
			}
		}
	}
	if fell == 0 && !race.On {
		t.Error("no volume price fell, so that the law for the others was not tested")
	}
	t.Logf("%d amounts", checked)
}

// The price of a sum of quantities is computed as a whole, not in parts: an addition costs the price of both quantities
// less the price of the first, so that any additions together cost the whole price.
func TestEveryPriceAddsUp(t *testing.T) {
	short.Skip(t)
	november := giventest.Period("2026-11-01/2026-12-01", nil)
	bySeconds := proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp}}
	for _, text := range []string{
		`{"unit":"2.50"}`, `{"flat":"9.99","unit":"2.50"}`, `{"unit":"2.50","included":"3"}`, `{"unit":"10","package":"4"}`,
		`{"unit":"2.50","minimum":"8","maximum":"21"}`, `{"percent":"2.5","flat":"0.30"}`,
		`{` + graduated + stripeTiers + `}`, `{` + graduated + lagoTiers + `}`, `{` + graduated + stripeFlats + `}`,
	} {
		price := strictly[plans.Price](t, text)
		for first := int64(1); first <= 13; first++ {
			for more := int64(1); more <= 13; more++ {
				contract := plans.Contract{Plan: "base", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", nil), Items: []plans.Item{
					{ID: "seat", Quantity: decimal.NewFromInt(first), Price: price},
				}}
				added, err := contract.Added(unitsOf("seat", decimal.NewFromInt(more)), whole(november), bySeconds)
				if err != nil {
					t.Fatal(err)
				}
				want := slowPrice(price, decimal.NewFromInt(first+more))
				want.Sub(want, slowPrice(price, decimal.NewFromInt(first)))
				if got := added[0].Share.Of.Rat(); got.Cmp(want) != 0 {
					t.Fatalf("%d more than %d of %s cost %s, want %s", more, first, text, got.RatString(), want.RatString())
				}
			}
		}
	}
}
