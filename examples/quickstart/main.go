// Quickstart follows one customer for two months: seats added in mid-month, an upgrade, a downgrade whose credit pays
// the next invoice, and a declined card with three days of grace. It prints every invoice and explains each amount.
//
//	go run ./examples/quickstart
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	monthly := proration.Interval{Months: 1}
	growth := plans.Plan{ID: "growth", Interval: monthly, Offers: seatsAt("89.00")}
	scale := plans.Plan{ID: "scale", Interval: monthly, Offers: seatsAt("139.00")}

	policy := lifecycle.Standard()
	policy.Dunning.Grace = proration.Interval{Days: 3}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		return err
	}

	cycle, err := proration.NewCycle(date(11, 1), monthly)
	if err != nil {
		return err
	}
	sub := lifecycle.Subscription{ID: "acme", Account: invoice.Account{Contract: plans.Contract{
		Plan: growth.ID, Currency: "USD", Cycle: cycle,
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: growth.Offers[0].Price}},
	}}}

	for i, e := range []lifecycle.Event{
		{At: date(11, 1), Kind: lifecycle.Started},
		{At: date(11, 1), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"}},
		{
			At: date(11, 16), Kind: lifecycle.Changed,
			Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}},
		},
		{At: date(11, 16), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-2"}},
		{At: date(11, 20), Kind: lifecycle.Changed, Change: plans.Change{Plan: &scale}},
		{At: date(11, 20), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-3"}},
		{At: date(11, 23), Kind: lifecycle.Changed, Change: plans.Change{Plan: &growth}},
		{At: date(12, 1), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "acme-5"}},
		{At: date(12, 5), Kind: lifecycle.PaymentMethodAdded},
		{At: date(12, 5), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-5"}},
	} {
		e.Sequence = int64(i + 1)
		outcome, err := lifecycle.Apply(policies, sub, e)
		if err != nil {
			return err
		}
		report(out, outcome)
		sub = outcome.Subscription
	}
	next, err := lifecycle.Next(policies, sub)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Next deadline: %s on %s\n", next.Kind, next.At.Format(time.DateOnly))
	return err
}

// report prints each step of an outcome: the deadlines passed before the event, then the event itself. Each step has
// the access after it and its invoices.
func report(out io.Writer, o lifecycle.Outcome) {
	for _, step := range o.Steps {
		fmt.Fprintf(out, "%s  %-18s access %s\n", step.At.Format(time.DateOnly), cause(step), step.Access)
		for _, inv := range o.Invoices {
			if slices.Contains(step.Issued, inv.ID) {
				fmt.Fprintf(out, "\n%s", inv.Text())
				payments(out, inv.ID, o.Receivables)
			}
		}
	}
}

// payments prints the payments of an invoice, the outstanding amount and the status. They are in its receivable.
func payments(out io.Writer, id string, all []invoice.Receivable) {
	for _, r := range all {
		if r.Invoice != id {
			continue
		}
		for _, e := range r.Events {
			fmt.Fprintf(out, "  %s, %s, %s\n", e.Kind, e.At.Format(time.DateOnly), e.ID)
		}
		fmt.Fprintf(out, "  %-60s%16s\n\n", "Amount outstanding, "+r.Phase.Status(), r.Outstanding().StringFixed(2))
	}
}

// cause returns the event or the deadline of a step.
func cause(s lifecycle.Step) fmt.Stringer {
	if s.Event != 0 {
		return s.Event
	}
	return s.Deadline
}

// seatsAt returns an offer of seats at a unit price in US dollars.
func seatsAt(unit string) []plans.Offer {
	return []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: decimal.RequireFromString(unit)}}}
}

func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}
