package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// After histories in which service stopped without anything owed, or credit of a surplus paid an invoice, a correction
// with nothing late is empty.
func TestNothingLateChangesNothing(t *testing.T) {
	pay := func(at, id, payment, amount string) lifecycle.Event {
		e := lifecycle.Event{At: utc(at), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: id, ID: payment}}
		if amount != "" {
			e.Payment.Amount = giventest.Money(amount)
		}
		return e
	}
	fail := func(at, id string) lifecycle.Event {
		return lifecycle.Event{At: utc(at), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: id}}
	}
	about := func(kind lifecycle.EventKind, at, id string) lifecycle.Event {
		return lifecycle.Event{At: utc(at), Kind: kind, By: plans.Support, Reason: "any", Payment: lifecycle.Payment{Invoice: id}}
	}
	for name, tc := range map[string]struct {
		edit   func(*lifecycle.Policy)
		method string
		events []lifecycle.Event
		status lifecycle.Status
	}{
		"void":                   {events: []lifecycle.Event{about(lifecycle.InvoiceVoided, "2026-02-02", "r-2")}, method: "card", status: lifecycle.Suspended},
		"failed and void":        {events: []lifecycle.Event{fail("2026-02-01", "r-2"), about(lifecycle.InvoiceVoided, "2026-02-02", "r-2")}, method: "card", status: lifecycle.Suspended},
		"failed and written off": {events: []lifecycle.Event{fail("2026-02-01", "r-2"), about(lifecycle.InvoiceWrittenOff, "2026-02-02", "r-2")}, method: "card", status: lifecycle.Suspended},
		"no payment method":      {edit: func(p *lifecycle.Policy) { p.Renewal.WithoutPaymentMethod = lifecycle.FinalSuspend }, status: lifecycle.Suspended},
		"surplus pays": {
			edit: func(p *lifecycle.Policy) {
				p.Dunning.FinalAction, p.Credit.PaysOpenInvoices = lifecycle.FinalCancel, true
				p.Payments.Overpayment = lifecycle.OverpaymentCredit
			},
			method: "card", status: lifecycle.Active,
			events: []lifecycle.Event{pay("2026-02-01", "r-1", "twice", "1000")},
		},
		"too much": {
			edit: func(p *lifecycle.Policy) {
				p.Dunning.FinalAction, p.Credit.PaysOpenInvoices = lifecycle.FinalCancel, true
				p.Payments.Overpayment = lifecycle.OverpaymentCredit
			},
			method: "card", status: lifecycle.Active,
			events: []lifecycle.Event{fail("2026-02-01", "r-2"), pay("2026-02-02", "r-2", "much", "5000")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			policy := lifecycle.Standard()
			policy.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}
			if tc.edit != nil {
				tc.edit(&policy)
			}
			sub := fourSeats()
			events := []lifecycle.Event{{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: tc.method, By: plans.Support}, pay("2026-01-01", "r-1", "", "")}
			events = append(events, tc.events...)
			for i := range events {
				events[i].Sequence = int64(i + 1)
			}
			p := policiesOf(t, policy)
			out, err := lifecycle.Replay(p, sub, events, utc("2026-02-20"))
			if err != nil {
				t.Fatal(err)
			}
			l := &lifeOf{t: t, policies: p, initial: sub, events: events, out: out}
			for _, step := range out.Steps {
				if step.Refused != "" {
					t.Fatal(step.Refused)
				}
			}
			if out.Subscription.Status != tc.status {
				t.Errorf("the status is %v", out.Subscription.Status)
			}
			checkNothingLate(t, p, l)
		})
	}
}

// A part of a proration that waited for the renewal is taxed when a correction bills it. From Jan 10 on, a price of
// 62.00 in place of 31.00 costs 66.00 more for three seats in January, 11.00 less for the seat that left on Jan 21, and
// 62.00 more for two seats in February: 117.00, and 22.23 of tax.
func TestLatePartsAreTaxed(t *testing.T) {
	policy := latePolicies()["next invoice"]
	policy.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
	sub := fourSeats()
	sub.Contract.Items[0].Quantity, sub.Contract.Items[0].Price.Unit = giventest.Money("3"), giventest.Money("31.00")
	l := &lifeOf{t: t, policies: policiesOf(t, policy), initial: sub, answers: map[int64]*answer{}}
	l.out.Subscription = sub
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.advance(utc("2026-01-21"))
	l.apply(lifecycle.Event{At: utc("2026-01-21"), Kind: lifecycle.Changed, By: plans.Support, Change: removes("seat", 1)})
	l.advance(utc("2026-02-10"))
	late := changeOf(t, `{"set": [{"item": "seat", "price": {"unit": "62.00"}}]}`)
	late.Sequence, late.At, late.By = l.out.Subscription.Sequence+1, utc("2026-01-10"), plans.Support
	out, err := lifecycle.Correct(l.policies, lifecycle.CorrectRequest{
		Subscription: l.out.Subscription, Initial: l.initial, Events: append(l.events[:len(l.events):len(l.events)], late),
		Issued: l.out.Invoices, Receivables: l.out.Receivables, At: utc("2026-02-10"),
	})
	if err != nil || len(out.Invoices) != 1 {
		t.Fatal(err, len(out.Invoices))
	}
	if inv := out.Invoices[0]; !inv.Net.Equal(giventest.Money("117.00")) || !inv.Tax.Equal(giventest.Money("22.23")) {
		t.Errorf("got %s", inv.Text())
	}
}

// A late change of a customer whose service ended with a void invoice is billed, and brings no service back.
func TestLateChangeBringsNothingBack(t *testing.T) {
	events := []lifecycle.Event{
		{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support},
		{Sequence: 2, At: utc("2026-01-01"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "r-1"}},
		{Sequence: 3, At: utc("2026-02-02"), Kind: lifecycle.InvoiceVoided, By: plans.Support, Reason: "any", Payment: lifecycle.Payment{Invoice: "r-2"}},
	}
	p := policiesOf(t, anyChange())
	known, err := lifecycle.Replay(p, fourSeats(), events, utc("2026-02-20"))
	if err != nil {
		t.Fatal(err)
	}
	late := lifecycle.Event{Sequence: 4, At: utc("2026-01-11"), Kind: lifecycle.Changed, By: plans.Support, Change: adds("seat", 1)}
	out, err := lifecycle.Correct(p, lifecycle.CorrectRequest{
		Subscription: known.Subscription, Initial: fourSeats(), Events: append(events, late),
		Issued: known.Invoices, Receivables: known.Receivables, At: utc("2026-02-20"),
	})
	if err != nil || len(out.Invoices) != 1 {
		t.Fatal(err, len(out.Invoices))
	}
	giventest.CheckMoney(t, "21 of 31 days of a seat", out.Invoices[0].Total, "67.74")
	if status := out.Subscription.Status; status != lifecycle.Suspended {
		t.Errorf("the status is %v", status)
	}
}
