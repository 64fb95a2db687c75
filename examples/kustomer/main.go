// Kustomer answers the questions of a help desk vendor's billing FAQ with figures, each by a life that is replayed. The questions and
// what happens in each answer are data, in kustomer.json; the vendor's policy and catalog lie beside the program that compares
// policies. Prices, the percentage of the annual contract and the days of the reminder are placeholders, since the FAQ states none.
//
//	go run ./examples/kustomer
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	_ "time/tzdata" // the zone is found on any machine

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/policies/vendors"
)

//go:embed kustomer.json
var data []byte

// file is what is asked, and where the customers are.
type file struct {
	Zones map[string]string `json:"zones"` // by country: whose calendar counts the days
	Rows  []answer.Row      `json:"rows"`
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
