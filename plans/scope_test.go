package plans_test

import (
	"encoding/json"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

func TestScopeCovers(t *testing.T) {
	seat := plans.Charge{Plan: "growth", Item: "seat", Kind: plans.Recurring}
	for _, c := range []struct {
		name, why string
		scope     plans.Scope
		want      bool
	}{
		{"an empty scope", "a rule without a scope covers every charge", plans.Scope{}, true},
		{"empty lists", "an empty list restricts nothing", plans.Scope{Plans: []string{}, Items: []string{}, Kinds: []plans.Kind{}}, true},
		{"its plan", "M10: a rule for the charges of one plan", plans.Scope{Plans: []string{"scale", "growth"}}, true},
		{"another plan", "M10: charges of the plan before are not covered", plans.Scope{Plans: []string{"scale"}}, false},
		{"its item", "M10: a rule for one item", plans.Scope{Items: []string{"seat"}}, true},
		{"another item", "M10: other items are not covered", plans.Scope{Items: []string{"agent", "setup"}}, false},
		{"its kind", "K10: a rule for recurring charges", plans.Scope{Kinds: []plans.Kind{plans.Recurring}}, true},
		{"another kind", "K10: usage is not covered", plans.Scope{Kinds: []plans.Kind{plans.Usage}}, false},
		{"all three", "every list must cover the charge", plans.Scope{Plans: []string{"growth"}, Items: []string{"seat"}, Kinds: []plans.Kind{plans.Recurring}}, true},
		{"two of three", "one list that does not cover the charge is enough", plans.Scope{Plans: []string{"growth"}, Items: []string{"seat"}, Kinds: []plans.Kind{plans.Usage}}, false},
	} {
		if got := c.scope.Covers(seat); got != c.want {
			t.Errorf("%s: got %v, want %v: %s", c.name, got, c.want, c.why)
		}
		discount := plans.Discount{Scope: c.scope}
		if got := discount.Covers(seat); got != c.want {
			t.Errorf("a discount for %s: got %v, want %v: %s", c.name, got, c.want, c.why)
		}
	}
}

// A discount also depends on the instant at which the span of the charge begins.
func TestDiscountCoversSpansWithinItsBounds(t *testing.T) {
	at := func(day string) plans.Charge {
		return plans.Charge{Item: "seat", Span: giventest.Period(day+"/2027-01-01", nil)}
	}
	d := plans.Discount{
		Scope: plans.Scope{Items: []string{"seat"}}, From: giventest.Instant("2026-11-01", nil), Until: giventest.Instant("2026-12-01", nil),
	}
	for day, want := range map[string]bool{"2026-10-31": false, "2026-11-01": true, "2026-11-30": true, "2026-12-01": false} {
		if got := d.Covers(at(day)); got != want {
			t.Errorf("a charge from %s: got %v, want %v", day, got, want)
		}
	}
	other := at("2026-11-01")
	if other.Item = "agent"; d.Covers(other) {
		t.Error("the discount covers another item")
	}
}

// In JSON a scope has no object of its own.
func TestScopeIsFlatInJSON(t *testing.T) {
	d := plans.Discount{ID: "d", Scope: plans.Scope{Plans: []string{"growth"}, Items: []string{"seat"}, Kinds: []plans.Kind{plans.Usage}}}
	const want = `{"id":"d","duration":"unset","plans":["growth"],"items":["seat"],"kinds":["usage"]}`
	if got := giventest.JSON(t, d); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var read plans.Discount
	if err := json.Unmarshal([]byte(want), &read); err != nil || giventest.JSON(t, read) != want {
		t.Errorf("read back: %+v, %v", read, err)
	}
}
