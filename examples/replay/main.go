// Replay runs a scenario: one life, as a policy, a subscription or an order, and dated events. It tells the story:
// the timeline, the access of the customer, every invoice with each amount explained, notices and effects, the credit
// that is left, the next deadline, and the next invoice before it is issued. Or it checks the expectations in the
// file.
//
//	go run ./examples/replay [-json] [FILE]
//	go run ./examples/replay -check PATH...
//
// Without a file it tells a year of one customer, story.json beside this program. With -json the story is for
// machines. With -check it runs files, and every JSON file in or below folders.
//
// # The file
//
//	{
//	  "zone": "America/New_York",
//	  "until": "2026-12-31",
//	  "policy": {"dunning": {"grace": "P3D"}},
//	  "subscription": {
//	    "id": "acme",
//	    "contract": {
//	      "plan": "growth", "currency": "USD",
//	      "items": [{"id": "seat", "quantity": "10", "price": {"unit": "89.00"}}],
//	      "cycle": {"anchor": "2026-01-05", "interval": "P1M"}
//	    }
//	  },
//	  "entries": [
//	    {"at": "2026-01-05", "kind": "started", "no_trial": true, "payment_method": "card"},
//	    {"at": "2026-01-05T09:30:00", "kind": "payment_succeeded", "payment": {"invoice": "acme-1"}},
//	    {"at": "2026-01-16", "kind": "seats_added", "change": {"item": "seat", "quantity": "2"}},
//	    {"at": "2026-01-16", "expect": {"status": "active", "access": "full", "issued": 2}}
//	  ],
//	  "invoices": [{"number": 1, "kind": "invoice", "total": "890.00", "status": "paid"}]
//	}
//
//	name, why     for people: the rule and its source
//	zone          the IANA name of the calendar on which times without an offset are read, and of the cycle's
//	              unless it names another
//	until         the last instant
//	policy        a lifecycle.Policy, read over the standard one; or policies, a list in order of "from"
//	subscription  a lifecycle.Subscription before its first event;
//	              or order, a plans.Order to the policy's catalog, with an id
//	entries       events and expectations, in order
//	invoices      expected documents
//
// A policy names only the settings that differ from lifecycle.Standard(): objects and maps merge by key, and a list
// replaces the standard list. A catalog brings its own change rules. The contract of an order's quote becomes the
// subscription. With "refused" beside the order its refusal is expected, and no entries follow.
//
// A date is the first instant of that day in the zone, "2026-01-05T09:30:00" a local time of the zone. An amount and
// a quantity are text, "89.00", and a length is ISO 8601, "P1M".
//
// # Entries
//
// An entry with a kind is a lifecycle.Event. Its sequence is its place among the events unless given. A late event
// has "known", the time at which it becomes known; then it is corrected. Entries are in order of known, else at.
// Document N of subscription S has the ID S-N.
//
// An entry with expect lets time pass up to its instant, and compares:
//
//	status, access  of the subscription and of its customer
//	members         [{"role", "selected", "access"}], the access of members
//	next            {"kind", "at"} of the next deadline, {} for none
//	credit_balance  the credit that the customer can use
//	outstanding     the unpaid gross amount of issued documents, without void and written-off ones
//	billed          the gross total of all documents so far, credit notes negative
//	refunded        the sum of all refund effects so far
//	issued          the number of documents so far
//	refused         of the event before: true, false, or a part of the reason or of the error
//	skipped         of the event before: it repeats another, and changes nothing
//	notices         their kinds since the expectation before, in order
//	effects         the same of effects
//
// An amount is also met within bounds, {"min": "-0.01", "max": "0.01"}. A refused event without an expectation of
// refused right after it is a failure, and nothing of it is applied.
//
// # Documents
//
//	number      the place among the issued documents, from 1; credit notes count
//	kind        invoice or credit_note
//	total       as issued, gross; negative for a credit note
//	amount_due  as issued
//	status      at the end
//	lines       each with any of kind, item, quantity, start, end, net, tax; all must be there, in any order
//	lines_only  there are no other lines
//
// # Results
//
// A failing expectation is a line with its place, and the value got and wanted: "acme.json:12:9:
// entries[3].expect.status: got active, want past_due". The last line is "N passed, N failed", counted in files.
// Faults of the files go to the standard error, all at once, each with its place; then nothing of the file is run.
// The exit code is 0, 1 if an expectation fails, or 2 for faults.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	_ "time/tzdata" // the zones are found on any machine
)

//go:embed main.go
var source string

//go:embed story.json
var story []byte

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// The exit codes.
const (
	exitDone     = 0
	exitFailed   = 1 // an expectation fails
	exitUnusable = 2 // a file or an argument could not be used
)

// run obeys the arguments, and returns the exit code.
func run(args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	checks := flags.Bool("check", false, "")
	machine := flags.Bool("json", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, help())
		return exitDone
	case err != nil:
	case *checks && *machine:
		err = errors.New("-json is for a story; use it without -check")
	case *checks && flags.NArg() == 0:
		err = errors.New("-check is followed by files or folders")
	case !*checks && flags.NArg() > 1:
		err = fmt.Errorf("one file is told at a time, after the flags; got %q", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(problems, err)
		return exitUnusable
	}
	if *checks {
		return check(flags.Args(), out, problems)
	}
	return show(flags.Arg(0), *machine, out, problems)
}

// show writes the story of a file, and returns the exit code.
func show(name string, machine bool, out, problems io.Writer) int {
	in, faults := read(name)
	var told *statement
	if len(faults) == 0 {
		told, faults = in.tell()
	}
	if len(faults) > 0 {
		writeAll(problems, faults)
		return exitUnusable
	}
	write := told.text
	if machine {
		write = told.machine
	}
	if err := write(out); err != nil {
		fmt.Fprintln(problems, err)
		return exitUnusable
	}
	return exitDone
}

// reason returns an error without the name of the file.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}

// help is the comment at the top of this file.
func help() string {
	comment, _, _ := strings.Cut(source, "package main")
	var text strings.Builder
	for line := range strings.Lines(comment) {
		line = strings.TrimPrefix(strings.TrimPrefix(line, "//"), " ")
		text.WriteString(strings.ReplaceAll(line, "\t", "    "))
	}
	return text.String()
}
