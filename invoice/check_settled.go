package invoice

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkSettled adds the faults between the total and the amount due, the credit, the refund and the installments.
func (inv *Invoice) checkSettled(f *fault.List) {
	var untaxed, spent, granted decimal.Decimal
	for _, line := range inv.Lines {
		if line.Corrects == "" {
			untaxed = exact.Plus(untaxed, line.Untaxed)
		}
	}
	for i, e := range inv.LedgerEntries {
		path := fault.At("ledger_entries", i)
		source := ""
		if e.Kind == credits.Granted {
			source = inv.source()
		}
		if e.Source != source || e.Priority != nil || !e.Effective.IsZero() || !e.Expires.IsZero() ||
			e.Promotional || e.BeforeTax {
			f.Add(path, ErrSealed, "must have the source %.40q and no other terms of a grant", source)
		}
		switch {
		case e.Kind == credits.Spent && e.Amount.IsNegative():
			spent = exact.Minus(spent, e.Amount)
		case e.Kind == credits.Granted && e.Amount.IsPositive() && e.ID == inv.ID && i == len(inv.LedgerEntries)-1:
			granted = e.Amount
		default:
			f.Add(path, ErrRecomputed,
				"must be spent credit or, as the last entry, one grant of the surplus under the invoice's ID")
		}
		if e.Ref != inv.ID || e.Currency != inv.Currency || !e.At.Equal(inv.IssuedAt) {
			f.Add(path, ErrSealed, "must have the ID of the invoice as ref, its currency and its time of issue")
		}
	}
	left := exact.Minus(inv.Total, untaxed)
	due := exact.Plus(exact.Minus(exact.Larger(left, decimal.Decimal{}), spent), untaxed)
	if spent.LessThan(untaxed) || due.IsNegative() || !inv.AmountDue.Equal(due) {
		f.Add("amount_due", ErrRecomputed, "must be the total of %v less the credit of %v; got %v",
			inv.Total, spent, inv.AmountDue)
	}
	owed := exact.Larger(exact.Negative(left), decimal.Decimal{})
	if back := exact.Plus(exact.Plus(granted, inv.AppliedToInvoice), inv.Refund); inv.AppliedToInvoice.IsNegative() ||
		inv.Refund.IsNegative() || !back.Equal(owed) {
		f.Add("total", ErrRecomputed,
			"the surplus of %v must equal the credit granted, applied_to_invoice and refund; they add up to %v", owed, back)
	}
	if inv.AppliedToInvoice.IsPositive() && inv.Corrects == "" {
		f.Add("corrects", ErrRecomputed, "required with applied_to_invoice, the ID of the corrected invoice")
	}
	if inv.CreditBalance.LessThan(granted) {
		f.Add("credit_balance", ErrRecomputed, "must be at least %v, the credit granted; got %v", granted, inv.CreditBalance)
	}
	inv.checkParts(f)
}

// checkParts adds the faults of installments that do not add up to the amount due or are not in order of time.
func (inv *Invoice) checkParts(f *fault.List) {
	if len(inv.Installments) == 0 {
		return
	}
	var weights []decimal.Decimal
	for _, p := range inv.Installments {
		if !p.Weight.IsZero() {
			weights = append(weights, p.Weight)
		}
	}
	should, err := plans.Bill{At: inv.IssuedAt.UTC(), Total: inv.AmountDue}.Installments(
		len(inv.Installments), proration.Interval{Months: 1}, inv.Currency, weights...,
	)
	if err != nil {
		f.Add("installments", ErrRecomputed, "%v", err)
		return
	}
	for i, p := range inv.Installments {
		path := fault.At("installments", i)
		if !p.Amount.Equal(should[i].Amount) {
			f.Add(path+".amount", ErrRecomputed, "must be %v, its part of %v; got %v", should[i].Amount, inv.AmountDue, p.Amount)
		}
		if i == 0 && !p.At.Equal(inv.IssuedAt) || i > 0 && !p.At.After(inv.Installments[i-1].At) {
			f.Add(path+".at", ErrRecomputed,
				"must be issued_at for the first installment, and after the one before for the others")
		}
	}
}
