package lifecycle_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// happening is an event of a life: something that the customer or support does, or a card that declines from then on
// until the next happening, when a card that pays is entered.
type happening struct {
	name     string
	event    lifecycle.Event
	declines bool
	refused  bool // only overdue invoices are paid
	commits  bool // the contract has a commitment of 1,400.00 in three months
	accrues  bool // the contract has support at 50.00 a month in arrears
}

// happensAt is a happening at a time.
type happensAt struct {
	happening
	at time.Time
}

// lateAlphabet are the happenings of the lives whose events become known late.
func lateAlphabet(t testing.TB) []happening {
	change := func(name, text string) happening { return happening{name: name, event: changeOf(t, text)} }
	dear := seatPlan("dear", "P1M", "150.00")
	dear.Offers = append(dear.Offers, plans.Offer{Item: "calls", Currency: "USD", Price: callsPrice("0.02")})
	usage := lifecycle.Event{Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
		{Item: "calls", Quantity: decimal.NewFromInt(700)},
	}}
	return []happening{
		{name: "plan", event: lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Plan: &dear}}},
		change("interval", `{"interval": "P3M", "set": [{"item": "seat", "price": {"unit": "250.00"}}]}`),
		change("seats up", `{"add": [{"item": "seat", "quantity": "2"}]}`),
		change("seats down", `{"remove": [{"item": "seat", "quantity": "1"}]}`),
		change("dates", `{"anchor": "reset"}`),
		{name: "cancel", event: lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: plans.Immediately}},
		{name: "return", event: lifecycle.Event{Kind: lifecycle.Reactivated}},
		{name: "decline", declines: true},
		{name: "usage", event: usage},
	}
}

// changeOf returns an event of a change without a time.
func changeOf(t testing.TB, change string) lifecycle.Event {
	t.Helper()
	e := lifecycle.Event{Kind: lifecycle.Changed}
	if err := json.Unmarshal([]byte(change), &e.Change); err != nil {
		t.Fatal(err)
	}
	return e
}

// latePolicies are the policies of the lives whose events become known late.
func latePolicies() map[string]lifecycle.Policy {
	standard := anyChange()
	standard.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
	standard.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}
	ahead := standard
	ahead.Renewal.Lead = giventest.Interval("P3D")
	ahead.Dunning.FinalAction = lifecycle.FinalCancel
	later := standard
	later.Prorations = plans.NextInvoice
	return map[string]lifecycle.Policy{"at once": standard, "ahead": ahead, "next invoice": later}
}

// fourSeats returns a subscription of four seats at 100.00 a month from January on, with metered calls.
func fourSeats() lifecycle.Subscription {
	sub := tenSeatsFromJanuary()
	sub.Contract.Items = []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(4), Price: plans.Price{Unit: giventest.Money("100.00")}},
		{ID: "calls", Price: callsPrice("0.01")},
	}
	return sub
}

// callsPrice returns a price for calls, of which those above a thousand in a period cost a cent.
func callsPrice(unit string) plans.Price {
	return plans.Price{Metered: true, Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: decimal.NewFromInt(1_000), Unit: giventest.Money(unit)}, {Unit: giventest.Money("0.01")},
	}}
}

// answer is what became of an invoice at its first request: it was paid at a time, or declined and paid later.
type answer struct {
	declined bool
	paid     time.Time
}

// lifeOf is a life with its documents.
type lifeOf struct {
	t        testing.TB
	policies *lifecycle.Policies
	initial  lifecycle.Subscription
	out      lifecycle.Outcome
	events   []lifecycle.Event
	answers  map[int64]*answer // by time of issue
	told     map[int64]*answer // answers that another life gave; nil answers by the happenings
	declines bool
	refused  []string
	applied  []happensAt // happenings, with those that were refused
}

// apply applies an event, and notes a refusal.
func (l *lifeOf) apply(e lifecycle.Event) bool {
	e.Sequence = l.out.Subscription.Sequence + 1
	out, err := lifecycle.Apply(l.policies, l.out.Subscription, e)
	if err != nil {
		l.refused = append(l.refused, e.Kind.String()+": "+err.Error())
		return false
	}
	l.events = append(l.events, e)
	l.take(out)
	return true
}

// take joins an outcome and answers its requests.
func (l *lifeOf) take(out lifecycle.Outcome) {
	at := out.Subscription.At
	l.out.Subscription = out.Subscription
	l.out.Invoices = append(l.out.Invoices, out.Invoices...)
	l.out.Receivables = append(l.out.Receivables, out.Receivables...)
	l.out.Steps = append(l.out.Steps, out.Steps...)
	l.out.Credits = append(l.out.Credits, out.Credits...)
	for _, e := range out.Effects {
		if e.Kind != lifecycle.CollectPayment {
			continue
		}
		i := slices.IndexFunc(l.out.Subscription.Receivables, func(r invoice.Receivable) bool { return r.Invoice == e.Invoice })
		if i < 0 || l.out.Subscription.Receivables[i].Phase != invoice.PhaseRequested {
			continue
		}
		issued := l.out.Subscription.Receivables[i].IssuedAt.UnixNano()
		given, known := l.told[issued], l.told != nil
		declined := l.declines
		if known {
			declined = given != nil && given.declined && (given.paid.IsZero() || at.Before(given.paid))
		}
		if l.answers[issued] == nil {
			l.answers[issued] = &answer{declined: declined}
		}
		if kind := lifecycle.PaymentSucceeded; !declined {
			if l.answers[issued].paid.IsZero() {
				l.answers[issued].paid = at
			}
			l.apply(lifecycle.Event{At: at, Kind: kind, Payment: lifecycle.Payment{Invoice: e.Invoice}})
			continue
		}
		l.apply(lifecycle.Event{At: at, Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: e.Invoice}})
	}
}

// advance advances deadline by deadline, so that every request is answered at its time.
func (l *lifeOf) advance(to time.Time) {
	for {
		next, err := lifecycle.Next(l.policies, l.out.Subscription)
		if err != nil {
			l.t.Fatal(err)
		}
		at := to
		if next.Kind != 0 && next.At.Before(to) {
			at = later(next.At, l.out.Subscription.At)
		}
		out, err := lifecycle.Advance(l.policies, l.out.Subscription, at)
		if err != nil {
			l.t.Fatalf("%s\n%v", l.out.Timeline(), err)
		}
		l.take(out)
		if !at.Before(to) {
			return
		}
	}
}

// payOverdue pays the invoices whose payment failed: all of them, or those that were paid now in another life.
func (l *lifeOf) payOverdue(at time.Time) {
	for _, r := range slices.Clone(l.out.Subscription.Receivables) {
		given := l.told[r.IssuedAt.UnixNano()]
		if !r.Owing() || r.FirstFailedAt.IsZero() || l.told != nil && (given == nil || !given.paid.Equal(at)) {
			continue
		}
		if l.apply(lifecycle.Event{At: at, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: r.Invoice}}) {
			l.answers[r.IssuedAt.UnixNano()].paid = at
		}
	}
}

// live lives through happenings until a time. If told is not nil, invoices are paid as the life that it is from paid
// those of the same time; others are paid at once.
func live(t testing.TB, p *lifecycle.Policies, all []happensAt, until time.Time, told map[int64]*answer) *lifeOf {
	l := &lifeOf{t: t, policies: p, initial: fourSeats(), answers: map[int64]*answer{}, told: told}
	if slices.ContainsFunc(all, func(h happensAt) bool { return h.commits }) {
		c := &l.initial.Contract.Commitment
		c.Amount, c.Length = giventest.Money("1400"), giventest.Interval("P3M")
	}
	if slices.ContainsFunc(all, func(h happensAt) bool { return h.accrues }) {
		l.initial.Contract.Items = append(l.initial.Contract.Items,
			plans.Item{ID: "support", Quantity: decimal.NewFromInt(1), Price: accruing("50.00")})
	}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	for _, h := range all {
		if h.commits || h.accrues {
			l.applied = append(l.applied, h)
			continue
		}
		l.advance(h.at)
		l.declines = false
		l.payOverdue(h.at)
		e := h.event
		e.At, e.By = h.at, plans.Support
		if l.declines = h.declines; !h.declines && !h.refused {
			h.refused = !l.apply(e)
		}
		l.applied = append(l.applied, h)
	}
	l.advance(until)
	return l
}

// total returns the total of the documents that are not void, and their number of lines.
func total(all []invoice.Invoice, receivables []invoice.Receivable) (sum decimal.Decimal, lines int) {
	phases := map[string]invoice.Phase{}
	for _, r := range receivables {
		phases[r.Invoice] = r.Phase
	}
	for _, inv := range all {
		if phases[inv.ID] != invoice.PhaseVoid {
			sum, lines = sum.Add(inv.Total), lines+len(inv.Lines)
		}
	}
	return sum, lines
}
