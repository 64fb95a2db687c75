package main

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// monthly returns the price of an add-on that is billed by the month.
func monthly(unit string) plans.Price {
	return plans.Price{Unit: decimal.RequireFromString(unit), BillingInterval: proration.Interval{Months: 1}}
}

// accruing returns the price of support in arrears.
func accruing(unit string) plans.Price {
	return plans.Price{Unit: decimal.RequireFromString(unit), Timing: proration.InArrears}
}

// units returns a move that adds units of an item at its price, or removes them.
func units(item, n string, price plans.Price) move {
	quantity := decimal.RequireFromString(n)
	change := plans.Change{Add: []plans.ItemQuantity{{Item: item, Quantity: quantity, Price: &price}}}
	name := "+" + n + " " + item
	if quantity.IsNegative() {
		change = plans.Change{Remove: []plans.ItemQuantity{{Item: item, Quantity: quantity.Neg()}}}
		name = n + " " + item
	}
	return move{name: name, changes: true, do: func(l *life) error {
		own := change
		known := slices.ContainsFunc(l.sub.Contract.Items, func(i plans.Item) bool { return i.ID == item })
		if known && quantity.IsPositive() {
			own.Add = []plans.ItemQuantity{{Item: item, Quantity: quantity}}
		}
		return l.apply(lifecycle.Event{At: l.sub.At, Kind: lifecycle.Changed, By: plans.Customer, Change: own})
	}}
}

// offering returns a plan that also offers an item.
func offering(p plans.Plan, item string, price plans.Price) plans.Plan {
	p.Offers = append(slices.Clip(p.Offers), plans.Offer{Item: item, Currency: p.Offers[0].Currency, Price: price})
	return p
}

// some returns two units of an item.
func some(item string, price plans.Price) []plans.Item {
	return []plans.Item{{ID: item, Quantity: decimal.NewFromInt(2), Price: price}}
}

// pauses returns the moves of a pause.
func pauses() (pause, resume move) {
	pause = event("pause", lifecycle.Event{Kind: lifecycle.PauseRequested})
	return pause, event("resume", lifecycle.Event{Kind: lifecycle.Resumed})
}

// onDay returns a move that schedules a change for an instant, after which it takes effect.
func onDay(name, text string, c plans.Change) move {
	return move{name: name + " for " + text[:len(text)-len(" 00:00:00")], do: func(l *life) error {
		return l.apply(lifecycle.Event{At: l.sub.At, Kind: lifecycle.Changed, By: plans.Customer, Change: c, On: at(text)})
	}}
}

// collection returns a move by which support pauses collection, so that periods cost nothing, or resumes it.
func collection(name string, pauses bool) move {
	return move{name: name, do: func(l *life) error {
		e := lifecycle.Event{At: l.sub.At, Kind: lifecycle.CollectionResumed, By: plans.Support}
		if pauses {
			e.Kind, e.Invoices = lifecycle.CollectionPaused, lifecycle.PausedVoid
		}
		err := l.apply(e)
		if pauses && err == nil {
			l.free = append(slices.Clip(l.free), proration.Period{Start: l.sub.At, End: l.until})
		} else if err == nil {
			l.free = slices.Clone(l.free)
			l.free[len(l.free)-1].End = l.sub.At
		}
		return err
	}}
}

// extra is an item beside the seats, with the moves and the settings of its parts of the search.
type extra struct {
	name   string
	item   string
	price  plans.Price
	dearer plans.Price // price of the item on the plan dear
	months int         // months of a period of the contract
	seat   plans.Price // price of a seat
	around []string    // instants around the boundaries of the item and the contract
	twice  []string    // fewer of them
	later  string      // instant of scheduled changes: a boundary of the item
	ends   string      // the end of the first period
	lead   int         // days between the invoice of a period and its start
	until  string      // instant at which lives are measured
}

// ofAddOns returns the parts with a monthly add-on beside a plan by the quarter.
func ofAddOns() []theme {
	e := extra{
		name: "a monthly add-on", item: "add-on", price: monthly("15.50"), dearer: monthly("24"), months: 3,
		seat:   plans.Price{Unit: decimal.RequireFromString("93")},
		around: []string{"Jan 11 00:00:00", "Feb 1 00:00:00", "Feb 2 12:00:00", "Apr 1 00:00:00", "Apr 2 12:00:00"},
		twice:  []string{"Jan 11 00:00:00", "Feb 1 00:00:00", "Feb 3 00:00:00", "Apr 3 00:00:00"},
		later:  "Mar 1 00:00:00", ends: "Apr 1 00:00:00", lead: 40, until: "May 20 00:00:00",
	}
	return e.themes()
}

// ofAccruals returns the parts with support in arrears beside a plan by the month.
func ofAccruals() []theme {
	e := extra{
		name: "support in arrears", item: "support", price: accruing("15.50"), dearer: accruing("24"), months: 1,
		seat:   seat(),
		around: []string{"Jan 1 00:00:00", "Jan 11 00:00:00", "Jan 31 23:59:59", "Feb 1 00:00:00", "Feb 2 12:00:00"},
		twice:  twice(), later: "Feb 1 00:00:00", ends: "Feb 1 00:00:00", lead: 20, until: "Mar 20 00:00:00",
	}
	return e.themes()
}

// themes returns the parts of the search with the item.
func (e *extra) themes() []theme { return slices.Concat(e.ofChanges(), e.ofMoney(), e.ofPolicies()) }

// own returns a part of the search with the item.
func (e *extra) own(name string, moves ...move) theme {
	return theme{
		name: e.name + ": " + name, price: e.seat, months: e.months, items: some(e.item, e.price), until: e.until,
		instants: e.twice, moves: moves,
	}
}

// moves returns the moves that add a unit, and remove one.
func (e *extra) moves() (more, less move) {
	return units(e.item, "1", e.price), units(e.item, "-1", e.price)
}

// plan returns a plan that offers the item too.
func (e *extra) plan(id, price string, rank, months int, own plans.Price) move {
	return toPlan(offering(onPlan(id, price, rank, "USD", months), e.item, own))
}

// ofChanges returns the parts that change the item and the contract.
func (e *extra) ofChanges() []theme {
	comes, returns := comesAndReturns()
	pause, resume := pauses()
	more, less := e.moves()
	reset := event("new dates", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Anchor: plans.AnchorReset}})
	one, anew := plans.Change{Add: oneOf(e.item)}, plans.Change{Add: oneOf(e.item)}
	anew.Add[0].Price = &e.price
	dear := e.plan("dear", "50", 2, e.months, e.dearer)
	cheap, bare := e.plan("cheap", "20", 1, e.months, e.price), toPlan(onPlan("bare", "60", 1, "USD", e.months))
	year, month := e.plan("year", "310", 1, 12, e.price), e.plan("month", "31", 1, 1, e.price)

	quantities := e.own(
		"units", units(e.item, "0.01", e.price), more, units(e.item, "-0.01", e.price), less, units(e.item, "-2", e.price),
		seats("1"), seats("-1"), dear, onDay("+1 "+e.item, e.later, one),
		onDay("first "+e.item, e.ends, anew), onDay("-1 "+e.item, e.later, plans.Change{Remove: oneOf(e.item)}),
	)
	quantities.instants, quantities.fair = e.around, true
	intervals := e.own("plans and intervals", dear, cheap, bare, year, month, reset, more, less, comes, returns)
	intervals.instants, intervals.fair = e.around, true
	reduced := e.own("a coupon", more, less, seats("1"), seats("-1"), dear)
	reduced.fair, reduced.coupon = e.months > 1, &plans.Discount{
		ID: "coupon", Percent: decimal.NewFromInt(50), Duration: plans.Repeating, Periods: 3,
		Per: proration.Interval{Months: 1},
	}
	goes := e.own("coming and going", comes, returns, pause, resume, more, less)
	goes.policy, goes.fair = func(p *lifecycle.Policy) {
		returning(credits.UnusedPart, credits.AsBalance)(p)
		p.Pause.Effective, p.Pause.Unused = plans.Immediately, credits.AsBalance
	}, true
	return []theme{quantities, intervals, reduced, goes}
}

// ofMoney returns the parts in which payments do not arrive, or go back.
func (e *extra) ofMoney() []theme {
	comes, returns := comesAndReturns()
	declined, paysAgain := cards()
	pause, resume := pauses()
	more, less := e.moves()
	first := takeBack("dispute the first", lifecycle.PaymentDisputed, true)
	dispute, void := takeBack("dispute", lifecycle.PaymentDisputed, false), ofOpen("void", lifecycle.InvoiceVoided)
	notes := e.own(
		"money back", refund("refund", "0"), refund("refund of 10.00", "10"), dispute, first,
		creditOf("credit of 10.00", "10"), more, less, comes, returns,
	)
	notes.taxed = true
	leaves := e.own(
		"leaving with credit", comes, returns, first, declined, paysAgain, void, pause, resume, more, less, seats("-1"),
	)
	leaves.policy = func(p *lifecycle.Policy) {
		returning(credits.UnusedPart, credits.AsBalance)(p)
		p.Pause.Effective, p.Pause.Unused = plans.Immediately, credits.AsBalance
	}
	given := e.own("open invoices are void", declined, paysAgain, payOne(), payPart(), void, comes, returns, more, less)
	given.policy = func(p *lifecycle.Policy) {
		atOnce(p)
		dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenVoid)
		p.Reactivation.IfPaid = true
	}
	debts := e.own("debts", declined, paysAgain, payOne(), more, less)
	debts.fair, debts.until = e.months > 1, "Mar 28 00:00:00" // a debt for a month can be paid when the month is over
	debts.policy = func(p *lifecycle.Policy) { dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep) }
	debts.instants = []string{"Jan 11 00:00:00", "Feb 3 00:00:00", "Mar 10 00:00:00"}
	return []theme{
		e.own(
			"cards", declined, withCard("card never answers", silent), paysAgain, payOne(), dispute, more, less, seats("1"),
			comes, returns,
		),
		notes, leaves, given, debts,
	}
}

// ofPolicies returns the parts with other settings.
func (e *extra) ofPolicies() []theme {
	comes, returns := comesAndReturns()
	declined, _ := cards()
	more, less := e.moves()
	dear := e.plan("dear", "50", 2, e.months, e.dearer)
	void := ofOpen("void", lifecycle.InvoiceVoided)
	with := func(t theme, policy func(*lifecycle.Policy)) theme {
		t.policy = policy
		return t
	}
	changes := []move{more, less, seats("1"), seats("-1")}
	waits := e.own("prorations on the next invoice", append(slices.Clip(changes), declined, void, comes, returns)...)
	ahead := e.own("the next period in advance", append(slices.Clip(changes), dear, comes, returns)...)
	ahead.fair = true
	least := e.own("a minimum amount", append(slices.Clip(changes), declined, comes, returns)...)
	free := e.own("free time", collection("free time", true), collection("collect", false))
	free.gives, free.fair = true, true
	rises := e.own("an uplift", append(slices.Clip(changes), dear, comes, returns)...)
	rises.fair, rises.uplift = true, &plans.Uplift{
		Percent: decimal.NewFromInt(10), Every: proration.Interval{Days: 40},
		Rounding: proration.Rounding{Mode: proration.HalfUp, Places: 2},
	}
	return []theme{
		with(waits, func(p *lifecycle.Policy) {
			atOnce(p)
			p.Prorations = plans.NextInvoice
			dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep)
		}),
		with(ahead, func(p *lifecycle.Policy) { p.Renewal.Lead = proration.Interval{Days: e.lead} }),
		with(least, func(p *lifecycle.Policy) {
			p.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"USD": decimal.NewFromInt(40)}
		}),
		free, rises,
	}
}
