package invoice_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// issueTenSeats is the first document of most rows.
var issueTenSeats = issueDay{at: "2026-11-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"}

func TestIssuePeriods(t *testing.T) {
	for _, r := range []issueRow{
		{
			name: "from period to period", why: "each period is billed once, when it begins", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16"},
				{at: "2026-11-30T23:59:59"},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-01-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
			},
		},
		{
			name: "signed inside a period", why: "law 4: half of November is half of the whole, 890.00 x 15/30 = 445.00", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-16", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, sums: "due 445.00"},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
			},
		},
		{
			name: "a longer first period", why: "the days of a trial are in the first period, which costs one month", policy: invoice.Standard(), contract: func() plans.Contract {
				c := issueSeats("10", "89.00")
				c.Cycle, c.First = giventest.Cycle("2026-12-15", "P1M", time.UTC), giventest.Period("2026-11-01/2026-12-15", nil)
				return c
			}(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-12-01"},
				{at: "2026-12-15", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
			},
		},
		{
			name: "a ramp", why: "20 seats at 69.00 from December 16 on: 890.00 x 15/31 = 430.645 and 1380.00 x 16/31 = 712.258", policy: invoice.Standard(), contract: func() plans.Contract {
				c := issueSeats("10", "89.00")
				c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-16", nil), Item: issueItem("seat", "20", "69.00")}}
				return c
			}(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-12-01", sums: "due 1142.91",
					lines: []string{"recurring seat: 10 x 89.00, 890.00 x 15/31 days = 430.645..., rounded half up to 430.65", "recurring seat: 20 x 69.00, 1380.00 x 16/31 days = 712.258..., rounded half up to 712.26"},
				},
				{at: "2027-01-01", lines: []string{"recurring seat: 20 x 69.00 = 1380.00"}, sums: "due 1380.00"},
			},
		},
		{
			name: "a monthly term", why: "the sixth month is the last, and the next term begins in May", policy: invoice.Standard(),
			contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod)),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-01-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-02-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-03-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-04-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-05-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
			},
		},
		{
			name: "a missed period", why: "earlier periods are billed first, and a late call bills the boundary: no time is lost", policy: invoice.Standard(),
			contract: issueSeats("10", "89.00"),
			days: []issueDay{
				issueTenSeats,
				{at: "2027-01-01", refused: "period"},
				{at: "2026-12-01T00:00:05", refused: "period"},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-01-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
			},
		},
		{
			name: "a term up front", why: "K8: the contract is due in full after signing, 10 x 15.00 x 6; the next term is billed when it begins, not before", policy: invoice.Standard(),
			contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront)),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"},
				{at: "2026-12-01"},
				{at: "2027-04-30"},
				{at: "2027-05-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"},
				{at: "2027-11-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"},
			},
		},
		{
			name: "a term that expires", why: "no time after the end is billed", policy: invoice.Standard(),
			contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", plans.Term{Length: giventest.Interval("P6M"), Billing: plans.PerPeriod, Renewal: plans.Expire}),
			days: []issueDay{
				{at: "2027-04-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-05-01", refused: "period"},
				{at: "2027-06-01", refused: "period"},
			},
		},
		{
			name: "a renewing term, issued too late", why: "a term that began unbilled is another contract", policy: invoice.Standard(),
			contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod)),
			days:     []issueDay{issueTenSeats, {at: "2027-06-01", refused: "period"}},
		},
		{
			name: "an evergreen term, monthly", why: "evergreen: the contract continues by period at the end", policy: invoice.Standard(),
			contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", plans.Term{Length: giventest.Interval("P6M"), Billing: plans.UpFront, Renewal: plans.Evergreen}),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"},
				{at: "2027-05-01", lines: []string{"recurring seat: 10 x 15.00 = 150.00"}, sums: "due 150.00"},
				{at: "2027-06-01", lines: []string{"recurring seat: 10 x 15.00 = 150.00"}, sums: "due 150.00"},
			},
		},
		{
			name: "before the term", why: "nothing is due before the term", contract: issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod)),
			policy: invoice.Standard(), days: []issueDay{{at: "2026-10-31", faults: []string{"at outside"}}},
		},
		{
			name: "with usage", why: "1,200 messages at 0.05 are 60.00; a document can have usage alone", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-20", with: issueMessages, lines: []string{"usage message: 1200 x 0.05 = 60.00"}, sums: "due 60.00"},
				{at: "2026-12-01", with: issueMessages, lines: []string{"recurring seat: 10 x 89.00 = 890.00", "usage message: 1200 x 0.05 = 60.00"}, sums: "due 950.00"},
			},
		},
		{
			name: "anchored on the 31st", why: "law 6: Oct 31, Nov 30, Dec 31; 178.00 x 16/31 = 91.87", policy: invoice.Standard(), contract: func() plans.Contract {
				c := issueSeats("10", "89.00")
				c.Cycle = giventest.Cycle("2026-10-31", "P1M", time.UTC)
				return c
			}(),
			days: []issueDay{
				{at: "2026-10-31", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2026-11-29"},
				{at: "2026-11-30", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2026-12-15", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 16/31 days = 91.870..., rounded half up to 91.87"}, sums: "due 91.87"},
				{at: "2026-12-30"},
				{at: "2026-12-31", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
				{at: "2027-01-31", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
				{at: "2027-02-28", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
				{at: "2027-03-30"},
				{at: "2027-03-31", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// issueMessages adds metered messages.
func issueMessages(o *invoice.IssueRequest) {
	o.Lines = []plans.Charge{{
		Kind: plans.Usage, Plan: "growth", Item: "message", Currency: "USD", Quantity: giventest.Money("1200"), Price: plans.Price{Unit: giventest.Money("0.05")},
	}}
}

func TestIssueChanges(t *testing.T) {
	for _, r := range []issueRow{
		{
			name: "seats added", why: "K3a: 178.00 x 15/30 = 89.00 now, all seats in full next month", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"}, sums: "due 89.00"},
				{at: "2026-12-01", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
			},
		},
		{
			name: "seats added on the first day", why: "the instant belongs to the new side: the whole month", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-01", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00 = 178.00"}, sums: "due 178.00"},
			},
		},
		{
			name: "seats removed", why: "K5: 89.00 become credit, which pays the next invoice of 8 x 89.00", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("-2"), lines: []string{"proration_credit seat: 2 not used of inv-1/1, -178.00 x 15/30 days = -89.00"}, sums: "total -89.00, granted 89.00, due 0.00"},
				{at: "2026-12-01", lines: []string{"recurring seat: 8 x 89.00 = 712.00"}, sums: "total 712.00, spent -89.00, due 623.00"},
			},
		},
		{
			name: "all seats removed, then some added", why: "890.00 x 15/30 are credited and zero seats cost nothing; 2 x 89.00 x 10/30 are due, and both seats next month", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("-10"), lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"}, sums: "total -445.00, granted 445.00, due 0.00"},
				{at: "2026-11-18"},
				{at: "2026-11-21", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 10/30 days = 59.333..., rounded half up to 59.33"}, sums: "total 59.33, spent -59.33, due 0.00"},
				{at: "2026-12-01", lines: []string{"recurring seat: 2 x 89.00 = 178.00"}, sums: "total 178.00, spent -178.00, due 0.00"},
			},
		},
		{
			name: "a contract without items", why: "the last item leaves, the next period bills nothing, and items can be added in it: 60.00 x 21/31", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("-10"), lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"}, sums: "total -445.00, granted 445.00, due 0.00"},
				{at: "2026-12-01"},
				{at: "2026-12-11", change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("3"), Price: &plans.Price{Unit: giventest.Money("20.00")}}}}, lines: []string{"proration_charge phone: 3 x 20.00, 60.00 x 21/31 days = 40.645..., rounded half up to 40.65"}, sums: "total 40.65, spent -40.65, due 0.00"},
				{at: "2027-01-01", lines: []string{"recurring phone: 3 x 20.00 = 60.00"}, sums: "total 60.00, spent -60.00, due 0.00"},
			},
		},
		{
			name: "a new item", why: "its price is agreed with the change: 3 x 20.00 x 15/30", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("3"), Price: &plans.Price{Unit: giventest.Money("20.00")}}}}, lines: []string{"proration_charge phone: 3 x 20.00, 60.00 x 15/30 days = 30.00"}, sums: "due 30.00"},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00", "recurring phone: 3 x 20.00 = 60.00"}, sums: "due 950.00"},
			},
		},
		{
			name: "an upgrade", why: "K4: the unused half of 890.00 against half of 1390.00", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, sums: "due 250.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00", "proration_charge seat: 10 x 139.00, 1390.00 x 15/30 days = 695.00"},
				},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 139.00 = 1390.00"}, sums: "due 1390.00"},
			},
		},
		{
			name: "a downgrade", why: "K5: the reverse of an upgrade; the credit is spent without a request", contract: issueSeats("10", "139.00"), policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{"recurring seat: 10 x 139.00 = 1390.00"}, sums: "due 1390.00"},
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("growth", "P1M", "89.00")}, sums: "total -250.00, granted 250.00, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -1390.00 x 15/30 days = -695.00", "proration_charge seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"},
				},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "total 890.00, spent -250.00, due 640.00"},
			},
		},
		{
			name: "from month to year and back", why: "9000.00 less half a month; 273 of 365 days are left on February 16: 6731.51 less 890.00", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("growth", "P1Y", "900.00")}, sums: "due 8555.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00", "recurring seat: 10 x 900.00 = 9000.00"},
				},
				{at: "2026-12-01"},
				{
					at: "2027-02-16", change: plans.Change{Plan: issuePlan("growth", "P1M", "89.00")}, sums: "total -5841.51, granted 5841.51, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-2/2, -9000.00 x 273/365 days = -6731.506..., rounded half up to -6731.51", "recurring seat: 10 x 89.00 = 890.00"},
				},
				{at: "2027-03-01"},
				{at: "2027-03-16", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "total 890.00, spent -890.00, due 0.00"},
			},
		},
		{
			name: "a price changed", why: "half of 890.00 against half of 990.00", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: issuePrice("99.00"), sums: "due 50.00",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00", "proration_charge seat: 10 x 99.00, 990.00 x 15/30 days = 495.00"},
				},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 99.00 = 990.00"}, sums: "due 990.00"},
			},
		},
		{
			name: "a billing date moved", why: "the paid days stay, and 9 of 30 days until December 10 are due", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: issueAnchor("2026-12-10", nil), sums: "due 267.00",
					lines: []string{"recurring seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"},
				},
				{at: "2026-12-01"},
				{at: "2026-12-10", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
			},
		},
		{
			name: "changed and changed back", why: "the charge of an instant is credited at it: nothing is due or owed, and the rest of the month stays paid", contract: issueSeats("10", "89.00"), policy: issueVAT("19", false),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "tax 169.10, due 1059.10"},
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, sums: "tax 47.50, due 297.50",
					lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00", "proration_charge seat: 10 x 139.00, 1390.00 x 15/30 days = 695.00"},
				},
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("growth", "P1M", "89.00")}, sums: "total -297.50, tax -47.50, granted 297.50, due 0.00",
					lines: []string{"proration_credit seat: 10 not used of inv-2/2, -695.00 x 15/15 days = -695.00", "proration_charge seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"},
				},
				{at: "2026-11-21", change: issueMore("-5"), lines: []string{"proration_credit seat: 5 not used of inv-3/2, -222.50 x 10/15 days = -148.333..., rounded half up to -148.33"}, sums: "total -176.51, tax -28.18, granted 176.51, due 0.00"},
			},
		},
		{
			name: "before the period is billed", why: "the rest of the period would never be billed", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				{at: "2026-11-16", change: issueMore("2"), refused: "change"},
				{at: "2026-11-16", change: issuePrice("99.00"), refused: "change"},
				{at: "2026-11-16", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, refused: "change"},
				issueTenSeats,
				{at: "2026-12-01", change: issueMore("2"), refused: "change"},
			},
		},
		{
			name: "before it is paid", why: "a credit lowers its open invoice, and becomes no balance; an addition has an invoice of its own", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("-2"), open: []string{"inv-1"}, notes: []string{"inv-2: proration_credit seat: 2 not used of inv-1/1, -178.00 x 15/30 days = -89.00; 801.00 left"}},
				{at: "2026-11-16", change: issueMore("4"), open: []string{"inv-1"}, lines: []string{"proration_charge seat: 4 x 89.00, 356.00 x 15/30 days = 178.00"}, sums: "due 178.00"},
				{
					at: "2026-11-16", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, open: []string{"inv-1", "inv-3"}, sums: "due 834.00",
					notes: []string{"inv-4: proration_credit seat: 8 not used of inv-1/1, -712.00 x 15/30 days = -356.00; 445.00 left", "inv-4b: proration_credit seat: 4 not used of inv-3/1, -178.00 x 15/15 days = -178.00; 0.00 left"},
					lines: []string{"proration_charge seat: 12 x 139.00, 1668.00 x 15/30 days = 834.00"},
				},
				{at: "2026-11-16", change: issueMore("-2"), open: []string{"inv-1", "inv-4c"}, notes: []string{"inv-5: proration_credit seat: 2 not used of inv-4c/1, -139.00 x 15/15 days = -139.00; 695.00 left"}},
				{at: "2026-11-16", change: issueMore("-2"), with: func(o *invoice.IssueRequest) { o.Open, o.MoreIDs, o.ID = nil, nil, "" }, faults: []string{"id unset"}},
			},
		},
		{
			name: "a quantity above the existing one", why: "a customer cannot remove more units than there are", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("-11"), faults: []string{"change.remove[0].quantity invalid"}},
				{at: "2026-11-16", change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("1")}}}, faults: []string{"change.add[0].item invalid"}},
				{at: "2026-11-16", change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}, Cancel: true}, faults: []string{"change.cancel invalid"}},
				{at: "2026-11-16", change: plans.Change{Plan: &plans.Plan{ID: "scale"}}, faults: []string{"change.plan.interval unset", "change.plan.offers unset"}},
				{at: "2026-11-16", change: issueAnchor("2026-11-10", nil), faults: []string{"change.anchor_at outside"}},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestIssueTerms(t *testing.T) {
	half := issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront))
	signed := issueDay{at: "2026-11-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"}
	year := plans.Term{Length: giventest.Interval("P1Y"), Percent: giventest.Money("10"), Billing: plans.UpFront, Renewal: plans.Renew}
	monthly := issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", issueHalf(plans.PerPeriod))
	end := func(at string) plans.Change { return plans.Change{End: giventest.Instant(at, nil)} }
	for _, r := range []issueRow{
		{
			name: "extended up front", why: "M5: 10 x 15.00 x 12 less 10 % now; the term is paid when it begins, and another year follows it", contract: half, policy: invoice.Standard(),
			days: []issueDay{
				signed,
				{at: "2027-01-10", change: plans.Change{Term: &year}, lines: []string{"extension seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00"}, sums: "due 1620.00"},
				{at: "2027-05-01"},
				{at: "2028-05-01", lines: []string{"recurring seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00"}, sums: "due 1620.00"},
			},
		},
		{
			name: "seats added in two paid terms", why: "M6: 30.00 x 6 x 120/181 = 119.34 for the rest, and 2 x 15.00 x 12 less 10 % for the next term", contract: half, policy: invoice.Standard(),
			days: []issueDay{
				signed,
				{at: "2026-12-01", change: plans.Change{Term: &year}, lines: []string{"extension seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00"}, sums: "due 1620.00"},
				{
					at: "2027-01-01", change: issueMore("2"), sums: "due 443.34",
					lines: []string{"proration_charge seat: 2 x 15.00 x 6, 180.00 x 120/181 days = 119.337..., rounded half up to 119.34", "proration_charge seat: 2 x 15.00 x 12 = 360.00, less 10 % 36.00 = 324.00"},
				},
				{
					at: "2027-01-01", change: issueMore("-2"), sums: "total -443.34, granted 443.34, due 0.00",
					lines: []string{"proration_credit seat: 2 not used of inv-3/2, -324.00 x 366/366 days = -324.00", "proration_credit seat: 2 not used of inv-3/1, -119.34 x 120/120 days = -119.34"},
				},
			},
		},
		{
			name: "extended, monthly", why: "periods are billed as they begin, less 10 % from May on", contract: monthly, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-20", change: plans.Change{Term: &plans.Term{Length: giventest.Interval("P6M"), Percent: giventest.Money("10"), Billing: plans.PerPeriod, Renewal: plans.Renew}}},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-01-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-02-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-03-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-04-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-05-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00, less 10 % 89.00 = 801.00"}, sums: "due 801.00"},
			},
		},
		{
			name: "shortened up front", why: "April is 30 of 181 days: 149.17 are credited, and nothing is billed after it", contract: half, policy: invoice.Standard(),
			days: []issueDay{
				signed,
				{at: "2027-02-01", change: end("2027-04-01"), lines: []string{"proration_credit seat: 10 not used of inv-1/1, -900.00 x 30/181 days = -149.171..., rounded half up to -149.17"}, sums: "total -149.17, granted 149.17, due 0.00"},
			},
		},
		{
			name: "shortened, monthly", why: "April is billed until the 15th: 890.00 x 14/30", contract: monthly, policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-20", change: end("2027-04-15")},
				{at: "2026-12-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-01-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-02-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-03-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-04-01", lines: []string{"recurring seat: 10 x 89.00, 890.00 x 14/30 days = 415.333..., rounded half up to 415.33"}, sums: "due 415.33"},
			},
		},
		{
			name: "shortened within the billed time", why: "10 of 30 days of April are credited", contract: monthly, policy: invoice.Standard(),
			days: []issueDay{
				{at: "2027-04-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00"}, sums: "due 890.00"},
				{at: "2027-04-05", change: end("2027-04-21"), lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 10/30 days = -296.666..., rounded half up to -296.67"}, sums: "total -296.67, granted 296.67, due 0.00"},
				{at: "2027-04-05", change: plans.Change{Term: &year}, faults: []string{"change.term.billing invalid"}},
				{at: "2027-04-05", change: end("2027-05-21"), faults: []string{"change.end outside"}},
			},
		},
		{
			name: "another plan in a paid term", why: "K4: 120 of 181 days at 20.00 instead of 15.00: 1200.00 and 900.00", contract: half, policy: invoice.Standard(),
			days: []issueDay{
				signed,
				{
					at: "2027-01-01", change: plans.Change{Plan: func() *plans.Plan {
						p := issuePlan("scale", "P1M", "20.00")
						p.Offers[0].Price.Per = giventest.Interval("P1M")
						return p
					}()}, sums: "due 198.89",
					lines: []string{
						"proration_credit seat: 10 not used of inv-1/1, -900.00 x 120/181 days = -596.685..., rounded half up to -596.69",
						"proration_charge seat: 10 x 20.00 x 6, 1200.00 x 120/181 days = 795.580..., rounded half up to 795.58",
					},
				},
				{at: "2027-05-01", lines: []string{"recurring seat: 10 x 20.00 x 6 = 1200.00"}, sums: "due 1200.00"},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}
