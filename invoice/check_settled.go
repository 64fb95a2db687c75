package invoice

import (
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkSettled adds what does not lead from the total to what is due, what is granted, and the parts.
func (inv *Invoice) checkSettled(f *fault.List) {
	var untaxed, spent, granted decimal.Decimal
	for _, line := range inv.Lines {
		if line.Corrects == "" {
			untaxed = untaxed.Add(line.Untaxed)
		}
	}
	for i, e := range inv.LedgerEntries {
		path := "ledger_entries[" + strconv.Itoa(i) + "]"
		source := ""
		if e.Kind == credits.Granted {
			source = inv.source()
		}
		if e.Source != source || e.Priority != nil || !e.Effective.IsZero() || !e.Expires.IsZero() || e.Promotional || e.BeforeTax {
			f.Add(path, Sealed, "it is not what the invoice grants or spends")
		}
		switch {
		case e.Kind == credits.Spent && e.Amount.IsNegative():
			spent = spent.Sub(e.Amount)
		case e.Kind == credits.Granted && e.Amount.IsPositive() && e.ID == inv.ID && i == len(inv.LedgerEntries)-1:
			granted = e.Amount
		default:
			f.Add(path, NotNegative, "an invoice spends credit, and grants at most what is left over")
		}
		if e.Ref != inv.ID || e.Currency != inv.Currency || !e.At.Equal(inv.IssuedAt) {
			f.Add(path, Sealed, "it is not of this invoice, at its instant and in its currency")
		}
	}
	left := inv.Total.Sub(untaxed)
	due := decimal.Max(left, decimal.Decimal{}).Sub(spent).Add(untaxed)
	if spent.LessThan(untaxed) || due.IsNegative() || !inv.AmountDue.Equal(due) {
		f.Add("amount_due", Conservation, "%v is not the total of %v less the credit of %v", inv.AmountDue, inv.Total, spent)
	}
	owed := decimal.Max(left.Neg(), decimal.Decimal{})
	if back := granted.Add(inv.AppliedToInvoice).Add(inv.Refund); inv.AppliedToInvoice.IsNegative() || inv.Refund.IsNegative() || !back.Equal(owed) {
		f.Add("total", NotNegative, "%v go back as credit, money and for another invoice, and %v are left over", back, owed)
	}
	if inv.AppliedToInvoice.IsPositive() && inv.Corrects == "" {
		f.Add("corrects", NotNegative, "it lowers no other invoice")
	}
	if inv.CreditBalance.LessThan(granted) {
		f.Add("credit_balance", Conservation, "%v is less than what was granted, %v", inv.CreditBalance, granted)
	}
	inv.checkParts(f)
}

// checkParts adds the fault of parts that do not add up to what is due, or do not follow on each other.
func (inv *Invoice) checkParts(f *fault.List) {
	if len(inv.Installments) == 0 {
		return
	}
	should, err := plans.Bill{At: inv.IssuedAt.UTC(), Total: inv.AmountDue}.Installments(len(inv.Installments), proration.Interval{Months: 1}, inv.Currency)
	if err != nil {
		f.Add("installments", Conservation, "%v", err)
		return
	}
	for i, p := range inv.Installments {
		path := "installments[" + strconv.Itoa(i) + "]"
		if !p.Amount.Equal(should[i].Amount) {
			f.Add(path+".amount", Conservation, "%v is not the part of %v, %v", p.Amount, inv.AmountDue, should[i].Amount)
		}
		if i == 0 && !p.At.Equal(inv.IssuedAt) || i > 0 && !p.At.After(inv.Installments[i-1].At) {
			f.Add(path+".at", Conservation, "the first is due with the invoice, and each after the one before")
		}
	}
}

// checkStates adds the fault of a status to which the events do not lead from the one in which it was sealed; 0 is any.
func (inv *Invoice) checkStates(f *fault.List, sealed Status) {
	starts := []Status{inv.first(), Drafted}
	if sealed != 0 {
		starts = []Status{sealed}
	}
	for _, first := range starts {
		again := inv.Clone()
		again.Status, again.Events = first, nil
		sound := true
		for _, e := range inv.Events {
			sound = sound && again.apply(e) == nil
		}
		if sound && again.Status == inv.Status && same(again.Events, inv.Events) {
			return
		}
	}
	f.Add("status", States, "%v is not where the events lead", inv.Status)
}
