package lifecycle_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
)

// FuzzReplay applies the events that the bytes select: the first byte is the setup, then come pairs of an event and an
// instant. After every step the laws hold, a replay gives the same result, and a path leads back to active.
func FuzzReplay(f *testing.F) {
	for w := range byte(8) {
		f.Add([]byte{w, 41, 0, 0, 1, 13, 2, 0, 1, 60, 4})
		f.Add([]byte{w, 41, 0, 0, 1, 24, 3, 9, 4, 30, 5, 1, 0, 25, 4})
		f.Add([]byte{w, 42, 0, 1, 1, 9, 3, 4, 4, 7, 5, 36, 2, 28, 4, 13, 6})
	}
	all := append(candidates(), orderCandidates()...)
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) == 0 || len(text) > 60 {
			return
		}
		choices := setups(t)
		w := choices[int(text[0])%len(choices)]
		h := newHistory(t, &w, newRecorder())
		at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
		h.applyAt(candidateNamed([]string{"started", "started without trial"}[int(text[0])/len(choices)%2]), at)
		for text = text[1:]; len(text) >= 2 && !t.Failed(); text = text[2:] {
			at = later(at, h.sub.At)
			d, has := nextWith(w.policy, h.sub)
			switch n := text[1] % 8; {
			case n == 0:
			case n < 4 || !has:
				at = at.Add(time.Duration(n) * 29 * time.Hour)
			case d.At.Add(time.Duration(int(n) - 6)).Before(at):
			default:
				at = d.At.Add(time.Duration(int(n) - 6))
			}
			h.applyAt(all[int(text[0])%len(all)], at)
		}
		if t.Failed() {
			return
		}
		h.checkReplay()
		if !h.canReturn() {
			h.fault("no path back from %v", h.sub.Status)
		}
	})
}

// FuzzApplyHostile reads a policy, a subscription and an event from arbitrary JSON. Nothing panics, nothing takes long,
// and a subscription that is returned can be advanced.
func FuzzApplyHostile(f *testing.F) {
	for _, w := range setups(f) {
		for _, along := range []path{paths()[0], paths()[5], paths()[10], paths()[15]} {
			h := followPath(f, &w, along, newRecorder())
			policy, sub := giventest.JSON(f, w.policy), giventest.JSON(f, h.sub)
			at := later(h.sub.At, giventest.Instant("2026-01-31", nil)).Add(time.Hour)
			for _, name := range []string{"started", "payment_succeeded", "plan pro", "canceled immediately", "sold"} {
				if e, is := candidateNamed(name).event(&h, at); is {
					e.At, e.Sequence = at, 99
					f.Add(policy, sub, giventest.JSON(f, e))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, policyText, subText, eventText string) {
		if len(policyText)+len(subText)+len(eventText) > 20_000 {
			return
		}
		var policy lifecycle.Policy
		var sub lifecycle.Subscription
		var e lifecycle.Event
		for text, into := range map[string]any{policyText: &policy, subText: &sub, eventText: &e} {
			if json.Unmarshal([]byte(text), into) != nil {
				return
			}
		}
		nextWith(policy, sub)
		accessOf(policy, sub)
		out, err := applyWith(policy, sub, e)
		if err != nil {
			return
		}
		_ = out.Timeline()
		if out, err = advanceWith(policy, out.Subscription, e.At.AddDate(0, 1, 0)); err == nil {
			_ = giventest.JSON(t, out)
		}
	})
}

// FuzzCorrect reports an event late, at any hour, around any other event. The amount billed equals that of a history in
// which the event was known in time.
func FuzzCorrect(f *testing.F) {
	for w := range byte(8) {
		f.Add(w, byte(0), uint16(51), byte(2), uint16(293), uint16(500))
		f.Add(w, byte(6), uint16(300), byte(0), uint16(293), uint16(960))
	}
	f.Fuzz(func(t *testing.T, which, lateKind byte, lateHour uint16, otherKind byte, otherHour, till uint16) {
		w := setups(t)[int(which)%len(setups(t))]
		late, other := lateCandidates()[int(lateKind)%len(lateCandidates())], lateCandidates()[int(otherKind)%len(lateCandidates())]
		if !correctable(&w) {
			return
		}
		at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
		hour := func(n uint16) time.Time { return at.Add(2*time.Hour + time.Duration(n%1_000)*time.Hour) }
		l, o := datedEvent{late, hour(lateHour)}, datedEvent{other, hour(otherHour).Add(20 * time.Minute)}
		end := later(hour(till), later(l.at, o.at).Add(time.Hour))
		checkCorrection(t, &w, []datedEvent{{candidateNamed("started without trial"), at}, {candidateNamed("payment_succeeded"), at.Add(time.Hour)}}, l, o, end)
	})
}

// FuzzPaymentReports tells the reports that the bytes select, each after some hours. No money is refused, a repeat
// changes nothing, and every payment is accounted for (law 18).
func FuzzPaymentReports(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 1, 2, 30, 3, 1})
	f.Add([]byte{3, 1, 1, 6, 200, 3, 5, 7, 9, 11, 2})
	f.Add([]byte{6, 4, 1, 2, 60, 1, 255, 9, 1, 10, 1})
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) < 3 || len(text) > 60 {
			return
		}
		w := orders{tb: t, policy: lifecycle.Standard()}
		w.policy.Dunning.ResultTimeout = giventest.Interval("P5D")
		if text[0]&1 > 0 {
			w.policy.Payments.Overpayment = lifecycle.OverpaymentCredit
		}
		if text[0]&2 > 0 {
			w.policy.Dunning.FinalAction = lifecycle.FinalCancel
		}
		if text[0]&4 > 0 {
			w.policy.FirstPaymentTimeout = giventest.Interval("P2D")
		}
		started := lifecycle.Event{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"}
		out, err := applyWith(w.policy, tenSeatsFromJanuary(), started)
		if err != nil {
			t.Fatal(err)
		}
		sub, received, way := out.Subscription, decimal.Decimal{}, ""
		for text = text[1:]; len(text) >= 2; text = text[2:] {
			w.gap = time.Duration(text[1]) * time.Hour
			sub, received, way = w.tell(sub, received, way, reports[int(text[0])%len(reports)])
		}
		w.later(way, sub)
	})
}
