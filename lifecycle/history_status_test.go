package lifecycle_test

import (
	"fmt"
	"testing"
	"time"
)

// TestHistoryEndsInItsStatus applies single histories, each of which once failed. Every step is checked against the
// laws; the table has the final status.
func TestHistoryEndsInItsStatus(t *testing.T) {
	start, pay := pathStep{name: "started without trial"}, pathStep{name: "payment_succeeded", after: time.Hour}
	fail, next := pathStep{name: "payment_failed", after: time.Hour}, pathStep{next: true}
	at := func(name string) pathStep { return pathStep{name: name} }
	for _, r := range []struct {
		name, why string
		setup     int
		moves     []pathStep
		want      string // status, and the number of invoices issued
	}{
		{
			"a failed payment does not restore service", "without a payment method the subscription stays suspended, also after another failure", 1,
			[]pathStep{at("started"), at("payment_method_removed"), next, next, fail}, "suspended 1",
		},
		{
			"a refund does not restore service", "no invoice is overdue: the payment method is missing", 1,
			[]pathStep{start, pay, at("payment_method_removed"), next, next, at("payment_refunded")}, "suspended 2",
		},
		{
			"resumed while the payment is pending", "the pause credited the rest of the period, so a new period is billed", 4,
			[]pathStep{at("payment_method_added"), start, {name: "payment_attempted", after: day}, {name: "pause_requested", after: day}, {name: "resumed", after: day}}, "active 3",
		},
		{
			"interval change before a pause", "the pause waits for the end of the longer period", 0,
			[]pathStep{start, pay, {name: "pause_requested", after: day}, {name: "plan year", after: day}, {name: "resumed", after: 40 * day}}, "active 2",
		},
		{
			"interval change before a reduction", "a change scheduled for the end of the period moves to the new end", 1,
			[]pathStep{start, pay, {name: "seats -1", after: day}, {name: "plan year", after: day}, next, next, next}, "active 5",
		},
		{
			"the current invoice is voided", "the voided time is not billed, and the next renewal takes place", 0,
			[]pathStep{start, pay, {name: "plan year", after: day}, {name: "invoice_voided", after: day}, next, next}, "active 4",
		},
		{
			"refund of a used period", "a later end has nothing left to credit", 6,
			[]pathStep{start, pay, next, at("payment_refunded"), next}, "expired 3",
		},
		{
			"a late failure of the first invoice", "it is void, since nothing was served; a customer who returns pays a new period", 6,
			[]pathStep{start, at("payment_attempted"), next, fail, {name: "reactivated", after: day}, pay}, "active 2",
		},
		{
			"an overdue invoice is paid after the end", "the subscription is active again, and renews", 2,
			[]pathStep{start, fail, {name: "canceled immediately", after: day}, {name: "payment_method_added", after: day}, pay, next, next, next}, "active 2",
		},
		{
			"advance invoice paid in part", "it is not voided when seats are added, and its rest is collected", 2,
			[]pathStep{start, pay, next, next, {name: "paid in part", after: time.Hour}, {name: "seats 2", after: time.Hour}, next}, "past_due 3",
		},
		{
			"suspended when a period billed in advance starts", "its invoice is voided and the period does not start; a payment starts a new one", 2,
			[]pathStep{start, next, next, at("seats 2"), at("payment_failed"), next, pay}, "active 4",
		},
		{
			"no payment method when a trial starts", "the trial does not start, as when a trial ends without a payment method", 4,
			[]pathStep{at("started later"), {name: "payment_method_removed", after: time.Hour}, next}, "canceled 0",
		},
		{
			"an older invoice is overdue at the return", "its rest is paid first, and then a new period starts", 7,
			[]pathStep{start, {name: "paid in part", after: day}, next, {name: "wire added", after: day}, fail, {name: "payment_succeeded", after: day}}, "active 2",
		},
		{
			"credit pays the copy of an overdue invoice", "new billing details make a copy, and nothing is overdue any more", 0,
			[]pathStep{start, fail, at("large credit"), at("billing_details_changed with a copy")}, "active 3",
		},
	} {
		t.Run(r.name, func(t *testing.T) {
			w := setups(t)[r.setup]
			h := followPath(t, &w, path{r.name, r.moves}, newRecorder())
			h.checkReplay()
			if got := fmt.Sprint(h.sub.Status, " ", len(h.invoices)); got != r.want {
				t.Errorf("got %s, want %s: %s\n%s", got, r.want, r.why, h.out.Timeline())
			}
			if !h.canReturn() {
				t.Error("no path back to active")
			}
		})
	}
}
