package lifecycle_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// growth is a history of events of one kind, or of two in turn.
type growth struct {
	name string
	// grows says that an event costs more, the more of them a subscription keeps.
	grows  bool
	policy func(*lifecycle.Policy)
	every  string // length of the billing periods; "" is a century
	step   time.Duration
	most   int // the most events that the limits of a subscription allow; zero is no limit
	event  func(i int) lifecycle.Event
}

// alternate returns the events of two kinds in turn.
func alternate(even, odd lifecycle.Event) func(int) lifecycle.Event {
	return func(i int) lifecycle.Event {
		if i%2 == 0 {
			return even
		}
		return odd
	}
}

// always returns one event again and again.
func always(e lifecycle.Event) func(int) lifecycle.Event {
	return func(int) lifecycle.Event { return e }
}

// ofInvoice is an event about the payment of an invoice.
func ofInvoice(kind lifecycle.EventKind, number int) lifecycle.Event {
	return lifecycle.Event{Kind: kind, Payment: lifecycle.Payment{Invoice: fmt.Sprintf("s-%d", number)}}
}

// growths returns the histories, each of which repeats what a subscription can do without end.
func growths() []growth {
	support := func(e lifecycle.Event) lifecycle.Event {
		e.By, e.Reason = plans.Support, "goodwill"
		return e
	}
	seat := []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}
	add := lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Add: seat}}
	remove := lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Remove: seat}}
	removeLater := remove
	removeLater.Effective = plans.AtPeriodEnd
	grant := support(lifecycle.Event{Kind: lifecycle.CreditGranted})
	grant.Grant.Amount = giventest.Money("0.01")
	record := lifecycle.Event{Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{{Item: "calls", Quantity: giventest.Money("1")}}}
	credited := support(ofInvoice(lifecycle.InvoiceCredited, 1))
	credited.Payment.Amount, credited.As = giventest.Money("0.01"), credits.AsBalance
	refunded := support(ofInvoice(lifecycle.PaymentRefunded, 1))
	refunded.Payment.Amount = giventest.Money("0.01")
	later := func(p *lifecycle.Policy) { p.Prorations = plans.NextInvoice }
	kind := func(k lifecycle.EventKind) lifecycle.Event { return lifecycle.Event{Kind: k} }
	return []growth{
		{name: "grants", grows: true, event: always(grant)},
		{name: "seats added, unpaid", grows: true, event: always(add)},
		{name: "seats added, paid", grows: true, event: func(i int) lifecycle.Event {
			if i%2 == 0 {
				return add
			}
			return ofInvoice(lifecycle.PaymentSucceeded, 2+i/2)
		}},
		{name: "seats added and removed", grows: true, event: alternate(add, remove)},
		{name: "seats added, billed later", grows: true, policy: later, most: 900, event: always(add)},
		{name: "removals scheduled and canceled", event: alternate(removeLater, kind(lifecycle.ScheduledChangeCanceled))},
		{name: "usage priced by the caller", grows: true, every: "P1M", step: 24 * time.Hour, event: always(lifecycle.Event{Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "0.10")})},
		{name: "usage records", event: always(record)},
		{name: "sales", grows: true, event: always(lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: chargeOf("setup", "1.00")})},
		{name: "renewals paid", every: "P1M", step: -1, event: func(i int) lifecycle.Event { return ofInvoice(lifecycle.PaymentSucceeded, 2+i) }},
		{name: "renewals failed and paid", every: "P1M", step: -2, event: func(i int) lifecycle.Event {
			if i%2 == 0 {
				return ofInvoice(lifecycle.PaymentFailed, 2+i/2)
			}
			return ofInvoice(lifecycle.PaymentSucceeded, 2+i/2)
		}},
		{name: "disputes won", event: alternate(ofInvoice(lifecycle.PaymentDisputed, 1), ofInvoice(lifecycle.DisputeWon, 1))},
		{name: "partial credits", grows: true, most: 400, event: always(credited)},
		{name: "partial refunds", grows: true, most: 400, event: always(refunded)},
		{name: "payment methods", event: alternate(kind(lifecycle.PaymentMethodRemoved), lifecycle.Event{Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"})},
		{name: "cancellations withdrawn", event: alternate(kind(lifecycle.CancellationRequested), kind(lifecycle.CancellationWithdrawn))},
		{name: "renewal off and on", event: alternate(kind(lifecycle.RenewalDisabled), kind(lifecycle.RenewalEnabled))},
		{name: "billing details", event: always(lifecycle.Event{Kind: lifecycle.BillingDetailsChanged, Country: "BR"})},
		{name: "taxes", event: always(kind(lifecycle.TaxesChanged))},
		{name: "collection paused and resumed", event: alternate(lifecycle.Event{Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedKeep}, kind(lifecycle.CollectionResumed))},
		{name: "refused", event: always(kind(lifecycle.CancellationWithdrawn))},
	}
}

// history returns a paid subscription and a number of events of the growth after it, and the time of the last.
func (g growth) history(tb testing.TB, count int) (*lifecycle.Policies, lifecycle.Subscription, []lifecycle.Event, time.Time) {
	tb.Helper()
	p := lifecycle.Standard()
	if g.policy != nil {
		g.policy(&p)
	}
	every, step := g.every, g.step
	if every == "" {
		every, step = "P100Y", time.Hour
	}
	start := giventest.Instant("2000-01-01", nil)
	sub := threeSeats(tb, "UTC", every, "3100.00")
	sub.Contract.Cycle = giventest.Cycle("2000-01-01", every, nil)
	sub.Contract.Items = append(sub.Contract.Items, plans.Item{
		ID: "calls", Price: plans.Price{Metered: true, Unit: giventest.Money("0.01")},
	})
	events := []lifecycle.Event{
		{Sequence: 1, At: start, Kind: lifecycle.Started, NoTrial: true, PaymentMethod: "card"},
		{Sequence: 2, At: start, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "s-1"}},
	}
	for i := range count {
		e := g.event(i)
		switch {
		case step < 0: // events of renewals, one or two a month
			n := int(-step)
			e.At = start.AddDate(0, 1+i/n, 0).Add(time.Duration(1+i%n) * time.Hour)
		default:
			e.At = start.Add(time.Duration(i+1) * step)
		}
		e.Sequence = int64(i + 3)
		events = append(events, e)
	}
	return policiesOf(tb, p), sub, events, events[len(events)-1].At
}

// costOf returns the bytes and the time that an event of the history costs.
func (g growth) costOf(tb testing.TB, count int) (bytes, nanoseconds int64) {
	tb.Helper()
	policies, sub, events, to := g.history(tb, count)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now() //nolint:forbidigo // it measures the call
	out, err := lifecycle.Replay(policies, sub, events, to)
	elapsed := time.Since(begun) //nolint:forbidigo // it measures the call
	runtime.ReadMemStats(&after)
	if reason := firstRefusal(out); err != nil || (reason != "") != (g.name == "refused") {
		tb.Fatalf("%d events: refused because %q, %v", count, reason, err)
	}
	return int64(after.TotalAlloc-before.TotalAlloc) / int64(count), int64(elapsed) / int64(count)
}

// firstRefusal returns the reason of the first refused step.
func firstRefusal(out lifecycle.Outcome) string {
	for _, step := range out.Steps {
		if step.Refused != "" {
			return step.Refused
		}
	}
	return ""
}

// An event allocates the same however many were before it, unless the subscription keeps what it adds: those histories
// are marked and not tested. The table of all of them is printed by
//
//	GROWTH=100,1000,10000 go test ./lifecycle -run TestReplayGrowth -v
func TestReplayGrowth(t *testing.T) {
	if text := os.Getenv("GROWTH"); text != "" {
		var counts [3]int
		if _, err := fmt.Sscanf(text, "%d,%d,%d", &counts[0], &counts[1], &counts[2]); err != nil {
			t.Fatal(err)
		}
		for _, g := range growths() {
			t.Run(g.name, func(t *testing.T) { g.print(t, counts) })
		}
		return
	}
	if !exact.Small || race.On {
		return // other allocations
	}
	for _, g := range growths() {
		if g.grows {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			few, _ := g.costOf(t, 100)
			many, _ := g.costOf(t, 500)
			if many > few*5/4 {
				t.Errorf("%d bytes for each of 100 events, %d for each of 500", few, many)
			}
		})
	}
}

// print prints the cost of an event for several numbers of events.
func (g growth) print(t *testing.T, counts [3]int) {
	line := fmt.Sprintf("%-33s", g.name)
	for _, count := range counts {
		if g.most > 0 && count > g.most {
			count = g.most
		}
		bytes, ns := g.costOf(t, count)
		line += fmt.Sprintf("%10d B %8.1f us", bytes, float64(ns)/1e3)
	}
	t.Log(line)
}
