package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ownInterval reports whether a charge is for usage of an item with a billing interval of its own.
func ownInterval(c *plans.Charge) bool {
	return metered(c) && c.Price.BillingInterval != (proration.Interval{})
}

// itemOver returns the time at which usage of an item's billing period is billed, given its end: the later end of the
// usage window and the review, or that end.
func (s *Subscription) itemOver(p *Policy, end time.Time) time.Time {
	return later(end, s.draftOver(p, end))
}

// itemBilledAt returns the time at which unbilled usage of an item with a billing interval is billed within the present
// period: after its billing period or, if it became known later, after the next one. It is the zero time if the renewal
// bills the usage.
func (s *Subscription) itemBilledAt(p *Policy, c *plans.Charge) (billed time.Time) {
	end, waits := c.Period.End, !s.UsageUntil.IsZero() && !c.Period.End.After(s.Period.Start)
	if !ownInterval(c) || !end.Before(s.Period.End) || waits {
		return time.Time{}
	}
	if at := s.itemOver(p, end); !at.Before(s.At) {
		return at
	}
	part, err := s.Contract.BillingPeriod(c.Price, s.At, s.Period)
	for err == nil && part.End.After(end) && part.End.After(s.Period.Start) {
		at := s.itemOver(p, part.End)
		if at.Before(s.At) {
			break
		}
		if part.End.Before(s.Period.End) {
			billed = at
		}
		part, err = s.Contract.BillingPeriod(c.Price, part.Start.Add(-1), s.Period)
	}
	return billed
}

// billingItems considers the times at which usage of items with billing intervals is billed. Usage that costs nothing
// waits for the next invoice, and so does all usage while periods cost nothing.
func (s *Subscription) billingItems(p *Policy, q *search) {
	if s.CollectionPause != nil && s.CollectionPause.Invoices == PausedVoid {
		return
	}
	for i := range s.UnbilledCharges {
		if c := &s.UnbilledCharges[i]; !c.Net.IsZero() {
			q.consider(s.itemBilledAt(p, c), ItemBillingDue, "")
		}
	}
}

// itemBillingDue bills the usage of items whose billing periods are over.
func (s *step) itemBillingDue(Deadline) error {
	return s.billItems(func(c *plans.Charge) bool {
		at := s.sub.itemBilledAt(s.policy, c)
		return !at.IsZero() && !at.After(s.sub.At)
	})
}

// itemsWait reports whether usage of items whose billing periods are over waits for its window or review.
func (s *step) itemsWait() bool { return slices.ContainsFunc(s.sub.UnbilledCharges, s.itemWaits) }

// itemWaits reports whether a charge is usage of an item whose billing period is over, and that costs something.
func (s *step) itemWaits(c plans.Charge) bool {
	return ownInterval(&c) && !c.Period.End.After(s.sub.At) && !c.Net.IsZero()
}

// billItems bills the unbilled charges that pass a test.
func (s *step) billItems(test func(*plans.Charge) bool) error {
	lines, rest := apart(s.sub.UnbilledCharges, test)
	if len(lines) == 0 {
		return nil
	}
	s.sub.UnbilledCharges = rest
	return s.issueUsage(lines)
}

// heldItems splits charges that are due into those that are billed now, and the usage of items that waits for its
// window or review.
func (s *step) heldItems(all []plans.Charge) (due, held []plans.Charge) {
	held, due = apart(all, func(c *plans.Charge) bool {
		return ownInterval(c) && s.sub.itemOver(s.policy, c.Period.End).After(s.sub.At)
	})
	return due, held
}

// dueNow splits unbilled charges into those that an invoice bills now, and the usage that waits.
func (s *step) dueNow(all []plans.Charge) (due, later []plans.Charge) {
	due, running := dueUsage(all, s.sub.At, false)
	due, held := s.heldItems(due)
	return due, slices.Concat(running, held)
}

// issueUsage issues an invoice of usage before the renewal, with the discounts that apply to every charge.
func (s *step) issueUsage(lines []plans.Charge) error {
	return s.issueDraft(invoice.Draft{Lines: lines, Discounts: s.always()})
}

// always returns the discounts that apply to every charge.
func (s *step) always() (all []plans.Discount) {
	for _, d := range s.sub.Contract.Discounts {
		if d.Always() {
			all = append(all, d)
		}
	}
	return all
}
