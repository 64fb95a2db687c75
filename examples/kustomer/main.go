// Kustomer answers the questions of a help desk vendor's billing FAQ with figures. Its policy, its plans and what happens in each
// answer are data, in kustomer.json; the prices are placeholders, since the FAQ states none.
//
//	go run ./examples/kustomer
package main

import (
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"
	_ "time/tzdata" // the zone is found on any machine

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

//go:embed kustomer.json
var data []byte

// vendor is the file: one policy, a catalogue, and the rows of the FAQ.
type vendor struct {
	Zone   string           `json:"zone"`
	Policy lifecycle.Policy `json:"policy"`
	Plans  []plans.Plan     `json:"plans"`
	Rows   []row            `json:"rows"`
}

// row is one question, and a customer to whom it happens.
type row struct {
	Row      string          `json:"row"`
	Question string          `json:"question"`
	Rule     string          `json:"rule"`
	Plan     string          `json:"plan"`
	Seats    decimal.Decimal `json:"seats"`
	Events   []happening     `json:"events"`
}

// happening is an event, or without a kind an instant to look at.
type happening struct {
	At       time.Time           `json:"at"`
	Kind     lifecycle.EventKind `json:"kind"`
	Invoice  string              `json:"invoice"`
	Item     string              `json:"item"`
	Quantity decimal.Decimal     `json:"quantity"`
	Plan     string              `json:"plan"`
}

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	v, err := answer.Read[vendor](data)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		return err
	}
	for _, r := range v.Rows {
		fmt.Fprintf(out, "%s  %s\n%s\n", r.Row, r.Question, answer.Wrapped(r.Rule, "    "))
		if err := v.play(out, r, zone); err != nil {
			return fmt.Errorf("row %s: %w", r.Row, err)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// play replays one row and prints what happens.
func (v *vendor) play(out io.Writer, r row, zone *time.Location) error {
	plan, err := v.plan(r.Plan)
	if err != nil {
		return err
	}
	cycle, err := proration.NewCycle(r.Events[0].At.In(zone), plan.Interval)
	if err != nil {
		return err
	}
	sub := lifecycle.Subscription{ID: r.Row, Contract: plans.Contract{
		Plan: plan.ID, Currency: plan.Offers[0].Currency, Cycle: cycle,
		Items: []plans.Item{{ID: plan.Offers[0].Item, Quantity: r.Seats, Price: plan.Offers[0].Price}},
	}}
	for i, h := range r.Events {
		outcome, err := v.apply(sub, h, int64(i+1))
		if err != nil {
			return err
		}
		sub = outcome.Subscription
		fmt.Fprintf(out, "\n  %s  %s: %s, access %s\n", h.At.In(zone).Format("2006-01-02 15:04:05.999999999"), h.text(), sub.Status, sub.Access())
		for _, inv := range outcome.Invoices {
			fmt.Fprint(out, answer.Indented(inv.Text(), "    "))
		}
	}
	return nil
}

// apply applies an event, or advances to an instant to look at.
func (v *vendor) apply(sub lifecycle.Subscription, h happening, sequence int64) (lifecycle.Outcome, error) {
	if h.Kind == 0 {
		return lifecycle.Advance(v.Policy, sub, h.At)
	}
	event := lifecycle.Event{Sequence: sequence, At: h.At, Kind: h.Kind, Invoice: h.Invoice}
	event.Change = plans.Change{Item: h.Item, Quantity: h.Quantity}
	if h.Plan != "" {
		plan, err := v.plan(h.Plan)
		if err != nil {
			return lifecycle.Outcome{}, err
		}
		event.Change = plans.Change{Plan: &plan}
	}
	return lifecycle.Apply(v.Policy, sub, event)
}

// plan looks a plan up in the catalogue, and sees that it can be sold.
func (v *vendor) plan(id string) (plans.Plan, error) {
	i := slices.IndexFunc(v.Plans, func(p plans.Plan) bool { return p.ID == id })
	if i < 0 {
		return plans.Plan{}, fmt.Errorf("no plan %q", id)
	}
	return v.Plans[i], v.Plans[i].Validate()
}

func (h happening) text() string {
	switch {
	case h.Kind == 0:
		return "a look"
	case h.Invoice != "":
		return h.Kind.String() + " " + h.Invoice
	}
	return h.Kind.String()
}
