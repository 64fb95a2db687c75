package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// movesDates reports whether the payment of a suspended subscription's period starts it anew: nothing is overdue any
// more, the invoice bills the period, and no part of it is credited.
func (s *step) movesDates(id string) bool {
	sub := &s.sub
	overdue := slices.ContainsFunc(sub.Receivables, invoice.Receivable.Overdue)
	return s.policy.Payments.BillingAnchor == plans.AnchorReset && sub.Status == Suspended && !overdue &&
		len(sub.Contract.Terms) == 0 && sub.NextPeriod == nil && sub.EndedAt.IsZero() && sub.unserved(id) &&
		sub.Period.Contains(sub.At) &&
		slices.ContainsFunc(sub.UnexpiredCharges, func(c plans.Charge) bool {
			return lineid.Invoice(c.ID) == id && sub.covers(&c) && !sub.addition(&c)
		})
}

// servePaid brings service back after the payment of an invoice that ended it. If the period is over, nothing is left
// to serve, and the policy says what becomes of the money.
func (s *step) servePaid(id string) error {
	sub := &s.sub
	failed := slices.ContainsFunc(sub.Receivables, func(r invoice.Receivable) bool { return !r.FirstFailedAt.IsZero() })
	switch {
	case s.booking || !sub.Status.over() || !sub.Dunned:
		return nil
	case sub.Period.Contains(sub.At):
		if !failed && sub.billedFor() {
			return s.resumeService(nil) // an unpaid invoice ended it, not the customer
		}
		return nil
	case !sub.unserved(id):
		return nil
	}
	refund := s.policy.Payments.LatePayment == LateRefund
	unused, err := s.notServed(id)
	if err != nil {
		return err
	}
	if err := s.creditPaid(id, invoice.CreditRequest{Refund: refund, Credits: unused}); err != nil || refund || failed {
		return err // another invoice has to be paid first
	}
	return s.restart(s.policy.Reactivation.BillingAnchor)
}

// notServed returns the credits for the time after the end of service, if the invoice was paid before and that payment
// went back: until then service was paid for. It returns none for an invoice that was never paid, of which the grace
// period is free.
func (s *step) notServed(id string) ([]plans.Charge, error) {
	r := &s.sub.Receivables[s.sub.receivable(id)]
	back := func(e invoice.Event) bool { return e.Kind == invoice.Disputed || e.Kind == invoice.Reversed }
	if !slices.ContainsFunc(r.Events, back) {
		return nil, nil
	}
	var own []plans.Charge
	for _, c := range s.sub.UnexpiredCharges {
		if lineid.Invoice(c.ID) == id && c.Corrects == "" {
			own = append(own, c)
		}
	}
	return credits.Unused(credits.Request{
		Charges: own, At: s.sub.EndedAt, Ends: true, CreditBasis: s.policy.Billing.CreditBasis,
		Policy: s.policy.Billing.Proration, Location: s.sub.location(),
	})
}

// unserved reports whether an invoice bills time after the end of service, and no part of it is credited.
func (s *Subscription) unserved(id string) bool {
	i := s.receivable(id)
	credited := func(line invoice.ReceivableLine) bool { return len(line.Credits) > 0 }
	return !slices.ContainsFunc(s.Receivables[i].Lines, credited) &&
		slices.ContainsFunc(s.UnexpiredCharges, func(c plans.Charge) bool {
			return lineid.Invoice(c.ID) == id && c.Corrects == "" && c.Span.End.After(s.EndedAt)
		})
}
