package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// AsOf returns the contract as it is at an instant: what steps of the ramp agreed until then has taken effect.
// Errors: those of [Contract.Validate], and ErrUnset for the instant.
func (c Contract) AsOf(t time.Time) (Contract, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	if t.IsZero() {
		f.Add("at", proration.ErrUnset, "an instant is needed")
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	c = c.Clone()
	c.advance(t)
	return c, nil
}
