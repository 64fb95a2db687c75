// Conformance recomputes amounts of another billing system with the library and reports every difference.
//
//	go run ./examples/conformance PATH...
//
// Each PATH is a JSON file, or a folder whose *.json files are read, including those in its subfolders. A file is an
// array of cases, each with the given values and the wanted results:
//
//	[{
//		"id": "stub-april", "source": "our invoice 2024-118", "kind": "prorate", "why": "half of April",
//		"given": {"currency": "USD", "amount": "178.00", "day_count": "days",
//			"period": {"start": "2024-04-01", "end": "2024-05-01"},
//			"span": {"start": "2024-04-16", "end": "2024-05-01"}},
//		"want": {"amount": "89.00"}
//	}]
//
// The program prints one line for each failing case with the computed value, the wanted value and the reason of the
// case, one line with the counts of each file, and a last line with the total counts. It skips cases of an unknown
// kind and names the kind. The exit code is 0 if no case failed, 1 if a case failed, and 2 if a path or a file could
// not be read. ("go run" turns 2 into 1; use "go build" if the difference matters.)
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
//	price          currency, quantity, model, and the fields of the model          amount_unrounded
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
// Fields in brackets are optional, and so is timezone in each kind with dates. A want of {"error": true} means that
// the library returns an error.
//
// # Models
//
//	model                 fields besides currency, quantity, model        price in package plans
//	flat                  flat                                            the same for any quantity
//	per_unit              unit, [free_units], [flat]                      per unit
//	percentage            rate_percent, [flat]                            a percentage of the quantity, which is money
//	package               package_size, package_price, [free_units]       per package; a started package counts in full
//	graduated             tiers of up_to, [flat], [unit]                  each unit at the price of its own tier
//	graduated_percentage  tiers of up_to, [flat], [rate_percent]          as graduated
//	volume                tiers of up_to, [flat], [unit]                  all units at the tier of the total quantity
//	stairstep             tiers of up_to, [flat]                          as volume
//
// The up_to of the last tier is null. A direction is upgrade or downgrade; a change to an equal plan is an upgrade. An
// allocation is largest_remainder (the default) or last_line. The unused credit is the prorated price, at most the
// billed amount less earlier credits; credit and tax are never negative. Each applied entry is an id and an amount, in
// order.
//
// An item is recurring, fixed (matched by date and plan), or a credit for its linked_to item: a repair frees the days
// of that item, and an item_adjustment credits only money. The operation adjust wants the items that turn the existing
// items into the proposed ones; the operation net wants the remaining existing items. Each wanted item has type, start,
// end and amount. The items are sorted by start and then by type, without items of zero.
//
// The states are ordered from the most severe. A state applies while all its conditions are met; it needs at least one
// condition, and a condition of zero counts as one. The result is the name of the first state that applies, or CLEAR.
// Days are calendar days since the date of the earliest unpaid invoice. An invoice dated after as_of does not count,
// nor does an invoice with a balance of zero.
//
// # Values
//
// Amounts are decimals in major units and compare by value: 1.5 equals 1.50. A fraction, "15/30", compares as a ratio.
// A date is the first instant of that day in the timezone of the case, by default UTC. Text with a T is an instant with
// an offset, "2024-04-16T09:30:00Z". The start of a period or span is inclusive, and the end is exclusive. An interval
// is P1M, P1Y or P30D. Lines are rounded to the currency's minor unit, half up unless rounding names another mode.
//
// A case is read strictly: an unknown or missing field, or text that is not an amount, instant or timezone, fails the
// case even if it wants an error. An interval, currency or mode that the library rejects is an error of the library.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // time zones for machines that have none
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout))
}

// The exit codes.
const (
	exitHeld     = 0 // no case failed
	exitFailed   = 1 // a case failed
	exitUnusable = 2 // a path or a file could not be read
)

const usage = `usage: conformance PATH...

Each PATH is a JSON file of cases or a folder of such files.
`

// run runs the cases of all paths, writes the report to out, and returns the exit code.
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

// runFile runs and reports the cases of one file.
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
