package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A charge counts toward a commitment by its time, also if it names no billing period.
func TestTrueUpCountsByTime(t *testing.T) {
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	contract := tenSeats()
	contract.Cycle = giventest.Cycle("2026-01-01", "P1M", nil)
	contract.Commitment = plans.Commitment{
		Amount: giventest.Money("1000"), Length: proration.Interval{Months: 3}, Start: start,
	}
	for _, c := range []struct{ name, span, period, want string }{
		{"inside", "2026-02-01/2026-03-01", "2026-02-01/2026-03-01", "900.00"},
		{"inside, without a period", "2026-02-01/2026-03-01", "", "900.00"},
		{"half of it", "2026-03-17/2026-04-16", "2026-03-17/2026-04-16", "950.00"},
		{"afterwards", "2026-04-01/2026-05-01", "2026-04-01/2026-05-01", "1000.00"},
		{"afterwards, without a period", "2026-04-01/2026-05-01", "", "1000.00"},
		{"a sale in the period", "", "2026-02-01/2026-03-01", "900.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sold := plans.Charge{Kind: plans.OneTime, Currency: contract.Currency, Net: giventest.Money("100")}
			if c.span != "" {
				sold.Span = giventest.Period(c.span, nil)
			}
			if c.period != "" {
				sold.Period = giventest.Period(c.period, nil)
			}
			at := start.AddDate(0, 3, 0)
			charges, after, err := contract.TrueUp([]plans.Charge{sold}, at, false, proration.Standard(2))
			if err != nil || after.Settled != 1 || len(charges) != 1 || charges[0].Net.StringFixed(2) != c.want {
				t.Errorf("%v, %d settled, %v; want %s", charges, after.Settled, err, c.want)
			}
		})
	}
}
