package invoice

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkLines adds the faults of lines that differ from their recomputation: charges from their prices, credits from the
// charges that they correct.
func (inv *Invoice) checkLines(f *fault.List) {
	check := lineCheck{inv: inv, known: pointers(inv.CreditedCharges)}
	for i := range inv.Lines {
		line := &inv.Lines[i]
		path := fault.At("lines", i)
		if err := line.Check(inv.Policy.Proration, inv.Location); err != nil {
			f.Under(path, err)
			continue
		}
		for j, t := range line.Taxes {
			if slices.ContainsFunc(line.Taxes[:j], func(other plans.Tax) bool { return other.Name == t.Name }) {
				f.Add(fault.At(path+".taxes", j)+".name", proration.ErrInvalid, "must be unique; %.40q appears twice", t.Name)
			}
		}
		if line.Corrects == "" {
			checkAnswered(f, path, taxed(line), answered(line.Taxes), inv.places())
		}
		if back := line.Kind == plans.ProrationCredit || line.Kind == plans.Refund; back != (line.Corrects != "") {
			f.Add(path+".kind", proration.ErrInvalid,
				"must be proration_credit or refund if corrects is set, and neither of them otherwise; got %v", line.Kind)
			continue
		}
		if line.Corrects != "" {
			related := check.related(line.Corrects)
			if len(related) > maxCredits {
				f.Add(path+".corrects", proration.ErrLimit, "must have at most %d credits; %.40q has more",
					maxCredits, line.Corrects)
				continue
			}
			check.credit(f, path, line, related)
			check.known[line.Corrects] = append(check.known[line.Corrects], line)
		} else if !line.PricedAt.IsZero() {
			check.known[line.ID] = append(check.known[line.ID], line) // later lines may credit it
			inv.checkWaited(f, path, line)
		}
	}
}

// lineCheck checks the credits of an invoice. It uses its memory again for each of them.
type lineCheck struct {
	inv    *Invoice
	known  map[string][]*plans.Charge // charges and their credits so far, by ID of the charge
	room   []plans.Charge
	should *plans.Charge // made for the first credit, as is same
	same   *canon.Comparer
}

// pointers groups charges and their credits by the ID of the charge, keeping their order.
func pointers(all []plans.Charge) map[string][]*plans.Charge {
	grouped := make(map[string][]*plans.Charge, len(all))
	for i := range all {
		id := cmp.Or(all[i].Corrects, all[i].ID)
		grouped[id] = append(grouped[id], &all[i])
	}
	return grouped
}

// related returns a charge and its credits so far. The list is valid until the next call.
func (k *lineCheck) related(id string) []plans.Charge {
	k.room = k.room[:0]
	for _, c := range k.known[id] {
		k.room = append(k.room, *c)
	}
	return k.room
}

// byCharge groups charges and their credits by the ID of the charge, keeping their order.
func byCharge(all []plans.Charge) map[string][]plans.Charge {
	if len(all) == 0 {
		return map[string][]plans.Charge{}
	}
	of := func(c *plans.Charge) string { return cmp.Or(c.Corrects, c.ID) }
	count := make(map[string]int, len(all))
	for i := range all {
		count[of(&all[i])]++
	}
	sorted := make(map[string][]plans.Charge, len(count))
	room := make([]plans.Charge, len(all)+len(count)) // for one more of each
	for i := range all {
		id := of(&all[i])
		if sorted[id] == nil {
			n := count[id] + 1
			sorted[id], room = room[:0:n], room[n:]
		}
		sorted[id] = append(sorted[id], all[i])
	}
	return sorted
}

// credit adds the fault of a credit that differs from its recomputation. A credit for unused time may be computed
// by the credit basis of the policy, for good or until the time is used again, or by the billed amount, as [Reconcile]
// does.
func (k *lineCheck) credit(f *fault.List, path string, line *plans.Charge, related []plans.Charge) {
	i := slices.IndexFunc(related, func(c plans.Charge) bool { return c.Corrects == "" })
	if i < 0 {
		f.Add(path+".corrects", proration.ErrInvalid, "must be the ID of a credited charge; got %.40q", line.Corrects)
		return
	}
	of := &related[i]
	if err := consistent(of); err != nil {
		f.Under(path, err)
		return
	}
	if !line.PricedAt.IsZero() && line.Kind == plans.ProrationCredit {
		checkCap(f, path, line, related) // other credits may have been issued while it waited
		return
	}
	forGood := credits.Request{
		Charges: related, Item: of.Item, Quantity: line.Quantity, At: line.Span.Start, CreditBasis: k.inv.Policy.CreditBasis,
		Policy: k.inv.Policy.Proration, Location: k.inv.Location, Ends: line.Edges.Ends,
	}
	first := k.unused(line, of, forGood)
	again := forGood
	again.Until = line.Span.End
	isTime := line.Kind == plans.ProrationCredit // a refund credits money, not time
	if first == nil || isTime && k.unused(line, of, again) == nil {
		return
	}
	if again.CreditBasis = proration.OnBilled; isTime && forGood.CreditBasis != proration.OnBilled &&
		k.unused(line, of, again) == nil {
		return
	}
	f.Under(path, first)
}

// unused returns the fault of a credit that differs from the one that a request recomputes.
func (k *lineCheck) unused(line, of *plans.Charge, r credits.Request) (err error) {
	if k.same == nil {
		k.should, k.same = new(plans.Charge), new(canon.Comparer)
	}
	if *k.should, err = k.inv.credit(line, of, r); err != nil {
		return err
	}
	k.should.ID = line.ID
	field := differs(k.same, k.should, line)
	if field == "" {
		return nil
	}
	return fault.New(field, proration.ErrInvalid, "must equal the recomputed credit of %.40q: %s",
		line.Corrects, k.should.Explain())
}

// consistent returns the fault of a billed charge whose share less its discounts is not its net: its credit is
// undefined.
func consistent(c *plans.Charge) error {
	if c.Share.Fraction.Den == 0 {
		return nil // a charge from another system has no share
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
		net = exact.Minus(net, d.Amount)
	}
	if !net.Equal(c.Net) {
		return fault.New("corrects", proration.ErrInvalid,
			"must be a consistent charge; the net of %.40q is %v, but its share less discounts is %v", c.ID, c.Net, net)
	}
	return nil
}

// leftThroughout returns the units of a charge that no credit released at any time; zero for a charge without a
// quantity.
func leftThroughout(of *plans.Charge, related []plans.Charge) (decimal.Decimal, error) {
	stretches, err := credits.Remaining(related)
	left := of.Quantity
	for _, s := range stretches {
		left = exact.Smaller(left, s.Units)
	}
	return left, err
}

// takesBack reports whether a credit reverses all of a charge that matches as a whole, so that the charge does not
// count as billed anymore: a refund with a quantity, or a proration credit of a charge without a quantity.
func takesBack(line, of *plans.Charge, related []plans.Charge) bool {
	if of.Kind == 0 || !whole(of) { // a charge of a receivable has no kind, and is credited in money only
		return false
	}
	return line.Kind == plans.ProrationCredit && of.Quantity.IsZero() ||
		line.Kind != plans.ProrationCredit && line.Quantity.IsPositive() && line.Net.Neg().Equal(left(related))
}

// refund recomputes a credit of money: of a net amount, or of an amount with its taxes.
func (inv *Invoice) refund(line, of *plans.Charge, related []plans.Charge) (plans.Charge, error) {
	asked := credits.AmountRequest{
		Charges: related, Charge: of.ID, Amount: line.Net.Neg(), Mode: inv.Policy.Proration.Rounding.Mode,
	}
	var should plans.Charge
	var err error
	if !line.Net.IsZero() {
		should, err = credits.ForAmount(asked)
		if should.ID = line.ID; err != nil || differs(&canon.Comparer{}, &should, line) == "" {
			return should, err
		}
	}
	asked.Amount, asked.Gross = decimal.Decimal{}, line.Total().Neg()
	if !asked.Gross.IsZero() {
		whole, wrong := credits.ForAmount(asked)
		if wrong == nil && whole.Net.Equal(line.Net) || line.Net.IsZero() {
			return whole, wrong
		}
	}
	if line.Net.IsZero() {
		return should, fault.New("net", proration.ErrInvalid, "must be negative for a refund without taxes; got 0")
	}
	return should, nil
}

// credit recomputes a credit.
func (inv *Invoice) credit(line, of *plans.Charge, request credits.Request) (plans.Charge, error) {
	if takesBack(line, of, request.Charges) {
		should, err := credits.ForAmount(credits.AmountRequest{
			Charges: request.Charges, Charge: of.ID, Mode: inv.Policy.Proration.Rounding.Mode,
		})
		if err != nil {
			return should, err
		}
		should.Kind = line.Kind
		should.Quantity, err = leftThroughout(of, request.Charges)
		return should, err
	}
	if line.Kind != plans.ProrationCredit {
		should, err := inv.refund(line, of, request.Charges)
		if err == nil && line.Quantity.IsPositive() {
			err = frees(&should, line, of, request.Charges)
		}
		return should, err
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
	return plans.Charge{}, fault.New("span", proration.ErrInvalid,
		"must be a span in which %.40q is not fully credited", of.ID)
}

// amountsOf lists the amounts of an invoice with their field names.
func (inv *Invoice) amountsOf() []struct {
	field  string
	amount decimal.Decimal
} {
	return []struct {
		field  string
		amount decimal.Decimal
	}{
		{"subtotal", inv.Subtotal}, {"discount", inv.Discount}, {"net", inv.Net}, {"tax", inv.Tax}, {"total", inv.Total},
		{"applied_to_invoice", inv.AppliedToInvoice}, {"refund", inv.Refund},
		{"amount_due", inv.AmountDue}, {"credit_balance", inv.CreditBalance},
	}
}
