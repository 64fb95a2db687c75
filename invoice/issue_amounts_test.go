package invoice_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestIssueDiscounts(t *testing.T) {
	base := issueSeats("10", "89.00")
	full := "recurring seat: 10 x 89.00 = 890.00"
	tenth := plans.Discount{ID: "friends", Percent: giventest.Money("10"), Duration: plans.Forever}
	month := func(at, sums string, lines ...string) issueDay { return issueDay{at: at, lines: lines, sums: sums} }
	for _, r := range []issueRow{
		{
			name: "once", why: "the first document is half price; later additions and December cost the full price", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("50"), Duration: plans.Once}),
			days: []issueDay{
				month("2026-11-01", "due 445.00", full+", less 50 % 445.00 = 445.00"),
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"}, sums: "due 89.00"},
				month("2026-12-01", "due 1068.00", "recurring seat: 12 x 89.00 = 1068.00"),
			},
		},
		{
			name: "once, credited", why: "a credit derives from the billed amount: 445.00 x 2/10 x 15/30 = 44.50", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("50"), Duration: plans.Once}),
			days: []issueDay{
				month("2026-11-01", "due 445.00", full+", less 50 % 445.00 = 445.00"),
				{at: "2026-11-16", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-1/1, -89.00 x 15/30 days = -44.50"}, sums: "total -44.50, granted 44.50, due 0.00"},
			},
		},
		{
			name: "once, credited by the price", why: "the price basis takes the coupon off, too: (890.00 - 445.00) x 2/10 x 15/30 = 44.50", policy: issuePolicy(func(p *invoice.Policy) { p.CreditBasis = proration.OnPrice }),
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("50"), Duration: plans.Once}),
			days: []issueDay{
				month("2026-11-01", "due 445.00", full+", less 50 % 445.00 = 445.00"),
				{at: "2026-11-16", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-1/1, -178.00 x 15/30 days plus 44.5 carried over = -44.50"}, sums: "total -44.50, granted 44.50, due 0.00"},
			},
		},
		{
			name: "repeating", why: "two periods less 10 %, also for units that are added in them", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("10"), Duration: plans.Repeating, Periods: 2}),
			days: []issueDay{
				month("2026-11-01", "due 801.00", full+", less 10 % 89.00 = 801.00"),
				month("2026-11-16", ""),
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00, less 10 % 8.90 = 80.10"}, sums: "due 80.10"},
				{at: "2026-11-16", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-3/1, -80.10 x 15/15 days = -80.10"}, sums: "total -80.10, granted 80.10, due 0.00"},
				month("2026-12-01", "total 801.00, spent -80.10, due 720.90", full+", less 10 % 89.00 = 801.00"),
				month("2027-01-01", "due 890.00", full),
			},
		},
		{
			name: "repeating, within a year", why: "40 % for 120 of 365 days; seats of January have it for 59 days until March, seats of April have none", policy: invoice.Standard(),
			contract: func() plans.Contract {
				year := issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("40"), Duration: plans.Repeating, Periods: 4, Per: giventest.Interval("P1M")})
				year.Cycle = giventest.Cycle("2026-11-01", "P1Y", time.UTC)
				return year
			}(),
			days: []issueDay{
				month("2026-11-01", "due 772.96", full+", less 40 % until 2027-03-01 117.04 = 772.96"),
				{at: "2027-01-01", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 304/365 days = 148.252..., rounded half up to 148.25, less 40 % until 2027-03-01 11.51 = 136.74"}, sums: "due 136.74"},
				{at: "2027-04-01", change: issueMore("1"), lines: []string{"proration_charge seat: 1 x 89.00, 89.00 x 214/365 days = 52.180..., rounded half up to 52.18"}, sums: "due 52.18"},
			},
		},
		{
			name: "repeating, of an item", why: "a phone that is added has no coupon of the seats", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("10"), Duration: plans.Repeating, Periods: 2, Scope: plans.Scope{Items: []string{"seat"}}}),
			days: []issueDay{
				month("2026-11-01", "due 801.00", full+", less 10 % 89.00 = 801.00"),
				{at: "2026-11-16", change: plans.Change{Items: []plans.ChangeItem{{ID: "seat", Quantity: giventest.Money("10")}, {ID: "phone", Quantity: giventest.Money("1"), Price: &plans.Price{Unit: giventest.Money("10")}}}}, lines: []string{"proration_charge phone: 1 x 10.00, 10.00 x 15/30 days = 5.00"}, sums: "due 5.00"},
			},
		},
		{
			name: "repeating, of whole periods", why: "the coupon is for recurring charges, and an addition is a proration", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("10"), Duration: plans.Repeating, Periods: 2, Scope: plans.Scope{Kinds: []plans.Kind{plans.Recurring}}}),
			days: []issueDay{
				month("2026-11-01", "due 801.00", full+", less 10 % 89.00 = 801.00"),
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"}, sums: "due 89.00"},
			},
		},
		{
			name: "forever", why: "a percentage is also taken off additions, and credited with them: 160.20 x 15/30", policy: invoice.Standard(), contract: issueDiscounted(base, tenth),
			days: []issueDay{
				month("2026-11-01", "due 801.00", full+", less 10 % 89.00 = 801.00"),
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00, less 10 % 8.90 = 80.10"}, sums: "due 80.10"},
				{at: "2026-11-16", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-2/1, -80.10 x 15/15 days = -80.10"}, sums: "total -80.10, granted 80.10, due 0.00"},
				{
					at: "2026-11-21", change: issuePrice("99.00"), sums: "total 30.00, spent -30.00, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -801.00 x 10/30 days = -267.00", "proration_charge seat: 10 x 99.00, 990.00 x 10/30 days = 330.00, less 10 % 33.00 = 297.00"},
				},
			},
		},
		{
			name: "an amount forever", why: "the period used it already: nothing off additions", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "fifty", Amount: giventest.Money("50"), Duration: plans.Forever}),
			days: []issueDay{
				month("2026-11-01", "due 840.00", full+", less fifty 50.00 = 840.00"),
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"}, sums: "due 89.00"},
				month("2026-12-01", "due 1018.00", "recurring seat: 12 x 89.00 = 1068.00, less fifty 50.00 = 1018.00"),
			},
		},
		{
			name: "two in order", why: "10 % of 890.00, then 50.00", policy: invoice.Standard(),
			contract: issueDiscounted(issueDiscounted(base, tenth), plans.Discount{ID: "fifty", Amount: giventest.Money("50"), Duration: plans.Once}),
			days: []issueDay{
				month("2026-11-01", "due 751.00", full+", less 10 % 89.00, less fifty 50.00 = 751.00"),
				month("2026-12-01", "due 801.00", full+", less 10 % 89.00 = 801.00"),
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestIssueMinimum(t *testing.T) {
	base := issueSeats("10", "89.00")
	base.Minimum = giventest.Money("1000")
	full := "recurring seat: 10 x 89.00 = 890.00"
	for _, r := range []issueRow{
		{
			name: "at renewal", why: "November lacked 110.00, which is known at its end", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16"},
				{at: "2026-12-01", lines: []string{"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00", full}, sums: "due 1000.00"},
				{at: "2027-01-01", lines: []string{"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00", full}, sums: "due 1000.00"},
			},
		},
		{
			name: "with additions", why: "890.00 and 89.00 lack 21.00; 12 x 89.00 in December are enough", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"}, sums: "due 89.00"},
				{at: "2026-12-01", lines: []string{"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 979.00 = 21.00", "recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1089.00"},
				{at: "2027-01-01", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
			},
		},
		{
			name: "with credits", why: "890.00 less 89.00 lack 199.00", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-1/1, -178.00 x 15/30 days = -89.00"}, sums: "total -89.00, granted 89.00, due 0.00"},
				{at: "2026-12-01", lines: []string{"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 801.00 = 199.00", "recurring seat: 8 x 89.00 = 712.00"}, sums: "total 911.00, spent -89.00, due 822.00"},
			},
		},
		{
			name: "with a moved billing date", why: "November lacks 110.00, and the 9 added days 33.00 of 300.00", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 267.00",
					lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"},
				},
				{
					at: "2026-12-10", sums: "due 1033.00",
					lines: []string{
						"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00",
						"shortfall minimum: 1 x 1000.00, 1000.00 x 9/30 days = 300.00, less billed 267.00 = 33.00", full,
					},
				},
			},
		},
		{
			name: "with an earlier billing date", why: "the 19 days until it have 633.33, of which 563.67 are billed", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: issueAnchor("2026-11-20", nil), sums: "total -326.33, granted 326.33, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 11/30 days = -326.333..., rounded half up to -326.33"},
				},
				{
					at: "2026-11-20", sums: "total 959.66, spent -326.33, due 633.33",
					lines: []string{"shortfall minimum: 1 x 1000.00, 1000.00 x 19/30 days = 633.333..., rounded half up to 633.33, less billed 563.67 = 69.66", full},
				},
			},
		},
		{
			name: "at a cancellation", why: "500.00 for the used half, of which 445.00 stay billed", contract: base, policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: plans.Change{Cancel: true}, sums: "total -390.00, granted 390.00, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00", "shortfall minimum: 1 x 1000.00, 1000.00 x 15/30 days = 500.00, less billed 445.00 = 55.00"},
				},
			},
		},
		{
			name: "at a cancellation after a moved billing date", why: "19 of 30 days have 633.33, of which 563.67 are billed; the added days are credited whole", contract: base, policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 267.00",
					lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"},
				},
				{
					at: "2026-11-20", change: plans.Change{Cancel: true}, sums: "total -523.67, granted 523.67, due 0.00",
					lines: []string{
						"proration_credit seat: 10 not used of inv-2/1, -267.00 x 9/9 days = -267.00",
						"proration_credit seat: 10 not used of inv-1/1, -890.00 x 11/30 days = -326.333..., rounded half up to -326.33",
						"shortfall minimum: 1 x 1000.00, 1000.00 x 19/30 days = 633.333..., rounded half up to 633.33, less billed 563.67 = 69.66",
					},
				},
			},
		},
		{
			name: "of half a period", why: "500.00 for the half with service, which lacks 55.00", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-16", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, sums: "due 445.00"},
				{at: "2026-12-01", lines: []string{"shortfall minimum: 1 x 1000.00, 1000.00 x 15/30 days = 500.00, less billed 445.00 = 55.00", full}, sums: "due 945.00"},
			},
		},
		{
			name: "before discounts", why: "law 8: 890.00 count, not 801.00; the discount also applies to the 110.00", policy: invoice.Standard(),
			contract: issueDiscounted(base, plans.Discount{ID: "friends", Percent: giventest.Money("10"), Duration: plans.Forever}),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{full + ", less 10 % 89.00 = 801.00"}, sums: "due 801.00"},
				{at: "2026-12-01", lines: []string{"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 890.00, less 10 % 11.00 = 99.00", full + ", less 10 % 89.00 = 801.00"}, sums: "due 900.00"},
			},
		},
		{
			name: "usage counts", why: "60.00 of messages in November lower the shortfall to 50.00, since they have its period", contract: base, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-20", with: func(o *invoice.IssueRequest) {
					issueMessages(o)
					o.Lines[0].Period, o.Lines[0].Span = giventest.Period("2026-11-01/2026-12-01", nil), giventest.Period("2026-11-01/2026-12-01", nil)
				}, lines: []string{"usage message: 1200 x 0.05 = 60.00"}, sums: "due 60.00"},
				{at: "2026-12-01", lines: []string{"shortfall minimum: 1 x 1000.00 = 1000.00, less billed 950.00 = 50.00", full}, sums: "due 940.00"},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestIssueTaxes(t *testing.T) {
	full := []string{"recurring seat: 10 x 89.00 = 890.00"}
	removed := []string{"proration_credit seat: 2 not used of inv-1/1, -178.00 x 15/30 days = -89.00"}
	for _, r := range []issueRow{
		{
			name: "besides", why: "19 % of 890.00 and of its credit: 169.10 and 16.91", contract: issueSeats("10", "89.00"), policy: issueVAT("19", false),
			days: []issueDay{
				{at: "2026-11-01", lines: full, sums: "tax 169.10, due 1059.10"},
				{at: "2026-11-16", change: issueMore("-2"), lines: removed, sums: "total -105.91, tax -16.91, granted 105.91, due 0.00"},
				{at: "2026-12-01", lines: []string{"recurring seat: 8 x 89.00 = 712.00"}, sums: "total 847.28, tax 135.28, spent -105.91, due 741.37"},
			},
		},
		{
			name: "included", why: "the price includes the tax: nothing is added", contract: issueSeats("10", "89.00"), policy: issueVAT("19", true),
			days: []issueDay{
				{at: "2026-11-01", lines: full, sums: "due 890.00"},
				{at: "2026-11-16", change: issueMore("-2"), lines: removed, sums: "total -89.00, granted 89.00, due 0.00"},
			},
		},
		{
			name: "a changed rate", why: "a credit has the rate of its charge, whatever the rate is today", contract: issueSeats("10", "89.00"), policy: issueVAT("19", false),
			days: []issueDay{
				{at: "2026-11-01", lines: full, sums: "tax 169.10, due 1059.10"},
				{
					// 103.95 - 84.55
					at: "2026-11-16", change: issuePrice("99.00"), with: func(o *invoice.IssueRequest) { o.Policy = issueVAT("21", false) }, sums: "tax 19.40, due 69.40",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00", "proration_charge seat: 10 x 99.00, 990.00 x 15/30 days = 495.00"},
				},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestIssueZones(t *testing.T) {
	in := func(zone, anchor string) plans.Contract {
		c := issueSeats("10", "89.00")
		c.Cycle = giventest.Cycle(anchor, "P1M", giventest.Zone(t, zone))
		return c
	}
	full := []string{"recurring seat: 10 x 89.00 = 890.00"}
	seconds := issuePolicy(func(p *invoice.Policy) { p.Proration.DayCount = proration.Seconds })
	utc := func(o *invoice.IssueRequest) { o.At = o.At.In(time.UTC) }
	for _, r := range []issueRow{
		{
			name: "the evening before in New York", why: "03:30 in UTC is 22:30 of the 15th there: 16 of 30 days", contract: in("America/New_York", "2026-11-01"), zone: "America/New_York", policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-01", lines: full, sums: "due 890.00"},
				{at: "2026-11-16T03:30:00Z", with: utc, change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 16/30 days = 94.933..., rounded half up to 94.93"}, sums: "due 94.93"},
				{at: "2026-12-01T04:59:59Z", with: utc},
				{at: "2026-12-01T05:00:00Z", with: utc, lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
			},
		},
		{
			name: "the missing hour of March", why: "31 days less an hour are 2674800 seconds, of which 16 days of 86400 are left: 178.00 x 1382400/2674800 = 91.995", contract: in("America/New_York", "2027-03-01"), zone: "America/New_York", policy: seconds,
			days: []issueDay{
				{at: "2027-03-01", lines: full, sums: "due 890.00"},
				{at: "2027-03-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 1382400/2674800 seconds = 91.994..., rounded half up to 91.99"}, sums: "due 91.99"},
			},
		},
		{
			name: "the 31st in Tokyo", why: "the last day of February begins there at 15:00 of the 27th in UTC; the 31st is remembered", contract: in("Asia/Tokyo", "2027-01-31"), zone: "Asia/Tokyo", policy: invoice.Standard(),
			days: []issueDay{
				{at: "2027-01-31", lines: full, sums: "due 890.00"},
				{at: "2027-02-14T15:00:00Z", with: utc, change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-1/1, -178.00 x 13/28 days = -82.642..., rounded half up to -82.64"}, sums: "total -82.64, granted 82.64, due 0.00"},
				{at: "2027-02-27T14:59:59Z", with: utc},
				{at: "2027-02-27T15:00:00Z", with: utc, lines: []string{"recurring seat: 8 x 89.00 = 712.00"}, sums: "total 712.00, spent -82.64, due 629.36"},
				{at: "2027-03-30"},
				{at: "2027-03-31", lines: []string{"recurring seat: 8 x 89.00 = 712.00"}, sums: "due 712.00"},
			},
		},
		{
			name: "a cancellation in Tokyo", why: "15 of 30 days, whatever day it is elsewhere", contract: in("Asia/Tokyo", "2026-11-01"), zone: "Asia/Tokyo",
			policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				{at: "2026-11-01", lines: full, sums: "due 890.00"},
				{at: "2026-11-15T15:00:00Z", with: utc, change: plans.Change{Cancel: true}, lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"}, sums: "total -445.00, granted 445.00, due 0.00"},
			},
		},
		{
			name: "the day of the change belongs to the old side", why: "14 of 30 days, at any hour of the 16th", contract: issueSeats("10", "89.00"), policy: issuePolicy(func(p *invoice.Policy) { p.Proration.ChangeDay = proration.OldSide }),
			days: []issueDay{
				{at: "2026-11-01", lines: full, sums: "due 890.00"},
				{at: "2026-11-16T10:30:00", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 14/30 days = 83.066..., rounded half up to 83.07"}, sums: "due 83.07"},
				{at: "2026-11-16T20:00:00", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-2/1, -83.07 x 14/14 days = -83.07"}, sums: "total -83.07, granted 83.07, due 0.00"},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// All faults come at once, each with the path of its field.
func TestIssueFaults(t *testing.T) {
	at := giventest.Instant("2026-11-16", nil)
	account := invoice.Account{Contract: issueSeats("10", "89.00")}
	signed, err := invoice.Issue(invoice.IssueRequest{Account: account, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard()})
	if err != nil {
		t.Fatal(err)
	}
	base := invoice.IssueRequest{Account: signed.Account, ID: "inv-2", At: at, Change: issueMore("-2"), Policy: invoice.Standard()}
	for _, c := range []struct {
		name   string
		change func(*invoice.IssueRequest)
		want   []string
	}{
		{"the zero request", func(o *invoice.IssueRequest) { *o = invoice.IssueRequest{} }, []string{
			"policy.proration.day_count unset", "policy.proration.first_day unset", "policy.proration.last_day unset", "policy.proration.change_day unset", "policy.proration.rounding.mode unset", "policy.credit_basis unset", "policy.timing unset", "policy.allocation unset",
			"policy.tax_rounding_level unset", "policy.tax_rounding_mode unset", "contract.plan unset", "contract.currency unset", "contract.cycle.anchor unset", "contract.cycle.interval unset", "at unset",
		}},
		{"no ID", func(o *invoice.IssueRequest) { o.ID = "" }, []string{"id unset"}},
		{"no ID for a cancellation", func(o *invoice.IssueRequest) { o.ID, o.Change = "", plans.Change{Cancel: true} }, []string{"id unset"}},
		{"in arrears without a start", func(o *invoice.IssueRequest) { o.Policy = issueArrears() }, []string{"unbilled_since unset"}},
		{"due before", func(o *invoice.IssueRequest) { o.DueAt = at.Add(-1) }, []string{"due_at outside"}},
		{"an edited charge", func(o *invoice.IssueRequest) {
			o.UnexpiredCharges = append([]plans.Charge(nil), o.UnexpiredCharges...)
			o.UnexpiredCharges[0].Quantity = giventest.Money("-1")
		}, []string{"unexpired_charges[0].quantity invalid"}},
		{"fewer units were paid", func(o *invoice.IssueRequest) {
			o.UnexpiredCharges = append([]plans.Charge(nil), o.UnexpiredCharges...)
			o.UnexpiredCharges[0].Quantity = giventest.Money("1")
		}, []string{"change.remove[0].quantity invalid"}},
		{"a line in another currency", func(o *invoice.IssueRequest) {
			issueMessages(o)
			o.Lines[0].Currency = "EUR"
		}, []string{"lines[1].currency invalid"}},
		{"an unknown extent", func(o *invoice.IssueRequest) { o.Change, o.Extent = plans.Change{}, 9 }, []string{"extent invalid"}},
		{"an extent of a change", func(o *invoice.IssueRequest) { o.Extent = proration.ExtentNone }, []string{"extent invalid"}},
		{"an extent of a closed period", func(o *invoice.IssueRequest) {
			o.Change, o.Close, o.Extent = plans.Change{}, true, proration.ExtentNone
		}, []string{"extent invalid"}},
		{"an extent in arrears", func(o *invoice.IssueRequest) {
			o.Policy, o.Change, o.Extent = issueArrears(), plans.Change{}, proration.ExtentNone
		}, []string{"unbilled_since unset", "extent invalid"}},
		{"the zone of another machine", func(o *invoice.IssueRequest) { o.Contract.Cycle.Zone = "Asia/Tokyo" }, []string{"contract.cycle.zone zone"}},
	} {
		o := base
		c.change(&o)
		if _, err := invoice.Issue(o); giventest.CheckFaults(t, err, c.want...) {
			t.Error(c.name)
		}
	}
}
