// Policies replays one year of one customer under the policies of five vendors, and prints what comes of it side by side: what can be
// reached, what is invoiced when, what is owed to the customer, and how often the card is charged. The year is data, in year.json; the
// policies are those in vendors, each without its catalog, so that the same contract from month to month makes sense under all of them.
// What each setting follows is in the README.
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
	_ "time/tzdata" // the zone is found on any machine

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

//go:embed year.json
var data []byte

// year is what happens.
type year struct {
	Zone     string            `json:"zone"`
	Plans    []plans.Plan      `json:"plans"` // the first is bought
	Seats    decimal.Decimal   `json:"seats"`
	Declines proration.Period  `json:"declines"` // while it lasts, no card is charged with success
	Events   []lifecycle.Event `json:"events"`   // what the customer does, numbered as it stands
	Looks    []look            `json:"looks"`    // when to look
}

// look is an instant at which to look, and why.
type look struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"`
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

// bare returns a policy whose rules hold for any plans.
func bare(p lifecycle.Policy) lifecycle.Policy {
	if p.Catalog != nil {
		p.ChangeRules, p.Catalog = p.Catalog.ChangeRules, nil
	}
	return p
}
