package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Prorations that wait for the next invoice cost what prorations invoiced at once do, and their credits are no balance
// until then.
func TestEveryWaitingProrationIsBilledOnce(t *testing.T) {
	short.Skip(t)
	changes := []string{
		`{"add":[{"item":"seat","quantity":"1"}]}`, `{"add":[{"item":"seat","quantity":"1000"}]}`,
		`{"remove":[{"item":"seat","quantity":"1"}]}`, `{"remove":[{"item":"seat","quantity":"9"}]}`,
		`{` + planAt("pro", "155.01") + `}`, `{` + planAt("lite", "0.33") + `}`,
		`{"set":[{"item":"seat","price":{"unit":"62.00"}}]}`,
		`{"set":[{"item":"desk","quantity":"2","price":{"unit":"7.77"}}]}`,
	}
	times := []string{"2026-01-11", "2026-01-11T00:00:02", "2026-01-21"}
	taxes := [][]invoice.TaxRate{
		nil, {{Name: "VAT", Percent: giventest.Money("20")}}, {{Name: "VAT", Percent: giventest.Money("8.25"), Included: true}},
	}
	ten := []plans.Discount{{ID: "ten", Percent: giventest.Money("10"), Duration: plans.Forever}}
	total := 0
	for _, tax := range taxes {
		for _, discounts := range [][]plans.Discount{nil, ten} {
			sub := tenSeatsFromJanuary()
			sub.Contract.Discounts = discounts
			for i, first := range changes {
				for j, second := range changes {
					for _, at := range times[1:] {
						events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), changedOn(t, times[0], first), changedOn(t, at, second)}
						if (i+j)%3 == 0 { // a third change of the same kind as the first
							events = append(events, changedOn(t, "2026-01-25", changes[(i+2*j)%len(changes)]))
						}
						if comparesWaiting(t, sub, tax, events) {
							total++
						}
					}
				}
			}
		}
	}
	t.Logf("%d lives", total)
	if total < 700 {
		t.Errorf("only %d lives", total)
	}
}

// comparesWaiting bills the events at once and with the next invoice, and compares both. It reports whether the events
// are possible.
func comparesWaiting(t *testing.T, sub lifecycle.Subscription, taxes []invoice.TaxRate, events []lifecycle.Event) bool {
	t.Helper()
	p := anyChange()
	p.Billing.Taxes = taxes
	now, ok := billedBy(t, p, sub, events, "2026-02-01")
	if !ok {
		return false
	}
	p.Prorations = plans.NextInvoice
	before, _ := billedBy(t, p, sub, events, "2026-01-31")
	after, ok := billedBy(t, p, sub, events, "2026-02-01")
	balance, err := credits.Balance(before.Subscription.Ledger, "USD", before.Subscription.At)
	switch {
	case !ok, err != nil, len(before.Invoices) != 1, !balance.IsZero():
		t.Errorf("%v: %d invoices and a balance of %v before the next one, %v", texts(events), len(before.Invoices), balance, err)
		return true
	case len(after.Invoices) != 2 || len(after.Subscription.UnbilledCharges) > 0:
		t.Errorf("%v: %d invoices, %d unbilled charges", texts(events), len(after.Invoices), len(after.Subscription.UnbilledCharges))
	}
	for _, inv := range after.Invoices {
		if err := invoice.Check(inv); err != nil {
			t.Errorf("%v: %v", texts(events), err)
		}
	}
	want, got := totalOf(now), totalOf(after)
	cents := decimal.New(int64(len(taxes)*len(after.Invoices[1].Lines)), -2) // taxes are rounded for each invoice
	if got.Sub(want).Abs().GreaterThan(cents) {
		t.Errorf("%v with taxes %v: billed %v with the next invoice, and %v at once", texts(events), taxes, got, want)
	}
	return true
}

// billedBy applies events, and pays each invoice at once. It reports whether no event is refused.
func billedBy(t *testing.T, p lifecycle.Policy, sub lifecycle.Subscription, events []lifecycle.Event, to string) (lifecycle.Outcome, bool) {
	t.Helper()
	var out lifecycle.Outcome
	sequence := int64(0)
	apply := func(e lifecycle.Event) bool {
		sequence++
		e.Sequence = sequence
		step, err := applyWith(p, sub, e)
		if err != nil {
			return false
		}
		sub, out.Subscription = step.Subscription, step.Subscription
		out.Invoices = append(out.Invoices, step.Invoices...)
		return true
	}
	pay := func(at time.Time) {
		for _, r := range sub.Receivables {
			if r.Owing() {
				e := lifecycle.Event{At: at, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: r.Invoice}}
				if !apply(e) {
					t.Errorf("the payment of %s is refused", r.Invoice)
				}
			}
		}
	}
	for _, e := range events {
		if !apply(e) {
			return out, false
		}
		pay(e.At)
	}
	step, err := advanceWith(p, sub, utc(to))
	if err != nil {
		t.Errorf("%v: %v", texts(events), err)
		return out, false
	}
	out.Subscription = step.Subscription
	out.Invoices = append(out.Invoices, step.Invoices...)
	return out, true
}

// totalOf returns the total of all documents.
func totalOf(out lifecycle.Outcome) (sum decimal.Decimal) {
	for _, inv := range out.Invoices {
		sum = sum.Add(inv.Total)
	}
	return sum
}

// texts writes the times and changes of events.
func texts(events []lifecycle.Event) (all []string) {
	for _, e := range slices.Clone(events)[1:] {
		c := e.Change
		text := e.At.Format("02 15:04:05")
		if c.Plan != nil {
			text += " plan " + c.Plan.ID
		}
		for _, q := range c.Add {
			text += " +" + q.Quantity.String()
		}
		for _, q := range c.Remove {
			text += " -" + q.Quantity.String()
		}
		if len(c.Set) > 0 {
			text += " set " + c.Set[0].Item
		}
		all = append(all, text)
	}
	return all
}
