package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// returned is the event of a customer who returns with a change.
func returned(t *testing.T, at, change string) lifecycle.Event {
	t.Helper()
	e := changedOn(t, at, change)
	e.Kind = lifecycle.Reactivated
	return e
}

// changeRow is a life with a change, and what is due at its end.
type changeRow struct {
	name, why string
	edit      func(*lifecycle.Policy, *lifecycle.Subscription)
	events    []lifecycle.Event
	to        string
	last      string // the lines of the last document, "kind net" each
	status    lifecycle.Status
	terms     int    // of the contract at the end
	refused   string // of the last event
}

func (r *changeRow) run(t *testing.T) {
	p, sub := anyChange(), tenSeatsFromJanuary()
	p.Billing.Refunds = []credits.RefundRule{{As: credits.AsNothing}}
	if r.edit != nil {
		r.edit(&p, &sub)
	}
	for i := range r.events {
		r.events[i].Sequence = int64(i + 1)
	}
	out, err := replayWith([]lifecycle.Policy{p}, sub, r.events, utc(r.to))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	if n := len(out.Invoices); n > 0 {
		for _, c := range out.Invoices[n-1].Lines {
			lines = append(lines, c.Kind.String()+" "+c.Net.StringFixed(2))
		}
	}
	var refused string
	for _, s := range out.Steps {
		if s.Refused != "" {
			refused = s.Refused
		}
	}
	if got := strings.Join(lines, ", "); got != r.last || out.Subscription.Status != r.status || len(out.Subscription.Contract.Terms) != r.terms || (refused == "") != (r.refused == "") || !strings.Contains(refused, r.refused) {
		t.Errorf("%s: %v with %q and %d terms, refused %q; want %v with %q and %d\n%s", r.why, out.Subscription.Status, got, len(out.Subscription.Contract.Terms), refused, r.status, r.last, r.terms, out.Timeline())
	}
}

// A customer returns with another contract, and nothing of the change is lost.
func TestReturnWithAChange(t *testing.T) {
	year := `{"plan":{"id":"pro","interval":"P1Y","offers":[{"item":"seat","currency":"USD","price":{"unit":"77"}}]}}`
	dearer := `{"plan":{"id":"pro","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"200"}}]}}`
	begin := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x")}
	over := slices.Concat(begin, []lifecycle.Event{eventOn("2026-01-10", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.AtPeriodEnd })})
	gone := slices.Concat(begin, []lifecycle.Event{eventOn("2026-01-10", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })})
	late := slices.Concat(begin, []lifecycle.Event{paymentOn("2026-02-01", lifecycle.PaymentFailed, "r-2", "y")})
	arrears := func(p *lifecycle.Policy, _ *lifecycle.Subscription) { p.Billing.Timing = proration.InArrears }
	for _, r := range []changeRow{
		{name: "after the end, to a year", why: "a year begins", events: append(over[:3:3], returned(t, "2026-03-05", year)), to: "2026-03-05", last: "recurring 770.00", status: lifecycle.Active},
		{name: "after the end, with fewer seats", why: "a month of three seats begins", events: append(over[:3:3], returned(t, "2026-03-05", `{"set":[{"item":"seat","quantity":"3"}]}`)), to: "2026-03-05", last: "recurring 300.00", status: lifecycle.Active},
		{name: "after the end, on the old dates", why: "27 of the 31 days of March", events: append(over[:3:3], returned(t, "2026-03-05", `{"anchor":"keep"}`)), to: "2026-03-05", last: "recurring 870.97", status: lifecycle.Active},
		{name: "after the end, to a year on the old dates", why: "300 of the 365 days of the year from January 1", events: append(over[:3:3], returned(t, "2026-03-07", `{"plan":{"id":"pro","interval":"P1Y","offers":[{"item":"seat","currency":"USD","price":{"unit":"365"}}]},"anchor":"keep"}`)), to: "2026-03-07", last: "recurring 3590.00", status: lifecycle.Active},
		{name: "after the end, to weeks on the old dates", why: "a day of the month is no day of the week", events: append(over[:3:3], returned(t, "2026-03-05", `{"interval":"P1W","anchor":"keep"}`)), to: "2026-03-05", last: "recurring 1000.00", status: lifecycle.Canceled, refused: "must be reset"},
		{name: "in the paid month", why: "the month continues, and the difference is due", events: append(gone[:3:3], returned(t, "2026-01-22", dearer)), to: "2026-01-22", last: "proration_credit -322.58, proration_charge 645.16", status: lifecycle.Active},
		{name: "after the end, in arrears", why: "the month of the new plan is billed at its end", edit: arrears, events: append(over[:1:1], over[2], returned(t, "2026-03-05", dearer)), to: "2026-04-05", last: "recurring 2000.00", status: lifecycle.Active},
		{name: "with a billing date", why: "the billing date follows from the return", events: append(over[:3:3], returned(t, "2026-03-05", `{"anchor_at":"2026-03-20T00:00:00Z"}`)), to: "2026-03-05", last: "recurring 1000.00", status: lifecycle.Canceled, refused: "send reactivated first, then changed"},
		{name: "while an invoice is overdue", why: "February is credited down, and March is billed", events: append(late[:3:3], returned(t, "2026-02-20", dearer)), to: "2026-02-20", last: "proration_charge 642.86", status: lifecycle.Suspended},
	} {
		t.Run(r.name, r.run)
	}
}

// A change begins a term together with a plan and items, and the strictest rule of its actions applies.
func TestChangeBeginsATerm(t *testing.T) {
	begin := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x")}
	with := func(more string) []lifecycle.Event { return append(begin[:2:2], changedOn(t, "2026-01-16", more)) }
	const plan = `"plan":{"id":"pro","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"200"}}]}`
	const upFront, monthly = `"term":{"length":"P1Y","percent":"10","billing":"up_front","renewal":"renew"}`, `"term":{"length":"P6M","percent":"10","billing":"per_period","renewal":"renew"}`
	arrears := func(p *lifecycle.Policy, _ *lifecycle.Subscription) { p.Billing.Timing = proration.InArrears }
	held := func(p *lifecycle.Policy, _ *lifecycle.Subscription) {
		for i := range p.ChangeRules {
			if p.ChangeRules[i].Action == plans.Extend {
				p.ChangeRules[i].Effective = plans.AtPeriodEnd
			}
		}
	}
	committed := func(p *lifecycle.Policy, sub *lifecycle.Subscription) {
		sub.Contract.Terms = []plans.ContractTerm{{
			Term: plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Renew}, Period: giventest.Period("2026-01-01/2027-01-01", nil),
		}}
		p.ChangeRules = slices.DeleteFunc(p.ChangeRules, func(r plans.ChangeRule) bool { return r.Action == plans.Shorten })
	}
	for _, r := range []changeRow{
		{name: "up front", why: "516.13 of January are unused, and the year costs 24,000.00 less 10 %", events: with(`{` + plan + `,` + upFront + `}`), to: "2026-01-16", last: "proration_credit -516.13, recurring 21600.00", terms: 1, status: lifecycle.Active},
		{name: "by the month", why: "the rest of January, with the discount of the term", events: with(`{` + plan + `,` + monthly + `}`), to: "2026-01-16", last: "proration_credit -516.13, proration_charge 929.03", terms: 1, status: lifecycle.Active},
		{name: "by the month, a month on", why: "2,000.00 less 10 %", events: with(`{` + plan + `,` + monthly + `}`), to: "2026-02-01", last: "recurring 1800.00", terms: 1, status: lifecycle.Active},
		{name: "alone", why: "the paid month stays as it is", events: with(`{` + monthly + `}`), to: "2026-01-31", last: "recurring 1000.00", terms: 1, status: lifecycle.Active},
		{name: "in arrears", why: "half a month at each price; the discount is for what began in the term", edit: arrears, events: append(begin[:1:1], with(`{"add":[{"item":"seat","quantity":"10"}],` + monthly + `}`)[2]), to: "2026-02-01", last: "recurring 483.87, recurring 929.03", terms: 1, status: lifecycle.Active},
		{name: "in arrears, a month on", why: "the discount of the term stays", edit: arrears, events: append(begin[:1:1], with(`{"add":[{"item":"seat","quantity":"10"}],` + monthly + `}`)[2]), to: "2026-03-01", last: "recurring 1800.00", terms: 1, status: lifecycle.Active},
		{name: "with a plan in arrears", why: "15 days of the old plan at once, and 16 of the new one, less 10 %", edit: arrears, events: append(begin[:1:1], with(`{` + plan + `,` + monthly + `}`)[2]), to: "2026-02-01", last: "recurring 929.03", terms: 1, status: lifecycle.Active},
		{name: "up front in arrears", why: "a period that is billed at its end has no room for it", edit: arrears, events: append(begin[:1:1], with(`{` + plan + `,` + upFront + `}`)[2]), to: "2026-02-01", last: "recurring 1000.00", status: lifecycle.Active, refused: "cannot begin in a period that is billed at its end"},
		{name: "that waits", why: "the strictest rule holds for the plan, too", edit: held, events: with(`{` + plan + `,` + monthly + `}`), to: "2026-01-31", last: "recurring 1000.00", status: lifecycle.Active},
		{name: "that ends earlier", why: "half a year is shorter than the year", edit: committed, events: with(`{` + plan + `,` + monthly + `}`), to: "2026-01-31", last: "recurring 1000.00", terms: 1, status: lifecycle.Active, refused: "not available"},
		{name: "that ends later", why: "the year from January 16 replaces that from January 1", edit: committed, events: with(`{"set":[{"item":"seat","quantity":"5"}],"term":{"length":"P2Y","billing":"per_period","renewal":"renew"}}`), to: "2026-01-31", last: "proration_credit -258.06", terms: 1, status: lifecycle.Active},
	} {
		t.Run(r.name, r.run)
	}
}

// The first billing date moves before service starts: the days until it are billed when service starts.
func TestBillingDateMovesInTheTrial(t *testing.T) {
	trial := func(_ *lifecycle.Policy, sub *lifecycle.Subscription) {
		sub.Contract.Trial = giventest.Interval("P14D")
	}
	weeks := func(p *lifecycle.Policy, sub *lifecycle.Subscription) {
		trial(p, sub)
		sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P1W", nil)
	}
	card := func(e *lifecycle.Event) { e.PaymentMethod = "card" }
	later := func(e *lifecycle.Event) { e.On = utc("2026-01-15") }
	move := func(date, more string) []lifecycle.Event {
		return []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started, card), changedOn(t, "2026-01-10", `{"anchor_at":"`+date+`T00:00:00Z"`+more+`}`)}
	}
	for _, r := range []changeRow{
		{name: "five days after its end", why: "5 of the 31 days until January 20", edit: trial, events: move("2026-01-20", ""), to: "2026-01-15", last: "recurring 161.29", status: lifecycle.Active},
		{name: "and a month on", why: "months begin on the 20th", edit: trial, events: move("2026-01-20", ""), to: "2026-02-20", last: "recurring 1000.00", status: lifecycle.Active},
		{name: "with other seats", why: "one change sets both", edit: trial, events: move("2026-01-20", `,"set":[{"item":"seat","quantity":"20"}]`), to: "2026-01-15", last: "recurring 322.58", status: lifecycle.Active},
		{name: "with longer periods", why: "one change sets both: 3,000.00 x 5/92, of the quarter from October 20", edit: trial, events: move("2026-01-20", `,"interval":"P3M"`), to: "2026-01-15", last: "recurring 163.04", status: lifecycle.Active},
		{name: "to its end", why: "a whole month", edit: trial, events: move("2026-01-15", ""), to: "2026-01-15", last: "recurring 1000.00", status: lifecycle.Active},
		{name: "before its end", why: "nothing is billed before service starts", edit: trial, events: move("2026-01-14", ""), to: "2026-01-10", status: lifecycle.Trialing, refused: "from the start of service"},
		{name: "more than a month after its end", why: "a whole month would precede it", edit: trial, events: move("2026-02-16", ""), to: "2026-01-10", status: lifecycle.Trialing, refused: "from the start of service"},
		{name: "in weeks", why: "weeks begin with the service", edit: weeks, events: move("2026-01-17", ""), to: "2026-01-10", status: lifecycle.Trialing, refused: "in trial until 2026-01-15"},
		{name: "with a term", why: "half a year begins with the service", edit: trial, events: []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started, card), changedOn(t, "2026-01-10", `{"term":{"length":"P6M","percent":"10","billing":"up_front","renewal":"renew"}}`)}, to: "2026-01-15", last: "recurring 5400.00", terms: 1, status: lifecycle.Active},
		{name: "before a later start", why: "5 of the 31 days until January 20", events: append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started, later)}, move("2026-01-20", "")[1]), to: "2026-01-15", last: "recurring 161.29", status: lifecycle.Active},
	} {
		t.Run(r.name, r.run)
	}
}
