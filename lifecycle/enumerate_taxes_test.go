package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// engineSetups are the setups with a tax engine.
func engineSetups(tb testing.TB) (all []setup) {
	for _, w := range setups(tb) {
		w.policy.Billing.Taxes, w.policy.Billing.TaxEngine = nil, true
		w.name += " with an engine"
		all = append(all, w)
	}
	return all
}

// engineCandidates are the events of lives under a tax engine, some of them with odd amounts.
func engineCandidates() []candidate {
	all := candidatesNamed(
		"payment_succeeded", "payment_failed", "payment_disputed", "dispute_won", "dispute_lost", "payment_refunded", "paid in part", "invoice_voided",
		"invoice_credited", "seats 2", "seats -1", "plan pro", "plan year", "pause_requested", "resumed", "canceled immediately", "canceled with a refund",
		"canceled at_period_end", "reactivated", "sold", "usage", "issued",
	)
	for _, kind := range []lifecycle.EventKind{lifecycle.PaymentRefunded, lifecycle.InvoiceCredited} {
		for _, amount := range []string{"0.03", "9.04"} {
			of := paymentEvent(kind, false, false, "paid")
			all = append(all, candidate{of.name + " " + amount, func(h *history, at time.Time) (lifecycle.Event, bool) {
				e, is := of.event(h, at)
				e.Payment.Amount = giventest.Money(amount)
				return e, is
			}})
		}
	}
	copied := candidateNamed("billing_details_changed with a copy")
	return append(all, candidate{copied.name, func(h *history, at time.Time) (lifecycle.Event, bool) {
		e, is := copied.event(h, at)
		return e, is && !slices.ContainsFunc(h.sub.Receivables, invoice.Receivable.Overdue)
	}})
}

// Lives of two and three events under a tax engine obey the laws, and their replay with the answers is the same.
func TestEveryLifeUnderATaxEngineEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	s := newRecorder()
	few := slices.DeleteFunc(engineCandidates(), func(c candidate) bool {
		return !slices.Contains([]string{
			"payment_succeeded", "payment_disputed", "payment_refunded 9.04", "invoice_credited", "invoice_voided", "seats 2", "seats -1", "pause_requested",
			"resumed", "canceled immediately", "reactivated",
		}, c.name)
	})
	for _, w := range engineSetups(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, along := range race.Few(paths()[4:7], 2) {
				h := followPath(t, &w, along, s)
				engineLives(&h, engineCandidates(), 2)
				deep := w.name == "balance with an engine" || w.policy.Prorations == plans.NextInvoice
				if len(along.steps) < 3 && deep && !race.On {
					engineLives(&h, few, 3)
				}
			}
		})
	}
}

// engineLives applies every sequence of candidates of a length, and checks each life.
func engineLives(h *history, all []candidate, depth int) {
	if depth == 0 {
		return
	}
	d, has := nextWith(h.setup.policy, h.sub)
	for i, at := range []time.Time{h.sub.At.Add(40 * time.Hour), d.At} {
		if i > 0 && !has || at.Before(h.sub.At) {
			continue
		}
		for _, l := range all {
			g := h.fork()
			if !g.applyAt(l, at) {
				continue
			}
			g.taxLaw()
			if depth == 1 {
				g.replayLaw()
			}
			engineLives(&g, all, depth-1)
		}
	}
}

// replayLaw checks that a replay of the events with their answers gives the same subscription and documents (law 10).
func (h *history) replayLaw() {
	h.tb.Helper()
	out, err := replayWith([]lifecycle.Policy{h.setup.policy}, h.setup.sub, h.events, h.sub.At)
	if err != nil {
		h.fault("replay: %v", err)
		return
	}
	h.checkSame("a replay with answers", out.Subscription, h.sub)
	h.checkSame("a replay with answers has documents that differ", out.Invoices, h.out.Invoices)
}

// A late change under a tax engine bills the difference, with answers of its own for new charges; a second correction
// bills nothing.
func TestEveryLateChangeUnderATaxEngineEnumerated(t *testing.T) {
	short.Skip(t)
	late := candidatesNamed("seats 2", "seats -1", "plan pro", "plan basic", "plan year", "canceled immediately", "sold", "price")
	for _, w := range engineSetups(t) {
		if !correctable(&w) {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			at := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
			early := []datedEvent{{candidateNamed("started without trial"), at}, {candidateNamed("payment_succeeded"), at.Add(time.Hour)}}
			for _, l := range race.Few(late, 2) {
				for _, after := range race.Few([]int{2, 9, 20}, 1) {
					for _, between := range append(candidatesNamed("seats 2", "seats -1", "plan pro"), candidate{name: "nothing"}) {
						for _, till := range []int{21, 40} {
							checkEngineCorrection(t, &w, early, datedEvent{l, at.Add(time.Duration(after)*day + 3*time.Hour)},
								datedEvent{between, at.Add(12*day + 5*time.Hour)}, at.Add(time.Duration(till)*day))
						}
					}
				}
			}
		})
	}
}

// checkEngineCorrection corrects a life by a late event, and checks the documents of the correction.
func checkEngineCorrection(t *testing.T, w *setup, early []datedEvent, late, between datedEvent, till time.Time) {
	t.Helper()
	h := applyAll(newHistory(t, w, newRecorder()), append(slices.Clone(early), between))
	h.advanceTo(till)
	e, is := late.candidate.event(&h, late.at)
	if !is || t.Failed() {
		return
	}
	e.Sequence, e.At = int64(len(h.events)+1), late.at
	c := lifecycle.CorrectRequest{
		Subscription: h.out.Subscription, Initial: w.sub, Events: append(slices.Clone(h.events), e), Issued: h.out.Invoices,
		Receivables: h.out.Receivables, At: till,
	}
	out, err := correctWith([]lifecycle.Policy{w.policy}, c)
	for range 5 {
		if request := asks(&out); err == nil && request != nil {
			c.TaxAnswers = append(c.TaxAnswers, oddEngine(request)...)
			out, err = correctWith([]lifecycle.Policy{w.policy}, c)
		}
	}
	if err != nil || asks(&out) != nil {
		h.faultOf(late.candidate.name, "correct %s of %v: %v", late.candidate.name, late.at, err)
		return
	}
	h.log = append(h.log, "corrected by "+late.candidate.name+" of "+late.at.String())
	for _, inv := range out.Invoices {
		if err := invoice.Check(inv); err != nil {
			h.faultOf("check", "invoice %s: %v", inv.ID, err)
		}
	}
	for _, inv := range out.Invoices {
		i := slices.IndexFunc(out.Receivables, func(r invoice.Receivable) bool { return r.Invoice == inv.ID })
		h.invoices = append(h.invoices, issued{inv, out.Receivables[i]})
	}
	h.taxLaw()
	c.Subscription, c.Issued, c.TaxAnswers = out.Subscription, slices.Concat(h.out.Invoices, out.Invoices), nil
	c.Receivables = slices.Concat(h.out.Receivables, out.Receivables)
	again, err := correctWith([]lifecycle.Policy{w.policy}, c)
	if err != nil || len(again.Invoices) > 0 || asks(&again) != nil {
		h.faultOf("again", "the repeated correction issues %d invoices: %v", len(again.Invoices), err)
	}
}
