package main

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// move is an action of a customer or an event of a payment. It returns an error if it is not possible.
type move struct {
	name    string
	do      func(*life) error
	changes bool // it changes the contract and nothing else
}

// event returns a move that sends an event of the customer.
func event(name string, e lifecycle.Event) move {
	return move{name: name, changes: e.Kind == lifecycle.Changed, do: func(l *life) error {
		own := e
		own.At, own.By = l.sub.At, plans.Customer
		return l.apply(own)
	}}
}

// seats returns a move that adds seats, or removes them.
func seats(n string) move {
	quantity := decimal.RequireFromString(n)
	change := plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: quantity}}}
	name := "+" + n + " seats"
	if quantity.IsNegative() {
		change = plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: quantity.Neg()}}}
		name = n + " seats"
	}
	return event(name, lifecycle.Event{Kind: lifecycle.Changed, Change: change})
}

// onPlan returns a plan with a price for a seat.
func onPlan(id, price string, rank int, currency plans.Currency, months int) plans.Plan {
	return plans.Plan{ID: id, Rank: rank, Interval: proration.Interval{Months: months}, Offers: []plans.Offer{
		{Item: "seat", Currency: currency, Price: plans.Price{Unit: decimal.RequireFromString(price)}},
	}}
}

// toPlan returns a move to a plan.
func toPlan(p plans.Plan) move {
	return event("plan "+p.ID, lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Plan: &p}})
}

// toInterval returns a move to another interval.
func toInterval(name string, months, days int) move {
	return event(name, lifecycle.Event{
		Kind: lifecycle.Changed, Change: plans.Change{Interval: proration.Interval{Months: months, Days: days}},
	})
}

// withCard returns a move after which requested payments end in a way. A card that pays is entered anew.
func withCard(name string, c card) move {
	return move{name: name, do: func(l *life) error {
		if l.card == c {
			return errNothing
		}
		if l.card = c; c != pays {
			return nil
		}
		entered := lifecycle.Event{At: l.sub.At, Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"}
		entered.By = plans.Customer
		return l.apply(entered)
	}}
}

// cancel cancels as early as the policy lets a customer.
func cancel(l *life) error {
	e := lifecycle.Event{At: l.sub.At, Kind: lifecycle.CancellationRequested, By: plans.Customer}
	e.Effective = plans.Immediately
	before := *l
	err := l.apply(e)
	if err != nil {
		e.Effective = 0
		err = l.apply(e)
	}
	if err != nil {
		return err
	}
	return l.policyGivesUp(&before)
}

// cancelOn returns a move that cancels for a later time.
func cancelOn(text string) move {
	return move{name: "cancel for " + text[:len(text)-len(" 00:00:00")], do: func(l *life) error {
		return l.apply(lifecycle.Event{
			At: l.sub.At, Kind: lifecycle.CancellationRequested, By: plans.Customer, On: at(text),
		})
	}}
}

// late returns a move whose event happened ten days earlier, and is corrected now.
func late(name string, e lifecycle.Event) move {
	return move{name: "late " + name, do: func(l *life) error {
		own := e
		own.By, own.Sequence = plans.Support, l.sub.Sequence+1
		if own.At = l.sub.At.Add(-10 * 24 * time.Hour); own.At.Before(l.start) {
			return errNothing
		}
		out, err := lifecycle.Correct(l.policies, lifecycle.CorrectRequest{
			Subscription: l.sub, Initial: l.theme.subscription(), Events: append(l.events[:len(l.events):len(l.events)], own),
			Issued: l.issued, Receivables: l.all, At: l.sub.At,
		})
		if err != nil {
			return err
		}
		for _, s := range out.Steps {
			if s.Sequence == own.Sequence && s.Refused != "" {
				return errNothing
			}
		}
		l.events = append(l.events[:len(l.events):len(l.events)], own)
		if err := l.take(&out); err != nil {
			return err
		}
		l.spans, err = l.inTime()
		return err
	}}
}

// inTime returns the time with full access if every event had been known in time and every invoice been paid.
func (l *life) inTime() ([]span, error) {
	should, err := l.begin()
	if err != nil {
		return nil, err
	}
	events := slices.Clone(l.events[1:])
	slices.SortStableFunc(events, func(a, b lifecycle.Event) int { return a.At.Compare(b.At) })
	for _, e := range events {
		if e.Payment.Invoice != "" {
			continue
		}
		if err := should.advance(e.At); err != nil {
			return nil, err
		}
		_ = should.apply(e) // one that is refused now changes nothing
	}
	err = should.advance(l.sub.At)
	return should.spans, err
}
