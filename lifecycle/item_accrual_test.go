package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// supportFrom starts a plan of 300.00 a month on January 1, with support of 50.00 a month in arrears.
func supportFrom(t *testing.T, edit func(*lifecycle.Policy, *plans.Contract)) *lifeOf {
	t.Helper()
	p := anyChange()
	p.Billing.Refunds = []credits.RefundRule{{As: credits.AsBalance, Give: credits.UnusedPart}}
	l := &lifeOf{t: t, initial: accrualSubscription("2026-01-01", true), answers: map[int64]*answer{}}
	edit(&p, &l.initial.Contract)
	l.policies, l.out.Subscription = policiesOf(t, p), l.initial
	l.happens("2026-01-01", lifecycle.Event{Kind: lifecycle.Started, PaymentMethod: "card"})
	return l
}

// checkSupport compares the lines for support: the day of issue, the span and the net.
func (l *lifeOf) checkSupport(want ...string) {
	l.t.Helper()
	var got []string
	for _, inv := range l.out.Invoices {
		for _, c := range inv.Lines {
			if c.Item == "support" {
				got = append(got, inv.IssuedAt.Format("01-02")+": "+c.Span.Start.Format("01-02")+" "+c.Span.End.Format("01-02")+" "+
					c.Quantity.String()+" "+c.Net.StringFixed(2))
			}
		}
	}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		l.t.Errorf("got %q\nwant %q\n%s", got, want, l.out.Timeline())
	}
}

// Support is billed for each day with its quantity and price, when its period or the service is over.
func TestSupportInArrears(t *testing.T) {
	t.Parallel()
	now := lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: plans.Immediately}
	void := lifecycle.Event{Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedVoid}
	for name, tc := range map[string]struct {
		edit func(*lifecycle.Policy, *plans.Contract)
		do   func(*lifeOf)
		want []string
	}{
		"a second unit": {same, func(l *lifeOf) { l.changes("2026-01-11", adds("support", 1)) },
			[]string{"02-01: 01-01 01-11 1 16.13", "02-01: 01-11 02-01 2 67.74"}},
		"the end at once, with a discount": {func(_ *lifecycle.Policy, c *plans.Contract) {
			c.Discounts = []plans.Discount{{ID: "ten", Percent: giventest.Money("10"), Duration: plans.Forever}}
		}, func(l *lifeOf) { l.happens("2026-01-11", now) }, []string{"01-11: 01-01 01-11 1 14.52"}}, // 16.13 - 1.61
		"billed ahead": {func(p *lifecycle.Policy, _ *plans.Contract) { p.Renewal.Lead = giventest.Interval("P10D") },
			func(l *lifeOf) { l.changes("2026-01-25", adds("support", 1)) },
			[]string{"02-01: 01-01 01-25 1 38.71", "02-01: 01-25 02-01 2 22.58"}},
		"a reset": {same, func(l *lifeOf) { l.changes("2026-01-11", plans.Change{Anchor: plans.AnchorReset}) },
			[]string{"01-11: 01-01 01-11 1 16.13", "02-11: 01-11 02-11 1 50.00"}},
		"a trial": {func(_ *lifecycle.Policy, c *plans.Contract) { c.Trial = giventest.Interval("P7D") },
			func(*lifeOf) {}, []string{"02-08: 01-08 02-08 1 50.00"}},
		"collection paused with void": {same, func(l *lifeOf) {
			l.happens("2026-01-11", void)
			l.happens("2026-01-21", lifecycle.Event{Kind: lifecycle.CollectionResumed})
		}, []string{"02-01: 01-01 01-11 1 16.13", "02-01: 01-21 02-01 1 17.74"}},
		"support leaves": {same, func(l *lifeOf) { l.changes("2026-01-11", removes("support", 1)) },
			[]string{"02-01: 01-01 01-11 1 16.13"}},
		"dunning ends": {func(p *lifecycle.Policy, _ *plans.Contract) {
			p.Dunning.FinalAction, p.Dunning.Grace, p.Dunning.Retries = lifecycle.FinalCancel, giventest.Interval("P10D"), nil
		}, func(l *lifeOf) { l.declines = true },
			[]string{"02-01: 01-01 02-01 1 50.00", "02-11: 02-01 02-11 1 17.86"}},
		"the day of the end is billed": {func(p *lifecycle.Policy, _ *plans.Contract) {
			p.Billing.Proration.LastDay = proration.DayBilled
		}, func(l *lifeOf) { l.happens("2026-01-11", now) }, []string{"01-11: 01-01 01-11 1 17.74"}}, // 11/31 of 50.00
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := supportFrom(t, tc.edit)
			tc.do(l)
			if l.advance(utc("2026-02-20")); len(l.refused) > 0 {
				t.Fatal(l.refused)
			}
			l.checkSupport(tc.want...)
			back := giventest.CheckRoundTrip(t, l.out.Subscription)
			if !back.ItemsUnbilledSince.Equal(l.out.Subscription.ItemsUnbilledSince) {
				t.Errorf("got %v", back.ItemsUnbilledSince)
			}
		})
	}
}

// Late news about support in arrears is billed: a second unit from Jan 11 on costs 33.87 more for January, 21/31 of
// 50.00, and the renewal of March bills two units for February.
func TestLateNewsOfSupportInArrears(t *testing.T) {
	l := supportFrom(t, same)
	l.advance(utc("2026-02-10"))
	late := lifecycle.Event{Sequence: l.out.Subscription.Sequence + 1, At: utc("2026-01-11"), Kind: lifecycle.Changed, By: plans.Support, Change: adds("support", 1)}
	out, err := lifecycle.Correct(l.policies, lifecycle.CorrectRequest{
		Subscription: l.out.Subscription, Initial: l.initial, Events: append(l.events[:len(l.events):len(l.events)], late),
		Issued: l.out.Invoices, Receivables: l.out.Receivables, At: utc("2026-02-10"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 1 || !out.Invoices[0].Total.Equal(giventest.Money("33.87")) {
		t.Fatalf("got %s", giventest.JSON(t, out.Invoices))
	}
	l.take(out)
	l.advance(utc("2026-03-02"))
	if last := l.out.Invoices[len(l.out.Invoices)-1]; !last.Total.Equal(giventest.Money("400.00")) { // 300.00 for March
		t.Errorf("got %s", last.Text())
	}
}

// A policy in arrears bills every item so, and refuses a timing of an item.
func TestSupportInArrearsUnderAPolicyInArrears(t *testing.T) {
	p := anyChange()
	p.Billing.Timing = proration.InArrears
	sub := accrualSubscription("2026-01-01", true)
	_, err := lifecycle.Replay(policiesOf(t, p), sub, []lifecycle.Event{
		{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support},
	}, utc("2026-01-02"))
	if !errors.Is(err, proration.ErrInvalid) || !strings.Contains(err.Error(), "price.timing") {
		t.Errorf("got %v", err)
	}
}

// A contract with an item in arrears, or with an interval of its own, stays in advance when the policy turns to
// arrears. Once the item has left, its periods are billed in arrears.
func TestPolicyTurnsToArrears(t *testing.T) {
	now := anyChange()
	now.Dunning.FinalAction = lifecycle.FinalContinue
	arrears := now
	arrears.From, arrears.Billing.Timing = utc("2026-02-15"), proration.InArrears
	for name, item := range map[string]plans.Item{
		"support in arrears": {ID: "addon", Quantity: decimal.NewFromInt(1), Price: accruing("50.00")},
		"monthly add-on":     {ID: "addon", Quantity: decimal.NewFromInt(1), Price: monthlyPrice("50.00")},
	} {
		t.Run(name, func(t *testing.T) {
			policies, err := lifecycle.NewPolicies(now, arrears)
			if err != nil {
				t.Fatal(err)
			}
			sub := accrualSubscription("2026-01-01", false)
			if sub.Contract.Items = append(sub.Contract.Items, item); !item.Price.Accrues() {
				sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P3M", time.UTC)
			}
			l := &lifeOf{t: t, policies: policies, initial: sub, answers: map[int64]*answer{}}
			l.out.Subscription = sub
			l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
			l.advance(utc("2026-07-02"))
			if sub := &l.out.Subscription; !sub.UnbilledSince.IsZero() || !sub.Period.Contains(utc("2026-07-02")) {
				t.Errorf("unbilled since %v; period %v", sub.UnbilledSince, sub.Period)
			}
			l.apply(lifecycle.Event{At: utc("2026-07-02"), Kind: lifecycle.Changed, By: plans.Support, Change: removes("addon", 1)})
			l.advance(utc("2026-10-02"))
			if since := l.out.Subscription.UnbilledSince; !since.Equal(utc("2026-10-01")) || len(l.refused) > 0 {
				t.Errorf("unbilled since %v; refused %v", since, l.refused)
			}
			checkBilledOnce(t, l)
		})
	}
}

// checkBilledOnce checks that each day is billed once for each item, for the time that is over.
func checkBilledOnce(t *testing.T, l *lifeOf) {
	t.Helper()
	for at := utc("2026-01-01").Add(time.Hour); at.Before(utc("2026-10-01")); at = at.AddDate(0, 0, 1) {
		want := decimal.NewFromInt(2)
		if at.After(utc("2026-07-02")) {
			want = decimal.NewFromInt(1)
		}
		if got := unitsOn(at, &l.out); !got.Equal(want) {
			t.Errorf("%v: %v units are billed, want %v", at, got, want)
		}
	}
}

// A change that brings an item in arrears, or one with an interval of its own, to a contract in arrears is refused: at
// once, at the end of the period, and without prorations.
func TestNoTimingOfAnItemInArrears(t *testing.T) {
	p := anyChange()
	p.Billing.Timing = proration.InArrears
	monthly := monthlyPrice("10.00")
	support := accruing("50.00")
	for _, price := range []*plans.Price{&monthly, &support} {
		l := &lifeOf{t: t, policies: policiesOf(t, p), initial: fourSeats(), answers: map[int64]*answer{}}
		l.initial.Contract.Cycle = giventest.Cycle("2026-01-01", "P3M", time.UTC)
		l.out.Subscription = l.initial
		l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
		for _, e := range []lifecycle.Event{{}, {Effective: plans.AtPeriodEnd}, {Prorations: plans.NoProrations}} {
			e.At, e.Kind, e.By, e.Change = utc("2026-02-02"), lifecycle.Changed, plans.Support, adds("addon", 1)
			e.Sequence, e.Change.Add[0].Price = l.out.Subscription.Sequence+1, price
			_, err := lifecycle.Apply(l.policies, l.out.Subscription, e)
			if err == nil || !strings.Contains(err.Error(), "every item is billed in arrears") {
				t.Errorf("%v: got %v", e.Effective, err)
			}
		}
	}
}
