package invoice

import (
	"math/big"
	"slices"
	"strconv"

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
	index := map[string]int{}
	for i := range inv.Lines {
		c := &inv.Lines[i]
		for j := range c.Taxes {
			t := &c.Taxes[j]
			if c.Corrects != "" || !c.PricedAt.IsZero() || t.Answered {
				continue
			}
			at, known := index[taxKey(t)]
			if !known {
				at = len(all)
				index[taxKey(t)], all = at, append(all, nil)
			}
			all[at] = append(all[at], taxedLine{tax: t, charge: c})
		}
	}
	return all
}

// taxKey returns the grouping key of a tax: its name, its rate and whether prices include it.
func taxKey(t *plans.Tax) string {
	return strconv.FormatBool(t.Included) + exact.Text(t.Percent, 0) + " " + t.Name
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
	cut := make([]*big.Rat, len(lines)) // remainders after rounding down
	order := make([]int, len(lines))
	sum := new(big.Rat)
	for i, l := range lines {
		value := l.charge.Taxed(*l.tax)
		if inv.Policy.TaxRoundingLevel == PerLine {
			amounts[i] = exact.Quotient(value, places, mode)
			continue
		}
		sum.Add(sum, value)
		amounts[i] = exact.Quotient(value, places, exact.Down)
		cut[i], order[i] = value.Sub(value, amounts[i].Rat()), i
	}
	if inv.Policy.TaxRoundingLevel == PerLine {
		return amounts
	}
	left := exact.Quotient(sum, places, mode)
	for _, a := range amounts {
		left = left.Sub(a)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cut[b].Cmp(cut[a]) })
	unit := decimal.New(1, -places)
	// an edited invoice may have a negative amount to tax
	units := min(max(left.Shift(places).IntPart(), 0), int64(len(order)))
	for _, i := range order[:units] {
		amounts[i] = amounts[i].Add(unit)
	}
	return amounts
}

// taxTotals returns the total of each tax over all lines.
func (inv *Invoice) taxTotals(zero decimal.Decimal) []TaxTotal {
	var all []TaxTotal
	index := map[string]int{}
	for _, c := range inv.Lines {
		for _, t := range c.Taxes {
			at, known := index[taxKey(&t)]
			if !known {
				at = len(all)
				index[taxKey(&t)] = at
				all = append(all, TaxTotal{Name: t.Name, Percent: t.Percent, Included: t.Included, Of: zero, Amount: zero})
			}
			all[at].Of = all[at].Of.Add(c.Net).Sub(c.Untaxed)
			all[at].Amount = all[at].Amount.Add(t.Amount)
		}
	}
	return all
}
