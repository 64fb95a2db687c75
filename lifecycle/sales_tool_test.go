package lifecycle_test

import (
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

// Row M1: a payment may take minutes to show as paid; access does not change meanwhile, in service or out of it.
func TestRowM1(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	runScenarios(t,
		scenario{"15 minutes", "pending between the attempt and its outcome", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16T00:00:01 attempted s-1", "active full; s-1 pending"},
			{"2026-11-16T00:14:59", "active full"},
			{"2026-11-16T00:15:01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		}},
		scenario{"over the end", "the order of May 13 is pending when the term ends, and no deadline comes meanwhile; then it is paid", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-15T23:50:00 attempted s-2", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
			{"2027-05-16T00:04:00", "active full"},
			{"2027-05-16T00:05:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}},
		scenario{"one at a time", "while a payment is under way no other is, and an outcome is that of the one under way", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16T00:00:01 attempted s-1", "active full; s-1 pending"},
			{"2026-11-16T00:00:02 attempted s-1", "refused: Invoice s-1 has a payment in progress, whose result comes first."},
			{"2026-11-16T00:10:00 failed s-1", "suspended restricted; s-1 open; tell payment_failed s-1; tell access_lost s-1"},
		}},
	)
}

// Row M2: the shortest term is six months: shorter ones are refused, when ordered and when added.
func TestRowM2(t *testing.T) {
	p := salesTool()
	_, err := p.Catalog.Quote(plans.Order{
		By: plans.Customer, At: instantIn(t, "UTC", "2026-11-16"), Plan: "base", Country: "US", PaymentMethod: "card", Term: giventest.Interval("P1M"),
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.New(10, 0)}},
	})
	if err == nil || !strings.Contains(err.Error(), "Choose P6M, P9M, P1Y or P2Y.") {
		t.Errorf("a month is not refused with what is on offer: %v", err)
	}
	runScenarios(t, scenario{"another month", "what is added is a term on offer too: 10 x 15.00 x 6 is 900.00", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-12-01 extend P1M", "refused: A term of P1M is too short. | Choose P6M, P9M, P1Y or P2Y."},
	}})
}

// Row M3: 9, 12 and 24 months for less: price per user and month x users x months, less the term's discount.
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

// Row M4: one plan for the whole workspace: an order that mixes them is refused, and a change of plan is of all seats.
func TestRowM4(t *testing.T) {
	p := salesTool()
	_, err := p.Catalog.Quote(plans.Order{
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

// Row M5: extended at any time, at the price of the added term; never shortened.
func TestRowM5(t *testing.T) {
	p := salesTool()
	runScenarios(t, scenario{"half a year", "nine months more are 1350.00 less 5 %, to February 16, 2028, when they renew; nobody is told that May 16 is charged", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
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

// Row M6: seats that are added cost by the time left, to the day on which the term ends.
func TestRowM6(t *testing.T) {
	p := salesTool()
	runScenarios(t, scenario{"two seats", "2 x 15.00 x 6 is 180.00, for 90 of 181 days: 89.502...; renewed 12 x 15.00 x 6", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 seats +2", "active full; s-2: proration_charge 89.50, due 89.50; collect_payment s-2 89.50"},
		{"2027-05-13", "active full; s-3: recurring 1080.00, due 1080.00; collect_payment s-3 1080.00; tell renewal 2027-05-16"},
	}})
}

// Row M7: Brazil pays by card or Pix, in BRL, and cards in installments; elsewhere card or PayPal, in USD.
func TestRowM7(t *testing.T) {
	p := salesTool()
	brazil := func(o *plans.Order) { o.Country = "BR" }
	runScenarios(t,
		scenario{"Brazil", "10 x 75.00 x 6; PayPal is not accepted there, and Pix is asked for and not charged", p, ordered(t, p, "base", "P6M", instantIn(t, "America/Sao_Paulo", "2026-11-16"), brazil), []step{
			{"2026-11-16 started paypal notrial", "refused: Payment method \"paypal\" is not accepted. | Choose card or pix."},
			{"2026-11-16 started card notrial", "active full; s-1: recurring 4500.00, due 4500.00; collect_payment s-1 4500.00"},
			{"2026-11-17 card pix", "active full"},
		}},
		scenario{"elsewhere", "Pix is not accepted", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started pix notrial", "refused: Payment method \"pix\" is not accepted. | Choose card or paypal."},
			{"2026-11-16 started paypal notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		}},
	)
	order := plans.Order{
		By: plans.Customer, At: instantIn(t, "America/Sao_Paulo", "2026-11-16"), Plan: "base", Country: "BR", PaymentMethod: "card", Installments: 7, Term: giventest.Interval("P6M"),
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.New(10, 0)}},
	}
	quote, err := p.Catalog.Quote(order)
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
		if _, err := p.Catalog.Quote(order); err == nil {
			t.Errorf("installments by %s in %s", method, order.Country)
		}
	}
}

// Row M8: a currency never changes inside a subscription.
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
		scenario{"another plan", "it has no price in dollars", other, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-17 plan advanced", "refused: Offers must include \"seat\" in USD."},
		}},
	)
	sub, _ := runStep(t, p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), "2026-11-16 started card notrial")
	e := parseEvent("usage messages 100 0.01", nil)
	e.At, e.Sequence, e.Charges[0].Currency = instantIn(t, "UTC", "2026-11-18"), 2, "BRL"
	_, err := lifecycle.Apply(p, sub, e)
	giventest.CheckFaults(t, err, "event.charges[0].currency invalid")
	e = parseEvent("grant 50.00", nil)
	e.At, e.Sequence, e.Grant.Currency = instantIn(t, "UTC", "2026-11-18"), 2, "BRL"
	_, err = lifecycle.Apply(p, sub, e)
	if err == nil || !strings.Contains(err.Error(), "Credit in BRL cannot pay invoices in USD") {
		t.Errorf("credit in another currency: %v", err)
	}
}

// Row M9: cancelled at any time, for the end of the period; no refund, but for special cases, which are an act of their own.
func TestRowM9(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	runScenarios(t,
		scenario{"cancelled", "access to the last nanosecond of the term, nothing back, no order on May 13", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-01-10 cancel", "active full"},
			{"2027-05-07", "active full; tell end 2027-05-16"},
			{"2027-05-15T23:59:59.999999999", "active full"},
			{"2027-05-16", "canceled restricted"},
		}},
		scenario{"after the order", "the order of May 13 is withdrawn", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
			{"2027-05-14 cancel", "active full; s-2 void; withdraw s-2"},
			{"2027-05-16", "canceled restricted"},
		}},
		scenario{"a special case", "100.00 of the 900.00 goes back, with a line of its own and a reason; without one it is no refund; and what went back does not go back again", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-01-10 refunded s-1 100.00 by support", "error: event.reason: required, the reason for the refund"},
			{"2027-01-10 refunded s-1 100.00 because outage by support", "active full; s-2: refund -100.00, due 0.00; s-1 paid"},
			{"2027-01-11 refunded s-1 because closed by support", "active full; s-3: refund -800.00, due 0.00; s-1 paid"},
			{"2027-01-12 refunded s-1 because again by support", "refused: Invoice s-1 has no payment left to refund."},
		}},
	)
}

// Row M10: what goes back is by the policy, for each kind of item; a decision in a single case states its reason.
func TestRowM10(t *testing.T) {
	byItem := salesTool(func(p *lifecycle.Policy) {
		p.Catalog.ChangeRules[5].Effective = plans.Immediately
		p.Billing.Refunds = []credits.RefundRule{
			{Items: []string{"agent"}, Give: credits.InFull, As: credits.AsRefund},
			{Items: []string{"phone"}, Give: credits.UnusedPart, As: credits.AsRefund},
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
	out, err := lifecycle.Apply(byItem, begun, e)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "what goes back of 990.00 by exception", out.Invoices[0].Refund, "990.00")
	e.Exception.Reason = ""
	if _, err := lifecycle.Apply(byItem, begun, e); err == nil {
		t.Error("an exception without a reason is taken")
	}
}

// Row M11: invoices out of a replay are in order, numbered without gaps, and each explains itself line by line.
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
	out, err := lifecycle.Replay([]lifecycle.Policy{p}, sub, events, instantIn(t, "UTC", "2028-02-13"))
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
				t.Errorf("%s does not explain itself", line.ID)
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

// Row M12: billing details change while the renewal is off; otherwise support changes them. What was issued stays.
func TestRowM12(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	sub.Contact.Name = "Acme"
	runScenarios(t, scenario{"a new name", "refused to the customer while it renews, and open to support, or to anybody once it does not", p, sub, []step{
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
	var out lifecycle.Outcome
	for _, text := range []string{"2026-11-16 started card notrial", "2026-11-17 details Beta by support", "2026-12-01 seats +1", "2026-12-02 paid s-1"} {
		var err error
		if out, err = applyText(p, sub, text); err != nil {
			t.Fatal(err)
		}
		sub = out.Subscription
	}
	if first, second := sub.Invoices[0], sub.Invoices[1]; first.Contact.Name != "Acme" || second.Contact.Name != "Beta" || invoice.Check(first) != nil {
		t.Errorf("the invoices are for %s and %s", first.Contact.Name, second.Contact.Name)
	}
}

// Row M13: a failed payment leaves the order pending, and another method pays it: never two charges for one invoice.
func TestRowM13(t *testing.T) {
	p := salesTool(func(p *lifecycle.Policy) { p.FirstPaymentTimeout = giventest.Interval("P7D") })
	runScenarios(t, scenario{"another method", "open after the failure, charged by the other method, closed by its success, and no payment is taken any more", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "incomplete billing_only; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		{"2026-11-16T00:00:01 attempted s-1", "incomplete billing_only; s-1 pending"},
		{"2026-11-16T00:01:00 card paypal", "incomplete billing_only"},
		{"2026-11-16T00:02:00 failed s-1 hard", "incomplete billing_only; s-1 open; tell payment_failed s-1"},
		{"2026-11-16T00:03:00 card paypal", "incomplete billing_only; collect_payment s-1 900.00"},
		{"2026-11-16T00:03:00 card paypal", "incomplete billing_only"},
		{"2026-11-16T00:04:00 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2026-11-16T00:05:00 attempted s-1", "refused: Invoice s-1 is already paid."},
		{"2026-11-16T00:05:00 paid s-1", "refused: Invoice s-1 is already paid."},
	}})
}

// Row M14: an upgrade by oneself, a downgrade by support.
func TestRowM14(t *testing.T) {
	p := salesTool()
	runScenarios(t,
		scenario{"up", "at once: 90 of 181 days, as in row M4", p, ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-02-15 plan advanced", "active full; s-2: proration_credit -447.51, proration_charge 745.86, due 298.35; collect_payment s-2 298.35"},
		}},
		scenario{"down", "support, for the end of the term: 10 x 15.00 x 6 from then on, ordered three days before", p, ordered(t, p, "advanced", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 1500.00, due 1500.00; collect_payment s-1 1500.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-02-15 plan base", "refused: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term."},
			{"2027-02-15 plan base by support", "active full"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16"},
			{"2027-05-13 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2027-05-16", "active full"},
		}},
		scenario{"and not after all", "what waits is withdrawn, until it is billed", p, ordered(t, p, "advanced", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
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

// Row M15: paid features are restricted while it is inactive, until a payment.
func TestRowM15(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	runScenarios(t, scenario{"not renewed", "four attempts fail; restricted from the end of the term on, and full when the order is paid", p, sub, []step{
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

// Row M16: features and limits of a plan, and which of them a downgrade would break.
func TestRowM16(t *testing.T) {
	p := salesTool()
	base, advanced := p.Catalog.Plans[0], p.Catalog.Plans[1]
	if base.Has("automation") || !advanced.Has("automation") || !base.Has("leads") {
		t.Error("automation comes with the advanced plan, and leads with both")
	}
	runScenarios(t, scenario{"a downgrade", "4000 contacts are more than 2500, 3 agents more than 1", p, ordered(t, p, "advanced", "P6M", instantIn(t, "UTC", "2026-11-16")), []step{
		{"2026-11-16 started card notrial", "active full; s-1: recurring 1500.00, due 1500.00; collect_payment s-1 1500.00"},
		{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2027-02-15 plan base by support using 4000 contacts using 3 ai_agents", "refused: The plan allows 1 ai_agents; usage is 3. The plan allows 2500 contacts; usage is 4000. | Reduce the usage first."},
		{"2027-02-15 plan base by support using 2500 contacts using 1 ai_agents", "active full"},
	}})
}

// Row M17: a reminder nine days before the end, the order and the charge three days before, a try every 24 hours, four in all; not with Pix.
func TestRowM17(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"))
	pix := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-16"), func(o *plans.Order) { o.Country = "BR" })
	runScenarios(t,
		scenario{"four attempts", "May 7; May 13, 14, 15 and 16; and no fifth", p, sub, []step{
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
		scenario{"the third succeeds", "the next half year begins on May 16 all the same", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-13 failed s-2", "past_due full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16; tell payment_failed s-2 2027-05-16"},
			{"2027-05-14 failed s-2", "past_due full; s-2 open; collect_payment s-2 900.00; tell payment_failed s-2 2027-05-16"},
			{"2027-05-15 paid s-2", "active full; s-2 paid; collect_payment s-2 900.00; tell receipt s-2"},
			{"2027-05-16", "active full"},
			{"2027-11-07", "active full; tell renewal 2027-11-16"},
			{"2027-11-13", "active full; s-3: recurring 900.00, due 900.00; collect_payment s-3 900.00"},
		}},
		scenario{"a card that is gone", "a hard decline is not tried again by itself, and another card is", p, sub, []step{
			{"2026-11-16 started card notrial", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-13 failed s-2 hard", "past_due full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-16; tell payment_failed s-2 2027-05-16"},
			{"2027-05-14", "past_due full"},
			{"2027-05-14T09:00:00 card", "past_due full; collect_payment s-2 900.00"},
		}},
		scenario{"by Pix", "no order: it ends, and is told to end", p, pix, []step{
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

// Row M18: a trial of fourteen days, whose days that are left make the paid term longer.
func TestRowM18(t *testing.T) {
	p := salesTool()
	sub := ordered(t, p, "base", "P6M", instantIn(t, "UTC", "2026-11-02"))
	runScenarios(t,
		scenario{"bought on the fifth day", "ten days are left: from November 6 to May 6, and to May 16; the order comes three days before that", p, sub, []step{
			{"2026-11-02 started card", "trialing full"},
			{"2026-11-06 bought", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-06 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-07", "active full; tell renewal 2027-05-16"},
			{"2027-05-12T23:59:59.999999999", "active full"},
			{"2027-05-13", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00"},
		}},
		scenario{"dropped", "they are lost: the term ends on May 6", salesTool(func(p *lifecycle.Policy) { p.Trial.UnusedTrial = plans.Forfeit }), sub, []step{
			{"2026-11-02 started card", "trialing full"},
			{"2026-11-06 bought", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
			{"2026-11-06 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-05-03", "active full; s-2: recurring 900.00, due 900.00; collect_payment s-2 900.00; tell renewal 2027-05-06"},
		}},
		scenario{"at its end", "the term begins by itself when the trial is over", salesTool(func(p *lifecycle.Policy) { p.Trial.UnusedTrial = plans.AtTrialEnd }), sub, []step{
			{"2026-11-02 started card", "trialing full"},
			{"2026-11-06 bought", "refused: Paid service starts on 2026-11-16, when the trial ends; no event is needed."},
			{"2026-11-16", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		}},
		scenario{"not bought", "without a method of payment it is restricted", p, sub, []step{
			{"2026-11-02 started", "trialing full"},
			{"2026-11-15T23:59:59.999999999", "trialing full"},
			{"2026-11-16", "suspended restricted; tell access_lost"},
			{"2026-12-01 card", "active full; s-1: recurring 900.00, due 900.00; collect_payment s-1 900.00"},
		}},
	)
}

// Row M19: old customers keep the old price until they switch their plan.
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
		{"user", "no other; what is free stays for all", lifecycle.Role{Role: "user", Selected: true}, false, lifecycle.Full, lifecycle.Restricted},
		{"owner", "a role of another policy", lifecycle.Role{Role: "owner"}, false, lifecycle.Full, lifecycle.Restricted},
	} {
		t.Run(row.name, func(t *testing.T) {
			if p.Manages(row.given) != row.want || p.AccessOf(sub, row.given) != row.tried || p.AccessOf(restricted, row.given) != row.over {
				t.Errorf("%s: %v, %v, %v", row.why, p.Manages(row.given), p.AccessOf(sub, row.given), p.AccessOf(restricted, row.given))
			}
		})
	}
}
