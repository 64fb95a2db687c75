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

// byPercent is an uplift of a percentage at two places; an interval of "" is the renewal of the term.
func byPercent(percent, every string) *plans.Uplift {
	u := &plans.Uplift{Percent: giventest.Money(percent), Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp}}
	if every != "" {
		u.Every = giventest.Interval(every)
	}
	return u
}

// raised adds an uplift to the plan.
func raised(u *plans.Uplift) func(*seller) { return func(s *seller) { s.Plans[0].Uplift = u } }

// A plan of one item at 15.00 and another price.
func atPrice(price string) func(*seller) {
	return func(s *seller) {
		for i := range s.Plans[0].Offers {
			s.Plans[0].Offers[i].Price = priceOf(price)
		}
	}
}

func TestQuoteUplift(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"at the renewal of a year", "15.00 + 5 % is 15.75; 7 x 15.75 x 12, less the 10 % of the term",
			with(raised(byPercent("5", ""))), ordered("7 seat", "P1Y"), []string{
				"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
				"due: 1134.00 USD",
				"renewal on 2027-11-16: 1190.70 USD",
			}, nil},
		quoteRow{"each year of a term of two", "12 x 105.00 and 12 x 110.25; the renewal is the third year, 15.00 x 1.05^2 = 16.54",
			with(raised(byPercent("5", "P1Y")), func(s *seller) {
				s.Terms = []plans.Term{{Length: giventest.Interval("P2Y"), Billing: plans.PerPeriod, Renewal: plans.Renew}}
			}), ordered("7 seat", "P2Y"), []string{
				"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
				"due: 105.00 USD",
				"total until 2028-11-16: 2583.00 USD",
				"renewal on 2028-11-16: 115.78 USD",
			}, nil},
		quoteRow{"in a term that is billed at once", "365 of 731 days at 15.00 x 24 and 366 at 15.75 x 24: 179.75 and 189.26",
			with(raised(byPercent("5", "P1Y")), func(s *seller) {
				s.Terms = []plans.Term{{Length: giventest.Interval("P2Y"), Billing: plans.UpFront, Renewal: plans.Expire}}
			}), ordered("1 seat", "P2Y"), []string{
				"2026-11-16 until 2027-11-16, seat: 1 x 15.00 x 24, 360.00 x 365/731 days = 179.753..., rounded half up to 179.75",
				"2027-11-16 until 2028-11-16, seat: 1 x 15.75 x 24, 378.00 x 366/731 days = 189.258..., rounded half up to 189.26",
				"due: 369.01 USD",
				"ends on 2028-11-16",
			}, nil},
		quoteRow{"from the first billing day", "a period has one price: it rises on December 1", with(raised(byPercent("5", "P1M")), perMonth),
			ordered("1 seat", "", onDay(1)), []string{
				"2026-11-16 until 2026-12-01, seat: 1 x 15.00, 15.00 x 15/30 days = 7.50",
				"due: 7.50 USD",
				"renewal on 2026-12-01: 15.00 USD",
			}, nil},
		quoteRow{"a discount for staying", "15.00 less 10 % is 13.50",
			with(raised(byPercent("-10", "P1M")), perMonth), ordered("1 seat", ""), []string{
				"2026-11-16 until 2026-12-16, seat: 1 x 15.00 = 15.00",
				"due: 15.00 USD",
				"renewal on 2026-12-16: 13.50 USD",
			}, nil},
		quoteRow{"tiers, a flat fee and bounds", "5.50 + 2 x 2.20 + 1 x 1.10, within 2.20 and 99.00",
			with(raised(byPercent("10", "P1M")), perMonth, atPrice(
				`{"flat":"5","tiering":"graduated","tiers":[{"up_to":"2","unit":"2"},{"unit":"1"}],"minimum":"2","maximum":"90"}`,
			)), ordered("3 seat", ""), []string{
				"2026-11-16 until 2026-12-16, seat: 2 x 2.00 + 1 x 1.00 + 5.00 = 10.00",
				"due: 10.00 USD",
				"renewal on 2026-12-16: 11.00 USD",
			}, nil},
		quoteRow{"by support alone", "an order of its own uplift", with(perMonth), ordered("1 seat", "", func(o *plans.Order) {
			o.Uplift = byPercent("1", "P1M")
		}), nil, []string{"uplift: Only support can set the rise of the prices. | Order the plan's or ask support."}},
		quoteRow{"by support", "15.00 + 1 %", with(perMonth, raised(byPercent("5", "P1M"))), ordered("1 seat", "", bySupport, func(o *plans.Order) {
			o.Uplift = byPercent("1", "P1M")
		}), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 15.00 = 15.00",
			"due: 15.00 USD",
			"renewal on 2026-12-16: 15.15 USD",
		}, nil},
	)
}

func TestUpliftFaults(t *testing.T) {
	for name, edit := range map[string]func(*plans.Uplift){
		"percent unset":          func(u *plans.Uplift) { u.Percent = decimal.Decimal{} },
		"percent invalid":        func(u *plans.Uplift) { u.Percent = giventest.Money("-100") },
		"percent invalid ":       func(u *plans.Uplift) { u.Percent = giventest.Money("1000.1") },
		"percent limit":          func(u *plans.Uplift) { u.Percent = decimal.New(1, -99) },
		"rounding.mode unset":    func(u *plans.Uplift) { u.Rounding.Mode = 0 },
		"rounding.places limit":  func(u *plans.Uplift) { u.Rounding.Places = 19 },
		"every.days invalid":     func(u *plans.Uplift) { u.Every = proration.Interval{Days: -1} },
		"every invalid":          func(u *plans.Uplift) { u.Every = proration.Interval{Days: 27} },
		"since invalid":          func(u *plans.Uplift) { u.Since = giventest.Instant("2026-01-01", time.UTC) },
		"since invalid for one ": func(u *plans.Uplift) { u.Count = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			u := byPercent("5", "P1Y")
			edit(u)
			catalog := onSale(t, raised(u))
			if err := catalog.Validate(); err == nil {
				t.Errorf("%+v is accepted", u)
			}
		})
	}
	c := contractOf(t, onSale(t, perMonth), ordered("1 seat", ""))
	c.Items[0].Uplifts = 1
	giventest.CheckFaults(t, c.Validate(), "items[0].contracted unset")
	c.Items[0].Uplifts, c.Items[0].Contracted = -1, &plans.Price{Unit: giventest.Money("-1")}
	giventest.CheckFaults(t, c.Validate(), "items[0].uplifts limit", "items[0].contracted.unit invalid")
	c.Items[0].Uplifts, c.Items[0].Contracted, c.Uplift = 0, nil, &plans.Uplift{Count: -1}
	giventest.CheckFaults(t, c.Validate(), "uplift.percent unset", "uplift.rounding.mode unset", "uplift.count invalid", "uplift.every unset")
}

// A price that is agreed later starts anew; the items that stay go on from the contracted price.
func TestUpliftAfterAChange(t *testing.T) {
	c := contractOf(t, onSale(t, perMonth, raised(byPercent("10", "P1Y"))), ordered("1 seat, 1 phone", ""))
	at := giventest.Instant("2028-01-01", time.UTC) // after one uplift
	c, err := c.Changed(plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Unit: giventest.Money("20")}}}}, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ at, seat, phone string }{
		{"2028-11-15", "20", "5.49"}, {"2028-11-16", "22", "6.04"}, {"2029-11-16", "24.2", "6.64"},
	} {
		then, err := c.AsOf(giventest.Instant(row.at, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		giventest.CheckMoney(t, "seat on "+row.at, then.Items[0].Price.Unit, row.seat)
		giventest.CheckMoney(t, "phone on "+row.at, then.Items[1].Price.Unit, row.phone)
	}
}

// Other billing dates neither undo an uplift nor postpone the next one. A seat of 15.00 costs 16.50 from November 16,
// 2027, and 18.15 a year later, whichever way the dates move on March 1, 2028.
func TestUpliftAfterNewDates(t *testing.T) {
	at := giventest.Instant("2028-03-01", time.UTC)
	for name, change := range map[string]plans.Change{
		"reset":    {Anchor: plans.AnchorReset},
		"on a day": {AnchorAt: giventest.Instant("2028-03-10", time.UTC)},
		"quarters": {Interval: giventest.Interval("P3M")},
		"kept":     {Interval: giventest.Interval("P3M"), Anchor: plans.AnchorKeep},
	} {
		c := contractOf(t, onSale(t, perMonth, raised(byPercent("10", "P1Y"))), ordered("1 seat", ""))
		if name == "quarters" || name == "kept" {
			c.Items[0].Price.Per = giventest.Interval("P1M")
		}
		c, err := c.Changed(change, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct{ at, price string }{
			{"2028-03-01", "16.5"}, {"2028-11-15", "16.5"}, {"2028-11-16", "18.15"}, {"2029-11-16", "19.97"},
		} {
			then, err := c.AsOf(giventest.Instant(row.at, time.UTC))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, name+": seat on "+row.at, then.Items[0].Price.Unit, row.price)
		}
	}
}

// A ramp step of the quantity rises with its item. One with a price of its own has that price at its time.
func TestUpliftOfARamp(t *testing.T) {
	c := contractOf(t, onSale(t, perMonth, raised(byPercent("10", "P1Y"))), ordered("1 seat, 2 seat from 2028-05-16, 3 seat from 2029-05-16 at 18", "", bySupport))
	for _, row := range []struct{ at, units, price string }{
		{"2027-11-15", "1", "15"}, {"2027-11-16", "1", "16.5"}, {"2028-05-16", "2", "16.5"}, {"2028-11-16", "2", "18.15"},
		{"2029-05-16", "3", "18"}, {"2029-11-16", "3", "19.8"},
	} {
		at := giventest.Instant(row.at, time.UTC)
		for _, from := range []string{"2026-11-16", "2027-11-16", "2028-05-16", "2028-11-16"} {
			first := giventest.Instant(from, time.UTC)
			if first.After(at) {
				continue
			}
			before, err := c.AsOf(first)
			if err != nil {
				t.Fatal(err)
			}
			then, err := before.AsOf(at)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "units on "+row.at+" seen from "+from, then.Items[0].Quantity, row.units)
			giventest.CheckMoney(t, "price on "+row.at+" seen from "+from, then.Items[0].Price.Unit, row.price)
		}
	}
}

// Each price is the contracted one times the exact power, rounded once, however often the contract is looked at, and
// whether a term renews or a year is over.
func TestEveryUpliftIsOfTheContractedPrice(t *testing.T) {
	short.Skip(t)
	for cents := int64(1); cents < 4_000; cents += 37 {
		for _, percent := range []string{"5", "3.25", "-7", "12.5", "100"} {
			price := decimal.New(cents, -2)
			item := plans.Item{ID: "seat", Quantity: decimal.New(1, 0), Price: plans.Price{Unit: price}}
			c := plans.Contract{
				Plan: "team", Currency: "USD", Items: []plans.Item{item}, Cycle: giventest.Cycle("2026-01-31", "P1M", time.UTC),
				Uplift: byPercent(percent, "P1Y"),
			}
			term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Renew}
			renewing := c
			renewing.Uplift = byPercent(percent, "")
			renewing.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-31/2027-01-31", time.UTC)}}
			seen := c
			for year := range 12 {
				p, err := c.Cycle.Period(12 * year)
				if err != nil {
					t.Fatal(err)
				}
				want := upliftOf(price, percent, year)
				what := fmt.Sprintf("%v + %s %% in year %d", price, percent, year)
				charges, err := c.Charges(proration.Portion{Period: p, Span: p}, proration.Standard(2))
				if err != nil || len(charges) != 1 || !charges[0].Net.Equal(want) {
					t.Fatalf("%s: %v, not %v: %v", what, charges, want, err)
				}
				if seen, err = seen.AsOf(p.Start); err != nil || !seen.Items[0].Price.Unit.Equal(want) {
					t.Fatalf("%s: seen each year %v, not %v: %v", what, seen.Items[0].Price.Unit, want, err)
				}
				if !renewing.Items[0].Price.Unit.Equal(want) {
					t.Fatalf("%s: renewed at %v, not %v", what, renewing.Items[0].Price.Unit, want)
				}
				if renewing, _, err = renewing.Renewed(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// upliftOf is a price after some uplifts, rounded half up.
func upliftOf(price decimal.Decimal, percent string, times int) decimal.Decimal {
	factor, ok := new(big.Rat).SetString(percent)
	if !ok {
		panic(percent)
	}
	factor.Quo(factor.Add(factor, big.NewRat(100, 1)), big.NewRat(100, 1))
	exact := price.Rat()
	for range times {
		exact.Mul(exact, factor)
	}
	return giventest.Money(exact.FloatString(2))
}

// A new price after an uplift is also that of the later steps which only change the quantity.
func TestUpliftedPriceChangesWithItsSteps(t *testing.T) {
	c := contractOf(t, onSale(t, perMonth, raised(byPercent("10", "P1Y"))), ordered("1 seat, 2 seat from 2028-05-16", ""))
	twenty := plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Unit: giventest.Money("20")}}}}
	c, err := c.Changed(twenty, giventest.Instant("2028-01-01", time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	then, err := c.AsOf(giventest.Instant("2028-05-16", time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "units", then.Items[0].Quantity, "2")
	giventest.CheckMoney(t, "price", then.Items[0].Price.Unit, "20")
}

// Without terms nothing renews, so that an uplift needs an interval. A contract that continues without a term keeps its
// prices.
func TestUpliftWithoutTerms(t *testing.T) {
	order := ordered("7 seat", "", bySupport, func(o *plans.Order) { o.Uplift = byPercent("5", "") })
	_, err := onSale(t, openEnded).Quote(order, proration.Standard(2), proration.LargestRemainder)
	giventest.CheckFaults(t, err, "uplift.every unset")
	for renewal, fails := range map[plans.RenewalMode]bool{
		plans.Renew: false, plans.RenewOnce: false, plans.Evergreen: true, plans.Expire: true,
	} {
		year := func(c *seller) {
			c.Terms = []plans.Term{{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: renewal}}
		}
		order.Term = giventest.Interval("P1Y")
		_, err := onSale(t, year).Quote(order, proration.Standard(2), proration.LargestRemainder)
		if fails {
			giventest.CheckFaults(t, err, "uplift.every unset")
		} else if err != nil {
			t.Error(err)
		}
	}

	term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Evergreen}
	contract := plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", "P1M", time.UTC), Uplift: byPercent("5", ""),
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("19.99")}}},
		Terms: []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-31/2027-01-31", time.UTC)}},
	}
	next, renews, err := contract.Renewed()
	if err != nil || !renews || next.Uplift != nil || !next.Items[0].Price.Unit.Equal(giventest.Money("19.99")) {
		t.Errorf("got %v, %t, %v; want 19.99 and no uplift", next.Items, renews, err)
	}
	giventest.CheckFaults(t, next.Validate())
}
