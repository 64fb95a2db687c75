package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A change after the advance invoice of the next period, and before that period starts, costs the same as at any other
// time.
func TestChangeAfterTheAdvanceInvoiceCostsTheSame(t *testing.T) {
	change := func(c plans.Change) func(*lifecycle.Event) { return func(e *lifecycle.Event) { e.Change = c } }
	seats := func(at string, n int64) lifecycle.Event {
		kind := lifecycle.Changed
		if n < 0 {
			kind = lifecycle.Changed
		}
		return eventOn(at, kind, change(unitsOf("seat", decimal.NewFromInt(n))))
	}
	price := plans.Price{Unit: giventest.Money("120.00")}
	for _, c := range []struct {
		name, why string
		changes   []lifecycle.Event
		want      string
	}{
		{"upgrade", "24 days at 1000.00 and 7 at 1390.00 of January, and three months at 1390.00", []lifecycle.Event{eventOn("2026-01-25", lifecycle.Changed, change(plans.Change{Plan: pricedPlan("139.00")}))}, "5258.06"},
		{"downgrade", "24 days at 1000.00 and 7 at 500.00, and three months at 500.00", []lifecycle.Event{eventOn("2026-01-25", lifecycle.Changed, change(plans.Change{Plan: pricedPlan("50.00")}))}, "2387.09"},
		{"price change", "24 days at 1000.00 and 7 at 1200.00, and three months at 1200.00", []lifecycle.Event{eventOn("2026-01-25", lifecycle.Changed, change(plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &price}}}))}, "4645.16"},
		{"fewer seats", "two seats are credited for 7 days of January, and three months cost 800.00", []lifecycle.Event{seats("2026-01-25", -2)}, "3354.84"},
		{"fewer seats, then more", "three seats are added for 4 days: 38.71; three months cost 1100.00", []lifecycle.Event{seats("2026-01-25", -2), seats("2026-01-28", 3)}, "4293.55"},
		{"more seats", "two seats for 7 days, and three months at 1200.00", []lifecycle.Event{seats("2026-01-25", 2)}, "4645.16"},
	} {
		for _, lead := range []string{"P10D", "P31D", ""} {
			for _, next := range []plans.ProrationBilling{plans.InvoiceNow, plans.NextInvoice} {
				t.Run(c.name+" "+lead+" "+next.String(), func(t *testing.T) {
					p := advancePolicy()
					p.Prorations, p.Renewal.Lead = next, proration.Interval{}
					if lead != "" {
						p.Renewal.Lead = giventest.Interval(lead)
					}
					out := applyAndPay(t, p, tenSeatsFromJanuary(), true, "2026-04-15", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.changes...)...)
					sum := totalBilled(out)
					for _, inv := range out.Invoices { // the longer lead bills May in advance
						for _, line := range inv.Lines {
							if !line.Span.Start.Before(utc("2026-05-01")) {
								sum = sum.Sub(line.Net)
							}
						}
					}
					if diff := sum.Sub(giventest.Money(c.want)).Abs(); diff.GreaterThan(giventest.Money("0.02")) {
						t.Errorf("billed %v until the end of April, want %s: %s\n%s", sum, c.want, c.why, out.Timeline())
					}
				})
			}
		}
	}
}

// An immediate pause credits the unused part of paid charges, including a period billed in advance.
func TestImmediatePauseCreditsTheAdvanceInvoice(t *testing.T) {
	p := advancePolicy()
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
	seats := eventOn("2026-01-10", lifecycle.Changed, func(e *lifecycle.Event) {
		e.Change = plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}}
	})
	out := replayEvents(t, p, "2026-02-10", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), seats,
		paymentOn("2026-01-22", lifecycle.PaymentSucceeded, "r-3", ""), eventOn("2026-01-25", lifecycle.PauseRequested), eventOn("2026-02-10", lifecycle.Resumed))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	// 1000.00 less 200.00 x 22/31 and 800.00 x 7/31, the advance invoice and its credit, and a month of eight seats from
	// February 10 on.
	giventest.CheckMoney(t, "total billed", totalBilled(out), "1477.41")
}

// The minimum of a period is measured at its end and includes charges added after the advance invoice of the next
// period.
func TestMinimumCountsChargesAfterTheAdvanceInvoice(t *testing.T) {
	sub := tenSeatsFromJanuary()
	sub.Contract.Items[0].Quantity, sub.Contract.Minimum = decimal.NewFromInt(8), giventest.Money("1000.00")
	add := eventOn("2026-01-25", lifecycle.Changed, func(e *lifecycle.Event) {
		e.Change = plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}}
	})
	for _, seats := range []bool{true, false} {
		events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
		want := "3000.00" // three months at the minimum
		if seats {
			events = append(events, add) // January has 845.16; the other months have the minimum
		}
		out := paidAtOnce(t, []lifecycle.Policy{advancePolicy()}, sub, utc("2026-04-01"), events...)
		billed := totalBilled(out).Sub(onlyPeriod(&out, "2026-04-01"))
		giventest.CheckMoney(t, "three months", billed, want)
	}
}

// onlyPeriod returns the amount billed for the period that starts on a date.
func onlyPeriod(out *lifecycle.Outcome, from string) (sum decimal.Decimal) {
	for _, inv := range out.Invoices {
		for _, line := range inv.Lines {
			if line.Period.Start.Equal(utc(from)) {
				sum = sum.Add(line.Net)
			}
		}
	}
	return sum
}

// A period that a term extension has already billed gets no advance invoice.
func TestExtensionIsNotBilledInAdvance(t *testing.T) {
	p := advancePolicy()
	term := plans.Term{Length: giventest.Interval("P1M"), Billing: plans.UpFront, Renewal: plans.Renew}
	sub := tenSeatsFromJanuary()
	sub.Contract.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-01/2026-02-01", nil)}}
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc("2026-02-28"), eventOn("2026-01-01", lifecycle.Started),
		eventOn("2026-01-10", lifecycle.Changed, func(e *lifecycle.Event) { e.Change = plans.Change{Term: &term} }))
	if len(out.Invoices) != 3 { // January, the extension, and March in advance
		t.Errorf("%d invoices\n%s", len(out.Invoices), out.Timeline())
	}
	giventest.CheckMoney(t, "total billed", totalBilled(out), "3000.00")
}

// A term that is billed up front is billed in advance, also where the policy bills in arrears.
func TestUpFrontTermIsBilledInAdvance(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead, p.Billing.Timing = proration.Interval{}, proration.InArrears
	sub := tenSeatsFromJanuary()
	sub.Contract.Terms = []plans.ContractTerm{{Term: plans.Term{Length: giventest.Interval("P1M"), Billing: plans.UpFront, Renewal: plans.Renew}, Period: giventest.Period("2026-01-01/2026-02-01", nil)}}
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc("2026-02-10"), eventOn("2026-01-01", lifecycle.Started))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	giventest.CheckMoney(t, "two months", totalBilled(out), "2000.00")
}

// An invoice that is to be voided once its pending payment fails is not overdue. If the payment fails, the invoice is
// void.
func TestInvoiceToBeVoidedIsNotOverdue(t *testing.T) {
	p := advancePolicy()
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		paymentOn("2026-01-23", lifecycle.PaymentFailed, "r-2", "a"), paymentOn("2026-01-24", lifecycle.PaymentAttempted, "r-2", "b"),
	}
	checkLast(t, replayEvents(t, p, "2026-01-24", events...), lifecycle.PastDue, lifecycle.Full)
	events = append(events, eventOn("2026-01-25", lifecycle.RenewalDisabled))
	checkLast(t, replayEvents(t, p, "2026-01-25", events...), lifecycle.Active, lifecycle.Full)
	failed := replayEvents(t, p, "2026-01-26", append(events, paymentOn("2026-01-26", lifecycle.PaymentFailed, "r-2", "b"))...)
	checkLast(t, failed, lifecycle.Active, lifecycle.Full, "withdraw r-2 0.00")
	paid := replayEvents(t, p, "2026-02-01", append(events, paymentOn("2026-01-26", lifecycle.PaymentSucceeded, "r-2", "b"))...)
	checkLast(t, paid, lifecycle.Expired, lifecycle.BillingOnly, "refund r-3 1000.00")
}
