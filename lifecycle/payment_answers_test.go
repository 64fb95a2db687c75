package lifecycle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Each last report of some payments of the invoice of 1,000.00 gets an answer: a refusal, or a balance, refunds and an
// outstanding amount.
func TestLastReportOfPayments(t *testing.T) {
	keep := func(p *lifecycle.Policy) { p.Payments.Overpayment = lifecycle.OverpaymentCredit }
	pays := func(p *lifecycle.Policy) { p.Credit.PaysOpenInvoices = true }
	for _, c := range []struct {
		name    string
		policy  func(*lifecycle.Policy)
		reports string // "kind payment amount", separated by semicolons
		want    string // "balance refunded outstanding", "skipped" for a repeat, or a part of the refusal
	}{
		{"less than it was", nil, "payment_succeeded x 1000; payment_succeeded x 400", "must be that of the earlier report of payment \"x\"; got 400"},
		{"more than it was", nil, "payment_succeeded x 1000; payment_succeeded x 1100", "0 100 0"},
		{"more than it was, as credit", keep, "payment_succeeded x 1000; payment_succeeded x 1100", "100 0 0"},
		{"more than a part", nil, "payment_succeeded x 400; payment_succeeded x 500", "0 100 600"},
		{"nothing to return", nil, "payment_reversed x", "has no payment left to return"},
		{"nothing to dispute", nil, "payment_disputed x", "has no payment left to dispute"},
		{"no dispute", nil, "payment_succeeded x; dispute_won x", "was not disputed"},
		{"won twice", nil, "payment_succeeded x; payment_disputed x; dispute_won x; dispute_lost x", "already has a result"},
		{"won as credit", keep, "payment_succeeded x; payment_disputed x; payment_succeeded y; dispute_won x", "1000 0 0"},
		{"won after the void", nil, "payment_succeeded x; payment_disputed x; invoice_voided -; dispute_won x", "0 1000 0"},
		{"a dispute of another", nil, "payment_succeeded x; payment_disputed y", "No payment \"y\" was received"},
		{"no refund", nil, "payment_succeeded x; refund_failed x", "No refund of invoice r-1 waits for a result"},
		{"a refund of the provider", nil, "payment_succeeded x; payment_succeeded y; refund_succeeded re", "0 1000 0"},
		{"a surplus that the bank returns", nil, "payment_succeeded x; payment_succeeded y; payment_reversed y", "0 1000 0"},
		{"a surplus that the bank returns twice", nil, "payment_succeeded x; payment_succeeded y; payment_reversed y; payment_reversed y", "0 1000 0 skipped"},
		{"a surplus as credit that the bank returns", keep, "payment_succeeded x 1500; payment_disputed x", "0 0 1000"},
		{"a part of it", keep, "payment_succeeded x 1500; payment_disputed x 1200", "300 0 1000"},
		{"a part of it, told twice", keep, "payment_succeeded x 1500; payment_disputed x 1200; payment_disputed x 1200", "300 0 1000 skipped"},
		{"a part of a surplus that is owed back", nil, "payment_succeeded x 1500; payment_disputed x 1200", "0 500 1000"},
		{"a surplus that was refunded", nil, "payment_succeeded x; payment_succeeded y; refund_succeeded y; payment_reversed y", "has no payment left to return"},
		{"the latest payment", nil, "payment_succeeded x; payment_succeeded y; payment_reversed -", "0 1000 0"},
		{"a surplus that is won back", keep, "payment_succeeded x 1500; payment_disputed x; dispute_won x", "500 0 0"},
		{"a surplus of a void invoice", nil, "invoice_voided -; payment_succeeded x 1500; payment_disputed x", "0 1500 0"},
		{"an attempt after its success", nil, "payment_succeeded x; payment_attempted x", "0 0 0 skipped"},
		{"a result told twice", nil, "payment_succeeded x; payment_succeeded y; refund_failed y; refund_failed y", "0 1000 0 skipped"},
		{"no dispute to win", nil, "payment_succeeded x; dispute_won -", "has no disputed payment"},
		{"a refund that failed after all", nil, "payment_succeeded x; payment_succeeded y; refund_succeeded y; refund_failed y", "0 1000 0"},
		{"credit during an attempt", pays, "payment_attempted x; credit_granted - 2000", "2000 0 1000"},
		{"credit for a written-off invoice", pays, "invoice_written_off -; credit_granted - 2000", "2000 0 1000"},
		{"credit, then more", pays, "credit_granted - 400; credit_granted - 700", "100 0 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := anyChange()
			if c.policy != nil {
				c.policy(&p)
			}
			events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
			for i, text := range strings.Split(c.reports, "; ") {
				e := report(t, text)
				if e.Kind == lifecycle.CreditGranted {
					e.Grant, e.Payment = credits.Entry{Amount: e.Payment.Amount}, lifecycle.Payment{}
				}
				e.At = utc("2026-01-02").Add(time.Duration(i) * time.Hour)
				events = append(events, e)
			}
			out := replayEvents(t, p, "2026-01-03", events...)
			last := out.Steps[len(out.Steps)-1]
			if got := last.Refused; got != "" {
				if !strings.Contains(got, c.want) {
					t.Errorf("refused: %s", got)
				}
				return
			}
			want := strings.Fields(c.want)
			if len(want) != 3 && len(want) != 4 {
				t.Fatalf("not refused: %s", c.want)
			}
			if repeat := len(want) == 4; last.Skipped != repeat {
				t.Errorf("skipped: %v", last.Skipped)
			}
			balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
			if err != nil {
				t.Fatal(err)
			}
			refunded := giventest.Money("0")
			for _, e := range out.Effects {
				if e.Kind == lifecycle.Refund {
					refunded = refunded.Add(e.Amount)
				}
			}
			giventest.CheckMoney(t, "balance", balance, want[0])
			giventest.CheckMoney(t, "refunded", refunded, want[1])
			giventest.CheckMoney(t, "outstanding", out.Subscription.Receivables[0].Outstanding(), want[2])
		})
	}
}

// Reports about an invoice that does not exist, and reports with a field that does not fit, are refused.
func TestReportOfAnotherInvoice(t *testing.T) {
	started := eventOn("2026-01-01", lifecycle.Started)
	for _, kind := range []lifecycle.EventKind{
		lifecycle.PaymentSucceeded, lifecycle.PaymentDisputed, lifecycle.PaymentReversed, lifecycle.DisputeWon, lifecycle.DisputeLost,
	} {
		out := replayEvents(t, anyChange(), "2026-01-03", started, paymentOn("2026-01-02", kind, "r-9", "x"))
		if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, "does not exist") {
			t.Errorf("%v: %q", kind, got)
		}
	}
	lines := paymentOn("2026-01-02", lifecycle.PaymentRefunded, "r-1", "")
	lines.Reason, lines.OwedAgain, lines.Payment.Lines = "wrong card", true, []invoice.LineAmount{{Line: "r-1/1"}}
	result := paymentOn("2026-01-02", lifecycle.RefundFailed, "", "none")
	paid := paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x")
	for want, e := range map[string]lifecycle.Event{"lines must be empty": lines, `No refund "none" waits for a result`: result} {
		out := replayEvents(t, anyChange(), "2026-01-03", started, paid, e)
		if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", e.Kind, got, want)
		}
	}
	again := paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "y")
	other := paymentOn("2026-01-02", lifecycle.RefundSucceeded, "r-9", "")
	out := replayEvents(t, anyChange(), "2026-01-03", started, paid, again, other)
	if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, "No refund of invoice r-9 waits") {
		t.Errorf("the result of another refund: %q", got)
	}
	_, err := applyWith(anyChange(), inService(anyChange()), lifecycle.Event{Sequence: 9, At: date(time.November, 2), Kind: lifecycle.RefundFailed})
	giventest.CheckFaults(t, err, "event.payment.invoice unset")
}

// The outcome says that Correct differs where a late report would have changed what happened since.
func TestLateReportSaysWhereCorrectDiffers(t *testing.T) {
	failed := paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "x")
	for _, c := range []struct {
		name   string
		before []lifecycle.Event
		late   lifecycle.Event
		want   bool
	}{
		{"paid before it failed", []lifecycle.Event{failed}, paymentOn("2026-01-01T12:00:00", lifecycle.PaymentSucceeded, "r-1", "y"), true},
		{"paid after it failed, within the grace", []lifecycle.Event{failed}, paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "y"), false},
		{"paid before it was requested again", nil, paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "y"), false},
		{"failed", nil, paymentOn("2026-01-03", lifecycle.PaymentFailed, "r-1", "y"), true},
		{"attempted", nil, paymentOn("2026-01-03", lifecycle.PaymentAttempted, "r-1", "y"), false},
		{"told twice", []lifecycle.Event{failed}, failed, false},
	} {
		sub := replayEvents(t, anyChange(), "2026-01-04", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.before...)...).Subscription
		c.late.Sequence = 9
		out, err := applyWith(anyChange(), sub, c.late)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		step := out.Steps[0]
		if step.NeedsCorrection != c.want || !step.At.Equal(sub.At) || !step.OccurredAt.Equal(c.late.At) {
			t.Errorf("%s: needs correction %v, at %v, occurred at %v", c.name, step.NeedsCorrection, step.At, step.OccurredAt)
		}
		for _, e := range out.Subscription.Receivables[0].Events[len(sub.Receivables[0].Events):] {
			if !e.OccurredAt.Equal(c.late.At) || !e.At.Equal(sub.At) {
				t.Errorf("%s: the receivable has %+v", c.name, e)
			}
		}
	}
}

// The result of a refund names the document that returns the money, the invoice that was paid, or the effect.
func TestResultNamesTheRefund(t *testing.T) {
	p := anyChange()
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	ended := eventOn("2026-01-11", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })
	before := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"), ended}
	asked := replayEvents(t, p, "2026-01-12", before...).Subscription.Refunds
	if len(asked) != 1 || asked[0].Invoice != "r-2" {
		t.Fatalf("refunds %+v", asked)
	}
	for _, c := range []struct{ invoice, id string }{{"r-1", "re_1"}, {"r-2", ""}, {"r-1", ""}, {"", asked[0].ID}} {
		failed := paymentOn("2026-01-13", lifecycle.RefundFailed, c.invoice, c.id)
		out := replayEvents(t, p, "2026-01-14", append(before[:3:3], failed)...)
		refunds := out.Subscription.Refunds
		if len(refunds) != 1 || !refunds[0].FailedAt.Equal(utc("2026-01-13")) || c.id == "re_1" && refunds[0].ReportedAs != c.id {
			t.Errorf("%+v: %+v\n%s", c, refunds, out.Timeline())
		}
		// a failed refund is owed back, however long that takes
		later := replayEvents(t, p, "2028-01-01", append(before[:3:3], failed)...)
		if len(later.Subscription.Refunds) != 1 {
			t.Errorf("%+v: the refund is forgotten", c)
		}
	}
	if out := replayEvents(t, p, "2026-09-01", before...); len(out.Subscription.Refunds) != 0 {
		t.Errorf("a refund without a result is kept: %+v", out.Subscription.Refunds)
	}
}

// A payment after the end stays where it pays for what was served, and waits where another invoice is overdue.
func TestPaymentAfterTheEnd(t *testing.T) {
	p := anyChange()
	p.Dunning.FinalAction, p.Dunning.OpenInvoice = lifecycle.FinalCancel, lifecycle.OpenChargeServed
	started, failed := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "x")
	out := replayEvents(t, p, "2026-03-02", started, failed, paymentOn("2026-03-01", lifecycle.PaymentSucceeded, "r-1", "y"))
	if got := effectTexts(out); len(got) != 1 || out.Subscription.Receivables[0].Phase != invoice.PhasePaid {
		t.Errorf("effects %q, %v", got, out.Subscription.Receivables[0].Phase)
	}
	p.Dunning.OpenInvoice = lifecycle.OpenKeep
	out = replayEvents(t, p, "2026-03-02", started, failed, paymentOn("2026-03-01", lifecycle.PaymentSucceeded, "r-1", "y"))
	if got := effectTexts(out); len(got) != 2 || got[1] != "refund r-2 1000.00" || out.Subscription.Status != lifecycle.Canceled {
		t.Errorf("%v, effects %q", out.Subscription.Status, got)
	}
	sold := eventOn("2026-01-03", lifecycle.ChargeAdded, func(e *lifecycle.Event) {
		e.Charges = []plans.Charge{{Item: "setup", Quantity: giventest.Money("1"), Price: plans.Price{Unit: giventest.Money("50")}}}
	})
	sale := paymentOn("2026-01-04", lifecycle.PaymentFailed, "r-2", "z")
	first := paymentOn("2026-01-13", lifecycle.PaymentSucceeded, "r-1", "y")
	out = replayEvents(t, p, "2026-01-14", started, failed, sold, sale, first)
	if out.Subscription.Status != lifecycle.Canceled {
		t.Errorf("%v while another invoice is overdue", out.Subscription.Status)
	}
	out = replayEvents(t, p, "2026-01-15", started, failed, sold, sale, first, paymentOn("2026-01-14", lifecycle.PaymentSucceeded, "r-2", "w"))
	if out.Subscription.Status != lifecycle.Active {
		t.Errorf("%v after both payments", out.Subscription.Status)
	}
	out = replayEvents(t, p, "2026-03-02", started, failed, sold, sale, paymentOn("2026-03-01", lifecycle.PaymentSucceeded, "r-2", "w"))
	if got := effectTexts(out); len(got) != 2 {
		t.Errorf("the sale is refunded: %q", got)
	}
}

// An invoice that credit paid takes no payment without an amount.
func TestPaymentOfAnInvoiceWithNothingDue(t *testing.T) {
	grant := eventOn("2026-01-01", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = giventest.Money("1000") })
	paid := paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "x")
	out := replayEvents(t, anyChange(), "2026-01-03", grant, eventOn("2026-01-01", lifecycle.Started), paid)
	if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, "has nothing to pay") {
		t.Errorf("got %q\n%s", got, out.Timeline())
	}
	paid.Payment.Amount = giventest.Money("30")
	out = replayEvents(t, anyChange(), "2026-01-03", grant, eventOn("2026-01-01", lifecycle.Started), paid)
	if got := effectTexts(out); len(got) != 1 || got[0] != "refund r-1 30.00" {
		t.Errorf("effects %q", got)
	}
}

// A period that is paid late keeps its dates, or begins at the payment. A payment in time moves no date.
func TestDatesAfterALatePayment(t *testing.T) {
	for _, c := range []struct {
		anchor    plans.BillingAnchor
		paid, end string
	}{
		{plans.AnchorKeep, "2026-01-20", "2026-02-01"}, {plans.AnchorReset, "2026-01-20", "2026-02-20"},
		{plans.AnchorKeep, "2026-01-05", "2026-02-01"}, {plans.AnchorReset, "2026-01-05", "2026-02-01"},
	} {
		p := anyChange()
		p.Payments.BillingAnchor = c.anchor
		out := replayEvents(t, p, "2026-01-21", eventOn("2026-01-01", lifecycle.Started),
			paymentOn("2026-01-02", lifecycle.PaymentFailed, "r-1", "x"), paymentOn(c.paid, lifecycle.PaymentSucceeded, "r-1", "y"))
		billed := giventest.Money("0")
		for i := range out.Invoices {
			billed = billed.Add(out.Invoices[i].Total)
		}
		giventest.CheckMoney(t, "billed in all", billed, "1000")
		if sub := out.Subscription; !sub.Period.End.Equal(utc(c.end)) || sub.Status != lifecycle.Active || len(effectTexts(out)) != 1 {
			t.Errorf("%v, paid on %s: %v until %v, %q", c.anchor, c.paid, sub.Status, sub.Period.End, effectTexts(out))
		}
	}
}

// A dispute takes the credit of several documents, and all of it comes back when the dispute is won.
func TestDisputeTakesSeveralCredits(t *testing.T) {
	one := `{"remove":[{"item":"seat","quantity":"1"}]}`
	out := replayEvents(t, anyChange(), "2026-01-20", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"),
		changedOn(t, "2026-01-01", one), changedOn(t, "2026-01-01", one), paymentOn("2026-01-05", lifecycle.PaymentDisputed, "r-1", "x"),
		paymentOn("2026-01-10", lifecycle.DisputeWon, "r-1", "x"))
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "balance", balance, "200")
	if got := effectTexts(out); len(got) != 1 {
		t.Errorf("effects %q", got)
	}
}

// A share of an amount is a whole number of the currency's units, and the policy's share is that of the whole invoice.
func TestShareOfAnOpenInvoiceInYen(t *testing.T) {
	p := anyChange()
	p.Credit.PaysOpenInvoices, p.Billing.MaxCreditPercent = true, giventest.Money("25")
	sub := tenSeatsFromJanuary()
	sub.Contract.Currency, sub.Contract.Items[0].Price.Unit = "JPY", giventest.Money("101")
	events := []lifecycle.Event{{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"}}
	for i := range 2 {
		events = append(events, lifecycle.Event{
			Sequence: int64(i + 2), At: utc("2026-01-02"), Kind: lifecycle.CreditGranted, Reason: "goodwill", Grant: credits.Entry{Amount: giventest.Money("900")},
		})
	}
	out, err := replayWith([]lifecycle.Policy{p}, sub, events, utc("2026-01-03"))
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "outstanding", out.Subscription.Receivables[0].Outstanding(), "758")
}

// Credit pays at most its share of an invoice, also when a part of it was paid at its issue: half of 1000.00.
func TestShareOfAnInvoicePaidInPart(t *testing.T) {
	p := anyChange()
	p.Credit.PaysOpenInvoices, p.Billing.MaxCreditPercent = true, giventest.Money("50")
	grant := func(day string) lifecycle.Event {
		return eventOn(day, lifecycle.CreditGranted, func(e *lifecycle.Event) {
			e.Reason, e.Grant.Amount = "goodwill", giventest.Money("900")
		})
	}
	out := replayEvents(t, p, "2026-02-03", eventOn("2026-01-01", lifecycle.Started),
		paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"), grant("2026-01-02"), grant("2026-02-02"))
	open := out.Subscription.Receivables[len(out.Subscription.Receivables)-1]
	giventest.CheckMoney(t, "outstanding", open.Outstanding(), "500")
	balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "balance", balance, "1300")
}

// A dispute takes the credit that is left of its payment, and a dispute that is won gives it back.
func TestDisputeTakesUnspentCredit(t *testing.T) {
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"),
		changedOn(t, "2026-01-01", `{"set":[{"item":"seat","quantity":"1"}]}`), // 900 of credit
		eventOn("2026-01-02", lifecycle.ChargeAdded, func(e *lifecycle.Event) {
			e.Charges = []plans.Charge{{Item: "setup", Quantity: giventest.Money("1"), Price: plans.Price{Unit: giventest.Money("600")}}}
		}),
		paymentOn("2026-01-05", lifecycle.PaymentDisputed, "r-1", "x"),
		paymentOn("2026-01-10", lifecycle.DisputeWon, "r-1", "x"),
	}
	for n, want := range map[int][2]string{4: {"300", "0"}, 5: {"0", "700"}, 6: {"300", "0"}} {
		out := replayEvents(t, anyChange(), "2026-01-11", slices.Clone(events[:n])...)
		balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
		if err != nil {
			t.Fatal(err)
		}
		giventest.CheckMoney(t, "balance", balance, want[0])
		giventest.CheckMoney(t, "outstanding", out.Subscription.Receivables[0].Outstanding(), want[1])
	}
}
