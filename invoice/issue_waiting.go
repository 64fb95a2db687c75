package invoice

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// wait takes the waiting charges of earlier changes out of the additional lines. The request knows them like billed
// charges.
func (w *work) wait() {
	waits := func(c plans.Charge) bool { return !c.PricedAt.IsZero() }
	if !slices.ContainsFunc(w.Lines, waits) {
		return
	}
	var others []plans.Charge
	for i := range w.Lines {
		if waits(w.Lines[i]) {
			w.waits = append(w.waits, w.Lines[i])
		} else {
			others = append(others, w.Lines[i])
		}
	}
	w.Lines, w.UnexpiredCharges, w.byCharge = others, slices.Concat(w.UnexpiredCharges, w.waits), nil
}

// known returns an unexpired charge and its credits, in their order.
func (w *work) known(id string) []*plans.Charge {
	if w.byCharge == nil {
		w.byCharge = pointers(w.UnexpiredCharges)
	}
	return w.byCharge[id]
}

// issued returns the unexpired charges without the waiting ones.
func (w *work) issued() []plans.Charge {
	if len(w.waits) == 0 {
		return w.UnexpiredCharges
	}
	waits := make(map[string]bool, len(w.waits))
	for i := range w.waits {
		waits[w.waits[i].ID] = true
	}
	all := make([]plans.Charge, 0, len(w.UnexpiredCharges))
	for i := range w.UnexpiredCharges {
		if !waits[w.UnexpiredCharges[i].ID] {
			all = append(all, w.UnexpiredCharges[i])
		}
	}
	return all
}

// waitsFor reports whether a waiting credit corrects a charge.
func (w *work) waitsFor(id string) bool {
	return w.UnbilledAs != "" && slices.ContainsFunc(w.waits, func(c plans.Charge) bool { return c.Corrects == id })
}

// unbilled returns the lines of a change as charges that wait for an invoice. Discounts and taxes are computed now;
// credit pays for the invoice when it is issued.
func (w *work) unbilled(lines []plans.Charge) ([]plans.Charge, error) {
	inv, err := Build(Draft{
		ID: w.UnbilledAs, Currency: w.Contract.Currency, At: w.IssuedAt, Lines: lines, CreditedCharges: w.UnexpiredCharges,
		Discounts: w.on, Policy: w.Policy, TaxAnswers: w.TaxAnswers, Location: w.Contract.Cycle.Location,
	})
	for i := range inv.Lines {
		inv.Lines[i].PricedAt = w.IssuedAt
	}
	return inv.Lines, err
}

// checkWaited adds a fault for a tax of a charge that waited if it is not the rate of the net, up to the minor unit
// that rounding per invoice may move to another charge.
func (inv *Invoice) checkWaited(f *fault.List, path string, c *plans.Charge) {
	places, err := inv.Currency.Places()
	if err != nil {
		return // reported before
	}
	unit := decimal.New(1, -places).Rat()
	for j, t := range c.Taxes {
		if !fault.Amount(f, fault.At(path+".taxes", j)+".amount", t.Amount) {
			continue
		}
		off := c.Taxed(t)
		if off.Sub(off, t.Amount.Rat()).Abs(off).Cmp(unit) > 0 {
			f.Add(fault.At(path+".taxes", j)+".amount", proration.ErrInvalid, "must be %v %% of the net; got %v",
				t.Percent, t.Amount)
		}
	}
}

// checkCap adds a fault for a credit that exceeds the rest of its charge, given the charge and its earlier credits.
func checkCap(f *fault.List, path string, line *plans.Charge, related []plans.Charge) {
	if left := left(related); line.Net.IsPositive() || exact.Plus(left, line.Net).IsNegative() {
		f.Add(path+".net", proration.ErrInvalid, "must not be above zero, and return at most the %v that is left of %.40q; "+
			"got %v", left, line.Corrects, line.Net)
	}
}
