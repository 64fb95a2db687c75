package lifecycle_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// addonUntil is the day on which a life with an add-on is compared.
const addonUntil = "2027-03-25"

// addonAct is something that happens to a contract with an add-on. The oracle knows it by its name.
type addonAct struct{ name, at string }

// sold is what a customer has from a time on, as the oracle knows it: units and prices of the base for a period, and of
// the add-on for a month.
type sold struct {
	from              time.Time
	base, addon       int64
	basePrice, price  int64
	anew, monthly, in bool // periods begin anew, the base is billed by the month, service runs
}

// addonOracle adds up the cost of a life from what was sold and when, day by day.
type addonOracle struct {
	all    []sold
	uplift int // days between uplifts from the start on that double the prices; zero is none
}

// raised returns what the prices of a day are multiplied with.
func (o *addonOracle) raised(day time.Time) int64 {
	if o.uplift == 0 {
		return 1
	}
	return 1 << (int(day.Sub(o.all[0].from).Hours()/24) / o.uplift)
}

// now returns what is sold at a time.
func (o *addonOracle) now(at time.Time) sold {
	for i := len(o.all) - 1; i >= 0; i-- {
		if !o.all[i].from.After(at) {
			return o.all[i]
		}
	}
	return sold{}
}

// sell changes what is sold from a time on, and whatever was to change later.
func (o *addonOracle) sell(at time.Time, edit func(*sold)) {
	next := o.now(at)
	next.from, next.anew = at, false
	edit(&next)
	i := len(o.all)
	for i > 0 && o.all[i-1].from.After(at) {
		i--
		edit(&o.all[i])
	}
	o.all = slices.Insert(o.all, i, next)
}

// months returns the starts of months from a day, which keep the day where the month has it.
func addonMonths(from time.Time) (all []time.Time) {
	for n := range 16 {
		first := time.Date(from.Year(), from.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		all = append(all, first.AddDate(0, 0, min(from.Day(), last)-1))
	}
	return all
}

// cost returns the cost until the day of comparison: of each period that began, by its days.
func (o *addonOracle) cost() (base, addon *big.Rat) {
	base, addon = new(big.Rat), new(big.Rat)
	for i, s := range o.all {
		if !s.anew || !s.in {
			continue
		}
		ends := utc(addonUntil).AddDate(2, 0, 0)
		for _, later := range o.all[i+1:] {
			if later.anew {
				ends = later.from
				break
			}
		}
		months := addonMonths(s.from)
		o.add(addon, months, ends, func(s sold) int64 { return s.addon * s.price })
		periods := months
		if !s.monthly {
			periods = []time.Time{months[0], months[12], months[0].AddDate(2, 0, 0)}
		}
		o.add(base, periods, ends, func(s sold) int64 { return s.base * s.basePrice })
	}
	return base, addon
}

// add adds the cost of the periods that began, until an end.
func (o *addonOracle) add(sum *big.Rat, starts []time.Time, ends time.Time, rate func(sold) int64) {
	for i := range starts[1:] {
		from, to := starts[i], starts[i+1]
		if from.After(utc(addonUntil)) || !from.Before(ends) {
			return
		}
		days := int64(to.Sub(from).Hours() / 24)
		for day := from; day.Before(to) && day.Before(ends); day = day.AddDate(0, 0, 1) {
			at := day
			if at.After(utc(addonUntil)) {
				at = utc(addonUntil)
			}
			if s := o.now(at); s.in {
				sum.Add(sum, big.NewRat(rate(s)*o.raised(day), days))
			}
		}
	}
}

// addonEvent returns the event of an act, and what it does to the oracle.
func addonEvent(a addonAct, now sold) (lifecycle.Event, func(*addonOracle)) {
	at := utc(a.at)
	e := lifecycle.Event{At: at, Kind: lifecycle.Changed, By: plans.Support}
	price := monthlyPrice(decimal.NewFromInt(now.price).StringFixed(2))
	more, less := adds("addon", 1), removes("addon", 1)
	later, dearer := utc("2026-03-31"), monthlyPrice("13.00")
	sells := func(from time.Time, edit func(*sold)) func(*addonOracle) {
		return func(o *addonOracle) { o.sell(from, edit) }
	}
	plan := func(id, interval, base, addon string) *plans.Plan {
		return &plans.Plan{ID: id, Interval: giventest.Interval(interval), Offers: []plans.Offer{
			{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money(base)}},
			{Item: "addon", Currency: "USD", Price: monthlyPrice(addon)},
		}}
	}
	if now.addon == 0 {
		more.Add[0].Price = &price
	}
	switch a.name {
	case "add":
		e.Change = more
		return e, sells(at, func(s *sold) { s.addon++ })
	case "remove":
		e.Change = less
		return e, sells(at, func(s *sold) { s.addon-- })
	case "base":
		e.Change = adds("base", 1)
		return e, sells(at, func(s *sold) { s.base++ })
	case "add later":
		e.Change, e.On = more, later
		return e, sells(later, func(s *sold) { s.addon++ })
	case "remove later":
		e.Change, e.On = less, later
		return e, sells(later, func(s *sold) { s.addon-- })
	case "dearer":
		e.Change = plans.Change{Set: []plans.ItemSetting{{Item: "addon", Price: &dearer}}}
		return e, sells(at, func(s *sold) { s.price = 13 })
	case "plan":
		e.Change = plans.Change{Plan: plan("big", "P1Y", "2400.00", "20.00")}
		return e, sells(at, func(s *sold) {
			s.basePrice, s.price, s.anew, s.monthly = 2400, 20, s.anew || s.monthly, false
		})
	case "monthly":
		e.Change = plans.Change{Plan: plan("monthly", "P1M", "110.00", "12.00")}
		return e, sells(at, func(s *sold) {
			s.basePrice, s.price, s.anew, s.monthly = 110, 12, s.anew || !s.monthly, true
		})
	case "reset":
		e.Change = plans.Change{Anchor: plans.AnchorReset}
		return e, sells(at, func(s *sold) { s.anew = true })
	case "cancel":
		e.Kind, e.Effective = lifecycle.CancellationRequested, plans.Immediately
		return e, sells(at, func(s *sold) { s.in, s.anew = false, true })
	case "cancel later":
		e.Kind, e.On = lifecycle.CancellationRequested, utc("2026-04-10")
		return e, sells(utc("2026-04-10"), func(s *sold) { s.in, s.anew = false, true })
	case "return":
		e.Kind = lifecycle.Reactivated
		return e, sells(at, func(s *sold) { s.in, s.anew = true, true })
	}
	panic(a.name)
}

var addonActs = []string{
	"add", "remove", "base", "add later", "remove later", "dearer", "plan", "monthly", "reset", "cancel", "cancel later",
	"return",
}

// addonLives returns lives of some acts, in the order of their days: a boundary of the months and days beside it.
func addonLives(n int) (all [][]addonAct) {
	days := []string{"2026-02-10", "2026-02-28", "2026-03-15"}
	all = [][]addonAct{nil}
	for range n {
		var next [][]addonAct
		for _, life := range all {
			for _, day := range days {
				if len(life) > 0 && day < life[len(life)-1].at {
					continue
				}
				for _, name := range addonActs {
					next = append(next, append(slices.Clone(life), addonAct{name, day}))
				}
			}
		}
		all = next
	}
	return all
}

// possible reports whether the acts of a life follow each other, and no act but a return follows an end. An act that
// makes a scheduled one impossible or void is left to other tests.
func addonPossible(life []addonAct) bool {
	in, units, later, nets := true, 1, false, false
	for _, a := range life {
		if nets && (a.name == "add" || a.name == "remove") {
			return false // units net with those that are scheduled
		}
		switch a.name {
		case "return":
			if in {
				return false
			}
			in = true
			continue
		case "cancel", "cancel later":
			if later || !in {
				return false
			}
			in, later = a.name != "cancel", a.name != "cancel"
			continue
		case "add":
			units++
		case "remove":
			units--
		case "add later", "remove later", "monthly", "reset", "plan", "dearer":
			if later || units < 1 {
				return false
			}
			nets = a.name == "add later" || a.name == "remove later"
			later = nets
		}
		if !in || units < 0 {
			return false
		}
	}
	return true
}

// addonUplifts are the days between uplifts in some of the worlds.
var addonUplifts = map[string]int{"uplift": 200, "uplift ahead": 200, "uplift each year": 365}

// addonWorlds are the policies of the small world.
func addonWorlds(t *testing.T) map[string]*lifecycle.Policies {
	all := map[string]*lifecycle.Policies{}
	add := func(name string, edit func(*lifecycle.Policy)) {
		p := anyChange()
		p.Billing.Refunds = []credits.RefundRule{{As: credits.AsBalance, Give: credits.UnusedPart}}
		p.ChangesWhileCanceling = lifecycle.CancelingAllow
		p.Dunning.FinalAction, p.Dunning.OpenInvoice = lifecycle.FinalContinue, lifecycle.OpenChargeServed
		edit(&p)
		all[name] = policiesOf(t, p)
	}
	add("now", func(*lifecycle.Policy) {})
	add("next", func(p *lifecycle.Policy) { p.Prorations = plans.NextInvoice })
	add("ahead", func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P40D") })
	add("committed", func(*lifecycle.Policy) {})
	add("suspend", func(p *lifecycle.Policy) {
		p.Dunning.FinalAction, p.Dunning.Grace, p.Dunning.Retries = lifecycle.FinalSuspend, giventest.Interval("P7D"), nil
	})
	add("minimum", func(p *lifecycle.Policy) {
		p.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"USD": giventest.Money("45.00")}
	})
	add("uplift", func(*lifecycle.Policy) {})
	add("uplift ahead", func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P40D") })
	add("uplift each year", func(*lifecycle.Policy) {})
	add("review", func(p *lifecycle.Policy) { p.Renewal.Review = giventest.Interval("P2D") })
	return all
}

// What is billed for the base and for the add-on, less the credits, is the cost of the units of each day, within half a
// cent a line, whatever happens in whatever order (laws 2 and 17). No charge is credited beyond its net (law 3), an
// unpaid month removes no paid access (law 9), steps equal a replay (law 10), and the money adds up (law 18).
func TestEveryLifeOfAnAddOn(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	count := 0
	for name, policies := range addonWorlds(t) {
		for _, n := range []int{1, 2, 3} {
			step := race.Step(23)
			if n == 3 {
				step *= 31 // all of them take minutes
			}
			if n == 3 && (addonUplifts[name] > 0 || name == "minimum") {
				step *= 4
			}
			lives := slices.DeleteFunc(addonLives(n), func(life []addonAct) bool {
				months := slices.ContainsFunc(life, func(a addonAct) bool { return a.name == "monthly" })
				returns := slices.ContainsFunc(life, func(a addonAct) bool { return a.name == "return" })
				if addonUplifts[name] > 0 && returns {
					return true // uplifts count from the return on
				}
				return !addonPossible(life) || strings.HasSuffix(name, "ahead") && months // a month is always billed ahead, and kept
			})
			for i := 0; i < len(lives); i += step {
				for _, declines := range []bool{false, true} {
					count++
					checkAddOn(t, addonLife{name, policies, lives[i], declines})
				}
			}
		}
	}
	t.Logf("%d lives", count)
}

// addonLife is a life in a world. If it declines, no invoice after the first one is paid, until all are in June.
type addonLife struct {
	world    string
	policies *lifecycle.Policies
	acts     []addonAct
	declines bool
}

// checkAddOn lives a life and compares it with the oracle.
func checkAddOn(t *testing.T, of addonLife) {
	t.Helper()
	name, p, life := fmt.Sprintf("%s, declines %t, %v", of.world, of.declines, of.acts), of.policies, of.acts
	l := &lifeOf{t: t, policies: p, initial: addonSubscription("2026-01-31"), answers: map[int64]*answer{}}
	if of.world == "committed" { // the account keeps what was billed for months that are over
		l.initial.Contract.Commitment = plans.Commitment{Amount: giventest.Money("1.00"), Length: giventest.Interval("P2Y")}
	}
	oracle := addonOracle{all: []sold{{
		from: utc("2026-01-31"), base: 1, addon: 1, basePrice: 1200, price: 10, in: true, anew: true,
	}}}
	if oracle.uplift = addonUplifts[of.world]; oracle.uplift > 0 {
		every := giventest.Interval("P1Y")
		if oracle.uplift < 365 {
			every = proration.Interval{Days: oracle.uplift}
		}
		l.initial.Contract.Uplift = &plans.Uplift{
			Percent: giventest.Money("100"), Every: every, Rounding: proration.Rounding{Mode: proration.HalfUp, Places: 2},
		}
	}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-31"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.declines = of.declines
	keeps := true
	for _, a := range life {
		e, sells := addonEvent(a, oracle.now(utc(a.at)))
		l.advance(e.At)
		if !l.apply(e) {
			t.Fatalf("%s: %v is refused: %v\n%s", name, a, l.refused, l.out.Timeline())
		}
		sells(&oracle)
		keeps = keeps && !slices.Contains([]string{"plan", "monthly", "reset", "return"}, a.name)
		if access := p.Access(l.out.Subscription); keeps && oracle.now(e.At).in && access != lifecycle.Full {
			t.Fatalf("%s: access is %v after %v\n%s", name, access, a, l.out.Timeline())
		}
	}
	if of.declines && of.world == "suspend" {
		l.advance(utc("2026-06-21"))
		l.declines = false
		l.payOverdue(utc("2026-06-21"))
	}
	l.advance(utc(addonUntil))
	checkAddOnMoney(t, name, l)
	returns := slices.ContainsFunc(life, func(a addonAct) bool { return a.name == "return" })
	if !of.declines || !returns && of.world != "suspend" {
		checkAddOnCost(t, name, l, &oracle) // a return after an unpaid period continues or replaces it, as the policy says
	}
	once, err := lifecycle.Replay(p, l.initial, l.events, utc(addonUntil))
	if err != nil || giventest.JSON(t, once.Subscription) != giventest.JSON(t, l.out.Subscription) ||
		giventest.JSON(t, once.Invoices) != giventest.JSON(t, l.out.Invoices) {
		t.Fatalf("%s: a replay differs: %v\n%s\n%s", name, err, once.Timeline(), l.out.Timeline())
	}
}

// addonSubscription returns a contract of a year from a day, with an add-on by the month.
func addonSubscription(from string) lifecycle.Subscription {
	sub := fourSeats()
	sub.Contract.Cycle = giventest.Cycle(from, "P1Y", time.UTC)
	sub.Contract.Items = []plans.Item{
		{ID: "base", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("1200.00")}},
		{ID: "addon", Quantity: decimal.NewFromInt(1), Price: monthlyPrice("10.00")},
	}
	return sub
}

// checkAddOnCost compares what is billed for each item with the oracle.
func checkAddOnCost(t *testing.T, name string, l *lifeOf, oracle *addonOracle) {
	t.Helper()
	base, addon := oracle.cost()
	for item, want := range map[string]*big.Rat{"base": base, "addon": addon} {
		got, lines := new(big.Rat), int64(0)
		for _, inv := range l.out.Invoices {
			for _, line := range inv.Lines {
				if line.Item == item && !line.Period.Start.After(utc(addonUntil)) {
					got.Add(got, line.Net.Rat())
					lines++
				}
			}
		}
		off := new(big.Rat).Sub(got, want)
		if off.Abs(off).Cmp(big.NewRat(lines+1, 200)) > 0 {
			t.Fatalf("%s: %s costs %s, want %s\n%s", name, item, got.FloatString(2), want.FloatString(4), l.out.Timeline())
		}
	}
}

// checkAddOnMoney checks each document, the caps of the credits, and that the money adds up.
func checkAddOnMoney(t *testing.T, name string, l *lifeOf) {
	t.Helper()
	latest := map[string]invoice.Receivable{}
	for _, r := range slices.Concat(l.out.Receivables, l.out.Subscription.Receivables) {
		latest[r.Invoice] = r
	}
	left, money := map[string]decimal.Decimal{}, decimal.Decimal{}
	for _, inv := range l.out.Invoices {
		if err := invoice.Check(inv); err != nil {
			t.Fatalf("%s: %s: %v", name, inv.ID, err)
		}
		if latest[inv.ID].Phase == invoice.PhaseVoid || latest[inv.Corrects].Phase == invoice.PhaseVoid {
			continue
		}
		money = money.Add(inv.Total)
		for _, line := range inv.Lines {
			of := line.ID
			if line.Corrects != "" {
				of = line.Corrects
			}
			if left[of] = left[of].Add(line.Net); left[of].IsNegative() {
				t.Fatalf("%s: %s is credited by %v too much\n%s", name, of, left[of], l.out.Timeline())
			}
		}
	}
	for _, r := range latest {
		money = money.Sub(r.Received())
		if r.Phase != invoice.PhaseVoid && (r.Owing() || r.Phase == invoice.PhaseUncollectible) {
			money = money.Sub(r.Outstanding())
		}
	}
	for _, e := range l.out.Subscription.Ledger {
		money = money.Add(e.Amount)
	}
	if !money.IsZero() {
		t.Fatalf("%s: %v is not accounted for\n%s", name, money, l.out.Timeline())
	}
}

// An act that becomes known late leads to the cost of the full history, beside another act before or after it (law 12).
func TestEveryLateActOfAnAddOn(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	p, count := addonWorlds(t)["now"], 0
	for _, n := range []int{1, 2} {
		for _, life := range addonLives(n) {
			if !addonPossible(life) {
				continue
			}
			for late := range life {
				if late+1 < len(life) && life[late+1].at == life[late].at {
					continue // of one time, the late event comes last
				}
				if count++; !race.Takes(count, 23) {
					continue
				}
				checkLateAddOn(t, fmt.Sprintf("%v, %d late", life, late), p, life, late)
			}
		}
	}
	t.Logf("%d lives", count)
}

// checkLateAddOn lives a life in which one act becomes known in May.
func checkLateAddOn(t *testing.T, name string, p *lifecycle.Policies, life []addonAct, late int) {
	t.Helper()
	l := &lifeOf{t: t, policies: p, initial: addonSubscription("2026-01-31"), answers: map[int64]*answer{}}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-31"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	oracle := addonOracle{all: []sold{{
		from: utc("2026-01-31"), base: 1, addon: 1, basePrice: 1200, price: 10, in: true, anew: true,
	}}}
	var then lifecycle.Event
	for i, a := range life {
		e, sells := addonEvent(a, oracle.now(utc(a.at)))
		if sells(&oracle); i == late {
			then = e
			continue
		}
		if l.advance(e.At); !l.apply(e) {
			return // it does not follow without the late one
		}
	}
	l.advance(utc("2026-05-15"))
	then.Sequence = l.out.Subscription.Sequence + 1
	c := lifecycle.CorrectRequest{
		Subscription: l.out.Subscription, Initial: l.initial, Events: append(slices.Clone(l.events), then),
		Issued: l.out.Invoices, Receivables: l.out.Receivables, At: utc("2026-05-15"),
	}
	out, err := lifecycle.Correct(p, c)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if slices.ContainsFunc(out.Steps, func(s lifecycle.Step) bool { return s.Refused != "" }) {
		return
	}
	l.paidCorrection(&c, &out)
	again, err := lifecycle.Correct(p, c)
	if err != nil || len(again.Invoices) > 0 {
		t.Fatalf("%s: correcting again bills %d documents: %v", name, len(again.Invoices), err)
	}
	l.advance(utc(addonUntil))
	checkAddOnMoney(t, name, l)
	checkAddOnCost(t, name, l, &oracle)
}
