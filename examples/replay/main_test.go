package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/invoice"
)

// say returns what the program prints, on both ways out, and what it exits with.
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

func TestRun(t *testing.T) {
	goldentest.Check(t, func(out io.Writer) error {
		if exit := run(nil, out, os.Stderr); exit != exitDone {
			t.Errorf("it exits with %d", exit)
		}
		return nil
	})
}

// The README leads with it: a reader sees all of it.
func TestLength(t *testing.T) {
	out, _, _ := say()
	if lines := strings.Count(out, "\n"); lines > 150 {
		t.Errorf("it has %d lines", lines)
	}
}

// The files beside the program say the same as those in it, whether there is one policy or a list of them.
func TestFiles(t *testing.T) {
	want, _, _ := say()
	list := write(t, "["+string(defaultPolicy)+"]")
	for _, args := range [][]string{{"story.json"}, {"-policy", "policy.json"}, {"-policy=policy.json", "story.json"}, {"-policy", list}} {
		if got, problems, exit := say(args...); got != want || problems != "" || exit != exitDone {
			t.Errorf("%q prints %s%s and exits with %d", args, got, problems, exit)
		}
	}
}

// What is printed for machines reads back, and says what the text does.
func TestMachine(t *testing.T) {
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
	for _, inv := range told.Outcome.Invoices {
		inv.Location = told.Until.Location()
		if inv.Status != invoice.Paid {
			t.Errorf("%s is %v", inv.ID, inv.Status)
		}
	}
	var again bytes.Buffer
	if err := told.machine(&again); err != nil || again.String() != out {
		t.Errorf("read back it is another: %v\n%s", err, again.String())
	}
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"-help"}} {
		out, problems, exit := say(args...)
		if exit != exitDone || problems != "" || !strings.HasPrefix(out, "Replay tells") || !strings.Contains(out, `"kind": "started"`) || strings.Contains(out, "//") {
			t.Errorf("%q prints %s%s and exits with %d", args, out, problems, exit)
		}
	}
	for _, args := range [][]string{{"-x"}, {"-policy"}, {"a.json", "b.json"}, {"story.json", "-json"}} {
		if out, problems, exit := say(args...); exit != exitUnusable || out != "" || problems == "" {
			t.Errorf("%q prints %s, says %s and exits with %d", args, out, problems, exit)
		}
	}
}

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestNothingTakesIt(t *testing.T) {
	for _, args := range [][]string{nil, {"-json"}} {
		var problems bytes.Buffer
		if exit := run(args, full{}, &problems); exit != exitUnusable || problems.Len() == 0 {
			t.Errorf("%q exits with %d: %s", args, exit, problems.String())
		}
	}
}

// The example in the help is one.
func TestHelp(t *testing.T) {
	_, rest, _ := strings.Cut(help(), "# The events\n\n")
	example, _, _ := strings.Cut(rest, "\n\n")
	out, problems, exit := say(write(t, example))
	if exit != exitDone || problems != "" || !strings.Contains(out, "Invoice acme-2, 2026-01-16") {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
}
