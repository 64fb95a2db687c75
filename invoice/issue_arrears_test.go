package invoice_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

func TestIssueArrears(t *testing.T) {
	full := "recurring seat: 10 x 89.00 = 890.00"
	month := func(at, sums string, lines ...string) issueDay { return issueDay{at: at, lines: lines, sums: sums} }
	base, policy, since := issueSeats("10", "89.00"), issueArrears(), "2026-11-01"
	for _, r := range []issueRow{
		{
			name: "month by month", why: "a period is billed once, at its end", contract: base, policy: policy, since: since,
			days: []issueDay{
				month("2026-11-01", ""), month("2026-11-30T23:59:59", ""), month("2026-12-01", "due 890.00", full), month("2026-12-15", ""), month("2027-01-01", "due 890.00", full),
			},
		},
		{
			name: "issued late", why: "each ended month is billed on its own", contract: base, policy: policy, since: since,
			days: []issueDay{month("2027-01-20", "due 1780.00", full, full), month("2027-02-01", "due 890.00", full)},
		},
		{
			name: "signed inside a period", why: "890.00 x 15/30", contract: base, policy: policy, since: "2026-11-16",
			days: []issueDay{month("2026-12-01", "due 445.00", "recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00")},
		},
		{
			name: "a longer first period", why: "the first period is one period, however long", policy: policy, since: since, contract: func() plans.Contract {
				c := clone.Deep(base)
				c.Cycle, c.First = giventest.Cycle("2026-12-15", "P1M", time.UTC), giventest.Period("2026-11-01/2026-12-15", nil)
				return c
			}(),
			days: []issueDay{month("2026-12-01", ""), month("2026-12-15", "due 890.00", full), month("2027-01-15", "due 890.00", full)},
		},
		{
			name: "seats added", why: "each quantity costs its own days: 890.00 x 15/30 and 1068.00 x 15/30", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: issueMore("2")},
				month("2026-12-01", "due 979.00", "recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00", "recurring seat: 12 x 89.00, 1068.00 x 15/30 days = 534.00"),
				month("2027-01-01", "due 1068.00", "recurring seat: 12 x 89.00 = 1068.00"),
			},
		},
		{
			name: "seats removed", why: "no credit, since nothing was billed: 445.00 and 712.00 x 15/30", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: issueMore("-2")},
				month("2026-12-01", "due 801.00", "recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00", "recurring seat: 8 x 89.00, 712.00 x 15/30 days = 356.00"),
			},
		},
		{
			name: "added and removed at one instant", why: "the quantity is unchanged", contract: base, policy: policy, since: since,
			days: []issueDay{{at: "2026-11-16", change: issueMore("2")}, {at: "2026-11-16", change: issueMore("-2")}, month("2026-12-01", "due 890.00", full)},
		},
		{
			name: "a new item", why: "three phones for half of November", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("3"), Price: &plans.Price{Unit: giventest.Money("20.00")}}}}},
				month("2026-12-01", "due 920.00", full, "recurring phone: 3 x 20.00, 60.00 x 15/30 days = 30.00"),
				month("2027-01-01", "due 950.00", full, "recurring phone: 3 x 20.00 = 60.00"),
			},
		},
		{
			name: "a price changed", why: "445.00 and 990.00 x 15/30", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: issuePrice("99.00")},
				month("2026-12-01", "due 940.00", "recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00", "recurring seat: 10 x 99.00, 990.00 x 15/30 days = 495.00"),
			},
		},
		{
			name: "another plan", why: "the use of the old plan is billed at the change, the rest at the end of November", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, sums: "due 445.00"},
				month("2026-12-01", "due 695.00", "recurring seat: 10 x 139.00, 1390.00 x 15/30 days = 695.00"),
			},
		},
		{
			name: "seats added, then another plan", why: "5 of 30 days of 12 x 89.00 are billed at the change: 178.00", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-11", change: issueMore("2")},
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, sums: "due 474.67",
					lines: []string{"recurring seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67", "recurring seat: 12 x 89.00, 1068.00 x 5/30 days = 178.00"},
				},
				month("2026-12-01", "due 834.00", "recurring seat: 12 x 139.00, 1668.00 x 15/30 days = 834.00"),
			},
		},
		{
			name: "from month to year and back", why: "92 of 365 days of 9000.00 are 2268.49", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: plans.Change{Plan: issuePlan("growth", "P1Y", "900.00")}, lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, sums: "due 445.00"},
				month("2026-12-01", ""),
				{
					at: "2027-02-16", change: plans.Change{Plan: issuePlan("growth", "P1M", "89.00")}, sums: "due 2268.49",
					lines: []string{"recurring seat: 10 x 900.00, 9000.00 x 92/365 days = 2268.493..., rounded half up to 2268.49"},
				},
				month("2027-03-01", ""),
				month("2027-03-16", "due 890.00", full),
			},
		},
		{
			name: "a billing date moved", why: "nothing at the change; November and 9 of 30 days on December 10", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: issueAnchor("2026-12-10", nil)},
				month("2026-12-10", "due 1157.00", full, "recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"),
				month("2027-01-10", "due 890.00", full),
			},
		},
		{
			name: "canceled", why: "the used time is due; there is nothing to credit", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: plans.Change{Cancel: true}, lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, sums: "due 445.00"},
			},
		},
		{
			name: "canceled at the end of a period", why: "the whole period is due, and nothing of the next", contract: base, policy: policy, since: since,
			days: []issueDay{{at: "2026-12-01", change: plans.Change{Cancel: true}, lines: []string{full}, sums: "due 890.00"}},
		},
		{
			name: "canceled, with a termination fee", why: "445.00 less 10 %, and 50 % of 5 x 801.00 without a discount", policy: policy, since: since,
			contract: issueDiscounted(issueTerminationFee("0", "50"), plans.Discount{ID: "friends", Percent: giventest.Money("10"), Duration: plans.Forever}),
			days: []issueDay{
				{
					at: "2026-11-16", change: plans.Change{Cancel: true}, sums: "due 2403.00",
					lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00, less 10 % 44.50 = 400.50", "termination_fee termination: 50 % of 4005.00 = 2002.50"},
				},
				month("2026-12-01", ""),
			},
		},
		{
			name: "reactivated", why: "a period begins at the reactivation; the time before it is not billed", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: plans.Change{Cancel: true}, lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, sums: "due 445.00"},
				{at: "2026-12-10", change: issueAnchor("2026-12-10", nil), with: func(o *invoice.IssueRequest) { o.UnbilledSince = o.At }},
				month("2027-01-10", "due 890.00", full),
			},
		},
		{
			name: "a term that renews", why: "May belongs to the next term", contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod)), policy: policy, since: "2027-03-01",
			days: []issueDay{month("2027-04-01", "due 890.00", full), month("2027-05-01", "due 890.00", full), month("2027-06-01", "due 890.00", full)},
		},
		{
			name: "a term that expires", why: "the time after the end is neither billed nor refused", policy: policy, since: "2027-03-01",
			contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", plans.Term{Length: giventest.Interval("P6M"), Billing: plans.PerPeriod, Renewal: plans.Expire}),
			days:     []issueDay{month("2027-06-15", "due 1780.00", full, full), month("2027-07-01", "")},
		},
		{
			name: "a term shortened", why: "14 of 30 days of April", contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod)), policy: policy, since: "2027-04-01",
			days: []issueDay{
				{at: "2027-04-05", change: plans.Change{End: giventest.Instant("2027-04-15", nil)}},
				month("2027-04-15", "due 415.33", "recurring seat: 10 x 89.00, 890.00 x 14/30 days = 415.333..., rounded half up to 415.33"),
			},
		},
		{
			name: "a term extended", why: "the change within the period is billed for its days: 445.00 and 534.00", contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod)), policy: policy, since: "2027-04-01",
			days: []issueDay{
				{at: "2027-04-16", change: issueMore("2")},
				{at: "2027-04-20", change: plans.Change{Term: &plans.Term{Length: giventest.Interval("P6M"), Percent: giventest.Money("10"), Billing: plans.PerPeriod, Renewal: plans.Renew}}},
				month("2027-05-01", "due 979.00", "recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00", "recurring seat: 12 x 89.00, 1068.00 x 15/30 days = 534.00"),
				month("2027-06-01", "due 961.20", "recurring seat: 12 x 89.00 = 1068.00, less 10 % 106.80 = 961.20"),
			},
		},
		{
			name: "a term up front", why: "the term is billed in advance", contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront)), policy: policy, since: since,
			days: []issueDay{{at: "2026-12-01", faults: []string{"policy.timing invalid"}}},
		},
		{
			name: "a discount that repeats", why: "two invoices less 10 %; a change between them uses no period", policy: policy, since: since,
			contract: issueDiscounted(base, plans.Discount{ID: "start", Percent: giventest.Money("10"), Duration: plans.Repeating, Periods: 2}),
			days: []issueDay{
				month("2026-12-01", "due 801.00", full+", less 10 % 89.00 = 801.00"),
				{at: "2026-12-01", change: issueMore("2")},
				month("2027-01-01", "due 961.20", "recurring seat: 12 x 89.00 = 1068.00, less 10 % 106.80 = 961.20"),
				month("2027-02-01", "due 1068.00", "recurring seat: 12 x 89.00 = 1068.00"),
			},
		},
		{
			name: "a minimum", why: "the shortfall of a month is billed with it; half a month has half of 1000.00", policy: policy, since: since, contract: func() plans.Contract {
				c := clone.Deep(base)
				c.Minimum = giventest.Money("1000")
				return c
			}(),
			days: []issueDay{
				month("2026-12-01", "due 1000.00", full, "shortfall minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00"),
				{at: "2026-12-16", change: plans.Change{Cancel: true}, lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/31 days = 430.645..., rounded half up to 430.65", "shortfall minimum: 1 x 1000.00, 1000.00 x 15/31 days = 483.870..., rounded half up to 483.87, less billed 430.65 = 53.22"}, sums: "due 483.87"},
			},
		},
		{
			name: "in Tokyo, on the 31st", why: "February ends on the 28th in Tokyo", zone: "Asia/Tokyo", policy: policy, since: "2027-01-31", contract: func() plans.Contract {
				c := clone.Deep(base)
				c.Cycle = giventest.Cycle("2027-01-31", "P1M", giventest.Zone(t, "Asia/Tokyo"))
				return c
			}(),
			days: []issueDay{month("2027-02-27T23:59:59", ""), month("2027-02-28", "due 890.00", full), month("2027-03-30", ""), month("2027-03-31", "due 890.00", full)},
		},
		{
			name: "usage and tax", why: "19 % of 890.00 and of 60.00", contract: base, since: since, policy: func() invoice.Policy {
				p := issueVAT("19", false)
				p.Timing = policy.Timing
				return p
			}(),
			days: []issueDay{{at: "2026-12-01", with: issueMessages, lines: []string{full, "usage message: 1200 x 0.05 = 60.00"}, sums: "tax 180.50, due 1130.50"}},
		},
		{
			name: "with credit", why: "credit pays", contract: base, policy: policy, since: since,
			days: []issueDay{{at: "2026-12-01", with: func(o *invoice.IssueRequest) {
				o.Ledger = []credits.Entry{{Kind: credits.Granted, ID: "gift", Amount: giventest.Money("100"), Currency: "USD", At: o.UnbilledSince}}
			}, lines: []string{full}, sums: "total 890.00, spent -100.00, due 790.00"}},
		},
		{
			name: "invalid fields", why: "a fault has the path of its field", contract: base, policy: policy, since: since,
			days: []issueDay{
				{at: "2026-11-16", change: issueMore("-11"), faults: []string{"change.remove[0].quantity invalid"}},
				{at: "2026-11-16", change: plans.Change{Plan: &plans.Plan{ID: "scale"}}, faults: []string{"change.plan.interval unset", "change.plan.offers unset"}},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}
