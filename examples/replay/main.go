// Replay runs a scenario file: a billing policy, a subscription or an order, and dated events. It prints a statement:
// the timeline, the customer's access, every invoice with each amount explained, notices and effects, the credit
// balance, the next deadline and a preview of the next invoice. With -check it compares the expectations in the file
// instead.
//
//	go run ./examples/replay [-json] [FILE]
//	go run ./examples/replay -check PATH...
//
// Without a file it runs story.json beside this program, a year of one customer. With -json it prints the statement
// as JSON. With -check each PATH is a file, or a folder whose JSON files are run, including those in its subfolders.
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
//	    {"at": "2026-01-16", "kind": "changed", "change": {"add": [{"item": "seat", "quantity": "2"}]}},
//	    {"at": "2026-01-16", "expect": {"status": "active", "access": "full", "issued": 2}}
//	  ],
//	  "invoices": [{"number": 1, "kind": "invoice", "total": "890.00", "status": "paid"}]
//	}
//
//	name, why     for people: the rule and its source
//	zone          IANA name of the time zone for times without an offset, and for the billing cycle unless the cycle
//	              names another
//	until         end of the scenario
//	policy        a lifecycle.Policy, read over the standard policy; or policies, a list in order of "from"
//	subscription  a lifecycle.Subscription before its first event; or order, a plans.Order for the policy's catalog,
//	              with an id
//	entries       events and expectations, in order
//	invoices      expected documents
//
// A policy states only the settings that differ from lifecycle.Standard(): objects and maps merge by key, and a list
// replaces the standard list. The subscription of an order starts with the contract of the order's quote. The field
// "refused" beside an order expects its refusal, and no entries follow.
//
// A date is the first instant of that day in the zone. "2026-01-05T09:30:00" is a local time in the zone. Amounts and
// quantities are text, "89.00". Lengths are ISO 8601 durations, "P1M".
//
// # Entries
//
// An entry with a kind is a lifecycle.Event. Its default sequence is its position among the events. A late event has
// the field "known", the time when the caller learns of it; the program then corrects the past and bills the
// difference. Entries are in order of known, or of at if there is no known. Document N of subscription S has the ID
// S-N.
//
// An entry with expect advances the subscription to its instant and compares:
//
//	status          status of the subscription
//	access          access of the customer
//	members         access of members, [{"role", "selected", "access"}]
//	next            next deadline, {"kind", "at"}, or {} for none
//	credit_balance  credit that the customer can use
//	outstanding     unpaid gross amount of the issued documents, without void and written-off documents
//	billed          gross total of all documents so far; credit notes are negative
//	refunded        sum of all refund effects so far
//	issued          number of documents so far
//	refused         refusal of the previous event: true, false, or a part of the reason or error
//	skipped         whether the previous event was a repeat that changed nothing
//	notices         kinds of the notices since the previous expectation, in order
//	effects         kinds of the effects since the previous expectation, in order
//
// An amount is a value, "89.00", or inclusive bounds, {"min": "-0.01", "max": "0.01"}. A refused event changes
// nothing, and is a failure unless the next entry expects refused.
//
// # Documents
//
//	number      position among the issued documents, from 1; credit notes count
//	kind        invoice or credit_note
//	total       gross total as issued; negative for a credit note
//	amount_due  amount due as issued
//	status      payment status at the end: draft, open, pending, paid, void or uncollectible
//	lines       expected lines in any order, each with any of kind, item, quantity, start, end, net, tax
//	lines_only  true if other lines are failures
//
// # Results
//
// Each failing expectation is a line with its position and both values: "acme.json:12:9: entries[3].expect.status: got
// active, want past_due". The last line counts the files, "N passed, N failed". A file with faults is not run; all its
// faults go to standard error, each with its position. The exit code is 0 for success, 1 for a failing expectation and
// 2 for faults; go run turns 2 into 1 and prints it.
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
	_ "time/tzdata" // time zones for machines that have none
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
	exitDone     = 0 // success
	exitFailed   = 1 // an expectation fails
	exitUnusable = 2 // a file or an argument cannot be used
)

// run runs the program with its arguments and returns the exit code.
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
		err = errors.New("-json: must not be combined with -check")
	case *checks && flags.NArg() == 0:
		err = errors.New("-check: requires at least one file or folder")
	case !*checks && flags.NArg() > 1:
		err = fmt.Errorf("must be at most one file, after the flags; got %q", flags.Args())
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

// show writes the statement of a file and returns the exit code.
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

// reason returns the text of an error without the name of the file.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}

// help returns the comment at the top of this file.
func help() string {
	comment, _, _ := strings.Cut(source, "package main")
	var text strings.Builder
	for line := range strings.Lines(comment) {
		line = strings.TrimPrefix(strings.TrimPrefix(line, "//"), " ")
		text.WriteString(strings.ReplaceAll(line, "\t", "    "))
	}
	return text.String()
}
