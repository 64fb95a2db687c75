package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// typicalEvents returns a typical history of count events, about eight a month: a paid renewal, a seat that is added,
// paid and removed, usage, and every sixth month a payment that first fails.
func typicalEvents(tb testing.TB, count int) (lifecycle.Policy, lifecycle.Subscription, []lifecycle.Event, time.Time) {
	tb.Helper()
	p := lifecycle.Standard()
	sub := threeSeats(tb, "UTC", "P1M", "31.00")
	sub.Contract.Cycle = giventest.Cycle("2000-01-01", "P1M", nil)
	start := giventest.Instant("2000-01-01", nil)
	var events []lifecycle.Event
	s := sub
	add := func(at time.Time, e lifecycle.Event) {
		if len(events) == count {
			return
		}
		e.Sequence, e.At = int64(len(events)+1), at
		if e.Kind == lifecycle.PaymentSucceeded || e.Kind == lifecycle.PaymentFailed {
			advanced, err := advanceWith(p, s, at)
			if err != nil {
				tb.Fatal(err)
			}
			s = advanced.Subscription
			i := slices.IndexFunc(s.Receivables, invoice.Receivable.Owing)
			if i < 0 {
				tb.Fatalf("no invoice to pay at %v", at)
			}
			e.Payment.Invoice = s.Receivables[i].Invoice
		}
		out, err := applyWith(p, s, e)
		if err != nil {
			tb.Fatal(err)
		}
		s = out.Subscription
		events = append(events, e)
	}
	paid, seat := lifecycle.Event{Kind: lifecycle.PaymentSucceeded}, plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}}
	less := plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}}
	add(start, lifecycle.Event{Kind: lifecycle.Started, NoTrial: true, PaymentMethod: "card"})
	for month := 0; len(events) < count; month++ {
		on := start.AddDate(0, month, 0)
		if month%6 == 5 {
			add(on.Add(time.Hour), lifecycle.Event{Kind: lifecycle.PaymentFailed})
			add(on.Add(30*time.Hour), lifecycle.Event{Kind: lifecycle.PaymentMethodAdded})
		}
		add(on.Add(31*time.Hour), paid)
		add(on.Add(5*day), lifecycle.Event{Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "7.30")})
		add(on.Add(9*day), lifecycle.Event{Kind: lifecycle.Changed, Change: seat})
		add(on.Add(9*day+time.Hour), paid)
		add(on.Add(14*day), lifecycle.Event{Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "3.10")})
		add(on.Add(19*day), lifecycle.Event{Kind: lifecycle.Changed, Change: less})
		add(on.Add(25*day), lifecycle.Event{Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "1.70")})
	}
	return p, sub, events, events[count-1].At
}

// BenchmarkReplay replays a history from its start. The cost of an event must not grow with the number of events.
func BenchmarkReplay(b *testing.B) {
	for _, n := range []struct {
		name  string
		count int
	}{{"100", 100}, {"1000", 1_000}, {"10000", 10_000}} {
		b.Run(n.name, func(b *testing.B) {
			p, sub, events, to := typicalEvents(b, n.count)
			policies := policiesOf(b, p)
			b.ReportAllocs()
			for b.Loop() {
				out, err := lifecycle.Replay(policies, sub, events, to)
				if err != nil || out.Subscription.Sequence != int64(n.count) {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n.count), "ns/event")
		})
	}
}

// policiesOf returns the compiled policy: a host makes it once, so a benchmark does not count it.
func policiesOf(tb testing.TB, p lifecycle.Policy) *lifecycle.Policies {
	tb.Helper()
	policies, err := lifecycle.NewPolicies(p)
	if err != nil {
		tb.Fatal(err)
	}
	return policies
}

// afterAYear returns a subscription after a year, and a time one hour after its last event.
func afterAYear(tb testing.TB) (*lifecycle.Policies, lifecycle.Subscription, time.Time) {
	tb.Helper()
	p, sub, events, to := typicalEvents(tb, 96)
	policies := policiesOf(tb, p)
	out, err := lifecycle.Replay(policies, sub, events, to)
	if err != nil {
		tb.Fatal(err)
	}
	return policies, out.Subscription, to.Add(time.Hour)
}

func BenchmarkApply(b *testing.B) {
	p, sub, at := afterAYear(b)
	e := lifecycle.Event{Sequence: 1_000, At: at, Kind: lifecycle.CreditGranted, Reason: "goodwill"}
	e.Grant.Amount = giventest.Money("5.00")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lifecycle.Apply(p, sub, e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdvance(b *testing.B) {
	p, sub, at := afterAYear(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lifecycle.Advance(p, sub, at.AddDate(0, 1, 0)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	p, sub, _ := afterAYear(b)
	b.ReportAllocs()
	for b.Loop() {
		if next, err := lifecycle.Next(p, sub); err != nil || next.Kind == 0 {
			b.Fatal("no deadline", err)
		}
	}
}

// A host asks for the next deadline after every event, so sound subscriptions are checked without copies. Reminders and
// scheduled changes make a reference each.
func TestNextAllocatesLittle(t *testing.T) {
	if !exact.Small {
		return // math/big allocates
	}
	p, sub, _ := afterAYear(t)
	var next lifecycle.Deadline
	var err error
	if n := testing.AllocsPerRun(100, func() { next, err = lifecycle.Next(p, sub) }); n > 4 || err != nil || next.Kind == 0 {
		t.Errorf("%v allocations, want at most 4: %v, %v", n, next, err)
	}
}
