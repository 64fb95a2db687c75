package main

import (
	"os"
	"strings"
	"testing"
)

// Every fault of a file is told, in the order in which they stand in it, whether it is told or checked.
func TestFaultsAreReportedInFileOrder(t *testing.T) {
	want, err := os.ReadFile("testdata/faults/faults.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"testdata/faults/scenario.json"}, {"-check", "testdata/faults/scenario.json"}, {"-check", "testdata/faults"}} {
		out, problems, exit := say(args...)
		if told := strings.TrimSuffix(out, "0 passed, 1 failed\n"); told != "" || exit != exitUnusable {
			t.Errorf("%q exits with %d, and prints %s", args, exit, out)
		}
		if problems != string(want) {
			t.Errorf("%q says\n%s\nand not\n%s", args, problems, want)
		}
	}
}

func TestUnusableFileIsReported(t *testing.T) {
	good := string(story)
	edit := func(old, other string) string {
		if strings.Count(good, old) == 0 {
			t.Errorf("%q is not in the story", old)
		}
		return strings.Replace(good, old, other, 1)
	}
	const order = `"order": {"id": "acme", "by": "customer", "at": "2026-01-05", "plan": "growth", "country": "US", "payment_method": "card"`
	toOrder := func(rest string) string {
		head, _, _ := strings.Cut(good, `"subscription"`)
		return head + order + rest + "}"
	}
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"an empty file", " ", []string{"the file is empty"}},
		{"null bytes", "{\x00}", []string{`:1:2: invalid character '\x00'`}},
		{"deep nesting", strings.Repeat("[", 200) + strings.Repeat("]", 200), []string{":1:101: lists and objects must be nested at most 100 deep"}},
		{"no object", "[]", []string{":1:1: must be an object; got a list"}},
		{"a file cut off", `{"policy": "later"`, []string{":1:19: unexpected end of JSON input"}},
		{"nothing in it", `{}`, []string{
			"zone: required", "until: required", `policy: required, unless "policies" is given`, `subscription: required, unless "order" is given`, "entries: required",
		}},
		{"no policy", edit(`"policy": {`, `"policies": [], "x": {`), []string{"policies: must contain at least one policy"}},
		{"policies in another order", edit(`"policy": {`, `"policies": [{}, {}], "x": {`), []string{"policies[1].from: must be set and after the previous policy's"}},
		{"a fault of a policy in a list of one", edit(`"policy": {`, `"policies": [{"billing_details_editors": []}], "x": {`), []string{"policies[0].billing_details_editors: required, at least one of customer, support"}},
		{"rules in the catalog", edit(`"plans": [`, `"change_rules": [], "plans": [`), []string{"policy.catalog.change_rules: unknown field"}},
		{"a trial's length in the policy", edit(`"unused_trial"`, `"length": "P14D", "unused_trial"`), []string{"policy.trial.length: unknown field"}},
		{"the unused days in an order", edit(`"subscription"`, order+`, "unused_trial": "forfeit"}, "subscription"`), []string{"order.unused_trial: unknown field"}},
		{"the zone of the cycle", edit(`{"anchor"`, `{"zone": "Mars/Base", "anchor"`), []string{`subscription.contract.cycle.zone: must be an IANA time zone; got "Mars/Base"`}},
		{"an end before the last entry", edit(`"until": "2026-12-31"`, `"until": "2026-12-01"`), []string{"must not be after until, 2026-12-01; got "}},
		{"an end beyond the calendar", edit(`"until": "2026-12-31"`, `"until": "9999-01-01"`), []string{":5:12: until: "}},
		{"an entry before the one before it", edit("2026-06-02", "2026-05-02"), []string{"].at: must not be before 2026-05-15, the time of an earlier entry; got 2026-05-02"}},
		{"an amount without bounds", edit(`"10"`, `"1e2000000000"`), []string{"subscription.contract.items[0].quantity: "}},
		{"two ways to begin", edit(`"subscription"`, order+`}, "subscription"`), []string{`order: must not be combined with "subscription"`}},
		{"a refusal of no order", edit(`"subscription"`, `"refused": true, "subscription"`), []string{"refused: requires an order", "entries: must be empty if the order is expected to be refused"}},
		{"two fields for policies", edit(`"policy": {`, `"policies": [{"billing_details_editors": 1}], "policy": {"from": 7, `), []string{
			`policies: must not be combined with "policy"`, "policies[0].billing_details_editors: must be a list", "policy.from: must be text",
		}},
		{"an order of nothing", toOrder(`}, "entries": []`), []string{"order.items: required, at least one item"}},
		{"entries after a refused order", toOrder(`}, "refused": true, "entries": [{"at": "2026-01-05", "kind": "started"}]`), []string{"entries: must be empty if the order is expected to be refused"}},
		{"an order without a catalog", `{"zone": "UTC", "until": "2026-02-01", "policy": {}, ` + order + `}, "entries": []}`, []string{"order: requires a policy with a catalog"}},
	} {
		out, problems, exit := say(write(t, c.text))
		if out != "" || exit != exitUnusable {
			t.Errorf("%s: it exits with %d, and prints %s", c.name, exit, out)
		}
		for _, want := range c.want {
			if !strings.Contains(problems, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, problems)
			}
		}
	}
}

// Every time of the file is read in its zone, also in receivables that a subscription has already.
func TestTimesAreReadInTheZone(t *testing.T) {
	text := strings.Replace(life31("2026-02-01", ""), `{"id": "a",`, `{"id": "a", "start_at": "2026-01-01", "receivables": [{"invoice": "a-0", "phase": "paid", "issued_at": "2026-01-01", "xyz": "1"}],`, 1)
	text = strings.Replace(text, `"currency"`, `"ramp": [{"at": "2026-01-01T09:30:00", "item": {"id": "seat", "price": {}}}], "currency"`, 1)
	_, problems, _ := say(write(t, text))
	want := "subscription.receivables[0].xyz: unknown field"
	if strings.Count(problems, "\n") != 1 || !strings.Contains(problems, want) {
		t.Errorf("it says %s", problems)
	}
}

// An error of an event that no expectation is about ends the story, and names its field.
func TestUnexpectedErrorOfAnEventIsReported(t *testing.T) {
	out, problems, exit := say(write(t, life31("2026-02-01", `{"at": "2026-01-01", "kind": "started", "no_trial": true},
		{"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}},
		{"at": "2026-01-02", "kind": "charge_added", "charges": [{"quantity": "1"}]},
		{"at": "2026-01-02", "kind": "payment_failed"}`)))
	if out != "" || exit != exitUnusable || !strings.Contains(problems, "entries[2].charges[0].item: ") || !strings.Contains(problems, "entries[3].payment.invoice: ") {
		t.Errorf("it exits with %d, and says %s%s", exit, problems, out)
	}
	out, problems, exit = say(write(t, life31("2026-02-01", `{"at": "2026-01-01", "kind": "payment_failed"}, {"at": "2026-01-01", "expect": {"refused": true}}`)))
	if exit != exitDone || !strings.Contains(out, "refused: event.payment.invoice: required") {
		t.Errorf("it exits with %d, and says %s%s", exit, problems, out)
	}
}

func TestMissingFileIsReported(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // the files that it tells of, one a line
	}{
		{[]string{"testdata/nothing.json"}, "testdata/nothing.json"},
		{[]string{"testdata"}, "testdata"},
	} {
		out, problems, exit := say(c.args...)
		var told []string
		for line := range strings.Lines(problems) {
			file, _, _ := strings.Cut(line, ": ")
			told = append(told, file)
		}
		if out != "" || exit != exitUnusable || strings.Join(told, " ") != c.want {
			t.Errorf("%q exits with %d, and says %s%s", c.args, exit, problems, out)
		}
	}
}

// The program tells a story or faults of any file, and never both.
func FuzzRun(f *testing.F) {
	for _, name := range []string{"story.json", "testdata/faults/scenario.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(life31("2026-02-01", `{"at": "2026-01-01", "kind": "started"}`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, problems, exit := say(write(t, string(text)))
		if (exit == exitDone) != (out != "" && problems == "") || (exit == exitUnusable) != (out == "" && problems != "") {
			t.Errorf("it exits with %d, prints %d bytes and says %s", exit, len(out), problems)
		}
		if out, _, checked := say("-check", write(t, string(text))); (exit == exitDone) != (checked != exitUnusable) && !strings.Contains(out, "an error: ") {
			t.Errorf("told it exits with %d, and checked with %d", exit, checked)
		}
	})
}
