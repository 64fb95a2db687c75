package credits

import (
	"errors"
	"strconv"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Request asks what of some charges is not used from an instant on.
type Request struct {
	Charges  []plans.Charge   `json:"charges"` // what was billed, in the order of billing
	At       time.Time        `json:"at"`      // the first instant that is not used
	Basis    proration.Basis  `json:"basis"`   // what a credit is a share of; must be set
	Policy   proration.Policy `json:"policy"`  // how to count and round
	Location *time.Location   `json:"-"`       // whose calendar counts the days; nil is UTC
}

// Unused returns a credit for each charge that is paid for beyond the instant, the newest charge first. Charges that end
// before it, that begin after it or that cost nothing give none. Each credit has the plan, item, quantity and rate of its
// charge, names it in Corrects, and its Net is not above zero.
// Errors: those of proration.Adjust, under the path of the charge, and ErrUnset for a charge without an ID.
func Unused(r Request) ([]plans.Charge, error) {
	var owed []plans.Charge
	var errs []error
	for i := len(r.Charges) - 1; i >= 0; i-- {
		c := &r.Charges[i]
		if !c.Span.Contains(r.At) || !c.Net.IsPositive() {
			continue
		}
		credit, err := r.unused(c)
		if err != nil {
			errs = append(errs, proration.Under("charges["+strconv.Itoa(i)+"]", err))
			continue
		}
		owed = append(owed, credit)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return owed, nil
}

// unused returns the credit for one charge.
func (r *Request) unused(c *plans.Charge) (plans.Charge, error) {
	if c.ID == "" {
		return plans.Charge{}, &proration.Error{Field: "id", Rule: proration.ErrUnset, Reason: "a charge that is credited has an ID"}
	}
	policy := r.Policy
	policy.Rounding.Places = c.Share.Rounding.Places
	adjustment, err := proration.Adjust(proration.Change{
		At:     r.At,
		Billed: proration.Billed{Amount: c.Net, Credited: c.Credited, Span: c.Span, Price: c.Share.Of, Period: c.Period},
		Basis:  r.Basis, Policy: policy, Location: r.Location,
	})
	if err != nil {
		return plans.Charge{}, err
	}
	return plans.Charge{
		Corrects: c.ID, Plan: c.Plan, Item: c.Item, Quantity: c.Quantity, Rate: c.Rate,
		Period: c.Period, Span: c.Span.From(r.At), Share: adjustment.Credit, Net: adjustment.Credit.Amount,
	}, nil
}
