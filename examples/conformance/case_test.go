package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is wrong with a case itself is a failure that says so, also where an error is wanted: that is a refusal by the
// library, and no slip in the case.
func TestUnusableCases(t *testing.T) {
	const period = `"period": {"start": "2024-04-01", "end": "2024-05-01"}, "span": {"start": "2024-04-16", "end": "2024-05-01"}`
	const refusal = `{"error": true}`
	tests := []struct {
		name string
		text string
		want string // the fault begins so
	}{
		{"no object", `[1]`, `the case cannot be used: [1] is not an object`},
		{"no id", `{"source": "s", "kind": "round", "why": "b", "given": {}, "want": {}}`, `the case cannot be used: missing field "id"`},
		{"no kind", `{"id": "a", "source": "s", "why": "b", "given": {}, "want": {}}`, `the case cannot be used: missing field "kind"`},
		{"a member too many", `{"id": "a", "source": "s", "kind": "round", "why": "b", "given": {}, "want": {}, "wants": {}}`, `the case cannot be used: unknown field "wants"`},
		{"a member twice", `{"id": "a", "id": "b", "source": "s", "kind": "round", "why": "b", "given": {}, "want": {}}`, `the case cannot be used: field "id" comes twice`},
		{"a kind that is no text", `{"id": "a", "source": "s", "kind": 1, "why": "b", "given": {}, "want": {}}`, `the case cannot be used: kind: a number is no value here`},
		{"given is no object", caseText("round", `[]`, refusal), `given cannot be used: [] is not an object`},
		{"given is null", caseText("round", `null`, refusal), `the case cannot be used: given: null is no value`},
		{"unknown field", caseText("round", `{"currency": "USD", "amount": "1", "mode": "up", "places": 2}`, refusal), `given cannot be used: unknown field "places"`},
		{"a name in another case", caseText("round", `{"Currency": "USD", "amount": "1", "mode": "up"}`, refusal), `given cannot be used: missing field "currency"; unknown field "Currency"`},
		{"missing field", caseText("round", `{"currency": "USD", "amount": "1"}`, refusal), `given cannot be used: missing field "mode"`},
		{"field twice", caseText("round", `{"currency": "USD", "amount": "1", "amount": "2", "mode": "up"}`, refusal), `given cannot be used: field "amount" comes twice`},
		{"null", caseText("round", `{"currency": "USD", "amount": null, "mode": "up"}`, refusal), `given cannot be used: amount: null is no value`},
		{"null in a list", caseText("split", `{"currency": "USD", "amount": "1", "weights": [null]}`, refusal), `given cannot be used: weights: null is not an amount`},
		{"no amount", caseText("round", `{"currency": "USD", "amount": "1,50", "mode": "up"}`, refusal), `given cannot be used: amount: "1,50" is not an amount`},
		{"a mode that is no text", caseText("round", `{"currency": "USD", "amount": "1", "mode": 3}`, refusal), `given cannot be used: mode: a number is no value here`},
		{"part of an interval", caseText("advance", `{"start": "2024-01-01", "interval": "P1M", "n": 1.5}`, refusal), `given cannot be used: n: a number 1.5 is no value here`},
		{"no offset", caseText("advance", `{"start": "2024-01-01T00:00:00", "interval": "P1M", "n": 1}`, refusal), `given cannot be used: start: "2024-01-01T00:00:00" is not an instant`},
		{"no date", caseText("advance", `{"start": "", "interval": "P1M", "n": 1}`, refusal), `given cannot be used: start: a date is missing`},
		{"unknown zone", caseText("advance", `{"start": "2024-01-01", "interval": "P1M", "n": 1, "timezone": "Mars/Olympus"}`, refusal), `given cannot be used: timezone: "Mars/Olympus" is no time zone`},
		{"the machine's own zone", caseText("advance", `{"start": "2024-01-01", "interval": "P1M", "n": 1, "timezone": "Local"}`, refusal), `given cannot be used: timezone: "Local" is no time zone`},
		{"unknown field inside", caseText("fraction", `{"period": {"start": "2024-04-01", "end": "2024-05-01", "days": 30}, "span": {"start": "2024-04-01"}, "day_count": "days"}`, refusal),
			`given cannot be used: period: unknown field "days"; span: missing field "end"`},
		{"a refused value beside a slip", caseText("fraction", `{`+period+`, "day_count": "weeks", "zone": "UTC"}`, refusal), `given cannot be used: day_count: `},
		{"no end", caseText("billable", `{"start": "2024-01-01", "as_of": "2024-01-01", "interval": "P1M", "mode": "in_advance"}`, refusal), `given cannot be used: missing field "end"`},
		{"no price", caseText("change", `{"currency": "USD", "at": "2024-04-16", "billed": {"amount": "1", "credited": "0", "span": {"start": "2024-04-01", "end": "2024-05-01"}},
			"next": null, "credit_basis": "price", "day_count": "days"}`, refusal), `given cannot be used: billed: missing field "price"`},
		{"no model", caseText("price", `{"currency": "USD", "quantity": "1"}`, refusal), `given cannot be used: missing field "model"`},
		{"unknown model", caseText("price", `{"currency": "USD", "quantity": "1", "model": "auction"}`, refusal), `given cannot be used: model: "auction" is no model`},
		{"a model that is no text", caseText("price", `{"currency": "USD", "quantity": "1", "model": null}`, refusal), `given cannot be used: model: null is no model`},
		{"no price at all", caseText("price", `[]`, refusal), `given cannot be used: [] is not an object`},
		{"a field of another model", caseText("price", `{"currency": "USD", "quantity": "1", "model": "flat", "flat": "1", "unit": "1"}`, refusal), `given cannot be used: unknown field "unit"`},
		{"a tier without an end", caseText("price", `{"currency": "USD", "quantity": "1", "model": "volume", "tiers": [{"unit": "1"}]}`, refusal), `given cannot be used: tiers: missing field "up_to"`},
		{"a package of nothing", caseText("price", `{"currency": "USD", "quantity": "1", "model": "package", "package_size": "0", "package_price": "1"}`, refusal), `given cannot be used: package_size: `},
		{"an unknown discount", caseText("discount", `{"currency": "USD", "lines": ["1"], "discounts": [{"rate": "10"}]}`, refusal), `given cannot be used: discounts: unknown field "rate"`},
		{"a level without an interval", caseText("direction", `{"from": {"amount": "1"}, "to": {"amount": "1", "interval": "P1M"}}`, refusal), `given cannot be used: from: missing field "interval"`},
		{"part of a priority", caseText("apply_credits", `{"currency": "USD", "due": "1", "at": "2024-06-01", "grants": [{"id": "a", "amount": "1", "granted_at": "2024-01-01", "priority": 1.5}]}`, refusal), `given cannot be used: grants: priority: a number 1.5 is no value here`},
		{"a grant without a date", caseText("apply_credits", `{"currency": "USD", "due": "1", "at": "2024-06-01", "grants": [{"id": "a", "amount": "1"}]}`, refusal), `given cannot be used: grants: missing field "granted_at"`},
		{"a state with another condition", caseText("overdue", `{"as_of": "2024-06-01", "states": [{"name": "a", "days_gte": 1}], "unpaid_invoices": []}`, refusal), `given cannot be used: states: unknown field "days_gte"`},
		{"part of a day", caseText("overdue", `{"as_of": "2024-06-01", "states": [{"name": "a", "earliest_unpaid_days_gte": 1.5}], "unpaid_invoices": []}`, refusal), `given cannot be used: states: earliest_unpaid_days_gte: a number 1.5 is no value here`},
		{"an unpaid invoice without a balance", caseText("overdue", `{"as_of": "2024-06-01", "states": [], "unpaid_invoices": [{"date": "2024-05-01"}]}`, refusal), `given cannot be used: unpaid_invoices: missing field "balance"`},
		{"no balance", caseText("overdue", `{"as_of": "2024-06-01", "states": [], "unpaid_invoices": [{"date": "2024-05-01", "balance": "1,50"}]}`, refusal), `given cannot be used: unpaid_invoices: balance: "1,50" is not an amount`},
		{"a refused value", caseText("fraction", `{`+period+`, "day_count": "weeks"}`, `{"fraction": "1/2"}`), `got the error "day_count: `},
		{"a refused call", caseText("minor_units", `{"currency": "US"}`, `{"places": 2}`), `got the error "currency: `},
		{"a figure where an error is wanted", caseText("round", roundGivenText, refusal), `got amount 0.03, want an error`},
		{"an error that is not wanted", caseText("round", roundGivenText, `{"error": false}`), `want cannot be used: an error is wanted as`},
		{"an error and a figure", caseText("round", roundGivenText, `{"error": true, "amount": "0.03"}`), `want cannot be used: an error is wanted as`},
		{"nothing wanted", caseText("round", roundGivenText, `{}`), `want cannot be used: it wants nothing`},
		{"want is no object", caseText("round", roundGivenText, `"0.03"`), `want cannot be used: "0.03" is not an object`},
		{"a figure that did not come out", caseText("round", roundGivenText, `{"amount": "0.03", "tax": "0"}`), `tax: got none, want 0`},
		{"no figure", caseText("round", roundGivenText, `{"amount": null}`), `amount: got 0.03, want null`},
		{"a figure of endless digits", caseText("round", roundGivenText, `{"amount": "1e2000000000"}`), `amount: got 0.03, want 1e2000000000`},
		{"a word in capitals", caseText("direction", directionGivenText, `{"direction": "Upgrade"}`), `direction: got upgrade, want Upgrade`},
		{"no word", caseText("direction", directionGivenText, `{"direction": null}`), `direction: got upgrade, want null`},
		{"half a period", caseText("cycle", cycleGivenText, `{"period": {"start": "2024-01-31"}}`), `period.end: got 2024-02-29, want none`},
		{"no period", caseText("cycle", cycleGivenText, `{"period": "2024-01-31"}`), `period: got end 2024-02-29, start 2024-01-31, want 2024-01-31`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := judge(rawCase{7, json.RawMessage(test.text)})
			if got := strings.Join(v.faults, "; "); !strings.HasPrefix(got, test.want) || v.skipped {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A case without an id is known by its place in the file.
func TestCaseWithoutID(t *testing.T) {
	if v := judge(rawCase{7, json.RawMessage(`{"kind": "round"}`)}); v.id != "case 7" {
		t.Errorf("got %q", v.id)
	}
}

// A figure compares by what it says and not by how it is written.
func TestEqualFigures(t *testing.T) {
	const havana = `{"start": "2026-02-08", "interval": "P1M", "n": 1, "timezone": "America/Havana"}`
	tests := []struct{ name, kind, given, want string }{
		{"places", "round", roundGivenText, `{"amount": "0.0300"}`},
		{"a number", "round", roundGivenText, `{"amount": 0.03}`},
		{"a ratio", "fraction", `{"period": {"start": "2024-04-01", "end": "2024-05-01"}, "span": {"start": "2024-04-16", "end": "2024-05-01"}, "day_count": "days"}`, `{"fraction": "1/2"}`},
		{"a date whose midnight is skipped", "advance", havana, `{"date": "2026-03-08"}`},
		{"an instant", "advance", havana, `{"date": "2026-03-08T05:00:00Z"}`},
		{"an instant with an offset", "advance", havana, `{"date": "2026-03-08T01:00:00-04:00"}`},
		{"a refusal of a value", "round", `{"currency": "USD", "amount": "1", "mode": "sideways"}`, `{"error": true}`},
		{"a refusal of a call", "round", `{"currency": "US", "amount": "1", "mode": "up"}`, `{"error": true}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := judge(rawCase{1, json.RawMessage(caseText(test.kind, test.given, test.want))})
			if len(v.faults) > 0 || v.skipped {
				t.Errorf("want none of %v", v.faults)
			}
		})
	}
}

// A panic is a bug and is not taken for a refusal.
func TestPanicIsNotMasked(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("want a panic")
		}
	}()
	c := testCase{Want: json.RawMessage(`{"error": true}`)}
	c.faults(func(json.RawMessage) (record, error) { panic("a bug") })
}
