package plans_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestOverrideValidate(t *testing.T) {
	good := plans.Term{Length: giventest.Interval("P3M"), Billing: plans.UpFront, Renewal: plans.Renew}
	deal := plans.Discount{ID: "deal", Percent: giventest.Money("5"), Duration: plans.Forever}
	for _, c := range []struct {
		name, why string
		override  plans.Override
		want      []string
	}{
		{"nothing", "an override may be empty", plans.Override{}, nil},
		{"valid", "K11: a term, a discount and a grace period", plans.Override{Terms: []plans.Term{good}, Discounts: []plans.Discount{deal}, Grace: giventest.Interval("P10D")}, nil},
		{"a term", "a catalog has the same rule", plans.Override{Terms: []plans.Term{good, {Length: giventest.Interval("P6M")}}}, []string{"terms[1].billing unset", "terms[1].renewal unset"}},
		{"a repeated term", "a catalog has the same rule", plans.Override{Terms: []plans.Term{good, good}}, []string{"terms[1].length invalid"}},
		{"a discount", "a discount has the same rule everywhere", plans.Override{Discounts: []plans.Discount{{ID: "deal", Percent: giventest.Money("5")}}}, []string{"discounts[0].duration unset"}},
		{"a repeated discount", "the IDs of discounts differ everywhere", plans.Override{Discounts: []plans.Discount{deal, deal}}, []string{"discounts[1].id invalid"}},
		{"a mixed grace period", "an interval has one unit everywhere", plans.Override{Grace: proration.Interval{Days: -3}}, []string{"grace invalid"}},
		{
			"all faults at once", "law 14: bad input is an error that names its field", plans.Override{Terms: []plans.Term{{}}, Discounts: []plans.Discount{{}}, Grace: proration.Interval{Days: 1, Months: 1}},
			[]string{"terms[0].length unset", "terms[0].billing unset", "terms[0].renewal unset", "discounts[0].id unset", "discounts[0].percent unset", "discounts[0].duration unset", "grace invalid"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			giventest.CheckFaults(t, c.override.Validate(), c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
}

// Row K11: an override adapts a copy of the catalog, which is unmodified.
func TestCatalogWith(t *testing.T) {
	special := func(s plans.PlanOverride) plans.Override {
		s.ID = "base"
		return plans.Override{Plans: []plans.PlanOverride{s}}
	}
	offer := func(item string, currency plans.Currency, unit string) plans.Offer {
		return plans.Offer{Item: item, Currency: currency, Price: plans.Price{Unit: giventest.Money(unit)}}
	}
	// the changed part of the plan base or of the terms, as JSON
	offers := func(c seller) any { return c.Plans[0].Offers }
	features := func(c seller) any { return c.Plans[0].Features }
	limits := func(c seller) any { return c.Plans[0].Limits }
	terms := func(c seller) any { return c.Terms }
	for _, c := range []struct {
		name, why string
		override  plans.Override
		look      func(seller) any
		want      string
	}{
		{
			"nothing", "the catalog is unchanged", plans.Override{}, offers,
			`[{"item":"seat","currency":"USD","price":{"unit":"15"}},{"item":"seat","currency":"BRL","price":{"unit":"75"}},{"item":"phone","currency":"USD","price":{"unit":"4.99"}}]`,
		},
		{
			"a price", "it replaces the old price, in one currency", special(plans.PlanOverride{Offers: []plans.Offer{offer("seat", "BRL", "60.00")}}), offers,
			`[{"item":"seat","currency":"USD","price":{"unit":"15"}},{"item":"seat","currency":"BRL","price":{"unit":"60"}},{"item":"phone","currency":"USD","price":{"unit":"4.99"}}]`,
		},
		{
			"a currency", "the override sells an item in another currency", special(plans.PlanOverride{Offers: []plans.Offer{offer("phone", "BRL", "25.00")}}), offers,
			`[{"item":"seat","currency":"USD","price":{"unit":"15"}},{"item":"seat","currency":"BRL","price":{"unit":"75"}},{"item":"phone","currency":"USD","price":{"unit":"4.99"}},{"item":"phone","currency":"BRL","price":{"unit":"25"}}]`,
		},
		{"a feature", "added to the features of the plan, each once", special(plans.PlanOverride{Features: []string{"contacts", "sso"}}), features, `["leads","contacts","sso"]`},
		{
			"limits", "they replace limits of the same name, or are added", special(plans.PlanOverride{Limits: []plans.Limit{{Name: "ai_agents", Unlimited: true}, {Name: "lists", Most: giventest.Money("3")}}}), limits,
			`[{"name":"contacts","most":"2500"},{"name":"ai_agents","unlimited":true},{"name":"whatsapp_numbers","most":"2"},{"name":"lists","most":"3"}]`,
		},
		{
			"terms", "they replace the terms of the catalog", plans.Override{Terms: []plans.Term{{Length: giventest.Interval("P3M"), Billing: plans.PerPeriod, Renewal: plans.Expire}}}, terms,
			`[{"length":"P3M","billing":"per_period","renewal":"expire"}]`,
		},
		{
			"no terms", "an override without terms keeps those of the catalog", plans.Override{Grace: giventest.Interval("P9D")}, terms,
			`[{"length":"P6M","billing":"up_front","renewal":"renew"},{"length":"P9M","percent":"5","billing":"up_front","renewal":"renew"},` +
				`{"length":"P1Y","percent":"10","billing":"up_front","renewal":"renew"},{"length":"P2Y","percent":"20","billing":"up_front","renewal":"renew"}]`,
		},
		{
			"the plan twice", "the later override applies on top of the earlier one", plans.Override{Plans: []plans.PlanOverride{
				{ID: "base", Offers: []plans.Offer{offer("seat", "USD", "14.00")}}, {ID: "base", Offers: []plans.Offer{offer("seat", "USD", "13.00")}},
			}}, offers,
			`[{"item":"seat","currency":"USD","price":{"unit":"13"}},{"item":"seat","currency":"BRL","price":{"unit":"75"}},{"item":"phone","currency":"USD","price":{"unit":"4.99"}}]`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := onSale(t)
			before, asked := giventest.JSON(t, catalog), giventest.JSON(t, c.override)
			got, err := catalog.With(c.override)
			if err != nil {
				t.Fatal(err)
			}
			if text := giventest.JSON(t, c.look(seller{Catalog: got})); text != c.want {
				t.Errorf("got\n%s\nwant\n%s: %s", text, c.want, c.why)
			}
			for _, other := range []int{1, 2, 3} {
				checkText(t, "another plan", giventest.JSON(t, got.Plans[other]), giventest.JSON(t, catalog.Plans[other]))
			}

			// law 15
			checkText(t, "the catalog afterwards", giventest.JSON(t, catalog), before)
			checkText(t, "the override afterwards", giventest.JSON(t, c.override), asked)
		})
	}
}

// Law 15: the override modifies neither the catalog nor an earlier result.
func TestCatalogWithModifiesNothing(t *testing.T) {
	tiers := []plans.Tier{{UpTo: giventest.Money("10"), Unit: giventest.Money("15")}, {Unit: giventest.Money("12")}}
	price := plans.Price{Tiering: plans.Graduated, Tiers: tiers}
	catalog := onSale(t, func(c *seller) { c.Plans[2].Offers[0].Price = price })
	override := plans.Override{Plans: []plans.PlanOverride{{
		ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: price}, {Item: "sso", Currency: "USD", Price: price}},
		Features: []string{"sso"}, Limits: []plans.Limit{{Name: "contacts", Most: giventest.Money("9")}},
	}}, Terms: onSale(t).Terms}
	before, asked := giventest.JSON(t, catalog), giventest.JSON(t, override)
	got, err := catalog.With(override)
	if err != nil {
		t.Fatal(err)
	}
	text := giventest.JSON(t, got)
	other := plans.Override{Plans: []plans.PlanOverride{{
		ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: price}, {Item: "fax", Currency: "USD", Price: plans.Price{Free: true}}},
		Features: []string{"fax"}, Limits: []plans.Limit{{Name: "faxes"}},
	}}}
	if _, err := got.With(other); err != nil {
		t.Fatal(err)
	}
	checkText(t, "the catalog afterwards", giventest.JSON(t, catalog), before)
	checkText(t, "the override afterwards", giventest.JSON(t, override), asked)
	checkText(t, "the result afterwards", giventest.JSON(t, got), text)
}

func TestCatalogWithRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		override  plans.Override
		want      []string
	}{
		{"an unknown plan", "a misspelled ID would otherwise change nothing", plans.Override{Plans: []plans.PlanOverride{{ID: "base"}, {ID: "Base"}}}, []string{"override.plans[1].id invalid"}},
		{"a plan without an ID", "an override names its plan", plans.Override{Plans: []plans.PlanOverride{{}}}, []string{"override.plans[0].id invalid"}},
		{
			"a negative price", "the result is a catalog like any other",
			plans.Override{Plans: []plans.PlanOverride{{ID: "advanced", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("-1")}}}}}},
			[]string{"plans[2].offers[0].price.unit invalid"},
		},
		{
			"a limit without a name", "the result is a catalog like any other", plans.Override{Plans: []plans.PlanOverride{{ID: "base", Limits: []plans.Limit{{}}}}},
			[]string{"plans[0].limits[3].name unset"},
		},
		{"a plan and a term", "law 14: all faults come at once", plans.Override{Plans: []plans.PlanOverride{{ID: "x"}}, Terms: []plans.Term{{Length: giventest.Interval("P1M"), Renewal: plans.Expire}}}, []string{"override.terms[0].billing unset", "override.plans[0].id invalid"}},
		{"a term, a discount and a grace", "each fault comes once, below the override", plans.Override{
			Terms: []plans.Term{{Length: giventest.Interval("P1M"), Billing: plans.UpFront}}, Discounts: []plans.Discount{{ID: "deal", Percent: giventest.Money("5")}}, Grace: proration.Interval{Days: -3},
		}, []string{"override.terms[0].renewal unset", "override.discounts[0].duration unset", "override.grace invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := onSale(t).With(c.override)
			giventest.CheckFaults(t, err, c.want...)
			if got.Plans != nil || t.Failed() {
				t.Errorf("a catalog comes with the error: %s", c.why)
			}
		})
	}
}
