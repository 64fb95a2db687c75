package plans_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// callsByTheMonth is a price of calls with an interval of their own.
func callsByTheMonth(edits ...func(*plans.Price)) plans.Price {
	p := plans.Price{Metered: true, Unit: giventest.Money("0.01"), BillingInterval: giventest.Interval("P1M")}
	for _, edit := range edits {
		edit(&p)
	}
	return p
}

// A billing interval that the contract cannot have is an error that names the field and the way out.
func TestBillingIntervalFaults(t *testing.T) {
	every := func(text string) func(*plans.Price) {
		return func(p *plans.Price) { p.BillingInterval = giventest.Interval(text) }
	}
	for _, c := range []struct {
		name, interval string
		price          plans.Price
		want           []string
	}{
		{"a month of a year", "P1Y", callsByTheMonth(), nil},
		{"a quarter of a year", "P1Y", callsByTheMonth(every("P3M")), nil},
		{"a week of four", "P4W", callsByTheMonth(every("P1W")), nil},
		{"the interval of the contract", "P1M", callsByTheMonth(), nil},
		{"its own Per", "P1Y", callsByTheMonth(func(p *plans.Price) { p.Per = p.BillingInterval }), nil},
		{"five months of a year", "P1Y", callsByTheMonth(every("P5M")), []string{"items[0].price.billing_interval invalid"}},
		{"a year of a month", "P1M", callsByTheMonth(every("P1Y")), []string{"items[0].price.billing_interval invalid"}},
		{"weeks of a year", "P1Y", callsByTheMonth(every("P1W")), []string{"items[0].price.billing_interval invalid"}},
		{"days of a lifetime", "P1001D", callsByTheMonth(every("P1D")), []string{"items[0].price.billing_interval limit"}},
		{"seats without a base", "P1Y", callsByTheMonth(func(p *plans.Price) { p.Metered = false }), []string{"items invalid"}},
		{"spread", "P1Y", callsByTheMonth(func(p *plans.Price) { p.Spread, p.Per = true, p.BillingInterval }), []string{"items[0].price.spread invalid", "items[0].price.spread invalid"}},
		{"another Per", "P1Y", callsByTheMonth(func(p *plans.Price) { p.Per = giventest.Interval("P1Y") }), []string{"items[0].price.per invalid"}},
		{"a mix", "P1Y", callsByTheMonth(func(p *plans.Price) { p.BillingInterval.Days = 1 }), []string{"items[0].price.billing_interval invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := plans.Contract{
				Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", c.interval, time.UTC),
				Items: []plans.Item{{ID: "calls", Price: c.price}},
			}
			giventest.CheckFaults(t, contract.Validate(), c.want...)
		})
	}
	contract := plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", "P1Y", time.UTC), Minimum: giventest.Money("10.00"),
		Ramp: []plans.RampStep{{At: giventest.Instant("2026-05-01", time.UTC), Item: plans.Item{ID: "calls", Price: callsByTheMonth()}}},
	}
	giventest.CheckFaults(t, contract.Validate(), "minimum invalid")
	special := callsByTheMonth()
	contract.Minimum, contract.Discounts = decimal.Decimal{}, []plans.Discount{{
		ID: "special", Duration: plans.Forever, Price: &special, Currency: "USD",
	}}
	giventest.CheckFaults(t, contract.Validate(), "discounts[0].price.billing_interval invalid")
	contract.Discounts[0].Price.BillingInterval, contract.Discounts[0].Price.Timing = proration.Interval{}, proration.InArrears
	contract.Discounts[0].Price.Metered = false
	giventest.CheckFaults(t, contract.Validate(), "discounts[0].price.timing invalid")
	_, err := contract.BillingPeriod(callsByTheMonth(every("P1W")), time.Time{}, proration.Period{})
	giventest.CheckFaults(t, err, "at unset")
}

// An order copies the billing interval of the offer, and a change of the plan takes that of the other plan.
func TestBillingIntervalOfAnOffer(t *testing.T) {
	catalog := plans.Catalog{
		Plans: []plans.Plan{
			{ID: "team", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
				{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("10")}},
				{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("100")}, Interval: giventest.Interval("P1Y")},
				{Item: "calls", Currency: "USD", Price: callsByTheMonth()},
			}},
			{ID: "scale", Interval: giventest.Interval("P1Y"), Offers: []plans.Offer{
				{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("200")}},
				{Item: "calls", Currency: "USD", Price: callsByTheMonth(func(p *plans.Price) { p.BillingInterval = giventest.Interval("P3M") })},
			}},
		},
		Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer}}}}},
	}
	for _, length := range []string{"P1M", "P1Y"} {
		order := plans.Order{
			By: plans.Customer, At: giventest.Instant("2026-01-31", time.UTC), Plan: "team", Country: "US", PaymentMethod: "card",
			Interval: giventest.Interval(length),
			Items:    []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(1)}, {Item: "calls"}},
		}
		quote, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
		if err != nil {
			t.Fatal(err)
		}
		if own := quote.Contract.Items[1].Price.BillingInterval; own != giventest.Interval("P1M") {
			t.Errorf("%s: calls are billed every %v, want P1M", length, own)
		}
		after, err := quote.Contract.Changed(plans.Change{Plan: &catalog.Plans[1], Interval: giventest.Interval("P1Y")}, order.At.AddDate(0, 0, 40))
		if err != nil {
			t.Fatal(err)
		}
		if own := after.Items[1].Price.BillingInterval; own != giventest.Interval("P3M") {
			t.Errorf("%s: calls of the other plan are billed every %v, want P3M", length, own)
		}
	}
	catalog.Plans[1].Offers[1].Price.BillingInterval = giventest.Interval("P5M")
	giventest.CheckFaults(t, catalog.Validate(), "plans[1].offers[1].price.billing_interval invalid")
	catalog.Plans[1].Offers[1].Price.BillingInterval = proration.Interval{}
	catalog.Plans[1].SetupFees = []plans.SetupFee{{Item: "setup", Currency: "USD", Price: callsByTheMonth()}}
	if err := catalog.Validate(); err == nil {
		t.Error("a set-up fee is metered")
	}
}

// A billing period never reaches beyond that of the contract, which a longer first period or another date cuts.
func TestBillingPeriodStaysInsideThatOfTheContract(t *testing.T) {
	contract := plans.Contract{Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", "P1Y", time.UTC)}
	year := giventest.Period("2026-01-26/2027-01-20", time.UTC)
	for at, want := range map[string]string{
		"2026-01-28": "2026-01-26/2026-01-31", // days of a trial
		"2026-02-28": "2026-02-28/2026-03-31",
		"2027-01-10": "2026-12-31/2027-01-20",
		"2027-01-25": "2027-01-20/2027-01-31",
		"2026-01-20": "2025-12-31/2026-01-26",
	} {
		got, err := contract.BillingPeriod(callsByTheMonth(), giventest.Instant(at, time.UTC), year)
		if err != nil || !got.Equal(giventest.Period(want, time.UTC)) {
			t.Errorf("on %s: %v, want %s: %v", at, got, want, err)
		}
	}
}
