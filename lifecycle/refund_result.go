package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// RequestedRefund is money that the caller was asked to refund. It is owed back until it has succeeded.
type RequestedRefund struct {
	ID          string          `json:"id"`                    // ID of the effect that requests it
	Invoice     string          `json:"invoice,omitzero"`      // document that returns the money; "" pays out a balance
	Payment     string          `json:"payment,omitzero"`      // provider's ID of the refund or the payment; "" is unknown
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
		return e.Payment.ID != "" && (r.ID == e.Payment.ID || r.Payment == e.Payment.ID && s.isRefundOf(r, e.Payment.Invoice))
	}
	waits := func(r *RequestedRefund) bool {
		return s.isRefundOf(r, e.Payment.Invoice) && (r.Payment == "" || e.Payment.ID == "") && r.SucceededAt.IsZero()
	}
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
	if e.Payment.ID != "" && e.Payment.ID != r.ID {
		r.Payment = e.Payment.ID
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
