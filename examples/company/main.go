// Company is the first year of a customer of a small software company, whose whole billing policy is one file of less
// than 60 lines, policy.json: Free, Team and Business in two currencies, monthly and annual with two months free, three
// seats included, metered calls in tiers, a coupon for three months that also covers added seats, a trial without a
// card, seven days of grace with retries on the days 1, 3 and 5, downgrades at the end of the period, refunds within 14
// days, and VAT for one country.
//
//	go run ./examples/company
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
	"github.com/billingrules/billing/plans"
)

//go:embed policy.json
var file []byte

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	policy, err := policyfile.Parse("policy.json", file)
	if err != nil {
		return err
	}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		return err
	}
	if err := year(out, policies, &policy); err != nil {
		return err
	}
	return refunded(out, policies, &policy)
}

// year is the year of a German customer on the monthly and the annual Team plan.
func year(out io.Writer, policies *lifecycle.Policies, policy *lifecycle.Policy) error {
	sub, err := order(policy, plans.Order{
		By: plans.Customer, At: day(1, 5), Plan: "team", Country: "DE", PaymentMethodOptional: true,
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(4)}, {Item: "calls"}},
	}, "WELCOME20")
	if err != nil {
		return err
	}
	host := lifecycletest.NewHost(policies, sub)
	// The renewal of March is declined three times, until the customer enters another card.
	declined := lifecycletest.Answer{From: day(3, 19), Times: 3, Kind: lifecycle.PaymentFailed}
	paid := lifecycletest.Answer{Kind: lifecycle.PaymentSucceeded}
	err = errors.Join(host.Script(declined, paid), host.Send(
		lifecycle.Event{At: day(1, 5), Kind: lifecycle.Started},
		lifecycle.Event{At: day(1, 16), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"},
		lifecycle.Event{At: day(2, 10), Kind: lifecycle.Changed, Change: plans.Change{Add: seats(2)}},
		calls(day(2, 15), 9_000), calls(day(2, 18), 9_000),
		lifecycle.Event{At: day(3, 23), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"},
		calls(day(4, 2), 120_000),
		lifecycle.Event{At: day(5, 4), Kind: lifecycle.Changed, Change: plan("team_yearly")},
		lifecycle.Event{At: day(9, 1), Kind: lifecycle.Changed, Change: plans.Change{Remove: seats(1)}},
		lifecycle.Event{At: day(11, 2), Kind: lifecycle.Changed, Change: plan("team")}, // when the year is over
	))
	if err != nil {
		return err
	}
	return show(out, host, time.Date(2027, time.May, 5, 0, 0, 0, 0, time.UTC))
}

// refunded is a customer who leaves within 14 days.
func refunded(out io.Writer, policies *lifecycle.Policies, policy *lifecycle.Policy) error {
	sub, err := order(policy, plans.Order{
		By: plans.Customer, At: day(6, 1), Plan: "business_yearly", Country: "US", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(3)}, {Item: "calls"}},
	}, "")
	if err != nil {
		return err
	}
	sub.ID = "globex"
	host := lifecycletest.NewHost(policies, sub)
	err = host.Send(
		lifecycle.Event{At: day(6, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
		lifecycle.Event{At: day(6, 14), Kind: lifecycle.CancellationRequested, Effective: plans.Immediately},
	)
	if err != nil {
		return err
	}
	return show(out, host, day(6, 15))
}

// order quotes an order, with a coupon unless that is empty, and returns its subscription.
func order(policy *lifecycle.Policy, o plans.Order, coupon string) (lifecycle.Subscription, error) {
	quote, err := policy.Catalog.Quote(o, policy.Billing.Proration, policy.Billing.Allocation)
	if err != nil {
		return lifecycle.Subscription{}, err
	}
	if coupon != "" {
		discount, err := policy.Catalog.Redeem(plans.RedeemRequest{
			Code: coupon, At: o.At, Contract: quote.Contract, Lines: quote.First.Lines,
		})
		if err != nil {
			return lifecycle.Subscription{}, err
		}
		o.Discounts = []plans.Discount{discount}
		if quote, err = policy.Catalog.Quote(o, policy.Billing.Proration, policy.Billing.Allocation); err != nil {
			return lifecycle.Subscription{}, err
		}
	}
	sub := lifecycle.Subscription{ID: "acme", Country: o.Country}
	sub.Contract = quote.Contract
	return sub, nil
}

// show prints the statement of a customer.
func show(out io.Writer, host *lifecycletest.Host, at time.Time) error {
	statement, err := host.Statement(at)
	if err == nil {
		_, err = fmt.Fprintln(out, statement.Text())
	}
	return err
}

// day returns the start of a day of the year, in UTC.
func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

// seats returns a number of seats.
func seats(n int64) []plans.ItemQuantity {
	return []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(n)}}
}

// plan returns a change to a plan of the catalog.
func plan(id string) plans.Change { return plans.Change{Plan: &plans.Plan{ID: id}} }

// calls returns the usage of a number of calls.
func calls(at time.Time, n int64) lifecycle.Event {
	return lifecycle.Event{At: at, Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
		{Item: "calls", Quantity: decimal.NewFromInt(n)},
	}}
}
