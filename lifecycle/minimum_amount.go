package lifecycle

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
)

// belowMinimum reports whether an invoice waits for more to collect: alone, or together with the held invoices, it is
// below the minimum amount of the policy, while service continues. Payments by hand, installments and overdue invoices
// do not wait.
func (s *step) belowMinimum(r *invoice.Receivable, withHeld bool) bool {
	least := s.policy.Payments.MinimumAmount[s.sub.Contract.Currency]
	if !least.IsPositive() || s.manual() || s.sub.Status.over() || len(r.Installments) > 0 || !r.FirstFailedAt.IsZero() {
		return false
	}
	sum := r.Outstanding()
	if withHeld {
		sum = sum.Add(s.sub.held(r.Invoice))
	}
	return sum.LessThan(least)
}

// held returns the sum of the held invoices, except one.
func (s *Subscription) held(except string) (sum decimal.Decimal) {
	for i := range s.Receivables {
		if r := &s.Receivables[i]; waitsForMore(r) && r.Invoice != except {
			sum = sum.Add(r.Outstanding())
		}
	}
	return sum
}

// collectHeld requests payment of the held invoices if they reach the minimum amount: the rest of an invoice that was
// lowered may have joined them, or the policy has another minimum.
func (s *step) collectHeld() error {
	sum := s.sub.held("")
	if sum.IsZero() || s.sub.CollectionPause != nil ||
		sum.LessThan(s.policy.Payments.MinimumAmount[s.sub.Contract.Currency]) {
		return nil
	}
	return s.askHeld("")
}

// waitsForMore reports whether an invoice is held until more can be collected.
func waitsForMore(r *invoice.Receivable) bool { return r.Phase == invoice.PhaseHeld && r.Held }

// postpone postpones the collection of an invoice until more can be collected.
func (s *step) postpone(r *invoice.Receivable) error {
	if waitsForMore(r) {
		return nil
	}
	_, err := s.happen(r.Invoice, invoice.Event{Kind: invoice.Postponed})
	return err
}

// askHeld requests payment of the held invoices, oldest first, except one that is requested after them.
func (s *step) askHeld(except string) error {
	var held []invoice.Receivable
	for i := range s.sub.Receivables {
		if r := &s.sub.Receivables[i]; waitsForMore(r) && r.Invoice != except {
			held = append(held, *r)
		}
	}
	for _, r := range held {
		if err := s.request(r, r.Outstanding()); err != nil {
			return err
		}
	}
	return nil
}

// asksFor reports whether an invoice waits for a payment, and not for more to collect.
func (s *Subscription) asksFor(id string) bool {
	i := s.receivable(id)
	return i >= 0 && s.Receivables[i].Owing() && !waitsForMore(&s.Receivables[i])
}
