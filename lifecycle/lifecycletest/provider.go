package lifecycletest

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// report is an event that the provider reports at a time.
type report struct {
	lifecycle.Event
	result bool // the result of a requested payment
	atOnce bool // it is reported at the time of the request
}

// answer adds the reports with which the provider answers the requests of an outcome.
func (h *Host) answer(out *lifecycle.Outcome) error {
	for i := range out.Effects {
		e := &out.Effects[i]
		later := func(l lifecycle.Effect) bool { return l.Kind == e.Kind && l.Invoice == e.Invoice }
		var err error
		switch e.Kind {
		case lifecycle.CollectPayment:
			if requested(&out.Subscription, e.Invoice) && !slices.ContainsFunc(out.Effects[i+1:], later) {
				err = h.answerPayment(&out.Subscription, e)
			}
		case lifecycle.Refund:
			if a := h.scripted(&out.Subscription, e); a != nil {
				err = h.expect(a.After, report{Event: lifecycle.Event{
					At: out.Subscription.At, Kind: a.Kind, Payment: lifecycle.Payment{Invoice: e.Invoice, ID: e.ID},
				}})
			}
		case lifecycle.Withdraw:
			h.reports = slices.DeleteFunc(slices.Clone(h.reports), func(r report) bool {
				return r.result && r.Payment.Invoice == e.Invoice
			})
		case lifecycle.Send, lifecycle.CalculateTaxes: // the customer pays by hand; the tax engine answers elsewhere
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answerPayment adds the reports that answer the request of a payment.
func (h *Host) answerPayment(sub *lifecycle.Subscription, e *lifecycle.Effect) error {
	a := h.scripted(sub, e)
	if a == nil {
		a = &Answer{Kind: lifecycle.PaymentSucceeded}
	}
	if a.Kind == 0 {
		return nil
	}
	h.requests++
	id := "payment-" + strconv.Itoa(h.requests)
	first := report{result: true, Event: lifecycle.Event{
		At: sub.At, Kind: a.Kind, Payment: lifecycle.Payment{Invoice: e.Invoice, ID: id, Hard: a.Hard},
	}}
	after := a.After
	if a.takesBack() {
		first.Kind, after = lifecycle.PaymentSucceeded, proration.Interval{}
	}
	if first.Kind != lifecycle.PaymentFailed {
		first.Payment.Amount = e.Amount
	}
	if err := h.expect(after, first); err != nil || !a.takesBack() {
		return err
	}
	first.Kind, first.result = a.Kind, false
	return h.expect(a.After, first)
}

// scripted returns the answer of the script to a request, and counts it, or nil if the script has none.
func (h *Host) scripted(sub *lifecycle.Subscription, e *lifecycle.Effect) *Answer {
	for i := range h.script {
		if s := &h.script[i]; s.selects(sub, e) {
			s.used++
			return &s.Answer
		}
	}
	return nil
}

// expect adds a report some time after its request, behind the other reports of that time.
func (h *Host) expect(after proration.Interval, r report) error {
	sub := &h.now().Subscription
	r.atOnce = after == proration.Interval{}
	if !r.atOnce {
		at, err := after.After(r.At, zoneOf(sub))
		if err != nil {
			return err
		}
		r.At = at
	}
	i := slices.IndexFunc(h.reports, func(other report) bool { return other.At.After(r.At) })
	if i < 0 {
		i = len(h.reports)
	}
	h.reports = slices.Insert(slices.Clone(h.reports), i, r)
	return nil
}

// due returns the first report up to a time, or nil.
func (h *Host) due(to time.Time) *report {
	if len(h.reports) == 0 || h.reports[0].At.After(to) {
		return nil
	}
	return &h.reports[0]
}

// hear takes the first report and applies it, unless it answers a request at once that another report has closed.
func (h *Host) hear() error {
	r := h.reports[0]
	h.reports = h.reports[1:]
	if r.result && r.atOnce && !requested(&h.now().Subscription, r.Payment.Invoice) {
		return nil
	}
	return moved(h.apply(r.Event), "report")
}

// requested reports whether the payment of an invoice is requested, without a result.
func requested(sub *lifecycle.Subscription, id string) bool {
	return slices.ContainsFunc(sub.Receivables, func(r invoice.Receivable) bool {
		return r.Invoice == id && r.Phase == invoice.PhaseRequested
	})
}
