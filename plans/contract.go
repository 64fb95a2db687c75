package plans

import (
	"slices"
	"strconv"

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
}

// Item is a quantity of one thing at the contracted price.
type Item struct {
	ID       string          `json:"id"`       // what it is, "seat"
	Quantity decimal.Decimal `json:"quantity"` // how many, not negative
	Price    Price           `json:"price"`    // as contracted, also when the catalogue has moved on
}

// Validate returns every fault of the contract: ErrUnset for a missing plan, currency, item or item ID, ErrInvalid for an
// unknown currency, a negative number or an item ID that comes twice, ErrLimit for numbers beyond the limits, and the faults
// of the cycle.
func (c Contract) Validate() error {
	var f fault.List
	if c.Plan == "" {
		f.Add("plan", proration.ErrUnset, "a contract has a plan")
	}
	_, err := c.Currency.Places()
	f.Under("", err)
	if len(c.Items) == 0 {
		f.Add("items", proration.ErrUnset, "a contract has items")
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
		_, err := item.Price.Amount(item.Quantity)
		f.Under(path, err)
	}
	f.Under("cycle", c.Cycle.Validate())
	return f.Err()
}

// Charges returns what every item costs for a portion of the contract's cycle, one charge an item, in their order.
// The places of the rounding are those of the currency, whatever the policy says. Errors: those of [Contract.Validate] and
// of proration.Prorate.
func (c Contract) Charges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, proration.Under("contract", err)
	}
	charges := make([]Charge, 0, len(c.Items))
	for _, item := range c.Items {
		charge, err := c.charge(item, p, policy)
		if err != nil {
			return nil, err
		}
		charges = append(charges, charge)
	}
	return charges, nil
}

// Added returns what the change adds to the contract for a portion of its cycle: the price of the added quantity of one
// item, at the contracted rate. Errors as for [Contract.Charges]; ErrUnset for a change of nothing, and ErrInvalid for an
// item that the contract does not have, or a quantity that is negative.
func (c Contract) Added(change Change, p proration.Portion, policy proration.Policy) (Charge, error) {
	var f fault.List
	if err := c.Validate(); err != nil {
		f.Under("contract", err)
	}
	i := change.checkQuantity(&f, &c)
	if f != nil {
		return Charge{}, f.Err()
	}
	item := c.Items[i]
	item.Quantity = change.Quantity
	return c.charge(item, p, policy)
}

// With returns the contract after the change. The contract itself stays as it is. Errors: ErrUnset for a change of nothing,
// ErrInvalid for an item that the contract does not have, or a plan in another currency or with other periods, and those of
// [Contract.Validate] for what comes out.
func (c Contract) With(change Change) (Contract, error) {
	var f fault.List
	c.Items = slices.Clone(c.Items)
	if plan := change.Plan; plan != nil {
		c.checkPlan(&f, plan)
		if change.Item != "" || !change.Quantity.IsZero() {
			f.Add("item", proration.ErrInvalid, "a change of plan names no item and no quantity")
		}
		c.Plan = plan.ID
		for i := range c.Items {
			c.Items[i].Price = plan.Price
		}
	} else if i := change.checkQuantity(&f, &c); f == nil {
		c.Items[i].Quantity = c.Items[i].Quantity.Add(change.Quantity)
	}
	if f == nil {
		f.Under("contract", c.Validate())
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	return c, nil
}

// checkPlan adds the faults of a plan to change to.
func (c *Contract) checkPlan(f *fault.List, plan *Plan) {
	if err := plan.Validate(); err != nil {
		f.Under("plan", err)
		return
	}
	if plan.Currency != c.Currency {
		f.Add("plan.currency", proration.ErrInvalid, "a contract in %.3s cannot change to a plan in %.3s", c.Currency, plan.Currency)
	}
	if plan.Interval != c.Cycle.Interval {
		f.Add("plan.interval", proration.ErrInvalid, "periods of %v cannot change to %v inside a period", c.Cycle.Interval, plan.Interval)
	}
}

// charge prices one item for a portion.
func (c *Contract) charge(item Item, p proration.Portion, policy proration.Policy) (Charge, error) {
	policy, err := c.Currency.Policy(policy)
	if err != nil {
		return Charge{}, err
	}
	amount, err := item.Price.Amount(item.Quantity)
	if err != nil {
		return Charge{}, err
	}
	share, err := proration.Prorate(proration.Request{
		Amount: amount, Period: p.Period, Span: p.Span, Policy: policy, Location: c.Cycle.Location,
	})
	if err != nil {
		return Charge{}, err
	}
	return Charge{
		Plan: c.Plan, Item: item.ID, Quantity: item.Quantity, Rate: item.Price.Unit,
		Period: p.Period, Span: p.Span, Share: share, Net: share.Amount,
	}, nil
}
