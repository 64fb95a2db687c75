package lifecycle_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// life is a subscription with everything that ever came of it, kept by the test itself: copies of it go on in different ways.
type history struct {
	tb         testing.TB
	setup      *setup
	sub        lifecycle.Subscription
	events     []lifecycle.Event // all of them, also those that were refused
	out        lifecycle.Outcome // joined
	invoices   []invoice.Invoice // every invoice, as it stands now
	collecting []string          // invoices that are charged while nobody told what came of it
	ids        []string          // of notices and effects
	quantities []quantityFrom    // what the contract had, and since when
	recorder   *recorder
	log        []string // what happened, for people
	light      bool     // only what is cheap is looked at
}

// seatsFrom is a quantity from an instant on.
type quantityFrom struct {
	at       time.Time
	quantity decimal.Decimal
}

// newLife returns a life before its start.
func newHistory(tb testing.TB, w *setup, s *recorder) history {
	return history{tb: tb, setup: w, sub: w.sub, recorder: s}
}

// fork returns a life that goes on by itself.
func (h history) fork() history {
	h.events, h.invoices, h.ids, h.quantities, h.log = slices.Clip(h.events), slices.Clone(h.invoices), slices.Clip(h.ids), slices.Clip(h.quantities), slices.Clip(h.log)
	h.collecting = slices.Clone(h.collecting)
	h.out.Invoices, h.out.Changed = slices.Clone(h.out.Invoices), slices.Clone(h.out.Changed)
	h.out.Credits, h.out.Notices = slices.Clip(h.out.Credits), slices.Clip(h.out.Notices)
	h.out.Effects, h.out.Steps = slices.Clip(h.out.Effects), slices.Clip(h.out.Steps)
	return h
}

// fault reports what is wrong, with how it came to be: the first of its sort in a world.
func (h *history) fault(format string, args ...any) {
	h.tb.Helper()
	h.faultOf(format, format, args...)
}

// faultOf is a fault of a sort of its own.
func (h *history) faultOf(sort, format string, args ...any) {
	h.tb.Helper()
	if h.recorder.firstReport(h.setup.name + sort) {
		h.tb.Errorf("%s: %s\nafter\n\t%s", h.setup.name, fmt.Sprintf(format, args...), strings.Join(h.log, "\n\t"))
	}
}

// pass goes from deadline to deadline up to an instant, one call each, and then there.
func (h *history) advanceTo(to time.Time) bool {
	h.tb.Helper()
	for range 1_000 {
		d, has := lifecycle.Next(h.setup.policy, h.sub)
		if !has || d.At.After(to) {
			break
		}
		if h.sub.Status != 0 && !d.At.After(h.sub.At) {
			h.fault("the next deadline %v at %v is not after %v", d.Kind, d.At, h.sub.At)
			return false
		}
		h.log = append(h.log, fmt.Sprintf("%s  %v %s", d.At.Format(time.RFC3339Nano), d.Kind, d.Ref))
		out, err := lifecycle.Advance(h.setup.policy, h.sub, d.At)
		if err != nil {
			h.fault("advance to the deadline: %v", err)
			return false
		}
		if len(out.Steps) == 0 || out.Steps[0].Deadline != d.Kind || !out.Steps[0].At.Equal(d.At) || out.Steps[0].Ref != d.Ref {
			h.fault("the first step is not the deadline %+v: %+v", d, out.Steps)
			return false
		}
		h.record(out)
	}
	if h.sub.Status == 0 || !to.After(h.sub.At) {
		return true
	}
	out, err := lifecycle.Advance(h.setup.policy, h.sub, to)
	if err != nil {
		h.fault("advance: %v", err)
		return false
	}
	if len(out.Steps) > 0 {
		h.fault("a deadline that was not the next: %+v", out.Steps)
	}
	h.record(out)
	return true
}

// apply advances to an event and applies it, and reports whether it was allowed. What was refused changes nothing.
func (h *history) apply(e lifecycle.Event) bool {
	h.tb.Helper()
	e.Sequence = int64(len(h.events) + 1)
	if !h.advanceTo(e.At) {
		return false
	}
	h.log = append(h.log, fmt.Sprintf("%s  %v %s", e.At.Format(time.RFC3339Nano), e.Kind, e.Payment.Invoice))
	out, err := lifecycle.Apply(h.setup.policy, h.sub, e)
	if err != nil {
		if h.checkRefusal(e, err) {
			h.events = append(h.events, e)
		}
		h.log[len(h.log)-1] += " (refused: " + err.Error() + ")"
		return false
	}
	if h.sub.Sequence >= e.Sequence || out.Subscription.Sequence != e.Sequence {
		h.fault("the number of the last event is %d, want %d", out.Subscription.Sequence, e.Sequence)
	}
	h.events = append(h.events, e)
	h.record(out)
	return true
}

// refused holds an error to being a refusal that says why, or a fault of the event, and reports whether it is the former.
func (h *history) checkRefusal(e lifecycle.Event, err error) bool {
	h.tb.Helper()
	var refusal *lifecycle.Refusal
	if !errors.Is(err, lifecycle.ErrRefused) || !errors.As(err, &refusal) {
		if !errors.Is(err, proration.ErrOutside) && !isEventFault(err) && !strings.Contains(err.Error(), "has no day to count") {
			h.fault("%v is no refusal: %v", e.Kind, err)
		}
		return false
	}
	if refusal.Reason == "" || refusal.Event != e.Kind || refusal.Status != h.sub.Status {
		h.fault("the refusal %+v of %v while %v", refusal, e.Kind, h.sub.Status)
	}
	return true
}

// ill reports whether an error is about the event itself: an amount, an item or an instant that cannot be.
func isEventFault(err error) bool {
	for _, text := range giventest.Faults(err) {
		if !strings.HasPrefix(text, "event.") {
			return false
		}
	}
	return true
}

// take joins an outcome to what was, and holds it to the laws.
func (h *history) record(out lifecycle.Outcome) {
	h.tb.Helper()
	from := h.sub.Status
	for _, s := range out.Steps {
		h.recorder.edge(h, from, s)
		from = s.Status
	}
	h.sub = out.Subscription
	h.out.Subscription = out.Subscription
	for _, inv := range out.Invoices {
		h.out.Invoices = append(h.out.Invoices, inv)
		h.invoices = append(h.invoices, inv)
	}
	for _, inv := range out.Changed {
		place := func(other invoice.Invoice) bool { return other.ID == inv.ID }
		i := slices.IndexFunc(h.invoices, place)
		if i < 0 {
			h.fault("invoice %s changed and was never issued", inv.ID)
			return
		}
		h.invoices[i] = inv
		if i := slices.IndexFunc(h.out.Invoices, place); i >= 0 {
			h.out.Invoices[i] = inv
		} else if i := slices.IndexFunc(h.out.Changed, place); i >= 0 {
			h.out.Changed[i] = inv
		} else {
			h.out.Changed = append(h.out.Changed, inv)
		}
	}
	h.out.Credits = append(h.out.Credits, out.Credits...)
	h.out.Notices = append(h.out.Notices, out.Notices...)
	h.out.Effects = append(h.out.Effects, out.Effects...)
	h.out.Steps = append(h.out.Steps, out.Steps...)
	if q := quantityOf(h.sub.Contract, h.sub.At); len(h.quantities) == 0 || !q.Equal(h.quantities[len(h.quantities)-1].quantity) {
		h.quantities = append(h.quantities, quantityFrom{h.sub.At, q})
	}
	h.checkLaws(out)
}

// seatsOf is the quantity that a contract has at an instant.
func quantityOf(c plans.Contract, at time.Time) decimal.Decimal {
	quantity := c.Items[0].Quantity
	for _, step := range c.Ramp {
		if !step.At.After(at) {
			quantity = step.Item.Quantity
		}
	}
	return quantity
}
