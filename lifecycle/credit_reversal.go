package lifecycle

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
)

// creditUse is credit of a grant that paid a part of an invoice.
type creditUse struct {
	grant, invoice string
	amount         decimal.Decimal
}

// usesOf returns the uses of the credit that a payment became, the latest first, on invoices that can be due again.
func (s *step) usesOf(payment string) (uses []creditUse) {
	for _, e := range s.surplusCredit(payment) {
		same := func(u creditUse) bool { return u.grant == e.ID && u.invoice == e.Ref }
		at := slices.IndexFunc(uses, same)
		switch i := s.sub.receivable(e.Ref); {
		case e.Kind == credits.Restored && at >= 0:
			uses[at].amount = uses[at].amount.Sub(e.Amount)
		case e.Kind != credits.Spent || i < 0 || neverDue(s.sub.Receivables[i].Phase):
		case at >= 0:
			uses[at].amount = uses[at].amount.Sub(e.Amount)
		default:
			uses = append(uses, creditUse{grant: e.ID, invoice: e.Ref, amount: e.Amount.Neg()})
		}
	}
	slices.Reverse(uses)
	return uses
}

// neverDue reports whether an invoice in the phase cannot become due again.
func neverDue(p invoice.Phase) bool { return p == invoice.PhaseVoid || p == invoice.PhaseDraft }

// reversible returns the credit that a payment became and that paid invoices that can be due again.
func (s *step) reversible(payment string) (sum decimal.Decimal) {
	for _, u := range s.usesOf(payment) {
		sum = sum.Add(u.amount)
	}
	return sum
}

// reverseCredit makes invoices due again that were paid with credit, up to an amount, because the payment that became
// this credit went back. Unspent credit pays them again.
func (s *step) reverseCredit(payment string, kind invoice.EventKind, amount decimal.Decimal) error {
	var invoices []string
	due := map[string]decimal.Decimal{}
	for _, u := range s.usesOf(payment) {
		part := decimal.Min(u.amount, amount)
		if !part.IsPositive() {
			continue
		}
		if _, known := due[u.invoice]; !known {
			invoices = append(invoices, u.invoice)
		}
		due[u.invoice], amount = due[u.invoice].Add(part), amount.Sub(part)
		entry := credits.Entry{ID: u.grant, Currency: s.sub.Contract.Currency, At: s.sub.At}
		back, gone := entry, entry
		back.Kind, back.Amount, back.Ref = credits.Restored, part, u.invoice
		gone.Kind, gone.Amount, gone.Ref = credits.Spent, part.Neg(), s.sub.idPrefix()+s.cause
		s.enterCredit(back, gone)
	}
	var err error
	for i := 0; i < len(invoices) && err == nil; i++ {
		err = s.dueAgain(invoices[i], payment, kind, due[invoices[i]])
	}
	return err
}

// dueAgain makes an amount of an invoice due again that credit had paid. Unspent credit pays it first.
func (s *step) dueAgain(id, payment string, kind invoice.EventKind, amount decimal.Decimal) error {
	i := s.sub.receivable(id)
	until, err := s.graceUntil(&s.sub.Receivables[i])
	if err == nil {
		reversed := invoice.Event{Kind: invoice.CreditReversed, ID: s.reversal(kind, payment), Amount: amount, Until: until}
		_, err = s.happen(id, reversed)
	}
	if err == nil {
		after := s.sub.Receivables[i]
		err = s.takeBack(&after, amount, payment)
	}
	if after := s.sub.Receivables[i]; err == nil && after.Owing() {
		err = s.tellReturned(&after, kind)
	}
	return err
}

// reversal returns the ID of the reversal of credit that came from a payment.
func (s *step) reversal(kind invoice.EventKind, payment string) string {
	return s.sub.idPrefix() + kind.String() + "-" + payment
}

// reversedFor returns the amount of an invoice that became due again with a disputed payment whose credit had paid it.
func (s *step) reversedFor(r *invoice.Receivable, payment string) decimal.Decimal {
	return amountOf(r, invoice.CreditReversed, s.reversal(invoice.Disputed, payment))
}

// payReversed pays the invoices that became due again with a disputed payment, which was won, with its credit.
func (s *step) payReversed(payment string) error {
	for _, before := range s.open() {
		due := s.reversedFor(&before, payment)
		if !due.IsPositive() {
			continue
		}
		brings := s.overdue(before.Invoice)
		paid, err := s.applyCredit(before.Invoice, s.sub.idPrefix()+s.cause, s.surplusCredit(payment), due)
		if err != nil || !paid.IsPositive() {
			return err
		}
		err = s.askAgain(&before)
		if err == nil && s.sub.phase(before.Invoice) == invoice.PhasePaid {
			err = s.paidByCredit(before.Invoice, brings)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
