package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// period bills, in advance, what begins at the instant.
func (w *work) period() error {
	w.on, w.used = w.after.Discounts, true
	if !w.IssuedAt.Before(w.At) { // otherwise the period is not over: it is asked for again when it is
		if err := w.shortfall(); err != nil {
			return err
		}
	}
	if err := w.goOn(); err != nil {
		return err
	}
	if err := w.gapless(); err != nil {
		return err
	}
	before := len(w.lines)
	rest, err := w.after.RemainingPortions(w.At)
	if err != nil {
		return err
	}
	for _, p := range rest {
		if w.billed(p) {
			continue
		}
		charges, err := w.after.Charges(p, w.Policy.Proration)
		if err != nil {
			return err
		}
		w.lines = append(w.lines, charges...)
		if !w.since.IsZero() && p.Span.End.After(w.since) {
			w.since = p.Span.End
		}
	}
	if len(w.lines) == before { // what is sold inside a period uses up no discount
		w.on, w.used = forever(w.after.Discounts), false
	}
	w.after, err = w.after.AsOf(w.At)
	return err
}

// goOn renews a contract whose last term is over.
func (w *work) goOn() error {
	end := w.after.End()
	if end.IsZero() || w.At.Before(end) {
		return nil
	}
	next, goesOn, err := w.after.Renewed()
	if err != nil {
		return err
	}
	if !goesOn {
		return &plans.Refusal{Rule: "period", Reason: "the contract ended on " + date(end.In(w.At.Location())), Instead: "make another contract"}
	}
	if w.At.After(end) && len(next.Terms) > 0 {
		return &plans.Refusal{
			Rule: "period", Reason: "another term began at " + end.In(w.At.Location()).Format(time.RFC3339Nano), Instead: "issue that first, with that instant",
		}
	}
	w.after = next
	w.on = next.Discounts
	return nil
}

// inOrder refuses what comes after the end, and a change before one that was billed.
func (w *work) inOrder() error {
	if !w.EndedAt.IsZero() {
		if isZero(w.Change) || w.Change.Cancel {
			return nil
		}
		if w.Change.Anchor.IsZero() || w.At.Before(w.EndedAt) {
			return &plans.Refusal{Rule: "change", Reason: "the contract was canceled on " + date(w.EndedAt.In(w.At.Location())), Instead: "let it run again with a new anchor"}
		}
		w.ended = time.Time{}
		return nil
	}
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		if base(c) && c.Span.Start.After(w.At) && !c.Span.Start.Equal(c.Period.Start) && !isZero(w.Change) {
			return &plans.Refusal{
				Rule: "change", Reason: "a change on " + date(c.Span.Start.In(w.At.Location())) + " is billed already", Instead: "reconcile what was billed with what should have been",
			}
		}
	}
	return nil
}

// paidUntil returns the last instant until which something was billed and not credited, and the zero time where nothing was.
func (w *work) paidUntil() time.Time {
	until := w.UnbilledSince
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		if base(c) && c.Span.End.After(until) && !w.freed(c, c.Span.End) {
			until = c.Span.End
		}
	}
	return until
}

// gapless refuses what leaves out the time since something was billed last.
func (w *work) gapless() error {
	until := w.paidUntil()
	if until.IsZero() || !until.Before(w.At) {
		return nil
	}
	return &plans.Refusal{
		Rule: "period", Reason: "the time from " + until.In(w.At.Location()).Format(time.RFC3339Nano) + " on is not billed yet", Instead: "issue that first, with that instant",
	}
}

// base reports whether a charge is for what a contract is about.
func base(c *plans.Charge) bool {
	return c.Corrects == "" && (c.Kind == plans.Recurring || c.Kind == plans.Extension || c.Kind == plans.ProrationCharge)
}

// billed reports whether a charge pays for a part of a portion already: one that costs nothing only for its own period.
func (w *work) billed(p proration.Portion) bool {
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		overlaps := c.Span.Start.Before(p.Span.End) && p.Span.Start.Before(c.Span.End)
		if base(c) && overlaps && (c.Net.IsPositive() || c.Period.Equal(p.Period)) &&
			(!w.freed(c, p.Span.Start) || c.Quantity.IsPositive() && w.empty(p.Span.Start)) {
			return true
		}
	}
	return false
}

// empty reports whether there is no more of any item at an instant: then units were credited since there are fewer, and not since the contract
// ended, and what they leave is paid for.
func (w *work) empty(at time.Time) bool {
	now, err := w.Contract.AsOf(at)
	return err == nil && !slices.ContainsFunc(now.Items, func(item plans.Item) bool { return item.Quantity.IsPositive() })
}

// freed reports whether all of a charge was credited from an instant on.
func (w *work) freed(c *plans.Charge, at time.Time) bool {
	var units decimal.Decimal
	for _, k := range w.known[c.ID] {
		if k.Corrects == "" || k.Span.Start.After(at) && k.Span.Start.After(c.Span.Start) || k.Span.End.Before(c.Span.End) {
			continue
		}
		if units = units.Add(k.Quantity); k.Kind == plans.ProrationCredit && c.Quantity.IsZero() || k.Net.Equal(c.Net.Neg()) {
			return true
		}
	}
	return units.IsPositive() && !units.LessThan(c.Quantity)
}

// shortfall adds what a minimum lacks for the period that ends at the instant, and at a cancellation for what of one was used; of either
// some was billed.
func (w *work) shortfall() error {
	if !w.Contract.Minimum.IsPositive() {
		return nil
	}
	var of []plans.Charge
	var p proration.Portion
	for _, c := range append(clone.All(w.UnexpiredCharges), w.lines...) {
		ends := c.Period.End.Equal(w.At) || w.Change.Cancel && c.Period.Contains(w.At)
		if !ends || c.Kind == plans.Shortfall || c.Kind == plans.Termination {
			continue
		}
		if len(of) == 0 || c.Span.Start.Before(p.Span.Start) {
			p = proration.Portion{Period: c.Period, Span: proration.Period{Start: c.Span.Start, End: w.At}}
		}
		of = append(of, c)
	}
	if len(of) == 0 || !p.Span.Start.Before(w.At) {
		return nil
	}
	for _, c := range w.UnexpiredCharges {
		anew := c.Kind == plans.Recurring && c.Corrects == "" && !c.Period.Equal(p.Period) && !w.Change.Cancel
		if anew && c.Span.Start.After(p.Span.Start) && c.Span.Start.Before(p.Span.End) {
			p.Span.End = c.Span.Start // periods began anew there, and have a minimum of their own
		}
	}
	lacking, err := w.Contract.Shortfall(of, p, w.Policy.Proration)
	if err == nil && lacking.Net.IsPositive() {
		w.lines = append(w.lines, lacking)
	}
	return err
}
