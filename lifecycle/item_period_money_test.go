package lifecycle_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Whatever becomes of the invoice of one month, the year gives access, and the next month is billed (law 9).
func TestInvoiceOfAMonthOfAnAddOn(t *testing.T) {
	for _, c := range []struct {
		name     string
		declines bool
		event    lifecycle.Event
		want     []string
	}{
		{"credited", false, lifecycle.Event{Kind: lifecycle.InvoiceCredited, As: credits.AsBalance, Reason: "a mistake"}, []string{"02-11 addon -10.00", "03-01 addon 10.00"}},
		{"refunded", false, lifecycle.Event{
			Kind: lifecycle.PaymentRefunded, Reason: "a mistake", Payment: lifecycle.Payment{Amount: giventest.Money("10.00"), ID: "refund"},
		}, []string{"02-11 addon -10.00", "03-01 addon 10.00"}},
		{"disputed", false, lifecycle.Event{Kind: lifecycle.PaymentDisputed, Payment: lifecycle.Payment{Amount: giventest.Money("10.00")}}, []string{"03-01 addon 10.00"}},
		{"void", true, lifecycle.Event{Kind: lifecycle.InvoiceVoided, Reason: "a mistake"}, []string{"03-01 addon 10.00"}},
		{"written off", true, lifecycle.Event{Kind: lifecycle.InvoiceWrittenOff, Reason: "a mistake"}, []string{"03-01 addon 10.00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := monthlyAddOn(t, func(p *lifecycle.Policy, _ *plans.Contract) { p.Dunning.Grace = giventest.Interval("P60D") })
			l.advance(utc("2026-01-31"))
			l.declines = c.declines
			l.advance(utc("2026-02-11"))
			l.declines = false
			c.event.At, c.event.Payment.Invoice = utc("2026-02-11"), "r-2"
			if c.event.Kind != lifecycle.PaymentRefunded && c.event.Kind != lifecycle.PaymentDisputed {
				c.event.By = plans.Support
			}
			if !l.apply(c.event) {
				t.Fatal(l.refused)
			}
			for _, at := range []string{"2026-02-11", "2026-02-20", "2026-03-15"} {
				l.advance(utc(at))
				if access := l.policies.Access(l.out.Subscription); access != lifecycle.Full {
					t.Errorf("%v on %s\n%s", access, at, l.out.Timeline())
				}
			}
			l.checkLines("2026-02-05", c.want...)
		})
	}
}

// A paid month of the add-on gives no access to a year that is not paid (law 9).
func TestMonthOfAnAddOnWithoutItsYear(t *testing.T) {
	l := monthlyAddOn(t, func(p *lifecycle.Policy, _ *plans.Contract) {
		p.Dunning.Grace, p.Dunning.Retries, p.Dunning.FinalAction = giventest.Interval("P3D"), nil, lifecycle.FinalSuspend
	})
	l.advance(utc("2026-02-11"))
	disputed := lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money("1210.00")}
	if !l.apply(lifecycle.Event{At: utc("2026-02-11"), Kind: lifecycle.PaymentDisputed, Payment: disputed}) {
		t.Fatal(l.refused)
	}
	l.advance(utc("2026-02-20"))
	if access := l.policies.Access(l.out.Subscription); access == lifecycle.Full {
		t.Errorf("full access without a paid year\n%s", l.out.Timeline())
	}
}

// The paid days of a trial are not added to a year whose items have months: the paid time begins at the end of the
// trial. A later billing date is refused, and so is billing in arrears.
func TestRefusedForAnAddOn(t *testing.T) {
	l := monthlyAddOn(t, func(p *lifecycle.Policy, c *plans.Contract) {
		p.Trial.UnusedTrial, c.Trial = plans.CarryOver, giventest.Interval("P14D")
	})
	l.advance(utc("2026-01-05"))
	if l.apply(lifecycle.Event{At: utc("2026-01-05"), Kind: lifecycle.TrialConverted}) {
		t.Error("the trial is converted with days to carry over")
	}
	l.advance(utc("2026-02-01"))
	_, err := lifecycle.Apply(l.policies, l.out.Subscription, lifecycle.Event{
		Sequence: l.out.Subscription.Sequence + 1, At: utc("2026-02-01"), Kind: lifecycle.Changed, By: plans.Support,
		Change: plans.Change{AnchorAt: utc("2026-02-20")},
	})
	giventest.CheckFaults(t, err, "event.change.anchor_at invalid")
}

// A change that waits for its payment lapses when a month of the add-on is billed.
func TestPendingChangeAndAMonthOfAnAddOn(t *testing.T) {
	l := monthlyAddOn(t, func(p *lifecycle.Policy, _ *plans.Contract) { p.IfPaidTimeout = giventest.Interval("P9D") })
	l.advance(utc("2026-01-28"))
	l.declines = true
	l.happens("2026-01-28", lifecycle.Event{Kind: lifecycle.Changed, IfPaid: true, Change: adds("addon", 1)})
	l.declines = false
	l.advance(utc("2026-02-02"))
	if l.out.Subscription.PendingChange != nil {
		t.Errorf("the change waits\n%s", l.out.Timeline())
	}
	l.checkLines("2026-01-29", "02-01 addon 10.00")
}

// A month waits for the answers of the tax engine, and has them once.
func TestTaxesOfAMonthOfAnAddOn(t *testing.T) {
	p := enginePolicies(t)
	_, outs := engineEvents(t, p, enginePaid...)
	sub := outs[1].Subscription
	one := decimal.NewFromInt(1)
	price := plans.Price{Unit: giventest.Money("7.00"), BillingInterval: giventest.Interval("P1W")}
	sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P4W", time.UTC)
	sub.Contract.Items = append(sub.Contract.Items, plans.Item{ID: "addon", Quantity: one, Price: price})
	sub.ItemsBilledTo, sub.Period = utc("2026-01-01"), giventest.Period("2026-01-01/2026-01-29", time.UTC)
	out, err := lifecycle.Advance(p, sub, utc("2026-01-10"))
	if err != nil || asks(&out) == nil {
		t.Fatalf("no question: %v", err)
	}
	if next, err := lifecycle.Next(p, out.Subscription); err != nil || next.Kind != lifecycle.ItemPeriodDue {
		t.Fatalf("%v comes next: %v", next, err)
	}
	e := lifecycle.Event{Sequence: 3, At: utc("2026-01-08"), Kind: lifecycle.TaxesCalculated, TaxAnswers: engine(asks(&out))}
	out, err = lifecycle.Apply(p, out.Subscription, e)
	if err != nil || len(out.Invoices) != 1 || out.Invoices[0].Lines[0].Item != "addon" || len(out.Invoices[0].Lines[0].Taxes) == 0 {
		t.Fatalf("%v\n%s", err, out.Timeline())
	}
	if next, err := lifecycle.Next(p, out.Subscription); err != nil || next.At.Before(utc("2026-01-09")) && next.Kind == lifecycle.ItemPeriodDue {
		t.Errorf("%v comes again: %v", next, err)
	}
}

// A subscription that is stored as JSON between any two deadlines goes the same way.
func TestStoredAddOn(t *testing.T) {
	kept, stored := monthlyAddOn(t, same), monthlyAddOn(t, same)
	for day := utc("2026-01-02"); day.Before(utc("2026-04-05")); day = day.AddDate(0, 0, 3) {
		for _, l := range []*lifeOf{kept, stored} {
			l.advance(day)
			if day.Equal(utc("2026-02-10")) {
				l.changes("2026-02-10", adds("addon", 1))
			}
		}
		text, err := json.Marshal(stored.out.Subscription)
		if err != nil {
			t.Fatal(err)
		}
		var read lifecycle.Subscription
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		read.Contract.Cycle.Location = time.UTC
		stored.out.Subscription = read
	}
	if giventest.JSON(t, kept.out.Invoices) != giventest.JSON(t, stored.out.Invoices) {
		t.Errorf("got\n%s\nwant\n%s", stored.out.Timeline(), kept.out.Timeline())
	}
}

// A free plan gives access, also beside a month of an add-on that is not paid (law 9).
func TestUnpaidMonthOfAnAddOnOfAFreePlan(t *testing.T) {
	l := monthlyAddOn(t, func(p *lifecycle.Policy, c *plans.Contract) {
		p.Dunning.Grace, p.Dunning.Retries, p.Dunning.FinalAction = giventest.Interval("P3D"), nil, lifecycle.FinalSuspend
		c.Items[0].Price = plans.Price{Free: true}
	})
	l.advance(utc("2026-01-31"))
	l.declines = true
	l.advance(utc("2026-02-20"))
	if access := l.policies.Access(l.out.Subscription); access != lifecycle.Full {
		t.Errorf("%v\n%s", access, l.out.Timeline())
	}
}
