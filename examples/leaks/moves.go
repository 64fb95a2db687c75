package main

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// move is an action of a customer or an event of a payment. It returns an error if it is not possible.
type move struct {
	name string
	do   func(*life) error
}

// event returns a move that sends an event of the customer.
func event(name string, e lifecycle.Event) move {
	return move{name, func(l *life) error {
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
	return move{name, func(l *life) error {
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
	err := l.apply(e)
	if err != nil {
		e.Effective = 0
		err = l.apply(e)
	}
	return err
}

// payCheapest pays the open invoice with the least amount.
func payCheapest(l *life) error {
	var least *invoice.Receivable
	for i := range l.sub.Receivables {
		r := &l.sub.Receivables[i]
		if r.Owing() && (least == nil || r.Outstanding().LessThan(least.Outstanding())) {
			least = r
		}
	}
	if least == nil {
		return errNothing
	}
	return l.pay(least.Invoice, least.Outstanding())
}

// ofLastPaid returns a move about the last invoice that money was received for.
func ofLastPaid(name string, kind lifecycle.EventKind) move { return ofLast(name, kind, decimal.Zero) }

// refund returns a move that refunds an amount of the last paid invoice, and all of it for zero.
func refund(name, amount string) move {
	return ofLast(name, lifecycle.PaymentRefunded, decimal.RequireFromString(amount))
}

func ofLast(name string, kind lifecycle.EventKind, wanted decimal.Decimal) move {
	return move{name, func(l *life) error {
		for i := len(l.sub.Receivables) - 1; i >= 0; i-- {
			r := l.sub.Receivables[i]
			if !r.Received().IsPositive() {
				continue
			}
			amount := r.Received()
			err := l.apply(lifecycle.Event{
				At: l.sub.At, Kind: kind, By: plans.Support, Reason: "asked for",
				Payment: lifecycle.Payment{Invoice: r.Invoice, Amount: wanted},
			})
			if err != nil {
				return err
			}
			if after := l.receivable(r.Invoice); after != nil {
				amount = amount.Sub(after.Received())
			}
			l.paid = l.paid.Sub(amount)
			if kind == lifecycle.PaymentRefunded {
				l.goodwill = l.goodwill.Sub(l.issued[len(l.issued)-1].Total)
			}
			return nil
		}
		return errNothing
	}}
}

// ofOpen returns a move by which support gives up the last open invoice. What was served of it is given, and all of an
// addition to units that are paid: service goes on with it.
func ofOpen(name string, kind lifecycle.EventKind) move {
	return move{name, func(l *life) error {
		for i := len(l.sub.Receivables) - 1; i >= 0; i-- {
			r := l.sub.Receivables[i]
			if !r.Owing() {
				continue
			}
			given := l.served(r.Invoice)
			l.givenUp = append(slices.Clip(l.givenUp), givenUp{r.Invoice, len(l.issued)})
			err := l.apply(lifecycle.Event{
				At: l.sub.At, Kind: kind, By: plans.Support, Reason: "asked for", Payment: lifecycle.Payment{Invoice: r.Invoice},
			})
			l.goodwill = l.goodwill.Add(given)
			return err
		}
		return errNothing
	}}
}

// served returns the amount of an invoice for the time until now, up to the end of the day.
func (l *life) served(id string) (sum decimal.Decimal) {
	for i := range l.issued {
		for _, c := range l.issued[i].Lines {
			if lineid.Invoice(c.ID) != id || c.Span.Start.After(l.sub.At) || !c.Span.End.After(c.Span.Start) {
				continue
			}
			if c.Kind == plans.ProrationCharge {
				sum = sum.Add(c.Total())
				continue
			}
			whole := days(dayOf(c.Span.Start), dayOf(c.Span.End))
			part := big.NewRat(min(whole, days(dayOf(c.Span.Start), dayOf(l.sub.At))+1), whole)
			sum = sum.Add(exact.Quotient(part.Mul(part, c.Total().Rat()), 2, exact.HalfUp))
		}
	}
	return decimal.Max(sum, decimal.Zero)
}

// creditLast credits 10.00 of the last invoice, which becomes balance as far as it was paid.
var creditLast = move{"credit of 10.00", func(l *life) error {
	for i := len(l.sub.Receivables) - 1; i >= 0; i-- {
		r := l.sub.Receivables[i]
		if !r.Owing() && !r.Received().IsPositive() {
			continue
		}
		ten := decimal.NewFromInt(10)
		err := l.apply(lifecycle.Event{
			At: l.sub.At, Kind: lifecycle.InvoiceCredited, By: plans.Support, Reason: "asked for", As: credits.AsBalance,
			Payment: lifecycle.Payment{Invoice: r.Invoice, Amount: ten},
		})
		l.goodwill = l.goodwill.Add(ten)
		return err
	}
	return errNothing
}}

// late returns a move whose event happened ten days earlier, and is corrected now.
func late(name string, e lifecycle.Event) move {
	return move{"late " + name, func(l *life) error {
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
