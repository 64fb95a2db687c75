package lifecycletest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
	"github.com/billingrules/billing/proration"
)

func TestTextOfAStatement(t *testing.T) {
	zone := time.FixedZone("Home", -5*60*60)
	sub := tenSeats()
	sub.ID = "ac\nme"
	cycle, err := proration.NewCycle(time.Date(2026, 11, 1, 9, 30, 0, 0, zone), proration.Interval{Months: 1})
	if err != nil {
		t.Fatal(err)
	}
	sub.Contract.Cycle = cycle
	host := lifecycletest.NewHost(standard(), sub)
	before, err := host.Statement(on(10, 1))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		host.Script(lifecycletest.Answer{From: on(12, 1), Kind: lifecycle.PaymentFailed}),
		host.Send(lifecycle.Event{At: cycle.Anchor.In(zone), Kind: lifecycle.Started, PaymentMethod: "card"}),
	)
	if err != nil {
		t.Fatal(err)
	}
	after, err := host.Statement(on(12, 10).Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{before.Text(), "Statement of ac me until 2026-09-30 19:00, Home, USD: not started\n\nTimeline\n  none\n\nAccess\n  none\n\nNotices\n  none\n"},
		{before.Text(), "Credit balance: 0.00 USD\nNext deadline: none\n"},
		{after.Text(), "until 2026-12-09 19:00:01, Home, USD: suspended\n"},
		{after.Text(), "Access\n  2026-11-01 09:30 until 2026-12-08 09:30 full\n  2026-12-08 09:30 onward                 billing_only\n"},
		{after.Text(), "payment failed   ac me-2 2026-12-01 09:30: pay before 2026-12-08 09:30\n"},
		{after.Text(), "  failed, 2026-12-01, payment-2\n"},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("%q is not in\n%s", c.want, c.text)
		}
	}
}

// The access of an instant is that of its last step, and equal spans join: the first payment is answered at once, and
// the customer pays with another card on the day of the decline.
func TestAccessSpansOfOneInstant(t *testing.T) {
	policy := lifecycle.Standard()
	policy.FirstPaymentTimeout, policy.Dunning.Grace = days(1), proration.Interval{}
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		t.Fatal(err)
	}
	host := lifecycletest.NewHost(policies, tenSeats())
	card := lifecycle.Event{At: on(12, 1), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"}
	err = errors.Join(host.Script(lifecycletest.Answer{Invoice: 2, Times: 1, Kind: lifecycle.PaymentFailed}), host.Send(started(), card))
	if err != nil {
		t.Fatal(err)
	}
	got, err := host.Statement(on(12, 9))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.AccessSpans) != 1 || !got.AccessSpans[0].Until.IsZero() || got.AccessSpans[0].Access != lifecycle.Full {
		t.Errorf("got %v in\n%s", got.AccessSpans, got.Timeline())
	}
	for _, want := range []string{"incomplete     billing_only  acme-1", "suspended      billing_only"} {
		if !strings.Contains(got.Timeline(), want) {
			t.Errorf("%q is not in\n%s", want, got.Timeline())
		}
	}
}
