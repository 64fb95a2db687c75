package lifecycle

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
)

// disputed reopens an invoice whose payment was charged back, and starts its grace period as for a failed payment.
func (s *step) disputed(e *Event) error { return s.returned(e, invoice.Disputed) }

// reversed reopens an invoice whose payment the bank returned. It is retried as after a failed payment.
func (s *step) reversed(e *Event) error { return s.returned(e, invoice.Reversed) }

// returned records that the customer's bank took a payment back. Credit that came from the payment and is not spent
// pays the invoice again.
func (s *step) returned(e *Event, kind invoice.EventKind) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	s.identify(e, kind)
	done, err := s.returnSurplus(e, &before)
	if done || err != nil {
		return err
	}
	if !before.Received().IsPositive() && !occurred(&before, kind, e.Payment.ID) {
		word := "dispute"
		if kind == invoice.Reversed {
			word = "return"
		}
		return s.refuse("Invoice " + e.Payment.Invoice + " has no payment left to " + word + ".")
	}
	until, err := s.graceUntil(&before)
	if err != nil {
		return err
	}
	changed, err := s.happens(e, invoice.Event{Kind: kind, Until: until})
	if err != nil || !changed {
		return err
	}
	after := s.sub.Receivables[i]
	if err := s.takeBack(&after, after.Outstanding().Sub(before.Outstanding()), e.Payment.ID); err != nil {
		return err
	}
	if after = s.sub.Receivables[i]; !after.Owing() {
		return nil
	}
	if err := s.missed(); err != nil {
		return err
	}
	if kind == invoice.Reversed {
		s.notice(Notice{Kind: NoticePaymentFailed, Invoice: after.Invoice, Of: s.ahead(after.GraceUntil)})
		return s.chase(&after)
	}
	s.notice(Notice{Kind: NoticePaymentDisputed, Invoice: after.Invoice, Of: s.ahead(after.GraceUntil)})
	return nil
}

// returnSurplus takes the surplus of a returned payment back, and leaves the part of the invoice in the event. It
// reports whether that is all.
func (s *step) returnSurplus(e *Event, r *invoice.Receivable) (done bool, err error) {
	id, told := e.Payment.ID, e.Payment.Amount
	surplus := amountOf(r, invoice.Surplus, id)
	applied := amountOf(r, invoice.Succeeded, id).Add(amountOf(r, invoice.DisputeWon, id)).
		Sub(amountOf(r, invoice.Disputed, id)).Sub(amountOf(r, invoice.Reversed, id))
	if !surplus.IsPositive() || !told.IsZero() && told.LessThanOrEqual(applied) {
		return false, nil
	}
	most := surplus
	if !told.IsZero() {
		most = decimal.Min(told.Sub(applied), surplus)
	}
	took, err := s.takeSurplus(r.Invoice, id, most)
	if err != nil {
		return false, err
	}
	if !told.IsZero() {
		e.Payment.Amount = told.Sub(most)
	}
	if !applied.IsPositive() {
		s.skipped = took.IsZero() // the surplus went back before
	}
	return !applied.IsPositive(), nil
}

// occurred reports whether the receivable has an event of a kind with an ID.
func occurred(r *invoice.Receivable, kind invoice.EventKind, id string) bool {
	return slices.ContainsFunc(r.Events, func(e invoice.Event) bool { return e.Kind == kind && e.ID == id })
}

// takeBack pays a part of an invoice, up to an amount of money that went back, with the unspent credit that documents
// granted: first for its own charges, and then for others, since credit passes money on from invoice to invoice.
func (s *step) takeBack(r *invoice.Receivable, amount decimal.Decimal, payment string) error {
	own := func(e *credits.Entry) bool {
		return slices.ContainsFunc(r.Lines, func(line invoice.ReceivableLine) bool {
			return slices.ContainsFunc(line.Credits, func(c invoice.LineCredit) bool { return lineid.Invoice(c.ID) == e.Ref })
		})
	}
	ledger := s.sub.Ledger
	for _, first := range []bool{true, false} {
		for i := range ledger {
			e := &ledger[i]
			if e.Kind != credits.Granted || !s.ofDocument(e.Ref) || own(e) != first || !amount.IsPositive() {
				continue
			}
			paid, err := s.applyCredit(r.Invoice, "dispute-"+payment, s.entriesOf(e.ID), amount)
			if err != nil {
				return err
			}
			amount = amount.Sub(paid)
		}
	}
	return nil
}

// ofDocument reports whether a reference names a document, and neither a payment nor nothing.
func (s *step) ofDocument(ref string) bool { return ref != "" && !strings.HasPrefix(ref, s.sub.ID+"/") }

// takeLater pays invoices whose payment went back with credit that documents granted or restored since the outcome had
// a number of entries.
func (s *step) takeLater(entries int) error {
	since := func(e credits.Entry) bool {
		return e.Kind == credits.Granted && e.Ref != "" || e.Kind == credits.Restored
	}
	if !slices.ContainsFunc(s.out.Credits[entries:], since) {
		return nil
	}
	for _, r := range s.open() {
		var back decimal.Decimal
		payment := ""
		for _, e := range r.Events {
			if e.Kind == invoice.Disputed || e.Kind == invoice.Reversed {
				back, payment = back.Add(e.Amount), e.ID
			} else if e.Kind == invoice.DisputeWon || e.Kind == invoice.CreditApplied {
				back = back.Sub(e.Amount)
			}
		}
		if !back.IsPositive() {
			continue
		}
		brings := s.overdue(r.Invoice)
		if err := s.takeBack(&r, back, payment); err != nil {
			return err
		}
		if err := s.askAgain(&r); err != nil {
			return err
		}
		if s.sub.phase(r.Invoice) == invoice.PhasePaid && s.allowed.has(Active) {
			if err := s.settled(brings); err != nil {
				return err
			}
		}
	}
	return nil
}

// disputeWon records that a disputed payment is back. What the invoice no longer needs becomes the credit that the
// dispute took, and then a surplus.
func (s *step) disputeWon(e *Event) error {
	i := s.sub.receivable(e.Payment.Invoice)
	if i < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	before := s.sub.Receivables[i]
	s.identify(e, invoice.DisputeWon)
	back := amountOf(&before, invoice.Disputed, e.Payment.ID)
	taken := amountOf(&before, invoice.CreditApplied, "dispute-"+e.Payment.ID)
	e.Payment.Amount = decimal.Decimal{}
	if e.Payment.ID == "none" {
		return s.refuse("Invoice " + before.Invoice + " has no disputed payment.")
	}
	changed, err := s.happens(e, invoice.Event{Kind: invoice.DisputeWon})
	if err != nil || !changed {
		return err
	}
	after := s.sub.Receivables[i]
	if rest := back.Sub(amountOf(&after, invoice.DisputeWon, e.Payment.ID)); rest.IsPositive() {
		restored := decimal.Min(rest, taken)
		what := invoice.Event{Kind: invoice.Surplus, ID: "dispute-" + e.Payment.ID, Amount: rest}
		if _, err := s.happen(after.Invoice, what); err != nil {
			return err
		}
		if restored.IsPositive() {
			s.earn(restored, e.Payment.ID, "the dispute of payment "+e.Payment.ID+" was won")
		}
		if over := rest.Sub(restored); over.IsPositive() && s.policy.Payments.Overpayment == OverpaymentCredit {
			s.earn(over, e.Payment.ID, "payment "+e.Payment.ID+" beyond what was due on invoice "+after.Invoice)
		} else if over.IsPositive() {
			s.refund(after.Invoice, e.Payment.ID, over)
		}
	}
	if s.sub.phase(after.Invoice) != invoice.PhasePaid || before.Phase == invoice.PhasePaid {
		return nil
	}
	if err := s.settled(true); err != nil {
		return err
	}
	return s.servePaid(after.Invoice)
}

// disputeLost records that a disputed payment stays with the customer. The invoice has been owed again since the
// dispute.
func (s *step) disputeLost(e *Event) error {
	if s.sub.receivable(e.Payment.Invoice) < 0 {
		return s.unknownInvoice(e.Payment.Invoice)
	}
	e.Payment.Amount = decimal.Decimal{} // the amount of the dispute, which was checked
	_, err := s.happens(e, invoice.Event{Kind: invoice.DisputeLost})
	return err
}

// amountOf returns the total amount of the events of a kind with an ID.
func amountOf(r *invoice.Receivable, kind invoice.EventKind, id string) (sum decimal.Decimal) {
	for _, e := range r.Events {
		if e.Kind == kind && e.ID == id {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}
