package invoice_test

import (
	"encoding/json"
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

// quantityWorld are prices, each with the same price as a function of whole units, in cents, written by hand.
var quantityWorld = []struct {
	price string
	cents func(n int64) int64
}{
	{`{"unit":"31"}`, func(n int64) int64 { return 3100 * n }},
	{`{"flat":"62"}`, func(n int64) int64 { return 6200 * min(n, 1) }},
	{`{"flat":"10","unit":"5.05"}`, func(n int64) int64 { return 1000*min(n, 1) + 505*n }},
	{`{"unit":"10","included":"3"}`, func(n int64) int64 { return 1000 * max(n-3, 0) }},
	{`{"unit":"8","package":"5"}`, func(n int64) int64 { return 800 * ((n + 4) / 5) }},
	{`{"unit":"10","minimum":"35","maximum":"85"}`, func(n int64) int64 { return min(max(1000*n, 3500), 8500) * min(n, 1) }},
	{`{"tiering":"graduated","tiers":[{"up_to":"4","unit":"12"},{"unit":"8","flat":"3"}]}`, func(n int64) int64 {
		if n <= 4 {
			return 1200 * n
		}
		return 4800 + 300 + 800*(n-4)
	}},
	{`{"tiering":"volume","tiers":[{"up_to":"10","unit":"31"},{"unit":"15.50"}]}`, func(n int64) int64 {
		if n <= 10 {
			return 3100 * n
		}
		return 1550 * n
	}},
	{`{"tiering":"volume","tiers":[{"up_to":"4","unit":"12"},{"unit":"8"}]}`, func(n int64) int64 {
		if n <= 4 {
			return 1200 * n
		}
		return 800 * n
	}},
	{`{"tiering":"volume","tiers":[{"up_to":"5","unit":"7"},{"up_to":"10","unit":"6.50"},{"unit":"6"}]}`, func(n int64) int64 {
		switch {
		case n <= 5:
			return 700 * n
		case n <= 10:
			return 650 * n
		}
		return 600 * n
	}},
	{`{"tiering":"volume","tiers":[{"up_to":"4","flat":"50"},{"up_to":"9","flat":"120"},{"flat":"150"}]}`, func(n int64) int64 {
		switch {
		case n == 0:
			return 0
		case n <= 4:
			return 5000
		case n <= 9:
			return 12000
		}
		return 15000
	}},
}

// Moving from q to r units costs price(r) less price(q) for the rest of the period, in both directions and for every
// price. Moving back at the same instant costs the opposite, to the cent. No units cost nothing, whatever the flat fee.
// The world: eleven prices, 1 to 13 units before and after, 0 to 13 between, and four days of January.
func TestEveryMoveOfAQuantityFollowsThePrice(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	moves := 0
	for i := range quantityWorld {
		var price plans.Price
		if err := json.Unmarshal([]byte(quantityWorld[i].price), &price); err != nil {
			t.Fatal(err)
		}
		for from := int64(1); from <= 13; from++ {
			account := quantitySold(t, price, from)
			for to := int64(0); to <= 13; to += int64(race.Step(3)) {
				for _, day := range []int{1, 6, 11, 31} {
					at := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
					there, out := quantitySet(t, account, at, to)
					back, home := quantitySet(t, out, at, from)
					_, again := quantitySet(t, home, at, to)
					want := new(big.Rat).Mul(big.NewRat(quantityWorld[i].cents(to)-quantityWorld[i].cents(from), 100), big.NewRat(int64(32-day), 31))
					if off := new(big.Rat).Sub(there.Rat(), want); off.Abs(off).Cmp(big.NewRat(1, 100)) > 0 {
						t.Fatalf("%s: %d to %d units on January %d cost %v, want %s", quantityWorld[i].price, from, to, day, there, want.FloatString(4))
					}
					if !there.Add(back).IsZero() {
						t.Fatalf("%s: %d to %d units and back on January %d cost %v and %v", quantityWorld[i].price, from, to, day, there, back)
					}
					if last, _ := quantitySet(t, again, at, from); !last.Equal(back) {
						t.Fatalf("%s: the second way back from %d to %d units costs %v, and the first %v", quantityWorld[i].price, to, from, last, back)
					}
					moves++
				}
			}
		}
	}
	t.Logf("%d moves and their ways back", moves)
}

// quantitySold returns the account of units at a price, billed for January.
func quantitySold(t *testing.T, price plans.Price, units int64) invoice.Account {
	t.Helper()
	sold, err := invoice.Issue(invoice.IssueRequest{ID: "inv-1", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Policy: invoice.Standard(), Account: invoice.Account{
		Contract: plans.Contract{
			Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
			Items: []plans.Item{{ID: "seat", Quantity: decimal.New(units, 0), Price: price}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return sold.Account
}

// quantitySet sets the number of units and returns what that costs.
func quantitySet(t *testing.T, account invoice.Account, at time.Time, units int64) (decimal.Decimal, invoice.Account) {
	t.Helper()
	quantity := decimal.New(units, 0)
	id := "inv-" + decimal.New(int64(len(account.UnexpiredCharges))+1, 0).String()
	set, err := invoice.Issue(invoice.IssueRequest{ID: id, Account: account, At: at, Policy: invoice.Standard(), Change: plans.Change{
		Set: []plans.ItemSetting{{Item: "seat", Quantity: &quantity}},
	}})
	if err != nil {
		t.Fatalf("%v: %d units on %v of %s", err, units, at, giventest.JSON(t, account))
	}
	if set.Invoice == nil {
		return decimal.Decimal{}, set.Account
	}
	return set.Invoice.Net, set.Account
}
