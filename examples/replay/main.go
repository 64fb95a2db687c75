// Replay tells what came of a customer: a policy and a file of what happened go in, and a statement comes out. It has the timeline, what the
// customer could reach and when, every invoice with each amount explained, what to tell the customer and what to do, the credit that is left,
// what comes next, and the next invoice before it is issued.
//
//	go run ./examples/replay [-policy FILE] [-json] [EVENTS.json]
//
// Without files it tells a year of one customer, of policy.json and story.json beside this program. With -json it says the same for machines.
//
// # The policy
//
// The policy is what the seller chose: a lifecycle.Policy as JSON, or a list of them, each with the instant "from" which it holds; the first may
// leave it out.
//
// # The events
//
//	{
//	  "zone": "America/New_York",
//	  "until": "2026-12-31",
//	  "subscription": {
//	    "id": "acme",
//	    "contract": {
//	      "plan": "growth", "currency": "USD",
//	      "items": [{"id": "seat", "quantity": "10", "price": {"unit": "89.00"}}],
//	      "cycle": {"anchor": "2026-01-05", "interval": "P1M"}
//	    }
//	  },
//	  "events": [
//	    {"at": "2026-01-05", "kind": "started", "no_trial": true, "payment_method": "card"},
//	    {"at": "2026-01-05T09:30:00-05:00", "kind": "payment_succeeded", "payment": {"invoice": "acme-1"}},
//	    {"at": "2026-01-16", "kind": "seats_added", "change": {"item": "seat", "quantity": "2"}}
//	  ]
//	}
//
//	zone          the IANA name of the customer's zone, which also is that of the cycle unless it names one
//	until         how far to go
//	subscription  a lifecycle.Subscription as JSON: a new one has an ID and a contract
//	events        lifecycle.Event values as JSON, in the order in which they happened
//
// A date is the first instant of that day in the zone, also in the policy; any other instant is RFC 3339, "2026-01-05T09:30:00-05:00". An amount
// and a quantity are text, "89.00", and a length is ISO 8601, "P1M". The sequence of an event may be left out: then it is its place in the list,
// from 1. Invoices are called by the subscription and their number, acme-1. An event that the rules do not allow is in the timeline, with the reason.
//
// # Faults
//
// What is wrong with the files goes to the standard error, all of it at once, each fault with its place, "events.json:12:9: events[3].kind: ...".
// Then nothing is printed, and the program exits with 2.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // the zones are found on any machine

	"github.com/billingrules/billing/examples/internal/jsonfault"
)

//go:embed main.go
var source string

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// What the program exits with.
const (
	exitDone     = 0
	exitUnusable = 2 // a file or an argument could not be used
)

// run does what the arguments say, and returns what the program exits with.
func run(args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	policy := flags.String("policy", "", "")
	machine := flags.Bool("json", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, help())
		return exitDone
	case err != nil:
		fmt.Fprintln(problems, err)
		return exitUnusable
	case flags.NArg() > 1:
		fmt.Fprintf(problems, "one file of events is enough, after the flags: %q\n", flags.Args())
		return exitUnusable
	}
	in, faults := read(*policy, flags.Arg(0))
	var told *statement
	if len(faults) == 0 {
		told, faults = in.replay()
	}
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintln(problems, f)
		}
		return exitUnusable
	}
	write := told.text
	if *machine {
		write = told.machine
	}
	if err := write(out); err != nil {
		fmt.Fprintln(problems, err)
		return exitUnusable
	}
	return exitDone
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

// sorted returns the faults of both files, those of the policy first.
func sorted(policy, events []jsonfault.Fault) []jsonfault.Fault {
	jsonfault.Sort(policy)
	jsonfault.Sort(events)
	return slices.Concat(policy, events)
}
