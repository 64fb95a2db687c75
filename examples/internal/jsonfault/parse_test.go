package jsonfault_test

import (
	"strings"
	"testing"

	"github.com/billingrules/billing/examples/internal/jsonfault"
)

func TestParseReportsTheFirstSyntaxError(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want string // the fault; "" is none
	}{
		{"a value", `{"a": [1, "b", true, null]}`, ""},
		{"a byte order mark", "\ufeff{}", ""},
		{"as deep as can be", strings.Repeat("[", 100) + strings.Repeat("]", 100), ""},
		{"deeper", strings.Repeat("[", 101) + strings.Repeat("]", 101), "f:1:101: lists and objects must be nested at most 100 deep"},
		{"deeper than anybody means", strings.Repeat(`{"a":`, 1_000_000), `f:1:50001: invalid character '{' exceeded max depth`},
		{"nothing", "", "f: the file is empty"},
		{"space", " \n\t", "f: the file is empty"},
		{"null bytes", "{\"a\": \x00}", `f:1:7: invalid character '\x00' looking for beginning of value`},
		{"a null byte in a text", "{\"a\": \"\x00\"}", `f:1:8: invalid character '\x00' in string literal`},
		{"a file cut off", "{\"a\": 1,\n \"b\": [1, 2\n", "f:2:12: unexpected end of JSON input"},
		{"a comma too much", "{\n \"a\": 1,\n}", `f:3:1: invalid character '}' looking for beginning of object key string`},
		{"a comma too few", "{\"a\": 1\n \"b\": 2}", `f:2:2: invalid character '"' after object key:value pair`},
		{"two values", "{}\n{}", `f:2:1: invalid character '{' after top-level value`},
		{"another encoding", "{\"a\":\n \"\xe4\"}", "f:2:3: must be UTF-8 text"},
	} {
		file, faults := jsonfault.Parse("f", []byte(c.text))
		switch {
		case c.want == "" && (len(faults) > 0 || !file.Parsed()):
			t.Errorf("%s: it has the faults %v", c.name, faults)
		case c.want != "" && (len(faults) != 1 || faults[0].String() != c.want || file.Parsed()):
			t.Errorf("%s: the faults are %v, and not %s", c.name, faults, c.want)
		}
		if c.want != "" && file.Decode(new(int), jsonfault.Reading{}) != nil {
			t.Errorf("%s: what is no JSON has no faults of its own", c.name)
		}
	}
}

func TestAtPlacesAFaultByItsPath(t *testing.T) {
	file, _ := jsonfault.Parse("f", []byte("{\n \"events\": [\n  {\"at\": 1},\n  {\"change\": {\"item\": \"seat\"}}\n ]\n}"))
	for path, want := range map[string]string{
		"":                          "f:1:1: no",
		"until":                     "f:1:1: until: no",
		"events":                    "f:2:12: events: no",
		"events[0].at":              "f:3:10: events[0].at: no",
		"events[1].change.item":     "f:4:23: events[1].change.item: no",
		"events[1].change.quantity": "f:4:14: events[1].change.quantity: no",
		"events[1].reason":          "f:4:3: events[1].reason: no",
		"events[2].at":              "f:2:12: events[2].at: no",
		"events[-1].at":             "f:2:12: events[-1].at: no",
		"events.at":                 "f:2:12: events.at: no",
	} {
		if got := file.At(path, "no").String(); got != want {
			t.Errorf("the fault of %q is %s, want %s", path, got, want)
		}
	}
	if !file.Has("events[1].change.item") || file.Has("events[1].change.quantity") || file.Has("events[2]") || file.Has("until.x") {
		t.Error("what is there, and what is not")
	}
	if text, is := file.Text("events[1].change.item"); text != "seat" || !is {
		t.Errorf("the item is %q, %v", text, is)
	}
	if text, is := file.Text("events[0].at"); text != "" || is {
		t.Errorf("a number is the text %q", text)
	}
	if file.List() {
		t.Error("an object is a list")
	}
	if names := file.Names("events[1]"); len(names) != 1 || names[0] != "change" || file.Names("events") != nil || file.Names("none") != nil {
		t.Errorf("the second event has the fields %q", names)
	}
	if file.Len("events") != 2 || file.Len("events[0]") != 0 || file.Len("none") != 0 {
		t.Errorf("there are %d events", file.Len("events"))
	}
	missing, faults := jsonfault.Missing("g", "no such file")
	if len(faults) != 1 || faults[0].String() != "g: no such file" || missing.At("a", "b").String() != "g: a: b" || missing.Has("") || missing.List() {
		t.Errorf("what is not there has the faults %v", faults)
	}
}

// Many faults on one long line are told in a moment.
func TestManyFaultsOnOneLongLine(t *testing.T) {
	const n = 100_000
	file, _ := jsonfault.Parse("f", []byte("["+strings.Repeat(`"ä",`, n)+"1]"))
	var numbers []int
	faults := file.Decode(&numbers, jsonfault.Reading{})
	if len(faults) != n || faults[n-1].String() != "f:1:399998: [99999]: must be a number; got text" {
		t.Errorf("of %d faults it tells %d, the last as %v", n, len(faults), faults[len(faults)-1])
	}
}

// Whatever stands in a file, reading it comes to an end with a value or with faults that stand in it.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"id": "a", "items": [{"id": 1}]}`, `[1, {"a": null}]`, "{\"a\":\x00}", `{"a":1,"a":2}`, "\ufeff[]", "7 "} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, faults := jsonfault.Parse("f", data)
		if file.Parsed() == (len(faults) > 0) {
			t.Fatalf("it is parsed %v, with the faults %v", file.Parsed(), faults)
		}
		var o order
		lines := strings.Count(string(data), "\n") + 1
		for _, fault := range append(faults, file.Decode(&o, days)...) {
			if fault.Line > lines || fault.Line > 0 && (fault.Column < 1 || fault.Column > len(data)+1) || strings.ContainsAny(fault.String(), "\n\r\x00") {
				t.Errorf("a fault stands at %+v", fault)
			}
		}
	})
}
