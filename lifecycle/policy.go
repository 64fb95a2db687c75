package lifecycle

import (
	"errors"
	"strconv"

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
	var errs []error
	if err := p.Proration.Validate(); err != nil {
		errs = append(errs, proration.Under("proration", err))
	}
	switch p.CreditBasis {
	case proration.OnBilled, proration.OnPrice:
	case 0:
		errs = append(errs, &proration.Error{Field: "credit_basis", Rule: proration.ErrUnset, Reason: "say what credits are a share of"})
	default:
		errs = append(errs, &proration.Error{Field: "credit_basis", Rule: proration.ErrInvalid, Reason: "no basis has the number " + strconv.Itoa(int(p.CreditBasis))})
	}
	if p.Grace == (proration.Interval{}) {
		errs = append(errs, &proration.Error{Field: "grace", Rule: proration.ErrUnset, Reason: "say how long a declined card may be replaced"})
	} else if _, err := proration.ParseInterval(p.Grace.String()); err != nil {
		errs = append(errs, proration.Under("grace", err))
	}
	return errors.Join(errs...)
}
