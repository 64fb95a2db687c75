package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// monthlyCalls starts a yearly contract on January 31 whose calls are billed by the month, at 1.00 each.
func monthlyCalls(t *testing.T, edit func(*lifecycle.Policy, *plans.Contract)) *lifeOf {
	t.Helper()
	p := anyChange()
	l := &lifeOf{t: t, initial: fourSeats(), answers: map[int64]*answer{}}
	c := &l.initial.Contract
	c.Cycle = giventest.Cycle("2026-01-31", "P1Y", time.UTC)
	c.Items[1].Price = plans.Price{Metered: true, Unit: giventest.Money("1.00"), BillingInterval: giventest.Interval("P1M")}
	edit(&p, c)
	l.policies, l.out.Subscription = policiesOf(t, p), l.initial
	l.happens("2026-01-31", lifecycle.Event{Kind: lifecycle.Started, PaymentMethod: "card"})
	return l
}

// happens advances to a time and applies an event of support.
func (l *lifeOf) happens(at string, e lifecycle.Event) {
	l.t.Helper()
	l.advance(utc(at))
	e.At, e.By = utc(at), plans.Support
	if e.Kind == lifecycle.UsageRecorded || e.Kind == lifecycle.ChargeAdded || e.Kind == lifecycle.InvoiceIssued {
		e.By = 0
	}
	if !l.apply(e) {
		l.t.Fatalf("%v is refused: %v\n%s", e.Kind, l.refused, l.out.Timeline())
	}
}

// calls records calls that are used now.
func (l *lifeOf) calls(at string, units int64) {
	l.t.Helper()
	l.happens(at, lifecycle.Event{Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
		{Item: "calls", Quantity: decimal.NewFromInt(units)},
	}})
}

// checkUsage compares the usage on the invoices so far, each as its day of issue and its amount.
func (l *lifeOf) checkUsage(want ...string) {
	l.t.Helper()
	var got []string
	for _, inv := range l.out.Invoices {
		for _, line := range inv.Lines {
			if line.Kind == plans.Usage {
				got = append(got, inv.IssuedAt.Format(time.DateOnly)+" "+line.Net.StringFixed(2))
			}
		}
	}
	if giventest.JSON(l.t, got) != giventest.JSON(l.t, want) {
		l.t.Errorf("usage is billed as %q, want %q\n%s", got, want, l.out.Timeline())
	}
}

// Usage of an item that waits for its review is issued earlier on request.
func TestItemIssuedBeforeTheEndOfItsReview(t *testing.T) {
	l := monthlyCalls(t, func(p *lifecycle.Policy, _ *plans.Contract) { p.Renewal.Review = giventest.Interval("P5D") })
	l.calls("2026-02-10", 30)
	l.happens("2026-03-02", lifecycle.Event{Kind: lifecycle.InvoiceIssued})
	l.calls("2026-03-10", 40)
	l.advance(utc("2026-05-01"))
	l.checkUsage("2026-03-02 30.00", "2026-04-05 40.00")
	if l.apply(lifecycle.Event{At: utc("2026-05-01"), Kind: lifecycle.InvoiceIssued}) {
		t.Error("an invoice is issued without a draft")
	}
}

// A discount of every charge applies to usage of a month, whatever bills it: the month, a threshold or the renewal.
func TestDiscountOfItemUsage(t *testing.T) {
	tenth := plans.Discount{ID: "tenth", Duration: plans.Forever, Percent: decimal.NewFromInt(10)}
	l := monthlyCalls(t, func(p *lifecycle.Policy, c *plans.Contract) {
		c.Discounts = []plans.Discount{tenth}
		p.Renewal.UsageThreshold = map[plans.Currency]decimal.Decimal{"USD": giventest.Money("100.00")}
	})
	l.calls("2026-02-10", 50)
	l.calls("2026-03-10", 200)
	l.calls("2027-01-10", 70)
	l.advance(utc("2027-02-01"))
	l.checkUsage("2026-02-28 45.00", "2026-03-10 180.00", "2027-01-31 63.00")
}

// A sale within the usage window bills nothing that waits for more usage.
func TestSaleInTheWindowOfAnItem(t *testing.T) {
	l := monthlyCalls(t, func(p *lifecycle.Policy, _ *plans.Contract) { p.Renewal.UsageWindow = giventest.Interval("P3D") })
	l.calls("2026-02-10", 50)
	l.happens("2026-03-01", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: chargeOf("films", "5.00")})
	l.advance(utc("2026-03-31"))
	l.checkUsage("2026-03-03 50.00")
}

// While periods cost nothing, usage waits, and it is billed with the next month.
func TestItemWhileCollectionIsPaused(t *testing.T) {
	l := monthlyCalls(t, func(*lifecycle.Policy, *plans.Contract) {})
	l.calls("2026-02-10", 50)
	l.happens("2026-02-20", lifecycle.Event{Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedVoid})
	l.advance(utc("2026-03-15"))
	l.checkUsage()
	l.happens("2026-03-15", lifecycle.Event{Kind: lifecycle.CollectionResumed})
	l.advance(utc("2026-04-15"))
	l.checkUsage("2026-03-31 50.00")
}

// A change that waits for its payment goes on waiting when a month is billed.
func TestItemBesideAPendingChange(t *testing.T) {
	l := monthlyCalls(t, func(p *lifecycle.Policy, _ *plans.Contract) { p.IfPaidTimeout = giventest.Interval("P5D") })
	l.calls("2026-02-10", 50)
	l.declines = true
	l.happens("2026-02-26", lifecycle.Event{Kind: lifecycle.Changed, IfPaid: true, Change: plans.Change{
		Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}},
	}})
	pending := l.out.Subscription.PendingChange
	l.declines = false
	l.advance(utc("2026-03-01"))
	l.checkUsage("2026-02-28 50.00")
	if pending == nil || l.out.Subscription.PendingChange == nil {
		t.Fatalf("the change does not wait\n%s", l.out.Timeline())
	}
	l.happens("2026-03-01", lifecycle.Event{Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: pending.Invoice}})
	if seats := l.out.Subscription.Contract.Items[0].Quantity; !seats.Equal(decimal.NewFromInt(5)) {
		t.Errorf("%v seats, want 5", seats)
	}
}

// From a change on, calls are billed with the year. The month until then is billed when it would have been.
func TestItemWithoutItsInterval(t *testing.T) {
	l := monthlyCalls(t, func(*lifecycle.Policy, *plans.Contract) {})
	l.calls("2026-02-10", 50)
	yearly := plans.Price{Metered: true, Unit: giventest.Money("2.00")}
	l.happens("2026-02-20", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{
		Set: []plans.ItemSetting{{Item: "calls", Price: &yearly}},
	}})
	l.calls("2026-03-10", 7)
	l.advance(utc("2027-02-01"))
	l.checkUsage("2026-02-28 50.00", "2027-01-31 14.00")
}

// What one month used counts toward a commitment of a year, of which the renewal bills the rest.
func TestItemCountsTowardACommitment(t *testing.T) {
	l := monthlyCalls(t, func(_ *lifecycle.Policy, c *plans.Contract) {
		c.Commitment = plans.Commitment{Amount: giventest.Money("1000.00"), Length: giventest.Interval("P1Y")}
	})
	l.calls("2026-02-10", 50)
	l.calls("2026-06-10", 60)
	l.advance(utc("2027-02-01"))
	l.checkUsage("2026-02-28 50.00", "2026-06-30 60.00")
	last := l.out.Invoices[len(l.out.Invoices)-1]
	giventest.CheckMoney(t, "the renewal, 400.00, and the true-up, 1000.00 - 400.00 - 110.00", last.Total, "890.00")
}

// Usage of two months ago is recorded, earlier usage is not.
func TestItemClosesItsMonths(t *testing.T) {
	l := monthlyCalls(t, func(*lifecycle.Policy, *plans.Contract) {})
	l.advance(utc("2026-05-10"))
	for used, want := range map[string][]string{"2026-02-28": nil, "2026-02-27": {"event.records[0].used_at outside"}} {
		_, err := lifecycle.Apply(l.policies, l.out.Subscription, lifecycle.Event{
			Sequence: l.out.Subscription.Sequence + 1, At: utc("2026-05-10"), Kind: lifecycle.UsageRecorded,
			Records: []lifecycle.UsageRecord{{Item: "calls", Quantity: decimal.NewFromInt(1), UsedAt: utc(used)}},
		})
		giventest.CheckFaults(t, err, want...)
	}
}

// The invoice of a month that is not paid is dunned as any other. While the subscription is suspended, nothing is
// billed; the return bills what was used before.
func TestMonthOfAnItemIsDunned(t *testing.T) {
	l := monthlyCalls(t, func(p *lifecycle.Policy, _ *plans.Contract) {
		p.Dunning.Grace, p.Dunning.Retries, p.Dunning.FinalAction = giventest.Interval("P10D"), nil, lifecycle.FinalSuspend
		p.Billing.Timing = proration.InAdvance
	})
	l.calls("2026-02-10", 50)
	l.declines = true
	l.calls("2026-03-05", 20)
	l.advance(utc("2026-03-09"))
	if got := l.out.Subscription.Status; got != lifecycle.PastDue {
		t.Errorf("%v, want past_due", got)
	}
	l.advance(utc("2026-04-15"))
	if got := l.out.Subscription.Status; got != lifecycle.Suspended {
		t.Errorf("%v, want suspended", got)
	}
	l.checkUsage("2026-02-28 50.00")
	l.declines = false
	l.payOverdue(utc("2026-04-15"))
	l.advance(utc("2026-05-10"))
	if got := l.out.Subscription.Status; got != lifecycle.Active {
		t.Errorf("%v, want active", got)
	}
	l.checkUsage("2026-02-28 50.00", "2026-04-30 20.00")
}

// Usage of an earlier period that becomes known after a change of its price has the price of its time.
func TestLateUsageHasThePriceOfItsTime(t *testing.T) {
	l := monthlyCalls(t, func(_ *lifecycle.Policy, c *plans.Contract) {
		c.Cycle = giventest.Cycle("2026-01-01", "P1M", time.UTC)
		c.Items[1].Price.BillingInterval = proration.Interval{}
	})
	dearer := plans.Price{Metered: true, Unit: giventest.Money("2.00")}
	l.happens("2026-03-10", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{
		Set: []plans.ItemSetting{{Item: "calls", Price: &dearer}},
	}})
	for _, used := range []string{"2026-02-20", "2026-03-09", "2026-03-10"} {
		l.happens("2026-03-11", lifecycle.Event{Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
			{Item: "calls", Quantity: decimal.NewFromInt(4), UsedAt: utc(used)},
		}})
	}
	l.advance(utc("2026-04-01"))
	l.checkUsage("2026-04-01 4.00", "2026-04-01 4.00", "2026-04-01 8.00")
}

// A record and a price that become known to Correct bill the difference to the full history.
func TestCorrectionOfItemUsage(t *testing.T) {
	dearer := plans.Price{Metered: true, Unit: giventest.Money("2.00"), BillingInterval: giventest.Interval("P1M")}
	for _, c := range []struct {
		name, why, want string
		late            lifecycle.Event
	}{
		{"a record", "20 calls of March", "20.00", lifecycle.Event{
			At: utc("2026-03-05"), Kind: lifecycle.UsageRecorded,
			Records: []lifecycle.UsageRecord{{Item: "calls", Quantity: decimal.NewFromInt(20)}},
		}},
		{"a price", "the 30 calls of March 10 cost 2.00 each, and not 1.00", "30.00", lifecycle.Event{
			At: utc("2026-03-05"), Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{
				Set: []plans.ItemSetting{{Item: "calls", Price: &dearer}},
			},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := monthlyCalls(t, func(*lifecycle.Policy, *plans.Contract) {})
			l.calls("2026-02-10", 50)
			l.calls("2026-03-10", 30)
			l.advance(utc("2026-04-15"))
			l.checkUsage("2026-02-28 50.00", "2026-03-31 30.00")
			c.late.Sequence = l.out.Subscription.Sequence + 1
			fixed, err := lifecycle.Correct(l.policies, lifecycle.CorrectRequest{
				Subscription: l.out.Subscription, Initial: l.initial, Events: append(l.events, c.late), Issued: l.out.Invoices,
				Receivables: l.out.Receivables, At: utc("2026-04-15"),
			})
			if err != nil {
				t.Fatal(err)
			}
			var sum decimal.Decimal
			for _, inv := range fixed.Invoices {
				sum = sum.Add(inv.Total)
			}
			giventest.CheckMoney(t, c.why, sum, c.want)
		})
	}
}
