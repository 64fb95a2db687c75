package lifecycle

import (
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// Policy is what the seller chose.
type Policy struct {
	Billing invoice.Policy     `json:"billing"` // how invoices are made
	Grace   proration.Interval `json:"grace"`   // from a declined card to suspension, on the customer's calendar; must be set
}

// Standard returns a complete and neutral policy: invoices by that of package invoice, and seven days of grace.
func Standard() Policy {
	return Policy{Billing: invoice.Standard(), Grace: proration.Interval{Days: 7}}
}

// Validate returns every fault of the policy.
func (p Policy) Validate() error {
	var f fault.List
	f.Under("billing", p.Billing.Validate())
	if p.Grace == (proration.Interval{}) {
		f.Add("grace", proration.ErrUnset, "say how long a declined card may be replaced")
	} else if err := p.Grace.Validate(); err != nil {
		f.Under("grace", err)
	}
	return f.Err()
}
