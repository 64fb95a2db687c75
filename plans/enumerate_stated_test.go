package plans_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// shapedPrice returns the price that has the fields of a set, and whether it states an amount.
func shapedPrice(set int) (p plans.Price, stated bool) {
	one := decimal.NewFromInt(1)
	for i, field := range []struct {
		set    func()
		amount bool
	}{
		{func() { p.Flat = one }, true}, {func() { p.Unit = one }, true}, {func() { p.Percent = one }, true},
		{func() { p.Minimum = one }, true}, {func() { p.Tiering, p.Tiers = plans.Volume, []plans.Tier{{}} }, true},
		{func() { p.Included = one }, false}, {func() { p.Package = one }, false}, {func() { p.Maximum = one }, false},
		{func() { p.Per = giventest.Interval("P1M") }, false},
	} {
		if set&(1<<i) != 0 {
			field.set()
			stated = stated || field.amount
		}
	}
	return p, stated
}

// Nothing is sold without a price (law 19): an offer, an item with units, a change of it, an order and a sale need a
// price that states an amount, or that it is free. A price that is free has no amount.
func TestEveryPriceThatIsNotStatedIsRefused(t *testing.T) {
	short.Skip(t)
	one, at := decimal.NewFromInt(1), giventest.Instant("2026-12-16", time.UTC)
	order := func(p plans.Price) error {
		o := ordered("1 seat", "P6M")
		o.By, o.Items[0].Price = plans.Support, &p
		_, err := onSale(t).Quote(o, proration.Standard(2), proration.LargestRemainder)
		return err
	}
	places := map[string]func(plans.Price) error{
		"items[0].price": func(p plans.Price) error {
			c := tenSeats()
			c.Items[0].Price = p
			return c.Validate()
		},
		"ramp[0].item.price": func(p plans.Price) error {
			c := tenSeats()
			c.Ramp = []plans.RampStep{{At: at, Item: plans.Item{ID: "desk", Quantity: one, Price: p}}}
			return c.Validate()
		},
		"offers[0].price": func(p plans.Price) error {
			return plans.Plan{ID: "a", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: p}}}.Validate()
		},
		"add[0].price": func(p plans.Price) error {
			return plans.Change{Add: []plans.ItemQuantity{{Item: "desk", Quantity: one, Price: &p}}}.Validate()
		},
		"set[0].price": func(p plans.Price) error {
			return plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &p}}}.Validate()
		},
		"items[0].price of a change": func(p plans.Price) error {
			return plans.Change{Items: []plans.ChangeItem{{ID: "seat", Quantity: one, Price: &p}}}.Validate()
		},
		"items[0].price of an order": order,
		"price": func(p plans.Price) error {
			_, err := plans.Charge{Kind: plans.Usage, Item: "calls", Currency: "USD", Quantity: one, Price: p}.Priced(proration.Standard(2))
			return err
		},
	}
	tried := 0
	for set := range 1 << 9 {
		for _, free := range []bool{false, true} {
			p, stated := shapedPrice(set)
			p.Free = free
			for name, validate := range places {
				tried++
				faults := giventest.Faults(validate(p))
				unset := slices.ContainsFunc(faults, func(f string) bool { return strings.HasSuffix(f, "price unset") })
				both := slices.ContainsFunc(faults, func(f string) bool { return strings.HasSuffix(f, "price.free invalid") })
				if unset != (!stated && !free) || both != (stated && free) {
					t.Errorf("%s of %s: got %q", name, giventest.JSON(t, p), faults)
				}
			}
		}
	}
	t.Logf("%d prices in %d places", tried, len(places))
	if tried != 1024*8 {
		t.Errorf("%d prices, want %d", tried, 1024*8)
	}
}

// In JSON, an amount of zero states that a price is free, and the price that is written states it again. A metered item
// needs no price until it is used.
func TestPriceOfZeroIsStated(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: `{}`, `{"unit":"0"}`: `{"free":true}`, `{"flat":"0.00"}`: `{"free":true}`, `{"free":true}`: `{"free":true}`,
		`{"percent":"0"}`: `{"free":true}`, `{"minimum":"0"}`: `{"free":true}`, `{"maximum":"0"}`: `{}`, `{"per":"P1M"}`: `{"per":"P1M"}`,
		`{"flat":"0","unit":"5"}`: `{"unit":"5"}`, `{"unit":"0","metered":true}`: `{"metered":true}`, `{"metered":true}`: `{"metered":true}`,
	} {
		var p plans.Price
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if got := giventest.JSON(t, p); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{`{"unit":5,"unti":"5"}`, `7`, `{"unit":"x"}`} {
		if err := json.Unmarshal([]byte(text), new(plans.Price)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	c := tenSeats()
	c.Items[0] = plans.Item{ID: "calls", Quantity: decimal.NewFromInt(3), Price: plans.Price{Metered: true}}
	giventest.CheckFaults(t, c.Validate())
}
