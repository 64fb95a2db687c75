package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// RequestedRefund is money that the caller was asked to refund. It is owed back until it has succeeded. A refund
// without a reported result counts as made after Policy.InvoiceRetention; a failed one is kept until it has succeeded.
type RequestedRefund struct {
	ID          string          `json:"id"`                    // ID of the effect that requests it
	Invoice     string          `json:"invoice,omitzero"`      // document that returns the money; "" pays out a balance
	Payment     string          `json:"payment,omitzero"`      // ID of the surplus payment; "" refunds several or none
	ReportedAs  string          `json:"reported_as,omitzero"`  // ID of the refund that its result named; "" is none
	Amount      decimal.Decimal `json:"amount"`                // amount in major units of the contract's currency
	RequestedAt time.Time       `json:"requested_at"`          // time of the request
	SucceededAt time.Time       `json:"succeeded_at,omitzero"` // time at which the customer had the money; zero is not yet
	FailedAt    time.Time       `json:"failed_at,omitzero"`    // time at which the refund failed; zero did not fail
}

// refund requests the refund of money, which is owed back until its success is reported.
func (s *step) refund(document, payment string, amount decimal.Decimal) {
	s.effect(Effect{Kind: Refund, Invoice: document, Amount: amount})
	id := s.out.Effects[len(s.out.Effects)-1].ID
	s.sub.Refunds = append(s.sub.Refunds, RequestedRefund{
		ID: id, Invoice: document, Payment: payment, Amount: amount, RequestedAt: s.sub.At,
	})
}

// refundSucceeded records that a requested refund has reached the customer.
func (s *step) refundSucceeded(e *Event) error {
	return s.refundResult(e, func(r *RequestedRefund) *time.Time { return &r.SucceededAt })
}

// refundFailed records that a requested refund failed. Its amount is owed back.
func (s *step) refundFailed(e *Event) error {
	return s.refundResult(e, func(r *RequestedRefund) *time.Time { return &r.FailedAt })
}

// refundResult records the result of a refund in the given field.
func (s *step) refundResult(e *Event, result func(*RequestedRefund) *time.Time) error {
	own := func(r *RequestedRefund) bool {
		id := e.Payment.ID
		return id != "" && (r.ID == id || (r.Payment == id || r.ReportedAs == id) && s.isRefundOf(r, e.Payment.Invoice))
	}
	waits := func(r *RequestedRefund) bool { return s.isRefundOf(r, e.Payment.Invoice) && r.SucceededAt.IsZero() }
	i := slices.IndexFunc(s.sub.Refunds, func(r RequestedRefund) bool { return own(&r) })
	if i < 0 {
		i = slices.IndexFunc(s.sub.Refunds, func(r RequestedRefund) bool { return waits(&r) && r.FailedAt.IsZero() })
	}
	if i < 0 {
		i = slices.IndexFunc(s.sub.Refunds, func(r RequestedRefund) bool { return waits(&r) })
	}
	if i < 0 {
		if e.Payment.Invoice == "" {
			return s.refuse("No refund " + strconv.Quote(e.Payment.ID) + " waits for a result.")
		}
		return s.refuse("No refund of invoice " + e.Payment.Invoice + " waits for a result.")
	}
	r := s.sub.Refunds[i]
	if told := e.Payment.Amount; !told.IsZero() && !told.Equal(r.Amount) {
		reason := "must be the %v of the refund; got %v"
		return s.conflict(fault.New("event.payment.amount", proration.ErrInvalid, reason, r.Amount, told))
	}
	if id := e.Payment.ID; id != r.ID && id != r.Payment {
		r.ReportedAs = id
	}
	if field := result(&r); field.IsZero() {
		r.SucceededAt, r.FailedAt = time.Time{}, time.Time{}
		*field = s.sub.At
	} else {
		s.skipped = true
	}
	s.sub.Refunds = slices.Clone(s.sub.Refunds)
	s.sub.Refunds[i] = r
	return nil
}

// surplusCredit returns the entries of the grants that a payment became.
func (s *step) surplusCredit(payment string) (entries []credits.Entry) {
	for _, e := range s.sub.Ledger {
		if e.Kind == credits.Granted && e.Ref == s.paymentRef(payment) {
			entries = append(entries, s.entriesOf(e.ID)...)
		}
	}
	return entries
}

// returnable returns the money of a surplus payment that is still owed back or unspent credit.
func (s *step) returnable(id, payment string) (sum decimal.Decimal) {
	for i := range s.sub.Refunds {
		if r := &s.sub.Refunds[i]; r.Invoice == id && r.Payment == payment && r.SucceededAt.IsZero() {
			sum = sum.Add(r.Amount)
		}
	}
	if credit, err := credits.Balance(s.surplusCredit(payment), s.sub.Contract.Currency, s.sub.At); err == nil {
		sum = sum.Add(credit)
	}
	return sum
}

// takeSurplus takes an amount back from what a surplus payment became, because the customer's bank returned it: a
// refund of it is no longer owed, and then its credit goes. It returns the amount of which the credit is spent.
func (s *step) takeSurplus(id, payment string, amount decimal.Decimal) (rest decimal.Decimal, err error) {
	s.sub.Refunds = slices.Clone(s.sub.Refunds)
	for i := range s.sub.Refunds {
		r := &s.sub.Refunds[i]
		if r.Invoice != id || r.Payment != payment || !r.SucceededAt.IsZero() {
			continue
		}
		part := decimal.Min(r.Amount, amount)
		if r.Amount, amount = r.Amount.Sub(part), amount.Sub(part); r.Amount.IsZero() {
			r.SucceededAt, r.FailedAt = s.sub.At, time.Time{}
		}
	}
	if !amount.IsPositive() {
		return amount, nil
	}
	spent, rest, err := credits.Apply(s.surplusCredit(payment), credits.Due{
		Amount: amount, Currency: s.sub.Contract.Currency, At: s.sub.At, Ref: s.sub.idPrefix() + s.cause,
	})
	s.enterCredit(spent...)
	return rest, err
}

// entriesOf returns the entries of a grant.
func (s *step) entriesOf(id string) []credits.Entry {
	return slices.DeleteFunc(slices.Clone(s.sub.Ledger), func(e credits.Entry) bool { return e.ID != id })
}

// paymentRef returns the reference of credit that a payment became.
func (s *step) paymentRef(payment string) string { return s.sub.idPrefix() + "payment-" + payment }

// isRefundOf reports whether a refund returns money of an invoice: its document is the invoice, or corrects it.
func (s *step) isRefundOf(r *RequestedRefund, id string) bool {
	if r.Invoice == id {
		return true
	}
	i := s.sub.receivable(id)
	return i >= 0 && slices.ContainsFunc(s.sub.Receivables[i].Lines, func(line invoice.ReceivableLine) bool {
		return slices.ContainsFunc(line.Credits, func(c invoice.LineCredit) bool { return lineid.Invoice(c.ID) == r.Invoice })
	})
}
