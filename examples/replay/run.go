package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// life is a scenario as it is run, entry by entry.
type life struct {
	*input
	out     lifecycle.Outcome // everything so far, joined
	history []lifecycle.Event // the applied ones
	reports map[report]bool   // the provider's reports that were applied

	refused string // why the last event was refused, or its error; "" if it was applied
	skipped bool   // the last event was a repeat

	notices, effects int // how many of them an expectation has seen

	failures []jsonfault.Fault // got and want, each at its place
	broken   []jsonfault.Fault // errors of events that no expectation is about
}

// report is a report of a payment by its provider.
type report struct {
	kind        lifecycle.EventKind
	invoice, id string
}

// live runs the entries in order, and lets time pass until the end of the scenario.
func (in *input) live() *life {
	l := life{input: in, reports: map[report]bool{}, out: lifecycle.Outcome{Subscription: in.first}}
	for i := range in.Entries {
		e := &in.Entries[i]
		err := l.advance(e.when())
		switch {
		case e.Expect == nil:
			l.event(i, err)
		case err != nil:
			l.stuck(entryAt(i, "at"), e.At, err)
		default:
			l.expect(i)
		}
	}
	if err := l.advance(in.Until); err != nil {
		l.stuck("until", in.Until, err)
	}
	return &l
}

// stuck adds the failure of a time that cannot be reached.
func (l *life) stuck(path string, at time.Time, err error) {
	l.fail(path, "an error: "+err.Error(), "to reach "+l.text(at))
	l.broken = append(l.broken, l.file.At(path, flat(err)[0].Reason))
}

// advance lets time pass.
func (l *life) advance(to time.Time) error {
	o, err := lifecycle.Replay(l.policies, l.out.Subscription, nil, to)
	if err == nil {
		l.take(&o)
	}
	return err
}

// event applies the event of an entry, unless its time could not be reached.
func (l *life) event(i int, err error) {
	e := &l.Entries[i]
	l.refused, l.skipped = "", false
	if err == nil {
		err = l.happen(e)
	}
	if err != nil {
		l.refused = strings.ReplaceAll(err.Error(), "events[0]", "event")
		l.out.Steps = append(l.out.Steps, l.step(e, &l.out, l.refused))
	}
	if l.refused != "" && !l.answered(i) {
		l.unexpected(i, err)
	}
}

// happen applies an event, unless it is a repeat. The error is that of an event that cannot be applied.
func (l *life) happen(e *entry) error {
	if e.Sequence > 0 && e.Sequence <= l.out.Subscription.Sequence {
		l.skipped = true
		return nil
	}
	o, err := l.outcome(e)
	if err != nil {
		return err
	}
	l.take(&o)
	for _, step := range o.Steps {
		if step.Event != 0 && step.Refused != "" {
			l.refused = step.Refused
			return nil
		}
	}
	again := report{e.Kind, e.Payment.Invoice, e.Payment.ID}
	l.skipped = e.Payment.ID != "" && l.reports[again] && quiet(&o)
	l.reports[again] = true
	l.history = append(l.history, e.Event)
	return nil
}

// outcome returns the result of an event, and of a late one the result of the correction. The outcome of a correction
// has no steps; it gets one.
func (l *life) outcome(e *entry) (lifecycle.Outcome, error) {
	if !e.late() {
		return lifecycle.Replay(l.policies, l.out.Subscription, []lifecycle.Event{e.Event}, e.At)
	}
	if reason := l.refusedThen(e); reason != "" {
		refused := l.step(e, &l.out, reason)
		return lifecycle.Outcome{Subscription: l.out.Subscription, Steps: []lifecycle.Step{refused}}, nil
	}
	o, err := lifecycle.Correct(lifecycle.CorrectRequest{
		Policies: l.policies, Subscription: l.first, Events: append(slices.Clone(l.history), e.Event),
		Issued: l.out.Invoices, At: e.Known,
	})
	if err != nil {
		return o, renumbered(err, len(l.history))
	}
	step := l.step(e, &o, "")
	for _, inv := range o.Invoices {
		step.Issued = append(step.Issued, inv.ID)
	}
	o.Steps = []lifecycle.Step{step}
	return o, nil
}

// refusedThen returns why a late event would have been refused when it happened, since a correction does not tell. ""
// is no refusal.
func (l *life) refusedThen(e *entry) string {
	before := slices.DeleteFunc(slices.Clone(l.history), func(h lifecycle.Event) bool { return h.At.After(e.At) })
	slices.SortStableFunc(before, func(a, b lifecycle.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Sequence, b.Sequence))
	})
	before = append(before, e.Event)
	for i := range before {
		before[i].Sequence = int64(i) + 1
	}
	o, err := lifecycle.Replay(l.policies, l.first, before, e.At)
	for _, step := range o.Steps {
		if err == nil && step.Sequence == int64(len(before)) {
			return step.Refused
		}
	}
	return ""
}

// renumbered returns the error of the last of several events as if it were the only one.
func renumbered(err error, last int) error {
	var all []error
	for _, fault := range flat(err) {
		own := *fault
		if rest, is := strings.CutPrefix(own.Field, fmt.Sprintf("events[%d]", last)); is {
			own.Field = "events[0]" + rest
		}
		all = append(all, &own)
	}
	return errors.Join(all...)
}

// step returns the step of an event that leads to an outcome.
func (l *life) step(e *entry, o *lifecycle.Outcome, refused string) lifecycle.Step {
	return lifecycle.Step{
		At: e.when(), Event: e.Kind, Sequence: e.Sequence, Ref: e.Payment.Invoice,
		Status: o.Subscription.Status, Access: l.policy(e.when()).Access(o.Subscription), Refused: refused,
	}
}

// quiet reports whether an outcome changes nothing and asks for nothing.
func quiet(o *lifecycle.Outcome) bool {
	return len(o.Invoices)+len(o.Changed)+len(o.Credits)+len(o.Notices)+len(o.Effects) == 0
}

// take joins an outcome to those before. A document that changed takes the place of the one that was issued.
func (l *life) take(o *lifecycle.Outcome) {
	all := &l.out
	all.Subscription = o.Subscription
	all.Invoices = append(all.Invoices, o.Invoices...)
	for _, inv := range o.Changed {
		same := func(known invoice.Invoice) bool { return known.ID == inv.ID }
		if i := slices.IndexFunc(all.Invoices, same); i >= 0 {
			all.Invoices[i] = inv
		} else if i := slices.IndexFunc(all.Changed, same); i >= 0 {
			all.Changed[i] = inv
		} else {
			all.Changed = append(all.Changed, inv)
		}
	}
	all.Credits = append(all.Credits, o.Credits...)
	all.Notices = append(all.Notices, o.Notices...)
	all.Effects = append(all.Effects, o.Effects...)
	all.Steps = append(all.Steps, o.Steps...)
}

// answered reports whether the entry after an event is an expectation about its refusal.
func (l *life) answered(i int) bool {
	return i+1 < len(l.Entries) && l.Entries[i+1].Expect != nil && l.Entries[i+1].Expect.Refused != nil
}

// unexpected adds the failure of an event that was refused, or that has an error.
func (l *life) unexpected(i int, err error) {
	if err == nil {
		l.fail(entryAt(i, ""), "refused: "+l.refused, "an event that is applied")
		return
	}
	for _, fault := range flat(err) {
		path := entryAt(i, "")
		if field, is := strings.CutPrefix(fault.Field, "events[0]"); is {
			path += field
		} else if fault.Field == "at" {
			path += ".at"
		}
		l.fail(path, "an error: "+fault.Reason, "an event that is applied")
		l.broken = append(l.broken, l.file.At(path, fault.Reason))
	}
}

// fail adds a failure.
func (l *life) fail(path, got, want string) {
	l.failures = append(l.failures, l.file.At(path, "got "+got+", want "+want))
}

// money returns an amount with the places of the currency, or with more if it has more.
func (l *life) money(d decimal.Decimal) string {
	places, err := l.first.Contract.Currency.Places()
	if err != nil || -d.Exponent() > places {
		return plain(d)
	}
	return d.StringFixed(places)
}

// localText returns an instant as its local time, to the nanosecond.
func localText(t time.Time) string { return proration.LocalTimeOf(t).String() }
