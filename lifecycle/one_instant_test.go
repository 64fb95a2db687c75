package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A cancellation comes before everything else at its instant: nothing is billed for time from then on (law 10).
func TestCancellationPrecedesWhatItEnds(t *testing.T) {
	started := eventOn("2026-01-01", lifecycle.Started)
	paid := paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "")
	cancel := func(at, on string) lifecycle.Event {
		return eventOn(at, lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.On = utc(on) })
	}
	none := func(*lifecycle.Policy, *lifecycle.Subscription) {}
	trial := func(_ *lifecycle.Policy, sub *lifecycle.Subscription) { sub.Contract.Trial = days(14) }
	for _, c := range []struct {
		name, at string
		given    func(*lifecycle.Policy, *lifecycle.Subscription)
		events   []lifecycle.Event
		issued   int
	}{
		{"the start", "2026-02-01", none, []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started, func(e *lifecycle.Event) { e.On = utc("2026-02-01") }), cancel("2026-01-10", "2026-02-01")}, 0},
		{"the start of a trial", "2026-02-01", trial, []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started, func(e *lifecycle.Event) { e.On = utc("2026-02-01") }), cancel("2026-01-10", "2026-02-01")}, 0},
		{"the end of the trial", "2026-01-15", trial, []lifecycle.Event{started, cancel("2026-01-10", "2026-01-15")}, 0},
		{"the renewal", "2026-02-01", none, []lifecycle.Event{started, paid, cancel("2026-01-10", "2026-02-01")}, 1},
		{"a retry", "2026-02-01", func(p *lifecycle.Policy, _ *lifecycle.Subscription) {
			p.Dunning.Grace, p.Dunning.Retries = days(40), []proration.Interval{days(31)}
		}, []lifecycle.Event{started, paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", ""), cancel("2026-01-10", "2026-02-01")}, 1},
		{"the end of the grace", "2026-02-01", func(p *lifecycle.Policy, _ *lifecycle.Subscription) { p.Dunning.Grace = days(31) }, []lifecycle.Event{started, paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", ""), cancel("2026-01-10", "2026-02-01")}, 1},
		{"the end of a pause", "2026-02-05", func(p *lifecycle.Policy, _ *lifecycle.Subscription) { p.Pause.Effective = plans.AtPeriodEnd }, []lifecycle.Event{
			started, paid,
			eventOn("2026-01-10", lifecycle.PauseRequested, func(e *lifecycle.Event) { e.Until = utc("2026-02-05") }),
			cancel("2026-02-02", "2026-02-05"),
		}, 1},
		{"a scheduled change", "2026-02-01", func(p *lifecycle.Policy, _ *lifecycle.Subscription) {
			rule(p, plans.Upgrade).Effective = plans.AtPeriodEnd
		}, []lifecycle.Event{started, paid, changedOn(t, "2026-01-05", `{`+planAt("pro", "200")+`}`), cancel("2026-01-10", "2026-02-01")}, 1},
		{"the end of the first payment timeout", "2026-01-08", func(p *lifecycle.Policy, _ *lifecycle.Subscription) { p.FirstPaymentTimeout = days(7) }, []lifecycle.Event{started, cancel("2026-01-02", "2026-01-08")}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, sub := anyChange(), tenSeatsFromJanuary()
			c.given(&p, &sub)
			for i := range c.events {
				c.events[i].Sequence = int64(i + 1)
			}
			out, err := replayWith([]lifecycle.Policy{p}, sub, c.events, utc("2026-03-15"))
			if err != nil {
				t.Fatal(err)
			}
			last := out.Steps[len(out.Steps)-1]
			if last.Deadline != lifecycle.CancellationDue || !last.At.Equal(utc(c.at)) || last.Status != lifecycle.Canceled {
				t.Errorf("the last step is %v at %v: %v", last.Deadline, last.At, last.Status)
			}
			for _, s := range out.Steps[:len(out.Steps)-1] {
				if !s.At.Before(utc(c.at)) {
					t.Errorf("%v is processed at %v before the cancellation", s.Deadline, s.At)
				}
			}
			if len(out.Invoices) != c.issued {
				t.Errorf("%d invoices, want %d", len(out.Invoices), c.issued)
			}
		})
	}
}

// A refused event follows the deadlines that precede it, and has the status and the access that they led to.
func TestRefusedEventFollowsItsDeadlines(t *testing.T) {
	failed := paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", "")
	out := replayEvents(t, anyChange(), "2026-02-10", eventOn("2026-01-01", lifecycle.Started), failed, eventOn("2026-01-20", lifecycle.TrialConverted))
	refused, before := out.Steps[len(out.Steps)-1], out.Steps[len(out.Steps)-2]
	if refused.Event != lifecycle.TrialConverted || refused.Status != lifecycle.Suspended || refused.Access != lifecycle.BillingOnly {
		t.Errorf("the last step is %+v", refused)
	}
	if before.Deadline != lifecycle.GraceOver || !before.At.Equal(utc("2026-01-08")) {
		t.Errorf("the step before it is %+v", before)
	}
}

// Next is the first step of an advance, and never before the time reached, also if the policy was edited for a time
// that is over.
func TestNextUnderAnEditedPolicy(t *testing.T) {
	edits := []func(*lifecycle.Policy){
		func(*lifecycle.Policy) {},
		func(p *lifecycle.Policy) { p.Renewal.Lead = days(20) },
		func(p *lifecycle.Policy) { p.Dunning.Grace = days(1) },
		func(p *lifecycle.Policy) { p.Renewal.Except = []string{"card"} },
		func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalContinue },
		func(p *lifecycle.Policy) {
			p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: days(15)}, {Of: lifecycle.NoticeGraceEnd, Before: days(1)}}
		},
	}
	started := eventOn("2026-01-01", lifecycle.Started)
	total, due := 0, 0
	for _, second := range []lifecycle.Event{paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", ""), paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "")} {
		for _, before := range edits {
			for _, edit := range edits {
				for _, reached := range []string{"2026-01-05", "2026-01-16", "2026-01-25", "2026-02-01"} {
					for _, from := range []string{"", "2026-01-12", "2026-01-28"} {
						first, edited := anyChange(), anyChange()
						before(&first)
						edit(&edited)
						policies := []lifecycle.Policy{edited}
						if from != "" {
							edited.From = utc(from)
							policies = []lifecycle.Policy{first, edited}
						}
						sub := replayEvents(t, first, reached, started, second).Subscription
						total++
						if !checkNext(t, policies, sub) {
							due++
						}
					}
				}
			}
		}
	}
	if t.Logf("%d times, %d deadlines are due at once", total, due); total != 864 || due == 0 {
		t.Errorf("%d times, want 864, and %d deadlines due at once", total, due)
	}
}

// checkNext compares Next with the first step of an advance. It reports whether the next deadline is after the time
// reached.
func checkNext(t *testing.T, all []lifecycle.Policy, sub lifecycle.Subscription) bool {
	t.Helper()
	policies, err := together(all)
	if err != nil {
		t.Fatal(err)
	}
	next, err := lifecycle.Next(policies, sub)
	if err != nil {
		t.Fatal(err)
	}
	out, err := lifecycle.Advance(policies, sub, utc("2026-04-01"))
	switch {
	case err != nil:
		t.Fatal(err)
	case next.Kind == 0 && len(out.Steps) == 0:
		return true
	case next.At.Before(sub.At):
		t.Errorf("the next deadline %v is at %v, before %v", next.Kind, next.At, sub.At)
	case len(out.Steps) == 0 || !isStepOf(&out.Steps[0], next):
		t.Errorf("the next deadline is %v, and the first step of %s", next, giventest.JSON(t, out.Steps))
	}
	return next.At.After(sub.At)
}

// A refusal has the status that the event met, also if the refused change had voided an overdue advance invoice before.
func TestRefusalHasTheStatusOfItsEvent(t *testing.T) {
	p := anyChange()
	p.Renewal.Lead = days(10)
	credited := eventOn("2026-01-23", lifecycle.InvoiceCredited, func(e *lifecycle.Event) {
		e.Payment.Invoice, e.Reason, e.As = "r-1", "goodwill", credits.AsBalance
	})
	yearly := changedOn(t, "2026-01-24", `{"interval":"P1Y"}`)
	out := replayEvents(t, p, "2026-01-24", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		paymentOn("2026-01-22", lifecycle.PaymentFailed, "r-2", ""), credited, yearly)
	last, before := out.Steps[len(out.Steps)-1], out.Steps[len(out.Steps)-2]
	if last.Refused == "" || last.Status != lifecycle.PastDue || before.Status != last.Status || before.Access != last.Access {
		t.Errorf("the change has %v and %v (%q), and the step before it %v and %v", last.Status, last.Access, last.Refused, before.Status, before.Access)
	}
}
