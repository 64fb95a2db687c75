package lifecycle

import (
	"strconv"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// use keeps what was used for the next invoice.
func (s *step) use(e *Event) error {
	all, err := s.charges(e.Charges, plans.Usage)
	s.sub.UnbilledCharges = append(s.sub.UnbilledCharges, all...)
	return err
}

// sell bills what was sold once, with what waits for an invoice. In a trial or a pause it waits too.
func (s *step) sell(e *Event) error {
	all, err := s.charges(e.Charges, plans.OneTime)
	if err != nil {
		return err
	}
	sub := &s.sub
	sub.UnbilledCharges = append(sub.UnbilledCharges, all...)
	if !regular.has(sub.Status) {
		return nil
	}
	lines := sub.UnbilledCharges
	sub.UnbilledCharges = nil
	return s.issue(lines)
}

// charges fills in what a charge that the caller counted leaves out.
func (s *step) charges(all []plans.Charge, kind plans.Kind) ([]plans.Charge, error) {
	var f fault.List
	for i := range all {
		c := &all[i]
		path := "event.charges[" + strconv.Itoa(i) + "]"
		if c.Kind == 0 {
			c.Kind = kind
		}
		if c.Plan == "" {
			c.Plan = s.sub.Contract.Plan
		}
		if c.Currency == "" {
			c.Currency = s.sub.Contract.Currency
		}
		if c.Currency != s.sub.Contract.Currency {
			return nil, s.conflict(fault.New(path+".currency", proration.ErrInvalid, "%.3s is not the %.3s of the contract", c.Currency, s.sub.Contract.Currency))
		}
		if c.Item == "" {
			f.Add(path+".item", proration.ErrUnset, "say what was used or sold")
		}
		_, err := c.Priced(s.policy.Billing.Proration)
		f.Under(path, err)
	}
	if len(s.sub.UnbilledCharges)+len(all) > maxCharges {
		f.Add("event.charges", proration.ErrLimit, "more than %d charges wait for an invoice", maxCharges)
	}
	return all, f.Err()
}
