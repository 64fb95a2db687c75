package proration_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// A span that is charged in full or for nothing has that share by every day count, and a credit of it is the unused
// share of what was charged.
func TestExtents(t *testing.T) {
	november := giventest.Period("2026-11-01/2026-12-01", nil)
	half := giventest.Period("2026-11-16/2026-12-01", nil)
	for _, count := range []proration.DayCount{proration.Seconds, proration.Days, proration.Actual30, proration.Thirty360, proration.Months} {
		policy := proration.Standard(2)
		policy.DayCount = count
		for extent, want := range map[proration.Extent][2]string{
			0: {"45.00", "-30.00"}, proration.ExtentProrated: {"45.00", "-30.00"}, proration.ExtentFull: {"90.00", "-60.00"}, proration.ExtentNone: {"0.00", "0.00"},
		} {
			edges := proration.Edges{Extent: extent}
			charge, err := proration.Prorate(proration.Request{Amount: giventest.Money("90"), Period: november, Span: half, Policy: policy, Edges: edges})
			if err != nil || charge.Amount.StringFixed(2) != want[0] {
				t.Errorf("%v, %v: charged %v, %v, want %s", count, extent, charge.Amount, err, want[0])
			}
			for _, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
				back, err := proration.Adjust(proration.Change{
					At: giventest.Instant("2026-11-21", nil), CreditBasis: basis, Policy: policy,
					Billed: proration.Billed{Amount: charge.Amount, Price: giventest.Money("90"), Span: half, Period: november, Edges: edges},
				})
				if err != nil || back.Credit.Amount.StringFixed(2) != want[1] {
					t.Errorf("%v, %v, %v: credited %v, %v, want %s", count, extent, basis, back.Credit.Amount, err, want[1])
				}
			}
		}
	}
	// A span without a day that was charged in full is unused as a whole, or not at all.
	short := proration.Period{Start: giventest.Instant("2026-11-30T20:00:00", nil), End: november.End}
	for at, want := range map[string]string{"2026-11-30T20:00:00": "-90.00", "2026-11-30T21:00:00": "0.00"} {
		days := proration.Standard(2)
		days.ChangeDay = proration.OldSide
		back, err := proration.Adjust(proration.Change{
			At: giventest.Instant(at, nil), CreditBasis: proration.OnBilled, Policy: days,
			Billed: proration.Billed{Amount: giventest.Money("90"), Span: short, Period: november, Edges: proration.Edges{Extent: proration.ExtentFull}},
		})
		if err != nil || back.Credit.Amount.StringFixed(2) != want {
			t.Errorf("at %s: %v, %v, want %s", at, back.Credit.Amount, err, want)
		}
	}
	wrong := proration.Edges{Extent: 9}
	_, err := proration.Prorate(proration.Request{Amount: giventest.Money("90"), Period: november, Span: half, Policy: proration.Standard(2), Edges: wrong})
	giventest.CheckFaults(t, err, "edges.extent invalid")
	_, err = proration.Adjust(proration.Change{
		At: november.Start, CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		Billed: proration.Billed{Amount: giventest.Money("90"), Span: november, Edges: wrong},
	})
	giventest.CheckFaults(t, err, "billed.edges.extent invalid")
	policy := proration.Standard(2)
	policy.Charge, policy.Credit = 9, 9
	giventest.CheckFaults(t, policy.Validate(), "charge invalid", "credit invalid")
}
