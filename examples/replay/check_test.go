package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/plans"
)

// Each field of an expectation fails if it is another, and says where, the value got and the value wanted.
func TestWrongFieldOfAnExpectationFails(t *testing.T) {
	data, err := os.ReadFile("testdata/scenarios/every-field.json")
	require.NoError(t, err)
	good := string(data)
	for _, c := range []struct{ name, old, new, want string }{
		{"status", `"status": "active"`, `"status": "past_due"`, "entries[1].expect.status: got active, want past_due"},
		{"status of no start", `"status": "active"`, `"status": "unset"`, "entries[1].expect.status: got active, want not started"},
		{"access", `"access": "full"`, `"access": "restricted"`, "entries[1].expect.access: got full, want restricted"},
		{"issued", `"issued": 1`, `"issued": 2`, "entries[1].expect.issued: got 1, want 2"},
		{"outstanding", `"outstanding": "341.00"`, `"outstanding": "341.01"`, "entries[1].expect.outstanding: got 341.00, want 341.01"},
		{"credit balance", `"credit_balance": "0"`, `"credit_balance": "0.01"`, "entries[1].expect.credit_balance: got 0.00, want 0.01"},
		{"billed", `"billed": "341.00"`, `"billed": "310"`, "entries[1].expect.billed: got 341.00, want 310"},
		{"billed less credit notes", `"billed": "287.20"`, `"billed": "387.20"`, "entries[11].expect.billed: got 287.20, want 387.20"},
		{"refunded", `"refunded": "9.00"`, `"refunded": "0"`, "entries[3].expect.refunded: got 9.00, want 0"},
		{"below a bound", `"min": "24.19", "max": "24.21"`, `"min": "24.21"`, "entries[13].expect.credit_balance: got 24.20, want at least 24.21"},
		{"above a bound", `"min": "24.19", "max": "24.21"`, `"max": "24.19"`, "entries[13].expect.credit_balance: got 24.20, want at most 24.19"},
		{"outside two bounds", `"min": "24.19", "max": "24.21"`, `"min": "-1", "max": "1"`, "entries[13].expect.credit_balance: got 24.20, want -1 to 1"},
		{"no notices", `"notices": [], "effects": ["collect_payment"]`, `"notices": ["receipt"], "effects": ["collect_payment"]`, "entries[1].expect.notices: got [], want [receipt]"},
		{"other notices", `"notices": ["access_lost"]`, `"notices": ["payment_failed", "access_lost"]`, "entries[16].expect.notices: got [access_lost], want [payment_failed, access_lost]"},
		{"effects", `"effects": ["refund"]`, `"effects": ["collect_payment", "refund"]`, "entries[3].expect.effects: got [refund], want [collect_payment, refund]"},
		{"next kind", `"next": {"kind": "result_due"`, `"next": {"kind": "charge"`, "entries[1].expect.next: got result_due at 2026-01-08, want charge at 2026-01-08"},
		{"next time", `"at": "2026-01-08"}`, `"at": "2026-02-01T00:00:00.000000001"}`, "entries[1].expect.next: got result_due at 2026-01-08, want result_due at 2026-02-01T00:00:00.000000001"},
		{"nothing next", `"next": {"kind": "result_due", "at": "2026-01-08"}`, `"next": {}`, "entries[1].expect.next: got result_due at 2026-01-08, want nothing"},
		{"something next", `"next": {}`, `"next": {"at": "2026-03-01"}`, "entries[16].expect.next: got nothing, want at 2026-03-01"},
		{"not refused", `"refused": "-10 of"`, `"refused": false`, `entries[7].expect.refused: got refused: The request does not fit the subscription: quantity must not remove more than the contract has; -10 of "seat" would be left., want no refusal`},
		{"refused otherwise", `"refused": "-10 of"`, `"refused": "-11 of"`, `entries[7].expect.refused: got refused: The request does not fit the subscription: quantity must not remove more than the contract has; -10 of "seat" would be left., want a refusal containing "-11 of"`},
		{"refused", `"skipped": false`, `"refused": true`, "entries[3].expect.refused: got an applied event, want a refusal"},
		{"refused and not skipped", `"skipped": true, "refused": false`, `"refused": true`, "entries[5].expect.refused: got a skipped event, want a refusal"},
		{"no expectation of a refusal", `"refused": "-10 of"`, `"issued": 1`, `entries[6]: got refused: The request does not fit the subscription: quantity must not remove more than the contract has; -10 of "seat" would be left., want an applied event`},
		{"skipped", `"skipped": false`, `"skipped": true`, "entries[3].expect.skipped: got false, want true"},
		{"not skipped", `"skipped": true`, `"skipped": false`, "entries[5].expect.skipped: got true, want false"},
		{"access of a member", `"role": "agent", "access": "none"`, `"role": "agent", "access": "full"`, "entries[16].expect.members[2].access: got none, want full"},
		{"access of one not selected", `"selected": true, "access"`, `"access"`, "entries[16].expect.members[1].access: got none, want billing_only"},
		{"document", `"number": 5`, `"number": 6`, "invoices[4].number: got 5 documents, want document 6"},
		{"kind of a credit note", `"kind": "credit_note"`, `"kind": "invoice"`, "invoices[2].kind: got credit_note, want invoice"},
		{"kind of an invoice", `"kind": "invoice", "total": "-24.20"`, `"kind": "credit_note"`, "invoices[3].kind: got invoice, want credit_note"},
		{"total", `"total": "46.20"`, `"total": "42.00"`, "invoices[1].total: got 46.20, want 42.00"},
		{"amount due", `"amount_due": "316.80"`, `"amount_due": "341.00"`, "invoices[4].amount_due: got 316.80, want 341.00"},
		{"status of a document", `"status": "open"`, `"status": "paid"`, "invoices[4].status: got open, want paid"},
		{"kind of a line", `"kind": "proration_charge"`, `"kind": "recurring"`, "invoices[1].lines[0]: got " + addition + ", want a line with kind recurring, quantity 2, net 42, tax 4.2"},
		{"item of a line", `"kind": "proration_charge"`, `"item": "set"`, "invoices[1].lines[0]: got " + addition + ", want a line with item set, quantity 2, net 42, tax 4.2"},
		{"quantity of a line", `"quantity": "2", "net": "42"`, `"quantity": "3"`, "invoices[1].lines[0]: got " + addition + ", want a line with kind proration_charge, quantity 3, tax 4.2"},
		{"start of a line", `"quantity": "2", "net": "42"`, `"start": "2026-01-12"`, "invoices[1].lines[0]: got " + addition + ", want a line with kind proration_charge, from 2026-01-12, tax 4.2"},
		{"end of a line", `"quantity": "2", "net": "42"`, `"end": "2026-01-31"`, "invoices[1].lines[0]: got " + addition + ", want a line with kind proration_charge, until 2026-01-31, tax 4.2"},
		{"net of a line", `"net": "42"`, `"net": {"min": "42.01"}`, "invoices[1].lines[0]: got " + addition + ", want a line with kind proration_charge, quantity 2, net at least 42.01, tax 4.2"},
		{"tax of a line", `"tax": "4.2"`, `"tax": "4"`, "invoices[1].lines[0]: got " + addition + ", want a line with kind proration_charge, quantity 2, net 42, tax 4"},
		{"a line twice", `{"kind": "refund", "net": "-90.91", "tax": "-9.09"}`, `{"kind": "refund"}, {"net": "-90.91"}`, "invoices[2].lines[1]: got " + refund + ", want a line with net -90.91"},
		{"other lines", `"lines": [{"kind": "refund", "net": "-90.91", "tax": "-9.09"}]`, `"lines_only": true, "lines": []`, "invoices[2].lines: got 1 lines: " + refund + ", want 0 lines"},
	} {
		require.Contains(t, good, c.old, c.name)
		name := write(t, strings.Replace(good, c.old, c.new, 1))
		out, problems, exit := say("-check", name)
		assert.Equal(t, exitFailed, exit, c.name)
		assert.Empty(t, problems, c.name)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		require.Len(t, lines, 2, "%s: one failure and the count, and not %s", c.name, out)
		assert.Regexp(t, `^\Q`+name+`\E:\d+:\d+: \Q`+c.want+`\E$`, lines[0], c.name)
		assert.Equal(t, "0 passed, 1 failed", lines[1], c.name)
	}
}

// Lines as failures list them.
const (
	addition = "kind proration_charge, item seat, quantity 2, from 2026-01-11, until 2026-02-01, net 42.00, tax 4.20"
	refund   = "kind refund, item seat, quantity 0, from 2026-01-01, until 2026-02-01, net -90.91, tax -9.09"
)

// An expectation of a field alone passes where its value is right: amounts compare by value, and bounds are
// inclusive.
func TestAmountsCompareByValue(t *testing.T) {
	for _, credit := range []string{`"24.2"`, `"24.2000"`, `{"min": "24.20"}`, `{"max": "24.20"}`, `{"min": "24.20", "max": "24.20"}`, `{"min": "-5"}`} {
		data, err := os.ReadFile("testdata/scenarios/every-field.json")
		require.NoError(t, err)
		out, problems, exit := say("-check", write(t, strings.Replace(string(data), `{"min": "24.19", "max": "24.21"}`, credit, 1)))
		assert.Equal(t, exitDone, exit, "%s: %s%s", credit, out, problems)
	}
}

// Each expected line has a charge of its own, whatever the order in which they are listed.
func TestLinesMatchOneToOne(t *testing.T) {
	seat, other := "seat", "other"
	recurring, usage := plans.Recurring, plans.Usage
	charges := []plans.Charge{{Item: "seat", Kind: plans.Recurring}, {Item: "seat", Kind: plans.Usage}, {Item: "robot", Kind: plans.Usage}}
	for _, c := range []struct {
		name  string
		lines []line
		want  int // the first without a charge
	}{
		{"none", nil, -1},
		{"any three", []line{{}, {}, {}}, -1},
		{"any four", []line{{}, {}, {}, {}}, 3},
		{"the narrow one last", []line{{Item: &seat}, {Kind: &usage}, {Kind: &recurring}}, -1},
		{"the narrow one first", []line{{Kind: &recurring}, {Kind: &usage}, {Item: &seat}}, -1},
		{"a chain of moves", []line{{Kind: &usage}, {Item: &seat}, {Item: &seat}}, -1},
		{"two of which one is there", []line{{Kind: &recurring}, {Item: &seat, Kind: &recurring}}, 1},
		{"no such item", []line{{Item: &other}}, 0},
	} {
		assert.Equal(t, c.want, unmatched(c.lines, charges), c.name)
	}
}

// An error of an event is a failure unless it is expected, and the file goes on.
func TestUnexpectedErrorOfAnEventFails(t *testing.T) {
	entries := func(expect string) string {
		return life31("2026-02-01", `{"at": "2026-01-01", "kind": "started", "no_trial": true},
			{"at": "2026-01-02", "kind": "payment_failed"}, {"at": "2026-01-02", "expect": {`+expect+`}}, {"at": "2026-01-03", "expect": {"issued": 2}}`)
	}
	out, _, exit := say("-check", write(t, entries(`"status": "active"`)))
	assert.Equal(t, exitFailed, exit)
	assert.Contains(t, out, "entries[1].payment.invoice: got an error: required, the invoice's ID, want an applied event\n")
	assert.Contains(t, out, "entries[3].expect.issued: got 1, want 2\n", "the file goes on")

	out, _, _ = say("-check", write(t, entries(`"refused": "event.payment.invoice: required"`)))
	assert.Equal(t, 1, strings.Count(out, "got "), out)
	out, _, _ = say("-check", write(t, entries(`"refused": "say how much"`)))
	assert.Contains(t, out, `entries[2].expect.refused: got refused: event.payment.invoice: required, the invoice's ID, want a refusal containing "say how much"`)
}

// A late event is corrected when it becomes known: the difference is billed, and nothing for one that would have been
// refused.
func TestLateEventIsCorrected(t *testing.T) {
	const begin = `{"at": "2026-01-01", "kind": "started", "no_trial": true, "payment_method": "card"},
		{"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}}, `
	const addition = `{"at": "2026-01-11", "known": "2026-01-21", "kind": "changed", "change": {"add": [{"item": "seat", "quantity": "2"}]}}`
	for _, c := range []struct{ name, entries, want string }{
		{"the difference", begin + addition + `, {"at": "2026-01-21", "expect": {"issued": 2, "outstanding": "42.00", "effects": ["collect_payment", "collect_payment"]}},
			{"at": "2026-01-22", "kind": "payment_succeeded", "payment": {"invoice": "a-2"}}, {"at": "2026-02-01", "expect": {"billed": "166.00"}}`, ""},
		{"a refusal", begin + `{"at": "2026-01-11", "known": "2026-01-21", "kind": "changed", "change": {"remove": [{"item": "seat", "quantity": "2"}]}},
			{"at": "2026-01-21", "expect": {"refused": "-1 of", "issued": 1}}`, ""},
		{"a refusal that is not expected", begin + `{"at": "2026-01-11", "known": "2026-01-21", "kind": "resumed"}`, "entries[2]: got refused: No pause is scheduled., want an applied event"},
		{"an error", begin + `{"at": "2026-01-11", "known": "2026-01-21", "kind": "changed"}`, "entries[2].change: got an error: required, at least one field, want an applied event"},
		{"a repeat", begin + addition + `, {"at": "2026-01-12", "known": "2026-01-22", "sequence": 3, "kind": "changed", "change": {"add": [{"item": "seat", "quantity": "2"}]}},
			{"at": "2026-01-22", "expect": {"skipped": true, "issued": 2}}`, ""},
		{"one after another", begin + addition + `, {"at": "2026-01-06", "known": "2026-01-22", "kind": "changed", "change": {"add": [{"item": "seat", "quantity": "1"}]}},
			{"at": "2026-01-22", "expect": {"issued": 3, "billed": "99.00"}}`, ""},
		{"known at once", begin + strings.Replace(addition, "2026-01-21", "2026-01-11", 1) + `, {"at": "2026-01-11", "expect": {"issued": 2, "outstanding": "42.00"}}`, ""},
	} {
		out, problems, exit := say("-check", write(t, life31("2026-02-15", c.entries)))
		if c.want == "" {
			assert.Equal(t, exitDone, exit, "%s: %s%s", c.name, out, problems)
		} else {
			assert.Contains(t, out, c.want, "%s: %s", c.name, problems)
		}
	}
	out, _, _ := say(write(t, life31("2026-01-22", begin+addition)))
	assert.Contains(t, out, "2026-01-21 00:00:00  2 seats added          active         full          a-2\n")
}

// A provider's repeat under a new number is skipped if it changes nothing.
func TestRepeatOfAPaymentIsSkipped(t *testing.T) {
	part := func(amount string) string {
		return `{"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1", "id": "p", "amount": "` + amount + `"}}`
	}
	out, problems, exit := say("-check", write(t, life31("2026-01-02", `{"at": "2026-01-01", "kind": "started"}, `+part("10.00")+`,
		{"at": "2026-01-01", "expect": {"skipped": false, "outstanding": "21.00"}}, `+part("10.00")+`, {"at": "2026-01-01", "expect": {"skipped": true, "outstanding": "21.00"}},
		{"at": "2026-01-01", "kind": "payment_method_added"}, {"at": "2026-01-01", "kind": "payment_method_added"}, {"at": "2026-01-01", "expect": {"skipped": false}}`)))
	assert.Equal(t, exitDone, exit, "%s%s", out, problems)
}

// Access and the next deadline follow the policy of their time.
func TestPolicyInForceDecidesAccessAndDeadline(t *testing.T) {
	text := life31("2026-01-31", `{"at": "2026-01-01", "kind": "started", "payment_method": "card"}, {"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}},
		{"at": "2026-01-10", "expect": {"next": {"kind": "advance_invoice_due", "at": "2026-01-29"}}},
		{"at": "2026-01-12", "kind": "payment_disputed", "payment": {"invoice": "a-1"}}, {"at": "2026-01-19", "expect": {"status": "suspended", "access": "billing_only"}},
		{"at": "2026-01-20", "expect": {"status": "suspended", "access": "restricted"}}`)
	_, after, _ := strings.Cut(text, `"subscription"`)
	text = `{"zone": "Africa/Cairo", "until": "2026-01-31", "policies": [{"dunning": {"grace": "P1D"}},
		{"from": "2026-01-20", "access_by_status": {"suspended": "restricted"}, "renewal": {"lead": "P3D"}}], "subscription"` + after
	out, problems, exit := say("-check", write(t, text))
	assert.Equal(t, exitDone, exit, "%s%s", out, problems)
}

// An order that is refused has the refusal that is expected, or fails.
func TestRefusedOrderMustBeExpected(t *testing.T) {
	data, err := os.ReadFile("testdata/scenarios/m02-three-months.json")
	require.NoError(t, err)
	for _, c := range []struct{ old, new, want string }{
		{`"refused": "A term of P3M is too short. Choose P6M"`, `"refused": true`, ""},
		{`"refused": "A term of P3M is too short. Choose P6M"`, `"refused": "longer"`, `refused: got refused: A term of P3M is too short. Choose P6M, P9M, P1Y or P2Y., want a refusal containing "longer"`},
		{`"refused": "A term of P3M is too short. Choose P6M"`, `"entries": []`, "order: got refused: A term of P3M is too short."},
		{`"term": "P3M"`, `"term": "P6M"`, `refused: got a quote, want a refusal containing "A term of P3M is too short. Choose P6M"`},
		{`"items": [{"item": "seat", "quantity": "10"}]`, `"items": []`, `refused: got refused: items: required, at least one item, want a refusal containing "A term of P3M is too short. Choose P6M"`},
	} {
		require.Contains(t, string(data), c.old)
		out, problems, exit := say("-check", write(t, strings.Replace(string(data), c.old, c.new, 1)))
		if c.want == "" {
			assert.Equal(t, exitDone, exit, out+problems)
			continue
		}
		assert.Equal(t, exitFailed, exit, problems)
		assert.Contains(t, out, c.want)
	}
}

// The exit code is the worst of all files. Folders are read with the folders in them, and only their JSON files.
func TestExitCodeIsTheWorstOfAllFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	good := life31("2026-02-01", `{"at": "2026-01-01", "kind": "started"}`)
	put("good/a.json", good)
	put("good/deeper/b.json", good)
	put("good/notes.txt", "no scenario")
	put("bad/c.json", life31("2026-02-01", `{"at": "2026-01-01", "expect": {"issued": 1}}`))
	put("broken/d.json", "{")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o700))
	for _, c := range []struct {
		paths []string
		want  string // the last line
		exit  int
	}{
		{[]string{"good"}, "2 passed, 0 failed", exitDone},
		{[]string{"good/a.json", "good/deeper"}, "2 passed, 0 failed", exitDone},
		{[]string{"good", "bad"}, "2 passed, 1 failed", exitFailed},
		{[]string{"broken", "bad", "good"}, "2 passed, 2 failed", exitUnusable},
		{[]string{"."}, "2 passed, 2 failed", exitUnusable},
		{[]string{"empty"}, "0 passed, 1 failed", exitUnusable},
		{[]string{"good", "missing"}, "2 passed, 1 failed", exitUnusable},
		{[]string{"good/notes.txt"}, "0 passed, 1 failed", exitUnusable},
	} {
		args := []string{"-check"}
		for _, path := range c.paths {
			args = append(args, filepath.Join(dir, path))
		}
		out, problems, exit := say(args...)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		assert.Equal(t, c.want, lines[len(lines)-1], c.paths)
		assert.Equal(t, c.exit, exit, c.paths)
		assert.Equal(t, c.exit == exitUnusable, problems != "", c.paths)
	}
}
