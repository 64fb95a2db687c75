package lifecycle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// eventDetail describes an applied event, with the date of a later effect and a pending change that it ended; "" if the
// event's kind says it all.
func (s *step) eventDetail(e *Event) string {
	text := s.effectDetail(e)
	if s.lapsed == 0 {
		return text
	}
	if text == "" {
		text = strings.ReplaceAll(e.Kind.String(), "_", " ")
	}
	return text + ", change of event " + strconv.FormatInt(s.lapsed, 10) + " lapsed"
}

// effectDetail describes what an applied event did.
func (s *step) effectDetail(e *Event) string {
	sub := &s.sub
	if p := sub.PendingChange; p != nil && p.Sequence == e.Sequence {
		return s.waitingText(p) + " once " + p.Invoice + " is paid" + sub.on(", until ", p.Until)
	}
	if p := s.fulfilled; p != nil {
		return strings.ReplaceAll(e.Kind.String(), "_", " ") + " " + p.Invoice + ": " + s.waitingText(p)
	}
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
	case e.Kind == TrialConverted && sub.Status == Trialing:
		return "paid service scheduled" + sub.on(" for ", sub.serviceBegins())
	case e.Kind == TrialExtended:
		return "trial end changed" + sub.on(" to ", e.Until)
	case e.Kind == ScheduledChangeCanceled && e.ScheduledChange != 0:
		return "scheduled change of event " + strconv.FormatInt(e.ScheduledChange, 10) + " canceled"
	}
	if e.Kind != Changed && (e.Kind != Reactivated || e.Change.IsZero()) {
		return ""
	}
	return s.changeDetail(e) + sub.on(", trial restarted until ", s.restarted) +
		sub.on(", cancellation withdrawn for ", s.withdrawn)
}

// changeDetail describes the change of an event, with the date of a later one.
func (s *step) changeDetail(e *Event) string {
	sub := &s.sub
	turned := slices.Contains(s.actions, plans.LengthenInterval) || slices.Contains(s.actions, plans.ShortenInterval)
	interval := proration.Interval{}
	for _, w := range sub.ScheduledChanges {
		if w.Sequence == e.Sequence {
			if turned && w.Change.Plan != nil {
				interval = w.Change.Plan.Interval
			}
			return s.changeText(&w.Change, interval) + sub.on(", effective ", w.At)
		}
	}
	if turned {
		interval = sub.Contract.Cycle.Interval
	}
	return s.changeText(&e.Change, interval)
}

// waitingText describes what a pending change does.
func (s *step) waitingText(p *PendingChange) string {
	text := s.changeText(&p.Change, proration.Interval{})
	switch {
	case p.Event == Changed:
		return text
	case text == "":
		return p.Event.String()
	}
	return p.Event.String() + ", " + text
}

// dueDetail describes a deadline that was processed, given the subscription before it; "" if the deadline's kind
// says it all.
func (s *step) dueDetail(d Deadline, before *Subscription) string {
	if d.Kind == PendingChangeOver {
		return "change of event " + strconv.FormatInt(d.Change, 10) + " lapsed, not paid"
	}
	if d.Kind != ChangeDue {
		return s.upliftDetail(d, before)
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
	return "scheduled change: " + text + s.sub.on(", trial restarted until ", s.restarted)
}

// changeText describes a change of the contract: "2 seats added", "plan changed to scale, 1 seat removed". The interval
// is the one that the change sets, zero if it keeps the interval or does not tell it.
func (s *step) changeText(c *plans.Change, interval proration.Interval) string {
	if c.Interval != (proration.Interval{}) {
		interval = c.Interval
	}
	var parts []string
	add := func(text string) { parts = append(parts, text) }
	switch {
	case c.Plan != nil && interval != (proration.Interval{}):
		add("interval changed to " + interval.String() + " with plan " + c.Plan.ID)
	case c.Plan != nil:
		add("plan changed to " + c.Plan.ID)
	case interval != (proration.Interval{}):
		add("interval changed to " + interval.String())
	case !c.End.IsZero():
		add("term shortened" + s.sub.on(" to ", c.End))
	}
	if terms := s.sub.Contract.Terms; c.Term != nil {
		if begun := len(terms) == 1 && terms[0].Period.Start.Equal(s.sub.At); begun {
			add("term of " + c.Term.Length.String() + " begun")
		} else {
			add("term extended by " + c.Term.Length.String())
		}
	}
	if !c.AnchorAt.IsZero() {
		add("billing date changed" + s.sub.on(" to ", c.AnchorAt))
	}
	if c.Anchor == plans.AnchorReset {
		add("billing dates reset")
	}
	if c.Items != nil {
		var items []string
		for _, item := range c.Items {
			items = append(items, units(item.Quantity, item.ID))
		}
		add("items set to " + strings.Join(items, " and "))
	}
	for _, step := range c.Add {
		add(units(step.Quantity, step.Item) + " added")
	}
	for _, step := range c.Remove {
		add(units(step.Quantity, step.Item) + " removed")
	}
	for _, setting := range c.Set {
		if setting.Quantity != nil {
			add("quantity set to " + units(*setting.Quantity, setting.Item))
		}
		if setting.Price != nil {
			add("price of " + setting.Item + " changed" + s.unitPrice(setting.Price))
		}
	}
	for _, d := range c.AddDiscounts {
		add("discount " + d.ID + " added")
	}
	for _, id := range c.RemoveDiscounts {
		add("discount " + id + " removed")
	}
	return strings.Join(parts, ", ")
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
// takes more than an s, stays as it is: "2 ai_agent", "2 sms".
func units(quantity decimal.Decimal, item string) string {
	word := item != "" && strings.Trim(item, "abcdefghijklmnopqrstuvwxyz") == ""
	if word && !strings.ContainsAny(item[len(item)-1:], "shxyz") && !quantity.Equal(decimal.NewFromInt(1)) {
		item += "s"
	}
	return quantity.String() + " " + item
}
