package invoice_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// issuePaid sets the amount paid in money.
func issuePaid(amount string) func(*invoice.IssueRequest) {
	return func(o *invoice.IssueRequest) { o.Paid = giventest.Money(amount) }
}

// issueException is an exception to the policy.
func issueException(paid string, e credits.Exception) func(*invoice.IssueRequest) {
	return func(o *invoice.IssueRequest) { o.Paid, o.Exception = giventest.Money(paid), &e }
}

// issueTerminationFee is a monthly contract with a term of six months and a termination fee.
func issueTerminationFee(fee, percent string) plans.Contract {
	term := issueHalf(plans.PerPeriod)
	term.TerminationFee = plans.TerminationFee{Fee: giventest.Money(fee), Percent: giventest.Money(percent)}
	return issueTerm(issueSeats("10", "89.00"), "2026-11-01/2027-05-01", term)
}

func TestIssueCancel(t *testing.T) {
	half := "proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"
	cancel := plans.Change{Cancel: true}
	for _, r := range []issueRow{
		{
			name: "no credit", why: "M9: a paid period stays paid", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("890.00")}},
		},
		{
			name: "as credit balance", why: "the unused half becomes credit", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("890.00"), lines: []string{half}, sums: "total -445.00, granted 445.00, due 0.00"}},
		},
		{
			name: "as a refund", why: "the whole amount was paid in money", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsRefund),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("890.00"), lines: []string{half}, sums: "total -445.00, refund 445.00, due 0.00"}},
		},
		{
			name: "as a refund, partly paid in money", why: "300.00 were paid in money, and the rest by credit, which is granted again", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsRefund),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("300.00"), lines: []string{half}, sums: "total -445.00, granted 145.00, refund 300.00, due 0.00"}},
		},
		{
			name: "as a refund with tax", why: "19 % of 445.00 are refunded too: 84.55", contract: issueSeats("10", "89.00"), policy: func() invoice.Policy {
				p := issueVAT("19", false)
				p.Refunds = issueRefundPolicy(credits.UnusedPart, credits.AsRefund).Refunds
				return p
			}(),
			days: []issueDay{
				{at: "2026-11-01", lines: issueTenSeats.lines, sums: "tax 169.10, due 1059.10"},
				{at: "2026-11-16", change: cancel, with: issuePaid("1059.10"), lines: []string{half}, sums: "total -529.55, tax -84.55, refund 529.55, due 0.00"},
			},
		},
		{
			name: "in full", why: "everything billed is refunded, whenever it was billed", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.InFull, credits.AsRefund),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("890.00"), lines: []string{"refund seat: -890.00 of inv-1/1"}, sums: "total -890.00, refund 890.00, due 0.00"}},
		},
		{
			name: "an exception", why: "M10: an exception to the policy has a reason", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel, with: issueException("890.00", credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund}), faults: []string{"exception.reason unset"}},
				{at: "2026-11-16", change: cancel, with: issueException("-1", credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "goodwill"}), faults: []string{"paid invalid"}},
				{at: "2026-11-16", change: cancel, with: issueException("890.00", credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "goodwill"}), lines: []string{half}, sums: "total -445.00, refund 445.00, due 0.00"},
			},
		},
		{
			name: "twice", why: "a credited charge is not credited again", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel, lines: []string{half}, sums: "total -445.00, granted 445.00, due 0.00"},
				{at: "2026-11-16", change: cancel},
				{at: "2026-11-20", change: cancel},
			},
		},
		{
			name: "an unpaid invoice", why: "it is lowered by its unused part, and only the paid one gives credit", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-11", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 20/30 days = 118.666..., rounded half up to 118.67"}, sums: "due 118.67"},
				{
					at: "2026-11-16", change: cancel, open: []string{"inv-2"}, lines: []string{half}, sums: "total -445.00, granted 445.00, due 0.00",
					notes: []string{"inv-3: proration_credit seat: 2 not used of inv-2/1, -118.67 x 15/20 days = -89.0025, rounded half up to -89.00; 29.67 left"},
				},
			},
		},
		{
			name: "an unpaid invoice without a return", why: "K10: the policy returns nothing, so the invoice stays due", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, open: []string{"inv-1"}}},
		},
		{
			name: "a part-paid invoice", why: "445.00 are unused: 90.00 were never paid, and 355.00 go back in money", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsRefund),
			days: []issueDay{
				issueTenSeats,
				{
					at: "2026-11-16", change: cancel, open: []string{"inv-1"},
					with: func(o *invoice.IssueRequest) {
						var err error
						if o.Open[0], err = invoice.Apply(o.Open[0], invoice.Event{Kind: invoice.Succeeded, ID: "p", At: o.At, Amount: giventest.Money("800")}); err != nil {
							panic(err)
						}
					},
					notes: []string{"inv-2: " + half + "; 0.00 left, 355.00 refunded"},
				},
			},
		},
		{
			name: "no rule", why: "law 13: the policy decides each charge", contract: issueSeats("10", "89.00"), policy: issuePolicy(func(p *invoice.Policy) { p.Refunds = nil }),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, faults: []string{"policy.refunds unset"}}},
		},
		{
			name: "a rule for each kind", why: "M10: the setup is refunded in full, seats not at all", contract: issueSeats("10", "89.00"), policy: issuePolicy(func(p *invoice.Policy) {
				p.Refunds = []credits.RefundRule{{Scope: plans.Scope{Items: []string{"setup"}}, Give: credits.InFull, As: credits.AsRefund}, {As: credits.AsNothing}}
			}),
			days: []issueDay{
				{at: "2026-11-01", with: issueSetup, lines: []string{"recurring seat: 10 x 89.00 = 890.00", "one_time setup: 50.00"}, sums: "due 940.00"},
				{at: "2026-11-16", change: cancel, with: issuePaid("940.00"), lines: []string{"refund setup: -50.00 of inv-1/2"}, sums: "total -50.00, refund 50.00, due 0.00"},
			},
		},
		{
			name: "a termination fee", why: "half of the five months still to be billed: 4450.00 x 50 %; no month is billed after it", contract: issueTerminationFee("0", "50"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel, lines: []string{"termination_fee termination: 50 % of 4450.00 = 2225.00"}, sums: "due 2225.00"},
				{at: "2026-12-01"},
			},
		},
		{
			name: "a fee below the refund", why: "445.00 less 100.00 are refunded", contract: issueTerminationFee("100", "0"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsRefund),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("890.00"), lines: []string{half, "termination_fee termination: 100.00 = 100.00"}, sums: "total -345.00, refund 345.00, due 0.00"}},
		},
		{
			name: "a fee above the refund", why: "500.00 less 445.00 are due", contract: issueTerminationFee("500", "0"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsRefund),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issuePaid("890.00"), lines: []string{half, "termination_fee termination: 500.00 = 500.00"}, sums: "due 55.00"}},
		},
		{
			name: "a fee is not discounted", why: "the fee is agreed after all discounts: 5 x 801.00 x 50 %", policy: invoice.Standard(),
			contract: issueDiscounted(issueTerminationFee("0", "50"), plans.Discount{ID: "friends", Percent: giventest.Money("10"), Duration: plans.Forever}),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{"recurring seat: 10 x 89.00 = 890.00, less 10 % 89.00 = 801.00"}, sums: "due 801.00"},
				{at: "2026-11-16", change: cancel, lines: []string{"termination_fee termination: 50 % of 4005.00 = 2002.50"}, sums: "due 2002.50"},
			},
		},
		{
			name: "a term up front", why: "106 of 181 days are unused: 900.00 x 106/181 = 527.07; another term is another contract", policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront)),
			days: []issueDay{
				{at: "2026-11-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"},
				{at: "2027-01-15", change: cancel, lines: []string{"proration_credit seat: 10 not used of inv-1/1, -900.00 x 106/181 days = -527.071..., rounded half up to -527.07"}, sums: "total -527.07, granted 527.07, due 0.00"},
				{at: "2027-05-01"},
			},
		},
		{
			name: "with usage", why: "usage is due all the same: 60.00 less 445.00", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, with: issueMessages, lines: []string{half, "usage message: 1200 x 0.05 = 60.00"}, sums: "total -385.00, granted 385.00, due 0.00"}},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// issueSetup adds a one-time charge.
func issueSetup(o *invoice.IssueRequest) {
	o.Lines = []plans.Charge{{Kind: plans.OneTime, Plan: "growth", Item: "setup", Currency: "USD", Quantity: decimal.New(1, 0), Net: giventest.Money("50.00"), Period: giventest.Period("2026-11-01/2026-12-01", nil), Span: giventest.Period("2026-11-01/2026-12-01", nil)}}
}

func TestIssueReactivation(t *testing.T) {
	cancel := plans.Change{Cancel: true}
	month := "recurring seat: 10 x 89.00 = 890.00"
	for _, r := range []issueRow{
		{
			name: "after the end", why: "K10: a new period begins at that instant, and the next ones on its day", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel},
				{at: "2026-12-10", change: issueAnchor("2026-12-10", nil), lines: []string{month}, sums: "due 890.00"},
				{at: "2027-01-01"},
				{at: "2027-01-10", lines: []string{month}, sums: "due 890.00"},
			},
		},
		{
			name: "before the end, with credit", why: "the credit for the unused time pays for half of it", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel, lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"}, sums: "total -445.00, granted 445.00, due 0.00"},
				{at: "2026-11-20", change: issueAnchor("2026-11-20", nil), lines: []string{month}, sums: "total 890.00, spent -445.00, due 445.00"},
				{at: "2026-12-20", lines: []string{month}, sums: "due 890.00"},
			},
		},
		{
			name: "before the end, within the paid period", why: "11 of 30 days are still paid, and are not paid twice", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel},
				{at: "2026-11-20", change: issueAnchor("2026-11-20", nil), lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 11/30 days = -326.333..., rounded half up to -326.33", month}, sums: "due 563.67"},
			},
		},
		{
			name: "in the credited period", why: "the remaining 11 of 30 days of the period, without another billing date", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: cancel, lines: []string{"proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"}, sums: "total -445.00, granted 445.00, due 0.00"},
				{at: "2026-11-18"},
				{at: "2026-11-20", change: issueAnchor("2026-12-01", nil), lines: []string{"recurring seat: 10 x 89.00, 890.00 x 11/30 days = 326.333..., rounded half up to 326.33"}, sums: "total 326.33, spent -326.33, due 0.00"},
				{at: "2026-12-01", lines: []string{month}, sums: "total 890.00, spent -118.67, due 771.33"},
			},
		},
		{
			name: "in a term up front", why: "a term is one period, and has no other billing date", contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront)), policy: invoice.Standard(),
			days: []issueDay{{at: "2026-11-16", change: issueAnchor("2026-11-16", nil), faults: []string{"change.anchor_at invalid"}}},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// An end that charges an open invoice for the service lowers it to the used part, whatever the rules say of the paid
// part.
func TestIssueChargesForService(t *testing.T) {
	cancel := plans.Change{Cancel: true}
	paid := func(amount string) func(*invoice.IssueRequest) {
		return func(o *invoice.IssueRequest) {
			o.ChargeServed = true
			if amount == "" {
				return
			}
			var err error
			if o.Open[0], err = invoice.Apply(o.Open[0], invoice.Event{Kind: invoice.Succeeded, ID: "p", At: o.At, Amount: giventest.Money(amount)}); err != nil {
				panic(err)
			}
		}
	}
	half := "proration_credit seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"
	for _, r := range []issueRow{
		{
			name: "open", why: "half of the month was served", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, open: []string{"inv-1"}, with: paid(""), notes: []string{"inv-2: " + half + "; 445.00 left"}}},
		},
		{
			name: "part-paid", why: "390.00 are open, and the rules return nothing of the other 55.00 that are unused", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, open: []string{"inv-1"}, with: paid("500"), notes: []string{"inv-2: refund seat: -390.00 of inv-1/1; 0.00 left"}}},
		},
		{
			name: "part-paid, with a return", why: "the other 55.00 become balance by the rules", contract: issueSeats("10", "89.00"), policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance),
			days: []issueDay{issueTenSeats, {at: "2026-11-16", change: cancel, open: []string{"inv-1"}, with: paid("500"), notes: []string{"inv-2: " + half + "; 0.00 left, 55.00 granted"}}},
		},
		{
			name: "stopped for a while", why: "only the open invoice is lowered", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-11", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 20/30 days = 118.666..., rounded half up to 118.67"}, sums: "due 118.67"},
				{
					at: "2026-11-16", open: []string{"inv-2"}, with: func(o *invoice.IssueRequest) { o.Close, o.ChargeServed = true, true },
					notes: []string{"inv-3: proration_credit seat: 2 not used of inv-2/1, -118.67 x 15/20 days = -89.0025, rounded half up to -89.00; 29.67 left"},
				},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}
