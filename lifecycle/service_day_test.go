package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The first day of service is free once each time that service begins, and not where a period begins later or a trial
// precedes it. A seat costs 28.00 a month, from February on.
func TestFirstDayIsFreeWhereServiceBegins(t *testing.T) {
	start := eventOn("2026-02-01", lifecycle.Started, func(e *lifecycle.Event) { e.PaymentMethod = "card" })
	pause := eventOn("2026-02-05", lifecycle.PauseRequested)
	resume := eventOn("2026-02-20", lifecycle.Resumed)
	for _, c := range []struct {
		name, why string
		trial     string
		arrears   bool
		events    []lifecycle.Event
		billed    string // until the end of March
	}{
		{"at once", "27.00 and 28.00", "", false, []lifecycle.Event{start}, "55"},
		{"in arrears", "27.00 for February", "", true, []lifecycle.Event{start}, "27"},
		{"later", "15.00 from February 13 on, and 28.00", "", false, []lifecycle.Event{eventOn("2026-02-13", lifecycle.Started)}, "43"},
		{"after a trial", "the trial had the first day: 28.00 from February 15, and 28.00 from March 15", "P14D", false, []lifecycle.Event{start}, "56"},
		{"after a pause", "27.00 less 24.00, then 27/28 from February 20 and 28.00 from March 20", "", false, []lifecycle.Event{start, pause, resume}, "58"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, sub := anyChange(), tenSeatsFromJanuary()
			p.Billing.Proration.FirstDay = proration.DayFree
			p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
			if c.arrears {
				p.Billing.Timing = proration.InArrears
			}
			sub.Contract.Cycle = giventest.Cycle("2026-02-01", "P1M", time.UTC)
			sub.Contract.Items[0].Quantity, sub.Contract.Items[0].Price.Unit = decimal.New(1, 0), decimal.New(28, 0)
			if c.trial != "" {
				sub.Contract.Trial = giventest.Interval(c.trial)
			}
			var billed decimal.Decimal
			for i, e := range c.events {
				e.Sequence = int64(i + 1)
				out, err := applyWith(p, sub, e)
				if err != nil {
					t.Fatalf("%v: %v", e.Kind, err)
				}
				sub, billed = out.Subscription, billed.Add(totalOf(out))
			}
			out, err := advanceWith(p, sub, utc("2026-03-31"))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, c.why, billed.Add(totalOf(out)), c.billed)
		})
	}
}
