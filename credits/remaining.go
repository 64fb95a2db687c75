package credits

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// RemainingSpan is a time throughout which as many units of a charge are paid for, and were not given back.
type RemainingSpan struct {
	Charge int              `json:"charge"` // which charge, by its place in the list
	Span   proration.Period `json:"span"`   // the time, a part of its span; that of a charge without one
	Units  decimal.Decimal  `json:"units"`  // how many; one of what is not counted, and zero where all of them were given back
}

// Remaining returns of which charges how many units are left, and when: charge by charge, each cut where its credits begin and end, from its
// start on. A credit of time frees its units, or the one of what is not counted, for its span, and one of a quantity for another
// reason from there on; one of money alone frees nothing.
// Errors: those that [Unused] has for the charges.
func Remaining(charges []plans.Charge) ([]RemainingSpan, error) {
	var f fault.List
	checkCharges(&f, charges)
	if f != nil {
		return nil, f.Err()
	}
	before := given(charges)
	var all []RemainingSpan
	for i := range charges {
		c := &charges[i]
		if c.Corrects != "" {
			continue
		}
		b := before[c.ID]
		if !c.Span.Start.Before(c.Span.End) {
			all = append(all, RemainingSpan{Charge: i, Span: c.Span, Units: b.unspanned(c)})
			continue
		}
		for _, s := range b.stretches(c, c.Span) {
			s.left = decimal.Max(s.left, decimal.Decimal{})
			if n := len(all) - 1; n >= 0 && all[n].Charge == i && all[n].Units.Equal(s.left) {
				all[n].Span.End = s.span.End
				continue
			}
			all = append(all, RemainingSpan{Charge: i, Span: s.span, Units: s.left})
		}
	}
	return all, nil
}

// unspanned returns how many units of a charge that has no span are left.
func (b back) unspanned(c *plans.Charge) decimal.Decimal {
	left := c.Quantity
	if left.IsZero() {
		left = decimal.New(1, 0)
	}
	for _, credit := range b.lines {
		_, _, units := freed(c, credit)
		left = left.Sub(units)
	}
	return decimal.Max(left, decimal.Decimal{})
}
