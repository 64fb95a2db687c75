package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A change that waits in what a caller stored, and cannot be made or billed when its time comes, holds nothing up: the step says why, or it is billed
// with the next period.
func TestFailedScheduledChangeBlocksNothing(t *testing.T) {
	less := func(n int64) plans.Change { return plans.Change{Item: "seat", Quantity: decimal.NewFromInt(-n)} }
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
		at        string // when it was stored
		edit      func(*lifecycle.Subscription)
		refused   string // "" where nothing is
		march     string // what March is billed
	}{
		{"too many fewer at a boundary", "ten are there", none, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-02-01", less(50)), `-40 of "seat" would be left`, "1000.00"},
		{"too many fewer inside a period", "ten are there", none, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-01-25", less(50)), `-40 of "seat" would be left`, "1000.00"},
		{"fewer inside a period that is paid", "they are credited", none, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-01-25", less(2)), "", "800.00"},
		{"fewer inside a period that is not paid", "law 3: they wait for the next", none, []lifecycle.Event{started}, "2026-01-20", wait("2026-01-25", less(2)), "", "800.00"},
		{"too many fewer while the next period is billed", "ten are there", lead, []lifecycle.Event{started, paid}, "2026-01-25", func(s *lifecycle.Subscription) {
			s.NextPeriod.Changes = append(s.NextPeriod.Changes, less(50))
			s.NextPeriod.Invoice = "" // as one on which nothing was to be billed
		}, `-40 of "seat" would be left`, "1000.00"},
		{"fewer while the next period is billed and not paid", "law 3: from the one after it", lead, []lifecycle.Event{started, paid}, "2026-01-25", func(s *lifecycle.Subscription) {
			s.NextPeriod.Changes = append(s.NextPeriod.Changes, less(2))
			s.NextPeriod.Invoice = ""
		}, "", "800.00"},
		{"after the next period that is billed ahead", "its time has not come", lead, []lifecycle.Event{started, paid}, "2026-01-20", wait("2026-03-01", less(2)), "", "800.00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sub := replayEvents(t, row.policy, row.at, row.events...).Subscription
			row.edit(&sub)
			out, err := lifecycle.Advance(row.policy, sub, utc("2026-03-01"))
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

// Seats that are added in the last hours of a period, which no day counts, cost nothing, and nothing of them goes back.
func TestSeatsAddedInTheLastHoursCostNothing(t *testing.T) {
	sub := tenSeatsFromJanuary()
	sub.Contract.Cycle = giventest.Cycle("2026-01-15T10:00:00Z", "P1M", time.UTC)
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	seats := func(at string, kind lifecycle.EventKind, n int64) lifecycle.Event {
		return lifecycle.Event{
			At: giventest.Instant(at, time.UTC), Kind: kind, By: plans.Support, Change: plans.Change{Item: "seat", Quantity: decimal.NewFromInt(n)},
		}
	}
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, giventest.Instant("2026-02-15T10:00:00Z", time.UTC),
		lifecycle.Event{At: giventest.Instant("2026-01-15T10:00:00Z", time.UTC), Kind: lifecycle.Started},
		seats("2026-02-15T09:00:00Z", lifecycle.SeatsAdded, 2), seats("2026-02-15T09:30:00Z", lifecycle.SeatsRemoved, -2))
	for _, s := range out.Steps {
		if s.Refused != "" {
			t.Error(out.Timeline())
		}
	}
	giventest.CheckMoney(t, "all that is billed", totalBilled(out), "2000.00")
}
