package lifecycle

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
)

// refunded issues the credit note for money that the seller refunded.
func (s *step) refunded(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	r := s.sub.Receivables[i]
	brings := s.overdue(r.Invoice)
	if !r.Received().IsPositive() {
		return s.refuse("Invoice " + r.Invoice + " has no payment left to refund.")
	}
	lines := e.Payment.Lines
	if e.Payment.Amount.IsPositive() && len(lines) == 0 {
		lines = parts(&r, e.Payment.Amount)
	}
	if _, err := s.note(&r, lines, true, e.Reason); err != nil {
		return err
	}
	return s.settled(brings)
}

// parts spreads an amount net of tax over the lines of an invoice, starting with the first line.
func parts(r *invoice.Receivable, amount decimal.Decimal) (parts []invoice.LineAmount) {
	for i, line := range r.Lines {
		left := line.Net
		for _, c := range line.Credits {
			left = left.Add(c.Net)
		}
		if !left.IsPositive() || !amount.IsPositive() {
			continue
		}
		part := decimal.Min(amount, left)
		parts = append(parts, invoice.LineAmount{Line: lineid.Of(r.Invoice, i), Amount: part})
		amount = amount.Sub(part)
	}
	if amount.IsPositive() && len(parts) > 0 { // too much: the credit note reports the fault of the last line
		parts[len(parts)-1].Amount = parts[len(parts)-1].Amount.Add(amount)
	}
	return parts
}
