package invoice_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// A billing date that moves bills the days that it adds to the present period, or credits those that it drops, with the
// deductions and the minimum of the period.
func TestIssueMovedBillingDate(t *testing.T) {
	two := func(anchor string) plans.Change {
		return plans.Change{Remove: unitsOf("seat", giventest.Money("-2")).Remove, AnchorAt: giventest.Instant(anchor, nil)}
	}
	half := plans.Discount{ID: "half", Percent: giventest.Money("50"), Duration: plans.Repeating, Periods: 2}
	off := plans.Discount{ID: "off", Amount: giventest.Money("90"), Duration: plans.Repeating, Periods: 2}
	least := issueSeats("10", "89.00")
	least.Minimum = giventest.Money("1000")
	const full = "recurring seat: 10 x 89.00 = 890.00"
	for _, r := range []issueRow{
		{
			name: "two seats and ten days fewer", why: "the seats leave on the 16th, and eight seats lose the days from the 21st on", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{issueTenSeats, {
				at: "2026-11-16", change: two("2026-11-21"), sums: "total -326.34, granted 326.34, due 0.00",
				lines: []string{
					"proration_credit seat: 10 not used of inv-1/1, -890.00 x 10/30 days = -296.666..., rounded half up to -296.67",
					"proration_credit seat: 2 not used of inv-1/1, -178.00 x 5/30 days = -29.666..., rounded half up to -29.67",
				},
			}},
		},
		{
			name: "earlier twice", why: "the period that began on November 1 ends on the 19th, and the next one is billed", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: issueAnchor("2026-11-21", nil), sums: "total -296.67, granted 296.67, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 10/30 days = -296.666..., rounded half up to -296.67"},
				},
				{
					at: "2026-11-18", change: issueAnchor("2026-11-19", nil), sums: "total -59.33, granted 59.33, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 2/30 days = -59.333..., rounded half up to -59.33"},
				},
				{at: "2026-11-19", lines: []string{full}, sums: "total 890.00, spent -296.67, spent -59.33, due 534.00"},
			},
		},
		{
			name: "later twice", why: "the second billing date adds the days after the first", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 267.00", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"}},
				{at: "2026-11-20", change: issueAnchor("2026-12-20", nil), sums: "due 296.67", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67"}},
				{at: "2026-12-20", lines: []string{full}, sums: "due 890.00"},
			},
		},
		{
			name: "with a percentage for two months", why: "half of the 9 added days, and of 21 of the 31 days from December 10 on", contract: issueDiscounted(issueSeats("10", "89.00"), half), policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{full + ", less 50 % 445.00 = 445.00"}, sums: "due 445.00"},
				{at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 133.50", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00, less 50 % 133.50 = 133.50"}},
			},
		},
		{
			name: "with an amount off for two months", why: "November had it, and the added days do not", contract: issueDiscounted(issueSeats("10", "89.00"), off), policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{full + ", less off 90.00 = 800.00"}, sums: "due 800.00"},
				{at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 267.00", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"}},
				{at: "2026-12-10", lines: []string{full + ", less off 90.00 = 800.00"}, sums: "due 800.00"},
			},
		},
		{
			name: "with a minimum, and a seat in the added days", why: "the charges of November still count", contract: least, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 267.00", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"}},
				{at: "2026-12-04", change: unitsOf("seat", giventest.Money("1")), sums: "due 17.80", lines: []string{"proration_charge seat: 1 x 89.00, 89.00 x 6/30 days = 17.80"}},
				{
					at: "2026-12-10", sums: "due 1104.20",
					lines: []string{
						"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00",
						"shortfall minimum: 1 x 1000.00, 1000.00 x 9/30 days = 300.00, less billed 284.80 = 15.20",
						"recurring seat: 11 x 89.00 = 979.00",
					},
				},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}
