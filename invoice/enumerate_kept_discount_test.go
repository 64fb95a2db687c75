package invoice_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// keptDiscounts are discounts of a contract, each with what a month of units at a price in cents costs with them,
// written by hand. An amount is for the whole month, whatever it costs.
var keptDiscounts = []struct {
	discounts string
	cents     func(price, units int64) *big.Rat
}{
	{`[{"id":"half","percent":"50","duration":"once"}]`, func(p, n int64) *big.Rat { return big.NewRat(p*n, 2) }},
	{`[{"id":"third","percent":"33","duration":"repeating","periods":3}]`, func(p, n int64) *big.Rat { return big.NewRat(67*p*n, 100) }},
	{`[{"id":"last","percent":"20","duration":"repeating","periods":1}]`, func(p, n int64) *big.Rat { return big.NewRat(4*p*n, 5) }},
	{`[{"id":"loyal","percent":"10","duration":"forever"},{"id":"half","percent":"50","duration":"once"}]`, func(p, n int64) *big.Rat { return big.NewRat(9*p*n, 20) }},
	{`[{"id":"free","percent":"100","duration":"once"}]`, func(_, _ int64) *big.Rat { return new(big.Rat) }},
	{`[{"id":"less","amount":"7","currency":"USD","duration":"once"}]`, func(p, n int64) *big.Rat { return big.NewRat(p*n-700, 1) }},
	{`[{"id":"less","amount":"15.01","currency":"USD","duration":"forever"}]`, func(p, n int64) *big.Rat { return big.NewRat(p*n-1501, 1) }},
	{`[{"id":"less","amount":"7","currency":"USD","duration":"once"},{"id":"less too","amount":"3","currency":"USD","duration":"repeating","periods":2}]`, func(p, n int64) *big.Rat { return big.NewRat(p*n-1000, 1) }},
	{`[{"id":"special","price":{"unit":"15"},"currency":"USD","duration":"once"}]`, func(p, n int64) *big.Rat { return big.NewRat(min(p, 1500)*n, 1) }},
	{`[{"id":"team only","percent":"50","duration":"once","kinds":["recurring"]}]`, func(p, n int64) *big.Rat { return big.NewRat(p*n, 2) }},
}

// A charge that replaces another one keeps its deductions: percentages and special prices, and the unused part of
// amounts (law 17). So a month costs its prices, each for its days and with the discounts of the month, whatever the
// prices are and whether the plan or the price changes, and whether the invoices are paid or open. Each line and each
// deduction is rounded on its own. The world: ten sets of discounts, 1 and 3 units, every two changes between three
// prices, of the plan or the price, on two of three days, paid and open.
func TestEveryReplacedChargeKeepsItsDeductions(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	prices, days := []int64{2000, 4199, 9300}, []int{1, 11, 31}
	lives := 0
	for i, d := range keptDiscounts {
		for row := range 2 * len(prices) * len(prices) * len(prices) {
			if !race.Takes(i+row, 7) {
				continue
			}
			units := int64(1 + 2*(row%2))
			path := []int64{prices[row/2%3], prices[row/6%3], prices[row/18]}
			for a, first := range days {
				for _, second := range days[a:] {
					for how := range 8 {
						life := keptLife{discounts: d.discounts, units: units, prices: path, days: []int{1, first, second}, how: how}
						want := new(big.Rat)
						for k, until := range []int{first, second, 32} {
							part := d.cents(path[k], units)
							want.Add(want, part.Mul(part, big.NewRat(int64(until-life.days[k]), 3100)))
						}
						life.check(t, want)
						lives++
					}
				}
			}
		}
	}
	t.Logf("%d lives", lives)
	if all := 10 * 2 * 27 * 6 * 8; lives != all && !race.On {
		t.Errorf("got %d lives, want %d", lives, all)
	}
}

// keptLife is a month of units whose price changes twice: three prices in cents, and the days from which they apply.
type keptLife struct {
	discounts string
	units     int64
	prices    []int64
	days      []int
	how       int // one bit each: the first and the second change are of the price and not of the plan; invoices are paid
}

// check fails unless the documents of the life add up to an amount, within half a cent for each line and deduction.
func (l *keptLife) check(t *testing.T, want *big.Rat) {
	t.Helper()
	account := invoice.Account{Contract: plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
		Items: []plans.Item{{ID: "seat", Quantity: decimal.New(l.units, 0), Price: plans.Price{Unit: decimal.New(l.prices[0], -2)}}},
	}}
	if err := json.Unmarshal([]byte(l.discounts), &account.Contract.Discounts); err != nil {
		t.Fatal(err)
	}
	var open []invoice.Receivable
	var total decimal.Decimal
	roundings := 0
	for i, day := range l.days {
		o := invoice.IssueRequest{
			ID: fmt.Sprintf("inv-%d", i), At: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC), Account: account, Policy: invoice.Standard(), Open: open,
		}
		for j := range open {
			o.MoreIDs = append(o.MoreIDs, fmt.Sprintf("inv-%d-%d", i, j))
		}
		price := plans.Price{Unit: decimal.New(l.prices[i], -2)}
		switch {
		case i == 0:
		case l.how>>(i-1)&1 == 0:
			o.Change.Plan = &plans.Plan{ID: fmt.Sprint("plan ", i), Interval: giventest.Interval("P1M"), Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: price}}}
		default:
			o.Change.Set = []plans.ItemSetting{{Item: "seat", Price: &price}}
		}
		got, err := invoice.Issue(o)
		if err != nil {
			t.Fatalf("%+v on January %d: %v", *l, day, err)
		}
		documents := []*invoice.Invoice{got.Invoice}
		open = nil
		for k := range got.CreditNotes {
			documents = append(documents, &got.CreditNotes[k].Invoice)
			if r := got.CreditNotes[k].Receivable; r.Outstanding().IsPositive() {
				open = append(open, r)
			}
		}
		for _, doc := range documents {
			if doc == nil {
				continue
			}
			if err := invoice.Check(*doc); err != nil {
				t.Fatalf("%+v: %v\n%s", *l, err, doc.Text())
			}
			total = total.Add(doc.Total)
			for _, line := range doc.Lines {
				roundings += 1 + len(line.Discounts)
			}
		}
		if l.how&4 == 0 && got.Invoice != nil && got.Invoice.AmountDue.IsPositive() {
			open = append(open, invoice.NewReceivable(*got.Invoice))
		}
		account = got.Account
	}
	if off := want.Sub(total.Rat(), want); off.Abs(off).Cmp(big.NewRat(int64(roundings), 200)) > 0 {
		text := ""
		for _, c := range account.UnexpiredCharges {
			text += c.ID + " " + c.Restores + " " + c.Explain() + "\n"
		}
		t.Fatalf("%+v costs %v, off by %s\n%s", *l, total, off.FloatString(4), text)
	}
}

// Another plan of the same price costs nothing, within a cent for each line and deduction, also where units that were
// added later do not have the coupon of the others (law 17). The world: three percentages of one or three units, one to
// nine added units on two days, and two other plans on the same day or later.
func TestEveryUnitKeepsItsOwnCoupon(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	lives := 0
	for _, percent := range []int64{10, 33, 100} {
		for _, units := range []int64{1, 3} {
			for more := int64(1); more <= 9; more++ {
				for _, days := range [][]int{{1, 1, 1}, {1, 11, 21}, {11, 11, 11}, {11, 12, 31}} {
					account := invoice.Account{Contract: plans.Contract{
						Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
						Items:     []plans.Item{issueItem("seat", fmt.Sprint(units), "62")},
						Discounts: []plans.Discount{{ID: "coupon", Percent: decimal.New(percent, 0), Duration: plans.Once}},
					}}
					changes := []plans.Change{{}, issueMore(fmt.Sprint(more)), {Plan: issuePlan("pro", "P1M", "62")}, {Plan: issuePlan("max", "P1M", "62")}}
					for i, change := range changes {
						at := time.Date(2026, 1, append([]int{1}, days...)[i], 0, 0, 0, 0, time.UTC)
						got, err := invoice.Issue(invoice.IssueRequest{ID: fmt.Sprint("inv-", i), At: at, Account: account, Change: change, Policy: invoice.Standard()})
						if err != nil {
							t.Fatal(err)
						}
						account = got.Account
						if most := decimal.New(4, -2); i > 1 && got.Invoice.Total.Abs().GreaterThan(most) {
							t.Fatalf("%d %% of %d units, %d more, then a plan of the same price on %v costs %v\n%s", percent, units, more, at, got.Invoice.Total, got.Invoice.Text())
						}
					}
					lives++
				}
			}
		}
	}
	t.Logf("%d lives", lives)
	if lives != 3*2*9*4 {
		t.Errorf("got %d lives, want %d", lives, 3*2*9*4)
	}
}
