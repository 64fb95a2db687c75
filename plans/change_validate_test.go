package plans_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// fullChange has every field, whether or not the fields can be combined.
func fullChange() plans.Change {
	plan := offering("scale", "P1Y", "seat USD 900")
	price, units, term := priceOf(byTier), giventest.Money("12"), agreed(nil, plans.UpFront, "P6M "+november)[0].Term
	return plans.Change{
		Plan: plan, Items: []plans.ChangeItem{{ID: "seat", Quantity: units, Price: &price}},
		Add:    []plans.ItemQuantity{{Item: "phone", Quantity: units, Price: &price}},
		Remove: []plans.ItemQuantity{{Item: "light", Quantity: units}}, Set: []plans.ItemSetting{{Item: "call", Quantity: &units, Price: &price}},
		Interval: giventest.Interval("P1Y"), Term: &term, End: giventest.Instant("2027-03-01", nil),
		Anchor: plans.AnchorReset, AnchorAt: giventest.Instant("2026-11-20", nil), Cancel: true,
		Ramp: plans.RampKeep, Until: giventest.Instant("2027-02-01", nil),
		AddDiscounts: []plans.Discount{percentOff("deal", "20")}, RemoveDiscounts: []string{"welcome"},
	}
}

// Every combination of fields: a term, an end and a cancellation stand alone, a list of all items excludes steps, and
// an anchor excludes an instant; all other fields can be combined.
func TestChangeFieldsExcludeEachOther(t *testing.T) {
	full := reflect.ValueOf(fullChange())
	names := []string{"plan", "items", "add", "remove", "set", "interval", "term", "end", "anchor", "anchor_at", "ramp", "until", "cancel", "add_discounts", "remove_discounts"}
	for mask := range 1 << full.NumField() {
		var change plans.Change
		var set []string
		for i := range full.NumField() {
			if mask>>i&1 == 1 {
				reflect.ValueOf(&change).Elem().Field(i).Set(full.Field(i))
				set = append(set, names[i])
			}
		}
		has := func(name string) bool { return slices.Contains(set, name) }
		var want []string
		if len(set) == 0 {
			want = append(want, " unset")
		}
		for _, alone := range []string{"end", "cancel"} {
			if has(alone) && len(set) > 1 {
				want = append(want, alone+" invalid")
				break
			}
		}
		if has("items") && (has("add") || has("remove") || has("set")) {
			want = append(want, "items invalid")
		}
		if has("anchor") && has("anchor_at") {
			want = append(want, "anchor_at invalid")
		}
		if has("ramp") && !has("plan") && !has("interval") && !has("term") {
			want = append(want, "ramp invalid")
		}
		if err := change.Validate(); giventest.CheckFaults(t, err, want...) != (want == nil) || t.Failed() {
			t.Fatalf("%q: %v", set, err)
		}
		if change.IsZero() != (len(set) == 0) {
			t.Fatalf("%q is zero: %v", set, change.IsZero())
		}
	}
}

func TestChangeValidate(t *testing.T) {
	units := func(text string) plans.Change { return plans.Change{Set: setting("seat", text, `{"unit":"0"}`).Set} }
	item := func(id, quantity string) plans.ChangeItem {
		return plans.ChangeItem{ID: id, Quantity: giventest.Money(quantity)}
	}
	negative := priceOf(`{"unit":"-1"}`)
	for _, c := range []struct {
		name, why string
		change    plans.Change
		want      []string
	}{
		{"zero units of a list", "the item leaves, unless it is metered", plans.Change{Items: []plans.ChangeItem{item("seat", "0")}}, nil},
		{"an empty list", "every item leaves", plans.Change{Items: []plans.ChangeItem{}}, nil},
		{"an item without an ID", "a charge names its item", plans.Change{Items: []plans.ChangeItem{item("", "1")}}, []string{"items[0].id unset"}},
		{"an item twice in the list", "the quantity must be unambiguous", plans.Change{Items: []plans.ChangeItem{item("seat", "1"), item("seat", "2")}}, []string{"items[1].id invalid"}},
		{"a negative quantity of the list", "a quantity is not negative", plans.Change{Items: []plans.ChangeItem{item("seat", "-1")}}, []string{"items[0].quantity invalid"}},
		{"a negative price of the list", "law 7: a price is not negative", plans.Change{Items: []plans.ChangeItem{{ID: "seat", Price: &negative}}}, []string{"items[0].price.unit invalid"}},
		{"an added item without an ID", "a charge names its item", quantityChange("1", ""), []string{"add[0].item unset"}},
		{"no units added", "law 13: a zero change is not intended", quantityChange("0", "seat"), []string{"add[0].quantity unset"}},
		{"negative units added", "remove states fewer units", plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("-1")}}}, []string{"add[0].quantity invalid"}},
		{"too many units added", "law 14: quantities have limits", quantityChange("1e18", "seat"), []string{"add[0].quantity limit"}},
		{"added units at a negative price", "law 7: a price is not negative", withPrice(quantityChange("1", "seat"), `{"unit":"-1"}`), []string{"add[0].price.unit invalid"}},
		{"negative units removed", "add states more units", plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("-1")}}}, []string{"remove[0].quantity invalid"}},
		{"no units removed", "law 13: a zero change is not intended", plans.Change{Remove: []plans.ItemQuantity{{Item: "seat"}}}, []string{"remove[0].quantity unset"}},
		{"removed units with a price", "they are credited at their billed price", withPrice(quantityChange("-1", "seat"), `{"unit":"1"}`), []string{"remove[0].price invalid"}},
		{"an empty setting", "it sets nothing", plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, []string{"set[0] unset"}},
		{"a setting of zero units", "the item leaves, unless it is metered", units("0"), nil},
		{"a setting of negative units", "a quantity is not negative", units("-1"), []string{"set[0].quantity invalid"}},
		{"a setting at a negative price", "law 7: a price is not negative", priceChange("-1", "seat"), []string{"set[0].price.unit invalid"}},
		{"an item in two steps", "the order of two steps would decide the quantity", plans.Change{Add: quantityChange("1", "seat").Add, Remove: quantityChange("-1", "seat").Remove}, []string{"remove[0].item invalid"}},
		{"an item in a step and a setting", "the order of both would decide the quantity", plans.Change{Add: quantityChange("1", "seat").Add, Set: units("2").Set}, []string{"set[0].item invalid"}},
		{"an item twice in one list of steps", "one step states the sum", plans.Change{Add: append(quantityChange("1", "seat").Add, quantityChange("2", "seat").Add...)}, []string{"add[1].item invalid"}},
		{"a mixed interval", "it recurs on no calendar", plans.Change{Interval: proration.Interval{Months: 1, Days: 1}}, []string{"interval invalid"}},
		{"an unknown use of the ramp", "law 14: bad input is an error that names its field", plans.Change{Interval: proration.Interval{Months: 1}, Ramp: 9}, []string{"ramp invalid"}},
		{"an unknown anchor", "law 14: bad input is an error that names its field", plans.Change{Anchor: 9}, []string{"anchor invalid"}},
		{"an added discount without a duration", "law 13: the duration decides amounts", plans.Change{AddDiscounts: []plans.Discount{{ID: "deal", Percent: giventest.Money("5")}}}, []string{"add_discounts[0].duration unset"}},
		{"faults of every part", "law 14: all faults come at once", plans.Change{
			Cancel: true, Items: []plans.ChangeItem{item("", "-1")}, Add: quantityChange("0", "seat").Add, Remove: withPrice(quantityChange("-1", ""), `{}`).Remove, Set: []plans.ItemSetting{{Item: "seat"}},
			Interval: proration.Interval{Days: -1}, Anchor: 9, AnchorAt: giventest.Instant("2026-11-20", nil), AddDiscounts: []plans.Discount{{}},
		}, []string{
			"cancel invalid", "items invalid", "anchor invalid", "anchor_at invalid", "interval invalid", "items[0].id unset", "items[0].quantity invalid", "add[0].quantity unset",
			"remove[0].item unset", "remove[0].price invalid", "set[0].item invalid", "set[0] unset", "add_discounts[0].id unset", "add_discounts[0].percent unset", "add_discounts[0].duration unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := clone.Deep(c.change)
			if giventest.CheckFaults(t, c.change.Validate(), c.want...); t.Failed() {
				t.Log(c.why)
			}
			if !reflect.DeepEqual(c.change, before) { // law 15
				t.Errorf("the change is now %+v", c.change)
			}
			_, err := seats("10", "79").Changed(c.change, giventest.Instant("2026-11-16", nil))
			for i := range c.want { // the faults of a change have its path
				if got := giventest.Faults(err); len(got) != len(c.want) || got[i] != "change."+c.want[i] {
					t.Errorf("%q from Changed", got)
				}
			}
		})
	}
}

// A change reads back as stored, with exactly the documented fields, also if a quantity is zero.
func TestChangeJSON(t *testing.T) {
	const price = `{"tiering":"graduated","tiers":[{"up_to":"5","unit":"7"},{"up_to":"10","unit":"6.5"},{"unit":"6"}]}`
	want := `{"plan":{"id":"scale","interval":"P1Y","offers":[{"item":"seat","currency":"USD","price":{"unit":"900"}}]},` +
		`"items":[{"id":"seat","quantity":"12","price":` + price + `}],"add":[{"item":"phone","quantity":"12","price":` + price + `}],` +
		`"remove":[{"item":"light","quantity":"12"}],"set":[{"item":"call","quantity":"12","price":` + price + `}],"interval":"P1Y",` +
		`"term":{"length":"P6M","billing":"up_front","renewal":"renew"},"end":"2027-03-01T00:00:00Z","anchor":"reset","anchor_at":"2026-11-20T00:00:00Z",` +
		`"ramp":"keep","until":"2027-02-01T00:00:00Z","cancel":true,"add_discounts":[{"id":"deal","percent":"20","duration":"forever"}],"remove_discounts":["welcome"]}`
	change := fullChange()
	for i := range reflect.TypeFor[plans.Change]().NumField() {
		if reflect.ValueOf(change).Field(i).IsZero() {
			t.Errorf("field %d is not set", i)
		}
	}
	if got := giventest.JSON(t, change); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, change)
	none := giventest.Money("0")
	read := giventest.CheckRoundTrip(t, plans.Change{Set: []plans.ItemSetting{{Item: "seat", Quantity: &none}}})
	if got := read.Set[0].Quantity; got == nil || !got.IsZero() {
		t.Errorf("the quantity 0 is read as %v", got)
	}
}
