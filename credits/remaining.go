package credits

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// RemainingSpan is a span in which a constant number of units of a charge is billed and not credited.
type RemainingSpan struct {
	Charge int              `json:"charge"` // index of the charge in the list
	Span   proration.Period `json:"span"`   // part of the charge's span; equals it if the charge covers no time
	// Units is the number of units left: 1 for a charge without a quantity, 0 if all are credited.
	Units decimal.Decimal `json:"units" canon:"count"`
}

// Remaining returns the units that are left of each charge, charge by charge and span by span. A new span begins where
// the number of units changes. A credit of unused time frees its units for its span; a charge without a quantity counts
// as one unit. Another credit of a quantity frees its units until the end of the charge. A credit of money alone frees
// nothing.
// Errors: those of [Unused] for the charges.
func Remaining(charges []plans.Charge) ([]RemainingSpan, error) {
	var f fault.List
	before := checkCharges(&f, charges)
	if f != nil {
		return nil, f.Err()
	}
	all := make([]RemainingSpan, 0, len(charges))
	for i := range charges {
		c := &charges[i]
		if c.Corrects != "" {
			continue
		}
		b, credited := before[c.ID]
		if !credited {
			all = append(all, RemainingSpan{Charge: i, Span: c.Span, Units: unitsOf(c)})
			continue
		}
		if !c.Span.Start.Before(c.Span.End) {
			all = append(all, RemainingSpan{Charge: i, Span: c.Span, Units: b.unspanned(c)})
			continue
		}
		for _, s := range b.stretches(c, c.Span) {
			s.left = exact.Larger(s.left, decimal.Decimal{})
			if n := len(all) - 1; n >= 0 && all[n].Charge == i && all[n].Units.Equal(s.left) {
				all[n].Span.End = s.span.End
				continue
			}
			all = append(all, RemainingSpan{Charge: i, Span: s.span, Units: s.left})
		}
	}
	return all, nil
}

// unspanned returns the units that are left of a charge without a span.
func (b back) unspanned(c *plans.Charge) decimal.Decimal {
	left := unitsOf(c)
	for _, credit := range b.lines {
		_, _, units := freed(c, credit)
		left = exact.Minus(left, units)
	}
	return exact.Larger(left, decimal.Decimal{})
}
