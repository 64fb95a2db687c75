package lifecycle_test

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Other documents know the credits that wait for the next invoice. Ten seats cost 1,000.00 in January.
func TestWaitingCreditsMeetOtherDocuments(t *testing.T) {
	p := anyChange()
	p.Prorations = plans.NextInvoice
	paid := paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p")
	five := changedOn(t, "2026-01-16", `{"remove":[{"item":"seat","quantity":"5"}]}`) // 258.06 wait
	refund := func(amount string) lifecycle.Event {
		return eventOn("2026-01-17", lifecycle.PaymentRefunded, func(e *lifecycle.Event) {
			e.Reason, e.Payment = "goodwill", lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money(amount)}
		})
	}
	ahead := func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P3D") }
	untaxed := func(p *lifecycle.Policy) {
		p.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("20")}}
	}
	for _, c := range []struct {
		name, why       string
		policy          func(*lifecycle.Policy)
		events          []lifecycle.Event
		refused         bool   // the last event
		billed, balance string // until February 2
	}{
		{"goodwill", "741.94 of the 1,000.00 are left to refund", nil, []lifecycle.Event{paid, five, refund("741.94")}, false, "500", "0"},
		{"too much goodwill", "741.95 are more than what is left", nil, []lifecycle.Event{paid, five, refund("741.95")}, true, "", ""},
		{
			"voided", "the payment is disputed and the invoice void, and its credit is gone", nil,
			[]lifecycle.Event{paid, five, paymentOn("2026-01-17", lifecycle.PaymentDisputed, "r-1", "p"), eventOn("2026-01-17", lifecycle.InvoiceVoided, func(e *lifecycle.Event) { e.Payment.Invoice = "r-1" })},
			false, "1000", "0",
		},
		{
			"voided, and back", "the credit of the void invoice is gone, and five seats are billed for a month", nil,
			[]lifecycle.Event{
				paid, five, paymentOn("2026-01-17", lifecycle.PaymentDisputed, "r-1", "p"), paymentOn("2026-01-17", lifecycle.InvoiceVoided, "r-1", ""),
				eventOn("2026-01-20", lifecycle.Reactivated),
			},
			false, "1500", "0",
		},
		{
			"a copy", "the next invoice credits the invoice by its ID", nil,
			[]lifecycle.Event{paid, five, eventOn("2026-01-17", lifecycle.BillingDetailsChanged, func(e *lifecycle.Event) {
				e.Payment.Invoice, e.Contact.Name = "r-1", "Ada"
			})}, true, "", "",
		},
		{"after the advance invoice", "the new seat costs 6.45 for two days of January, and nothing more of February is billed", ahead, []lifecycle.Event{
			paid, changedOn(t, "2026-01-30", `{"add":[{"item":"seat","quantity":"1"}]}`),
		}, false, "2006.45", "0"},
		{"credit before tax", "1,600.00 that waited are taxed, and 4,100.00 of the credit pay for February", untaxed, []lifecycle.Event{
			paid, changedOn(t, "2026-01-16", `{"add":[{"item":"seat","quantity":"31"}]}`),
			eventOn("2026-01-20", lifecycle.CreditGranted, func(e *lifecycle.Event) {
				e.Grant = credits.Entry{Amount: giventest.Money("5000"), BeforeTax: true}
			}),
		}, false, "7220", "900"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p
			if c.policy != nil {
				c.policy(&p)
			}
			sub, events := tenSeatsFromJanuary(), append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.events...)
			var billed decimal.Decimal
			for i, e := range events {
				e.Sequence = int64(i + 1)
				out, err := applyWith(p, sub, e)
				if last := i == len(events)-1; errors.Is(err, plans.ErrRefused) != (c.refused && last) || err != nil && !c.refused {
					t.Fatalf("%s: %v", c.why, err)
				} else if err == nil {
					sub, billed = out.Subscription, billed.Add(totalOf(out))
				}
			}
			if c.refused {
				return
			}
			out, err := advanceWith(p, sub, utc("2026-02-02"))
			if err != nil {
				t.Fatal(err)
			}
			balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "billed: "+c.why, billed.Add(totalOf(out)), c.billed)
			giventest.CheckMoney(t, "the balance", balance, c.balance)
		})
	}
}

// A charge that waits has its discount, and the invoice that bills it takes no other: 900.00 for January, 46.45 for a
// seat that joins on the 16th, and 990.00 for February.
func TestWaitingChargeIsDiscountedOnce(t *testing.T) {
	p, sub := anyChange(), tenSeatsFromJanuary()
	p.Prorations = plans.NextInvoice
	sub.Contract.Discounts = []plans.Discount{{ID: "friends", Percent: giventest.Money("10"), Duration: plans.Forever}}
	events := []lifecycle.Event{
		eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p"),
		changedOn(t, "2026-01-16", `{"add":[{"item":"seat","quantity":"1"}]}`),
	}
	for i := range events {
		events[i].Sequence = int64(i + 1)
	}
	out, err := replayWith([]lifecycle.Policy{p}, sub, events, utc("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "billed", totalOf(out), "1936.45")
}
