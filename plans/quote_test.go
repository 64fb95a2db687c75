package plans_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// quoteRow is an order with its expected quote, or the refusals.
type quoteRow struct {
	name, why string
	sold      []func(*seller)
	order     plans.Order
	want      []string // the quote as a customer reads it
	refused   []string // as checkRefused writes it
}

// checkQuotes checks quotes against their expected texts, and against their sums.
func checkQuotes(t *testing.T, rows ...quoteRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Helper()
			catalog := onSale(t, row.sold...)
			giventest.CheckFaults(t, catalog.Validate())
			q, err := catalog.quote(row.order)
			if !checkRefused(t, err, row.refused...) {
				checkText(t, "no quote comes with a refusal", giventest.JSON(t, q), giventest.JSON(t, plans.Quote{}))
				return
			}
			checkText(t, row.why, q.Explain(), strings.Join(row.want, "\n"))
			checkQuote(t, q)
		})
	}
}

// checkQuote checks the sums of a quote: lines and their total, installments and the total, discounts and nets and the
// price of a line.
func checkQuote(tb testing.TB, q plans.Quote) {
	tb.Helper()
	bills := []plans.Bill{q.First}
	if q.Renewal != nil {
		bills = append(bills, *q.Renewal)
	}
	for _, bill := range bills {
		var total decimal.Decimal
		for _, line := range bill.Lines {
			net := line.Share.Amount
			for _, d := range line.Discounts {
				net = net.Sub(d.Amount)
			}
			if !net.Equal(line.Net) || net.IsNegative() || line.Currency != q.Contract.Currency {
				tb.Errorf("a line of %v %s: %s", line.Net, line.Currency, line.Explain())
			}
			total = total.Add(line.Net)
		}
		if !total.Equal(bill.Total) {
			tb.Errorf("the lines add up to %v, the bill to %v", total, bill.Total)
		}
	}
	var due decimal.Decimal
	for i, part := range q.Due {
		due = due.Add(part.Amount)
		if i == 0 && !part.At.Equal(q.First.At) {
			tb.Errorf("the first installment is due %v, the bill %v", part.At, q.First.At)
		}
	}
	if !due.Equal(q.First.Total) {
		tb.Errorf("the installments add up to %v, the bill to %v", due, q.First.Total)
	}
	if q.Committed.LessThan(q.First.Total) {
		tb.Errorf("%v committed is less than %v at first", q.Committed, q.First.Total)
	}
	giventest.CheckFaults(tb, q.Contract.Validate())
}

// percentOff is a percentage discount forever.
func percentOff(id, percent string) plans.Discount {
	return plans.Discount{ID: id, Percent: giventest.Money(percent), Duration: plans.Forever}
}

// amountOff is a discount of an amount in dollars, with a duration.
func amountOff(id, amount string, lasts plans.DiscountDuration) plans.Discount {
	return plans.Discount{ID: id, Amount: giventest.Money(amount), Currency: "USD", Duration: lasts}
}

// discounts adds discounts to an order.
func discounts(all ...plans.Discount) func(*plans.Order) {
	return func(o *plans.Order) { o.Discounts = append(o.Discounts, all...) }
}

// withOverride adds an override to an order.
func withOverride(o plans.Override) func(*plans.Order) {
	return func(order *plans.Order) { order.Override = o }
}

// withMinimum is a minimum.
func withMinimum(amount string) func(*plans.Order) {
	return func(o *plans.Order) { o.Minimum = giventest.Money(amount) }
}

// inInstallments sets the number of installments.
func inInstallments(n int) func(*plans.Order) { return func(o *plans.Order) { o.Installments = n } }

// payingBy sets the payment method.
func payingBy(method string) func(*plans.Order) {
	return func(o *plans.Order) { o.PaymentMethod = method }
}

// inPlan sets the plan.
func inPlan(id string) func(*plans.Order) { return func(o *plans.Order) { o.Plan = id } }

func with(edits ...func(*seller)) []func(*seller) { return edits }

func TestQuoteTerms(t *testing.T) {
	metering := func(c *seller) {
		c.Plans[0].Offers = append(c.Plans[0].Offers, plans.Offer{Item: "call", Currency: "USD", Price: priceOf(`{"flat":"5","unit":"0.05","metered":true}`)})
	}
	checkQuotes(
		t,
		quoteRow{"six months", "7 x 15.00 x 6 = 630.00, without a discount", nil, ordered("7 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
		quoteRow{"nine months", "7 x 15.00 x 9 = 945.00; 5 % is 47.25", nil, ordered("7 seat", "P9M"), []string{
			"2026-11-16 until 2027-08-16, seat: 7 x 15.00 x 9 = 945.00, less 5 % 47.25 = 897.75",
			"due: 897.75 USD",
			"renewal on 2027-08-16: 897.75 USD",
		}, nil},
		quoteRow{"twelve months", "7 x 15.00 x 12 = 1260.00; 10 % is 126.00", nil, ordered("7 seat", "P1Y"), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
			"renewal on 2027-11-16: 1134.00 USD",
		}, nil},
		quoteRow{"24 months", "7 x 15.00 x 24 = 2520.00; 20 % is 504.00", nil, ordered("7 seat", "P24M"), []string{
			"2026-11-16 until 2028-11-16, seat: 7 x 15.00 x 24 = 2520.00, less 20 % 504.00 = 2016.00",
			"due: 2016.00 USD",
			"renewal on 2028-11-16: 2016.00 USD",
		}, nil},
		quoteRow{"nine months, billed monthly", "105.00 less 5.25 is 99.75; nine of them are 897.75", with(perPeriod), ordered("7 seat", "P9M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less 5 % 5.25 = 99.75",
			"due: 99.75 USD",
			"total until 2027-08-16: 897.75 USD",
			"renewal on 2027-08-16: 99.75 USD",
		}, nil},
		quoteRow{"rounded once", "12 x 4.99 = 59.88; 10 % is 5.988, rounded 5.99", nil, ordered("1 phone", "P12M"), []string{
			"2026-11-16 until 2027-11-16, phone: 1 x 4.99 x 12 = 59.88, less 10 % 5.99 = 53.89",
			"due: 53.89 USD",
			"renewal on 2027-11-16: 53.89 USD",
		}, nil},
		quoteRow{"rounded each month", "10 % of 4.99 is 0.499, rounded 0.50; 12 x 4.49 is 53.88, a cent less than billed up front", with(perPeriod), ordered("1 phone", "P12M"), []string{
			"2026-11-16 until 2026-12-16, phone: 1 x 4.99 = 4.99, less 10 % 0.50 = 4.49",
			"due: 4.49 USD",
			"total until 2027-11-16: 53.88 USD",
			"renewal on 2027-11-16: 4.49 USD",
		}, nil},
		quoteRow{"two items", "1260.00 + 179.64 = 1439.64; 10 % is 143.964, rounded 143.96; spread that is 125.9965 and 17.9635, and the cent goes to the larger remainder", nil, ordered("7 seat, 3 phone", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"2026-11-16 until 2027-11-16, phone: 3 x 4.99 x 12 = 179.64, less 10 % 17.96 = 161.68",
			"due: 1295.68 USD",
			"renewal on 2027-11-16: 1295.68 USD",
		}, nil},
		quoteRow{"the cent on the last line", "the other allocation of the catalog", with(func(c *seller) { c.Allocation = proration.LastLine }), ordered("7 seat, 3 phone", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 125.99 = 1134.01",
			"2026-11-16 until 2027-11-16, phone: 3 x 4.99 x 12 = 179.64, less 10 % 17.97 = 161.67",
			"due: 1295.68 USD",
			"renewal on 2027-11-16: 1295.68 USD",
		}, nil},
		quoteRow{"no terms", "the contract is billed monthly", with(openEnded), ordered("7 seat", ""), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"renewal on 2026-12-16: 105.00 USD",
		}, nil},
		quoteRow{"no terms, annual plan", "the period of the plan", with(openEnded), ordered("7 seat", "", inPlan("yearly")), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 150.00 = 1050.00",
			"due: 1050.00 USD",
			"renewal on 2027-11-16: 1050.00 USD",
		}, nil},
		quoteRow{"an annual plan in a term of two years", "the price is annual: 2 x 1050.00, less 20 %", nil, ordered("7 seat", "P24M", inPlan("yearly")), []string{
			"2026-11-16 until 2028-11-16, seat: 7 x 150.00 x 2 = 2100.00, less 20 % 420.00 = 1680.00",
			"due: 1680.00 USD",
			"renewal on 2028-11-16: 1680.00 USD",
		}, nil},
		quoteRow{"the term expires", "no renewal", with(endingIn(plans.Expire)), ordered("7 seat", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
			"ends on 2027-11-16",
		}, nil},
		quoteRow{"the term expires, billed monthly", "twelve times 94.50", with(endingIn(plans.Expire), perPeriod), ordered("7 seat", "P12M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less 10 % 10.50 = 94.50",
			"due: 94.50 USD",
			"total until 2027-11-16: 1134.00 USD",
			"ends on 2027-11-16",
		}, nil},
		quoteRow{"the term renews once", "the quote has the renewal for the second term", with(endingIn(plans.RenewOnce)), ordered("7 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
		quoteRow{"the term is evergreen, billed monthly", "the discount ends with its term: 105.00, no longer 94.50", with(endingIn(plans.Evergreen), perPeriod), ordered("7 seat", "P12M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less 10 % 10.50 = 94.50",
			"due: 94.50 USD",
			"total until 2027-11-16: 1134.00 USD",
			"renewal on 2027-11-16: 105.00 USD",
		}, nil},
		quoteRow{"the end of a short month", "law 6: months from January 31 on; two of them have 30 or 28 days, and the term ends on July 31", with(perPeriod), ordered("7 seat", "P6M", orderedAt("2027-01-31", time.UTC)), []string{
			"2027-01-31 until 2027-02-28, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-07-31: 630.00 USD",
			"renewal on 2027-07-31: 105.00 USD",
		}, nil},
		quoteRow{"a quantity of zero", "a metered item begins without units, which cost nothing, whatever its flat fee", with(metering), ordered("7 seat, 0 call", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
		quoteRow{"only a quantity of zero", "the first bill of a metered item is zero", with(metering), ordered("0 call", "P6M"), []string{
			"due: 0.00 USD",
			"renewal on 2027-05-16: 0.00 USD",
		}, nil},
		quoteRow{"tiers", "ten at 15.00 and two at 12.00 are 174.00 a month, 1044.00 in six", with(func(c *seller) {
			c.Plans[0].Offers[0].Price = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("10"), Unit: giventest.Money("15")}, {Unit: giventest.Money("12")}}}
		}), ordered("12 seat", "P6M"), []string{
			"2026-11-16 until 2027-05-16, seat: (10 x 15.00 + 2 x 12.00) x 6 = 1044.00",
			"due: 1044.00 USD",
			"renewal on 2027-05-16: 1044.00 USD",
		}, nil},
	)
}

func TestQuoteMarkets(t *testing.T) {
	yen := func(c *seller) {
		c.Plans[0].Offers = append(c.Plans[0].Offers, plans.Offer{Item: "seat", Currency: "JPY", Price: plans.Price{Unit: giventest.Money("1999")}})
		c.Markets = append(c.Markets, plans.Market{Countries: []string{"JP"}, Currency: "JPY", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer}, Installments: 3}}})
	}
	inJapan := func(o *plans.Order) { o.Country = "JP" }
	checkQuotes(
		t,
		quoteRow{"Brazil", "M7: 7 x 75.00 x 12 = 6300.00 reais, less 630.00", nil, ordered("7 seat", "P12M", inBrazil), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00",
			"due: 5670.00 BRL",
			"renewal on 2027-11-16: 5670.00 BRL",
		}, nil},
		quoteRow{"Brazil, by Pix", "M7: the other payment method there", nil, ordered("7 seat", "P6M", inBrazil, payingBy("pix"), inInstallments(1)), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 75.00 x 6 = 3150.00",
			"due: 3150.00 BRL",
			"renewal on 2027-05-16: 3150.00 BRL",
		}, nil},
		quoteRow{"Brazil, in installments", "M7: 450.00 in seven: 64.28 each, and the four remaining cents one each to the first four", nil, ordered("1 seat", "P6M", inBrazil, inInstallments(7)), []string{
			"2026-11-16 until 2027-05-16, seat: 1 x 75.00 x 6 = 450.00",
			"due: 450.00 BRL",
			"installment 1 on 2026-11-16: 64.29 BRL",
			"installment 2 on 2026-12-16: 64.29 BRL",
			"installment 3 on 2027-01-16: 64.29 BRL",
			"installment 4 on 2027-02-16: 64.29 BRL",
			"installment 5 on 2027-03-16: 64.28 BRL",
			"installment 6 on 2027-04-16: 64.28 BRL",
			"installment 7 on 2027-05-16: 64.28 BRL",
			"renewal on 2027-05-16: 450.00 BRL",
		}, nil},
		quoteRow{"Brazil, in installments from the last of a month", "law 6: the 31st is remembered", nil, ordered("1 seat", "P6M", inBrazil, inInstallments(4), orderedAt("2026-12-31", time.UTC)), []string{
			"2026-12-31 until 2027-06-30, seat: 1 x 75.00 x 6 = 450.00",
			"due: 450.00 BRL",
			"installment 1 on 2026-12-31: 112.50 BRL",
			"installment 2 on 2027-01-31: 112.50 BRL",
			"installment 3 on 2027-02-28: 112.50 BRL",
			"installment 4 on 2027-03-31: 112.50 BRL",
			"renewal on 2027-06-30: 450.00 BRL",
		}, nil},
		quoteRow{"in installments, billed monthly", "only the first bill is split", with(perPeriod), ordered("1 seat", "P6M", inBrazil, inInstallments(2)), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 75.00 = 75.00",
			"due: 75.00 BRL",
			"installment 1 on 2026-11-16: 37.50 BRL",
			"installment 2 on 2026-12-16: 37.50 BRL",
			"total until 2027-05-16: 450.00 BRL",
			"renewal on 2027-05-16: 75.00 BRL",
		}, nil},
		quoteRow{"elsewhere", "M7, M8: dollars, by PayPal", nil, ordered("7 seat", "P6M", payingBy("paypal"), func(o *plans.Order) { o.Country = "PT" }), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
		quoteRow{"by arrangement", "K7: support enters an order that is paid by wire", nil, ordered("7 seat", "P6M", payingBy("wire"), bySupport), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
			"renewal on 2027-05-16: 630.00 USD",
		}, nil},
		quoteRow{"yen", "the policy says two places, and yen have none: 9 x 1999 = 17991; 5 % is 899.55, rounded 900; 17091 in two is 8546 and 8545", with(yen), ordered("1 seat", "P9M", inJapan, inInstallments(2)), []string{
			"2026-11-16 until 2027-08-16, seat: 1 x 1999 x 9 = 17991, less 5 % 900 = 17091",
			"due: 17091 JPY",
			"installment 1 on 2026-11-16: 8546 JPY",
			"installment 2 on 2026-12-16: 8545 JPY",
			"renewal on 2027-08-16: 17091 JPY",
		}, nil},
	)
}

func TestQuoteRamp(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"billed up front", "92 of 365 days at 1260.00 and 273 at 1620.00: 317.59 and 1211.67; 10 % of 1529.26 is 152.93", nil, ordered("7 seat, 9 seat from 2027-02-16", "P12M"), []string{
			"2026-11-16 until 2027-02-16, seat: 7 x 15.00 x 12, 1260.00 x 92/365 days = 317.589..., rounded half up to 317.59, less 10 % 31.76 = 285.83",
			"2027-02-16 until 2027-11-16, seat: 9 x 15.00 x 12, 1620.00 x 273/365 days = 1211.671..., rounded half up to 1211.67, less 10 % 121.17 = 1090.50",
			"due: 1376.33 USD",
			"renewal on 2027-11-16: 1458.00 USD",
		}, nil},
		quoteRow{"billed monthly", "three months of 105.00 and three of 135.00", with(perPeriod), ordered("7 seat, 9 seat from 2027-02-16", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 720.00 USD",
			"renewal on 2027-05-16: 135.00 USD",
		}, nil},
		quoteRow{"within a month", "4 of 28 days at 105.00 are 15.00, 24 at 135.00 are 115.71: 315.00 + 130.71 + 270.00", with(perPeriod), ordered("7 seat, 9 seat from 2027-02-20", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 715.71 USD",
			"renewal on 2027-05-16: 135.00 USD",
		}, nil},
		quoteRow{"within the first month", "15 of 30 days at 105.00 and 15 at 135.00", with(perPeriod), ordered("7 seat, 9 seat from 2026-12-01", "P6M"), []string{
			"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 15/30 days = 52.50",
			"2026-12-01 until 2026-12-16, seat: 9 x 15.00, 135.00 x 15/30 days = 67.50",
			"due: 120.00 USD",
			"total until 2027-05-16: 795.00 USD",
			"renewal on 2027-05-16: 135.00 USD",
		}, nil},
		quoteRow{"another item later", "six months of 105.00, and three of 9.98", with(perPeriod), ordered("7 seat, 2 phone from 2027-02-16", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 659.94 USD",
			"renewal on 2027-05-16: 114.98 USD",
		}, nil},
		quoteRow{"fewer later", "the step was agreed in the order: three months of 135.00 and three of 105.00", with(perPeriod), ordered("9 seat, 7 seat from 2027-02-16", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 9 x 15.00 = 135.00",
			"due: 135.00 USD",
			"total until 2027-05-16: 720.00 USD",
			"renewal on 2027-05-16: 105.00 USD",
		}, nil},
		quoteRow{"none later", "the item leaves at the step: three months of 114.98 and three of 105.00", with(perPeriod), ordered("7 seat, 2 phone, 0 phone from 2027-02-16", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"2026-11-16 until 2026-12-16, phone: 2 x 4.99 = 9.98",
			"due: 114.98 USD",
			"total until 2027-05-16: 659.94 USD",
			"renewal on 2027-05-16: 105.00 USD",
		}, nil},
		quoteRow{"nothing later", "the last item leaves at the step: three months of 105.00, and the contract renews without items", with(perPeriod), ordered("7 seat, 0 seat from 2027-02-16", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 315.00 USD",
			"renewal on 2027-05-16: 0.00 USD",
		}, nil},
		quoteRow{"several steps, in any order", "the contract sorts them by time: 105.00, 105.00, 120.00, 120.00, 135.00, 135.00", with(perPeriod), ordered("7 seat, 9 seat from 2027-03-16, 8 seat from 2027-01-16", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 720.00 USD",
			"renewal on 2027-05-16: 135.00 USD",
		}, nil},
		quoteRow{"another price later", "support agrees on 12.00 from the seventh month on: 6 x 94.50 + 6 x 75.60 = 1020.60", with(perPeriod), ordered("7 seat, 7 seat from 2027-05-16 at 12.00", "P12M", bySupport), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less 10 % 10.50 = 94.50",
			"due: 94.50 USD",
			"total until 2027-11-16: 1020.60 USD",
			"renewal on 2027-11-16: 75.60 USD",
		}, nil},
		quoteRow{"without terms", "the second month costs more, and is the renewal", with(openEnded), ordered("7 seat, 9 seat from 2026-12-01", ""), []string{
			"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 15/30 days = 52.50",
			"2026-12-01 until 2026-12-16, seat: 9 x 15.00, 135.00 x 15/30 days = 67.50",
			"due: 120.00 USD",
			"renewal on 2026-12-16: 135.00 USD",
		}, nil},
	)
}

func TestQuoteDiscounts(t *testing.T) {
	repeating := func(d plans.Discount, n int) plans.Discount {
		d.Duration, d.Periods = plans.Repeating, n
		return d
	}
	checkQuotes(
		t,
		quoteRow{"a special price", "support agrees on 13.50: 7 x 13.50 x 6 = 567.00", nil, ordered("7 seat at 13.50", "P6M", bySupport), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 13.50 x 6 = 567.00",
			"due: 567.00 USD",
			"renewal on 2027-05-16: 567.00 USD",
		}, nil},
		quoteRow{"a special price for the year", "the price states its length: 7 x 160.00 is for twelve months", nil, ordered("7 seat at 160", "P12M", bySupport, func(o *plans.Order) {
			o.Items[0].Price.Per = giventest.Interval("P12M")
		}), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 160.00 = 1120.00, less 10 % 112.00 = 1008.00",
			"due: 1008.00 USD",
			"renewal on 2027-11-16: 1008.00 USD",
		}, nil},
		quoteRow{
			"in the order of the list", "10 % of 1260.00 for the term, 5 % of 1134.00 by the override, 20.00 of 1077.30 by the order, and that only once", nil,
			ordered("7 seat", "P12M", withOverride(plans.Override{Discounts: []plans.Discount{percentOff("deal", "5")}}), discounts(amountOff("coupon", "20", plans.Once))),
			[]string{
				"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00, less 5 % 56.70, less coupon 20.00 = 1057.30",
				"due: 1057.30 USD",
				"renewal on 2027-11-16: 1077.30 USD",
			}, nil,
		},
		quoteRow{
			"the amount before the percentage", "1134.00 - 100.00 = 1034.00, and 10 % of that is 103.40; the other order would give 920.60", nil,
			ordered("7 seat", "P12M", withOverride(plans.Override{Discounts: []plans.Discount{amountOff("deal", "100", plans.Forever)}}), discounts(percentOff("coupon", "10"))),
			[]string{
				"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00, less deal 100.00, less 10 % 103.40 = 930.60",
				"due: 930.60 USD",
				"renewal on 2027-11-16: 930.60 USD",
			}, nil,
		},
		quoteRow{"three months at half price", "3 x 52.50 + 3 x 105.00", with(perPeriod), ordered("7 seat", "P6M", discounts(repeating(percentOff("half", "50"), 3))), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less 50 % 52.50 = 52.50",
			"due: 52.50 USD",
			"total until 2027-05-16: 472.50 USD",
			"renewal on 2027-05-16: 105.00 USD",
		}, nil},
		quoteRow{"eight months at half price in a term of six", "two of them remain for the renewal", with(perPeriod), ordered("7 seat", "P6M", discounts(repeating(percentOff("half", "50"), 8))), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less 50 % 52.50 = 52.50",
			"due: 52.50 USD",
			"total until 2027-05-16: 315.00 USD",
			"renewal on 2027-05-16: 52.50 USD",
		}, nil},
		quoteRow{"an amount until it is spent", "250.00 pay for two months and 40.00 of the third: 630.00 - 250.00", with(perPeriod), ordered("7 seat", "P6M", discounts(plans.Discount{
			ID: "voucher", Amount: giventest.Money("250"), Currency: "USD", Duration: plans.Forever, Rollover: true,
		})), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00, less voucher 105.00 = 0.00",
			"due: 0.00 USD",
			"total until 2027-05-16: 380.00 USD",
			"renewal on 2027-05-16: 105.00 USD",
		}, nil},
		quoteRow{"above the total", "a bill is never below zero", nil, ordered("7 seat", "P6M", discounts(amountOff("coupon", "1000", plans.Forever))), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00, less coupon 630.00 = 0.00",
			"due: 0.00 USD",
			"renewal on 2027-05-16: 0.00 USD",
		}, nil},
		quoteRow{"off one item", "only the phones: 20 % of 59.88 is 11.98", nil, ordered("7 seat, 2 phone", "P6M", discounts(plans.Discount{
			ID: "phones", Percent: giventest.Money("20"), Duration: plans.Forever, Scope: plans.Scope{Items: []string{"phone"}},
		})), []string{
			"2026-11-16 until 2027-05-16, seat: 7 x 15.00 x 6 = 630.00",
			"2026-11-16 until 2027-05-16, phone: 2 x 4.99 x 6 = 59.88, less 20 % 11.98 = 47.90",
			"due: 677.90 USD",
			"renewal on 2027-05-16: 677.90 USD",
		}, nil},
		quoteRow{"a minimum", "law 8: measured before discounts, at the end: 1260.00 lack 740.00 of 2000.00, and 10 % of 2000.00 are off; no bill has it yet", nil, ordered("7 seat", "P12M", withMinimum("2000")), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
			"total until 2027-11-16: 1800.00 USD",
			"renewal on 2027-11-16: 1134.00 USD",
		}, nil},
		quoteRow{"a monthly minimum", "105.00 lack 45.00 of 150.00, six times", with(perPeriod), ordered("7 seat", "P6M", withMinimum("150")), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 900.00 USD",
			"renewal on 2027-05-16: 105.00 USD",
		}, nil},
		quoteRow{"a minimum until a ramp exceeds it", "three months at 150.00, and three of twelve seats at 180.00", with(perPeriod), ordered("7 seat, 12 seat from 2027-02-16", "P6M", withMinimum("150")), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"total until 2027-05-16: 990.00 USD",
			"renewal on 2027-05-16: 180.00 USD",
		}, nil},
		quoteRow{"a reached minimum", "the shortfall is zero", nil, ordered("7 seat", "P12M", withMinimum("1260")), []string{
			"2026-11-16 until 2027-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
			"renewal on 2027-11-16: 1134.00 USD",
		}, nil},
	)
}

// The contract has the special agreements, and all discounts that the first bill will use.
func TestQuoteContract(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	order := ordered("7 seat, 2 phone from 2027-02-16", "P12M", orderedAt("2026-11-16T09:30:00", newYork), withMinimum("30"), discounts(
		amountOff("coupon", "20", plans.Once), plans.Discount{ID: "start", Percent: giventest.Money("50"), Duration: plans.Repeating, Periods: 3},
	), withOverride(plans.Override{Grace: giventest.Interval("P10D"), Discounts: []plans.Discount{percentOff("deal", "5")}}))
	contract := contractOf(t, onSale(t, perPeriod), order)
	checkText(t, "the contract", giventest.JSON(t, contract), `{"plan":"base","currency":"USD",`+
		`"items":[{"id":"seat","quantity":"7","price":{"per":"P1M","unit":"15"}}],`+
		`"cycle":{"anchor":"2026-11-16T09:30:00","interval":"P1M","zone":"America/New_York"},`+
		`"ramp":[{"at":"2027-02-16T00:00:00Z","item":{"id":"phone","quantity":"2","price":{"per":"P1M","unit":"4.99"}}}],`+
		`"terms":[{"term":{"length":"P1Y","percent":"10","billing":"per_period","renewal":"renew"},"period":{"start":"2026-11-16T09:30:00-05:00","end":"2027-11-16T09:30:00-05:00"}}],`+
		`"discounts":[{"id":"term P1Y from 2026-11-16","percent":"10","duration":"forever","from":"2026-11-16T09:30:00-05:00","until":"2027-11-16T09:30:00-05:00",`+
		`"kinds":["recurring","proration_charge","extension","shortfall"]},`+
		`{"id":"deal","percent":"5","duration":"forever"},{"id":"coupon","amount":"20","currency":"USD","duration":"once"},`+
		`{"id":"start","percent":"50","duration":"repeating","periods":3}],`+
		`"minimum":"30","trial":"P2W","grace":"P10D"}`)
}

func TestQuoteRefused(t *testing.T) {
	brazilOnly := func(c *seller) { c.Markets = c.Markets[:1] }
	checkQuotes(
		t,
		quoteRow{"no such plan", "M4: the refusal lists the plans", nil, ordered("7 seat", "P6M", inPlan("basic")), nil, []string{`plan: There is no plan "basic". | Choose base, team, advanced or yearly.`}},
		quoteRow{"a mix of plans", "M4: a workspace has one plan", nil, ordered("7 seat, 2 seat of advanced", "P6M"), nil, []string{`plan: One order cannot combine the plans "base" and "advanced". | Place a separate order for each plan.`}},
		quoteRow{"no such item", "the refusal lists the items of the plan there", nil, ordered("7 desk", "P6M"), nil, []string{`item: Plan "base" does not offer "desk" in USD. | Choose seat or phone.`}},
		quoteRow{"not in that currency", "M7: an item without an offer in reais has no price", nil, ordered("7 seat, 2 phone", "P6M", inBrazil), nil, []string{`item: Plan "base" does not offer "phone" in BRL. | Choose seat.`}},
		quoteRow{"nothing in that currency", "M7: Brazil pays in its own currency and by its own methods", nil, ordered("7 seat", "P24M", inBrazil, inPlan("yearly")), nil, []string{`item: Plan "yearly" does not offer "seat" in BRL. | `}},
		quoteRow{"shorter than the minimum", "M2: the shortest subscription is six months", nil, ordered("7 seat", "P1M"), nil, []string{`term: A term of P1M is too short. | Choose P6M, P9M, P1Y or P2Y.`}},
		quoteRow{"not offered", "M3: nine months are offered, eight are not", nil, ordered("7 seat", "P8M"), nil, []string{`term: A term of P8M is not offered. | Choose P6M, P9M, P1Y or P2Y.`}},
		quoteRow{"in days", "M2: 30 days are not a number of months", nil, ordered("7 seat", "P30D"), nil, []string{`term: A term of P30D is not offered. | Choose P6M, P9M, P1Y or P2Y.`}},
		quoteRow{"no term", "M2: a term is required", nil, ordered("7 seat", ""), nil, []string{`term: A term is required. | Choose P6M, P9M, P1Y or P2Y.`}},
		quoteRow{"a term in a catalog without terms", "the catalog has no terms", with(openEnded), ordered("7 seat", "P6M"), nil, []string{`term: No terms are offered. | Continue without a term.`}},
		quoteRow{"the minimum is the shortest", "the order of the list does not matter", with(func(c *seller) { c.Terms[0], c.Terms[3] = c.Terms[3], c.Terms[0] }), ordered("7 seat", "P3M"), nil, []string{`term: A term of P3M is too short. | Choose P2Y, P9M, P1Y or P6M.`}},
		quoteRow{"a week", "weeks are shorter than thirty days", with(func(c *seller) {
			c.Terms[1].Length, c.Terms[0].Length = giventest.Interval("P30D"), giventest.Interval("P60D")
		}), ordered("7 seat", "P1W"), nil, []string{`term: A term of P1W is too short. | Choose P60D, P30D, P1Y or P2Y.`}},
		quoteRow{"no market", "M7: the catalog has no market for other countries", with(brazilOnly), ordered("7 seat", "P6M"), nil, []string{`market: Orders from "US" are not accepted. | `}},
		quoteRow{"by arrangement", "K7: a wire is arranged with support", nil, ordered("7 seat", "P6M", payingBy("wire")), nil, []string{`payment_method: Payment method "wire" is available by arrangement only. | Choose card or paypal. By arrangement: wire, ach.`}},
		quoteRow{"not accepted", "K7: the refusal lists the accepted methods", nil, ordered("7 seat", "P6M", payingBy("cash")), nil, []string{`payment_method: Payment method "cash" is not accepted. | Choose card or paypal. By arrangement: wire, ach.`}},
		quoteRow{"not accepted here", "M7: PayPal is not accepted in Brazil", nil, ordered("7 seat", "P6M", inBrazil, payingBy("paypal")), nil, []string{`payment_method: Payment method "paypal" is not accepted. | Choose card or pix.`}},
		quoteRow{"not accepted elsewhere", "M7: Pix is accepted only in Brazil", nil, ordered("7 seat", "P6M", payingBy("pix"), bySupport), nil, []string{`payment_method: Payment method "pix" is not accepted. | Choose card, paypal, wire or ach.`}},
		quoteRow{"only by arrangement", "K7: other methods need an arrangement", with(func(c *seller) { c.Markets[1].PaymentMethods = c.Markets[1].PaymentMethods[2:] }), ordered("7 seat", "P6M"), nil, []string{`payment_method: Payment method "card" is not accepted. | By arrangement: wire, ach.`}},
		quoteRow{"too many installments", "M7: at most twelve installments", nil, ordered("7 seat", "P6M", inBrazil, inInstallments(13)), nil, []string{`installments: Payment by card cannot be split into 13 installments. | Choose at most 12.`}},
		quoteRow{"installments by Pix", "M7: installments are for cards", nil, ordered("7 seat", "P6M", inBrazil, payingBy("pix"), inInstallments(2)), nil, []string{`installments: Payment by pix cannot be split into 2 installments. | Choose at most 1.`}},
		quoteRow{"installments elsewhere", "M7: installments are for Brazil", nil, ordered("7 seat", "P6M", inInstallments(2)), nil, []string{`installments: Payment by card cannot be split into 2 installments. | Choose at most 1.`}},
		quoteRow{"a customer-set price", "a customer cannot choose the price", nil, ordered("7 seat at 1.00", "P6M"), nil, []string{`price: Only support can set a special price. | Order at the plan's price or ask support.`}},
		quoteRow{"a customer-set price for later", "a customer cannot choose the price", nil, ordered("7 seat, 7 seat from 2027-01-16 at 0", "P6M"), nil, []string{`price: Only support can set a special price. | Order at the plan's price or ask support.`}},
		quoteRow{"a term outside the override", "K11: the terms of the override replace the others", nil, ordered("7 seat", "P6M", withOverride(plans.Override{
			Terms: []plans.Term{{Length: giventest.Interval("P3M"), Billing: plans.UpFront, Renewal: plans.Renew}},
		})), nil, []string{`term: A term of P6M is not offered. | Choose P3M.`}},
		quoteRow{"several at once", "law 14, for refusals too: the customer learns all of them at once", nil, ordered("7 desk, 1 seat of team, 2 seat at 1, 1 phone", "P1M", inBrazil, payingBy("pix"), inInstallments(3)), nil, []string{
			`installments: Payment by pix cannot be split into 3 installments. | Choose at most 1.`,
			`term: A term of P1M is too short. | Choose P6M, P9M, P1Y or P2Y.`,
			`item: Plan "base" does not offer "desk" in BRL. | Choose seat.`,
			`plan: One order cannot combine the plans "base" and "team". | Place a separate order for each plan.`,
			`price: Only support can set a special price. | Order at the plan's price or ask support.`,
			`item: Plan "base" does not offer "phone" in BRL. | Choose seat.`,
		}},
		quoteRow{"nothing to look up", "the items of an unknown plan are not looked up", with(brazilOnly), ordered("7 desk, 2 seat of advanced", "P7M", inPlan("basic"), payingBy("cash")), nil, []string{
			`plan: There is no plan "basic". | Choose base, team, advanced or yearly.`,
			`market: Orders from "US" are not accepted. | `,
			`term: A term of P7M is not offered. | Choose P6M, P9M, P1Y or P2Y.`,
			`plan: One order cannot combine the plans "basic" and "advanced". | Place a separate order for each plan.`,
		}},
	)
}

// An invalid order is a fault that names the field, not a refusal.
func TestQuoteFaults(t *testing.T) {
	for _, c := range []struct {
		name, why string
		order     plans.Order
		want      []string
	}{
		{"no actor", "law 13: permissions depend on the actor", ordered("7 seat", "P6M", func(o *plans.Order) { o.By = 0 }), []string{"by unset"}},
		{"an unknown actor", "law 14: bad input is an error that names its field", ordered("7 seat", "P6M", func(o *plans.Order) { o.By = 3 }), []string{"by invalid"}},
		{"no instant", "law 10: time is an argument", ordered("7 seat", "P6M", func(o *plans.Order) { o.At = time.Time{} }), []string{"at unset"}},
		{"no calendar", "an offset does not name the calendar of the months", ordered("7 seat", "P6M", func(o *plans.Order) { o.At = o.At.In(time.FixedZone("", 3600)) }), []string{"at zone"}},
		{"no plan", "M4: a workspace has one plan", ordered("7 seat", "P6M", inPlan("")), []string{"plan unset"}},
		{"no country", "M7: the country decides the currency", ordered("7 seat", "P6M", func(o *plans.Order) { o.Country = "" }), []string{"country unset"}},
		{"a country in lower case", "M7: a code has one spelling, as in a market", ordered("7 seat", "P6M", func(o *plans.Order) { o.Country = "br" }), []string{"country invalid"}},
		{"a country by its name", "ISO 3166 codes have two letters", ordered("7 seat", "P6M", func(o *plans.Order) { o.Country = "Brazil" }), []string{"country invalid"}},
		{"a country in other letters", "each of these two letters has two bytes", ordered("7 seat", "P6M", func(o *plans.Order) { o.Country = "ÄÖ" }), []string{"country invalid"}},
		{"a country of one letter", "one letter of two bytes", ordered("7 seat", "P6M", func(o *plans.Order) { o.Country = "Ä" }), []string{"country invalid"}},
		{"no way to pay", "M7: Brazil pays in its own currency and by its own methods", ordered("7 seat", "P6M", payingBy("")), []string{"payment_method unset"}},
		{"no items", "an order without items is a mistake", ordered("7 seat", "P6M", func(o *plans.Order) { o.Items = nil }), []string{"items unset"}},
		{"an item without a name", "an item has a name", ordered("7 seat", "P6M", func(o *plans.Order) { o.Items[0].Item = "" }), []string{"items[0].item unset"}},
		{"a negative quantity", "a quantity is not negative", ordered("7 seat, -1 phone", "P6M"), []string{"items[1].quantity invalid"}},
		{"a quantity of zero", "an order buys units, unless the item is metered", ordered("0 seat", "P6M"), []string{"items[0].quantity unset"}},
		{"a quantity of zero of each item", "law 14: all faults come at once", ordered("0 seat, 0 phone", "P6M"), []string{"items[0].quantity unset", "items[1].quantity unset"}},
		{"a quantity of zero between others", "the fault names the item of the order, though a later item is not there at first", ordered("2 phone from 2027-01-01, 0 seat, 1 phone", "P6M"), []string{"items[1].quantity unset"}},
		{"a quantity of zero at a later start", "it ends no units, so the quantity is missing", ordered("1 seat, 0 phone from 2027-01-01", "P6M"), []string{"items[1].quantity unset"}},
		{"a quantity of zero before a step", "an item that begins at a step is ordered from it on", ordered("0 seat, 8 seat from 2027-01-01", "P6M"), []string{"items[0].quantity unset"}},
		{"a quantity beyond the limits", "law 14: bad input is an error that names its field", ordered("1e18 seat", "P6M"), []string{"items[0].quantity limit"}},
		{"a price beyond the limits", "law 14: bad input is an error that names its field", ordered("7 seat at 1e-19", "P6M", bySupport), []string{"items[0].price.unit limit"}},
		{"a negative price", "law 14: a price is not negative", ordered("7 seat at -1", "P6M", bySupport), []string{"items[0].price.unit invalid"}},
		{"a repeated item", "the quantity must be unambiguous", ordered("7 seat, 8 seat", "P6M"), []string{"items[1].id invalid"}},
		{"no item at first", "an order has an item from the start of the contract", ordered("7 seat from 2027-01-01", "P6M"), []string{"items unset"}},
		{"a step before the order", "a step is agreed in advance", ordered("7 seat, 8 seat from 2026-11-15", "P6M"), []string{"items[1].from invalid"}},
		{"a step at the instant of the order", "a step is agreed in advance", ordered("7 seat, 8 seat from 2026-11-16", "P6M"), []string{"items[1].from invalid"}},
		{"a step at the end of the term", "no time after the end is sold", ordered("7 seat, 8 seat from 2027-05-16", "P6M"), []string{"items[1].from outside"}},
		{"steps after the end", "each fault is listed", ordered("7 seat, 8 seat from 2027-05-16T00:00:01, 9 seat from 2027-05-15T23:59:59, 2 phone from 2028-01-01", "P6M"), []string{"items[1].from outside", "items[3].from outside"}},
		{"a price of another length", "thirty days do not divide six months", ordered("7 seat at 15", "P6M", bySupport, func(o *plans.Order) { o.Items[0].Price.Per = giventest.Interval("P30D") }), []string{"items[0].price.per invalid", "terms[0].items[0].price.per invalid"}},
		{"an annual price in half a year", "a term of six months is not a number of years", ordered("7 seat", "P6M", inPlan("yearly")), []string{"items[0].price.per invalid", "terms[0].items[0].price.per invalid"}},
		{"negative installments", "law 14: numbers have limits", ordered("7 seat", "P6M", inInstallments(-1)), []string{"installments limit"}},
		{"too many installments", "law 14: at most 120, whatever the market allows", ordered("7 seat", "P6M", inInstallments(121)), []string{"installments limit"}},
		{"a negative minimum", "law 14: amounts have limits", ordered("7 seat", "P6M", withMinimum("-1")), []string{"minimum invalid"}},
		{"a minimum beyond the limits", "law 14: amounts have limits", ordered("7 seat", "P6M", withMinimum("1e20")), []string{"minimum limit"}},
		{"a discount without a value", "law 13: a discount states its value", ordered("7 seat", "P6M", discounts(plans.Discount{ID: "x", Duration: plans.Once})), []string{"discounts[0].percent unset"}},
		{"a repeated discount", "the discount would apply twice", ordered("7 seat", "P6M", discounts(percentOff("x", "5"), percentOff("x", "6"))), []string{"discounts[1].id invalid"}},
		{"a repeated discount, once in the override", "the discount would apply twice: both are in one list of the contract", ordered("7 seat", "P6M", discounts(percentOff("x", "5")), withOverride(plans.Override{Discounts: []plans.Discount{percentOff("x", "5")}})), []string{"discounts[1].id invalid"}},
		{"a discount in another currency", "M8: amounts are not converted", ordered("7 seat", "P6M", inBrazil, discounts(amountOff("x", "5", plans.Once))), []string{"discounts[0].currency invalid"}},
		{"an override of an unknown plan", "K11: the fault comes once", ordered("7 seat", "P6M", withOverride(plans.Override{Plans: []plans.PlanOverride{{ID: "vip"}}})), []string{"override.plans[0].id invalid"}},
		{"a special discount", "K11: terms can be agreed with one customer", ordered("7 seat", "P6M", withOverride(plans.Override{Discounts: []plans.Discount{{}}})), []string{"override.discounts[0].id unset", "override.discounts[0].percent unset", "override.discounts[0].duration unset"}},
		{"nothing", "law 14: all faults come at once", plans.Order{}, []string{"by unset", "at unset", "plan unset", "country unset", "payment_method unset", "items unset"}},
		{
			"every field wrong", "law 14: all faults come at once, in the order of the fields",
			plans.Order{
				By: 9, At: giventest.Instant("2026-11-16", nil), Items: []plans.OrderItem{
					{Quantity: decimal.New(1, 99)}, {Item: "seat", From: giventest.Instant("2026-11-01", nil), Price: &plans.Price{Flat: decimal.New(-1, 0)}},
				},
				Installments: 1 << 40, Minimum: decimal.New(1, -99), Discounts: []plans.Discount{{ID: "x", Percent: decimal.New(-1, 0), Duration: 9}},
				Override: plans.Override{Grace: proration.Interval{Months: -1}},
			},
			[]string{
				"by invalid", "plan unset", "country unset", "payment_method unset", "items[0].item unset", "items[0].quantity limit", "items[1].from invalid", "items[1].price.flat invalid",
				"installments limit", "minimum limit", "discounts[0].percent invalid", "discounts[0].duration invalid", "override.grace invalid",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.order.Items)
			q, err := onSale(t).quote(c.order)
			giventest.CheckFaults(t, err, c.want...)
			if len(q.First.Lines) > 0 || t.Failed() {
				t.Errorf("a quote comes with the error: %s: %s", q.Explain(), c.why)
			}
			checkText(t, "the order afterwards", giventest.JSON(t, c.order.Items), before)
		})
	}
	_, err := onSale(t, perPeriod, func(c *seller) { c.Terms[0].Length = giventest.Interval("P6M") }).quote(ordered("7 seat", "P6M", inPlan("yearly")))
	giventest.CheckFaults(t, err, "term invalid") // not a whole number of years
	_, err = onSale(t, openEnded).quote(ordered("7 seat, 8 seat from 2036-05-16", ""))
	giventest.CheckFaults(t, err) // without a term no end limits the steps
}

// Law 14: a number that would need gigabytes in print is refused by its exponent, and a date outside the calendar by
// its year.
func TestQuoteHostile(t *testing.T) {
	catalog := onSale(t)
	for _, exponent := range []int32{19, 1 << 30, 1<<31 - 1, -19, -1 << 30, -1 << 31} {
		d := decimal.New(1, exponent)
		for field, edit := range map[string]func(*plans.Order){
			"items[0].quantity limit":             func(o *plans.Order) { o.Items[0].Quantity = d },
			"items[0].price.unit limit":           func(o *plans.Order) { o.Items[0].Price = &plans.Price{Unit: d} },
			"minimum limit":                       func(o *plans.Order) { o.Minimum = d },
			"discounts[0].percent limit":          func(o *plans.Order) { o.Discounts = []plans.Discount{{ID: "x", Percent: d, Duration: plans.Once}} },
			"discounts[0].amount limit":           discounts(plans.Discount{ID: "x", Amount: d, Currency: "USD", Duration: plans.Once}),
			"override.discounts[0].amount limit":  withOverride(plans.Override{Discounts: []plans.Discount{{ID: "x", Amount: d, Currency: "USD", Duration: plans.Once}}}),
			"plans[0].offers[0].price.flat limit": withOverride(plans.Override{Plans: []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Flat: d}}}}}}),
			"plans[0].limits[0].most limit":       withOverride(plans.Override{Plans: []plans.PlanOverride{{ID: "base", Limits: []plans.Limit{{Name: "contacts", Most: d}}}}}),
		} {
			_, err := catalog.quote(ordered("7 seat", "P6M", bySupport, edit))
			giventest.CheckFaults(t, err, field)
		}
	}
	if _, err := catalog.quote(ordered("999999999999999999 seat, 999999999999999999 phone", "P24M")); !errors.Is(err, proration.ErrLimit) {
		t.Errorf("an amount above the limit: %v", err)
	}
	q, err := onSale(t, perPeriod).quote(ordered("7 seat", "P6M", orderedAt("9999-01-16", time.UTC)))
	giventest.CheckFaults(t, err, "at limit") // the renewal is beyond the calendar
	checkText(t, "no quote comes with a fault", giventest.JSON(t, q), giventest.JSON(t, plans.Quote{}))
	for _, late := range []struct{ at, term string }{{"9999-07-01", "P6M"}, {"9999-12-31", "P24M"}, {"9998-12-31T23:59:59", "P24M"}} {
		for _, sold := range []func(*seller){func(*seller) {}, perPeriod} {
			q, err := onSale(t, sold).quote(ordered("7 seat", late.term, orderedAt(late.at, time.UTC)))
			giventest.CheckFaults(t, err, "at limit")
			checkText(t, "no quote comes with a fault", giventest.JSON(t, q), giventest.JSON(t, plans.Quote{}))
		}
	}
	for _, at := range []time.Time{
		giventest.Instant("9999-11-16", nil), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<60, 0).UTC(), time.Unix(-1<<60, 0).UTC(),
	} {
		if q, err := catalog.quote(ordered("7 seat", "P6M", func(o *plans.Order) { o.At = at })); !errors.Is(err, proration.ErrLimit) {
			t.Errorf("ordered %v: %v: %s", at, err, q.Explain())
		}
		late := at.Year() > 2026
		if _, err := catalog.quote(ordered("7 seat", "P6M", func(o *plans.Order) { o.TrialEnd = at })); late != errors.Is(err, proration.ErrOutside) || late != (err != nil) {
			t.Errorf("trial until %v: %v", at, err)
		}
	}
}

// Law 15: the order and the catalog are unmodified, and further changes do not modify the quote.
func TestQuoteModifiesNothing(t *testing.T) {
	tiers := []plans.Tier{{UpTo: giventest.Money("10"), Unit: giventest.Money("15")}, {Unit: giventest.Money("12")}}
	catalog := onSale(t, perPeriod, func(c *seller) {
		c.Plans[0].Offers[0].Price = plans.Price{Tiering: plans.Graduated, Tiers: tiers}
	})
	special := plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{Unit: giventest.Money("4")}}}
	order := ordered("7 seat, 9 seat from 2027-03-16, 2 phone, 8 seat from 2027-02-16", "P12M", bySupport, discounts(
		plans.Discount{ID: "phones", Price: &special, Currency: "USD", Duration: plans.Repeating, Periods: 20, Scope: plans.Scope{Items: []string{"phone"}, Plans: []string{"base"}, Kinds: []plans.Kind{plans.Recurring}}},
	), withOverride(plans.Override{
		Terms: catalog.Terms, Discounts: []plans.Discount{{ID: "deal", Percent: giventest.Money("1"), Duration: plans.Forever, Scope: plans.Scope{Items: []string{"seat"}}}},
		Plans: []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{{Item: "phone", Currency: "USD", Price: special}}}},
	}))
	order.Items[1].Price = &special
	before, asked := giventest.JSON(t, catalog), giventest.JSON(t, order)
	q, err := catalog.quote(order)
	if err != nil {
		t.Fatal(err)
	}
	again, err := catalog.quote(order)
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "law 10: the same order gives the same quote", giventest.JSON(t, again), giventest.JSON(t, q))

	for _, further := range []plans.Change{itemChange("seat", "1"), {RemoveDiscounts: []string{"phones"}}, {Cancel: true}} {
		if _, err := q.Contract.Amended(further, q.Contract.Terms[0].Period.Start, proration.Standard(2)); err != nil {
			t.Fatal(err)
		}
	}
	checkText(t, "the quote afterwards", giventest.JSON(t, q), giventest.JSON(t, again))
	checkText(t, "the catalog afterwards", giventest.JSON(t, catalog), before)
	checkText(t, "the order afterwards", giventest.JSON(t, order), asked)
	third, err := catalog.quote(order)
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "the next quote", giventest.JSON(t, third), giventest.JSON(t, again))
}

// A zero quote has no text.
func TestExplainOfZeroValues(t *testing.T) {
	checkText(t, "the zero quote", plans.Quote{}.Explain(), "")
}

func TestRefusalError(t *testing.T) {
	for _, c := range []struct {
		refusal plans.Refusal
		want    string
	}{
		{plans.Refusal{Rule: "term", Reason: "A term of P1M is too short.", Instead: "Choose P6M."}, "A term of P1M is too short. Choose P6M."},
		{plans.Refusal{Rule: "shorten", Reason: "Term reductions are not available."}, "Term reductions are not available."},
	} {
		if got := c.refusal.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
