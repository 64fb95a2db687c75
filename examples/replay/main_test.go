package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/invoice"
)

// say returns the output of the program, its problems and its exit code.
func say(args ...string) (out, problems string, exit int) {
	var o, p bytes.Buffer
	exit = run(args, &o, &p)
	return o.String(), p.String(), exit
}

// write returns the name of a new file.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOutputMatchesTheGoldenFile(t *testing.T) {
	goldentest.Check(t, func(out io.Writer) error {
		if exit := run(nil, out, os.Stderr); exit != exitDone {
			t.Errorf("it exits with %d", exit)
		}
		return nil
	})
}

// The README leads with it: a reader sees all of it.
func TestDefaultStatementIsShort(t *testing.T) {
	out, _, _ := say()
	if lines := strings.Count(out, "\n"); lines > 150 {
		t.Errorf("it has %d lines", lines)
	}
}

// The file beside the program says the same as the one in it, also with a list of one policy.
func TestStoryFileGivesTheDefaultStatement(t *testing.T) {
	want, _, _ := say()
	var given map[string]json.RawMessage
	if err := json.Unmarshal(story, &given); err != nil {
		t.Fatal(err)
	}
	given["policies"] = append(append(json.RawMessage("["), given["policy"]...), ']')
	delete(given, "policy")
	list, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"story.json", write(t, string(list))} {
		if got, problems, exit := say(name); got != want || problems != "" || exit != exitDone {
			t.Errorf("%s prints %s%s and exits with %d", name, got, problems, exit)
		}
	}
}

// The story for machines reads back, and says the same as the text.
func TestJSONStatementReadsBack(t *testing.T) {
	out, problems, exit := say("-json")
	if exit != exitDone || problems != "" {
		t.Fatalf("it exits with %d: %s", exit, problems)
	}
	var told statement
	decoder := json.NewDecoder(strings.NewReader(out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&told); err != nil {
		t.Fatal(err)
	}
	if n := len(told.Outcome.Invoices); n != 10 || told.NextInvoice == nil || told.NextInvoice.ID != "acme-11" || told.Next == nil || len(told.Access) != 7 {
		t.Errorf("it has %d invoices, and after them %v and %v", n, told.NextInvoice, told.Next)
	}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, inv := range told.Outcome.Invoices {
		inv.Location = zone
		i := slices.IndexFunc(told.Outcome.Receivables, func(r invoice.Receivable) bool { return r.Invoice == inv.ID })
		if i < 0 {
			t.Errorf("%s has no receivable", inv.ID)
		} else if r := told.Outcome.Receivables[i]; r.Phase != invoice.PhasePaid || r.Match(inv) != nil {
			t.Errorf("%s is %v: %v", inv.ID, r.Phase, r.Match(inv))
		}
	}
	var again bytes.Buffer
	if err := told.machine(&again); err != nil || again.String() != out {
		t.Errorf("read back it is another: %v\n%s", err, again.String())
	}
}

func TestHelpAndInvalidArguments(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"-help"}} {
		out, problems, exit := say(args...)
		if exit != exitDone || problems != "" || !strings.HasPrefix(out, "Replay runs a scenario") || !strings.Contains(out, `"kind": "started"`) || strings.Contains(out, "//") {
			t.Errorf("%q prints %s%s and exits with %d", args, out, problems, exit)
		}
	}
	for _, args := range [][]string{{"-x"}, {"a.json", "b.json"}, {"story.json", "-json"}, {"-check"}, {"-check", "-json", "story.json"}} {
		if out, problems, exit := say(args...); exit != exitUnusable || out != "" || problems == "" {
			t.Errorf("%q prints %s, says %s and exits with %d", args, out, problems, exit)
		}
	}
}

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriteErrorIsReported(t *testing.T) {
	for _, args := range [][]string{nil, {"-json"}, {"-check", "story.json"}} {
		var problems bytes.Buffer
		if exit := run(args, full{}, &problems); exit != exitUnusable || problems.Len() == 0 {
			t.Errorf("%q exits with %d: %s", args, exit, problems.String())
		}
	}
}

// The example in the help is a scenario, and passes.
func TestExampleInHelpPasses(t *testing.T) {
	_, rest, _ := strings.Cut(help(), "# The file\n\n")
	example, _, _ := strings.Cut(rest, "\n\n")
	name := write(t, example)
	if out, problems, exit := say(name); exit != exitDone || problems != "" || !strings.Contains(out, "Invoice acme-2, 2026-01-16") {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
	if out, problems, exit := say("-check", name); exit != exitDone || problems != "" || out != "1 passed, 0 failed\n" {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
}
