package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
)

// suites are the project's own cases, with their number, so that no file is lost unnoticed.
var suites = []struct {
	folder       string
	files, cases int
}{
	{"testdata/cases", 19, 978}, // what other billing systems publish
	{"testdata/edges", 19, 534}, // worked by hand
}

func TestCasesPass(t *testing.T) {
	for _, suite := range suites {
		files, total := 0, 0
		each(t, suite.folder, func(name string, cases []rawCase) {
			files++
			total += len(cases)
			ids := map[string]bool{}
			for _, c := range cases {
				v := judge(c)
				if ids[v.id] {
					t.Errorf("%s: two cases are called %s", name, v.id)
				}
				ids[v.id] = true
				t.Run(name+"/"+v.id, func(t *testing.T) {
					if v.skipped {
						t.Errorf("kind %q was skipped", v.kind)
					}
					for _, fault := range v.faults {
						t.Errorf("%s (why: %s)", fault, v.why)
					}
				})
			}
		})
		if files != suite.files || total != suite.cases {
			t.Errorf("%s has %d cases in %d files, want %d in %d", suite.folder, total, files, suite.cases, suite.files)
		}
	}
}

// Each suite has cases of every kind, and each kind has its file.
func TestKindsHaveCases(t *testing.T) {
	for _, suite := range suites {
		var names []string
		each(t, suite.folder, func(name string, cases []rawCase) {
			kind := strings.TrimSuffix(filepath.Base(name), ".json")
			names = append(names, kind)
			for _, c := range cases {
				if v := judge(c); v.kind != kind {
					t.Errorf("%s: %s is of kind %q", name, v.id, v.kind)
				}
			}
		})
		if known := slices.Sorted(maps.Keys(kinds)); !slices.Equal(names, known) {
			t.Errorf("%s has files of %v, want %v", suite.folder, names, known)
		}
	}
}

// A case whose want is off in any one place fails: no figure is compared with nothing.
func TestEveryWantedValueIsCompared(t *testing.T) {
	short.Skip(t)
	tried := map[string]int{}
	for _, suite := range suites {
		each(t, suite.folder, func(name string, cases []rawCase) {
			for _, raw := range cases {
				var c testCase
				if err := decode(raw.text, &c); err != nil {
					t.Fatal(err)
				}
				for _, want := range race.Few(perturbed(t, c.Want), 5) {
					tried[c.Kind]++
					if v := judge(rawCase{1, with(t, c, want)}); len(v.faults) == 0 {
						t.Errorf("%s: %s passes with %s, want a failure: it wants %s", name, v.id, want, c.Want)
					}
				}
			}
		})
	}
	for kind := range kinds {
		if tried[kind] < 20/race.Step(5) {
			t.Errorf("only %d wants of kind %q were perturbed", tried[kind], kind)
		}
	}
}

// each reads the files of a folder.
func each(t *testing.T, folder string, visit func(name string, cases []rawCase)) {
	t.Helper()
	files, err := filesOf(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		cases, err := f.read()
		if err != nil {
			t.Fatalf("%s: %v", f.path, err)
		}
		visit(filepath.Base(folder)+"/"+f.name, cases)
	}
}

// with returns the text of a case with another want.
func with(t *testing.T, c testCase, want []byte) []byte {
	t.Helper()
	c.Want = want
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// perturbed returns the want with one change each: another value, a list of another length, one name more, an error in
// place of figures or figures in place of an error.
func perturbed(t *testing.T, want json.RawMessage) [][]byte {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(want))
	in.UseNumber()
	var tree map[string]any
	if err := in.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	var trees []any
	if tree["error"] == true {
		trees = []any{map[string]any{"amount": "1"}, map[string]any{"error": false}, map[string]any{}}
	} else {
		more := maps.Clone(tree)
		more["other"] = "1"
		trees = append(others(tree), map[string]any{"error": true}, more)
	}
	var texts [][]byte
	for _, tree := range trees {
		text, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

// others returns values that differ from v in one place each, of a list in its last element.
func others(v any) []any {
	found := []any{nil}
	switch v := v.(type) {
	case nil:
		found = []any{"nothing"}
	case map[string]any:
		for name, member := range v {
			for _, other := range others(member) {
				changed := maps.Clone(v)
				changed[name] = other
				found = append(found, changed)
			}
		}
	case []any:
		found = append(found, append(slices.Clone(v), "1"))
		if len(v) > 0 {
			last := len(v) - 1
			found = append(found, v[:last])
			for _, other := range others(v[last]) {
				found = append(found, append(slices.Clone(v[:last]), other))
			}
		}
	case json.Number:
		found = append(found, "1"+v)
	case string:
		found = append(found, "", "nothing", otherText(v))
	}
	return found
}

// otherText changes a date, an instant, a fraction or an amount by its smallest unit, and appends a letter to other
// text.
func otherText(text string) string {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.Add(time.Second).Format(time.RFC3339)
	}
	var num, den int64
	if n, _ := fmt.Sscanf(text, "%d/%d", &num, &den); n == 2 {
		return fmt.Sprintf("%d/%d", num+1, den)
	}
	amount, err := decimal.NewFromString(text)
	if err != nil {
		return text + "x"
	}
	return amount.Add(decimal.New(1, amount.Exponent())).String()
}
