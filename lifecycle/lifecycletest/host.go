package lifecycletest

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// Host is a host of one subscription: a clock, a payment provider and a store. It is not safe for concurrent use.
type Host struct {
	// Taxes is the tax engine that answers the drafts of policies with one; nil is none. It answers at once.
	Taxes func(*invoice.TaxRequest) []invoice.TaxAnswer

	policies *lifecycle.Policies
	initial  lifecycle.Subscription // subscription before the first event

	at       time.Time         // time of the clock; zero before the first call
	script   []scripted        // script of the provider
	reports  []report          // reports that the provider has yet to make, in order of their times
	requests int               // number of answered requests of payments
	events   []lifecycle.Event // applied events, in order of their numbers
	moments  []moment          // everything the host knew at a time, in order; the last is now
}

// moment is everything that the host knew at a time. Its lists only grow, so that all moments share them.
type moment struct {
	lifecycle.Outcome // all outcomes so far, joined; of several receivables of one invoice, the last counts
	at                time.Time
}

// NewHost returns a host for a subscription before its first event. Faults of the subscription or missing policies are
// the error of the first method that needs them.
func NewHost(policies *lifecycle.Policies, sub lifecycle.Subscription) *Host {
	return &Host{policies: policies, initial: sub, moments: []moment{{Outcome: lifecycle.Outcome{Subscription: sub}}}}
}

// now returns everything that the host knows.
func (h *Host) now() *moment { return &h.moments[len(h.moments)-1] }

// maxStops is the limit of deadlines and reports that one call processes.
const maxStops = 5_000

// AdvanceTo moves the clock to a time. It processes every deadline until then at its time, and applies the provider's
// reports.
// Errors: ErrUnset for missing policies; the faults of the subscription; for the time, ErrUnset, ErrLimit after the
// year 9998 or if more than 5,000 deadlines and reports precede it, and ErrOutside before the time of the clock; and
// the refusal of a report.
func (h *Host) AdvanceTo(at time.Time) error {
	if at.Before(h.at) {
		return fault.New("at", proration.ErrOutside, "must not be before %s, the time of the clock; got %s",
			h.at.Format(time.RFC3339Nano), at.Format(time.RFC3339Nano))
	}
	for range maxStops {
		until := at
		r := h.due(at)
		if r != nil {
			until = r.At
		}
		sub := &h.now().Subscription
		next, err := lifecycle.Next(h.policies, *sub)
		if err != nil {
			return err
		}
		switch heard := r != nil && !r.At.After(sub.At); {
		case next.Kind != 0 && !next.At.After(until) && !heard:
			err = h.pass(next.At)
		case r != nil:
			err = h.hear()
		default:
			return h.pass(at)
		}
		if err != nil {
			return err
		}
	}
	return fault.New("at", proration.ErrLimit, "must be at most 5,000 deadlines ahead; advance in steps")
}

// pass advances to the next deadline, or to a time before it.
func (h *Host) pass(to time.Time) error {
	out, err := lifecycle.Advance(h.policies, h.now().Subscription, to)
	if err != nil {
		return err
	}
	h.at = to
	if err := h.take(&out); err != nil || requestOf(&out) == nil {
		return err
	}
	answers, err := h.taxed(&out)
	if err != nil {
		return err
	}
	return moved(h.apply(lifecycle.Event{At: to, Kind: lifecycle.TaxesCalculated, TaxAnswers: answers}), "taxes")
}

// Send moves the clock to the time of each event, as AdvanceTo does, and applies the event. An event without a number
// gets the next one. A report of the provider may be dated before the time of the clock; another event that happened
// earlier goes to Correct. The first event that is refused or has faults ends the call.
// Errors: those of [Host.AdvanceTo] and [lifecycle.Apply], with the faults of an event under events[i].
func (h *Host) Send(events ...lifecycle.Event) error {
	for i, e := range events {
		path := fault.At("events", i)
		if e.At.After(h.at) {
			if err := h.AdvanceTo(e.At); err != nil {
				return fault.Rename(err, "at", path+".at")
			}
		}
		err := h.apply(e)
		if err == nil {
			err = h.settle()
		}
		if err != nil {
			return moved(err, path)
		}
	}
	return nil
}

// moved returns the error of a single event with its faults under a path. A refusal is unchanged.
func moved(err error, path string) error {
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return err
	}
	return fault.Rename(err, "events[0]", path)
}

// settle applies the reports that the provider makes at once.
func (h *Host) settle() error {
	for range maxStops {
		if h.due(h.at) == nil {
			return nil
		}
		if err := h.hear(); err != nil {
			return err
		}
	}
	return fault.New("events[0]", proration.ErrLimit, "must lead to at most 5,000 reports of the provider")
}

// apply applies an event. A refused event, or one with faults, becomes a step with the reason. The path of the event is
// events[0].
func (h *Host) apply(e lifecycle.Event) error {
	sub := h.now().Subscription
	if e.Sequence == 0 {
		e.Sequence = sub.Sequence + 1
	}
	e = h.documented(e)
	out, err := lifecycle.Apply(h.policies, sub, e)
	for err == nil && requestOf(&out) != nil {
		h.join(&out)
		var answers []invoice.TaxAnswer
		if answers, err = h.taxed(&out); err != nil {
			return err
		}
		e.TaxAnswers = slices.Concat(e.TaxAnswers, answers)
		out, err = lifecycle.Apply(h.policies, sub, e)
	}
	if err != nil {
		out, failed := lifecycle.Replay(h.policies, sub, []lifecycle.Event{e}, later(e.At, sub.At))
		if failed == nil { // it is refused
			return cmp.Or(h.take(&out), err)
		}
		h.refuse(e, e.At, fault.Rename(failed, "events[0]", "event"))
		return failed
	}
	if e.Sequence > sub.Sequence {
		h.events = append(h.events, e)
	}
	return h.take(&out)
}

// documented adds the issued invoice to an event that corrects it, since the subscription keeps only its receivable.
func (h *Host) documented(e lifecycle.Event) lifecycle.Event {
	if e.Kind != lifecycle.BillingDetailsChanged || e.Payment.Invoice == "" || e.Document != nil {
		return e
	}
	named := func(inv invoice.Invoice) bool { return inv.ID == e.Payment.Invoice }
	if i := slices.IndexFunc(h.now().Invoices, named); i >= 0 {
		issued := h.now().Invoices[i]
		e.Document = &issued
	}
	return e
}

// refuse adds the step of an event that has faults.
func (h *Host) refuse(e lifecycle.Event, at time.Time, err error) {
	sub := &h.now().Subscription
	h.join(&lifecycle.Outcome{Subscription: *sub, Steps: []lifecycle.Step{{
		At: at, Event: e.Kind, Sequence: e.Sequence, Invoice: e.Payment.Invoice,
		Status: sub.Status, Access: h.policies.Access(*sub), Refused: err.Error(),
	}}})
}

// take stores an outcome, and lets the provider answer its requests.
func (h *Host) take(out *lifecycle.Outcome) error {
	h.join(out)
	return h.answer(out)
}

// join adds a moment with an outcome.
func (h *Host) join(out *lifecycle.Outcome) {
	m := *h.now()
	h.at = later(h.at, out.Subscription.At)
	m.at = h.at
	m.Subscription = out.Subscription
	m.Invoices = append(m.Invoices, out.Invoices...)
	m.Receivables = append(m.Receivables, out.Receivables...)
	m.Credits = append(m.Credits, out.Credits...)
	m.Notices = append(m.Notices, out.Notices...)
	m.Effects = append(m.Effects, out.Effects...)
	m.Steps = append(m.Steps, out.Steps...)
	h.moments = append(h.moments, m)
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// zoneOf returns the customer's time zone, UTC if none is set.
func zoneOf(sub *lifecycle.Subscription) *time.Location {
	if zone := sub.Contract.Cycle.Location; zone != nil {
		return zone
	}
	return time.UTC
}
