package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is wrong with a case itself is a failure that says so, also where an error is wanted: that is a refusal by the
// library, and no slip in the case.
func TestInvalidCaseFails(t *testing.T) {
	const period = `"period": {"start": "2024-04-01", "end": "2024-05-01"}, "span": {"start": "2024-04-16", "end": "2024-05-01"}`
	const refusal = `{"error": true}`
	tests := []struct {
		name string
		text string
		want string // the fault begins so
	}{
		{"no object", `[1]`, `invalid case: must be an object; got [1]`},
		{"no id", `{"source": "s", "kind": "round", "why": "b", "given": {}, "want": {}}`, `invalid case: id: required`},
		{"no kind", `{"id": "a", "source": "s", "why": "b", "given": {}, "want": {}}`, `invalid case: kind: required`},
		{"a member too many", `{"id": "a", "source": "s", "kind": "round", "why": "b", "given": {}, "want": {}, "wants": {}}`, `invalid case: wants: unknown field`},
		{"a member twice", `{"id": "a", "id": "b", "source": "s", "kind": "round", "why": "b", "given": {}, "want": {}}`, `invalid case: id: appears twice`},
		{"a kind that is no text", `{"id": "a", "source": "s", "kind": 1, "why": "b", "given": {}, "want": {}}`, `invalid case: kind: has the wrong type; got number`},
		{"given is no object", caseText("round", `[]`, refusal), `invalid given: must be an object; got []`},
		{"given is null", caseText("round", `null`, refusal), `invalid case: given: must not be null`},
		{"unknown field", caseText("round", `{"currency": "USD", "amount": "1", "mode": "up", "places": 2}`, refusal), `invalid given: places: unknown field`},
		{"a name in another case", caseText("round", `{"Currency": "USD", "amount": "1", "mode": "up"}`, refusal), `invalid given: currency: required; Currency: unknown field`},
		{"missing field", caseText("round", `{"currency": "USD", "amount": "1"}`, refusal), `invalid given: mode: required`},
		{"field twice", caseText("round", `{"currency": "USD", "amount": "1", "amount": "2", "mode": "up"}`, refusal), `invalid given: amount: appears twice`},
		{"null", caseText("round", `{"currency": "USD", "amount": null, "mode": "up"}`, refusal), `invalid given: amount: must not be null`},
		{"null in a list", caseText("split", `{"currency": "USD", "amount": "1", "weights": [null]}`, refusal), `invalid given: weights: must be an amount; got null`},
		{"no amount", caseText("round", `{"currency": "USD", "amount": "1,50", "mode": "up"}`, refusal), `invalid given: amount: must be an amount; got "1,50"`},
		{"a mode that is no text", caseText("round", `{"currency": "USD", "amount": "1", "mode": 3}`, refusal), `invalid given: mode: has the wrong type; got number`},
		{"part of an interval", caseText("advance", `{"start": "2024-01-01", "interval": "P1M", "n": 1.5}`, refusal), `invalid given: n: has the wrong type; got number 1.5`},
		{"no offset", caseText("advance", `{"start": "2024-01-01T00:00:00", "interval": "P1M", "n": 1}`, refusal), `invalid given: start: must be an instant such as 2024-04-16T09:30:00Z; got "2024-01-01T00:00:00"`},
		{"no date", caseText("advance", `{"start": "", "interval": "P1M", "n": 1}`, refusal), `invalid given: start: required, a date or an instant`},
		{"unknown zone", caseText("advance", `{"start": "2024-01-01", "interval": "P1M", "n": 1, "timezone": "Mars/Olympus"}`, refusal), `invalid given: timezone: must be an IANA time zone; got "Mars/Olympus"`},
		{"the machine's own zone", caseText("advance", `{"start": "2024-01-01", "interval": "P1M", "n": 1, "timezone": "Local"}`, refusal), `invalid given: timezone: must be an IANA time zone; got "Local"`},
		{"unknown field inside", caseText("fraction", `{"period": {"start": "2024-04-01", "end": "2024-05-01", "days": 30}, "span": {"start": "2024-04-01"}, "day_count": "days"}`, refusal),
			`invalid given: period: days: unknown field; span: end: required`},
		{"a refused value beside a slip", caseText("fraction", `{`+period+`, "day_count": "weeks", "zone": "UTC"}`, refusal), `invalid given: day_count: `},
		{"no end", caseText("billable", `{"start": "2024-01-01", "as_of": "2024-01-01", "interval": "P1M", "mode": "in_advance"}`, refusal), `invalid given: end: required`},
		{"no price", caseText("change", `{"currency": "USD", "at": "2024-04-16", "billed": {"amount": "1", "credited": "0", "span": {"start": "2024-04-01", "end": "2024-05-01"}},
			"next": null, "credit_basis": "price", "day_count": "days"}`, refusal), `invalid given: billed: price: required`},
		{"no model", caseText("price", `{"currency": "USD", "quantity": "1"}`, refusal), `invalid given: model: required`},
		{"unknown model", caseText("price", `{"currency": "USD", "quantity": "1", "model": "auction"}`, refusal), `invalid given: model: must be a price model; got "auction"`},
		{"a model that is no text", caseText("price", `{"currency": "USD", "quantity": "1", "model": null}`, refusal), `invalid given: model: must be a price model; got null`},
		{"no price at all", caseText("price", `[]`, refusal), `invalid given: must be an object; got []`},
		{"a field of another model", caseText("price", `{"currency": "USD", "quantity": "1", "model": "flat", "flat": "1", "unit": "1"}`, refusal), `invalid given: unit: unknown field`},
		{"a tier without an end", caseText("price", `{"currency": "USD", "quantity": "1", "model": "volume", "tiers": [{"unit": "1"}]}`, refusal), `invalid given: tiers: up_to: required`},
		{"a package of nothing", caseText("price", `{"currency": "USD", "quantity": "1", "model": "package", "package_size": "0", "package_price": "1"}`, refusal), `invalid given: package_size: `},
		{"an unknown discount", caseText("discount", `{"currency": "USD", "lines": ["1"], "discounts": [{"rate": "10"}]}`, refusal), `invalid given: discounts: rate: unknown field`},
		{"a level without an interval", caseText("direction", `{"from": {"amount": "1"}, "to": {"amount": "1", "interval": "P1M"}}`, refusal), `invalid given: from: interval: required`},
		{"part of a priority", caseText("apply_credits", `{"currency": "USD", "due": "1", "at": "2024-06-01", "grants": [{"id": "a", "amount": "1", "granted_at": "2024-01-01", "priority": 1.5}]}`, refusal), `invalid given: grants: priority: has the wrong type; got number 1.5`},
		{"a grant without a date", caseText("apply_credits", `{"currency": "USD", "due": "1", "at": "2024-06-01", "grants": [{"id": "a", "amount": "1"}]}`, refusal), `invalid given: grants: granted_at: required`},
		{"a state with another condition", caseText("overdue", `{"as_of": "2024-06-01", "states": [{"name": "a", "days_gte": 1}], "unpaid_invoices": []}`, refusal), `invalid given: states: days_gte: unknown field`},
		{"part of a day", caseText("overdue", `{"as_of": "2024-06-01", "states": [{"name": "a", "earliest_unpaid_days_gte": 1.5}], "unpaid_invoices": []}`, refusal), `invalid given: states: earliest_unpaid_days_gte: has the wrong type; got number 1.5`},
		{"an unpaid invoice without a balance", caseText("overdue", `{"as_of": "2024-06-01", "states": [], "unpaid_invoices": [{"date": "2024-05-01"}]}`, refusal), `invalid given: unpaid_invoices: balance: required`},
		{"no balance", caseText("overdue", `{"as_of": "2024-06-01", "states": [], "unpaid_invoices": [{"date": "2024-05-01", "balance": "1,50"}]}`, refusal), `invalid given: unpaid_invoices: balance: must be an amount; got "1,50"`},
		{"a refused value", caseText("fraction", `{`+period+`, "day_count": "weeks"}`, `{"fraction": "1/2"}`), `got the error "day_count: `},
		{"a refused call", caseText("minor_units", `{"currency": "US"}`, `{"places": 2}`), `got the error "currency: `},
		{"a figure where an error is wanted", caseText("round", roundGivenText, refusal), `got amount 0.03, want an error`},
		{"an error that is not wanted", caseText("round", roundGivenText, `{"error": false}`), `invalid want: error: must be true and the only field`},
		{"an error and a figure", caseText("round", roundGivenText, `{"error": true, "amount": "0.03"}`), `invalid want: error: must be true and the only field`},
		{"nothing wanted", caseText("round", roundGivenText, `{}`), `invalid want: must have at least one value`},
		{"want is no object", caseText("round", roundGivenText, `"0.03"`), `invalid want: must be an object; got "0.03"`},
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
func TestCaseWithoutIDIsNamedByItsPosition(t *testing.T) {
	if v := judge(rawCase{7, json.RawMessage(`{"kind": "round"}`)}); v.id != "case 7" {
		t.Errorf("got %q", v.id)
	}
}

// A figure compares by what it says and not by how it is written.
func TestValuesCompareByMeaning(t *testing.T) {
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
