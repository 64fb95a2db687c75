// Leaks searches a billing policy for leaks: sequences of moves of a customer, after which somebody has more time of
// access, weighed by its price, or more balance or money back than was paid for, beyond half a cent for each line of
// the documents. A debt counts as paid; service on credit is compared with the grace that the policy gives.
//
//	go run ./examples/leaks                       # lifecycle.Standard(), up to three moves, more in small parts
//	go run ./examples/leaks -policy FILE -depth 2 # a policy of your own, read over Standard(), without its catalog
//
// The moves change seats by hundredths, ones and thousands, plans, intervals and billing dates, also with a coupon;
// cancel, return, pause and convert a trial; enter cards that pay, decline or never answer; pay late, in part and
// twice; dispute payments; have support refund them, credit an invoice or give it up; and tell support late. They are
// made around the end of the first period, and each life is measured in the third. Some parts of the search have
// settings of their own: prorations on the next invoice, open invoices that are void, a first payment before service,
// refunds at a cancellation, billing in arrears. Others have a monthly add-on beside a plan by the quarter, or support
// in arrears beside a plan by the month: each item is weighed by its own period.
//
// After every move the books of the money are compared with the money that moved, in both directions: documents are
// paid by money, by credit or not yet, no charge is credited twice, and changes that end where they began cost nothing.
// A sequence that ends in an error of the library is a finding, too. Smaller sequences come first, and one that
// contains a smaller one is not shown. The program ends with status 1 if it found a leak that is not known. The folder
// known lists the leaks of the documented rules of vendors, with the page.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/lifecycle"
)

// deepest is the limit of the depth: each move more takes about ten times as long.
const deepest = 6

func main() {
	file := flag.String("policy", "", "JSON file of the policy; none is lifecycle.Standard()")
	depth := flag.Int("depth", 3, "moves of the longest sequences")
	flag.Parse()
	if *depth < 1 || *depth > deepest || flag.NArg() > 0 {
		log.Fatalf("-depth must be from 1 to %d, and no other argument is read", deepest)
	}
	name, policy := "Standard()", lifecycle.Standard()
	if *file != "" {
		text, err := os.ReadFile(*file)
		if err == nil {
			policy, err = policyfile.Parse(*file, text)
		}
		if err != nil {
			log.Fatal(err)
		}
		name = strings.TrimSuffix(filepath.Base(*file), filepath.Ext(*file))
	}
	leaks, err := run(os.Stdout, name, policy, *depth)
	if err != nil {
		log.Fatal(err)
	}
	if leaks > 0 {
		os.Exit(1)
	}
}

// run searches a policy and prints the leaks. It returns the number of leaks that are not known.
func run(out io.Writer, name string, policy lifecycle.Policy, depth int) (int, error) {
	list, err := knownOf(name)
	if err != nil {
		return 0, err
	}
	all, tried, err := search(policy, depth)
	if err != nil {
		return 0, err
	}
	news, counts := split(all, list)
	fmt.Fprintf(out, "%s: %d sequences of up to %d moves tried, and longer ones in small parts.\n",
		name, tried, depth)
	for i, n := range counts {
		if n > 0 {
			k := &list[i]
			fmt.Fprintf(out, "known, %d times: %s\n  %s\n  %s\n", n, strings.Join(k.Moves, ", "), k.Why, k.Page)
		}
	}
	if len(news) == 0 {
		fmt.Fprintln(out, "No leak was found.")
		return 0, nil
	}
	for i, f := range smallest(news) {
		f.explain(out, i+1)
	}
	return len(news), nil
}

// explain prints a leak: the moves, the gain, the timeline and the lines of the documents.
func (f *found) explain(out io.Writer, n int) {
	b := f.books
	fmt.Fprintf(out, "\n%d. %s: %s\n   %s\n", n, f.theme, f.title(), f.gain)
	fmt.Fprintf(out, "   access worth %s; paid %s, owed %s, given back as goodwill %s, balance %s\n",
		b.had.FloatString(2), b.paid.StringFixed(2), b.owed.StringFixed(2), b.goodwill.StringFixed(2),
		b.balance.StringFixed(2))
	steps := lifecycle.Outcome{Steps: f.life.steps}
	for _, line := range strings.Split(strings.TrimSpace(steps.Timeline()), "\n") {
		fmt.Fprintf(out, "     %s\n", line)
	}
	for _, inv := range f.life.issued {
		for _, line := range inv.Lines {
			fmt.Fprintf(out, "     %s %s\n", line.ID, line.Explain())
		}
	}
}
