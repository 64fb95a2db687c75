package invoice

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
)

// tax fills in the taxes of the charges; of several rates of one name the first that covers a charge holds. Those of credits are what
// goes back, and stay.
func (inv *Invoice) tax() {
	for i := range inv.Lines {
		c := &inv.Lines[i]
		if c.Corrects != "" || len(c.Taxes) > 0 {
			continue
		}
		for _, r := range inv.Policy.Taxes {
			known := slices.ContainsFunc(c.Taxes, func(t plans.Tax) bool { return t.Name == r.Name })
			if !known && r.covers(c) {
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

// taxedLine is one tax of one charge.
type taxedLine struct {
	tax    *plans.Tax
	charge *plans.Charge
}

// taxes returns the taxes of the charges, sorted by what they are, in the order in which lines name them.
func (inv *Invoice) taxes() [][]taxedLine {
	var all [][]taxedLine
	index := map[string]int{}
	for i := range inv.Lines {
		c := &inv.Lines[i]
		for j := range c.Taxes {
			t := &c.Taxes[j]
			if c.Corrects != "" {
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

// taxKey is the same for one tax at one rate.
func taxKey(t *plans.Tax) string {
	return strconv.FormatBool(t.Included) + exact.Text(t.Percent, 0) + " " + t.Name
}

// amounts returns what one tax comes to on each of its charges, rounded on each, or once for all of them and then spread: every charge
// gets what it is cut off to the last place, and the largest remainders one unit more, ties to the earlier line.
func (inv *Invoice) amounts(lines []taxedLine) []decimal.Decimal {
	places, err := inv.Currency.Places()
	if err != nil {
		return make([]decimal.Decimal, len(lines))
	}
	mode := exact.Mode(inv.Policy.TaxRoundingMode)
	amounts := make([]decimal.Decimal, len(lines))
	cut := make([]*big.Rat, len(lines)) // what cutting off leaves
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
	units := min(max(left.Shift(places).IntPart(), 0), int64(len(order))) // an edited invoice may have less than nothing to tax
	for _, i := range order[:units] {
		amounts[i] = amounts[i].Add(unit)
	}
	return amounts
}

// taxTotals adds up the taxes of all lines.
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
