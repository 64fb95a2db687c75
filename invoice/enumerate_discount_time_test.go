package invoice_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// discountIntervals are the intervals of the other periods, each with the period after a date, written by hand.
var discountIntervals = []struct {
	interval string
	next     func(t time.Time) time.Time
}{
	{"P1W", func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }},
	{"P30D", func(t time.Time) time.Time { return t.AddDate(0, 0, 30) }},
	{"P1M", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"P3M", func(t time.Time) time.Time { return t.AddDate(0, 3, 0) }},
	{"P1Y", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"P10Y", func(t time.Time) time.Time { return t.AddDate(10, 0, 0) }},
}

// A repeating percentage lasts the time of the periods that it was agreed for: with other periods it reduces the part
// of each charge before its end, by days, and nothing after it. The world: three percentages for one to five months, a
// change of the interval or of the billing date to six intervals on three days, and the invoices of half a year.
func TestEveryRepeatingDiscountLastsItsTime(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	lives := 0
	begins := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, percent := range []int64{33, 50, 100} {
		for periods := 1; periods <= 5; periods++ {
			ends := begins.AddDate(0, periods, 0)
			for _, other := range discountIntervals {
				for _, day := range []int{1, 11, 28} {
					at := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
					account := invoice.Account{Contract: plans.Contract{
						Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
						Items:     []plans.Item{{ID: "seat", Quantity: decimal.New(1, 0), Price: plans.Price{Unit: giventest.Money("62")}}},
						Discounts: []plans.Discount{{ID: "coupon", Percent: decimal.New(percent, 0), Duration: plans.Repeating, Periods: periods}},
					}}
					plan := issuePlan("other", other.interval, "93")
					life := []plans.Change{{}, {Plan: plan, Anchor: plans.AnchorReset}}
					full := big.NewRat(100-percent, 100)
					want := new(big.Rat).Mul(big.NewRat(62, 1), full)
					want.Mul(want, big.NewRat(int64(day-1), 31)) // the used part of January
					dates := []time.Time{begins, at}
					for from := at; from.Before(begins.AddDate(0, 7, 0)); {
						until := other.next(from)
						if off := min(until.Unix(), ends.Unix()) - from.Unix(); off > 0 {
							want.Sub(want, big.NewRat(93*percent*off, 100*(until.Unix()-from.Unix())))
						}
						want.Add(want, big.NewRat(93, 1))
						if from = until; from.Before(begins.AddDate(0, 7, 0)) {
							dates, life = append(dates, from), append(life, plans.Change{})
						}
					}
					discountLasts(t, account, dates, life, want)
					lives++
				}
			}
		}
	}
	t.Logf("%d lives", lives)
	if lives != 3*5*6*3 {
		t.Errorf("got %d lives, want %d", lives, 3*5*6*3)
	}
}

// discountLasts fails unless the invoices of some changes add up to an amount, within half a cent for each line and
// deduction.
func discountLasts(t *testing.T, account invoice.Account, dates []time.Time, life []plans.Change, want *big.Rat) {
	t.Helper()
	var total decimal.Decimal
	text, roundings := "", 0
	for i, at := range dates {
		got, err := invoice.Issue(invoice.IssueRequest{ID: fmt.Sprint("inv-", i), At: at, Account: account, Change: life[i], Policy: invoice.Standard()})
		if err != nil {
			t.Fatalf("on %v: %v", at, err)
		}
		account = got.Account
		if got.Invoice == nil {
			continue
		}
		if err := invoice.Check(*got.Invoice); err != nil {
			t.Fatalf("on %v: %v", at, err)
		}
		total, text = total.Add(got.Invoice.Total), text+got.Invoice.Text()
		for _, line := range got.Invoice.Lines {
			roundings += 1 + len(line.Discounts)
		}
	}
	if off := want.Sub(total.Rat(), want); off.Abs(off).Cmp(big.NewRat(int64(roundings), 200)) > 0 {
		t.Fatalf("%s: the total is %v, off by %s\n%s", giventest.JSON(t, life[1]), total, off.FloatString(4), text)
	}
}
