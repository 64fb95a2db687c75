package lifecycle

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// eventDetail describes an applied event, with the date of a later effect; "" if the event's kind says it all.
func (s *step) eventDetail(e *Event) string {
	sub := &s.sub
	switch {
	case e.Kind == Started && sub.Status == PendingStart:
		return "start scheduled" + sub.on(" for ", sub.StartAt)
	case e.Kind == CancellationRequested && sub.CancelAt.IsZero():
		return "canceled immediately"
	case e.Kind == CancellationRequested:
		return "cancellation requested" + sub.on(" for ", sub.CancelAt)
	case e.Kind == PauseRequested && sub.PauseAt.IsZero():
		return "paused immediately" + sub.on(" until ", sub.ResumeAt)
	case e.Kind == PauseRequested:
		return "pause requested" + sub.on(" for ", sub.PauseAt) + sub.on(" until ", sub.ResumeAt)
	}
	for _, w := range sub.ScheduledChanges {
		if w.Sequence == e.Sequence {
			return s.changeDetail(e.Kind, &w.Change, proration.Interval{}) + sub.on(", effective ", w.At)
		}
	}
	return s.changeDetail(e.Kind, &e.Change, sub.Contract.Cycle.Interval)
}

// changeDetail describes the change of an event; "" for an event without a change. The interval is the contract's after
// the change, for a change that names its plan by ID only.
func (s *step) changeDetail(kind EventKind, c *plans.Change, interval proration.Interval) string {
	if _, has := changes[kind]; !has {
		return ""
	}
	if kind != IntervalChanged {
		return s.changeText(c, proration.Interval{})
	}
	if c.Plan != nil && c.Plan.Interval != (proration.Interval{}) {
		interval = c.Plan.Interval
	}
	return s.changeText(c, interval)
}

// dueDetail describes a deadline that was processed, given the subscription before it; "" if the deadline's kind
// says it all.
func (s *step) dueDetail(d Deadline, before *Subscription) string {
	if d.Kind != ChangeDue {
		return ""
	}
	w := &before.ScheduledChanges[0]
	interval := proration.Interval{}
	if w.Change.Plan != nil && w.Change.Plan.Interval != before.Contract.Cycle.Interval {
		interval = w.Change.Plan.Interval
	}
	text := s.changeText(&w.Change, interval)
	for _, still := range s.sub.ScheduledChanges {
		if still.Sequence == w.Sequence {
			return "scheduled change postponed" + s.sub.on(" to ", still.At) + ": " + text
		}
	}
	return "scheduled change: " + text
}

// changeText describes a change of the contract: "2 seats added", "plan changed to scale". The interval is the one that
// the change sets, zero if it sets none.
func (s *step) changeText(c *plans.Change, interval proration.Interval) string {
	switch {
	case c.Plan != nil && interval != (proration.Interval{}):
		return "interval changed to " + interval.String() + " with plan " + c.Plan.ID
	case c.Plan != nil:
		return "plan changed to " + c.Plan.ID
	case c.Term != nil:
		return "term extended by " + c.Term.Length.String()
	case !c.End.IsZero():
		return "term shortened" + s.sub.on(" to ", c.End)
	case !c.Anchor.IsZero():
		return "billing date changed" + s.sub.on(" to ", c.Anchor)
	case c.Quantity.IsPositive():
		return units(c.Quantity, c.Item) + " added"
	case c.Quantity.IsNegative():
		return units(c.Quantity.Neg(), c.Item) + " removed"
	}
	return "price of " + c.Item + " changed" + s.unitPrice(c.Price)
}

// unitPrice returns the new price of a unit, and "" for a price that is more than one amount per unit.
func (s *step) unitPrice(p *plans.Price) string {
	if p == nil || len(p.Tiers) > 0 || !p.Flat.IsZero() || !p.Percent.IsZero() || !p.Package.IsZero() {
		return ""
	}
	places := s.policy.Billing.Proration.Rounding.Places
	if !p.Unit.Equal(p.Unit.Round(places)) {
		return " to " + p.Unit.String()
	}
	return " to " + p.Unit.StringFixed(places)
}

// units returns a quantity with its item: "1 seat", "2 seats". An ID that is not a lower-case word, or whose plural
// takes more than an s, stays as it is: "2 ai_agent", "2 sms". An amount that package proration refuses is left out.
func units(quantity decimal.Decimal, item string) string {
	var f fault.List
	if !fault.Amount(&f, "quantity", quantity) {
		return item
	}
	word := item != "" && strings.Trim(item, "abcdefghijklmnopqrstuvwxyz") == ""
	if word && !strings.ContainsAny(item[len(item)-1:], "shxyz") && !quantity.Equal(decimal.NewFromInt(1)) {
		item += "s"
	}
	return quantity.String() + " " + item
}
