package lifecycle_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// path is a canonical way to a status.
type path struct {
	name  string
	steps []pathStep
}

// pathStep applies a candidate some time after the step before, or relative to the next deadline. Without a name only
// time passes.
type pathStep struct {
	name  string
	after time.Duration
	next  bool // relative to the next deadline instead of the step before
}

const day = 24 * time.Hour

// paths lead to every status, and to some states within a status.
func paths() []path {
	start, pay := pathStep{name: "started without trial"}, pathStep{name: "payment_succeeded", after: time.Hour}
	fail := pathStep{name: "payment_failed", after: time.Hour}
	next := pathStep{next: true}
	return []path{
		{"new", nil},
		{"pending start", []pathStep{{name: "started later"}}},
		{"trial", []pathStep{{name: "payment_method_added"}, {name: "started"}}},
		{"trial without a payment method", []pathStep{{name: "started"}}},
		{"first invoice open", []pathStep{start}},
		{"paid", []pathStep{start, pay}},
		{"seats added and paid", []pathStep{start, pay, {name: "seats 2", after: 7*day + 3*time.Hour}, pay}},
		{"seats added", []pathStep{start, pay, {name: "seats 2", after: 7*day + 3*time.Hour}}},
		{"payment failed", []pathStep{start, pay, {name: "seats 2", after: 9 * day}, fail}},
		{"first payment failed", []pathStep{start, fail}},
		{"renewed", []pathStep{start, pay, next, next, next}},
		{"renewal payment failed", []pathStep{start, pay, next, next, fail}},
		{"suspended", []pathStep{start, pay, {name: "seats 2", after: day}, fail, next, next, next, next}},
		{"payment method removed", []pathStep{start, pay, {name: "payment_method_removed", after: day}}},
		{"no payment method at renewal", []pathStep{start, pay, {name: "payment_method_removed", after: day}, next, next}},
		{"paused", []pathStep{start, pay, {name: "pause_requested", after: 5 * day}, next}},
		{"pause scheduled", []pathStep{start, pay, {name: "paused until", after: 5 * day}}},
		{"canceled", []pathStep{start, pay, {name: "canceled immediately", after: 11 * day}}},
		{"cancellation scheduled", []pathStep{start, pay, {name: "canceled at_period_end", after: 11 * day}}},
		{"renewal disabled", []pathStep{start, pay, {name: "renewal_disabled", after: 11 * day}}},
		{"expired", []pathStep{start, pay, {name: "renewal_disabled", after: 11 * day}, next, next}},
		{"first invoice never paid", []pathStep{start, next, next}},
		{"change scheduled", []pathStep{start, pay, {name: "plan basic", after: 4 * day}}},
		{"overdue at the end of a period", []pathStep{
			start, pay, next, {name: "payment_failed", after: 29*day + 12*time.Hour}, {name: "seats 2"}, {name: "payment_failed"}, {name: "payment_method_removed", after: time.Hour},
		}},
		{"payment method removed before the start", []pathStep{{name: "started later"}, {name: "payment_method_removed", after: time.Hour}}},
		{"two invoices overdue", []pathStep{
			start, fail, {name: "sold", after: 2 * day}, {name: "payment_failed of the last", after: time.Hour}, next, next, {name: "paid in part", after: time.Hour},
		}},
		{"disputed before a pause", []pathStep{start, pay, {name: "paused until", after: 26 * day}, {name: "payment_disputed", after: day}}},
		{"disputed during a pause", []pathStep{start, pay, {name: "paused until", after: 5 * day}, {name: "payment_disputed", after: 57 * day}}},
		{"paid by wire", []pathStep{{name: "wire added"}, {name: "started"}, next, pay, next, next, next}},
		{"disputed", []pathStep{start, pay, {name: "payment_disputed", after: 20 * day}}},
	}
}

// rarePaths reach the transitions that only long histories have: a copy of an unpaid invoice that credit pays, and the
// first invoice of a returning customer who has an older overdue invoice.
func rarePaths() (all []path) {
	start, fail, next := pathStep{name: "started without trial"}, pathStep{name: "payment_failed", after: time.Hour}, pathStep{next: true}
	credit, copied := pathStep{name: "large credit", after: time.Hour}, pathStep{name: "billing_details_changed with a copy", after: time.Hour}
	for _, to := range [][]pathStep{
		{start},
		{start, fail},
		{start, fail, next, next, next},
		{start, fail, {name: "sold", after: 2 * day}, {name: "payment_failed of the last", after: time.Hour}, next, next},
	} {
		all = append(all, path{"credit pays a copy", append(to, credit, copied)})
	}
	all = append(all, path{"an unpaid change is undone while suspended", []pathStep{
		start, {name: "payment_succeeded"}, {name: "seats 2", after: time.Hour}, {name: "payment_failed of the last"}, {name: "no seats"},
	}}, path{"a free plan before the first payment", []pathStep{start, {name: "plan free"}}},
		path{"the rest of the first invoice is credited", []pathStep{start, {name: "paid in part"}, {name: "credited by the open part"}}})
	for _, last := range [][]pathStep{
		{{name: "payment_succeeded of the last"}},
		{{name: "invoice_credited of the last"}},
		{{name: "paid in part of the last"}, {name: "payment_refunded of the last"}},
		{credit, {name: "billing_details_changed of the last with a copy"}},
	} {
		back := []pathStep{start, {name: "payment_attempted", after: day}, next, {name: "wire added", after: 40 * day}, fail}
		all = append(all, path{"overdue at the return", append(back, last...)})
	}
	return all
}

// fewPaths returns every path, and some of them under the race detector.
func fewPaths() []path {
	all := paths()
	if !race.On {
		return all
	}
	return slices.Concat(all[5:7], all[11:12], all[15:16])
}

// followPath returns a new history that follows a path as far as it is allowed.
func followPath(tb testing.TB, w *setup, along path, s *recorder) history {
	tb.Helper()
	h := newHistory(tb, w, s)
	at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
	for _, m := range along.steps {
		if d, has := nextWith(w.policy, h.sub); m.next && has {
			at = d.At
		}
		at = at.Add(m.after)
		if m.name == "" {
			h.advanceTo(at)
			continue
		}
		h.applyAt(candidateNamed(m.name), at)
	}
	return h
}

// instantsAround returns instants just before, at and just after each of the next deadlines.
func instantsAround(h *history, deadlines int) (all []time.Time) {
	base := later(h.sub.At, giventest.Instant("2026-01-31", h.setup.sub.Contract.Cycle.Location))
	all = append(all, base, base.Add(time.Nanosecond), base.Add(30*time.Hour))
	g := h.fork()
	for range deadlines {
		d, has := nextWith(g.setup.policy, g.sub)
		if !has {
			break
		}
		all = append(all, d.At.Add(-1), d.At, d.At.Add(1))
		if !g.advanceTo(d.At) {
			break
		}
	}
	return all
}

// TestEveryEventInEveryStatusEnumerated applies every event in every status, around each of the next deadlines.
func TestEveryEventInEveryStatusEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	s := newRecorder()
	depth := 3
	if race.On {
		depth = 0
	}
	for _, w := range setups(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, along := range fewPaths() {
				h := followPath(t, &w, along, s)
				for _, at := range instantsAround(&h, depth) {
					if at.Before(h.sub.At) {
						continue
					}
					for _, l := range candidates() {
						g := h.fork()
						if !g.applyAt(l, at) {
							continue
						}
						if !g.canReturn() {
							g.fault("no path back from %v", g.sub.Status)
						}
					}
				}
			}
		})
	}
}

// sequenceCandidates are the events of the sequences.
func sequenceCandidates() []candidate {
	return candidatesNamed(
		"payment_succeeded", "payment_failed", "payment_failed hard", "payment_attempted", "payment_disputed", "payment_refunded", "invoice_voided",
		"seats 2", "seats -1", "no seats", "set 4 seats", "plan pro", "plan basic", "plan year", "dates moved", "pause_requested", "resumed", "renewal_disabled", "reactivated",
		"canceled unset", "canceled immediately", "canceled at_period_end", "cancellation_withdrawn", "payment_method_added", "payment_method_removed", "usage", "sold", "credit",
	)
}

// TestEverySequenceOfEventsEnumerated applies sequences of events, each after a while or at the next deadline.
func TestEverySequenceOfEventsEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	s := newRecorder()
	short := candidatesNamed("payment_succeeded", "payment_failed", "payment_attempted", "seats 2", "plan year", "pause_requested", "resumed", "reactivated", "canceled immediately",
		"invoice_voided", "payment_method_removed", "payment_disputed", "payment_refunded")
	for _, w := range setups(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, along := range paths()[4:6] {
				h := followPath(t, &w, along, s)
				if race.On {
					applySequences(&h, short, 1)
					continue
				}
				applySequences(&h, sequenceCandidates(), 2)
				applySequences(&h, short, 3)
			}
		})
	}
}

// applySequences applies every sequence of candidates of a length.
func applySequences(h *history, all []candidate, depth int) {
	if depth == 0 {
		return
	}
	d, has := nextWith(h.setup.policy, h.sub)
	for i, at := range []time.Time{h.sub.At.Add(40 * time.Hour), d.At} {
		if i > 0 && !has || at.Before(h.sub.At) {
			continue
		}
		for _, l := range all {
			g := h.fork()
			if g.applyAt(l, at) {
				if depth == 1 {
					if !g.canReturn() {
						g.fault("no path back from %v", g.sub.Status)
					}
				}
				applySequences(&g, all, depth-1)
			}
		}
	}
}

// TestEveryTransitionIsReachedEnumerated follows paths until every line of the tables that changes the status occurred.
// No other transition may occur.
func TestEveryTransitionIsReachedEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	s := newRecorder()
	few := candidatesNamed(
		"payment_succeeded", "payment_failed", "payment_disputed", "invoice_voided", "invoice_written_off", "invoice_credited", "paid in part", "payment_refunded", "pause_requested",
		"resumed", "reactivated", "payment_method_added", "payment_method_removed", "canceled unset", "canceled immediately", "canceled on", "renewal_disabled", "trial_converted",
		"no seats", "trial extended",
	)
	few = append(few, candidate{name: "time passes"})
	all := setups(t)
	for _, without := range []lifecycle.FinalAction{lifecycle.FinalSuspend, lifecycle.FinalPause} {
		w := salesSetup(t)
		w.policy.Trial.RequirePaymentMethod, w.policy.Trial.WithoutPaymentMethod = true, without
		all = append(all, w)
	}
	strict := setups(t)[0]
	strict.policy.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenKeep, ResultTimeout: patience, FinalAction: lifecycle.FinalSuspend}
	rule(&strict.policy, plans.RemoveQuantity).Effective = plans.Immediately
	kept := manualSetup(t)
	kept.policy.Dunning.OpenInvoice = lifecycle.OpenKeep
	all = append(all, strict, kept)
	t.Run("walk", func(t *testing.T) {
		for i, w := range all {
			t.Run(w.name+strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				for _, along := range rarePaths() {
					followPath(t, &w, along, s)
				}
				for _, along := range fewPaths() {
					h := followPath(t, &w, along, s)
					h.light = true
					applySequences(&h, few, 1)
					if len(along.steps) < 5 && !race.On {
						applySequences(&h, few, 2)
					}
				}
			})
		}
	})
	if race.On {
		return
	}
	for name, life := range rareLives() {
		w := rareSetup(t, name)
		followLife(t, &w, life, s)
	}
	leading, _ := lifecycle.Edges()
	for _, e := range leading {
		if s.edges[e] == 0 {
			t.Errorf("no transition from %v to %v by %v %v occurred", e.From, e.To, e.Event, e.Deadline)
		}
	}
}
