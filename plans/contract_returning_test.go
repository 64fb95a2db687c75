package plans_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// returningCharge is a charge of seats for a month at a unit price.
func returningCharge(plan, month, unit string) plans.Charge {
	start := giventest.Instant("2026-"+month+"-01", nil)
	period := proration.Period{Start: start, End: start.AddDate(0, 1, 0)}
	return plans.Charge{
		ID: "inv-" + month + "/1", Kind: plans.Recurring, Plan: plan, Item: "seat", Currency: "USD", Quantity: decimal.New(2, 0),
		Price: plans.Price{Unit: giventest.Money(unit)}, Period: period, Span: period,
	}
}

// M19: an item that left has its old price until the end of its period, and needs a price afterwards.
func TestReturningPrices(t *testing.T) {
	empty := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC)}
	present := empty
	present.Items = []plans.Item{{ID: "seat", Quantity: decimal.New(1, 0), Price: plans.Price{Unit: decimal.New(9, 0)}}}
	arrears := present
	arrears.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-10", nil), Item: plans.Item{ID: "seat"}}}
	later := empty
	later.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-20", nil), Item: present.Items[0]}}
	credit := returningCharge("growth", "11", "31")
	credit.Corrects, credit.ID, credit.Kind = "inv-11/1", "inv-12/1", plans.ProrationCredit
	for _, row := range []struct {
		name, why string
		contract  plans.Contract
		charges   []plans.Charge
		plan      bool
		want      string
	}{
		{"of this period", "its charge is credited", empty, []plans.Charge{returningCharge("growth", "11", "89"), credit}, false, "89"},
		{"the newest", "the price was changed before the item left", empty, []plans.Charge{returningCharge("growth", "11", "89"), returningCharge("growth", "11", "79")}, false, "79"},
		{"of another period", "its period is over", empty, []plans.Charge{returningCharge("growth", "10", "89")}, false, ""},
		{"of another plan", "a price of the old plan is over", empty, []plans.Charge{returningCharge("base", "11", "89")}, false, ""},
		{"with another plan", "the plan has the price", empty, []plans.Charge{returningCharge("growth", "11", "89")}, true, ""},
		{"there", "the item is in the contract", present, []plans.Charge{returningCharge("growth", "11", "89")}, false, ""},
		{"in arrears", "the contract has the item of the unbilled time", arrears, nil, false, "9"},
		{"a later step", "the item was not there yet", later, nil, false, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			quantity := decimal.New(3, 0)
			for _, change := range []plans.Change{
				{Add: []plans.ItemQuantity{{Item: "seat", Quantity: quantity}}},
				{Set: []plans.ItemSetting{{Item: "seat", Quantity: &quantity}}},
				{Items: []plans.ChangeItem{{ID: "seat", Quantity: quantity}}},
			} {
				if row.plan {
					change.Plan = &plans.Plan{ID: "scale"}
				}
				text := giventest.JSON(t, change)
				got := row.contract.ReturningPrices(change, row.charges, giventest.Instant("2026-11-16", nil))
				if giventest.JSON(t, change) != text {
					t.Errorf("%s was modified", text)
				}
				var price *plans.Price
				switch {
				case len(got.Add) > 0:
					price = got.Add[0].Price
				case len(got.Set) > 0:
					price = got.Set[0].Price
				default:
					price = got.Items[0].Price
				}
				unit := ""
				if price != nil {
					unit = price.Unit.String()
				}
				if unit != row.want {
					t.Errorf("%s: the price is %q, want %q: %s", text, unit, row.want, row.why)
				}
			}
		})
	}
}

// With a catalog, an item that returns in its period has its old price, and a new item has the catalog's.
func TestReturningPriceBeforeTheCatalog(t *testing.T) {
	catalog := onSale(t).Catalog
	contract := plans.Contract{Plan: catalog.Plans[0].ID, Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC)}
	item := catalog.Plans[0].Offers[0]
	charge := returningCharge(contract.Plan, "11", "3.21")
	charge.Item = item.Item
	rules := plans.ChangeRules{{Action: plans.AddQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately}}
	request := plans.ChangeRequest{
		Catalog: &catalog, Contract: contract, By: plans.Customer, At: giventest.Instant("2026-11-16", nil),
		Change: plans.Change{Add: []plans.ItemQuantity{{Item: item.Item, Quantity: decimal.New(1, 0)}}},
	}
	fresh, err := rules.Check(request)
	if err != nil || !fresh.Change.Add[0].Price.Unit.Equal(item.Price.Unit) {
		t.Errorf("a new item: %v, %s", err, giventest.JSON(t, fresh.Change))
	}
	request.Charges = []plans.Charge{charge}
	back, err := rules.Check(request)
	if err != nil || !back.Change.Add[0].Price.Equal(charge.Price) {
		t.Errorf("an item that returns: %v, %s", err, giventest.JSON(t, back.Change))
	}
}
