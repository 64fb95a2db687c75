package invoice

import (
	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// frees adds the units to a credit of money that also frees units for the rest of the charge, as at an end of service.
// They are those left from the start of its span. None may be left after its end.
func frees(should, line, of *plans.Charge, related []plans.Charge) error {
	stretches, err := credits.Remaining(related)
	if err != nil {
		return err
	}
	span := line.Span
	if span.End.After(of.Span.End) || span.Start.Before(of.Span.Start) || !span.Start.Before(span.End) {
		return fault.New("span", proration.ErrInvalid, "must be inside %v; got %v", of.Span, span)
	}
	should.Span, should.Quantity = span, of.Quantity
	for _, s := range stretches {
		switch {
		case s.Span.End.After(span.End) && s.Units.IsPositive():
			return fault.New("span", proration.ErrInvalid, "must not end before %v, when units are left; got %v", of.Span, span)
		case s.Span.Start.Before(span.End) && s.Span.End.After(span.Start):
			should.Quantity = exact.Smaller(should.Quantity, s.Units)
		}
	}
	return nil
}
