// Policies replays one year of one customer under the billing policies of five vendors, and prints the results side by
// side: status and access, invoices by date, credit, payments and notices. The year is data in year.json. The policies
// are in the folder vendors; each is used without its catalog, so that one month-to-month contract fits all of them.
// The README gives the source of each setting.
//
//	go run ./examples/policies
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
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
	Zone     string            `json:"zone"`     // time zone of the contract
	Plans    []plans.Plan      `json:"plans"`    // plans on offer; the customer starts on the first
	Seats    decimal.Decimal   `json:"seats"`    // seats at the start
	Declines proration.Period  `json:"declines"` // period in which every card payment is declined
	Events   []lifecycle.Event `json:"events"`   // events of the customer in order
	Looks    []look            `json:"looks"`    // instants at which status and access are compared
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
	var columns []column
	for _, name := range vendors.Names() {
		policy, err := vendors.Policy(name)
		if err != nil {
			return err
		}
		c, err := y.under(name, policy)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		columns = append(columns, c)
	}
	show(out, &y, columns)
	return nil
}

// bare returns a policy without its catalog.
func bare(p lifecycle.Policy) lifecycle.Policy {
	p.Catalog = nil
	return p
}
