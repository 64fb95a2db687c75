package plans_test

import (
	"testing"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// priceChange is a price change of an item.
func priceChange(unit, item string) plans.Change {
	return plans.Change{Set: []plans.ItemSetting{{Item: item, Price: &plans.Price{Unit: giventest.Money(unit), Free: giventest.Money(unit).IsZero()}}}}
}

// withPrice is a change with a price, `{"unit":"89"}`, of its only item.
func withPrice(change plans.Change, price string) plans.Change {
	p := priceOf(price)
	change = clone.Deep(change)
	for _, steps := range [][]plans.ItemQuantity{change.Add, change.Remove} {
		for i := range steps {
			steps[i].Price = &p
		}
	}
	for i := range change.Set {
		change.Set[i].Price = &p
	}
	return change
}

// setting is a change of the quantity and the price of an item.
func setting(item, quantity, price string) plans.Change {
	units := giventest.Money(quantity)
	return withPrice(plans.Change{Set: []plans.ItemSetting{{Item: item, Quantity: &units}}}, price)
}

func TestContractChangedPrice(t *testing.T) {
	const kinds = "3 light at 19; cycle 2026-11-01 P1M"
	same := monthlyKinds() // steps at the old price, at other prices, and of another item
	same.Ramp = steps(nil, "2026-12-01 20 seat at 79.0", "2027-01-01 25 seat at 69.00", "2027-01-01 5 light at 79.00", "2027-02-01 30 seat at 79.00")
	for _, r := range []withRow{
		{name: "another price", why: "a special price agreed within the period", contract: monthlyKinds(), change: priceChange("85", "seat"), want: "growth: 10 seat at 85, " + kinds},
		{name: "of another item", why: "each item has its own price", contract: monthlyKinds(), change: priceChange("21.50", "light"), want: "growth: 10 seat at 79, 3 light at 21.5; cycle 2026-11-01 P1M"},
		{name: "a zero price", why: "a free price costs nothing; nil is no price", contract: monthlyKinds(), change: plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Free: true}}}}, want: "growth: 10 seat at 0, " + kinds},
		{name: "the same price", why: "agreeing on the current price is valid", contract: monthlyKinds(), change: priceChange("79.0", "seat"), want: "growth: 10 seat at 79, " + kinds},
		{
			name: "with later steps", why: "steps at the old price, however it is written, take the new one; steps at another price, or of another item, keep theirs",
			contract: same, change: priceChange("85", "seat"),
			want: "growth: 10 seat at 85, 3 light at 19; from 2026-12-01 20 seat at 85; from 2027-01-01 25 seat at 69; from 2027-01-01 5 light at 79; from 2027-02-01 30 seat at 85; cycle 2026-11-01 P1M",
		},
		{
			name: "after a step at another price", why: "69.00 is the old price then, and 79.00 was agreed for February",
			contract: same, change: priceChange("85", "seat"), at: "2027-01-15",
			want: "growth: 25 seat at 85, 5 light at 79; from 2027-02-01 30 seat at 79; cycle 2026-11-01 P1M",
		},
		{
			name: "at a step", why: "a step applies from its first instant on, so that its price is the old one",
			contract: ramped(), change: priceChange("85", "seat"),
			want: "growth: 12 seat at 85, 3 light at 19; from 2026-12-01 20 seat at 69; from 2026-12-01 4 phone at 10; from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "a moment before a step", why: "the step is later and keeps its own price",
			contract: ramped(), change: priceChange("85", "seat"), at: "2026-11-15T23:59:59.999999999",
			want: "growth: 10 seat at 85, 3 light at 19; from 2026-11-16 12 seat at 75; from 2026-12-01 20 seat at 69; from 2026-12-01 4 phone at 10; " +
				"from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "later steps at the old price", why: "the light seats of next year have the current price",
			contract: ramped(), change: priceChange("20", "light"),
			want: "growth: 12 seat at 75, 3 light at 20; from 2026-12-01 20 seat at 69; from 2026-12-01 4 phone at 10; from 2027-01-01 2 light at 20; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{
			name: "in a term", why: "14.00 a month applies six times in the term", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"per":"P1M","unit":"14"}`),
			want: "base: 10 seat at 14 per P1M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew",
		},
		{
			name: "for another length that divides the term", why: "42.00 a quarter", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"per":"P3M","unit":"42"}`),
			want: "base: 10 seat at 42 per P3M; cycle 2026-11-01 P6M; P6M 2026-11-01/2027-05-01 renew",
		},
		{
			name: "an annual price in monthly periods", why: "twelve months do not divide one month", contract: monthlyKinds(), change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"per":"P1Y","unit":"700"}`),
			wantErr: []string{"contract.items[0].price.per invalid"},
		},
		{
			name: "a price length that does not divide the term", why: "four months do not divide six", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"per":"P4M","unit":"60"}`),
			wantErr: []string{"contract.items[0].price.per invalid", "contract.terms[0].items[0].price.per invalid"},
		},
		{name: "a negative price", why: "law 7: a price is not negative", contract: monthlyKinds(), change: priceChange("-1", "seat"), wantErr: []string{"change.set[0].price.unit invalid"}},
		{name: "beyond the limits", why: "law 14: amounts have limits", contract: monthlyKinds(), change: priceChange("1e18", "seat"), wantErr: []string{"change.set[0].price.unit limit"}},
		{name: "with an added quantity", why: "added units have the price of the contract; a setting states another price for all units", contract: monthlyKinds(), change: withPrice(quantityChange("1", "seat"), `{"unit":"85"}`), wantErr: []string{"change.add[0].price invalid"}},
		{name: "with a removed quantity", why: "removed units are credited at their billed price; a setting states another price for all units", contract: monthlyKinds(), change: withPrice(quantityChange("-1", "seat"), `{"unit":"85"}`), wantErr: []string{"change.remove[0].price invalid"}},
		{name: "and another quantity", why: "a setting states both", contract: monthlyKinds(), change: setting("seat", "12", `{"unit":"85"}`), want: "growth: 12 seat at 85, " + kinds},
		{name: "of a missing item", why: "a new item needs a quantity", contract: monthlyKinds(), change: priceChange("5", "phone"), wantErr: []string{"change.set[0].quantity unset"}},
		{name: "of an item that a step adds later", why: "the contract has no phone on the 16th", contract: ramped(), change: priceChange("5", "phone"), wantErr: []string{"change.set[0].quantity unset"}},
		{
			name: "of an item that a step has added", why: "the step has taken effect", contract: ramped(), change: priceChange("5", "phone"), at: "2026-12-01",
			want: "growth: 20 seat at 69, 3 light at 19, 4 phone at 5; from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-11-01 P1M",
		},
		{name: "without an item", why: "a price belongs to an item", contract: monthlyKinds(), change: priceChange("5", ""), wantErr: []string{"change.set[0].item unset"}},
	} {
		t.Run(r.name, r.run)
	}
}
