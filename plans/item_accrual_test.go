package plans_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A price that is billed in arrears is refused beside what it cannot be billed with.
func TestTimingOfAnItemIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*plans.Contract)
		want string
	}{
		"in advance": {func(c *plans.Contract) { c.Items[1].Price.Timing = proration.InAdvance }, "items[1].price.timing: must be in_arrears or unset"},
		"metered":    {func(c *plans.Contract) { c.Items[1].Price.Metered = true }, "items[1].price.timing: must be unset for a metered price"},
		"spread": {func(c *plans.Contract) {
			c.Items[1].Price.Spread, c.Items[1].Price.Per = true, giventest.Interval("P1Y")
		}, "items[1].price.spread: must be false beside timing in_arrears"},
		"interval": {func(c *plans.Contract) { c.Items[1].Price.BillingInterval = giventest.Interval("P1M") }, "items[1].price.billing_interval: must be unset beside timing"},
		"alone":    {func(c *plans.Contract) { c.Items = c.Items[1:] }, "set the timing of the policy"},
		"minimum":  {func(c *plans.Contract) { c.Minimum = giventest.Money("100.00") }, "minimum: must be unset"},
		"commitment": {func(c *plans.Contract) {
			c.Commitment = plans.Commitment{Amount: giventest.Money("1.00"), Length: giventest.Interval("P1Y")}
		}, "commitment.amount: must be unset"},
		"set-up fee": {func(c *plans.Contract) {
			c.SetupFees = []plans.Item{{ID: "fee", Quantity: decimal.NewFromInt(1), Price: c.Items[1].Price}}
		}, "price.timing: must be unset for a set-up fee"},
		"ramp": {func(c *plans.Contract) {
			c.Ramp = []plans.RampStep{{At: january("2026-03-01"), Item: plans.Item{ID: "support", Quantity: decimal.NewFromInt(2), Price: c.Items[1].Price}}}
		}, "ramp[0].item.price.timing: must not be part of a ramp"},
	} {
		c := supportInArrears()
		tc.edit(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

// An item keeps the timing that it has, and other changes of it are charged with its time.
func TestChangeOfAnAccruingItem(t *testing.T) {
	c := supportInArrears()
	advance := plans.Price{Unit: giventest.Money("50.00")}
	_, err := c.Changed(plans.Change{Set: []plans.ItemSetting{{Item: "support", Price: &advance}}}, january("2026-01-11"))
	if err == nil || !strings.Contains(err.Error(), "must keep price.timing") {
		t.Errorf("another timing: %v", err)
	}
	two := decimal.NewFromInt(2)
	a, err := c.Amended(plans.Change{Set: []plans.ItemSetting{{Item: "support", Quantity: &two}}}, january("2026-01-11"), proration.Standard(2))
	if err != nil || len(a.Charges)+len(a.Replaced) > 0 {
		t.Errorf("got %v, %v, %v; want nothing", a.Charges, a.Replaced, err)
	}
}

// The first bill of a quote leaves support out, and the second one has it for the first month.
func TestQuoteOfAnAccruingItem(t *testing.T) {
	own := supportInArrears()
	plan := plans.Plan{ID: "team", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
		{Item: "base", Currency: "USD", Price: own.Items[0].Price}, {Item: "support", Currency: "USD", Price: own.Items[1].Price},
	}}
	catalog := plans.Catalog{Plans: []plans.Plan{plan}, Markets: []plans.Market{{
		Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer}}},
	}}}
	order := plans.Order{By: plans.Customer, Country: "US", PaymentMethod: "card", Plan: "team", At: january("2026-01-01"), Items: []plans.OrderItem{
		{Item: "base", Quantity: decimal.NewFromInt(1)}, {Item: "support", Quantity: decimal.NewFromInt(2)},
	}}
	q, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
	if err != nil {
		t.Fatal(err)
	}
	if q.First.Total.String() != "300" || q.Committed.String() != "400" || q.Renewal.Total.String() != "400" {
		t.Errorf("got %v, committed %v, renewal %v", q.First.Total, q.Committed, q.Renewal.Total)
	}
}

// What is known when time is over waits for the next bill, with the discounts of that bill: support from January 16 to
// February 1 is 62.00 x 16/31 = 32.00, and the 40.00 that are lacking in January are on the bill of February.
func TestQuoteOfWhatWaits(t *testing.T) {
	catalog := plans.Catalog{
		Plans: []plans.Plan{{ID: "team", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
			{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money("60.00")}},
			{Item: "support", Currency: "USD", Price: plans.Price{Unit: giventest.Money("62.00"), Timing: proration.InArrears}},
		}}},
		Markets: []plans.Market{{
			Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Support}}},
		}},
	}
	base := plans.OrderItem{Item: "base", Quantity: decimal.NewFromInt(1)}
	more := plans.OrderItem{Item: "base", Quantity: decimal.NewFromInt(2), From: january("2026-01-20")}
	coupon := func(d plans.Discount) []plans.Discount {
		d.ID, d.Percent = "new", decimal.NewFromInt(10)
		return []plans.Discount{d}
	}
	for name, test := range map[string]struct {
		order                     plans.Order
		first, committed, renewal string
	}{
		"support until the billing day": {plans.Order{
			At: january("2026-01-16"), BillingDay: 1,
			Items: []plans.OrderItem{base, {Item: "support", Quantity: decimal.NewFromInt(1)}},
		}, "30.97", "62.97", "92"},
		"a minimum with a coupon for one bill": {plans.Order{ // 54.00, 100.00, 100.00, and 40.00 after the term
			At: january("2026-01-01"), Items: []plans.OrderItem{base}, Term: giventest.Interval("P3M"),
			Minimum: giventest.Money("100.00"), Discounts: coupon(plans.Discount{Duration: plans.Once}),
		}, "54", "294", ""},
		"a minimum with a coupon for two bills": {plans.Order{ // 54.00, 90.00, 100.00, and 40.00 after the term
			At: january("2026-01-01"), Items: []plans.OrderItem{base}, Term: giventest.Interval("P3M"),
			Minimum: giventest.Money("100.00"), Discounts: coupon(plans.Discount{Duration: plans.Repeating, Periods: 2}),
		}, "54", "284", ""},
		"a minimum with a coupon for every bill": {plans.Order{ // 54.00, 90.00, 90.00, and 36.00 after the term
			At: january("2026-01-01"), Items: []plans.OrderItem{base}, Term: giventest.Interval("P3M"),
			Minimum: giventest.Money("100.00"), Discounts: coupon(plans.Discount{Duration: plans.Forever}),
		}, "54", "270", ""},
		"a free first period with another quantity in it": {plans.Order{
			At: january("2026-01-16"), BillingDay: 1, FirstPeriod: proration.ExtentNone, Items: []plans.OrderItem{base, more},
		}, "0", "0", "120"},
	} {
		order := test.order
		order.By, order.Country, order.PaymentMethod, order.Plan = plans.Support, "US", "card", "team"
		if catalog.Terms = nil; order.Term != (proration.Interval{}) {
			catalog.Terms = []plans.Term{{Length: order.Term, Billing: plans.PerPeriod, Renewal: plans.Expire}}
		}
		q, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := [3]string{q.First.Total.String(), q.Committed.String()}
		if q.Renewal != nil {
			got[2] = q.Renewal.Total.String()
		}
		if want := [3]string{test.first, test.committed, test.renewal}; got != want {
			t.Errorf("%s: got %q, want %q\n%s", name, got, want, q.Explain())
		}
	}
}

// The timing of a price is read back as it was written.
func TestTimingOfAPriceInJSON(t *testing.T) {
	text, err := json.Marshal(supportInArrears())
	if err != nil || !strings.Contains(string(text), `"timing":"in_arrears"`) {
		t.Fatalf("%s, %v", text, err)
	}
	var back plans.Contract
	if err := json.Unmarshal(text, &back); err != nil || !back.Accrues() || back.Items[0].Price.Timing != 0 {
		t.Errorf("%+v, %v", back, err)
	}
}
