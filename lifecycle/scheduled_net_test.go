package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// What a change replaces waits no longer, and quantities of one item net; the rest of each change keeps waiting. Ten
// seats cost 1,000.00 in January; removals and downgrades wait for its end.
func TestScheduledChangesNet(t *testing.T) {
	const (
		basic = `"plan":{"id":"basic","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"10"}}]}`
		pro   = `"plan":{"id":"pro","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"600"}}]}`
		less  = `{"remove":[{"item":"seat","quantity":"4"}]}`
	)
	change := func(day, text string) lifecycle.Event { return changedOn(t, "2026-01-"+day, text) }
	for _, c := range []struct {
		name, why string
		edit      func(*lifecycle.Policy)
		events    []lifecycle.Event
		docs      int    // in January
		price, of string // of a seat, and the number of seats in February
		waits     int    // scheduled changes before February
	}{
		{"a downgrade, then an upgrade", "the upgrade stays", nil, []lifecycle.Event{change("05", `{`+basic+`}`), change("11", `{`+pro+`}`)}, 2, "600", "10", 0},
		{"a downgrade with fewer seats, then an upgrade", "the seats leave all the same", nil, []lifecycle.Event{change("05", `{`+basic+`,"remove":[{"item":"seat","quantity":"4"}]}`), change("11", `{`+pro+`}`)}, 2, "600", "6", 1},
		{"two downgrades", "the later one", nil, []lifecycle.Event{change("05", `{`+basic+`}`), change("11", `{"plan":{"id":"free","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"2"}}]}}`)}, 1, "2", "10", 1},
		{"a downgrade, then the present plan", "nothing waits any longer", nil, []lifecycle.Event{change("05", `{`+basic+`}`), change("11", `{"plan":{"id":"basic","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"100"}}]}}`)}, 1, "100", "10", 0},
		{"a downgrade with its billing dates, then an upgrade", "the dates go with the downgrade", nil, []lifecycle.Event{change("05", `{`+basic+`,"anchor":"reset"}`), change("11", `{`+pro+`}`)}, 2, "600", "10", 0},
		{"a removal, then an addition", "one of the four stays", nil, []lifecycle.Event{change("12", less), change("20", `{"add":[{"item":"seat","quantity":"1"}]}`)}, 1, "100", "7", 1},
		{"a removal, then as many", "all stay, and nothing waits", nil, []lifecycle.Event{change("12", less), change("20", `{"add":[{"item":"seat","quantity":"4"}]}`)}, 1, "100", "10", 0},
		{"a removal, then more", "four fill, and one is billed", nil, []lifecycle.Event{change("12", less), change("20", `{"add":[{"item":"seat","quantity":"5"}]}`)}, 2, "100", "11", 0},
		{"two removals, then an addition", "the later removal is filled first", nil, []lifecycle.Event{change("12", less), change("13", less), change("20", `{"add":[{"item":"seat","quantity":"5"}]}`)}, 1, "100", "7", 1},
		{"a quantity set for later, then an addition", "setting six is removing four", nil, []lifecycle.Event{change("12", `{"set":[{"item":"seat","quantity":"6"}]}`), change("20", `{"add":[{"item":"seat","quantity":"1"}]}`)}, 1, "100", "7", 1},
		{"a removal, then a quantity set at once", "fifteen seats are what the contract is from then on", nil, []lifecycle.Event{change("12", less), change("20", `{"set":[{"item":"seat","quantity":"15"}]}`)}, 2, "100", "15", 0},
		{"a removal, then the present quantity", "ten seats stay", nil, []lifecycle.Event{change("12", less), change("20", `{"set":[{"item":"seat","quantity":"10"}]}`)}, 1, "100", "10", 0},
		{"a removal, then a list of all items", "the list is what the contract is from then on", nil, []lifecycle.Event{change("12", less), change("20", `{"items":[{"id":"seat","quantity":"12"}]}`)}, 2, "100", "12", 0},
		{"the quantity that waits", "six seats wait already", nil, []lifecycle.Event{change("12", less), change("20", `{"set":[{"item":"seat","quantity":"6"}]}`)}, 1, "100", "6", 1},
		{"an addition that waits, then a removal", "two of the three join", laterAdditions, []lifecycle.Event{change("12", `{"add":[{"item":"seat","quantity":"3"}]}`), change("20", `{"remove":[{"item":"seat","quantity":"1"}]}`)}, 1, "100", "12", 1},
		{"a removal and a downgrade, then an addition and another discount", "the plan waits, and the discount is for later", nil, []lifecycle.Event{
			change("12", `{`+basic+`,"remove":[{"item":"seat","quantity":"4"}]}`), change("20", `{"add":[{"item":"seat","quantity":"4"}],"add_discounts":[{"id":"vip","percent":"10","duration":"forever"}]}`),
		}, 1, "10", "10", 1},
		{"billed ahead", "what the next period is billed with stays", ahead, []lifecycle.Event{change("12", less), change("28", `{"add":[{"item":"seat","quantity":"1"}]}`)}, 3, "100", "7", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := atPeriodEnd(anyChange(), plans.RemoveQuantity, plans.Downgrade)
			if c.edit != nil {
				c.edit(&p)
			}
			events := slices.Concat([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x")}, c.events)
			before := replayEvents(t, p, "2026-01-31", slices.Clone(events)...)
			after := replayEvents(t, p, "2026-02-02", events...)
			if len(before.Invoices) != c.docs || len(before.Subscription.ScheduledChanges) != c.waits {
				t.Errorf("%s: %d documents, and %d changes wait\n%s", c.why, len(before.Invoices), len(before.Subscription.ScheduledChanges), before.Timeline())
			}
			for _, s := range after.Steps {
				if s.Refused != "" {
					t.Errorf("%s: %s", c.why, s.Refused)
				}
			}
			seat := after.Subscription.Contract.Items[0]
			giventest.CheckMoney(t, "the price: "+c.why, seat.Price.Unit, c.price)
			giventest.CheckMoney(t, "the seats: "+c.why, seat.Quantity, c.of)
		})
	}
}

// A price for units of an item that the contract has is an error, also if the units would fill those that wait to
// leave.
func TestFilledUnitsHaveNoPrice(t *testing.T) {
	out := replayEvents(t, atPeriodEnd(anyChange(), plans.RemoveQuantity), "2026-01-21", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"),
		changedOn(t, "2026-01-12", `{"remove":[{"item":"seat","quantity":"4"}]}`), changedOn(t, "2026-01-20", `{"add":[{"item":"seat","quantity":"4","price":{"unit":"7"}}]}`))
	if last := out.Steps[len(out.Steps)-1]; !strings.Contains(last.Refused, "price must not be set") || len(out.Subscription.ScheduledChanges) != 1 {
		t.Errorf("refused %q, and %d changes wait\n%s", last.Refused, len(out.Subscription.ScheduledChanges), out.Timeline())
	}
}

// laterAdditions lets additions wait for the end of the period.
func laterAdditions(p *lifecycle.Policy) { *p = atPeriodEnd(*p, plans.AddQuantity) }

// ahead bills the next period a week before it starts.
func ahead(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P7D") }
