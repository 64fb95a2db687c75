package plans

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Added returns the charges of a quantity that [Contract.Amended] adds, for one portion of the contract.
func (c Contract) Added(change Change, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	after, err := c.Changed(change, p.Span.Start)
	if err != nil {
		return nil, err
	}
	now := c
	now.advance(p.Span.Start)
	return now.shifted(&after, now.shifts(&after), p, policy)
}

// Extended returns the charges that [Contract.Amended] adds for the last term, which is billed up front.
func (c Contract) Extended(policy proration.Policy) ([]Charge, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	f.Under("policy", policy.Validate())
	if f != nil {
		return nil, f.Err()
	}
	return c.extended(policy, c.Terms[len(c.Terms)-1].Period.Start)
}

// TerminationFee returns the fee that [Contract.Amended] charges for a cancellation, also if it is zero.
func (c Contract) TerminationFee(at time.Time, policy proration.Policy) (Charge, error) {
	if _, err := c.Amended(Change{Cancel: true}, at, policy); err != nil {
		return Charge{}, err
	}
	return c.terminationFee(at, policy)
}

// Validate returns the faults of a plan in a catalog.
func (p Plan) Validate() error { return p.validate() }

// Validate returns the faults of a term in a catalog.
func (t Term) Validate() error { return t.validate() }

// Validate returns the faults of a market in a catalog.
func (m Market) Validate() error { return m.validate() }

// Validate returns the faults of an override in an order.
func (o Override) Validate() error { return o.validate() }

// Validate returns the faults of a price in a contract.
func (p Price) Validate() error { return p.validate() }

// Validate returns the faults of a discount in a contract.
func (d Discount) Validate() error { return d.validate() }

// Validate returns the faults of a tax of a charge.
func (t Tax) Validate() error { return t.validate() }

// Price returns the price of an item that a plan offers.
func (p Plan) Price(item string, currency Currency) (Price, bool) { return p.price(item, currency) }

// Explain returns the price of a quantity in the words of [Charge.Explain], and its sum, which is exact. It returns
// "nothing" for a price or quantity that [Price.Amount] refuses.
func (p Price) Explain(quantity decimal.Decimal, currency Currency) string {
	places, _ := currency.Places()
	amount, err := p.Amount(quantity)
	if err != nil {
		return "nothing"
	}
	return (&Charge{Quantity: quantity, Price: p}).priced(places) + " = " + exact.Text(amount, places)
}
