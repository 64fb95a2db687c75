package plans

import (
	"errors"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

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
	var errs []error
	if c.Plan == "" {
		errs = append(errs, &proration.Error{Field: "plan", Rule: proration.ErrUnset, Reason: "a contract has a plan"})
	}
	if _, err := c.Currency.Places(); err != nil {
		errs = append(errs, err)
	}
	if len(c.Items) == 0 {
		errs = append(errs, &proration.Error{Field: "items", Rule: proration.ErrUnset, Reason: "a contract has items"})
	}
	seen := map[string]bool{}
	for i, item := range c.Items {
		path := "items[" + strconv.Itoa(i) + "]"
		switch {
		case item.ID == "":
			errs = append(errs, &proration.Error{Field: path + ".id", Rule: proration.ErrUnset, Reason: "an item has an ID"})
		case seen[item.ID]:
			errs = append(errs, &proration.Error{Field: path + ".id", Rule: proration.ErrInvalid, Reason: quoted(item.ID) + " comes twice"})
		}
		seen[item.ID] = true
		if _, err := item.Price.Amount(item.Quantity); err != nil {
			errs = append(errs, proration.Under(path, err))
		}
	}
	if _, err := c.Cycle.Period(0); err != nil {
		errs = append(errs, proration.Under("cycle", err))
	}
	return errors.Join(errs...)
}

// Charges returns what every item costs for a portion of the contract's cycle, one charge an item, in their order.
// The places of the rounding are those of the currency, whatever the policy says. Errors: those of [Contract.Validate] and
// of proration.Prorate.
func (c Contract) Charges(p proration.Portion, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, proration.Under("contract", err)
	}
	charges := make([]Charge, 0, len(c.Items))
	for i, item := range c.Items {
		charge, err := c.charge(item, p, policy)
		if err != nil {
			return nil, proration.Under("contract.items["+strconv.Itoa(i)+"]", err)
		}
		charges = append(charges, charge)
	}
	return charges, nil
}

// Added returns what the change adds to the contract for a portion of its cycle: the price of the added quantity of one
// item, at the contracted rate. Errors as for [Contract.Charges], and ErrInvalid for an item that the contract does not have.
func (c Contract) Added(change Change, p proration.Portion, policy proration.Policy) (Charge, error) {
	if err := errors.Join(c.Validate(), change.checkQuantity()); err != nil {
		return Charge{}, err
	}
	i := c.item(change.Item)
	if i < 0 {
		return Charge{}, change.unknownItem()
	}
	item := c.Items[i]
	item.Quantity = change.Quantity
	return c.charge(item, p, policy)
}

// With returns the contract after the change. The contract itself stays as it is. Errors: ErrUnset for a change of nothing,
// ErrInvalid for an item that the contract does not have, or a plan in another currency or with other periods.
func (c Contract) With(change Change) (Contract, error) {
	c.Items = slices.Clone(c.Items)
	if change.Plan == nil {
		if err := change.checkQuantity(); err != nil {
			return Contract{}, err
		}
		i := c.item(change.Item)
		if i < 0 {
			return Contract{}, change.unknownItem()
		}
		c.Items[i].Quantity = c.Items[i].Quantity.Add(change.Quantity)
		return c, nil
	}
	var errs []error
	if change.Plan.Currency != c.Currency {
		errs = append(errs, &proration.Error{Field: "plan.currency", Rule: proration.ErrInvalid, Reason: "a contract in " + string(c.Currency) + " cannot change to a plan in " + string(change.Plan.Currency)})
	}
	if change.Plan.Interval != c.Cycle.Interval {
		errs = append(errs, &proration.Error{Field: "plan.interval", Rule: proration.ErrInvalid, Reason: "periods of " + c.Cycle.Interval.String() + " cannot change to " + change.Plan.Interval.String() + " inside a period"})
	}
	c.Plan = change.Plan.ID
	for i := range c.Items {
		c.Items[i].Price = change.Plan.Price
	}
	return c, errors.Join(errs...)
}

// item returns the index of the item with the ID, or -1.
func (c *Contract) item(id string) int {
	return slices.IndexFunc(c.Items, func(i Item) bool { return i.ID == id })
}

// charge prices one item for a portion.
func (c *Contract) charge(item Item, p proration.Portion, policy proration.Policy) (Charge, error) {
	places, err := c.Currency.Places()
	if err != nil {
		return Charge{}, err
	}
	amount, err := item.Price.Amount(item.Quantity)
	if err != nil {
		return Charge{}, err
	}
	policy.Rounding.Places = places
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
