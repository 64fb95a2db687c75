package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// reports are what a provider and the seller may tell about the invoice of 1,000.00 for January: its kind, the payment
// and an amount.
var reports = []string{
	"payment_attempted x", "payment_succeeded x 1000", "payment_failed x", "payment_succeeded y 1000", "payment_succeeded z 300", "payment_failed y",
	"payment_disputed x", "dispute_won x", "dispute_lost x", "payment_reversed y", "payment_disputed y", "refund_succeeded y", "refund_failed y",
	"payment_refunded r 5", "invoice_voided -", "invoice_written_off -",
}

// report returns the event that a text names.
func report(tb testing.TB, text string) lifecycle.Event {
	tb.Helper()
	words := strings.Fields(text)
	e := lifecycle.Event{Reason: "told", Payment: lifecycle.Payment{Invoice: "r-1", ID: strings.Trim(words[1], "-")}}
	if err := e.Kind.UnmarshalText([]byte(words[0])); err != nil {
		tb.Fatal(err)
	}
	if len(words) > 2 {
		e.Payment.Amount = giventest.Money(words[2])
	}
	return e
}

// orders walks through the orders of reports.
type orders struct {
	tb      testing.TB
	policy  lifecycle.Policy
	gap     time.Duration // between two reports
	n       int
	skipped bool // the last report was a repeat
}

// Law 18: whatever the order of the reports, an hour or nine days apart, no money is refused and each report counts
// once. Money received is money on invoices, unspent credit or money owed back, and after two months nobody who owes
// has full access.
func TestEveryOrderOfPaymentReports(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	n, depth := 0, 5
	if race.On {
		depth = 3
	}
	for i := range 4 {
		w := orders{tb: t, policy: lifecycle.Standard(), gap: time.Hour}
		if i%2 == 1 {
			w.policy.Payments.Overpayment = lifecycle.OverpaymentCredit
		}
		if i >= 2 {
			w.gap, w.policy.Dunning.FinalAction = 9*24*time.Hour, lifecycle.FinalCancel
		}
		w.policy.Dunning.ResultTimeout = giventest.Interval("P5D")
		out, err := applyWith(w.policy, tenSeatsFromJanuary(), lifecycle.Event{Sequence: 1, At: giventest.Instant("2026-01-01", nil), Kind: lifecycle.Started})
		if err != nil {
			t.Fatal(err)
		}
		w.walk(out.Subscription, decimal.Decimal{}, "", depth)
		n += w.n
	}
	t.Logf("%d reports", n)
	if n < 50_000 && !race.On {
		t.Errorf("only %d reports", n)
	}
}

// walk tells each report next, with the money received and not refunded by the seller so far.
func (w *orders) walk(sub lifecycle.Subscription, received decimal.Decimal, path string, depth int) {
	w.tb.Helper()
	for _, text := range reports {
		w.n++
		after, told, way := w.tell(sub, received, path, text)
		switch {
		case after.Sequence == sub.Sequence: // refused
		case depth > 1 && !w.skipped:
			w.walk(after, told, way, depth-1)
		case w.n%7 == 0: // a sample
			w.later(way, after)
		}
	}
}

// tell tells a report, and checks that it is accounted for and counts once. A refusal changes nothing.
func (w *orders) tell(sub lifecycle.Subscription, received decimal.Decimal, path, text string) (lifecycle.Subscription, decimal.Decimal, string) {
	w.tb.Helper()
	e := report(w.tb, text)
	e.Sequence, e.At = sub.Sequence+1, sub.At.Add(w.gap)
	way := path + ", " + text
	out, err := applyWith(w.policy, sub, e)
	if err != nil {
		if !errors.Is(err, plans.ErrRefused) || e.Kind == lifecycle.PaymentSucceeded {
			w.tb.Fatalf("%s: %v", way, err)
		}
		return sub, received, way
	}
	i := slices.IndexFunc(out.Steps, func(s lifecycle.Step) bool { return s.Sequence == e.Sequence })
	w.skipped = out.Steps[i].Skipped
	if e.Kind == lifecycle.PaymentSucceeded && !w.skipped {
		received = received.Add(e.Payment.Amount)
	}
	if e.Kind == lifecycle.PaymentRefunded {
		received = received.Sub(e.Payment.Amount)
	}
	w.accounted(way, &out.Subscription, received)
	w.repeated(way, out.Subscription, e)
	return out.Subscription, received, way
}

// accounted checks that the money received, less what went back, is on the invoices, credit or owed back.
func (w *orders) accounted(way string, sub *lifecycle.Subscription, received decimal.Decimal) {
	w.tb.Helper()
	var applied, owed, back decimal.Decimal
	for _, r := range sub.Receivables {
		applied = applied.Add(r.Received())
		for _, e := range r.Events {
			switch e.Kind {
			case invoice.Disputed, invoice.Reversed:
				back = back.Add(e.Amount).Add(e.Surplus)
			case invoice.DisputeWon:
				back = back.Sub(e.Amount)
			case invoice.Surplus:
				if strings.HasPrefix(e.ID, "r/dispute-") {
					back = back.Sub(e.Amount)
				}
			default:
			}
		}
	}
	for _, r := range sub.Refunds {
		if owed = owed.Add(r.Amount); !r.SucceededAt.IsZero() {
			owed, back = owed.Sub(r.Amount), back.Add(r.Amount)
		}
	}
	var earned decimal.Decimal // credit from money, also if it paid February
	for _, e := range sub.Ledger {
		if e.Kind == credits.Granted {
			earned = earned.Add(e.Amount)
		}
		if e.Kind == credits.Spent && strings.HasPrefix(e.Ref, sub.ID+"/") { // with a payment that the bank returned
			earned = earned.Add(e.Amount)
		}
	}
	if kept := received.Sub(back); !kept.Equal(applied.Add(earned).Add(owed)) {
		w.tb.Fatalf("%s: of %v received %v went back; %v applied, %v credit, %v owed back", way, received, back, applied, earned, owed)
	}
}

// repeated checks that a report changes nothing when it comes again.
func (w *orders) repeated(way string, sub lifecycle.Subscription, e lifecycle.Event) {
	w.tb.Helper()
	if e.Kind == lifecycle.PaymentRefunded || e.Kind == lifecycle.InvoiceVoided || e.Kind == lifecycle.InvoiceWrittenOff {
		return // the seller decides again
	}
	e.Sequence++
	out, err := applyWith(w.policy, sub, e)
	if err != nil || len(out.Steps) == 0 || !out.Steps[0].Skipped || len(out.Effects)+len(out.Credits)+len(out.Invoices)+len(out.Receivables) > 0 {
		w.tb.Fatalf("%s: the repeat is %+v: %v", way, out.Steps, err)
	}
}

// later checks that nobody who owes money has full access after two months.
func (w *orders) later(way string, sub lifecycle.Subscription) {
	w.tb.Helper()
	out, err := advanceWith(w.policy, sub, sub.At.AddDate(0, 2, 0))
	if err != nil {
		w.tb.Fatalf("%s: %v", way, err)
	}
	if owes := out.Subscription.Receivables; len(owes) > 0 && owes[0].Owing() && accessOf(w.policy, out.Subscription) == lifecycle.Full {
		w.tb.Fatalf("%s: full access two months later with an invoice that is %v\n%s", way, owes[0].Phase, out.Timeline())
	}
}
