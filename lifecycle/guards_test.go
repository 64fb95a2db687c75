package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// guardPolicy bills ten days ahead, lets anybody do anything at once, and gives back what is not used.
func advancePolicy() lifecycle.Policy {
	p := lifecycle.Standard()
	p.Renewal.Lead = giventest.Interval("P10D")
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}
	for i := range p.ChangeRules {
		p.ChangeRules[i].Effective = plans.Immediately
	}
	return p
}

// guardCustomer has ten seats at 100.00 a month, from January on.
func tenSeatsFromJanuary() lifecycle.Subscription {
	sub := lifecycle.Subscription{ID: "r"}
	sub.Contract = plans.Contract{
		Plan: "basic", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: giventest.Money("100.00")}}},
	}
	return sub
}

// guardPlan is another plan, by the price of a seat.
func pricedPlan(unit string) *plans.Plan {
	return &plans.Plan{
		ID: "at " + unit, Interval: giventest.Interval("P1M"),
		Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit)}}},
	}
}

// guardEvent is an event of an instant; its number is filled in.
func eventOn(at string, kind lifecycle.EventKind, edits ...func(*lifecycle.Event)) lifecycle.Event {
	e := lifecycle.Event{At: utc(at), Kind: kind, By: plans.Support}
	for _, edit := range edits {
		edit(&e)
	}
	return e
}

// guardPay is what became of a payment.
func paymentOn(at string, kind lifecycle.EventKind, inv, id string) lifecycle.Event {
	return eventOn(at, kind, func(e *lifecycle.Event) { e.Payment = lifecycle.Payment{Invoice: inv, ID: id} })
}

// live applies events one by one; every invoice is paid as soon as it is to be charged, but those that are not to be.
func applyAndPay(t *testing.T, p lifecycle.Policy, sub lifecycle.Subscription, pays bool, to string, events ...lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	var all []lifecycle.Event
	sequence := int64(0)
	add := func(e lifecycle.Event) lifecycle.Outcome {
		sequence++
		e.Sequence = sequence
		out, err := lifecycle.Apply(p, sub, e)
		if err != nil {
			t.Fatalf("%v on %v: %v", e.Kind, e.At, err)
		}
		all, sub = append(all, e), out.Subscription
		return out
	}
	pay := func(out lifecycle.Outcome) {
		for _, effect := range out.Effects {
			if pays && effect.Kind == lifecycle.CollectPayment {
				add(paymentOn(sub.At.Format(time.RFC3339Nano), lifecycle.PaymentSucceeded, effect.Invoice, ""))
			}
		}
	}
	until := func(at time.Time) {
		for {
			d, has := lifecycle.Next(p, sub)
			if !has || d.At.After(at) {
				return
			}
			out, err := lifecycle.Advance(p, sub, d.At)
			if err != nil {
				t.Fatal(err)
			}
			sub = out.Subscription
			pay(out)
		}
	}
	for _, e := range events {
		until(e.At)
		pay(add(e))
	}
	until(utc(to))
	out, err := lifecycle.Replay([]lifecycle.Policy{p}, startOf(sub, p), all, utc(to))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// guardStart is the customer before anything happened.
func startOf(sub lifecycle.Subscription, _ lifecycle.Policy) lifecycle.Subscription {
	first := tenSeatsFromJanuary()
	first.ID = sub.ID
	return first
}

// billedIn is what all invoices come to, less their credits.
func totalBilled(out lifecycle.Outcome) (sum decimal.Decimal) {
	for _, inv := range out.Invoices {
		if inv.Status != invoice.Void {
			sum = sum.Add(inv.Net)
		}
	}
	return sum
}

// Between the day on which a period is billed ahead and its beginning, a change at once comes to what it does at any other time.
func TestChangeAfterTheAdvanceInvoiceCostsTheSame(t *testing.T) {
	change := func(c plans.Change) func(*lifecycle.Event) { return func(e *lifecycle.Event) { e.Change = c } }
	seats := func(at string, n int64) lifecycle.Event {
		kind := lifecycle.SeatsAdded
		if n < 0 {
			kind = lifecycle.SeatsRemoved
		}
		return eventOn(at, kind, change(plans.Change{Item: "seat", Quantity: decimal.NewFromInt(n)}))
	}
	price := plans.Price{Unit: giventest.Money("120.00")}
	for _, c := range []struct {
		name, why string
		changes   []lifecycle.Event
		want      string
	}{
		{"an upgrade", "24 days at 1000.00 and 7 at 1390.00 of January, and three months at 1390.00", []lifecycle.Event{eventOn("2026-01-25", lifecycle.PlanChanged, change(plans.Change{Plan: pricedPlan("139.00")}))}, "5258.06"},
		{"a downgrade", "24 days at 1000.00 and 7 at 500.00, and three months at 500.00", []lifecycle.Event{eventOn("2026-01-25", lifecycle.PlanChanged, change(plans.Change{Plan: pricedPlan("50.00")}))}, "2387.09"},
		{"a price", "24 days at 1000.00 and 7 at 1200.00, and three months at 1200.00", []lifecycle.Event{eventOn("2026-01-25", lifecycle.PriceChanged, change(plans.Change{Item: "seat", Price: &price}))}, "4645.16"},
		{"fewer seats", "two go back for 7 days of January, and three months are at 800.00", []lifecycle.Event{seats("2026-01-25", -2)}, "3354.84"},
		{"fewer seats, then more", "and three come back for 4 days: 38.71; three months at 1100.00", []lifecycle.Event{seats("2026-01-25", -2), seats("2026-01-28", 3)}, "4293.55"},
		{"more seats", "two for 7 days, and three months at 1200.00", []lifecycle.Event{seats("2026-01-25", 2)}, "4645.16"},
	} {
		for _, lead := range []string{"P10D", "P31D", ""} {
			for _, next := range []lifecycle.ProrationBilling{lifecycle.InvoiceNow, lifecycle.NextInvoice} {
				t.Run(c.name+" "+lead+" "+next.String(), func(t *testing.T) {
					p := advancePolicy()
					p.Prorations, p.Renewal.Lead = next, proration.Interval{}
					if lead != "" {
						p.Renewal.Lead = giventest.Interval(lead)
					}
					out := applyAndPay(t, p, tenSeatsFromJanuary(), true, "2026-04-15", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.changes...)...)
					sum := totalBilled(out)
					for _, inv := range out.Invoices { // May is billed ahead with the longer lead
						for _, line := range inv.Lines {
							if !line.Span.Start.Before(utc("2026-05-01")) {
								sum = sum.Sub(line.Net)
							}
						}
					}
					if diff := sum.Sub(giventest.Money(c.want)).Abs(); diff.GreaterThan(giventest.Money("0.02")) {
						t.Errorf("%v is billed until the end of April, want %s: %s\n%s", sum, c.want, c.why, out.Timeline())
					}
				})
			}
		}
	}
}

// lives replays events of the customer, in order.
func replayEvents(t *testing.T, p lifecycle.Policy, to string, events ...lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	for i := range events {
		events[i].Sequence = int64(i + 1)
	}
	out, err := lifecycle.Replay([]lifecycle.Policy{p}, tenSeatsFromJanuary(), events, utc(to))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// effects writes what to do: the kind, the invoice and the amount of each.
func effectTexts(out lifecycle.Outcome) (all []string) {
	for _, e := range out.Effects {
		all = append(all, e.Kind.String()+" "+e.Invoice+" "+e.Amount.StringFixed(2))
	}
	return all
}

// guardLast fails unless the last step led there, and the last effects are as given.
func checkLast(t *testing.T, out lifecycle.Outcome, status lifecycle.Status, access lifecycle.Access, want ...string) {
	t.Helper()
	last := out.Steps[len(out.Steps)-1]
	if last.Status != status || last.Access != access {
		t.Errorf("it is %v with access %v, want %v and %v\n%s", last.Status, last.Access, status, access, out.Timeline())
	}
	got := effectTexts(out)
	if len(want) == 0 {
		return
	}
	if len(got) < len(want) || giventest.JSON(t, got[len(got)-len(want):]) != giventest.JSON(t, want) {
		t.Errorf("to do is %q, and last %q is wanted", got, want)
	}
}

// What was being paid when it was not wanted any more goes back when it comes in, and is void when it does not.
func TestPaymentAfterCancellationIsRefunded(t *testing.T) {
	p := advancePolicy()
	start := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		paymentOn("2026-01-24", lifecycle.PaymentAttempted, "r-2", "p"), eventOn("2026-01-25", lifecycle.CancellationRequested),
	}
	came := replayEvents(t, p, "2026-02-10", append(start, paymentOn("2026-02-03", lifecycle.PaymentSucceeded, "r-2", "p"))...)
	checkLast(t, came, lifecycle.Canceled, lifecycle.BillingOnly, "collect_payment r-2 1000.00", "refund r-4 1000.00")
	giventest.CheckMoney(t, "all that is billed", totalBilled(came), "774.19") // 24 of 31 days

	failed := replayEvents(t, p, "2026-02-10", append(start, paymentOn("2026-02-03", lifecycle.PaymentFailed, "r-2", "p"))...)
	checkLast(t, failed, lifecycle.Canceled, lifecycle.BillingOnly, "withdraw r-2 0.00")

	back := replayEvents(t, p, "2026-02-10", append(start, eventOn("2026-01-28", lifecycle.Reactivated), paymentOn("2026-02-03", lifecycle.PaymentSucceeded, "r-2", "p"))...)
	refunds := 0
	for _, e := range back.Effects {
		if e.Kind == lifecycle.Refund {
			refunds++
		}
	}
	if refunds != 1 {
		t.Errorf("to do is %q", effectTexts(back))
	}
}

// What is held for the next period is not paid: no money goes back for it.
func TestHeldInvoiceIsNotRefunded(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead, p.Prorations = proration.Interval{}, lifecycle.NextInvoice
	p.Billing.Refunds[0].As = credits.AsRefund
	up := eventOn("2026-01-02", lifecycle.PlanChanged, func(e *lifecycle.Event) { e.Change.Plan = pricedPlan("200.00") })
	out := replayEvents(t, p, "2026-01-03", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), up, eventOn("2026-01-03", lifecycle.CancellationRequested))
	checkLast(t, out, lifecycle.Canceled, lifecycle.BillingOnly, "refund r-3 32.26", "collect_payment r-2 967.74")
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "what is owed besides", balance, "1838.70")
}

// An end that nobody asked for is over when what it came from is paid; and who ends at an instant is not charged at it.
func TestPaymentReversesCancellationByDunning(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	p.Dunning = lifecycle.Dunning{Grace: giventest.Interval("P1D"), Retries: []proration.Interval{giventest.Interval("P1D")}, FinalAction: lifecycle.FinalCancel}
	start := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", "")}
	ended := replayEvents(t, p, "2026-01-02", start...)
	checkLast(t, ended, lifecycle.Canceled, lifecycle.BillingOnly, "collect_payment r-1 1000.00")
	if len(ended.Effects) != 1 {
		t.Errorf("to do is %q", effectTexts(ended))
	}
	back := replayEvents(t, p, "2026-01-05", append(start, paymentOn("2026-01-05", lifecycle.PaymentSucceeded, "r-1", ""))...)
	checkLast(t, back, lifecycle.Active, lifecycle.Full, "collect_payment r-1 1000.00")
	giventest.CheckMoney(t, "all that is billed", totalBilled(back), "1000.00")
	asked := replayEvents(t, p, "2026-01-05", append(start, eventOn("2026-01-01", lifecycle.CancellationRequested), paymentOn("2026-01-05", lifecycle.PaymentSucceeded, "r-1", ""))...)
	checkLast(t, asked, lifecycle.Canceled, lifecycle.BillingOnly)
}

// Money that comes in twice goes back, once for each payment.
func TestSecondPaymentIsRefundedOnce(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	out := replayEvents(t, p, "2026-01-05", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "card"),
		paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "wire"), paymentOn("2026-01-04", lifecycle.PaymentSucceeded, "r-1", "card"))
	checkLast(t, out, lifecycle.Active, lifecycle.Full, "collect_payment r-1 1000.00", "refund r-1 1000.00")
}

// An invoice is void once.
func TestInvoiceIsVoidedOnce(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	out := replayEvents(t, p, "2026-01-05", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-03", lifecycle.InvoiceVoided, "r-1", ""), paymentOn("2026-01-04", lifecycle.InvoiceVoided, "r-1", ""))
	if got := out.Steps[len(out.Steps)-1].Refused; got != "Invoice r-1 is already void." {
		t.Errorf("refused with %q", got)
	}
}

// A term that is billed up front is, whatever the timing of the others is.
func TestUpFrontTermIsBilledInAdvance(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead, p.Billing.Timing = proration.Interval{}, proration.InArrears
	sub := tenSeatsFromJanuary()
	sub.Contract.Terms = []plans.ContractTerm{{Term: plans.Term{Length: giventest.Interval("P1M"), Billing: plans.UpFront, Renewal: plans.Renew}, Period: giventest.Period("2026-01-01/2026-02-01", nil)}}
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc("2026-02-10"), eventOn("2026-01-01", lifecycle.Started))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	giventest.CheckMoney(t, "two months", totalBilled(out), "2000.00")
}

// A late event of last year is counted as days were counted then, whatever the policy says now.
func TestCorrectionUsesThePolicyOfThatTime(t *testing.T) {
	days := lifecycle.Standard()
	seconds := lifecycle.Standard()
	seconds.Billing.Proration.DayCount, seconds.From = proration.Seconds, utc("2026-03-01")
	policies := []lifecycle.Policy{days, seconds}
	events := []lifecycle.Event{
		{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started}, paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		paymentOn("2026-02-01", lifecycle.PaymentSucceeded, "r-2", ""), paymentOn("2026-03-01", lifecycle.PaymentSucceeded, "r-3", ""),
	}
	for i := range events {
		events[i].Sequence = int64(i + 1)
	}
	was, err := lifecycle.Replay(policies, tenSeatsFromJanuary(), events, utc("2026-03-10"))
	if err != nil {
		t.Fatal(err)
	}
	fewer := seatsChanged("2026-01-11T18:00:00", 5, -1)
	out, err := lifecycle.Correct(lifecycle.CorrectRequest{
		Policies: policies, Subscription: tenSeatsFromJanuary(), Events: append(events, fewer), Issued: was.Invoices, At: utc("2026-03-10"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 2 {
		t.Fatalf("%d invoices", len(out.Invoices))
	}
	giventest.CheckMoney(t, "21 of 31 days, and February", out.Invoices[0].Net, "-167.74")
	giventest.CheckMoney(t, "March", out.Invoices[1].Net, "-100.00")
}

// Whoever comes back before time that is paid for already begins a new period, and that time is not paid for twice.
func TestReactivationDoesNotBillPaidTimeTwice(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead, p.Billing.Refunds = proration.Interval{}, []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsNothing}}
	term := plans.Term{Length: giventest.Interval("P1M"), Billing: plans.UpFront, Renewal: plans.Renew}
	sub := tenSeatsFromJanuary()
	sub.Contract.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-01/2026-02-01", nil)}}
	refund := paymentOn("2026-01-15", lifecycle.PaymentRefunded, "r-1", "")
	refund.Reason = "goodwill"
	out := paidAtOnce(t, []lifecycle.Policy{p}, sub, utc("2026-01-20"), eventOn("2026-01-01", lifecycle.Started),
		eventOn("2026-01-10", lifecycle.TermExtended, func(e *lifecycle.Event) { e.Change = plans.Change{Term: &term} }),
		eventOn("2026-01-12", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately }), refund, eventOn("2026-01-20", lifecycle.Reactivated))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	// January went back, and February was paid: the month from January 20 on costs as much.
	giventest.CheckMoney(t, "all that is billed", totalBilled(out), "1000.00")
	if at := utc("2026-02-10"); !unitsOn(at, &out).Equal(decimal.NewFromInt(10)) {
		t.Errorf("%v units are billed for %v", unitsOn(at, &out), at)
	}
}

// Who comes back on the old dates just before a boundary, and pays after it, has the rest of the next period billed then, and not ahead.
func TestLateFirstPaymentBillsTheNextPeriod(t *testing.T) {
	p := advancePolicy()
	p.Reactivation.BillingAnchor, p.FirstPaymentTimeout, p.Renewal.Lead = plans.AnchorKeep, giventest.Interval("P5D"), giventest.Interval("P3D")
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		eventOn("2026-01-10", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately }),
		eventOn("2026-01-31", lifecycle.Reactivated),
	}
	before := replayEvents(t, p, "2026-02-02", events...)
	checkLast(t, before, lifecycle.Incomplete, lifecycle.BillingOnly)
	out := replayEvents(t, p, "2026-02-03", append(events, paymentOn("2026-02-03", lifecycle.PaymentSucceeded, before.Invoices[len(before.Invoices)-1].ID, ""))...)
	if out.Subscription.Status != lifecycle.Active || out.Steps[len(out.Steps)-1].Deadline != lifecycle.RenewalDue {
		t.Error(out.Timeline())
	}
	last := out.Invoices[len(out.Invoices)-1]
	giventest.CheckMoney(t, "February from the 3rd on", last.Net, "928.57")
}
