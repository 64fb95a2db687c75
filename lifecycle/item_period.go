package lifecycle

import (
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// nextItemPeriod returns the start of the next period, inside the present period, of the items that have periods of
// their own and are billed in advance. It is the zero time if there is none.
func (s *Subscription) nextItemPeriod() (time.Time, error) {
	if s.ItemsBilledTo.IsZero() || s.inArrears() || !s.At.Before(s.Period.End) {
		return time.Time{}, nil // the next period bills what begins with it
	}
	next, err := s.Contract.NextItemPeriod(s.ItemsBilledTo)
	if err != nil || !next.Before(s.Period.End) {
		return time.Time{}, err
	}
	return next, nil
}

// itemPeriods considers the start of the next period of an item.
func (s *Subscription) itemPeriods(q *search) {
	if next, err := s.nextItemPeriod(); err == nil {
		q.consider(next, ItemPeriodDue, "")
	}
}

// itemPeriodDue bills the periods of items that began. There are several while the renewal was a draft.
func (s *step) itemPeriodDue(Deadline) error {
	for {
		next, err := s.sub.nextItemPeriod()
		if err != nil || next.IsZero() || next.After(s.sub.At) {
			return err
		}
		if err := s.billItemPeriods(next); err != nil {
			return err
		}
	}
}

// billItemPeriods bills the periods of items at an instant, from then on, with the usage of items that is due. Periods
// that begin while collection is paused with void cost nothing.
func (s *step) billItemPeriods(at time.Time) error {
	sub := &s.sub
	if s.extent() == proration.ExtentNone {
		sub.ItemsBilledTo = at
		return nil
	}
	usage, rest := apart(sub.UnbilledCharges, func(c *plans.Charge) bool {
		due := sub.itemBilledAt(s.policy, c)
		return !due.IsZero() && !due.After(sub.At) && !c.Net.IsZero()
	})
	sub.UnbilledCharges = rest
	o := invoice.IssueRequest{Account: sub.Account, At: at, IssuedAt: sub.At, Items: true, Lines: usage}
	inv, err := s.document(o)
	if err != nil {
		return err
	}
	sub.ItemsBilledTo = at
	return s.collect(inv, sub.At)
}

// billReturn bills the rest of the periods of items that began while the subscription did not serve. Earlier periods
// are not billed.
func (s *step) billReturn() error {
	if !s.serves || s.booking {
		return nil
	}
	s.serves = false
	next, err := s.sub.nextItemPeriod()
	if err != nil || next.IsZero() || !next.Before(s.sub.At) || !regular.has(s.sub.Status) {
		return err
	}
	return s.billItemPeriods(s.sub.At)
}

// itemsUnbilled marks the present periods of items as billed after a change that is not charged, unless one that began
// before it is still to be billed.
func (s *step) itemsUnbilled(before *plans.Contract) error {
	unbilled, err := before.ItemsBegun(s.sub.ItemsBilledTo, s.sub.At)
	switch {
	case err != nil:
	case !s.sub.Contract.HasItemPeriods():
		s.sub.ItemsBilledTo = time.Time{}
	case len(unbilled) == 0:
		s.sub.ItemsBilledTo = s.sub.At
	}
	return err
}

// adoptItems marks the periods of items as billed with a next period that becomes the present one.
func (s *step) adoptItems(a *NextPeriod) {
	if a.Contract.HasItemPeriods() {
		s.sub.ItemsBilledTo = a.Period.Start
	}
}
