package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
)

// Usage and one-time charges count toward the minimum of the period in which they are recorded: ten seats cost 1,000.00
// and the minimum is 2,000.00.
func TestUsageCountsTowardTheMinimum(t *testing.T) {
	charge := func(at string, kind lifecycle.EventKind, amount string) lifecycle.Event {
		return eventOn(at, kind, func(e *lifecycle.Event) { e.Charges = chargeOf("calls", amount) })
	}
	ahead, then := advancePolicy(), advancePolicy()
	then.Renewal.Lead = lifecycle.Standard().Renewal.Lead
	for _, c := range []struct {
		name, why string
		policy    lifecycle.Policy
		events    []lifecycle.Event
		total     string // billed until February 20; the advance invoice for March is one of them
	}{
		{"no usage", "1,000.00 lack in January", then, nil, "3000.00"},
		{"usage", "the last invoice has it", then, []lifecycle.Event{charge("2026-01-15", lifecycle.UsageRecorded, "400.00")}, "3000.00"},
		{"more usage", "the minimum is exceeded", then, []lifecycle.Event{charge("2026-01-15", lifecycle.UsageRecorded, "1400.00")}, "3400.00"},
		{"a one-time charge", "it has an invoice of its own", then, []lifecycle.Event{charge("2026-01-15", lifecycle.ChargeAdded, "400.00")}, "3000.00"},
		{"usage before the advance invoice", "that invoice has it", ahead, []lifecycle.Event{charge("2026-01-15", lifecycle.UsageRecorded, "400.00")}, "4000.00"},
		{"usage after the advance invoice", "the shortfall has an invoice with it", ahead, []lifecycle.Event{charge("2026-01-29", lifecycle.UsageRecorded, "400.00")}, "4000.00"},
		{"a one-time charge after the advance invoice", "it counts for January", ahead, []lifecycle.Event{charge("2026-01-29", lifecycle.ChargeAdded, "400.00")}, "4000.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sub := tenSeatsFromJanuary()
			sub.Contract.Minimum = giventest.Money("2000")
			events := append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.events...)
			for i := range events {
				events[i].Sequence = int64(i + 1)
			}
			out, err := replayWith([]lifecycle.Policy{c.policy}, sub, events, utc("2026-02-20"))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, c.why, totalBilled(out), c.total)
		})
	}
}
