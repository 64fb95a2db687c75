package plans

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// AsOf returns the contract as it is at an instant: ramp steps up to and including that instant have taken effect.
// Errors: those of [Contract.Validate], and ErrUnset for a missing instant.
func (c Contract) AsOf(t time.Time) (Contract, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	if t.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	c.advance(t)
	return c, nil
}
