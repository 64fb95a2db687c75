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

// applyAll applies candidates in order and returns the history. Payment candidates apply to the oldest open invoice.
func applyAll(h history, all []datedEvent) history {
	for _, d := range all {
		h.applyAt(d.candidate, d.at)
	}
	return h
}

// datedEvent is a candidate at an instant.
type datedEvent struct {
	candidate candidate
	at        time.Time
}

// netOfService returns the net amount that the invoices charge for the contract, less its credits.
func netOfService(all []issued) (sum decimal.Decimal, lines int) {
	for i := range all {
		if all[i].status() == "void" {
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

// TestEveryLateEventIsCorrectedEnumerated reports one event late, in small histories, and compares the amount billed
// with a history in which the event was known in time.
func TestEveryLateEventIsCorrectedEnumerated(t *testing.T) {
	short.Skip(t)
	for _, w := range setups(t) {
		if !correctable(&w) {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
			early := []datedEvent{{candidateNamed("started without trial"), at}, {candidateNamed("payment_succeeded"), at.Add(time.Hour)}}
			for _, late := range race.Few(lateCandidates(), 4) {
				for _, after := range race.Few([]int{2, 9, 20}, 2) {
					for _, between := range append(candidatesNamed("seats 2", "plan pro"), candidate{name: "nothing"}) {
						for _, till := range []int{21, 40} {
							l := datedEvent{late, at.Add(time.Duration(after)*day + 3*time.Hour)}
							b := datedEvent{between, at.Add(12*day + 5*time.Hour)}
							checkCorrection(t, &w, early, l, b, at.Add(time.Duration(till)*day))
						}
					}
				}
			}
		})
	}
}

// eventAt returns the event at an instant.
func eventAt(h *history, at time.Time) (lifecycle.Event, bool) {
	i := slices.IndexFunc(h.events, func(e lifecycle.Event) bool { return e.At.Equal(at) })
	if i < 0 {
		return lifecycle.Event{}, false
	}
	return h.events[i], true
}

// correctable reports whether service starts before the first payment.
func correctable(w *setup) bool {
	return !w.policy.Trial.RequirePaymentMethod && w.policy.FirstPaymentTimeout == (lifecycle.Policy{}).FirstPaymentTimeout
}

// checkCorrection compares the correction of one late event with a history in which the event came in time.
func checkCorrection(t *testing.T, w *setup, early []datedEvent, late, between datedEvent, till time.Time) {
	t.Helper()
	pay := func(d datedEvent) datedEvent {
		return datedEvent{candidateNamed("payment_succeeded"), d.at.Add(time.Minute)}
	}
	order := []datedEvent{late, pay(late), between, pay(between)}
	if between.at.Before(late.at) {
		order = []datedEvent{between, pay(between), late, pay(late)}
	}
	should := applyAll(newHistory(t, w, newRecorder()), slices.Concat(early, order))
	should.advanceTo(till)
	was := applyAll(newHistory(t, w, newRecorder()), slices.Concat(early, []datedEvent{between, pay(between)}))
	was.advanceTo(till)
	e, is := eventAt(&should, late.at)
	known, wasKnown := eventAt(&was, between.at)
	expected, isExpected := eventAt(&should, between.at)
	if !is || t.Failed() || wasKnown != isExpected || known.Kind != expected.Kind {
		return // with the late event, the other one would be a different event
	}
	e.Sequence = int64(len(was.events) + 1)
	c := lifecycle.CorrectRequest{
		Subscription: was.out.Subscription, Initial: w.sub, Events: append(slices.Clone(was.events), e), Issued: was.out.Invoices, Receivables: was.out.Receivables, At: till,
	}
	out, err := correctWith([]lifecycle.Policy{w.policy}, c)
	if err != nil {
		was.faultOf(late.candidate.name, "correct %s of %v: %v", late.candidate.name, late.at, err)
		return
	}
	for _, inv := range out.Invoices {
		if err := invoice.Check(inv); err != nil {
			t.Errorf("invoice %s: %v", inv.ID, err)
		}
	}
	corrected := slices.Clone(was.invoices)
	for _, inv := range out.Invoices {
		corrected = append(corrected, issued{Invoice: inv})
	}
	got, lines := netOfService(corrected)
	want, _ := netOfService(should.invoices)
	if diff := got.Sub(want).Abs(); diff.GreaterThan(decimal.New(int64(lines), -2)) {
		was.faultOf(late.candidate.name, "%s at %v, then %s until %v: %v is billed, want %v", late.candidate.name, late.at, between.candidate.name, till, got, want)
	}
	c.Subscription, c.Issued = out.Subscription, slices.Concat(was.out.Invoices, out.Invoices)
	c.Receivables = slices.Concat(was.out.Receivables, out.Receivables)
	again, err := correctWith([]lifecycle.Policy{w.policy}, c)
	if err != nil || len(again.Invoices) > 0 {
		was.faultOf("again", "the repeated correction issues %d invoices: %v", len(again.Invoices), err)
	}
}

// lateCandidates are the events that are reported late.
func lateCandidates() []candidate {
	return candidatesNamed("seats 2", "seats -1", "plan pro", "plan basic", "plan year", "dates moved", "price", "canceled immediately", "canceled at_period_end", "canceled on", "renewal_disabled", "pause_requested",
		"paused until", "usage", "sold", "credit", "term extended")
}
