package proration_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// A change on the first day of service credits the days that were billed, and not a free first day besides, so that the
// cap has nothing to take off.
func TestChangeOnAFreeFirstDay(t *testing.T) {
	february := giventest.Period("2026-02-01/2026-03-01", nil)
	policy := proration.Standard(2)
	policy.FirstDay = proration.DayFree
	begins := time.Date(2026, 2, 9, 12, 0, 0, 0, time.UTC)
	for _, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
		got, err := proration.Adjust(proration.Change{
			At: begins.Add(6 * time.Hour), CreditBasis: basis, Policy: policy,
			Billed: proration.Billed{
				Amount: money("19"), Price: money("28"), Period: february, Span: proration.Period{Start: begins, End: february.End},
				Edges: proration.Edges{Begins: true},
			},
		})
		if err != nil || !got.Credit.Amount.Equal(money("-19")) || got.Credit.Capped {
			t.Errorf("by the %v: %v, capped %v: %v", basis, got.Credit.Amount, got.Credit.Capped, err)
		}
	}
}

// After clocks go back over midnight, the repeated minutes count as the day that has begun, so that the parts of a
// period add up to the whole (law 2).
func TestDayThatBeganTwice(t *testing.T) {
	newfoundland := giventest.Zone(t, "America/St_Johns") // 00:01 on November 1 became 23:01 on October 31
	period := proration.Period{Start: time.Date(2009, 10, 16, 0, 0, 0, 0, newfoundland), End: time.Date(2009, 11, 16, 0, 0, 0, 0, newfoundland)}
	first := time.Date(2009, 11, 1, 2, 30, 30, 0, time.UTC) // 00:00:30, for the first time
	cuts := []time.Time{period.Start, first, first.Add(30 * time.Minute), period.End}
	var days int64
	for i, at := range cuts[1:] {
		x, err := proration.Request{
			Amount: money("31"), Period: period, Span: proration.Period{Start: cuts[i], End: at}, Policy: proration.Standard(2), Location: newfoundland,
		}.Fraction()
		if err != nil {
			t.Fatal(err)
		}
		days += x.Num * 31 / x.Den
	}
	if days != 31 {
		t.Errorf("the parts have %d days, and the period 31", days)
	}
}
