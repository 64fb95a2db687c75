package proration_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// changeRow is a case of Adjust: counted by days, rounded half up to cents, with the change day on the new side.
type changeRow struct {
	name, why               string
	at, billed, span        string // no charge is billed if billed and span are ""
	credited, price, period string
	deducted                string // discounts of the charge
	part                    string // part "2/5"; "" is the whole
	until                   string // "" is the end of the span
	next, nextPeriod, end   string // next "" is a cancellation
	basis                   proration.CreditBasis
	side                    proration.Side
	credit, charge, net     string
	capped                  bool
	creditExplained         string
	chargeExplained         string
}

func (row changeRow) change() proration.Change {
	amount := func(text string) decimal.Decimal {
		if text == "" {
			return decimal.Decimal{}
		}
		return money(text)
	}
	policy := proration.Standard(2)
	if row.side != 0 {
		policy.ChangeDay = row.side
	}
	c := proration.Change{
		At: instant(row.at, nil),
		Billed: proration.Billed{
			Amount: amount(row.billed), Span: span(row.span, nil), Credited: amount(row.credited), Deducted: amount(row.deducted),
			Price: amount(row.price), Period: span(row.period, nil), Part: part(row.part), Until: instant(row.until, nil),
		},
		CreditBasis: row.basis, Policy: policy,
	}
	if row.next != "" {
		c.Next = &proration.Next{Price: amount(row.next), Period: span(row.nextPeriod, nil), End: instant(row.end, nil)}
	}
	return c
}

// part reads "2/5", also where it is no valid part; "" is the zero Fraction.
func part(text string) proration.Fraction {
	num, den, _ := strings.Cut(text, "/")
	x := proration.Fraction{}
	x.Num, _ = strconv.ParseInt(num, 10, 64)
	x.Den, _ = strconv.ParseInt(den, 10, 64)
	return x
}

var changes = []changeRow{
	{
		name: "an upgrade in the middle", why: "K4: the unused part is credited, and the rest is charged at the new rate; Stripe's figures",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-5", charge: "10", net: "5", creditExplained: "-10.00 x 15/30 days = -5.00", chargeExplained: "20.00 x 15/30 days = 10.00",
	},
	{
		name: "a downgrade", why: "K5: the surplus becomes a credit",
		at: "2024-04-16", billed: "20", span: "2024-04-01/2024-05-01", next: "10", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-10", charge: "5", net: "-5",
	},
	{
		name: "a cancellation", why: "Kill Bill's figures", at: "2012-03-05", billed: "249.95", span: "2012-03-02/2012-04-02", basis: proration.OnBilled,
		credit: "-225.76", charge: "0", net: "-225.76",
	},
	{
		name: "a first purchase", why: "without a billed charge there is no credit, and no basis is needed",
		at: "2024-04-16", next: "20", nextPeriod: "2024-04-01/2024-05-01", credit: "0", charge: "10", net: "10",
	},
	{
		name: "no charge and no new price", why: "without a billed charge and a new price the change is free", at: "2024-04-16", credit: "0", charge: "0", net: "0",
	},
	{
		name: "a charge of zero", why: "an unpaid charge gives no credit; a peer credits 13.33",
		at: "2024-04-11", billed: "0", span: "2024-04-01/2024-05-01", price: "20", basis: proration.OnPrice, credit: "0", charge: "0", net: "0", capped: true,
		creditExplained: "-20.00 x 20/30 days = -13.333..., limited to 0.00",
	},
	{
		name: "credited in part before", why: "a credit is at most the billed amount less earlier credits",
		at: "2024-01-12", billed: "10", span: "2024-01-01/2024-02-01", credited: "8", basis: proration.OnBilled,
		credit: "-2", charge: "0", net: "-2", capped: true, creditExplained: "-10.00 x 20/31 days = -6.451..., limited to -2.00",
	},
	{
		name: "credited in full before", at: "2024-01-12", billed: "10", span: "2024-01-01/2024-02-01", credited: "10", basis: proration.OnBilled,
		credit: "0", charge: "0", net: "0", capped: true,
	},
	{
		name: "exactly as much left", at: "2024-01-12", billed: "10", span: "2024-01-01/2024-02-01", credited: "3.55", basis: proration.OnBilled,
		credit: "-6.45", charge: "0", net: "-6.45",
	},
	{
		name: "a stub by the billed amount", why: "the credit is the unused share of the billed span, 10 of 20 days",
		at: "2024-01-22", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", basis: proration.OnBilled,
		credit: "-30", charge: "0", net: "-30", creditExplained: "-60.00 x 10/20 days = -30.00",
	},
	{
		name: "a stub by the price", why: "the credit is the unused share of the whole period, 10 of 31 days",
		at: "2024-01-22", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", price: "93", basis: proration.OnPrice,
		credit: "-30", charge: "0", net: "-30", creditExplained: "-93.00 x 10/31 days = -30.00",
	},
	{
		name: "a discounted charge by the price", why: "the share of the price exceeds the billed amount; Lago caps it",
		at: "2024-01-02", billed: "50", span: "2024-01-01/2024-02-01", price: "100", basis: proration.OnPrice,
		credit: "-50", charge: "0", net: "-50", capped: true,
	},
	{
		name: "a coupon by the price", why: "half of the price less half of the coupon, which the charge had",
		at: "2024-04-16", billed: "5", span: "2024-04-01/2024-05-01", price: "10", deducted: "5", basis: proration.OnPrice,
		credit: "-2.5", charge: "0", net: "-2.5", creditExplained: "-10.00 x 15/30 days plus 2.5 carried over = -2.50",
	},
	{
		name: "a coupon on a stub by the price", why: "the coupon is for the 20 billed days: 93.00 x 10/31 - 12.00 x 10/20, half of that for one of two seats",
		at: "2024-01-22", billed: "48", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", price: "93", deducted: "12", part: "1/2", basis: proration.OnPrice,
		credit: "-12", charge: "0", net: "-12",
	},
	{
		name: "a coupon by the billed amount", why: "the billed amount is without the coupon already",
		at: "2024-04-16", billed: "5", span: "2024-04-01/2024-05-01", deducted: "5", basis: proration.OnBilled,
		credit: "-2.5", charge: "0", net: "-2.5",
	},
	{
		name: "at the first instant", why: "the whole charge is credited", at: "2024-01-01", billed: "99.99", span: "2024-01-01/2024-02-01", basis: proration.OnBilled,
		credit: "-99.99", charge: "0", net: "-99.99",
	},
	{
		name: "on the last day, owned by the old side", at: "2024-01-31T12:00:00", billed: "99.99", span: "2024-01-01/2024-02-01", basis: proration.OnBilled, side: proration.OldSide,
		next: "200", nextPeriod: "2024-01-01/2024-02-01", credit: "0", charge: "0", net: "0",
	},
	{
		name: "to another period", why: "a month becomes a year that starts at the change",
		at: "2024-01-16", billed: "31", span: "2024-01-01/2024-02-01", next: "300", nextPeriod: "2024-01-16/2025-01-16", basis: proration.OnBilled,
		credit: "-16", charge: "300", net: "284",
	},
	{
		name: "a charge that ends before its period", at: "2024-01-11", next: "31", nextPeriod: "2024-01-01/2024-02-01", end: "2024-01-21",
		credit: "0", charge: "10", net: "10",
	},
	{
		name: "an amount with more places than the rounding", why: "rounding up never credits more than was billed",
		at: "2024-01-01", billed: "10.005", span: "2024-01-01/2024-02-01", basis: proration.OnBilled,
		credit: "-10", charge: "0", net: "-10", capped: true,
	},
	{
		name: "amounts of 30 digits", why: "both lines are exact for any number of digits",
		at: "2024-04-16", billed: "100000000000000000000000000000.01", span: "2024-04-01/2024-05-01", credited: "0.01", next: "0.1", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-50000000000000000000000000000.01", charge: "0.05", net: "-49999999999999999999999999999.96",
	},
	{
		name: "four of ten seats", why: "the credit is for the price of four: 356.00 for half of November",
		at: "2026-11-16", billed: "890", span: "2026-11-01/2026-12-01", part: "4/10", basis: proration.OnBilled,
		credit: "-178", charge: "0", net: "-178", creditExplained: "-356.00 x 15/30 days = -178.00",
	},
	{
		name: "two of five seats, replaced by others", why: "K4: the removal of two seats credits two seats, although five were billed and none is credited",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", part: "2/5", next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-2", charge: "10", net: "8", creditExplained: "-4.00 x 15/30 days = -2.00", chargeExplained: "20.00 x 15/30 days = 10.00",
	},
	{
		name: "all of five seats", why: "five of five seats are the whole charge",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", part: "5/5", next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-5", charge: "10", net: "5", creditExplained: "-10.00 x 15/30 days = -5.00",
	},
	{
		name: "none of five seats", at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", part: "0/5", credited: "4", basis: proration.OnBilled,
		credit: "0", charge: "0", net: "0", creditExplained: "0.00 x 15/30 days = 0.00",
	},
	{
		name: "a third, which has no exact decimal", why: "the part is truncated to cents and its rest is carried, so that no amount is rounded twice",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", part: "1/3", basis: proration.OnBilled,
		credit: "-1.67", charge: "0", net: "-1.67", creditExplained: "-3.33 x 15/30 days plus -0.0016... carried over = -1.666..., rounded half up to -1.67",
	},
	{
		name: "a third of the price", why: "the credit is the unused share of the whole period for a third of the price",
		at: "2024-01-22", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", price: "93", part: "1/3", basis: proration.OnPrice,
		credit: "-10", charge: "0", net: "-10", creditExplained: "-31.00 x 10/31 days = -10.00",
	},
	{
		name: "a part by the price", why: "the cap is the whole billed amount, not the part of it",
		at: "2024-01-02", billed: "50", span: "2024-01-01/2024-02-01", price: "100", part: "3/5", basis: proration.OnPrice,
		credit: "-50", charge: "0", net: "-50", capped: true, creditExplained: "-60.00 x 30/31 days = -58.064..., limited to -50.00",
	},
	{
		name: "a part of a charge that is mostly credited", why: "a credit is at most the billed amount that is not credited yet",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "9", part: "2/5", basis: proration.OnBilled,
		credit: "-1", charge: "0", net: "-1", capped: true, creditExplained: "-4.00 x 15/30 days = -2, limited to -1.00",
	},
	{
		name: "money credited before", why: "law 3: it lowers the cap to 7.00, and not the value of the unused time",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "3", basis: proration.OnBilled,
		credit: "-5", charge: "0", net: "-5", creditExplained: "-10.00 x 15/30 days = -5.00",
	},
	{
		name: "money credited before, with a new price", why: "the usual change, with an earlier credit below the cap",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "3", next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-5", charge: "10", net: "5", creditExplained: "-10.00 x 15/30 days = -5.00", chargeExplained: "20.00 x 15/30 days = 10.00",
	},
	{
		name: "more than half credited before, with a new price", why: "the cap holds for a change to a new price too",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "6", next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-4", charge: "10", net: "6", capped: true, creditExplained: "-10.00 x 15/30 days = -5, limited to -4.00", chargeExplained: "20.00 x 15/30 days = 10.00",
	},
	{
		name: "money credited before, and two fifths unused", why: "4.00 x 1/2, whatever was credited before",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "3", part: "2/5", basis: proration.OnBilled,
		credit: "-2", charge: "0", net: "-2", creditExplained: "-4.00 x 15/30 days = -2.00",
	},
	{
		name: "money credited before, and a third unused", why: "only the rest of the third is carried, 1/300 x 1/2",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "3", part: "1/3", basis: proration.OnBilled,
		credit: "-1.67", charge: "0", net: "-1.67", creditExplained: "-3.33 x 15/30 days plus -0.0016... carried over = -1.666..., rounded half up to -1.67",
	},
	{
		name: "the unused amount credited before", why: "the other half of the billed amount is left, so that no cap applies",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", credited: "5", basis: proration.OnBilled,
		credit: "-5", charge: "0", net: "-5", creditExplained: "-10.00 x 15/30 days = -5.00",
	},
	{
		name: "more than the unused amount credited before", why: "the 2.00 that are left are credited, not more and not less",
		at: "2024-04-20", billed: "10", span: "2024-04-01/2024-05-01", credited: "8", basis: proration.OnBilled,
		credit: "-2", charge: "0", net: "-2", capped: true, creditExplained: "-10.00 x 11/30 days = -3.666..., limited to -2.00",
	},
	{
		name: "more than the unused amount credited before, and a third unused", why: "10.00/3 x 11/30 are less than the 2.00 that are left",
		at: "2024-04-20", billed: "10", span: "2024-04-01/2024-05-01", credited: "8", part: "1/3", basis: proration.OnBilled,
		credit: "-1.22", charge: "0", net: "-1.22", creditExplained: "-3.33 x 11/30 days plus -0.0012... carried over = -1.222..., rounded half up to -1.22",
	},
	{
		name: "the whole amount credited before", why: "nothing is left", at: "2024-04-01", billed: "10", span: "2024-04-01/2024-05-01", credited: "10", basis: proration.OnBilled,
		credit: "0", charge: "0", net: "0", capped: true, creditExplained: "-10.00 x 30/30 days = -10, limited to 0.00",
	},
	{
		name: "a part of a cent more than the unused amount credited before", why: "4.999 are left, and the cap is cut off at the cents", at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01",
		credited: "5.001", basis: proration.OnBilled,
		credit: "-4.99", charge: "0", net: "-4.99", capped: true, creditExplained: "-10.00 x 15/30 days = -5, limited to -4.99",
	},
	{
		name: "money credited before, by the price", why: "the share of the price is 30.00, and 48.00 are left",
		at: "2024-01-22", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", price: "93", credited: "12", basis: proration.OnPrice,
		credit: "-30", charge: "0", net: "-30", creditExplained: "-93.00 x 10/31 days = -30.00",
	},
	{
		name: "a coupon and a third unused", why: "both rests are carried: the unused coupon of 0.50, less 1/300 x 1/2",
		at: "2024-04-16", billed: "7", span: "2024-04-01/2024-05-01", price: "10", deducted: "3", part: "1/3", basis: proration.OnPrice,
		credit: "-1.17", charge: "0", net: "-1.17", creditExplained: "-3.33 x 15/30 days plus 0.4983... carried over = -1.166..., rounded half up to -1.17",
	},
	{
		name: "a coupon and money credited before", why: "the coupon lowers the value to 2.50, and the money only the cap, to 2.00",
		at: "2024-04-16", billed: "5", span: "2024-04-01/2024-05-01", price: "10", deducted: "5", credited: "3", basis: proration.OnPrice,
		credit: "-2", charge: "0", net: "-2", capped: true, creditExplained: "-10.00 x 15/30 days plus 2.5 carried over = -2.5, limited to -2.00",
	},
	{
		name: "deductions of more than the price", why: "law 7: a credit is never a charge",
		at: "2024-04-16", billed: "2", span: "2024-04-01/2024-05-01", price: "10", deducted: "12", basis: proration.OnPrice,
		credit: "0", charge: "0", net: "0", capped: true, creditExplained: "-10.00 x 15/30 days plus 6 carried over = 1, at most 0.00",
	},
	{
		name: "deductions of more than the price, and a third unused", why: "law 7: a credit of a part is never a charge either: 10.00/3 x 1/2 - 12.00/3 x 1/2",
		at: "2024-04-16", billed: "2", span: "2024-04-01/2024-05-01", price: "10", deducted: "12", part: "1/3", basis: proration.OnPrice,
		credit: "0", charge: "0", net: "0", capped: true, creditExplained: "-3.33 x 15/30 days plus 1.9983... carried over = 0.333..., at most 0.00",
	},
	{
		name: "deductions of less than half a cent more than the price", why: "the excess rounds to zero and is the residual",
		at: "2024-04-16", billed: "0", span: "2024-04-01/2024-05-01", price: "10", deducted: "10.002", basis: proration.OnPrice,
		credit: "0", charge: "0", net: "0", creditExplained: "-10.00 x 15/30 days plus 5.001 carried over = 0.001, rounded half up to 0.00",
	},
	{
		name: "a pause", why: "ten of thirty days are unused, and the days after the pause are used", at: "2024-04-11", until: "2024-04-21", billed: "10", span: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-3.33", charge: "0", net: "-3.33", creditExplained: "-10.00 x 10/30 days = -3.333..., rounded half up to -3.33",
	},
	{
		name: "a pause of a stub, by the price", why: "5 of 31 days of 93.00", at: "2024-01-22", until: "2024-01-27", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", price: "93", basis: proration.OnPrice,
		credit: "-15", charge: "0", net: "-15", creditExplained: "-93.00 x 5/31 days = -15.00",
	},
	{
		name: "a pause with a replacement", why: "the credit ends with the pause, and the charge has its own end", at: "2024-04-16", until: "2024-04-19", billed: "10", span: "2024-04-01/2024-05-01",
		next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled, credit: "-1", charge: "10", net: "9",
	},
	{
		name: "a pause until the end", why: "until the end of the span is the same as no end", at: "2024-04-16", until: "2024-05-01", billed: "10", span: "2024-04-01/2024-05-01",
		next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled, credit: "-5", charge: "10", net: "5",
	},
	{
		name: "a pause of a day, owned by the old side", why: "the 16th is used and the 17th is not: the old side owns the days of both instants", at: "2024-04-16T12:00:00", until: "2024-04-17T09:00:00", billed: "30", span: "2024-04-01/2024-05-01", basis: proration.OnBilled, side: proration.OldSide,
		credit: "-1", charge: "0", net: "-1", creditExplained: "-30.00 x 1/30 days = -1.00",
	},
	{
		name: "a pause within a day", why: "no whole day is unused", at: "2024-04-16T09:00:00", until: "2024-04-16T12:00:00", billed: "30", span: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "0", charge: "0", net: "0",
	},
	{
		name: "a charge of zero for a part of a day", why: "any share of zero is zero", at: "2024-04-16T11:00:00", billed: "0", span: "2024-04-16T10:00:00/2024-04-16T12:00:00", period: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "0", charge: "0", net: "0", creditExplained: "0.00 x 1/1 period = 0.00",
	},
	{
		name: "a pause of a charge that is mostly credited", why: "the cap is the whole billed amount less earlier credits", at: "2024-04-11", until: "2024-04-21", billed: "30", credited: "25", span: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-5", charge: "0", net: "-5", capped: true, creditExplained: "-30.00 x 10/30 days = -10, limited to -5.00",
	},
}

func TestAdjust(t *testing.T) {
	for _, row := range changes {
		t.Run(row.name, func(t *testing.T) {
			c := row.change()
			a := adjust(t, c)
			giventest.CheckMoney(t, "the credit", a.Credit.Amount, row.credit)
			giventest.CheckMoney(t, "the charge", a.Charge.Amount, row.charge)
			giventest.CheckMoney(t, "the net", a.Net, row.net)
			if a.Credit.Capped != row.capped || a.Charge.Capped {
				t.Errorf("the credit is capped: %v, the charge: %v", a.Credit.Capped, a.Charge.Capped)
			}
			if got := a.Credit.Explain(); row.creditExplained != "" && got != row.creditExplained {
				t.Errorf("the credit is explained as\n%s, want\n%s", got, row.creditExplained)
			}
			if row.billed != "" {
				checkCreditText(t, a.Credit)
			}
			if got := a.Charge.Explain(); row.chargeExplained != "" && got != row.chargeExplained {
				t.Errorf("the charge is explained as\n%s, want\n%s", got, row.chargeExplained)
			}
		})
	}
}

func TestAdjustRefuses(t *testing.T) {
	good := changeRow{
		at: "2024-04-16", billed: "10", span: "2024-04-05/2024-05-01", period: "2024-04-01/2024-05-01",
		next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
	}
	giventest.CheckFaults(t, func() error { _, err := proration.Adjust(good.change()); return err }())
	for _, row := range []struct {
		name, why string
		stub      bool // needs a billed span inside a longer period
		change    func(*proration.Change)
		want      []string
	}{
		{name: "no instant", change: func(c *proration.Change) { c.At = instant("", nil) }, want: []string{"at unset"}},
		{name: "before the billed span", change: func(c *proration.Change) { c.At = instant("2024-04-04", nil) }, want: []string{"at outside"}},
		{name: "at the end of the billed span", why: "no time is left to credit", change: func(c *proration.Change) { c.At = instant("2024-05-01", nil); c.Next = nil }, want: []string{"at outside"}},
		{name: "outside both", why: "a peer charges twice the price here", change: func(c *proration.Change) { c.At = instant("2024-05-16", nil) }, want: []string{"at outside", "at outside"}},
		{name: "outside the next period", change: func(c *proration.Change) { c.Next.Period = span("2024-05-01/2024-06-01", nil) }, want: []string{"at outside"}},
		{name: "an end before the change", change: func(c *proration.Change) { c.Next.End = instant("2024-04-10", nil) }, want: []string{"next.end period"}},
		{name: "an end beyond the period", change: func(c *proration.Change) { c.Next.End = instant("2024-05-02", nil) }, want: []string{"next.end outside"}},
		{name: "a negative amount", change: func(c *proration.Change) { c.Billed.Amount = money("-1") }, want: []string{"billed.amount invalid"}},
		{name: "a negative credit", change: func(c *proration.Change) { c.Billed.Credited = money("-1") }, want: []string{"billed.credited invalid"}},
		{name: "credited more than billed", change: func(c *proration.Change) { c.Billed.Credited = money("10.01") }, want: []string{"billed.credited invalid"}},
		{name: "earlier credits beyond the limits", change: func(c *proration.Change) { c.Billed.Credited = decimal.New(1, 1_000_000_000) }, want: []string{"billed.credited limit"}},
		{name: "earlier credits of too many places", change: func(c *proration.Change) { c.Billed.Credited = decimal.New(1, -1_000_000_000) }, want: []string{"billed.credited limit"}},
		{name: "deductions beyond the limits", change: func(c *proration.Change) { c.Billed.Deducted = decimal.New(1, 38) }, want: []string{"billed.deducted limit"}},
		{name: "deductions of too many places", change: func(c *proration.Change) { c.Billed.Deducted = decimal.New(1, -1_000_000_000) }, want: []string{"billed.deducted limit"}},
		{name: "a negative part", why: "a negative part would be charged", change: func(c *proration.Change) { c.Billed.Part = part("-1/5") }, want: []string{"billed.part invalid"}},
		{name: "a part below zero", change: func(c *proration.Change) { c.Billed.Part = part("2/-5") }, want: []string{"billed.part invalid"}},
		{name: "a part of two negative integers", why: "the numerator has the sign", change: func(c *proration.Change) { c.Billed.Part = part("-2/-5") }, want: []string{"billed.part invalid"}},
		{name: "a part above the whole", change: func(c *proration.Change) { c.Billed.Part = part("6/5") }, want: []string{"billed.part invalid"}},
		{name: "a part with the denominator zero", change: func(c *proration.Change) { c.Billed.Part = part("2/0") }, want: []string{"billed.part invalid"}},
		{name: "a part of the smallest integers", change: func(c *proration.Change) {
			c.Billed.Part = proration.Fraction{Num: math.MinInt64, Den: math.MinInt64}
		}, want: []string{"billed.part invalid"}},
		{name: "the largest integer over zero", change: func(c *proration.Change) {
			c.Billed.Part = proration.Fraction{Num: math.MaxInt64}
		}, want: []string{"billed.part invalid"}},
		{name: "a part without a charge", why: "a part needs a billed charge", change: func(c *proration.Change) {
			c.Billed, c.CreditBasis = proration.Billed{Part: part("2/5")}, 0
		}, want: []string{"billed.span unset", "credit_basis unset"}},
		{name: "an earlier credit without a charge", change: func(c *proration.Change) {
			c.Billed, c.CreditBasis = proration.Billed{Credited: money("1")}, 0
		}, want: []string{"billed.span unset", "billed.credited invalid", "credit_basis unset"}},
		{name: "deductions without a charge", change: func(c *proration.Change) {
			c.Billed, c.CreditBasis = proration.Billed{Deducted: money("1")}, 0
		}, want: []string{"billed.span unset", "credit_basis unset"}},
		{name: "a pause that ends before the change", change: func(c *proration.Change) { c.Billed.Until = instant("2024-04-15", nil) }, want: []string{"billed.until period"}},
		{name: "a pause that ends at the change", why: "no time is unused", change: func(c *proration.Change) { c.Billed.Until = c.At }, want: []string{"billed.until period"}},
		{name: "a pause that ends after the billed span", change: func(c *proration.Change) { c.Billed.Until = instant("2024-05-02", nil) }, want: []string{"billed.until outside"}},
		{name: "a pause before the billed span", change: func(c *proration.Change) {
			c.At, c.Billed.Until = instant("2024-04-03", nil), instant("2024-04-05", nil)
		}, want: []string{"at outside", "billed.until outside"}},
		{name: "a pause until beyond the limits", change: func(c *proration.Change) { c.Billed.Until = instant("2024-05-01", nil).AddDate(9000, 0, 0) }, want: []string{"billed.until limit"}},
		{name: "a pause until an instant of an unknown calendar", change: func(c *proration.Change) {
			c.Billed.Until = instant("2024-04-20T00:00:00+02:00", time.FixedZone("odd", 7200))
		}, want: []string{"billed.until zone"}},
		{name: "a pause without a charge", why: "a pause needs a billed charge", change: func(c *proration.Change) {
			c.Billed, c.CreditBasis = proration.Billed{Until: instant("2024-04-20", nil)}, 0
		}, want: []string{"billed.span unset", "credit_basis unset"}},
		{name: "every fault of the billed charge", why: "faults are in the order of the fields", stub: true, change: func(c *proration.Change) {
			c.Billed = proration.Billed{
				Amount: money("-1"), Credited: money("-1"), Price: money("-1"), Deducted: decimal.New(1, 39),
				Period: span("2024-05-01/2024-04-01", nil), Part: part("6/5"),
			}
		}, want: []string{
			"billed.amount invalid", "billed.span unset", "billed.credited invalid", "billed.price invalid", "billed.deducted limit",
			"billed.period period", "billed.part invalid",
		}},
		{name: "a negative price", change: func(c *proration.Change) { c.Billed.Price = money("-1") }, want: []string{"billed.price invalid"}},
		{name: "a negative next price", change: func(c *proration.Change) { c.Next.Price = money("-1") }, want: []string{"next.price invalid"}},
		{name: "no span", change: func(c *proration.Change) { c.Billed.Span = proration.Period{} }, want: []string{"billed.span unset"}},
		{name: "a reversed span", change: func(c *proration.Change) { c.Billed.Span = span("2024-05-01/2024-04-01", nil) }, want: []string{"billed.span period"}},
		{name: "a span outside its period", stub: true, change: func(c *proration.Change) { c.Billed.Period = span("2024-04-06/2024-05-01", nil) }, want: []string{"billed.span outside"}},
		{name: "a reversed period", stub: true, change: func(c *proration.Change) { c.Billed.Period = span("2024-05-01/2024-04-01", nil) }, want: []string{"billed.period period"}},
		{name: "no next period", change: func(c *proration.Change) { c.Next.Period = proration.Period{} }, want: []string{"next.period unset"}},
		{name: "no basis", why: "the setting decides an amount", change: func(c *proration.Change) { c.CreditBasis = 0 }, want: []string{"credit_basis unset"}},
		{name: "a basis without its price", why: "a missing price would give no credit", change: func(c *proration.Change) { c.CreditBasis = proration.OnPrice }, want: []string{"billed.price unset"}},
		{name: "an unknown basis", change: func(c *proration.Change) { c.CreditBasis = 3 }, want: []string{"credit_basis invalid"}},
		{name: "no policy", why: "the setting decides an amount", change: func(c *proration.Change) { c.Policy = proration.Policy{} }, want: []string{"policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{name: "an unknown day count", change: func(c *proration.Change) { c.Policy.DayCount = 77 }, want: []string{"policy.day_count invalid"}},
		{name: "an unknown mode", change: func(c *proration.Change) { c.Policy.Rounding.Mode = 77 }, want: []string{"policy.rounding.mode invalid"}},
		{name: "the fewest places", change: func(c *proration.Change) { c.Policy.Rounding.Places = -1 << 31 }, want: []string{"policy.rounding.places limit"}},
		{name: "the most places", change: func(c *proration.Change) { c.Policy.Rounding.Places = 1<<31 - 1 }, want: []string{"policy.rounding.places limit"}},
		{name: "a local location", why: "time.Local differs between machines", change: func(c *proration.Change) { c.Location = local }, want: []string{"location zone"}},
		{name: "an offset and no location", why: "an offset names no calendar", change: func(c *proration.Change) { c.At = c.At.In(local) }, want: []string{"at zone"}},
		{name: "a next price of 10^38", change: func(c *proration.Change) { c.Next.Price = decimal.New(1, 38) }, want: []string{"next.price limit"}},
		{name: "amounts beyond the limits", change: func(c *proration.Change) {
			c.Billed.Amount, c.Billed.Credited, c.Billed.Price, c.Next.Price = decimal.New(1, 39), decimal.New(1, 39), decimal.New(1, -39), decimal.New(1, 1_000_000_000)
		}, want: []string{"billed.amount limit", "billed.credited limit", "billed.price limit", "next.price limit"}},
		{name: "a span without a day", stub: true, why: "the billed span has no day to count", change: func(c *proration.Change) {
			c.Billed.Span = span("2024-04-16T09:00:00/2024-04-16T17:00:00", nil)
			c.At = instant("2024-04-16T12:00:00", nil)
		}, want: []string{"billed.span period"}},
		{name: "everything at once", why: "every fault is reported", change: func(c *proration.Change) {
			*c = proration.Change{Billed: proration.Billed{Amount: money("-1")}, Next: &proration.Next{Price: money("-1")}}
		}, want: []string{
			"at unset", "billed.amount invalid", "billed.span unset", "next.price invalid", "next.period unset", "credit_basis unset",
			"policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset",
		}},
	} {
		t.Run(row.name, func(t *testing.T) { checkChangeRefused(t, good.change(), row.change, row.want) })
		if !row.stub {
			t.Run(row.name+", for a whole period", func(t *testing.T) {
				c := good.change()
				c.Billed.Period = proration.Period{}
				checkChangeRefused(t, c, row.change, row.want)
			})
		}
	}
}

func checkChangeRefused(t *testing.T, c proration.Change, change func(*proration.Change), want []string) {
	t.Helper()
	change(&c)
	promptly(t, func() {
		a, err := proration.Adjust(c)
		giventest.CheckFaults(t, err, want...)
		if err != nil && (!a.Net.IsZero() || !sameResult(a.Credit, proration.Result{}) || !sameResult(a.Charge, proration.Result{})) {
			t.Errorf("got %+v with an error, want zero", a)
		}
	})
}
