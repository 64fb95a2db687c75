package lifecycle

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// earn grants credit for money that the customer paid.
func (s *step) earn(amount decimal.Decimal, payment, reason string) {
	entry := credits.Entry{
		Kind: credits.Granted, ID: s.id(), Amount: amount, Currency: s.sub.Contract.Currency, At: s.sub.At,
		Reason: reason, Ref: s.paymentRef(payment),
	}
	s.enterCredit(entry)
}

// enterCredit adds entries to the ledger and the outcome.
func (s *step) enterCredit(entries ...credits.Entry) {
	s.sub.Ledger = append(s.sub.Ledger, entries...)
	s.out.Credits = append(s.out.Credits, entries...)
}

// applyCredit pays a part of an open invoice, up to an amount, with grants of the ledger. It returns what they pay. The
// ID names the use.
func (s *step) applyCredit(id, use string, grants []credits.Entry, amount decimal.Decimal) (decimal.Decimal, error) {
	r := &s.sub.Receivables[s.sub.receivable(id)]
	amount = decimal.Min(amount, r.Outstanding())
	if !amount.IsPositive() {
		return decimal.Decimal{}, nil
	}
	spent, rest, err := credits.Apply(grants, credits.Due{Amount: amount, Currency: r.Currency, At: s.sub.At, Ref: id})
	if err != nil || len(spent) == 0 {
		return decimal.Decimal{}, err
	}
	paid := amount.Sub(rest)
	if _, err := s.happen(id, invoice.Event{Kind: invoice.CreditApplied, ID: use, Amount: paid}); err != nil {
		return decimal.Decimal{}, err
	}
	s.enterCredit(spent...)
	return paid, nil
}

// useCredit pays open invoices with the credit that the outcome got since it had a number of entries: those whose
// payment went back, and others if the policy says so.
func (s *step) useCredit(entries int) error {
	if err := s.takeLater(entries); err != nil {
		return err
	}
	return s.payOpen(entries)
}

// payOpen pays open invoices with credit, oldest first, if the policy says so and credit was granted since the outcome
// had a number of entries. A requested payment is withdrawn, and requested again for the amount that is left.
func (s *step) payOpen(entries int) error {
	if !s.policy.Credit.PaysOpenInvoices || !grants(s.out.Credits[entries:]) {
		return nil
	}
	for _, before := range s.open() {
		if before.Phase == invoice.PhasePending || before.Phase == invoice.PhaseUncollectible {
			continue
		}
		brings := s.overdue(before.Invoice)
		most, err := s.creditMayPay(&before)
		if err != nil {
			return err
		}
		paid, err := s.applyCredit(before.Invoice, s.sub.idPrefix()+s.cause, s.sub.Ledger, most)
		if err != nil {
			return err
		}
		if !paid.IsPositive() {
			continue
		}
		if err := s.askAgain(&before); err != nil {
			return err
		}
		if s.sub.phase(before.Invoice) != invoice.PhasePaid {
			continue
		}
		if err := s.paidByCredit(before.Invoice, brings); err != nil {
			return err
		}
	}
	return nil
}

// creditMayPay returns the amount of an invoice that credit can still pay: its part of the amount due before credit,
// less the credit that paid it when it was issued and since then.
func (s *step) creditMayPay(r *invoice.Receivable) (decimal.Decimal, error) {
	places, err := r.Currency.Places()
	var spent, since decimal.Decimal
	for i := range s.sub.Ledger {
		if e := &s.sub.Ledger[i]; e.Ref == r.Invoice && (e.Kind == credits.Spent || e.Kind == credits.Restored) {
			spent = spent.Sub(e.Amount)
		}
	}
	for _, e := range r.Events {
		if e.Kind == invoice.CreditApplied {
			since = since.Add(e.Amount)
		}
		if e.Kind == invoice.CreditReversed {
			since = since.Sub(e.Amount)
		}
	}
	atIssue := decimal.Max(spent.Sub(since), decimal.Decimal{})
	return s.policy.Billing.CreditPays(r.AmountDue.Add(atIssue), places).Sub(atIssue).Sub(since), err
}

// paidByCredit does what follows the payment of an invoice with credit, which may restore service if brings is set.
func (s *step) paidByCredit(id string, brings bool) error {
	s.notice(Notice{Kind: NoticeReceipt, Invoice: id})
	if s.sub.waitsFor(id) {
		return s.fulfill()
	}
	if err := s.settled(brings); err != nil {
		return err
	}
	return s.servePaid(id)
}

// grants reports whether entries grant credit.
func grants(entries []credits.Entry) bool {
	for _, e := range entries {
		if e.Kind == credits.Granted {
			return true
		}
	}
	return false
}

// creditPaidOut takes a part of the balance, which is paid out in money.
func (s *step) creditPaidOut(e *Event) error {
	currency := s.sub.Contract.Currency
	balance, err := credits.Balance(s.sub.Ledger, currency, s.sub.At)
	if err != nil {
		return err
	}
	amount := e.Payment.Amount
	if amount.IsZero() {
		amount = balance
	}
	if !balance.IsPositive() {
		return s.refuse("The customer has no credit that could be paid out.")
	}
	if amount.GreaterThan(balance) {
		reason := "must be at most the balance of %v %v; got %v"
		return s.conflict(fault.New("event.payment.amount", proration.ErrInvalid, reason, balance, currency, amount))
	}
	due := credits.Due{Amount: amount, Currency: currency, At: s.sub.At, Ref: s.sub.idPrefix() + s.cause}
	spent, rest, err := credits.Apply(s.sub.Ledger, due)
	if err == nil && rest.IsPositive() {
		due.Amount, due.BeforeTax = rest, true
		var more []credits.Entry
		more, _, err = credits.Apply(s.sub.Ledger, due)
		spent = append(spent, more...)
	}
	if err != nil {
		return err
	}
	s.enterCredit(spent...)
	s.refund("", "", amount)
	return nil
}
