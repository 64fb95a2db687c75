package invoice

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// countLines gives each additional line without a period the one that it counts for toward a minimum commitment: the
// period that ends at the effective time, or else the one that contains it.
func (w *work) countLines() {
	if !w.Contract.Minimum.IsPositive() && !w.Contract.Commitment.Amount.IsPositive() {
		return
	}
	var period proration.Period
	if w.outside == nil {
		period = w.rest[0].Period
	}
	began := len(w.UnexpiredCharges) > 0 || !w.UnbilledSince.IsZero() && w.UnbilledSince.Before(w.At)
	if last, err := w.Contract.RemainingPortions(w.At.Add(-1)); began && err == nil && last[0].Span.End.Equal(w.At) {
		period = last[0].Period
	}
	w.Lines = slices.Clone(w.Lines)
	for i := range w.Lines {
		if c := &w.Lines[i]; c.Corrects == "" && c.Period.Start.IsZero() && c.Period.End.IsZero() {
			c.Period = period
		}
	}
}

// pricedLines returns the additional lines with their amounts.
func (w *work) pricedLines() ([]plans.Charge, error) {
	var f fault.List
	priced := slices.Clone(w.Lines)
	for i, c := range w.Lines {
		var err error
		priced[i], err = c.Priced(w.Policy.Proration)
		f.Under(fault.At("lines", i), err)
	}
	return priced, f.Err()
}

// shortfall adds the shortfall of the minimum commitment for each period that ends at w.At or, if early, contains it.
// The periods before a billing date that moved are measured at that date. Everything billed for a period counts, on
// whatever invoice. Nothing is added for a period for which nothing was billed, or that cost nothing.
func (w *work) shortfall(early bool) error {
	if !w.Contract.Minimum.IsPositive() {
		return nil
	}
	lines, err := w.pricedLines()
	if err != nil {
		return err
	}
	all := slices.Concat(w.UnexpiredCharges, w.lines, lines)
	var measured []proration.Period
	for _, c := range all {
		ends := c.Period.End.Equal(w.At) || early && c.Period.Contains(w.At) || w.moved(&c, early)
		free := c.Edges.Extent == proration.ExtentNone
		if !ends || free || slices.ContainsFunc(measured, c.Period.Equal) {
			continue
		}
		measured = append(measured, c.Period)
		p, of := w.served(c.Period, all)
		if !p.Span.Start.Before(p.Span.End) {
			continue
		}
		lacking, err := w.Contract.Shortfall(of, p, w.Policy.Proration)
		if err != nil {
			return err
		}
		w.lines = append(w.lines, lacking...)
	}
	return nil
}

// lastShortfall adds the shortfall of a period in which service ends. No bill follows: the discounts that apply to
// every charge reduce it now.
func (w *work) lastShortfall() error {
	n := len(w.lines)
	if err := w.shortfall(true); err != nil || len(w.lines) == n {
		return err
	}
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: w.lines[n:], Discounts: forever(w.Contract.Discounts), Currency: w.Contract.Currency,
		Mode: w.Policy.Proration.Rounding.Mode, Allocation: w.Policy.Allocation, Policy: w.Policy.Proration,
		Location: w.Contract.Cycle.Location,
	})
	w.lines = append(w.lines[:n:n], reduced.Charges...)
	return err
}

// moved reports whether a charge is for a period before a billing date that moved to w.At or, if early, to a later one.
// There are several such periods if it moved more than once: each move can add days of its own.
func (w *work) moved(c *plans.Charge, early bool) bool {
	until := cycleStart(&w.Contract)
	return c.Period.Start.Before(until) && (until.Equal(w.At) || early && until.After(w.At))
}

// cycleStart returns the billing date from which the cycle of a contract runs: its start, or the last move.
func cycleStart(c *plans.Contract) time.Time {
	period, err := c.Cycle.Period(0)
	if err != nil {
		return time.Time{}
	}
	return period.Start
}

// served returns the part of a period until w.At that was billed, and the charges for it. The part ends where periods
// began anew: from there on, another minimum is measured. It is empty if they began anew before it.
func (w *work) served(period proration.Period, all []plans.Charge) (p proration.Portion, of []plans.Charge) {
	p = proration.Portion{Period: period, Span: proration.Period{Start: period.Start, End: w.At}}
	if w.At.After(period.End) {
		p.Span.End = period.End
	}
	p.Edges.Ends = w.Close || w.Change.Cancel
	var based bool
	for i := range all {
		c := &all[i]
		if !c.Period.Equal(period) || c.Kind == plans.Termination {
			continue
		}
		of = append(of, *c)
		if base(c) && (!based || c.Span.Start.Before(p.Span.Start)) {
			p.Span.Start, p.Edges.Begins, based = c.Span.Start, c.Edges.Begins, true
		}
	}
	for i := range slices.Backward(w.UnexpiredCharges) {
		c := &w.UnexpiredCharges[i]
		if base(c) && c.Period.Equal(period) {
			break // those before it are of periods that this one follows
		}
		anew := c.Kind == plans.Recurring && c.Corrects == "" && c.Span.Start.Before(p.Span.End)
		if anew && (based || c.Span.Start.After(p.Span.Start)) {
			p.Span.End, p.Edges.Ends = c.Span.Start, false
		}
	}
	return p, of
}

// missing returns the shortfall of an unbilled portion in arrears, given its charges. Usage and one-time charges of its
// period count, on whatever invoice, unless they were measured when service stopped for a while.
func (w *work) missing(p proration.Portion, charges []plans.Charge) ([]plans.Charge, error) {
	if !w.Contract.Minimum.IsPositive() {
		return nil, nil
	}
	lines, err := w.pricedLines()
	if err != nil {
		return nil, err
	}
	var billed []plans.Charge
	for _, c := range w.UnexpiredCharges {
		switch {
		case !c.Period.Equal(p.Period) || c.Kind == plans.Termination:
		case base(&c) && !c.Span.End.After(p.Span.Start):
			billed = nil
		default:
			billed = append(billed, c)
		}
	}
	for _, c := range lines {
		if c.Period.Equal(p.Period) {
			billed = append(billed, c)
		}
	}
	return w.Contract.Shortfall(slices.Concat(billed, charges), p, w.Policy.Proration)
}
