package lifecycle

import (
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Policy is what the seller chose.
type Policy struct {
	Proration   proration.Policy   `json:"proration"`    // how spans become money; the places are the currency's, whatever is set
	CreditBasis proration.Basis    `json:"credit_basis"` // what the credit for unused time is a share of; must be set
	Grace       proration.Interval `json:"grace"`        // from a declined card to suspension, on the customer's calendar; must be set
}

// Standard returns a complete and neutral policy: proration by days, credits on what was billed, and seven days of grace.
func Standard() Policy {
	return Policy{Proration: proration.Standard(2), CreditBasis: proration.OnBilled, Grace: proration.Interval{Days: 7}}
}

// Validate returns every fault of the policy.
func (p Policy) Validate() error {
	var f fault.List
	f.Under("proration", p.Proration.Validate())
	switch p.CreditBasis {
	case proration.OnBilled, proration.OnPrice:
	case 0:
		f.Add("credit_basis", proration.ErrUnset, "say what credits are a share of")
	default:
		f.Add("credit_basis", proration.ErrInvalid, "no basis has the number %d", p.CreditBasis)
	}
	if p.Grace == (proration.Interval{}) {
		f.Add("grace", proration.ErrUnset, "say how long a declined card may be replaced")
	} else if err := p.Grace.Validate(); err != nil {
		f.Under("grace", err)
	}
	return f.Err()
}
