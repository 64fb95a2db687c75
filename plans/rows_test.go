package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Row K3c: seats have kinds; purchased seats stay for the contract, at the rate of the contract.
func TestK3c(t *testing.T) {
	// Seats of another kind, at 5.00; and a list price of 99.00, set after the contract was made.
	kinds := func(c *plans.Catalog) {
		c.Plans[0].Offers = append(c.Plans[0].Offers, plans.Offer{Item: "light_seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("5.00")}})
	}
	order := ordered("7 seat, 3 light_seat", "P12M")
	year := ordered("7 seat", "P12M")
	support := func(change plans.Change, at string) ask {
		return ask{order: year, change: change, by: plans.Support, at: at}
	}
	amend(
		t,
		amendment{"fewer before the end, by the customer", "a customer cannot return seats", ask{order: year, change: more("seat", "-2")}, nil, "", []string{
			"remove_quantity: Seats stay until the end of the term. | Ask support to remove them at the end of the term.",
		}},
		amendment{"fewer from the renewal on", "requested in February, the seats go on November 16: 5 x 15.00 x 12 from then on, and nothing is credited", support(more("seat", "-2"), ""), []string{
			"quantity reduction, effective 2027-11-16 (at the end of the term)",
		}, "base: 5 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendment{"fewer, requested on the last day", "the request is in time", support(more("seat", "-7"), "2027-11-15T23:59:59"), []string{
			"quantity reduction, effective 2027-11-16 (at the end of the term)",
		}, "base: 0 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendment{"fewer, after an extension", "the contract ends with its last term", ask{order: year, before: []plans.Change{another(t, "P9M")}, change: more("seat", "-2"), by: plans.Support}, []string{
			"quantity reduction, effective 2028-08-16 (at the end of the term)",
		}, "base: 5 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16, then renew; P9M from 2028-08-16", nil},
		amendment{"more of one kind", "light_seats at 5.00: 2 x 5.00 x 12 = 120.00 x 273/365 = 89.75, less 8.98 (8.975)", ask{sold: with(kinds), order: order, change: more("light_seat", "2")}, []string{
			"quantity increase, effective 2027-02-16 (immediately)",
			"2027-02-16 until 2027-11-16, light_seat: 2 x 5.00 x 12, 120.00 x 273/365 days = 89.753..., rounded half up to 89.75, less 10 % 8.98 = 80.77",
			"due: 80.77 USD",
		}, "base: 7 seat at 15, 5 light_seat at 5; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
	)

	// The list price changes, and the price of the contract does not.
	contract := contractOf(t, onSale(t), year)
	dearer := onSale(t, func(c *plans.Catalog) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("99.00") })
	got, err := dearer.Amend(plans.ChangeRequest{Contract: contract, Change: more("seat", "1"), By: plans.Customer, At: giventest.Instant("2027-02-16", nil)})
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "180.00 x 273/365 = 134.63, less 13.46", got.Explain(), `quantity increase, effective 2027-02-16 (immediately)
2027-02-16 until 2027-11-16, seat: 1 x 15.00 x 12, 180.00 x 273/365 days = 134.630..., rounded half up to 134.63, less 10 % 13.46 = 121.17
due: 121.17 USD`)

	// Seats that go at the renewal are not billed from then on: 5 x 15.00 x 12 = 900.00, less 90.00.
	fewer, err := onSale(t).Amend(plans.ChangeRequest{Contract: contract, Change: more("seat", "-2"), By: plans.Support, At: giventest.Instant("2027-02-16", nil)})
	if err != nil {
		t.Fatal(err)
	}
	renewed, goesOn, err := fewer.Contract.Renewed()
	if err != nil || !goesOn {
		t.Fatal(goesOn, err)
	}
	charges, err := renewed.Charges(plans.Whole(giventest.Period("2027-11-16/2028-11-16", nil)), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "the renewal", charges[0].Explain(), "seat: 5 x 15.00 x 12 = 900.00")
}

// Row K7: cards of any brand are self-service, wire and ACH need an arrangement, and another method is refused with the
// list of allowed ones.
func TestK7(t *testing.T) {
	six := []string{
		"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
		"due: 630.00 USD",
		"renewal on 2027-05-16: 630.00 USD",
	}
	sell(
		t,
		sale{"a card", "a card of any brand is one payment method", nil, ordered("7 seat", "P6M"), six, nil},
		sale{"a wire, arranged", "support enters the order", nil, ordered("7 seat", "P6M", payingBy("wire"), bySupport), six, nil},
		sale{"ACH, arranged", "support enters the order", nil, ordered("7 seat", "P6M", payingBy("ach"), bySupport), six, nil},
		sale{"a card, by support", "support can place every order of a customer", nil, ordered("7 seat", "P6M", bySupport), six, nil},
		sale{"a wire, by the customer", "the refusal says that wires are by arrangement, and lists the other methods", nil, ordered("7 seat", "P6M", payingBy("wire")), nil, []string{`payment_method: Payment method "wire" is available by arrangement only. | Choose card or paypal. By arrangement: wire, ach.`}},
		sale{"ACH, by the customer", "the refusal says that wires are by arrangement, and lists the other methods", nil, ordered("7 seat", "P6M", payingBy("ach")), nil, []string{`payment_method: Payment method "ach" is available by arrangement only. | Choose card or paypal. By arrangement: wire, ach.`}},
		sale{"a brand", "a brand is not a payment method, so that the seller keeps no list of brands", nil, ordered("7 seat", "P6M", payingBy("Visa")), nil, []string{`payment_method: Payment method "Visa" is not accepted. | Choose card or paypal. By arrangement: wire, ach.`}},
		sale{"another method", "the refusal lists all accepted methods", nil, ordered("7 seat", "P6M", payingBy("cheque"), bySupport), nil, []string{`payment_method: Payment method "cheque" is not accepted. | Choose card, paypal, wire or ach.`}},
	)
}

// Row K8: an annual contract is due in full after signing, at a discounted rate; a monthly one on the first day of the
// contract month.
func TestK8(t *testing.T) {
	sell(
		t,
		sale{"annual", "89.00 less 10 % is 80.10 a seat and month: 10 x 80.10 x 12 = 9612.00, due on the day of signing", with(func(c *plans.Catalog) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("89") }), ordered("10 seat", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 10 x 89.00 x 12 = 10680.00, less 10 % 1068.00 = 9612.00",
			"due: 9612.00 USD",
			"renewal on 2027-11-16: 9612.00 USD",
		}, nil},
		sale{"monthly", "890.00 on the first day of each contract month", with(openEnded, func(c *plans.Catalog) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("89") }), ordered("10 seat", ""), []string{
			"2026-11-16 until 2026-12-16, seat: 10 x 89.00 = 890.00",
			"due: 890.00 USD",
			"renewal on 2026-12-16: 890.00 USD",
		}, nil},
	)
}

// Row K11: price, discount, term and grace can be agreed with one customer, as data; the catalog is unchanged for all
// others.
func TestK11(t *testing.T) {
	price := specially(plans.Override{Plans: []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("12.00")}}}}}})
	term := specially(plans.Override{Terms: []plans.Term{{Length: giventest.Interval("P3M"), Percent: giventest.Money("2.5"), Billing: plans.UpFront, Renewal: plans.Expire}}})
	all := specially(plans.Override{
		Plans:     []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("12.00")}}, {Item: "sso", Currency: "USD", Price: plans.Price{Unit: giventest.Money("50")}}}}},
		Terms:     []plans.Term{{Length: giventest.Interval("P18M"), Percent: giventest.Money("15"), Billing: plans.UpFront, Renewal: plans.Renew}},
		Discounts: []plans.Discount{percentOff("deal", "5")}, Grace: giventest.Interval("P10D"),
	})
	sell(
		t,
		sale{"a price", "7 x 12.00 x 12 = 1008.00, less the 10 % of an annual term", nil, ordered("7 seat", "P12M", price), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 12.00 x 12 = 1008.00, less 10 % 100.80 = 907.20",
			"due: 907.20 USD",
			"renewal on 2027-11-16: 907.20 USD",
		}, nil},
		sale{"a price in dollars, and an order in reais", "no price in reais was agreed", nil, ordered("7 seat", "P12M", price, inBrazil), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00",
			"due: 5670.00 BRL",
			"renewal on 2027-11-16: 5670.00 BRL",
		}, nil},
		sale{"a term", "three months, below the minimum of six: 315.00, less 7.88 (7.875)", nil, ordered("7 seat", "P3M", term), []string{
			"2026-11-16 until 2027-02-16, seat: 7 x 15.00 x 3 = 315.00, less 2.5 % 7.88 = 307.12",
			"due: 307.12 USD",
			"ends on 2027-02-16",
		}, nil},
		sale{"a discount", "in addition to the discount of the term: 1134.00 less 5 % is 56.70", nil, ordered("7 seat", "P12M", specially(plans.Override{Discounts: []plans.Discount{percentOff("deal", "5")}})), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00, less 5 % 56.70 = 1077.30",
			"due: 1077.30 USD",
			"renewal on 2027-11-16: 1077.30 USD",
		}, nil},
		sale{"all of them", "7 x 12.00 x 18 = 1512.00 and 1 x 50.00 x 18 = 900.00; 15 % of 2412.00 is 361.80, 226.80 and 135.00; 5 % of 2050.20 is 102.51, 64.26 and 38.25", nil, ordered("7 seat, 1 sso", "P18M", all), []string{
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

// Row M2: the shortest subscription is six months.
func TestM2(t *testing.T) {
	tooShort := func(length string) []string {
		return []string{"term: A term of " + length + " is too short. | Choose P6M, P9M, P1Y or P2Y."}
	}
	sell(
		t,
		sale{"six months", "the shortest term: 15.00 x 6", nil, ordered("1 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 15.00 x 6 = 90.00",
			"due: 90.00 USD",
			"renewal on 2027-05-16: 90.00 USD",
		}, nil},
		sale{"five months", "M2: a month too short", nil, ordered("1 seat", "P5M"), nil, tooShort("P5M")},
		sale{"one month", "M2: no subscription is monthly", nil, ordered("1 seat", "P1M"), nil, tooShort("P1M")},
		sale{"one month, by support", "M2: the minimum applies to support too", nil, ordered("1 seat", "P1M", bySupport), nil, tooShort("P1M")},
		sale{"seven months", "M2: long enough, but not offered", nil, ordered("1 seat", "P7M"), nil, []string{"term: A term of P7M is not offered. | Choose P6M, P9M, P1Y or P2Y."}},
		sale{"no term", "M2: a subscription has a term", nil, ordered("1 seat", ""), nil, []string{"term: A term is required. | Choose P6M, P9M, P1Y or P2Y."}},
	)
}

// Row M3: the price per user and month x users x months, less the discount of the term. The percentages are examples:
// the vendor shows its own only in its application.
func TestM3(t *testing.T) {
	sell(
		t,
		sale{"six months", "15.00 x 10 x 6, and nothing off", nil, ordered("10 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 10 x 15.00 x 6 = 900.00",
			"due: 900.00 USD",
			"renewal on 2027-05-16: 900.00 USD",
		}, nil},
		sale{"nine months", "15.00 x 10 x 9 = 1350.00, less 5 %", nil, ordered("10 seat", "P9M"), []string{
			"2026-11-16 until 2027-08-16, seat: 10 x 15.00 x 9 = 1350.00, less 5 % 67.50 = 1282.50",
			"due: 1282.50 USD",
			"renewal on 2027-08-16: 1282.50 USD",
		}, nil},
		sale{"twelve months", "15.00 x 10 x 12 = 1800.00, less 10 %", nil, ordered("10 seat", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00",
			"due: 1620.00 USD",
			"renewal on 2027-11-16: 1620.00 USD",
		}, nil},
		sale{"24 months", "15.00 x 10 x 24 = 3600.00, less 20 %", nil, ordered("10 seat", "P24M"), []string{
			"2026-11-16 until 2028-11-16, seat: 10 x 15.00 x 24 = 3600.00, less 20 % 720.00 = 2880.00",
			"due: 2880.00 USD",
			"renewal on 2028-11-16: 2880.00 USD",
		}, nil},
		sale{"an inexact discount", "15.00 x 3 x 9 = 405.00; 3.33 % is 13.4865, rounded 13.49", with(func(c *plans.Catalog) { c.Terms[1].Percent = giventest.Money("3.33") }), ordered("3 seat", "P9M"), []string{
			"2026-11-16 until 2027-08-16, seat: 3 x 15.00 x 9 = 405.00, less 3.33 % 13.49 = 391.51",
			"due: 391.51 USD",
			"renewal on 2027-08-16: 391.51 USD",
		}, nil},
	)
}

// Row M4: a workspace has one plan.
func TestM4(t *testing.T) {
	sell(
		t,
		sale{"one plan, named twice", "an item may name its plan", nil, ordered("7 seat of base, 2 phone of base", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"2026-11-16 until 2027-05-16, phone: 2 x 4.99 x 6 = 59.88",
			"due: 689.88 USD",
			"renewal on 2027-05-16: 689.88 USD",
		}, nil},
		sale{"five of base and two of advanced", "M4: a workspace has one plan", nil, ordered("5 seat, 2 seat of advanced", "P6M"), nil, []string{
			`plan: One order cannot combine the plans "base" and "advanced". | Place a separate order for each plan.`,
		}},
		sale{"later", "M4: nor from the third month on", nil, ordered("5 seat, 5 seat of advanced from 2027-02-16", "P6M", bySupport), nil, []string{
			`plan: One order cannot combine the plans "base" and "advanced". | Place a separate order for each plan.`,
		}},
	)
}

// Row M5: a term can be extended, upgraded and given more seats at any time; it is never shortened.
func TestM5(t *testing.T) {
	year := ordered("10 seat", "P12M")
	never := []string{"shorten: A term cannot be shortened. | Extend the term, or cancel for its end."}
	amend(
		t,
		amendment{"extend at any time", "from the old end on, at the rate of the new term: 15.00 x 10 x 9, less 5 %", ask{order: year, change: another(t, "P9M"), at: "2026-11-17"}, []string{
			"term extension, effective 2026-11-17 (immediately)",
			"2027-11-16 until 2028-08-16, seat: 10 x 15.00 x 9 = 1350.00, less 5 % 67.50 = 1282.50",
			"due: 1282.50 USD",
		}, "base: 10 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16, then renew; P9M from 2028-08-16", nil},
		amendment{"extend twice", "from the end of the last term on", ask{order: year, before: []plans.Change{another(t, "P9M")}, change: another(t, "P6M")}, []string{
			"term extension, effective 2027-02-16 (immediately)",
			"2028-08-16 until 2029-02-16, seat: 10 x 15.00 x 6 = 900.00",
			"due: 900.00 USD",
		}, "base: 10 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16; P6M until 2029-02-16, then renew; P6M from 2029-02-16", nil},
		amendment{"upgrade at any time", "on the last day: 25.00 x 10 x 12 = 3000.00 / 365 = 8.22, less 0.82", ask{order: year, change: toPlan(t, "advanced"), at: "2027-11-15"}, []string{
			"upgrade, effective 2027-11-15 (immediately)",
			"2027-11-15 until 2027-11-16, seat: 10 x 25.00 x 12, 3000.00 x 1/365 days = 8.219..., rounded half up to 8.22, less 10 % 0.82 = 7.40",
			"due: 7.40 USD",
		}, "advanced: 10 seat at 25; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendment{"seats at any time", "15.00 x 12 = 180.00; 200 of 365 days are 98.63, less 9.86", ask{order: year, change: more("seat", "1"), at: "2027-04-30"}, []string{
			"quantity increase, effective 2027-04-30 (immediately)",
			"2027-04-30 until 2027-11-16, seat: 1 x 15.00 x 12, 180.00 x 200/365 days = 98.630..., rounded half up to 98.63, less 10 % 9.86 = 88.77",
			"due: 88.77 USD",
		}, "base: 11 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendment{"shorten", "M5: a customer cannot shorten a term", ask{order: year, change: until("2027-05-16")}, nil, "", never},
		amendment{"shorten, by support", "M5: support cannot shorten a term", ask{order: year, change: until("2027-05-16"), by: plans.Support}, nil, "", never},
		amendment{"shorten an extension", "M5: a purchased extension cannot be shortened", ask{order: year, before: []plans.Change{another(t, "P9M")}, change: until("2027-11-17")}, nil, "", never},
	)
}

// Row M6: seats added during a term cost the rest of the term.
func TestM6(t *testing.T) {
	half := ordered("10 seat", "P6M", orderedAt("2027-01-01", nil))
	amend(
		t,
		amendment{"to the expiry date", "six months from January 1 have 181 days; from March 1 on 122 are left: 3 x 90.00 x 122/181", ask{order: half, change: more("seat", "3"), at: "2027-03-01"}, []string{
			"quantity increase, effective 2027-03-01 (immediately)",
			"2027-03-01 until 2027-07-01, seat: 3 x 15.00 x 6, 270.00 x 122/181 days = 181.988..., rounded half up to 181.99",
			"due: 181.99 USD",
		}, "base: 13 seat at 15; P6M until 2027-07-01, then renew; P6M from 2027-01-01", nil},
		amendment{"at any hour", "the day of the change belongs to the new seats", ask{order: half, change: more("seat", "3"), at: "2027-03-01T17:45:00"}, []string{
			"quantity increase, effective 2027-03-01 (immediately)",
			"2027-03-01 until 2027-07-01, seat: 3 x 15.00 x 6, 270.00 x 122/181 days = 181.988..., rounded half up to 181.99",
			"due: 181.99 USD",
		}, "base: 13 seat at 15; P6M until 2027-07-01, then renew; P6M from 2027-01-01", nil},
		amendment{"to the expiry date of an extension", "the rest of the one term, and the whole of the other: 181.99 + 270.00", ask{order: half, before: []plans.Change{another(t, "P6M")}, change: more("seat", "3"), at: "2027-03-01"}, []string{
			"quantity increase, effective 2027-03-01 (immediately)",
			"2027-03-01 until 2027-07-01, seat: 3 x 15.00 x 6, 270.00 x 122/181 days = 181.988..., rounded half up to 181.99",
			"2027-07-01 until 2028-01-01, seat: 3 x 15.00 x 6 = 270.00",
			"due: 451.99 USD",
		}, "base: 13 seat at 15; P6M until 2027-07-01; P6M until 2028-01-01, then renew; P6M from 2027-01-01", nil},
	)
}

// Row M7: Brazil pays by card or Pix, in reais, by card in installments; other countries pay by card or PayPal, in
// dollars.
func TestM7(t *testing.T) {
	from := func(country string) func(*plans.Order) { return func(o *plans.Order) { o.Country = country } }
	saoPaulo := giventest.Zone(t, "America/Sao_Paulo")
	sell(
		t,
		sale{"Brazil, by card in three", "75.00 x 1 x 9 = 675.00, less 33.75 is 641.25: 213.75 each", nil, ordered("1 seat", "P9M", from("BR"), split(3), orderedAt("2026-11-30", saoPaulo)), []string{
			"2026-11-30 until 2027-08-30, seat: 1 x 75.00 x 9 = 675.00, less 5 % 33.75 = 641.25",
			"due: 641.25 BRL",
			"installment 1 on 2026-11-30: 213.75 BRL",
			"installment 2 on 2026-12-30: 213.75 BRL",
			"installment 3 on 2027-01-30: 213.75 BRL",
			"renewal on 2027-08-30: 641.25 BRL",
		}, nil},
		sale{"Brazil, by card in seven unequal installments", "75.00 x 3 x 12 = 2700.00, less 270.00 is 2430.00; in seven 347.14, and the two remaining cents go to the first two", nil, ordered("3 seat", "P12M", from("BR"), split(7)), []string{
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
		sale{"Brazil, by Pix", "M7: Pix is paid at once", nil, ordered("1 seat", "P6M", from("BR"), payingBy("pix")), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 75.00 x 6 = 450.00",
			"due: 450.00 BRL",
			"renewal on 2027-05-16: 450.00 BRL",
		}, nil},
		sale{"Brazil, by Pix in two", "M7: installments are for cards", nil, ordered("1 seat", "P6M", from("BR"), payingBy("pix"), split(2)), nil, []string{"installments: Payment by pix cannot be split into 2 installments. | Choose at most 1."}},
		sale{"Brazil, by PayPal", "M7: PayPal is for other countries", nil, ordered("1 seat", "P6M", from("BR"), payingBy("paypal")), nil, []string{`payment_method: Payment method "paypal" is not accepted. | Choose card or pix.`}},
		sale{"Portugal, by PayPal", "M7: other countries pay in dollars", nil, ordered("1 seat", "P6M", from("PT"), payingBy("paypal")), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 15.00 x 6 = 90.00",
			"due: 90.00 USD",
			"renewal on 2027-05-16: 90.00 USD",
		}, nil},
		sale{"Portugal, by card in two", "M7: installments are for Brazil", nil, ordered("1 seat", "P6M", from("PT"), split(2)), nil, []string{"installments: Payment by card cannot be split into 2 installments. | Choose at most 1."}},
		sale{"Portugal, by Pix", "M7: Pix is for Brazil", nil, ordered("1 seat", "P6M", from("PT"), payingBy("pix")), nil, []string{`payment_method: Payment method "pix" is not accepted. | Choose card or paypal. By arrangement: wire, ach.`}},
	)
}

// Row M8: all countries except Brazil pay in dollars, and a subscription never changes its currency.
func TestM8(t *testing.T) {
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
	yearly := ask{sold: with(allAt(plans.Immediately)), order: ordered("7 seat", "P12M", inBrazil), change: toPlan(t, "yearly")}
	_, p := yearly.proposal(t)
	_, err := onSale(t, yearly.sold...).Amend(p)
	giventest.CheckFaults(t, err, "change.plan.offers invalid")
	_, err = catalog.Quote(ordered("1 seat", "P6M", discounts(plans.Discount{ID: "x", Amount: giventest.Money("5"), Currency: "BRL", Duration: plans.Once})))
	giventest.CheckFaults(t, err, "discounts[0].currency invalid")
}

// Row M14: an upgrade is self-service, a downgrade needs support.
func TestM14(t *testing.T) {
	year, high := ordered("7 seat", "P12M"), ordered("7 seat", "P12M", inPlan("advanced"))
	upgraded := []string{
		"upgrade, effective 2027-02-16 (immediately)",
		"2027-02-16 until 2027-11-16, seat: 7 x 25.00 x 12, 2100.00 x 273/365 days = 1570.684..., rounded half up to 1570.68, less 10 % 157.07 = 1413.61",
		"due: 1413.61 USD",
	}
	const advanced = "advanced: 7 seat at 25; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16"
	amend(
		t,
		amendment{"upgrade by the customer", "immediately: 2100.00 x 273/365, less 10 %", ask{order: year, change: toPlan(t, "advanced")}, upgraded, advanced, nil},
		amendment{"upgrade by support", "support can do the same", ask{order: year, change: toPlan(t, "advanced"), by: plans.Support}, upgraded, advanced, nil},
		amendment{"downgrade by the customer", "the refusal says who can", ask{order: high, change: toPlan(t, "base")}, nil, "", []string{"downgrade: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term."}},
		amendment{"downgrade by support", "from the end of the term on, so that nothing is due or owed", ask{order: high, change: toPlan(t, "base"), by: plans.Support}, []string{
			"downgrade, effective 2027-11-16 (at the end of the term)",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
	)
}

// Row M16: each plan has features and limits, and a downgrade lists the limits that the usage exceeds.
func TestM16(t *testing.T) {
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
		if err != nil || excess(got) != row.breaks || !p.Has(row.has) || p.Has(row.hasNot) {
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
		c, proposal := ask{order: high, change: toPlan(t, "base"), by: plans.Support, use: use}.proposal(t)
		_, err := c.Check(proposal)
		checkRefused(t, err, refused...)
	}
}

// Row M18: a trial has fourteen days; its unused days are added to the paid term.
func TestM18(t *testing.T) {
	tried := func(end string) func(*plans.Order) {
		return func(o *plans.Order) { o.TrialEnd = giventest.Instant(end, time.UTC) }
	}
	sell(
		t,
		sale{"bought on the fourth day", "ten days are left: six months and ten days for 15.00 x 7 x 6", nil, ordered("7 seat", "P6M", tried("2026-11-26")), []string{
			"2026-11-16 until 2027-05-26, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-26: 630.00 USD",
		}, nil},
		sale{"bought on the first day", "all fourteen days are left", nil, ordered("7 seat", "P12M", tried("2026-11-30")), []string{
			"2026-11-16 until 2027-11-30, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
			"renewal on 2027-11-30: 1134.00 USD",
		}, nil},
		sale{"bought on the last day", "one day is left", nil, ordered("7 seat", "P6M", tried("2026-11-17")), []string{
			"2026-11-16 until 2027-05-17, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-17: 630.00 USD",
		}, nil},
		sale{"bought after the trial", "no day is left", nil, ordered("7 seat", "P6M", tried("2026-11-12")), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
	)

	// A seat that is added pays for its part of the longer term: 6 x 15.00 = 90.00 over 191 days, of which 100 are left.
	amend(t, amendment{"a seat in a longer term", "the denominator is the whole term, including the ten days", ask{order: ordered("7 seat", "P6M", tried("2026-11-26")), change: more("seat", "1"), at: "2027-02-15"}, []string{
		"quantity increase, effective 2027-02-15 (immediately)",
		"2027-02-15 until 2027-05-26, seat: 1 x 15.00 x 6, 90.00 x 100/191 days = 47.120..., rounded half up to 47.12",
		"due: 47.12 USD",
	}, "base: 8 seat at 15; P6M until 2027-05-26, then renew; P6M from 2027-05-26", nil})
	// Billed monthly, it pays for its part of the longer first month: forty days, of which 36 are left.
	amend(t, amendment{"a seat in a longer first month", "15.00 x 36/40", ask{sold: with(perPeriod), order: ordered("7 seat", "P6M", tried("2026-11-26")), change: more("seat", "1"), at: "2026-11-20"}, []string{
		"quantity increase, effective 2026-11-20 (immediately)",
		"2026-11-20 until 2026-12-26, seat: 1 x 15.00, 15.00 x 36/40 days = 13.50",
		"due: 13.50 USD",
	}, "base: 8 seat at 15; P6M until 2027-05-26, then renew; P1M from 2026-12-26", nil})
}

// Row M19: a customer keeps the old price until the plan changes.
func TestM19(t *testing.T) {
	contract := contractOf(t, onSale(t), ordered("7 seat", "P12M")) // at 15.00
	dearer := onSale(t, func(c *plans.Catalog) {
		c.Plans[0].Offers[0].Price.Unit, c.Plans[2].Offers[0].Price.Unit = giventest.Money("20.00"), giventest.Money("30.00")
	})
	ask := func(change plans.Change) string {
		got, err := dearer.Amend(plans.ChangeRequest{Contract: contract, Change: change, By: plans.Customer, At: giventest.Instant("2027-02-16", nil)})
		if err != nil {
			t.Fatal(err)
		}
		return got.Explain()
	}
	checkText(t, "one more seat has the price of the others: 180.00 x 273/365 = 134.63", ask(more("seat", "1")), `quantity increase, effective 2027-02-16 (immediately)
2027-02-16 until 2027-11-16, seat: 1 x 15.00 x 12, 180.00 x 273/365 days = 134.630..., rounded half up to 134.63, less 10 % 13.46 = 121.17
due: 121.17 USD`)
	checkText(t, "another term has the same price: 7 x 15.00 x 6", ask(plans.Change{Term: termOf(t, dearer, "P6M")}), `term extension, effective 2027-02-16 (immediately)
2027-11-16 until 2028-05-16, seat: 7 x 15.00 x 6 = 630.00
due: 630.00 USD`)
	checkText(t, "another plan has the current price: 7 x 30.00 x 12 = 2520.00 x 273/365 = 1884.82", ask(plans.Change{Plan: planOf(t, dearer, "advanced")}), `upgrade, effective 2027-02-16 (immediately)
2027-02-16 until 2027-11-16, seat: 7 x 30.00 x 12, 2520.00 x 273/365 days = 1884.821..., rounded half up to 1884.82, less 10 % 188.48 = 1696.34
due: 1696.34 USD`)
	checkText(t, "the old plan has the current price when it is bought again: 7 x 20.00 x 12 = 1680.00 x 273/365 = 1256.55", ask(plans.Change{Plan: planOf(t, dearer, "base")}), `upgrade, effective 2027-02-16 (immediately)
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
