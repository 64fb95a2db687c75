package lifecycle_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// soldOrder is an order of a small world.
type soldOrder struct {
	at, trial, term string
	renewal         plans.RenewalMode
	upFront         bool
	day             int // billing day
	extent          proration.Extent
	item            string // "support" is billed in arrears, "addon" by the month on a plan by the quarter
	least           string // minimum amount of a bill
	discount        string
	uplift          string
	joins           string // day on which more seats join
}

// catalog sells the order.
func (q soldOrder) catalog() plans.Catalog {
	plan := plans.Plan{ID: "team", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("19.99")}},
		{Item: "support", Currency: "USD", Price: accruing("49.00")},
		{Item: "addon", Currency: "USD", Price: monthlyPrice("9.99")},
	}}
	if q.item == "addon" {
		plan.Interval = giventest.Interval("P3M")
	}
	for i := range plan.Offers[:2] {
		plan.Offers[i].Price.Per = giventest.Interval("P1M")
	}
	if q.trial != "" {
		plan.Trial = giventest.Interval(q.trial)
	}
	c := plans.Catalog{Plans: []plans.Plan{plan}, Markets: []plans.Market{{
		Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer, plans.Support}}},
	}}}
	if q.term != "" {
		term := plans.Term{
			Length: giventest.Interval(q.term), Billing: plans.PerPeriod, Renewal: q.renewal, Percent: decimal.NewFromInt(5),
		}
		if q.upFront {
			term.Billing = plans.UpFront
		}
		c.Terms = []plans.Term{term}
	}
	return c
}

// order is the order itself.
func (q soldOrder) order() plans.Order {
	o := plans.Order{
		By: plans.Support, At: utc(q.at), Plan: "team", Country: "US", PaymentMethod: "card",
		Items:      []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(3)}},
		BillingDay: q.day, FirstPeriod: q.extent,
	}
	if q.trial != "" {
		o.TrialEnd, _ = giventest.Interval(q.trial).After(o.At, time.UTC)
		o.UnusedTrial = plans.AtTrialEnd
	}
	if q.term != "" {
		o.Term = giventest.Interval(q.term)
	}
	if q.item != "" {
		o.Items = append(o.Items, plans.OrderItem{Item: q.item, Quantity: decimal.NewFromInt(1)})
	}
	if q.joins != "" {
		o.Items = append(o.Items, plans.OrderItem{Item: "seat", Quantity: decimal.NewFromInt(5), From: utc(q.joins)})
	}
	if q.least != "" {
		o.Minimum = giventest.Money(q.least)
	}
	if q.discount != "" {
		o.Discounts = []plans.Discount{{ID: "new", Percent: decimal.NewFromInt(10), Duration: plans.Once}}
		if q.discount != "once" {
			o.Discounts[0].Duration, o.Discounts[0].Periods = plans.Repeating, 2
		}
	}
	if q.uplift != "" {
		o.Uplift = &plans.Uplift{
			Percent: decimal.NewFromInt(10), Every: giventest.Interval(q.uplift),
			Rounding: proration.Rounding{Mode: proration.HalfUp, Places: 2},
		}
	}
	return o
}

// soldOrders are the orders of the small world.
func soldOrders() (all []soldOrder) {
	starts := []soldOrder{}
	for _, at := range []string{"2026-01-31", "2026-09-26", "2026-03-15"} {
		for _, trial := range []string{"", "P14D", "P1M", "P20D"} {
			for _, q := range []soldOrder{
				{}, {term: "P6M", renewal: plans.Renew}, {term: "P3M", renewal: plans.Evergreen}, {term: "P3M", renewal: plans.Expire},
				{term: "P3M", renewal: plans.Renew, upFront: true},
			} {
				q.at, q.trial = at, trial
				starts = append(starts, q)
				for _, q.day = range []int{15, 31} {
					for _, q.extent = range []proration.Extent{0, proration.ExtentFull, proration.ExtentNone} {
						if !q.upFront {
							starts = append(starts, q)
						}
					}
				}
			}
		}
	}
	for _, q := range starts {
		for _, q.item = range []string{"", "support", "addon"} {
			if q.item == "support" && (q.extent != 0 || q.upFront) || q.item == "addon" && (q.extent != 0 || q.upFront) {
				continue // refused
			}
			for _, q.discount = range []string{"", "once", "twice"} {
				for _, q.uplift = range []string{"", "P1M"} {
					for _, joins := range []int{0, 10, 40, 70} {
						if q.joins = ""; joins > 0 {
							q.joins = utc(q.at).AddDate(0, 0, joins).Format(time.DateOnly)
						}
						all = append(all, q)
						if q.least = "80.00"; q.item == "" {
							all = append(all, q)
						}
						q.least = ""
					}
				}
			}
		}
	}
	return all
}

// A quote is what the life of the order costs (law 11): its first bill, all bills until the end of the term, and the
// bill after it, each at its time. Every fifth of the orders is tried; QUOTED=1 tries all.
func TestEveryQuoteIsChargedEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	count, step := 0, race.Step(5)*5
	if os.Getenv("QUOTED") != "" {
		step = 1
	}
	for i, q := range soldOrders() {
		if i%step == 0 {
			checkQuoted(t, q, false)
			if q.discount == "" { // a coupon for some invoices reaches others ahead
				checkQuoted(t, q, true)
			}
			count++
		}
	}
	t.Logf("%d orders", count)
}

// checkQuoted compares a quote with the life that follows, billed when each period begins or ahead.
func checkQuoted(t *testing.T, q soldOrder, ahead bool) {
	t.Helper()
	name, p := fmt.Sprintf("%+v, ahead %t", q, ahead), anyChange()
	if ahead {
		p.Renewal.Lead = giventest.Interval("P10D")
	}
	quote, err := q.catalog().Quote(q.order(), p.Billing.Proration, p.Billing.Allocation)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	l := &lifeOf{t: t, policies: policiesOf(t, p), initial: fourSeats(), answers: map[int64]*answer{}}
	l.initial.Contract = quote.Contract
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc(q.at), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.advance(quote.First.At.AddDate(0, 9, 0))
	if len(l.refused) > 0 {
		t.Fatalf("%s: %v", name, l.refused)
	}
	end := l.out.Subscription.Contract.End()
	if quote.Renewal != nil {
		end = quote.Renewal.At
	}
	var first, committed, renewal decimal.Decimal
	split := false // whether a minimum is measured when a period is over in which the term ended
	for i, inv := range l.out.Invoices {
		if i == 0 {
			first = inv.Total
		}
		for _, line := range inv.Lines {
			split = split || line.Kind == plans.Shortfall && line.Span.Contains(end) && line.Span.Start.Before(end)
			if line.Span.Start.Before(end) {
				committed = committed.Add(line.Net)
			}
			if inv.IssuedAt.Equal(end) && line.Kind != plans.Shortfall { // which is of the term before
				renewal = renewal.Add(line.Net)
			}
		}
	}
	if !first.Equal(quote.First.Total) {
		t.Fatalf("%s: the first bill is %v\n%s\n%s", name, first, quote.Explain(), l.out.Timeline())
	}
	off := committed.Sub(quote.Committed).Abs() // the lines of a term are on other invoices ahead
	if !split && (off.IsPositive() && !ahead || off.GreaterThan(giventest.Money("0.10"))) {
		t.Fatalf("%s: all bills are %v\n%s\n%s", name, committed, quote.Explain(), l.out.Timeline())
	}
	if r := quote.Renewal; !ahead && r != nil && !r.Total.Equal(renewal) {
		t.Fatalf("%s: the renewal is %v\n%s\n%s", name, renewal, quote.Explain(), l.out.Timeline())
	}
}
