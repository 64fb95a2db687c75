package lifecycle

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// checkPayment refuses a report whose currency or amount is not what the invoice expects, so that an amount in cents or
// in another currency is never booked, and one whose ID another payment can get.
func (s *step) checkPayment(e *Event) error {
	var f fault.List
	p, currency := &e.Payment, s.sub.Contract.Currency
	i := s.sub.receivable(p.Invoice)
	if i >= 0 {
		currency = s.sub.Receivables[i].Currency
	}
	if p.Currency != "" && p.Currency != currency {
		f.Add("event.payment.currency", proration.ErrInvalid, "must be %.3s, the currency of the invoice; got %.40q",
			currency, string(p.Currency))
	}
	if i >= 0 {
		s.checkExpected(&f, e, &s.sub.Receivables[i])
	}
	if f == nil || i < 0 && p.Invoice != "" && e.Kind != RefundSucceeded && e.Kind != RefundFailed {
		return nil // of an unknown invoice, the event says that there is none
	}
	return s.conflict(f.Err())
}

// checkExpected adds the faults of the ID and the amounts of a report.
func (s *step) checkExpected(f *fault.List, e *Event, r *invoice.Receivable) {
	p := &e.Payment
	if e.Kind != RefundSucceeded && e.Kind != RefundFailed { // those name the task
		s.checkPaymentID(f, p.ID, r)
	}
	told, due := !p.Amount.IsZero(), due(e, r)
	switch {
	case told && due.IsPositive() && !p.Amount.Equal(due) && (e.Kind == DisputeWon || e.Kind == DisputeLost):
		f.Add("event.payment.amount", proration.ErrInvalid, "must be the %v that is disputed; got %v", due, p.Amount)
	case p.Expected.IsZero():
	case told && !p.Expected.Equal(p.Amount):
		f.Add("event.payment.expected", proration.ErrInvalid, "must be the amount of the payment, %v; got %v",
			p.Amount, p.Expected)
	case due.IsPositive() && (p.Expected.GreaterThan(due) || !told && !p.Expected.Equal(due)):
		f.Add("event.payment.expected", proration.ErrInvalid, "must be the %v that the invoice expects; got %v",
			due, p.Expected)
	}
}

// due returns the whole amount that a report can be about: the received amount for a refund, the amount of a payment
// that is known, the installments that are due, and otherwise the outstanding amount.
func due(e *Event, r *invoice.Receivable) decimal.Decimal {
	if e.Kind == PaymentRefunded {
		return r.Received()
	}
	id, of, result := e.Payment.ID, invoice.Succeeded, e.Kind == DisputeWon || e.Kind == DisputeLost
	last := result || e.Kind == PaymentDisputed || e.Kind == PaymentReversed // without an ID the last one
	if result {
		of = invoice.Disputed
	}
	for _, known := range slices.Backward(r.Events) {
		if named := id != "" && known.ID == id || id == "" && last; named && known.Kind == of {
			return known.Amount
		}
	}
	if last {
		return decimal.Decimal{} // it is refused
	}
	if under, ok := r.Attempt(); ok && (id == "" || id == under.ID) {
		return under.Amount
	}
	if by := r.DueBy(e.At); len(r.Installments) > 0 && by.IsPositive() {
		return by // the installments that are due
	}
	return r.Outstanding()
}
