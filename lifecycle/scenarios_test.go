package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Payments, disputes, voids and write-offs, charges and usage.
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
		scenario{"disputed", "open again with its own grace, and not collected without another payment method; access is lost, and the payment restores it", p, month, then([]step{
			{"2026-11-10 disputed s-1", "past_due full; s-1 open; tell payment_disputed s-1 2026-11-13"},
			{"2026-11-12", "past_due full"},
			{"2026-11-13", "suspended billing_only; tell access_lost s-1"},
			{"2026-11-14 card", "suspended billing_only; collect_payment s-1 890.00"},
			{"2026-11-14 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-15 disputed s-1", "past_due full; s-1 open; tell payment_disputed s-1 2026-11-18"},
		}...)},
		scenario{"disputed while open", "no payment was received that could be disputed", p, month, []step{
			begun[0],
			{"2026-11-10 disputed s-1", "refused: Invoice s-1 has no payment left to dispute."},
		}},
		scenario{"disputed after the end", "the open invoice is collected before the customer can return", p, month, then([]step{
			{"2026-11-10 cancel", "active full"},
			{"2026-12-05 disputed s-1", "canceled billing_only; s-1 open; tell payment_disputed s-1 2026-12-08"},
			{"2026-12-10 card", "suspended billing_only; collect_payment s-1 890.00"},
			{"2026-12-10 paid s-1", "active full; s-2: recurring 890.00, due 890.00; s-1 paid; collect_payment s-2 890.00; tell receipt s-1"},
		}...)},
		scenario{"voided", "issued by mistake: nothing is due, and the seats stay", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 void s-2", "active full; s-2 void; withdraw s-2"},
			{"2026-11-18 paid s-2", "active full; s-2 void; refund s-2 89.00"},
			{"2026-12-01", "active full; s-3: recurring 1068.00, due 1068.00; collect_payment s-3 1068.00"},
		}...)},
		scenario{"voided, with credit applied", "the credit is restored", p, month, then([]step{
			{"2026-11-02 grant 50.00", "active full"},
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, credit -50.00, due 39.00; collect_payment s-2 39.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 void s-2", "active full; s-2 void; withdraw s-2"},
			{"2026-12-01", "active full; s-3: recurring 1068.00, credit -50.00, due 1018.00; collect_payment s-3 1018.00"},
		}...)},
		scenario{"written off", "no payment is expected: service continues, and a payment is still accepted", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-18 writeoff s-2", "active full; s-2 uncollectible; withdraw s-2"},
			{"2026-11-25 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}...)},
		scenario{"partial payment", "a part is paid, and the retry collects the rest", helpDesk(func(p *lifecycle.Policy) { p.Dunning.Retries = []proration.Interval{giventest.Interval("P1D")} }), month, []step{
			begun[0],
			{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-01T12:00:00 paid s-1 400.00", "past_due full; s-1 open"},
			{"2026-11-02", "past_due full; collect_payment s-1 490.00"},
			{"2026-11-02 paid s-1 490.00", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"charge and usage", "the charge is billed immediately, with the usage until then", p, month, then([]step{
			{"2026-11-10 usage calls 200 0.05", "active full"},
			{"2026-11-12 sold setup 1 120.00", "active full; s-2: usage 10.00, one_time 120.00, due 130.00; collect_payment s-2 130.00"},
			{"2026-11-20 usage calls 100 0.05", "active full"},
			{"2026-12-01", "active full; s-3: recurring 890.00, usage 5.00, due 895.00; collect_payment s-3 895.00"},
		}...)},
		scenario{"taxed", "the taxes of this customer apply to invoices issued from then on", p, month, then([]step{
			{"2026-11-10 taxes VAT 20", "active full"},
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, tax 17.80, due 106.80; collect_payment s-2 106.80"},
			{"2026-12-01", "active full; s-3: recurring 1068.00, tax 213.60, due 1281.60; collect_payment s-3 1281.60"},
		}...)},
		scenario{"paid by wire", "sent, due in two weeks, overdue with three days of grace; nothing is collected, and the payment restores service", byHand, month, []step{
			{"2026-11-01 started wire by support", "active full; s-1: recurring 890.00, due 890.00; send s-1 890.00"},
			{"2026-11-14T23:59:59.999999999", "active full"},
			{"2026-11-15", "past_due full; tell overdue s-1 2026-11-18"},
			{"2026-11-17T23:59:59.999999999", "past_due full"},
			{"2026-11-18", "suspended billing_only; tell access_lost s-1"},
			{"2026-11-19 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"a result later than the retry", "the retry follows the result", helpDesk(func(p *lifecycle.Policy) { p.Dunning.Retries = []proration.Interval{giventest.Interval("PT1H")} }), month, []step{
			begun[0],
			{"2026-11-01T00:00:01 attempted s-1", "active full; s-1 pending"},
			{"2026-11-01T05:00:00 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04T05:00:00"},
			{"2026-11-01T05:59:59.999999999", "past_due full"},
			{"2026-11-01T06:00:00", "past_due full; collect_payment s-1 890.00"},
		}},
		scenario{"unpaid, final action continue", "the invoice stays open", helpDesk(func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalContinue }), month, []step{
			begun[0],
			{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-04", "past_due full"},
			{"2026-12-01", "past_due full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"unpaid, final action cancel", "the subscription ends with the grace", helpDesk(func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalCancel }), month, []step{
			begun[0],
			{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-04", "canceled billing_only; tell access_lost s-1"},
		}},
		scenario{"reminders of the grace and the end", "one notice for each invoice, although two reminders match", helpDesk(func(p *lifecycle.Policy) {
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

// Scheduled changes, changes collected later or never, and changes after the advance invoice.
func TestChangeScenarios(t *testing.T) {
	p := helpDesk(withMoves)
	advance := helpDesk(withMoves, func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P7D") })
	next := helpDesk(func(p *lifecycle.Policy) { p.Prorations = plans.NextInvoice })
	none := helpDesk(func(p *lifecycle.Policy) { p.Prorations = plans.NoProrations })
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	year := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	runScenarios(t,
		scenario{"billed with the next period", "the prorations are lines of the invoice of December 1", next, month, then([]step{
			{"2026-11-16 seats +2", "active full"},
			{"2026-11-21 plan scale", "active full"},
			{"2026-12-01", "active full; s-2: proration_charge 89.00, proration_credit -59.33, proration_credit -296.67, proration_charge 556.00, recurring 1668.00, due 1957.00; collect_payment s-2 1957.00"},
		}...)},
		scenario{"no prorations", "the next period is billed under the contract at its start", none, month, then([]step{
			{"2026-11-16 seats +2", "active full"},
			{"2026-12-01", "active full; s-2: recurring 1068.00, due 1068.00; collect_payment s-2 1068.00"},
		}...)},
		scenario{"interval change", "it takes effect at the end of the month; then a year begins: 10 x 948.00", p, month, then([]step{
			{"2026-11-16 interval yearly", "active full"},
			{"2026-12-01", "active full; s-2: recurring 9480.00, due 9480.00; collect_payment s-2 9480.00"},
			{"2027-11-30", "active full"},
		}...)},
		scenario{"price change", "agreed with support for the end of the period; a later one replaces it", p, month, then([]step{
			{"2026-11-16 price 85.00 by support", "active full"},
			{"2026-11-17 price 80.00 by support", "active full"},
			{"2026-12-01", "active full; s-2: recurring 800.00, due 800.00; collect_payment s-2 800.00"},
		}...)},
		scenario{"billing date change", "the 15 days from November 16 on are credited, and whole months begin there", p, month, then([]step{
			{"2026-11-11 dates 2026-11-16", "active full; s-2: proration_credit -445.00, granted 445.00, due 0.00"},
			{"2026-11-16", "active full; s-3: recurring 890.00, credit -445.00, due 445.00; collect_payment s-3 445.00"},
			{"2026-12-16", "active full; s-4: recurring 890.00, due 890.00; collect_payment s-4 890.00"},
		}...)},
		scenario{"shortened term", "until May 1: the unused part of the payment is credited", p, year, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-01-01 shorten 2027-05-01", "active full; s-2: proration_credit -4845.50, granted 4845.50, due 0.00"},
			{"2027-05-01", "active full; s-3: recurring 9612.00, credit -4845.50, due 4766.50; collect_payment s-3 4766.50"},
		}},
		scenario{"term extended after the advance invoice", "ordered in the week before its end: the advance invoice is voided, and the added year replaces it", advance, year, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-10-26", "active full; s-2: recurring 9612.00, due 9612.00; collect_payment s-2 9612.00"},
			{"2027-10-27 extend P12M", "active full; s-3: extension 9612.00, due 9612.00; s-2 void; withdraw s-2; collect_payment s-3 9612.00"},
			{"2027-11-01", "active full"},
		}},
		scenario{"seats added after the advance invoice", "November is billed now, December at its start", advance, month, then([]step{
			{"2026-11-24", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2026-11-24 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-26 seats +2", "active full; s-3: proration_charge 29.67, due 29.67; collect_payment s-3 29.67"},
			{"2026-12-01", "active full; s-4: proration_charge 178.00, due 178.00; collect_payment s-4 178.00"},
		}...)},
		scenario{"seats added after the advance invoice, which is not paid", "December is billed again at its start", advance, month, then([]step{
			{"2026-11-24", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2026-11-26 seats +2", "active full; s-3: proration_charge 29.67, due 29.67; collect_payment s-3 29.67"},
			{"2026-11-30 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-12-04"},
			{"2026-12-01", "active full; s-4: recurring 1068.00, due 1068.00; s-2 void; withdraw s-2; collect_payment s-4 1068.00"},
			{"2026-12-04", "active full"},
		}...)},
		scenario{"billing date change after the advance invoice", "a paid advance period cannot be moved", advance, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 dates 2026-12-16", "refused: The period from 2026-12-01 is already billed; send this change once the period has begun."},
			{"2026-12-02 dates 2026-12-16", "active full; s-3: proration_credit -459.35, granted 459.35, due 0.00"},
		}...)},
		scenario{"renewal disabled after the advance invoice", "the unpaid invoice is voided", advance, month, then([]step{
			{"2026-11-24 failed s-2", "past_due full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell payment_failed s-2 2026-12-04"},
			{"2026-11-26 renewaloff", "active full; s-2 void; withdraw s-2"},
			{"2026-12-01", "expired billing_only"},
		}...)},
		scenario{"renewal disabled after the advance invoice is paid", "December is paid, and is the last period", advance, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 renewaloff", "active full"},
			{"2026-12-01", "active full"},
			{"2027-01-01", "expired billing_only"},
		}...)},
		scenario{"canceled after the advance invoice is paid", "December is paid", advance, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 cancel", "active full"},
			{"2026-12-01", "active full"},
			{"2027-01-01", "canceled billing_only"},
		}...)},
		scenario{"paused after the advance invoice is paid", "December is paid, and the pause follows", advance, month, then([]step{
			{"2026-11-24 paid s-2", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell receipt s-2"},
			{"2026-11-26 pause", "active full"},
			{"2026-12-01", "active full"},
			{"2027-01-01", "paused billing_only"},
			{"2027-02-01 resume", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}...)},
		scenario{"advance invoice voided", "the advance invoice cannot be voided alone", advance, month, then([]step{
			{"2026-11-24 failed s-2", "past_due full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00; tell payment_failed s-2 2026-12-04"},
			{"2026-11-26 void s-2", "refused: Invoice s-2 is for the period from 2026-12-01; send renewal_disabled or cancellation_requested to void it while it is unpaid."},
		}...)},
		scenario{"scheduled change before the advance invoice", "the advance invoice has the price of December 1, so the scheduled change can no longer be canceled", advance, month, then([]step{
			{"2026-11-10 price 80.00 by support", "active full"},
			{"2026-11-24", "active full; s-2: recurring 800.00, due 800.00; collect_payment s-2 800.00"},
			{"2026-11-24 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-25 withdraw", "refused: The change scheduled for 2026-12-01 is already billed with the next period; send another change to reverse it."},
			{"2026-11-26 price 70.00 by support", "active full"},
			{"2026-12-01", "active full; s-3: proration_credit -800.00, proration_charge 700.00, granted 100.00, due 0.00"},
		}...)},
	)
}

// Starts, pauses and ends.
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
	trial := trialing(days(14), month)
	finalAction := func(r lifecycle.FinalAction) lifecycle.Policy {
		return helpDesk(withTrial, func(p *lifecycle.Policy) { p.Trial.WithoutPaymentMethod, p.Renewal.WithoutPaymentMethod = r, r })
	}
	same := helpDesk(func(p *lifecycle.Policy) {
		p.Reactivation = lifecycle.Reactivation{BillingAnchor: plans.AnchorKeep}
	})
	immediate := helpDesk(func(p *lifecycle.Policy) { p.ChangeRules[7].Effective = plans.Immediately })
	runScenarios(t,
		scenario{"scheduled start", "the trial starts at that date", helpDesk(withTrial), trial, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 seats +1", "pending_start billing_only"},
			{"2026-11-10", "trialing full"},
			{"2026-11-24", "active full; s-1: recurring 979.00, due 979.00; collect_payment s-1 979.00"},
		}},
		scenario{"scheduled start canceled", "canceled before the start, immediately", p, month, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 cancel", "canceled billing_only"},
			{"2026-11-10", "canceled billing_only"},
		}},
		scenario{"scheduled start canceled on a date before it", "canceled at that date, and service does not start", p, month, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 cancel on 2026-11-05", "pending_start billing_only"},
			{"2026-11-05", "canceled billing_only"},
		}},
		scenario{"first payment timeout", "no service before the payment, and the subscription expires after three days", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-02 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-05"},
			{"2026-11-03T23:59:59.999999999", "incomplete billing_only"},
			{"2026-11-04", "expired billing_only; s-1 void; withdraw s-1"},
			{"2026-11-05 card", "incomplete billing_only; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"first invoice voided", "nothing is due, and nothing is served", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-02 void s-1", "incomplete billing_only; s-1 void; withdraw s-1"},
		}},
		scenario{"first invoice written off", "a write-off starts no service", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-02 writeoff s-1", "incomplete billing_only; s-1 uncollectible; withdraw s-1"},
		}},
		scenario{"canceled before the first payment", "the first invoice is void", first, month, []step{
			{"2026-11-01 started card", "incomplete billing_only; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 failed s-1", "incomplete billing_only; s-1 open; tell payment_failed s-1 2026-11-04"},
			{"2026-11-02 cancel", "canceled billing_only; s-1 void; withdraw s-1"},
		}},
		scenario{"trial canceled immediately", "there is no paid period to wait for", helpDesk(withTrial), trial, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-05 cancel immediately", "canceled billing_only"},
		}},
		scenario{"trial canceled at its end", "a canceled trial is not billed", helpDesk(withTrial), trial, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-05 cancel", "trialing full"},
			{"2026-11-15", "canceled billing_only"},
		}},
		scenario{"no payment method, final action continue", "the invoice is still issued", finalAction(lifecycle.FinalContinue), trial, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-15", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00; tell trial_end 2026-11-15"},
		}},
		scenario{"no payment method, final action pause", "the subscription is paused until it is resumed", finalAction(lifecycle.FinalPause), trial, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-15", "paused billing_only; tell trial_end 2026-11-15; tell access_lost"},
			{"2026-11-20 card", "paused billing_only"},
			{"2026-11-20 resume", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		}},
		scenario{"no payment method, final action cancel", "nothing is billed", finalAction(lifecycle.FinalCancel), trial, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-15", "canceled billing_only; tell trial_end 2026-11-15; tell access_lost"},
		}},
		scenario{"pause until a date", "from the end of the month on; a new month starts at that date", p, month, then([]step{
			{"2026-11-10 pause until 2026-12-20", "active full"},
			{"2026-12-01", "paused billing_only"},
			{"2026-12-19T23:59:59.999999999", "paused billing_only"},
			{"2026-12-20", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}...)},
		scenario{"immediate pause in arrears", "the service until then is billed: 10 of 30 days", arrears, month, []step{
			{"2026-11-01 started card", "active full"},
			{"2026-11-11 pause", "paused billing_only; s-1: recurring 296.67, due 296.67; collect_payment s-1 296.67"},
			{"2026-11-21 resume", "active full"},
			{"2026-12-21", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"immediate pause with an unpaid change", "the credit of the unpaid change lowers its invoice", helpDesk(withPause), month, then([]step{
			{"2026-11-06 seats +2", "active full; s-2: proration_charge 148.33, due 148.33; collect_payment s-2 148.33"},
			{"2026-11-11 pause", "paused billing_only; s-3: proration_credit -118.66, due 0.00; s-4: proration_credit -593.33, granted 593.33, due 0.00; s-2 open; withdraw s-2; collect_payment s-2 29.67"},
			{"2026-11-12 cancel", "canceled billing_only"},
		}...)},
		scenario{"immediate pause without credit", "the paid period continues if it is resumed before its end", helpDesk(func(p *lifecycle.Policy) {
			p.Pause.Effective, p.Pause.Unused = plans.Immediately, credits.AsNothing
		}), month, then([]step{
			{"2026-11-06 pause", "paused billing_only"},
			{"2026-11-11 resume", "active full"},
			{"2026-12-01", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}...)},
		scenario{"canceled on a date", "the policy allows it immediately: it ends at that date, and nothing is credited", immediate, month, then([]step{
			{"2026-11-10 cancel on 2026-11-20", "active full"},
			{"2026-11-20", "canceled billing_only"},
		}...)},
		scenario{"canceled at the end of the period", "possible although the policy allows it immediately", immediate, month, then([]step{
			{"2026-11-10 cancel at_period_end", "active full"},
			{"2026-11-11 cancel immediately", "canceled billing_only"},
		}...)},
		scenario{"canceled at the end of the term", "a term of a year", immediate, year, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-12-10 cancel at_term_end", "active full"},
			{"2027-11-01", "canceled billing_only"},
		}},
		scenario{"renewal disabled", "the subscription expires at the end of the month", p, month, then([]step{
			{"2026-11-10 renewaloff", "active full"},
			{"2026-12-01", "expired billing_only"},
			{"2026-12-05 reactivate", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}...)},
		scenario{"reactivated on the old billing dates", "adding a card is not enough; the rest of December is billed: 16 of 31 days", same, month, then([]step{
			{"2026-11-10 cancel", "active full"},
			{"2026-12-01", "canceled billing_only"},
			{"2026-12-10 card", "canceled billing_only"},
			{"2026-12-16 reactivate", "active full; s-2: recurring 459.35, due 459.35; collect_payment s-2 459.35"},
			{"2027-01-01", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}...)},
		scenario{"billed in arrears", "a month is billed at its end, and the rest at the end of the subscription", arrears, month, []step{
			{"2026-11-01 started card", "active full"},
			{"2026-11-16 seats +2", "active full"},
			{"2026-12-01", "active full; s-1: recurring 445.00, recurring 534.00, due 979.00; collect_payment s-1 979.00"},
			{"2026-12-02 cancel", "active full"},
			{"2027-01-01", "canceled billing_only; s-2: recurring 1068.00, due 1068.00; collect_payment s-2 1068.00"},
		}},
	)
}

// Scheduled changes and suspensions, refunds and open invoices, advance invoices and ends.
func TestCombinedScenarios(t *testing.T) {
	p := helpDesk(withMoves)
	advance := helpDesk(func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P7D") })
	byHand := helpDesk(func(p *lifecycle.Policy) { p.Dunning.DueIn = giventest.Interval("P14D") })
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	runScenarios(t,
		scenario{"price change scheduled before a suspension", "the new price applies to a customer who returns after its date: 10 x 80.00", p, month, []step{
			begun[0],
			{"2026-11-02 price 80.00 by support", "active full"},
			{"2026-11-03 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-06"},
			{"2026-11-06", "suspended billing_only; tell access_lost s-1"},
			{"2026-12-10 paid s-1", "active full; s-2: recurring 800.00, due 800.00; s-1 paid; collect_payment s-2 800.00; tell receipt s-1"},
		}},
		scenario{"refund of a partly paid invoice", "a refund is money: it is booked on the paid part, and the rest stays open", p, month, []step{
			begun[0],
			{"2026-11-01 paid s-1 400.00", "past_due full; s-1 open; tell overdue s-1 2026-11-04"},
			{"2026-11-02 refunded s-1 500.00 because outage", "refused: The request does not fit the subscription: amount must be at most the 400 received on the invoice and not refunded; got 500."},
			{"2026-11-02 refunded s-1 400.00 because outage", "past_due full; s-2: refund -400.00, due 0.00; s-1 open"},
			{"2026-11-02 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"refund of two lines", "in proportion to what is left of each: 10.00 and 120.00", p, month, then([]step{
			{"2026-11-10 usage calls 200 0.05", "active full"},
			{"2026-11-12 sold setup 1 120.00", "active full; s-2: usage 10.00, one_time 120.00, due 130.00; collect_payment s-2 130.00"},
			{"2026-11-12 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-13 refunded s-2 15.00 because outage", "active full; s-3: refund -1.15, refund -13.85, due 0.00; s-2 paid"},
			{"2026-11-14 refunded s-2 15.00 because outage", "active full; s-4: refund -1.15, refund -13.85, due 0.00; s-2 paid"},
		}...)},
		scenario{"usage on a voided advance invoice", "the usage is unbilled again, and is billed at the end", advance, month, then([]step{
			{"2026-11-10 usage calls 200 0.05", "active full"},
			{"2026-11-24 failed s-2", "past_due full; s-2: recurring 890.00, usage 10.00, due 900.00; collect_payment s-2 900.00; tell payment_failed s-2 2026-12-04"},
			{"2026-11-25 cancel", "active full; s-2 void; withdraw s-2"},
			{"2026-12-01", "canceled billing_only; s-3: usage 10.00, due 10.00; collect_payment s-3 10.00"},
		}...)},
		scenario{"failure reported after a write-off", "the invoice is no longer collected", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 writeoff s-2", "active full; s-2 uncollectible; withdraw s-2"},
			{"2026-11-18 failed s-2", "active full; s-2 uncollectible"},
			{"2026-11-19 disputed s-2", "refused: Invoice s-2 has no payment left to dispute."},
		}...)},
		scenario{"paid after the void", "a partial payment, and more than was due", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 void s-2", "active full; s-2 void; withdraw s-2"},
			{"2026-11-18 paid s-2 9.00", "active full; s-2 void; refund s-2 9.00"},
			{"2026-11-18 paid s-2 900.00", "active full; s-2 void; refund s-2 900.00"},
		}...)},
		scenario{"overpaid", "the amount due is paid, and the rest is refunded", p, month, then([]step{
			{"2026-11-16 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-17 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-20"},
			{"2026-11-17 paid s-2 9.00", "past_due full; s-2 open"},
			{"2026-11-18 paid s-2 100.00", "active full; s-2 paid; refund s-2 20.00; tell receipt s-2"},
			{"2026-11-19 paid s-2 100.00", "refused: Invoice s-2 is already paid; send another payment with its payment.id."},
		}...)},
		scenario{"failed before the due date, by wire", "the grace begins with the failure", byHand, month, []step{
			{"2026-11-01 started wire by support", "active full; s-1: recurring 890.00, due 890.00; send s-1 890.00"},
			{"2026-11-14 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-17"},
			{"2026-11-15", "past_due full"},
			{"2026-11-17", "suspended billing_only; tell access_lost s-1"},
		}},
		scenario{"immediate pause in arrears, with usage", "the usage and the service until then are billed", helpDesk(withPause, func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears }), month, []step{
			{"2026-11-01 started card", "active full"},
			{"2026-11-05 usage calls 200 0.05", "active full"},
			{"2026-11-11 pause", "paused billing_only; s-1: usage 10.00, due 10.00; s-2: recurring 296.67, due 296.67; collect_payment s-1 10.00; collect_payment s-2 296.67"},
		}},
		scenario{"scheduled change after other changes", "9 of 10 seats wait to leave, and one that joins fills one of them: 8 leave on December 1, which is billed for the rest on the plan chosen since: 2 x 139.00", p, month, then([]step{
			{"2026-11-02 seats -9 by support", "active full"},
			{"2026-11-03 plan scale", "active full; s-2: proration_credit -830.67, proration_charge 1297.33, due 466.66; collect_payment s-2 466.66"},
			{"2026-11-03 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-11-04 seats +1", "active full"},
			{"2026-12-01", "active full; s-3: recurring 278.00, due 278.00; collect_payment s-3 278.00"},
		}...)},
		scenario{"suspended when a period billed in advance starts", "a new period starts when the customer returns", advance, month, then([]step{
			{"2026-11-20 seats +2", "active full; s-2: proration_charge 65.27, due 65.27; collect_payment s-2 65.27"},
			{"2026-11-20 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-23"},
			{"2026-11-23", "suspended full"},
			{"2026-12-01", "suspended billing_only; tell access_lost"},
			{"2026-12-05 card", "suspended billing_only; collect_payment s-2 65.27"},
			{"2026-12-05 paid s-2", "active full; s-3: recurring 1068.00, due 1068.00; s-2 paid; collect_payment s-3 1068.00; tell receipt s-2"},
		}...)},
		scenario{"suspended after the advance invoice", "access is lost at the end of November, with a notice; when the customer returns, the advance invoice is due and its grace begins", advance, month, then([]step{
			{"2026-11-23 seats +2", "active full; s-2: proration_charge 47.47, due 47.47; collect_payment s-2 47.47"},
			{"2026-11-24 failed s-2", "past_due full; s-3: recurring 1068.00, due 1068.00; s-2 open; collect_payment s-3 1068.00; tell payment_failed s-2 2026-11-27"},
			{"2026-11-27", "suspended full"},
			{"2026-12-01", "suspended billing_only; tell access_lost"},
			{"2026-12-05 card", "suspended billing_only; collect_payment s-2 47.47"},
			{"2026-12-05 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}...)},
	)
}
