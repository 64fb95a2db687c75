package main

import (
	"errors"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
	"github.com/billingrules/billing/proration"
)

// life is the state of a running scenario.
type life struct {
	*input
	host *lifecycletest.Host
	now  lifecycletest.Statement // statement after the last entry

	refused string // reason or error of the last event; "" if it was applied
	skipped bool   // reports whether the last event was a repeat

	notices, effects int // number of notices and effects already compared

	failures []jsonfault.Fault // failing expectations
	broken   []jsonfault.Fault // errors that no expectation covers
}

// live runs the entries in order and advances to the end of the scenario. The file has the reports of the provider, so
// that the host's provider reports none.
func (in *input) live() *life {
	l := life{input: in, host: lifecycletest.NewHost(in.checked, in.first)}
	l.host.Taxes = in.taxes
	l.now.Subscription = in.first
	if err := l.host.Script(lifecycletest.Answer{}); err != nil {
		l.stuck("", in.Until, err)
	}
	for i := range in.Entries {
		e := &in.Entries[i]
		var err error
		if e.Expect != nil || e.when().After(l.now.At) {
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
		l.now.Access = l.checked.Access(l.first)
		return nil // it never starts
	}
	if err := l.host.AdvanceTo(to); err != nil {
		return err
	}
	return l.look(to)
}

// look takes the statement at an instant.
func (l *life) look(at time.Time) (err error) {
	l.now, err = l.host.Statement(at)
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
	}
	if l.refused != "" && !l.answered(i) {
		l.unexpected(i, err)
	}
}

// happen applies an event. A late event is corrected, and a late repeat is skipped.
func (l *life) happen(e *entry) error {
	apply := l.host.Send
	if e.late() {
		apply = l.host.Correct
		if l.skipped = e.Sequence <= l.now.Subscription.Sequence; l.skipped {
			return nil
		}
	}
	before := len(l.now.Steps)
	err := apply(e.Event)
	if l.unsound {
		return err
	}
	if err := l.look(later(e.when(), l.now.At)); err != nil {
		return err
	}
	for _, step := range l.now.Steps[before:] {
		l.skipped = l.skipped || step.Sequence == e.Sequence && step.Skipped
	}
	return err
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// answered reports whether the entry after an event expects its refusal.
func (l *life) answered(i int) bool {
	return i+1 < len(l.Entries) && l.Entries[i+1].Expect != nil && l.Entries[i+1].Expect.Refused != nil
}

// unexpected adds the failure of a refused event or of an event with an error.
func (l *life) unexpected(i int, err error) {
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
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
