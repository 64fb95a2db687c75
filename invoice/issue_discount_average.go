package invoice

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
)

// percentPlaces are the decimal places of a percentage that is an average.
const percentPlaces = 8

// dilute lowers a percentage of which some replaced charges had less, such as units that were added later without the
// discount: the charges that replace them all have the average.
func (w *work) dilute(d *plans.Discount, replaced []*plans.Charge) error {
	had := func(c *plans.Charge) bool {
		percent := exact.Smaller(d.Percent, decimal.New(100, 0))
		short := exact.Term{Amount: exact.Times(netBefore(c, d.ID), percent), Num: 1, Den: 100}
		least, _ := short.Round(c.Share.Rounding.Places, exact.Down)
		return exact.Plus(deduction(c, d.ID), decimal.New(2, -c.Share.Rounding.Places)).GreaterThan(least) // it was rounded
	}
	replaced = slices.DeleteFunc(slices.Clone(replaced), func(c *plans.Charge) bool {
		return !d.Percent.IsPositive() || len(d.Items) > 0 && !slices.Contains(d.Items, c.Item) || c.Span.End.After(d.Ends)
	})
	if !slices.ContainsFunc(replaced, func(c *plans.Charge) bool { return !had(c) }) {
		return nil
	}
	var taken, of decimal.Decimal
	for _, c := range replaced {
		own, err := w.unusedDeduction(c, d.ID)
		if err != nil {
			return err
		}
		before, err := w.unusedPart(c, func(k *plans.Charge) decimal.Decimal { return netBefore(k, d.ID) })
		if err != nil {
			return err
		}
		taken, of = exact.Plus(taken, own), exact.Plus(of, before)
	}
	if of.IsPositive() {
		d.Percent = exact.Share(taken, decimal.New(100, 0), of, percentPlaces, exact.HalfUp)
		w.diluted = append(w.diluted, dilution{discount: d.ID, taken: taken, of: of})
	}
	return nil
}

// dilution is a percentage that is the average of the replaced charges: what it took off their unused parts.
type dilution struct {
	discount  string
	taken, of decimal.Decimal
}

// without returns the percentage of the charges beside those that bill credited units again with their own deductions.
func (a *dilution) without(restored []plans.Charge) decimal.Decimal {
	taken, of := a.taken, a.of
	for i := range restored {
		if c := &restored[i]; c.Restores != "" {
			taken, of = exact.Minus(taken, deduction(c, a.discount)), exact.Minus(of, netBefore(c, a.discount))
		}
	}
	if !taken.IsPositive() || !of.IsPositive() {
		return decimal.Decimal{}
	}
	return exact.Share(taken, decimal.New(100, 0), of, percentPlaces, exact.HalfUp)
}
