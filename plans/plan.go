package plans

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Plan is what the catalogue offers. A contract takes over its price and its interval when it is signed.
type Plan struct {
	ID       string             `json:"id"`       // how contracts and charges refer to it
	Name     string             `json:"name"`     // for people
	Currency Currency           `json:"currency"` // of the price
	Interval proration.Interval `json:"interval"` // how long a period is, "P1M"
	Price    Price              `json:"price"`    // of one seat for one period
}

// Validate returns every fault of the plan: ErrUnset for a missing ID, currency or interval, ErrInvalid for an unknown
// currency or a negative price, ErrLimit for a price beyond the limits.
func (p Plan) Validate() error {
	var f fault.List
	if p.ID == "" {
		f.Add("id", proration.ErrUnset, "a plan has an ID")
	}
	_, err := p.Currency.Places()
	f.Under("", err)
	f.Under("interval", p.Interval.Validate())
	_, err = p.Price.Amount(decimal.Decimal{})
	f.Under("", err)
	return f.Err()
}
