package lifecycle_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// accruing returns the price of a licensed item that is billed in arrears.
func accruing(unit string) plans.Price {
	return plans.Price{Unit: giventest.Money(unit), Timing: proration.InArrears}
}

// accrualSubscription returns a contract of months from a day, with support in arrears unless it is left out.
func accrualSubscription(from string, support bool) lifecycle.Subscription {
	sub := fourSeats()
	sub.Contract.Cycle = giventest.Cycle(from, "P1M", time.UTC)
	sub.Contract.Items = []plans.Item{
		{ID: "base", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("300.00")}},
	}
	if support {
		sub.Contract.Items = append(sub.Contract.Items,
			plans.Item{ID: "support", Quantity: decimal.NewFromInt(1), Price: accruing("50.00")})
	}
	return sub
}

// served is the support that a customer has from a time on, as the oracle knows it.
type served struct {
	from         time.Time
	units, price int64
	anew, in     bool // periods begin anew, service runs
	quarter      bool // periods are quarters
	// uplifts count from since on, and raise the price that was agreed then
	since, agreed time.Time
}

// agree agrees a price.
func (s *served) agree(price int64) { s.price, s.agreed = price, s.from }

// again starts service anew. Uplifts count from now on, and the price keeps those before.
func (s *served) again(rises func(since, at time.Time) int) {
	s.agree(s.price * s.raised(s.from, rises))
	s.anew, s.since = true, s.from
}

// raised returns what the price of a day is multiplied with.
func (s *served) raised(day time.Time, rises func(since, at time.Time) int) int64 {
	if rises == nil {
		return 1
	}
	return 1 << (rises(s.since, day) - rises(s.since, s.agreed))
}

// accrualRises returns the number of uplifts between two times in some of the worlds.
var accrualRises = map[string]func(since, at time.Time) int{
	"uplift": everyDays, "uplift ahead": everyDays, "terms": everyTerm, "terms ahead": everyTerm,
}

// everyDays counts the uplifts of every 40 days.
func everyDays(since, at time.Time) int { return int(at.Sub(since).Hours()/24) / 40 }

// everyTerm counts the renewals of terms of two months.
func everyTerm(since, at time.Time) (n int) {
	months := addonMonths(since)
	for n = 0; !months[2*n+2].After(at); n++ {
	}
	return n
}

// accrualActs are the acts of the small world. They change what the oracle knows; those of support alone change nothing
// of the base.
var accrualActs = []string{
	"add", "remove", "gone", "base", "dearer", "plan", "quarter", "reset", "cancel", "cancel later", "return", "pause", "resume",
}

// accrualEvent returns the event of an act, and whether it is about support alone.
func accrualEvent(name string, at time.Time, now *served) (e lifecycle.Event, alone bool) {
	e = lifecycle.Event{At: at, Kind: lifecycle.Changed, By: plans.Support}
	price, dearer := accruing(fmt.Sprint(now.price)), accruing("70.00")
	offers := []plans.Offer{
		{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money("500.00")}},
		{Item: "support", Currency: "USD", Price: accruing("80.00")},
	}
	switch name {
	case "add":
		if e.Change = adds("support", 1); now.units == 0 {
			e.Change.Add[0].Price = &price
			now.agree(now.price)
		}
		now.units++
		return e, true
	case "remove":
		e.Change = removes("support", 1)
		now.units--
		return e, true
	case "gone":
		e.Change = removes("support", now.units)
		now.units = 0
		return e, true
	case "dearer":
		e.Change = plans.Change{Set: []plans.ItemSetting{{Item: "support", Price: &dearer}}}
		now.agree(70)
		return e, true
	case "base":
		e.Change = adds("base", 1)
	case "plan":
		e.Change = plans.Change{Plan: &plans.Plan{ID: "big", Interval: giventest.Interval("P1M"), Offers: offers}}
		now.anew, now.quarter = now.quarter, false
		now.agree(80)
	case "quarter":
		e.Change = plans.Change{Plan: &plans.Plan{ID: "quarter", Interval: giventest.Interval("P3M"), Offers: offers}}
		now.anew, now.quarter = !now.quarter, true
		now.agree(80)
	case "reset":
		e.Change, now.anew = plans.Change{Anchor: plans.AnchorReset}, true
	case "cancel":
		e.Kind, e.Effective, now.in = lifecycle.CancellationRequested, plans.Immediately, false
	case "cancel later":
		e.Kind, e.On = lifecycle.CancellationRequested, utc("2026-04-10")
	case "return":
		e.Kind, now.in, now.anew = lifecycle.Reactivated, true, true
	case "pause":
		e.Kind, e.Effective, now.in = lifecycle.PauseRequested, plans.Immediately, false
	case "resume":
		e.Kind, now.in, now.anew = lifecycle.Resumed, true, true
	}
	return e, false
}

// accrualCost returns the cost of support until a time, day by day.
func accrualCost(all []served, until time.Time, rises func(since, at time.Time) int) *big.Rat {
	sum := new(big.Rat)
	for i := 0; i < len(all); i++ {
		if !all[i].anew {
			continue
		}
		ends := until
		for _, later := range all[i+1:] {
			if later.anew && later.from.Before(ends) {
				ends = later.from
				break
			}
		}
		starts := addonMonths(all[i].from)
		if all[i].quarter {
			starts = []time.Time{starts[0], starts[3], starts[6], starts[9], starts[12]}
		}
		for k := range starts[1:] {
			days := int64(starts[k+1].Sub(starts[k]).Hours() / 24)
			for day := starts[k]; day.Before(starts[k+1]) && day.Before(ends); day = day.AddDate(0, 0, 1) {
				n := len(all) - 1
				for all[n].from.After(day) {
					n--
				}
				if all[n].in {
					sum.Add(sum, big.NewRat(all[n].units*all[n].price*all[n].raised(day, rises), days))
				}
			}
		}
	}
	return sum
}

// Support in arrears costs the units of each day, within half a cent a line, whatever happens (laws 2 and 17). It is
// billed when its time is over, and changes nothing that is billed for the base. Steps equal a replay (law 10), and the
// money adds up (law 18).
func TestEveryLifeOfSupportInArrears(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	worlds, days, count := addonWorlds(t), []string{"2026-02-10", "2026-02-28", "2026-03-15"}, 0
	worlds["terms"], worlds["terms ahead"] = worlds["now"], worlds["ahead"]
	for _, name := range []string{"now", "next", "review", "ahead", "minimum", "uplift", "uplift ahead", "terms", "terms ahead"} {
		for i := range len(accrualActs) * len(days) {
			for j := range len(accrualActs) * len(days) {
				life := []addonAct{
					{accrualActs[i%len(accrualActs)], days[i/len(accrualActs)]}, {accrualActs[j%len(accrualActs)], days[j/len(accrualActs)]},
				}
				if life[0].at <= life[1].at && race.Takes(i+j, 23) && checkAccrual(t, name, worlds[name], life) {
					count++
				}
			}
		}
	}
	if count < 300 && !race.On {
		t.Errorf("only %d lives are lived to their end", count)
	}
	t.Logf("%d lives", count)
}

// raiseAccrual doubles the prices of a contract every 40 days, or with each term of two months.
func raiseAccrual(c *plans.Contract, world string) {
	if accrualRises[world] == nil {
		return
	}
	c.Uplift = &plans.Uplift{
		Percent: giventest.Money("100"), Rounding: proration.Rounding{Mode: proration.HalfUp, Places: 2},
	}
	if !strings.HasPrefix(world, "terms") {
		c.Uplift.Every = giventest.Interval("P40D")
		return
	}
	c.Terms = []plans.ContractTerm{{
		Term:   plans.Term{Length: giventest.Interval("P2M"), Billing: plans.PerPeriod, Renewal: plans.Renew},
		Period: proration.Period{Start: utc("2026-01-31"), End: utc("2026-03-31")},
	}}
}

// checkAccrual lives a life and its twin without support, unless an act is refused, and reports whether it did.
func checkAccrual(t *testing.T, world string, p *lifecycle.Policies, life []addonAct) bool {
	t.Helper()
	name := fmt.Sprintf("%s, %v", world, life)
	start := func(support bool) *lifeOf {
		l := &lifeOf{t: t, policies: p, initial: accrualSubscription("2026-01-31", support), answers: map[int64]*answer{}}
		raiseAccrual(&l.initial.Contract, world)
		l.out.Subscription = l.initial
		l.apply(lifecycle.Event{At: utc("2026-01-31"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
		return l
	}
	l, twin := start(true), start(false)
	all := []served{{
		from: utc("2026-01-31"), units: 1, price: 50, anew: true, in: true, since: utc("2026-01-31"), agreed: utc("2026-01-31"),
	}}
	for _, a := range life {
		now := all[len(all)-1]
		anew := now.anew && now.from.Equal(utc(a.at))
		now.from, now.anew = utc(a.at), false
		before := l.out.Subscription.Contract.Cycle
		e, alone := accrualEvent(a.name, utc(a.at), &now)
		if now.anew = now.anew || anew; now.units < 0 {
			return false
		}
		if l.advance(e.At); !l.apply(e) {
			return false
		}
		if a.name == "return" || a.name == "resume" { // a period that is paid continues
			if now.anew = l.out.Subscription.Contract.Cycle.Anchor != before.Anchor; now.anew {
				now.again(accrualRises[world])
			}
		}
		if all = append(all, now); a.name == "cancel later" {
			now.from, now.in = utc("2026-04-10"), false
			all = append(all, now)
		}
		if twin.advance(e.At); !alone && !twin.apply(e) {
			return false
		}
		slices.SortStableFunc(all, func(a, b served) int { return a.from.Compare(b.from) })
	}
	if slices.ContainsFunc(life[:1], func(a addonAct) bool { return a.name == "cancel later" }) {
		return false // the oracle does not know what an act does to a scheduled end
	}
	l.advance(utc("2026-06-05"))
	twin.advance(utc("2026-06-05"))
	checkAddOnMoney(t, name, l)
	until := l.out.Subscription.ItemsUnbilledSince
	if until.IsZero() {
		until = utc("2026-06-05")
	}
	want, got, lines := accrualCost(all, until, accrualRises[world]), new(big.Rat), int64(0)
	var base, twins decimal.Decimal
	for _, c := range l.out.Subscription.UnbilledCharges {
		if c.Item == "support" {
			got, lines = got.Add(got, c.Net.Rat()), lines+1
		}
	}
	for _, inv := range l.out.Invoices {
		for _, line := range inv.Lines {
			if line.Item != "support" {
				base = base.Add(line.Net)
				continue
			}
			if got, lines = got.Add(got, line.Net.Rat()), lines+1; line.Span.End.After(inv.IssuedAt) || line.Corrects != "" {
				t.Fatalf("%s: %s bills support until %v\n%s", name, inv.ID, line.Span.End, l.out.Timeline())
			}
		}
	}
	for _, inv := range twin.out.Invoices {
		for _, line := range inv.Lines {
			if line.Item != "support" {
				twins = twins.Add(line.Net)
			}
		}
	}
	if off := new(big.Rat).Sub(got, want); off.Abs(off).Cmp(big.NewRat(lines+1, 200)) > 0 || !base.Equal(twins) {
		t.Fatalf("%s: support costs %s, want %s; base %v and %v\n%s", name, got.FloatString(2), want.FloatString(4), base, twins, l.out.Timeline())
	}
	once, err := lifecycle.Replay(p, l.initial, l.events, utc("2026-06-05"))
	if err != nil || giventest.JSON(t, once.Subscription) != giventest.JSON(t, l.out.Subscription) ||
		giventest.JSON(t, once.Invoices) != giventest.JSON(t, l.out.Invoices) {
		t.Fatalf("%s: a replay differs: %v\n%s\n%s", name, err, once.Timeline(), l.out.Timeline())
	}
	return true
}
