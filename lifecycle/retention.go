package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
)

// prune removes the receivables of settled invoices, refunds that did not fail, and used-up or expired grants, once
// they are older than the retention period. A refund without a reported result counts as made then.
func (s *Subscription) prune(p *Policy) {
	// The retention period is counted forward from the last event, so that an invoice that is removed at one instant
	// would be removed at every later one.
	long := func(last time.Time) bool {
		until, err := p.InvoiceRetention.After(last, s.location())
		return err == nil && !until.After(s.At)
	}
	var used map[string]bool // invoices still in use; made only once an invoice is old enough
	over := func(r *invoice.Receivable) bool {
		last := r.IssuedAt
		if n := len(r.Events); n > 0 {
			last = r.Events[n-1].At
		}
		if r.Owing() || !long(last) {
			return false
		}
		if used == nil {
			used = s.inUse()
		}
		return !used[r.Invoice]
	}
	s.Receivables = without(s.Receivables, over)
	s.Refunds = without(s.Refunds, func(r *RequestedRefund) bool {
		return r.FailedAt.IsZero() && long(later(r.RequestedAt, r.SucceededAt))
	})
	s.pruneLedger(long)
	s.forgetUsage()
}

// inUse returns the IDs of the invoices of charges, of the next period and of a pending change.
func (s *Subscription) inUse() map[string]bool {
	used := map[string]bool{}
	for i := range s.UnexpiredCharges {
		used[lineid.Invoice(s.UnexpiredCharges[i].ID)] = true
	}
	if s.NextPeriod != nil {
		used[s.NextPeriod.Invoice] = true
	}
	if s.PendingChange != nil {
		used[s.PendingChange.Invoice] = true
	}
	return used
}

// without returns a list without the elements that are over: the same memory if they are at its start or there are
// none, and nil if all are.
func without[T any](all []T, over func(*T) bool) (kept []T) {
	start := 0
	for start < len(all) && over(&all[start]) {
		start++
	}
	if all = all[start:len(all):len(all)]; len(all) == 0 {
		return nil
	}
	i := 0
	for i < len(all) && !over(&all[i]) {
		i++
	}
	if i == len(all) {
		return all
	}
	kept = append(kept, all[:i]...)
	for i++; i < len(all); i++ {
		if !over(&all[i]) {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// pruneLedger removes the entries of grants that are used up or expired, once their last entry is old enough and no
// invoice that they paid is kept.
func (s *Subscription) pruneLedger(long func(time.Time) bool) {
	if !slices.ContainsFunc(s.Ledger, func(e credits.Entry) bool { return long(e.At) }) {
		return
	}
	type grant struct {
		left    exact.Sum
		last    time.Time
		expires time.Time
		paying  bool // it paid an invoice that can still be voided
	}
	grants := map[string]grant{}
	for _, e := range s.Ledger {
		g := grants[e.ID]
		g.left.Add(e.Amount)
		g.last = later(g.last, e.At)
		g.paying = g.paying || e.Kind == credits.Spent && s.receivable(e.Ref) >= 0
		if e.Kind == credits.Granted {
			g.expires = e.Expires
		}
		grants[e.ID] = g
	}
	s.Ledger = without(s.Ledger, func(e *credits.Entry) bool {
		g := grants[e.ID]
		return !g.paying && (g.left.Sign() == 0 || !g.expires.IsZero() && long(g.expires)) && long(g.last)
	})
}
