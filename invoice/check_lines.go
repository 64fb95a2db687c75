package invoice

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkLines adds what of the lines does not come out again: the shares of charges by their prices, credits by the charges that they
// correct.
func (inv *Invoice) checkLines(f *fault.List) {
	known := byCharge(inv.CreditedCharges)
	for i := range inv.Lines {
		line := &inv.Lines[i]
		path := "lines[" + strconv.Itoa(i) + "]"
		if err := line.Check(inv.Policy.Proration, inv.Location); err != nil {
			f.Under(path, err)
			continue
		}
		for j, t := range line.Taxes {
			if slices.ContainsFunc(line.Taxes[:j], func(other plans.Tax) bool { return other.Name == t.Name }) {
				f.Add(path+".taxes["+strconv.Itoa(j)+"].name", proration.ErrInvalid, "%.40q is on the line already", t.Name)
			}
		}
		if back := line.Kind == plans.ProrationCredit || line.Kind == plans.Refund; back != (line.Corrects != "") {
			f.Add(path+".kind", proration.ErrInvalid, "%v and a charge that is corrected go together, and no other kind", line.Kind)
			continue
		}
		if line.Corrects != "" {
			if len(known[line.Corrects]) > maxCredits {
				f.Add(path+".corrects", proration.ErrLimit, "%.40q has %d credits already", line.Corrects, maxCredits)
				continue
			}
			inv.checkCredit(f, path, line, known[line.Corrects])
			known[line.Corrects] = append(known[line.Corrects], *line)
		}
	}
}

// byCharge sorts charges and credits by the charge that they are about, in their order.
func byCharge(all []plans.Charge) map[string][]plans.Charge {
	sorted := map[string][]plans.Charge{}
	for _, c := range all {
		of := c.Corrects
		if of == "" {
			of = c.ID
		}
		sorted[of] = append(sorted[of], c)
	}
	return sorted
}

// checkCredit adds what of a credit does not come of the charge that it corrects. Time that is not used comes back by the policy's basis, for
// good or until it is used again, or by what was billed, as reconciling has it.
func (inv *Invoice) checkCredit(f *fault.List, path string, line *plans.Charge, related []plans.Charge) {
	i := slices.IndexFunc(related, func(c plans.Charge) bool { return c.Corrects == "" })
	if i < 0 {
		f.Add(path+".corrects", proration.ErrInvalid, "%.40q is not among what was billed", line.Corrects)
		return
	}
	of := &related[i]
	if err := consistent(of); err != nil {
		f.Under(path, err)
		return
	}
	forGood := credits.Request{
		Charges: related, Item: of.Item, Quantity: line.Quantity, At: line.Span.Start, CreditBasis: inv.Policy.CreditBasis,
		Policy: inv.Policy.Proration, Location: inv.Location,
	}
	again, reconciled := forGood, forGood
	again.Until, reconciled.Until, reconciled.CreditBasis = line.Span.End, line.Span.End, proration.OnBilled
	ways := []credits.Request{forGood, again, reconciled}
	switch {
	case line.Kind != plans.ProrationCredit:
		ways = ways[:1] // money has no time
	case forGood.CreditBasis == proration.OnBilled:
		ways = ways[:2]
	}
	var first error
	for _, request := range ways {
		should, err := inv.credit(line, of, request)
		if err == nil {
			should.ID = line.ID
			field := differs(should, *line)
			if field == "" {
				return
			}
			err = fault.New(field, proration.ErrInvalid, "it is not what comes back of %.40q: %s", line.Corrects, should.Explain())
		}
		if first == nil {
			first = err
		}
	}
	f.Under(path, first)
}

// consistent returns the fault of a charge that was billed and does not add up: a credit of it would be of anything.
func consistent(c *plans.Charge) error {
	if c.Share.Fraction.Den == 0 {
		return nil // it was billed by others
	}
	var f fault.List
	sound := fault.Amount(&f, "corrects", c.Net) && fault.Amount(&f, "corrects", c.Share.Amount)
	for _, d := range c.Discounts {
		sound = sound && fault.Amount(&f, "corrects", d.Amount)
	}
	if !sound {
		return f.Err()
	}
	net := c.Share.Amount
	for _, d := range c.Discounts {
		net = net.Sub(d.Amount)
	}
	if !net.Equal(c.Net) {
		return fault.New("corrects", proration.ErrInvalid, "%.40q was billed as %v, and its share less its discounts is %v", c.ID, c.Net, net)
	}
	return nil
}

// leftThroughout returns how many units of a charge no credit freed at any time; none of what is not counted.
func leftThroughout(of *plans.Charge, related []plans.Charge) (decimal.Decimal, error) {
	stretches, err := credits.Remaining(related)
	left := of.Quantity
	for _, s := range stretches {
		left = decimal.Min(left, s.Units)
	}
	return left, err
}

// takesBack reports whether a credit takes back all of what is billed as a whole, so that it is not held for billed again: as many units as there
// are, or what is not counted.
func takesBack(line, of *plans.Charge) bool {
	if !whole(of) {
		return false
	}
	return line.Kind == plans.ProrationCredit && of.Quantity.IsZero() || line.Kind != plans.ProrationCredit && line.Quantity.IsPositive()
}

// credit computes a credit again.
func (inv *Invoice) credit(line, of *plans.Charge, request credits.Request) (plans.Charge, error) {
	if takesBack(line, of) {
		should, err := credits.ForAmount(credits.AmountRequest{Charges: request.Charges, Charge: of.ID, Mode: inv.Policy.Proration.Rounding.Mode})
		if err != nil {
			return should, err
		}
		should.Kind = line.Kind
		should.Quantity, err = leftThroughout(of, request.Charges)
		return should, err
	}
	if line.Kind != plans.ProrationCredit {
		if line.Net.IsZero() {
			return plans.Charge{}, fault.New("net", proration.ErrInvalid, "a credit of money gives something back")
		}
		return credits.ForAmount(credits.AmountRequest{
			Charges: request.Charges, Charge: of.ID, Amount: line.Net.Neg(), Mode: inv.Policy.Proration.Rounding.Mode,
		})
	}
	all, err := credits.Unused(request)
	if err != nil {
		return plans.Charge{}, err
	}
	for _, c := range all {
		if c.Span.Equal(line.Span) {
			return c, nil
		}
	}
	return plans.Charge{}, fault.New("span", proration.ErrInvalid, "nothing of %.40q is left to credit for it", of.ID)
}

// amountsOf lists the amounts of an invoice by their fields.
func (inv *Invoice) amountsOf() []struct {
	field  string
	amount decimal.Decimal
} {
	return []struct {
		field  string
		amount decimal.Decimal
	}{
		{"subtotal", inv.Subtotal}, {"discount", inv.Discount}, {"net", inv.Net}, {"tax", inv.Tax}, {"total", inv.Total},
		{"applied_to_invoice", inv.AppliedToInvoice}, {"refund", inv.Refund}, {"amount_due", inv.AmountDue}, {"credit_balance", inv.CreditBalance},
	}
}
