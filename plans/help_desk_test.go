package plans_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Row K3c: seats have kinds; purchased seats stay for the contract, at the rate of the contract.
func TestRowK3c(t *testing.T) {
	// Seats of another kind, at 5.00; and a list price of 99.00, set after the contract was made.
	kinds := func(c *seller) {
		c.Plans[0].Offers = append(c.Plans[0].Offers, plans.Offer{Item: "light_seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("5.00")}})
	}
	order := ordered("7 seat, 3 light_seat", "P12M")
	year := ordered("7 seat", "P12M")
	support := func(change plans.Change, at string) requestRow {
		return requestRow{order: year, change: change, by: plans.Support, at: at}
	}
	checkAmendments(
		t,
		amendmentRow{"fewer before the end, by the customer", "a customer cannot return seats", requestRow{order: year, change: itemChange("seat", "-2")}, nil, "", []string{
			"remove_quantity: Seats stay until the end of the term. | Ask support to remove them at the end of the term.",
		}},
		amendmentRow{"fewer from the renewal on", "requested in February, the seats go on November 16: 5 x 15.00 x 12 from then on, and nothing is credited", support(itemChange("seat", "-2"), ""), []string{
			"remove_quantity on 2027-11-16, at_term_end",
		}, "base: 5 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"fewer, requested on the last day", "the request is in time; the last item leaves, and the contract renews without items", support(itemChange("seat", "-7"), "2027-11-15T23:59:59"), []string{
			"remove_quantity on 2027-11-16, at_term_end",
		}, "base: ; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"fewer, after an extension", "the contract ends with its last term", requestRow{order: year, before: []plans.Change{addedTerm(t, "P9M")}, change: itemChange("seat", "-2"), by: plans.Support}, []string{
			"remove_quantity on 2028-08-16, at_term_end",
		}, "base: 5 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16, then renew; P9M from 2028-08-16", nil},
		amendmentRow{"more of one kind", "light_seats at 5.00: 2 x 5.00 x 12 = 120.00 x 273/365 = 89.75, less 8.98 (8.975)", requestRow{sold: with(kinds), order: order, change: itemChange("light_seat", "2")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, light_seat: 2 x 5.00 x 12, 120.00 x 273/365 days = 89.753..., rounded half up to 89.75, less 10 % 8.98 = 80.77",
			"due: 80.77 USD",
		}, "base: 7 seat at 15, 5 light_seat at 5; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
	)

	// The list price changes, and the price of the contract does not.
	contract := contractOf(t, onSale(t), year)
	dearer := onSale(t, func(c *seller) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("99.00") })
	got, err := dearer.amend(plans.ChangeRequest{Contract: contract, Change: itemChange("seat", "1"), By: plans.Customer, At: giventest.Instant("2027-02-16", nil)})
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "180.00 x 273/365 = 134.63, less 13.46", got.text(t), `add_quantity on 2027-02-16, immediately
2027-02-16 until 2027-11-16, seat: 1 x 15.00 x 12, 180.00 x 273/365 days = 134.630..., rounded half up to 134.63, less 10 % 13.46 = 121.17
due: 121.17 USD`)

	// Seats that go at the renewal are not billed from then on: 5 x 15.00 x 12 = 900.00, less 90.00.
	fewer, err := onSale(t).amend(plans.ChangeRequest{Contract: contract, Change: itemChange("seat", "-2"), By: plans.Support, At: giventest.Instant("2027-02-16", nil)})
	if err != nil {
		t.Fatal(err)
	}
	renewed, goesOn, err := fewer.Contract.Renewed()
	if err != nil || !goesOn {
		t.Fatal(goesOn, err)
	}
	charges, err := renewed.Charges(whole(giventest.Period("2027-11-16/2028-11-16", nil)), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "the renewal", charges[0].Explain(), "seat: 5 x 15.00 x 12 = 900.00")
}

// Row K7: cards of any brand are self-service, wire and ACH need an arrangement, and another method is refused with the
// list of allowed ones.
func TestRowK7(t *testing.T) {
	six := []string{
		"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
		"due: 630.00 USD",
		"renewal on 2027-05-16: 630.00 USD",
	}
	checkQuotes(
		t,
		quoteRow{"a card", "a card of any brand is one payment method", nil, ordered("7 seat", "P6M"), six, nil},
		quoteRow{"a wire, arranged", "support enters the order", nil, ordered("7 seat", "P6M", payingBy("wire"), bySupport), six, nil},
		quoteRow{"ACH, arranged", "support enters the order", nil, ordered("7 seat", "P6M", payingBy("ach"), bySupport), six, nil},
		quoteRow{"a card, by support", "support can place every order of a customer", nil, ordered("7 seat", "P6M", bySupport), six, nil},
		quoteRow{"a wire, by the customer", "the refusal says that wires are by arrangement, and lists the other methods", nil, ordered("7 seat", "P6M", payingBy("wire")), nil, []string{`payment_method: Payment method "wire" is available by arrangement only. | Choose card or paypal. By arrangement: wire, ach.`}},
		quoteRow{"ACH, by the customer", "the refusal says that wires are by arrangement, and lists the other methods", nil, ordered("7 seat", "P6M", payingBy("ach")), nil, []string{`payment_method: Payment method "ach" is available by arrangement only. | Choose card or paypal. By arrangement: wire, ach.`}},
		quoteRow{"a brand", "a brand is not a payment method, so that the seller keeps no list of brands", nil, ordered("7 seat", "P6M", payingBy("Visa")), nil, []string{`payment_method: Payment method "Visa" is not accepted. | Choose card or paypal. By arrangement: wire, ach.`}},
		quoteRow{"another method", "the refusal lists all accepted methods", nil, ordered("7 seat", "P6M", payingBy("cheque"), bySupport), nil, []string{`payment_method: Payment method "cheque" is not accepted. | Choose card, paypal, wire or ach.`}},
	)
}

// Row K8: an annual contract is due in full after signing, at a discounted rate; a monthly one on the first day of the
// contract month.
func TestRowK8(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"annual", "89.00 less 10 % is 80.10 a seat and month: 10 x 80.10 x 12 = 9612.00, due on the day of signing", with(func(c *seller) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("89") }), ordered("10 seat", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 10 x 89.00 x 12 = 10680.00, less 10 % 1068.00 = 9612.00",
			"due: 9612.00 USD",
			"renewal on 2027-11-16: 9612.00 USD",
		}, nil},
		quoteRow{"monthly", "890.00 on the first day of each contract month", with(openEnded, func(c *seller) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("89") }), ordered("10 seat", ""), []string{
			"2026-11-16 until 2026-12-16, seat: 10 x 89.00 = 890.00",
			"due: 890.00 USD",
			"renewal on 2026-12-16: 890.00 USD",
		}, nil},
	)
}

// Row K11: price, discount, term and grace can be agreed with one customer, as data; the catalog is unchanged for all
// others.
func TestRowK11(t *testing.T) {
	price := withOverride(plans.Override{Plans: []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("12.00")}}}}}})
	term := withOverride(plans.Override{Terms: []plans.Term{{Length: giventest.Interval("P3M"), Percent: giventest.Money("2.5"), Billing: plans.UpFront, Renewal: plans.Expire}}})
	all := withOverride(plans.Override{
		Plans:     []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("12.00")}}, {Item: "sso", Currency: "USD", Price: plans.Price{Unit: giventest.Money("50")}}}}},
		Terms:     []plans.Term{{Length: giventest.Interval("P18M"), Percent: giventest.Money("15"), Billing: plans.UpFront, Renewal: plans.Renew}},
		Discounts: []plans.Discount{percentOff("deal", "5")}, Grace: giventest.Interval("P10D"),
	})
	checkQuotes(
		t,
		quoteRow{"a price", "7 x 12.00 x 12 = 1008.00, less the 10 % of an annual term", nil, ordered("7 seat", "P12M", price), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 12.00 x 12 = 1008.00, less 10 % 100.80 = 907.20",
			"due: 907.20 USD",
			"renewal on 2027-11-16: 907.20 USD",
		}, nil},
		quoteRow{"a price in dollars, and an order in reais", "no price in reais was agreed", nil, ordered("7 seat", "P12M", price, inBrazil), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00",
			"due: 5670.00 BRL",
			"renewal on 2027-11-16: 5670.00 BRL",
		}, nil},
		quoteRow{"a term", "three months, below the minimum of six: 315.00, less 7.88 (7.875)", nil, ordered("7 seat", "P3M", term), []string{
			"2026-11-16 until 2027-02-16, seat: 7 x 15.00 x 3 = 315.00, less 2.5 % 7.88 = 307.12",
			"due: 307.12 USD",
			"ends on 2027-02-16",
		}, nil},
		quoteRow{"a discount", "in addition to the discount of the term: 1134.00 less 5 % is 56.70", nil, ordered("7 seat", "P12M", withOverride(plans.Override{Discounts: []plans.Discount{percentOff("deal", "5")}})), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00, less 5 % 56.70 = 1077.30",
			"due: 1077.30 USD",
			"renewal on 2027-11-16: 1077.30 USD",
		}, nil},
		quoteRow{"all of them", "7 x 12.00 x 18 = 1512.00 and 1 x 50.00 x 18 = 900.00; 15 % of 2412.00 is 361.80, 226.80 and 135.00; 5 % of 2050.20 is 102.51, 64.26 and 38.25", nil, ordered("7 seat, 1 sso", "P18M", all), []string{
			"2026-11-16 until 2028-05-16, seat: 7 x 12.00 x 18 = 1512.00, less 15 % 226.80, less 5 % 64.26 = 1220.94",
			"2026-11-16 until 2028-05-16, sso: 1 x 50.00 x 18 = 900.00, less 15 % 135.00, less 5 % 38.25 = 726.75",
			"due: 1947.69 USD",
			"renewal on 2028-05-16: 1947.69 USD",
		}, nil},
	)
	if grace := contractOf(t, onSale(t), ordered("7 seat, 1 sso", "P18M", all)).Grace; grace != giventest.Interval("P10D") {
		t.Errorf("the contract grants %v of grace, want ten days", grace)
	}
	if grace := contractOf(t, onSale(t), ordered("7 seat", "P12M")).Grace; grace != (proration.Interval{}) {
		t.Errorf("a contract without an agreement grants %v of grace", grace)
	}
}
