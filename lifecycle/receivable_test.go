package lifecycle_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// M12: the event brings the invoice to correct, and its receivable proves that it is the issued one.
func TestCorrectedCopyNeedsTheIssuedInvoice(t *testing.T) {
	policy := lifecycle.Standard()
	started, err := applyWith(policy, tenSeatsFromNovember(), lifecycle.Event{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started})
	if err != nil {
		t.Fatal(err)
	}
	paid, err := applyWith(policy, started.Subscription, invoicePaid("2026-11-01", 2, "acme-1"))
	if err != nil {
		t.Fatal(err)
	}
	issued := started.Invoices[0]
	edited := issued
	edited.Contact.Name = "Somebody"
	eleven := tenSeatsFromNovember()
	eleven.Contract.Items[0].Quantity = giventest.Money("11")
	another, err := applyWith(policy, eleven, lifecycle.Event{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		document *invoice.Invoice
		faults   []string
	}{
		{"none", nil, []string{"event.document unset"}},
		{"an edited invoice", &edited, []string{"event.document.seal ?"}},
		{"a valid invoice of the same ID", &another.Invoices[0], []string{"event.document.receivable.amount_due ?"}},
		{"the issued invoice", &issued, nil},
	} {
		_, err := applyWith(policy, paid.Subscription, lifecycle.Event{
			Sequence: 3, At: utc("2026-11-10"), Kind: lifecycle.BillingDetailsChanged, Payment: lifecycle.Payment{Invoice: "acme-1"},
			Contact: invoice.Contact{Name: "Acme Holding"}, Document: c.document,
		})
		if got := giventest.Faults(err); len(got) != len(c.faults) || len(got) > 0 && got[0] != c.faults[0] {
			t.Errorf("%s: got faults %q, want %q", c.name, got, c.faults)
		}
		if c.document == &edited && !errors.Is(err, invoice.ErrSealed) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// Law 3: a credit on a later invoice lowers the amount that can be refunded, until that invoice is voided.
func TestReceivableCountsCreditsOfLaterInvoices(t *testing.T) {
	policy := lifecycle.Standard()
	dearer := plans.Change{Plan: &plans.Plan{ID: "scale", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("139.00")}},
	}}}
	before, err := replayWith([]lifecycle.Policy{policy}, tenSeatsFromNovember(), []lifecycle.Event{
		{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started}, invoicePaid("2026-11-01", 2, "acme-1"),
		{Sequence: 3, At: utc("2026-11-16"), Kind: lifecycle.Changed, Change: dearer},
		{Sequence: 4, At: utc("2026-11-16"), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "acme-2"}},
	}, utc("2026-11-16"))
	if err != nil {
		t.Fatal(err)
	}
	refund := func(sub lifecycle.Subscription, sequence int64) lifecycle.Outcome {
		out, err := applyWith(policy, sub, lifecycle.Event{
			Sequence: sequence, At: utc("2026-11-17"), Kind: lifecycle.PaymentRefunded, Reason: "goodwill", Payment: lifecycle.Payment{Invoice: "acme-1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	giventest.CheckMoney(t, "890.00 less the credit of 445.00 on acme-2", refund(before.Subscription, 5).Invoices[0].Total, "-445.00")
	voided, err := applyWith(policy, before.Subscription, lifecycle.Event{
		Sequence: 5, At: utc("2026-11-17"), Kind: lifecycle.InvoiceVoided, Payment: lifecycle.Payment{Invoice: "acme-2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the credit is void with acme-2", refund(voided.Subscription, 6).Invoices[0].Total, "-890.00")
}

// A receivable that was edited where it was stored is an error of the subscription, and no refusal of the event.
func TestEditedReceivableIsAnError(t *testing.T) {
	policy := lifecycle.Standard()
	started, err := applyWith(policy, tenSeatsFromNovember(), lifecycle.Event{Sequence: 1, At: utc("2026-11-01"), Kind: lifecycle.Started})
	if err != nil {
		t.Fatal(err)
	}
	sub := started.Subscription
	sub.Receivables = slices.Clone(sub.Receivables)
	sub.Receivables[0].Seal = ""
	_, err = applyWith(policy, sub, invoicePaid("2026-11-01", 2, "acme-1"))
	giventest.CheckFaults(t, err, "subscription.receivables[0].seal unset")
	if errors.Is(err, plans.ErrRefused) {
		t.Errorf("refused: %v", err)
	}
}
