package invoice

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// pieces appends pieces of a charge as charges of their own.
func (c *ReconcileRequest) pieces(lines []plans.Charge, p *party, some []piece) ([]plans.Charge, error) {
	var carry proration.Residual // the parts of a charge add up
	for _, s := range some {
		if s.span.Equal(p.charge.Span) && s.low.IsZero() && s.high.Equal(all(p.charge)) {
			return append(lines, *p.charge), nil // it is the only one
		}
		line, err := c.part(p.charge, s, carry)
		if err != nil {
			return lines, err
		}
		if c.SamePeriod {
			carry = line.Share.Residual
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// part returns the charge of a piece: the share of the price of its units, less the same share of each deduction.
func (c *ReconcileRequest) part(of *plans.Charge, s piece, carry proration.Residual) (plans.Charge, error) {
	line := *of
	line.Discounts = slices.Clone(of.Discounts)
	line.Taxes, line.Untaxed, line.Span = nil, decimal.Decimal{}, s.span
	line.PricedAt = time.Time{} // its taxes are computed with the document that bills it
	if !of.Quantity.IsZero() {
		line.Quantity = s.units()
		if s.low.IsPositive() {
			low := exact.Plus(baseQuantity(of), s.low)
			line.BaseQuantity = &low
		}
	}
	policy := c.Policy
	var err error
	if policy.Rounding.Places, err = of.Currency.Places(); err != nil {
		return line, err
	}
	r := proration.Request{
		Amount: of.Share.Of, Period: of.Period, Span: s.span, Edges: of.Edges, Policy: policy, Location: c.Location,
	}
	if !s.span.Start.Equal(of.Span.Start) {
		r.Edges.Begins, r.Edges.Changes = false, false
	}
	r.Edges.Ends = of.Edges.Ends && s.span.End.Equal(of.Span.End)
	line.Edges = r.Edges
	gross := of.Gross()
	computed := of.Share.Fraction.Den != 0 && of.Share.Amount.Equal(gross)
	exactly := computed && of.Share.Unit != ""
	if !exactly {
		r.Period = of.Span // the amount is for the span, not for the period
		if !computed {
			r.Amount = gross
		}
	}
	whole := r.Amount
	if !s.units().Equal(all(of)) {
		if err := units(&r, of, &line); err != nil {
			return line, err
		}
	}
	switch {
	case carry.IsZero():
	case r.Carry.IsZero():
		r.Carry = carry
	default:
		if r.Carry, err = proration.NewResidual(new(big.Rat).Add(r.Carry.Rat(), carry.Rat())); err != nil {
			return line, err
		}
	}
	if line.Share, err = proration.Prorate(r); err != nil {
		return line, err
	}
	if line.Net = line.Share.Amount; len(line.Discounts) == 0 {
		return line, nil
	}
	full := whole.Rat()
	if exactly {
		full = new(big.Rat).Add(gross.Rat(), of.Share.Residual.Rat())
	}
	for i := range line.Discounts {
		d := &line.Discounts[i]
		off := new(big.Rat).Add(line.Share.Amount.Rat(), line.Share.Residual.Rat())
		if full.Sign() != 0 {
			off.Mul(off, d.Amount.Rat()).Quo(off, full)
		}
		rounded := exact.Quotient(off, policy.Rounding.Places, exact.Mode(policy.Rounding.Mode))
		d.Amount = exact.Larger(exact.Smaller(rounded, line.Net), decimal.Decimal{})
		line.Net = exact.Minus(line.Net, d.Amount)
	}
	return line, nil
}

// units sets the amount of a request to the price of the units of a line, if the charge is known to be priced for all
// of its units, and otherwise to the amount of the charge in proportion to the units.
func units(r *proration.Request, of, line *plans.Charge) error {
	if all, err := priced(of, r.Policy); err == nil && all.Equal(r.Amount) {
		r.Amount, err = priced(line, r.Policy)
		return err
	}
	value := new(big.Rat).Mul(r.Amount.Rat(), new(big.Rat).Quo(line.Quantity.Rat(), of.Quantity.Rat()))
	places := r.Policy.Rounding.Places
	if n, ends := value.FloatPrec(); ends && n <= 18 {
		places = max(places, int32(n))
	}
	r.Amount = exact.Quotient(value, places, exact.Down)
	value.Sub(value, r.Amount.Rat())
	if value.Sign() == 0 {
		return nil
	}
	share, err := r.Fraction()
	if err != nil {
		return err
	}
	r.Carry, err = proration.NewResidual(value.Mul(value, big.NewRat(share.Num, share.Den)))
	return err
}

// priced returns the price of the quantity of a charge for its whole period.
func priced(c *plans.Charge, policy proration.Policy) (decimal.Decimal, error) {
	one, err := plans.Charge{
		Currency: c.Currency, Quantity: c.Quantity, BaseQuantity: c.BaseQuantity, Price: c.Price, Multiplier: c.Multiplier,
		Part: c.Part,
	}.Priced(policy)
	return one.Share.Of, err
}

// credits appends the credits of the unmatched units of a charge; each one counts as an earlier credit for the next. It
// uses the memory of room.
func (c *ReconcileRequest) credits(lines []plans.Charge, p *party, room *[]plans.Charge) ([]plans.Charge, error) {
	if len(p.left) == 0 {
		return lines, nil
	}
	earlier := sum(p.charge, p.before)
	if !exact.Plus(p.charge.Net, earlier.Net).IsPositive() {
		return lines, nil
	}
	if whole(p.charge) {
		credit, err := c.giveBack(p)
		if err != nil {
			return lines, err
		}
		return append(lines, credit), nil
	}
	for left := p.left; len(left) > 0; {
		n := 1
		for n < len(left) && left[n].span.Start.Equal(left[n-1].span.End) && left[n].units().Equal(left[0].units()) {
			n++
		}
		owed, err := c.unused(p.charge, earlier, left[:n], room)
		if err != nil {
			return lines, err
		}
		for i := range owed {
			if !owed[i].Net.IsZero() {
				lines, p.before = append(lines, owed[i]), append(slices.Clip(p.before), &owed[i])
			}
		}
		if len(left) > n {
			earlier = sum(p.charge, p.before)
		}
		left = left[n:]
	}
	return lines, nil
}

// unused returns the credits of adjacent pieces of a charge with the same number of units.
func (c *ReconcileRequest) unused(
	of *plans.Charge, earlier plans.Charge, some []piece, room *[]plans.Charge,
) ([]plans.Charge, error) {
	const item = "item" // a request with a quantity must name an item
	*room = append((*room)[:0], *of, earlier)
	(*room)[0].Item = item
	r := credits.Request{
		Charges: *room, At: some[0].span.Start, Until: some[len(some)-1].span.End,
		CreditBasis: proration.OnBilled, Policy: c.Policy, Location: c.Location,
	}
	r.Ends = slices.ContainsFunc(c.Proposed, func(k plans.Charge) bool {
		return k.Corrects != "" && k.Edges.Ends && k.Span.Start.Equal(r.At)
	})
	if !of.Quantity.IsZero() {
		r.Item, r.Quantity = item, some[0].units()
	}
	for _, s := range some {
		if freed := exact.Minus(all(of), s.high); freed.IsPositive() {
			r.Charges = append(r.Charges, plans.Charge{
				Corrects: of.ID, Kind: plans.ProrationCredit, Currency: of.Currency, Quantity: freed, Span: s.span,
			})
		}
	}
	*room = r.Charges
	owed, err := credits.Unused(r)
	for i := range owed {
		owed[i].Item = of.Item
	}
	return owed, err
}

// giveBack returns the credit of everything left of a charge, with the units that no credit released at any time. For a
// charge without a quantity the credit is a proration credit, so that the charge does not count as billed anymore.
func (c *ReconcileRequest) giveBack(p *party) (plans.Charge, error) {
	charges := []plans.Charge{*p.charge}
	for _, b := range p.before {
		charges = append(charges, *b)
	}
	credit, err := credits.ForAmount(credits.AmountRequest{
		Charges: charges, Charge: p.charge.ID, Mode: c.Policy.Rounding.Mode,
	})
	if err != nil {
		return credit, err
	}
	left := all(p.charge)
	for _, s := range p.stands {
		left = exact.Smaller(left, s.Units)
	}
	switch {
	case !p.charge.Quantity.IsZero():
		credit.Quantity = left
	case left.IsPositive():
		credit.Kind = plans.ProrationCredit
	}
	return credit, nil
}

// sum returns one credit with the total money, discounts and taxes of the given charges or credits. It releases no
// units.
func sum(of *plans.Charge, some []*plans.Charge) plans.Charge {
	one := plans.Charge{
		Corrects: of.ID, Kind: plans.ProrationCredit, Currency: of.Currency, Span: of.Span.From(of.Span.End),
	}
	for _, d := range of.Discounts {
		one.Discounts = append(one.Discounts, plans.Deduction{Discount: d.Discount})
	}
	for _, t := range of.Taxes {
		one.Taxes = append(one.Taxes, plans.Tax{Name: t.Name, Percent: t.Percent})
	}
	for _, c := range some {
		one.Net, one.Untaxed = exact.Plus(one.Net, c.Net), exact.Plus(one.Untaxed, c.Untaxed)
		for _, gone := range c.Discounts {
			for i := range one.Discounts {
				if d := &one.Discounts[i]; d.Discount == gone.Discount {
					d.Amount = exact.Plus(d.Amount, gone.Amount)
					break
				}
			}
		}
		for _, gone := range c.Taxes {
			for i := range one.Taxes {
				if t := &one.Taxes[i]; t.Name == gone.Name {
					t.Amount = exact.Plus(t.Amount, gone.Amount)
				}
			}
		}
	}
	return one
}
