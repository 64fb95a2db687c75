package lifecycle_test

import (
	"fmt"
	"testing"
	"time"
)

// TestLives are single lives of the worlds, each of which once went wrong. Every step is held to the laws; here stands where it leads.
func TestHistoryEndsInItsStatus(t *testing.T) {
	start, pay := pathStep{name: "started without trial"}, pathStep{name: "payment_succeeded", after: time.Hour}
	fail, next := pathStep{name: "payment_failed", after: time.Hour}, pathStep{next: true}
	at := func(name string) pathStep { return pathStep{name: name} }
	for _, r := range []struct {
		name, why string
		world     int
		moves     []pathStep
		want      string // status, and how many invoices were issued
	}{
		{
			"a failure brings no service back", "without a method it stays suspended, whatever else fails", 1,
			[]pathStep{at("started"), at("payment_method_removed"), next, next, fail}, "suspended 1",
		},
		{
			"a refund brings no service back", "nothing was overdue: a method is what is missing", 1,
			[]pathStep{start, pay, at("payment_method_removed"), next, next, at("payment_refunded")}, "suspended 2",
		},
		{
			"back while the invoice is being paid", "the same time is not billed twice", 4,
			[]pathStep{at("payment_method_added"), start, {name: "payment_attempted", after: day}, {name: "pause_requested", after: day}, {name: "resumed", after: day}}, "active 1",
		},
		{
			"an interval changes before a pause", "the pause waits for the end of the longer period", 0,
			[]pathStep{start, pay, {name: "pause_requested", after: day}, {name: "plan year", after: day}, {name: "resumed", after: 40 * day}}, "active 2",
		},
		{
			"an interval changes before a reduction", "what waits for the end of the period waits for the new one", 1,
			[]pathStep{start, pay, {name: "seats -1", after: day}, {name: "plan year", after: day}, next, next, next}, "active 5",
		},
		{
			"the current invoice is voided", "the time is left out, and the next renewal comes all the same", 0,
			[]pathStep{start, pay, {name: "plan year", after: day}, {name: "invoice_voided", after: day}, next, next}, "active 4",
		},
		{
			"refund of what is used up", "nothing is left that a later end would credit", 6,
			[]pathStep{start, pay, next, at("payment_refunded"), next}, "expired 3",
		},
		{
			"a late failure of the first invoice", "whoever comes back pays it first, and is in service then", 6,
			[]pathStep{start, at("payment_attempted"), next, fail, {name: "reactivated", after: day}, pay}, "active 1",
		},
		{
			"an overdue invoice is paid after an end", "it runs again, and renews", 2,
			[]pathStep{start, fail, {name: "canceled immediately", after: day}, {name: "payment_method_added", after: day}, pay, next, next, next}, "active 2",
		},
		{
			"a part was paid of what is billed ahead", "it is not taken back when seats are added since", 2,
			[]pathStep{start, pay, next, next, {name: "paid in part", after: time.Hour}, {name: "seats 2", after: time.Hour}, next}, "active 4",
		},
		{
			"suspended when a period begins that was billed ahead", "the period is taken back and does not begin; a payment begins anew", 2,
			[]pathStep{start, next, next, at("seats 2"), at("payment_failed"), next, next, pay}, "active 4",
		},
		{
			"no method when a trial begins", "there is no trial, as when one is over without", 4,
			[]pathStep{at("started later"), {name: "payment_method_removed", after: time.Hour}, next}, "canceled 0",
		},
	} {
		t.Run(r.name, func(t *testing.T) {
			w := setups(t)[r.world]
			h := followPath(t, &w, path{r.name, r.moves}, newRecorder())
			h.checkReplay()
			if got := fmt.Sprint(h.sub.Status, " ", len(h.invoices)); got != r.want {
				t.Errorf("got %s, want %s: %s\n%s", got, r.want, r.why, h.out.Timeline())
			}
			if !h.canReturn() {
				t.Error("no way leads back")
			}
		})
	}
}
