// Kustomer answers the billing FAQ of a help desk vendor with amounts: for each question it replays the life of a
// subscription. The questions, orders and events are data in kustomer.json. The vendor's policy and catalog are in
// examples/policies/vendors. The FAQ states no prices, no discount of the annual contract and no lead time of the
// reminder; those numbers are placeholders.
//
//	go run ./examples/kustomer
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	_ "time/tzdata" // time zones for machines that have none

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/policies/vendors"
)

//go:embed kustomer.json
var data []byte

// file is the content of kustomer.json.
type file struct {
	Zones map[string]string `json:"zones"` // time zone whose calendar counts the days, by country
	Rows  []answer.Row      `json:"rows"`  // the questions in order
}

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	f, err := answer.Read[file](data)
	if err != nil {
		return err
	}
	policy, err := vendors.Policy("kustomer")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Prices and percentages are placeholders: the vendor's FAQ states none.")
	for _, r := range f.Rows {
		fmt.Fprintln(out)
		r.Title(out)
		if err := (answer.Vendor{Policy: policy, Zones: f.Zones}).Play(out, r); err != nil {
			return err
		}
	}
	return nil
}
