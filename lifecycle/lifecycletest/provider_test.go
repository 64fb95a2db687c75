package lifecycletest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
	"github.com/billingrules/billing/plans"
)

// steps returns the timeline of a statement: for each step the date, the step and the status.
func steps(s *lifecycletest.Statement) string {
	var lines []string
	for _, step := range s.Steps {
		line := step.At.Format("01-02 ") + step.String() + ", " + step.Status.String()
		if step.Refused != "" {
			line += ", refused: " + step.Refused
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// sums returns the amounts of a statement: billed, outstanding, refunded and balance.
func sums(s *lifecycletest.Statement) string {
	return fmt.Sprintf("billed %s, outstanding %s, refunded %s, balance %s", s.Billed.StringFixed(2),
		s.Outstanding.StringFixed(2), s.Refunded.StringFixed(2), s.Balance.StringFixed(2))
}

func TestProviderAnswersByItsScript(t *testing.T) {
	failed, succeeded := lifecycle.PaymentFailed, lifecycle.PaymentSucceeded
	canceled := func(day int) []lifecycle.Event {
		return []lifecycle.Event{{At: on(11, day), Kind: lifecycle.CancellationRequested, Effective: plans.Immediately, By: plans.Support}}
	}
	policy := lifecycle.Standard()
	policy.Dunning.OpenInvoice = lifecycle.OpenVoid
	policy.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		t.Fatal(err)
	}
	type script = []lifecycletest.Answer
	for _, c := range []struct {
		name, why string
		script    script
		events    []lifecycle.Event // after the first
		until     time.Time
		want      string
		sums      string
	}{
		{"no script", "every payment succeeds at once", nil, nil, on(12, 2),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-01 payment succeeded acme-2, active",
			"billed 1780.00, outstanding 0.00, refunded 0.00, balance 0.00"},
		{"an invoice declined", "only that invoice, and its retries", script{{Invoice: 2, Kind: failed}}, nil, on(12, 9),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-01 payment failed acme-2, past_due\n" +
				"12-08 grace over acme-2, suspended",
			"billed 1780.00, outstanding 0.00, refunded 0.00, balance 0.00"},
		{"declined from a date", "also the invoices after it", script{{From: on(12, 1), Kind: failed}}, []lifecycle.Event{added(on(11, 20), 1), added(on(12, 2), 1)}, on(12, 2),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"11-20 1 seat added, active\n" +
				"11-20 payment succeeded acme-2, active\n" +
				"12-01 renewal, active\n" +
				"12-01 payment failed acme-3, past_due\n" +
				"12-02 1 seat added, past_due\n" +
				"12-02 payment failed acme-4, past_due",
			"billed 1987.76, outstanding 1065.13, refunded 0.00, balance 0.00"},
		{"the next two answers", "declined and not answered, and then paid", script{{Times: 1, Kind: failed}, {Times: 1}}, []lifecycle.Event{added(on(11, 2), 1), added(on(11, 3), 1)}, on(11, 12),
			"11-01 started, active\n" +
				"11-01 payment failed acme-1, past_due\n" +
				"11-02 1 seat added, past_due\n" +
				"11-03 1 seat added, past_due\n" +
				"11-03 payment succeeded acme-3, past_due\n" +
				"11-08 grace over acme-1, suspended",
			"billed 1059.10, outstanding 0.00, refunded 0.00, balance 0.00"},
		{"never answered", "the policy fails the payment after a week", script{{Invoice: 2}}, nil, on(12, 16),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-08 result due acme-2, past_due\n" +
				"12-15 grace over acme-2, suspended",
			"billed 1780.00, outstanding 0.00, refunded 0.00, balance 0.00"},
		{"pays late", "within the week", script{{Invoice: 2, Kind: succeeded, After: days(2)}}, nil, on(12, 4),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-03 payment succeeded acme-2, active",
			"billed 1780.00, outstanding 0.00, refunded 0.00, balance 0.00"},
		{"pays too late", "the payment failed after a week, and the retry of the new card paid: the late payment is a surplus",
			script{{Invoice: 2, Times: 1, Kind: succeeded, After: days(10)}}, []lifecycle.Event{{At: on(12, 9), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"}}, on(12, 12),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-08 result due acme-2, past_due\n" +
				"12-09 payment method added, past_due\n" +
				"12-09 payment succeeded acme-2, active\n" +
				"12-11 payment succeeded acme-2, active",
			"billed 1780.00, outstanding 0.00, refunded 890.00, balance 0.00"},
		{"pays late what was requested", "the customer sent 100.00 in between, and as much goes back",
			script{{Invoice: 2, Kind: succeeded, After: days(3)}}, []lifecycle.Event{{
				At: on(12, 2), Kind: succeeded, Payment: lifecycle.Payment{Invoice: "acme-2", ID: "wire", Amount: decimal.RequireFromString("100.00")},
			}}, on(12, 4),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-02 payment succeeded acme-2, past_due\n" +
				"12-04 payment succeeded acme-2, active",
			"billed 1780.00, outstanding 0.00, refunded 100.00, balance 0.00"},
		{"written off", "it is not outstanding any more", script{{Invoice: 2, Kind: failed}}, []lifecycle.Event{{
			At: on(12, 2), Kind: lifecycle.InvoiceWrittenOff, By: plans.Support, Payment: lifecycle.Payment{Invoice: "acme-2"},
		}}, on(12, 2),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-01 payment failed acme-2, past_due\n" +
				"12-02 invoice written off acme-2, suspended",
			"billed 1780.00, outstanding 0.00, refunded 0.00, balance 0.00"},
		{"stays pending", "a bank debit waits for its result", script{{Invoice: 2, Kind: lifecycle.PaymentAttempted}}, nil, on(12, 2),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"12-01 renewal, active\n" +
				"12-01 payment attempted acme-2, active",
			"billed 1780.00, outstanding 890.00, refunded 0.00, balance 0.00"},
		{"disputed", "paid at once, and owed again ten days later", script{{Invoice: 1, Kind: lifecycle.PaymentDisputed, After: days(10)}}, nil, on(11, 12),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"11-11 payment disputed acme-1, past_due",
			"billed 890.00, outstanding 890.00, refunded 0.00, balance 0.00"},
		{"returned by the bank", "on the day of the payment", script{{Invoice: 1, Kind: lifecycle.PaymentReversed}}, nil, on(11, 2),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"11-01 payment reversed acme-1, past_due",
			"billed 890.00, outstanding 890.00, refunded 0.00, balance 0.00"},
		{"a refund without an answer", "it stays owed back", nil, canceled(16), on(11, 17),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"11-16 canceled immediately, canceled",
			"billed 445.00, outstanding 0.00, refunded 445.00, balance 0.00"},
		{"a refund that fails", "the customer can be paid again", script{{Kind: lifecycle.RefundFailed, After: days(1)}}, canceled(16), on(11, 18),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"11-16 canceled immediately, canceled\n" +
				"11-17 refund failed acme-2, canceled",
			"billed 445.00, outstanding 0.00, refunded 445.00, balance 0.00"},
		{"a refund of another document", "the script is about document 7", script{{Invoice: 7, Kind: lifecycle.RefundSucceeded}}, canceled(16), on(11, 18),
			"11-01 started, active\n" +
				"11-01 payment succeeded acme-1, active\n" +
				"11-16 canceled immediately, canceled",
			"billed 445.00, outstanding 0.00, refunded 445.00, balance 0.00"},
		{"withdrawn before its answer", "the cancellation voids the open invoice", script{{Kind: succeeded, After: days(3)}}, canceled(2), on(11, 20),
			"11-01 started, active\n" +
				"11-02 canceled immediately, canceled",
			"billed 890.00, outstanding 0.00, refunded 0.00, balance 0.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			host := lifecycletest.NewHost(policies, tenSeats())
			if err := errors.Join(host.Script(c.script...), host.Send(append([]lifecycle.Event{started()}, c.events...)...)); err != nil {
				t.Fatal(err)
			}
			got, err := host.Statement(c.until)
			if err != nil {
				t.Fatal(err)
			}
			if steps(&got) != c.want || sums(&got) != c.sums {
				t.Errorf("%s\ngot\n%s\n%s\nwant\n%s\n%s", c.why, steps(&got), sums(&got), c.want, c.sums)
			}
		})
	}
}
