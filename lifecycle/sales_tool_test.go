package lifecycle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Row M1: a payment can take minutes to show. Access does not change meanwhile, in service or out of it.
func TestRowM1(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	runScenarios(t,
		scenario{"15 minutes", "the invoice is pending between the attempt and its result", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16T00:00:01 attempted s-1", "active full; s-1 pending"},
			{"2026-11-16T00:14:59", "active full"},
			{"2026-11-16T00:15:01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"across the end of the term", "the order of May 13 is pending at the end of the term, so no deadline passes until it is paid", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-15T23:50:00 attempted s-2", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
			{"2027-05-16T00:04:00", "active full"},
			{"2027-05-16T00:05:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}},
		scenario{"one payment at a time", "a second payment has to wait for the result of the first one", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16T00:00:01 attempted s-1", "active full; s-1 pending"},
			{"2026-11-16T00:00:02 attempted s-1", "refused: Invoice s-1 has a payment in progress, whose result comes first."},
			{"2026-11-16T00:10:00 failed s-1", "suspended restricted; s-1 open; tell payment_failed s-1; tell access_lost s-1"},
		}},
	)
}

// Row M2: the shortest term is six months. A shorter one is refused, when ordered and when added.
func TestRowM2(t *testing.T) {
	p := salesTool()
	_, err := quoted(p, plans.Order{
		By: plans.Customer, At: instantIn(t, "UTC", "2026-11-16"), Plan: "base", Country: "US", PaymentMethod: "card", Term: giventest.Interval("P1M"),
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.New(10, 0)}},
	})
	if err == nil || !strings.Contains(err.Error(), "Choose P6M, P9M, P1Y or P2Y.") {
		t.Errorf("a term of a month is not refused with the terms on offer: %v", err)
	}
	runScenarios(t, scenario{"another month", "an added term must be on offer too: 10 x 15.00 x 6 is 900.00", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-12-01 extend P1M", "refused: A term of P1M is too short. | Choose P6M, P9M, P1Y or P2Y."},
	}})
}

// Row M3: terms of 9, 12 and 24 months have a discount: price per user and month x users x months, less the percentage
// of the term.
func TestRowM3(t *testing.T) {
	p := salesTool()
	for _, row := range []struct{ name, why, given, want string }{
		{"six months", "10 x 15.00 x 6", "P6M", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"nine months", "10 x 15.00 x 9 is 1350.00, less 5 % 67.50", "P9M", "active full; s-1: recurring 1282.50, due 1282.50; collect_payment s-1 1282.50"},
		{"twelve months", "10 x 15.00 x 12 is 1800.00, less 10 % 180.00", "P12M", "active full; s-1: recurring 1620.00, due 1620.00; collect_payment s-1 1620.00"},
		{"two years", "10 x 15.00 x 24 is 3600.00, less 20 % 720.00", "P24M", "active full; s-1: recurring 2880.00, due 2880.00; collect_payment s-1 2880.00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, got := runStep(t, p, ordered(t, p, "base", row.given, instantIn(t, "UTC", "2026-11-16")), "2026-11-16 started card notrial"); got != row.want {
				t.Errorf("%s: got %s", row.why, got)
			}
		})
	}
}

// Row M4: a workspace has one plan. An order that mixes plans is refused, and a plan change applies to all seats.
func TestRowM4(t *testing.T) {
	p := salesTool()
	_, err := quoted(p, plans.Order{
		By: plans.Customer, At: instantIn(t, "UTC", "2026-11-16"), Plan: "base", Country: "US", PaymentMethod: "card", Term: giventest.Interval("P6M"),
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.New(7, 0)}, {Item: "seat", Plan: "advanced", Quantity: decimal.New(3, 0)}},
	})
	if err == nil || !strings.Contains(err.Error(), "One order cannot combine the plans") {
		t.Errorf("a mix of plans is not refused: %v", err)
	}
	runScenarios(t, scenario{"all seats change", "90 of 181 days from February 15: 900.00 x 90/181 is 447.513..., 1500.00 x 90/181 is 745.856...", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 plan advanced", "active full; s-2: proration_credit -447.51, proration_charge 745.86, due 298.35; collect_payment s-2 298.35"},
	}})
}

// Row M5: a term can be extended at any time, at the price of the added term, and never shortened.
func TestRowM5(t *testing.T) {
	p := salesTool()
	runScenarios(t, scenario{"half a year", "nine months more cost 1350.00 less 5 %, until February 16, 2028, when they renew; no reminder goes out for May 16", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-01-10 shorten 2027-03-16", "refused: a term that was bought is not shortened | cancel it for its end"},
		{"2027-01-10 shorten 2027-03-16 by support", "refused: a term that was bought is not shortened | cancel it for its end"},
		{"2027-01-10 extend P9M", "active full; s-2: extension 1282.50, due 1282.50; collect_payment s-2 1282.50"},
		{"2027-01-10 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		{"2027-05-16", "active full"},
		{"2028-02-13", "active full; s-3: recurring 1282.50, due 1282.50; collect_payment s-3 1282.50; tell renewal 2028-02-16"},
	}})
}

// Row M6: seats added during a term cost the time until its end.
func TestRowM6(t *testing.T) {
	p := salesTool()
	runScenarios(t, scenario{"two seats", "2 x 15.00 x 6 is 180.00, for 90 of 181 days: 89.502...; renewed 12 x 15.00 x 6", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 seats +2", "active full; s-2: proration_charge 89.50, due 89.50; collect_payment s-2 89.50"},
		{"2027-05-13", "active full; s-3: recurring 1080.00, due 1080.00; collect_payment s-3 1080.00; tell renewal 2027-05-16"},
	}})
}

// Row M7: Brazil pays in BRL by card, in installments, or by Pix; other countries in USD by card or PayPal.
func TestRowM7(t *testing.T) {
	p := salesTool()
	brazil := func(o *plans.Order) { o.Country = "BR" }
	runScenarios(t,
		scenario{"Brazil", "10 x 75.00 x 6; PayPal is not accepted, and a Pix invoice is sent instead of charged", p, ordered(t, p, "base", "P6M", instantIn(t, "America/Sao_Paulo", "2026-11-16"), brazil), []step{
			{"2026-11-16 started paypal notrial", "refused: Payment method \"paypal\" is not accepted. | Choose card or pix."},
			{"2026-11-16 started card notrial", "active full; s-1: recurring 4500.00, due 4500.00; collect_payment s-1 4500.00"},
			{"2026-11-17 card pix", "active full"},
		}},
		scenario{"other countries", "Pix is not accepted", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started pix notrial", "refused: Payment method \"pix\" is not accepted. | Choose card or paypal."},
			{"2026-11-16 started paypal notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		}},
	)
	order := plans.Order{
		By: plans.Customer, At: instantIn(t, "America/Sao_Paulo", "2026-11-16"), Plan: "base", Country: "BR", PaymentMethod: "card", Installments: 7, Term: giventest.Interval("P6M"),
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.New(10, 0)}},
	}
	quote, err := quoted(p, order)
	if err != nil {
		t.Fatal(err)
	}
	var sum decimal.Decimal
	for _, part := range quote.Due {
		sum = sum.Add(part.Amount)
	}
	giventest.CheckMoney(t, "the sum of 7 installments", sum, "4500.00")
	for _, method := range []string{"pix", "card"} {
		order.PaymentMethod, order.Country = method, map[string]string{"pix": "BR", "card": "US"}[method]
		if _, err := quoted(p, order); err == nil {
			t.Errorf("an order accepts installments by %s in %s", method, order.Country)
		}
	}
}

// Row M8: a subscription never changes its currency.
func TestRowM8(t *testing.T) {
	p := salesTool()
	euros := monthlyPlan("advanced", 2, "23.00 EUR")
	other := salesTool(func(p *lifecycle.Policy) { p.Catalog.Plans[1] = euros })
	runScenarios(t,
		scenario{"another country", "a customer in dollars stays in dollars", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-17 details Acme BR by support", "refused: A subscription in USD cannot move to a country with prices in BRL; start a new subscription there."},
			{"2026-11-17 details Acme DE by support", "active full"},
			{"2026-11-18 usage messages 100 0.01", "active full"},
		}},
		scenario{"another plan", "the plan has no price in dollars", other, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-17 plan advanced", "refused: The request does not fit the subscription: offers must include \"seat\" in USD."},
		}},
	)
	sub, _ := runStep(t, p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), "2026-11-16 started card notrial")
	e := parseEvent("usage messages 100 0.01", nil)
	e.At, e.Sequence, e.Charges[0].Currency = instantIn(t, "UTC", "2026-11-18"), 2, "BRL"
	_, err := applyWith(p, sub, e)
	giventest.CheckFaults(t, err, "event.charges[0].currency invalid")
	e = parseEvent("grant 50.00", nil)
	e.At, e.Sequence, e.Grant.Currency = instantIn(t, "UTC", "2026-11-18"), 2, "BRL"
	_, err = applyWith(p, sub, e)
	if err == nil || !strings.Contains(err.Error(), "Credit in BRL cannot pay invoices in USD") {
		t.Errorf("credit in another currency: %v", err)
	}
}

// Row M9: a cancellation takes effect at the end of the paid period, without a refund. A special case is an act of its
// own.
func TestRowM9(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	runScenarios(t,
		scenario{"canceled", "access to the last nanosecond of the term, no refund, no order on May 13", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-01-10 cancel", "active full"},
			{"2027-05-07", "active full; tell end 2027-05-16"},
			{"2027-05-15T23:59:59.999999999", "active full"},
			{"2027-05-16", "canceled restricted"},
		}},
		scenario{"canceled after the order", "the order of May 13 is withdrawn", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
			{"2027-05-14 cancel", "active full; s-2 void; withdraw s-2"},
			{"2027-05-16", "canceled restricted"},
		}},
		scenario{"a special case", "100.00 of the 900.00 is refunded, with its own line and a reason; a refund without a reason is an error; a refunded amount is not refunded again", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-01-10 refunded s-1 100.00 by support", "error: event.reason: required, the reason for the refund"},
			{"2027-01-10 refunded s-1 100.00 because outage by support", "active full; s-2: refund -100.00, due 0.00; s-1 paid"},
			{"2027-01-11 refunded s-1 because closed by support", "active full; s-3: refund -800.00, due 0.00; s-1 paid"},
			{"2027-01-12 refunded s-1 because again by support", "refused: Invoice s-1 has no payment left to refund."},
		}},
	)
}

// Row M10: the policy decides refunds for each kind of item. An exception states its reason.
func TestRowM10(t *testing.T) {
	byItem := salesTool(func(p *lifecycle.Policy) {
		p.ChangeRules[5].Effective = plans.Immediately
		p.Billing.Refunds = []credits.RefundRule{
			{Scope: plans.Scope{Items: []string{"agent"}}, Give: credits.InFull, As: credits.AsRefund},
			{Scope: plans.Scope{Items: []string{"phone"}}, Give: credits.UnusedPart, As: credits.AsRefund},
			{As: credits.AsNothing},
		}
		for _, item := range []string{"agent", "phone"} {
			p.Catalog.Plans[0].Offers = append(p.Catalog.Plans[0].Offers, plans.Offer{Item: item, Currency: "USD", Price: plans.Price{Unit: giventest.Money("5.00")}})
		}
	})
	sub := ordered(t, byItem, "base", "P6M", instantIn(t, "UTC", "2026-11-16"), func(o *plans.Order) {
		o.Items = append(o.Items, plans.OrderItem{Item: "agent", Quantity: decimal.New(2, 0)}, plans.OrderItem{Item: "phone", Quantity: decimal.New(1, 0)})
	})
	runScenarios(t, scenario{"three kinds of items", "seats 900.00: nothing; agents 2 x 5.00 x 6: all 60.00; phones 30.00 for 90 of 181 days: 14.917...", byItem, sub, []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, recurring 60.00, recurring 30.00, due 990.00; collect_payment s-1 990.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 cancel", "canceled restricted; s-2: proration_credit -14.92, refund -60.00, due 0.00; s-1 paid; refund s-2 74.92"},
	}})
	begun, _ := runStep(t, byItem, sub, "2026-11-16 started card notrial")
	begun, _ = runStep(t, byItem, begun, "2026-11-16 paid s-1")
	e := parseEvent("cancel by support", nil)
	e.At, e.Sequence = instantIn(t, "UTC", "2027-02-15"), begun.Sequence+1
	e.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "the law of the country"}
	out, err := applyWith(byItem, begun, e)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the refund of 990.00 by exception", out.Invoices[0].Refund, "990.00")
	e.Exception.Reason = ""
	if _, err := applyWith(byItem, begun, e); err == nil {
		t.Error("an exception without a reason is accepted")
	}
}

// Row M11: the invoices of a replay are in order, numbered without gaps, and explained line by line.
func TestRowM11(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	var events []lifecycle.Event
	for i, text := range []string{
		"2026-11-16 started card notrial", "2026-11-16 paid s-1", "2027-02-15 seats +2", "2027-02-15 paid s-2", "2027-02-20 plan nothing", "2027-03-01 extend P9M",
		"2027-03-01 paid s-3", "2027-03-02 refunded s-2 9.50 because outage",
	} {
		at, rest, _ := strings.Cut(text, " ")
		e := parseEvent(rest, time.UTC)
		e.Sequence, e.At = int64(i+1), instantIn(t, "UTC", at)
		events = append(events, e)
	}
	out, err := replayWith([]lifecycle.Policy{p}, sub, events, instantIn(t, "UTC", "2028-02-13"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"s-1: recurring 900.00, due 900.00", "s-2: proration_charge 89.50, due 89.50", "s-3: extension 1539.00, due 1539.00", "s-4: refund -9.50, due 0.00", "s-5: recurring 1539.00, due 1539.00",
	}
	for i, inv := range out.Invoices {
		if i >= len(want) || invoiceText(inv) != want[i] {
			t.Errorf("got %s", invoiceText(inv))
		}
		for _, line := range inv.Lines {
			if line.Explain() == "" || !strings.Contains(inv.Text(), line.Net.StringFixed(2)) {
				t.Errorf("%s has no explanation", line.ID)
			}
		}
		if i > 0 && inv.IssuedAt.Before(out.Invoices[i-1].IssuedAt) {
			t.Errorf("%s is out of order", inv.ID)
		}
	}
	if len(out.Invoices) != len(want) {
		t.Errorf("%d invoices, want %d", len(out.Invoices), len(want))
	}
}

// Row M12: customers change billing details while renewal is disabled; otherwise support does. An issued invoice stays.
func TestRowM12(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	sub.Contact.Name = "Acme"
	runScenarios(t, scenario{"a new name", "the customer is refused while the subscription renews; support, or the customer once renewal is disabled, can change it", p, sub, []step{
		{"2026-11-15 details Acme", "unset billing_only"},
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2026-11-17 details Beta", "refused: Only support can change the billing details of a subscription that renews. | Send renewal_disabled first, or ask support."},
		{"2026-11-17 details Beta by support", "active full"},
		{"2026-11-18 renewaloff", "active full"},
		{"2026-11-18 renewaloff", "refused: Renewal is already disabled; send renewal_enabled to renew again."},
		{"2026-11-19 details Gamma", "active full"},
		{"2026-11-20 renewalon", "active full"},
		{"2026-11-20 renewalon", "refused: Renewal is already enabled; send renewal_disabled to stop it."},
		{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
	}})
	var issued []invoice.Invoice
	for _, text := range []string{"2026-11-16 started card notrial", "2026-11-17 details Beta by support", "2026-12-01 seats +1", "2026-12-02 paid s-1"} {
		out, err := applyText(p, sub, text)
		if err != nil {
			t.Fatal(err)
		}
		sub, issued = out.Subscription, append(issued, out.Invoices...)
	}
	if first, second := issued[0], issued[1]; first.Contact.Name != "Acme" || second.Contact.Name != "Beta" || invoice.Check(first) != nil {
		t.Errorf("the invoices are for %s and %s", first.Contact.Name, second.Contact.Name)
	}
}

// Row M13: a failed payment leaves the order open, to be paid by another method. An invoice is never charged twice.
func TestRowM13(t *testing.T) {
	p := salesTool(func(p *lifecycle.Policy) { p.FirstPaymentTimeout = giventest.Interval("P7D") })
	runScenarios(t, scenario{"another method", "open after the failure, charged by the other method, closed by its success; no further payment is accepted", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "incomplete billing_only; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16T00:00:01 attempted s-1", "incomplete billing_only; s-1 pending"},
		{"2026-11-16T00:01:00 card paypal", "incomplete billing_only"},
		{"2026-11-16T00:02:00 failed s-1 hard", "incomplete billing_only; s-1 open; tell payment_failed s-1"},
		{"2026-11-16T00:03:00 card paypal", "incomplete billing_only; collect_payment s-1 900.00"},
		{"2026-11-16T00:03:00 card paypal", "incomplete billing_only"},
		{"2026-11-16T00:04:00 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2026-11-16T00:05:00 attempted s-1", "refused: Invoice s-1 is already paid."},
		{"2026-11-16T00:05:00 paid s-1", "refused: Invoice s-1 is already paid; send another payment with its payment.id."},
	}})
}

// Row M14: customers upgrade themselves; a downgrade needs support.
func TestRowM14(t *testing.T) {
	p := salesTool()
	runScenarios(t,
		scenario{"upgrade", "immediately: 90 of 181 days, as in row M4", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-02-15 plan advanced", "active full; s-2: proration_credit -447.51, proration_charge 745.86, due 298.35; collect_payment s-2 298.35"},
		}},
		scenario{"downgrade", "by support, at the end of the term: 10 x 15.00 x 6 from then on, ordered three days before", p, ordered(t, p, "advanced", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 1500.00, due 1500.00; collect_payment s-1 1500.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-02-15 plan base", "refused: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term."},
			{"2027-02-15 plan base by support", "active full"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
			{"2027-05-13 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2027-05-16", "active full"},
		}},
		scenario{"downgrade canceled", "a scheduled change can be canceled until it is billed", p, ordered(t, p, "advanced", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 1500.00, due 1500.00; collect_payment s-1 1500.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-02-15 withdraw", "refused: No change is scheduled."},
			{"2027-02-15 plan base by support", "active full"},
			{"2027-02-16 withdraw", "active full"},
			{"2027-02-17 plan base by support", "active full"},
			{"2027-05-14 withdraw", "refused: The change scheduled for 2027-05-16 is already billed with the next period; send another change to reverse it."},
		}},
	)
}

// Row M15: paid features are restricted while the subscription is inactive, until a payment.
func TestRowM15(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	runScenarios(t, scenario{"not renewed", "four attempts fail; access is restricted from the end of the term on, and full once the order is paid", p, sub, []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
		{"2027-05-13 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2027-05-16"},
		{"2027-05-14 failed s-2", "past_due full; s-2 open; collect_payment s-2 900.00; tell payment_failed s-2 2027-05-16"},
		{"2027-05-15 failed s-2", "past_due full; s-2 open; collect_payment s-2 900.00; tell payment_failed s-2 2027-05-16"},
		{"2027-05-15T23:59:59.999999999", "past_due full"},
		{"2027-05-16 failed s-2", "suspended restricted; s-2 open; collect_payment s-2 900.00; tell access_lost s-2; tell payment_failed s-2"},
		{"2027-05-20", "suspended restricted"},
		{"2027-05-20 card paypal", "suspended restricted; collect_payment s-2 900.00"},
		{"2027-05-20T00:10:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
	}})
}

// Row M16: a plan has features and limits, and a downgrade that the usage would break is refused.
func TestRowM16(t *testing.T) {
	p := salesTool()
	base, advanced := p.Catalog.Plans[0], p.Catalog.Plans[1]
	if slices.Contains(base.Features, "automation") || !slices.Contains(advanced.Features, "automation") || !slices.Contains(base.Features, "leads") {
		t.Error("automation is a feature of the advanced plan, and leads one of both")
	}
	runScenarios(t, scenario{"a downgrade", "4000 contacts are more than 2500, 3 agents more than 1", p, ordered(t, p, "advanced", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 1500.00, due 1500.00; collect_payment s-1 1500.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 plan base by support using 4000 contacts using 3 ai_agents", "refused: The plan allows 1 ai_agents; usage is 3. The plan allows 2500 contacts; usage is 4000. | Reduce the usage first."},
		{"2027-02-15 plan base by support using 2500 contacts using 1 ai_agents", "active full"},
	}})
}

// Row M17: a reminder nine days before the end, the order and the payment attempt three days before it, then an attempt
// every 24 hours, four in all; not by Pix.
func TestRowM17(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	pix := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"), func(o *plans.Order) { o.Country = "BR" })
	runScenarios(t,
		scenario{"four attempts", "May 7; May 13, 14, 15 and 16; no fifth attempt", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-06T23:59:59.999999999", "active full"},
			{"2027-05-07", "active full; tell renewal 2027-05-16"},
			{"2027-05-12T23:59:59.999999999", "active full"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00"},
			{"2027-05-13T00:00:05 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2027-05-16"},
			{"2027-05-13T23:59:59.999999999", "past_due full"},
			{"2027-05-14", "past_due full; collect_payment s-2 900.00"},
			{"2027-05-14T00:00:05 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2027-05-16"},
			{"2027-05-15", "past_due full; collect_payment s-2 900.00"},
			{"2027-05-15T00:00:05 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2027-05-16"},
			{"2027-05-16", "suspended restricted; collect_payment s-2 900.00; tell access_lost s-2"},
			{"2027-05-16T00:00:05 failed s-2", "suspended restricted; s-2 open; tell payment_failed s-2"},
			{"2027-06-16", "suspended restricted"},
		}},
		scenario{"the third attempt succeeds", "the next half year still begins on May 16", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-13 failed s-2", "past_due full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16; tell payment_failed s-2 2027-05-16"},
			{"2027-05-14 failed s-2", "past_due full; s-2 open; collect_payment s-2 900.00; tell payment_failed s-2 2027-05-16"},
			{"2027-05-15 paid s-2", "active full; s-2 paid; collect_payment s-2 900.00; tell receipt s-2"},
			{"2027-05-16", "active full"},
			{"2027-11-07", "active full; tell renewal 2027-11-16"},
			{"2027-11-13", "active full; s-3: recurring 900.00, due 900.00; collect_payment s-3 900.00"},
		}},
		scenario{"hard decline", "the same card is not tried again, and another card is", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-13 failed s-2 hard", "past_due full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16; tell payment_failed s-2 2027-05-16"},
			{"2027-05-14", "past_due full"},
			{"2027-05-14T09:00:00 card", "past_due full; collect_payment s-2 900.00"},
		}},
		scenario{"by Pix", "no order: the subscription ends, and a notice announces the end", p, pix, []step{
			{"2026-11-16 started pix notrial", "active full; s-1: recurring 4500.00, due 4500.00; send s-1 4500.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-07", "active full; tell end 2027-05-16"},
			{"2027-05-13", "active full"},
			{"2027-05-15T23:59:59.999999999", "active full"},
			{"2027-05-16", "expired restricted"},
			{"2027-05-20 reactivate", "active full; s-2: recurring 4500.00, due 4500.00; send s-2 4500.00"},
		}},
	)
}

// Row M18: the unused days of a trial of fourteen days are added to the paid term.
func TestRowM18(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-02"))
	runScenarios(t,
		scenario{"converted on the fifth day", "ten unused days: from November 6 to May 6, plus ten days to May 16; the order is made three days before that", p, sub, []step{
			{"2026-11-02 started card", "trialing full"},
			{"2026-11-06 bought", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-06 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-07", "active full; tell renewal 2027-05-16"},
			{"2027-05-12T23:59:59.999999999", "active full"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00"},
		}},
		scenario{"forfeited", "the unused days are lost: the term ends on May 6", salesTool(func(p *lifecycle.Policy) { p.Trial.UnusedTrial = plans.Forfeit }), sub, []step{
			{"2026-11-02 started card", "trialing full"},
			{"2026-11-06 bought", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-06 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-03", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-06"},
		}},
		scenario{"at the end of the trial", "the deadline of the trial starts the term", salesTool(func(p *lifecycle.Policy) { p.Trial.UnusedTrial = plans.AtTrialEnd }), sub, []step{
			{"2026-11-02 started card", "trialing full"},
			{"2026-11-06 bought", "refused: Paid service starts on 2026-11-16, when the trial ends; no event is needed."},
			{"2026-11-16", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		}},
		scenario{"not converted", "without a payment method access is restricted", p, sub, []step{
			{"2026-11-02 started", "trialing full"},
			{"2026-11-15T23:59:59.999999999", "trialing full"},
			{"2026-11-16", "suspended restricted; tell access_lost"},
			{"2026-12-01 card", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		}},
	)
}

// Row M19: a customer keeps the old price until the plan changes.
func TestRowM19(t *testing.T) {
	old := salesTool()
	dearer := salesTool(func(p *lifecycle.Policy) {
		for i := range p.Catalog.Plans {
			p.Catalog.Plans[i].Offers[0].Price.Unit = p.Catalog.Plans[i].Offers[0].Price.Unit.Add(giventest.Money("4.00"))
		}
	})
	runScenarios(t, scenario{"half a year later", "renewed at 15.00; seats at 15.00: 1 x 15.00 x 6 for 90 of 181 days is 44.751...; with the new plan at 29.00: 11 x 29.00 x 6", dearer, ordered(t, old, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 seats +1", "active full; s-2: proration_charge 44.75, due 44.75; collect_payment s-2 44.75"},
		{"2027-02-15 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		{"2027-05-13 paid s-3", "active full; s-3: recurring 990.00, due 990.00; collect_payment s-3 990.00; tell renewal 2027-05-16; tell receipt s-3"},
		{"2027-05-16 plan advanced", "active full; s-4: proration_credit -990.00, proration_charge 1914.00, due 924.00; collect_payment s-4 924.00"},
		{"2027-05-16 paid s-4", "active full; s-4 paid; tell receipt s-4"},
		{"2027-11-13", "active full; s-5: recurring 1914.00, due 1914.00; collect_payment s-5 1914.00; tell renewal 2027-11-16"},
	}})
}

// Row M20: admins manage billing.
func TestRowM20(t *testing.T) {
	p := salesTool()
	sub, _ := runStep(t, p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), "2026-11-16 started")
	restricted, _ := runStep(t, p, sub, "2026-12-01")
	for _, row := range []struct {
		name, why   string
		given       lifecycle.Role
		want        bool
		tried, over lifecycle.Access
	}{
		{"admin", "every admin", lifecycle.Role{Role: "admin"}, true, lifecycle.Full, lifecycle.Restricted},
		{"user", "no other role; free features stay for all members", lifecycle.Role{Role: "user", Selected: true}, false, lifecycle.Full, lifecycle.Restricted},
		{"owner", "the role is in no list of this policy", lifecycle.Role{Role: "owner"}, false, lifecycle.Full, lifecycle.Restricted},
	} {
		t.Run(row.name, func(t *testing.T) {
			if manages(p, row.given) != row.want || memberAccess(p, sub, row.given) != row.tried || memberAccess(p, restricted, row.given) != row.over {
				t.Errorf("%s: %v, %v, %v", row.why, manages(p, row.given), memberAccess(p, sub, row.given), memberAccess(p, restricted, row.given))
			}
		})
	}
}
