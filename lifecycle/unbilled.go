package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// waiting returns the prorations that wait for the next invoice. Other unbilled charges are usage and sales.
func (s *Subscription) waiting() []plans.Charge {
	return without(s.UnbilledCharges, func(c *plans.Charge) bool { return c.PricedAt.IsZero() })
}

// waitingUntil returns the prorations that wait, and none if all of them are zero and their time is over.
func (s *Subscription) waitingUntil(at time.Time) []plans.Charge {
	all := s.waiting()
	if slices.ContainsFunc(all, func(c plans.Charge) bool { return !c.Net.IsZero() || c.Span.End.After(at) }) {
		return all
	}
	return nil
}

// free reports whether every line of the invoice of a change inside a period is zero. Such lines wait for the next
// invoice, which bills them only if it is issued before their time is over.
func free(o *invoice.IssueRequest, inv *invoice.Invoice) bool {
	c := &o.Change
	return billsNothing(inv) && o.UnbilledAs == "" && !c.IsZero() && !c.Cancel && !o.Contract.Extends(*c) &&
		!o.Contract.ReplacedBy(*c, o.At)
}

// billsNothing reports whether every line of an invoice is zero.
func billsNothing(inv *invoice.Invoice) bool {
	return inv != nil && !slices.ContainsFunc(inv.Lines, func(line plans.Charge) bool { return !line.Net.IsZero() })
}

// notWaiting returns the charges without the prorations that wait.
func notWaiting(charges []plans.Charge) []plans.Charge {
	return without(charges, func(c *plans.Charge) bool { return !c.PricedAt.IsZero() })
}

// chained returns two lists of charges as one. A list is the result if the other one is empty.
func chained(a, b []plans.Charge) []plans.Charge {
	switch {
	case len(a) == 0:
		return slices.Clip(b)
	case len(b) == 0:
		return slices.Clip(a)
	}
	return slices.Concat(a, b)
}

// billWaiting bills the prorations that wait on an invoice of their own, because the period ends without a regular one.
func (s *step) billWaiting() error {
	lines := s.sub.waiting()
	s.sub.UnbilledCharges = notWaiting(s.sub.UnbilledCharges)
	if !slices.ContainsFunc(lines, func(c plans.Charge) bool { return !c.Net.IsZero() }) {
		return nil
	}
	return s.issue(lines)
}

// withWaiting returns a receivable with the credits of its lines that wait for an invoice.
func (s *Subscription) withWaiting(r invoice.Receivable) invoice.Receivable {
	return r.Corrected(invoice.Invoice{Lines: s.waiting()})
}

// withoutWaiting returns a receivable without the credits that wait.
func (s *Subscription) withoutWaiting(r invoice.Receivable) invoice.Receivable {
	waiting := s.waiting()
	waits := func(k invoice.LineCredit) bool {
		return slices.ContainsFunc(waiting, func(c plans.Charge) bool { return c.ID == k.ID })
	}
	r.Lines = slices.Clone(r.Lines)
	for i := range r.Lines {
		r.Lines[i].Credits = slices.DeleteFunc(slices.Clone(r.Lines[i].Credits), waits)
	}
	return r
}

// forgetCredits drops the waiting credits of an invoice that is void.
func (s *Subscription) forgetCredits(id string) {
	s.UnbilledCharges = slices.DeleteFunc(slices.Clone(s.UnbilledCharges), func(c plans.Charge) bool {
		return c.Corrects != "" && lineid.Invoice(c.Corrects) == id
	})
}
