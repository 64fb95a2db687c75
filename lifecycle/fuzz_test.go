package lifecycle_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Whatever happens to a customer, under whatever policy: every step is held to the laws of history. Nothing panics, nothing
// passed in is modified, no invoice is negative, no charge is credited twice or for more than was billed, an active
// subscription has what it uses billed exactly once, access is full as long as it is active, deadlines lie ahead, an event
// applied again changes nothing, and a replay from what was stored is the same to the letter.
func FuzzHistory(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00"), []byte("\x00\x00\x11\x00\x53\x02\x53\x01\x02\x60\x07\x00"))
	f.Add([]byte("\x01\x01\x01\x01"), []byte("\x00\x00\x62\x01\x62\x00\x11\x00\x07\x00\x07\x00\x12\x01\x12\x01\x07\x00\x07\x00\x11\x01"))
	f.Add([]byte("\x12\x05\x02\x02"), []byte("\x30\x03\x75\x20\x07\x10\x13\x00\x63\x11\x07\x31\x04\x00\x25\x00\x07\x00"))
	f.Add([]byte("\x21\x09\x03\x03"), []byte("\x00\x00\x12\x00\x75\x00\x07\x00\x07\x01\x05\x00\x13\x00\x07\x02\x63\x07\x64\x01"))
	newYork := giventest.Zone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, choices, moves []byte) {
		at := func(i int) int {
			if i < len(choices) {
				return int(choices[i])
			}
			return 0
		}
		policy := lifecycle.Policy{
			Proration: proration.Policy{
				DayCount: proration.DayCount(at(0)%5) + 1, ChangeDay: proration.Side(at(0)/5%2) + 1,
				Rounding: proration.Rounding{Places: 2, Mode: proration.RoundingMode(at(0)/10%7) + 1},
			},
			CreditBasis: proration.Basis(at(0)/70%2) + 1,
			Grace:       []proration.Interval{{Days: 3}, {Seconds: 12 * 3600}, {Months: 1}, {Days: 45}}[at(1)%4],
		}
		interval := []string{"P1M", "P1W", "P1Y", "P10D"}[at(1)/4%4]
		loc := []*time.Location{nil, newYork, time.UTC}[at(2)%3]
		start := giventest.Instant([]string{"2026-10-31", "2027-01-31T23:30:00", "2028-02-29", "2026-11-01"}[at(3)%4], loc)
		cycle, err := proration.NewCycle(start, giventest.Interval(interval))
		if err != nil {
			t.Fatal(err)
		}
		cycle.Location = loc
		if interval == "P1M" && at(3)&16 != 0 {
			cycle.Day = at(3)>>5 + 24
		}
		h := begin(t, policy, lifecycle.Subscription{ID: "s", Contract: plans.Contract{
			Plan: "growth", Currency: []plans.Currency{"USD", "JPY", "KWD"}[at(2)/3%3], Cycle: cycle, Items: []plans.Item{
				{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money("89.01")}},
				{ID: "phone", Quantity: giventest.Money("1.5"), Price: plans.Price{Unit: giventest.Money("7")}},
			},
		}})
		now := start
		for i := 0; i+1 < len(moves) && i < 32; i += 2 {
			now = h.later(now, moves[i]>>4, moves[i+1]>>4)
			before := h.sub
			_, err := h.happen(h.move(now, moves[i]&15, moves[i+1]))
			if err != nil && !errors.Is(err, lifecycle.ErrRefused) {
				t.Fatalf("%v", err)
			}
			if err == nil && moves[i]&15 == 7 && before.Status != 0 {
				(&history{t: t, policy: policy, sub: before}).advanced(before.At.Add(now.Sub(before.At)/2), now)
			}
		}
	})
}

// later is some time after now: none, a little, days, or to the next deadline and around it.
func (h *history) later(now time.Time, far, more byte) time.Time {
	next, ok := lifecycle.Next(h.policy, h.sub)
	switch {
	case far == 0:
		return now
	case far == 1:
		return now.Add(time.Nanosecond)
	case far < 5:
		return now.Add(time.Duration(far) * time.Duration(more+1) * time.Hour)
	case far < 10 && ok && next.At.After(now.Add(time.Nanosecond)):
		return next.At.Add(time.Duration(int(far)%3-1) * time.Nanosecond)
	}
	return now.AddDate(0, 0, int(far)*int(more+1)/8)
}

// move is the event, or the mere passing of time, that a fuzzer's byte stands for.
func (h *history) move(now time.Time, kind, arg byte) lifecycle.Event {
	e := lifecycle.Event{Sequence: h.sub.Sequence + 1 + int64(arg&1), At: now, Kind: lifecycle.EventKind(kind%8 + 1)}
	if kind%8 == 7 {
		e.Kind = 0
	}
	switch e.Kind {
	case paid, declined:
		e.Invoice = "s-1"
		if open := h.sub.Open; len(open) > 0 {
			e.Invoice = open[int(arg)%len(open)].ID
		}
	case seatsAdded:
		e.Change = plans.Change{Item: []string{"seat", "phone"}[arg%2], Quantity: giventest.Money([]string{"1", "2", "0.25"}[arg%3])}
	case planChanged:
		plan := plans.Plan{ID: "to", Currency: h.sub.Contract.Currency, Interval: h.sub.Contract.Cycle.Interval}
		plan.Price.Unit = giventest.Money([]string{"0", "9", "89.01", "139.99", "0.333"}[arg%5])
		e.Change = plans.Change{Plan: &plan}
	}
	return e
}

// Whatever is stored and whatever is sent: nothing panics, and what is accepted can be stored and explained.
func FuzzApplyJSON(f *testing.F) {
	sub := giventest.JSON(f, terms{}.sign(f))
	f.Add(sub, `{"sequence":1,"at":"2026-11-16T00:00:00Z","kind":"started"}`)
	f.Add(`{"id":"s","contract":{"plan":"growth","currency":"USD","items":[{"id":"seat","quantity":"10","price":{"unit":"89"}}],`+
		`"cycle":{"anchor":"2026-11-01","interval":"P1M"}},"status":"past_due","at":"2026-11-09T00:00:00Z","sequence":2,`+
		`"period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"},"issued":1,`+
		`"open":[{"id":"s-1","currency":"USD","at":"2026-11-01T00:00:00Z","status":"open","lines":[],"subtotal":"890","due":"890","balance":"0"}],"overdue":[{"invoice":"s-1","until":"2026-11-12T00:00:00Z"}],`+
		`"charges":[{"id":"s-1/1","plan":"growth","item":"seat","quantity":"10","rate":"89","period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"},`+
		`"span":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"},"share":{"amount":"890","of":"890","fraction":"30/30","unit":"days","rounding":{"places":2,"mode":"half_up"},"residual":"0"},"net":"890"}],`+
		`"ledger":[{"id":"g","amount":"5","currency":"USD","at":"2026-11-02T00:00:00Z","reason":""}]}`,
		`{"sequence":3,"at":"2026-11-10T00:00:00Z","kind":"plan_changed","change":{"plan":{"id":"scale","name":"","currency":"USD","interval":"P1M","price":{"unit":"139"}}}}`)
	f.Fuzz(func(t *testing.T, stored, sent string) {
		var sub lifecycle.Subscription
		var event lifecycle.Event
		if json.Unmarshal([]byte(stored), &sub) != nil || json.Unmarshal([]byte(sent), &event) != nil {
			return
		}
		if _, offset := event.At.Zone(); offset != 0 || event.At.Sub(sub.At) > 400*24*time.Hour {
			return // a thousand renewals are only slow
		}
		before := giventest.JSON(t, sub)
		out, err := begin(t, threeDays(), sub).run(event)
		if got := giventest.JSON(t, sub); got != before {
			t.Fatalf("modified %s to %s", before, got)
		}
		if err != nil {
			return
		}
		giventest.JSON(t, out)
		for _, inv := range out.Invoices {
			if inv.Due.IsNegative() || len(inv.Text()) == 0 {
				t.Fatalf("law 7: %s", billed(inv))
			}
		}
	})
}
