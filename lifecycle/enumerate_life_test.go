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
)

// way is a canonical path to a status: letters, each some time after the one before, or where that is zero at the next deadline.
type way struct {
	name  string
	steps []move
}

// move is a letter at an instant; without a name only time passes.
type move struct {
	name  string
	after time.Duration
	next  bool // at the next deadline, and so much after it
}

const day = 24 * time.Hour

// ways lead to every status, and to some states beside it.
func ways() []way {
	start, pay := move{name: "started without trial"}, move{name: "payment_succeeded", after: time.Hour}
	fail := move{name: "payment_failed", after: time.Hour}
	next := move{next: true}
	return []way{
		{"new", nil},
		{"pending start", []move{{name: "started later"}}},
		{"trial", []move{{name: "payment_method_added"}, {name: "started"}}},
		{"trial without a card", []move{{name: "started"}}},
		{"first invoice open", []move{start}},
		{"paid", []move{start, pay}},
		{"seats added and paid", []move{start, pay, {name: "seats 2", after: 7*day + 3*time.Hour}, pay}},
		{"seats added", []move{start, pay, {name: "seats 2", after: 7*day + 3*time.Hour}}},
		{"declined", []move{start, pay, {name: "seats 2", after: 9 * day}, fail}},
		{"first declined", []move{start, fail}},
		{"renewed", []move{start, pay, next, next, next}},
		{"renewal declined", []move{start, pay, next, next, fail}},
		{"suspended", []move{start, pay, {name: "seats 2", after: day}, fail, next, next, next, next}},
		{"without a card", []move{start, pay, {name: "payment_method_removed", after: day}}},
		{"no card at renewal", []move{start, pay, {name: "payment_method_removed", after: day}, next, next}},
		{"paused", []move{start, pay, {name: "pause_requested", after: 5 * day}, next}},
		{"pause to come", []move{start, pay, {name: "paused until", after: 5 * day}}},
		{"canceled", []move{start, pay, {name: "canceled immediately", after: 11 * day}}},
		{"cancellation to come", []move{start, pay, {name: "canceled at_period_end", after: 11 * day}}},
		{"renewal off", []move{start, pay, {name: "renewal_disabled", after: 11 * day}}},
		{"expired", []move{start, pay, {name: "renewal_disabled", after: 11 * day}, next, next}},
		{"first invoice never paid", []move{start, next, next}},
		{"change waits", []move{start, pay, {name: "plan basic", after: 4 * day}}},
		{"overdue at the end of a period", []move{
			start, pay, next, {name: "payment_failed", after: 29*day + 12*time.Hour}, {name: "seats 2"}, {name: "payment_failed"}, {name: "payment_method_removed", after: time.Hour},
		}},
		{"method taken off before the start", []move{{name: "started later"}, {name: "payment_method_removed", after: time.Hour}}},
		{"two overdue", []move{
			start, fail, {name: "sold", after: 2 * day}, {name: "payment_failed of the last", after: time.Hour}, next, next, {name: "paid in part", after: time.Hour},
		}},
		{"disputed before a pause", []move{start, pay, {name: "paused until", after: 26 * day}, {name: "payment_disputed", after: day}}},
		{"disputed in a pause", []move{start, pay, {name: "paused until", after: 5 * day}, {name: "payment_disputed", after: 57 * day}}},
		{"by hand", []move{{name: "wire entered"}, {name: "started"}, next, pay, next, next, next}},
		{"disputed", []move{start, pay, {name: "payment_disputed", after: 20 * day}}},
	}
}

// fewWays is every way, and under the race detector some.
func fewWays() []way {
	all := ways()
	if !race.On {
		return all
	}
	return slices.Concat(all[5:7], all[11:12], all[15:16])
}

// walk leads a new life along a way, as far as it is allowed.
func walk(tb testing.TB, w *world, along way, s *seen) life {
	tb.Helper()
	h := newLife(tb, w, s)
	at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
	for _, m := range along.steps {
		if d, has := lifecycle.Next(w.policy, h.sub); m.next && has {
			at = d.At
		}
		at = at.Add(m.after)
		if m.name == "" {
			h.pass(at)
			continue
		}
		h.do(named(m.name), at)
	}
	return h
}

// instants are those around the next deadlines: just before, at and just after.
func instants(h *life, deadlines int) (all []time.Time) {
	base := later(h.sub.At, giventest.Instant("2026-01-31", h.world.sub.Contract.Cycle.Location))
	all = append(all, base, base.Add(time.Nanosecond), base.Add(30*time.Hour))
	g := h.fork()
	for range deadlines {
		d, has := lifecycle.Next(g.world.policy, g.sub)
		if !has {
			break
		}
		all = append(all, d.At.Add(-1), d.At, d.At.Add(1))
		if !g.pass(d.At) {
			break
		}
	}
	return all
}

// TestEveryStatusMeetsEveryEventEnumerated lets every event happen in every status, around each of the next deadlines.
func TestEveryStatusMeetsEveryEventEnumerated(t *testing.T) {
	short.Skip(t)
	s := newSeen()
	depth := 3
	if race.On {
		depth = 0
	}
	for _, w := range worlds(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, along := range fewWays() {
				h := walk(t, &w, along, s)
				for _, at := range instants(&h, depth) {
					if at.Before(h.sub.At) {
						continue
					}
					for _, l := range letters() {
						g := h.fork()
						if !g.do(l, at) {
							continue
						}
						if !g.returns() {
							g.fault("no way leads back from %v", g.sub.Status)
						}
					}
				}
			}
		})
	}
}

// alphabet is what can happen in the sequences, at each of some instants.
func alphabet() []letter {
	return some(
		"payment_succeeded", "payment_failed", "payment_failed hard", "payment_attempted", "payment_disputed", "payment_refunded", "invoice_voided",
		"seats 2", "seats -1", "plan pro", "plan basic", "plan year", "dates moved", "pause_requested", "resumed", "renewal_disabled", "reactivated",
		"canceled unset", "canceled immediately", "canceled at_period_end", "cancellation_withdrawn", "payment_method_added", "payment_method_removed", "usage", "sold", "credit",
	)
}

// TestEveryLifeEnumerated lets sequences of events happen, each at once, after a while, or with the next deadline.
func TestEveryLifeEnumerated(t *testing.T) {
	short.Skip(t)
	s := newSeen()
	short := some("payment_succeeded", "payment_failed", "payment_attempted", "seats 2", "plan year", "pause_requested", "resumed", "reactivated", "canceled immediately",
		"invoice_voided", "payment_method_removed", "payment_disputed", "payment_refunded")
	for _, w := range worlds(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, along := range ways()[4:6] {
				h := walk(t, &w, along, s)
				if race.On {
					sequences(&h, short, 1)
					continue
				}
				sequences(&h, alphabet(), 2)
				sequences(&h, short, 3)
			}
		})
	}
}

// sequences lets everything of an alphabet happen, so many times after one another.
func sequences(h *life, all []letter, depth int) {
	if depth == 0 {
		return
	}
	d, has := lifecycle.Next(h.world.policy, h.sub)
	for i, at := range []time.Time{h.sub.At.Add(40 * time.Hour), d.At} {
		if i > 0 && !has || at.Before(h.sub.At) {
			continue
		}
		for _, l := range all {
			g := h.fork()
			if g.do(l, at) {
				if depth == 1 {
					if !g.returns() {
						g.fault("no way leads back from %v", g.sub.Status)
					}
				}
				sequences(&g, all, depth-1)
			}
		}
	}
}

// TestEveryEdgeOfTheTablesIsSeenEnumerated walks until every line of the tables that leads elsewhere was taken, and none that is not in them.
func TestEveryEdgeOfTheTablesIsSeenEnumerated(t *testing.T) {
	short.Skip(t)
	s := newSeen()
	few := some(
		"payment_succeeded", "payment_failed", "payment_disputed", "invoice_voided", "invoice_written_off", "paid in part", "payment_refunded", "pause_requested",
		"resumed", "reactivated", "payment_method_added", "payment_method_removed", "canceled unset", "canceled immediately", "canceled on", "renewal_disabled", "trial_converted",
	)
	few = append(few, letter{name: "time passes"})
	all := worlds(t)
	for _, without := range []lifecycle.FinalAction{lifecycle.FinalSuspend, lifecycle.FinalPause} {
		w := salesWorld(t)
		w.policy.Trial.RequirePaymentMethod, w.policy.Trial.WithoutPaymentMethod = true, without
		all = append(all, w)
	}
	t.Run("walk", func(t *testing.T) {
		for i, w := range all {
			t.Run(w.name+strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				for _, along := range fewWays() {
					h := walk(t, &w, along, s)
					h.light = true
					sequences(&h, few, 1)
					if len(along.steps) < 5 && !race.On {
						sequences(&h, few, 2)
					}
				}
			})
		}
	})
	if race.On {
		return
	}
	leading, _ := lifecycle.Edges()
	for _, e := range leading {
		if s.edges[e] == 0 {
			t.Errorf("nothing ever led from %v to %v by %v %v", e.From, e.To, e.Event, e.Deadline)
		}
	}
}
