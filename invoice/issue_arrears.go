package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// arrears bills the elapsed time that is not billed yet, and makes the change.
func (w *work) arrears() error {
	if len(w.Contract.Terms) > 0 && w.Contract.Terms[0].Term.Billing == plans.UpFront {
		return fault.New("policy.timing", proration.ErrInvalid, "must be in_advance for an up-front term; got in_arrears")
	}
	if err := w.noItems(&w.Contract); err != nil {
		return err
	}
	if until := w.paidUntil(); until.After(w.UnbilledSince) {
		return fault.New("unbilled_since", proration.ErrInvalid, "must not be before %s, the end of the billed time; got %s",
			until.Format(time.DateOnly), w.UnbilledSince.Format(time.DateOnly))
	}
	c := &w.Change
	if c.Term != nil && c.Term.Billing == plans.UpFront {
		return &plans.Refusal{
			Rule: "change", Reason: "A term that is billed up front cannot begin in a period that is billed at its end.",
			Instead: "Begin it at the end of the period, or bill it per period.",
		}
	}
	if !w.EndedAt.IsZero() {
		w.since = w.At // the time between the cancellation and w.At is not billed
	}
	closes := w.Close || c.Cancel || w.Contract.ReplacedBy(*c, w.At)
	switch {
	case c.IsZero() && !w.Close:
		if w.UnbilledSince.Equal(w.At) { // the period that ends now was billed in advance
			if err := w.shortfall(false); err != nil {
				return err
			}
		}
		if err := w.elapsed(false); err != nil {
			return err
		}
		w.renews = true
		return w.advance(w.since)
	case closes || !c.AnchorAt.IsZero(): // periods that ended are billed by the billing dates that they had
		if err := w.elapsed(closes); err != nil {
			return err
		}
		w.partly = closes && !w.Close && !c.Cancel && !w.present().Start.Equal(w.At)
	}
	switch {
	case w.Close:
		return nil
	case !closes && changesItems(c):
		return w.step()
	}
	amended, err := w.Contract.Amended(*c, w.At, w.Policy.Proration)
	if err != nil {
		return err
	}
	w.after = amended.Contract
	switch {
	case c.Cancel:
		w.ended = w.At
		return w.leave(amended.Charges)
	case !closes:
		w.after.Items, w.after.Ramp = w.Contract.Items, w.Contract.Ramp // elapsed ramp steps are not billed yet
	}
	return nil
}

// leave adds the termination fee, to which no discount applies: the other lines are discounted before.
func (w *work) leave(fee []plans.Charge) error {
	if len(fee) == 0 || len(w.lines) == 0 {
		w.lines = append(w.lines, fee...)
		return nil
	}
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: w.lines, Discounts: w.on, Currency: w.Contract.Currency, Mode: w.Policy.Proration.Rounding.Mode,
		Allocation: w.Policy.Allocation, Policy: w.Policy.Proration, Location: w.Contract.Cycle.Location,
	})
	w.lines, w.on, w.used = slices.Concat(reduced.Charges, fee), nil, false
	w.after.Discounts = reduced.Remaining
	return err
}

// step records the changed items in the ramp of the contract, so that each is billed with its period.
func (w *work) step() error {
	then, err := w.Contract.Changed(w.Change, w.At)
	if err != nil {
		return err
	}
	now, err := w.Contract.AsOf(w.At)
	if err != nil {
		return err
	}
	steps := slices.DeleteFunc(slices.Clone(w.Contract.Ramp), func(s plans.RampStep) bool { return s.At.After(w.At) })
	for _, item := range now.Items {
		if !slices.ContainsFunc(then.Items, func(other plans.Item) bool { return other.ID == item.ID }) {
			item.Quantity = decimal.Decimal{}
			steps = append(steps, plans.RampStep{At: w.At, Item: item}) // it leaves
		}
	}
	for _, item := range then.Items {
		i := slices.IndexFunc(now.Items, func(was plans.Item) bool { return was.ID == item.ID })
		if i < 0 || !now.Items[i].Quantity.Equal(item.Quantity) || !now.Items[i].Price.Equal(item.Price) {
			steps = append(steps, plans.RampStep{At: w.At, Item: item})
		}
	}
	w.after.Ramp, w.after.Discounts = slices.Concat(steps, then.Ramp), then.Discounts
	w.after.Cycle, w.after.First, w.after.Terms = then.Cycle, then.First, then.Terms
	return fault.Under("contract", w.after.Validate())
}

// elapsed adds the charges of the periods that ended by w.At. If closes, it adds the elapsed part of the current
// period.
func (w *work) elapsed(closes bool) error {
	portions, err := w.due(closes)
	if err != nil {
		return err
	}
	for _, p := range portions {
		p.Edges.Begins, p.Edges.Ends = w.begins(p), p.Span.End.Equal(w.At) && (w.Close || w.Change.Cancel)
		if p.Edges.Begins {
			p.Edges.Extent = w.Contract.FirstExtent(p)
		}
		w.after.FirstPeriod = 0
		charges, err := w.Contract.Charges(p, w.Policy.Proration)
		if err != nil {
			return err
		}
		w.lines = append(w.lines, charges...)
		lacking, err := w.missing(p, charges)
		if err != nil {
			return err
		}
		w.lines = append(w.lines, lacking...)
		w.since = p.Span.End
	}
	w.on, w.used = w.Contract.Discounts, true
	return nil
}

// due returns the unbilled portions that ended by w.At. If closes, the current period ends at w.At.
func (w *work) due(closes bool) ([]proration.Portion, error) {
	from, until := w.UnbilledSince, w.Contract.End()
	if !w.EndedAt.IsZero() {
		return nil, nil
	}
	if closes && (until.IsZero() || w.At.Before(until)) {
		until = w.At
	}
	if !w.At.After(from) || !until.IsZero() && !until.After(from) {
		return nil, nil
	}
	var portions []proration.Portion
	if first := w.Contract.First; first.Contains(from) {
		rest, err := w.Contract.RemainingPortions(from)
		if err != nil {
			return nil, err
		}
		span := rest[0].Span
		if !until.IsZero() && until.Before(span.End) {
			span.End = until
		}
		if span.End.After(w.At) {
			return nil, nil
		}
		portions = append(portions, proration.Portion{Period: rest[0].Period, Span: span})
		if from = span.End; from.Equal(until) {
			return portions, nil
		}
	}
	more, err := w.Contract.Cycle.Billable(proration.Service{
		Start: from, End: until, AsOf: w.At, Timing: proration.InArrears,
	})
	return append(portions, more...), err
}
