package plans_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// sample is one small order, described without the types of the package.
type sample struct {
	currency    plans.Currency
	units       int64     // minor units in a major one
	prices      [2]string // of one unit of each item, for one period of the plan
	each        int       // months in a period of the plan
	quantities  [2]int64  // a zero second quantity is not ordered; with a zero first one, the first item is metered
	months      int       // in the term
	percent     string    // percent off for the term
	upFront     bool
	end         plans.RenewalMode
	start       string // a date
	step        string // the date from which the first item has other units; "" is never
	stepped     int64  // the units from the step on
	least       int64  // in major units, the minimum of each bill
	instalments int
}

func (d sample) String() string {
	type plain sample
	return fmt.Sprintf("%+v", plain(d))
}

// catalog sells the order.
func (d sample) catalog() seller {
	term := plans.Term{Length: proration.Interval{Months: d.months}, Percent: giventest.Money(d.percent), Billing: plans.PerPeriod, Renewal: d.end}
	if d.upFront {
		term.Billing = plans.UpFront
	}
	return seller{
		Catalog: plans.Catalog{
			Terms: []plans.Term{term},
			Plans: []plans.Plan{{ID: "base", Interval: proration.Interval{Months: d.each}, Offers: []plans.Offer{
				{Item: "seat", Currency: d.currency, Price: plans.Price{Unit: giventest.Money(d.prices[0]), Metered: d.quantities[0] == 0}},
				{Item: "phone", Currency: d.currency, Price: plans.Price{Unit: giventest.Money(d.prices[1])}},
			}}},
			Markets: []plans.Market{{Currency: d.currency, PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer}, Installments: 12}}}},
		},
		Policy: proration.Standard(7), Allocation: proration.LargestRemainder,
		ChangeRules: plans.ChangeRules{
			{Action: plans.AddQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately}, {Action: plans.Upgrade, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately},
		},
	}
}

// order is the order itself.
func (d sample) order() plans.Order {
	o := plans.Order{
		By: plans.Customer, At: giventest.Instant(d.start, nil), Plan: "base", Country: "BR", PaymentMethod: "card", Term: proration.Interval{Months: d.months},
		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.New(d.quantities[0], 0)}}, Minimum: decimal.New(d.least, 0), Installments: d.instalments,
	}
	if d.quantities[1] > 0 {
		o.Items = append(o.Items, plans.OrderItem{Item: "phone", Quantity: decimal.New(d.quantities[1], 0)})
	}
	if d.step != "" {
		o.Items = append(o.Items, plans.OrderItem{Item: "seat", Quantity: decimal.New(d.stepped, 0), From: giventest.Instant(d.step, nil)})
	}
	return o
}

// day counts the days of a date from a fixed day.
func day(date string) int64 {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return t.Unix() / 86_400
}

// nearest rounds to whole units, a half up.
func nearest(x *big.Rat) int64 {
	twice := new(big.Rat).Add(new(big.Rat).Add(x, x), big.NewRat(1, 1))
	return new(big.Int).Div(twice.Num(), new(big.Int).Mul(twice.Denom(), big.NewInt(2))).Int64()
}

// number reads a decimal number.
func number(text string) *big.Rat {
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return x
}

// owed is the price of a quantity of an item for some days of a period of the given months, in minor units.
func (d sample) owed(item int, quantity int64, months int, days, of int64) int64 {
	x := number(d.prices[item])
	for _, factor := range []*big.Rat{big.NewRat(quantity, 1), big.NewRat(d.units, 1), big.NewRat(int64(months), int64(d.each)), big.NewRat(days, of)} {
		x.Mul(x, factor)
	}
	return nearest(x)
}

// less takes a percentage of the sum of all lines off: it is rounded once, each line gets its truncated share, and the
// remaining units go to the largest remainders, one each.
func less(lines []int64, percent string) (nets []int64, sum int64) {
	for _, l := range lines {
		sum += l
	}
	off := nearest(new(big.Rat).Mul(number(percent), big.NewRat(sum, 100)))
	nets = append(nets, lines...)
	if sum == 0 {
		return nets, 0
	}
	rest, left := make([]int64, len(lines)), off
	for i, l := range lines {
		share := new(big.Int).Mul(big.NewInt(off), big.NewInt(l))
		cut, over := new(big.Int).QuoRem(share, big.NewInt(sum), new(big.Int))
		nets[i] -= cut.Int64()
		left -= cut.Int64()
		rest[i] = over.Int64()
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rest {
			if rest[i] > rest[most] {
				most = i
			}
		}
		nets[most]--
		rest[most] = -1
	}
	return nets, sum - off
}

// bill returns the lines of the period between two dates, of the given months, before discounts, and what they lack of
// the minimum.
func (d sample) bill(from, to string, months int) (lines []int64, lacking int64) {
	days := day(to) - day(from)
	line := func(item int, quantity, part int64) {
		if quantity > 0 { // no units have no line
			lines = append(lines, d.owed(item, quantity, months, part, days))
		}
	}
	switch {
	case d.step == "" || day(d.step) >= day(to):
		line(0, d.quantities[0], days)
	case day(d.step) <= day(from):
		line(0, d.stepped, days)
	default:
		before := day(d.step) - day(from)
		line(0, d.quantities[0], before)
		line(0, d.stepped, days-before)
	}
	line(1, d.quantities[1], days)
	lacking = d.least * d.units
	for _, l := range lines {
		lacking -= l
	}
	return lines, max(lacking, 0)
}

// isUnits reports whether an amount is a number of minor units.
func (d sample) isUnits(amount decimal.Decimal, minor int64) bool {
	return amount.Rat().Cmp(big.NewRat(minor, d.units)) == 0
}

// checkBill compares a bill with the computed one.
func (d sample) checkBill(t *testing.T, bill plans.Bill, at string, nets []int64, sum int64) {
	t.Helper()
	if !d.isUnits(bill.Total, sum) || bill.At.Format(time.DateOnly) != at || len(bill.Lines) != len(nets) {
		t.Fatalf("%v\n%v on %s with %d lines, want %d on %s with %v", d, bill.Total, bill.At, len(bill.Lines), sum, at, nets)
	}
	for i, line := range bill.Lines {
		if !d.isUnits(line.Net, nets[i]) {
			t.Fatalf("%v\n%s, want %v", d, line.Explain(), nets)
		}
	}
}

// check compares the quote of a sample with the computed amounts.
func (d sample) check(t *testing.T) {
	t.Helper()
	catalog, order := d.catalog(), d.order()
	q, err := catalog.quote(order)
	if err != nil {
		t.Fatalf("%v\n%v", d, err)
	}
	if offer := &catalog.Plans[0].Offers[0]; offer.Price.Metered { // otherwise, no units are no order
		offer.Price.Metered = false
		_, err := catalog.quote(order)
		want := []string{"items[0].quantity unset"}
		if d.step != "" && d.stepped == 0 {
			want = append(want, "items[2].quantity unset") // it ends no units
		}
		giventest.CheckFaults(t, err, want...)
	}
	each := d.each
	if d.upFront {
		each = d.months
	}
	end := dateLater(d.start, d.months)

	// all bills until the end of the term, with what the period before lacked; the first in installments
	var committed, lacked int64
	for m := 0; m < d.months; m += each {
		from := dateLater(d.start, m)
		lines, lacking := d.bill(from, dateLater(d.start, m+each), each)
		nets, sum := less(lines, d.percent)
		_, all := less(append(lines, lacked), d.percent)
		committed, lacked = committed+all, lacking
		if m == 0 {
			d.checkBill(t, q.First, d.start, nets, sum)
			for i, part := range q.Due {
				want := sum / int64(d.instalments)
				if int64(i) < sum%int64(d.instalments) {
					want++
				}
				if !d.isUnits(part.Amount, want) || part.At.Format(time.DateOnly) != dateLater(d.start, i) || len(q.Due) != d.instalments {
					t.Fatalf("%v\ninstallment %d is %v on %v, want %d", d, i, part.Amount, part.At, want)
				}
			}
		}
	}
	_, last := less([]int64{lacked}, d.percent) // alone: the next term has a discount of its own
	committed += last
	if !d.isUnits(q.Committed, committed) || q.Contract.End().Format(time.DateOnly) != end {
		t.Fatalf("%v\n%v until %v, want %d until %s", d, q.Committed, q.Contract.End(), committed, end)
	}

	// the renewal bill
	if (q.Renewal == nil) != (d.end == plans.Expire) {
		t.Fatalf("%v\nrenewal %v", d, q.Renewal)
	}
	if q.Renewal != nil {
		percent := d.percent
		if d.end == plans.Evergreen {
			percent = "0"
		}
		lines, _ := d.bill(end, dateLater(d.start, d.months+each), each)
		nets, sum := less(lines, percent)
		d.checkBill(t, *q.Renewal, end, nets, sum)
	}
}

// Laws 1 and 2: every small quote, against sums in whole minor units and exact fractions: each line, each installment,
// all bills until the end of the term, and the one after it.
func TestQuoteEnumerated(t *testing.T) {
	short.Skip(t)
	n := 0
	for _, money := range []sample{
		{currency: "USD", units: 100, prices: [2]string{"15.00", "4.99"}},
		{currency: "JPY", units: 1, prices: [2]string{"1999", "33.3"}},
		{currency: "KWD", units: 1000, prices: [2]string{"0.0005", "7"}},
	} {
		if race.On && money.currency != "USD" {
			continue
		}
		for _, quantities := range [][2]int64{{1, 0}, {7, 3}, {0, 2}} {
			for _, months := range race.Few([]int{6, 9, 12}, 2) {
				for _, percent := range race.Few([]string{"0", "12.5", "33.33", "100"}, 2) {
					for _, start := range race.Few([]string{"2026-11-16", "2026-08-31", "2028-02-29"}, 2) {
						for _, step := range []int{-1, 0, 10} {
							d := money
							d.quantities, d.months, d.percent, d.start = quantities, months, percent, start
							if step >= 0 {
								d.step = time.Unix((day(dateLater(start, 3))+int64(step))*86_400, 0).UTC().Format(time.DateOnly)
								d.stepped = []int64{quantities[0] + 2, 0}[n/24%2]
							}
							for _, d.least = range []int64{0, 95} {
								for _, d.upFront = range []bool{true, false} {
									for _, d.each = range []int{1, 3} {
										d.instalments = []int{1, 2, 3, 7, 12}[n%5]
										d.end = []plans.RenewalMode{plans.Renew, plans.RenewOnce, plans.Expire, plans.Evergreen}[n/7%4]
										if d.upFront && d.end == plans.Evergreen {
											d.end = plans.Renew
										}
										d.check(t)
										n++
									}
								}
							}
						}
					}
				}
			}
		}
	}
	for _, months := range []int{24, 36, 120} { // some long terms
		d := sample{currency: "USD", units: 100, prices: [2]string{"15.01", "0.005"}, quantities: [2]int64{3, 1}, months: months, percent: "17.5", start: "2027-01-31", each: 1, instalments: 7, end: plans.Renew}
		d.check(t)
		d.upFront = true
		d.check(t)
	}
}

// Law 11: for every addition to a small contract on every tested day, the charges of Amended are for the rest of each
// term, computed in whole minor units and exact fractions, with the approval of Check and the contract of Changed.
func TestAmendedEnumerated(t *testing.T) {
	short.Skip(t)
	for _, money := range []sample{
		{currency: "USD", units: 100, prices: [2]string{"15.00", "4.99"}},
		{currency: "JPY", units: 1, prices: [2]string{"1999", "33.3"}},
		{currency: "KWD", units: 1000, prices: [2]string{"0.0005", "7"}},
	} {
		if race.On && money.currency != "USD" {
			continue
		}
		for _, upFront := range []bool{true, false} {
			for _, months := range []int{6, 9, 12} {
				for _, percent := range []string{"0", "12.5", "33.33"} {
					for _, start := range []string{"2026-11-16", "2026-08-31", "2028-02-29"} {
						d := money
						d.quantities, d.months, d.percent, d.start, d.upFront = [2]int64{7, 3}, months, percent, start, upFront
						d.each, d.instalments, d.end = 1, 1, plans.Renew
						d.checkAdditions(t)
					}
				}
			}
		}
	}
}

// paid is a paid period, and its months.
type paid struct {
	from, to string
	months   int
	percent  string
}

// checkAdditions adds to the contract of a sample on several days, also after an extension by six months at 10 % off.
func (d sample) checkAdditions(t *testing.T) {
	t.Helper()
	catalog := d.catalog()
	higher := catalog.Plans[0]
	higher.ID, higher.Rank = "higher", 1
	higher.Offers = []plans.Offer{higher.Offers[0], higher.Offers[1]}
	for i := range higher.Offers {
		higher.Offers[i].Price.Unit = higher.Offers[i].Price.Unit.Add(giventest.Money("1"))
	}
	selling(higher)(&catalog)
	contract := contractOf(t, catalog, d.order())
	end := dateLater(d.start, d.months)
	for _, extended := range []bool{false, true} {
		last := end
		if extended {
			term := catalog.Terms[0]
			term.Length, term.Percent = proration.Interval{Months: 6}, giventest.Money("10")
			var err error
			if contract, err = contract.Changed(plans.Change{Term: &term}, giventest.Instant(d.start, nil)); err != nil {
				t.Fatal(err)
			}
			last = dateLater(d.start, d.months+6)
		}
		for _, after := range []int64{0, 1, 45, 100, 181, day(end) - day(d.start), day(last) - day(d.start) - 1} {
			on := day(d.start) + after
			if on >= day(last) {
				continue
			}
			var rest []paid
			for m, step := 0, d.each; day(dateLater(d.start, m)) < day(last); m += step {
				p := paid{dateLater(d.start, m), "", d.each, d.percent}
				if m >= d.months {
					p.percent = "10"
				}
				if d.upFront {
					step = d.months
					if m > 0 {
						step = 6
					}
					p.months = step
				}
				p.to = dateLater(d.start, m+step)
				if day(p.to) > on && (d.upFront || day(p.from) <= on) {
					rest = append(rest, p)
				}
			}
			at := time.Unix(on*86_400, 0).UTC()
			d.checkAddition(t, catalog, plans.ChangeRequest{Contract: contract, Change: itemChange("phone", "2"), By: plans.Customer, At: at}, rest, [][2]int64{{1, 2}})

			dearer := d
			for i := range dearer.prices {
				dearer.prices[i] = new(big.Rat).Add(number(d.prices[i]), big.NewRat(1, 1)).FloatString(9)
			}
			dearer.checkAddition(t, catalog, plans.ChangeRequest{Contract: contract, Change: plans.Change{Plan: &plans.Plan{ID: "higher"}}, By: plans.Customer, At: at}, rest, [][2]int64{{0, 7}, {1, 3}})
		}
	}
}

// checkAddition compares the charges of a change with the rest of all paid time, for each item and quantity.
func (d sample) checkAddition(t *testing.T, catalog seller, p plans.ChangeRequest, rest []paid, items [][2]int64) {
	t.Helper()
	var nets []int64
	var sum int64
	on := p.At.Unix() / 86_400
	for _, r := range rest {
		var lines []int64
		for _, item := range items {
			lines = append(lines, d.owed(int(item[0]), item[1], r.months, day(r.to)-max(on, day(r.from)), day(r.to)-day(r.from)))
		}
		left, due := less(lines, r.percent)
		nets, sum = append(nets, left...), sum+due
	}
	a, err := catalog.amend(p)
	if err != nil {
		t.Fatalf("%v\n%v", d, err)
	}
	d.checkBill(t, a.Bill, p.At.Format(time.DateOnly), nets, sum)
	if on%5 == 0 {
		checkAmendment(t, catalog, p, a)
	}
}
