package plans

import (
	"errors"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Order is what somebody wants to buy.
type Order struct {
	By            Actor              `json:"by"`                 // who orders; must be set
	At            time.Time          `json:"at"`                 // when, and in whose location: it becomes the customer's calendar
	Plan          string             `json:"plan"`               // ID of the one plan
	Items         []OrderItem        `json:"items"`              // at least one
	Term          proration.Interval `json:"term,omitzero"`      // for how long; unset where the catalog has no terms
	Country       string             `json:"country"`            // where the customer is, "BR"
	PaymentMethod string             `json:"payment_method"`     // how they pay
	TrialEnd      time.Time          `json:"trial_end,omitzero"` // when the trial is over that runs; zero where none does

	Installments int             `json:"installments,omitzero"` // into how many parts the first bill is split, a month apart; 0 is 1
	Discounts    []Discount      `json:"discounts,omitzero"`    // taken off after that of the term and those agreed on specially
	Override     Override        `json:"override,omitzero"`     // what was agreed on specially with this customer
	Minimum      decimal.Decimal `json:"minimum,omitzero"`      // what at least is spent in a period, before discounts; not negative
}

// OrderItem is a quantity of one thing.
type OrderItem struct {
	Plan     string          `json:"plan,omitzero"`  // the plan it is of; "" is the order's, and another one is refused
	Item     string          `json:"item"`           // ID of the item
	Quantity decimal.Decimal `json:"quantity"`       // how many, not negative
	From     time.Time       `json:"from,omitzero"`  // from when on, within the term; zero is from the start. An item that was ordered before changes then
	Price    *Price          `json:"price,omitzero"` // a price of its own, which support agrees on; nil is the plan's
}

// check adds the faults of the order that are none of the catalog's business.
func (o *Order) check(f *fault.List) {
	fault.Enum(f, "by", actors, o.By)
	if o.At.IsZero() {
		f.Add("at", proration.ErrUnset, "an order is placed at an instant")
	}
	for _, n := range []struct{ field, value string }{{"plan", o.Plan}, {"country", o.Country}, {"payment_method", o.PaymentMethod}} {
		if n.value == "" {
			f.Add(n.field, proration.ErrUnset, "an order names it")
		}
	}
	if o.Country != "" {
		checkCountry(f, "country", o.Country)
	}
	if len(o.Items) == 0 {
		f.Add("items", proration.ErrUnset, "an order has items")
	}
	for i, item := range o.Items {
		path := element("items", i)
		if item.Item == "" {
			f.Add(path+".item", proration.ErrUnset, "an item has an ID")
		}
		checkNumber(f, path+".quantity", item.Quantity)
		if !item.From.IsZero() && !item.From.After(o.At) {
			f.Add(path+".from", proration.ErrInvalid, "it is not after the order")
		}
		if item.Price != nil {
			f.Under(path+".price", item.Price.Validate())
		}
	}
	if o.Installments < 0 || o.Installments > maxInstallments {
		f.Add("installments", proration.ErrLimit, "%d is not between 0 and %d", o.Installments, maxInstallments)
	}
	checkNumber(f, "minimum", o.Minimum)
	checkDiscounts(f, o.Discounts)
}

// chosen is what of a catalog an order asks for.
type chosen struct {
	plan   *Plan
	market *Market
	method PaymentMethod
	term   *Term // nil where there is none
	items  []Item
	ramp   []RampStep
}

// choose looks up what an order asks for, or returns every refusal.
func (c *Catalog) choose(o *Order) (chosen, error) {
	var got chosen
	var refused []error
	note := func(err error) bool {
		if err != nil {
			refused = append(refused, err)
		}
		return err == nil
	}
	var planned, sold error
	got.plan, planned = c.plan(o.Plan)
	note(planned)
	if got.market, sold = c.market(o.Country); note(sold) {
		var err error
		got.method, err = got.market.PaymentMethod(o.PaymentMethod, o.By)
		if note(err) && o.Installments > max(1, got.method.Installments) {
			note(&Refusal{
				Rule:    "installments",
				Reason:  strconv.Itoa(o.Installments) + " are more than " + got.method.ID + " allows",
				Instead: "at most " + strconv.Itoa(max(1, got.method.Installments)),
			})
		}
	}
	var err error
	got.term, err = c.term(o.Term)
	note(err)
	for _, item := range o.Items {
		if item.Plan != "" && item.Plan != o.Plan {
			note(&Refusal{Rule: "plan", Reason: "a contract has one plan, and " + strconv.Quote(item.Plan) + " is not " + strconv.Quote(o.Plan), Instead: "one order for each contract"})
		} else if planned == nil && sold == nil {
			note(got.take(item, o.By))
		}
	}
	return got, errors.Join(refused...)
}

// take adds an item of an order, at the price of the plan or its own.
func (g *chosen) take(item OrderItem, by Actor) error {
	price, err := g.plan.offer(item.Item, g.market.Currency)
	switch {
	case err != nil:
		return err
	case item.Price != nil && by != Support:
		return &Refusal{Rule: "price", Reason: "a price of its own is agreed on with support", Instead: "the plan's price"}
	case item.Price != nil:
		if price = item.Price.clone(); price.Per == (proration.Interval{}) {
			price.Per = g.plan.Interval
		}
	}
	sold := Item{ID: item.Item, Quantity: item.Quantity, Price: price}
	if item.From.IsZero() {
		g.items = append(g.items, sold)
	} else {
		g.ramp = append(g.ramp, RampStep{At: item.From, Item: sold})
	}
	return nil
}
