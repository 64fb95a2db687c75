package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// played applies events in their order, those that are about a payment to the oldest open invoice, and returns what was issued.
func played(h life, all []dated) life {
	for _, d := range all {
		h.do(d.letter, d.at)
	}
	return h
}

// dated is something that happens at an instant.
type dated struct {
	letter letter
	at     time.Time
}

// netOf is what invoices charge for what the contract is about, less what they credit of it.
func netOf(all []invoice.Invoice) (sum decimal.Decimal, lines int) {
	for i := range all {
		if all[i].Status == invoice.Void {
			continue
		}
		for _, c := range all[i].Lines {
			if c.Kind != plans.Termination {
				sum = sum.Add(c.Net)
				lines++
			}
		}
	}
	return sum, lines
}

// TestEveryLateEventIsCorrectedEnumerated lets one event come to be known late, in small histories, and compares what is billed in the end
// with a life in which it was known in time.
func TestEveryLateEventIsCorrectedEnumerated(t *testing.T) {
	short.Skip(t)
	for _, w := range worlds(t) {
		if !correctable(&w) {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
			early := []dated{{named("started without trial"), at}, {named("payment_succeeded"), at.Add(time.Hour)}}
			for _, late := range race.Few(lates(), 4) {
				for _, after := range race.Few([]int{2, 9, 20}, 2) {
					for _, between := range append(some("seats 2", "plan pro"), letter{name: "nothing"}) {
						for _, till := range []int{21, 40} {
							l := dated{late, at.Add(time.Duration(after)*day + 3*time.Hour)}
							b := dated{between, at.Add(12*day + 5*time.Hour)}
							correctOne(t, &w, early, l, b, at.Add(time.Duration(till)*day))
						}
					}
				}
			}
		})
	}
}

// eventAt returns the event of an instant.
func eventAt(h *life, at time.Time) (lifecycle.Event, bool) {
	i := slices.IndexFunc(h.events, func(e lifecycle.Event) bool { return e.At.Equal(at) })
	if i < 0 {
		return lifecycle.Event{}, false
	}
	return h.events[i], true
}

// correctable reports whether there is service before the first payment.
func correctable(w *world) bool {
	return !w.policy.Trial.RequirePaymentMethod && w.policy.FirstPaymentTimeout == (lifecycle.Policy{}).FirstPaymentTimeout
}

// correctOne holds the correction of one late event to a life in which it came in time.
func correctOne(t *testing.T, w *world, early []dated, late, between dated, till time.Time) {
	t.Helper()
	pay := func(d dated) dated { return dated{named("payment_succeeded"), d.at.Add(time.Minute)} }
	order := []dated{late, pay(late), between, pay(between)}
	if between.at.Before(late.at) {
		order = []dated{between, pay(between), late, pay(late)}
	}
	should := played(newLife(t, w, newSeen()), slices.Concat(early, order))
	should.pass(till)
	was := played(newLife(t, w, newSeen()), slices.Concat(early, []dated{between, pay(between)}))
	was.pass(till)
	e, is := eventAt(&should, late.at)
	known, wasKnown := eventAt(&was, between.at)
	told, wasTold := eventAt(&should, between.at)
	if !is || t.Failed() || wasKnown != wasTold || known.Kind != told.Kind {
		return // where the late one is known, the other would be another event
	}
	e.Sequence = int64(len(was.events) + 1)
	c := lifecycle.CorrectRequest{
		Policies: []lifecycle.Policy{w.policy}, Subscription: w.sub, Events: append(slices.Clone(was.events), e), Issued: was.known, At: till,
	}
	out, err := lifecycle.Correct(c)
	if err != nil {
		was.faultOf(late.letter.name, "correct %s of %v: %v", late.letter.name, late.at, err)
		return
	}
	for _, inv := range out.Invoices {
		if err := invoice.Check(inv); err != nil {
			t.Errorf("invoice %s: %v", inv.ID, err)
		}
	}
	got, lines := netOf(slices.Concat(was.known, out.Invoices))
	want, _ := netOf(should.known)
	if diff := got.Sub(want).Abs(); diff.GreaterThan(decimal.New(int64(lines), -2)) {
		was.faultOf(late.letter.name, "%s at %v, then %s until %v: %v is billed, want %v", late.letter.name, late.at, between.letter.name, till, got, want)
	}
	c.Issued = append(slices.Clone(was.known), out.Invoices...)
	again, err := lifecycle.Correct(c)
	if err != nil || len(again.Invoices) > 0 {
		was.faultOf("again", "corrected again, %d invoices: %v", len(again.Invoices), err)
	}
}

// lates are the events that come to be known late. A date that moved is none of them: what was billed for a time at the same price stays.
func lates() []letter {
	return some("seats 2", "seats -1", "plan pro", "plan basic", "plan year", "price", "canceled immediately", "canceled at_period_end", "canceled on", "renewal_disabled", "pause_requested",
		"paused until", "usage", "sold", "credit", "term extended")
}
