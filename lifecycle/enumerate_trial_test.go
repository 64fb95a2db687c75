package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// TestEveryTrialEnumerated applies every pair of events in a trial, and then ends it. The end can move and restart, and
// what waits follows: nothing is billed in the trial, and no trial outlasts its end.
func TestEveryTrialEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	enumerateTrials(t, 1)
}

// Single events of the enumeration above.
func TestEventsInTrials(t *testing.T) { enumerateTrials(t, 0) }

// trialCandidates are the events of the trials.
func trialCandidates() []candidate {
	converted := candidate{"converted on a day", func(_ *history, at time.Time) (lifecycle.Event, bool) {
		return lifecycle.Event{Kind: lifecycle.TrialConverted, On: at.Add(40 * time.Hour)}, true
	}}
	all := candidatesNamed("trial extended", "trial shortened", "trial_converted", "canceled unset", "canceled on", "cancellation_withdrawn", "plan pro", "plan basic", "plan plus",
		"dates moved", "payment_method_removed", "payment_method_added", "scheduled_change_canceled")
	for _, l := range orderCandidates() {
		if l.name == "plan pro at the end" || l.name == "a seat on a day" {
			all = append(all, l)
		}
	}
	return append(all, converted, candidate{name: "time passes"})
}

// enumerateTrials applies every sequence of events, of which depth precede the last one, in a trial of every setup that
// has one.
func enumerateTrials(t *testing.T, depth int) {
	t.Helper()
	s := newRecorder()
	histories := 0
	for _, w := range setups(t) {
		if w.sub.Contract.Trial == (proration.Interval{}) {
			continue
		}
		for _, handling := range []lifecycle.TrialHandling{lifecycle.TrialKeep, lifecycle.TrialRestart} {
			w.policy.Trial.OnPlanChange = handling
			h := newHistory(t, &w, s)
			at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
			started := candidatesNamed("started")[0]
			h.applyAt(candidate{started.name, func(*history, time.Time) (lifecycle.Event, bool) {
				return lifecycle.Event{Kind: lifecycle.Started, PaymentMethod: w.method}, true
			}}, at)
			histories += h.inTrial(at, depth)
		}
	}
	t.Logf("%d trials", histories)
}

// inTrial applies each event of the trials, and then others. It returns the number of histories.
func (h *history) inTrial(at time.Time, depth int) (n int) {
	h.tb.Helper()
	at = at.Add(20 * time.Hour)
	for _, l := range trialCandidates() {
		g := h.fork()
		if !g.applyAt(l, at) || h.tb.Failed() {
			continue
		}
		if g.trialLaw(); depth > 0 {
			n += g.inTrial(at, depth-1)
			continue
		}
		n++
		g.payAll()
		g.advanceTo(at.AddDate(0, 0, 40))
		g.checkReplay()
	}
	return n
}

// trialLaw checks a trial: nothing is billed in it, the customer has not bought for a later time, and it ends in time.
func (h *history) trialLaw() {
	h.tb.Helper()
	sub := &h.sub
	if sub.Status != lifecycle.Trialing {
		return
	}
	if len(h.invoices) > 0 || !sub.TrialEnd.After(sub.At) {
		h.fault("a trial until %v with %d invoices", sub.TrialEnd, len(h.invoices))
	}
	if !sub.ConvertAt.IsZero() && !sub.ConvertAt.Before(sub.TrialEnd) {
		h.fault("paid service is scheduled for %v, after the trial ends on %v", sub.ConvertAt, sub.TrialEnd)
	}
	counts := map[string]int{}
	for _, id := range sub.TriedPlans {
		counts[id]++
	}
	if slices.ContainsFunc(sub.TriedPlans, func(id string) bool { return counts[id] > 1 }) {
		h.fault("a plan was tried twice: %v", sub.TriedPlans)
	}
	g := h.fork()
	if g.advanceTo(sub.TrialEnd); g.sub.Status == lifecycle.Trialing && g.sub.TrialEnd.Equal(sub.TrialEnd) { // no restart
		h.fault("the trial lasts beyond %v", sub.TrialEnd)
	}
}
