package lifecycle_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// datedSeller sells a plan of one item at 100.00, with a trial or none.
func datedSeller(interval, trial string) lifecycle.Policy {
	p := lifecycle.Standard()
	plan := plans.Plan{ID: "team", Interval: giventest.Interval(interval), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("100")}},
	}}
	if trial != "" {
		plan.Trial = giventest.Interval(trial)
	}
	p.Catalog = &plans.Catalog{Plans: []plans.Plan{plan}, Markets: []plans.Market{
		{Countries: []string{"US"}, Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer, plans.Support}}}},
	}}
	return p
}

// nextDay is the first date from a date on that is a day of the month, or the last one of a shorter month.
func nextDay(from time.Time, day int) time.Time {
	for t := from; ; t = t.AddDate(0, 0, 1) {
		if last := t.AddDate(0, 0, 1).Day() == 1; t.Day() == day || last && t.Day() < day {
			return t
		}
	}
}

// monthsFrom is a date some months from a billing date, on the billing day.
func monthsFrom(t time.Time, months, day int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return nextDay(first, day)
}

// The quote of an order with a billing day is what its start bills: the exact part until the next billing day, of the
// anchored period. After it, each period begins on the billing day, without drift. A trial comes before the part.
func TestEveryBillingDayBillsItsQuote(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, months := range []int{1, 3, 12} {
		for _, trial := range []int{0, 10} {
			interval, length := fmt.Sprintf("P%dM", months), ""
			if trial > 0 {
				length = fmt.Sprintf("P%dD", trial)
			}
			p := datedSeller(interval, length)
			for _, day := range []int{1, 28, 31} {
				for n := range 62 {
					at := giventest.Instant("2027-01-20", time.UTC).AddDate(0, 0, n)
					for _, extent := range []proration.Extent{0, proration.ExtentFull, proration.ExtentNone} {
						checkBillingDay(t, p, at, at.AddDate(0, 0, trial), day, months, extent)
					}
				}
			}
		}
	}
}

// checkBillingDay checks one order against dates that are counted day by day.
func checkBillingDay(t *testing.T, p lifecycle.Policy, at, served time.Time, day, months int, extent proration.Extent) {
	t.Helper()
	what := fmt.Sprintf("order of %s, day %d, P%dM, %v", at.Format(time.DateOnly), day, months, extent)
	quote, err := p.Catalog.Quote(plans.Order{
		By: plans.Support, At: at, Plan: "team", Country: "US", PaymentMethod: "card", BillingDay: day, FirstPeriod: extent,
		Items: []plans.OrderItem{{Item: "seat", Quantity: giventest.Money("1")}},
	}, p.Billing.Proration, p.Billing.Allocation)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	sub := lifecycle.Subscription{ID: "acme", Country: "US", Account: invoice.Account{Contract: quote.Contract}}
	out, err := applyWith(p, sub, lifecycle.Event{At: at, Sequence: 1, Kind: lifecycle.Started, PaymentMethod: "card"})
	if err == nil && served.After(at) {
		out, err = advanceWith(p, out.Subscription, served)
	}
	if err != nil || len(out.Invoices) > 1 {
		t.Fatalf("%s: %d invoices, %v", what, len(out.Invoices), err)
	}
	next := nextDay(served, day)
	if next.Equal(served) {
		next = monthsFrom(served, months, day)
	}
	before := monthsFrom(next, -months, day)
	whole := int64(next.Sub(before) / (24 * time.Hour))
	part := int64(next.Sub(served) / (24 * time.Hour))
	switch {
	case extent == proration.ExtentFull:
		part = whole
	case extent == proration.ExtentNone && part < whole:
		part = 0
	}
	want := new(big.Rat).SetFrac64(100*part, whole).FloatString(2) // rounds halves away from zero
	got := "0.00"
	if len(out.Invoices) == 1 {
		got = out.Invoices[0].Net.StringFixed(2)
	}
	if got != want {
		t.Errorf("%s: %s is billed until %s, not %s", what, got, next.Format(time.DateOnly), want)
	}
	if served.Equal(at) && !quote.First.Total.Equal(giventest.Money(got)) {
		t.Errorf("%s: the quote is %v, the invoice %s", what, quote.First.Total, got)
	}
	for n := range 5 {
		end := monthsFrom(next, n*months, day)
		if sub = out.Subscription; !sub.Period.End.Equal(end) {
			t.Fatalf("%s: period %d ends %v, not %v", what, n, sub.Period.End, end)
		}
		if out, err = advanceWith(p, sub, end); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if len(out.Invoices) != 1 || !out.Invoices[0].Net.Equal(giventest.Money("100")) {
			t.Fatalf("%s: %d invoices on %v", what, len(out.Invoices), end)
		}
		for len(out.Subscription.Receivables) > 0 {
			out.Subscription.Receivables = nil // nothing is collected here
		}
	}
}
