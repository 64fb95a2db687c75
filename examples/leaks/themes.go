package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// theme is a part of the search: moves that are tried with each other, at instants around the end of the first period.
type theme struct {
	name     string
	more     int      // moves of a sequence beyond the depth of the search
	most     int      // moves of the longest sequence; zero is no limit
	instants []string // local times, in order
	moves    []move
	months   int                // months of a period; zero is one
	until    string             // local time at which lives are measured; zero is in the third month
	price    plans.Price        // price of a seat
	seats    int64              // seats of the order; zero is two
	trialFor proration.Interval // trial of the contract
	coupon   *plans.Discount    // a percentage for a number of months
	taxed    bool               // a tax of 20 % is added to the prices
	items    []plans.Item       // items beside the seats
	ramp     []plans.RampStep   // agreed later items
	uplift   *plans.Uplift      // raises the prices of the contract
	card     card               // card of the order
	fair     bool               // no move forfeits paid time, so that a customer pays for no more than there is
	gives    bool               // the policy gives time for nothing, so that only money is compared
	policy   func(*lifecycle.Policy)
}

// allThemes returns all parts of the search.
func allThemes() []theme {
	return slices.Concat(themes(), ofPayments(), ofPolicies(), ofAddOns(), ofAccruals())
}

// themes returns the parts of the search.
func themes() []theme {
	dear, cheap := onPlan("dear", "50", 2, "USD", 1), onPlan("cheap", "20", 1, "USD", 1)
	year := onPlan("year", "310", 1, "USD", 12)
	euro := onPlan("euro", "31", 1, "EUR", 1)
	unit := plans.Price{Unit: decimal.RequireFromString("31")}
	volume := plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{
		{UpTo: decimal.NewFromInt(10), Unit: decimal.RequireFromString("31")}, {Unit: decimal.RequireFromString("15.50")},
	}}
	flat := plans.Price{Flat: decimal.RequireFromString("62")}
	comes, returns := comesAndReturns()
	quantities := []move{
		seats("0.01"), seats("1"), seats("1000"), seats("-0.01"), seats("-1"), seats("-1000"),
	}
	reset := event("new dates", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Anchor: plans.AnchorReset}})
	pause := event("pause", lifecycle.Event{Kind: lifecycle.PauseRequested})
	resume := event("resume", lifecycle.Event{Kind: lifecycle.Resumed})
	convert := event("convert", lifecycle.Event{Kind: lifecycle.TrialConverted})
	change := func(c plans.Change) lifecycle.Event { return lifecycle.Event{Kind: lifecycle.Changed, Change: c} }
	one := []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}}
	around := []string{"Jan 1 00:00:00", "Jan 11 00:00:00", "Jan 31 23:59:59", "Feb 1 00:00:00", "Feb 2 12:00:00"}
	plansOf := []move{toPlan(dear), toPlan(cheap), toPlan(euro)}
	return []theme{
		{name: "seats and plans", price: unit, instants: around, moves: slices.Concat(quantities, plansOf)},
		{name: "a flat fee", price: flat, instants: around, moves: quantities},
		{
			name: "a volume price", price: volume, seats: 12, instants: around,
			moves: append([]move{seats("11"), seats("-3"), seats("3")}, quantities...),
		},
		{name: "intervals", price: unit, instants: around[1:], moves: []move{
			toPlan(year), toPlan(cheap), toInterval("quarters", 3, 0), toInterval("months", 1, 0), reset, seats("1"),
			seats("-1"), comes, returns,
		}},
		{
			name: "coming and going", price: unit, more: 1,
			instants: []string{
				"Jan 11 23:59:59", "Jan 12 00:00:00", "Jan 12 23:59:59", "Jan 13 00:00:00", "Feb 1 00:00:00",
			},
			moves: []move{comes, returns, pause, resume, seats("1000"), seats("-1000")},
		},
		{
			name: "trials", price: unit, more: 1, trialFor: proration.Interval{Days: 14},
			instants: []string{"Jan 5 00:00:00", "Jan 14 23:59:59", "Jan 15 00:00:00", "Feb 20 00:00:00"},
			moves: []move{
				comes, returns, convert, pause, resume, seats("1000"), withCard("card declines", declines), toPlan(dear),
			},
		},
		{
			name: "late news", price: unit, instants: []string{"Jan 11 00:00:00", "Jan 25 00:00:00", "Feb 5 00:00:00"},
			moves: []move{
				late("+1 seat", change(plans.Change{Add: one})), late("-1 seat", change(plans.Change{Remove: one})),
				late("plan dear", change(plans.Change{Plan: &dear})), late("plan cheap", change(plans.Change{Plan: &cheap})),
				late("cancel", lifecycle.Event{Kind: lifecycle.CancellationRequested}), seats("1"), seats("-1"), comes, returns,
			},
		},
		coupon("a coupon for three months", plans.Discount{Duration: plans.Repeating, Periods: 3}),
		coupon("a coupon for the first month", plans.Discount{Duration: plans.Once}),
	}
}

// ofPayments returns the parts of the search in which payments do not arrive, or go back.
func ofPayments() []theme {
	unit := plans.Price{Unit: decimal.RequireFromString("31")}
	comes, returns := comesAndReturns()
	twice := []string{"Jan 11 00:00:00", "Feb 1 00:00:00", "Feb 3 00:00:00"}
	return []theme{
		{
			name: "cards", price: unit, more: 2, instants: twice,
			moves: []move{
				withCard("card declines", declines), withCard("card never answers", silent), withCard("card pays", pays),
				payOne(), takeBack("dispute", lifecycle.PaymentDisputed, false), seats("0.01"), seats("1000"),
				comes, returns,
			},
		},
		{
			name: "money back", price: unit, more: 1, instants: twice, taxed: true,
			moves: []move{
				refund("refund", "0"), refund("refund of 10.00", "10"),
				takeBack("dispute", lifecycle.PaymentDisputed, false), takeBack("bank return", lifecycle.PaymentReversed, false),
				seats("1"), seats("-1"), comes, returns,
			},
		},
		{
			name: "invoices given up", price: unit, more: 1, instants: twice,
			moves: []move{
				withCard("card declines", declines), withCard("card pays", pays),
				ofOpen("void", lifecycle.InvoiceVoided), ofOpen("write off", lifecycle.InvoiceWrittenOff),
				creditOf("credit of 10.00", "10"),
				seats("1"), seats("-1"), comes, returns,
			},
		},
	}
}

// coupon returns a part of the search with a coupon in the contract.
func coupon(name string, d plans.Discount) theme {
	d.ID, d.Percent = "coupon", decimal.NewFromInt(50)
	other, cheap := onPlan("other", "31", 1, "USD", 1), onPlan("cheap", "20", 1, "USD", 1)
	year := onPlan("year", "310", 1, "USD", 12)
	comes, returns := comesAndReturns()
	return theme{
		name: name, price: plans.Price{Unit: decimal.RequireFromString("31")}, coupon: &d,
		instants: []string{"Jan 11 00:00:00", "Feb 1 00:00:00", "Feb 2 12:00:00"},
		moves: []move{
			toPlan(other), toPlan(cheap), toPlan(year), toInterval("weeks", 0, 7), toInterval("months", 1, 0),
			seats("1"), seats("-1"), comes, returns,
		},
	}
}

// comesAndReturns returns the moves of leaving and coming back.
func comesAndReturns() (comes, returns move) {
	return move{name: "cancel", do: cancel}, event("return", lifecycle.Event{Kind: lifecycle.Reactivated})
}

// under returns a policy with the settings of the theme.
func (t *theme) under(p lifecycle.Policy) lifecycle.Policy {
	if t.taxed {
		p.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.NewFromInt(20)}}
	}
	if t.policy != nil {
		t.policy(&p)
	}
	return p
}

// subscription returns the customer's subscription before it starts.
func (t *theme) subscription() lifecycle.Subscription {
	var discounts []plans.Discount
	if t.coupon != nil {
		discounts = append(discounts, *t.coupon)
	}
	seats := plans.Item{ID: "seat", Quantity: decimal.NewFromInt(cmp.Or(t.seats, 2)), Price: t.price}
	return lifecycle.Subscription{ID: "customer", Account: invoice.Account{Contract: plans.Contract{
		Plan: "basic", Currency: "USD", Trial: t.trialFor, Discounts: discounts,
		Items: append([]plans.Item{seats}, t.items...), Ramp: t.ramp, Uplift: t.uplift,
		Cycle: proration.Cycle{
			Anchor: proration.LocalTimeOf(at("Jan 1 00:00:00")), Interval: proration.Interval{Months: cmp.Or(t.months, 1)},
			Zone: "UTC", Location: time.UTC,
		},
	}}}
}

// trial returns the length of the trial of the contract.
func (t *theme) trial() time.Duration { return time.Duration(t.trialFor.Days) * 24 * time.Hour }
