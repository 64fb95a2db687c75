package lifecycle

import "github.com/billingrules/billing/invoice"

// disputed reopens an invoice whose payment was charged back, and starts its grace period as for a failed payment.
func (s *step) disputed(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	if !before.Received().IsPositive() {
		return s.refuse("Invoice " + e.Payment.Invoice + " has no payment left to dispute.")
	}
	until, err := s.graceUntil(&before)
	if err != nil {
		return err
	}
	changed, err := s.happens(e, invoice.Event{Kind: invoice.Disputed, Until: until})
	after := &s.sub.Receivables[i]
	if err != nil || !changed || !after.Owing() {
		return err
	}
	if err := s.missed(); err != nil {
		return err
	}
	s.notice(Notice{Kind: NoticePaymentFailed, Invoice: after.Invoice, Of: s.ahead(after.GraceUntil)})
	return nil
}
