package main

import (
	"errors"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// card is how a payment that is requested ends.
type card int

const (
	pays card = iota
	declines
	silent // no result is ever reported
)

// life is the life of one customer, from an order on. Its lists are replaced, so that a copy is a life of its own.
type life struct {
	*world
	sub      lifecycle.Subscription
	card     card
	money    money
	goodwill decimal.Decimal    // refunds that the seller gave on its own
	givenUp  []givenUp          // invoices that the seller gave up
	free     []proration.Period // times in which support lets periods cost nothing
	wrong    string             // fault of a document, in words
	lines    int                // lines of the documents so far
	spans    []span             // time with full access, in order
	events   []lifecycle.Event
	issued   []invoice.Invoice
	all      []invoice.Receivable // one of each invoice
	steps    []lifecycle.Step
}

// span is a time with full access at one price.
type span struct {
	from, to    time.Time
	contract    *plans.Contract
	period      proration.Period
	trial       bool      // a trial
	ahead       bool      // time to come, which is paid
	unpaid      []string  // invoices of charges for that time that were not paid then
	suspended   bool      // the status of that time
	itemsTo     time.Time // end of the time with the items that have periods of their own
	unpaidItems []string  // invoices of charges for periods of items that were not paid then
	nothing     bool      // access that a payment gives and not the status, where all that was paid went back
}

// givenUp is an invoice that the seller gave up after a number of documents.
type givenUp struct {
	invoice   string
	documents int
}

// begin starts a life.
func (w *world) begin() (life, error) {
	l := life{world: w, card: w.theme.card}
	l.sub = w.theme.subscription()
	err := l.apply(lifecycle.Event{At: w.start, Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Customer})
	return l, err
}

// apply applies an event and answers its requests.
func (l *life) apply(e lifecycle.Event) error {
	e.Sequence = l.sub.Sequence + 1
	out, err := lifecycle.Apply(l.policies, l.sub, e)
	if err != nil {
		return err
	}
	l.events = append(slices.Clip(l.events), e)
	return l.take(&out)
}

// take takes an outcome, and answers the requested payments and refunds.
func (l *life) take(out *lifecycle.Outcome) error {
	l.sub = out.Subscription
	l.steps = append(slices.Clip(l.steps), out.Steps...)
	l.issued = append(slices.Clip(l.issued), out.Invoices...)
	l.all = slices.Clone(l.all)
	for i := range out.Receivables {
		r := &out.Receivables[i]
		if known := slices.IndexFunc(l.all, func(k invoice.Receivable) bool { return k.Invoice == r.Invoice }); known >= 0 {
			l.all[known] = *r
		} else {
			l.all = append(l.all, *r)
		}
	}
	for i := range out.Invoices {
		l.lines += len(out.Invoices[i].Lines)
	}
	for _, e := range out.Effects {
		switch e.Kind {
		case lifecycle.Refund:
			l.refund(e)
		case lifecycle.CollectPayment:
			if err := l.answer(e); err != nil {
				return errors.Join(errFails, err)
			}
		case lifecycle.Send, lifecycle.Withdraw, lifecycle.CalculateTaxes:
		}
	}
	return nil
}

// answer reports the result of a requested payment.
func (l *life) answer(e lifecycle.Effect) error {
	if r := l.receivable(e.Invoice); r == nil || r.Phase != invoice.PhaseRequested || l.card == silent {
		return nil
	}
	if l.card == declines {
		return l.apply(lifecycle.Event{
			At: l.sub.At, Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: e.Invoice},
		})
	}
	return l.pay(e.Invoice, e.Amount)
}

// receivable returns the receivable of an invoice that the subscription keeps, or nil.
func (l *life) receivable(id string) *invoice.Receivable {
	for i := range l.sub.Receivables {
		if l.sub.Receivables[i].Invoice == id {
			return &l.sub.Receivables[i]
		}
	}
	return nil
}

// document returns a document, or nil.
func (l *life) document(id string) *invoice.Invoice {
	for i := range l.issued {
		if l.issued[i].ID == id {
			return &l.issued[i]
		}
	}
	return nil
}

// advance advances deadline by deadline, and notes the time with full access.
func (l *life) advance(to time.Time) error {
	for l.sub.At.Before(to) {
		next, err := lifecycle.Next(l.policies, l.sub)
		if err != nil {
			return err
		}
		at := to
		if next.Kind != 0 && next.At.Before(to) {
			at = next.At
		}
		if at.After(l.sub.At) {
			l.note(at, false)
		} else {
			at = l.sub.At
		}
		out, err := lifecycle.Advance(l.policies, l.sub, at)
		if err != nil {
			return err
		}
		before := *l
		if err := l.take(&out); err != nil {
			return err
		}
		if err := l.policyGivesUp(&before); err != nil {
			return err
		}
	}
	return nil
}

// entitled notes the time that is paid and not over yet, as if it were served. With credit, it notes the time of an
// open invoice too.
func (l *life) entitled(credit bool) {
	if l.sub.Status == lifecycle.Trialing || l.arrears() || len(l.unpaid(l.sub.At, false)) > 0 && !credit {
		return
	}
	to := l.sub.Period.End
	if c := l.sub.CancelAt; !c.IsZero() && c.Before(to) {
		to = c
	}
	if to.After(l.sub.At) {
		l.note(to, true)
	}
	if next := l.sub.NextPeriod; next != nil && l.policies.Access(l.sub) == lifecycle.Full {
		ahead := span{
			from: next.Period.Start, to: next.Period.End, contract: &next.Contract, period: next.Period, ahead: true,
		}
		if items, err := next.Contract.NextItemPeriod(ahead.from); err == nil {
			ahead.itemsTo = earlier(ahead.to, items)
		}
		l.spans = append(slices.Clip(l.spans), ahead)
	}
}

// arrears reports whether periods are billed at their end.
func (l *life) arrears() bool { return l.policy.Billing.Timing == proration.InArrears }

// note notes the time until an instant, in which nothing happens. It is divided where a charge begins
// or ends, and at agreed changes. Time ahead is paid, and not over yet.
func (l *life) note(to time.Time, ahead bool) {
	if l.policies.Access(l.sub) != lifecycle.Full {
		return
	}
	contract := l.sub.Contract
	trial := l.sub.Status == lifecycle.Trialing ||
		l.sub.Status == lifecycle.Incomplete && !to.After(l.start.Add(l.theme.trial())) // the trial would go on
	l.spans = slices.Clip(l.spans)
	var edges []time.Time
	for i := range l.sub.UnexpiredCharges {
		if c := &l.sub.UnexpiredCharges[i]; c.Corrects == "" {
			edges = append(edges, c.Span.Start, c.Span.End)
		}
	}
	for i := range contract.Ramp {
		edges = append(edges, contract.Ramp[i].At)
	}
	itemsTo := l.itemsServe(to, ahead)
	edges = append(append(edges, itemsTo), itemEdges(&contract, l.sub.At, itemsTo)...)
	for from := l.sub.At; from.Before(to); {
		until := to
		for _, edge := range edges {
			if edge.After(from) && edge.Before(until) {
				until = edge
			}
		}
		l.spans = append(l.spans, span{
			from: from, to: until, contract: &contract, period: l.sub.Period, trial: trial, ahead: ahead, itemsTo: itemsTo,
			unpaid: l.unpaid(from, false), unpaidItems: l.unpaid(from, true), nothing: l.nothing(from),
			suspended: l.sub.Status == lifecycle.Suspended,
		})
		from = until
	}
}
