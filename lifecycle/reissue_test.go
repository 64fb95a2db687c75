package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// M12: an issued invoice never changes. A corrected copy replaces it, and the customer does not pay twice.
func TestCorrectedCopy(t *testing.T) {
	policy := lifecycle.Standard()
	policy.BillingDetailsEditors = []plans.Actor{plans.Support}
	policy.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.NewFromInt(19)}}
	copyOf := func(at string, sequence int64, inv string, by plans.Actor) lifecycle.Event {
		return lifecycle.Event{
			Sequence: sequence, At: utc(at), Kind: lifecycle.BillingDetailsChanged, By: by, Payment: lifecycle.Payment{Invoice: inv},
			Contact: invoice.Contact{Name: "Acme Holding", TaxID: "DE123"},
		}
	}
	started := lifecycle.Event{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}
	failed := invoicePaid("2026-11-01", 2, "acme-1")
	failed.Kind = lifecycle.PaymentFailed
	declined := failed
	declined.Payment.Hard = true
	for _, c := range []struct {
		name, why string
		events    []lifecycle.Event
		refused   string
		invoices  []string // each with its status, its total and its amount due
		charged   []string
	}{
		{
			"of a paid invoice", "the credit of 1059.10 pays the copy", []lifecycle.Event{started, invoicePaid("2026-11-01", 2, "acme-1"), copyOf("2026-11-10", 3, "acme-1", plans.Support)},
			"", []string{"acme-1 paid 1059.10 1059.10", "acme-2 paid -1059.10 0.00", "acme-3 paid 1059.10 0.00"}, []string{"acme-1 1059.10"},
		},
		{
			"of an open invoice", "the amount due moves to the copy", []lifecycle.Event{started, failed, copyOf("2026-11-03", 3, "acme-1", plans.Support)},
			"", []string{"acme-1 paid 1059.10 1059.10", "acme-2 paid -1059.10 0.00", "acme-3 open 1059.10 1059.10"}, []string{"acme-1 1059.10", "acme-3 1059.10"},
		},
		{
			"after a hard decline", "the copy waits for another payment method, too", []lifecycle.Event{started, declined, copyOf("2026-11-03", 3, "acme-1", plans.Support)},
			"", []string{"acme-1 paid 1059.10 1059.10", "acme-2 paid -1059.10 0.00", "acme-3 open 1059.10 1059.10"}, []string{"acme-1 1059.10"},
		},
		{
			"by a customer", "only support changes the billing details of an existing order", []lifecycle.Event{started, invoicePaid("2026-11-01", 2, "acme-1"), copyOf("2026-11-10", 3, "acme-1", plans.Customer)},
			"Only support can have an issued invoice corrected. Ask support to send billing_details_changed.", nil, nil,
		},
		{"during a payment", "an invoice is never charged twice", []lifecycle.Event{started, copyOf("2026-11-10", 2, "acme-1", plans.Support)}, "A payment of invoice acme-1 is requested or in progress; send billing_details_changed again after payment_succeeded or payment_failed.", nil, nil},
		{"of a void invoice", "nothing is due on it", []lifecycle.Event{started, failed, {Sequence: 3, At: utc("2026-11-02"), Kind: lifecycle.InvoiceVoided, Payment: lifecycle.Payment{Invoice: "acme-1"}}, copyOf("2026-11-10", 4, "acme-1", plans.Support)}, "Invoice acme-1 is void and cannot be issued again.", nil, nil},
		{"of an unknown invoice", "law 14", []lifecycle.Event{started, copyOf("2026-11-10", 2, "acme-9", plans.Support)}, `Invoice "acme-9" does not exist, had nothing to pay, or was settled too long ago to be changed.`, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := replayWith([]lifecycle.Policy{policy}, tenSeatsFromNovember(), c.events, utc("2026-11-10"))
			if err != nil {
				t.Fatal(err)
			}
			if refused := out.Steps[len(out.Steps)-1].Refused; refused != c.refused {
				t.Fatalf("refused with %q, want %q", refused, c.refused)
			}
			if c.refused != "" {
				return
			}
			var invoices, charged []string
			for _, inv := range out.Invoices {
				invoices = append(invoices, inv.ID+" "+phaseOf(out, inv.ID).Status()+" "+inv.Total.StringFixed(2)+" "+inv.AmountDue.StringFixed(2))
				if err := invoice.Check(inv); err != nil {
					t.Error(err)
				}
			}
			for _, e := range out.Effects {
				if e.Kind == lifecycle.CollectPayment {
					charged = append(charged, e.Invoice+" "+e.Amount.StringFixed(2))
				}
			}
			if giventest.JSON(t, invoices) != giventest.JSON(t, c.invoices) || giventest.JSON(t, charged) != giventest.JSON(t, c.charged) {
				t.Errorf("got %q and payments collected for %q, want %q and %q: %s", invoices, charged, c.invoices, c.charged, c.why)
			}
			if first, last := out.Invoices[0], out.Invoices[2]; first.Contact.Name != "" || last.Contact.Name != "Acme Holding" || out.Invoices[1].Corrects != first.ID {
				t.Errorf("the contacts are %q and %q", first.Contact.Name, last.Contact.Name)
			}

			// A later credit reduces the copy, and never exceeds the amount billed.
			paid, err := applyWith(policy, out.Subscription, invoicePaid("2026-11-10", 8, "acme-3"))
			if err != nil && c.charged[len(c.charged)-1] == "acme-3 1059.10" {
				t.Fatal(err)
			}
			if err == nil {
				out.Subscription = paid.Subscription
			}
			fewer, err := applyWith(policy, out.Subscription, seatsChanged("2026-11-16", 9, -10))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "half of November", fewer.Invoices[0].Net, "-445.00")
		})
	}
}

// A corrected copy also replaces an invoice in its collection: the copy keeps the grace of the first invoice, and a
// suspended subscription stays suspended.
func TestCorrectedCopyKeepsTheGrace(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentFailed, "r-1", ""), paymentOn("2026-01-05", lifecycle.BillingDetailsChanged, "r-1", ""),
	}
	checkLast(t, replayEvents(t, p, "2026-01-07", events...), lifecycle.PastDue, lifecycle.Full)
	checkLast(t, replayEvents(t, p, "2026-01-08", events...), lifecycle.Suspended, lifecycle.BillingOnly, "collect_payment r-1 1000.00", "collect_payment r-3 1000.00")
	events = append(events, paymentOn("2026-01-09", lifecycle.PaymentFailed, "r-3", ""))
	events = append(events, paymentOn("2026-03-05", lifecycle.BillingDetailsChanged, "r-3", ""))
	checkLast(t, replayEvents(t, p, "2026-04-05", events...), lifecycle.Suspended, lifecycle.BillingOnly)
}

// A corrected copy of an expired charge leaves no credit without a charge.
func TestCorrectedCopyOfAnExpiredCharge(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	sold := eventOn("2026-01-20", lifecycle.ChargeAdded, func(e *lifecycle.Event) { e.Charges = []plans.Charge{{Item: "setup", Net: giventest.Money("33.33")}} })
	out := paidAtOnce(t, []lifecycle.Policy{p}, tenSeatsFromJanuary(), utc("2026-04-01"), eventOn("2026-01-01", lifecycle.Started), sold, paymentOn("2026-02-10", lifecycle.BillingDetailsChanged, "r-2", ""))
	checkLast(t, out, lifecycle.Active, lifecycle.Full)
	if _, err := advanceWith(p, out.Subscription, utc("2026-06-01")); err != nil {
		t.Error(err)
	}
	giventest.CheckMoney(t, "four months and the setup", totalBilled(out), "4033.33")
}

// An advance invoice is corrected once its period has begun, and only by who may change billing details.
func TestCorrectedCopyRefused(t *testing.T) {
	for _, c := range []struct {
		editor  plans.Actor
		refused string
	}{
		{plans.Support, "Invoice r-2 is for the period from 2026-02-01; send billing_details_changed again once the period has begun."},
		{plans.Customer, "Only the customer can have an issued invoice corrected. Ask the customer to send billing_details_changed."},
	} {
		p := advancePolicy()
		p.BillingDetailsEditors = []plans.Actor{c.editor}
		details := paymentOn("2026-01-25", lifecycle.BillingDetailsChanged, "r-2", "")
		details.Contact = invoice.Contact{Name: "Acme Holding"}
		out := replayEvents(t, p, "2026-01-26", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
			paymentOn("2026-01-23", lifecycle.PaymentSucceeded, "r-2", ""), details)
		var refused string
		for _, step := range out.Steps {
			refused += step.Refused
		}
		if refused != c.refused {
			t.Errorf("%v: refused with %q, want %q", c.editor, refused, c.refused)
		}
	}
}
