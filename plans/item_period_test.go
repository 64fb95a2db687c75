package plans_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// yearWithAddOn is a contract of 1,200.00 a year from January 31, with an add-on of 10.00 a month.
func yearWithAddOn(edits ...func(*plans.Contract)) plans.Contract {
	c := plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", "P1Y", time.UTC), Items: []plans.Item{
			{ID: "base", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("1200.00")}},
			{ID: "addon", Quantity: decimal.NewFromInt(1), Price: plans.Price{
				Unit: giventest.Money("10.00"), BillingInterval: giventest.Interval("P1M"),
			}},
		},
	}
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

// What a contract with periods of items cannot have is an error that names the field.
func TestItemPeriodFaults(t *testing.T) {
	step := func(at, id, interval string, units int64) plans.RampStep {
		price := plans.Price{Unit: giventest.Money("10.00")}
		if interval != "" {
			price.BillingInterval = giventest.Interval(interval)
		}
		return plans.RampStep{At: giventest.Instant(at, time.UTC), Item: plans.Item{
			ID: id, Quantity: decimal.NewFromInt(units), Price: price,
		}}
	}
	for _, c := range []struct {
		name string
		edit func(*plans.Contract)
		want []string
	}{
		{"sound", func(*plans.Contract) {}, nil},
		{"only add-ons", func(c *plans.Contract) { c.Items = c.Items[1:] }, []string{"items invalid"}},
		{"a base without units", func(c *plans.Contract) { c.Items[0].Quantity = decimal.Decimal{} }, []string{"items invalid"}},
		{"a metered base", func(c *plans.Contract) { c.Items[0].Price.Metered = true }, []string{"items invalid"}},
		{"a base that leaves", func(c *plans.Contract) { c.Ramp = []plans.RampStep{step("2026-05-01", "base", "", 0)} }, []string{"items invalid"}},
		{"more units later", func(c *plans.Contract) { c.Ramp = []plans.RampStep{step("2026-05-01", "addon", "P1M", 3)} }, nil},
		{"an item later", func(c *plans.Contract) { c.Ramp = []plans.RampStep{step("2026-05-01", "other", "P3M", 3)} }, nil},
		{"another interval later", func(c *plans.Contract) { c.Ramp = []plans.RampStep{step("2026-05-01", "addon", "P3M", 3)} }, []string{"ramp[0].item.price.billing_interval invalid"}},
		{"none later", func(c *plans.Contract) { c.Ramp = []plans.RampStep{step("2026-05-01", "addon", "", 3)} }, []string{"ramp[0].item.price.billing_interval invalid"}},
		{"a whole first period", func(c *plans.Contract) { c.BillingDay, c.FirstPeriod = 31, proration.ExtentFull }, []string{"first_period invalid"}},
		{"a minimum", func(c *plans.Contract) { c.Minimum = giventest.Money("10.00") }, []string{"minimum invalid"}},
		{"a percentage as termination fee", func(c *plans.Contract) {
			term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Renew}
			term.TerminationFee.Percent = decimal.NewFromInt(50)
			c.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-31/2027-01-31", time.UTC)}}
		}, []string{"terms[0].term.termination_fee.percent invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) { giventest.CheckFaults(t, yearWithAddOn(c.edit).Validate(), c.want...) })
	}
	at := giventest.Instant("2026-03-10", time.UTC)
	_, err := yearWithAddOn().Changed(plans.Change{AnchorAt: at.AddDate(0, 0, 5)}, at)
	giventest.CheckFaults(t, err, "change.anchor_at invalid")
	_, err = yearWithAddOn().StartingAt(at, 7)
	giventest.CheckFaults(t, err, "longer invalid")
	_, err = plans.Charge{Kind: plans.OneTime, Item: "addon", Currency: "USD", Price: yearWithAddOn().Items[1].Price}.Priced(proration.Standard(2))
	giventest.CheckFaults(t, err, "price.billing_interval invalid")
}

// A change is charged for the rest of the item's own period. The denominator is that whole period (law 4).
func TestAmendedItemPeriod(t *testing.T) {
	price := plans.Price{Unit: giventest.Money("7.00"), BillingInterval: giventest.Interval("P3M")}
	one := decimal.NewFromInt(1)
	for _, c := range []struct {
		name, why, at string
		change        plans.Change
		want          []string
	}{
		{
			"a unit", "February 10 to 28 are 18 of 28 days", "2026-02-10",
			plans.Change{Add: []plans.ItemQuantity{{Item: "addon", Quantity: one}}}, []string{"addon: 1 x 10.00, 10.00 x 18/28 days = 6.428..., rounded half up to 6.43"},
		},
		{
			"a unit on the first day of a month", "a whole month", "2026-02-28",
			plans.Change{Add: []plans.ItemQuantity{{Item: "addon", Quantity: one}}}, []string{"addon: 1 x 10.00 = 10.00"},
		},
		{
			"a new item", "its quarter is that from January 31 to April 30, of which 79 of 89 days are left", "2026-02-10",
			plans.Change{Add: []plans.ItemQuantity{{Item: "other", Quantity: one, Price: &price}}},
			[]string{"other: 1 x 7.00, 7.00 x 79/89 days = 6.213..., rounded half up to 6.21"},
		},
		{
			"another interval", "the year is charged for 355 of 365 days at 13.00", "2026-02-10",
			plans.Change{Set: []plans.ItemSetting{{Item: "addon", Price: &plans.Price{Unit: giventest.Money("13.00")}}}},
			[]string{"addon: 1 x 13.00, 13.00 x 355/365 days = 12.643..., rounded half up to 12.64"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := yearWithAddOn().Amended(c.change, giventest.Instant(c.at, time.UTC), proration.Standard(2))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, charge := range a.Charges {
				got = append(got, charge.Explain())
				if err := charge.Check(proration.Standard(2), time.UTC); err != nil {
					t.Error(err)
				}
			}
			if giventest.JSON(t, got) != giventest.JSON(t, c.want) {
				t.Errorf("%s: got %q, want %q", c.why, got, c.want)
			}
		})
	}
}

// An extension of a term up front bills the next year now, and its months when they begin.
func TestExtendedItemPeriod(t *testing.T) {
	term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.UpFront, Renewal: plans.Renew}
	contract := yearWithAddOn(func(c *plans.Contract) {
		c.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-31/2027-01-31", time.UTC)}}
	})
	a, err := contract.Amended(plans.Change{Term: &term}, giventest.Instant("2026-12-10", time.UTC), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Charges) != 1 || a.Charges[0].Item != "base" {
		t.Errorf("the extension charges %d items, want the base", len(a.Charges))
	}
}

// A quote bills the first month with the year, and commits to all months of the term: 1,200.00 + 12 x 10.00 a year. A
// percentage for a year reduces the months of that year.
func TestQuoteWithAnAddOn(t *testing.T) {
	tenth := func(d plans.DiscountDuration, periods int) []plans.Discount {
		return []plans.Discount{{ID: "tenth", Duration: d, Periods: periods, Percent: decimal.NewFromInt(10)}}
	}
	for _, c := range []struct {
		name, why                 string
		discounts                 []plans.Discount
		length                    string
		billing                   plans.TermBilling
		first, committed, renewal string
	}{
		{"no term", "a year", nil, "", 0, "1210.00", "1320.00", "1210.00"},
		{"two years", "2 x 1,320.00", nil, "P2Y", plans.PerPeriod, "1210.00", "2640.00", "1210.00"},
		{"a year up front", "the months are billed by the month", nil, "P1Y", plans.UpFront, "1210.00", "1320.00", "1210.00"},
		{"10 % for good", "2 x 1,188.00", tenth(plans.Forever, 0), "P2Y", plans.PerPeriod, "1089.00", "2376.00", "1089.00"},
		{"10 % for a year", "1,188.00 and 1,320.00", tenth(plans.Repeating, 1), "P2Y", plans.PerPeriod, "1089.00", "2508.00", "1210.00"},
		{"10 % once", "1,089.00, 11 x 10.00 and 1,320.00", tenth(plans.Once, 0), "P2Y", plans.PerPeriod, "1089.00", "2519.00", "1210.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := plans.Catalog{
				Plans: []plans.Plan{{ID: "team", Interval: giventest.Interval("P1Y"), Offers: []plans.Offer{
					{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money("1200")}},
					{Item: "addon", Currency: "USD", Price: yearWithAddOn().Items[1].Price},
				}}},
				Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Support}}}}},
			}
			order := plans.Order{
				By: plans.Support, At: giventest.Instant("2026-01-31", time.UTC), Plan: "team", Country: "US", PaymentMethod: "card",
				Discounts: c.discounts, Items: []plans.OrderItem{
					{Item: "base", Quantity: decimal.NewFromInt(1)}, {Item: "addon", Quantity: decimal.NewFromInt(1)},
				},
			}
			if c.length != "" {
				catalog.Terms = []plans.Term{{Length: giventest.Interval(c.length), Billing: c.billing, Renewal: plans.Renew}}
				order.Term = giventest.Interval(c.length)
			}
			quote, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "the first bill", quote.First.Total, c.first)
			giventest.CheckMoney(t, "committed: "+c.why, quote.Committed, c.committed)
			giventest.CheckMoney(t, "the renewal", quote.Renewal.Total, c.renewal)
			if text := quote.Explain(); !strings.Contains(text, "2026-01-31 until 2026-02-28, addon: 1 x 10.00 = 10.00") {
				t.Error(text)
			}
		})
	}
}
