package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// life is the state of a running scenario.
type life struct {
	*input
	out     lifecycle.Outcome // all outcomes so far, joined
	history []lifecycle.Event // applied events

	issued      map[string]invoice.Invoice // issued documents by ID
	receivables answer.Receivables         // latest receivables

	refused string // reason or error of the last event; "" if it was applied
	skipped bool   // reports whether the last event was a repeat

	notices, effects int // number of notices and effects already compared

	failures []jsonfault.Fault // failing expectations
	broken   []jsonfault.Fault // errors that no expectation covers
}

// live runs the entries in order and advances to the end of the scenario.
func (in *input) live() *life {
	l := life{
		input: in, issued: map[string]invoice.Invoice{},
		out: lifecycle.Outcome{Subscription: in.first},
	}
	for i := range in.Entries {
		e := &in.Entries[i]
		var err error
		if e.Expect != nil || e.when().After(l.out.Subscription.At) {
			err = l.advance(e.when())
		}
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

// stuck adds a failure for an instant that cannot be reached.
func (l *life) stuck(path string, at time.Time, err error) {
	l.fail(path, "an error: "+err.Error(), "to reach "+l.text(at))
	l.broken = append(l.broken, l.file.At(path, fault.All(err)[0].Reason))
}

// advance advances the subscription to an instant, unless it is unsound.
func (l *life) advance(to time.Time) error {
	if l.unsound {
		return nil // it never starts
	}
	o, err := lifecycle.Replay(l.checked, l.out.Subscription, nil, to)
	if err == nil {
		l.take(&o)
	}
	return err
}

// event applies the event of an entry, unless its instant could not be reached.
func (l *life) event(i int, err error) {
	e := &l.Entries[i]
	l.refused, l.skipped = "", false
	if err == nil {
		err = l.happen(e)
	}
	if err != nil {
		l.refused = strings.ReplaceAll(err.Error(), "events[0]", "event")
		l.out.Steps = append(l.out.Steps, lifecycle.Step{
			At: e.when(), Event: e.Kind, Sequence: e.Sequence, Invoice: e.Payment.Invoice,
			Status: l.out.Subscription.Status, Access: l.checked.Access(l.out.Subscription), Refused: l.refused,
		})
	}
	if l.refused != "" && !l.answered(i) {
		l.unexpected(i, err)
	}
}

// happen applies an event. It returns an error for an event that cannot be applied.
func (l *life) happen(e *entry) error {
	repeated := e.Sequence <= l.out.Subscription.Sequence
	if repeated && e.late() {
		l.skipped = true
		return nil
	}
	o, err := l.outcome(e)
	if err != nil {
		return err
	}
	l.take(&o)
	for _, step := range o.Steps {
		if step.Sequence == e.Sequence && step.Refused != "" {
			l.refused = step.Refused
			return nil
		}
		l.skipped = l.skipped || step.Skipped
	}
	if !repeated {
		l.history = append(l.history, e.Event)
	}
	return nil
}

// outcome returns the outcome of an event. A late event is corrected.
func (l *life) outcome(e *entry) (lifecycle.Outcome, error) {
	sub := l.out.Subscription
	if !e.late() {
		return lifecycle.Replay(l.checked, sub, l.documented([]lifecycle.Event{e.Event}), later(e.At, sub.At))
	}
	o, err := lifecycle.Correct(l.checked, lifecycle.CorrectRequest{
		Subscription: sub, Initial: l.first, Events: l.documented(append(slices.Clone(l.history), e.Event)),
		Issued: l.out.Invoices, Receivables: l.receivables.All, At: later(e.Known, sub.At),
	})
	return o, renumbered(err, len(l.history))
}

// documented adds the issued invoice to the events that correct it, since the subscription keeps only its receivable.
func (l *life) documented(events []lifecycle.Event) []lifecycle.Event {
	for i := range events {
		e := &events[i]
		inv, issued := l.issued[e.Payment.Invoice]
		if issued && e.Kind == lifecycle.BillingDetailsChanged && e.Document == nil {
			e.Document = &inv
		}
	}
	return events
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// renumbered returns the error of the last of several events with the path of a single event, events[0].
func renumbered(err error, last int) error {
	return fault.Rename(err, fmt.Sprintf("events[%d]", last), "events[0]")
}

// take joins an outcome to the earlier ones. A changed receivable replaces its earlier version.
func (l *life) take(o *lifecycle.Outcome) {
	all := &l.out
	all.Subscription = o.Subscription
	all.Invoices = append(all.Invoices, o.Invoices...)
	for _, inv := range o.Invoices {
		l.issued[inv.ID] = inv
	}
	l.receivables.Add(o.Receivables)
	all.Receivables = l.receivables.All
	all.Credits = append(all.Credits, o.Credits...)
	all.Notices = append(all.Notices, o.Notices...)
	all.Effects = append(all.Effects, o.Effects...)
	all.Steps = append(all.Steps, o.Steps...)
}

// answered reports whether the entry after an event expects its refusal.
func (l *life) answered(i int) bool {
	return i+1 < len(l.Entries) && l.Entries[i+1].Expect != nil && l.Entries[i+1].Expect.Refused != nil
}

// unexpected adds the failure of a refused event or of an event with an error.
func (l *life) unexpected(i int, err error) {
	if err == nil {
		l.fail(entryAt(i, ""), "refused: "+l.refused, "an applied event")
		return
	}
	for _, e := range fault.All(err) {
		path := entryAt(i, "")
		if field, is := strings.CutPrefix(e.Field, "events[0]"); is {
			path += field
		} else if e.Field == "at" {
			path += ".at"
		}
		l.fail(path, "an error: "+e.Reason, "an applied event")
		l.broken = append(l.broken, l.file.At(path, e.Reason))
	}
}

// fail adds a failure.
func (l *life) fail(path, got, want string) {
	l.failures = append(l.failures, l.file.At(path, "got "+got+", want "+want))
}

// money returns an amount with the decimal places of the currency, or with more if it has more.
func (l *life) money(d decimal.Decimal) string {
	places, err := l.first.Contract.Currency.Places()
	if err != nil || -d.Exponent() > places {
		return plain(d)
	}
	return d.StringFixed(places)
}

// localText returns the local time of an instant, to the nanosecond.
func localText(t time.Time) string { return proration.LocalTimeOf(t).String() }
