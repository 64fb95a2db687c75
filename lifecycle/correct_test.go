package lifecycle_test

import (
	"slices"
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

// tenSeatsFromNovember returns a subscription of ten seats at 89.00 a month, from November on.
func tenSeatsFromNovember() lifecycle.Subscription {
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC),
		Items: []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: giventest.Money("89.00")}}},
	}
	return sub
}

// seatsChanged returns an event that adds seats, or removes them if the number is negative.
func seatsChanged(at string, sequence, more int64) lifecycle.Event {
	return lifecycle.Event{Sequence: sequence, At: utc(at), Kind: lifecycle.Changed, Change: unitsOf("seat", decimal.NewFromInt(more))}
}

// invoicePaid returns an event that pays an invoice.
func invoicePaid(at string, sequence int64, inv string) lifecycle.Event {
	return lifecycle.Event{Sequence: sequence, At: utc(at), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: inv}}
}

// issuedInvoices replays the known events and returns the outcome, with the invoices.
func issuedInvoices(t *testing.T, events []lifecycle.Event, to string) lifecycle.Outcome {
	t.Helper()
	out, err := replayWith([]lifecycle.Policy{lifecycle.Standard()}, tenSeatsFromNovember(), events, utc(to))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCorrect(t *testing.T) {
	usual := []lifecycle.Event{
		{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started},
		invoicePaid("2026-11-01", 2, "acme-1"),
		invoicePaid("2026-12-01", 3, "acme-2"),
	}
	change := func(at string, sequence int64, kind lifecycle.EventKind, c plans.Change) lifecycle.Event {
		return lifecycle.Event{Sequence: sequence, At: utc(at), Kind: kind, By: plans.Support, Change: c}
	}
	price := plans.Price{Unit: giventest.Money("99.00")}
	for _, c := range []struct {
		name, why string
		known     []lifecycle.Event
		late      []lifecycle.Event
		net       string   // of the correction; "" if it issues no invoice
		lines     []string // of the correction
		seats     string   // after the correction
		due       string
	}{
		{"no late event", "the billed amounts are right", usual, nil, "", nil, "10", ""},
		{
			"two seats more since November 16", "two seats for 15 of 30 days of November, 89.00, and for December, 178.00", usual,
			[]lifecycle.Event{seatsChanged("2026-11-16", 4, 2)}, "267.00",
			[]string{"proration_charge 89.00", "recurring 178.00"}, "12", "267.00",
		},
		{
			"two seats fewer since November 16", "two of ten seats at 890.00 are credited: 178.00 x 15/30, and all of December's", usual,
			[]lifecycle.Event{seatsChanged("2026-11-16", 4, -2)}, "-267.00",
			[]string{"proration_credit -89.00", "proration_credit -178.00"}, "8", "0.00",
		},
		{
			"seats added and removed", "added on November 11 and removed on the 21st, both reported late: 178.00 x 10/30 is due", usual,
			[]lifecycle.Event{seatsChanged("2026-11-11", 4, 2), seatsChanged("2026-11-21", 5, -2)}, "59.33",
			[]string{"proration_charge 59.33"}, "10", "59.33",
		},
		{
			"cancellation", "canceled immediately in mid November without a credit; December is not owed", usual,
			[]lifecycle.Event{{Sequence: 4, At: utc("2026-11-16"), Kind: lifecycle.CancellationRequested}}, "-890.00",
			[]string{"proration_credit -890.00"}, "10", "0.00",
		},
		{
			"price change", "10.00 a seat more for 15 of 30 days, 50.00, and for December, 100.00; each replaces the old price", usual,
			[]lifecycle.Event{change("2026-11-16", 4, lifecycle.Changed, plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &price}}})}, "150.00",
			[]string{"proration_credit -445.00", "proration_charge 495.00", "proration_credit -890.00", "recurring 990.00"}, "10", "150.00",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			issued := issuedInvoices(t, c.known, "2026-12-10")
			all := append(append([]lifecycle.Event(nil), c.late...), c.known...)
			correction := lifecycle.CorrectRequest{
				Subscription: issued.Subscription, Initial: tenSeatsFromNovember(), Events: all, Issued: issued.Invoices, Receivables: issued.Receivables, At: utc("2026-12-10"),
			}
			before := giventest.JSON(t, correction)
			out, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, correction)
			if err != nil {
				t.Fatal(err)
			}
			if after := giventest.JSON(t, correction); after != before {
				t.Errorf("the request was modified to\n%s", after)
			}
			if c.net == "" {
				if len(out.Invoices) > 0 {
					t.Fatalf("the correction bills\n%s", out.Invoices[0].Text())
				}
				return
			}
			if len(out.Invoices) != 1 {
				t.Fatalf("%d invoices", len(out.Invoices))
			}
			inv := out.Invoices[0]
			giventest.CheckMoney(t, "the net amount", inv.Net, c.net)
			giventest.CheckMoney(t, "the amount due", inv.AmountDue, c.due)
			var lines []string
			for _, line := range inv.Lines {
				lines = append(lines, line.Kind.String()+" "+line.Net.StringFixed(2))
			}
			if giventest.JSON(t, lines) != giventest.JSON(t, c.lines) {
				t.Errorf("got lines %q, want %q: %s", lines, c.lines, c.why)
			}
			giventest.CheckMoney(t, "the quantity", out.Subscription.Contract.Items[0].Quantity, c.seats)
			if err := invoice.Check(inv); err != nil {
				t.Error(err)
			}

			correction.Subscription, correction.Issued = out.Subscription, append(correction.Issued, inv)
			correction.Receivables = append(correction.Receivables, out.Receivables...)
			again, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, correction)
			if err != nil {
				t.Fatal(err)
			}
			if len(again.Invoices) > 0 {
				t.Errorf("the repeated correction bills\n%s", again.Invoices[0].Text())
			}
			if giventest.JSON(t, again.Subscription) != giventest.JSON(t, out.Subscription) && c.due == "0.00" {
				t.Errorf("the repeated correction leads to\n%s\nwant\n%s", giventest.JSON(t, again.Subscription), giventest.JSON(t, out.Subscription))
			}
		})
	}
}

// A corrected subscription renews as if the late event had been known in time.
func TestCorrectedSubscriptionRenews(t *testing.T) {
	known := []lifecycle.Event{
		{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started},
		invoicePaid("2026-11-01", 2, "acme-1"),
		invoicePaid("2026-12-01", 3, "acme-2"),
	}
	policy := lifecycle.Standard()
	was := issuedInvoices(t, known, "2026-12-10")
	correction := lifecycle.CorrectRequest{
		Subscription: was.Subscription, Initial: tenSeatsFromNovember(), Events: append([]lifecycle.Event{seatsChanged("2026-11-16", 4, 2)}, known...),
		Issued: was.Invoices, Receivables: was.Receivables, At: utc("2026-12-10"),
	}
	out, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, correction)
	if err != nil {
		t.Fatal(err)
	}
	paid, err := applyWith(policy, out.Subscription, invoicePaid("2026-12-11", 5, "acme-3"))
	if err != nil {
		t.Fatal(err)
	}
	fewer, err := applyWith(policy, paid.Subscription, seatsChanged("2026-12-22", 6, -6))
	if err != nil {
		t.Fatal(err)
	}
	// Two seats of 178.00 and four of 356.00, each x 10/31.
	giventest.CheckMoney(t, "six seats of December", fewer.Invoices[0].Net, "-172.26")
	next, err := advanceWith(policy, fewer.Subscription, utc("2027-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "January", next.Invoices[0].Net, "534.00")
	if next.Invoices[0].ID != "acme-5" {
		t.Errorf("the invoice has the ID %s", next.Invoices[0].ID)
	}

	// Two months later another late event is reported. The first correction is not billed again.
	correction.Events = append(correction.Events, invoicePaid("2026-12-11", 5, "acme-3"), seatsChanged("2026-12-22", 6, -6), invoicePaid("2027-01-01", 7, "acme-5"), seatsChanged("2027-01-17", 8, 1))
	correction.Issued = slices.Concat(correction.Issued, out.Invoices, fewer.Invoices, next.Invoices)
	correction.Receivables = slices.Concat(correction.Receivables, out.Receivables, paid.Receivables, fewer.Receivables, next.Receivables)
	correction.Subscription, correction.At = next.Subscription, utc("2027-01-20")
	late, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, correction)
	if err != nil {
		t.Fatal(err)
	}
	if len(late.Invoices) != 1 {
		t.Fatalf("%d invoices", len(late.Invoices))
	}
	giventest.CheckMoney(t, "one seat for 15 of 31 days", late.Invoices[0].Net, "43.06")
}

func TestCorrectFaults(t *testing.T) {
	issued := issuedInvoices(t, []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}}, "2026-11-10")
	issued.Invoices[0].Net = giventest.Money("1.00")
	_, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, lifecycle.CorrectRequest{
		Subscription: issued.Subscription, Initial: tenSeatsFromNovember(), Issued: issued.Invoices, Receivables: issued.Receivables, At: utc("2026-11-10"),
		Events: []lifecycle.Event{{Sequence: 1, At: utc("2026-11-11"), Kind: lifecycle.Started}},
	})
	for _, want := range []string{"issued[0].net", "issued[0].seal", "events[0].at"} {
		found := false
		for _, fault := range giventest.Faults(err) {
			found = found || len(fault) >= len(want) && fault[:len(want)] == want
		}
		if !found {
			t.Errorf("no fault of %s in %v", want, err)
		}
	}
	lacking := issuedInvoices(t, []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}}, "2026-11-10")
	lacking.Subscription.Receivables = nil
	_, err = correctWith([]lifecycle.Policy{lifecycle.Standard()}, lifecycle.CorrectRequest{
		Subscription: lacking.Subscription, Initial: tenSeatsFromNovember(), Issued: lacking.Invoices, At: utc("2026-11-10"),
		Events: []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}},
	})
	giventest.CheckFaults(t, err, "issued[0].id unset")
	_, err = correctWith(nil, lifecycle.CorrectRequest{})
	giventest.CheckFaults(t, err, "policies unset", "initial.id unset", "initial.contract.plan unset", "initial.contract.currency unset",
		"initial.contract.cycle.anchor unset", "initial.contract.cycle.interval unset", "initial.contract.items unset", "at unset", "subscription.id unset",
		"subscription.contract.plan unset", "subscription.contract.currency unset", "subscription.contract.cycle.anchor unset",
		"subscription.contract.cycle.interval unset", "subscription.contract.items unset")
}

// A correction keeps grants, refunds and voided invoices.
func TestCorrectionKeepsGrantsRefundsAndVoids(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	granted := eventOn("2026-01-03", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = giventest.Money("50.00") })
	sold := eventOn("2026-01-04", lifecycle.ChargeAdded, func(e *lifecycle.Event) { e.Charges = []plans.Charge{{Item: "setup", Net: giventest.Money("80.00")}} })
	refund := paymentOn("2026-01-06", lifecycle.PaymentRefunded, "r-1", "")
	refund.Reason, refund.Payment.Amount = "goodwill", giventest.Money("100.00")
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""), granted, sold,
		paymentOn("2026-01-05", lifecycle.InvoiceVoided, "r-2", ""), refund, paymentOn("2026-02-01", lifecycle.PaymentFailed, "r-4", ""),
	}
	was := replayEvents(t, p, "2026-02-03", events...)
	out, err := correctWith([]lifecycle.Policy{p}, lifecycle.CorrectRequest{Subscription: was.Subscription, Initial: tenSeatsFromJanuary(), Issued: was.Invoices, Receivables: was.Receivables, At: utc("2026-02-03"),
		Events: append(events, seatsChanged("2026-01-16", 8, 2)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 1 {
		t.Fatalf("%d invoices", len(out.Invoices))
	}
	giventest.CheckMoney(t, "two seats for 16 of 31 days, and for February", out.Invoices[0].Net, "303.23")
	s := out.Subscription
	owing := slices.DeleteFunc(slices.Clone(s.Receivables), func(r invoice.Receivable) bool { return !r.Owing() })
	if s.Status != lifecycle.PastDue || len(owing) != 2 || owing[0].GraceUntil.IsZero() {
		t.Errorf("the status is %v, and the receivables are %+v", s.Status, s.Receivables)
	}
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", utc("2026-02-03"))
	if err != nil {
		t.Fatal(err)
	}
	if was, _ := credits.Balance(was.Subscription.Ledger, "USD", utc("2026-02-03")); !balance.Equal(was) {
		t.Errorf("the balance is %v, and was %v before", balance, was)
	}
}

// Invoices issued in a time zone, and read back from JSON without it, are corrected in that zone.
func TestCorrectionInATimeZone(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	sub := tenSeatsFromJanuary()
	sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P1M", newYork)
	p := []lifecycle.Policy{lifecycle.Standard()}
	events := []lifecycle.Event{{Sequence: 1, At: giventest.Instant("2026-01-01", newYork), Kind: lifecycle.Started}, invoicePaid("2026-01-02", 2, "r-1")}
	was, err := replayWith(p, sub, events, utc("2026-01-20"))
	if err != nil {
		t.Fatal(err)
	}
	issued := giventest.CheckRoundTrip(t, was.Invoices)
	out, err := correctWith(p, lifecycle.CorrectRequest{Subscription: was.Subscription, Initial: sub, Events: append(events, seatsChanged("2026-01-11T17:00:00", 3, 1)), Issued: issued, Receivables: was.Receivables, At: utc("2026-01-20")})
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "a seat for 21 of 31 days", out.Invoices[0].Net, "67.74")
}

// A late event is counted by the policy that was in force at its time.
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
	was, err := replayWith(policies, tenSeatsFromJanuary(), events, utc("2026-03-10"))
	if err != nil {
		t.Fatal(err)
	}
	fewer := seatsChanged("2026-01-11T18:00:00", 5, -1)
	out, err := correctWith(policies, lifecycle.CorrectRequest{Subscription: was.Subscription, Initial: tenSeatsFromJanuary(), Events: append(events, fewer), Issued: was.Invoices, Receivables: was.Receivables, At: utc("2026-03-10")})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Invoices) != 2 {
		t.Fatalf("%d invoices", len(out.Invoices))
	}
	giventest.CheckMoney(t, "21 of 31 days, and February", out.Invoices[0].Net, "-167.74")
	giventest.CheckMoney(t, "March", out.Invoices[1].Net, "-100.00")
}

// A late event is corrected while an invoice is overdue: only the difference is billed, and the invoice stays due.
func TestCorrectionWhilePastDue(t *testing.T) {
	failed := invoicePaid("2026-11-01", 2, "acme-1")
	failed.Kind = lifecycle.PaymentFailed
	events := []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}, failed}
	p := lifecycle.Standard()
	p.Dunning.Grace = giventest.Interval("P20D")
	known, err := replayWith([]lifecycle.Policy{p}, tenSeatsFromNovember(), events, utc("2026-11-10"))
	if err != nil {
		t.Fatal(err)
	}
	late := eventOn("2026-11-06", lifecycle.ChargeAdded, func(e *lifecycle.Event) {
		e.Sequence, e.Charges = 3, []plans.Charge{{Item: "setup", Net: giventest.Money("30.00")}}
	})
	out, err := correctWith([]lifecycle.Policy{p}, lifecycle.CorrectRequest{
		Subscription: known.Subscription, Initial: tenSeatsFromNovember(), Issued: known.Invoices, Receivables: known.Receivables, At: utc("2026-11-10"),
		Events: append(events, late),
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Subscription.Status != lifecycle.PastDue {
		t.Errorf("the subscription is %v, want past_due", out.Subscription.Status)
	}
	if phase := phaseOf(known, "acme-1"); phase != invoice.PhaseOverdue {
		t.Errorf("the invoice is %v, want overdue", phase)
	}
	giventest.CheckMoney(t, "the late charge", totalBilled(out), "30.00")
}

// A correction needs the last event that the subscription applied, every document, and a subscription with one ID.
func TestCorrectionOfAnotherHistory(t *testing.T) {
	policies := []lifecycle.Policy{lifecycle.Standard()}
	known := issuedInvoices(t, []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}}, "2026-11-10")
	other := tenSeatsFromNovember()
	other.ID = "other"
	_, err := correctWith(policies, lifecycle.CorrectRequest{Subscription: known.Subscription, Initial: other, At: utc("2026-11-10")})
	giventest.CheckFaults(t, err, "initial.id invalid", "issued invalid", "events unset")
	_, err = correctWith(policies, lifecycle.CorrectRequest{
		Subscription: known.Subscription, Initial: tenSeatsFromNovember(), Issued: known.Invoices, Receivables: known.Receivables, At: utc("2026-11-05"),
		Events: []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}},
	})
	giventest.CheckFaults(t, err, "at outside")
}

// An event that comes twice with its number counts once.
func TestCorrectionWithARepeatedEvent(t *testing.T) {
	events := []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}, invoicePaid("2026-11-01", 2, "acme-1")}
	known := issuedInvoices(t, events, "2026-11-10")
	late := seatsChanged("2026-11-06", 3, 1)
	out, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, lifecycle.CorrectRequest{
		Subscription: known.Subscription, Initial: tenSeatsFromNovember(), Issued: known.Invoices, Receivables: known.Receivables, At: utc("2026-11-10"),
		Events: append(events, late, late),
	})
	if err != nil || len(out.Invoices) != 1 || len(out.Steps) != 1 {
		t.Fatalf("%d invoices, %d steps, %v", len(out.Invoices), len(out.Steps), err)
	}
	giventest.CheckMoney(t, "a seat for 25 of 30 days", out.Invoices[0].Net, "74.17")
}

// A correction of a subscription that was not advanced issues what was due meanwhile, and then the difference.
func TestCorrectionAdvances(t *testing.T) {
	events := []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}, invoicePaid("2026-11-01", 2, "acme-1")}
	known := issuedInvoices(t, events, "2026-11-10")
	out, err := correctWith([]lifecycle.Policy{lifecycle.Standard(), laterStandard("2026-11-20")}, lifecycle.CorrectRequest{
		Subscription: known.Subscription, Initial: tenSeatsFromNovember(), Issued: known.Invoices, Receivables: known.Receivables, At: utc("2026-12-05"),
		Events: append(events, seatsChanged("2026-11-16", 3, 1)),
	})
	if err != nil || len(out.Invoices) != 2 {
		t.Fatalf("%d invoices, %v", len(out.Invoices), err)
	}
	giventest.CheckMoney(t, "December for ten seats", out.Invoices[0].Net, "890.00")
	giventest.CheckMoney(t, "a seat for 15 of 30 days, and for December", out.Invoices[1].Net, "133.50")
}

// laterStandard returns the standard policy from a day on.
func laterStandard(day string) lifecycle.Policy {
	p := lifecycle.Standard()
	p.From = utc(day)
	return p
}

// An invoice that was read back from JSON without its time zone is issued again in the zone of the contract.
func TestReissueOfADocumentFromJSON(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	sub := tenSeatsFromJanuary()
	sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P1M", newYork)
	p := lifecycle.Standard()
	started, err := applyWith(p, sub, lifecycle.Event{Sequence: 1, At: giventest.Instant("2026-01-01", newYork), Kind: lifecycle.Started})
	if err != nil {
		t.Fatal(err)
	}
	document := giventest.CheckRoundTrip(t, started.Invoices[0])
	paid, err := applyWith(p, started.Subscription, invoicePaid("2026-01-02", 2, "r-1"))
	if err != nil {
		t.Fatal(err)
	}
	again := lifecycle.Event{Sequence: 3, At: utc("2026-01-03"), Kind: lifecycle.BillingDetailsChanged, Document: &document, By: plans.Support}
	again.Payment.Invoice, again.Contact = "r-1", invoice.Contact{Name: "Acme Ltd"}
	out, err := applyWith(p, paid.Subscription, again)
	if err != nil || len(out.Invoices) != 2 || out.Invoices[1].Location != newYork {
		t.Fatalf("%d documents, %v", len(out.Invoices), err)
	}
}

// A kind that is none reads no field.
func TestEventOfNoKind(t *testing.T) {
	_, err := applyWith(lifecycle.Standard(), tenSeatsFromJanuary(), lifecycle.Event{Sequence: 1, At: utc("2026-01-01"), Kind: 250, PaymentMethod: "card"})
	if faults := giventest.Faults(err); len(faults) == 0 {
		t.Error("no fault")
	}
}

// A late removal lowers the open invoice by a credit note, and no credit is granted on the way.
func TestCorrectionLowersAnOpenInvoice(t *testing.T) {
	events := []lifecycle.Event{{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}}
	known := issuedInvoices(t, events, "2026-11-05")
	out, err := correctWith([]lifecycle.Policy{lifecycle.Standard()}, lifecycle.CorrectRequest{
		Subscription: known.Subscription, Initial: tenSeatsFromNovember(), Issued: known.Invoices, Receivables: known.Receivables, At: utc("2026-11-05"),
		Events: append(events, seatsChanged("2026-11-04", 2, -1)),
	})
	if err != nil || len(out.Invoices) != 1 || out.Invoices[0].Corrects != "acme-1" || len(out.Credits) > 0 {
		t.Fatalf("%d documents, %d entries of credit, %v", len(out.Invoices), len(out.Credits), err)
	}
	giventest.CheckMoney(t, "a seat for 27 of 30 days", out.Invoices[0].Net, "-80.10")
}

// With nothing late, a correction leaves the subscription as it is, with charges of periods that are over.
func TestCorrectionOfNothing(t *testing.T) {
	interval, up, down := lateAlphabet(t)[1], lateAlphabet(t)[2], lateAlphabet(t)[3]
	for name, policy := range latePolicies() {
		t.Run(name, func(t *testing.T) {
			p := policiesOf(t, policy)
			checkNothingLate(t, p, live(t, p, []happensAt{{interval, utc("2026-01-11")}}, utc("2026-05-05"), nil))
			backAndForth := []happensAt{{down, utc("2026-04-10")}, {up, utc("2026-04-20")}}
			checkNothingLate(t, p, live(t, p, backAndForth, utc("2026-04-25"), nil))
		})
	}
}
