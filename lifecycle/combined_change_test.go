package lifecycle_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// changedOn returns an event of a change that is written as JSON.
func changedOn(t *testing.T, at, change string) lifecycle.Event {
	t.Helper()
	e := eventOn(at, lifecycle.Changed)
	if err := json.Unmarshal([]byte(change), &e.Change); err != nil {
		t.Fatal(err)
	}
	return e
}

// atPeriodEnd makes the actions of a policy wait for the end of the period.
func atPeriodEnd(p lifecycle.Policy, actions ...plans.Action) lifecycle.Policy {
	p.ChangeRules = append(plans.ChangeRules{}, p.ChangeRules...)
	for i := range p.ChangeRules {
		for _, action := range actions {
			if p.ChangeRules[i].Action == action {
				p.ChangeRules[i].Effective = plans.AtPeriodEnd
			}
		}
	}
	return p
}

// planAt is the JSON of a plan with a price of a seat.
func planAt(id, unit string) string {
	return `"plan":{"id":"` + id + `","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"` + unit + `"}}]}`
}

// The timeline tells every part of a combined change, and the amounts follow it.
func TestTimelineTellsEveryPartOfAChange(t *testing.T) {
	api := `{"id":"api","quantity":"1","price":{"unit":"50.00"}}`
	ten := `"percent":"10","duration":"forever"`
	for _, c := range []struct {
		change, text, total string // total is the billed amount until the end of January
	}{
		{`{"items":[{"id":"seat","quantity":"12"},` + api + `]}`, "items set to 12 seats and 1 api", "1129.04"},
		{`{"set":[{"item":"seat","quantity":"12","price":{"unit":"120.00"}}]}`, "quantity set to 12 seats, price of seat changed to 120.00", "1227.10"},
		{`{"add":[{"item":"seat","quantity":"2"}],"add_discounts":[{"id":"vip",` + ten + `}]}`, "2 seats added, discount vip added", "1092.91"},
		{`{"anchor":"reset","remove":[{"item":"seat","quantity":"1"}]}`, "billing dates reset, 1 seat removed", "1383.87"},
		{`{"anchor_at":"2026-01-16T00:00:00Z","add":[{"item":"seat","quantity":"1"}]}`, "billing date changed to 2026-01-16, 1 seat added", "1583.87"},
		{`{"interval":"P3M",` + planAt("long", "250.00") + `}`, "interval changed to P3M with plan long", "7983.87"},
		{`{` + planAt("pro", "130.00") + `,"remove":[{"item":"seat","quantity":"4"}]}`, "plan changed to pro, 4 seats removed", "886.45"},
		{`{"interval":"P3M"}`, "interval changed to P3M", "3483.87"},
		{`{"set":[{"item":"seat","price":{"flat":"500.00"}}],"add_discounts":[{"id":"vip",` + ten + `}]}`, "price of seat changed, discount vip added", "716.12"},
	} {
		t.Run(c.text, func(t *testing.T) {
			out := replayEvents(t, advancePolicy(), "2026-01-20", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
				changedOn(t, "2026-01-16", c.change))
			if !strings.Contains(out.Timeline(), c.text) {
				t.Errorf("the timeline does not have %q:\n%s", c.text, out.Timeline())
			}
			giventest.CheckMoney(t, "total billed", totalBilled(out), c.total)
		})
	}
}

// A quantity that is set after the advance invoice of another quantity differs from that invoice by as much as from the
// present quantity.
func TestItemsSetAfterTheAdvanceInvoice(t *testing.T) {
	p := atPeriodEnd(advancePolicy(), plans.RemoveQuantity)
	begun := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		changedOn(t, "2026-01-10", `{"remove":[{"item":"seat","quantity":"2"}]}`), paymentOn("2026-01-22", lifecycle.PaymentSucceeded, "r-2", "")}
	for _, change := range []string{`{"set":[{"item":"seat","quantity":"12"}]}`, `{"items":[{"id":"seat","quantity":"12"}]}`} {
		out := replayEvents(t, p, "2026-02-02", append(begun[:len(begun):len(begun)], changedOn(t, "2026-01-25", change))...)
		// Ten seats in January, two more for 7 of 31 days, and eight and two seats in February.
		giventest.CheckMoney(t, change, totalBilled(out), "2045.16")
		giventest.CheckMoney(t, "seats in February", out.Subscription.Contract.Items[0].Quantity, "10")
	}
}

// A scheduled plan gives way to another one, unless its change also sets items or discounts. A discount that is used up
// by then does not block it.
func TestScheduledPlanGivesWay(t *testing.T) {
	p := atPeriodEnd(advancePolicy(), plans.Downgrade, plans.RemoveQuantity, plans.ShortenInterval, plans.ChangePrice)
	p.Renewal.Lead = giventest.Interval("P1D")
	for _, c := range []struct {
		name, first, second string
		scheduled           int
		february            string
	}{
		{"another plan", `{` + planAt("small", "50.00") + `}`, `{` + planAt("tiny", "40.00") + `}`, 1, "400.00"},
		{"a shorter interval", `{"interval":"P7D",` + planAt("week", "20.00") + `}`, `{` + planAt("tiny", "40.00") + `}`, 1, "400.00"},
		{"another price", `{"set":[{"item":"seat","price":{"unit":"90.00"}}]}`, `{"set":[{"item":"seat","price":{"unit":"80.00"}}]}`, 1, "800.00"},
		{"with seats removed", `{` + planAt("small", "50.00") + `,"remove":[{"item":"seat","quantity":"3"}]}`, `{` + planAt("tiny", "40.00") + `}`, 2, "280.00"},
		{"with a discount", `{` + planAt("small", "50.00") + `,"add_discounts":[{"id":"half","percent":"50","duration":"forever"}]}`, `{` + planAt("tiny", "40.00") + `}`, 2, "200.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
				changedOn(t, "2026-01-10", c.first), changedOn(t, "2026-01-11", c.second)}
			waiting := replayEvents(t, p, "2026-01-12", events...).Subscription.ScheduledChanges
			if len(waiting) != c.scheduled {
				t.Errorf("%d changes are scheduled, want %d", len(waiting), c.scheduled)
			}
			out := replayEvents(t, p, "2026-02-02", events...)
			giventest.CheckMoney(t, "February", onlyPeriod(&out, "2026-02-01"), c.february)
		})
	}
}

// A change that removes seats and a discount waits for both, and the advance invoice has neither.
func TestScheduledChangeEndsADiscount(t *testing.T) {
	p := atPeriodEnd(advancePolicy(), plans.RemoveQuantity)
	out := replayEvents(t, p, "2026-02-02", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		changedOn(t, "2026-01-02", `{"add_discounts":[{"id":"vip","percent":"10","duration":"forever"}]}`),
		changedOn(t, "2026-01-10", `{"remove":[{"item":"seat","quantity":"2"}],"remove_discounts":["vip"]}`))
	giventest.CheckMoney(t, "February", onlyPeriod(&out, "2026-02-01"), "800.00")
	if text := out.Timeline(); !strings.Contains(text, "2 seats removed, discount vip removed") {
		t.Errorf("the timeline does not tell the change:\n%s", text)
	}
}

// Refusals of changes beside an advance invoice, and of pauses beside other requests.
func TestChangesThatDoNotFit(t *testing.T) {
	p := atPeriodEnd(advancePolicy(), plans.ChangePrice, plans.Cancel)
	begun := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "")}
	less := changedOn(t, "2026-01-10", `{"remove":[{"item":"seat","quantity":"9"}],"add_discounts":[{"id":"vip","percent":"10","duration":"forever"}]}`)
	now := changedOn(t, "2026-01-25", `{"set":[{"item":"seat","quantity":"8"}]}`)
	at := func(day string, kind lifecycle.EventKind) lifecycle.Event { return eventOn(day, kind) }
	for _, c := range []struct {
		name    string
		events  []lifecycle.Event
		refused string
	}{
		{"a pause without renewal", []lifecycle.Event{at("2026-01-10", lifecycle.RenewalDisabled), at("2026-01-11", lifecycle.PauseRequested)}, "Renewal is disabled; send renewal_enabled before pausing the subscription."},
		{"a pause before the end", []lifecycle.Event{at("2026-01-10", lifecycle.CancellationRequested), at("2026-01-11", lifecycle.PauseRequested)}, "The subscription ends on 2026-02-01; send cancellation_withdrawn before pausing it."},
		{"a second pause", []lifecycle.Event{at("2026-01-10", lifecycle.PauseRequested), at("2026-01-11", lifecycle.PauseRequested)}, "A pause already begins on 2026-02-01; send resumed to call it off."},
		{"fewer than there are then", []lifecycle.Event{less, now}, "This change does not fit the period from 2026-02-01, which is billed already; send it again once the period has begun."},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := replayEvents(t, p, "2026-01-26", append(begun[:len(begun):len(begun)], c.events...)...)
			var refused string
			for _, step := range out.Steps {
				refused += step.Refused
			}
			if refused != c.refused {
				t.Errorf("refused with %q, want %q\n%s", refused, c.refused, out.Timeline())
			}
		})
	}
}

// Two changes that wait for different times take effect in the order of time, whichever was made first, and also if
// the billing dates move.
func TestScheduledChangesInTheOrderOfTime(t *testing.T) {
	p := atPeriodEnd(advancePolicy(), plans.AddQuantity)
	for i := range p.ChangeRules {
		if p.ChangeRules[i].Action == plans.RemoveQuantity {
			p.ChangeRules[i].Effective = plans.AtTermEnd
		}
	}
	sub := tenSeatsFromJanuary()
	sub.Contract.Terms = []plans.ContractTerm{{
		Term:   plans.Term{Length: giventest.Interval("P3M"), Billing: plans.PerPeriod, Renewal: plans.Renew},
		Period: giventest.Period("2026-01-01/2026-04-01", nil),
	}}
	sub.Contract.Items = append(sub.Contract.Items, plans.Item{ID: "desk", Quantity: giventest.Money("1"), Price: plans.Price{Unit: giventest.Money("5.00")}})
	for _, c := range []struct {
		until, seats, desks string
	}{
		{"2026-01-15", "10", "1"}, {"2026-01-20", "10", "5"}, {"2026-03-20", "10", "5"}, {"2026-04-20", "8", "5"},
	} {
		out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc(c.until), eventOn("2026-01-01", lifecycle.Started),
			changedOn(t, "2026-01-10", `{"remove":[{"item":"seat","quantity":"2"}]}`), changedOn(t, "2026-01-11", `{"add":[{"item":"desk","quantity":"4"}]}`),
			changedOn(t, "2026-01-12", `{"anchor_at":"2026-01-16T00:00:00Z"}`))
		giventest.CheckMoney(t, "seats on "+c.until, out.Subscription.Contract.Items[0].Quantity, c.seats)
		giventest.CheckMoney(t, "desks on "+c.until, out.Subscription.Contract.Items[1].Quantity, c.desks)
	}
}

// A change to what is already there changes nothing, also in the period that is billed already with a scheduled plan.
func TestChangeToWhatIsThereLeavesTheNextPeriod(t *testing.T) {
	out := replayEvents(t, atPeriodEnd(advancePolicy(), plans.Downgrade), "2026-02-02", eventOn("2026-01-01", lifecycle.Started),
		paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), changedOn(t, "2026-01-10", `{`+planAt("small", "50.00")+`}`),
		paymentOn("2026-01-24", lifecycle.PaymentSucceeded, "r-2", ""), changedOn(t, "2026-01-25", `{`+planAt("basic", "100.00")+`}`))
	giventest.CheckMoney(t, "a month of each plan", totalBilled(out), "1500.00")
}
