package main

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ofPolicies returns the parts of the search under other settings than those of the policy.
func ofPolicies() []theme {
	return slices.Concat(
		ofFirstPayments(), ofOpenInvoices(), ofEndedParts(), ofLatePayments(), ofLeaving(), ofTime(), ofItems(), ofCoupons(),
	)
}

// seat is the price of a seat.
func seat() plans.Price { return plans.Price{Unit: decimal.RequireFromString("31")} }

// twice are instants in the first period, and around the payment of the second.
func twice() []string { return []string{"Jan 11 00:00:00", "Feb 1 00:00:00", "Feb 3 00:00:00"} }

// cards returns the moves that enter another card.
func cards() (declined, paysAgain move) {
	return withCard("card declines", declines), withCard("card pays", pays)
}

// dunned sets a grace of some days, after which an action follows.
func dunned(p *lifecycle.Policy, days int, action lifecycle.FinalAction, open lifecycle.OpenInvoice) {
	p.Dunning = lifecycle.Dunning{
		Grace: proration.Interval{Days: days}, ResultTimeout: proration.Interval{Days: 7},
		FinalAction: action, OpenInvoice: open,
	}
}

// atOnce lets every change that the policy allows take effect at once.
func atOnce(p *lifecycle.Policy) {
	p.ChangeRules = slices.Clone(p.ChangeRules)
	for i := range p.ChangeRules {
		if rule := &p.ChangeRules[i]; rule.Effective != 0 {
			rule.Effective = plans.Immediately
		}
	}
}

// returning lets a cancellation at once return a part of the charges, and suspends who does not pay.
func returning(give credits.Extent, as credits.RefundAs) func(*lifecycle.Policy) {
	return func(p *lifecycle.Policy) {
		atOnce(p)
		p.Billing.Refunds = []credits.RefundRule{{Give: give, As: as}}
		dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep)
	}
}

// ofFirstPayments returns the parts in which the first invoice is not paid at once.
func ofFirstPayments() []theme {
	comes, returns := comesAndReturns()
	declined, paysAgain := cards()
	void := ofOpen("void", lifecycle.InvoiceVoided)
	await := func(p *lifecycle.Policy) {
		p.FirstPaymentTimeout = proration.Interval{Days: 3}
		dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep)
	}
	return []theme{
		{
			name: "the first payment", price: seat(), more: 1, card: declines, policy: await,
			instants: []string{"Jan 1 00:00:00", "Jan 2 00:00:00", "Jan 6 00:00:00"},
			moves: []move{
				void, creditOf("credit of 10.00", "10"), creditOf("credit of everything", "0"), payOne(), payPart(), paysAgain,
				seats("1"), seats("-1"), comes, returns,
			},
		},
		{
			name: "the first payment of a return", price: seat(), more: 2, instants: twice()[:2],
			moves: []move{withCard("card never answers", silent), comes, returns, seats("1")},
			policy: func(p *lifecycle.Policy) {
				await(p)
				p.Prorations = plans.NextInvoice
			},
		},
		{
			name: "the first payment in arrears", price: seat(), more: 1, instants: twice(),
			moves: []move{declined, paysAgain, payOne(), void, comes, returns, seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				await(p)
				inArrears(p)
			},
		},
	}
}

// ofOpenInvoices returns the parts with treatments of open invoices.
func ofOpenInvoices() []theme {
	comes, returns := comesAndReturns()
	declined, paysAgain := cards()
	void, dispute := ofOpen("void", lifecycle.InvoiceVoided), takeBack("dispute", lifecycle.PaymentDisputed, false)
	late := []string{"Jan 11 00:00:00", "Feb 2 00:00:00", "Feb 9 00:00:00"}
	return []theme{
		{
			name: "prorations on the next invoice", price: seat(), more: 1, instants: twice(),
			moves: []move{seats("1"), seats("-1"), seats("1000"), declined, dispute, void, comes, returns},
			policy: func(p *lifecycle.Policy) {
				atOnce(p)
				p.Prorations = plans.NextInvoice
				dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep)
			},
		},
		{
			name: "leaving with prorations on the final invoice", price: seat(), more: 2,
			instants: []string{"Jan 11 00:00:00", "Jan 20 00:00:00"},
			moves:    []move{seats("1"), seats("-1"), seats("1000"), declined, paysAgain, comes, returns},
			policy: func(p *lifecycle.Policy) {
				returning(credits.UnusedPart, credits.AsBalance)(p)
				p.Prorations = plans.NextInvoice
			},
		},
		{
			name: "open invoices are void", price: seat(), more: 1, instants: late,
			moves: []move{declined, paysAgain, payOne(), payPart(), void, comes, returns, seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				atOnce(p)
				dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenVoid)
				p.Reactivation.IfPaid = true // else each return begins a new grace
			},
		},
		{
			name: "parts of void invoices", price: seat(), more: 1, instants: late,
			moves: []move{
				declined, paysAgain, payPart(), void, comes, returns, seats("1"), seats("-1"), refund("refund of 5.00", "5"),
			},
			policy: func(p *lifecycle.Policy) {
				returning(credits.UnusedPart, credits.AsNothing)(p)
				dunned(p, 7, lifecycle.FinalCancel, lifecycle.OpenVoid)
				p.Reactivation.IfPaid = true
			},
		},
		{
			name: "void changes", price: seat(), more: 2, instants: late[:2],
			moves: []move{
				declined, toPlan(onPlan("dear", "50", 2, "USD", 1)), void, creditOf("credit of everything", "0"), seats("-1"),
			},
			policy: func(p *lifecycle.Policy) { dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep) },
		},
	}
}

// ofEndedParts returns the parts in which an end of service treats invoices that are paid in part.
func ofEndedParts() []theme {
	comes, returns := comesAndReturns()
	declined, paysAgain := cards()
	late := []string{"Jan 11 00:00:00", "Feb 2 00:00:00", "Feb 9 00:00:00"}
	return []theme{
		{
			name: "parts of void invoices, with credit", price: seat(), more: 1, instants: late,
			moves: []move{declined, paysAgain, payPart(), comes, returns, seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				returning(credits.UnusedPart, credits.AsBalance)(p)
				dunned(p, 7, lifecycle.FinalCancel, lifecycle.OpenVoid)
				p.Reactivation.IfPaid = true
			},
		},
		{
			name: "open invoices keep what was served", price: seat(), more: 1, instants: late,
			moves: []move{declined, paysAgain, payOne(), payPart(), comes, returns, seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				atOnce(p)
				dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenChargeServed)
			},
		},
		{
			name: "served parts, with credit", price: seat(), more: 1, instants: late,
			moves: []move{declined, paysAgain, payPart(), comes, returns, seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				returning(credits.UnusedPart, credits.AsBalance)(p)
				dunned(p, 7, lifecycle.FinalCancel, lifecycle.OpenChargeServed)
			},
		},
	}
}

// ofLatePayments returns the parts with payments that are late, twice or taken back.
func ofLatePayments() []theme {
	declined, paysAgain := cards()
	void, payTwice := ofOpen("void", lifecycle.InvoiceVoided), move{name: "pay again", do: payAgain}
	dispute := takeBack("dispute", lifecycle.PaymentDisputed, false)
	first := takeBack("dispute the first", lifecycle.PaymentDisputed, true)
	disputed := []move{
		payOne(), payTwice, dispute, first, takeBack("bank return", lifecycle.PaymentReversed, false),
		{name: "bank return again", do: takeAgain}, {name: "win the dispute", do: winDispute},
		void, seats("-1"),
	}
	return []theme{
		{
			name: "late payments", price: seat(), more: 1, fair: true, gives: true,
			instants: []string{"Jan 11 00:00:00", "Feb 3 00:00:00", "Mar 5 00:00:00"},
			moves:    []move{declined, payOne(), payTwice},
			policy: func(p *lifecycle.Policy) {
				dunned(p, 7, lifecycle.FinalCancel, lifecycle.OpenKeep)
				p.Payments.LatePayment = lifecycle.LateRefund
			},
		},
		{
			name: "late payments that serve", price: seat(), more: 1, instants: twice(),
			moves: []move{declined, paysAgain, payOne(), payTwice, void, first, dispute, seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				dunned(p, 7, lifecycle.FinalCancel, lifecycle.OpenVoid)
				p.Reactivation.IfPaid = true
				p.Prorations = plans.InvoiceNow // an addition that waits is served in the grace, which is free
				p.Payments.LatePayment, p.Payments.Overpayment = lifecycle.LateServe, lifecycle.OverpaymentCredit
			},
		},
		{name: "payments and disputes", price: seat(), more: 1, instants: twice(), moves: disputed},
		{
			name: "payments that become credit", price: seat(), more: 1, instants: twice(), moves: disputed,
			policy: func(p *lifecycle.Policy) { p.Payments.Overpayment = lifecycle.OverpaymentCredit },
		},
		{
			name: "access by payment alone", price: seat(), more: 1, instants: twice()[:2],
			items: []plans.Item{{ID: "support", Quantity: decimal.NewFromInt(1), Price: plans.Price{Free: true}}},
			moves: []move{declined, paysAgain, refund("refund", "0"), dispute, first, seats("1"), seats("0.01"), payOne()},
			policy: func(p *lifecycle.Policy) {
				dunned(p, 1, lifecycle.FinalSuspend, lifecycle.OpenKeep)
			},
		},
	}
}
