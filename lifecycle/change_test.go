package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A stored change that cannot be made or billed at its time does not block the subscription: the step states the
// reason, or the change is billed with the next period.
func TestFailedScheduledChangeBlocksNothing(t *testing.T) {
	less := func(n int64) plans.Change { return unitsOf("seat", decimal.NewFromInt(-n)) }
	started, paid := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "")
	lead, none := advancePolicy(), advancePolicy()
	none.Renewal.Lead = proration.Interval{}
	wait := func(at string, c plans.Change) func(*lifecycle.Subscription) {
		return func(s *lifecycle.Subscription) {
			s.ScheduledChanges = append(s.ScheduledChanges, lifecycle.ScheduledChange{Sequence: 1, At: utc(at), Change: c})
		}
	}
	for _, row := range []struct {
		name, why string
		policy    lifecycle.Policy
		events    []lifecycle.Event
		at        string // when the subscription was stored
		edit      func(*lifecycle.Subscription)
		refused   string // "" where no step is refused
		march     string // the amount billed for March
	}{
		{"too many seats removed at a boundary", "the contract has ten seats", none, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-02-01", less(50)), `-40 of "seat" would be left`, "1000.00"},
		{"too many seats removed within a period", "the contract has ten seats", none, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-01-25", less(50)), `-40 of "seat" would be left`, "1000.00"},
		{"seats removed within a paid period", "the removed seats are credited", none, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-01-25", less(2)), "", "800.00"},
		{"seats removed within an unpaid period", "law 3: the change waits for the next period", none, []lifecycle.Event{started}, "2026-01-20", wait("2026-01-25", less(2)), "", "800.00"},
		{"too many seats removed after the next period was billed", "the contract has ten seats", lead, []lifecycle.Event{started, paid}, "2026-01-25", func(s *lifecycle.Subscription) {
			s.NextPeriod.Changes = append(s.NextPeriod.Changes, less(50))
			s.NextPeriod.Invoice = "" // as for a period with nothing to bill
		}, `-40 of "seat" would be left`, "1000.00"},
		{"seats removed after the next period was billed, before its payment", "law 3: the change applies from the period after it", lead, []lifecycle.Event{started, paid}, "2026-01-25", func(s *lifecycle.Subscription) {
			s.NextPeriod.Changes = append(s.NextPeriod.Changes, less(2))
			s.NextPeriod.Invoice = ""
		}, "", "800.00"},
		{"a change after the end of the period billed in advance", "its time has not come", lead, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-03-01", less(2)), "", "800.00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sub := replayEvents(t, row.policy, row.at, row.events...).Subscription
			row.edit(&sub)
			out, err := advanceWith(row.policy, sub, utc("2026-03-01"))
			if err != nil {
				t.Fatal(err)
			}
			var refused []string
			for _, s := range out.Steps {
				if s.Refused != "" {
					refused = append(refused, s.Refused)
				}
			}
			if got := strings.Join(refused, "; "); (row.refused == "") != (got == "") || !strings.Contains(got, row.refused) {
				t.Errorf("refused with %q, want %q: %s", got, row.refused, row.why)
			}
			var march decimal.Decimal
			for _, inv := range out.Invoices {
				for _, line := range inv.Lines {
					if line.Span.Start.Equal(utc("2026-03-01")) {
						march = march.Add(line.Net)
					}
				}
			}
			giventest.CheckMoney(t, row.why+"; March", march, row.march)
		})
	}
}

// Seats added in the last hours of a period, which no counted day covers, cost nothing, and their removal credits
// nothing.
func TestSeatsAddedInTheLastHoursCostNothing(t *testing.T) {
	sub := tenSeatsFromJanuary()
	sub.Contract.Cycle = giventest.Cycle("2026-01-15T10:00:00Z", "P1M", time.UTC)
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	seats := func(at string, kind lifecycle.EventKind, n int64) lifecycle.Event {
		return lifecycle.Event{
			At: giventest.Instant(at, time.UTC), Kind: kind, By: plans.Support, Change: unitsOf("seat", decimal.NewFromInt(n)),
		}
	}
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, giventest.Instant("2026-02-15T10:00:00Z", time.UTC),
		lifecycle.Event{At: giventest.Instant("2026-01-15T10:00:00Z", time.UTC), Kind: lifecycle.Started},
		seats("2026-02-15T09:00:00Z", lifecycle.Changed, 2), seats("2026-02-15T09:30:00Z", lifecycle.Changed, -2))
	for _, s := range out.Steps {
		if s.Refused != "" {
			t.Error(out.Timeline())
		}
	}
	giventest.CheckMoney(t, "total billed", totalBilled(out), "2000.00")
}

// A scheduled change can be canceled once the advance invoice that included it is voided.
func TestVoidedAdvanceInvoiceReleasesScheduledChanges(t *testing.T) {
	p := helpDesk(func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P7D") })
	run := func(t *testing.T, sub lifecycle.Subscription, steps ...step) lifecycle.Subscription {
		t.Helper()
		for _, s := range steps {
			var got string
			if sub, got = runStep(t, p, sub, s.given); got != s.want {
				t.Errorf("%s: got %q, want %q", s.given, got, s.want)
			}
		}
		return sub
	}
	for _, row := range []struct {
		name, why string
		payment   []step // of the advance invoice
		disabled  string // the outcome of renewal_disabled
	}{
		{
			"payment failed", "renewal_disabled voids the unpaid invoice",
			[]step{{"2026-11-24 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-12-04"}},
			"active full; s-2 void; withdraw s-2",
		},
		{"no payment attempt", "renewal_disabled voids the open invoice", nil, "active full; s-2 void; withdraw s-2"},
		{
			"payment pending", "renewal_disabled voids the invoice once its payment fails",
			[]step{{"2026-11-24 attempted s-2", "active full; s-2 pending"}}, "active full",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			sub := run(t, ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01")),
				step{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
				step{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
				step{"2026-11-10 price 80.00 by support", "active full"},
				step{"2026-11-24", "active full; s-2: recurring 800.00, due 800.00; collect_payment s-2 800.00"},
				step{"2026-11-24 withdraw", "refused: The change scheduled for 2026-12-01 is already billed with the next period; send another change to reverse it."},
			)
			sub = run(t, sub, append(row.payment, step{"2026-11-26 renewaloff", row.disabled})...)
			if len(sub.ScheduledChanges) != 1 || sub.ScheduledChanges[0].BilledInAdvance {
				t.Errorf("%s: the scheduled changes are %+v", row.why, sub.ScheduledChanges)
			}
			sub = run(t, sub, step{"2026-11-27 withdraw", "active full"})
			if len(sub.ScheduledChanges) != 0 {
				t.Errorf("the canceled change is still scheduled: %+v", sub.ScheduledChanges)
			}
			run(t, sub, step{"2026-11-28 renewalon", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"})
		})
	}
}

// A pause that starts immediately keeps the paid next period. The scheduled change that its invoice billed is part of
// it, and is not applied again.
func TestPauseInAPaidNextPeriodAppliesScheduledChangesOnce(t *testing.T) {
	p := helpDesk(func(p *lifecycle.Policy) {
		p.Renewal.Lead = giventest.Interval("P7D")
		p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsNothing}
	})
	sub := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	for _, given := range []string{
		"2026-11-01 started card", "2026-11-01 paid s-1", "2026-11-10 seats -2 by support", "2026-11-24", "2026-11-24 paid s-2",
		"2026-11-26 pause", "2026-11-27 resume", "2026-12-02",
	} {
		sub, _ = runStep(t, p, sub, given)
	}
	if got := sub.Contract.Items[0].Quantity; !got.Equal(giventest.Money("8")) {
		t.Errorf("2 of 10 seats were removed, and %v are left", got)
	}
	out, err := advanceWith(p, sub, instantIn(t, "UTC", "2027-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "January, 8 x 89.00", out.Invoices[0].Total, "712.00")
}
