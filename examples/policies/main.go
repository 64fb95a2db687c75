// Policies replays one year of three customers under the billing policies of five vendors, and prints the results side
// by side: one pays by card, one is past due for a week, and one has thirty days to pay. It shows status and access,
// invoices by date, credit, payments and notices. The year is data in year.json. The policies are in the folder
// vendors; each is used without its catalog, so that one month-to-month contract fits all of them. The README gives the
// source of each setting.
//
//	go run ./examples/policies
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"
	_ "time/tzdata" // time zones for machines that have none

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

//go:embed year.json
var data []byte

// year is the content of year.json.
type year struct {
	Zone      string            `json:"zone"`      // time zone of the contract
	Plans     []plans.Plan      `json:"plans"`     // plans on offer; the customer starts on the first
	Seats     decimal.Decimal   `json:"seats"`     // seats at the start
	Events    []lifecycle.Event `json:"events"`    // events of every customer in order
	Customers []customer        `json:"customers"` // customers who live the year, in the order of the output
	Looks     []look            `json:"looks"`     // instants at which status and access are compared
}

// customer is how a customer pays.
type customer struct {
	Name     string             `json:"name"`              // the customer in words
	Declines proration.Period   `json:"declines,omitzero"` // period in which every card payment is declined
	Wire     bool               `json:"wire,omitzero"`     // pays by wire
	DueIn    proration.Interval `json:"due_in,omitzero"`   // payment term of the contract
	PaysIn   proration.Interval `json:"pays_in,omitzero"`  // time from an invoice to its payment by wire
	Events   []lifecycle.Event  `json:"events,omitzero"`   // own events in order
}

// look is an instant at which status and access are compared.
type look struct {
	At  time.Time `json:"at"`  // the instant
	Why string    `json:"why"` // the event shown at this instant, in words
}

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	y, err := answer.Read[year](data)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "One year of %d customers, %s seats at %s a month, under five policies. Prices are placeholders.\n",
		len(y.Customers), y.Seats, y.Plans[0].Offers[0].Price.Unit.StringFixed(2))
	for i := range y.Customers {
		if err := y.compare(out, &y.Customers[i]); err != nil {
			return err
		}
	}
	return nil
}

// compare prints the year of a customer under every policy.
func (y *year) compare(out io.Writer, who *customer) error {
	var columns []column
	for _, name := range vendors.Names() {
		policy, err := vendors.Policy(name)
		if err != nil {
			return err
		}
		c, err := y.under(name, policy, who)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		columns = append(columns, c)
	}
	fmt.Fprintf(out, "\n== %s\n\n", who.Name)
	show(out, y, columns)
	return nil
}

// bare returns a policy without its catalog. A wire is paid by hand under every policy, and service begins before its
// first payment, as with Stripe's collection method send_invoice.
func bare(p lifecycle.Policy, who *customer) lifecycle.Policy {
	p.Catalog = nil
	if who.Wire {
		p.ManualPaymentMethods = append(slices.Clone(p.ManualPaymentMethods), "wire")
		p.FirstPaymentTimeout = proration.Interval{}
	}
	return p
}
