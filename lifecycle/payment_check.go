package lifecycle

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// checkPayment refuses a report whose currency or expected amount is not that of the invoice, so that an amount in
// cents or in another currency is never booked, and one whose ID another payment can get.
func (s *step) checkPayment(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return nil // the event says that there is no such invoice
	}
	var f fault.List
	p, r := &e.Payment, &s.sub.Receivables[i]
	s.checkPaymentID(&f, p.ID, r)
	if p.Currency != "" && p.Currency != r.Currency {
		f.Add("event.payment.currency", proration.ErrInvalid, "must be %.3s, the currency of the invoice; got %.40q",
			r.Currency, string(p.Currency))
	}
	told, due := !p.Amount.IsZero(), due(e, r)
	switch {
	case p.Expected.IsZero():
	case told && !p.Expected.Equal(p.Amount):
		f.Add("event.payment.expected", proration.ErrInvalid, "must be the amount of the payment, %v; got %v",
			p.Amount, p.Expected)
	case due.IsPositive() && (p.Expected.GreaterThan(due) || !told && !p.Expected.Equal(due)):
		f.Add("event.payment.expected", proration.ErrInvalid, "must be the %v that the invoice expects; got %v",
			due, p.Expected)
	}
	if f == nil {
		return nil
	}
	return s.conflict(f.Err())
}

// due returns the whole amount that a report can be about: the received amount for a refund, the amount of a payment
// that is known, and otherwise the outstanding amount.
func due(e *Event, r *invoice.Receivable) decimal.Decimal {
	id := e.Payment.ID
	if e.Kind == PaymentRefunded {
		return r.Received()
	}
	for _, known := range slices.Backward(r.Events) {
		named := id != "" && known.ID == id || id == "" && e.Kind == PaymentDisputed // without an ID the last payment
		if known.Kind == invoice.Succeeded && named {
			return known.Amount
		}
	}
	if e.Kind == PaymentDisputed {
		return r.Received()
	}
	if under, ok := r.Attempt(); ok && (id == "" || id == under.ID) {
		return under.Amount
	}
	return r.Outstanding()
}
