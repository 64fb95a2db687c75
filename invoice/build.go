package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Build computes the invoice of a draft in a fixed order: lines, discounts in their order, credit that applies before
// tax, tax on the rest, credit that applies after tax, and the amount due. A negative total is granted as credit,
// except for the parts applied to the corrected invoice and refunded. Build is also the preview: nothing happens until
// the caller stores the result.
//
// A charge with a share of a period must equal its recomputation by the policy. A credit must equal the recomputed
// credit of a charge in CreditedCharges and is at most the billed amount less earlier credits. Credits carry their own
// discounts and taxes. Charges without taxes get those of the policy. If the policy has a TaxEngine, they get those of
// TaxAnswers.
//
// Errors: a [TaxRequest] for a missing answer of the tax engine; ErrUnset for a missing ID, time, currency, line, kind
// or policy; ErrInvalid for an unknown currency, a line in another currency, a charge or credit that differs from its
// recomputation, a negative line that corrects no charge, an invoice ID used before, and an answer for another line;
// ErrOutside for a due date before the issue; ErrLimit for amounts beyond the limits and for more than 10,000 lines or
// answers, 100 taxes or 1,000 discounts of a line, or 500 credits of a charge; and the faults of the ledger, the
// discounts and the policy.
func Build(d Draft) (Invoice, error) {
	var f fault.List
	places, sound := d.check(&f)
	var inv Invoice
	if sound {
		inv = d.open(&f)
	}
	if f != nil {
		return Invoice{}, f.Err()
	}
	if err := inv.discount(&d); err != nil {
		return Invoice{}, err
	}
	spent, err := inv.payBeforeTax(&d)
	if err != nil {
		return Invoice{}, err
	}
	if err := inv.answer(&d, places); err != nil {
		return Invoice{}, err
	}
	inv.tax()
	inv.sums(places)
	for _, n := range []struct {
		field  string
		amount decimal.Decimal
	}{{"subtotal", inv.Subtotal}, {"net", inv.Net}, {"tax", inv.Tax}, {"total", inv.Total}} {
		fault.Amount(&f, n.field, n.amount)
	}
	if f != nil {
		return Invoice{}, f.Err()
	}
	if err := inv.settle(&d, exact.Minus(inv.Total, spent), places); err != nil {
		return Invoice{}, err
	}
	if inv.Seal, err = inv.seal(); err != nil {
		return Invoice{}, err
	}
	return inv, nil
}

// open returns the invoice with its lines before discounts, each with its ID, and adds the faults of the lines.
func (d *Draft) open(f *fault.List) Invoice {
	inv := Invoice{
		ID: d.ID, Corrects: d.Corrects, Currency: d.Currency, IssuedAt: d.At, DueAt: d.DueAt,
		Contact: d.Contact, Draft: d.AsDraft,
		Discounts: d.Discounts, CreditedCharges: d.corrected(), Policy: d.Policy,
	}
	if loc := d.Location; loc != nil && loc != time.UTC {
		inv.Zone, inv.Location = loc.String(), loc
	}
	before := len(*f)
	moved := map[string]string{} // IDs of waiting charges, and the IDs of their lines
	inv.Lines = make([]plans.Charge, 0, len(d.Lines))
	for i := range d.Lines {
		line := &d.Lines[i]
		path := fault.At("lines", i)
		if line.Currency != d.Currency {
			f.Add(path+".currency", proration.ErrInvalid, "must be %.3s, like the invoice; got %.40q",
				d.Currency, string(line.Currency))
			continue
		}
		if line.Corrects == "" && line.Net.IsNegative() && fault.Amount(f, path+".net", line.Net) {
			f.Add(path+".corrects", proration.ErrUnset, "required for a negative net, the ID of the credited charge")
			continue
		}
		fault.Choice(f, path+".kind", line.Kind)
		priced, err := line.Priced(d.Policy.Proration)
		f.Under(path, err)
		priced.ID = lineid.Of(d.ID, i)
		if line.ID != "" && !line.PricedAt.IsZero() {
			moved[line.ID] = priced.ID
		}
		for _, id := range [...]*string{&priced.Corrects, &priced.Restores} {
			if own, found := moved[*id]; found {
				*id = own
			}
		}
		if priced.Corrects == "" {
			priced.Untaxed = decimal.Decimal{} // set by payBeforeTax
		}
		inv.Lines = append(inv.Lines, priced)
	}
	if len(*f) == before {
		inv.checkLines(f)
		inv.checkTwice(f)
	}
	return inv
}

// checkTwice adds the faults of discounts of the draft that a line has deducted already.
func (inv *Invoice) checkTwice(f *fault.List) {
	for i, line := range inv.Lines {
		if line.Corrects != "" || line.Restores != "" || !line.PricedAt.IsZero() {
			continue // its deductions were made before
		}
		for _, taken := range line.Discounts {
			if inv.took(taken) {
				f.Add(fault.At("lines", i)+".discounts", proration.ErrInvalid,
					"must be unique; %.40q is already deducted from the line", taken.Discount)
			}
		}
	}
}

// corrected returns the charges that the lines credit, with their earlier credits.
func (d *Draft) corrected() []plans.Charge {
	wanted := map[string]bool{}
	for _, line := range d.Lines {
		if line.Corrects != "" {
			wanted[line.Corrects] = true
		}
	}
	is := func(c *plans.Charge) bool { return c.Corrects == "" && wanted[c.ID] || wanted[c.Corrects] }
	n := 0
	for i := range d.CreditedCharges {
		if is(&d.CreditedCharges[i]) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	of := make([]plans.Charge, 0, n)
	for i := range d.CreditedCharges {
		if c := &d.CreditedCharges[i]; is(c) {
			of = append(of, *c)
		}
	}
	return of
}

// discount deducts the discounts of the draft from the charges.
func (inv *Invoice) discount(d *Draft) error {
	if len(d.Discounts) == 0 {
		return nil
	}
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: inv.Lines, Discounts: d.Discounts, Currency: d.Currency,
		Mode: d.Policy.Proration.Rounding.Mode, Allocation: d.Policy.Allocation,
		Policy: d.Policy.Proration, Location: d.Location,
	})
	if err != nil {
		return err
	}
	inv.Lines, inv.RemainingDiscounts = reduced.Charges, reduced.Remaining
	return nil
}

// sums sets the totals of the lines and the taxes.
func (inv *Invoice) sums(places int32) {
	zero := decimal.New(0, -places)
	inv.Tax = zero
	var gross, net exact.Sum
	gross.Add(zero)
	net.Add(zero)
	for i := range inv.Lines {
		gross.Add(inv.Lines[i].Gross())
		net.Add(inv.Lines[i].Net)
	}
	inv.Subtotal, inv.Net = gross.Decimal(), net.Decimal()
	inv.Discount = exact.Minus(inv.Subtotal, inv.Net)
	inv.Taxes = inv.taxTotals(zero)
	for _, t := range inv.Taxes {
		if !t.Included {
			inv.Tax = exact.Plus(inv.Tax, t.Amount)
		}
	}
	inv.Total = exact.Plus(inv.Net, inv.Tax)
}

// settle applies credit to the amount left, or grants a negative amount as credit, and sets the installments.
func (inv *Invoice) settle(d *Draft, left decimal.Decimal, places int32) error {
	zero := decimal.New(0, -places)
	inv.AmountDue, inv.AppliedToInvoice, inv.Refund = exact.Larger(left, zero), d.AppliedToInvoice, d.Refund
	payable := d.Policy.CreditPays(inv.AmountDue, places)
	spent, rest, err := credits.Apply(d.Ledger, credits.Due{
		Amount: payable, Currency: d.Currency, At: d.At, Ref: d.ID,
	})
	if err != nil {
		return err
	}
	inv.LedgerEntries = append(inv.LedgerEntries, spent...)
	inv.AmountDue = exact.Plus(exact.Plus(exact.Minus(inv.AmountDue, payable), rest), zero)
	var owed decimal.Decimal
	if left.IsNegative() {
		owed = exact.Negative(left)
	}
	owed = exact.Minus(exact.Minus(owed, d.AppliedToInvoice), d.Refund)
	switch {
	case owed.IsNegative():
		return fault.New("refund", proration.ErrInvalid, "must be at most %v together with applied_to_invoice; got %v and %v",
			exact.Plus(exact.Plus(owed, d.AppliedToInvoice), d.Refund), d.Refund, d.AppliedToInvoice)
	case owed.IsPositive():
		inv.LedgerEntries = append(inv.LedgerEntries, credits.Entry{
			Kind: credits.Granted, ID: d.ID, Amount: owed, Currency: d.Currency, At: d.At,
			Ref:    d.ID,
			Source: inv.source(),
		})
	}
	if inv.CreditBalance, err = d.balance(inv.LedgerEntries); err != nil {
		return err
	}
	inv.CreditBalance = exact.Plus(inv.CreditBalance, zero)
	if d.Installments != 0 {
		bill := plans.Bill{At: d.At, Total: inv.AmountDue}
		inv.Installments, err = bill.Installments(d.Installments, d.Every, d.Currency, d.InstallmentWeights...)
		if err != nil {
			return fault.Under("installments", err)
		}
	}
	return nil
}

// balance returns the credit after the invoice, given its entries in the ledger.
func (d *Draft) balance(entries []credits.Entry) (decimal.Decimal, error) {
	if slices.ContainsFunc(entries, func(e credits.Entry) bool { return e.Kind == credits.Granted }) {
		return credits.Balance(slices.Concat(d.Ledger, entries), d.Currency, d.At) // the grant can have a fault
	}
	before, err := credits.Balance(d.Ledger, d.Currency, d.At)
	var sum exact.Sum
	sum.Add(before)
	for i := range entries {
		sum.Add(entries[i].Amount)
	}
	return sum.Decimal(), err
}

// source returns the ID of the first credited charge, or "".
func (inv *Invoice) source() string {
	for _, line := range inv.Lines {
		if line.Net.IsNegative() {
			return line.Corrects
		}
	}
	return ""
}
