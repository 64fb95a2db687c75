package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Payments that are taken back, invoices that are void or given up, what is sold and used.
func TestPaymentScenarios(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	byHand := helpDesk(func(p *lifecycle.Policy) { p.Dunning.DueIn = giventest.Interval("P14D") })
	runScenarios(t,
		scenario{"disputed", "open again with a grace of its own, and not charged by itself; lost, and then paid", p, month, then([]step{
			{"2026-11-10 disputed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-13"},
			{"2026-11-12", "past_due full"},
			{"2026-11-13", "suspended billing_only; tell access_lost s-1"},
			{"2026-11-14 card", "suspended billing_only; collect_payment s-1 890.00"},
			{"2026-11-14 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-15 disputed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-18"},
		}...)},
		scenario{"disputed while open", "nothing came in that could be taken back", p, month, []step{
			begun[0],
			{"2026-11-10 disputed s-1", "refused: Invoice s-1 has no payment left to dispute."},
		}},
		scenario{"disputed after the end", "what is open then is charged before somebody comes back", p, month, then([]step{
			{"2026-11-10 cancel", "active full"},
			{"2026-12-05 disputed s-1", "canceled billing_only; s-1 open; tell payment_failed s-1 2026-12-08"},
			{"2026-12-10 card", "suspended billing_only; collect_payment s-1 890.00"},
			{"2026-12-10 paid s-1", "active full; s-2: recurring 890.00, due 890.00; s-1 paid; collect_payment s-2 890.00; tell receipt s-1"},
		}...)},
		scenario{"void", "issued by mistake: nothing is due, and the seats stay", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 void s-2", "active full; s-2 void; withdraw s-2"},
			{"2026-11-18 paid s-2", "active full; refund s-2 89.00"},
			{"2026-12-01", "active full; s-3: recurring 1068.00, due 1068.00; collect_payment s-3 1068.00"},
		}...)},
		scenario{"void, with credit that it spent", "the credit is there again", p, month, then([]step{
			{"2026-11-02 grant 50.00", "active full"},
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, credit -50.00, due 39.00; collect_payment s-2 39.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 void s-2", "active full; s-2 void; withdraw s-2"},
			{"2026-12-01", "active full; s-3: recurring 1068.00, credit -50.00, due 1018.00; collect_payment s-3 1018.00"},
		}...)},
		scenario{"given up", "nobody expects it to be paid: service goes on, and a payment is taken all the same", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-18 writeoff s-2", "active full; s-2 uncollectible; withdraw s-2"},
			{"2026-11-25 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}...)},
		scenario{"in parts", "a part came in, and the rest is asked for by the retry", helpDesk(func(p *lifecycle.Policy) { p.Dunning.Retries = []proration.Interval{giventest.Interval("P1D")} }), month, []step{
			begun[0],
			{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-01T12:00:00 paid s-1 400.00", "past_due full; s-1 open"},
			{"2026-11-02", "past_due full; collect_payment s-1 490.00"},
			{"2026-11-02 paid s-1 490.00", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"sold and used", "what is sold goes out at once, with what was used until then", p, month, then([]step{
			{"2026-11-10 usage calls 200 0.05", "active full"},
			{"2026-11-12 sold setup 1 120.00", "active full; s-2: usage 10.00, one_time 120.00, due 130.00; collect_payment s-2 130.00"},
			{"2026-11-20 usage calls 100 0.05", "active full"},
			{"2026-12-01", "active full; s-3: recurring 890.00, usage 5.00, due 895.00; collect_payment s-3 895.00"},
		}...)},
		scenario{"taxed", "taxes of this customer hold on what is issued from then on", p, month, then([]step{
			{"2026-11-10 taxes VAT 20", "active full"},
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, tax 17.80, due 106.80; collect_payment s-2 106.80"},
			{"2026-12-01", "active full; s-3: recurring 1068.00, tax 213.60, due 1281.60; collect_payment s-3 1281.60"},
		}...)},
		scenario{"paid by hand", "sent, due in two weeks, overdue with three days of grace; then nothing is charged, and the payment brings it back", byHand, month, []step{
			{"2026-11-01 started wire by support", "active full; s-1: recurring 890.00, due 890.00; send s-1 890.00"},
			{"2026-11-14T23:59:59.999999999", "active full"},
			{"2026-11-15", "past_due full; tell overdue s-1 2026-11-18"},
			{"2026-11-17T23:59:59.999999999", "past_due full"},
			{"2026-11-18", "suspended billing_only; tell access_lost s-1"},
			{"2026-11-19 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"the answer takes longer than the retry", "it is tried again after the answer", helpDesk(func(p *lifecycle.Policy) { p.Dunning.Retries = []proration.Interval{giventest.Interval("PT1H")} }), month, []step{
			begun[0],
			{"2026-11-01T00:00:01 attempted s-1", "active full; s-1 pending"},
			{"2026-11-01T05:00:00 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04T05:00:00"},
			{"2026-11-01T05:59:59.999999999", "past_due full"},
			{"2026-11-01T06:00:00", "past_due full; collect_payment s-1 890.00"},
		}},
		scenario{"unpaid, and it goes on", "the invoice stays open", helpDesk(func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalContinue }), month, []step{
			begun[0],
			{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-04", "past_due full"},
			{"2026-12-01", "past_due full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"unpaid, and it ends", "with the grace", helpDesk(func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalCancel }), month, []step{
			begun[0],
			{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-04", "canceled billing_only"},
		}},
		scenario{"reminders of the grace and the end", "one for each invoice, and one a rule", helpDesk(func(p *lifecycle.Policy) {
			day := giventest.Interval("P1D")
			p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeGraceEnd, Before: day}, {Of: lifecycle.NoticeGraceEnd, Before: day}, {Of: lifecycle.NoticeEnd, Before: day}}
		}), month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-16 sold setup 1 10.00", "active full; s-3: one_time 10.00, due 10.00; collect_payment s-3 10.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 failed s-3", "past_due full; s-3 open; tell payment_failed s-3 2026-11-20"},
			{"2026-11-19", "past_due full; tell grace_end s-2 2026-11-20; tell grace_end s-3 2026-11-20"},
			{"2026-11-19 paid s-2", "past_due full; s-2 paid; tell receipt s-2"},
			{"2026-11-19 paid s-3", "active full; s-3 paid; tell receipt s-3"},
			{"2026-11-20 cancel", "active full"},
			{"2026-11-30", "active full; tell end 2026-12-01"},
		}...)},
	)
}

// Changes that wait, that are collected later or never, and that meet a period that is billed ahead.
func TestChangeScenarios(t *testing.T) {
	p := helpDesk(withMoves)
	ahead := helpDesk(withMoves, func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P7D") })
	next := helpDesk(func(p *lifecycle.Policy) { p.Prorations = lifecycle.NextInvoice })
	none := helpDesk(func(p *lifecycle.Policy) { p.Prorations = lifecycle.NoProrations })
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	year := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	runScenarios(t,
		scenario{"collected with the next period", "issued at once, charged on December 1 with it", next, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00"},
			{"2026-11-21 plan scale", "active full; s-3: proration_credit -59.33, proration_credit -296.67, proration_charge 556.00, due 200.00"},
			{"2026-12-01", "active full; s-4: recurring 1668.00, due 1668.00; collect_payment s-2 89.00; collect_payment s-3 200.00; collect_payment s-4 1668.00"},
		}...)},
		scenario{"never collected", "the next period is billed at what holds then", none, month, then([]step{
			{"2026-11-16 seats +2", "active full"},
			{"2026-12-01", "active full; s-2: recurring 1068.00, due 1068.00; collect_payment s-2 1068.00"},
		}...)},
		scenario{"another interval", "it waits for the end of the month; then a year begins: 10 x 948.00", p, month, then([]step{
			{"2026-11-16 interval yearly", "active full"},
			{"2026-12-01", "active full; s-2: recurring 9480.00, due 9480.00; collect_payment s-2 9480.00"},
			{"2027-11-30", "active full"},
		}...)},
		scenario{"another price", "agreed with support, for the end of the period; a later one takes its place", p, month, then([]step{
			{"2026-11-16 price 85.00 by support", "active full"},
			{"2026-11-17 price 80.00 by support", "active full"},
			{"2026-12-01", "active full; s-2: recurring 800.00, due 800.00; collect_payment s-2 800.00"},
		}...)},
		scenario{"other dates", "20 of 30 days are 593.333... back, and 5 of the 31 days until November 16 are 143.548...; from then on whole months", p, month, then([]step{
			{"2026-11-11 dates 2026-11-16", "active full; s-2: proration_credit -593.33, recurring 143.55, granted 449.78, due 0.00"},
			{"2026-11-16", "active full; s-3: recurring 890.00, credit -449.78, due 440.22; collect_payment s-3 440.22"},
			{"2026-12-16", "active full; s-4: recurring 890.00, due 890.00; collect_payment s-4 890.00"},
		}...)},
		scenario{"a term that is shortened", "to May 1: what is paid for and not used is owed", p, year, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-01-01 shorten 2027-05-01", "active full; s-2: proration_credit -4845.50, granted 4845.50, due 0.00"},
			{"2027-05-01", "active full; s-3: recurring 9612.00, credit -4845.50, due 4766.50; collect_payment s-3 4766.50"},
		}},
		scenario{"a term that is extended ahead", "ordered in the week before its end: the year that was billed ahead is void, and the one that is added takes its place", ahead, year, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-10-26", "active full; s-2: recurring 9612.00, due 9612.00; collect_payment s-2 9612.00"},
			{"2027-10-27 extend P12M", "active full; s-3: extension 9612.00, due 9612.00; s-2 void; withdraw s-2; collect_payment s-3 9612.00"},
			{"2027-11-01", "active full"},
		}},
		scenario{"a change in the week that is billed ahead", "of November now, of December when it begins", ahead, month, then([]step{
			{"2026-11-24", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2026-11-24 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-26 seats +2", "active full; s-3: proration_charge 29.67, due 29.67; collect_payment s-3 29.67"},
			{"2026-12-01", "active full; s-4: proration_charge 178.00, due 178.00; collect_payment s-4 178.00"},
		}...)},
		scenario{"the same, and it is not paid", "December is billed anew when it begins", ahead, month, then([]step{
			{"2026-11-24", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2026-11-26 seats +2", "active full; s-3: proration_charge 29.67, due 29.67; collect_payment s-3 29.67"},
			{"2026-11-30 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-12-04"},
			{"2026-12-01", "active full; s-4: recurring 1068.00, due 1068.00; s-2 void; withdraw s-2; collect_payment s-4 1068.00"},
			{"2026-12-04", "active full"},
		}...)},
		scenario{"ahead, and other dates", "what is paid ahead is not moved", ahead, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 dates 2026-12-16", "refused: The period from 2026-12-01 is already billed; send this change once the period has begun."},
			{"2026-12-02 dates 2026-12-16", "active full; s-3: proration_credit -861.29, recurring 415.33, granted 445.96, due 0.00"},
		}...)},
		scenario{"ahead, and no renewal", "taken back where it is not paid", ahead, month, then([]step{
			{"2026-11-24 failed s-2", "past_due full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell payment_failed s-2 2026-12-04"},
			{"2026-11-26 renewaloff", "active full; s-2 void; withdraw s-2"},
			{"2026-12-01", "expired billing_only"},
		}...)},
		scenario{"ahead and paid, and no renewal", "December is paid for, and is the last", ahead, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 renewaloff", "active full"},
			{"2026-12-01", "active full"},
			{"2027-01-01", "expired billing_only"},
		}...)},
		scenario{"ahead and paid, and canceled", "December is paid for", ahead, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 cancel", "active full"},
			{"2026-12-01", "active full"},
			{"2027-01-01", "canceled billing_only"},
		}...)},
		scenario{"ahead and paid, and paused", "December is paid for, and the pause follows", ahead, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 pause", "active full"},
			{"2026-12-01", "active full"},
			{"2027-01-01", "paused billing_only"},
			{"2027-02-01 resume", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}...)},
		scenario{"ahead, and void", "the period that begins is not void by itself", ahead, month, then([]step{
			{"2026-11-24 failed s-2", "past_due full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell payment_failed s-2 2026-12-04"},
			{"2026-11-26 void s-2", "refused: Invoice s-2 is for the period from 2026-12-01; send renewal_disabled or cancellation_requested to void it while it is unpaid."},
		}...)},
		scenario{"a change that waits, ahead", "the seats that go on December 1 are not billed ahead, and cannot be withdrawn then", ahead, month, then([]step{
			{"2026-11-10 price 80.00 by support", "active full"},
			{"2026-11-24", "active full; s-2: recurring 800.00, due 800.00; collect_payment s-2 800.00"},
			{"2026-11-24 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-25 withdraw", "refused: The change scheduled for 2026-12-01 is already billed with the next period; send another change to reverse it."},
			{"2026-11-26 price 70.00 by support", "active full"},
			{"2026-12-01", "active full; s-3: proration_credit -800.00, proration_charge 700.00, granted 100.00, due 0.00"},
		}...)},
	)
}

// Beginnings, pauses and ends.
func TestStatusScenarios(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	year := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	first := helpDesk(func(p *lifecycle.Policy) { p.FirstPaymentTimeout = giventest.Interval("P3D") })
	arrears := helpDesk(withPause, func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears })
	resort := func(r lifecycle.FinalAction) lifecycle.Policy {
		return helpDesk(withTrial, func(p *lifecycle.Policy) { p.Trial.WithoutPaymentMethod, p.Renewal.WithoutPaymentMethod = r, r })
	}
	same := helpDesk(func(p *lifecycle.Policy) {
		p.Reactivation = lifecycle.Reactivation{BillingAnchor: plans.AnchorKeep}
	})
	atOnce := helpDesk(func(p *lifecycle.Policy) { p.Catalog.ChangeRules[6].Effective = plans.Immediately })
	runScenarios(t,
		scenario{"a later beginning", "a trial from then on", helpDesk(withTrial), month, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 seats +1", "pending_start billing_only"},
			{"2026-11-10", "trialing full"},
			{"2026-11-24", "active full; s-1: recurring 979.00, due 979.00; collect_payment s-1 979.00"},
		}},
		scenario{"a later beginning that does not come", "canceled before, at once", p, month, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 cancel", "canceled billing_only"},
			{"2026-11-10", "canceled billing_only"},
		}},
		scenario{"canceled on a date before it begins", "at that date, and no service begins", p, month, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 cancel on 2026-11-05", "pending_start billing_only"},
			{"2026-11-05", "canceled billing_only"},
		}},
		scenario{"the first payment", "no service before it, and none after three days", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-02 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-05"},
			{"2026-11-03T23:59:59.999999999", "incomplete billing_only"},
			{"2026-11-04", "expired billing_only; s-1 void; withdraw s-1"},
			{"2026-11-05 card", "incomplete billing_only; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"the first payment, void", "nothing is due, and service begins", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-02 void s-1", "active full; s-1 void; withdraw s-1"},
		}},
		scenario{"the first payment, given up", "service begins", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-02 writeoff s-1", "active full; s-1 uncollectible; withdraw s-1"},
		}},
		scenario{"the first payment, canceled", "its invoice is void", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-02 cancel", "canceled billing_only; s-1 void; withdraw s-1"},
		}},
		scenario{"a trial canceled at once", "there is nothing to wait for", helpDesk(withTrial), month, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-05 cancel immediately", "canceled billing_only"},
		}},
		scenario{"a trial canceled for its end", "nobody is charged who canceled", helpDesk(withTrial), month, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-05 cancel", "trialing full"},
			{"2026-11-15", "canceled billing_only"},
		}},
		scenario{"without a method: go on", "the invoice is issued all the same", resort(lifecycle.FinalContinue), month, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-15", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00; tell trial_end 2026-11-15"},
		}},
		scenario{"without a method: pause", "it waits to be resumed", resort(lifecycle.FinalPause), month, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-15", "paused billing_only; tell trial_end 2026-11-15; tell access_lost"},
			{"2026-11-20 card", "paused billing_only"},
			{"2026-11-20 resume", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		}},
		scenario{"without a method: end", "nothing is billed", resort(lifecycle.FinalCancel), month, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-15", "canceled billing_only; tell trial_end 2026-11-15"},
		}},
		scenario{"a pause until a date", "from the end of the month, and a new month from then on", p, month, then([]step{
			{"2026-11-10 pause until 2026-12-20", "active full"},
			{"2026-12-01", "paused billing_only"},
			{"2026-12-19T23:59:59.999999999", "paused billing_only"},
			{"2026-12-20", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}...)},
		scenario{"a pause at once, in arrears", "what was used is billed: 10 of 30 days", arrears, month, []step{
			{"2026-11-01 started card", "active full"},
			{"2026-11-11 pause", "paused billing_only; s-1: recurring 296.67, due 296.67; collect_payment s-1 296.67"},
			{"2026-11-21 resume", "active full"},
			{"2026-12-21", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"a pause at once, with an unpaid change", "only what is paid comes back", helpDesk(withPause), month, then([]step{
			{"2026-11-06 seats +2", "active full; s-2: proration_charge 148.33, due 148.33; collect_payment s-2 148.33"},
			{"2026-11-11 pause", "paused billing_only; s-3: proration_credit -593.33, granted 593.33, due 0.00"},
			{"2026-11-12 cancel", "canceled billing_only"},
		}...)},
		scenario{"a pause at once of which nothing comes back", "what is paid for goes on when it is resumed before its end", helpDesk(func(p *lifecycle.Policy) {
			p.Pause.Effective, p.Pause.Unused = plans.Immediately, credits.AsNothing
		}), month, then([]step{
			{"2026-11-06 pause", "paused billing_only"},
			{"2026-11-11 resume", "active full"},
			{"2026-12-01", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}...)},
		scenario{"canceled on a date", "the policy allows it at once: it ends then, and nothing comes back", atOnce, month, then([]step{
			{"2026-11-10 cancel on 2026-11-20", "active full"},
			{"2026-11-20", "canceled billing_only"},
		}...)},
		scenario{"canceled for the end of the period", "though the policy allows it at once", atOnce, month, then([]step{
			{"2026-11-10 cancel at_period_end", "active full"},
			{"2026-11-11 cancel immediately", "canceled billing_only"},
		}...)},
		scenario{"canceled for the end of the term", "of a year", atOnce, year, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-12-10 cancel at_term_end", "active full"},
			{"2027-11-01", "canceled billing_only"},
		}},
		scenario{"not renewed", "a month ends with itself, and is told", p, month, then([]step{
			{"2026-11-10 renewaloff", "active full"},
			{"2026-12-01", "expired billing_only"},
			{"2026-12-05 reactivate", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}...)},
		scenario{"back on the same dates", "a card is not enough; what is left of December is billed: 16 of 31 days", same, month, then([]step{
			{"2026-11-10 cancel", "active full"},
			{"2026-12-01", "canceled billing_only"},
			{"2026-12-10 card", "canceled billing_only"},
			{"2026-12-16 reactivate", "active full; s-2: recurring 459.35, due 459.35; collect_payment s-2 459.35"},
			{"2027-01-01", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}...)},
		scenario{"in arrears", "a month is billed when it is over, and what is left at the end", arrears, month, []step{
			{"2026-11-01 started card", "active full"},
			{"2026-11-16 seats +2", "active full"},
			{"2026-12-01", "active full; s-1: recurring 445.00, recurring 534.00, due 979.00; collect_payment s-1 979.00"},
			{"2026-12-02 cancel", "active full"},
			{"2027-01-01", "canceled billing_only; s-2: recurring 1068.00, due 1068.00; collect_payment s-2 1068.00"},
		}},
	)
}

// What meets what: changes that wait with suspensions, refunds with what is open, what was billed ahead with what ends.
func TestCombinedScenarios(t *testing.T) {
	p := helpDesk(withMoves)
	ahead := helpDesk(func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P7D") })
	byHand := helpDesk(func(p *lifecycle.Policy) { p.Dunning.DueIn = giventest.Interval("P14D") })
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	runScenarios(t,
		scenario{"a price that waits over a suspension", "it holds for who comes back after its time: 10 x 80.00", p, month, []step{
			begun[0],
			{"2026-11-02 price 80.00 by support", "active full"},
			{"2026-11-03 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-06"},
			{"2026-11-06", "suspended billing_only; tell access_lost s-1"},
			{"2026-12-10 paid s-1", "active full; s-2: recurring 800.00, due 800.00; s-1 paid; collect_payment s-2 800.00; tell receipt s-1"},
		}},
		scenario{"a refund of what is paid in part", "what is open goes first", p, month, []step{
			begun[0],
			{"2026-11-01 paid s-1 400.00", "active full; s-1 open"},
			{"2026-11-02 refunded s-1 500.00 because outage", "active full; s-2: refund -500.00, due 0.00; s-1 paid"},
		}},
		scenario{"a refund of two lines", "from the first line on", p, month, then([]step{
			{"2026-11-10 usage calls 200 0.05", "active full"},
			{"2026-11-12 sold setup 1 120.00", "active full; s-2: usage 10.00, one_time 120.00, due 130.00; collect_payment s-2 130.00"},
			{"2026-11-12 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-13 refunded s-2 15.00 because outage", "active full; s-3: refund -10.00, refund -5.00, due 0.00; s-2 paid"},
			{"2026-11-14 refunded s-2 15.00 because outage", "active full; s-4: refund -15.00, due 0.00; s-2 paid"},
		}...)},
		scenario{"usage on an invoice ahead that is void", "it waits again, and is billed at the end", ahead, month, then([]step{
			{"2026-11-10 usage calls 200 0.05", "active full"},
			{"2026-11-24 failed s-2", "past_due full; s-2: recurring 890.00, usage 10.00, due 900.00; collect_payment s-2 900.00; tell payment_failed s-2 2026-12-04"},
			{"2026-11-25 cancel", "active full; s-2 void; withdraw s-2"},
			{"2026-12-01", "canceled billing_only; s-3: usage 10.00, due 10.00; collect_payment s-3 10.00"},
		}...)},
		scenario{"told to have failed when it was given up", "nobody collects it", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 writeoff s-2", "active full; s-2 uncollectible; withdraw s-2"},
			{"2026-11-18 failed s-2", "refused: Invoice s-2 is written off as uncollectible."},
			{"2026-11-19 disputed s-2", "refused: Invoice s-2 has no payment left to dispute."},
		}...)},
		scenario{"paid after it was void", "a part, and more than there was", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 void s-2", "active full; s-2 void; withdraw s-2"},
			{"2026-11-18 paid s-2 9.00", "active full; refund s-2 9.00"},
			{"2026-11-18 paid s-2 900.00", "active full; refund s-2 900.00"},
		}...)},
		scenario{"more than there is", "what is due is paid, and the rest goes back", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 paid s-2 9.00", "past_due full; s-2 open"},
			{"2026-11-18 paid s-2 100.00", "active full; s-2 paid; refund s-2 20.00; tell receipt s-2"},
			{"2026-11-19 paid s-2 100.00", "refused: Invoice s-2 is already paid."},
		}...)},
		scenario{"failed before it is due by hand", "the grace began with the failure", byHand, month, []step{
			{"2026-11-01 started wire by support", "active full; s-1: recurring 890.00, due 890.00; send s-1 890.00"},
			{"2026-11-14 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-17"},
			{"2026-11-15", "past_due full"},
			{"2026-11-17", "suspended billing_only; tell access_lost s-1"},
		}},
		scenario{"a pause at once, in arrears, with usage", "what was used is billed", helpDesk(withPause, func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears }), month, []step{
			{"2026-11-01 started card", "active full"},
			{"2026-11-05 usage calls 200 0.05", "active full"},
			{"2026-11-11 pause", "paused billing_only; s-1: usage 10.00, due 10.00; s-2: recurring 296.67, due 296.67; collect_payment s-1 10.00; collect_payment s-2 296.67"},
		}},
		scenario{"a change that waits for other changes", "10 less 9 wait for December, which is billed for what is left with the seat and the plan that came since: 2 x 139.00", p, month, then([]step{
			{"2026-11-02 seats -9 by support", "active full"},
			{"2026-11-03 plan scale", "active full; s-2: proration_credit -830.67, proration_charge 1297.33, due 466.66; collect_payment s-2 466.66"},
			{"2026-11-03 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-04 seats +1", "active full; s-3: proration_charge 125.10, due 125.10; collect_payment s-3 125.10"},
			{"2026-12-01", "active full; s-4: recurring 278.00, due 278.00; collect_payment s-4 278.00"},
		}...)},
		scenario{"suspended over a period that is billed ahead", "a new period begins for who comes back", ahead, month, then([]step{
			{"2026-11-20 seats +2", "active full; s-2: proration_charge 65.27, due 65.27; collect_payment s-2 65.27"},
			{"2026-11-20 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-23"},
			{"2026-11-23", "suspended full"},
			{"2026-12-01", "suspended billing_only; tell access_lost"},
			{"2026-12-05 card", "suspended billing_only; collect_payment s-2 65.27"},
			{"2026-12-05 paid s-2", "active full; s-3: recurring 1068.00, due 1068.00; s-2 paid; collect_payment s-3 1068.00; tell receipt s-2"},
		}...)},
		scenario{"suspended after the period was billed ahead", "access is lost with November, and that is told; for who comes back what was billed ahead is due, and its grace begins", ahead, month, then([]step{
			{"2026-11-23 seats +2", "active full; s-2: proration_charge 47.47, due 47.47; collect_payment s-2 47.47"},
			{"2026-11-24 failed s-2", "past_due full; s-3: recurring 1068.00, due 1068.00; s-2 open; collect_payment s-3 1068.00; tell payment_failed s-2 2026-11-27"},
			{"2026-11-27", "suspended full"},
			{"2026-12-01", "suspended billing_only; tell access_lost"},
			{"2026-12-05 card", "suspended billing_only; collect_payment s-2 47.47"},
			{"2026-12-05 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}...)},
	)
}
