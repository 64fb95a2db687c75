package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// catalogue is what the rows can change to, all of them monthly but for "annual".
var catalogue = map[string]plans.Plan{
	"basic":    monthly("basic", seats("USD", "9.00")),
	"growth":   monthly("growth", seats("USD", "89.00")),
	"scale":    monthly("scale", seats("USD", "139.00"), seats("EUR", "129.00")), // sold in two currencies
	"ultimate": monthly("ultimate", seats("USD", "199.00")),
	"euros":    monthly("euros", seats("EUR", "89.00")),
	"phones":   monthly("phones", plans.Offer{Item: "phone", Currency: "USD", Price: plans.Price{Unit: giventest.Money("19.00")}}),
	"annual":   {ID: "annual", Interval: proration.Interval{Months: 12}, Offers: []plans.Offer{seats("USD", "948.00")}},
}

// monthly is a plan of some offers.
func monthly(id string, offers ...plans.Offer) plans.Plan {
	return plans.Plan{ID: id, Interval: proration.Interval{Months: 1}, Offers: offers}
}

// seats are what a plan offers, at a price for each.
func seats(currency plans.Currency, unit string) plans.Offer {
	return plans.Offer{Item: "seat", Currency: currency, Price: plans.Price{Unit: giventest.Money(unit)}}
}

// threeDays is the neutral policy with three days of grace.
func threeDays() lifecycle.Policy {
	policy := lifecycle.Standard()
	policy.Grace = proration.Interval{Days: 3}
	return policy
}

// terms are what a customer signs.
type terms struct {
	anchor, interval string // "2026-11-01" and "P1M" where left out
	day              int    // of the month, where that is not the anchor's
	zone             string // UTC where left out
	currency         plans.Currency
	seats, unit      string // ten seats at 89.00 where left out
	grace            string // agreed specially; the policy's where left out
}

// sign returns the new subscription "s" of the terms, on the plan "growth".
func (c terms) sign(tb testing.TB) lifecycle.Subscription {
	tb.Helper()
	or := func(text, usual string) string {
		if text == "" {
			return usual
		}
		return text
	}
	loc := giventest.Zone(tb, or(c.zone, "UTC"))
	cycle := giventest.Cycle(or(c.anchor, "2026-11-01"), or(c.interval, "P1M"), loc)
	cycle.Day = c.day
	sub := lifecycle.Subscription{ID: "s", Contract: plans.Contract{
		Plan: "growth", Currency: plans.Currency(or(string(c.currency), "USD")), Cycle: cycle,
		Items: []plans.Item{{ID: "seat", Quantity: giventest.Money(or(c.seats, "10")), Price: plans.Price{Unit: giventest.Money(or(c.unit, "89.00"))}}},
	}}
	if c.grace != "" {
		sub.Contract.Grace = giventest.Interval(c.grace)
	}
	return sub
}

// step is something that happens, and what comes of it.
type step struct {
	at   string              // as giventest.Instant reads it, on the customer's calendar
	kind lifecycle.EventKind // zero where only time passes
	of   string              // the invoice, the number of seats or the plan that the event is about

	want     string   // status and access: "active full"
	invoices []string // as billed writes them
	effects  []string // "collect s-1"
	refused  bool     // by the rules; then nothing else is wanted
}

// event is the step as an event.
func (s step) event(sequence int64, loc *time.Location) lifecycle.Event {
	e := lifecycle.Event{Sequence: sequence, At: giventest.Instant(s.at, loc), Kind: s.kind}
	switch s.kind {
	case lifecycle.PaymentSucceeded, lifecycle.CardDeclined:
		e.Invoice = s.of
	case lifecycle.SeatsAdded:
		e.Change = plans.Change{Item: "seat", Quantity: giventest.Money(s.of)}
	case lifecycle.PlanChanged:
		plan := catalogue[s.of]
		e.Change = plans.Change{Plan: &plan}
	}
	return e
}

// story is what happens to a customer from the signature on.
type story struct {
	name, why string
	terms     terms
	policy    func(*lifecycle.Policy)
	steps     []step
}

// tell plays every story and holds each step to what the row wants and to the laws. It returns the last state of the last one.
func tell(t *testing.T, stories ...story) (last lifecycle.Subscription) {
	t.Helper()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			policy := threeDays()
			if s.policy != nil {
				s.policy(&policy)
			}
			h := begin(t, policy, s.terms.sign(t))
			for i, step := range s.steps {
				h.step(i, step)
			}
			if t.Failed() {
				t.Log(s.why)
			}
			last = h.sub
		})
	}
	return last
}

// pay pays everything that is open, since only what was paid is credited.
func (h *history) pay(at string) {
	h.t.Helper()
	loc := h.sub.Contract.Cycle.Location
	if _, err := h.happen(step{at: at}.event(h.sub.Sequence, loc)); err != nil {
		h.t.Fatal(err)
	}
	for len(h.sub.Open) > 0 {
		paid := step{at: at, kind: lifecycle.PaymentSucceeded, of: h.sub.Open[0].ID}
		if _, err := h.happen(paid.event(h.sub.Sequence+1, loc)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// step takes a step and checks what the row wants of it.
func (h *history) step(i int, want step) {
	h.t.Helper()
	if want.kind == lifecycle.PlanChanged && !want.refused {
		h.pay(want.at)
	}
	e := want.event(h.sub.Sequence+1, h.sub.Contract.Cycle.Location)
	out, err := h.happen(e)
	if want.refused {
		if !errors.Is(err, lifecycle.ErrRefused) {
			h.t.Errorf("step %d, %s %v: got %v, want a refusal", i, want.at, want.kind, err)
		}
		return
	}
	if err != nil {
		h.t.Fatalf("step %d, %s %v: %v", i, want.at, want.kind, err)
	}
	if got := h.sub.Status.String() + " " + h.sub.Access().String(); got != want.want {
		h.t.Errorf("step %d, %s %v: the customer is %s, want %s", i, want.at, want.kind, got, want.want)
	}
	var invoices, effects []string
	for _, inv := range out.Invoices {
		invoices = append(invoices, billed(inv))
	}
	for _, e := range out.Effects {
		effects = append(effects, e.Kind.String()+" "+e.Invoice)
	}
	if !slices.Equal(invoices, want.invoices) {
		h.t.Errorf("step %d, %s %v: invoices\n%s\nwant\n%s", i, want.at, want.kind, strings.Join(invoices, "\n"), strings.Join(want.invoices, "\n"))
	}
	if !slices.Equal(effects, want.effects) {
		h.t.Errorf("step %d, %s %v: effects %q, want %q", i, want.at, want.kind, effects, want.effects)
	}
}

// billed writes an invoice in one line: "s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00".
func billed(inv invoice.Invoice) string {
	places, _ := inv.Currency.Places()
	var parts []string
	for _, l := range inv.Lines {
		parts = append(parts, l.Kind.String()+" "+l.Net.StringFixed(places))
	}
	for _, e := range inv.Entries {
		if e.Amount.IsNegative() {
			parts = append(parts, "credit "+e.Amount.StringFixed(places))
		} else {
			parts = append(parts, "granted "+e.Amount.StringFixed(places))
		}
	}
	return inv.ID + ": " + strings.Join(append(parts, "due "+inv.Due.StringFixed(places)), ", ")
}

// balance is what is owed to the customer.
func balance(tb testing.TB, sub lifecycle.Subscription) decimal.Decimal {
	tb.Helper()
	b, err := credits.Balance(sub.Ledger, sub.Contract.Currency, sub.At)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
