package invoice

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// tax sets the taxes of the charges and their amounts. Among rates of the same name the first that covers a charge
// applies. Credits keep the taxes that they return, charges that waited keep theirs, and answered taxes their amounts.
func (inv *Invoice) tax() {
	for i := range inv.Lines {
		c := &inv.Lines[i]
		if c.Corrects != "" || !c.PricedAt.IsZero() {
			continue
		}
		if len(c.Taxes) > 0 {
			c.Taxes = slices.Clone(c.Taxes) // the amounts are set below
			continue
		}
		c.Taxes = nil
		for _, r := range inv.Policy.Taxes {
			known := slices.ContainsFunc(c.Taxes, func(t plans.Tax) bool { return t.Name == r.Name })
			if !known && r.Covers(*c) {
				c.Taxes = append(c.Taxes, plans.Tax{Name: r.Name, Percent: r.Percent, Included: r.Included})
			}
		}
	}
	for _, t := range inv.taxes() {
		amounts := inv.amounts(t)
		for j, part := range t {
			part.tax.Amount = amounts[j]
		}
	}
}

// checkTax returns the faults of the name and the percentage of a tax, and of the kinds of charges that a rate covers.
func checkTax(name string, percent decimal.Decimal, kinds ...plans.Kind) error {
	var f fault.List
	if name == "" {
		f.Add("name", proration.ErrUnset, "required, the tax's name")
	}
	fault.Number(&f, "percent", percent)
	fault.Choices(&f, "kinds", kinds)
	return f.Err()
}

// taxedLine is one tax of one charge.
type taxedLine struct {
	tax    *plans.Tax
	charge *plans.Charge
}

// taxes returns the taxes of the charges, grouped by tax and rate, in the order of the lines.
func (inv *Invoice) taxes() [][]taxedLine {
	var all [][]taxedLine
	for i := range inv.Lines {
		c := &inv.Lines[i]
		for j := range c.Taxes {
			t := &c.Taxes[j]
			if c.Corrects != "" || !c.PricedAt.IsZero() || t.Answered {
				continue
			}
			at := slices.IndexFunc(all, func(g []taxedLine) bool { return sameTax(g[0].tax, t) })
			if at < 0 {
				at, all = len(all), append(all, nil)
			}
			all[at] = append(all[at], taxedLine{tax: t, charge: c})
		}
	}
	return all
}

// sameTax reports whether two taxes have one name and one rate, and both are included in prices or both are not.
func sameTax(a, b *plans.Tax) bool {
	return a.Name == b.Name && a.Included == b.Included && exact.Compare(a.Percent, b.Percent) == 0
}

// amounts returns the amount of one tax on each of its charges. Per line, each amount is rounded. Per invoice, the sum
// is rounded once: each charge gets its amount rounded down, and the charges with the largest remainders get one more
// minor unit, ties to the earlier line.
func (inv *Invoice) amounts(lines []taxedLine) []decimal.Decimal {
	places, err := inv.Currency.Places()
	if err != nil {
		return make([]decimal.Decimal, len(lines))
	}
	mode := exact.Mode(inv.Policy.TaxRoundingMode)
	amounts := make([]decimal.Decimal, len(lines))
	if inv.Policy.TaxRoundingLevel == PerLine {
		for i := range lines {
			amounts[i], _ = lines[i].rounded(places, mode)
		}
		return amounts
	}
	cut := make([]exact.Remainder, len(lines)) // remainders after rounding down
	order := make([]int, len(lines))
	var whole exact.Sum
	for i := range lines {
		amounts[i], cut[i] = lines[i].rounded(places, exact.Down)
		whole.Add(amounts[i])
		order[i] = i
	}
	// the sum of the exact taxes is rounded once: the sum of those rounded down, and of their remainders
	down := whole.Decimal()
	left := exact.Minus(exact.RoundSum(down, cut, places, mode), down)
	slices.SortStableFunc(order, func(a, b int) int { return cut[b].Compare(cut[a]) })
	unit := decimal.New(1, -places)
	// an edited invoice may have a negative amount to tax
	units := min(max(left.Shift(places).IntPart(), 0), int64(len(order)))
	for _, i := range order[:units] {
		amounts[i] = exact.Plus(amounts[i], unit)
	}
	return amounts
}

// rounded returns the tax of the charge, rounded, and the rest that rounding leaves over.
func (l *taxedLine) rounded(places int32, mode exact.Mode) (decimal.Decimal, exact.Remainder) {
	if percent, of := l.charge.TaxRatio(*l.tax); !of.IsZero() {
		net := exact.Minus(l.charge.Net, l.charge.Untaxed)
		if amount, rest, ok := exact.ShareRest(net, percent, of, places, mode); ok {
			return amount, rest
		}
	}
	value := l.charge.Taxed(*l.tax)
	amount := exact.Quotient(value, places, mode)
	return amount, exact.NewRemainder(value.Sub(value, amount.Rat()), places)
}

// taxTotals returns the total of each tax over all lines.
func (inv *Invoice) taxTotals(zero decimal.Decimal) []TaxTotal {
	var all []TaxTotal
	var sums []struct{ of, amount exact.Sum }
	for i := range inv.Lines {
		c := &inv.Lines[i]
		for j := range c.Taxes {
			t := &c.Taxes[j]
			at := slices.IndexFunc(all, func(o TaxTotal) bool {
				return o.Name == t.Name && o.Included == t.Included && exact.Compare(o.Percent, t.Percent) == 0
			})
			if at < 0 {
				at = len(all)
				all = append(all, TaxTotal{Name: t.Name, Percent: t.Percent, Included: t.Included})
				sums = append(sums, struct{ of, amount exact.Sum }{})
				sums[at].of.Add(zero)
				sums[at].amount.Add(zero)
			}
			sums[at].of.Add(c.Net)
			sums[at].of.Subtract(c.Untaxed)
			sums[at].amount.Add(t.Amount)
		}
	}
	for i := range all {
		all[i].Of, all[i].Amount = sums[i].of.Decimal(), sums[i].amount.Decimal()
	}
	return all
}
