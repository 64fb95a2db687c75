package lifecycle

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
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

// occurred reports whether the receivable has an event of a kind with an ID.
func occurred(r *invoice.Receivable, kind invoice.EventKind, id string) bool {
	return slices.ContainsFunc(r.Events, func(e invoice.Event) bool { return e.Kind == kind && e.ID == id })
}

// takeBack pays a part of an invoice, up to an amount of money that went back, with the unspent credit that documents
// granted for its charges.
func (s *step) takeBack(r *invoice.Receivable, amount decimal.Decimal, payment string) error {
	granted := map[string]decimal.Decimal{} // by document
	for _, line := range r.Lines {
		for i := range line.Credits {
			c := &line.Credits[i]
			id := lineid.Invoice(c.ID)
			granted[id] = granted[id].Sub(plans.Charge{Net: c.Net, Taxes: c.Taxes}.Total())
		}
	}
	for _, e := range s.sub.Ledger {
		most := granted[e.Ref]
		if e.Kind != credits.Granted || !most.IsPositive() {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(s.sub.Ledger), func(k credits.Entry) bool { return k.ID != e.ID })
		paid, err := s.applyCredit(r.Invoice, "dispute-"+payment, own, decimal.Min(amount, most))
		if err != nil {
			return err
		}
		amount, granted[e.Ref] = amount.Sub(paid), most.Sub(paid)
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
			s.earn(restored, "the dispute of payment "+e.Payment.ID+" was won")
		}
		if over := rest.Sub(restored); over.IsPositive() && s.policy.Payments.Overpayment == OverpaymentCredit {
			s.earn(over, "payment "+e.Payment.ID+" beyond what was due on invoice "+after.Invoice)
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
