package lifecycle

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// use records usage for the next invoice: charges with a price of their own, and records that the contract prices.
func (s *step) use(e *Event) error {
	records, priced := s.records(e)
	if s.sub.Status.over() && len(priced) > 0 {
		return s.refuse(s.sub.notAllowed(e.Kind)) // only records tell when the usage was
	}
	all, err := s.charges(priced, plans.Usage)
	if err != nil {
		return err
	}
	s.sub.UnbilledCharges = append(s.sub.UnbilledCharges, all...)
	for i := range records {
		if err := s.meter(&records[i], fault.At("event.records", i)); err != nil {
			return err
		}
	}
	return s.billUsage()
}

// billUsage bills usage before the renewal: above the threshold of the policy, and after the end of service unless more
// can join it.
func (s *step) billUsage() error {
	sub := &s.sub
	over := sub.Status.over() && !sub.UsageUntil.After(sub.At)
	most := s.policy.Renewal.UsageThreshold[sub.Contract.Currency]
	if !over && !most.IsPositive() {
		return nil
	}
	lines, rest := apart(sub.UnbilledCharges, func(c *plans.Charge) bool {
		return c.Kind == plans.Usage && (over || c.Price.Metered && adds(c.Price.Aggregation))
	})
	var sum decimal.Decimal
	for i := range lines {
		sum = sum.Add(lines[i].Net)
	}
	if len(lines) == 0 || !over && sum.LessThan(most) {
		return nil
	}
	sub.UnbilledCharges = rest
	if lines, _ = dueUsage(lines, sub.At, true); over {
		return s.issue(lines)
	}
	return s.issueUsage(lines)
}

// adds reports whether quantities are added up, so that more usage never lowers what was billed.
func adds(a plans.Aggregation) bool { return a == 0 || a == plans.Sum || a == plans.Unique }

// sell bills one-time charges together with all unbilled charges. During a trial, a pause or a suspension they stay
// unbilled until the next invoice, and while the renewal is a draft they join it.
func (s *step) sell(e *Event) error {
	all, err := s.charges(e.Charges, plans.OneTime)
	if err != nil {
		return err
	}
	sub := &s.sub
	sub.UnbilledCharges = append(sub.UnbilledCharges, all...)
	if !regular.has(sub.Status) || s.reviewed() {
		return nil
	}
	lines, running := s.dueNow(notWaiting(sub.UnbilledCharges))
	sub.UnbilledCharges = slices.Concat(sub.waiting(), running)
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
		if s.sub.measuresSpend() && c.Period.Start.IsZero() {
			c.Period = s.sub.periodAt(s.sub.At) // it counts toward the minimum of this period
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

// periodAt returns the period in which something is used or sold: the present one, or the one that its renewal will
// bill while that is a draft. It is the zero period before service and during a pause.
func (s *Subscription) periodAt(at time.Time) proration.Period {
	if s.Period.Contains(at) {
		return s.Period
	}
	if next, err := s.Contract.Cycle.Containing(at); err == nil && next.Start.Equal(s.Period.End) && s.Status == Active {
		return next
	}
	return proration.Period{}
}
