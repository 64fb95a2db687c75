package plans_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// Row M2: the shortest subscription is six months.
func TestRowM2(t *testing.T) {
	tooShort := func(length string) []string {
		return []string{"term: A term of " + length + " is too short. | Choose P6M, P9M, P1Y or P2Y."}
	}
	checkQuotes(
		t,
		quoteRow{"six months", "the shortest term: 15.00 x 6", nil, ordered("1 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 15.00 x 6 = 90.00",
			"due: 90.00 USD",
			"renewal on 2027-05-16: 90.00 USD",
		}, nil},
		quoteRow{"five months", "M2: a month too short", nil, ordered("1 seat", "P5M"), nil, tooShort("P5M")},
		quoteRow{"one month", "M2: no subscription is monthly", nil, ordered("1 seat", "P1M"), nil, tooShort("P1M")},
		quoteRow{"one month, by support", "M2: the minimum applies to support too", nil, ordered("1 seat", "P1M", bySupport), nil, tooShort("P1M")},
		quoteRow{"seven months", "M2: long enough, but not offered", nil, ordered("1 seat", "P7M"), nil, []string{"term: A term of P7M is not offered. | Choose P6M, P9M, P1Y or P2Y."}},
		quoteRow{"no term", "M2: a subscription has a term", nil, ordered("1 seat", ""), nil, []string{"term: A term is required. | Choose P6M, P9M, P1Y or P2Y."}},
	)
}

// Row M3: the price per user and month x users x months, less the discount of the term. The percentages are examples:
// the vendor shows its own only in its application.
func TestRowM3(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"six months", "15.00 x 10 x 6, and nothing off", nil, ordered("10 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 10 x 15.00 x 6 = 900.00",
			"due: 900.00 USD",
			"renewal on 2027-05-16: 900.00 USD",
		}, nil},
		quoteRow{"nine months", "15.00 x 10 x 9 = 1350.00, less 5 %", nil, ordered("10 seat", "P9M"), []string{
			"2026-11-16 until 2027-08-16, seat: 10 x 15.00 x 9 = 1350.00, less 5 % 67.50 = 1282.50",
			"due: 1282.50 USD",
			"renewal on 2027-08-16: 1282.50 USD",
		}, nil},
		quoteRow{"twelve months", "15.00 x 10 x 12 = 1800.00, less 10 %", nil, ordered("10 seat", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00",
			"due: 1620.00 USD",
			"renewal on 2027-11-16: 1620.00 USD",
		}, nil},
		quoteRow{"24 months", "15.00 x 10 x 24 = 3600.00, less 20 %", nil, ordered("10 seat", "P24M"), []string{
			"2026-11-16 until 2028-11-16, seat: 10 x 15.00 x 24 = 3600.00, less 20 % 720.00 = 2880.00",
			"due: 2880.00 USD",
			"renewal on 2028-11-16: 2880.00 USD",
		}, nil},
		quoteRow{"an inexact discount", "15.00 x 3 x 9 = 405.00; 3.33 % is 13.4865, rounded 13.49", with(func(c *seller) { c.Terms[1].Percent = giventest.Money("3.33") }), ordered("3 seat", "P9M"), []string{
			"2026-11-16 until 2027-08-16, seat: 3 x 15.00 x 9 = 405.00, less 3.33 % 13.49 = 391.51",
			"due: 391.51 USD",
			"renewal on 2027-08-16: 391.51 USD",
		}, nil},
	)
}

// Row M4: a workspace has one plan.
func TestRowM4(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"one plan, named twice", "an item may name its plan", nil, ordered("7 seat of base, 2 phone of base", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"2026-11-16 until 2027-05-16, phone: 2 x 4.99 x 6 = 59.88",
			"due: 689.88 USD",
			"renewal on 2027-05-16: 689.88 USD",
		}, nil},
		quoteRow{"five of base and two of advanced", "M4: a workspace has one plan", nil, ordered("5 seat, 2 seat of advanced", "P6M"), nil, []string{
			`plan: One order cannot combine the plans "base" and "advanced". | Place a separate order for each plan.`,
		}},
		quoteRow{"later", "M4: nor from the third month on", nil, ordered("5 seat, 5 seat of advanced from 2027-02-16", "P6M", bySupport), nil, []string{
			`plan: One order cannot combine the plans "base" and "advanced". | Place a separate order for each plan.`,
		}},
	)
}

// Row M5: a term can be extended, upgraded and given more seats at any time; it is never shortened.
func TestRowM5(t *testing.T) {
	year := ordered("10 seat", "P12M")
	never := []string{"shorten: A term cannot be shortened. | Extend the term, or cancel for its end."}
	checkAmendments(
		t,
		amendmentRow{"extend at any time", "from the old end on, at the rate of the new term: 15.00 x 10 x 9, less 5 %", requestRow{order: year, change: addedTerm(t, "P9M"), at: "2026-11-17"}, []string{
			"extend on 2026-11-17, immediately",
			"2027-11-16 until 2028-08-16, seat: 10 x 15.00 x 9 = 1350.00, less 5 % 67.50 = 1282.50",
			"due: 1282.50 USD",
		}, "base: 10 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16, then renew; P9M from 2028-08-16", nil},
		amendmentRow{"extend twice", "from the end of the last term on", requestRow{order: year, before: []plans.Change{addedTerm(t, "P9M")}, change: addedTerm(t, "P6M")}, []string{
			"extend on 2027-02-16, immediately",
			"2028-08-16 until 2029-02-16, seat: 10 x 15.00 x 6 = 900.00",
			"due: 900.00 USD",
		}, "base: 10 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16; P6M until 2029-02-16, then renew; P6M from 2029-02-16", nil},
		amendmentRow{"upgrade at any time", "on the last day: 25.00 x 10 x 12 = 3000.00 / 365 = 8.22, less 0.82", requestRow{order: year, change: toPlan(t, "advanced"), at: "2027-11-15"}, []string{
			"upgrade on 2027-11-15, immediately",
			"2027-11-15 until 2027-11-16, seat: 10 x 25.00 x 12, 3000.00 x 1/365 days = 8.219..., rounded half up to 8.22, less 10 % 0.82 = 7.40",
			"due: 7.40 USD",
		}, "advanced: 10 seat at 25; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"seats at any time", "15.00 x 12 = 180.00; 200 of 365 days are 98.63, less 9.86", requestRow{order: year, change: itemChange("seat", "1"), at: "2027-04-30"}, []string{
			"add_quantity on 2027-04-30, immediately",
			"2027-04-30 until 2027-11-16, seat: 1 x 15.00 x 12, 180.00 x 200/365 days = 98.630..., rounded half up to 98.63, less 10 % 9.86 = 88.77",
			"due: 88.77 USD",
		}, "base: 11 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"shorten", "M5: a customer cannot shorten a term", requestRow{order: year, change: earlierEnd("2027-05-16")}, nil, "", never},
		amendmentRow{"shorten, by support", "M5: support cannot shorten a term", requestRow{order: year, change: earlierEnd("2027-05-16"), by: plans.Support}, nil, "", never},
		amendmentRow{"shorten an extension", "M5: a purchased extension cannot be shortened", requestRow{order: year, before: []plans.Change{addedTerm(t, "P9M")}, change: earlierEnd("2027-11-17")}, nil, "", never},
	)
}

// Row M6: seats added during a term cost the rest of the term.
func TestRowM6(t *testing.T) {
	half := ordered("10 seat", "P6M", orderedAt("2027-01-01", nil))
	checkAmendments(
		t,
		amendmentRow{"to the expiry date", "six months from January 1 have 181 days; from March 1 on 122 are left: 3 x 90.00 x 122/181", requestRow{order: half, change: itemChange("seat", "3"), at: "2027-03-01"}, []string{
			"add_quantity on 2027-03-01, immediately",
			"2027-03-01 until 2027-07-01, seat: 3 x 15.00 x 6, 270.00 x 122/181 days = 181.988..., rounded half up to 181.99",
			"due: 181.99 USD",
		}, "base: 13 seat at 15; P6M until 2027-07-01, then renew; P6M from 2027-01-01", nil},
		amendmentRow{"at any hour", "the day of the change belongs to the new seats", requestRow{order: half, change: itemChange("seat", "3"), at: "2027-03-01T17:45:00"}, []string{
			"add_quantity on 2027-03-01, immediately",
			"2027-03-01 until 2027-07-01, seat: 3 x 15.00 x 6, 270.00 x 122/181 days = 181.988..., rounded half up to 181.99",
			"due: 181.99 USD",
		}, "base: 13 seat at 15; P6M until 2027-07-01, then renew; P6M from 2027-01-01", nil},
		amendmentRow{"to the expiry date of an extension", "the rest of the one term, and the whole of the other: 181.99 + 270.00", requestRow{order: half, before: []plans.Change{addedTerm(t, "P6M")}, change: itemChange("seat", "3"), at: "2027-03-01"}, []string{
			"add_quantity on 2027-03-01, immediately",
			"2027-03-01 until 2027-07-01, seat: 3 x 15.00 x 6, 270.00 x 122/181 days = 181.988..., rounded half up to 181.99",
			"2027-07-01 until 2028-01-01, seat: 3 x 15.00 x 6 = 270.00",
			"due: 451.99 USD",
		}, "base: 13 seat at 15; P6M until 2027-07-01; P6M until 2028-01-01, then renew; P6M from 2027-01-01", nil},
	)
}

// Row M7: Brazil pays by card or Pix, in reais, by card in installments; other countries pay by card or PayPal, in
// dollars.
func TestRowM7(t *testing.T) {
	from := func(country string) func(*plans.Order) { return func(o *plans.Order) { o.Country = country } }
	saoPaulo := giventest.Zone(t, "America/Sao_Paulo")
	checkQuotes(
		t,
		quoteRow{"Brazil, by card in three", "75.00 x 1 x 9 = 675.00, less 33.75 is 641.25: 213.75 each", nil, ordered("1 seat", "P9M", from("BR"), inInstallments(3), orderedAt("2026-11-30", saoPaulo)), []string{
			"2026-11-30 until 2027-08-30, seat: 1 x 75.00 x 9 = 675.00, less 5 % 33.75 = 641.25",
			"due: 641.25 BRL",
			"installment 1 on 2026-11-30: 213.75 BRL",
			"installment 2 on 2026-12-30: 213.75 BRL",
			"installment 3 on 2027-01-30: 213.75 BRL",
			"renewal on 2027-08-30: 641.25 BRL",
		}, nil},
		quoteRow{"Brazil, by card in seven unequal installments", "75.00 x 3 x 12 = 2700.00, less 270.00 is 2430.00; in seven 347.14, and the two remaining cents go to the first two", nil, ordered("3 seat", "P12M", from("BR"), inInstallments(7)), []string{
			"2026-11-16 until 2027-11-16, seat: 3 x 75.00 x 12 = 2700.00, less 10 % 270.00 = 2430.00",
			"due: 2430.00 BRL",
			"installment 1 on 2026-11-16: 347.15 BRL",
			"installment 2 on 2026-12-16: 347.15 BRL",
			"installment 3 on 2027-01-16: 347.14 BRL",
			"installment 4 on 2027-02-16: 347.14 BRL",
			"installment 5 on 2027-03-16: 347.14 BRL",
			"installment 6 on 2027-04-16: 347.14 BRL",
			"installment 7 on 2027-05-16: 347.14 BRL",
			"renewal on 2027-11-16: 2430.00 BRL",
		}, nil},
		quoteRow{"Brazil, by Pix", "M7: Pix is paid at once", nil, ordered("1 seat", "P6M", from("BR"), payingBy("pix")), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 75.00 x 6 = 450.00",
			"due: 450.00 BRL",
			"renewal on 2027-05-16: 450.00 BRL",
		}, nil},
		quoteRow{"Brazil, by Pix in two", "M7: installments are for cards", nil, ordered("1 seat", "P6M", from("BR"), payingBy("pix"), inInstallments(2)), nil, []string{"installments: Payment by pix cannot be split into 2 installments. | Choose at most 1."}},
		quoteRow{"Brazil, by PayPal", "M7: PayPal is for other countries", nil, ordered("1 seat", "P6M", from("BR"), payingBy("paypal")), nil, []string{`payment_method: Payment method "paypal" is not accepted. | Choose card or pix.`}},
		quoteRow{"Portugal, by PayPal", "M7: other countries pay in dollars", nil, ordered("1 seat", "P6M", from("PT"), payingBy("paypal")), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 15.00 x 6 = 90.00",
			"due: 90.00 USD",
			"renewal on 2027-05-16: 90.00 USD",
		}, nil},
		quoteRow{"Portugal, by card in two", "M7: installments are for Brazil", nil, ordered("1 seat", "P6M", from("PT"), inInstallments(2)), nil, []string{"installments: Payment by card cannot be split into 2 installments. | Choose at most 1."}},
		quoteRow{"Portugal, by Pix", "M7: Pix is for Brazil", nil, ordered("1 seat", "P6M", from("PT"), payingBy("pix")), nil, []string{`payment_method: Payment method "pix" is not accepted. | Choose card or paypal. By arrangement: wire, ach.`}},
	)
}

// Row M8: all countries except Brazil pay in dollars, and a subscription never changes its currency.
func TestRowM8(t *testing.T) {
	catalog := onSale(t)
	for _, row := range []struct {
		country string
		want    plans.Currency
	}{{"BR", "BRL"}, {"US", "USD"}, {"PT", "USD"}, {"GB", "USD"}, {"JP", "USD"}} {
		contract := contractOf(t, catalog, ordered("1 seat", "P6M", func(o *plans.Order) { o.Country = row.country }))
		if contract.Currency != row.want {
			t.Errorf("%s is billed in %s, want %s", row.country, contract.Currency, row.want)
		}
	}

	// A contract in reais cannot change to a plan that is sold only in dollars, nor can a discount in reais apply to
	// dollars.
	yearly := requestRow{sold: with(allowAll(plans.Immediately)), order: ordered("7 seat", "P12M", inBrazil), change: toPlan(t, "yearly")}
	_, p := yearly.request(t)
	_, err := onSale(t, yearly.sold...).amend(p)
	giventest.CheckFaults(t, err, "change.plan.offers invalid")
	_, err = catalog.quote(ordered("1 seat", "P6M", discounts(plans.Discount{ID: "x", Amount: giventest.Money("5"), Currency: "BRL", Duration: plans.Once})))
	giventest.CheckFaults(t, err, "discounts[0].currency invalid")
}

// Row M14: an upgrade is self-service, a downgrade needs support.
func TestRowM14(t *testing.T) {
	year, high := ordered("7 seat", "P12M"), ordered("7 seat", "P12M", inPlan("advanced"))
	upgraded := []string{
		"upgrade on 2027-02-16, immediately",
		"2027-02-16 until 2027-11-16, seat: 7 x 25.00 x 12, 2100.00 x 273/365 days = 1570.684..., rounded half up to 1570.68, less 10 % 157.07 = 1413.61",
		"due: 1413.61 USD",
	}
	const advanced = "advanced: 7 seat at 25; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16"
	checkAmendments(
		t,
		amendmentRow{"upgrade by the customer", "immediately: 2100.00 x 273/365, less 10 %", requestRow{order: year, change: toPlan(t, "advanced")}, upgraded, advanced, nil},
		amendmentRow{"upgrade by support", "support can do the same", requestRow{order: year, change: toPlan(t, "advanced"), by: plans.Support}, upgraded, advanced, nil},
		amendmentRow{"downgrade by the customer", "the refusal says who can", requestRow{order: high, change: toPlan(t, "base")}, nil, "", []string{"downgrade: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term."}},
		amendmentRow{"downgrade by support", "from the end of the term on, so that nothing is due or owed", requestRow{order: high, change: toPlan(t, "base"), by: plans.Support}, []string{
			"downgrade on 2027-11-16, at_term_end",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
	)
}

// Row M16: each plan has features and limits, and a downgrade lists the limits that the usage exceeds.
func TestRowM16(t *testing.T) {
	catalog := onSale(t)
	for _, row := range []struct {
		plan, has, hasNot, use, breaks string
	}{
		{"base", "contacts", "automation", "2500 contacts, 1 ai_agents, 2 whatsapp_numbers", ""},
		{"base", "leads", "roles", "2501 contacts, 2 ai_agents, 2 whatsapp_numbers", "2501/2500 contacts, 2/1 ai_agents"},
		{"base", "leads", "sso", "3 whatsapp_numbers, 1 instagram_accounts", "3/2 whatsapp_numbers, 1/0 instagram_accounts"},
		{"advanced", "automation", "roles", "10000 contacts, 5 ai_agents, 400 whatsapp_numbers", ""},
		{"advanced", "automation", "roles", "10001 contacts, 6 ai_agents, 400 whatsapp_numbers", "10001/10000 contacts, 6/5 ai_agents"},
	} {
		p := planOf(t, catalog, row.plan)
		got, err := p.Exceeded(uses(row.use))
		if err != nil || excess(got) != row.breaks || !slices.Contains(p.Features, row.has) || slices.Contains(p.Features, row.hasNot) {
			t.Errorf("%s with %s breaks %q (%v), want %q", row.plan, row.use, excess(got), err, row.breaks)
		}
	}

	// The refusal tells support which usage must be reduced; after that the downgrade is allowed.
	high := ordered("7 seat", "P12M", inPlan("advanced"))
	for use, refused := range map[string][]string{
		"4000 contacts, 3 ai_agents": {"downgrade: The plan allows 2500 contacts; usage is 4000. The plan allows 1 ai_agents; usage is 3. | Reduce the usage first."},
		"2500 contacts, 3 ai_agents": {"downgrade: The plan allows 1 ai_agents; usage is 3. | Reduce the usage first."},
		"2500 contacts, 1 ai_agents": nil,
	} {
		c, request := requestRow{order: high, change: toPlan(t, "base"), by: plans.Support, use: use}.request(t)
		_, err := c.check(request)
		checkRefused(t, err, refused...)
	}
}

// Row M18: a trial has fourteen days; its unused days are added to the paid term.
func TestRowM18(t *testing.T) {
	tried := func(end string) func(*plans.Order) {
		return func(o *plans.Order) { o.TrialEnd = giventest.Instant(end, time.UTC) }
	}
	checkQuotes(
		t,
		quoteRow{"bought on the fourth day", "ten days are left: six months and ten days for 15.00 x 7 x 6", nil, ordered("7 seat", "P6M", tried("2026-11-26")), []string{
			"2026-11-16 until 2027-05-26, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-26: 630.00 USD",
		}, nil},
		quoteRow{"bought on the first day", "all fourteen days are left", nil, ordered("7 seat", "P12M", tried("2026-11-30")), []string{
			"2026-11-16 until 2027-11-30, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
			"renewal on 2027-11-30: 1134.00 USD",
		}, nil},
		quoteRow{"bought on the last day", "one day is left", nil, ordered("7 seat", "P6M", tried("2026-11-17")), []string{
			"2026-11-16 until 2027-05-17, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-17: 630.00 USD",
		}, nil},
		quoteRow{"bought after the trial", "no day is left", nil, ordered("7 seat", "P6M", tried("2026-11-12")), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
	)

	// A seat that is added pays for its part of the longer term: 6 x 15.00 = 90.00 over 191 days, of which 100 are left.
	checkAmendments(t, amendmentRow{"a seat in a longer term", "the denominator is the whole term, including the ten days", requestRow{order: ordered("7 seat", "P6M", tried("2026-11-26")), change: itemChange("seat", "1"), at: "2027-02-15"}, []string{
		"add_quantity on 2027-02-15, immediately",
		"2027-02-15 until 2027-05-26, seat: 1 x 15.00 x 6, 90.00 x 100/191 days = 47.120..., rounded half up to 47.12",
		"due: 47.12 USD",
	}, "base: 8 seat at 15; P6M until 2027-05-26, then renew; P6M from 2027-05-26", nil})
	// Billed monthly, it pays for its part of the longer first month: forty days, of which 36 are left.
	checkAmendments(t, amendmentRow{"a seat in a longer first month", "15.00 x 36/40", requestRow{sold: with(perPeriod), order: ordered("7 seat", "P6M", tried("2026-11-26")), change: itemChange("seat", "1"), at: "2026-11-20"}, []string{
		"add_quantity on 2026-11-20, immediately",
		"2026-11-20 until 2026-12-26, seat: 1 x 15.00, 15.00 x 36/40 days = 13.50",
		"due: 13.50 USD",
	}, "base: 8 seat at 15; P6M until 2027-05-26, then renew; P1M from 2026-12-26", nil})
}

// Row M19: a customer keeps the old price until the plan changes.
func TestRowM19(t *testing.T) {
	contract := contractOf(t, onSale(t), ordered("7 seat", "P12M")) // at 15.00
	dearer := onSale(t, func(c *seller) {
		c.Plans[0].Offers[0].Price.Unit, c.Plans[2].Offers[0].Price.Unit = giventest.Money("20.00"), giventest.Money("30.00")
	})
	ask := func(change plans.Change) string {
		got, err := dearer.amend(plans.ChangeRequest{Contract: contract, Change: change, By: plans.Customer, At: giventest.Instant("2027-02-16", nil)})
		if err != nil {
			t.Fatal(err)
		}
		return got.text(t)
	}
	checkText(t, "one more seat has the price of the others: 180.00 x 273/365 = 134.63", ask(itemChange("seat", "1")), `add_quantity on 2027-02-16, immediately
2027-02-16 until 2027-11-16, seat: 1 x 15.00 x 12, 180.00 x 273/365 days = 134.630..., rounded half up to 134.63, less 10 % 13.46 = 121.17
due: 121.17 USD`)
	checkText(t, "another term has the same price: 7 x 15.00 x 6", ask(plans.Change{Term: termOf(t, dearer, "P6M")}), `extend on 2027-02-16, immediately
2027-11-16 until 2028-05-16, seat: 7 x 15.00 x 6 = 630.00
due: 630.00 USD`)
	checkText(t, "another plan has the current price: 7 x 30.00 x 12 = 2520.00 x 273/365 = 1884.82", ask(plans.Change{Plan: planOf(t, dearer, "advanced")}), `upgrade on 2027-02-16, immediately
2027-02-16 until 2027-11-16, seat: 7 x 30.00 x 12, 2520.00 x 273/365 days = 1884.821..., rounded half up to 1884.82, less 10 % 188.48 = 1696.34
due: 1696.34 USD`)
	checkText(t, "the old plan has the current price when it is bought again: 7 x 20.00 x 12 = 1680.00 x 273/365 = 1256.55", ask(plans.Change{Plan: planOf(t, dearer, "base")}), `upgrade on 2027-02-16, immediately
2027-02-16 until 2027-11-16, seat: 7 x 20.00 x 12, 1680.00 x 273/365 days = 1256.547..., rounded half up to 1256.55, less 10 % 125.66 = 1130.89
due: 1130.89 USD`)

	// The renewal also has the price of the contract, not the current one.
	renewed, goesOn, err := contract.Renewed()
	if err != nil || !goesOn {
		t.Fatal(goesOn, err)
	}
	if !renewed.Items[0].Price.Unit.Equal(giventest.Money("15.00")) {
		t.Errorf("renewed at %v", renewed.Items[0].Price.Unit)
	}
}
