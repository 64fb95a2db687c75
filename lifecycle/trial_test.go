package lifecycle_test

import (
	"errors"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The contract says whether there is a trial and how long it is. The policy says what it requires and what follows it.
func TestTrialIsOfTheContract(t *testing.T) {
	standard, month := lifecycle.Standard(), threeSeats(t, "UTC", "P1M", "31.00")
	trial := trialing(days(14), month)
	carried, demanding := lifecycle.Standard(), lifecycle.Standard()
	carried.Trial.UnusedTrial = plans.CarryOver
	demanding.Trial = lifecycle.Trial{
		UnusedTrial: plans.Forfeit, OnPlanChange: lifecycle.TrialKeep, RequirePaymentMethod: true, WithoutPaymentMethod: lifecycle.FinalCancel,
	}
	runScenarios(t,
		scenario{"under the standard policy", "14 days, and then the first month", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-14T23:59:59", "trialing full"},
			{"2026-01-15", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
		}},
		scenario{"without a payment method, under the standard policy", "it suspends, so that nothing is billed", standard, trial, []step{
			{"2026-01-01 started", "trialing full"},
			{"2026-01-15", "suspended billing_only; tell access_lost"},
		}},
		scenario{"bought early, under the standard policy", "the remaining ten days are lost", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-05 bought", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
			{"2026-02-05", "active full; s-2: recurring 93.00, due 93.00; collect_payment s-2 93.00"},
		}},
		scenario{"bought early, carried over", "the remaining ten days extend the first month", carried, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-05 bought", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
			{"2026-02-14", "active full"},
			{"2026-02-15", "active full; s-2: recurring 93.00, due 93.00; collect_payment s-2 93.00"},
		}},
		scenario{"an event without a trial", "the customer had one before: 30 of the 31 days until January 31", standard, trial, []step{
			{"2026-01-01 started card notrial", "active full; s-1: recurring 90.00, due 90.00; collect_payment s-1 90.00"},
		}},
		scenario{"a contract without a trial", "the settings of the policy do not make one: 30 of the 31 days until January 31", carried, month, []step{
			{"2026-01-01 started card", "active full; s-1: recurring 90.00, due 90.00; collect_payment s-1 90.00"},
		}},
		scenario{"a scheduled start without a trial", "only a trial requires the payment method", demanding, month, []step{
			{"2026-01-01 started on 2026-01-10", "pending_start billing_only"},
			{"2026-01-10", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
		}},
		scenario{"a scheduled start with a trial", "the payment method was never added", demanding, trial, []step{
			{"2026-01-01 started on 2026-01-10", "pending_start billing_only"},
			{"2026-01-10", "canceled billing_only"},
		}},
		scenario{"back after canceling in the trial", "there is no second trial", standard, trial, []step{
			{"2026-01-01 started card", "trialing full"},
			{"2026-01-05 cancel immediately", "canceled billing_only"},
			{"2026-01-20 reactivate", "active full; s-1: recurring 93.00, due 93.00; collect_payment s-1 93.00"},
		}},
	)
}

// A length that is no interval is a fault of the contract.
func TestTrialLengthIsChecked(t *testing.T) {
	for _, c := range []struct {
		length proration.Interval
		want   error
	}{
		{proration.Interval{Days: -14}, proration.ErrInvalid}, {proration.Interval{Months: 1, Days: 1}, proration.ErrInvalid},
		{proration.Interval{Months: 1 << 40}, proration.ErrLimit},
	} {
		sub := trialing(c.length, threeSeats(t, "UTC", "P1M", "31.00"))
		_, err := applyWith(lifecycle.Standard(), sub, lifecycle.Event{
			Sequence: 1, At: giventest.Instant("2026-01-01", nil), Kind: lifecycle.Started,
		})
		var fault *proration.Error
		if !errors.As(err, &fault) || !errors.Is(err, c.want) || fault.Field != "subscription.contract.trial" {
			t.Errorf("a trial of %v: %v", c.length, err)
		}
	}
}

// An order from a catalog that sells a trial starts with the trial of its plan.
func TestQuotedTrialStarts(t *testing.T) {
	p := helpDesk(withTrial)
	p.Catalog.Plans[1].Trial = giventest.Interval("P7D")
	at := instantIn(t, "UTC", "2026-11-01")
	runScenarios(t,
		scenario{"two weeks", "the trial of growth", p, ordered(t, p, "growth", "", at), []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-14", "trialing full"},
			{"2026-11-15", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		}},
		scenario{"a week", "the trial of scale", p, ordered(t, p, "scale", "", at), []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-08", "active full; s-1: recurring 1390.00, due 1390.00; collect_payment s-1 1390.00"},
		}},
	)
}
