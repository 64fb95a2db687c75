package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkIssuedAt adds the faults of the time of issue.
func (o *IssueRequest) checkIssuedAt(f *fault.List) {
	switch {
	case o.IssuedAt.IsZero():
	case !o.Change.IsZero():
		f.Add("issued_at", proration.ErrInvalid, "must be zero for a change")
	case o.IssuedAt.Before(o.At) && o.Policy.Timing == proration.InArrears:
		f.Add("issued_at", proration.ErrInvalid, "must not be before at in arrears; got %s", o.IssuedAt.Format(time.RFC3339))
	case o.IssuedAt.After(o.At):
		period, err := o.Contract.Cycle.Containing(o.At)
		if err == nil && !o.IssuedAt.Before(period.End) {
			f.Add("issued_at", proration.ErrOutside, "must be before %s, the end of the period of at; got %s",
				period.End.Format(time.RFC3339), o.IssuedAt.Format(time.RFC3339))
		}
	}
}

// checkProrateFrom adds a fault if a change cannot count from ProrateFrom.
func (o *IssueRequest) checkProrateFrom(f *fault.List, rest []proration.Portion) {
	c := &o.Change
	if c.IsZero() || c.Cancel || !c.End.IsZero() || o.Contract.Extends(*c) || o.Policy.Timing == proration.InArrears {
		f.Add("prorate_from", proration.ErrInvalid, "must be zero unless a change is prorated in advance")
		return
	}
	if len(rest) == 0 {
		return // the time of the change is at fault
	}
	for i := range o.UnexpiredCharges {
		if c := &o.UnexpiredCharges[i]; base(c) && c.Span.Start.After(o.ProrateFrom) && !c.Span.Start.After(o.At) {
			f.Add("prorate_from", proration.ErrOutside, "must not be before the last change of the period, %s; got %s",
				c.Span.Start.Format(time.RFC3339), o.ProrateFrom.Format(time.RFC3339))
			return
		}
	}
	present := proration.Period{Start: rest[0].Period.Start, End: rest[0].Span.End}
	if !present.Contains(o.ProrateFrom) {
		f.Add("prorate_from", proration.ErrOutside, "must be inside the present period, %v; got %s",
			present, o.ProrateFrom.Format(time.RFC3339))
	}
}

// checkExtent adds a fault if no period is billed whose extent the request sets.
func (o *IssueRequest) checkExtent(f *fault.List) {
	fault.Optional(f, "extent", o.Extent)
	if o.Extent != 0 && (!o.Change.IsZero() || o.Close || o.Policy.Timing == proration.InArrears) {
		f.Add("extent", proration.ErrInvalid, "must be unset unless a period is billed in advance; got %v", o.Extent)
	}
}

// period bills the period or term that begins at w.At, in advance.
func (w *work) period() error {
	w.on, w.used = w.after.Discounts, true
	if !w.IssuedAt.Before(w.At) { // an invoice issued ahead leaves the shortfall to a second call at w.At
		if err := w.shortfall(false); err != nil {
			return err
		}
	}
	if err := w.goOn(); err != nil {
		return err
	}
	if err := w.gapless(); err != nil {
		return err
	}
	if w.outside != nil {
		return w.outside
	}
	before := len(w.lines)
	for _, p := range w.rest {
		billed := w.billed(p)
		if billed && !w.itemsDue(p) {
			continue
		}
		p.Edges.Begins, p.Edges.Extent = w.begins(p), w.Extent
		if p.Edges.Begins && w.Extent == 0 {
			p.Edges.Extent = w.after.FirstExtent(p)
		}
		charges, err := w.after.Charges(p, w.Policy.Proration)
		if err != nil {
			return err
		}
		w.lines = append(w.lines, w.notBilled(charges, billed)...)
		if !w.since.IsZero() && p.Span.End.After(w.since) {
			w.since = p.Span.End
		}
	}
	if w.Extent == 0 {
		w.after.FirstPeriod = 0
	}
	if !w.bills(w.lines[before:]) { // without a new period, the lines use up no discount
		w.on, w.used = w.lastingDiscounts(), false
	}
	w.billItems(&w.after)
	return w.advance(w.At)
}

// begins reports whether service begins with a portion: at the ServiceStart of the account, or inside a period after
// time that is not billed.
func (w *work) begins(p proration.Portion) bool {
	if start := p.Span.Start; start.Equal(w.ServiceStart) || start.Equal(p.Period.Start) {
		return start.Equal(w.ServiceStart)
	}
	return !slices.ContainsFunc(slices.Concat(w.UnexpiredCharges, w.lines), func(c plans.Charge) bool {
		return base(&c) && c.Span.End.Equal(p.Span.Start)
	})
}

// advance takes the steps of the ramp and the uplifts up to an instant into the contract after the invoice.
func (w *work) advance(at time.Time) (err error) {
	if len(w.after.Ramp) > 0 || w.after.Uplift != nil {
		w.after, err = w.after.AsOf(at)
	}
	return err
}

// goOn renews the contract if its last term has ended.
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
		return &plans.Refusal{
			Rule: "period", Reason: "The contract ended on " + end.In(w.At.Location()).Format(time.DateOnly) + ".",
			Instead: "Create a new contract.",
		}
	}
	if w.At.After(end) && len(next.Terms) > 0 {
		return &plans.Refusal{
			Rule:    "period",
			Reason:  "A new term began at " + end.In(w.At.Location()).Format(time.RFC3339Nano) + " and is not billed yet.",
			Instead: "Issue the invoice as of that time first.",
		}
	}
	w.on = slices.Concat(next.Discounts, missing(w.after.Discounts, next.Discounts)) // with that of the ended term
	w.after = next
	w.rest, w.outside = next.RemainingPortions(w.At)
	return nil
}

// inOrder refuses a change of a canceled contract, except a new anchor after its end, and a change before one that is
// billed already.
func (w *work) inOrder() error {
	if !w.EndedAt.IsZero() {
		if w.Change.IsZero() || w.Change.Cancel {
			return nil
		}
		if w.Change.AnchorAt.IsZero() && w.Change.Anchor != plans.AnchorReset || w.At.Before(w.EndedAt) {
			return &plans.Refusal{
				Rule: "change", Reason: "The contract was canceled on " + w.EndedAt.In(w.At.Location()).Format(time.DateOnly) + ".",
				Instead: "Reactivate it with a new billing anchor on or after that date.",
			}
		}
		w.ended = time.Time{}
		return nil
	}
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		// a later billing date adds recurring days, and the units added since are charged for them, too
		added := c.Kind == plans.Recurring || c.Span.Start.Equal(w.Contract.First.End) || w.continues(c)
		ahead := base(c) && !added && c.Span.Start.After(w.At) && !c.Span.Start.Equal(c.Period.Start)
		if ahead && !w.Change.IsZero() && !w.freed(c, c.Span.Start) {
			return &plans.Refusal{
				Rule:    "change",
				Reason:  "A change on " + c.Span.Start.In(w.At.Location()).Format(time.DateOnly) + " is already billed.",
				Instead: "Bill the backdated change with Reconcile.",
			}
		}
	}
	return nil
}

// paidUntil returns the end of the billed time: the latest of UnbilledSince and the ends of the base charges that are
// not fully credited. A charge that is fully credited from an earlier billing date on ends there. It is the zero time
// if nothing is billed.
func (w *work) paidUntil() time.Time {
	until, moved := w.UnbilledSince, cycleStart(&w.Contract)
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		if !base(c) || c.Price.HasItemPeriods() || !c.Span.End.After(until) {
			continue
		}
		end := w.creditedFrom(c)
		if end.After(until) && end.After(c.Span.Start) && (end.Equal(c.Span.End) || end.Equal(moved)) {
			until = end
		}
	}
	return until
}

// gapless refuses an invoice that would leave a gap between the billed time and w.At.
func (w *work) gapless() error {
	until := w.paidUntil()
	if until.IsZero() || !until.Before(w.At) || w.empty(w.At) { // without items, there was nothing to bill
		return nil
	}
	return &plans.Refusal{
		Rule:    "period",
		Reason:  "The time from " + until.In(w.At.Location()).Format(time.RFC3339Nano) + " on is not billed yet.",
		Instead: "Issue the invoice as of that time first.",
	}
}

// base reports whether a charge pays for the plan over time: recurring, extension and proration charges in advance.
func base(c *plans.Charge) bool {
	return c.Corrects == "" && !c.Price.Accrues() &&
		(c.Kind == plans.Recurring || c.Kind == plans.Extension || c.Kind == plans.ProrationCharge)
}

// billed reports whether a base charge covers part of a portion. A free charge counts only for its own period. A fully
// credited charge counts only if the contract has no units left.
func (w *work) billed(p proration.Portion) bool {
	for i := range w.UnexpiredCharges {
		c := &w.UnexpiredCharges[i]
		overlaps := c.Span.Start.Before(p.Span.End) && p.Span.Start.Before(c.Span.End)
		if base(c) && !c.Price.HasItemPeriods() && overlaps && (c.Net.IsPositive() || c.Period.Equal(p.Period)) &&
			(!w.freed(c, p.Span.Start) || c.Quantity.IsPositive() && w.empty(p.Span.Start)) {
			return true
		}
	}
	return false
}

// empty reports whether the contract has no units of any item at an instant. Then units were credited because they were
// removed, not because the contract ended, and their time remains paid for.
func (w *work) empty(at time.Time) bool {
	now, err := w.Contract.AsOf(at)
	return err == nil && !slices.ContainsFunc(now.Items, func(item plans.Item) bool { return item.Quantity.IsPositive() })
}

// freed reports whether a charge is fully credited from an instant until its end. At its end or later, any part of it
// counts that ends there.
func (w *work) freed(c *plans.Charge, at time.Time) bool {
	from := w.creditedFrom(c)
	if at.Before(c.Span.Start) {
		at = c.Span.Start
	}
	return from.Before(c.Span.End) && !from.After(at)
}

// creditedFrom returns the instant from which a charge is fully credited until its end, or the end of one that is not.
// Several credits can follow each other: the end of a period may move to an earlier billing date more than once.
func (w *work) creditedFrom(c *plans.Charge) time.Time {
	from := c.Span.End
	edges := []time.Time{c.Span.Start}
	for _, k := range w.known(c.ID) {
		if k.Corrects != "" {
			edges = append(edges, k.Span.Start, k.Span.End)
		}
	}
	if len(edges) == 1 {
		return from
	}
	slices.SortFunc(edges, func(a, b time.Time) int { return b.Compare(a) })
	for _, edge := range edges {
		if edge.Before(c.Span.Start) || edge.Before(c.Span.End) && !w.freedAt(c, edge) {
			break
		}
		if edge.Before(from) {
			from = edge
		}
	}
	return from
}

// freedAt reports whether a charge is fully credited at an instant of its span.
func (w *work) freedAt(c *plans.Charge, at time.Time) bool {
	var units decimal.Decimal
	for _, k := range w.known(c.ID) {
		if k.Corrects == "" || !k.Span.Contains(at) {
			continue
		}
		units = units.Add(k.Quantity)
		money := k.Quantity.IsZero() && !c.Net.IsZero() && k.Net.Equal(c.Net.Neg()) // units left may be free
		if money || k.Kind == plans.ProrationCredit && c.Quantity.IsZero() {
			return true
		}
	}
	return units.IsPositive() && !units.LessThan(c.Quantity)
}
