package lifecycle_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
)

// checkReplay compares a history with a replay of all its events, with a replay of events that were applied already,
// and with a history that is stored in between.
func (h *history) checkReplay() {
	h.tb.Helper()
	policies := []lifecycle.Policy{h.setup.policy}
	if h.sub.Status == 0 || len(h.events) == 0 {
		return
	}
	all, err := replayWith(policies, h.setup.sub, h.events, h.sub.At)
	if err != nil {
		h.fault("replay: %v", err)
		return
	}
	h.checkOrder(all.Steps)
	all.Steps = slices.DeleteFunc(all.Steps, func(s lifecycle.Step) bool { return s.Event != 0 && s.Refused != "" })
	h.checkSame("a replay", all, h.out)
	applied := slices.DeleteFunc(slices.Clone(h.events), func(e lifecycle.Event) bool { return e.Sequence > h.sub.Sequence })
	again, err := replayWith(policies, h.sub, applied, h.sub.At)
	changed := func(s lifecycle.Step) bool { return !s.Skipped }
	if err != nil || len(again.Steps) != len(applied) || slices.ContainsFunc(again.Steps, changed) {
		h.fault("a replay of applied events changes something: %v, %v", again.Steps, err)
	}
	h.checkSame("a replay of applied events", again.Subscription, h.sub)
	h.checkAdvance()
}

// checkOrder checks that the steps are in the order of their times, and that a refused event has the status and the
// access that the step before it led to (law 10).
func (h *history) checkOrder(steps []lifecycle.Step) {
	h.tb.Helper()
	for i := 1; i < len(steps); i++ {
		last, s := &steps[i-1], &steps[i]
		if s.At.Before(last.At) {
			h.fault("the step %v %v at %v follows one at %v", s.Event, s.Deadline, s.At, last.At)
		}
		if s.Event != 0 && s.Refused != "" && (s.Status != last.Status || s.Access != last.Access) {
			h.fault("the refused %v has %v and %v, and the step before it %v and %v", s.Event, s.Status, s.Access, last.Status, last.Access)
		}
	}
}

// checkAdvance checks that advancing in one call, in several, and with a stored subscription in between gives the same
// result.
func (h *history) checkAdvance() {
	h.tb.Helper()
	to := h.sub.At.AddDate(0, 2, 3)
	g := h.fork()
	g.light = true
	g.out = lifecycle.Outcome{}
	if !g.advanceTo(h.sub.At.AddDate(0, 0, 33)) {
		return
	}
	text := giventest.JSON(h.tb, g.sub)
	var read lifecycle.Subscription
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		h.fault("read back: %v", err)
		return
	}
	read.Contract.Cycle.Location = h.setup.sub.Contract.Cycle.Location
	g.checkSame("the subscription read back", read, g.sub)
	g.sub = read
	if !g.advanceTo(to) {
		return
	}
	one, err := advanceWith(h.setup.policy, h.sub, to)
	if err != nil {
		h.fault("advance in one call: %v", err)
		return
	}
	g.checkSame("advancing in one call", one, g.out)
}

// checkSame reports where two values differ as JSON.
func (h *history) checkSame(what string, got, want any) {
	h.tb.Helper()
	if reflect.DeepEqual(got, want) {
		return // the usual case, without the cost of JSON
	}
	a, b := giventest.JSON(h.tb, got), giventest.JSON(h.tb, want)
	if a == b {
		return
	}
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(i-100, 0)
	h.faultOf(what, "%s is\n%s, want\n%s", what, a[from:min(i+200, len(a))], b[from:min(i+200, len(b))])
}

// checkInputsKept applies an event and checks that the inputs are unchanged (law 15).
func (h *history) checkInputsKept(l candidate, at time.Time) {
	h.tb.Helper()
	e, is := l.event(h, at)
	if !is {
		return
	}
	e.At, e.Sequence = at, int64(len(h.events)+1)
	before := giventest.JSON(h.tb, []any{h.setup.policy, h.sub, e})
	out, err := applyWith(h.setup.policy, h.sub, e)
	if err != nil {
		h.checkSame("the input of a refused call", []any{h.setup.policy, h.sub, e}, json.RawMessage(before))
		return
	}
	again, err := applyWith(h.setup.policy, out.Subscription, e)
	if err != nil || len(again.Steps) != 1 || !again.Steps[0].Skipped {
		h.fault("a repeated event: %v, %v", again.Steps, err)
	}
	h.checkSame("a repeated event", again.Subscription, out.Subscription)
	h.checkSame("the input", []any{h.setup.policy, h.sub, e}, json.RawMessage(before))
}

// TestEveryReplayEqualsItsStepsEnumerated checks that histories equal their replays, and that inputs are unchanged.
func TestEveryReplayEqualsItsStepsEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	s := newRecorder()
	for _, w := range setups(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			for _, along := range fewPaths() {
				h := followPath(t, &w, along, s)
				h.checkReplay()
				at := later(h.sub.At, giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location))
				for _, l := range race.Few(candidates(), 2) {
					h.checkInputsKept(l, at.Add(5*time.Hour))
					g := h.fork()
					if !g.applyAt(l, at.Add(5*time.Hour)) {
						continue
					}
					g.checkReplay()
					for _, m := range candidates() {
						if n++; n%31 > 0 || race.On {
							continue
						}
						next := g.sub.At.Add(26 * time.Hour)
						if d, has := nextWith(w.policy, g.sub); has && n%2 == 0 {
							next = d.At
						}
						if k := g.fork(); k.applyAt(m, next) {
							k.checkReplay()
						}
					}
				}
			}
		})
	}
}
