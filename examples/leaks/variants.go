package main

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// inArrears bills periods at their end.
func inArrears(p *lifecycle.Policy) {
	atOnce(p)
	p.Billing.Timing = proration.InArrears
}

// byDays counts days.
func byDays(p *lifecycle.Policy, first, last proration.DayBilling) {
	own := &p.Billing.Proration
	own.DayCount, own.FirstDay, own.LastDay, own.ChangeDay = proration.Days, first, last, proration.NewSide
}

// ofLeaving returns the parts in which a customer leaves and gets something back.
func ofLeaving() []theme {
	comes, returns := comesAndReturns()
	declined, paysAgain := cards()
	void := ofOpen("void", lifecycle.InvoiceVoided)
	first := takeBack("dispute the first", lifecycle.PaymentDisputed, true)
	return []theme{
		{
			name: "leaving with credit", price: seat(), more: 2, instants: twice(),
			moves:  []move{comes, returns, first, void, seats("-1")},
			policy: returning(credits.UnusedPart, credits.AsBalance),
		},
		{
			name: "leaving with a refund", price: seat(), trialFor: proration.Interval{Days: 14},
			instants: []string{"Jan 5 00:00:00", "Jan 20 00:00:00", "Feb 20 00:00:00"},
			moves: []move{
				{name: "credit of 50.00 granted", do: grant}, comes, returns,
				refund("refund", "0"), declined, paysAgain, seats("-1"),
			},
			policy: returning(credits.UnusedPart, credits.AsRefund),
		},
		{
			name: "all money back", price: seat(), gives: true, instants: twice(),
			moves:  []move{comes, returns, declined, paysAgain, payPart(), seats("1"), seats("-1"), first},
			policy: returning(credits.InFull, credits.AsBalance),
		},
		{
			name: "leaving by days", price: seat(), instants: []string{"Jan 11 00:00:00", "Jan 12 18:00:00", "Feb 3 12:00:00"},
			moves: []move{comes, returns},
			policy: func(p *lifecycle.Policy) {
				returning(credits.UnusedPart, credits.AsBalance)(p)
				byDays(p, proration.DayBilled, proration.DayBilled)
			},
		},
	}
}

// ofTime returns the parts with other times, and other ways to divide and to credit a period.
func ofTime() []theme {
	comes, returns := comesAndReturns()
	declined, paysAgain := cards()
	withdraw := event("withdraw", lifecycle.Event{Kind: lifecycle.CancellationWithdrawn})
	return []theme{
		{
			name: "a known end", price: seat(), more: 1,
			instants: []string{"Jan 11 00:00:00", "Feb 3 00:00:00", "Feb 4 12:00:00"},
			moves: []move{
				cancelOn("Feb 6 00:00:00"), cancelOn("Feb 15 00:00:00"), withdraw, declined, paysAgain, comes, returns,
			},
			policy: func(p *lifecycle.Policy) {
				dunned(p, 1, lifecycle.FinalSuspend, lifecycle.OpenKeep)
				p.Billing.Proration.Charge = proration.ExtentNone // no move changes the contract
			},
		},
		{
			name: "days in arrears", price: seat(), fair: true,
			instants: []string{"Jan 1 00:00:00", "Jan 11 00:00:00", "Feb 2 12:00:00"}, moves: []move{seats("1"), seats("-1")},
			policy: func(p *lifecycle.Policy) {
				inArrears(p)
				byDays(p, proration.DayFree, proration.DayBilled)
				dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep)
				p.FirstPaymentTimeout = proration.Interval{}
			},
		},
		{
			name: "late news after money back", price: seat(), instants: []string{"Jan 12 00:00:00", "Jan 25 00:00:00"},
			moves: []move{
				refund("refund of 50.00", "50"), creditOf("credit of 50.00", "50"), seats("-1"),
				late("-1 seat", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Remove: oneOf("seat")}}),
				late("cancel", lifecycle.Event{Kind: lifecycle.CancellationRequested}),
			},
		},
	}
}

// oneOf returns one unit of an item.
func oneOf(item string) []plans.ItemQuantity {
	return []plans.ItemQuantity{{Item: item, Quantity: decimal.NewFromInt(1)}}
}

// ofItems returns the parts with items that come and go.
func ofItems() []theme {
	flat := plans.Price{Flat: decimal.RequireFromString("62")}
	metered := plans.Price{Flat: decimal.RequireFromString("62"), Metered: true}
	change := func(name string, c plans.Change) move {
		return event(name, lifecycle.Event{Kind: lifecycle.Changed, Change: c})
	}
	extra := plans.Item{ID: "extra", Quantity: decimal.NewFromInt(1), Price: flat}
	priced := plans.ItemQuantity{Item: "extra", Quantity: extra.Quantity, Price: &flat}
	more := change("+1 extra", plans.Change{Add: []plans.ItemQuantity{priced}})
	two := []plans.ChangeItem{{ID: "seat", Quantity: decimal.NewFromInt(2)}}
	less := change("-1 extra", plans.Change{Remove: oneOf("extra")})
	early := plans.Change{AnchorAt: at("Jan 20 00:00:00")}
	earlyLess := plans.Change{AnchorAt: early.AnchorAt, Remove: oneOf("seat")}
	return []theme{
		{
			name: "items that leave", price: seat(), fair: true, items: []plans.Item{extra}, instants: twice(),
			moves: []move{more, less, seats("-1"), seats("-2"), seats("1")},
		},
		{
			name: "an agreed item", price: seat(), fair: true,
			instants: []string{"Jan 11 00:00:00", "Jan 25 00:00:00", "Feb 2 00:00:00"},
			ramp:     []plans.RampStep{{At: at("Jan 20 00:00:00"), Item: extra}},
			moves:    []move{less, more, seats("1"), change("no extra", plans.Change{Items: two})},
		},
		{
			name: "an item without units", price: seat(), instants: twice(),
			items: []plans.Item{{ID: "extra", Price: metered}},
			moves: []move{change("+1 extra", plans.Change{Add: oneOf("extra")}), less, seats("1")},
		},
		{
			name: "earlier dates", price: seat(), instants: []string{"Jan 11 00:00:00", "Jan 12 12:00:00"},
			moves: []move{
				change("dates of Jan 20", early), change("dates of Jan 20 and -1 seat", earlyLess), seats("1"), seats("-1"),
			},
		},
		{
			name: "returning units", price: seat(), seats: 5, more: 3, most: 5,
			instants: []string{"Jan 11 00:00:00", "Jan 20 00:00:00"},
			moves: []move{
				refund("refund of 105.00", "105"), refund("refund of 137.00", "137"), seats("-2"), seats("1"), seats("2"),
			},
		},
	}
}

// ofCoupons returns the parts with coupons of charges that change.
func ofCoupons() []theme {
	declined, paysAgain := cards()
	same, other := onPlan("basic", "31", 1, "USD", 1), onPlan("other", "31", 1, "USD", 1)
	ten := plans.Discount{ID: "coupon", Amount: decimal.NewFromInt(10), Currency: "USD", Duration: plans.Once}
	half := plans.Discount{ID: "coupon", Percent: decimal.NewFromInt(50), Duration: plans.Once}
	cheap := onPlan("cheap", "20", 1, "USD", 1)
	replaced := []move{declined, paysAgain, toPlan(other), toPlan(same), toPlan(cheap), seats("-1")}
	suspends := func(p *lifecycle.Policy) { dunned(p, 7, lifecycle.FinalSuspend, lifecycle.OpenKeep) }
	onPrice := func(p *lifecycle.Policy) {
		suspends(p)
		p.Billing.CreditBasis = proration.OnPrice
	}
	week := onPlan("week", "7", 1, "USD", 0)
	week.Interval = proration.Interval{Days: 7}
	weeks := []move{toPlan(week), toPlan(other), seats("1"), seats("-1")}
	quarter := half
	quarter.Duration, quarter.Periods = plans.Repeating, 3
	return []theme{
		{
			name: "an amount off", price: seat(), coupon: &ten, gives: true, more: 1, instants: twice(),
			moves: append([]move{seats("1")}, replaced...), policy: suspends,
		},
		{
			name: "a coupon of open invoices", price: seat(), coupon: &half, more: 1, card: declines,
			instants: []string{"Jan 1 00:00:00", "Jan 5 00:00:00"}, moves: replaced, policy: suspends,
		},
		{name: "a coupon by the week", price: seat(), coupon: &quarter, fair: true, instants: twice(), moves: weeks},
		{
			name: "a coupon and credits by the price", price: seat(), coupon: &half, instants: twice(), moves: replaced,
			policy: onPrice,
		},
	}
}
