package main

import (
	"os"
	"strings"
	"testing"
)

// Every fault of both files is told, in the order in which they stand in them.
func TestFaults(t *testing.T) {
	want, err := os.ReadFile("testdata/faults/faults.golden")
	if err != nil {
		t.Fatal(err)
	}
	out, problems, exit := say("-policy", "testdata/faults/policy.json", "testdata/faults/events.json")
	if out != "" || exit != exitUnusable {
		t.Errorf("it exits with %d, and prints %s", exit, out)
	}
	if problems != string(want) {
		t.Errorf("it says\n%s\nand not\n%s", problems, want)
	}
	if n := strings.Count(problems, "\n"); n < 20 {
		t.Errorf("of more than 20 faults it tells %d", n)
	}
}

func TestUnusable(t *testing.T) {
	const good = ""
	for _, c := range []struct {
		name           string
		policy, events string // the text; "" is the one that comes with the program
		want           []string
	}{
		{"an empty file", good, " ", []string{"the file is empty"}},
		{"null bytes", good, "{\x00}", []string{`:1:2: invalid character '\x00'`}},
		{"deep nesting", good, strings.Repeat("[", 200) + strings.Repeat("]", 200), []string{":1:101: lists and objects lie more than 100 deep"}},
		{"no object", good, "[]", []string{":1:1: an object is needed here, and not a list"}},
		{"a file cut off, and faults of the other", `{"prorations": "later"`, `{"zone": "UTC"}`, []string{
			":1:23: unexpected end of JSON input", "subscription: it is missing", "until: it is missing", "events: it is missing",
		}},
		{"the other way round", `{"prorations": "later"}`, "{\n  \"zone\"\n}", []string{
			`:1:16: prorations: "later" is none of invoice_now, next_invoice, none`, ":1:1: change_rules: say who may change what", ":1:1: invoice_retention: say how long", ":3:1: invalid character '}'",
		}},
		{"no policy", "[]", good, []string{":1:1: a replay has a policy"}},
		{"policies in another order", "[" + string(defaultPolicy) + "," + string(defaultPolicy) + "]", good, []string{"[1].from: it is not after that of the policy before"}},
		{"the zone of the cycle", good, strings.Replace(string(defaultStory), `{"anchor"`, `{"zone": "Mars/Base", "anchor"`, 1), []string{
			`:10:25: subscription.contract.cycle.zone: there is no zone "Mars/Base"`,
		}},
		{"an end before the last event", good, strings.Replace(string(defaultStory), "2026-12-31", "2026-12-01", 1), []string{":3:12: until: "}},
		{"an event before the one before it", good, strings.Replace(string(defaultStory), "2026-06-02", "2026-05-02", 1), []string{":35:12: events[16].at: "}},
		{"what shows only when it happens", good, tell("2026-02-01", `{"at": "2026-01-01", "kind": "started", "no_trial": true},
			{"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}},
			{"at": "2026-01-02", "kind": "charge_added", "charges": [{"quantity": "1"}]}`), []string{":5:", "events[2].charges[0].item: "}},
		{"an amount without bounds", good, strings.Replace(string(defaultStory), `"10"`, `"1e2000000000"`, 1), []string{"subscription.contract.items[0].quantity: "}},
	} {
		var args []string
		if c.policy != good {
			args = append(args, "-policy", write(t, c.policy))
		}
		if c.events != good {
			args = append(args, write(t, c.events))
		}
		out, problems, exit := say(args...)
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

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // the files that it tells of, one a line
	}{
		{[]string{"-policy", "testdata/none.json", "testdata/nothing.json"}, "testdata/none.json testdata/nothing.json"},
		{[]string{"testdata/nothing.json"}, "testdata/nothing.json"},
		{[]string{"-policy", "testdata"}, "testdata"},
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

// Whatever stands in the files, the program tells a statement or faults, and never both.
func FuzzRun(f *testing.F) {
	for _, name := range []string{"story.json", "testdata/faults/events.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(tell("2026-02-01", `{"at": "2026-01-01", "kind": "started"}`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, problems, exit := say(write(t, string(text)))
		if (exit == exitDone) != (out != "" && problems == "") || (exit == exitUnusable) != (out == "" && problems != "") {
			t.Errorf("it exits with %d, prints %d bytes and says %s", exit, len(out), problems)
		}
	})
}
