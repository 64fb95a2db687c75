package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// latePeriods is the number of periods before the present one for which usage is still recorded.
const latePeriods = 2

// openPeriods returns the periods for which usage at a price can be recorded, from the present one back: the billing
// periods of the contract or, with a billing interval, of the item. After the end of service, the present one is that
// of the end.
func (s *Subscription) openPeriods(price plans.Price) []proration.Period {
	present, before := s.Period, s.Contract.Cycle.Containing
	if price.BillingInterval != (proration.Interval{}) {
		before = func(at time.Time) (proration.Period, error) { return s.Contract.BillingPeriod(price, at, s.Period) }
		at := s.At
		if !s.EndedAt.IsZero() && s.EndedAt.Before(at) {
			at = s.EndedAt
		}
		if own, err := before(at); err == nil {
			present = own
		}
	}
	all := []proration.Period{present}
	for range latePeriods {
		period, err := before(all[len(all)-1].Start.Add(-1))
		if err != nil {
			break
		}
		all = append(all, period)
	}
	return all
}

// usageOpenSince returns the time from which usage at a price can be recorded, and the zero time without a period.
func (s *Subscription) usageOpenSince(price plans.Price) time.Time {
	if s.Period.Start.IsZero() {
		return time.Time{}
	}
	all := s.openPeriods(price)
	return all[len(all)-1].Start
}

// reprice ends the usage at the old price when a change gives a metered item of the plan before another one. Usage of
// earlier periods that becomes known later has the old price, too.
func (s *step) reprice(plan string, items []plans.Item, ramp []plans.RampStep) {
	sub := &s.sub
	if !sub.Period.Contains(sub.At) || sub.Status == Trialing {
		return
	}
	began, err := sub.Contract.Cycle.Period(0)
	for i := range items {
		old := meteredAt(items, ramp, items[i].ID, sub.At)
		if old == nil || sub.upFront() && old.Price.BillingInterval == (proration.Interval{}) {
			continue
		}
		if now := s.meteredItem(old.ID, sub.At); now != nil && now.Price.Equal(old.Price) {
			continue
		}
		for n, period := range sub.openPeriods(old.Price) {
			if n == 0 || err == nil && period.End.After(began.Start) {
				s.endUsage(MeteredUsage{Item: old.ID, Plan: plan, Price: old.Price, Period: period})
			}
		}
	}
}

// endUsage ends the usage of a period at a price, now or with the period. It adds the usage if nothing was recorded.
func (s *step) endUsage(ended MeteredUsage) {
	sub, end := &s.sub, ended.Period.End
	if end.After(sub.At) {
		end = sub.At
	}
	last := end.Add(-1)
	ended.Span = s.priced(ended.Item, last, ended.Period)
	sub.Usage = slices.Clone(sub.Usage)
	k := slices.IndexFunc(sub.Usage, func(u MeteredUsage) bool { return u.Item == ended.Item && u.Span.Contains(last) })
	if k >= 0 {
		ended = sub.Usage[k]
	}
	waits := slices.IndexFunc(sub.UnbilledCharges, func(c plans.Charge) bool { return ended.charges(&c) })
	if !ended.Span.Start.Before(end) || !ended.Span.End.After(end) && k >= 0 {
		return // it had this price at no time, or ended before
	}
	if ended.Span.End = end; k >= 0 {
		sub.Usage[k] = ended
	} else {
		sub.Usage = append(sub.Usage, ended)
	}
	if waits >= 0 {
		sub.UnbilledCharges = slices.Clone(sub.UnbilledCharges)
		sub.UnbilledCharges[waits].Span.End = end
	}
}
