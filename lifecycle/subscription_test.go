package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// A new subscription is stored with nothing but what was signed, and a running one with what the documentation names.
func TestSubscriptionJSON(t *testing.T) {
	sub := terms{zone: "America/New_York"}.sign(t)
	const contract = `"contract":{"plan":"growth","currency":"USD","items":[{"id":"seat","quantity":"10","price":{"unit":"89"}}],` +
		`"cycle":{"anchor":"2026-11-01","interval":"P1M","zone":"America/New_York"}}`
	if got, want := giventest.JSON(t, sub), `{"id":"s",`+contract+`,"status":"unset"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	out, err := lifecycle.Apply(threeDays(), sub, step{at: "2026-11-16T11:30:00", kind: started}.event(1, sub.Contract.Cycle.Location))
	if err != nil {
		t.Fatal(err)
	}
	text := giventest.JSON(t, out.Subscription)
	for _, part := range []string{
		contract, `"status":"active"`, `"at":"2026-11-16T11:30:00-05:00"`, `"sequence":1`, `"issued":1`, `"open":[{"id":"s-1"`, `"charges":[{"id":"s-1/1"`,
		`"period":{"start":"2026-11-01T00:00:00-04:00","end":"2026-12-01T00:00:00-05:00"}`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	for _, part := range []string{"cancel_at", "overdue", "until", "ledger", "corrects", "grace"} {
		if strings.Contains(text, `"`+part+`"`) {
			t.Errorf("%s is in %s", part, text)
		}
	}
	if got, want := giventest.JSON(t, out.Effects), `[{"id":"s/event-1/1","kind":"collect","invoice":"s-1"}]`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEventJSON(t *testing.T) {
	growth := catalogue["growth"]
	for _, c := range []struct {
		event lifecycle.Event
		want  string
	}{
		{lifecycle.Event{}, `{"sequence":0,"at":"0001-01-01T00:00:00Z","kind":"unset"}`},
		{step{at: "2026-11-01", kind: started}.event(1, nil), `{"sequence":1,"at":"2026-11-01T00:00:00Z","kind":"started"}`},
		{step{at: "2026-11-01", kind: paid, of: "s-1"}.event(2, nil), `{"sequence":2,"at":"2026-11-01T00:00:00Z","kind":"payment_succeeded","invoice":"s-1"}`},
		{step{at: "2026-11-01", kind: seatsAdded, of: "2"}.event(3, nil), `{"sequence":3,"at":"2026-11-01T00:00:00Z","kind":"seats_added","change":{"item":"seat","quantity":"2"}}`},
		{step{at: "2026-11-01", kind: planChanged, of: "growth"}.event(4, nil), `{"sequence":4,"at":"2026-11-01T00:00:00Z","kind":"plan_changed","change":{"plan":` + giventest.JSON(t, growth) + `}}`},
	} {
		if got := giventest.JSON(t, c.event); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		giventest.CheckRoundTrip(t, c.event)
	}
	giventest.CheckRoundTrip(t, lifecycle.Outcome{})
	giventest.CheckRoundTrip(t, lifecycle.Effect{})
	giventest.CheckRoundTrip(t, lifecycle.Deadline{})
}

// Law 10: the same input gives the same result on any machine. An instant is the same in whatever zone it is written, and an
// invoice is dated on the customer's calendar, on which its days are counted.
func TestInstantsInAnyZone(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	sub := terms{zone: "America/New_York"}.sign(t)
	out, err := lifecycle.Apply(threeDays(), sub, step{at: "2026-11-01", kind: started}.event(1, newYork))
	if err != nil {
		t.Fatal(err)
	}
	sub = out.Subscription
	event := step{at: "2026-11-15T23:30:00", kind: seatsAdded, of: "2"}.event(2, newYork)
	want := `Invoice s-2, 2026-11-15, USD, open
  growth, addition, 2026-11-15 until 2026-12-01                          94.93
    seat: 2 x 89.00, 178.00 x 16/30 days = 94.933..., rounded half up to 94.93
  Due                                                                    94.93
`
	var first string
	for i, loc := range []*time.Location{newYork, time.UTC, giventest.Zone(t, "Asia/Tokyo"), time.FixedZone("", -5*60*60)} {
		event.At = event.At.In(loc)
		out, err := lifecycle.Apply(threeDays(), sub, event)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Invoices[0].Text(); got != want {
			t.Errorf("written in %v, the event gives\n%swant\n%s", loc, got, want)
		}
		later, err := lifecycle.Advance(threeDays(), out.Subscription, event.At.AddDate(0, 2, 0))
		if err != nil {
			t.Fatal(err)
		}
		text := giventest.JSON(t, []lifecycle.Outcome{out, later})
		if i == 0 {
			first = text
		}
		if text != first {
			t.Errorf("written in %v, the event gives\n%s, and in New York\n%s", loc, text, first)
		}
	}
}

// Law 10: a subscription on the calendar of UTC, which needs no location set again when it is read back, takes the same
// events before and after it was stored.
func TestStoredInUTC(t *testing.T) {
	h := stand(t, lifecycle.Active)
	stored := giventest.CheckRoundTrip(t, h.sub)
	if stored.Contract.Cycle.Location != nil {
		t.Fatal("a location was stored")
	}
	for _, s := range []step{{kind: seatsAdded, of: "1"}, {kind: planChanged, of: "scale"}, {kind: declined, of: "s-1"}, {kind: cancelRequest}, {}} {
		for _, at := range []string{"2026-11-10T09:00:00Z", "2026-11-10T09:00:00-05:00", "2026-12-05T09:00:00+05:30"} {
			s.at = at
			event := s.event(9, nil)
			event.At, _ = time.Parse(time.RFC3339, at) // as it is read from JSON: an offset and no zone
			before, err := begin(t, h.policy, h.sub).run(event)
			after, err2 := begin(t, h.policy, stored).run(event)
			if fmt.Sprint(err) != fmt.Sprint(err2) || giventest.JSON(t, before) != giventest.JSON(t, after) {
				t.Errorf("%v at %s: before it was stored %v, after it %v", s.kind, at, err, err2)
			}
		}
	}
}

// Law 14: whatever stands in a stored subscription, nothing panics, loops or goes back in time.
func TestHostileSubscriptions(t *testing.T) {
	good := giventest.JSON(t, stand(t, lifecycle.PastDue).sub)
	plain := giventest.JSON(t, stand(t, lifecycle.Active).sub)
	ending := stand(t, lifecycle.Active)
	ending.step(0, step{at: "2026-11-10", kind: planChanged, of: "basic", want: active, invoices: []string{"s-2: unused -623.00, addition 63.00, granted 560.00, due 0.00"}})
	ending.step(1, step{at: "2026-11-10", kind: cancelRequest, want: active})
	rich := giventest.JSON(t, ending.sub)
	replaced := func(text, from, to string) string {
		if !strings.Contains(text, from) {
			t.Fatalf("no %s in %s", from, text)
		}
		return strings.ReplaceAll(text, from, to)
	}
	for _, text := range []string{
		`null`, `{}`, `[]`, `{"id":"s"}`, `{"id":"s","status":"active"}`, `{"status":"gone"}`, `{"status":1}`, `{"open":[{}],"overdue":[{"invoice":"x"}],"charges":[{}],"ledger":[{}]}`,
		good,
		replaced(good, `"status":"past_due"`, `"status":"active"`),
		replaced(good, `"status":"past_due"`, `"status":"suspended"`),
		replaced(good, `"status":"past_due"`, `"status":"canceled"`),
		replaced(good, `"status":"past_due"`, `"status":"unset"`),
		replaced(good, `"period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"}`, `"period":{"start":"2026-12-01T00:00:00Z","end":"2026-11-01T00:00:00Z"}`),
		replaced(good, `"end":"2026-12-01T00:00:00Z"`, `"end":"0001-01-02T00:00:00Z"`),
		replaced(good, `"end":"2026-12-01T00:00:00Z"`, `"end":"1995-01-02T00:00:00Z"`),
		replaced(good, `"end":"2026-12-01T00:00:00Z"`, `"end":"9999-12-31T23:59:59Z"`),
		replaced(good, `"until":"2026-11-12T00:00:00Z"`, `"until":"1995-01-02T00:00:00Z"`),
		replaced(good, `"overdue":`, `"cancel_at":"1995-01-02T00:00:00Z","overdue":`),
		replaced(good, `"at":"2026-11-09T00:00:00Z"`, `"at":"9999-12-31T23:59:59Z"`),
		replaced(good, `"sequence":2`, `"sequence":-9223372036854775808`),
		replaced(good, `"issued":1`, `"issued":9223372036854775807`),
		replaced(good, `"issued":1`, `"issued":-7`),
		replaced(good, `"overdue":[{"invoice":"s-1"`, `"overdue":[{"invoice":"","until":"2026-11-12T00:00:00Z"},{"invoice":"s-1"`),
		replaced(good, `"quantity":"10"`, `"quantity":"-10"`),
		replaced(good, `"quantity":"10"`, `"quantity":"1e9999"`),
		replaced(good, `"net":"890"`, `"net":"1e9999"`),
		replaced(good, `"net":"890"`, `"net":"-1"`),
		replaced(good, `"currency":"USD"`, `"currency":"XXX"`),
		replaced(good, `"interval":"P1M"`, `"interval":"PT1S"`),
		replaced(good, `"interval":"P1M"`, `"interval":""`),
		replaced(good, `"anchor":"2026-11-01"`, `"anchor":"9999-12-31"`),
		replaced(plain, `"id":"s-1/1"`, `"id":""`),
		replaced(plain, `"net":"890"`, `"net":"1e9999"`),
		replaced(plain, `"span":{"start":"2026-11-01T00:00:00Z"`, `"span":{"start":"2026-10-01T00:00:00Z"`),
		replaced(plain, `"fraction":"30/30"`, `"fraction":"0/0"`),
		replaced(plain, `"period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"}`, `"period":{"start":"0001-01-01T00:00:00Z","end":"0001-01-01T00:00:00Z"}`),
		replaced(plain, `"period":{"start":"2026-11-01T00:00:00Z","end":"2026-12-01T00:00:00Z"}`, `"period":{"start":"2027-11-01T00:00:00Z","end":"2027-12-01T00:00:00Z"}`),
		replaced(rich, `"amount":"560"`, `"amount":"-560"`),
		replaced(rich, `"amount":"560"`, `"amount":"1e9999"`),
		replaced(rich, `"corrects":"s-1/1"`, `"corrects":"s-9/9"`),
		replaced(rich, `"corrects":"s-1/1"`, `"corrects":"s-2/1"`),
		replaced(rich, `"corrects":"s-1/1",`, ``),
		replaced(rich, `"kind":"granted"`, `"kind":"spent"`),
		replaced(rich, `"kind":"granted"`, `"kind":"unset"`),
		replaced(rich, `"kind":"unused"`, `"kind":"recurring"`),
		replaced(rich, `"net":"-623"`, `"net":"-1e9999"`),
		replaced(rich, `"net":"-623"`, `"net":"-6230"`),
		replaced(rich, `"price":{"per":"P1M","unit":"9"}`, `"price":{"tiers":[{}]}`),
		replaced(rich, `"contract":{`, `"contract":{"grace":"P1M2D",`),
		replaced(rich, `"contract":{`, `"contract":{"grace":"P99999Y",`),
		replaced(rich, `"contract":{`, `"contract":{"ramp":[{}],"terms":[{}],"discounts":[{}],`),
		replaced(rich, `"issued":2`, `"issued":1`),
		replaced(rich, `"id":"s-2"`, `"id":""`),
		replaced(rich, `"cancel_at":"2026-12-01T00:00:00Z"`, `"cancel_at":"2026-11-01T00:00:00Z"`),
		replaced(rich, `"cancel_at":"2026-12-01T00:00:00Z"`, `"cancel_at":"9999-12-31T00:00:00Z"`),
	} {
		var sub lifecycle.Subscription
		if json.Unmarshal([]byte(text), &sub) != nil {
			continue
		}
		before := giventest.JSON(t, sub)
		lifecycle.Next(threeDays(), sub)
		sub.Access()
		for _, kind := range append(eventKinds, 0) {
			for _, of := range []string{"s-1", "s-2", "", "1"} {
				s := step{at: "2026-12-20", kind: kind, of: of}
				switch kind {
				case seatsAdded:
					s.of = "1"
				case planChanged:
					s.of = "scale"
				}
				if of == "s-1" {
					s.at = "2026-11-10"
				}
				event := s.event(99, nil)
				out, err := begin(t, threeDays(), sub).run(event)
				if got := giventest.JSON(t, sub); got != before {
					t.Fatalf("%v modified %s to %s", kind, before, got)
				}
				if err != nil {
					continue
				}
				if out.Subscription.Status != 0 && !out.Subscription.At.Equal(event.At) {
					t.Errorf("%v leads to %v: %s", kind, out.Subscription.At, text)
				}
				for _, inv := range out.Invoices {
					if inv.Due.IsNegative() || len(inv.Text()) > 10_000 {
						t.Errorf("%v gives %s", kind, billed(inv))
					}
				}
			}
		}
	}
}

// Law 14: whatever an event says.
func TestHostileEvents(t *testing.T) {
	h := stand(t, lifecycle.Active)
	for _, text := range []string{
		`null`, `{}`, `{"sequence":9}`, `{"sequence":9,"at":"2026-11-10T00:00:00Z"}`, `{"sequence":9223372036854775808}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"seats_added"}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"seats_added","change":{"item":"seat","quantity":"1e9999"}}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"seats_added","change":{"item":"seat","quantity":"-1e-9999"}}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"plan_changed","change":{"plan":{}}}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"plan_changed","change":{"plan":{"id":"x","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"-1"}}]}}}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"plan_changed","change":{"plan":{"id":"x","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"1e9999"}}]}}}`,
		`{"sequence":9,"at":"9999-12-31T00:00:00Z","kind":"card_entered"}`,
		`{"sequence":9,"at":"0001-01-01T00:00:00Z","kind":"card_entered"}`,
		`{"sequence":9,"at":"2026-11-10T00:00:00Z","kind":"payment_succeeded","invoice":"s-1\u0000"}`,
	} {
		var event lifecycle.Event
		if json.Unmarshal([]byte(text), &event) != nil {
			continue
		}
		out, err := lifecycle.Apply(h.policy, h.sub, event)
		if err == nil {
			t.Errorf("accepted %s: %+v", text, out.Invoices)
		}
	}
	// Adding a quantity that cannot be told from nothing is a change of nothing.
	tiny := lifecycle.Event{Sequence: 9, At: h.sub.At, Kind: seatsAdded, Change: plans.Change{Item: "seat", Quantity: giventest.Money("0e5")}}
	_, err := lifecycle.Apply(h.policy, h.sub, tiny)
	giventest.CheckFaults(t, err, "event.change.quantity unset")
}
