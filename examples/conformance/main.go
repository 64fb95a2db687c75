// Conformance tells whether figures from another billing system still hold.
//
//	go run ./examples/conformance PATH...
//
// A path is a JSON file, or a folder whose *.json files are read, those of its folders too. A file is an array of cases: what
// was given, and what must come out.
//
//	[{
//		"id": "stub-april", "source": "our invoice 2024-118", "kind": "prorate", "why": "half of April",
//		"given": {"currency": "USD", "amount": "178.00", "day_count": "days",
//			"period": {"start": "2024-04-01", "end": "2024-05-01"}, "span": {"start": "2024-04-16", "end": "2024-05-01"}},
//		"want": {"amount": "89.00"}
//	}]
//
// Every case is computed by the library and compared with what is wanted. A line names each case that fails, what came out,
// what was wanted and why; a line counts the cases of each file; the last line counts them all. Cases of a kind that the
// program does not know are skipped, and named. It exits 0 when nothing failed, 1 when a case failed, and 2 when a path or a
// file could not be used ("go run" itself makes that a 1; "go build" first where the difference matters).
//
// # Kinds
//
//	kind           given                                                           want
//	cycle          anchor, interval, at                                            period
//	advance        start, interval, n                                              date
//	next_anchor    start, interval, [anchor_day]                                   date
//	billable       start, end or null, as_of, interval, mode, [anchor_day]         spans, total
//	fraction       period, span, day_count                                         fraction
//	prorate        currency, amount, period, span, day_count, [rounding]           amount
//	change         currency, at, billed, next or null, credit_basis, day_count,    credit, charge, net
//	               [rounding]; billed is amount, span, credited, [price],
//	               [period], and next is amount, period, span
//	price          currency, quantity, model, and what the model needs             amount_unrounded
//	discount       currency, lines, discounts, [allocation], [rounding];           discount, net, line_discounts
//	               a discount is a percent or an amount
//	commitment     currency, minimum, period, span, billed, day_count, [rounding]  shortfall
//	direction      from, to; each is amount, interval                              direction
//	unused         currency, price, period, unused, billed, credited,              credit, tax
//	               tax_percent, day_count, [rounding]
//	apply_credits  currency, due, at, grants; a grant is id, amount, granted_at,   applied, due
//	               [effective_at], [expires_at], [priority], [promotional]
//	reconcile      currency, operation, existing, proposed, [rounding]; an item    items
//	               is type, start, end or null, amount, ref, [rate], [plan],
//	               [linked_to]
//	overdue        as_of, states, unpaid_invoices; a state is name,                state
//	               [earliest_unpaid_days_gte], [unpaid_count_gte],
//	               [unpaid_balance_gte], and an invoice is date, balance
//	round          currency, amount, mode                                          amount
//	split          currency, amount, weights                                       parts
//	minor_units    currency                                                        places
//
// What stands in brackets may be left out, as may a timezone in each kind that has dates. A want of {"error": true} is a
// refusal by the library.
//
// # Models
//
//	model                 besides                                                  as package plans prices it
//	flat                  flat                                                     the same for any quantity
//	per_unit              unit, [free_units], [flat]                               each unit
//	percentage            rate_percent, [flat]                                     a share of the quantity, which is money
//	package               package_size, package_price, [free_units]                packages, a begun one as a whole
//	graduated             tiers of up_to, [flat], [unit]                           each unit by its own tier
//	graduated_percentage  tiers of up_to, [flat], [rate_percent]                   as above
//	volume                tiers of up_to, [flat], [unit]                           all units by the tier of the quantity
//	stairstep             tiers of up_to, [flat]                                   as above
//
// The up_to of the last tier is null. A direction is upgrade, which equal plans count as, or downgrade. An allocation is
// largest_remainder, which is also what none means, or last_line. What is unused is the share of the price, at most what was
// billed, and less what was credited; credit and tax are not below zero. What is applied is id and amount, in order.
//
// An item is recurring, fixed (matched by date and plan), or a repair or an item_adjustment of the one that it is linked to: the first
// frees its days, the second is money alone. The operation adjust wants what turns the existing items into the proposed ones, net
// what remains of the existing ones; items are type, start, end and amount, by start and then by type, without those of zero.
//
// States are the most severe first. A state holds while all its conditions do, of which it has at least one; a condition of zero is one. The
// state is the name of the first that holds, or CLEAR. Days are those of the calendar from the earliest invoice's on. An invoice of a later
// day does not count yet, and one of which nothing is left does not count at all.
//
// # Values
//
// Amounts are decimals in major units and compare by value, 1.5 with 1.50; a fraction, "15/30", compares as a ratio. A date
// is the first instant of that day in the case's timezone, UTC where it has none; text with a T is an instant with an offset,
// "2024-04-16T09:30:00Z". Periods and spans have a start, which is inside, and an end, which is not. An interval is P1M, P1Y
// or P30D. Lines are rounded half up to the currency's minor unit unless rounding says otherwise.
//
// A case is read strictly: an unknown or missing field, or text that is no amount, instant or timezone, is a failure and never
// a refusal. An interval, a currency or a mode that the library does not take is refused by it.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // the same zones on every machine that has none of its own
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout))
}

// What the program exits with.
const (
	exitHeld     = 0 // nothing failed
	exitFailed   = 1 // a case failed
	exitUnusable = 2 // a path or a file could not be used
)

const usage = `usage: conformance PATH...

Each PATH is a JSON file of cases, or a folder of such files.
`

// run runs the cases of all paths, reports to out, and returns what the program exits with.
func run(paths []string, out io.Writer) (exit int) {
	if len(paths) == 0 {
		fmt.Fprint(out, usage)
		return exitUnusable
	}
	var total tally
	for _, path := range paths {
		files, err := filesOf(path)
		if err != nil {
			fmt.Fprintf(out, "%s: %v\n", path, err)
			exit = exitUnusable
		}
		for _, f := range files {
			cases, err := f.read()
			if err != nil {
				fmt.Fprintf(out, "%s: %v\n", f.path, err)
				exit = exitUnusable
				continue
			}
			name := f.name
			if len(paths) > 1 {
				name = f.path
			}
			total.add(runFile(name, cases, out))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(total.unknown)) {
		fmt.Fprintf(out, "skipped: kind %q (%d cases)\n", kind, total.unknown[kind])
	}
	fmt.Fprintln(out, total)
	if exit == exitHeld && total.failed > 0 {
		exit = exitFailed
	}
	return exit
}

// runFile runs the cases of one file and reports them.
func runFile(name string, cases []rawCase, out io.Writer) tally {
	var count tally
	for _, c := range cases {
		v := judge(c)
		count.note(v)
		if len(v.faults) > 0 {
			fmt.Fprintf(out, "FAIL %s %s: %s (why: %s)\n", name, v.id, strings.Join(v.faults, "; "), v.why)
		}
	}
	fmt.Fprintf(out, "%s: %v\n", name, count)
	return count
}
