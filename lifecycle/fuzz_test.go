package lifecycle_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Whatever happens to a customer, under whatever policy: every step is held to the laws of history. Nothing panics, nothing
// passed in is modified, no invoice is negative, no charge is credited twice or for more than was billed, an active
// subscription has what it uses billed exactly once, access is full as long as it is active, deadlines lie ahead, an event
// applied again changes nothing, and a replay from what was stored is the same to the letter.
func FuzzHistory(f *testing.F) {
	seeds := uint64(60)
	if giventest.Race {
		seeds = 12
	}
	for seed := range seeds {
		f.Add(seed, uint8(12))
	}
	zones := []*time.Location{nil, time.UTC, giventest.Zone(f, "America/New_York"), giventest.Zone(f, "Asia/Kolkata")}
	f.Fuzz(func(t *testing.T, seed uint64, steps uint8) {
		r := rand.New(rand.NewPCG(seed, 0))
		h, now := random(t, r, zones)
		for range steps % 24 {
			now = h.later(now, r)
			before := h.sub
			e := h.move(now, r)
			_, err := h.happen(e)
			if err != nil && !errors.Is(err, lifecycle.ErrRefused) && !(errors.Is(err, proration.ErrPeriod) && short(h.sub)) {
				t.Fatal(err)
			}
			if err == nil && e.Kind == 0 && before.Status != 0 {
				(&history{t: t, policy: h.policy, sub: before}).advanced(before.At.Add(now.Sub(before.At)/2), now)
			}
		}
	})
}

// short reports whether a period of the subscription may have no day to count, so that a part of it cannot be priced by days.
func short(sub lifecycle.Subscription) bool {
	i := sub.Contract.Cycle.Interval
	return i.Days == 1 || i.Seconds != 0
}

// oneOf picks one.
func oneOf[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// random is a customer under a policy, and the instant of the signature.
func random(tb testing.TB, r *rand.Rand, zones []*time.Location) (*history, time.Time) {
	policy := lifecycle.Policy{
		Billing: invoice.Standard(),
		Grace:   oneOf(r, proration.Interval{Days: 3}, proration.Interval{Seconds: 12 * 3600}, proration.Interval{Months: 1}, proration.Interval{Days: 45}),
	}
	policy.Billing.Basis = proration.Basis(r.IntN(2)) + 1
	policy.Billing.Proration = proration.Policy{
		DayCount: proration.DayCount(r.IntN(5)) + 1, ChangeDay: proration.Side(r.IntN(2)) + 1,
		Rounding: proration.Rounding{Places: 2, Mode: proration.RoundingMode(r.IntN(7)) + 1},
	}
	interval := oneOf(r, "P1M", "P1M", "P1W", "P1Y", "P10D", "P1D", "PT20H")
	loc := oneOf(r, zones...)
	start := giventest.Instant(oneOf(r, "2026-10-31", "2027-01-31T23:30:00", "2028-02-29", "2026-11-01", "2027-03-13T02:30:00"), loc)
	cycle, err := proration.NewCycle(start, giventest.Interval(interval))
	if err != nil {
		tb.Fatal(err)
	}
	cycle.Location = loc
	if interval == "P1M" && r.IntN(3) == 0 {
		cycle.Day = 1 + r.IntN(31)
	}
	contract := plans.Contract{
		Plan: "growth", Currency: oneOf[plans.Currency](r, "USD", "JPY", "KWD"), Cycle: cycle, Items: []plans.Item{
			{ID: "seat", Quantity: giventest.Money("10"), Price: price(r)},
			{ID: "phone", Quantity: giventest.Money("1.5"), Price: price(r)},
		},
	}
	if r.IntN(3) == 0 {
		contract.Grace = oneOf(r, proration.Interval{Days: 10}, proration.Interval{Seconds: 60})
	}
	return begin(tb, policy, lifecycle.Subscription{ID: "s", Contract: contract}), start
}

// price is a price of any sort: for a unit, free, in tiers, by the package, with a flat fee or with units that are free.
func price(r *rand.Rand) plans.Price {
	m := giventest.Money
	unit := m(oneOf(r, "0", "9", "89.01", "139.99", "0.333"))
	switch r.IntN(8) {
	case 0:
		return plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: m("3"), Unit: unit}, {Unit: m("7.77"), Flat: m("5")}}}
	case 1:
		return plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: m("11"), Unit: unit}, {Unit: m("6.5")}}} // which may fall as more is bought
	case 2:
		return plans.Price{Unit: unit, Package: m("4"), Included: m("1")}
	case 3:
		return plans.Price{Unit: unit, Flat: m("30"), Maximum: m("200")}
	}
	return plans.Price{Unit: unit}
}

// later is some time after now: none, a little, days, or to the next deadline and around it.
func (h *history) later(now time.Time, r *rand.Rand) time.Time {
	next, ok := lifecycle.Next(h.policy, h.sub)
	switch r.IntN(6) {
	case 0:
		return now
	case 1:
		return now.Add(time.Duration(1 + r.IntN(2)))
	case 2:
		return now.Add(time.Duration(r.Int64N(int64(72 * time.Hour))))
	case 3:
		return now.AddDate(0, 0, r.IntN(12))
	}
	if !ok {
		return now.AddDate(0, 0, r.IntN(40))
	}
	at := next.At.Add(time.Duration(r.IntN(3) - 1))
	if at.Before(now) {
		return now
	}
	return at
}

// move is an event, or the mere passing of time.
func (h *history) move(now time.Time, r *rand.Rand) lifecycle.Event {
	e := lifecycle.Event{Sequence: h.sub.Sequence + 1 + r.Int64N(2), At: now, Kind: oneOf(r, append(eventKinds, 0, paid, paid, planChanged, seatsAdded)...)}
	if h.sub.Status == 0 && r.IntN(5) > 0 {
		e.Kind = started
	}
	switch e.Kind {
	case paid, declined:
		e.Invoice = "s-1"
		if open := h.sub.Open; len(open) > 0 {
			e.Invoice = oneOf(r, open...).ID
		}
	case seatsAdded:
		e.Change = plans.Change{Item: oneOf(r, "seat", "phone"), Quantity: giventest.Money(oneOf(r, "1", "2", "0.25"))}
	case planChanged:
		plan := plans.Plan{ID: "to", Interval: h.sub.Contract.Cycle.Interval}
		for _, item := range h.sub.Contract.Items {
			plan.Offers = append(plan.Offers, plans.Offer{Item: item.ID, Currency: h.sub.Contract.Currency, Price: price(r)})
		}
		e.Change = plans.Change{Plan: &plan}
	}
	return e
}

// Whatever is stored and whatever is sent: nothing panics, and what is accepted can be stored and explained.
func FuzzApplyJSON(f *testing.F) {
	sub := giventest.JSON(f, terms{}.sign(f))
	f.Add(sub, `{"sequence":1,"at":"2026-11-16T00:00:00Z","kind":"started"}`)
	standing := func(status, rest string) string {
		return `{"id":"s","contract":{"plan":"growth","currency":"USD","items":[{"id":"seat","quantity":"10","price":{"unit":"89"}}],` +
			`"cycle":{"anchor":"2026-11-01","interval":"P1M"},"grace":"P5D"},"status":"` + status + `","at":"2026-11-09T00:00:00Z","sequence":2,` +
			`"period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"},"issued":1,` +
			`"charges":[{"id":"s-1/1","kind":"recurring","plan":"growth","item":"seat","currency":"USD","quantity":"10","price":{"unit":"89"},` +
			`"period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"},"span":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"},` +
			`"share":{"amount":"890","of":"890","fraction":"30/30","unit":"days","rounding":{"places":2,"mode":"half_up"},"residual":"0"},"net":"890"}],` +
			`"ledger":[{"kind":"granted","id":"g","amount":"5","currency":"USD","at":"2026-11-02T00:00:00Z","priority":7}]` + rest + `}`
	}
	const scale = `{"sequence":3,"at":"2026-11-10T00:00:00Z","kind":"plan_changed","change":{"plan":{"id":"scale","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"139"}}]}}}`
	f.Add(standing("active", ""), scale)
	f.Add(standing("active", ""), `{"sequence":3,"at":"2026-11-10T00:00:00Z","kind":"seats_added","change":{"item":"seat","quantity":"2"}}`)
	f.Add(standing("past_due", `,"open":[{"id":"s-1","currency":"USD","at":"2026-11-01T00:00:00Z","status":"open","lines":[],"subtotal":"890","due":"890","balance":"0"}],`+
		`"overdue":[{"invoice":"s-1","until":"2026-11-12T00:00:00Z"}]`), `{"sequence":3,"at":"2026-11-10T00:00:00Z","kind":"payment_succeeded","invoice":"s-1"}`)
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
