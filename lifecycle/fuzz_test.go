package lifecycle_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
)

// FuzzReplay lets events happen as the bytes say: the first is the world, and then come pairs of an event and an instant. Whatever happens, the
// laws hold after every step, a replay ends in the same, and some way leads back.
func FuzzReplay(f *testing.F) {
	for w := range byte(8) {
		f.Add([]byte{w, 41, 0, 0, 1, 13, 2, 0, 1, 60, 4})
		f.Add([]byte{w, 41, 0, 0, 1, 24, 3, 9, 4, 30, 5, 1, 0, 25, 4})
		f.Add([]byte{w, 42, 0, 1, 1, 9, 3, 4, 4, 7, 5, 36, 2, 28, 4, 13, 6})
	}
	all := letters()
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) == 0 || len(text) > 60 {
			return
		}
		lands := worlds(t)
		w := lands[int(text[0])%len(lands)]
		h := newLife(t, &w, newSeen())
		at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
		h.do(named([]string{"started", "started without trial"}[int(text[0])/len(lands)%2]), at)
		for text = text[1:]; len(text) >= 2 && !t.Failed(); text = text[2:] {
			at = later(at, h.sub.At)
			d, has := lifecycle.Next(w.policy, h.sub)
			switch n := text[1] % 8; {
			case n == 0:
			case n < 4 || !has:
				at = at.Add(time.Duration(n) * 29 * time.Hour)
			case d.At.Add(time.Duration(int(n) - 6)).Before(at):
			default:
				at = d.At.Add(time.Duration(int(n) - 6))
			}
			h.do(all[int(text[0])%len(all)], at)
		}
		if t.Failed() {
			return
		}
		h.replays()
		if !h.returns() {
			h.fault("no way leads back from %v", h.sub.Status)
		}
	})
}
