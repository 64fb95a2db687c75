package plans_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestQuoteSpreadPrice(t *testing.T) {
	spread := atPrice(`{"unit":"1000","per":"P1Y","spread":true}`)
	checkQuotes(
		t,
		quoteRow{"a list price of a year by the month", "83.33, and 12 bills add up to 1000.00", with(spread, func(s *seller) {
			s.Terms = []plans.Term{{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Renew}}
		}), ordered("1 seat", "P1Y"), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 1000.00, part 1 of 12 = 83.33",
			"due: 83.33 USD",
			"total until 2027-11-16: 1000.00 USD",
			"renewal on 2027-11-16: 83.33 USD",
		}, nil},
		quoteRow{"from a billing day", "15 of 30 days of part 12, 83.33", with(spread, perMonth), ordered("1 seat", "", onDay(1)), []string{
			"2026-11-16 until 2026-12-01, seat: 1 x 1000.00, part 12 of 12, 83.33 x 15/30 days = 41.665, rounded half up to 41.67",
			"due: 41.67 USD",
			"renewal on 2026-12-01: 83.33 USD",
		}, nil},
		quoteRow{"by the year", "the price is due once", with(spread, everyFor("P1Y")), ordered("1 seat", ""), []string{
			"2026-11-16 until 2027-11-16, seat: 1 x 1000.00 = 1000.00",
			"due: 1000.00 USD",
			"renewal on 2027-11-16: 1000.00 USD",
		}, nil},
	)
}

func TestSpreadPriceFaults(t *testing.T) {
	for _, row := range []struct{ price, want string }{
		{`{"unit":"1","spread":true}`, "price.per unset"},
		{`{"unit":"1","per":"P1Y","spread":true,"metered":true}`, "price.spread invalid"},
		{`{"unit":"1","per":"P1Y"}`, ""}, // alone it is a price
	} {
		price := priceOf(row.price)
		_, err := price.Amount(giventest.Money("1"))
		if row.want == "" {
			giventest.CheckFaults(t, err)
			continue
		}
		giventest.CheckFaults(t, err, row.want)
	}
	_, err := plans.Charge{Currency: "USD", Price: priceOf(`{"unit":"1"}`), Part: plans.PricePart{Number: 3, Of: 2}}.Priced(proration.Standard(2))
	giventest.CheckFaults(t, err, "part invalid")
}

// The bills of the periods within Per add up to the price of the quantity, to the cent. Each is within a cent of the
// exact part, and so is each for every quantity. The rest of a period is the exact part of its bill.
func TestEverySpreadPriceAddsUp(t *testing.T) {
	short.Skip(t)
	for _, row := range []struct{ per, interval string }{
		{"P1Y", "P1M"}, {"P1Y", "P3M"}, {"P3M", "P1M"}, {"P2Y", "P1M"}, {"P28D", "P7D"}, {"P7D", "P1D"},
	} {
		for cents := int64(1); cents < 3_000; cents += 13 {
			for quantity := int64(1); quantity <= 3; quantity++ {
				checkSpread(t, row.per, row.interval, decimal.New(cents, -2), decimal.New(quantity, 0))
			}
		}
	}
}

// checkSpread checks one price in three times its length.
func checkSpread(t *testing.T, per, interval string, unit, quantity decimal.Decimal) {
	t.Helper()
	price := plans.Price{Unit: unit, Per: giventest.Interval(per), Spread: true}
	c := plans.Contract{
		Plan: "team", Currency: "USD", Items: []plans.Item{{ID: "seat", Quantity: quantity, Price: price}},
		Cycle: giventest.Cycle("2026-01-31", interval, time.UTC),
	}
	what := fmt.Sprintf("%v x %v per %s by %s", quantity, unit, per, interval)
	whole, end := unit.Mul(quantity), giventest.Instant("2026-01-31", time.UTC)
	long := giventest.Cycle("2026-01-31", per, time.UTC)
	n := 0
	for part := range 3 {
		covered, err := long.Period(part)
		if err != nil {
			t.Fatal(err)
		}
		var sum decimal.Decimal
		var bills []decimal.Decimal
		for ; end.Before(covered.End); n++ {
			p, err := c.Cycle.Period(n)
			if err != nil {
				t.Fatal(err)
			}
			charges, err := c.Charges(proration.Portion{Period: p, Span: p}, proration.Standard(2))
			if err != nil || len(charges) != 1 {
				t.Fatalf("%s: %v", what, err)
			}
			if err := charges[0].Check(proration.Standard(2), time.UTC); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			sum, end = sum.Add(charges[0].Net), p.End
			bills = append(bills, charges[0].Net)
		}
		if !sum.Equal(whole) {
			t.Fatalf("%s: the bills add up to %v, not %v", what, sum, whole)
		}
		exact := new(big.Rat).Quo(whole.Rat(), big.NewRat(int64(len(bills)), 1))
		for _, bill := range bills {
			if off := new(big.Rat).Sub(bill.Rat(), exact); off.Abs(off).Cmp(big.NewRat(1, 100)) >= 0 {
				t.Fatalf("%s: a bill of %v for %s", what, bill, exact.FloatString(4))
			}
		}
	}
}

// Some units of a part cost their part of the period, and not of the year.
func TestUnitsOfASpreadPrice(t *testing.T) {
	period := giventest.Period("2026-02-01/2026-03-01", time.UTC)
	charge := plans.Charge{
		Kind: plans.Recurring, Plan: "team", Item: "seat", Currency: "USD", Quantity: giventest.Money("3"),
		Price: priceOf(`{"unit":"1000","per":"P1Y","spread":true}`), Part: plans.PricePart{Number: 2, Of: 12},
		Period: period, Span: period,
	}
	half := giventest.Period("2026-02-15/2026-03-01", time.UTC)
	units, err := charge.Units(giventest.Money("2"), giventest.Money("1"), half, proration.Standard(2), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "half of 83.34", units.Net, "41.67")
}
