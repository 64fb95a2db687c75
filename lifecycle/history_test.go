package lifecycle_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// history is a subscription with all of its outcomes, as the test itself collects them. A fork continues separately.
type history struct {
	tb         testing.TB
	setup      *setup
	sub        lifecycle.Subscription
	events     []lifecycle.Event // including refused events
	out        lifecycle.Outcome // all outcomes joined
	invoices   []issued          // every invoice with its current receivable
	collecting []string          // invoices being collected, without a result so far
	ids        []string          // of notices and effects
	quantities []quantityFrom    // of the contract over time
	given      decimal.Decimal   // credit that no document granted
	recorder   *recorder
	log        []string // the steps, for failure messages
	light      bool     // only cheap checks
}

// issued is an invoice with its receivable.
type issued struct {
	invoice.Invoice
	receivable invoice.Receivable
}

// status returns the coarse status of the invoice.
func (i *issued) status() string { return i.receivable.Phase.Status() }

// quantityFrom is a quantity from an instant on.
type quantityFrom struct {
	at       time.Time
	quantity decimal.Decimal
}

// newHistory returns a history before its start.
func newHistory(tb testing.TB, w *setup, s *recorder) history {
	return history{tb: tb, setup: w, sub: w.sub, recorder: s}
}

// fork returns a copy that continues separately.
func (h history) fork() history {
	h.events, h.invoices, h.ids, h.quantities, h.log = slices.Clip(h.events), slices.Clone(h.invoices), slices.Clip(h.ids), slices.Clip(h.quantities), slices.Clip(h.log)
	h.collecting = slices.Clone(h.collecting)
	h.out.Invoices, h.out.Receivables = slices.Clip(h.out.Invoices), slices.Clone(h.out.Receivables)
	h.out.Credits, h.out.Notices = slices.Clip(h.out.Credits), slices.Clip(h.out.Notices)
	h.out.Effects, h.out.Steps = slices.Clip(h.out.Effects), slices.Clip(h.out.Steps)
	return h
}

// fault reports a fault with the steps that led to it, once for each format and setup.
func (h *history) fault(format string, args ...any) {
	h.tb.Helper()
	h.faultOf(format, format, args...)
}

// faultOf reports a fault once for each sort and setup.
func (h *history) faultOf(sort, format string, args ...any) {
	h.tb.Helper()
	if h.recorder.firstReport(h.setup.name + sort) {
		h.tb.Errorf("%s: %s\nafter\n\t%s", h.setup.name, fmt.Sprintf(format, args...), strings.Join(h.log, "\n\t"))
	}
}

// advanceTo advances to an instant, with one call for each deadline before it.
func (h *history) advanceTo(to time.Time) bool {
	h.tb.Helper()
	for range 1_000 {
		d, has := nextWith(h.setup.policy, h.sub)
		if !has || d.At.After(to) {
			break
		}
		if h.sub.Status != 0 && !d.At.After(h.sub.At) {
			h.fault("the next deadline %v at %v is not after %v", d.Kind, d.At, h.sub.At)
			return false
		}
		h.log = append(h.log, fmt.Sprintf("%s  %v %s", d.At.Format(time.RFC3339Nano), d.Kind, d.Invoice))
		out, err := h.advanced(d.At)
		if err != nil {
			h.fault("advance to the deadline: %v", err)
			return false
		}
		if len(out.Steps) == 0 || !isStepOf(&out.Steps[0], d) {
			h.fault("the first step is not the deadline %+v: %+v", d, out.Steps)
			return false
		}
		h.record(out)
	}
	if h.sub.Status == 0 || !to.After(h.sub.At) {
		return true
	}
	out, err := advanceWith(h.setup.policy, h.sub, to)
	if err != nil {
		h.fault("advance: %v", err)
		return false
	}
	if len(out.Steps) > 0 {
		h.fault("a deadline that Next did not return: %+v", out.Steps)
	}
	h.record(out)
	return true
}

// isStepOf reports whether a step is that of a deadline.
func isStepOf(s *lifecycle.Step, d lifecycle.Deadline) bool {
	return s.At.Equal(d.At) && s.Deadline == d.Kind && s.Invoice == d.Invoice && s.Change == d.Change && s.Reminder == d.Reminder && s.Of == d.Of
}

// apply advances to an event and applies it, and reports whether it was allowed. A refused event changes nothing.
func (h *history) apply(e lifecycle.Event) bool {
	h.tb.Helper()
	if !h.advanceTo(e.At) {
		return false
	}
	e.Sequence = int64(len(h.events) + 1)
	h.log = append(h.log, fmt.Sprintf("%s  %v %s", e.At.Format(time.RFC3339Nano), e.Kind, e.Payment.Invoice))
	if !e.Change.IsZero() || !e.On.IsZero() || e.IfPaid {
		h.log[len(h.log)-1] += giventest.JSON(h.tb, e)
	}
	out, err := h.answered(&e)
	if err != nil {
		if h.checkRefusal(e, err) {
			h.events = append(h.events, e)
		}
		h.log[len(h.log)-1] += " (refused: " + err.Error() + ")"
		return false
	}
	if h.sub.Sequence >= e.Sequence || out.Subscription.Sequence != e.Sequence {
		h.fault("the sequence of the last event is %d, want %d", out.Subscription.Sequence, e.Sequence)
	}
	h.events = append(h.events, e)
	h.record(out)
	return true
}

// checkRefusal checks that an error is a refusal with a reason or a fault of the event, and reports whether it is a
// refusal.
func (h *history) checkRefusal(e lifecycle.Event, err error) bool {
	h.tb.Helper()
	var refusal *lifecycle.Refusal
	if !errors.Is(err, plans.ErrRefused) || !errors.As(err, &refusal) {
		if !errors.Is(err, proration.ErrOutside) && !isEventFault(err) && !strings.Contains(err.Error(), "has no day to count") {
			h.fault("%v returns an error that is no refusal: %v", e.Kind, err)
		}
		return false
	}
	if refusal.Reason == "" || refusal.Rule == "" || refusal.Event != e.Kind || refusal.Status != h.sub.Status {
		h.fault("wrong refusal %+v of %v while %v", refusal, e.Kind, h.sub.Status)
	}
	return true
}

// isEventFault reports whether an error concerns only fields of the event.
func isEventFault(err error) bool {
	for _, text := range giventest.Faults(err) {
		if !strings.HasPrefix(text, "event.") {
			return false
		}
	}
	return true
}

// record joins an outcome to the earlier ones, and checks it against the laws.
func (h *history) record(out lifecycle.Outcome) {
	h.tb.Helper()
	from := h.sub.Status
	for _, s := range out.Steps {
		h.recorder.edge(h, from, s)
		from = s.Status
	}
	h.lossLaw(out)
	waited := h.sub.PendingChange
	h.sub = out.Subscription
	h.out.Subscription = out.Subscription
	for _, inv := range out.Invoices {
		h.invoices = append(h.invoices, issued{Invoice: inv})
	}
	h.out.Invoices = append(h.out.Invoices, out.Invoices...)
	for _, r := range out.Receivables {
		i := slices.IndexFunc(h.invoices, func(inv issued) bool { return inv.ID == r.Invoice })
		if i < 0 {
			h.fault("the receivable of invoice %s changed, which was never issued", r.Invoice)
			return
		}
		h.invoices[i].receivable = r
		if i := slices.IndexFunc(h.out.Receivables, func(other invoice.Receivable) bool { return other.Invoice == r.Invoice }); i >= 0 {
			h.out.Receivables[i] = r
		} else {
			h.out.Receivables = append(h.out.Receivables, r)
		}
	}
	h.out.Credits = append(h.out.Credits, out.Credits...)
	for _, e := range out.Credits {
		if e.Kind == credits.Granted && e.Ref == "" || strings.HasPrefix(e.Ref, h.sub.ID+"/") { // or paid out, or of a surplus
			h.given = h.given.Add(e.Amount)
		}
	}
	h.out.Notices = append(h.out.Notices, out.Notices...)
	h.out.Effects = append(h.out.Effects, out.Effects...)
	h.out.Steps = append(h.out.Steps, out.Steps...)
	at, q := h.sub.At, quantityOf(h.sub.Contract, h.sub.At)
	made := waited != nil && h.sub.PendingChange == nil && q.Equal(quantityOf(waited.After.Contract, h.sub.At))
	if made { // a change that is paid first is billed from its request on
		at = h.events[waited.Sequence-1].At
	}
	if len(h.quantities) == 0 || !q.Equal(h.quantities[len(h.quantities)-1].quantity) {
		h.quantities = append(h.quantities, quantityFrom{at, q})
	}
	h.checkLaws(out)
}

// quantityOf returns the quantity of a contract at an instant, and zero if its item left.
func quantityOf(c plans.Contract, at time.Time) (quantity decimal.Decimal) {
	if len(c.Items) > 0 {
		quantity = c.Items[0].Quantity
	}
	for _, step := range c.Ramp {
		if !step.At.After(at) {
			quantity = step.Item.Quantity
		}
	}
	return quantity
}
