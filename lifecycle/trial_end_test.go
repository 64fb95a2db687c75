package lifecycle_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Support sets another end of a running trial, and what waits for the old end follows. Three seats cost 93.00 a month.
func TestTrialExtended(t *testing.T) {
	standard := lifecycle.Standard()
	trial := trialing(days(14), threeSeats(t, "UTC", "P1M", "31.00"))
	atEnd, reminded := lifecycle.Standard(), lifecycle.Standard()
	atEnd.Trial.UnusedTrial = plans.AtTrialEnd
	reminded.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeTrialEnd, Before: days(3)}}
	month := "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"
	runScenarios(t,
		scenario{"longer", "access and the first bill follow", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-10 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-19T23:59:59", "trialing full"},
			{"2026-01-20", month},
		}},
		scenario{"without a payment method", "it is suspended at the new end, and not at the old one", standard, trial, []step{
			{"2026-01-01 started", "trialing full"},
			{"2026-01-10 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-19T23:59:59", "trialing full"},
			{"2026-01-20", "suspended billing_only; tell access_lost"},
			{"2026-01-21 trial until 2026-02-20 by support", "refused: No trial is running, the last one ended on 2026-01-20; send credit_granted to give credit."},
		}},
		scenario{"now", "the trial is over, and the deadline of its end with it", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-05T10:00:00 trial until 2026-01-05T10:00:00 by support", month},
		}},
		scenario{"now, without a payment method", "as at any end of the trial", standard, trial, []step{
			{"2026-01-01 started", "trialing full"},
			{"2026-01-05 trial until 2026-01-05 by support", "suspended billing_only; tell access_lost"},
		}},
		scenario{"after the reminder", "the customer is told again before the new end, once each", reminded, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-12", "trialing full; tell trial_end 2026-01-15"},
			{"2026-01-13 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-17", "trialing full; tell trial_end 2026-01-20"},
			{"2026-01-18 trial until 2026-01-19 by support", "trialing full"},
			{"2026-01-19", month},
		}},
		scenario{"paid service at the trial's end", "a purchase is told the new end", atEnd, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-02 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-05 bought", "refused: Paid service starts on 2026-01-20, when the trial ends; no event is needed."},
			{"2026-01-20", month},
		}},
		scenario{"bought for a later day than the new end", "the end of the trial is the conversion", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-02 bought on 2026-01-12", "trialing full"},
			{"2026-01-03 trial until 2026-01-08 by support", "trialing full"},
			{"2026-01-08", month},
			{"2026-01-12", "active full"},
		}},
		scenario{"canceled for a day after the new end", "a customer who left in the trial is not billed", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-02 cancel on 2026-01-12", "trialing full"},
			{"2026-01-03 trial until 2026-01-08 by support", "trialing full"},
			{"2026-01-08", "canceled billing_only"},
		}},
		scenario{"canceled for a day before the new end", "the day stays", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-02 cancel on 2026-01-12", "trialing full"},
			{"2026-01-03 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-12", "canceled billing_only"},
		}},
		scenario{"canceled for a day of the paid service", "the day stays: 93.00 x 5/31 = 15.00", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-02 cancel on 2026-01-25", "trialing full"},
			{"2026-01-03 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-20", "active full; s-1: recurring 15.00, due 15.00; collect_payment s-1 15.00"},
			{"2026-01-25", "canceled billing_only"},
		}},
		scenario{"twice", "back and forth costs nothing and loses nothing", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-02 cancel", "trialing full"},
			{"2026-01-03 trial until 2026-01-20 by support", "trialing full"},
			{"2026-01-04 trial until 2026-01-15 by support", "trialing full"},
			{"2026-01-04 trial until 2026-01-15 by support", "refused: The trial already ends on 2026-01-15."},
			{"2026-01-05 undo", "trialing full"},
			{"2026-01-15", month},
		}},
	)
}

// The start states the end of its trial, if support starts the subscription.
func TestTrialOfTheStart(t *testing.T) {
	standard, month := lifecycle.Standard(), threeSeats(t, "UTC", "P1M", "31.00")
	trial := trialing(days(14), month)
	demanding, timed := lifecycle.Standard(), lifecycle.Standard()
	demanding.Trial.RequirePaymentMethod, demanding.Trial.WithoutPaymentMethod = true, lifecycle.FinalCancel
	timed.FirstPaymentTimeout = giventest.Interval("P3D")
	runScenarios(t,
		scenario{"now", "an end that is the start is no trial: 30 of the 31 days until January 31", standard, trial, []step{
			{"2026-01-01 started card until 2026-01-01 by support", "active full; s-1: recurring 90.00, due 90.00; collect_payment s-1 90.00"},
		}},
		scenario{"later", "the trial of the contract does not count", standard, trial, []step{
			{"2026-01-01 started card on 2026-01-03 until 2026-01-05 by support", "pending_start billing_only"},
			{"2026-01-03", "trialing full"},
			{"2026-01-05", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
		}},
		scenario{"later, the end at the start", "no trial", standard, trial, []step{
			{"2026-01-01 started card on 2026-01-03 until 2026-01-03 by support", "pending_start billing_only"},
			{"2026-01-03", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
		}},
		scenario{"requires a payment method", "as any trial does", demanding, month, []step{
			{"2026-01-01 started until 2026-01-05 by support", "refused: The trial requires a payment method; send payment_method_added first."},
			{"2026-01-01 started card on 2026-01-03 until 2026-01-05 by support", "pending_start billing_only"},
			{"2026-01-02 nocard", "pending_start billing_only"},
			{"2026-01-03", "canceled billing_only"},
		}},
		scenario{"canceled before the start", "no trial remains for a return, which is unpaid", timed, trial, []step{
			{"2026-01-01 started card on 2026-01-03 until 2026-02-05 by support", "pending_start billing_only"},
			{"2026-01-02 cancel", "canceled billing_only"},
			{"2026-01-04 reactivate", "incomplete billing_only; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
		}},
	)
}

// The end of a trial has a time that JSON can store.
func TestTrialEndHasALimit(t *testing.T) {
	sub := trialing(days(14), threeSeats(t, "UTC", "P1M", "31.00"))
	for _, kind := range []lifecycle.EventKind{lifecycle.Started, lifecycle.TrialExtended} {
		_, err := applyWith(lifecycle.Standard(), sub, lifecycle.Event{
			Sequence: 1, At: utc("2026-01-01"), Kind: kind, By: plans.Support, Until: utc("2026-01-01").AddDate(7973, 0, 0),
		})
		if giventest.CheckFaults(t, err, "event.until limit"); !errors.Is(err, proration.ErrLimit) {
			t.Errorf("%v: %v", kind, err)
		}
	}
	_, err := applyWith(lifecycle.Standard(), sub, lifecycle.Event{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.TrialExtended})
	giventest.CheckFaults(t, err, "event.until unset")
}

// An event of a trial that becomes known late leads to the bills that it would have had in time, less what is paid.
func TestLateTrialEvents(t *testing.T) {
	restart := lifecycle.Standard()
	restart.Trial.OnPlanChange = lifecycle.TrialRestart
	pro := seatPlan("pro", "P1M", "47.00")
	pro.Trial = days(20)
	extended := func(until string) lifecycle.Event {
		return lifecycle.Event{At: utc("2026-01-10"), Kind: lifecycle.TrialExtended, By: plans.Support, Until: utc(until)}
	}
	for _, c := range []struct {
		name, why string
		late      lifecycle.Event
		billed    string // on January 25, with the correction
		next      string // the next renewal
	}{
		{"longer", "93.00 from the 20th on, in place of the 15th", extended("2026-01-20"), "93.00", "2026-02-20"},
		{"shorter", "93.00 from the 12th on", extended("2026-01-12"), "93.00", "2026-02-12"},
		{"beyond the correction", "all of the 93.00 comes back until February 1", extended("2026-02-01"), "0.00", "2026-02-01"},
		{"a plan that restarts the trial", "nothing until January 30, 20 days from the 10th", lifecycle.Event{
			At: utc("2026-01-10"), Kind: lifecycle.Changed, Change: plans.Change{Plan: &pro},
		}, "0.00", "2026-01-30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sub := trialing(days(14), threeSeats(t, "UTC", "P1M", "31.00"))
			known := []lifecycle.Event{
				{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"}, invoicePaid("2026-01-15", 2, "s-1"),
			}
			all := []lifecycle.Policy{restart}
			issued, err := replayWith(all, sub, known, utc("2026-01-24"))
			if err != nil {
				t.Fatal(err)
			}
			c.late.Sequence = 3
			request := lifecycle.CorrectRequest{
				Subscription: issued.Subscription, Initial: sub, Events: append(slices.Clip(known), c.late), Issued: issued.Invoices,
				Receivables: issued.Receivables, At: utc("2026-01-25"),
			}
			out, err := correctWith(all, request)
			if err != nil {
				t.Fatal(err)
			}
			billed := decimal.Zero
			for _, inv := range append(slices.Clip(issued.Invoices), out.Invoices...) {
				billed = billed.Add(inv.Total)
			}
			giventest.CheckMoney(t, "billed", billed, c.billed)
			if next, _ := nextWith(restart, out.Subscription); !next.At.Equal(utc(c.next)) {
				t.Errorf("the next deadline is %v at %v, want %s: %s", next.Kind, next.At, c.next, c.why)
			}
			timely, err := replayWith(all, sub, []lifecycle.Event{known[0], numbered(c.late, 2)}, utc("2026-01-25"))
			if err != nil || !timely.Subscription.TrialEnd.Equal(out.Subscription.TrialEnd) || timely.Subscription.Contract.Plan != out.Subscription.Contract.Plan {
				t.Errorf("known in time: %v, a trial until %v; got %v", err, timely.Subscription.TrialEnd, out.Subscription.TrialEnd)
			}
		})
	}
}

// Another plan keeps the end of the trial or restarts the trial, as the policy says, and each plan is tried once. The
// catalog has trials of 14 days for growth (890.00 for ten seats) and of 7 for scale (1,390.00).
func TestTrialAfterAnotherPlan(t *testing.T) {
	sold := func(handling lifecycle.TrialHandling, scale string) lifecycle.Policy {
		p := helpDesk(withTrial)
		p.Trial.OnPlanChange = handling
		p.Catalog.Plans[1].Trial = proration.Interval{}
		if scale != "" {
			p.Catalog.Plans[1].Trial = giventest.Interval(scale)
		}
		return p
	}
	keep, restart, none := sold(lifecycle.TrialKeep, "P7D"), sold(lifecycle.TrialRestart, "P7D"), sold(lifecycle.TrialRestart, "")
	sub := ordered(t, keep, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	month := "active full; s-1: recurring 1390.00, due 1390.00; collect_payment s-1 1390.00"
	runScenarios(t,
		scenario{"kept", "14 days from the start", keep, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-12 plan scale", "trialing full"},
			{"2026-11-15", month},
		}},
		scenario{"restarted", "seven days from the change", restart, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-12 plan scale", "trialing full"},
			{"2026-11-18T23:59:59", "trialing full"},
			{"2026-11-19", month},
		}},
		scenario{"back and forth", "both plans were tried, so that the end stays", restart, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-12 plan scale", "trialing full"},
			{"2026-11-13 plan growth", "trialing full"},
			{"2026-11-18 plan scale", "trialing full"},
			{"2026-11-19", month},
		}},
		scenario{"earlier", "the trial of the new plan is over before that of the old one", restart, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-02 plan scale", "trialing full"},
			{"2026-11-09", month},
		}},
		scenario{"a plan without a trial", "it has none that could start, and the running one stays", none, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-12 plan scale", "trialing full"},
			{"2026-11-15", month},
		}},
		scenario{"for the end of the trial", "the trial is over then", restart, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-12 plan scale at_period_end", "trialing full"},
			{"2026-11-15", month},
		}},
		scenario{"on a day of the trial", "seven days from that day", restart, sub, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-02 plan scale on 2026-11-10", "trialing full"},
			{"2026-11-17", month},
		}},
		scenario{"before the start", "the trial of the new plan begins with service", restart, sub, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 plan scale", "pending_start billing_only"},
			{"2026-11-10", "trialing full"},
			{"2026-11-17", month},
		}},
		scenario{"for a later start", "the trial of the new plan begins with service", restart, sub, []step{
			{"2026-11-01 started card on 2026-11-10", "pending_start billing_only"},
			{"2026-11-02 plan scale at_period_end", "pending_start billing_only"},
			{"2026-11-17", month},
		}},
		scenario{"after the trial", "paid service is no trial: 695.00 less 445.00 for half of November", restart, sub, []step{
			{"2026-11-01 started card notrial", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-16 plan scale", "active full; s-2: proration_credit -445.00, proration_charge 695.00, due 250.00; collect_payment s-2 250.00"},
		}},
	)
}
