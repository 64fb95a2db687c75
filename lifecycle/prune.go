package lifecycle

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
)

// prune removes settled invoices and used-up or expired grants once they are older than the retention period.
func (s *Subscription) prune(p *Policy) {
	// The retention period is counted forward from the last event, so that an invoice that is removed at one instant
	// would be removed at every later one.
	long := func(last time.Time) bool {
		until, err := p.InvoiceRetention.After(last, s.location())
		return err == nil && !until.After(s.At)
	}
	used := map[string]bool{}
	for i := range s.UnexpiredCharges {
		used[lineid.Invoice(s.UnexpiredCharges[i].ID)] = true
	}
	if s.NextPeriod != nil {
		used[s.NextPeriod.Invoice] = true
	}
	for _, d := range s.Receivables {
		used[d.Invoice] = true
	}
	var kept []invoice.Invoice
	for _, inv := range s.Invoices {
		last := inv.IssuedAt
		if n := len(inv.Events); n > 0 {
			last = inv.Events[n-1].At
		}
		if used[inv.ID] || owing(&inv) || !long(last) {
			kept = append(kept, inv)
		}
	}
	if len(kept) < len(s.Invoices) {
		s.Invoices = kept
	}
	s.pruneLedger(long)
}

// pruneLedger removes the entries of grants that are used up or expired, once their last entry is old enough.
func (s *Subscription) pruneLedger(long func(time.Time) bool) {
	type grant struct {
		left    decimal.Decimal
		last    time.Time
		expires time.Time
	}
	grants := map[string]*grant{}
	for _, e := range s.Ledger {
		g := grants[e.ID]
		if g == nil {
			g = &grant{}
			grants[e.ID] = g
		}
		g.left, g.last = g.left.Add(e.Amount), later(g.last, e.At)
		if e.Kind == credits.Granted {
			g.expires = e.Expires
		}
	}
	var kept []credits.Entry
	for _, e := range s.Ledger {
		g := grants[e.ID]
		over := g.left.IsZero() || !g.expires.IsZero() && long(g.expires)
		if !over || !long(g.last) {
			kept = append(kept, e)
		}
	}
	if len(kept) < len(s.Ledger) {
		s.Ledger = kept
	}
}
