package lifecycle_test

import (
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// aheadChanges are changes that agree prices, or keep them.
func aheadChanges() map[string]plans.Change {
	unit := func(amount string) *plans.Price { return &plans.Price{Unit: giventest.Money(amount)} }
	two := decimal.NewFromInt(2)
	plan := func(base string) *plans.Plan {
		return &plans.Plan{ID: "big", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
			{Item: "base", Currency: "EUR", Price: *unit("410.00")}, {Item: "base", Currency: "USD", Price: *unit(base)},
			{Item: "seat", Currency: "USD", Price: *unit("30.00")},
		}}
	}
	return map[string]plans.Change{
		"base": {Set: []plans.ItemSetting{{Item: "base", Price: unit("500.00")}}},
		"down": {Set: []plans.ItemSetting{{Item: "base", Price: unit("90.00")}}},
		// the price of a contract that was raised once is agreed anew, or kept before
		"raised": {Set: []plans.ItemSetting{{Item: "base", Price: unit("600.00")}}},
		"set":    {Set: []plans.ItemSetting{{Item: "base", Price: unit("500.00"), Quantity: &two}}},
		"items":  {Items: []plans.ChangeItem{{ID: "base", Quantity: two, Price: unit("410.00")}}},
		"seat":   {Add: []plans.ItemQuantity{{Item: "seat", Quantity: two, Price: unit("20.00")}}},
		"one":    adds("base", 1),
		"plan":   {Plan: plan("500.00")},
		"other":  {Plan: plan("410.00"), Add: []plans.ItemQuantity{{Item: "seat", Quantity: two}}},
		"own": {Plan: plan("500.00"), Set: []plans.ItemSetting{
			{Item: "base", Price: unit("450.00")}, {Item: "seat", Quantity: &two},
		}},
	}
}

// A period that is billed before it begins costs what it costs otherwise, whatever changes after that: a price rises
// from the time at which it was agreed (law 2). The contract is the same afterwards. Every 13th of the lives is tried;
// AHEAD=1 tries all.
func TestEveryPriceAgreedAfterTheInvoice(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	days := []string{"2026-02-10", "2026-02-28", "2026-03-05", "2026-03-12", "2026-03-31", "2026-04-21"}
	worlds, changes, tried, count := addonWorlds(t), aheadChanges(), 0, 0
	names, step := slices.Sorted(maps.Keys(changes)), race.Step(3)*13
	if os.Getenv("AHEAD") != "" {
		step = 1
	}
	try := func(world, first, second, day, later string, on time.Time) {
		for _, declines := range []bool{false, true} {
			tried++
			acts := []lifecycle.Event{aheadEvent(day, changes[first]), aheadEvent(later, changes[second])}
			acts[0].On = on
			name := fmt.Sprintf("%s, %s on %s for %v, %s on %s, declines %t", world, first, day, on, second, later, declines)
			if tried%step == 0 && checkAhead(t, name, worlds, world, acts, declines) {
				count++
			}
		}
	}
	for _, world := range []string{"uplift", "terms", "none"} {
		for _, first := range names {
			for _, second := range names {
				for i, day := range days {
					for _, later := range days[i:] {
						try(world, first, second, day, later, time.Time{})
						for _, on := range []time.Time{utc("2026-03-20"), utc("2026-03-31")} {
							if utc(day).Before(on) {
								try(world, first, second, day, later, on)
							}
						}
					}
				}
			}
		}
	}
	if count < tried/step/2 {
		t.Errorf("only %d of %d lives have the same changes", count, tried/step)
	}
	t.Logf("%d of %d lives", count, tried/step)
}

// aheadEvent returns a change by support.
func aheadEvent(day string, c plans.Change) lifecycle.Event {
	return lifecycle.Event{At: utc(day), Kind: lifecycle.Changed, By: plans.Support, Change: c}
}

// checkAhead lives a life that is billed when each period begins, and 40 days ahead, and reports whether both had the
// same changes.
func checkAhead(
	t *testing.T, name string, worlds map[string]*lifecycle.Policies, world string, acts []lifecycle.Event, declines bool,
) bool {
	t.Helper()
	live := func(policies string) (l *lifeOf, planned string) {
		l = &lifeOf{
			t: t, policies: worlds[policies], initial: accrualSubscription("2026-01-31", false), answers: map[int64]*answer{},
		}
		raiseAccrual(&l.initial.Contract, world)
		l.out.Subscription = l.initial
		l.apply(lifecycle.Event{At: utc("2026-01-31"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
		l.declines = declines
		for _, e := range acts {
			l.advance(e.At)
			l.apply(e)
		}
		planned = strings.ReplaceAll(giventest.JSON(t, l.out.Subscription.ScheduledChanges), `,"billed_in_advance":true`, "")
		l.advance(utc("2026-07-05"))
		checkAddOnMoney(t, name, l)
		return l, planned
	}
	whole, planned := live("now")
	ahead, billed := live("ahead")
	if len(whole.refused) != len(ahead.refused) || planned != billed {
		return false // a change can not fit a period that is billed already, or replaces a scheduled one that is not
	}
	want, lines := aheadCost(whole)
	got, more := aheadCost(ahead)
	for item := range want {
		off := new(big.Rat).Sub(want[item], got[item])
		if off.Abs(off).Cmp(big.NewRat(lines+more+1, 200)) > 0 {
			t.Fatalf("%s: %s costs %s, and billed ahead %s\n%s\n%s", name, item, want[item].FloatString(2),
				got[item].FloatString(2), whole.out.Timeline(), ahead.out.Timeline())
		}
	}
	contract := func(l *lifeOf) string { // all prices are by the month, stated or not
		return strings.ReplaceAll(giventest.JSON(t, l.out.Subscription.Contract), `"per":"P1M",`, "")
	}
	if contract(whole) != contract(ahead) {
		t.Fatalf("%s: the contract is %s, and billed ahead %s", name, contract(whole), contract(ahead))
	}
	return true
}

// aheadCost returns the cost of each item until July, and the number of lines.
func aheadCost(l *lifeOf) (of map[string]*big.Rat, lines int64) {
	of = map[string]*big.Rat{"base": new(big.Rat), "seat": new(big.Rat)}
	void := map[string]bool{}
	for _, r := range l.out.Receivables {
		void[r.Invoice] = r.Phase == invoice.PhaseVoid
	}
	for _, inv := range l.out.Invoices {
		if void[inv.ID] || void[inv.Corrects] {
			continue
		}
		for _, line := range inv.Lines {
			if line.Period.Start.Before(utc("2026-06-30")) {
				of[line.Item].Add(of[line.Item], line.Net.Rat())
				lines++
			}
		}
	}
	return of, lines
}
