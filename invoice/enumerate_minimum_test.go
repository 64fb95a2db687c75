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
	"github.com/billingrules/billing/proration"
)

// minimumLife is one life of January, billed in advance or in arrears, with a minimum of 62.00.
type minimumLife struct {
	arrears       bool
	seats         int64   // seats at 31.00, none is a contract of usage alone
	setup         int     // cents of a one-time charge on the 6th, on its own invoice
	usage, metric int     // cents of usage on the last invoice, with and without the period that it names
	change        string  // change on the 11th, or ""
	units         []int64 // seats from the 1st and from the 11th on
	stop          bool    // canceled on the 16th
}

// A period costs its minimum or everything that is billed for it before discounts, whichever is more: usage and
// one-time charges in full, seats and the minimum by their days, on whatever document, in advance and in arrears. The
// world: no, one or three seats, with and without a one-time charge and usage, a change of seats or of the billing
// date, and a cancellation; with an amount below the minimum, at it and above.
func TestEveryMinimumCountsEverything(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	lives := 0
	for row := range 2 * 3 * 3 * 3 * 2 * 4 * 2 {
		if !race.Takes(row, 7) {
			continue
		}
		next := func(n int) int { digit := row % n; row /= n; return digit }
		life := minimumLife{arrears: next(2) == 1, seats: []int64{0, 1, 3}[next(3)]}
		life.setup, life.usage, life.metric = []int{0, 1234, 9000}[next(3)], []int{0, 777, 3100}[next(3)], []int{0, 500}[next(2)]
		life.units = []int64{life.seats, life.seats}
		switch next(4) {
		case 1:
			life.change, life.units[1] = `{"add":[{"item":"seat","quantity":"1","price":null}]}`, life.seats+1
		case 2:
			life.change, life.units[1] = `{"set":[{"item":"seat","quantity":"0"}]}`, 0
		case 3:
			life.change = `{"anchor":"reset"}`
		}
		if life.stop = next(2) == 1; life.seats == 0 && (life.change != "" || life.setup+life.usage+life.metric == 0) {
			continue // nothing to change, or nothing is billed
		}
		life.check(t)
		lives++
	}
	t.Logf("%d lives", lives)
}

// check lives the life and compares the documents with the amount that is right.
func (l *minimumLife) check(t *testing.T) {
	t.Helper()
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	account := invoice.Account{Contract: plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC), Minimum: giventest.Money("62"),
	}}
	if l.seats > 0 {
		account.Contract.Items = []plans.Item{{ID: "seat", Quantity: decimal.New(l.seats, 0), Price: plans.Price{Unit: giventest.Money("31")}}}
	}
	policy, text := invoice.Standard(), ""
	policy.Refunds[0].Give, policy.Refunds[0].As = 0, 0
	if err := json.Unmarshal([]byte(`[{"give":"unused_part","as":"balance"}]`), &policy.Refunds); err != nil {
		t.Fatal(err)
	}
	if l.arrears {
		policy.Timing, account.UnbilledSince = proration.InArrears, day(1)
	}
	var total decimal.Decimal
	docs := 0
	issue := func(at time.Time, change string, lines ...plans.Charge) {
		t.Helper()
		docs++
		request := invoice.IssueRequest{ID: fmt.Sprintf("inv-%d", docs), Account: account, At: at, Lines: lines, Policy: policy}
		if err := json.Unmarshal([]byte(change), &request.Change); err != nil {
			t.Fatal(err)
		}
		got, err := invoice.Issue(request)
		if err != nil {
			t.Fatalf("%+v: %s on %v: %v", *l, change, at, err)
		}
		if account = got.Account; got.Invoice != nil {
			total = total.Add(got.Invoice.Total)
			text += got.Invoice.Text() + "\n"
		}
	}
	charge := func(kind plans.Kind, cents int, named bool) (all []plans.Charge) {
		if cents > 0 {
			c := plans.Charge{Kind: kind, Item: "calls", Currency: "USD", Net: decimal.New(int64(cents), -2)}
			if named {
				c.Period = proration.Period{Start: day(1), End: day(32)}
			}
			all = append(all, c)
		}
		return all
	}
	issue(day(1), `{}`)
	if l.setup > 0 {
		issue(day(6), `{}`, charge(plans.OneTime, l.setup, true)...)
	}
	reset := l.change == `{"anchor":"reset"}`
	if l.change != "" {
		issue(day(11), l.change)
	}
	last := append(charge(plans.Usage, l.usage, l.seats == 0), charge(plans.Usage, l.metric, !reset)...)
	until := 32
	switch {
	case l.stop:
		until = 16
		issue(day(until), `{"cancel":true}`, last...)
	case reset:
		until = 42
		issue(day(until), `{}`, last...)
	default:
		issue(day(until), `{}`, last...)
	}
	if !l.stop && !l.arrears {
		total = total.Sub(decimal.New(3100*l.units[1], -2)) // the next period
	}
	if want := l.right(until, reset); !total.Equal(want) {
		t.Fatalf("%+v: billed %v, want %v\n%s", *l, total, want, text)
	}
}

// right returns the right amount of the life, each line rounded on its own.
func (l *minimumLife) right(until int, reset bool) decimal.Decimal {
	cents := func(amount int64, from, to int) int64 {
		x := new(big.Rat).Add(big.NewRat(amount*int64(to-from), 31), big.NewRat(1, 2))
		return new(big.Int).Div(x.Num(), x.Denom()).Int64()
	}
	used := int64(l.usage + l.metric)
	if reset {
		first := max(cents(3100*l.seats, 1, 11)+int64(l.setup), cents(6200, 1, 11))
		return decimal.New(first+max(cents(3100*l.seats, 11, until)+used, cents(6200, 11, until)), -2)
	}
	seats := cents(3100*l.units[0], 1, until)
	if l.units[0] != l.units[1] {
		seats = cents(3100*l.units[0], 1, 11) + cents(3100*l.units[1], 11, until)
	}
	return decimal.New(max(seats+int64(l.setup)+used, cents(6200, 1, until)), -2)
}
