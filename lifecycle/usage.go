package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// use records usage charges for the next invoice.
func (s *step) use(e *Event) error {
	all, err := s.charges(e.Charges, plans.Usage)
	s.sub.UnbilledCharges = append(s.sub.UnbilledCharges, all...)
	return err
}

// sell bills one-time charges together with all unbilled charges. During a trial, a pause or a suspension they stay
// unbilled until the next invoice.
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
	lines := notWaiting(sub.UnbilledCharges)
	sub.UnbilledCharges = sub.waiting()
	return s.issue(lines)
}

// charges fills in the kind, plan and currency that the charges of an event leave out, and checks the charges.
func (s *step) charges(all []plans.Charge, kind plans.Kind) ([]plans.Charge, error) {
	var f fault.List
	all = slices.Clone(all) // the event is not modified
	for i := range all {
		c := &all[i]
		path := fault.At("event.charges", i)
		if c.Kind == 0 {
			c.Kind = kind
		}
		if c.Plan == "" {
			c.Plan = s.sub.Contract.Plan
		}
		if s.sub.Contract.Minimum.IsPositive() && c.Period.Start.IsZero() && s.sub.Period.Contains(s.sub.At) {
			c.Period = s.sub.Period // it counts toward the minimum of this period
		}
		if c.Currency == "" {
			c.Currency = s.sub.Contract.Currency
		}
		if c.Currency != s.sub.Contract.Currency {
			reason := "must be %.3s, the currency of the contract; got %.3s"
			err := fault.New(path+".currency", proration.ErrInvalid, reason, s.sub.Contract.Currency, c.Currency)
			return nil, s.conflict(err)
		}
		if c.Item == "" {
			f.Add(path+".item", proration.ErrUnset, "required, the ID of the item used or sold")
		}
		_, err := c.Priced(s.policy.Billing.Proration)
		f.Under(path, err)
	}
	if n := len(s.sub.UnbilledCharges) + len(all); n > maxCharges {
		f.Add("event.charges", proration.ErrLimit, "must be at most %d unbilled charges; got %d", maxCharges, n)
	}
	return all, f.Err()
}
