package main

import (
	"strings"
	"testing"
)

// life31 returns a scenario of one seat at 31.00 a month, with entries.
func life31(until, entries string) string {
	return `{"zone": "Africa/Cairo", "until": "` + until + `", "policy": {"dunning": {"grace": "P3D"}, "reminders": [{"of": "grace_end", "before": "P1D"}]},
		"subscription": {"id": "a", "contract": {"plan": "growth", "currency": "USD",
		"items": [{"id": "seat", "quantity": "1", "price": {"unit": "31.00"}}], "cycle": {"anchor": "2026-01-01", "interval": "P1M"}}},
		"entries": [` + entries + `]}`
}

func TestStatementOfAScenario(t *testing.T) {
	const signup = `{"at": "2026-01-01", "kind": "started", "no_trial": true, "payment_method": "card"}, {"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}}`
	for _, c := range []struct {
		name string
		why  string
		text string
		want []string
	}{
		{"nothing happened", "a subscription that has not begun", life31("2026-02-01", ""), []string{
			"Statement of a until 2026-02-01, Africa/Cairo, USD: not started", "Timeline\n  none\n", "Access\n  none\n", "Next deadline: none\n",
		}},
		{"a date is the first instant of its day", "clocks skip midnight there on 24 April", life31("2026-04-24", signup), []string{"until 2026-04-24 01:00, Africa/Cairo"}},
		{"an instant of another zone", "it is written on the calendar of the customer", life31("2026-01-31T23:00:00Z", signup), []string{"until 2026-02-01 01:00"}},
		{"numbers that are given", "one that comes again changes nothing", life31("2026-01-20", signup+`,
			{"at": "2026-01-10", "kind": "changed", "sequence": 7, "change": {"add": [{"item": "seat", "quantity": "1"}]}},
			{"at": "2026-01-10", "kind": "changed", "sequence": 7, "change": {"add": [{"item": "seat", "quantity": "1"}]}},
			{"at": "2026-01-11", "kind": "payment_succeeded", "sequence": 8, "payment": {"invoice": "a-2"}}`), []string{
			"31.00 x 22/31 days = 22.00", "Next invoice if nothing changes\n\nInvoice a-3, 2026-02-01, USD\n",
		}},
		{"an event that the rules do not allow", "it is no fault, and is told with its reason", life31("2026-01-20", signup+`, {"at": "2026-01-10", "kind": "resumed"},
			{"at": "2026-01-10", "kind": "payment_succeeded", "payment": {"invoice": "b-1"}}`), []string{
			"resumed                active         full\n                       refused: No pause is scheduled.\n", `refused: Invoice "b-1" does not exist`,
		}},
		{"nobody pays", "what comes next is the end of the grace", life31("2026-02-01T12:00:00Z", signup+`, {"at": "2026-02-01", "kind": "payment_failed", "payment": {"invoice": "a-2"}}`), []string{
			"payment failed   a-2 2026-02-01: pay before 2026-02-04", "Next deadline: reminder of grace end a-2 on 2026-02-03",
		}},
	} {
		out, problems, exit := say(write(t, c.text))
		if exit != exitDone || problems != "" {
			t.Errorf("%s (%s): it exits with %d: %s", c.name, c.why, exit, problems)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s (%s): %q is not in\n%s", c.name, c.why, want, out)
			}
		}
	}
}

// An order is priced, and its contract is the subscription's. A refused one has no life.
func TestStatementOfAnOrder(t *testing.T) {
	order := func(method string) string {
		return `{"zone": "UTC", "until": "2026-02-01", "policy": {"catalog": {"plans": [{"id": "base", "interval": "P1M",
			"offers": [{"item": "seat", "currency": "USD", "price": {"unit": "9.00"}}]}], "markets": [{"currency": "USD", "payment_methods": [{"id": "card", "by": ["customer"]}]}]}},
			"order": {"id": "b", "by": "customer", "at": "2026-01-01", "plan": "base", "items": [{"item": "seat", "quantity": "3"}], "country": "US", "payment_method": "` + method + `"},
			"entries": [{"at": "2026-01-01", "kind": "started"}]}`
	}
	if out, problems, exit := say(write(t, order("card"))); exit != exitDone || problems != "" || !strings.Contains(out, "seat: 3 x 9.00 = 27.00") {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
	if out, problems, exit := say(write(t, order("cash"))); exit != exitDone || problems != "" || !strings.HasPrefix(out, "Order refused\n  ") || !strings.Contains(out, `"cash"`) {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
	if out, problems, exit := say("-json", write(t, order("cash"))); exit != exitDone || problems != "" || !strings.Contains(out, `"refused": "`) || !strings.Contains(out, `\"cash\"`) {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
}

// A policy of another year does not rewrite what was before: of two, the second has no grace.
func TestLaterPolicyDoesNotChangeThePast(t *testing.T) {
	decline := func(month, invoice string) string {
		return `{"at": "2026-` + month + `-01", "kind": "payment_failed", "payment": {"invoice": "` + invoice + `"}},
			{"at": "2026-` + month + `-02", "kind": "payment_succeeded", "payment": {"invoice": "` + invoice + `"}}`
	}
	text := life31("2026-03-20", `{"at": "2026-01-01", "kind": "started", "no_trial": true, "payment_method": "card"},
		{"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}}, `+decline("02", "a-2")+`, `+decline("03", "a-3"))
	text = strings.Replace(text, `"policy": {"dunning": {"grace": "P3D"}`, `"policies": [{}, {"from": "2026-03-01", "dunning": {"grace": ""}`, 1)
	text = strings.Replace(text, `"before": "P1D"}]},`, `"before": "P1D"}]}],`, 1)
	out, problems, exit := say(write(t, text))
	if exit != exitDone || problems != "" {
		t.Fatalf("it exits with %d: %s", exit, problems)
	}
	if want := "  2026-01-01       until 2026-03-01       full\n  2026-03-01       until 2026-03-02       billing_only\n"; !strings.Contains(out, want) {
		t.Errorf("the access is not\n%s\nin\n%s", want, out)
	}
}

// A late event changes the invoice that a known event corrects. The correction bills the difference of the seats; the
// credit note keeps the recipient of its invoice.
func TestLateEventBeforeACorrectedInvoice(t *testing.T) {
	const seat = `"kind": "changed", "change": {"add": [{"item": "seat", "quantity": "1"}]}`
	name := write(t, life31("2026-01-20", `{"at": "2026-01-01", "kind": "started", "no_trial": true, "payment_method": "card"},
		{"at": "2026-01-01", "kind": "payment_succeeded", "payment": {"invoice": "a-1"}}, {"at": "2026-01-15", `+seat+`},
		{"at": "2026-01-15", "kind": "payment_succeeded", "payment": {"invoice": "a-2"}},
		{"at": "2026-01-16", "kind": "billing_details_changed", "by": "support", "contact": {"name": "Acme"}, "payment": {"invoice": "a-2"}},
		{"at": "2026-01-16", "expect": {"issued": 4, "billed": "48.00"}},
		{"at": "2026-01-10", "known": "2026-01-20", `+seat+`}, {"at": "2026-01-20", "expect": {"issued": 5, "billed": "70.00"}}`))
	if out, problems, exit := say("-check", name); exit != exitDone || problems != "" {
		t.Errorf("it exits with %d: %s%s", exit, problems, out)
	}
	out, _, _ := say(name)
	for _, want := range []string{
		"Credit note a-3 for invoice a-2, 2026-01-16, USD\n  growth, refund", "Invoice a-4, 2026-01-16, USD\n  Acme\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
