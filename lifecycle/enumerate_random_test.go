package lifecycle_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
)

// TestEveryRandomHistoryEnumerated draws histories from a numbered source, longer than those that can all be
// enumerated.
func TestEveryRandomHistoryEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	histories := 100 / race.Step(10)
	s := newRecorder()
	for _, w := range setups(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for n := range histories {
				randomHistory(t, &w, s, uint64(n))
			}
		})
	}
}

// randomHistory draws a history. About half of its events are payments.
func randomHistory(t *testing.T, w *setup, s *recorder, n uint64) {
	t.Helper()
	draw := rand.New(rand.NewPCG(n, 7))
	h := newHistory(t, w, s)
	all := slices.DeleteFunc(append(candidates(), orderCandidates()...), func(l candidate) bool { return l.name == "term extended" || l.name == "term shortened" })
	often := candidatesNamed("payment_succeeded", "payment_succeeded of the last", "payment_failed")
	at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
	h.applyAt(candidateNamed([]string{"started", "started without trial", "started later"}[draw.IntN(3)]), at)
	for range 24 {
		at = later(at, h.sub.At)
		d, has := nextWith(w.policy, h.sub)
		switch draw.IntN(4) {
		case 0:
		case 1:
			at = at.Add(time.Duration(draw.IntN(20*24)) * time.Hour)
		default:
			if soon := d.At.Add(time.Duration(draw.IntN(3) - 1)); has && !soon.Before(at) {
				at = soon
			}
		}
		if draw.IntN(5) < 2 {
			h.applyAt(often[draw.IntN(len(often))], at)
		} else {
			h.applyAt(all[draw.IntN(len(all))], at)
		}
		if t.Failed() {
			return
		}
	}
	h.checkReplay()
	if !h.canReturn() {
		h.fault("no path back from %v", h.sub.Status)
	}
}
