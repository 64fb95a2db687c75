package plans

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Contract is what one customer bought: one plan, and items at the prices that were agreed.
type Contract struct {
	Plan     string          `json:"plan"`     // ID of the one plan
	Currency Currency        `json:"currency"` // of every price and charge; it never changes
	Items    []Item          `json:"items"`    // at least one, each with an ID of its own
	Cycle    proration.Cycle `json:"cycle"`    // the periods that are billed, on the customer's calendar

	First     proration.Period   `json:"first,omitzero"`     // the first period, where days of a trial made it longer than those of the cycle
	Ramp      []RampStep         `json:"ramp,omitzero"`      // changes of items that were agreed in advance, in order of time
	Terms     []ContractTerm     `json:"terms,omitzero"`     // the terms it runs for, each from the end of the one before; none is from period to period
	Discounts []Discount         `json:"discounts,omitzero"` // what is taken off its charges, in order
	Minimum   decimal.Decimal    `json:"minimum,omitzero"`   // the least that is spent in a period, before discounts; not negative
	Grace     proration.Interval `json:"grace,omitzero"`     // how long a failed payment leaves access; unset is what the policy says
}

// Item is a quantity of one thing at the contracted price.
type Item struct {
	ID       string          `json:"id"`       // what it is, "seat"
	Quantity decimal.Decimal `json:"quantity"` // how many, not negative
	Price    Price           `json:"price"`    // as contracted, also when the catalog has moved on
}

// RampStep is a change of one item within a contract, agreed in advance: from an instant on it has another quantity or price.
type RampStep struct {
	At   time.Time `json:"at"`   // from when on
	Item Item      `json:"item"` // as it is then; an ID that the contract does not have yet is added
}

// ContractTerm is a term and when it runs.
type ContractTerm struct {
	Term   Term             `json:"term"`           // what was agreed; its percentage works by a discount of the contract, which quotes, changes and renewals add
	Period proration.Period `json:"period"`         // from its start to its end: the whole that a part of it is measured by
	Until  time.Time        `json:"until,omitzero"` // where it ends earlier, since it was shortened; zero is the period's end
}

// end returns when the term ends.
func (a *ContractTerm) end() time.Time {
	if a.Until.IsZero() {
		return a.Period.End
	}
	return a.Until
}

// Validate returns every fault of the contract: ErrUnset for a missing plan, currency, item or item ID, ErrInvalid for an
// unknown currency, a negative number, an item ID that comes twice, a price whose amounts do not go into the period, steps
// out of order or terms that do not follow on each other, ErrLimit for numbers beyond the limits, and the faults of the cycle,
// the terms and the discounts.
func (c Contract) Validate() error {
	var f fault.List
	if c.Plan == "" {
		f.Add("plan", proration.ErrUnset, "a contract has a plan")
	}
	_, err := c.Currency.Places()
	f.Under("", err)
	switch {
	case len(c.Items) == 0:
		f.Add("items", proration.ErrUnset, "a contract has items")
	case len(c.Items) > maxItems:
		f.Add("items", proration.ErrLimit, "%d items are more than %d", len(c.Items), maxItems)
		return f.Err()
	}
	seen := map[string]bool{}
	for i, item := range c.Items {
		path := "items[" + strconv.Itoa(i) + "]"
		switch {
		case item.ID == "":
			f.Add(path+".id", proration.ErrUnset, "an item has an ID")
		case seen[item.ID]:
			f.Add(path+".id", proration.ErrInvalid, "%.40q comes twice", item.ID)
		}
		seen[item.ID] = true
		c.checkItem(&f, path, item)
	}
	f.Under("cycle", c.Cycle.Validate())
	if first := c.First; !(first.Start.IsZero() && first.End.IsZero()) && !first.End.After(first.Start) {
		f.Add("first", proration.ErrPeriod, "the end is not after the start")
	}
	c.checkRamp(&f)
	c.checkTerms(&f)
	checkDiscounts(&f, c.Discounts)
	for i, d := range c.Discounts {
		if d.Currency != "" && d.Currency != c.Currency {
			f.Add(element("discounts", i)+".currency", proration.ErrInvalid, "%.3s is not %.3s", d.Currency, c.Currency)
		}
	}
	checkNumber(&f, "minimum", c.Minimum)
	if c.Grace != (proration.Interval{}) {
		f.Under("grace", c.Grace.Validate())
	}
	return f.Err()
}

// checkItem adds the faults of an item's price and quantity.
func (c *Contract) checkItem(f *fault.List, path string, item Item) {
	if _, err := item.Price.Amount(item.Quantity); err != nil {
		f.Under(path, err)
		return
	}
	if c.Cycle.Interval.Validate() == nil {
		_, err := item.Price.times(c.Cycle.Interval)
		f.Under(path, err)
	}
}

const (
	maxItems = 1_000
	maxSteps = 1_000
)

// checkRamp adds the faults of the steps.
func (c *Contract) checkRamp(f *fault.List) {
	if len(c.Ramp) > maxSteps {
		f.Add("ramp", proration.ErrLimit, "%d steps are more than %d", len(c.Ramp), maxSteps)
		return
	}
	for i, s := range c.Ramp {
		path := "ramp[" + strconv.Itoa(i) + "]"
		switch {
		case s.At.IsZero():
			f.Add(path+".at", proration.ErrUnset, "a step has an instant")
		case i > 0 && s.At.Before(c.Ramp[i-1].At):
			f.Add(path+".at", proration.ErrInvalid, "it is before the step before it")
		}
		if s.Item.ID == "" {
			f.Add(path+".item.id", proration.ErrUnset, "an item has an ID")
		}
		c.checkItem(f, path+".item", s.Item)
	}
}

// checkTerms adds the faults of the terms.
func (c *Contract) checkTerms(f *fault.List) {
	for i, a := range c.Terms {
		path := "terms[" + strconv.Itoa(i) + "]"
		f.Under(path+".term", a.Term.Validate())
		switch {
		case !a.Period.End.After(a.Period.Start):
			f.Add(path+".period", proration.ErrPeriod, "the end is not after the start")
		case !a.Until.IsZero() && !a.Period.Contains(a.Until):
			f.Add(path+".until", proration.ErrOutside, "it is not inside the period")
		case i > 0 && !a.Period.Start.Equal(c.Terms[i-1].end()):
			f.Add(path+".period.start", proration.ErrInvalid, "it is not the end of the term before")
		}
		if i > 0 && a.Term.Billing != c.Terms[0].Term.Billing {
			f.Add(path+".term.billing", proration.ErrInvalid, "the terms of a contract are billed alike")
		}
		if a.Term.Billing == UpFront && a.Term.Length.Validate() == nil {
			for j, item := range c.Items {
				f.Under(path, proration.Under(element("items", j), fits(item, a.Term.Length)))
			}
			for j, step := range c.Ramp {
				f.Under(path, proration.Under(element("ramp", j)+".item", fits(step.Item, a.Term.Length)))
			}
		}
	}
}

// fits returns the fault of a price whose amounts do not go into a length.
func fits(item Item, length proration.Interval) error {
	if item.Price.Per.Validate() != nil {
		return nil // it is for any length, or has a fault of its own
	}
	_, err := item.Price.times(length)
	return err
}

// End returns when the last term ends, and the zero time for a contract that runs from period to period.
func (c Contract) End() time.Time {
	if len(c.Terms) == 0 {
		return time.Time{}
	}
	return c.Terms[len(c.Terms)-1].end()
}

// Clone returns a contract that shares nothing that can be written to.
func (c Contract) Clone() Contract {
	c.Items = slices.Clone(c.Items)
	for i := range c.Items {
		c.Items[i].Price = c.Items[i].Price.clone()
	}
	c.Ramp = slices.Clone(c.Ramp)
	for i := range c.Ramp {
		c.Ramp[i].Item.Price = c.Ramp[i].Item.Price.clone()
	}
	c.Terms = slices.Clone(c.Terms)
	c.Discounts = cloneDiscounts(c.Discounts)
	return c
}
